"""Two pens that write formulas, in LaTeX and in plain text, with the factors in the order of the formula.

SymPy sorts the factors of a product by name; a book does not. A formula is therefore written from its terms, and only
one factor at a time is handed to SymPy's printers.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from .functions import Expr, plain
from .tape import Terms, kind_of, layer_of

LETTERS = {"delta": r"\delta"}


def significant(value: Any, digits: int = 4) -> str:
    """A number with that many significant digits: 0.06789, -1.250, 3.100e-7."""
    v = float(value)
    if v == 0 or not abs(v) < float("inf"):
        return "0" if v == 0 else str(v)
    scientific = f"{v:.{digits - 1}e}"
    power = int(scientific.split("e")[1])
    return f"{v:.{max(digits - 1 - power, 0)}f}" if -5 < power < 6 else scientific


class Pen:
    """Plain text: delta1_1 = (W2_1_1 delta2_1 + W2_2_1 delta2_2) * f1'(z1_1)."""

    times, plus, sum_of = " * ", " + ", "({})"
    printer: Any = StrPrinter({"order": "none"})

    def name(self, s: sp.Symbol) -> str:
        """The name of a symbol; dL/dW1_1_2 for an adjoint that has no letter of its own."""
        return f"dL/{s.name}" if kind_of(s) in ("da", "dW", "db") else s.name

    def partial(self, top: sp.Symbol, bottom: sp.Symbol) -> str:
        """The derivative of one symbol by another."""
        return f"d{top.name}/d{bottom.name}"

    def aside(self, text: str, condition: str) -> str:
        """A formula with the condition under which it holds."""
        return f"{text}   where {condition}"

    def factor(self, expr: Expr, alone: bool) -> str:
        """One factor, in parentheses where it needs them; a sum of products may come as its terms."""
        if isinstance(expr, tuple):
            return self.sum_of.format(self.terms(expr))
        if expr.is_Symbol:
            return self.name(expr)
        text = self.printer.doprint(expr)
        return text if alone or not (expr.is_Add or text.startswith("-")) else self.sum_of.format(text)

    def terms(self, terms: Terms) -> str:
        """A sum of products."""
        parts = [self.times.join(self.factor(f, len(term) == 1) for f in term) for term in terms]
        return "".join(
            [parts[0], *(self.plus + p if not p.startswith("-") else " - " + p[1:].lstrip() for p in parts[1:])]
        )

    def values(self, terms: Terms, values: dict[sp.Symbol, Any], digits: int) -> str:
        """The same sum with a number for every factor."""
        rows = [self.times.join(self._value(f, values, digits) for f in term) for term in terms]
        if [len(term) for term in terms] == [1] and not isinstance(terms[0][0], tuple):
            return significant(plain(terms[0][0]).xreplace(values), digits)
        return self.plus.join(rows)

    def _value(self, factor: Expr, values: dict[sp.Symbol, Any], digits: int) -> str:
        if isinstance(factor, tuple):
            return self.sum_of.format(self.values(factor, values, digits))
        text = significant(plain(factor).xreplace(values), digits)
        return self.sum_of.format(text) if text.startswith("-") else text


class Latex(Pen):
    r"""LaTeX: \delta^{(1)}_{1} = W^{(2)}_{11} \, \delta^{(2)}_{1} \, f^{(1)\prime}\left(z^{(1)}_{1}\right)."""

    times, sum_of = r" \, ", r"\left({}\right)"

    def __init__(self) -> None:
        self.printer = _Printer({"order": "none", "ln_notation": True})

    def name(self, s: sp.Symbol) -> str:
        """The letter with its layer above and its unit below; a fraction for dL/dW."""
        kind = kind_of(s)
        if kind in ("da", "dW", "db"):
            return rf"\frac{{\partial L}}{{\partial {self.name(sp.Symbol(s.name[1:]))}}}"
        numbers = s.name[len(kind) :].split("_")
        above = f"^{{({layer_of(s)})}}" if layer_of(s) else ""
        below = ("" if all(len(n) == 1 for n in numbers[1:]) else ",").join(numbers[1:])
        return LETTERS.get(kind, kind) + above + (f"_{{{below}}}" if below else "")

    def partial(self, top: sp.Symbol, bottom: sp.Symbol) -> str:
        """A fraction of partials."""
        return rf"\frac{{\partial {self.name(top)}}}{{\partial {self.name(bottom)}}}"

    def aside(self, text: str, condition: str) -> str:
        """A formula with the condition under which it holds."""
        return rf"{text} \quad \text{{where }} {condition}"

    def values(self, terms: Terms, values: dict[sp.Symbol, Any], digits: int) -> str:
        """The same sum with a number for every factor and a dot between them."""
        return super().values(terms, values, digits).replace(self.times, r" \cdot ")


class _Printer(LatexPrinter):
    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return LATEX.name(expr)

    def _print_Pow(self, expr: sp.Pow) -> str:
        base, exponent = expr.as_base_exp()
        if base.is_Symbol and exponent.is_Integer and exponent > 1:
            return rf"\left({LATEX.name(base)}\right)^{{{exponent}}}"
        return super()._print_Pow(expr)


TEXT, LATEX = Pen(), Latex()
