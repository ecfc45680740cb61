"""What the two passes of a network leave behind, and how bpkit shows layers in text and HTML.

Letters: z[l] weighted sum, a[l] activation, delta[l] = dL/dz[l], l the layer, n_l its width, N examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .notation import text

Array = np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """What the forward pass leaves behind: a[0] = x and, for each layer l, z[l] and a[l], all (n_l, N)."""

    a: Mapping[int, Array]
    z: Mapping[int, Array]

    def __repr__(self) -> str:
        lines = [row("a", 0, self.a[0])]
        for l in self.z:
            lines += [row("z", l, self.z[l]), row("a", l, self.a[l])]
        return "Trace of a forward pass\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        cells = {l: {"z": self.z.get(l), "a": self.a[l]} for l in self.a}
        return html_table("Trace of a forward pass", cells)


@dataclass(frozen=True, eq=False, repr=False)
class Grads:
    """What the backward pass computes: delta[l] (n_l, N), dW[l] as W[l], db[l] as b[l]."""

    delta: Mapping[int, Array]
    dW: Mapping[int, Array]
    db: Mapping[int, Array]

    def norms(self) -> dict[int, float]:
        """The Euclidean norm of the gradient of each layer, W and b together."""
        return {l: float(np.sqrt((self.dW[l] ** 2).sum() + (self.db[l] ** 2).sum())) for l in sorted(self.dW)}

    def __repr__(self) -> str:
        lines = [
            row(name, l, part[l])
            for l in sorted(self.dW, reverse=True)
            for name, part in (("delta", self.delta), ("dW", self.dW), ("db", self.db))
        ]
        return "Grads of a backward pass\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        cells = {l: {"delta": self.delta[l], "dW": self.dW[l], "db": self.db[l]} for l in sorted(self.dW, reverse=True)}
        return html_table("Grads of a backward pass", cells)


def row(name: str, l: int, value: Array) -> str:
    """One array of a layer as text: name, layer, shape, entries."""
    body = text(value)
    indent = "\n" + " " * 4
    return f"  {name}[{l}] {value.shape}" + indent + body.replace("\n", indent)


LEFT = "style='text-align:left'"


def html_table(title: str, cells: dict[int, dict[str, Any]]) -> str:
    """A table with one row a layer and one column a quantity."""
    names = list(next(reversed(cells.values())))
    head = "".join(f"<th {LEFT}>{n}</th>" for n in names)
    rows = "".join(f"<tr><th>{l}</th>{''.join(_html_cell(row[n]) for n in names)}</tr>" for l, row in cells.items())
    return f"<table><caption>{title}</caption><thead><tr><th>layer</th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _html_cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, str):
        return f"<td {LEFT}>{value}</td>"
    return f"<td {LEFT}><pre style='background:none'>{text(value)}</pre>{value.shape}</td>"
