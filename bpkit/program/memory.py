"""The memory of a training run: one flat vector of parameters, one of gradients, and rooms that are used again.

Letters: w all parameters and g all gradients, flat, (P,); V[l] = [W[l] b[l]]' and dV[l] = [dL/dW[l] dL/db[l]]', both
(n_{l-1} + 1, n_l), are views into them, layer after layer, so that whatever changes w changes the network. They are
kept transposed because W' = V without its last row is then contiguous, and NumPy copies what is not before it
multiplies.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..network import Network

Array = np.ndarray
Call = tuple[Callable[..., Any], tuple[Any, ...]]


class Step(NamedTuple):
    """One equation of backpropagation, where its result stands, and the NumPy calls that put it there."""

    chapter: int
    equation: str
    result: Array
    calls: list[Call]


class Memory:
    """Parameters, gradients and rooms of one training run, shared by its programs of different batch sizes."""

    def __init__(self, net: Network) -> None:
        self.f, self.sizes, self.dtype = net.f, net.sizes, net.W[1].dtype
        ends = np.cumsum([0] + [net.W[l].size + net.b[l].size for l in net.W]).tolist()
        self.slices = {l: slice(ends[l - 1], ends[l]) for l in net.W}
        self.w, self.g = np.empty(ends[-1], self.dtype), np.zeros(ends[-1], self.dtype)
        self.V, self.dV = self.layers(self.w), self.layers(self.g)
        for l in net.W:
            np.concatenate([net.W[l].T, net.b[l].T], out=self.V[l])
        self._rooms: dict[str, Array] = {}

    def layers(self, flat: Array) -> dict[int, Array]:
        """Views [W[l] b[l]]' of a flat vector (P,), keyed by layer."""
        return {l: flat[part].reshape(-1, self.sizes[l]) for l, part in self.slices.items()}

    def network(self, w: Array) -> Network:
        """The network whose parameters are w (P,)."""
        V = self.layers(w)
        return Network({l: v[:-1].T for l, v in V.items()}, {l: v[-1:].T for l, v in V.items()}, self.f)

    def room(self, name: str, *shape: int) -> Array:
        """A contiguous array of that shape; the same name means the same memory, so ask for the largest first."""
        if name not in self._rooms:
            self._rooms[name] = np.empty(prod(shape), self.dtype)
        return self._rooms[name][: prod(shape)].reshape(shape)

    def number(self, value: float) -> Array:
        """A number as an array of no dimensions, which a NumPy function takes in faster than a Python float."""
        return np.full((), value, self.dtype)


def store(function: Callable[..., Any], out: Array, *args: Any) -> None:
    """out <- function(*args), for what has no form in place."""
    out[...] = function(*args)
