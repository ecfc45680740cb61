"""The five training steps that are timed, from a net that fits on a napkin to twenty layers.

Letters: x (n_0, N), y (n_L, N), N examples a batch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..network import Network
from ..optim import SGD, Adam
from ..shapes import one_hot


class Workload(NamedTuple):
    """Layer sizes (input first), the hidden layers' activation function, and the batch."""

    sizes: tuple[int, ...]
    hidden: str
    N: int

    def __str__(self) -> str:
        inner = self.sizes[1:-1]
        middle = f"({inner[0]})x{len(inner)}" if len(inner) > 3 else "-".join(map(str, inner))
        return f"{self.sizes[0]}-{middle}-{self.sizes[-1]} {self.hidden}, N = {self.N}"


WORKLOADS = {
    "a": Workload((2, 8, 1), "tanh", 4),
    "b": Workload((64, 32, 10), "relu", 32),
    "c": Workload((784, 128, 64, 10), "relu", 128),
    "d": Workload((784, 512, 512, 10), "relu", 512),
    "e": Workload((32, *[32] * 20, 10), "tanh", 64),
}
OPTIMISERS: dict[str, Any] = {"SGD": SGD(0.01), "Adam": Adam(0.001)}


class Problem(NamedTuple):
    """One training step: what every peer starts from. With one output it is regression, else classification."""

    net: Network
    x: np.ndarray
    y: np.ndarray
    loss: str
    opt: Any


def problem(workload: Workload, optimiser: str, dtype: str) -> Problem:
    """Random weights and a random batch, the same every time."""
    rng, n = np.random.default_rng(0), workload.sizes
    regression = n[-1] == 1
    net = Network.random(n, workload.hidden, "identity" if regression else "softmax", rng=rng, dtype=dtype)
    x = rng.standard_normal((n[0], workload.N))
    y = rng.standard_normal((1, workload.N)) if regression else one_hot(rng.integers(0, n[-1], workload.N), n[-1])
    loss = "half_mse" if regression else "cross_entropy"
    return Problem(net, x.astype(dtype), y.astype(dtype), loss, OPTIMISERS[optimiser])
