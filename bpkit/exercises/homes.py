"""Which cells of a whole notebook are the course's, and where each answer stands."""

from __future__ import annotations

import ast
from typing import Any

from .course import Record, normal_hash
from .overlay import Cell, answer_names, code_cells, match, plan

Notebook = dict[str, Any]


def answers(notebook: Notebook, record: Record) -> dict[str, int]:
    """In which cell each answer of the course stands: by id, else what its check judges, else the blank's text."""
    found = {}
    owners = {owner["id"]: i for i, owner in lesson_cells(notebook, record).items()}
    for lesson in record["cells"]:
        if lesson["role"] == "answer":
            known = owners.get(lesson["id"])
            if known is None or notebook["cells"][known].get("id") != lesson["id"]:
                told = judged(notebook, record, lesson)
                known = known if told is None else told
            if known is not None:
                found[lesson["id"]] = known
    return found


def lesson_cells(notebook: Notebook, record: Record) -> dict[int, Record]:
    """Which cells of the course stand where in ``notebook``, markdown included."""
    code = code_places(notebook)
    found = {code[i]: owner for i, owner in match(list(code_cells(notebook)), record).items()}
    by_id = {cell["id"]: cell for cell in record["cells"] if cell["cell_type"] != "code"}
    by_text = {cell["hash"]: cell for cell in by_id.values()}
    for i, cell in enumerate(notebook["cells"]):
        owner = by_id.get(cell.get("id")) or by_text.get(normal_hash(text_of(cell)))
        if cell.get("cell_type") != "code" and owner:
            found[i] = owner
    return found


def judged(notebook: Notebook, record: Record, lesson: Record) -> int | None:
    """The cell that defines the answer ``lesson`` nearest above the place where its exercise is judged."""
    cells, names = list(code_cells(notebook)), names_of(lesson, record)
    steps = plan(cells, record)
    end = next((k for k, step in enumerate(steps) if step.judges == lesson["exercise"]), 0)
    above = [step.source for step in steps[:end] if not step.lesson and names & Cell(step.source).defines]
    return next((i for i, cell in reversed(list(zip(code_places(notebook), cells, strict=True)))
                 if above and cell.source == above[-1]), None)


def names_of(lesson: Record, record: Record) -> set[str]:
    """The names that an answer cell has to define: its functions, else what the check is handed."""
    checks = [cell for cell in record["cells"] if cell["role"] == "check" and cell["exercise"] == lesson["exercise"]]
    return set(lesson["functions"]) or {name for check in checks for name in answer_names(check, record)}


def binds(cell: dict[str, Any]) -> set[str]:
    """The names that a code cell defines, assigns or imports anywhere in it."""
    if cell.get("cell_type") != "code":
        return set()
    found = Cell(text_of(cell)).defines
    try:
        nodes = list(ast.walk(ast.parse(text_of(cell))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    for node in nodes:
        if isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def code_places(notebook: Notebook) -> list[int]:
    return [i for i, cell in enumerate(notebook["cells"]) if cell.get("cell_type") == "code"]


def text_of(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
