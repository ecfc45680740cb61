"""What every plot shares: axes to draw on, their look, and one colour a quantity across the course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib import pyplot as plt
from matplotlib.ticker import LogFormatterSciNotation

from ..notation import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

FORWARD, BACKWARD, LOSS, RIGHT, QUIET = (COLOURS[name][0] for name in ("forward", "backward", "loss", "right", "quiet"))

MARGINS = {"left": 0.14, "right": 0.97, "bottom": 0.16, "top": 0.89}


def axes(ax: Axes | None) -> Axes:
    """``ax``, or that of a new figure, with fixed margins: a layout that is computed doubles the time of a plot."""
    return plt.subplots(figsize=(6.4, 3.6), gridspec_kw=MARGINS)[1] if ax is None else ax


def label(ax: Axes, x: str, y: str) -> None:
    """Name both axes, and leave of the frame what is needed."""
    ax.set(xlabel=x, ylabel=y)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color=QUIET, alpha=0.25, linewidth=0.5)


class Powers(LogFormatterSciNotation):
    """10⁻² and 6×10⁻² in plain characters: setting them as formulas takes half the time of a plot."""

    RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The label of a tick at x, or "" where Matplotlib wants none."""
        times, ten, power = super().__call__(x, pos).removeprefix(r"$\mathdefault{").removesuffix("}$").partition("10^")
        return times.replace(r"\times", "×") + ten.rstrip("^") + power.strip("{}").translate(self.RAISED)


def powers_of_ten(axis: Axis) -> None:
    """Label a logarithmic axis."""
    axis.set_major_formatter(Powers())
    axis.set_minor_formatter(Powers())
