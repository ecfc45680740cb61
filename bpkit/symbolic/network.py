"""A network whose every number is a symbol, differentiated by SymPy one layer at a time.

Letters: sizes (n_0, .., n_L) the widths, f the names of the activation functions of layers 1..L, x y one example,
W b z a delta dW db as in the course; L is the loss of that one example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sympy as sp

from ..shapes import BadInput, BadType, describe, nearest, whole
from . import tape
from .derivation import Derivation, Derivations, derive
from .exact import Exact
from .functions import ACTIVATIONS, LOSSES, Expr
from .program import Program
from .trees import Explanation, Paths, explain, find_paths

Group = dict[tuple[int, ...], sp.Symbol]


class OpCounts(NamedTuple):
    """Operations to compute the loss and every gradient once, counted in three ways.

    naive: each gradient written out as one formula; shared: the same formulas, every repeated part computed once;
    backprop: the tape.
    """

    naive: int
    shared: int
    backprop: int


class SymbolicNetwork:
    """The network of given widths, activation functions and loss, in symbols, for one example.

    ``SymbolicNetwork((2, 2, 1), ("tanh", "sigmoid"), "half_mse")``, or ``SymbolicNetwork.like(net, loss)``. ``W[l]``,
    ``b[l]``, ``z[l]``, ``a[l]`` and ``delta[l]`` are matrices of symbols, ``tape`` maps each symbol to its line.
    Raises BadInput for names that it does not know.
    """

    def __init__(self, sizes: Sequence[int], f: Sequence[str], loss: str) -> None:
        self.sizes = tuple(whole(f"sizes[{i}]", n) for i, n in enumerate(sizes))
        if len(self.sizes) < 2 or isinstance(f, str) or len(f) != len(self.sizes) - 1:
            raise BadInput(
                "sizes and f do not fit.",
                wanted="n_0, .., n_L and L names",
                got=f"{self.sizes} and {f!r}",
                hint="SymbolicNetwork((2, 2, 1), ('tanh', 'sigmoid'), 'half_mse')",
            )
        self.f = tuple(nearest(name, ACTIVATIONS, "activation function") for name in f)
        self.loss = nearest(loss, LOSSES, "loss")
        forward = tape.forward(self.sizes, self.f, self.loss)
        self._forward = {line.symbol: line for line in forward}
        self.tape = {line.symbol: line for line in (*forward, *tape.backward(forward))}
        layers = range(1, len(self.sizes))
        self.W = {l: tape.grid("W", l, self.sizes[l], self.sizes[l - 1]) for l in layers}
        self.b, self.z, self.delta = (
            {l: tape.column(k, l, self.sizes[l]) for l in layers} for k in ("b", "z", "delta")
        )
        self.a = {l: tape.column("a", l, n) for l, n in enumerate(self.sizes)}
        self.y = sp.Matrix([tape.symbol("y", i + 1) for i in range(self.sizes[-1])])
        weights = {f"{kind}{l}": part[l] for l in layers for kind, part in (("W", self.W), ("b", self.b))}
        leaves = {**weights, "x": self.a[0], "y": self.y}
        gradients = {f"d{name}": part.applyfunc(tape.adjoint_name) for name, part in weights.items()}
        self._exact = Exact(leaves, list(self.tape.values()), {"L": sp.Matrix([tape.symbol("L")]), **gradients})
        self._groups = _grouped([*self.tape, *(s for part in leaves.values() for s in part)])

    @classmethod
    def like(cls, net: Any, loss: Any) -> SymbolicNetwork:
        """The symbolic network with the widths and activation functions of ``net``; loss by name, or with a name."""
        try:
            names = [net.f[l].name for l in sorted(net.f)]
            sizes = net.sizes
        except (AttributeError, TypeError, KeyError):
            raise BadType(
                "net is no network.",
                wanted="a network with sizes and f[l].name",
                got=describe(net),
                hint="SymbolicNetwork.like(bp.Network.random([2, 2, 1]), 'cross_entropy')",
            ) from None
        return cls(sizes, names, getattr(loss, "name", loss))

    def grad(self, name: str) -> sp.Matrix:
        """dL/d ``name`` as a matrix of short formulas in the symbols of the tape: grad("W1"), grad("z1")."""
        part = self._group(name, ())
        known = [
            name for name, group in self._groups.items() if tape.adjoint_name(next(iter(group.values()))) in self.tape
        ]
        nearest(name, known, "quantity with a gradient")
        rows = max(index[0] for index in part)
        return sp.Matrix(rows, len(part) // rows, [self.tape[tape.adjoint_name(s)].formula for s in part.values()])

    def show(
        self, name: str, *numbers: int, values: Mapping[Any, Any] | None = None, digits: int = 4
    ) -> Derivation | Derivations:
        """Derive a quantity step by step: show("delta", 1) for a layer, show("delta", 1, 2) for its unit 2, show("L").

        "W1" and "b1" mean their gradients. With values (from ``values(net, x, y)``, or a number for every weight and
        input by name) the last step is the number, with ``digits`` significant digits.
        """
        known = None if values is None else self._exact.complete(values)
        parts = tuple(
            derive(self._gradient(s), self._forward, self.tape, known, digits)
            for s in self._group(name, numbers).values()
        )
        return parts[0] if len(parts) == 1 else Derivations(parts)

    def explain(self, name: str, *where: Any, digits: int = 4) -> Explanation:
        """The tree below a gradient: explain("W1", 1, 2, values) opens dL/dW1_1_2 = formula = value, and so on down."""
        *numbers, values = where if where and isinstance(where[-1], Mapping) else (*where, {})
        return explain(self._gradient(self._one(name, tuple(numbers))), self.tape, self._exact.complete(values), digits)

    def paths(self, name: str, *numbers: int, values: Mapping[Any, Any] | None = None, digits: int = 4) -> Paths:
        """Every path from one weight to the loss: paths("W1", 1, 2). The products add up to the gradient."""
        s = self._one(name, numbers)
        if tape.adjoint_name(s) not in self.tape:
            raise BadInput(
                f"{s.name} has no path to the loss.",
                wanted="a weight, a bias, a z or an a",
                got=repr(s.name),
                hint='paths("W1", 1, 2)',
            )
        return find_paths(s, self._forward, None if values is None else self._exact.complete(values), digits)

    def values(self, net: Any, x: Any, y: Any) -> dict[sp.Symbol, Any]:
        """The number of every symbol for one example: x (n_0, 1), y (n_L, 1)."""
        return self._exact.values(net, x, y)

    def compile(self) -> Program:
        """The tape as NumPy source. The program is called with (net, x, y) and returns L, dW1, db1, ..."""
        return Program(self._exact.leaves, self._exact.lines, self._exact.wanted)

    def evaluate(self, net: Any, x: Any, y: Any, digits: int = 50) -> dict[str, Any]:
        """L and every gradient of the mean over the N examples, to ``digits`` digits: Floats in object arrays.

        x (n_0, N), y (n_L, N). Inputs and weights are taken as the exact binary numbers that they are. Raises BadInput
        where shapes do not fit the network.
        """
        return self._exact.evaluate(net, x, y, digits)

    def op_counts(self) -> OpCounts:
        """How many operations the loss and all gradients cost: naive, shared and backprop (for small networks)."""
        loss = self.written_out(tape.symbol("L"))
        naive = [loss.diff(s) for name, part in self._exact.leaves.items() if name not in ("x", "y") for s in part]
        replaced, rest = sp.cse([loss, *naive], order="none")
        shared = sum(sp.count_ops(e) for e in (*(e for _, e in replaced), *rest))
        backprop = sum(sp.count_ops(line.formula) for line in self.tape.values())
        return OpCounts(int(sum(sp.count_ops(e) for e in naive)), int(shared), int(backprop))

    def written_out(self, expr: Expr) -> Expr:
        """``expr`` with every symbol of the tape replaced by its formula, down to x, y, W and b. It grows fast."""
        known: dict[sp.Symbol, Expr] = {}
        for s, line in self.tape.items():
            known[s] = line.formula.xreplace(known)
        return expr.xreplace(known)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.sizes))
        return f"SymbolicNetwork {sizes}, {', '.join(self.f)}, {self.loss}: {len(self.tape)} lines"

    def _gradient(self, s: sp.Symbol) -> sp.Symbol:
        return s if s in self.tape else tape.adjoint_name(s)

    def _one(self, name: str, numbers: tuple[Any, ...]) -> sp.Symbol:
        found = list(self._group(name, numbers).values())
        if len(found) > 1:
            raise BadInput(
                f"{name} has {len(found)} entries.",
                wanted="the place of one of them",
                got=f"{numbers}",
                hint='count from 1: row, then column, as in ("W1", 1, 2)',
            )
        return found[0]

    def _group(self, name: str, numbers: tuple[Any, ...]) -> Group:
        """The symbols of a tensor by place; ("delta", 1) is ("delta1",)."""
        if numbers and f"{name}{numbers[0]}" in self._groups:
            name, numbers = f"{name}{numbers[0]}", numbers[1:]
        group = self._groups[nearest(name, self._groups, "quantity of this network")]
        if numbers and numbers not in group:
            raise BadInput(
                f"{name} has no entry {numbers}.",
                wanted=f"a place from {min(group)} to {max(group)}",
                got=f"{numbers}",
                hint="count from 1: row, then column",
            )
        return {numbers: group[numbers]} if numbers else group


def _grouped(symbols: Sequence[sp.Symbol]) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for s in symbols:
        head, *place = s.name.split("_")
        groups.setdefault(head, {})[tuple(map(int, place))] = s
    return groups
