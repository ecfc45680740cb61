"""Optimisers in place: a few passes over the flat vectors, in blocks that stay in the processor's cache.

Letters: w parameters, g gradients, v velocity, all flat; t the number of the step, counted from 1. M and Q are Adam's
two moving averages without their constant factors: m = (1 - beta1) M, v = (1 - beta2) Q.

An update is the last that reads g, so it uses g's memory for its own intermediate results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..optim import SGD, Adam, Momentum
from .memory import Array, Call, Memory, Step

BLOCK = 32_768  # numbers: 256 kB of float64, which with its partners stays in a second-level cache


def update(opt: Any, memory: Memory) -> list[Step]:
    """The steps w <- opt(w, g) of an optimiser that ``UPDATES`` knows; none without an optimiser."""
    return UPDATES[type(opt).__call__](opt, memory) if opt else []


def _sgd(opt: SGD, memory: Memory) -> list[Step]:
    eta = memory.number(opt.eta)
    calls: list[Call] = []
    for w, g in _blocks(memory.w, memory.g):
        calls += [(np.multiply, (g, eta, g)), (np.subtract, (w, g, w))]
    return [Step(7, "w = w - eta g", memory.w, calls)]


def _momentum(opt: Momentum, memory: Memory) -> list[Step]:
    eta, beta, velocity = memory.number(opt.eta), memory.number(opt.beta), np.zeros_like(memory.w)
    calls: list[Call] = []
    for w, g, v in _blocks(memory.w, memory.g, velocity):
        calls += [(np.multiply, (v, beta, v)), (np.add, (v, g, v))]
        calls += [(np.multiply, (v, eta, g)), (np.subtract, (w, g, w))]
    return [Step(7, "v = beta v + g;  w = w - eta v", memory.w, calls)]


def _adam(opt: Adam, memory: Memory) -> list[Step]:
    averages = np.zeros_like(memory.w), np.zeros_like(memory.w)
    beta1, beta2, rate, eps = (memory.number(v) for v in (opt.beta1, opt.beta2, 0, 0))
    calls: list[Call] = []
    for w, g, M, Q in _blocks(memory.w, memory.g, *averages):
        calls += [(np.multiply, (M, beta1, M)), (np.add, (M, g, M))]
        calls += [(np.multiply, (g, g, g)), (np.multiply, (Q, beta2, Q)), (np.add, (Q, g, Q))]
        calls += [(np.sqrt, (Q, g)), (np.add, (g, eps, g)), (np.divide, (M, g, g))]
        calls += [(np.multiply, (g, rate, g)), (np.subtract, (w, g, w))]
    return [
        Step(7, "rate, eps' = eta, eps with the bias correction of step t", rate, [_correction(opt, rate, eps)]),
        Step(7, "M = beta1 M + g;  Q = beta2 Q + g^2;  w = w - rate M/(sqrt(Q) + eps')", memory.w, calls),
    ]


def _correction(opt: Adam, rate: Array, eps: Array) -> Call:
    """Count t, and take all that is the same for every parameter out of eta m_hat/(sqrt(v_hat) + eps)."""
    t = 0

    def count() -> None:
        nonlocal t
        t += 1
        root = ((1 - opt.beta2**t) / (1 - opt.beta2)) ** 0.5  # sqrt(v_hat) = sqrt(Q)/root
        rate[()] = opt.eta * (1 - opt.beta1) / (1 - opt.beta1**t) * root
        eps[()] = opt.eps * root

    return count, ()


def _blocks(*flat: Array) -> Iterator[tuple[Array, ...]]:
    """The same stretch of each flat vector, block after block."""
    for start in range(0, flat[0].size, BLOCK):
        yield tuple(vector[start : start + BLOCK] for vector in flat)


UPDATES: dict[Callable[..., Any], Callable[[Any, Memory], list[Step]]] = {
    SGD.__call__: _sgd,
    Momentum.__call__: _momentum,
    Adam.__call__: _adam,
}
