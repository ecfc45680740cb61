"""The explorer of losses: three of them against the prediction a, each with its tangent."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

from ...diagrams.nodes import Node, evaluate
from ...diagrams.scene import Dot, Picture, Shape
from ...notation import number
from ..axes import Axes, key, line
from ..host import Control, Explorer, shipped


class Curve(NamedTuple):
    """One loss: its name, the steps from a and y to L, and how it is drawn."""

    name: str
    steps: tuple[Node, ...]
    role: str
    width: float
    dashed: bool = False


CURVES = {
    "bce": Curve("binary cross-entropy", (Node("L", "bce", ("a", "y")),), "loss", 4),
    "half_mse": Curve("half squared error", (Node("L", "half_mse", ("a", "y")),), "forward", 2.5),
    "half": Curve("−y ln a alone", (Node("l", "log", ("a",)), Node("p", "mul", ("y", "l")),
                                          Node("L", "neg", ("p",))), "ink", 1.5, True),
}
CONTROLS = (Control("a", "prediction", 0.02, 0.98, 0.01), Control("y", "target", 0, 1, 0.05))
AXES = Axes(left=42, bottom=250, width=400, height=215, low=0.0, high=1.0, points=101, tops=(4.0,))
INSIDE = (0.02, 0.98)  # the logarithms have no value at 0 and 1
REACH = 0.25


def explorer(a: float, y: float) -> Explorer:
    """The explorer for this prediction and this target."""
    curves = {name: {"words": curve.name, "nodes": shipped(nodes(name, a, y))} for name, curve in CURVES.items()}
    return Explorer("loss", "Three losses", CONTROLS, {"a": a, "y": y}, pictures,
                    {"curves": curves, "plot": asdict(AXES), "inside": INSIDE, "reach": REACH})


def nodes(name: str, a: float, y: float) -> list[Node]:
    """The graph of one loss as data."""
    return [Node("a", value=a), Node("y", "data", value=y), *CURVES[name].steps]


def loss(name: str, a: float, y: float) -> tuple[float, float]:
    """L and dL/da."""
    flow = evaluate(nodes(name, a, y))
    return flow.value["L"], flow.grad["a"]


def pictures(a: float, y: float) -> list[Picture]:
    """The losses against the prediction."""
    top = AXES.tops[0]
    shapes: list[Shape] = [*AXES.frame((0, 0.2, 0.4, 0.6, 0.8, 1), top, "a", "L")]
    words = []
    for k, (name, curve) in enumerate(CURVES.items()):
        L, slope = loss(name, a, y)
        points = [AXES.at(v, loss(name, v, y)[0], top) for v in AXES.xs() if INSIDE[0] <= v <= INSIDE[1]]
        words.append(f"{curve.name}: L = {number(L)}, dL/da = {number(slope)}")
        tangent = AXES.tangent(a, L, slope, top, REACH)
        shapes += [line(points, curve.role, curve.width, f"curve:{name}", curve.dashed),
                   line(tangent, "backward", 1.5, f"tangent:{name}"),
                   Dot(*AXES.at(a, L, top), 2 + curve.width, curve.role, f"dot:{name}"),
                   *key(AXES.left, 296 + 22 * k, curve.role, curve.dashed, words[-1], f"words:{name}")]
    return [Picture(480, 350, tuple(shapes), "Three losses against the prediction a", "; ".join(words),
                    "\n".join([f"a = {number(a)}, y = {number(y)}", *words]))]
