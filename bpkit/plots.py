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


def difference_errors(steps: Any, errors: dict[str, Any], title: str, ax: Axes | None = None) -> Axes:
    """Error of a difference quotient against its step h, both logarithmic.

    ``steps`` (k,) and, for each method by name, ``errors`` (k,); an error of exactly 0 is drawn at 1e-17.
    """
    ax = _axes(ax)
    styles = zip((BACKWARD, FORWARD, RIGHT), ("o", "s", "^"), strict=True)
    for (name, error), (colour, marker) in zip(errors.items(), styles, strict=False):
        ax.loglog(steps, np.maximum(np.abs(error), 1e-17), marker=marker, markersize=4, color=colour, label=name)
    _label(ax, "step h", "error of the derivative")
    ax.legend(frameon=False)
    ax.set_title(title, loc="left")
    return ax


def lines(x: Any, curves: dict[str, Any], title: str, x_label: str, y_label: str, log: bool = False,
          ax: Axes | None = None) -> Axes:
    """Up to four curves over one x: ``x`` (k,) and, by name, each curve (k,). ``log`` makes the y axis logarithmic."""
    ax = _axes(ax)
    styles = zip((FORWARD, BACKWARD, RIGHT, LOSS), ("-", "--", "-.", ":"), ("o", "s", "^", "D"), strict=True)
    for (name, y), (colour, stroke, marker) in zip(curves.items(), styles, strict=False):
        ax.plot(x, y, color=colour, linestyle=stroke, label=name, marker=marker if len(x) <= 40 else "", markersize=4)
    if log:
        ax.set_yscale("log")
    if np.asarray(x).dtype.kind in "iu":
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    _label(ax, x_label, y_label)
    ax.legend(frameon=False)
    ax.set_title(title, loc="left")
    return ax


def jacobian(J: Any, title: str, g: Any = None, ax: Axes | None = None) -> Axes:
    """The Jacobian J[i, j] = ds_i/dz_j of a softmax as a heat map with its numbers.

    ``J`` (n, n). An upstream ``g`` = dL/ds (n, 1) stands as a column to the left of J, and the row dL/dz = g' J below.
    """
    ax = _axes(ax)
    J = np.asarray(J, dtype=float)
    n = len(J)
    blocks = {"J": (J, 0.0, 0.0)}
    if g is not None:
        g = np.asarray(g, dtype=float).reshape(n, 1)
        blocks |= {"dL/ds": (g, -1.6, 0.0), "dL/dz": (g.T @ J, 0.0, n + 0.6)}
    for name, (values, left, top) in blocks.items():
        _cells(ax, values, left, top, name)
    ax.set(aspect="equal", xticks=np.arange(n) + 0.5, yticks=np.arange(n) + 0.5)
    ax.set(xlim=(-1.8 if g is not None else 0, n), ylim=(n + 2.2 if g is not None else n + 0.5, 0))
    ax.set_xticklabels([f"z{j + 1}" for j in range(n)])
    ax.set_yticklabels([f"s{i + 1}" for i in range(n)])
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_title(title)
    return ax


def _cells(ax: Axes, values: np.ndarray, left: float, top: float, name: str) -> None:
    """Draw a matrix as coloured cells with numbers, its colours centred on zero, its name below."""
    rows, columns = values.shape
    reach = 1.6 * max(float(np.abs(values).max()), 1e-12)  # pale, so that the numbers can be read
    x, y = left + np.arange(columns + 1), top + np.arange(rows + 1)
    ax.pcolormesh(x, y, values, cmap="PuOr", vmin=-reach, vmax=reach, edgecolors="white")
    for (i, j), value in np.ndenumerate(values):
        ax.text(left + j + 0.5, top + i + 0.5, number(value, 3), ha="center", va="center", fontsize=9)
    ax.text(left + columns / 2, top + rows + 0.25, name, ha="center", va="center", fontsize=9)


def shares(weights: Any, deltas: Any, slope: float, title: str, ax: Axes | None = None) -> Axes:
    """One hidden unit and the k units that it feeds: what each wire brings back, their sum, and delta behind f'.

    ``weights`` (k,) of the wires out of the unit, ``deltas`` (k,) at their ends, ``slope`` f'(z) of the unit.
    A wire is thick where its weight is large, dashed where it is negative.
    """
    ax = _axes(ax)
    w, d = np.ravel(weights).astype(float), np.ravel(deltas).astype(float)
    middle, total = (len(w) - 1) / 2, float(w @ d)
    for k, (weight, delta) in enumerate(zip(w, d, strict=True)):
        ax.annotate("", (0.1, middle), (0.9, k), arrowprops={
            "arrowstyle": "-|>", "color": BACKWARD, "linewidth": 0.8 + abs(weight), "shrinkA": 0, "shrinkB": 12,
            "linestyle": "--" if weight < 0 else "-"})
        brings = f"{weight:g} · {number(delta, 2)} = {number(weight * delta, 2)}"
        ax.text(0.55, middle + (k - middle) * 0.56, brings, ha="center", va="center", fontsize=9, color=BACKWARD,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
        _unit(ax, 1, k, f"δ = {number(delta, 2)}")
    _unit(ax, 0, middle, f"sum = {number(total, 2)}")
    below = f"· f' = {number(slope, 2)}\nδ = {number(total * slope, 3)}"
    ax.text(0, middle + 0.62, below, ha="center", va="center", fontsize=10)
    ax.set(xlim=(-0.25, 1.25), ylim=(len(w) - 0.4, -0.6))
    ax.set_axis_off()
    ax.set_title(title)
    return ax


def _unit(ax: Axes, x: float, y: float, words: str) -> None:
    ax.text(x, y, words, ha="center", va="center", fontsize=10,
            bbox={"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": QUIET})


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
