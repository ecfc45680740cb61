"""The explorer of the chain rule: every path from one input to the output, and what a nudge of that input does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from ...diagrams.expression import read
from ...diagrams.graphs import graph
from ...diagrams.nodes import Flow, Node, evaluate
from ...diagrams.scene import Path, Picture, Shape, Text, text_width
from ...notation import number
from ...shapes import BadInput
from ..host import Choice, Control, Explorer, shipped

Step = tuple[str, int]  # a wire: the node that it enters, and by which of its inputs
MOST = 8
ROOM = "-000.0000"
SIZE = 14.0
LINE = 24.0


def explorer(formula: str, inputs: Mapping[str, float], nudge: str | None, h: float) -> Explorer:
    """The explorer for a formula, as in ``bpkit.diagrams.graph``, and for the input that is nudged by h."""
    nodes = read(formula, **inputs)
    names = tuple(node.name for node in nodes if node.op == "input")
    every = {name: paths(nodes, name) for name in names}
    place = {node.name: k for k, node in enumerate(nodes)}
    controls: list[Control | Choice] = [
        *(Control(name, "input", min(-5, inputs[name]), max(5, inputs[name]), 0.05) for name in names),
        Choice("nudged", "nudged input", names), Control("h", "nudge", 0.01, 1, 0.01),
    ]

    def draw(nudged: str, h: float, **values: float) -> list[Picture]:
        return pictures(read(formula, **values), nudged, h)

    data = {"nodes": shipped(nodes), "output": nodes[-1].name, "rows": rows(every), "paths": {
        name: [{"words": words(name, path), "steps": [[place[node], k] for node, k in path]} for path in found]
        for name, found in every.items()}}
    return Explorer("chain", f"The chain rule: {formula}", controls,
                    {**{name: inputs[name] for name in names}, "nudged": nudge or names[0], "h": h}, draw, data)


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


def pictures(nodes: list[Node], nudged: str, h: float) -> list[Picture]:
    """The graph with the wires that the nudge takes, and the paths with their factors."""
    flow, drawn = evaluate(nodes), graph(nodes, room=ROOM)
    every = {node.name: paths(nodes, node.name) for node in nodes if node.op == "input"}
    taken = {f"wire:{node}:{k}" for path in every[nudged] for node, k in path}
    shapes = tuple(shape._replace(width=3.0, role="ink") if isinstance(shape, Path) and shape.bind in taken else shape
                   for shape in drawn.shapes)
    table, lines = factors(nodes, flow, every, nudged, h)
    return [replace(drawn, shapes=shapes, title="A computational graph, its values and its gradients",
                    numbers="\n".join([drawn.numbers, *lines])), table]


def factors(nodes: list[Node], flow: Flow, every: Mapping[str, list[list[Step]]], nudged: str,
            h: float) -> tuple[Picture, list[str]]:
    """A line a path, with the product of its local derivatives, then their sum, then the nudge."""
    output = nodes[-1].name
    wide = max(text_width(words(name, path), SIZE) for name, found in every.items() for path in found)
    longest = max(len(path) for found in every.values() for path in found)
    second = 12 + wide + 24
    right = second + text_width("-00.0000 · " * (longest + 1), SIZE)
    shapes: list[Shape] = [Text(12, 22, "path", "quiet", SIZE, "start"),
                           Text(second, 22, "product of its local derivatives", "quiet", SIZE, "start")]
    lines = []
    for k in range(rows(every)):
        path = every[nudged][k] if k < len(every[nudged]) else None
        left, product = (words(nudged, path), multiplied(path, flow)) if path else ("", "")
        lines += [f"{left}: {product}"] if path else []
        y = 22 + LINE * (k + 1)
        shapes += [Text(12, y, left, "ink", SIZE, "start", bind=f"path:{k}"),
                   Text(second, y, product, "backward", SIZE, "start", bind=f"product:{k}")]
    y = 22 + LINE * (rows(every) + 1) + 6
    ratio = number(change(nodes, flow, nudged, h))
    lines += [f"sum over the paths: d{output}/d{nudged} = {number(flow.grad[nudged])}",
              f"nudge {nudged} by {number(h, 2)}: Δ{output}/Δ{nudged} = {ratio}"]
    shapes += [Text(12, y, lines[-2], "backward", SIZE, "start", bold=True, bind="sum"),
               Text(12, y + LINE, lines[-1], "forward", SIZE, "start", bold=True, bind="change")]
    width = max(right, *(text_width(line + "-000", SIZE) for line in lines[-2:])) + 12
    return Picture(width, y + LINE + 16, tuple(shapes), "The paths of the chain rule", "; ".join(lines), ""), lines


def multiplied(path: list[Step], flow: Flow) -> str:
    """The local derivatives along a path and their product."""
    local = [flow.local[node][k] for node, k in path]
    return " · ".join(number(d) for d in local) + (f" = {number(math.prod(local))}" if len(local) > 1 else "")


def change(nodes: list[Node], flow: Flow, nudged: str, h: float) -> float:
    """(change of the output) / h when one input is moved by h."""
    moved = [node._replace(value=flow.value[nudged] + h) if node.name == nudged else node for node in nodes]
    return (evaluate(moved).value[nodes[-1].name] - flow.value[nodes[-1].name]) / h
