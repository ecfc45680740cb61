"""A chapter's source, ``solutions/NN_name.md``: read from MyST text, with the line of every cell.

Reading is lenient; `bpkit.press.proof` says what a chapter may not do.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..shapes import BadInput

NAME = re.compile(r"(\d\d)_[a-z0-9_]+")
HEADING = re.compile(r"#{1,6} +(.+?)(?: +#+)? *")


@dataclass(frozen=True)
class Cell:
    """One cell as written: its text with all marks, the line where that text begins, and its metadata."""

    kind: str
    source: str
    line: int
    metadata: dict[str, Any]

    @property
    def tags(self) -> list[str]:
        """The tags of the cell; ``solution`` is the press's own."""
        return list(self.metadata.get("tags", []))

    @property
    def exercise(self) -> str | None:
        """The number of the exercise that the cell belongs to, such as "5.2"."""
        return self.metadata.get("exercise")

    @property
    def role(self) -> str | None:
        """What the cell is in its exercise: answer or check."""
        return self.metadata.get("role")

    @property
    def needs(self) -> list[str]:
        """The exercises that must be right before this cell can run."""
        return list(self.metadata.get("needs", []))

    @property
    def solution(self) -> bool:
        """Whether the learner's notebook leaves the whole cell out."""
        return "solution" in self.tags


@dataclass(frozen=True)
class Chapter:
    """One chapter's source: its file and its cells, in order."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending, such as 05_hidden_deltas."""
        return self.path.stem

    @property
    def number(self) -> str:
        """The two digits of the chapter, such as "05"."""
        return self.name[:2]

    @property
    def title(self) -> str:
        """The heading that the chapter opens with."""
        return self.cells[0].source.splitlines()[0].removeprefix("# ").strip()

    def headings(self) -> Iterator[tuple[Cell, str]]:
        """Yield every cell with the last heading at or above it."""
        heading = self.title
        for cell in self.cells:
            if cell.kind == "markdown":
                found = [match[1] for line in prose(cell.source) if (match := HEADING.fullmatch(line))]
                heading = found[-1] if found else heading
            yield cell, heading


def prose(markdown: str) -> Iterator[str]:
    """Yield the lines of ``markdown`` that stand outside fenced blocks."""
    fence = ""
    for line in markdown.splitlines():
        ticks = re.match(r" {0,3}(`{3,}|~{3,})([^`]*)$", line)
        if fence and ticks and ticks[1].startswith(fence) and not ticks[2].strip():
            fence = ""
        elif not fence and ticks:
            fence = ticks[1]
        elif not fence:
            yield line


def wrong(path: Path, line: int, problem: str, *, wanted: str, got: str, hint: str) -> BadInput:
    """Make the error for one line of a chapter's source; the file and the line come first."""
    return BadInput(f"{'/'.join(path.parts[-2:])}:{line}: {problem}", wanted=wanted, got=got, hint=hint)


def sources(root: Path) -> list[Path]:
    """Return the chapters' source files below ``root``, in the order of the course."""
    return sorted(path for path in (root / "solutions").glob("*.md") if NAME.fullmatch(path.stem))


def read(path: Path) -> Chapter:
    """Read one chapter. Raises BadInput, with file and line, where the text is no notebook with a title."""
    text = path.read_text(encoding="utf-8")
    notebook = _parse(path, text)
    lines, cells, at = f"\n{text}\n", [], 0
    for cell in notebook.cells:
        found = lines.find(f"\n{cell.source}\n", at)
        at = found if found >= 0 else at
        cells.append(Cell(cell.cell_type, cell.source, lines.count("\n", 0, at) + 1, dict(cell.metadata)))
        at += len(cell.source)
    chapter = Chapter(path, tuple(cells))
    if not cells or cells[0].kind != "markdown" or not cells[0].source.startswith("# "):
        raise wrong(path, cells[0].line if cells else 1, "the chapter has no title.", wanted="a first line '# Title'",
                    got=cells[0].source.splitlines()[0] if cells and cells[0].source else "nothing",
                    hint="open the chapter with its title, then the first sentence")
    return chapter


def _parse(path: Path, text: str) -> Any:
    try:
        import jupytext
        from jupytext.myst import MystMetadataParsingError
    except ImportError:
        raise BadInput("the press cannot read a chapter.", wanted="jupytext", got="a Python without it",
                       hint="pip install -e '.[test]' in the checkout") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return jupytext.reads(text, fmt="md:myst")
        except MystMetadataParsingError as error:
            line = re.search(r"line (\d+)", str(error))
            raise wrong(path, int(line[1]) if line else 1, "the settings of a cell are not readable.",
                        wanted=':key: value, such as :exercise: "5.2"', got=str(error).splitlines()[-1].strip(),
                        hint="put text in quotes and lists in [brackets]") from None
