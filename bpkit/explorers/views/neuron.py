"""The explorer of one neuron: its graph, and its loss against w with a tangent and a nudge."""

from __future__ import annotations

from dataclasses import asdict, replace

from ...diagrams.graphs import graph, neuron_nodes
from ...diagrams.nodes import evaluate
from ...diagrams.scene import Dot, Picture
from ...notation import number
from ..axes import Axes, key, line
from ..host import Control, Explorer, shipped

CONTROLS = (Control("x", "input", -2, 2, 0.05), Control("w", "weight", -3, 3, 0.05), Control("b", "bias", -3, 3, 0.05),
            Control("y", "target", 0, 1, 0.05), Control("h", "nudge of w", 0.01, 1, 0.01))
ROOM = "-00.0000"
AXES = Axes(left=48, bottom=190, width=340, height=150, low=-3, high=4, points=113, tops=(1, 2, 4, 8, 16))


def explorer(x: float, w: float, b: float, y: float, h: float) -> Explorer:
    """The explorer for these numbers; what can be moved, and how far, stands in CONTROLS."""
    return Explorer("neuron", "One neuron", CONTROLS, {"x": x, "w": w, "b": b, "y": y, "h": h}, pictures,
                    {"nodes": shipped(neuron_nodes(x, w, b, y)), "plot": asdict(AXES)})


def pictures(x: float, w: float, b: float, y: float, h: float) -> list[Picture]:
    """The graph, and the plot of the loss against w."""
    curve = plot(x, w, b, y, h)
    picture = graph(neuron_nodes(x, w, b, y), "One neuron, its values and its gradients", room=ROOM)
    return [replace(picture, numbers=f"{picture.numbers}\n{curve.numbers}"), curve]


def loss(x: float, w: float, b: float, y: float) -> tuple[float, float]:
    """L and dL/dw of the neuron."""
    flow = evaluate(neuron_nodes(x, w, b, y))
    return flow.value["L"], flow.grad["w"]


def plot(x: float, w: float, b: float, y: float, h: float) -> Picture:
    """L against w: the curve, the tangent at w with slope dL/dw, and the straight line to the loss at w + h."""
    heights = [loss(x, v, b, y)[0] for v in AXES.xs()]
    top = AXES.top(heights)
    (L, slope), (nudged, _) = loss(x, w, b, y), loss(x, w + h, b, y)
    here, there = AXES.at(w, L, top), AXES.at(w + h, nudged, top)
    curve = [AXES.at(v, u, top) for v, u in zip(AXES.xs(), heights, strict=True)]
    tangent = f"tangent: dL/dw = {number(slope)}"
    change = f"nudge w by {number(h, 2)}: ΔL/Δw = {number((nudged - L) / h)}"
    shapes = [*AXES.frame(range(-3, 5), top, "w", "L"), line(curve, "loss", 2.5, "curve"),
              line(AXES.tangent(w, L, slope, top), "backward", 2, "tangent", dashed=True),
              line([here, there], "forward", 2, "nudge"), Dot(*here, 5, "backward", "here"),
              Dot(*there, 4, "forward", "there"),
              *key(48, 236, "backward", True, tangent, "slope"), *key(48, 258, "forward", False, change, "change")]
    return Picture(420, 270, tuple(shapes), "The loss L against the weight w", f"L = {number(L)}; {tangent}; {change}",
                   f"{change}, {tangent}")
