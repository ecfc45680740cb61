"""Checking a learner's notebook from Python: pytest with nbval and ``nbcheck``, in this process, silently."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..shapes import BadInput
from .course import EXPECTED, Record
from .overlay import answer_names
from .player import SECONDS

LEFT_OUT = ("bpkit", "terminal", "cacheprovider", "warnings", "unraisableexception", "threadexception", "faulthandler")
"""Plugins of pytest that print, write, or watch over the whole process: that belongs to whoever calls ``examine``."""


@dataclass(frozen=True)
class Row:
    """One line of the table: an exercise, or a cell of the course that is not as it should be."""

    number: str
    name: str
    state: str
    message: str = ""
    kind: str = ""
    question: str = ""


@dataclass(frozen=True)
class Examined:
    """A notebook and its rows; ``ok`` if every exercise is right and every cell of the course shows what it should."""

    chapter: str
    title: str
    notebook: str
    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is left to do."""
        return all(row.state == "ok" for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """The same for a JSON file."""
        return {"ok": self.ok, **asdict(self)}


def examine(path: Path, record: Record, folder: Path = EXPECTED, seconds: float = SECONDS) -> Examined:
    """Run ``path`` as a notebook of the chapter of ``record``, with the course's checks; the file is only read."""
    _can_be_named(path)
    reports = _run(path, record, folder, seconds)
    rows = []
    for number, name in exercises(record):
        told = reports.pop(f"{number} {name}".strip(), None) or reports.get(record["name"])
        state, result = told or ("error", {"message": "The check did not run."})
        rows.append(Row(number, name, state, **result))
    broken = reports.pop(record["name"], None)
    rows += [Row("", name, state, result["message"]) for name, (state, result) in reports.items()
             if not broken and state not in ("ok", "waits", "yours")]
    return Examined(record["chapter"], record["title"], str(path), tuple(rows))


def exercises(record: Record) -> list[tuple[str, str]]:
    """The number and the function names of every exercise of a chapter."""
    return [(cell["exercise"], " ".join(sorted(answer_names(cell, record)))) for cell in record["cells"]
            if cell["role"] == "check"]


def _can_be_named(path: Path) -> None:
    """Raise BadInput for a path that pytest takes for something else than a notebook."""
    if path.suffix != ".ipynb":
        raise BadInput("this is no notebook.", wanted="a file that ends in .ipynb", got=path.name,
                       hint="give the file that Jupyter saves")
    if "::" in str(path) or "[" in str(path):
        raise BadInput("this name cannot be checked.", wanted="a path without [ and ::", got=str(path),
                       hint=f"copy it to {path.name.replace('[', '').replace('::', '')} and check the copy")


def _run(path: Path, record: Record, folder: Path, seconds: float) -> dict[str, tuple[str, dict[str, str]]]:
    """The state and the result of every item, by name."""
    import pytest

    from .. import nbcheck

    ear = _Ear()
    options = ["-p", "nbval", *(word for name in LEFT_OUT for word in ("-p", f"no:{name}")), "-c", os.devnull,
               "--rootdir", str(path.parent), "--noconftest", "--nbval", "--nbval-current-env",
               f"--nbval-cell-timeout={seconds}",
               f"--bpkit-expected={folder}", f"--bpkit-chapter={record['chapter']}", str(path)]
    with _plugins_named_only(), _light_imports(), _ends_like_ctrl_c(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = pytest.main(options, plugins=[nbcheck, ear])
    if code == pytest.ExitCode.INTERRUPTED and not ear.uncollected:
        raise KeyboardInterrupt
    return ear.heard or dict.fromkeys(
        [f"{number} {name}".strip() for number, name in exercises(record)],
        ("error", {"message": f"The file could not be taken apart. {ear.uncollected}".strip()}))


class _Ear:
    """Listens to pytest for the results of our items."""

    def __init__(self) -> None:
        self.heard: dict[str, tuple[str, dict[str, str]]] = {}
        self.uncollected = ""

    def pytest_collectreport(self, report: Any) -> None:
        """Keep why a file could not be taken apart."""
        if report.failed:
            lines = str(report.longrepr).splitlines()
            self.uncollected = lines[-1] if lines else "No reason was given."

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep state and result of an item that was run, or the failure of one whose kernel did not start."""
        told = dict(report.user_properties)
        name = report.nodeid.split("::", 1)[1]
        if "bpkit" in told and report.when == "call":
            self.heard[name] = (told["bpkit"], json.loads(told["bpkit-result"]))
        elif report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.heard[name] = ("error", {"message": crash.message if crash else str(report.longrepr)})


@contextmanager
def _plugins_named_only() -> Iterator[None]:
    """Let pytest load no plugin and take no option but those that are named here."""
    names = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ[names[0]] = "1"
    try:
        yield
    finally:
        del os.environ[names[0]]
        os.environ.update(before)


@contextmanager
def _ends_like_ctrl_c() -> Iterator[None]:
    """Let a closed terminal and a polite kill end this process as Ctrl-C does, so that no kernel is left behind."""
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        ends = []
    before = {end: signal.signal(end, signal.default_int_handler) for end in ends}
    try:
        yield
    finally:
        for end, handler in before.items():
            signal.signal(end, handler)


@contextmanager
def _light_imports() -> Iterator[None]:
    """Load nbformat without a grammar of web addresses, which costs jsonschema a second and no notebook needs."""
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # jsonschema takes it for not installed
    try:
        yield
    finally:
        sys.modules.pop(name, None)
