"""Activation functions of hidden layers, in place: a <- f(z), and z's own room <- f'(z), then delta.

Letters: z, a (n, N) weighted sum and activation; t (n, N) scratch; error e = W_next' delta_next, (n, N).

Once a[l] is known, z[l] is read for nothing but f'(z[l]), so f' takes its room at once, and delta[l] takes it from f'
on the way back. All forms keep the digits of f' where a rounds to 1: 1/cosh(z)^2 and not 1 - a^2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..activations import Activation, Softmax, identity, relu, sigmoid, tanh
from .memory import Array, Call, Memory, store

# Entries below which one call of np.tanh costs less than the six cheaper ones of exp
SMALL = 128


class Hidden(NamedTuple):
    """Where a hidden layer wants its z and its error e, the calls for a, f' and delta, and delta in words."""

    z: Array
    value: list[Call]
    slope: list[Call]
    error: Array
    delta: list[Call]
    word: str


def hidden(f: Activation, z: Array, a: Array, memory: Memory) -> Hidden:
    """The calls of a hidden layer with this activation function; delta ends in the room z."""
    t = memory.room("t", *z.shape)
    if f == identity:  # a is z, and delta is e
        return Hidden(a, [], [], z, [], "e[{l}]")
    if isinstance(f, Softmax):  # delta = a * (e - sum_k e_k a_k)
        s = memory.room("s", 1, z.shape[1])
        back: list[Call] = [(np.multiply, (t, a, z)), (np.add.reduce, (z, 0, None, s, True))]
        back += [(np.subtract, (t, s, t)), (np.multiply, (t, a, z))]
        return Hidden(z, [(store, (f.value, a, z))], [], t, back, "a[{l}] * (e[{l}] - sum_k e[{l}]_k a[{l}]_k)")
    value, slope = FORMS[f](z, a, t, memory) if f in FORMS else _any(f, z, a)
    return Hidden(z, value, slope, t, [(np.multiply, (t, z, z))], "e[{l}] * f'(z[{l}])")


def _any(f: Activation, z: Array, a: Array) -> tuple[list[Call], list[Call]]:
    return [(store, (f.value, a, z))], [(store, (f.slope, z, z))]


def _tanh(z: Array, a: Array, t: Array, memory: Memory) -> tuple[list[Call], list[Call]]:
    one, two = memory.number(1), memory.number(2)
    if z.size < SMALL:  # f' = 1/cosh(z)^2
        return [(np.tanh, (z, a))], [(np.cosh, (z, z)), (np.multiply, (z, z, z)), (np.divide, (one, z, z))]
    value: list[Call] = [  # e = exp(2z), r = 2/(1 + e): tanh(z) = 1 - r, f' = e r^2
        (np.add, (z, z, z)),
        *_exp(z, memory),
        (np.add, (z, one, t)),
        (np.divide, (two, t, t)),
        (np.subtract, (one, t, a)),
    ]
    return value, [(np.multiply, (z, t, z)), (np.multiply, (z, t, z))]


def _sigmoid(z: Array, a: Array, t: Array, memory: Memory) -> tuple[list[Call], list[Call]]:
    # e = exp(z): a = e/(1 + e), f' = a/(1 + e)
    return [*_exp(z, memory), (np.add, (z, memory.number(1), t)), (np.divide, (z, t, a))], [(np.divide, (a, t, z))]


def _relu(z: Array, a: Array, t: Array, memory: Memory) -> tuple[list[Call], list[Call]]:
    # a = max(0, z) is never negative, so its sign is 1 where z > 0 and 0 elsewhere
    return [(np.fmax, (z, memory.number(0), a))], [(np.sign, (a, z))]


def _exp(z: Array, memory: Memory) -> list[Call]:
    """z <- exp(z), held where it would overflow: tanh and sigmoid have long been 1 there."""
    edge = memory.number(np.floor(np.log(np.finfo(z.dtype).max)) - 1)
    return [(np.fmin, (z, edge, z)), (np.exp, (z, z))]


FORMS = {tanh: _tanh, sigmoid: _sigmoid, relu: _relu}
