"""Random networks and batches for the laws, as hypothesis strategies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

import bpkit as bp

HIDDEN = ("identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu", "softmax")
PAIRS = (
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    ("identity", "half_mse"),
    ("sigmoid", "half_mse"),
    ("tanh", "half_mse"),
    ("relu", "half_mse"),
    ("softplus", "half_mse"),
    ("gelu", "half_mse"),
    ("silu", "half_mse"),
    ("softmax", "half_mse"),
    ("sigmoid", "cross_entropy"),
    ("softmax", "binary_cross_entropy"),
)


class World(NamedTuple):
    """A network, a batch and a loss that go together."""

    net: bp.Network
    x: np.ndarray
    y: np.ndarray
    loss: str


@st.composite
def worlds(draw, depth: int = 4, width: int = 5, batch: int = 5, hidden=HIDDEN, pairs=PAIRS) -> World:
    """Draw a network of random depth, widths and activations, a batch, and a loss; every z away from relu's kink."""
    L = draw(st.integers(1, depth))
    n = [draw(st.integers(1, width)) for _ in range(L + 1)]
    N = draw(st.integers(1, batch))
    output, loss = draw(st.sampled_from(pairs))
    f = [draw(st.sampled_from(hidden)) for _ in range(L - 1)] + [output]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    while True:
        W = [rng.normal(size=(n[l], n[l - 1])) for l in range(1, L + 1)]
        b = [rng.normal(size=(n[l], 1)) for l in range(1, L + 1)]
        net, x = bp.Network(W, b, f), rng.normal(size=(n[0], N))
        z = net.forward(x).z
        if all(np.abs(z[l]).min() > 1e-3 for l in z if net.f[l].name == "relu"):
            return World(net, x, _target(rng, n[-1], N, loss), loss)


def _target(rng: np.random.Generator, K: int, N: int, loss: str) -> np.ndarray:
    if loss == "half_mse":
        return rng.normal(size=(K, N))
    if loss == "binary_cross_entropy":
        return rng.uniform(size=(K, N)).round(rng.integers(0, 4))
    return np.eye(K)[:, rng.integers(0, K, N)]


def flat(parameters: dict) -> np.ndarray:
    """All parameters in one vector, in the order of the dict."""
    return np.concatenate([np.ravel(v) for v in parameters.values()])


def rebuilt(net: bp.Network, vector: np.ndarray) -> bp.Network:
    """The network whose parameters are the entries of ``vector``, in the order of ``flat``."""
    parts, start = {}, 0
    for key, w in net.parameters().items():
        parts[key], start = vector[start : start + w.size].reshape(w.shape), start + w.size
    return bp.Network({l: parts["W", l] for l in net.W}, {l: parts["b", l] for l in net.W}, net.f)


def gradient(grads: bp.Grads) -> np.ndarray:
    """dL/dW and dL/db of all layers in one vector, in the order of ``flat``."""
    return np.concatenate([part[l].ravel() for l in sorted(grads.dW) for part in (grads.dW, grads.db)])


def relative(a: np.ndarray, b: np.ndarray) -> float:
    """|a - b| / max(|a|, |b|) by norm, 0 at 0/0."""
    scale = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(np.asarray(a) - b) / scale) if scale else 0.0
