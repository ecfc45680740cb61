"""Checking a learner's notebook from Python: pytest with nbval and ``nbcheck``, in this process, silently."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .course import EXPECTED, Record
from .overlay import answer_names

SECONDS = 60
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
    reports = _run(path, record["chapter"], folder, seconds)
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


def _run(path: Path, chapter: str, folder: Path, seconds: float) -> dict[str, tuple[str, dict[str, str]]]:
    """The state and the result of every item, by name."""
    import pytest

    from .. import nbcheck

    ear = _Ear()
    options = ["-p", "nbval", *(word for name in LEFT_OUT for word in ("-p", f"no:{name}")), "-c", os.devnull,
               "--rootdir", str(path.parent), "--nbval", "--nbval-current-env", f"--nbval-cell-timeout={seconds}",
               f"--bpkit-expected={folder}", f"--bpkit-chapter={chapter}", str(path)]
    with _plugins_named_only(), _light_imports(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = pytest.main(options, plugins=[nbcheck, ear])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return ear.heard


class _Ear:
    """Listens to pytest for the results of our items."""

    def __init__(self) -> None:
        self.heard: dict[str, tuple[str, dict[str, str]]] = {}

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
    """Let pytest load no plugin but those that are named."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


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
