"""Changing a learner's notebook without losing a line of it: reset, upgrade, and the dated copy that comes first."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from ..notation import write_whole
from ..shapes import BadInput
from .course import Record, normal_hash
from .overlay import Cell, answer_names, code_cells, match

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
    """``mine`` with the blank of exercise ``number`` in the place of its answer; a missing answer cell comes back.

    Raises BadInput where the cell holds the answer to another exercise as well.
    """
    mine = copy.deepcopy(mine)
    others = {name: one["exercise"] for one in record["cells"] if one["role"] == "check" and one["exercise"] != number
              for name in answer_names(one, record)}
    owners = lesson_cells(mine, record)
    blanks = [cell for cell in record["cells"] if cell["exercise"] == number and cell["role"] == "answer"]
    for blank in blanks:
        fresh = next(cell for cell in course["cells"] if cell.get("id") == blank["id"])
        here = [i for i, owner in owners.items() if owner["id"] == blank["id"]]
        here = here or _answering(mine, record, blank)
        shared = sorted(Cell(_text(mine["cells"][here[0]])).defines & set(others)) if here else []
        if shared:
            raise BadInput(f"the cell of {number} holds another answer as well.", wanted="one answer a cell",
                           got=f"{shared[0]}, which answers {others[shared[0]]}",
                           hint=f"move {shared[0]} into a cell of its own, save, and ask again")
        fresh = copy.deepcopy(fresh)
        if here:
            mine["cells"][here[0]] = fresh
        else:
            mine["cells"].insert(_place(mine, record, blank), fresh)
        for cell in mine["cells"]:  # a text that was made of the answer may have kept its id
            if cell is not fresh and cell.get("id") == fresh["id"]:
                cell["id"] = f"{fresh['id']}-own"
        if mine.get("nbformat_minor", 0) < 5:
            del fresh["id"]
        owners = lesson_cells(mine, record)
    return mine


def merged(mine: Notebook, course: Notebook, record: Record) -> Notebook:
    """The new lesson ``course`` with the learner's answers, and with the learner's own cells where they stood.

    What the learner's kernel is called, and the outputs of cells that stay as they are, stay as well.
    """
    owners = lesson_cells(mine, record)
    new = copy.deepcopy(course)
    new["metadata"] = {**mine.get("metadata", {}), "bpkit": course["metadata"].get("bpkit", {})}
    taken: set[int] = set()
    calls = {" ".join(one["source"].split()) for one in record["cells"] if one["role"] == "check"}
    for cell in new["cells"]:
        lesson = next((one for one in record["cells"] if one["id"] == cell.get("id")), None)
        if lesson and lesson["role"] == "answer":
            here = [i for i, owner in owners.items() if owner["id"] == lesson["id"]]
            here = here or [i for i in _answering(mine, record, lesson) if i not in taken]
            if here:
                cell["source"] = mine["cells"][here[0]]["source"]
                taken.add(here[0])
    seen = {(one.get("id"), _text(one)): one for one in mine["cells"]}
    for cell in new["cells"]:
        before = seen.get((cell.get("id"), _text(cell)), {})
        cell.update({name: copy.deepcopy(before[name]) for name in ("outputs", "execution_count") if name in before})
    at = 0
    for i, cell in enumerate(mine["cells"]):
        if i in taken or _of_the_course(cell, owners.get(i), i == 0, calls):
            name = owners[i]["id"] if i in owners else cell.get("id")
            at = next((j + 1 for j, one in enumerate(new["cells"]) if one.get("id") == name), at)
        else:
            new["cells"].insert(at, _own(cell, new))
            at += 1
    return new


def same_lesson(one: Notebook, other: Notebook) -> bool:
    """Whether two notebooks hold the same cells in the same order, whatever they print."""
    return [(cell["cell_type"], _text(cell)) for cell in one["cells"]] == [
        (cell["cell_type"], _text(cell)) for cell in other["cells"]]


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


def _of_the_course(cell: dict[str, Any], owner: Record | None, first: bool, calls: set[str]) -> bool:
    """Whether ``cell`` is the course's, of this release or an older one, and not changed by the learner.

    The id of a lesson's cell is made from its text, so that a cell of an older release is known as well; a title of an
    older release is known if it stands ``first``, and a check by its text, one of ``calls``.
    """
    text, name = _text(cell), str(cell.get("id", ""))
    if owner and owner["hash"] == normal_hash(text):
        return True
    check = " ".join(text.split()) in calls
    unchanged = name[:12] == normal_hash(f"{cell.get('cell_type')} {text}")[:12]
    title = first and cell.get("cell_type") == "markdown" and text.startswith("# ")
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


def _answering(notebook: Notebook, record: Record, blank: Record) -> list[int]:
    """The cells that may hold the answer to ``blank``: above its check the nearest first, else the last one first."""
    check = next(one for one in record["cells"] if one["exercise"] == blank["exercise"] and one["role"] == "check")
    names = set(blank["functions"]) or answer_names(check, record)
    found = _defining(notebook, names)
    judged = [i for i, cell in enumerate(notebook["cells"]) if Cell(_text(cell)).checks == blank["exercise"]]
    return [i for i in found if judged and i <= judged[0]] or found


def _place(notebook: Notebook, record: Record, blank: Record) -> int:
    """Behind the last cell of the course that stands before ``blank`` in the lesson."""
    order = [cell["id"] for cell in record["cells"]]
    before = set(order[:order.index(blank["id"])])
    return max((i + 1 for i, owner in lesson_cells(notebook, record).items() if owner["id"] in before), default=0)


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
