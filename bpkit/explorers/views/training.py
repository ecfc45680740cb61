"""A training run as data, step by step: the network, its gradients and its loss, as far as someone has asked."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np

from ...losses import Loss, binary_cross_entropy, output_loss
from ...network import Network
from ...optim import Adam, Optimiser
from ...records import Grads, Trace
from ...shapes import BadInput

Backward = Callable[..., tuple[Any, Any, Any]]
LOSS: Loss = binary_cross_entropy


class Run:
    """Training on the whole batch, which keeps every step: W, b, dW, db by layer, loss, accuracy, gradient norms.

    ``backward(W, f, z, a, y)`` returns delta, dW and db, as in chapter 6; without it, bpkit's own. Numbers are rounded
    to five digits. ``kept`` holds the steps so far; ``ended`` is true once the numbers stop being finite. Raises
    BadInput where x, y or net do not fit and where the first gradients are not finite.
    """

    def __init__(self, net: Network, x: Any, y: Any, opt: Optimiser | None, backward: Backward | None) -> None:
        self.net, self.x, self.y, self.opt, self.backward = net, x, y, opt or Adam(0.05), backward
        self.grads: Grads | None = None
        self.state: Any = None
        self.kept: list[dict[str, Any]] = []
        self.ended = False
        self._lock = Lock()  # a notebook may ask from another thread
        self.until(0)
        if not self.kept:
            raise BadInput("the first gradients are not finite.", wanted="finite dW and db",
                           got="a loss or a gradient that is nan or inf", hint="check your backward pass: bp.gradcheck")

    def until(self, last: int) -> list[dict[str, Any]]:
        """Every step up to this one, or fewer where the numbers stop being finite.

        What ``backward`` raises is raised here; the steps before it stay.
        """
        with self._lock, np.errstate(over="ignore", invalid="ignore"):
            while len(self.kept) <= last and not self.ended:
                self._step()
        return self.kept

    def _step(self) -> None:
        net, state = self.net, self.state
        if self.grads is not None:
            try:
                net, state = self.opt(net, self.grads, state)
            except BadInput:  # a weight that is not finite
                self.ended = True
                return
        trace = net.forward(self.x)
        grads = gradients(net, trace, self.y, self.backward)
        now = snapshot(net, trace, self.y, grads)
        if not np.isfinite([now["loss"], *now["norms"]]).all():
            self.ended = True
            return
        self.net, self.state, self.grads = net, state, grads
        self.kept.append(now)


def gradients(net: Network, trace: Trace, y: Any, backward: Backward | None) -> Grads:
    """The gradients of the batch, by the learner's function where there is one; raises BadInput for other shapes."""
    if backward is None:
        return net.backward(trace, y, LOSS)
    delta, dW, db = backward(net.W, net.f, trace.z, trace.a, np.asarray(y, dtype=float))
    for name, part, like in (("dW", dW, net.W), ("db", db, net.b)):
        for l, w in like.items():
            got = np.shape(part[l]) if l in part else "nothing"
            if got != w.shape:
                raise BadInput(f"{name}[{l}] does not fit.", wanted=f"the shape {w.shape} of {name[1]}[{l}]",
                               got=f"{got}", hint=f"look at how your function computes {name}")
    return Grads(delta, dW, db)


def snapshot(net: Network, trace: Trace, y: Any, grads: Grads) -> dict[str, Any]:
    """One step as plain numbers."""
    L = net.depth
    right = (trace.a[L] > 0.5) == (np.asarray(y) > 0.5)
    return {"W": plain(net.W), "b": plain(net.b), "dW": plain(grads.dW), "db": plain(grads.db),
            "loss": five(output_loss(LOSS, net.f[L], trace.z[L], y)), "accuracy": five(right.mean()),
            "norms": [five(norm) for norm in grads.norms().values()]}


def plain(part: Any) -> list[list[list[float]]]:
    """The matrices of all layers as lists."""
    return [[[five(v) for v in row] for row in np.asarray(part[l], dtype=float)] for l in sorted(part)]


def five(value: Any) -> float:
    """A number to five digits."""
    return float(f"{float(value):.5g}")
