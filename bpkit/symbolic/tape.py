"""The tape: every quantity of one forward and one backward pass as a symbol, with its own short formula.

Letters: x input, y target, W b weights and bias, z weighted sum, a activation, L loss; da = dL/da, delta = dL/dz,
dW = dL/dW, db = dL/db. Names: z2_1 is unit 1 of layer 2, W2_1_3 its weight from unit 3 of layer 1.

Nothing here knows an equation of backpropagation. SymPy differentiates each forward line by each symbol on its
right-hand side, and the chain rule adds up, for each symbol, what arrives over every line that uses it. The
transpose, the outer product and the sums come out by themselves. Composing the whole loss before differentiating
would cost a hundred times the operations at 2-3-2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sympy as sp

from . import functions
from .functions import Expr

Terms = tuple[tuple[Expr, ...], ...]
KINDS = ["da", "delta", "dW", "db"]  # the order of the backward pass in one layer


class Line(NamedTuple):
    """One line of the tape, ``symbol = sum of terms``, each term its factors in the order of the formula.

    ``general`` leaves the activation functions undefined, ``terms`` has them filled in.
    """

    symbol: sp.Symbol
    general: Terms
    terms: Terms

    @property
    def formula(self) -> Expr:
        """The right-hand side as one expression."""
        return total(self.terms)


class Arrival(NamedTuple):
    """A line that uses a symbol, with its derivative by that symbol."""

    line: sp.Symbol
    general: Expr
    filled: Expr


def total(terms: Terms) -> Expr:
    """The sum of the products."""
    return sp.Add(*[sp.Mul(*factors) for factors in terms])


def symbol(kind: str, *numbers: int) -> sp.Symbol:
    """The symbol of that kind, layer and place: symbol("W", 2, 1, 3) is W2_1_3, symbol("x", 2) is x_2."""
    layered = kind not in ("x", "y", "L")
    head, rest = (f"{kind}{numbers[0]}", numbers[1:]) if layered else (kind, numbers)
    return sp.Symbol("_".join([head, *map(str, rest)]), real=True)


def grid(kind: str, layer: int, rows: int, columns: int) -> sp.Matrix:
    """The matrix of symbols of a layer's weights."""
    return sp.Matrix(rows, columns, lambda i, j: symbol(kind, layer, i + 1, j + 1))


def column(kind: str, layer: int, rows: int) -> sp.Matrix:
    """The column of symbols of one layer; x for activations of layer 0."""
    if layer == 0:
        return sp.Matrix(rows, 1, lambda i, _: symbol("x", i + 1))
    return sp.Matrix(rows, 1, lambda i, _: symbol(kind, layer, i + 1))


def forward(sizes: Sequence[int], names: Sequence[str], loss: str) -> list[Line]:
    """The lines of the forward pass of one example, ending with L."""
    lines: list[Line] = []
    for l in range(1, len(sizes)):
        n, m = sizes[l], sizes[l - 1]
        W, a, b, z = grid("W", l, n, m), column("a", l - 1, m), column("b", l, n), column("z", l, n)
        for i in range(n):
            terms = (*((W[i, j], a[j]) for j in range(m)), (b[i],))
            lines.append(Line(z[i], terms, terms))
        filled = functions.outputs(names[l - 1], list(z))
        general = filled if names[l - 1] == "softmax" else [functions.undefined(l)(zi) for zi in z]
        lines += [Line(s, ((g,),), ((f,),)) for s, g, f in zip(column("a", l, n), general, filled, strict=True)]
    cost = functions.LOSSES[loss]
    L = tuple((cost(a, symbol("y", k + 1)),) for k, a in enumerate(column("a", len(sizes) - 1, sizes[-1])))
    return [*lines, Line(symbol("L"), L, L)]


def backward(lines: Sequence[Line]) -> list[Line]:
    """The lines of the backward pass: dL/ds of every symbol s but x and y, from the loss to the first layer."""
    known = {line.formula: line.symbol for line in lines if kind_of(line.symbol) == "a" and not line.formula.is_Symbol}
    arriving: dict[sp.Symbol, list[Arrival]] = defaultdict(list)
    for line in lines:
        for s, general, filled in _partials(line):
            arriving[s].append(Arrival(line.symbol, general.xreplace(known), filled.xreplace(known)))
    adjoints = [_adjoint(s, parts) for s, parts in arriving.items()]
    return sorted(adjoints, key=lambda line: (-layer_of(line.symbol), KINDS.index(kind_of(line.symbol))))


def adjoint_name(s: sp.Symbol) -> sp.Symbol:
    """The name of dL/ds: delta for a z, otherwise d and the name."""
    return sp.Symbol(s.name.replace("z", "delta", 1) if kind_of(s) == "z" else "d" + s.name, real=True)


def kind_of(s: sp.Symbol) -> str:
    """The letter of a symbol: W of W2_1_3."""
    return s.name.rstrip("0123456789_")


def layer_of(s: sp.Symbol) -> int:
    """The layer of a symbol; 0 for x, y and L."""
    digits = s.name[len(kind_of(s)) :].split("_")[0]
    return int(digits) if digits else 0


def _partials(line: Line) -> Iterable[tuple[sp.Symbol, Expr, Expr]]:
    """Every symbol of the right-hand side that is no data, with the derivative by it: general, and filled in."""
    for s in {factor: None for terms in line.terms for factor in _symbols(terms)}:
        filled = sum((sp.diff(sp.Mul(*term), s) for term in line.terms if s in _symbols(term)), sp.S.Zero)
        general = filled if line.general is line.terms else total(line.general).diff(s)
        yield s, general, filled


def _symbols(factors: Iterable[Expr]) -> list[sp.Symbol]:
    found = {s for factor in factors for s in factor.free_symbols if kind_of(s) not in ("x", "y")}
    return sorted(found, key=lambda s: s.name)


def _adjoint(s: sp.Symbol, arriving: Iterable[Arrival]) -> Line:
    """dL/ds = the sum, over the lines that use s, of (dL/d line) (d line/ds)."""
    ways = [_product(s, part, part.general) for part in arriving], [_product(s, part, part.filled) for part in arriving]
    return Line(adjoint_name(s), *map(tuple, ways))


def _product(s: sp.Symbol, part: Arrival, local: Expr) -> tuple[Expr, ...]:
    if kind_of(part.line) == "L":
        return (local,)
    upstream = adjoint_name(part.line)
    if local == 1:
        return (upstream,)
    if kind_of(s) == "a":
        return local, upstream  # W delta, but delta a, and dL/da f'
    return (upstream, local) if local.could_extract_minus_sign() else (upstream, *sp.Mul.make_args(local))
