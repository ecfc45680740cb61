"""Is a formula the constant 0? An exact test, cut off after a while.

Every exponential becomes a power of a letter, every logarithm, root, sine and step a letter of its own, so that the
formula is a quotient of polynomials; it is 0 if its numerator is. Letters that are secretly related can hide a
zero, never invent one: "no" here means "not proved".
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from math import lcm
from typing import Any

import sympy as sp

from .functions import Expr, plain, relu, step


class TimeUp(BaseException):
    """The time for a proof is over; no Exception, so that nothing on the way takes it for a failed step."""


def is_zero(expr: Expr, seconds: float) -> bool:
    """Whether SymPy proves within ``seconds`` that ``expr`` is 0."""
    try:
        return within(seconds, lambda: _numerator_is_zero(expr))
    except TimeUp:
        return False


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """work(), or TimeUp once the time is over. It watches calls, so it needs no signal and works in any thread."""
    end, calls, old = time.perf_counter() + seconds, 0, sys.getprofile()

    def watch(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 64 == 0 and time.perf_counter() > end:
            raise TimeUp

    sys.setprofile(watch)
    try:
        return work()
    finally:
        sys.setprofile(old)


def _numerator_is_zero(expr: Expr) -> bool:
    expr = _steps(_exponentials(_spelled_out(expr)))
    names: dict[Expr, sp.Symbol] = {}
    expr = expr.replace(lambda e: isinstance(e, sp.Function), lambda e: names.setdefault(e, sp.Dummy()))
    return bool(sp.cancel(sp.together(expr)) == 0)


def _spelled_out(expr: Expr) -> Expr:
    """Everything in exp, log and step; logarithms of quotients as differences where their parts are positive."""
    expr = expr.replace(relu, lambda u: u * step(u)).replace(sp.Abs, lambda u: u * (2 * step(u) - 1))
    kept = {s: sp.Dummy(real=True) for s in expr.atoms(step)}
    expr = plain(expr.xreplace(kept)).xreplace({d: s for s, d in kept.items()})
    for kind in (sp.sinh, sp.cosh, sp.tanh):
        expr = expr.replace(kind, lambda u, kind=kind: kind(u).rewrite(sp.exp))
    return expr.replace(sp.log, lambda u: sp.expand_log(sp.log(sp.factor(sp.together(u)))))


def _steps(expr: Expr) -> Expr:
    """step(-u) as 1 - step(u), and step(u) the same for every positive multiple of u; a power of a step is the step."""

    def one(u: Expr) -> Expr:
        _, u = sp.factor(u).as_content_primitive()
        return 1 - step(-u) if u.could_extract_minus_sign() else step(u)

    expr = sp.expand(expr.replace(step, one)) if expr.has(step) else expr
    return expr.replace(lambda e: e.is_Pow and isinstance(e.base, step) and e.exp.is_positive, lambda e: e.base)


def _exponentials(expr: Expr) -> Expr:
    """exp(2 z + 1) as G^2 H with one letter for exp(z) and one for exp(1), or for exp(z/2) where halves occur."""
    units: dict[Expr, int] = {}
    for exponential in expr.atoms(sp.exp):
        for part in sp.Add.make_args(sp.expand(exponential.args[0])):
            rate, unit = part.as_coeff_Mul()
            if rate.is_Rational:
                units[unit] = lcm(units.get(unit, 1), rate.q)
    letters = {unit: sp.Dummy(positive=True) for unit in units}

    def power(u: Expr) -> Expr:
        result = sp.S.One
        for part in sp.Add.make_args(sp.expand(u)):
            rate, unit = part.as_coeff_Mul()
            result *= letters[unit] ** (rate * units[unit]) if unit in letters else sp.exp(part)
        return result

    return expr.replace(sp.exp, power)
