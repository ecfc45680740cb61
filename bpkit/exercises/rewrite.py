"""Changing a learner's notebook without losing a line of it: reset, upgrade, and the dated copy that comes first."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from ..notation import write_whole
from .course import Record, normal_hash
from .overlay import Cell, code_cells, match

Notebook = dict[str, Any]


def backup(path: Path) -> Path:
    """Copy ``path`` to the folder ``backups`` beside it, under a name with the date, and return the copy."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    target = path.parent / "backups" / f"{path.stem}.{stamp}{path.suffix}"
    number = 1
    while target.exists():
        number += 1
        target = target.with_stem(f"{path.stem}.{stamp}-{number}")
    return write_whole(target, path.read_bytes())


def write(path: Path, notebook: Notebook) -> None:
    """Write a notebook as Jupyter does, whole or not at all."""
    write_whole(path, (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def with_blank(mine: Notebook, course: Notebook, record: Record, number: str) -> Notebook:
    """``mine`` with the blank of exercise ``number`` in the place of its answer; a missing answer cell comes back."""
    mine = copy.deepcopy(mine)
    owners = lesson_cells(mine, record)
    blanks = [cell for cell in record["cells"] if cell["exercise"] == number and cell["role"] == "answer"]
    for blank in blanks:
        fresh = next(cell for cell in course["cells"] if cell.get("id") == blank["id"])
        here = [i for i, owner in owners.items() if owner["id"] == blank["id"]]
        here = here or _defining(mine, set(blank["functions"]))
        if here:
            mine["cells"][here[0]] = copy.deepcopy(fresh)
        else:
            mine["cells"].insert(_place(mine, record, blank), copy.deepcopy(fresh))
            owners = lesson_cells(mine, record)
    return mine


def merged(mine: Notebook, course: Notebook, record: Record) -> Notebook:
    """The new lesson ``course`` with the learner's answers, and with the learner's own cells where they stood."""
    owners = lesson_cells(mine, record)
    new = copy.deepcopy(course)
    taken: set[int] = set()
    for cell in new["cells"]:
        lesson = next((one for one in record["cells"] if one["id"] == cell.get("id")), None)
        if lesson and lesson["role"] == "answer":
            here = [i for i, owner in owners.items() if owner["id"] == lesson["id"]]
            here = here or [i for i in _defining(mine, set(lesson["functions"])) if i not in taken]
            if here:
                cell["source"] = mine["cells"][here[0]]["source"]
                taken.add(here[0])
    at = 0
    for i, cell in enumerate(mine["cells"]):
        if i in taken or _of_the_course(cell, owners.get(i)):
            name = owners[i]["id"] if i in owners else cell.get("id")
            at = next((j + 1 for j, one in enumerate(new["cells"]) if one.get("id") == name), at)
        else:
            new["cells"].insert(at, _own(cell, new))
            at += 1
    return new


def lesson_cells(notebook: Notebook, record: Record) -> dict[int, Record]:
    """Which cells of the course stand where in ``notebook``, markdown included."""
    code = [i for i, cell in enumerate(notebook["cells"]) if cell.get("cell_type") == "code"]
    found = {code[i]: owner for i, owner in match(list(code_cells(notebook)), record).items()}
    by_id = {cell["id"]: cell for cell in record["cells"] if cell["cell_type"] != "code"}
    by_text = {cell["hash"]: cell for cell in by_id.values()}
    for i, cell in enumerate(notebook["cells"]):
        owner = by_id.get(cell.get("id")) or by_text.get(normal_hash(_text(cell)))
        if cell.get("cell_type") != "code" and owner:
            found[i] = owner
    return found


def _of_the_course(cell: dict[str, Any], owner: Record | None) -> bool:
    """Whether ``cell`` is the course's, of this release or an older one, and not changed by the learner.

    The id of a lesson's cell is made from its text, so that a cell of an older release is known as well.
    """
    text, name = _text(cell), str(cell.get("id", ""))
    if owner and owner["hash"] == normal_hash(text):
        return True
    check = Cell(text).checks and len(text.strip().splitlines()) == 1
    unchanged = name[:12] == normal_hash(f"{cell.get('cell_type')} {text}")[:12]
    title = cell.get("cell_type") == "markdown" and text.startswith("# ")
    return bool(check or unchanged or title or name == "navigation")


def _own(cell: dict[str, Any], new: Notebook) -> dict[str, Any]:
    """A cell of the learner's with an id that nothing else has."""
    cell = copy.deepcopy(cell)
    ids = {one.get("id") for one in new["cells"]}
    name = str(cell.get("id", "own"))[:40]
    cell["id"] = next(n for n in [name, *(f"{name}-own{k}" for k in range(1, len(ids) + 2))] if n not in ids)
    return cell


def _defining(notebook: Notebook, names: set[str]) -> list[int]:
    """The code cells that define one of ``names``, the last one first."""
    return [i for i, cell in reversed(list(enumerate(notebook["cells"])))
            if cell.get("cell_type") == "code" and names & Cell(_text(cell)).defines]


def _place(notebook: Notebook, record: Record, blank: Record) -> int:
    """Behind the last cell of the course that stands before ``blank`` in the lesson."""
    order = [cell["id"] for cell in record["cells"]]
    before = set(order[:order.index(blank["id"])])
    return max((i + 1 for i, owner in lesson_cells(notebook, record).items() if owner["id"] in before), default=0)


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
