"""Where a gradient comes from: the tree of its formulas, and the list of paths from one weight to the loss.

Letters: s a symbol of the tape, v a line that uses it, L the loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import sympy as sp

from ..shapes import BadInput
from .functions import Expr, plain
from .pens import LATEX, TEXT, significant
from .tape import Line, kind_of, total

Lines = Mapping[sp.Symbol, Line]
Values = Mapping[sp.Symbol, Any]


@dataclass(frozen=True, repr=False)
class Explanation:
    """One symbol = its local formula = its value, and below it the same for every symbol in the formula.

    ``parts`` are explanations; ``again`` marks one whose parts stand further up.
    """

    symbol: str
    formula: str
    value: float
    parts: tuple[Explanation, ...]
    again: bool
    digits: int

    def __repr__(self) -> str:
        return "\n".join(self._lines("", ""))

    def _lines(self, first: str, rest: str) -> Iterator[str]:
        yield first + self._line()
        for i, part in enumerate(self.parts):
            last = i == len(self.parts) - 1
            yield from part._lines(rest + ("└ " if last else "├ "), rest + ("  " if last else "│ "))

    def _line(self) -> str:
        middle = f" = {self.formula}" if self.formula else ""
        return f"{self.symbol}{middle} = {significant(self.value, self.digits)}" + (
            "  (see above)" if self.again else ""
        )

    def _repr_html_(self) -> str:
        text = escape(self._line())
        if not self.parts:
            return f"<div style='margin-left:1.2em'>{text}</div>"
        inside = "".join(part._repr_html_() for part in self.parts)
        return f"<details open style='margin-left:1em'><summary>{text}</summary>{inside}</details>"


def explain(s: sp.Symbol, lines: Lines, values: Values, digits: int, seen: set[sp.Symbol] | None = None) -> Explanation:
    """Explain one symbol down to weights and data; a symbol met twice is opened once."""
    seen = set() if seen is None else seen
    line = lines.get(s)
    again = line is not None and s in seen
    seen.add(s)
    inside = (
        []
        if line is None or again
        else list(
            dict.fromkeys(u for term in line.terms for f in term for u in sorted(f.free_symbols, key=lambda u: u.name))
        )
    )
    parts = tuple(explain(u, lines, values, digits, seen) for u in inside)
    return Explanation(TEXT.name(s), TEXT.terms(line.terms) if line else "", float(values[s]), parts, again, digits)


@dataclass(frozen=True)
class Path:
    """One way from a weight to the loss: the symbols on it, and the derivative along each step."""

    symbols: tuple[sp.Symbol, ...]
    factors: tuple[Expr, ...]

    @property
    def product(self) -> Expr:
        """The product of the factors: this path's share of the gradient."""
        return sp.Mul(*self.factors)


@dataclass(frozen=True, repr=False)
class Paths:
    """Every path from one weight to the loss; the sum of their products is the gradient.

    ``shares`` holds each product's value, where values were given.
    """

    symbol: sp.Symbol
    paths: tuple[Path, ...]
    shares: tuple[float, ...] | None
    digits: int

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def __getitem__(self, index: int) -> Path:
        return self.paths[index]

    @property
    def total(self) -> Expr:
        """The gradient: the sum of the products."""
        return sp.Add(*[path.product for path in self.paths])

    def __repr__(self) -> str:
        head = f"dL/d{self.symbol.name} = sum over {len(self)} path{'s' if len(self) > 1 else ''}"
        rows = [
            f"  {' -> '.join(s.name for s in path.symbols)}: {self._product(i)}" for i, path in enumerate(self.paths)
        ]
        tail = [] if self.shares is None else [f"  sum: {significant(sum(self.shares), self.digits)}"]
        return "\n".join([head, *rows, *tail])

    def _product(self, i: int) -> str:
        text = TEXT.terms((self.paths[i].factors,))
        return text if self.shares is None else f"{text} = {significant(self.shares[i], self.digits)}"

    def _repr_latex_(self) -> str:
        rows = []
        for path in self.paths:
            way = r" \to ".join(LATEX.name(s) for s in path.symbols)
            rows.append(rf"& {LATEX.terms((path.factors,))} && \quad {way}")
        head = rf"\frac{{\partial L}}{{\partial {LATEX.name(self.symbol)}}} = "
        return rf"$$\begin{{aligned}} {head}" + r" \\ +\, ".join(rows) + r" \end{aligned}$$"


def find_paths(s: sp.Symbol, forward: Lines, values: Values | None, digits: int, limit: int = 10_000) -> Paths:
    """Every path from a symbol to the loss. Raises BadInput where there are more than ``limit``."""
    known = {
        line.formula: line.symbol
        for line in forward.values()
        if kind_of(line.symbol) == "a" and not line.formula.is_Symbol
    }
    users = {u: [line for line in forward.values() if u in line.formula.free_symbols] for u in (s, *forward)}
    count = _count(s, users, {})
    if count > limit:
        raise BadInput(
            f"{s.name} has too many paths to write down.",
            wanted=f"at most {limit} paths",
            got=f"{count} paths",
            hint="a smaller network, or a weight of a later layer; backpropagation needs none of them",
        )
    paths = tuple(_walk(s, users, known))
    shares = None if values is None else tuple(float(plain(path.product).xreplace(dict(values))) for path in paths)
    return Paths(s, paths, shares, digits)


def _count(s: sp.Symbol, users: Mapping[sp.Symbol, list[Line]], memo: dict[sp.Symbol, int]) -> int:
    if s not in memo:
        memo[s] = sum(_count(line.symbol, users, memo) for line in users[s]) if users[s] else 1
    return memo[s]


def _walk(s: sp.Symbol, users: Mapping[sp.Symbol, list[Line]], known: Mapping[Expr, sp.Symbol]) -> Iterator[Path]:
    if not users[s]:
        yield Path((s,), ())
    for line in users[s]:
        factor = total(line.terms).diff(s).xreplace(dict(known))
        for rest in _walk(line.symbol, users, known):
            yield Path((s, *rest.symbols), (factor, *rest.factors) if factor != 1 else rest.factors)
