"""The explorer of the chain rule: every path from one input to the output, the factor of one wire, and a nudge."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from ...diagrams.expression import read
from ...diagrams.graphs import equation, graph, letter
from ...diagrams.nodes import OPS, Flow, Node, evaluate
from ...diagrams.scene import Path, Picture, Shape, Text, text_width
from ...notation import number
from ...shapes import BadInput
from ..host import Choice, Control, Explorer, shipped

Step = tuple[str, int]  # a wire: the node that it enters, and by which of its inputs
MOST = 8
ROOM = "-000.0000"
SIZE = 14.0
LINE = 24.0


class Wire(NamedTuple):
    """A wire from the node ``start`` to the node ``end``, whose k-th input it is; ``rule`` is its factor in letters."""

    start: str
    end: str
    k: int
    rule: str
    equation: str

    @property
    def factor(self) -> str:
        """The local derivative, in letters."""
        return f"d{self.end}/d{self.start}"


def explorer(formula: str, inputs: Mapping[str, float], nudge: str | None, h: float) -> Explorer:
    """The explorer for a formula, as in ``bpkit.diagrams.graph``, and for the input that is nudged by h."""
    nodes = read(formula, **inputs)
    names = tuple(node.name for node in nodes if node.op == "input")
    every = {name: paths(nodes, name) for name in names}
    place = {node.name: k for k, node in enumerate(nodes)}
    controls: list[Control | Choice] = [
        *(Control(name, "input", min(-5, inputs[name]), max(5, inputs[name]), 0.05) for name in names),
        Choice("nudged", "nudged input", names), Control("h", "nudge", 0.01, 1, 0.01),
        Choice("wire", "wire", tuple(wires(nodes))),
    ]

    def draw(nudged: str, h: float, wire: str, **values: float) -> list[Picture]:
        return pictures(read(formula, **values), nudged, h, wire)

    data = {"wires": {name: {**wire._asdict(), "factor": wire.factor, "at": [place[wire.start], place[wire.end]]}
                      for name, wire in wires(nodes).items()},
            "picks": {"control": "wire", "parts": {f"wire:{wire.end}:{wire.k}": name
                                                   for name, wire in wires(nodes).items()}},
            "nodes": shipped(nodes), "output": nodes[-1].name, "rows": rows(every), "paths": {
        name: [{"words": words(name, path), "steps": [[place[node], k] for node, k in path]} for path in found]
        for name, found in every.items()}}
    return Explorer("chain", f"The chain rule: {formula}", controls,
                    {**{name: inputs[name] for name in names}, "nudged": nudge or names[0], "h": h,
                     "wire": next(iter(wires(nodes)))}, draw, data)


def wires(nodes: list[Node]) -> dict[str, Wire]:
    """Every wire by its name: x → q, numbered where a node takes the same value twice."""
    found = {}
    for node in nodes:
        for k, (start, rule) in enumerate(zip(node.inputs, OPS[node.op].slopes if node.inputs else (), strict=True)):
            again = f" ({node.inputs[:k + 1].count(start)})" if node.inputs.count(start) > 1 else ""
            found[f"{start} → {node.name}{again}"] = Wire(start, node.name, k, rule.format(*map(letter, node.inputs)),
                                                          equation(node))
    return found


def paths(nodes: list[Node], start: str) -> list[list[Step]]:
    """Every way from ``start`` to the output, as the wires that it takes; raises BadInput for more than 8."""
    ways: list[list[Step]] = []
    open_ways: list[tuple[str, list[Step]]] = [(start, [])]
    while open_ways:
        name, way = open_ways.pop(0)
        if name == nodes[-1].name:
            ways.append(way)
        open_ways += [(node.name, [*way, (node.name, k)]) for node in nodes
                      for k, i in enumerate(node.inputs) if i == name]
        if len(ways) + len(open_ways) > 64 or len(ways) > MOST:
            raise BadInput(f"there are too many paths from {start}.", wanted=f"at most {MOST} paths to the output",
                           got="a formula that uses it more often", hint="a shorter formula")
    return ways


def words(start: str, path: list[Step]) -> str:
    """A path as its nodes: x → q → f."""
    return " → ".join([start, *(node for node, _ in path)])


def rows(every: Mapping[str, list[list[Step]]]) -> int:
    """How many lines the longest list of paths needs."""
    return max(map(len, every.values()))


def pictures(nodes: list[Node], nudged: str, h: float, wire: str) -> list[Picture]:
    """The graph with the wires that the nudge takes and the wire looked at, and the paths with their factors."""
    flow, drawn, chosen = evaluate(nodes), graph(nodes, room=ROOM), wires(nodes)[wire]
    every = {node.name: paths(nodes, node.name) for node in nodes if node.op == "input"}
    looks: dict[str | None, tuple[float, str]] = {
        **{f"wire:{node}:{k}": (3.0, "ink") for path in every[nudged] for node, k in path},
        f"wire:{chosen.end}:{chosen.k}": (5.0, "backward")}
    shapes = tuple(shape._replace(width=looks[shape.bind][0], role=looks[shape.bind][1])
                   if isinstance(shape, Path) and shape.bind in looks else shape for shape in drawn.shapes)
    table, lines = factors(nodes, flow, every, nudged, h, wire)
    return [replace(drawn, shapes=shapes, title="A computational graph, its values and its gradients",
                    numbers="\n".join([drawn.numbers, *lines])), table]


def factors(nodes: list[Node], flow: Flow, every: Mapping[str, list[list[Step]]], nudged: str, h: float,
            wire: str) -> tuple[Picture, list[str]]:
    """A line a path, with the product of its local derivatives, their sum, the nudge, and one wire in words."""
    output = nodes[-1].name
    second = 36 + max(text_width(words(name, path), SIZE) for name, found in every.items() for path in found)
    longest = max(len(path) for found in every.values() for path in found)
    table = [(words(nudged, path), multiplied(path, flow)) for path in every[nudged]]
    sums = [f"sum over the paths: d{output}/d{nudged} = {number(flow.grad[nudged])}",
            f"nudge {nudged} by {number(h, 2)}: Δ{output}/Δ{nudged} = {number(change(nodes, flow, nudged, h))}"]
    said = {name: local(one, flow, output, name) for name, one in wires(nodes).items()}
    shapes: list[Shape] = [Text(12, 22, "path", "quiet", SIZE, "start"),
                           Text(second, 22, "product of its local derivatives", "quiet", SIZE, "start")]
    for k in range(rows(every)):
        path, product = table[k] if k < len(table) else ("", "")
        shapes += [Text(12, 22 + LINE * (k + 1), path, "ink", SIZE, "start", bind=f"path:{k}"),
                   Text(second, 22 + LINE * (k + 1), product, "backward", SIZE, "start", bind=f"product:{k}")]
    y = 22 + LINE * (rows(every) + 1) + 6
    shapes += [Text(12, y, sums[0], "backward", SIZE, "start", bold=True, bind="sum"),
               Text(12, y + LINE, sums[1], "forward", SIZE, "start", bold=True, bind="change")]
    y += LINE * 2 + 10
    shapes += [Text(12, y + LINE * k, line, "backward" if k == 3 else "ink", SIZE, "start", k == 0, f"local:{k}")
               for k, line in enumerate(said[wire])]
    wide = max(text_width(line + "-000", SIZE) for line in [*sums, *chain.from_iterable(said.values())])
    lines = [*(": ".join(row) for row in table), *sums, *said[wire]]
    return Picture(12 + max(second + text_width("-00.0000 · " * (longest + 1), SIZE), wide + 12), y + LINE * 3 + 16,
                   tuple(shapes), "The paths of the chain rule", "; ".join(lines), ""), lines


def local(wire: Wire, flow: Flow, output: str, name: str) -> list[str]:
    """The local factor of a wire: in letters, with its number, in words, and what comes back along the wire."""
    slope, grad = flow.local[wire.end][wire.k], flow.grad[wire.end]
    value = "" if constant(wire) else f" = {number(slope)}"
    numbers = f"{number(grad)} · {number(slope)} = {number(grad * slope)}"
    return [f"wire {name}: {wire.equation}", f"local factor {wire.factor} = {wire.rule}{value}",
            f"for a small step, {wire.end} moves {number(slope)} times as far as {wire.start}",
            f"∇ back: d{output}/d{wire.end} · {wire.factor} = {numbers}"]


def constant(wire: Wire) -> bool:
    """Whether the factor is the same wherever the numbers stand."""
    return wire.rule in ("1", "−1")


def multiplied(path: list[Step], flow: Flow) -> str:
    """The local derivatives along a path and their product."""
    local = [flow.local[node][k] for node, k in path]
    return " · ".join(number(d) for d in local) + (f" = {number(math.prod(local))}" if len(local) > 1 else "")


def change(nodes: list[Node], flow: Flow, nudged: str, h: float) -> float:
    """(change of the output) / h when one input is moved by h."""
    moved = [node._replace(value=flow.value[nudged] + h) if node.name == nudged else node for node in nodes]
    return (evaluate(moved).value[nodes[-1].name] - flow.value[nodes[-1].name]) / h
