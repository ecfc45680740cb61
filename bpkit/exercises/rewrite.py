"""Changing a learner's notebook without losing a line of it: reset, upgrade, and the dated copy that comes first."""

from __future__ import annotations

import copy
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import places as folders
from ..notation import write_whole
from ..shapes import BadInput
from .course import Record, normal_hash
from .homes import Notebook, answers, binds, judged, lesson_cells, names_of, text_of
from .overlay import Broken, Cell, read

LINKS = re.compile(r"^\[[^\]\n]*\]\([^)\n]*\)(?: · \[[^\]\n]*\]\([^)\n]*\))*$", re.MULTILINE)


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


def load(path: Path, record: Record) -> Notebook:
    """Read the learner's notebook of the chapter of ``record``. Raises BadInput for what is none in format 4."""
    again = f"bpkit reset {record['chapter']}, which keeps your file in backups"
    try:
        read(path)
        mine: Notebook = json.loads(path.read_text(encoding="utf-8-sig"))
        json.dumps(mine, ensure_ascii=False).encode()
        whole = isinstance(mine.get("nbformat_minor", 0), int) and all(map(_whole, mine.get("cells", [])))
        if mine["nbformat"] == 4 and not whole:
            raise Broken("A number, an id or a source in it is of the wrong kind.")
    except (Broken, UnicodeEncodeError) as error:
        why = error if isinstance(error, Broken) else "It holds half a character."
        raise BadInput(f"{path.name} cannot be read. {why}", wanted="a notebook", got=path.name, hint=again) from None
    if mine["nbformat"] != 4:
        raise BadInput(f"{path.name} is in the old notebook format {mine['nbformat']}.", wanted="format 4",
                       got=f"format {mine['nbformat']}", hint="open it in JupyterLab, save it there, and come back")
    return mine


def belongs(path: Path, record: Record, found: Record | None) -> None:
    """Refuse to put the chapter of ``record`` into a file of another: ``found``, or of none that its checks tell."""
    if not found:
        checks = {cell["hash"] for cell in record["cells"] if cell["role"] == "check"}
        try:
            found = record if any(normal_hash(cell.source) in checks for cell in read(path)) else None
        except Broken:
            found = None
    if not found or found["chapter"] != record["chapter"]:
        raise BadInput(f"{path.name} is not a notebook of chapter {record['chapter']}.",
                       wanted=f"a copy of {record['name']}.ipynb",
                       got=f"a notebook of chapter {found['chapter']}" if found else "a file with none of its checks",
                       hint=f"bpkit reset {found['chapter'] if found else record['chapter']}, with your file of it")


def learners_own(folder: Path) -> None:
    """Refuse the folders that hold the course itself: a checkout's solutions and course, and a wheel's lessons."""
    root = folder.parent
    checkout = all((root / one).exists() for one in ("pyproject.toml", "solutions", "bpkit"))
    if folder == folders.course().resolve() or (checkout and folder.name in ("solutions", "course")):
        raise BadInput("these notebooks are the course's own.", wanted="your copy of the course", got=str(folder),
                       hint="bpkit lab my-course makes a copy; work in that folder")


def with_blank(mine: Notebook, course: Notebook, record: Record, number: str) -> Notebook:
    """``mine`` with the blank of exercise ``number`` in the place of its answer; a missing answer cell comes back.

    Raises BadInput where that would take another exercise's answer with it.
    """
    mine = copy.deepcopy(mine)
    homes = answers(mine, record)
    blanks = [cell for cell in record["cells"] if cell["exercise"] == number and cell["role"] == "answer"]
    here = {blank["id"]: mine["cells"][homes[blank["id"]]] for blank in blanks if blank["id"] in homes}
    _alone(mine, record, number, homes)
    cells: list[dict[str, Any]] = mine["cells"]
    last: dict[str, Any] = {}
    for blank in blanks:
        fresh = copy.deepcopy(next(cell for cell in course["cells"] if cell.get("id") == blank["id"]))
        old = here.get(blank["id"])
        if old is None:
            cells.insert(_place(mine, record, blank), fresh)
        elif any(one is old for one in cells):
            cells[_at(cells, old)] = fresh
        else:  # two answers of this exercise stood in one cell
            cells.insert(_at(cells, last) + 1, fresh)
        for cell in cells:
            if cell is not fresh and cell.get("id") == fresh["id"]:
                cell["id"] = _free(fresh["id"], cells)
        last = fresh
        if mine.get("nbformat_minor", 0) < 5:
            fresh.pop("id")  # that format knows none
    return mine


