"""The value of a formula at a point as an interval that surely holds it, with nothing that can run away.

Letters: u an argument of a function.

With interval arithmetic two values differ where their intervals do not meet: rounding and cancellation widen an
interval, they never accuse. A value is real or there is none: ``Undefined`` for the logarithm or a root of a
negative number, ``Unsure`` where this precision cannot tell (a quotient by an interval around 0), ``OutOfRange``
for exponents above 10 000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from operator import add, mul
from typing import Any

import sympy as sp
from mpmath import iv, mpf

from .functions import Expr

EXPONENT = 10_000


class Undefined(ArithmeticError):
    """The formula has no real value here."""


class OutOfRange(ArithmeticError):
    """The value is too large to be computed."""


class Unsure(ArithmeticError):
    """This precision cannot tell whether there is a value."""


@contextmanager
def precision(digits: int) -> Iterator[None]:
    """Intervals of that many decimal digits."""
    before = iv.prec
    iv.dps = digits
    try:
        yield
    finally:
        iv.prec = before


def value(expr: Expr, point: Mapping[sp.Symbol, Any], known: dict[Expr, Any] | None = None) -> Any:
    """The interval of ``expr`` with every symbol replaced by its number; ``known`` keeps what has been computed."""
    known = {} if known is None else known
    if expr not in known:
        known[expr] = _value(expr, point, known)
    return known[expr]


def _value(expr: Expr, point: Mapping[sp.Symbol, Any], known: dict[Expr, Any]) -> Any:
    if expr.is_Symbol:
        expr = point[expr]
    if expr.is_Rational:
        return iv.mpf(int(expr.p)) / int(expr.q)
    if expr in CONSTANTS:
        return CONSTANTS[expr]()
    args = [value(arg, point, known) for arg in expr.args]
    if expr.is_Pow:
        return _power(args[0], args[1], int(expr.exp) if expr.exp.is_Integer else None)
    if expr.is_Add or expr.is_Mul:
        return reduce(add if expr.is_Add else mul, args)
    return FUNCTIONS[type(expr).__name__](*args)


def middle(interval: Any) -> Any:
    """The number in the middle of an interval."""
    return mpf(interval.mid)


def _power(base: Any, exponent: Any, whole: int | None) -> Any:
    if whole is None:
        return _exp(exponent * _log(base)) if base.b != 0 or base.a != 0 else iv.mpf(0)
    if whole < 0 and base.a <= 0 <= base.b:
        raise Undefined if base.a == base.b else Unsure
    largest = abs(base).b
    if largest > 0 and abs(whole * iv.log(largest)).b > EXPONENT:
        raise OutOfRange
    return base**whole if whole >= 0 else 1 / base**-whole


def _exp(u: Any) -> Any:
    if abs(u).b > EXPONENT:
        raise OutOfRange
    return iv.exp(u)


def _log(u: Any) -> Any:
    if u.b <= 0:
        raise Undefined
    if u.a <= 0:
        raise Unsure
    return iv.log(u)


def _positive(u: Any) -> bool:
    if u.a <= 0 < u.b:
        raise Unsure
    return bool(u.a > 0)


def _sigmoid(u: Any) -> Any:
    return 1 / (1 + _exp(-u))


def _tanh(u: Any) -> Any:
    return 2 * _sigmoid(2 * u) - 1


def _inner(u: Any) -> Any:
    return iv.sqrt(2 / iv.pi) * (u + u**3 * 44715 / 1000000)


def _gelu_slope(u: Any) -> Any:
    t = _tanh(_inner(u))
    return (1 + t) / 2 + u * (1 - t**2) * iv.sqrt(2 / iv.pi) * (1 + 3 * u**2 * 44715 / 1000000) / 2


def _f(u: Any) -> Any:
    """The undefined f, as some function that no formula is likely to meet by chance."""
    return iv.sin((13 * u + 4) / 10) + u**2 / 7 + _sigmoid(u / 3)


def _f_prime(u: Any) -> Any:
    s = _sigmoid(u / 3)
    return 13 * iv.cos((13 * u + 4) / 10) / 10 + 2 * u / 7 + s * (1 - s) / 3


CONSTANTS: dict[Any, Callable[[], Any]] = {sp.E: lambda: iv.exp(iv.mpf(1)), sp.pi: lambda: iv.mpf(1) * iv.pi}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "log": _log,
    "sin": iv.sin,
    "cos": iv.cos,
    "sinh": lambda u: (_exp(u) - _exp(-u)) / 2,
    "cosh": lambda u: (_exp(u) + _exp(-u)) / 2,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda u: _log(1 + _exp(u)),
    "relu": lambda u: u if _positive(u) else iv.mpf(0),
    "step": lambda u: iv.mpf(1 if _positive(u) else 0),
    "silu": lambda u: u * _sigmoid(u),
    "gelu": lambda u: u * (1 + _tanh(_inner(u))) / 2,
    "gelu_slope": _gelu_slope,
    "Abs": lambda u: u if _positive(u) else -u,
    "f": _f,
    "f_prime": _f_prime,
}
