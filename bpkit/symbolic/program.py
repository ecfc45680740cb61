"""The tape as a program: NumPy source that is backpropagation, and the same in many digits.

Letters: p working precision in decimal digits, u and v one result at p and at 2p digits.

SymPy's ``lambdify`` lets a caller find the common sub-expressions; it is handed the tape, which has found them already.
The source it then writes is the forward pass, line by line, and the backward pass after it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from ..shapes import BadInput
from .tape import Line

Array = np.ndarray


def _gelu(m: Any) -> Callable[[Any], Any]:
    return lambda z: z * (1 + m.tanh(_inner(m, z))) / 2


def _inner(m: Any, z: Any) -> Any:
    return m.sqrt(2 / m.pi) * (z + z**3 * 44715 / 1000000)


def _gelu_slope(m: Any) -> Callable[[Any], Any]:
    def slope(z: Any) -> Any:
        t = m.tanh(_inner(m, z))
        return (1 + t) / 2 + z * (1 - t**2) * m.sqrt(2 / m.pi) * (1 + 3 * z**2 * 44715 / 1000000) / 2

    return slope


def _np_softmax(i: int, *z: Any) -> Any:
    top = np.max(z, axis=0)
    return np.exp(z[i - 1] - top) / sum(np.exp(k - top) for k in z)


NUMPY: dict[str, Any] = {
    "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2,
    "step": lambda z: np.where(z > 0, 1.0, 0.0),
    "relu": lambda z: np.maximum(z, 0.0),
    "softplus": lambda z: np.logaddexp(0.0, z),
    "silu": lambda z: z * (1 + np.tanh(z / 2)) / 2,
    "gelu": _gelu(np),
    "gelu_slope": _gelu_slope(np),
    "softmax": _np_softmax,
}
MPMATH: dict[str, Any] = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "step": lambda z: mpmath.mpf(z > 0),
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "gelu": _gelu(mpmath),
    "gelu_slope": _gelu_slope(mpmath),
    "softmax": lambda i, *z: mpmath.exp(z[i - 1]) / mpmath.fsum(mpmath.exp(k) for k in z),
}


class Program:
    """The compiled tape. ``source`` is its Python text, which printing the program shows.

    ``program(net, x, y)`` takes anything with W[l] and b[l] by layer, columns x (n_0, N) and y (n_L, N), and
    returns L and the gradients dW1, db1, ... of the mean over the N examples, by name.
    """

    def __init__(
        self,
        leaves: Mapping[str, sp.Matrix],
        lines: Sequence[Line],
        wanted: Mapping[str, sp.Matrix],
        modules: Sequence[Any] = (NUMPY, "numpy"),
    ) -> None:
        self.leaves, self.wanted = dict(leaves), dict(wanted)
        arguments = [s for matrix in self.leaves.values() for s in matrix]
        results = [s for matrix in self.wanted.values() for s in matrix]
        tape = [(line.symbol, line.formula) for line in lines]
        self.function = sp.lambdify(arguments, results, modules=list(modules), cse=lambda _: (tape, results))
        self.source = inspect.getsource(self.function).replace("_lambdifygenerated", "backpropagation")

    def __repr__(self) -> str:
        return self.source

    def __call__(self, net: Any, x: Any, y: Any) -> dict[str, Any]:
        """L and every gradient, each in the shape of its tensor."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        N = x.shape[1]
        values = self.function(*[v for matrix in bind(self.leaves, net, x, y) for v in matrix])
        means = [np.broadcast_to(v, (N,)).mean() for v in values]
        return {name: g if name != "L" else g[0, 0] for name, g in self.shaped(means, float).items()}

    def shaped(self, values: Sequence[Any], dtype: Any) -> dict[str, Array]:
        """A flat list of results as one array a tensor."""
        rest = iter(values)
        return {
            name: np.array([next(rest) for _ in m], dtype=dtype).reshape(m.shape) for name, m in self.wanted.items()
        }


def bind(leaves: Mapping[str, sp.Matrix], net: Any, x: Array, y: Array) -> Iterator[Sequence[Any]]:
    """The values of every leaf in the order of the program's arguments; refuses what does not fit."""
    for name, symbols in leaves.items():
        if name in ("x", "y"):
            value, wanted = (x if name == "x" else y), (symbols.shape[0], x.shape[1] if x.ndim == 2 else 1)
        else:
            value, wanted = np.asarray(getattr(net, name[0])[int(name[1:])], dtype=float), symbols.shape
        if value.shape != wanted:
            raise BadInput(
                f"{name} does not fit the symbolic network.",
                wanted=f"shape {wanted}",
                got=f"shape {value.shape}",
                hint="s = SymbolicNetwork.like(net, loss) for this very net",
            )
        yield list(value) if name in ("x", "y") else value.ravel().tolist()


def to_digits(run: Callable[[], list[Any]], digits: int, most: int = 20_000) -> list[Any]:
    """Run at growing precision until two runs, at p and 2p digits, agree to ``digits``; the results of the second."""
    p, old = digits + 15, None
    while p <= most:
        with mpmath.workdps(p):
            try:
                new = run()
            except (ZeroDivisionError, ValueError):  # 1 - a has rounded to 0: a quotient or a logarithm of nothing
                new = None
            if new is not None and old is not None and _agree(old, new, digits):
                return new
        p, old = 2 * p, new
    raise BadInput(
        "this network is too saturated for exact numbers.",
        wanted=f"gradients to {digits} digits",
        got=f"no agreement with {most} digits of working precision",
        hint="smaller weights or inputs",
    )


def _agree(old: Sequence[Any], new: Sequence[Any], digits: int) -> bool:
    tiny = mpmath.mpf(10) ** -digits
    largest = max((abs(v) for v in new), default=0)
    return all(abs(u - v) <= tiny * max(abs(v), tiny * largest) for u, v in zip(old, new, strict=True))
