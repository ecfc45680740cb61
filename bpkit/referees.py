"""Three referees side by side: hand-written backpropagation, complex steps, and SymPy to fifty digits.

The three share no line of code: a wrong sign would have to be made three times. Where two agree and one does not,
that one is the odd one out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from .losses import Loss, loss_function
from .netcheck import check_network, named
from .network import Network
from .notation import number
from .report import html_table, largest, relative_error
from .shapes import BadInput, matrix

Array = np.ndarray
REFEREES = ("backprop", "differences", "SymPy")
MOST = 1000  # parameters; above them SymPy takes longer than a reader waits


@dataclass(frozen=True, repr=False)
class Row:
    """One tensor: what each referee says of it, the entry that the table shows, and the odd one out, if any."""

    name: str
    values: Mapping[str, Array]
    index: tuple[int, ...]
    odd: str


@dataclass(frozen=True, repr=False)
class Comparison:
    """The referees' gradients by tensor, and a verdict.

    verdict is "agree"; "kink", where backprop takes another slope of a corner; "no two agree"; or the name of the odd
    one out. ``rows[name].values[referee]`` is a gradient. A comparison is true if nothing is wrong with backprop.
    """

    verdict: str
    rows: Mapping[str, Row]
    notes: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.verdict in ("agree", "kink", "differences", "SymPy")

    def __repr__(self) -> str:
        table = [self._head(), *self._cells()]
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        lines = ["  " + "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table]
        return "\n".join([self._headline(), *lines, *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        return html_table(self._headline(), bool(self), self._head(), self._cells(), self.notes)

    def _referees(self) -> list[str]:
        return list(next(iter(self.rows.values())).values)

    def _headline(self) -> str:
        names = self._referees()
        if self.verdict == "agree":
            return f"{', '.join(names[:-1])} and {names[-1]} agree"
        if self.verdict == "kink":
            return "backprop takes another slope of a corner; that is no mistake"
        where = ", ".join(row.name for row in self.rows.values() if row.odd)
        return (
            f"no two agree in {where}"
            if self.verdict == "no two agree"
            else f"the odd one out is {self.verdict}, in {where}"
        )

    def _head(self) -> list[str]:
        return ["tensor", "shape", "entry", *self._referees(), "odd one out"]

    def _cells(self) -> list[list[str]]:
        return [
            [
                row.name,
                str(g.shape),
                str(list(row.index)),
                *(number(v[row.index], 6) for v in row.values.values()),
                row.odd or "-",
            ]
            for row in self.rows.values()
            for g in [row.values["backprop"]]
        ]


def compare(net: Network, x: Any, y: Any, loss: Loss | str, grads: Any = None) -> Comparison:
    """Compute the gradient of a network in three ways and say who is the odd one out.

    x (n_0, N), y (n_L, N); grads holds dW[l] and db[l] (default: ``net.backward``), and is what "backprop" means. SymPy
    is asked where the network has at most 1000 parameters. Raises BadInput where shapes do not fit.
    """
    x, y, loss = matrix("x", x), matrix("y", y), loss_function(loss)
    grads = net.backward(net.forward(x), y, loss) if grads is None else grads
    report = check_network(net, x, y, loss, grads)
    answers = {"backprop": named(grads.dW, grads.db), "differences": dict(report.measured)}
    notes = report.notes
    try:
        answers["SymPy"] = _by_sympy(net, x, y, loss)
    except BadInput as error:
        notes += (f"SymPy was not asked: {error.problem} {error.got}",)
    rows = {
        name: _row(
            name,
            {who: part[name] for who, part in answers.items()},
            report.tolerance,
            1e-14 * max(1.0, abs(float(net.loss(x, y, loss)))),
        )
        for name in report.measured
    }
    return Comparison(_verdict(rows, report.verdict), rows, notes)


def _by_sympy(net: Network, x: Array, y: Array, loss: Loss) -> dict[str, Array]:
    count = sum(w.size for w in net.parameters().values())
    if count > MOST:
        raise BadInput(
            "the network is too large.",
            wanted=f"at most {MOST} parameters",
            got=f"{count} parameters",
            hint="a smaller network of the same kind",
        )
    exact = _symbols(net.sizes, tuple(f.name for f in net.f.values()), loss.name).evaluate(net, x, y)
    return {f"{name[1]}[{name[2:]}]": g.astype(float) for name, g in exact.items() if name != "L"}


@lru_cache(maxsize=64)
def _symbols(sizes: tuple[int, ...], f: tuple[str, ...], loss: str) -> Any:
    from .symbolic import SymbolicNetwork

    return SymbolicNetwork(sizes, f, loss)


def _row(name: str, values: dict[str, Array], tolerance: float, unit: float) -> Row:
    floor = unit * float(np.sqrt(values["backprop"].size))
    agree = {
        pair
        for pair in combinations(values, 2)
        if relative_error(values[pair[0]], values[pair[1]], floor, tolerance) <= tolerance
    }
    odd = "" if len(agree) == len(values) * (len(values) - 1) // 2 else _odd(list(values), agree)
    other = "SymPy" if odd == "differences" and "SymPy" in values else "differences"
    gap = abs(values["backprop"] - values[other]) if odd else abs(values[other])
    return Row(name, values, largest(gap), odd)


def _odd(names: list[str], agree: set[tuple[str, str]]) -> str:
    """The referee who agrees with nobody, where the others agree among themselves."""
    alone = [name for name in names if not any(name in pair for pair in agree)]
    return alone[0] if len(alone) == 1 else "no two agree"


def _verdict(rows: dict[str, Row], checked: str) -> str:
    odd = {row.odd for row in rows.values() if row.odd}
    if not odd:
        return "agree"
    if checked == "kink" and odd == {"backprop"}:
        return "kink"
    return odd.pop() if len(odd) == 1 else "no two agree"
