"""The memory of a training run: one flat vector of parameters, one of gradients, and rooms that are used again.

Letters: w all parameters and g all gradients, flat, (P,); V[l] = [W[l] b[l]]' and dV[l] = [dL/dW[l] dL/db[l]]', both
(n_{l-1} + 1, n_l), are views into them, layer after layer, so that whatever changes w changes the network. They are
kept transposed because W' = V without its last row is then contiguous, and NumPy copies what is not before it
multiplies. [a; 1] is a with a row of ones below it; x = a[0], z, delta, y and N as everywhere.
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
    """One equation, the chapter that brings it, where its result stands, and the NumPy calls that put it there."""

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


class Batch:
    """The rooms that N examples pass through.

    ``x`` (N, n_0 + 1) has a one behind each example and ``y`` (n_L + 1, N) the sums of the targets below them;
    ``a[l]`` (n_l, N), and ``a1[l]`` = [a[l]; 1]; ``delta[l]`` (n_l, N) holds first z[l], then f'(z[l]), then delta[l].
    ``measured`` holds two sums whose difference is the loss, but for a factor, and each layer's |dL/d[W b]|^2.
    """

    def __init__(self, memory: Memory, N: int) -> None:
        room, n, L = memory.room, memory.sizes, len(memory.f)
        self.x, self.y = room("x", N, n[0] + 1), room("y", n[L] + 1, N)
        self.a1 = {0: self.x.T} | {l: room(f"a[{l}]", n[l] + 1, N) for l in range(1, L)}
        self.a = {l: a1[:-1] for l, a1 in self.a1.items()} | {L: room(f"a[{L}]", n[L], N)}
        self.delta = {l: room(f"delta[{l}]", n[l], N) for l in range(1, L + 1)}
        room("t", max(n[1:]), N)  # scratch, as large as any layer asks for
        self.measured = np.zeros(2 + L, memory.dtype)
        self.restore()

    def restore(self) -> None:
        """Write the rows of ones again, where batches of another size have used the same rooms."""
        for l in range(1, len(self.a1)):
            self.a1[l][-1] = 1

    def cell(self, i: int) -> Array:
        """Entry i of ``measured`` as an array of no dimensions, to be written into."""
        return self.measured[i : i + 1].reshape(())


def tables(x: Array, y: Array) -> tuple[Array, Array]:
    """x (n_0, N) and y (n_L, N) as ``Batch`` keeps them: rows with a one (N, n_0 + 1), columns with a sum (n_L + 1, N).

    A row of x is one stretch of memory, so that a batch of any examples is copied in few pieces.
    """
    rows = np.ones_like(x, shape=(x.shape[1], len(x) + 1), order="C")
    rows[:, :-1] = x.T
    return rows, np.concatenate([y, y.sum(axis=0, keepdims=True)])


def store(function: Callable[..., Any], out: Array, *args: Any) -> None:
    """out <- function(*args), for what has no form in place."""
    out[...] = function(*args)
