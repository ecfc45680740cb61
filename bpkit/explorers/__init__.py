"""Explorers: pictures of backpropagation whose numbers can be moved, as in ``bp.explore.neuron()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..losses import Loss
    from ..network import Network
    from ..optim import Optimiser
    from .host import Explorer

__all__ = ["batch", "chain", "deltas", "loss", "neuron", "playground", "race", "vanishing"]


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


def deltas(net: Any, x: Any, y: Any, loss: Loss | str | None = None, example: int = 0) -> Explorer:
    """The backward pass of a small network, step by step, and what a typical mistake does to it.

    net with at most 12 units a layer, x (n_0, N), y (n_L, N); without a loss, the one that fits the output
    activation. Shown is the column ``example``. Raises BadInput where x or y do not fit and where net is too large.
    """
    from .views.deltas import explorer

    return explorer(net, x, y, loss, example)


def batch(delta: Any, a_prev: Any) -> Explorer:
    """The outer products of a batch, example by example, and their sum: dW = delta a_prev', db = sum of delta.

    delta (n, N), a_prev (m, N), at most 5 units and 8 examples. Raises BadInput where they do not fit.
    """
    from .views.batch import explorer

    return explorer(delta, a_prev)


def vanishing(depth: int = 12, f: str = "sigmoid", start: str = "1/√n") -> Explorer:
    """How large a[l] and delta[l] are in a deep network: by depth, activation function and size of its first weights.

    depth 1..20 layers of 16 units; f identity, sigmoid, tanh or relu; start "0.5/√n", "1/√n", "√2/√n" or "2/√n", the
    standard deviation of the weights. Raises BadInput for others.
    """
    from .views.vanishing import explorer

    return explorer(depth, f, start)


def race(eta: float = 0.05, beta: float = 0.9, beta1: float = 0.9, beta2: float = 0.99, steps: int = 40) -> Explorer:
    """Gradient descent, momentum and Adam on one surface, L = (w1^2 + 10 w2^2)/2, from one start.

    eta 0.01..0.25 for all three, beta 0..0.98 of momentum, beta1 0..0.98 and beta2 0.5..0.999 of Adam; at most 60
    steps. Raises BadInput for a number out of range.
    """
    from .views.race import explorer

    return explorer(eta, beta, beta1, beta2, steps)


def playground(net: Network | None = None, x: Any = None, y: Any = None, steps: int = 200, opt: Optimiser | None = None,
               backward: Any = None, live: bool = False) -> Explorer:
    """A small network learns two classes of points: play, pause, scrub through time, read every weight and gradient.

    net with 2 inputs, at most 6 units a layer and 1 sigmoid output (default 2-4-3-1, tanh), x (2, N) and y (1, N)
    (default two moons), opt (default Adam(0.05)) on the whole batch. ``backward(W, f, z, a, y)`` -> delta, dW, db is
    your own backward pass of chapter 6. With ``live=True`` nothing but the first step is computed beforehand: while it
    plays, the page asks the kernel for the next steps, and what your function raises it shows. Raises BadInput for a
    network that it cannot draw and for gradients that do not fit.
    """
    from .views.playground import explorer

    return explorer(net, x, y, steps, opt, backward, live)
