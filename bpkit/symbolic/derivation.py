"""A formula derived step by step: the chain rule, undefined f, the f that the network has, and the numbers.

Letters: s the symbol that is derived; v a line of the tape that uses s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from .functions import Expr
from .pens import LATEX, TEXT, Pen, significant
from .tape import Line, Terms, adjoint_name, kind_of, total

Lines = Mapping[sp.Symbol, Line]
MEANS = {"da": "a", "delta": "z", "dW": "W", "db": "b"}  # the quantity that an adjoint is the derivative by


@dataclass(frozen=True, repr=False)
class Derivation:
    """Steps that all say the same of one symbol; a notebook shows them as LaTeX, ``print`` as text."""

    symbol: str
    latex: tuple[str, ...]
    text: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{self.symbol} = {self.text[0]}" + "".join(
            f"\n{' ' * len(self.symbol)} = {step}" for step in self.text[1:]
        )

    def _repr_latex_(self) -> str:
        return rf"$$\begin{{aligned}} {self.rows()} \end{{aligned}}$$"

    def rows(self) -> str:
        """The steps as rows of an aligned block."""
        return self.latex[0] + "".join(rf" &= {step} \\ " for step in self.latex[1:]).removesuffix(r"\\ ")


@dataclass(frozen=True, repr=False)
class Derivations:
    """The derivations of every unit of a layer, one below the other."""

    parts: tuple[Derivation, ...]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.parts))

    def _repr_latex_(self) -> str:
        rows = r" \\[1ex] ".join(part.rows() for part in self.parts)
        return rf"$$\begin{{aligned}} {rows} \end{{aligned}}$$"


def derive(
    s: sp.Symbol, forward: Lines, lines: Lines, values: Mapping[sp.Symbol, Any] | None, digits: int
) -> Derivation:
    """Derive one symbol of the tape; with values (every symbol's number) the last step is the number."""
    columns = [[pen.name(s), *_steps(s, forward, lines, pen)] for pen in (LATEX, TEXT)]
    if values is not None:
        filled = (_opened(lines[s].terms, lines) if kind_of(s) == "delta" else None) or lines[s].terms
        for pen, column in zip((LATEX, TEXT), columns, strict=True):
            column += [pen.values(filled, dict(values), digits), significant(values[s], digits)]
    latex, text = columns
    return Derivation(text[0], _distinct(latex), _distinct(text)[1:])


def _steps(s: sp.Symbol, forward: Lines, lines: Lines, pen: Pen) -> list[str]:
    line = lines[s]
    if kind_of(s) not in MEANS:
        return [pen.terms(line.general), pen.terms(line.terms)]
    of = _primal(s, forward)
    users = [v for v, other in forward.items() if of in other.formula.free_symbols]
    chain = pen.plus.join(
        pen.times.join([_upstream(v, pen), pen.partial(v, of)]) if v.name != "L" else pen.partial(v, of) for v in users
    )
    steps = [pen.partial(sp.Symbol("L"), of), chain, pen.terms(line.general)]
    if kind_of(s) == "delta" and (hidden := _opened(line.general, lines)):
        steps += [pen.terms(hidden), pen.terms(_opened(line.terms, lines) or ())]
    elif kind_of(s) == "delta":
        steps += [pen.terms(line.terms), *_cancelled(line, lines, pen)]
    return steps


def _upstream(v: sp.Symbol, pen: Pen) -> str:
    return pen.name(adjoint_name(v)) if kind_of(v) == "z" else pen.partial(sp.Symbol("L"), v)


def _primal(s: sp.Symbol, forward: Lines) -> sp.Symbol:
    leaves = {leaf for line in forward.values() for leaf in line.formula.free_symbols}
    return next(p for p in leaves if adjoint_name(p) == s)


def _opened(terms: Terms, lines: Lines) -> Terms | None:
    """The product with dL/da written out as the sum over the next layer; None at the output layer."""
    ((head, *rest), *more) = terms
    inner = lines[head].general
    if more or any(kind_of(s) == "y" for s in total(inner).free_symbols):
        return None
    if not rest:
        return inner
    return ((inner, *rest),) if len(inner) > 1 else ((*inner[0], *rest),)


def _cancelled(line: Line, lines: Lines, pen: Pen) -> list[str]:
    """The output delta with dL/da filled in, and with its quotients cancelled where that is shorter."""
    full = total(line.terms).xreplace({s: lines[s].formula for s in line.formula.free_symbols if kind_of(s) == "da"})
    steps, short = [pen.factor(full, True)], sp.expand(sp.cancel(full))
    outputs = [s for s in short.free_symbols if kind_of(s) == "a"]
    best: Expr = min([sp.factor(short), sp.collect(short, outputs)], key=sp.count_ops)
    if sp.count_ops(best) < sp.count_ops(full):
        steps.append(pen.terms(_ordered(best)))
        targets = sp.Add(*[s for s in best.free_symbols if kind_of(s) == "y"])
        if targets.is_Add and best.has(targets):
            one = pen.terms(_ordered(targets)) + " = 1"
            steps.append(pen.aside(pen.terms(_ordered(best.xreplace({targets: sp.S.One}))), one))
    return steps


def _ordered(expr: Expr) -> Terms:
    """The terms of a sum, those with a minus sign last, each with the name of a quantity before a sum."""
    terms = sorted(sp.Add.make_args(expr), key=lambda t: (t.could_extract_minus_sign(), sp.default_sort_key(t)))
    return tuple(
        tuple(sorted(sp.Mul.make_args(t), key=lambda f: f.is_Add)) if not t.could_extract_minus_sign() else (t,)
        for t in terms
    )


def _distinct(steps: list[str]) -> tuple[str, ...]:
    return tuple(step for i, step in enumerate(steps) if i == 0 or step != steps[i - 1])
