"""Optimisers: pure functions from (network, gradients, state) to (new network, new state).

Letters: w any parameter, g = dL/dw, eta step size, v velocity (Momentum) or mean square (Adam), m mean of the
gradients, t number of the step, counted from 1, once a step and not once a tensor.

Backpropagation computes g; what is done with g is decided here. ``state`` is None before the first step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .network import Network
from .records import Grads
from .shapes import BadInput, numbers, positive

State = dict[str, Any]


@dataclass(frozen=True)
class SGD:
    """Gradient descent: w <- w - eta g. With mini-batches it is called stochastic.

    eta > 0. Raises BadInput otherwise.
    """

    eta: float

    def __post_init__(self) -> None:
        positive("eta", self.eta)

    def __call__(self, net: Network, grads: Grads, state: State | None = None) -> tuple[Network, State]:
        """Return the network after one step, and the state for the next."""
        return net.step(grads, self.eta), {}


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with momentum: v <- beta v + g, w <- w - eta v (Polyak 1964; PyTorch's form).

    eta > 0, 0 <= beta < 1. Raises BadInput otherwise.
    """

    eta: float
    beta: float = 0.9

    def __post_init__(self) -> None:
        positive("eta", self.eta)
        _fraction("beta", self.beta)

    def __call__(self, net: Network, grads: Grads, state: State | None = None) -> tuple[Network, State]:
        """Return the network after one step, and the velocities for the next."""
        old = (state or {}).get("v", _zeros(net))
        v = {key: self.beta * old[key] + g for key, g in _each(grads).items()}
        return net.map(lambda w, v: w - self.eta * v, v), {"v": v}


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), with its bias correction.

    m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2,
    w <- w - eta (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
    The first step is eta g / (|g| + eps). eta, eps > 0, 0 <= beta < 1. Raises BadInput otherwise.
    """

    eta: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        positive("eta", self.eta)
        positive("eps", self.eps)
        _fraction("beta1", self.beta1)
        _fraction("beta2", self.beta2)

    def __call__(self, net: Network, grads: Grads, state: State | None = None) -> tuple[Network, State]:
        """Return the network after one step, and t, m, v for the next."""
        old = state or {"t": 0, "m": _zeros(net), "v": _zeros(net)}
        g, t = _each(grads), old["t"] + 1
        m = {key: self.beta1 * old["m"][key] + (1 - self.beta1) * g[key] for key in g}
        v = {key: self.beta2 * old["v"][key] + (1 - self.beta2) * g[key] ** 2 for key in g}

        def rule(w: np.ndarray, m: np.ndarray, v: np.ndarray) -> np.ndarray:
            m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
            return w - self.eta * m_hat / (np.sqrt(v_hat) + self.eps)

        return net.map(rule, m, v), {"t": t, "m": m, "v": v}


Optimiser = SGD | Momentum | Adam


def _each(grads: Grads) -> dict[tuple[str, int], np.ndarray]:
    return {(kind, l): part[l] for l in sorted(grads.dW) for kind, part in (("W", grads.dW), ("b", grads.db))}


def _zeros(net: Network) -> dict[tuple[str, int], np.ndarray]:
    return {key: np.zeros_like(w) for key, w in net.parameters().items()}


def _fraction(name: str, value: Any) -> None:
    x = numbers(name, value)
    if x.ndim != 0 or x.dtype.kind == "c" or not 0 <= x < 1:
        raise BadInput(
            f"{name} must lie from 0 to below 1.", wanted=f"0 <= {name} < 1", got=repr(value), hint=f"{name}=0.9"
        )
