"""Optimisers in place: a few passes over the flat vectors, in blocks that stay in the processor's cache.

Letters: w parameters, g gradients, v velocity, t scratch, all flat; t also the number of the step in Adam's formula.
M and Q are Adam's two moving averages without their constant factors: m = (1 - beta1) M, v = (1 - beta2) Q.
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
    for w, g, t in _blocks(memory, memory.w, memory.g):
        calls += [(np.multiply, (g, eta, t)), (np.subtract, (w, t, w))]
    return [Step(7, "w = w - eta g", memory.w, calls)]


def _momentum(opt: Momentum, memory: Memory) -> list[Step]:
    eta, beta, v = memory.number(opt.eta), memory.number(opt.beta), np.zeros_like(memory.w)
    calls: list[Call] = []
    for w, g, v_, t in _blocks(memory, memory.w, memory.g, v):
        calls += [(np.multiply, (v_, beta, v_)), (np.add, (v_, g, v_))]
        calls += [(np.multiply, (v_, eta, t)), (np.subtract, (w, t, w))]
    return [Step(7, "v = beta v + g;  w = w - eta v", memory.w, calls)]


def _adam(opt: Adam, memory: Memory) -> list[Step]:
    M, Q = np.zeros_like(memory.w), np.zeros_like(memory.w)
    beta1, beta2, rate, eps = (memory.number(v) for v in (opt.beta1, opt.beta2, 0, 0))
    calls: list[Call] = []
    for w, g, m, q, t in _blocks(memory, memory.w, memory.g, M, Q):
        calls += [(np.multiply, (m, beta1, m)), (np.add, (m, g, m))]
        calls += [(np.multiply, (g, g, t)), (np.multiply, (q, beta2, q)), (np.add, (q, t, q))]
        calls += [(np.sqrt, (q, t)), (np.add, (t, eps, t)), (np.divide, (m, t, t))]
        calls += [(np.multiply, (t, rate, t)), (np.subtract, (w, t, w))]
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


def _blocks(memory: Memory, *flat: Array) -> Iterator[tuple[Array, ...]]:
    """The same stretch of each flat vector, and scratch of its length."""
    t = memory.room("block", min(BLOCK, memory.w.size))
    for start in range(0, memory.w.size, BLOCK):
        parts = [vector[start : start + BLOCK] for vector in flat]
        yield (*parts, t[: parts[0].size])


UPDATES: dict[Callable[..., Any], Callable[[Any, Memory], list[Step]]] = {
    SGD.__call__: _sgd,
    Momentum.__call__: _momentum,
    Adam.__call__: _adam,
}
