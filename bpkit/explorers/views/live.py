"""What Python answers a view that pulls the steps of a training run one after the other."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from ...shapes import whole
from .training import Run

MOST = 32  # steps an answer
PACKAGE = str(Path(__file__).parents[2])


def answer(run: Run, steps: int, asked: Any) -> dict[str, Any]:
    """The steps ``asked["from"]``.. of the run, ``asked["count"]`` of them, or why there are none.

    A question has the same answer however often it is asked: two views, or a page that was loaded again, see one run.
    """
    first = whole("from", asked["from"])
    last = min(first + min(whole("count", asked["count"]), MOST) - 1, steps)
    error = None
    try:
        run.until(last)
        if run.ended and len(run.kept) <= last:
            error = f"Step {len(run.kept)}: the numbers are no longer finite; the run ends here."
    except Exception as raised:  # the learner's function may raise anything, and a callback's exceptions vanish
        error = said(raised, len(run.kept))
    return {"from": first, "steps": run.kept[first:last + 1], "error": error}


def said(error: Exception, step: int) -> str:
    """An exception in words: the step, what was raised, and the line of the learner's function that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = next((frame.filename for frame in frames if not frame.filename.startswith(PACKAGE)), None)
    at = [f"\nin line {frame.lineno}: {frame.line}" for frame in frames if frame.filename == theirs]
    return f"Step {step}: {type(error).__name__}: {error}{at[-1] if at else ''}"
