"""Explorers: pictures of backpropagation whose numbers can be moved, as in ``bp.explore.neuron()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .host import Explorer

__all__ = ["chain", "loss", "neuron"]


def neuron(x: float = 0.5, w: float = 0.8, b: float = 0.0, y: float = 1.0, h: float = 0.5) -> Explorer:
    """One neuron, z = w·x + b, a = σ(z), and its binary cross-entropy L, with every value and gradient.

    x -2..2, w and b -3..3, y 0..1 can be moved; below, L against w with its tangent of slope dL/dw, and what a nudge
    of w by h (0.01..1) does to L. Raises BadInput for a number out of range.
    """
    from .views.neuron import explorer

    return explorer(x, w, b, y, h)


def loss(a: float = 0.6, y: float = 1.0) -> Explorer:
    """Binary cross-entropy, half squared error and -y ln a against the prediction a, each with its tangent dL/da.

    a 0.02..0.98 and y 0..1 can be moved. Raises BadInput for a number out of range.
    """
    from .views.loss import explorer

    return explorer(a, y)


def chain(formula: str = "s = x + y; q = s * z; f = q + x", nudged: str | None = None, h: float = 0.1,
          **inputs: float) -> Explorer:
    """The chain rule on the graph of a formula: every path from one input, its local derivatives, and a nudge by h.

    ``chain("q = x + y; f = q * z", x=-2, y=5, z=-4)``; without inputs, x = -2, y = 5, z = -4.
    Raises BadInput for a formula that is no graph (see ``bp.diagrams.graph``) and for more than 8 paths.
    """
    from .views.chain import explorer

    return explorer(formula, inputs or {"x": -2.0, "y": 5.0, "z": -4.0}, nudged, h)