def answered_elsewhere(notebook: Notebook, record: Record, number: str) -> bool:
    """Whether another cell than the blank of ``number`` is what its check judges."""
    blanks = [cell for cell in record["cells"] if cell["exercise"] == number and cell["role"] == "answer"]
    found = [(blank, judged(notebook, record, blank)) for blank in blanks]
    return any(i is not None and normal_hash(text_of(notebook["cells"][i])) != blank["hash"] for blank, i in found)


def merged(mine: Notebook, course: Notebook, record: Record) -> Notebook:
    """The new lesson ``course`` with the learner's answers and edits, and with their own cells where they stood.

    It is ``mine`` itself where every cell of it would say the same. Where another cell than that of an answer's id is
    judged, as in a notebook put in another order, that one takes its place.
    """
    homes = answers(mine, record)
    new = _laid(mine, course, record, homes)
    for lesson in (cell for cell in record["cells"] if cell["role"] == "answer"):
        before, after = judged(mine, record, lesson), judged(new, record, lesson)
        if before is not None and (after is None or _lines(mine["cells"][before]) != _lines(new["cells"][after])):
            homes[lesson["id"]] = before
            new = _laid(mine, course, record, homes)
    return new


def _laid(mine: Notebook, course: Notebook, record: Record, homes: dict[str, int]) -> Notebook:
    """The merged notebook, each answer taken from its cell in ``homes``."""
    owners = lesson_cells(mine, record)
    new = copy.deepcopy(course)
    places: dict[int, dict[str, Any]] = {}
    cells = []
    elsewhere = {name for i, cell in enumerate(mine["cells"]) if i not in owners for name in binds(cell)}
    for cell in new["cells"]:
        lesson = next((one for one in record["cells"] if one["id"] == cell.get("id")), None)
        if lesson and lesson["role"] == "answer":
            here = homes.get(lesson["id"])
            if here in places or (here is None and names_of(lesson, record) & elsewhere):
                continue  # the learner has it in another cell
        else:
            here = next((i for i, owner in owners.items()
                         if owner is lesson and i not in places and not _left(mine["cells"][i], owner)), None)
        if here is not None:
            places[here] = cell
            _bring(mine["cells"][here], cell)
        cells.append(cell)
    _put(mine, cells, places, owners, set(homes.values()))
    if _said(mine["cells"]) == _said(cells):
        return mine
    kept = mine.get("metadata") if isinstance(mine.get("metadata"), dict) else {}
    ours = {key: value for key, value in new["metadata"].items() if key == "bpkit"}
    minor = max(mine.get("nbformat_minor", 0), new["nbformat_minor"])
    return {**mine, "cells": cells, "metadata": {**new["metadata"], **(kept or {}), **ours}, "nbformat_minor": minor}


def _alone(mine: Notebook, record: Record, number: str, homes: dict[str, int]) -> None:
    """Refuse where a cell that answers ``number`` is the only one that answers another exercise."""
    lessons = [cell for cell in record["cells"] if cell["role"] == "answer"]
    here = {homes[one["id"]] for one in lessons if one["exercise"] == number and one["id"] in homes}
    written = {name for i in here for name in Cell(text_of(mine["cells"][i])).defines}
    written -= {name for one in lessons if one["exercise"] == number for name in Cell(one["source"]).defines}
    for one in lessons:
        home = homes.get(one["id"])
        blank = home is None or normal_hash(text_of(mine["cells"][home])) == one["hash"]
        if one["exercise"] != number and (home in here or (blank and names_of(one, record) & written)):
            raise BadInput(f"{number} and {one['exercise']} are answered in one cell.", wanted="a cell for each answer",
                           got=f"one cell that answers {one['exercise']} as well",
                           hint=f"move one of the answers into a cell of its own, then bpkit reset --exercise {number}")


