"""Is a typed formula the same function as the reference? First at many points, then by an exact proof.

Letters: z, y, ... the variables; p working precision in decimal digits.

Points come in scales from 0.01 to 1000 and in both signs. A difference counts where the intervals of the two values
do not meet, so that neither rounding nor cancellation accuses; no difference at any point is no proof yet. The
proof turns both formulas into one quotient of polynomials in exp(z), ln(..) and the variables, and asks whether its
numerator is 0.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import mpmath
import sympy as sp

from ..shapes import BadInput
from . import parse
from .functions import Elementwise, Expr
from .numeric import OutOfRange, Undefined, Unsure, middle, precision, value
from .zero import is_zero

Point = dict[sp.Symbol, sp.Rational]
Item = TypeVar("Item")
SCALES = (1, sp.Rational(1, 10), 10, 3, 100, sp.Rational(1, 100), 1000)
POINTS, ENOUGH = 42, 8
SECONDS, PROOF_SECONDS = 1.0, 2.5  # for points, and for a hint; for the proof
PRECISIONS = (60, 600, 1500)
TINY = 1e-40  # an interval this narrow, relative to the value, ends the search for a difference


@dataclass(frozen=True, repr=False)
class Same:
    """The answer: "equal" (proved), "unequal" (with a point where the two differ), "undecided" or "refused".

    ``hint`` says what may be wrong; true if and only if the formulas are equal.
    """

    verdict: str
    hint: str = ""
    counterexample: Mapping[str, float] = field(default_factory=dict)
    typed_value: Any = None
    reference_value: Any = None

    def __bool__(self) -> bool:
        return self.verdict == "equal"

    def __repr__(self) -> str:
        if self.verdict != "unequal":
            return self.verdict + (f": {self.hint}" if self.hint else "")
        place = ", ".join(f"{name} = {number:g}" for name, number in self.counterexample.items())
        typed, reference = _apart(self.typed_value, self.reference_value)
        where = f"at {place}" if place else "always"
        return f"unequal: {where} yours is {typed}, the answer is {reference}" + (f". {self.hint}" if self.hint else "")


def same(typed: str, reference: str, given: Mapping[str, Any] | None = None) -> Same:
    """Compare a typed formula with a reference formula.

    given: what is known of a name: a formula, as in {"a": "sigmoid(z)"}, or a range, as in {"y": (0, 1)}. Raises
    BadInput if the reference or ``given`` cannot be read; a typed formula that cannot be read is "refused".
    """
    names, meanings = _names(reference, given or {})
    right = parse.read(reference, names).xreplace(meanings)
    try:
        left = parse.read(typed, names).xreplace(meanings)
    except BadInput as error:
        return Same("refused", f"{error.problem} Try: {error.hint}")
    variables = sorted(left.free_symbols | right.free_symbols, key=lambda s: s.name)
    points, met = list(_points(variables, given or {})), 0
    for point in _while_time(points):
        if pair := _compare(left, right, point):
            met += 1
            if pair[0] != pair[1]:
                return Same("unequal", _hint(left, right, points), {s.name: float(v) for s, v in point.items()}, *pair)
    if is_zero(left - right, PROOF_SECONDS):
        return Same("equal")
    reason = (
        f"no difference at {met} points, and no proof" if met >= ENOUGH else "too few points where both have a value"
    )
    return Same("undecided", reason)


def _while_time(items: Iterable[Item]) -> Iterator[Item]:
    """The items, until the time for points is over."""
    end = time.perf_counter() + SECONDS
    for item in items:
        if time.perf_counter() > end:
            return
        yield item


def _names(reference: str, given: Mapping[str, Any]) -> tuple[dict[str, sp.Symbol], dict[sp.Symbol, Expr]]:
    """A symbol for every name of the question, positive where its range is; and the meaning of those that have one."""
    known = parse.free_names(reference) | set(given)
    known |= {name for meaning in given.values() if isinstance(meaning, str) for name in parse.free_names(meaning)}
    above = {name for name, meaning in given.items() if not isinstance(meaning, str) and meaning[0] >= 0}
    names = {
        name: sp.Symbol(name, positive=True) if name in above else sp.Symbol(name, real=True) for name in sorted(known)
    }
    meanings = {names[name]: parse.read(text, names) for name, text in given.items() if isinstance(text, str)}
    return names, {s: meaning.xreplace(meanings) for s, meaning in meanings.items()}


def _points(variables: list[sp.Symbol], given: Mapping[str, Any]) -> Iterator[Point]:
    """Points of three digits a number: each scale with all signs plus, all minus, then mixed."""
    rng = random.Random(0)
    for k in range(POINTS):
        scale, signs = SCALES[k // 2 % len(SCALES)], (1, -1, None)[k % 2 if k < 2 * len(SCALES) else 2]
        point = {}
        for s in variables:
            part = sp.Rational(rng.randint(101, 999), 1000)
            span = given.get(s.name)
            if span is None or isinstance(span, str):
                point[s] = part * (scale if signs else rng.choice(SCALES)) * (signs or rng.choice((1, -1)))
            else:
                low, high = map(sp.Rational, map(str, span))
                point[s] = low + (high - low) * part
        yield point


def _compare(left: Expr, right: Expr, point: Point) -> tuple[Any, Any] | None:
    """The two values: the same number twice where no precision tells them apart; None where the point says nothing."""
    for digits in PRECISIONS:
        with precision(digits), mpmath.workdps(digits):
            try:
                b = value(right, point)
                a = value(left, point)
            except Unsure:
                continue
            except OutOfRange:
                return None
            except Undefined:
                return (mpmath.nan, middle(b)) if _has_value(right, point) else None
            if a.b < b.a or b.b < a.a:
                return middle(a), middle(b)
            if max(a.delta, b.delta) <= TINY * max(abs(a).b, abs(b).b):
                return middle(a), middle(a)
    return None


def _has_value(expr: Expr, point: Point) -> bool:
    try:
        value(expr, point)
    except ArithmeticError:
        return False
    return True


def _hint(left: Expr, right: Expr, points: Sequence[Point]) -> str:
    """What one factor, if any, makes the typed formula right: a sign, a number, a slope or a variable."""
    near = [point for point in points if all(abs(v) <= 10 for v in point.values())][: 2 * ENOUGH]
    with precision(120), mpmath.workdps(120):
        rows = [(point, a, b) for point in near if (a := _number(left, point)) and (b := _number(right, point))]
        if len(rows) < ENOUGH:
            return ""
        ratio = rows[0][1] / rows[0][2]
        if all(_close(a, ratio * b) for _, a, b in rows):
            return _number_hint(ratio)
        for name, factor in _while_time(_factors(left, right)):
            known = [(a, b, c) for point, a, b in rows if (c := _number(factor, point))]
            for sign, more in ((1, ""), (-1, " And look at the sign.")) if known else ():
                if all(_close(sign * a * c, b) for a, b, c in known):
                    return f"Is a factor {name} missing?{more}"
                if all(_close(a, sign * b * c) for a, b, c in known):
                    return f"Is there a factor {name} too many?{more}"
    return ""


def _number(expr: Expr, point: Point) -> Any:
    """The value, None where there is none."""
    try:
        return middle(value(expr, point))
    except ArithmeticError:
        return None


def _close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= mpmath.mpf(10) ** -60 * max(abs(a), abs(b)))


def _number_hint(ratio: Any) -> str:
    if _close(ratio, -1):
        return "Look at the sign."
    if _close(ratio, 1):
        return "Yours is right for some numbers and not for others: look at the sign of what goes in."
    simple = sp.nsimplify(sp.Float(ratio, 40), rational=True, tolerance=1e-30)
    text = str(simple) if len(str(simple)) < 8 else _apart(ratio, mpmath.mpf(1))[0]
    return f"Yours is {text} times the answer: look for a factor {text}."


def _factors(left: Expr, right: Expr) -> list[tuple[str, Expr]]:
    """Every slope and every variable of the two formulas, by name."""
    both = sp.Tuple(left, right)
    functions = sorted(both.atoms(Elementwise, sp.tanh, parse.f, parse.f_prime), key=str)
    slopes = {
        f"{type(g).__name__.removesuffix('_prime')}'({g.args[0]})": g if isinstance(g, parse.f_prime) else g.fdiff()
        for g in functions
    }
    return [*slopes.items(), *((s.name, s) for s in sorted(both.free_symbols, key=str))]


def _apart(a: Any, b: Any) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to tell them apart."""
    if mpmath.isnan(a):
        return "no real number", mpmath.nstr(b, 4)
    pairs = [(mpmath.nstr(a, digits), mpmath.nstr(b, digits)) for digits in (4, 8, 16, 32, 64)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])
