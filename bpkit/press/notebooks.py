"""The two notebooks of a chapter, solved and cut, and the record of what a learner's run should show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..exercises.course import normal_hash
from .cutter import Place, cut, defined, solved
from .plain import plain
from .source import Cell, Chapter

FORMAT = 1
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NAVIGATION = "navigation"


def ids(chapter: Chapter) -> list[str]:
    """Return one id a cell: ex-5-2-answer, ex-5-2-check, and a hash of its own text for any other."""
    seen: dict[str, int] = {}
    names = []
    for cell in chapter.cells:
        name = (f"ex-{cell.exercise}-{cell.role}".replace(".", "-") if cell.role
                else normal_hash(f"{cell.kind} {cell.source}")[:12])
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def solution(chapter: Chapter, links: str) -> NotebookNode:
    """Return the chapter's whole notebook, answers in, not yet run; ``links`` lead to its neighbours."""
    return _notebook(chapter, links, learner=False)


def lesson(chapter: Chapter, links: str) -> NotebookNode:
    """Return the learner's notebook: answers cut, cells tagged ``solution`` left out, no outputs."""
    return _notebook(chapter, links, learner=True)


def record(chapter: Chapter, learner: NotebookNode, outputs: dict[str, list[NotebookNode]]) -> dict[str, Any]:
    """Return what ``bpkit/expected`` keeps of a chapter: its learner's cells, and the outputs of the solved ones."""
    written = dict(zip(ids(chapter), chapter.cells, strict=True))
    return {"format": FORMAT, "chapter": chapter.number, "name": chapter.name, "title": chapter.title,
            "cells": [_entry(cell, written.get(cell.id), chapter.path, outputs) for cell in learner.cells]}


def _entry(shown: NotebookNode, cell: Cell | None, path: Path,
           outputs: dict[str, list[NotebookNode]]) -> dict[str, Any]:
    entry = {"id": shown.id, "cell_type": shown.cell_type, "source": shown.source, "hash": normal_hash(shown.source),
             "tags": list(shown.metadata.get("tags", [])), "exercise": None, "role": None, "needs": [], "functions": []}
    if cell:
        entry |= {"exercise": cell.exercise, "role": cell.role, "needs": cell.needs}
        if cell.role == "answer":
            entry["functions"] = defined(cell.source, Place(path, cell.line))
    entry["outputs"] = [] if untold(shown) else [_told(output) for output in outputs.get(shown.id, [])]
    return entry


def untold(cell: Any) -> bool:
    """Return whether a cell shows something else at every run, such as a measured time."""
    return "nbval-ignore-output" in cell.get("metadata", {}).get("tags", [])


def _told(output: NotebookNode) -> dict[str, Any]:
    """Return ``output`` as a plain dict without pictures and without its count."""
    told: dict[str, Any] = json.loads(json.dumps(output, sort_keys=True))
    told.get("data", {}).pop("image/png", None)
    if "execution_count" in told:
        told["execution_count"] = None
    return told


def _notebook(chapter: Chapter, links: str, learner: bool) -> NotebookNode:
    cells = [_cell(name, cell, chapter.path, learner) for name, cell in zip(ids(chapter), chapter.cells, strict=True)
             if not (learner and cell.solution)]
    title, _, rest = cells[0].source.partition("\n")
    cells[0].source = f"{title}\n\n{links}\n{rest}".rstrip()
    cells.append(nbformat.v4.new_markdown_cell(links, id=NAVIGATION))
    return nbformat.v4.new_notebook(cells=cells, metadata={
        "bpkit": {"chapter": chapter.number, "format": FORMAT},
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python",
                          "nbconvert_exporter": "python", "pygments_lexer": "ipython3",
                          "codemirror_mode": {"name": "ipython", "version": 3}}})


def _cell(name: str, cell: Cell, path: Path, learner: bool) -> NotebookNode:
    place = Place(path, cell.line)
    if cell.kind == "markdown":
        return nbformat.v4.new_markdown_cell(plain(cell.source, place), id=name, metadata=_metadata(name, cell))
    source = cell.source
    if cell.role == "answer":
        source = cut(source, place) if learner else solved(source, place)
    return nbformat.v4.new_code_cell(source, id=name, metadata=_metadata(name, cell))


def _metadata(name: str, cell: Cell) -> dict[str, Any]:
    """Return the tags, what hides a cell's input, and what nbgrader reads (its cell metadata, schema 3)."""
    metadata: dict[str, Any] = {"tags": cell.tags} if cell.tags else {}
    if "hide-input" in cell.tags:
        metadata["jupyter"] = {"source_hidden": True}
    if cell.role:
        check = cell.role == "check"
        metadata["deletable"] = False
        metadata["nbgrader"] = {"schema_version": 3, "grade_id": name, "solution": not check, "grade": check,
                                "locked": check, "task": False} | ({"points": 1} if check else {})
        if check:
            metadata["editable"] = False
    return metadata
