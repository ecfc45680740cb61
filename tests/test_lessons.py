"""What every chapter must keep: budgets of its cells, formulas that are executed, numbers that are the code's."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))
FILLER = re.compile(r"\b(simply|just|obviously|clearly|trivial(?:ly)?|of course|very)\b", re.IGNORECASE)
DECIMAL = re.compile(r"(?<![\d.\w])\d+\.\d+(?![\d.]*\w)")
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)


def cells(path: Path, kind: str) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def prose(path: Path) -> str:
    """All text of a chapter, without code blocks, inline code and the addresses of links."""
    text = "\n\n".join(cell.source for cell in cells(path, "markdown"))
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "", text))


def formulas(path: Path) -> list[str]:
    """Every displayed formula of a chapter, its white space folded."""
    text = "\n\n".join(cell.source for cell in cells(path, "markdown"))
    return [" ".join(found.split()) for found in re.findall(r"\$\$(.+?)\$\$", text, flags=re.S)]


def registered(path: Path) -> dict:
    """The formulas of a chapter that are executed, by their LaTeX."""
    file = Path(__file__).parent / "formulas" / f"ch{path.stem[:2]}.py"
    spec = importlib.util.spec_from_file_location(f"formulas_{path.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {" ".join(latex.split()): proof for latex, proof in module.FORMULAS.items()}


@every_chapter
def test_every_displayed_formula_is_executed(path):
    proofs = registered(path)
    shown = formulas(path)
    assert sorted(set(shown)) == sorted(proofs)
    for latex in shown:
        proofs[latex]()


@every_chapter
def test_every_decimal_in_the_prose_is_a_number_of_the_code(path):
    code = cells(path, "code")
    known = json.dumps([[cell.source, cell.outputs] for cell in code])
    exercises = {cell.metadata.get("exercise") or cell.metadata.get("bpkit", {}).get("exercise") for cell in code}
    for number in DECIMAL.findall(prose(path)):
        assert number in known or number in exercises, f"{number} stands in the text and nowhere in the code or its output"


@every_chapter
def test_code_cells_are_short_and_at_most_three_in_a_row(path):
    row = 0
    for cell in nbformat.read(path, as_version=4).cells:
        row = row + 1 if cell.cell_type == "code" else 0
        assert row <= 3, f"four code cells in a row, the last:\n{cell.source}"
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 20, cell.source


@every_chapter
def test_the_prose_has_no_filler(path):
    assert not FILLER.findall(prose(path))


@every_chapter
def test_a_chapter_opens_with_its_goals_and_closes_with_what_to_do_next(path):
    text = prose(path)
    for part in ("**You will**", "**You learn to**", "**You need**", "## On your own", "## In practice", "## Read further"):
        assert part in text, f"{part} is missing"


@every_chapter
def test_learners_notebook_holds_no_output_and_no_answer(path):
    learner = nbformat.read(ROOT / "course" / path.name, as_version=4)
    assert not [cell for cell in learner.cells if cell.cell_type == "code" and cell.outputs]
    assert "SOLUTION" not in (ROOT / "course" / path.name).read_text(encoding="utf-8")
