"""The explorer of optimisers: three of them on one surface, step by step."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...diagrams.scene import Dot, Path, Picture, Shape, Text
from ...network import Network
from ...notation import number
from ...optim import SGD, Adam, Momentum
from ...records import Grads
from ..axes import key, line
from ..host import Control, Explorer

STEPS = 60
CURVATURE = (1.0, 10.0)  # L = (w1^2 + 10 w2^2) / 2
START = (-4.0, 1.6)
CONTROLS = (Control("eta", "step size", 0.01, 0.25, 0.01), Control("beta", "Momentum", 0, 0.98, 0.02),
            Control("beta1", "Adam", 0, 0.98, 0.02), Control("beta2", "Adam", 0.5, 0.999, 0.001),
            Control("step", "time", 0, STEPS, 1))
SIZE = 13.0
Point = tuple[float, float]


class Plot(NamedTuple):
    """A rectangle of the picture and the part of the plane that it shows; what lies outside is held at its edge."""

    left: float
    bottom: float
    width: float
    height: float
    x: Point
    y: Point

    def at(self, x: float, y: float) -> Point:
        """The place of a point."""
        u, v = ((min(max(p, low), high) - low) / (high - low) for p, (low, high) in ((x, self.x), (y, self.y)))
        return self.left + u * self.width, self.bottom - v * self.height


SURFACE = Plot(44, 300, 360, 250, (-5.0, 5.0), (-2.5, 2.5))
LOSS = Plot(500, 300, 300, 250, (0.0, float(STEPS)), (-8.0, 2.0))
RUNNERS = {"SGD": ("G", "gradient descent", "forward", False), "Momentum": ("M", "momentum", "loss", True),
           "Adam": ("A", "Adam", "right", False)}


def explorer(eta: float, beta: float, beta1: float, beta2: float, steps: int) -> Explorer:
    """The explorer for these settings, after so many steps."""
    data = {"curvature": CURVATURE, "from": START, "steps": STEPS, "surface": SURFACE._asdict(), "loss": LOSS._asdict(),
            "runners": {name: words for name, (_, words, _, _) in RUNNERS.items()},
            "play": {"name": "step", "speeds": {"": [50, 1]}}}
    return Explorer("race", "Three optimisers", CONTROLS,
                    {"eta": eta, "beta": beta, "beta1": beta1, "beta2": beta2, "step": steps}, pictures, data)


def ways(eta: float, beta: float, beta1: float, beta2: float) -> dict[str, list[Point]]:
    """Where each optimiser of ``bpkit.optim`` stands after 0, 1, ... 60 steps, with the two weights of a neuron."""
    found = {}
    for name, opt in (("SGD", SGD(eta)), ("Momentum", Momentum(eta, beta)), ("Adam", Adam(eta, beta1, beta2))):
        net, state = Network({1: [list(START)]}, {1: [[0.0]]}, "identity"), None
        places = [START]
        for _ in range(STEPS):
            net, state = opt(net, gradient(net), state)
            places.append((float(net.W[1][0, 0]), float(net.W[1][0, 1])))
        found[name] = places
    return found


def gradient(net: Network) -> Grads:
    """dL/dw = (w1, 10 w2)."""
    return Grads({1: np.zeros((1, 1))}, {1: net.W[1] * np.array([CURVATURE])}, {1: np.zeros((1, 1))})


def height(place: Point) -> float:
    """The loss at a place."""
    return sum(c * w * w for c, w in zip(CURVATURE, place, strict=True)) / 2


def pictures(eta: float, beta: float, beta1: float, beta2: float, step: float) -> list[Picture]:
    """The surface with the three ways, the loss against the step, and where each stands."""
    now = int(step + 0.5)
    shapes, lines, legend = surface(), [], []
    for k, (name, places) in enumerate(ways(eta, beta, beta1, beta2).items()):
        letter, words, role, dashed = RUNNERS[name]
        heights = [height(p) for p in places[:now + 1]]
        lines.append(f"{words}: L = {number(heights[-1])} after {now} steps")
        levels = [LOSS.at(t, math.log10(h) if h > 0 else -math.inf) for t, h in enumerate(heights)]
        ends = SURFACE.at(*places[now]), levels[-1]
        shapes += [line([SURFACE.at(*p) for p in places[:now + 1]], role, 2, f"way:{name}", dashed),
                   line(levels, role, 2, f"fall:{name}", dashed)]
        shapes += [shape for end, where in zip(ends, ("way", "fall"), strict=True) for shape in (
            Dot(*end, 8, role, f"dot:{where}:{name}"),
            Text(end[0], end[1] + 4, letter, "ground", 11, bold=True, bind=f"letter:{where}:{name}"))]
        legend += key(12, 24 + 24 * k, role, dashed, f"{letter}  {lines[-1]}", f"words:{name}")
    settings = f"eta = {number(eta)}, beta = {number(beta)}, beta1 = {number(beta1)}, beta2 = {number(beta2)}"
    return [Picture(820, 350, tuple(shapes), "Three optimisers on a surface, and their losses", "; ".join(lines),
                    "\n".join([settings, *lines])),
            Picture(420, 90, tuple(legend), "Where each optimiser stands", "; ".join(lines), "")]


def surface() -> list[Shape]:
    """Level lines of the surface, the axes of both plots, and their names."""
    shapes: list[Shape] = []
    angles = [2 * math.pi * k / 90 for k in range(91)]
    for level in (0.25, 1.0, 3.0, 6.0, 10.0):
        wide, high = (math.sqrt(2 * level / c) for c in CURVATURE)
        ellipse = [SURFACE.at(wide * math.cos(t), high * math.sin(t)) for t in angles]
        shapes.append(Path(tuple(("L" if k else "M", *p) for k, p in enumerate(ellipse)), width=0.8))
    for plot, title, across in ((SURFACE, "level lines of L", "w₁"), (LOSS, "L, in powers of ten", "step")):
        right, top = plot.left + plot.width, plot.bottom - plot.height
        corners = (plot.left, top), (plot.left, plot.bottom), (right, plot.bottom)
        shapes += [Path(tuple(("L" if k else "M", *c) for k, c in enumerate(corners)), width=1),
                   Text(plot.left, top - 12, title, "ink", SIZE, "start", bold=True),
                   Text((plot.left + right) / 2, plot.bottom + 40, across, "ink", SIZE, bold=True)]
    shapes += [*ticks(SURFACE, (-4, -2, 0, 2, 4), (-2, -1, 0, 1, 2), str), Text(16, 168, "w₂", "ink", SIZE, bold=True)]
    return [*shapes, *ticks(LOSS, (0, 20, 40, 60), (-8, -6, -4, -2, 0, 2), lambda p: f"1e{p}" if p else "1")]


def ticks(plot: Plot, across: tuple[int, ...], up: tuple[int, ...], words: Any) -> list[Shape]:
    """Numbers along both axes."""
    return [*(Text(plot.at(x, 0)[0], plot.bottom + 18, str(x), "quiet", SIZE - 1) for x in across),
            *(Text(plot.left - 8, plot.at(0, y)[1] + 4, words(y), "quiet", SIZE - 1, "end") for y in up)]
