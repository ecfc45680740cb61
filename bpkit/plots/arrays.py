"""Arrays and wires with their numbers: a Jacobian, and what comes back to one hidden unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..notation import number
from .paper import BACKWARD, QUIET, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def jacobian(J: Any, title: str, g: Any = None, ax: Axes | None = None) -> Axes:
    """The Jacobian J[i, j] = ds_i/dz_j of a softmax as a heat map with its numbers.

    ``J`` (n, n). An upstream ``g`` = dL/ds (n, 1) stands as a column to the left of J, and the row dL/dz = g' J below.
    """
    ax = axes(ax)
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
    ax = axes(ax)
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
