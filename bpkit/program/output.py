"""The output layer in place: a <- f(z), the loss in two sums, and delta = dL/dz in z's own room.

Letters: z, a (n, N); y (n, N) targets, total (1, N) their sums by column; t, u (n, N) scratch, s (1, N).
L = (plus - minus) scale: two numbers of a batch, taken together once an epoch.

A small a - y has few digits of its own, so the three matching pairs take the operations of ``bpkit.losses`` in the
same order, and lose the same ones. Every other pair calls its functions of ``bpkit.losses`` as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..activations import Activation, Softmax, identity, sigmoid, softmax
from ..losses import FUSED, Loss, binary_cross_entropy, cross_entropy, half_mse
from .memory import Array, Call, Memory, store


class Rooms(NamedTuple):
    """The arrays of an output layer; ``plus``, ``minus`` and N are single numbers."""

    z: Array
    a: Array
    y: Array
    total: Array
    plus: Array
    minus: Array
    N: Array
    memory: Memory

    def scratch(self, name: str) -> Array:
        """A room of the shape of z."""
        return self.memory.room(name, *self.z.shape)


class Output(NamedTuple):
    """Where an output layer wants its z, and the calls for a, the loss and delta, in words ({l} the layer) too."""

    z: Array
    value: list[Call]
    loss: list[Call]
    delta: list[Call]
    scale: float
    words: tuple[str, str]


def output(loss: Loss, f: Activation, at: Rooms) -> Output:
    """The calls of an output layer with this loss and activation function."""
    return PAIRS.get((loss, f), partial(_any_pair, loss, f))(at)


def _half_mse_identity(at: Rooms) -> Output:
    flat = at.z.reshape(-1)
    return Output(
        z=at.a,  # a is z
        value=[],
        loss=[(np.subtract, (at.a, at.y, at.z)), (flat.dot, (flat, at.plus))],
        delta=[(np.divide, (at.z, at.N, at.z))],
        scale=0.5 / at.z.shape[1],
        words=("L = 1/(2N) sum (a[{l}] - y)^2", "delta[{l}] = (a[{l}] - y)/N"),
    )


def _cross_entropy_softmax(at: Rooms) -> Output:
    z, a, y = at.z, at.a, at.y
    s = at.memory.room("s", 1, z.shape[1])
    return Output(
        z=z,
        value=[
            (np.maximum.reduce, (z, 0, None, s, True)),
            (np.subtract, (z, s, z)),  # z minus its largest: the same softmax, without its overflow
            (np.exp, (z, a)),
            (np.add.reduce, (a, 0, None, s, True)),
            (np.divide, (a, s, a)),
        ],
        loss=[
            (np.log, (s, s)),
            (at.total[0].dot, (s[0], at.plus)),
            (y.reshape(-1).dot, (z.reshape(-1), at.minus)),
        ],
        delta=[(np.multiply, (a, at.total, z)), (np.subtract, (z, y, z)), (np.divide, (z, at.N, z))],
        scale=1 / z.shape[1],
        words=("L = 1/N sum y (ln sum_k exp(z[{l}]_k) - z[{l}])", "delta[{l}] = (a[{l}] sum(y) - y)/N"),
    )


def _bce_sigmoid(at: Rooms) -> Output:
    z, a, y, t, u = at.z, at.a, at.y, at.scratch("t"), at.scratch("u")
    zero, one = at.memory.number(0), at.memory.number(1)
    return Output(
        z=z,
        value=[
            (np.absolute, (z, t)),
            (np.negative, (t, t)),
            (np.exp, (t, t)),  # t = exp(-|z|)
            (np.fmin, (z, zero, a)),
            (np.exp, (a, a)),
            (np.add, (t, one, u)),
            (np.divide, (a, u, a)),  # a = exp(min(z, 0))/(1 + exp(-|z|))
        ],
        loss=[
            (np.log1p, (t, t)),
            (np.fmax, (z, zero, u)),
            (np.add, (t, u, t)),  # t = ln(1 + exp(z))
            (np.multiply, (y, z, u)),
            (np.subtract, (t, u, t)),
            (np.add.reduce, (t, None, None, at.plus)),
        ],
        delta=[(np.subtract, (a, y, z)), (np.divide, (z, at.N, z))],
        scale=1 / z.shape[1],
        words=("L = 1/N sum [ln(1 + exp(z[{l}])) - y z[{l}]]", "delta[{l}] = (a[{l}] - y)/N"),
    )


def _any_pair(loss: Loss, f: Activation, at: Rooms) -> Output:
    z, a, y, N = at.z, at.a, at.y, at.z.shape[1]
    if fused := FUSED.get((loss.name, f.name)):
        terms, slope, word = (lambda: fused.terms(z, y).sum()), (lambda: fused.delta(z, y) / N), "dL/dz[{l}]"
    else:
        terms, slope = (lambda: loss.terms(a, y).sum()), (lambda: _pull(f, z, a, loss.slope(a, y) / N))
        word = "dL/da[{l}] * f'(z[{l}])"
    return Output(
        z=z,
        value=[(store, (f.value, a, z))],
        loss=[(store, (terms, at.plus))],
        delta=[(store, (slope, z))],
        scale=1 / N,
        words=("L = " + loss.formula.replace("{", "{{").replace("}", "}}"), "delta[{l}] = " + word),
    )


def _pull(f: Activation, z: Array, a: Array, g: Array) -> Array:
    """f.vjp(z, g) for arrays that fit."""
    return a * (g - (g * a).sum(axis=0, keepdims=True)) if isinstance(f, Softmax) else g * f.slope(z)


PAIRS: dict[tuple[Loss, Activation], Callable[[Any], Output]] = {
    (half_mse, identity): _half_mse_identity,
    (cross_entropy, softmax): _cross_entropy_softmax,
    (binary_cross_entropy, sigmoid): _bce_sigmoid,
}
