"""A whole training run as data: the network, its gradients and its loss after every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...losses import Loss, binary_cross_entropy, output_loss
from ...network import Network
from ...optim import Adam, Optimiser
from ...records import Grads, Trace
from ...shapes import BadInput, whole

Backward = Callable[..., tuple[Any, Any, Any]]
LOSS: Loss = binary_cross_entropy


def run(net: Network, x: Any, y: Any, steps: int, opt: Optimiser | None,
        backward: Backward | None) -> list[dict[str, Any]]:
    """Train on the whole batch and keep every step: W, b, dW, db by layer, loss, accuracy and gradient norms.

    ``backward(W, f, z, a, y)`` returns delta, dW and db, as in chapter 6; without it, bpkit's own. Numbers are rounded
    to five digits. A run whose numbers stop being finite ends there. Raises BadInput where x, y or net do not fit.
    """
    opt, state, kept = opt or Adam(0.05), None, []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(whole("steps", steps) + 1):
            trace = net.forward(x)
            grads = gradients(net, trace, y, backward)
            now = snapshot(net, trace, y, grads)
            if not np.isfinite([now["loss"], *now["norms"]]).all():
                break
            kept.append(now)
            try:
                net, state = opt(net, grads, state)
            except BadInput:  # a weight that is not finite
                break
    if not kept:
        raise BadInput("the first gradients are not finite.", wanted="finite dW and db", got=f"norms {now['norms']}",
                       hint="check your backward pass: bp.gradcheck")
    return kept


def gradients(net: Network, trace: Trace, y: Any, backward: Backward | None) -> Grads:
    """The gradients of the batch, by the learner's function where there is one."""
    if backward is None:
        return net.backward(trace, y, LOSS)
    delta, dW, db = backward(net.W, net.f, trace.z, trace.a, np.asarray(y, dtype=float))
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