def _put(mine: Notebook, cells: list[dict[str, Any]], places: dict[int, dict[str, Any]],
         owners: dict[int, Record], homes: set[int]) -> None:
    """Put the learner's own cells among the lesson's ``cells``: each behind the cell that it stood behind."""
    at = 0
    for i, cell in enumerate(mine["cells"]):
        owner = owners.get(i)
        name = owner["id"] if owner else cell.get("id")
        behind = next((j + 1 for j, one in enumerate(cells) if one.get("id") == name and name), at)
        if i in places:
            at = _at(cells, places[i]) + 1
        elif (owner and owner["hash"] == normal_hash(text_of(cell))) or _untouched(cell):
            at = behind
        else:
            below = [j for j in homes & places.keys() if j > i and binds(cell) & _words(mine["cells"][j])]
            needed = [_at(cells, places[j]) for j in below]
            cells.insert(min([at, *needed]), _own(cell, cells))  # never below an answer that uses it
            at = (max(at, behind) if owner and owner["role"] == "check" else at) + 1


def _bring(old: dict[str, Any], cell: dict[str, Any]) -> None:
    """Bring what the learner has in the cell ``old`` to the new lesson's ``cell``: text, outputs, metadata."""
    mine = old.get("metadata") if isinstance(old.get("metadata"), dict) else {}
    tags = [*cell["metadata"].get("tags", []), *_list((mine or {}).get("tags"))]
    cell["metadata"] = {**(mine or {}), **cell["metadata"], **({"tags": list(dict.fromkeys(tags))} if tags else {})}
    if normal_hash(text_of(old)) != normal_hash(text_of(cell)) or _lines(old) == _lines(cell):
        cell["source"] = old["source"]
    cell |= {key: old[key] for key in ("outputs", "execution_count", "attachments") if key in old}


def _whole(cell: dict[str, Any]) -> bool:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return all(isinstance(one, str) for one in [*lines, cell.get("id", "")])


def _left(cell: dict[str, Any], owner: Record) -> bool:
    """Whether a cell that the course knows is not to be brought: an edited check, or one of an older release."""
    if owner["hash"] == normal_hash(text_of(cell)):
        return False
    return bool(owner["role"]) or owner["id"] == "navigation" or cell.get("id") != owner["id"] or _untouched(cell)


def _untouched(cell: dict[str, Any]) -> bool:
    """Whether ``cell`` is the course's, of this release or an older one, and not changed by the learner.

    The id of a lesson's cell is made from its text, without the links to other chapters.
    """
    text, name = text_of(cell), str(cell.get("id", ""))
    own = LINKS.sub("", text)
    if name == "navigation":
        return cell.get("cell_type") == "markdown" and not own.strip()
    return any(name[:12] == normal_hash(f"{cell.get('cell_type')} {one}")[:12] for one in (text, own))


def _own(cell: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
    """A cell of the learner's with an id that nothing else has, whole as Jupyter wants it."""
    bare: dict[str, Any] = {"outputs": [], "execution_count": None} if cell.get("cell_type") == "code" else {}
    return {"metadata": {}, **bare, **copy.deepcopy(cell), "id": _free(str(cell.get("id") or "own"), cells)}


def _free(name: str, cells: list[dict[str, Any]]) -> str:
    """``name``, or one made from it, that is an id and that none of ``cells`` has."""
    taken = {one.get("id") for one in cells}
    name = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:40]
    return next(n for n in [name, *(f"{name}-own{k}" for k in range(1, len(taken) + 2))] if n not in taken)


def _place(notebook: Notebook, record: Record, blank: Record) -> int:
    """Behind the last cell of the course that stands before ``blank`` in the lesson."""
    order = [cell["id"] for cell in record["cells"]]
    before = set(order[:order.index(blank["id"])])
    return max((i + 1 for i, owner in lesson_cells(notebook, record).items() if owner["id"] in before), default=0)


def _words(cell: dict[str, Any]) -> set[str]:
    return set(re.findall(r"\w+", text_of(cell)))


def _at(cells: list[dict[str, Any]], cell: dict[str, Any]) -> int:
    return next(i for i, one in enumerate(cells) if one is cell)


def _list(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _said(cells: list[dict[str, Any]]) -> list[tuple[Any, list[str]]]:
    return [(cell.get("cell_type"), _lines(cell)) for cell in cells]


def _lines(cell: dict[str, Any]) -> list[str]:
    return [line.rstrip() for line in text_of(cell).strip().splitlines()]
