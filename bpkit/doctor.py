"""``bpkit doctor``: what this machine lacks for the course, and how to mend it."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from . import places
from .lab import PORT, free_port
from .shapes import BadInput

PYTHON = (3, 11)
ROOM = 300  # MB: the course, its environment's caches, and a trained network or two
EXTRA = re.compile(r"""extra *== *['"](\w+)['"]""")


class Finding(NamedTuple):
    """One thing looked at: whether it will do, what was found, and how to mend it."""

    name: str
    good: bool
    found: str
    mend: str = ""


def add_parser(subparsers: Any) -> None:
    """Add ``bpkit doctor`` to the command line."""
    parser = subparsers.add_parser("doctor", help="say what is missing, and how to mend it",
                                   description="Look at what the course needs on this machine.")
    parser.set_defaults(run=doctor)


def doctor(options: argparse.Namespace) -> int:
    """Print what was looked at; return 1 if something that learners need is missing, else 0."""
    findings = list(examine(Path.cwd()))
    for finding in findings:
        print(f"{'ok  ' if finding.good else 'MEND'}  {finding.name:<14} {finding.found}")
        if not finding.good:
            print(f"      {'':<14} {finding.mend}")
    print("\nneeded for contributors' tests alone")
    for finding in contributing():
        state, words = ("ok  ", finding.found) if finding.good else ("none", finding.mend)
        print(f"{state}  {finding.name:<14} {words}")
    bad = sum(not finding.good for finding in findings)
    print(f"\n{bad} to mend" if bad else "\nall is well: bpkit lab")
    return 1 if bad else 0


def examine(folder: Path) -> Iterator[Finding]:
    """Yield what a learner needs, as found by this Python in ``folder``."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= PYTHON, version, "install Python 3.11 or newer, then bpkit with it")
    yield from (_package(*need) for need in needs())
    yield _kernel()
    yield _course()
    yield _writable(folder)
    yield _port()
    free = shutil.disk_usage(folder).free // 2**20
    yield Finding("disk", free >= ROOM, f"{free} MB free", f"make room: the course needs {ROOM} MB")


def contributing() -> Iterator[Finding]:
    """Yield what only the course's own tests need."""
    lacking = [name for name, bounds in needs("test") if not _package(name, bounds).good]
    yield Finding("test packages", not lacking, "all there", f"{', '.join(lacking)}: pip install -e '.[test]'")
    for name, programs in (("Chromium", ("chromium", "chromium-browser", "google-chrome")), ("node", ("node",))):
        path = next(filter(None, map(shutil.which, programs)), None)
        yield Finding(name, bool(path), str(path), "install it to run the browser tests")


def needs(extra: str = "") -> list[tuple[str, str]]:
    """Return (package, bounds) of every package that bpkit depends on, or of one of its extras."""
    found = []
    for line in _requirements():
        named, _, marker = line.partition(";")
        belongs = EXTRA.search(marker)
        match = re.match(r"([\w.-]+)(?:\[.*\])? *(.*)", named.strip())
        if match and (belongs[1] if belongs else "") == extra and match[1] != "bpkit":
            found.append((match[1], match[2].strip(" ()")))
    return found


def _requirements() -> list[str]:
    """Return bpkit's requirements as its metadata spells them: the checkout's own, or the wheel's."""
    root = places.checkout()
    if root is None:
        return metadata.requires("bpkit") or []
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].items()
    return project["dependencies"] + [f'{line}; extra == "{name}"' for name, lines in extras for line in lines]


def _package(name: str, bounds: str) -> Finding:
    try:
        got = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, False, f"wanted {bounds}, got none", f'{sys.executable} -m pip install "{name}{bounds}"')
    try:
        from packaging.specifiers import SpecifierSet

        good = SpecifierSet(bounds).contains(got, prereleases=True)
    except ImportError:
        good = True
    return Finding(name, good, got if good else f"wanted {bounds}, got {got}",
                   f'{sys.executable} -m pip install "{name}{bounds}"')


def _kernel() -> Finding:
    """Find out which Python the kernel ``python3`` runs; ``bpkit lab`` and ``bpkit check`` want this one."""
    mend = f"{sys.executable} -m ipykernel install --sys-prefix"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        spec = KernelSpecManager().get_kernel_spec("python3")
    except (ImportError, NoSuchKernel):
        return Finding("kernel python3", False, "none", mend)
    program = spec.argv[0]
    if Path(program).name == program and program.startswith("python"):
        return Finding("kernel python3", True, sys.prefix)
    try:
        ask = [program, "-c", "import json, sys; print(json.dumps(sys.prefix))"]
        prefix = json.loads(subprocess.run(ask, capture_output=True, timeout=20, check=True).stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        prefix = "a Python that does not start"
    same = os.path.realpath(prefix) == os.path.realpath(sys.prefix)
    return Finding("kernel python3", same, prefix if same else f"wanted {sys.prefix}, got {prefix}",
                   f"{mend}, or remove {spec.resource_dir}")


def _course() -> Finding:
    try:
        return Finding("course", True, f"{len(places.chapters(places.course()))} chapters")
    except BadInput as problem:
        return Finding("course", False, problem.got, problem.hint)


def _writable(folder: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            return Finding("this folder", True, f"{folder} can be written to")
    except OSError as error:
        return Finding("this folder", False, f"{folder}: {error.strerror}", "cd to a folder of your own")


def _port() -> Finding:
    try:
        return Finding("port", True, f"{free_port(PORT)} is free")
    except BadInput as problem:
        return Finding("port", False, problem.got, problem.hint)
