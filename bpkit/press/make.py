"""Build the course: from ``solutions/*.md`` to notebooks, records and the index, or say what has drifted."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode

from ..notation import write_whole
from ..shapes import BadInput, nearest
from .index import links, readme
from .notebooks import lesson, record, solution, untold
from .proof import proofread
from .run import run
from .source import Chapter, read, sources

DIFF_LINES = 16


class Change(NamedTuple):
    """One built file that is not what its source makes of it: new, changed or left over."""

    path: str
    kind: str
    diff: str


def build(root: str | Path, chapters: Iterable[str] | None = None, check: bool = False, execute: bool = True,
          tell: Callable[[str], None] = lambda line: None) -> list[Change]:
    """Build ``chapters`` ("05", "7", or all) of the course at ``root``; return every file that changed.

    With ``check`` nothing is written: what is returned has drifted (pictures are not compared). Without
    ``execute`` no kernel starts, and a cell keeps the outputs it has. ``tell`` hears a line a chapter.
    Raises BadInput, with file and line, where a source cannot be built; the chapters before it are done then.
    """
    root = Path(root)
    paths = sources(root)
    if not paths:
        raise BadInput("there is no course to build.", wanted="solutions/NN_name.md", got=f"none below {root}",
                       hint="run it in a checkout of bpkit")
    changes: list[Change] = []
    for path in paths if chapters is None else _choose(paths, chapters):
        chapter = read(path)
        tell(f"{chapter.number} {chapter.title}")
        names = [path.stem for path in paths]
        found = list(_settle(root, _chapter(root, chapter, names, execute), check))
        if execute and not check and any(change.path.startswith("bpkit/expected/") for change in found):
            again = _settle(root, _chapter(root, chapter, names, execute), check)  # a verdict reads the record
            found += [change for change in again if change.path not in {one.path for one in found}]
        changes += found
    index = readme([read(path) for path in paths])
    changes += _settle(root, {"course/README.md": index.encode()}, check)
    return changes + list(_left_over(root, {path.stem for path in paths}))


def _choose(paths: list[Path], wanted: Iterable[str]) -> list[Path]:
    by_number = {path.stem[:2]: path for path in paths}
    return [by_number[nearest(str(number).zfill(2), by_number, "chapter")] for number in wanted]


def _chapter(root: Path, chapter: Chapter, names: list[str], execute: bool) -> dict[str, bytes]:
    """Return the three files of one chapter, by path."""
    proofread(chapter)
    place = f"solutions/{chapter.name}.ipynb"
    solved = solution(chapter, links(names, chapter.name, "../course/README.md"))
    learner = lesson(chapter, links(names, chapter.name, "README.md"))
    fresh = run(chapter, solved) if execute else solved
    solved = _remembered(fresh, root / place, everything=not execute)
    outputs = {cell.id: cell.outputs for cell in solved.cells if cell.cell_type == "code"}
    return {place: _bytes(solved), f"course/{chapter.name}.ipynb": _bytes(learner),
            f"bpkit/expected/{chapter.number}.json": _json(record(chapter, learner, outputs))}


def _remembered(notebook: NotebookNode, path: Path, everything: bool) -> NotebookNode:
    """Return ``notebook`` with the stored outputs of the cells that were not run, or that differ at every run."""
    old = {(cell.get("id"), cell.source): cell for cell in _stored(path)}
    for cell in notebook.cells:
        known = old.get((cell.id, cell.source))
        if known and cell.cell_type == "code" and (everything or untold(cell)):
            cell.outputs, cell.execution_count = known.outputs, known.execution_count
    return notebook


def _stored(path: Path) -> list[Any]:
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4).cells
    except (OSError, ValueError, AttributeError):
        return []


def _bytes(notebook: NotebookNode) -> bytes:
    nbformat.validate(notebook)
    return (nbformat.writes(notebook) + "\n").encode()


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _settle(root: Path, files: dict[str, bytes], check: bool) -> Iterator[Change]:
    """Write the files that differ, or, with ``check``, leave them; yield each that differs."""
    for name, new in files.items():
        path = root / name
        old = path.read_bytes() if path.exists() else None
        if old == new:
            continue
        diff = _diff(name, old or b"", new)
        if not check:
            write_whole(path, new)
        if diff or not check:
            yield Change(name, "changed" if old is not None else "new", diff)


def _diff(name: str, old: bytes, new: bytes) -> str:
    """Return the first lines of what differs between two built files, pictures aside."""
    before, after = (_readable(name, data).splitlines() for data in (old, new))
    lines = list(difflib.unified_diff(before, after, "is", "should be", n=1, lineterm=""))
    more = [f"... {len(lines) - DIFF_LINES} more lines"] if len(lines) > DIFF_LINES else []
    return "\n".join([line[:160] for line in lines[:DIFF_LINES]] + more)


def _readable(name: str, data: bytes) -> str:
    text = data.decode(errors="replace")
    if not name.endswith(".ipynb"):
        return text
    try:
        notebook = json.loads(text)
        for output in (output for cell in notebook["cells"] for output in cell.get("outputs", [])):
            if "image/png" in output.get("data", {}):
                output["data"]["image/png"] = "a picture"
        return json.dumps(notebook, indent=1, ensure_ascii=False)
    except (ValueError, KeyError, TypeError, AttributeError):
        return text


def _left_over(root: Path, names: set[str]) -> Iterator[Change]:
    """Yield built files that no source makes; the press deletes nothing."""
    numbers = {name[:2] for name in names}
    for folder, ending, known in (("solutions", "ipynb", names), ("course", "ipynb", names),
                                  ("bpkit/expected", "json", numbers)):
        for path in sorted((root / folder).glob(f"*.{ending}")):
            if path.stem not in known:
                yield Change(f"{folder}/{path.name}", "left over", "no source makes it: delete it")
