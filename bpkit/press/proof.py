"""Proof-reading: what a chapter's source may not do. Every finding names the file and the line."""

from __future__ import annotations

import ast
import re

from ..shapes import BadInput, nearest
from .cutter import Place, cut, solved
from .plain import plain
from .source import Cell, Chapter, wrong

KEYS = ("exercise", "role", "needs", "tags")
ROLES = ("answer", "check")
_NUMBER = re.compile(r"(\d+)\.\d+")


def proofread(chapter: Chapter) -> None:
    """Raise BadInput at the first cell of ``chapter`` that the press cannot cut, judge or show."""
    answers: set[str] = set()
    checks: dict[str, int] = {}
    for cell in chapter.cells:
        place = Place(chapter.path, cell.line)
        _settings(chapter, cell)
        if cell.kind == "markdown":
            plain(cell.source, place)
        elif cell.role == "answer":
            _answer(chapter, cell)
            answers.add(str(cell.exercise))
        elif cell.role == "check":
            _check(chapter, cell, answers, checks)
        elif cell.kind != "code":
            raise _wrong(chapter, cell, "a raw cell.", "Markdown or a code cell", cell.kind, "turn it into Markdown")
        elif "SOLUTION" in cell.source and cut(cell.source, place) != cell.source:
            raise _wrong(chapter, cell, "marks stand in a cell that no check judges.", ":role: answer",
                         "a cell without a role", 'add :exercise: "N.M" and :role: answer')
        for number in cell.needs:
            if number not in answers:
                raise _wrong(chapter, cell, f"the cell needs {number}, which is not answered above it.",
                             ", ".join(sorted(answers)) or "an answer cell above", number, "move it below the answer")
    for number in sorted(answers - set(checks)):
        cell = next(cell for cell in chapter.cells if cell.exercise == number)
        raise _wrong(chapter, cell, f"exercise {number} has no check.", f'bp.check("{number}", ...)', "an answer alone",
                     "add a check cell below the answer")


def _wrong(chapter: Chapter, cell: Cell, problem: str, wanted: str, got: str, hint: str) -> BadInput:
    return wrong(chapter.path, cell.line, problem, wanted=wanted, got=got, hint=hint)


def _settings(chapter: Chapter, cell: Cell) -> None:
    """Hold the settings of a cell to the few that the press knows."""
    settings = cell.metadata
    try:
        for key in settings:
            nearest(key, KEYS, "setting of a cell")
        nearest(settings.get("role", "answer"), ROLES, "role of a cell")
    except BadInput as error:
        raise _wrong(chapter, cell, error.problem, error.wanted, error.got, error.hint) from None
    for key in ("needs", "tags"):
        value = settings.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _wrong(chapter, cell, f"{key} is a list of texts.", f':{key}: ["5.1", "5.2"]', repr(value),
                         "put brackets around the list and quotes around each number")
    for number in [settings[key] for key in ("exercise",) if key in settings] + cell.needs:
        _number(chapter, cell, number)
    if ("role" in settings) != ("exercise" in settings) or (cell.role and (cell.kind != "code" or cell.solution)):
        raise _wrong(chapter, cell, "exercise and role go together, on a code cell that stays.",
                     ':exercise: "5.2" and :role: answer', str(settings),
                     "set both or neither, without the tag solution")


def _number(chapter: Chapter, cell: Cell, number: object) -> None:
    own = int(chapter.number)
    match = _NUMBER.fullmatch(number) if isinstance(number, str) else None
    if not match:
        raise _wrong(chapter, cell, "an exercise's number is a text.", f'"{own}.1"', repr(number),
                     f'put it in quotes: "{number}"')
    if int(match[1]) != own:
        raise _wrong(chapter, cell, f"exercise {number} stands in the wrong chapter.", f"{own}.1, {own}.2, ...",
                     str(number), "move or renumber it")


def _answer(chapter: Chapter, cell: Cell) -> None:
    place = Place(chapter.path, cell.line)
    if cut(cell.source, place) == solved(cell.source, place):
        raise _wrong(chapter, cell, f"the answer to {cell.exercise} holds no mark.", "# SOLUTION",
                     "a cell that would hand over the answer", "mark what the learner writes")


def _check(chapter: Chapter, cell: Cell, answers: set[str], checks: dict[str, int]) -> None:
    number = str(cell.exercise)
    if number not in answers:
        raise _wrong(chapter, cell, f"the check of {number} has no answer above it.", f"an answer cell of {number}",
                     "a check alone", "put the answer first")
    if number in checks:
        raise _wrong(chapter, cell, f"a second check of {number}.", "one check for each exercise",
                     f"the first is in line {checks[number]}", "delete one, or renumber it")
    checks[number] = cell.line
    try:
        body = ast.parse(cell.source).body
        call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
        right = isinstance(call, ast.Call) and ast.unparse(call.func) == "bp.check" and (
            ast.literal_eval(call.args[0]) == number)
    except (SyntaxError, ValueError, IndexError):
        right = False
    if not right:
        raise _wrong(chapter, cell, "a check cell is one line.", f'bp.check("{number}", answer)',
                     cell.source.splitlines()[0] if cell.source else "nothing", "move everything else to another cell")
