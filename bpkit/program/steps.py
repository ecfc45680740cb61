"""One training step as a program: a list of NumPy calls, bound to their arrays once for each batch size.

Letters: x = a[0], z[l], a[l], delta[l] and their sizes as everywhere; [a; 1] is a with a row of ones below it;
e[l] = W[l+1]' delta[l+1] is the error that comes back to layer l; N examples.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..losses import loss_function
from ..network import Network
from ..records import Grads
from .hidden import hidden
from .memory import Array, Call, Memory, Step
from .output import Rooms, output
from .update import update


class Program:
    """Forward pass, loss, backward pass and update of a network for batches of N examples.

    ``net`` gives sizes, activation functions and first parameters; ``loss`` is a loss or its name; ``opt`` an
    optimiser, or None to stop at the gradients; ``like`` another program whose parameters, optimiser and memory this
    one shares, at an N that is not larger. ``steps`` are the equations in their order, ``calls`` the same as one flat
    list, ``measure`` calls for what a history wants on top. Printing it shows the steps with their shapes.
    """

    def __init__(self, net: Network, N: int, loss: Any, opt: Any = None, like: Program | None = None) -> None:
        self.N, self.loss, self.opt = N, loss_function(loss), opt
        self.memory = like.memory if like else Memory(net)
        self.measured = np.zeros(2 + len(net.W), self.memory.dtype)  # plus, minus, |g[1]|^2, .., |g[L]|^2
        self._take_rooms()
        self._update = like._update if like else update(opt, self.memory)
        self._gradient = self._passes()
        self.steps = [*self._gradient, *self._update]
        self.calls = _flat(self.steps)
        g = {l: self.memory.g[part] for l, part in self.memory.slices.items()}
        self.measure: list[Call] = [(g[l].dot, (g[l], _cell(self.measured, 1 + l))) for l in g]

    def load(self, x: Array, y: Array) -> None:
        """Take in a batch, x (n_0, N) and y (n_L, N)."""
        self.x[...], self.y[...] = tables(x, y)

    def run(self) -> None:
        """Run every step once, on the batch that is loaded."""
        for function, arguments in self.calls:
            function(*arguments)

    def value(self) -> float:
        """The loss of the last run, taken before its update."""
        return float((self.measured[0] - self.measured[1]) * self.scale)

    def gradients(self, x: Array, y: Array) -> Grads:
        """What ``net.backward(net.forward(x), y, loss)`` returns, for x (n_0, N) and y (n_L, N); nothing is updated."""
        self.load(x, y)
        self.restore()
        with np.errstate(over="ignore"):
            for function, arguments in _flat(self._gradient):
                function(*arguments)
        dV = self.memory.dV
        return Grads(
            {l: delta.copy() for l, delta in self.delta.items()},
            {l: dV[l][:-1].T.copy() for l in dV},
            {l: dV[l][-1:].T.copy() for l in dV},
        )

    def network(self) -> Network:
        """The network with the parameters of this moment."""
        return self.memory.network(self.memory.w)

    def restore(self) -> None:
        """Write the rows of ones again, where a program of another batch size has used the same rooms."""
        for l in range(1, len(self.memory.f)):
            self.a1[l][-1] = 1

    def _take_rooms(self) -> None:
        room, n, N, L = self.memory.room, self.memory.sizes, self.N, len(self.memory.f)
        self.x, self.y = room("x", N, n[0] + 1), room("y", n[L] + 1, N)
        self.a1 = {0: self.x.T} | {l: room(f"a[{l}]", n[l] + 1, N) for l in range(1, L)}
        self.a = {l: a1[:-1] for l, a1 in self.a1.items()} | {L: room(f"a[{L}]", n[L], N)}
        self.delta = {l: room(f"delta[{l}]", n[l], N) for l in range(1, L + 1)}  # first z, then f'(z), then delta
        room("t", max(n[1:]), N)
        self.restore()

    def _passes(self) -> list[Step]:
        V, dV, f, L = self.memory.V, self.memory.dV, self.memory.f, len(self.memory.f)
        part = {l: hidden(f[l], self.delta[l], self.a[l], self.memory) for l in range(1, L)}
        y, total = self.y[:-1], self.y[-1:]
        plus, minus = _cell(self.measured, 0), _cell(self.measured, 1)
        N = self.memory.number(self.N)
        last = output(self.loss, f[L], Rooms(self.delta[L], self.a[L], y, total, plus, minus, N, self.memory))
        self.scale = last.scale
        steps: list[Step] = []

        def step(chapter: int, equation: str, result: Array, calls: list[Call]) -> None:
            steps.append(Step(chapter, equation, result, calls))

        for l in range(1, L + 1):
            z = last.z if l == L else part[l].z
            step(1, f"z[{l}] = [W[{l}] b[{l}]] [a[{l - 1}]; 1]", z, [(V[l].T.dot, (self.a1[l - 1], z))])
            step(1, f"a[{l}] = {f[l].name}(z[{l}])", self.a[l], last.value if l == L else part[l].value)
            if l < L and part[l].slope:
                step(5, f"f'(z[{l}])", self.delta[l], part[l].slope)
        step(2, last.words[0].format(l=L), plus, last.loss)
        step(4, last.words[1].format(l=L), self.delta[L], last.delta)
        for l in range(L, 0, -1):
            if l < L:
                back = (V[l + 1][:-1].dot, (self.delta[l + 1], part[l].error))
                step(5, f"e[{l}] = W[{l + 1}]' delta[{l + 1}]", part[l].error, [back])
                step(5, f"delta[{l}] = e[{l}] * f'(z[{l}])", self.delta[l], part[l].delta)
            own = (self.a1[l - 1].dot, (self.delta[l].T, dV[l]))
            step(6, f"[dW[{l}] db[{l}]] = delta[{l}] [a[{l - 1}]; 1]'", dV[l].T, [own])
        return steps


def tables(x: Array, y: Array) -> tuple[Array, Array]:
    """x with a one below each example, as rows (N, n_0 + 1), and y with its sums below, as columns (n_L + 1, N).

    A row is one stretch of memory, so that a batch of any examples is copied in few pieces.
    """
    ones, total = np.ones_like(x, shape=(1, x.shape[1])), y.sum(axis=0, keepdims=True)
    return np.ascontiguousarray(np.concatenate([x, ones]).T), np.concatenate([y, total])


def _cell(vector: Array, i: int) -> Array:
    """Entry i as an array of no dimensions, to be written into."""
    return vector[i : i + 1].reshape(())


def _flat(steps: list[Step]) -> list[Call]:
    return [call for step in steps for call in step.calls]
