"""Curves: errors of differences, costs, and the ways of optimisers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from .paper import BACKWARD, FORWARD, LOSS, QUIET, RIGHT, axes, label, powers_of_ten

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def difference_errors(steps: Any, errors: dict[str, Any], title: str, ax: Axes | None = None) -> Axes:
    """Error of a difference quotient against its step h, both logarithmic.

    ``steps`` (k,) and, for each method by name, ``errors`` (k,); an error of exactly 0 is drawn at 1e-17.
    """
    ax = axes(ax)
    styles = zip((BACKWARD, FORWARD, RIGHT), ("o", "s", "^"), strict=True)
    for (name, error), (colour, marker) in zip(errors.items(), styles, strict=False):
        ax.loglog(steps, np.maximum(np.abs(error), 1e-17), marker=marker, markersize=4, color=colour, label=name)
    for axis in (ax.xaxis, ax.yaxis):
        powers_of_ten(axis)
    label(ax, "step h", "error of the derivative")
    ax.legend(frameon=False)
    ax.set_title(title, loc="left")
    return ax


def lines(x: Any, curves: dict[str, Any], title: str, x_label: str, y_label: str, log: bool = False,
          ax: Axes | None = None) -> Axes:
    """Up to four curves over one x: ``x`` (k,) and, by name, each curve (k,). ``log`` makes the y axis logarithmic."""
    ax = axes(ax)
    styles = zip((FORWARD, BACKWARD, RIGHT, LOSS), ("-", "--", "-.", ":"), ("o", "s", "^", "D"), strict=True)
    for (name, y), (colour, stroke, marker) in zip(curves.items(), styles, strict=False):
        ax.plot(x, y, color=colour, linestyle=stroke, label=name, marker=marker if len(x) <= 40 else "", markersize=4)
    if log:
        ax.set_yscale("log")
        powers_of_ten(ax.yaxis)
    if np.asarray(x).dtype.kind in "iu":
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    label(ax, x_label, y_label)
    ax.legend(frameon=False)
    ax.set_title(title, loc="left")
    return ax


def costs(parameters: Any, seconds: dict[str, Any], title: str, ax: Axes | None = None) -> Axes:
    """What a gradient costs, against the number of parameters, both logarithmic.

    ``parameters`` (k,) and, for each way by name, its ``seconds`` (k,), up to four ways.
    """
    ax = lines(parameters, seconds, title, "parameters", "seconds", log=True, ax=ax)
    ax.set_xscale("log")
    powers_of_ten(ax.xaxis)
    return ax


def race(paths: dict[str, Any], loss: Any, title: str, ax: Axes | None = None) -> Axes:
    """Ways over a surface: level lines of ``loss(w1, w2)`` and, by name, up to three paths (k, 2), each from its start.

    Shown is w1 from -5 to 5 and w2 from -2.5 to 2.5; neighbouring level lines differ by a factor of 4.
    """
    ax = axes(ax)
    w1, w2 = np.meshgrid(np.linspace(-5, 5, 161), np.linspace(-2.5, 2.5, 161))
    heights = loss(w1, w2)
    ax.contour(w1, w2, heights, levels=heights.max() / 4.0 ** np.arange(8, 0, -1), colors=QUIET, linewidths=0.6)
    styles = zip((FORWARD, LOSS, RIGHT), ("-", "--", "-."), ("o", "s", "^"), strict=True)
    for (name, places), (colour, stroke, marker) in zip(paths.items(), styles, strict=False):
        x, y = np.asarray(places, dtype=float).T
        ax.plot(x, y, color=colour, linestyle=stroke, marker=marker, markersize=3, linewidth=1, label=name)
    label(ax, "weight w1", "weight w2")
    ax.set(xlim=(-5, 5), ylim=(-2.5, 2.5))
    if paths:
        ax.legend(frameon=False)
    ax.set_title(title, loc="left")
    return ax
