"""Every chapter runs to its end in a real JupyterLab, and asks no other machine for anything.

Chapter 0 is the learner's, with empty answers; the others are solved.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
CHAPTERS = [*sorted(ROOT.glob("course/*.ipynb"))[:1], *sorted(ROOT.glob("solutions/*.ipynb"))[1:]]


def explored(chapter: Path) -> int:
    """How many cells of a notebook show an explorer; a lesson is saved without any output."""
    cells = nbformat.read(chapter, as_version=4).cells
    return sum("bp.explore." in cell.source and bool(cell.outputs) for cell in cells if cell.cell_type == "code")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_chapter_shows_its_saved_pictures_and_runs_to_its_end(opened: Any, desk: Any, chapter: Path) -> None:
    book = opened(chapter)
    saved = "[...document.querySelectorAll('.jp-RenderedImage img')].filter((image) => image.naturalWidth > 400).length"
    desk.page.wait_for_function(f"wanted => {saved} >= wanted", arg=explored(chapter))
    book.run_all()
    assert book.errors() == []
    assert desk.page.locator("mjx-merror").count() == 0, "a formula could not be set"
    assert desk.page.get_by_text("Error displaying widget").count() == 0
    assert desk.wrong == []
