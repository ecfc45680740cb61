"""The course laid over a learner's notebook: which cell is whose, and what to run in which order.

A learner's cell belongs to the course if its id or its content says so; an answer is also known by the function that
it defines. A check is never taken from the learner: each exercise is judged by the course's own, where the learner's
stands, or behind the answer. Everything else is the learner's own; it is run, but never held against them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from .course import EXPECTED, Record, chapters, normal_hash

DEFINES = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
AGAIN = "bpkit reset brings the chapter back and keeps your file."
CHECKS = re.compile(r"\bcheck\(\s*[\"']?(\d+\.\d+)[\"']?\s*,\s*(\w+)?")


class Broken(Exception):
    """A file that is no notebook that can be read; the message says why, and what helps."""


@dataclass(frozen=True)
class Cell:
    """A code cell of the learner's file."""

    source: str
    id: str = ""

    @property
    def defines(self) -> set[str]:
        """The names that stand on the left of a def, a class or an assignment at the top of the cell."""
        return {name for pair in DEFINES.findall(self.source) for name in pair if name}

    @property
    def checks(self) -> str:
        """The number of the exercise that the cell checks, or ""."""
        found = CHECKS.search(self.source)
        return found[1] if found else ""


@dataclass(frozen=True)
class Step:
    """One thing to do: run ``source``, a cell of the learner's, of an answer to ``exercises``, or of the ``lesson``.

    Where ``lesson`` is a check of the course, judge its exercise instead.
    """

    source: str
    exercises: tuple[str, ...] = ()
    lesson: Record | None = None

    @property
    def judges(self) -> str:
        """The number of the exercise to judge, or ""."""
        return self.lesson["exercise"] if self.lesson and self.lesson["role"] == "check" else ""


def read(path: Path) -> list[Cell]:
    """The code cells of a notebook in format 3 or 4. Raises Broken, with what helps, for anything else."""
    data = path.read_bytes()
    if not data.strip():
        raise Broken(f"The file is empty. {AGAIN}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Broken(f"The file is not UTF-8 text (byte {error.start}); some editor saved it in another encoding. "
                     "Save it as UTF-8.") from None
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
            raise Broken("The file holds the marks of a git merge (<<<<<<<). Keep one of the two versions.") from None
        cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        where = "is cut off" if cut else f"is damaged in line {error.lineno}"
        raise Broken(f"The file {where}. {AGAIN}") from None
    except RecursionError:
        raise Broken(f"The file is no notebook. {AGAIN}") from None
    return list(code_cells(notebook))


def code_cells(notebook: Any) -> Iterable[Cell]:
    """The code cells of a notebook that was read as JSON. Raises Broken."""
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version not in (3, 4):
        known = f"in notebook format {version}; formats 3 and 4 are read" if isinstance(version, int) else "no notebook"
        raise Broken(f"The file is {known}. {AGAIN}")
    try:
        sheets = notebook["worksheets"] if version == 3 else [notebook]
        for cell in (cell for sheet in sheets for cell in sheet["cells"]):
            if cell["cell_type"] == "code":
                source = cell["source" if version == 4 else "input"]
                text = "".join(source) if isinstance(source, list) else str(source)
                whole = text.encode(errors="replace").decode()  # half a character cannot be sent to a kernel
                yield Cell(whole, str(cell.get("id", "")))
    except (LookupError, TypeError, AttributeError):
        raise Broken(f"The file is no whole notebook: a cell has no source. {AGAIN}") from None


def lesson_of(path: Path, folder: Path = EXPECTED) -> Record | None:
    """The record of the chapter whose notebook ``path`` is, or None: by name, by metadata, or by its cells."""
    every = chapters(folder)
    named = [record for record in every if record["name"] == path.stem]
    if named or not every:
        return named[0] if named else None
    try:
        notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        number = notebook["metadata"].get("bpkit", {}).get("chapter")
        cells = read(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, Broken):
        return None
    ids = {cell.id for cell in cells if cell.id.startswith("ex-")}
    return next((record for record in every if record["chapter"] == number
                 or ids & {cell["id"] for cell in record["cells"]}), None)


def is_solution(notebook: Path) -> bool:
    """Whether its own source stands beside it, a text with a head for Jupyter; an exported page has no such head."""
    source = notebook.with_suffix(".md")
    return source.is_file() and source.read_bytes().startswith(b"---")


def plan(cells: list[Cell], record: Record) -> list[Step]:
    """What to run and what to judge, in the learner's order."""
    lessons = match(cells, record)
    checks = [cell for cell in record["cells"] if cell["role"] == "check"]
    names = {check["exercise"]: answer_names(check, record) for check in checks}
    steps: list[tuple[int, Step]] = []
    for i, cell in enumerate(cells):
        lesson = lessons.get(i)
        if lesson and lesson["role"] == "answer":
            steps.append((i, Step(cell.source, (lesson["exercise"],))))
        elif not lesson or lesson["hash"] != normal_hash(cell.source):
            steps.append((i, Step(cell.source, tuple(one for one in names if names[one] & cell.defines))))
        elif not lesson["role"]:
            steps.append((i, Step(cell.source, lesson=lesson)))
    for check in checks:
        place = _place_to_judge(check["exercise"], names[check["exercise"]], cells, lessons)
        steps.append((place, Step(check["source"], (check["exercise"],), check)))
    return [step for _, step in sorted(steps, key=lambda pair: pair[0])]


def match(cells: list[Cell], record: Record) -> dict[int, Record]:
    """Which cell of the course each of the learner's cells is: by id, else by content. No cell of the course twice."""
    code = [cell for cell in record["cells"] if cell["cell_type"] == "code"]
    found: dict[int, Record] = {}
    for wanted in code:
        same_text = [i for i, cell in enumerate(cells) if i not in found and normal_hash(cell.source) == wanted["hash"]]
        same_id = [i for i, cell in enumerate(cells) if i not in found and cell.id == wanted["id"]]
        best = [i for i in same_id if i in same_text] or same_id or same_text
        if best:
            found[best[0]] = wanted
    return found


def answer_names(check: Record, record: Record) -> set[str]:
    """The names that an answer must define for this check to have something to judge."""
    defined = {name for cell in record["cells"] if cell["exercise"] == check["exercise"] and cell["role"] == "answer"
               for name in cell["functions"]}
    argument = CHECKS.search(check["source"])
    return defined | ({argument[2]} if argument and argument[2] else set())


def _place_to_judge(number: str, names: set[str], cells: list[Cell], lessons: dict[int, Record]) -> int:
    """Behind the learner's check if the answer stands above it, else behind the answer, else where the answer was.

    Of several checks the last one counts above which the answer was written once more.
    """
    written = [i for i, cell in enumerate(cells) if names & cell.defines]
    checks = [i for i, cell in enumerate(cells) if cell.checks == number or _is(lessons.get(i), number, "check")]
    blanks = [i for i in lessons if _is(lessons[i], number, "answer")]
    behind = [i for i in checks if any(place <= i for place in written or blanks)]
    again = [i for before, i in pairwise(behind) if any(before < place <= i for place in written)]
    return (again[-1:] or behind[:1] or written[-1:] or blanks[-1:] or [len(cells)])[0]


def _is(lesson: Record | None, number: str, role: str) -> bool:
    return lesson is not None and lesson["exercise"] == number and lesson["role"] == role
