"""Plots of training and of gradients: each takes ``ax`` (a new figure's without one) and returns it.

Every title states what the picture shows; colours are ``bpkit.notation.COLOURS``, one a quantity across the course.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

from .notation import COLOURS, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .training import History

FORWARD, BACKWARD, LOSS, RIGHT, QUIET = (COLOURS[name][0] for name in ("forward", "backward", "loss", "right", "quiet"))


def history(run: History, ax: Axes | None = None) -> Axes:
    """Loss (left axis) and accuracy (right axis) of a training run against its epochs.

    ``run`` is a History; validation is dashed where there is one.
    """
    ax = _axes(ax)
    epochs = np.arange(1, len(run) + 1)
    ax.plot(epochs, run.loss, color=LOSS, label="training loss")
    if len(run.validation_loss):
        ax.plot(epochs, run.validation_loss, color=LOSS, linestyle="--", label="validation loss")
    _label(ax, "epoch", "loss L")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if not np.isnan(run.accuracy).all():
        right = ax.twinx()
        right.plot(epochs, run.accuracy, color=RIGHT, label="training accuracy")
        if len(run.validation_accuracy):
            right.plot(epochs, run.validation_accuracy, color=RIGHT, linestyle="--", label="validation accuracy")
        right.set(ylabel="accuracy", ylim=(0, 1.02))
        right.spines["top"].set_visible(False)
    lines = [line for axes in ax.figure.axes for line in axes.get_lines()]
    ax.legend(lines, [str(line.get_label()) for line in lines], loc="center right", frameon=False)
    ax.set_title(_history_title(run), loc="left")
    return ax


def difference_errors(steps: Any, errors: dict[str, Any], ax: Axes | None = None) -> Axes:
    """Error of a difference quotient against its step h, both logarithmic.

    ``steps`` (k,) and, for each method by name, ``errors`` (k,); an error of exactly 0 is drawn at 1e-17.
    """
    ax = _axes(ax)
    styles = zip((BACKWARD, FORWARD, RIGHT), ("o", "s", "^"), strict=True)
    for (name, error), (colour, marker) in zip(errors.items(), styles, strict=False):
        ax.loglog(steps, np.maximum(np.abs(error), 1e-17), marker=marker, markersize=4, color=colour, label=name)
    _label(ax, "step h", "error of the derivative")
    ax.legend(frameon=False)
    best = {name: (np.min(np.abs(error)), steps[int(np.argmin(np.abs(error)))]) for name, error in errors.items()}
    name = min(best, key=lambda n: best[n][0])
    ax.set_title(f"The {name} loses least: {best[name][0]:.0e} at h = {best[name][1]:.0e}", loc="left")
    return ax


def _history_title(run: History) -> str:
    if not len(run):
        return "No epoch was finished"
    start, end = number(run.loss[0], 3), number(run.loss[-1], 3)
    verb = "falls" if run.loss[-1] < run.loss[0] else "rises"
    title = f"The loss {verb} from {start} to {end}"
    if len(run.validation_accuracy) and not np.isnan(run.validation_accuracy[-1]):
        title += f"; {100 * run.validation_accuracy[-1]:.1f} % right on validation"
    return title


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots(figsize=(6.4, 3.6), layout="constrained")[1] if ax is None else ax


def _label(ax: Axes, x: str, y: str) -> None:
    ax.set(xlabel=x, ylabel=y)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color=QUIET, alpha=0.25, linewidth=0.5)
