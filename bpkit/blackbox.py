"""A function as a black box: its value at theta, with one entry moved, or with a whole tensor moved.

Letters: f the function, theta its argument (an array, or a dict, list or tuple of arrays), t one entry of theta, h
a step.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .shapes import BadInput, describe, numbers

Array = np.ndarray


class BlackBox:
    """f at theta and near it. Every call gets arrays of its own, in double precision.

    ``leaves`` are the arrays of theta by name, ``value`` is f(theta), ``coarse`` says that f computes in float32,
    ``eps`` is its rounding unit and ``step`` the best step of a central difference. Raises BadInput where f is
    random, changes its argument, or returns anything but one finite number.
    """

    def __init__(self, f: Callable[[Any], Any], theta: Any) -> None:
        self.f, self.theta = f, theta
        self.leaves = {name: _real(name, x) for name, x in flatten(theta)}
        if not any(x.size for x in self.leaves.values()):
            raise BadInput(
                "theta holds no number.",
                wanted="at least one array",
                got=describe(theta),
                hint="theta = {'W': W, 'b': b}",
            )
        value = self._first_calls()
        self.value = float(value)
        self.coarse = value.dtype == np.float32 or self._staircase()
        self.eps = float(np.finfo(np.float32 if self.coarse else np.float64).eps)
        self.step = 1e-2 if self.coarse else 1e-5

    def nudged(self, name: str, index: tuple[int, ...], by: complex) -> Any:
        """f with one entry of one tensor moved by ``by``; complex where ``by`` is."""
        x = self.leaves[name].astype(np.result_type(float, by))
        x[index] += by
        return self._call({**self.leaves, name: x}, isinstance(by, complex))

    def moved(self, name: str, by: Array) -> Any:
        """f with a whole tensor moved by ``by``; complex where ``by`` is."""
        return self._call({**self.leaves, name: self.leaves[name] + by}, by.dtype.kind == "c")

    def sides(self, name: str, index: tuple[int, ...], h: float) -> tuple[float, float]:
        """The slopes of f to the left and to the right of one entry."""
        ahead, behind = float(self.nudged(name, index, h)), float(self.nudged(name, index, -h))
        return (self.value - behind) / h, (ahead - self.value) / h

    def refuses_complex(self, h: float) -> str:
        """Why the complex step cannot be trusted with this f; empty if it can."""
        for name, x in self.leaves.items():
            v = np.random.default_rng(0).choice([-1.0, 1.0], x.shape)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", np.exceptions.ComplexWarning)
                    value = self.moved(name, 1j * h * v)
            except (TypeError, ValueError, np.exceptions.ComplexWarning) as error:
                return f"does not take complex numbers ({type(error).__name__})"
            if value.dtype.kind != "c":
                return "drops the imaginary part"
            if self._contradicts(name, v, value.imag / h):
                return "drops a part of the imaginary number, as abs, max, real and conj do"
        return ""

    def _contradicts(self, name: str, v: Array, slope: float) -> bool:
        """Whether a central difference along v is far from the slope, further than a corner or rounding explains."""
        h = self.step
        ahead, behind = self.moved(name, h * v), self.moved(name, -h * v)
        corner = abs(ahead - 2 * self.value + behind) / h
        noise = 100 * self.eps * max(abs(ahead), abs(behind)) / h
        return bool(abs(slope - (ahead - behind) / (2 * h)) > 0.01 * abs(slope) + corner + noise)

    def _staircase(self) -> bool:
        """Whether f does not feel a step that double precision feels: it rounds its arguments to float32 inside."""
        for name, x in self.leaves.items():
            v = np.random.default_rng(0).choice([-1.0, 1.0], x.shape) * np.maximum(abs(x), 1e-3)
            if self.moved(name, 1e-9 * v) == self.value:
                felt = abs(self.moved(name, 1e-3 * v) - self.value) * 1e-6
                if felt > 1e3 * np.finfo(float).eps * abs(self.value):
                    return True
        return False

    def _first_calls(self) -> Any:
        before = [x.copy() for x in self.leaves.values()]
        value, again = self._call(self.leaves, own=False), self._call(self.leaves, own=False)
        if any(not np.array_equal(x, y) for x, y in zip(before, self.leaves.values(), strict=True)):
            raise BadInput(
                "f changes its argument.",
                wanted="an f that leaves theta as it is",
                got="another theta after f(theta)",
                hint="work on a copy inside f, and avoid += on its arguments",
            )
        if value != again:
            raise BadInput(
                "f is random.",
                wanted="one value for one theta",
                got=f"{value}, then {again}",
                hint="make the random numbers once, outside f",
            )
        if value.dtype.kind == "c":
            raise BadInput(
                "f(theta) is complex.",
                wanted="a real loss",
                got=f"{value}",
                hint="check f for a square root or log of a negative number",
            )
        return value

    def _call(self, leaves: dict[str, Array], imaginary: bool = False, own: bool = True) -> Any:
        arrays = (x.astype(complex if imaginary else float, copy=own) for x in leaves.values())
        value = numbers("f(theta)", self.f(_rebuild(self.theta, arrays)))
        if value.size != 1:
            raise BadInput(
                "f(theta) is not one number.",
                wanted="a scalar loss",
                got=f"shape {value.shape}",
                hint="sum or average over the examples inside f",
            )
        return value.reshape(())[()]


def flatten(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every array of a dict, list or tuple with its name: W[1] of {"W": {1: ...}} and of {("W", 1): ...}."""
    if isinstance(tree, Mapping):
        for key, part in tree.items():
            first, *rest = key if isinstance(key, tuple) else (key,)
            dot = "." if name and isinstance(first, str) else ""
            head = f"{name}{dot}{first}" if isinstance(first, str) else f"{name}[{first}]"
            yield from flatten(part, head + "".join(f"[{k}]" for k in rest))
    elif _holds_arrays(tree):
        for i, part in enumerate(tree):
            yield from flatten(part, f"{name}[{i}]")
    else:
        yield name or "theta", tree


def _rebuild(tree: Any, arrays: Iterator[Array]) -> Any:
    if isinstance(tree, Mapping):
        return {key: _rebuild(part, arrays) for key, part in tree.items()}
    if _holds_arrays(tree):
        parts = [_rebuild(part, arrays) for part in tree]
        return tuple(parts) if isinstance(tree, tuple) else parts
    x = next(arrays)
    return x if x.ndim else x[()]


def _holds_arrays(tree: Any) -> bool:
    return isinstance(tree, (list, tuple)) and any(
        isinstance(part, (np.ndarray, Mapping)) or _holds_arrays(part) for part in tree
    )


def _real(name: str, value: Any) -> Array:
    x = numbers(name, value)
    if x.dtype.kind == "c":
        raise BadInput(
            f"{name} is complex.",
            wanted="real numbers",
            got=describe(value),
            hint="theta.real, if its imaginary part is 0",
        )
    return x.astype(float)
