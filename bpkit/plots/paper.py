"""What every plot shares: axes to draw on, their look, and one colour a quantity across the course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib import pyplot as plt

from ..notation import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORWARD, BACKWARD, LOSS, RIGHT, QUIET = (COLOURS[name][0] for name in ("forward", "backward", "loss", "right", "quiet"))

MARGINS = {"left": 0.12, "right": 0.97, "bottom": 0.16, "top": 0.89}


def axes(ax: Axes | None) -> Axes:
    """``ax``, or that of a new figure, with fixed margins: a layout that is computed doubles the time of a plot."""
    return plt.subplots(figsize=(6.4, 3.6), gridspec_kw=MARGINS)[1] if ax is None else ax


def label(ax: Axes, x: str, y: str) -> None:
    """Name both axes, and leave of the frame what is needed."""
    ax.set(xlabel=x, ylabel=y)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color=QUIET, alpha=0.25, linewidth=0.5)
