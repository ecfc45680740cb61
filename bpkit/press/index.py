"""The links between chapters, and ``course/README.md``: chapters, exercises and the glossary."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from .cutter import Place, defined
from .glossary import glossary
from .source import Chapter


def links(names: list[str], name: str, index: str) -> str:
    """Return the line *previous · index · next* of chapter ``name`` among ``names``; ``index`` is a path."""
    at = names.index(name)
    parts = [f"[← {_words(names[at - 1])}]({names[at - 1]}.ipynb)"] if at else []
    parts += [f"[all chapters]({index})"]
    parts += [f"[{_words(names[at + 1])} →]({names[at + 1]}.ipynb)"] if at + 1 < len(names) else []
    return " · ".join(parts)


def readme(chapters: list[Chapter]) -> str:
    """Return the text of ``course/README.md``."""
    lines = ["<!-- written by bpkit build from solutions/*.md -->", "# The course", "",
             "Take the chapters in order. `bpkit lab` opens them in a copy of your own.", "",
             "| | chapter | exercises |", "|---|---|---|"]
    for chapter in chapters:
        numbers = dict.fromkeys(cell.exercise for cell in chapter.cells if cell.exercise)
        lines.append(f"| {chapter.number} | [{chapter.title}]({chapter.name}.ipynb) | {', '.join(numbers)} |")
    lines += ["", "## Exercises", "", "| | you write | where |", "|---|---|---|"]
    lines += [row for chapter in chapters for row in _exercises(chapter)]
    return "\n".join([*lines, "", "## Glossary", "", glossary(chapters)])


def _exercises(chapter: Chapter) -> list[str]:
    """Return one row for each exercise: its number, the functions that its answers define, and its heading."""
    found: dict[str, tuple[list[str], str]] = {}
    for cell, heading in chapter.headings():
        if cell.role == "answer" and cell.exercise:
            names, _ = found.setdefault(cell.exercise, ([], heading))
            names += [f"`{name}`" for name in defined(cell.source, Place(chapter.path, cell.line))]
    return [f"| {number} | {', '.join(names) or 'a formula or a number'} | [{heading}]({_anchor(chapter, heading)}) |"
            for number, (names, heading) in found.items()]


def _anchor(chapter: Chapter, heading: str) -> str:
    """Return the link to a heading as JupyterLab spells it; a heading with mathematics has none that is safe."""
    words = heading.replace("`", "").replace("*", "")
    return f"{chapter.name}.ipynb" + ("" if "$" in words else "#" + quote(words.replace(" ", "-")))


def _words(name: str) -> str:
    return Path(name).stem.replace("_", " ")
