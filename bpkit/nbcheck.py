"""A pytest plugin over nbval: a learner's notebook of this course is judged by the course's own checks.

``pytest --nbval my-course/05_hidden_deltas.ipynb`` gives one test item for each exercise: ok, todo, wrong (with the
mistake), error, timeout, died, waits or broken. Any other notebook is nbval's as before, the course's own solutions
among them.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

WORDS: dict[str, tuple[str, str, str]] = {
    "ok": ("passed", ".", "OK"),
    "todo": ("todo", "t", "TODO"),
    "waits": ("waits", "w", "WAITS"),
    "yours": ("yours", "y", "YOURS"),
} | {state: ("failed", "F", state.upper()) for state in ("wrong", "error", "timeout", "died", "broken", "differs")}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the folder of the records, for a course that is not bpkit's own, and the chapter of all notebooks."""
    group = parser.getgroup("bpkit")
    group.addoption("--bpkit-expected", metavar="DIR", help="the course's records (bpkit/expected)")
    group.addoption("--bpkit-chapter", metavar="NN", help="judge every notebook as one of this chapter, e.g. 05")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
    """Take a learner's notebook of this course out of nbval's hands; leave everything else as it is.

    A notebook that stands beside its own source is a solution, which nbval compares as it is.
    """
    found, option = (yield), parent.config.option
    if file_path.suffix != ".ipynb" or not any(type(one).__name__ == "IPyNbFile" for one in found):
        return found
    from .exercises.course import EXPECTED, expected_chapter
    from .exercises.overlay import is_solution, lesson_of

    if is_solution(file_path) and not option.bpkit_chapter:
        return found
    folder = Path(option.bpkit_expected or EXPECTED)
    record = expected_chapter(option.bpkit_chapter, folder) if option.bpkit_chapter else lesson_of(file_path, folder)
    if record is None:
        return found
    from .exercises.items import Notebook

    notebook = Notebook.from_parent(parent, path=file_path)
    notebook.record = record
    return [notebook if type(one).__name__ == "IPyNbFile" else one for one in found]


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Show an item of ours by its state."""
    state = dict(getattr(report, "user_properties", ())).get("bpkit")
    return WORDS.get(str(state)) if report.when == "call" else None
