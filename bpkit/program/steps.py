"""One training step as a program: a list of NumPy calls, bound to their arrays once for each batch size.

Letters: x (n_0, N) examples, y (n_L, N) targets, N examples a batch, l layer, g gradients of a layer, flat.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from ..losses import loss_function
from ..network import Network
from ..records import Grads
from .memory import Array, Batch, Call, Memory, Step, tables
from .passes import passes
from .update import update

HEAD = ("chapter", "equation", "shape", "NumPy calls")


class Program:
    """Forward pass, loss, backward pass and update of a network for batches of N examples.

    ``net`` gives sizes, activation functions and first parameters; ``loss`` is a loss or its name; ``opt`` an
    optimiser of bpkit, or None to stop at the gradients; ``like`` another program whose parameters, optimiser and
    rooms this one shares, at an N that is not larger. ``steps`` are the equations in order, ``calls`` the same as one
    flat list, ``measured_calls`` with the norm of each layer's gradient before the update. Printing it shows the steps
    with their shapes.
    """

    memory: Memory
    steps: list[Step]
    _update: list[Step]

    def __init__(self, net: Network, N: int, loss: Any, opt: Any = None, like: Program | None = None) -> None:
        self.N, self.loss, self.opt = N, loss_function(loss), opt
        self.memory = like.memory if like else Memory(net)
        self.batch = Batch(self.memory, N)
        self._gradient, self.scale = passes(self.loss, self.memory, self.batch)
        self._update = like._update if like else update(opt, self.memory)
        self.steps = [step for step in (*self._gradient, *self._update) if step.calls]
        g = {l: self.memory.g[part] for l, part in self.memory.slices.items()}
        norms = [(g[l].dot, (g[l], self.batch.cell(1 + l))) for l in g]
        self.calls = _flat(self.steps)
        self.measured_calls = _flat(self._gradient) + norms + _flat(self._update)

    def load(self, x: Array, y: Array) -> None:
        """Take in a batch, x (n_0, N) and y (n_L, N)."""
        self.batch.x[...], self.batch.y[...] = tables(x, y)
        self.batch.restore()

    def run(self) -> None:
        """Take one training step on the batch that is loaded."""
        for function, arguments in self.calls:
            function(*arguments)

    def value(self) -> float:
        """The loss of the last run, taken before its update."""
        plus, minus = self.batch.measured[:2]
        return float((plus - minus) * self.scale)

    def gradients(self, x: Array, y: Array) -> Grads:
        """What ``net.backward(net.forward(x), y, loss)`` returns for x (n_0, N), y (n_L, N); nothing is updated."""
        self.load(x, y)
        with np.errstate(over="ignore"):
            for function, arguments in _flat(self._gradient):
                function(*arguments)
        delta, dV = self.batch.delta, self.memory.dV
        dW, db = {l: v[:-1].T.copy() for l, v in dV.items()}, {l: v[-1:].T.copy() for l, v in dV.items()}
        return Grads(*map(MappingProxyType, ({l: d.copy() for l, d in delta.items()}, dW, db)))

    def network(self) -> Network:
        """The network with the parameters of this moment."""
        return self.memory.network(self.memory.w)

    def __repr__(self) -> str:
        rows = [HEAD, *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n  ".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        head, body = _html_row("th", HEAD), "".join(_html_row("td", row) for row in self._rows())
        return f"<table><caption>{self._title()}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _rows(self) -> list[tuple[str, ...]]:
        shapes = [str(s.result.shape) if s.result.size > 1 else "number" for s in self.steps]
        return [(f"{s.chapter}", s.equation, n, f"{len(s.calls)}") for s, n in zip(self.steps, shapes, strict=True)]

    def _title(self) -> str:
        sizes, opt = "-".join(map(str, self.memory.sizes)), type(self.opt).__name__ if self.opt else "no update"
        return f"Program of a training step: {sizes}, N = {self.N}, {self.loss.name}, {opt}, {self.memory.dtype}"


def _html_row(tag: str, row: tuple[str, ...]) -> str:
    """One row of the table, its words to the left and its counts to the right."""
    sides = ("right", "left", "left", "right")
    cells = (f"<{tag} style='text-align:{side}'>{cell}</{tag}>" for side, cell in zip(sides, row, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _flat(steps: list[Step]) -> list[Call]:
    return [call for step in steps for call in step.calls]
