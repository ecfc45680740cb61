"""Computational graphs: the value above every wire, the gradient that flows back below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..notation import number
from .expression import SUBSCRIPTS, read
from .layout import GAP, PORT, Item, arrange
from .nodes import LEAVES, OPS, Flow, Node, check, evaluate
from .recorded import recorded
from .scene import Box, Path, Picture, Shape, Text, arrow, text_width

SIZE = 14.0
LABEL = 13.0
BEND = 26.0
MARGIN = 12.0


def graph(nodes: Any, title: str | None = None, digits: int = 4, room: str | None = None,
          **values: Any) -> Picture:
    """Draw the computational graph of a scalar expression, with its values and its gradients.

    ``nodes`` is a formula, as in ``graph("q = x + y; f = q * z", x=-2, y=5, z=-4)``, or a list of ``Node``, or the
    root of what an engine such as ``bpkit.autodiff`` recorded, ``graph(L, x=x, y=y)`` with names for its values.
    Above a wire: the value that it carries. Below, after ∇: dL/d(value) along this wire. Where a value is used
    twice, its box shows the sum. ``room`` is the widest number that the wires have room for, if it is not the widest
    one drawn. Nodes that bring their own value and gradient are drawn as they are, not evaluated.
    Raises BadInput for a formula or a list that is no graph.
    """
    listed = _listed(nodes, values)
    own = all(node.value is not None and (node.grad is not None or node.op == "data") for node in listed)
    flow = _given(listed) if own else evaluate(listed)
    return _Graph(listed, flow, digits, room).picture(title)


def _listed(nodes: Any, values: dict[str, Any]) -> list[Node]:
    if isinstance(nodes, str):
        return read(nodes, **values)
    return check(recorded(nodes, **values) if hasattr(nodes, "parents") else nodes)


def neuron(x: float = 0.5, w: float = 0.8, b: float = 0.0, y: float = 1.0, digits: int = 4) -> Picture:
    """Draw one neuron and its loss: z = w·x + b, a = σ(z), L = BCE(a, y), with values and gradients on the wires.

    BCE is binary cross-entropy, -(y ln a + (1 - y) ln(1 - a)), which is -ln a where y = 1.
    """
    return graph(neuron_nodes(x, w, b, y), f"One neuron: x = {x:g}, w = {w:g}, b = {b:g}, y = {y:g}", digits)


def neuron_nodes(x: float, w: float, b: float, y: float) -> list[Node]:
    """The graph of one neuron as data."""
    return [Node("w", value=w), Node("x", value=x), Node("b", value=b), Node("z", "affine", ("w", "x", "b")),
            Node("a", "sigmoid", ("z",)), Node("y", "data", value=y), Node("L", "bce", ("a", "y"))]


def numbers(nodes: Sequence[Node], flow: Flow, digits: int = 4) -> str:
    """Values and gradients as lines of text, one node a line."""
    output = nodes[-1].name
    lines = []
    for node in nodes:
        grad = "" if node.op == "data" else f"   d{output}/d{node.name} = {number(flow.grad[node.name], digits)}"
        lines.append(f"{equation(node)} = {number(flow.value[node.name], digits)}{grad}")
    return "\n".join(lines)


def equation(node: Node) -> str:
    """The node as it stands in its box: x, or q = x + y. Digits behind a letter are an index."""
    name, *inputs = map(letter, (node.name, *node.inputs))
    if node.op in LEAVES:
        return name
    sign = OPS[node.op].sign if node.op in OPS else node.op + "(" + ", ".join("{}" for _ in node.inputs) + ")"
    return f"{name} = {sign.format(*inputs)}"


def letter(name: str) -> str:
    """A name as a picture shows it: digits behind a letter are an index."""
    return re.sub(r"(?<=[^\W\d])_?\d+$", _index, name)


def _index(digits: re.Match[str]) -> str:
    return digits[0].lstrip("_").translate(SUBSCRIPTS)


def _given(nodes: Sequence[Node]) -> Flow:
    """The flow of nodes that bring their numbers; without ``parts``, an input got here all that it has."""
    value = {node.name: float(node.value or 0.0) for node in nodes}
    grad = {node.name: float(node.grad or 0.0) for node in nodes}
    part = {node.name: node.parts or tuple(grad[i] for i in node.inputs) for node in nodes}
    return Flow(value, grad, {}, part)


class _Graph:
    def __init__(self, nodes: list[Node], flow: Flow, digits: int, room: str | None) -> None:
        self.nodes, self.flow, self.digits = nodes, flow, digits
        self.uses = {node.name: sum(other.inputs.count(node.name) for other in nodes) for node in nodes}
        self.leaf = {node.name: node.op in LEAVES for node in nodes}
        self.data = {node.name for node in nodes if node.op == "data"}
        shown = [number(v, digits) for v in (*flow.value.values(), *flow.grad.values(), *sum(flow.part.values(), ()))]
        room = room or max(*shown, "-00." + "0" * digits, key=lambda text: text_width(text, LABEL))
        self.run, self.total = text_width("∇ " + room, LABEL) + 16, text_width("∇ sum " + room, LABEL)
        self.shapes: list[Shape] = []

    def picture(self, title: str | None) -> Picture:
        rows = arrange(self.nodes, {node.name: self.height(node) for node in self.nodes})
        widths = [max((self.width(i.node) for i in row if i.node), default=0.0) for row in rows]
        x = MARGIN
        left = {}
        for column in range(len(rows) - 1, -1, -1):
            left[column] = x
            x += widths[column] + self.run + (BEND if column else 0)
        for row in rows:
            for item in row:
                self.draw(item, left, widths)
        self.stub(rows[0][0], left[0] + widths[0])
        height = max(i.y + i.height / 2 for row in rows for i in row) + 2 * MARGIN
        top = tuple(Picture(0, 0, tuple(self.shapes), "", "", "").moved(0, MARGIN))
        return Picture(x + MARGIN, height, top, title or f"Computational graph of {equation(self.nodes[-1])}",
                       "; ".join(self.lines()), "\n".join(self.lines()))

    def lines(self) -> list[str]:
        return numbers(self.nodes, self.flow, self.digits).splitlines()

    def shares(self, node: Node) -> bool:
        return self.uses[node.name] > 1 and node.name not in self.data

    def height(self, node: Node) -> float:
        return max(PORT * max(len(node.inputs), 1) - GAP, 48.0 if self.shares(node) else 0.0)

    def width(self, node: Node) -> float:
        total = self.total if self.shares(node) else 0.0
        return max(text_width(equation(node), SIZE), total, 14.0) + 22

    def draw(self, item: Item, left: dict[int, float], widths: list[float]) -> None:
        if item.node is None:
            return
        end, width = left[item.column] + widths[item.column], self.width(item.node)
        self.box(item.node, end - width, item.y - item.height / 2, width, item.height)
        for target, k in item.targets:
            steps: list[tuple[Any, ...]] = [("M", end, item.y)]
            while target.node is None:  # through the columns that the wire passes
                self.bend(steps, target.y, left[target.column] + widths[target.column])
                target, k = target.targets[0]
            goal = left[target.column] + widths[target.column] - self.width(target.node)
            self.bend(steps, target.port(k), goal - 6)  # the tip of the arrow stays free of the line
            self.shapes += [Path(tuple(steps), bind=f"wire:{target.node.name}:{k}"), arrow(goal, target.port(k))]
            grad = None if item.node.name in self.data else self.flow.part[target.node.name][k]
            middle = (steps[-2][-2] + goal - 8) / 2
            self.label(middle, target.port(k), item.node.name, f"part:{target.node.name}:{k}", grad)

    def bend(self, steps: list[tuple[Any, ...]], level: float, goal: float) -> None:
        """Lead a wire on to the height ``level``, and straight on to x = ``goal``."""
        x, y = steps[-1][-2:]
        steps += [("C", x + BEND / 2, y, x + BEND / 2, level, x + BEND, level), ("L", goal, level)]

    def label(self, x: float, y: float, name: str, bind: str, grad: float | None) -> None:
        value = number(self.flow.value[name], self.digits)
        self.shapes.append(Text(x, y - 6, value, "forward", LABEL, bind=f"value:{name}"))
        if grad is not None:
            self.shapes.append(Text(x, y + 16, "∇ " + number(grad, self.digits), "backward", LABEL, bind=bind))

    def box(self, node: Node, x: float, y: float, width: float, height: float) -> None:
        middle, centre = x + width / 2, y + height / 2
        leaf, shares = self.leaf[node.name], self.shares(node)
        self.shapes.append(Box(x, y, width, height, "quiet" if leaf else "ink", 15 if leaf else 6))
        self.shapes.append(Text(middle, centre + (-4 if shares else 4.5), equation(node), bold=leaf, size=SIZE))
        if shares:
            total = "∇ sum " + number(self.flow.grad[node.name], self.digits)
            self.shapes.append(Text(middle, centre + 15, total, "backward", LABEL, bind=f"grad:{node.name}"))

    def stub(self, item: Item, x: float) -> None:
        name = self.nodes[-1].name
        self.shapes += [Path((("M", x, item.y), ("L", x + self.run, item.y))), arrow(x + self.run, item.y)]
        self.label(x + self.run / 2 - 4, item.y, name, f"grad:{name}", self.flow.grad[name])
