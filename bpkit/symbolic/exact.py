"""The numbers of a tape, to as many digits as asked: every symbol of one example, or the gradients of a batch.

Letters: x (n_0, N), y (n_L, N), N examples, one a column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from ..shapes import BadInput, matrix, whole
from .program import MPMATH, Program, bind, to_digits
from .tape import Line

Numbers = dict[sp.Symbol, Any]


class Exact:
    """A tape in mpmath numbers: ``leaves`` are its arguments by name, ``wanted`` the tensors that it answers with."""

    def __init__(self, leaves: Mapping[str, sp.Matrix], lines: Sequence[Line], wanted: Mapping[str, sp.Matrix]) -> None:
        self.leaves, self.lines, self.wanted = leaves, lines, wanted

    def values(self, net: Any, x: Any, y: Any) -> Numbers:
        """The number of every symbol for one example, x (n_0, 1) and y (n_L, 1)."""
        x, y = matrix("x", x), matrix("y", y)
        if x.shape[1] != 1 or y.shape[1] != 1:
            raise BadInput(
                "values are those of one example.",
                wanted="x and y with one column",
                got=f"x {x.shape}, y {y.shape}",
                hint="s.values(net, x[:, :1], y[:, :1])",
            )
        return self._run([v for part in bind(self.leaves, net, x, y) for v in np.ravel(part)])

    def complete(self, values: Mapping[Any, Any]) -> Numbers:
        """The number of every symbol, from the numbers of the leaves, by symbol or by name."""
        known = {sp.Symbol(str(s), real=True): v for s, v in values.items()}
        if all(line.symbol in known for line in self.lines):
            return known
        leaves = [s for part in self.leaves.values() for s in part]
        if missing := [s.name for s in leaves if s not in known]:
            raise BadInput(
                "values are missing.",
                wanted="a number for every weight, bias, input and target",
                got=f"nothing for {', '.join(missing[:6])}{', ...' if len(missing) > 6 else ''}",
                hint="values = s.values(net, x, y)",
            )
        return self._run([known[s] for s in leaves])

    def evaluate(self, net: Any, x: Any, y: Any, digits: int) -> dict[str, Any]:
        """Every wanted tensor of the mean over the examples, as SymPy Floats in object arrays."""
        x, y, digits = matrix("x", x), matrix("y", y), whole("digits", digits)
        if x.shape[1] != y.shape[1]:
            raise BadInput(
                "x and y do not fit.",
                wanted="one column an example in both",
                got=f"x {x.shape}, y {y.shape}",
                hint="print x.shape and y.shape",
            )
        examples = [bind(self.leaves, net, x[:, [e]], y[:, [e]]) for e in range(x.shape[1])]
        flat = [[mpmath.mpf(float(v)) for part in parts for v in np.ravel(part)] for parts in examples]

        def run() -> list[Any]:
            rows = [self._gradients.function(*leaves) for leaves in flat]
            return [mpmath.fsum(column) / len(rows) for column in zip(*rows, strict=True)]

        means = self._gradients.shaped([sp.Float(v, digits) for v in to_digits(run, digits)], object)
        return {name: g if name != "L" else g[0, 0] for name, g in means.items()}

    def _run(self, leaves: Sequence[Any]) -> Numbers:
        numbers = [mpmath.mpf(float(v)) for v in leaves]
        results = to_digits(lambda: self._everything.function(*numbers), 30)
        names = [s for part in (*self.leaves.values(), *self._everything.wanted.values()) for s in part]
        return {s: sp.Float(v, 30) for s, v in zip(names, (*numbers, *results), strict=True)}

    @cached_property
    def _gradients(self) -> Program:
        return Program(self.leaves, self.lines, self.wanted, (MPMATH, "mpmath"))

    @cached_property
    def _everything(self) -> Program:
        return Program(
            self.leaves, self.lines, {"tape": sp.Matrix([line.symbol for line in self.lines])}, (MPMATH, "mpmath")
        )
