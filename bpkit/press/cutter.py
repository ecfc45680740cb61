"""The cutter: a solution minus its answers.

``# SOLUTION`` ends an assignment or a return, whose right-hand side becomes ``...``. ``# BEGIN SOLUTION`` and
``# END SOLUTION`` stand on lines of their own around whole statements, which become one ``...``.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .source import wrong

MARKS = ("# SOLUTION", "# BEGIN SOLUTION", "# END SOLUTION")
_LIKE_A_MARK = re.compile(r"(?i:#+\s*((begin|end)\s*)?solutions?\W*)|.*SOLUTION.*")


class Place(NamedTuple):
    """Where a piece of code comes from: its file and the line of its first row."""

    path: Path = Path("cell")
    line: int = 1


CELL = Place()


class Span(NamedTuple):
    """A piece of code to replace: rows from 1, columns in characters from 0."""

    row: int
    column: int
    end: int


def cut(code: str, place: Place = CELL) -> str:
    """Return ``code`` without its answers. Raises BadInput, with file and line, where a mark does not fit."""
    lines = code.splitlines()
    for span in reversed(_spans(code, place)):
        head = lines[span.row - 1][: span.column]
        lines[span.row - 1 : span.end] = [f"{head} ..." if head.strip() else f"{head}..."]
    blank = "\n".join(lines)
    _tree(blank, place, "the cut cell is no Python any more.")
    if any(mark in blank for mark in MARKS):
        row = next(n for n, line in enumerate(lines, 1) if any(mark in line for mark in MARKS))
        raise _wrong(place, row, "a mark stands inside a text.", lines[row - 1], "name it in other words")
    return blank


def solved(code: str, place: Place = CELL) -> str:
    """Return ``code`` with its answers, but without the marks around them."""
    lines = code.splitlines()
    for row, column, mark in reversed(list(_marks(code, place))):
        lines[row - 1 : row] = [lines[row - 1][:column].rstrip()] if mark == MARKS[0] else []
    return "\n".join(lines)


def defined(code: str, place: Place = CELL) -> list[str]:
    """Return the names of the functions and classes that ``code`` defines at its top."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in _tree(code, place).body if isinstance(node, kinds)]


def _wrong(place: Place, row: int, problem: str, got: str, hint: str, wanted: str = " or ".join(MARKS)) -> Exception:
    return wrong(place.path, place.line + row - 1, problem, wanted=wanted, got=got.strip(), hint=hint)


def _tree(code: str, place: Place, problem: str = "the cell is no Python.") -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError as error:
        raise _wrong(place, error.lineno or 1, problem, f"{error.msg}: {(error.text or '').strip()}",
                     "look at the line and the one above it", "code that parses") from None


def _marks(code: str, place: Place) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, mark) for every mark; a comment that looks like one is an error."""
    _tree(code, place)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type != tokenize.COMMENT or not _LIKE_A_MARK.fullmatch(token.string):
            continue
        row, column = token.start
        mark, alone = token.string.rstrip(), not token.line[:column].strip()
        if mark not in MARKS:
            raise _wrong(place, row, "a mark is misspelt.", mark, "write it exactly so, with nothing after it")
        if alone == (mark == MARKS[0]):
            raise _wrong(place, row, f"{mark} stands in the wrong place.", token.line,
                         "end the line of an assignment or return with it" if alone else "give it a line of its own")
        yield row, column, mark


def _spans(code: str, place: Place) -> list[Span]:
    """Return what to replace, in the order of the code."""
    spans: list[Span] = []
    begin: tuple[int, int] | None = None
    for row, column, mark in _marks(code, place):
        if (begin is None) == (mark == MARKS[2]) or (begin and mark == MARKS[0]):
            raise _wrong(place, row, f"{mark} does not fit the marks above it.", mark,
                         "close each BEGIN with one END, and put no mark between them")
        if mark == MARKS[0]:
            spans.append(_right_hand_side(code, row, place))
        elif begin is None:
            begin = row, column
        else:
            spans.append(_block(code, Span(*begin, row), column, place))
            begin = None
    if begin:
        raise _wrong(place, begin[0], "# BEGIN SOLUTION has no end.", MARKS[1], "add # END SOLUTION on its own line")
    return spans


def _right_hand_side(code: str, row: int, place: Place) -> Span:
    """Return the span from the ``=`` or ``return`` of the statement that ends in ``row`` to the end of that row."""
    ending = [node for node in ast.walk(_tree(code, place))
              if isinstance(node, ast.stmt) and node.end_lineno == row]
    node = max(ending, key=lambda each: (each.lineno, each.col_offset), default=None)
    value = getattr(node, "value", None)
    if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)) or value is None:
        raise _wrong(place, row, "# SOLUTION ends no assignment and no return.", code.splitlines()[row - 1],
                     "put # BEGIN SOLUTION and # END SOLUTION around other statements", "x = ...  # SOLUTION")
    line = code.splitlines()[value.lineno - 1]
    before = value.lineno, len(line.encode()[: value.col_offset].decode())
    tokens = (token for token in tokenize.generate_tokens(io.StringIO(code).readline) if token.start < before)
    last = [token.end for token in tokens if token.string == "return" or token.string.endswith("=")][-1]
    return Span(*last, row)


def _block(code: str, span: Span, end_column: int, place: Place) -> Span:
    """Return ``span`` if it holds whole statements of one body, at the marks' own indent."""
    bodies = [body for node in ast.walk(_tree(code, place)) for _, body in ast.iter_fields(node)
              if isinstance(body, list) and body and isinstance(body[0], ast.stmt)
              and body[0].col_offset != getattr(node, "col_offset", -1)]  # an elif is no body of its own
    inside = [[s for s in body if span.row < s.lineno and (s.end_lineno or 0) < span.end] for body in bodies]
    tops = [body for body in inside if body and body[0].col_offset <= span.column]
    torn = [s for body in bodies for s in body
            if (span.row < s.lineno < span.end < (s.end_lineno or 0))
            or (s.lineno < span.row < (s.end_lineno or 0) and s.col_offset >= span.column)]
    if len(tops) != 1 or torn or end_column != span.column or tops[0][0].col_offset != span.column:
        raise _wrong(place, span.row, "the marks do not enclose whole statements.",
                     code.splitlines()[span.row - 1], "give both marks the indent of the statements between them",
                     "# BEGIN SOLUTION and # END SOLUTION around one or more whole statements")
    return span
