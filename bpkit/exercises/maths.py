"""The mathematics of the references, apart from the learner's tools.

``np`` here is NumPy as it was when this module was imported: a session in which ``numpy.exp`` was replaced is still
judged rightly. Activation functions are written a second time, from their formulas, and are found by the name of the
one that a case hands out.

Letters: z weighted sum, a = f(z), g = dL/da; of an activation function f only ``f.name`` is read.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy

_PARTS = {name: SimpleNamespace(**vars(getattr(numpy, name))) for name in ("linalg", "random")}
np: Any = SimpleNamespace(**vars(numpy) | _PARTS)
WATCHED = ("abs", "allclose", "array_equal", "asarray", "dot", "einsum", "exp", "isclose", "log", "matmul", "max",
           "maximum", "mean", "outer", "sqrt", "sum", "tanh", "where", "zeros")


def sigmoid(z: Any) -> Any:
    """1 / (1 + exp(-z)) for any real z: exp never sees a positive number."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def softmax(z: Any) -> Any:
    """exp(z_i) / sum_k exp(z_k) down each column."""
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def _sigmoid_slope(z: Any) -> Any:
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


VALUE: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z + 0.0,
    "sigmoid": sigmoid,
    "tanh": lambda z: np.tanh(z),
    "relu": lambda z: np.maximum(z, 0.0),
    "softplus": lambda z: np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))),
    "silu": lambda z: z * sigmoid(z),
    "softmax": softmax,
}

SLOPE: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: np.ones_like(z),
    "sigmoid": _sigmoid_slope,
    "tanh": lambda z: 4 * _sigmoid_slope(2 * z),
    "relu": lambda z: (z > 0) * 1.0,
    "softplus": sigmoid,
    "silu": lambda z: sigmoid(z) + z * _sigmoid_slope(z),
}


def value(f: Any, z: Any) -> Any:
    """a = f(z)."""
    return VALUE[f.name](z)


def slope(f: Any, z: Any) -> Any:
    """f'(z), entry by entry."""
    return SLOPE[f.name](z)


def differences(f: Callable[[Any], Any], x: Any, h: float = 1e-6) -> Any:
    """df/dx of a number f(x) by central differences, entry by entry, in the shape of x."""
    x = np.asarray(x, dtype=float)
    slopes = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = h
        slopes[at] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


def replaced() -> list[str]:
    """The functions of NumPy that this session has put something else in the place of."""
    return [name for name in WATCHED if getattr(numpy, name, None) is not getattr(np, name)]
