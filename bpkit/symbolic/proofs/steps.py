"""A proof as steps that a lesson can show, with what is left of the claim when the steps are subtracted from it.

Sums and indices are SymPy's, so that widths, class counts and batch sizes stay letters. While SymPy works, an upper
bound is written n = j + r with j, r >= 1: then 1 <= j <= n is known, and a sum over [k = j] collapses to its j-th
term without cases. What is shown says n again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

Expr = Any


@dataclass(frozen=True)
class Step:
    """One line of a proof: what it says in words (mathematics between dollar signs), and the formula."""

    reason: str
    formula: Expr


@dataclass(frozen=True, repr=False)
class Proof:
    """A claim, the steps that SymPy takes towards it, and the remainders, which are all 0 if the claim is right."""

    claim: str
    steps: tuple[Step, ...]
    remainders: tuple[Expr, ...]

    @property
    def holds(self) -> bool:
        """Whether every remainder is exactly 0."""
        return len(self.remainders) > 0 and all(rest == 0 for rest in self.remainders)

    def __repr__(self) -> str:
        reasons = [step.reason.replace("$", "") for step in self.steps]
        width = max(map(len, reasons))
        rows = [
            f"  {reason.ljust(width)}   {_Text().doprint(step.formula)}"
            for reason, step in zip(reasons, self.steps, strict=True)
        ]
        return "\n".join([self._headline(), *rows])

    def _repr_latex_(self) -> str:
        rows = [rf"& \textbf{{{line}}}" for line in _lines(self._headline())]
        for step in self.steps:  # a reason above its formula, in lines that a narrow page has room for
            rows += [rf"& \text{{{line}}}" for line in _lines(step.reason)]
            rows.append(rf"& \quad {_Latex().doprint(step.formula)}")
        body = r" \\ ".join(rows)
        return rf"$$\begin{{aligned}} {body} \end{{aligned}}$$"

    def _headline(self) -> str:
        return f"{self.claim}: {'proved' if self.holds else 'NOT proved'}"


def proof(
    claim: str, steps: Mapping[str, Expr], *remainders: Expr, letters: Mapping[Expr, Expr] | None = None
) -> Proof:
    """A proof from reason -> formula; ``letters`` replaces bounds such as j + r by the letter n in what is shown."""
    return Proof(
        claim,
        tuple(Step(reason, sp.sympify(formula).xreplace(dict(letters or {}))) for reason, formula in steps.items()),
        remainders,
    )


def _lines(words: str) -> list[str]:
    """The words in lines of at most 52 letters and about one length, never broken inside a formula."""
    kept = "$".join(part.replace(" ", "\0") if k % 2 else part for k, part in enumerate(words.split("$")))
    width = min(52, len(kept) // -(-len(kept) // 52) + 8)
    return [line.replace("\0", " ") for line in wrap(kept, width, break_long_words=False, break_on_hyphens=False)]


def pull_out(expr: Expr) -> Expr:
    """Take the factors that do not depend on the index of a sum out in front of it."""

    def pull(total: sp.Sum) -> Expr:
        fixed, rest = total.function.as_independent(*total.variables, as_Add=False)
        return fixed * total.func(rest, *total.limits)

    return expr.replace(lambda e: isinstance(e, sp.Sum), pull)


class _Words:
    """How an index equality and the slope of an undefined function are written in this course."""

    def _print_KroneckerDelta(self, expr: Any, exp: str | None = None) -> str:
        i, j = (self._print(arg) for arg in expr.args)  # type: ignore[attr-defined]
        return f"[{i} = {j}]"

    def _print_Derivative(self, expr: Any) -> str:
        function, (variable, order) = expr.args
        if getattr(function, "args", None) == (variable,) and order == 1:
            name, argument = function.func.__name__, self._print(variable)  # type: ignore[attr-defined]
            return self.prime.format(name, argument)  # type: ignore[attr-defined]
        return super()._print_Derivative(expr)  # type: ignore[misc]


class _Text(_Words, StrPrinter):
    prime = "{}'({})"

    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {'=' if expr.rel_op == '==' else expr.rel_op} {self._print(expr.rhs)}"

    def _print_Contains(self, expr: Any) -> str:
        return f"{self._print(expr.args[0])} in ({self._print(expr.args[1].start)}, {self._print(expr.args[1].end)})"


class _Latex(_Words, LatexPrinter):
    prime = r"{}'\left({}\right)"

    def __init__(self) -> None:
        super().__init__({"ln_notation": True})

    def _print_Indexed(self, expr: Any, exp: str | None = None) -> str:
        body = rf"{self._print(expr.base)}_{{{','.join(map(self._print, expr.indices))}}}"
        return rf"\left({body}\right)^{{{exp}}}" if exp else body

    def _print_IndexedBase(self, expr: Any) -> str:
        return str(self._print(expr.label))
