"""Every chapter runs to its end in a real JupyterLab, asks no other machine for anything, and raises no barrier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
CHAPTERS = sorted([*ROOT.glob("solutions/*.ipynb"), *ROOT.glob("course/*.ipynb")])


@pytest.fixture(scope="module")
def desk(chromium: Any) -> Iterator[Any]:
    """One tab for all chapters, in which JupyterLab is loaded once."""
    from .conftest import Tab

    one = Tab(chromium)
    yield one
    one.close()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_chapter_runs_to_its_end(lab: Any, desk: Any, axe: str, chapter: Path) -> None:
    desk.wrong.clear()
    book = lab.open(desk, chapter)
    try:
        book.run_all()
        assert book.errors() == []
        assert desk.page.locator("mjx-merror").count() == 0, "a formula could not be set"
        assert desk.page.get_by_text("Error displaying widget").count() == 0
        if desk.page.locator(".bp-explorer").count():
            assert desk.barriers(axe, ".bp-explorer") == []
        assert desk.wrong == []
    finally:
        book.close()
