"""The explorer of training: a small network learns two classes of points, and every number of it can be read.

Its steps are computed beforehand, or (live) one by one while the page plays.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...data import moons
from ...diagrams.networks import network
from ...diagrams.scene import Dot, Path, Picture, Shape, Text, arrow
from ...network import Network
from ...notation import number
from ...shapes import BadInput, matrix, whole
from ..axes import line
from ..host import Choice, Control, Explorer
from .live import answer
from .race import Plot, ticks
from .training import Run

SIZE = 13.0
GRID, SMALL = 40, 16  # cells across the large picture and across the picture of one unit
SPEEDS = {"slow": (150, 1), "normal": (0, 1), "fast": (0, 4)}  # milliseconds between two steps, steps at once
LEVELS = (("minus", 0.45), ("minus", 0.2), ("plus", 0.2), ("plus", 0.45))  # z below -1, below 0, above 0, above 1
MOST, DIGITS = 6, 3


def explorer(net: Network | None, x: Any, y: Any, steps: int, opt: Any, backward: Any,
             live: bool) -> Explorer:
    """The explorer for a network with two inputs and one sigmoid output, its data, and its way of training."""
    points = moons(150)
    net = net or Network.random([2, 4, 3, 1], output="sigmoid", rng=1)
    x = matrix("x", points.x_train if x is None else x, "2 N")
    y = matrix("y", points.labels_train[None] if y is None else y, "1 N")
    if (len(x), net.sizes[0], net.sizes[-1], net.f[net.depth].name) != (2, 2, 1, "sigmoid") or max(net.sizes) > MOST:
        raise BadInput("the playground cannot draw this network.",
                       wanted=f"2 inputs, at most {MOST} units a layer, 1 sigmoid output",
                       got=f"x {x.shape}, layers of {net.sizes} units, {net.f[net.depth].name} output",
                       hint='bp.Network.random([2, 4, 3, 1], output="sigmoid")')
    run, steps = Run(net, x, y, opt, backward), whole("steps", steps)
    last = steps if live else len(run.until(steps)) - 1
    page = Board(net, x, y, run.kept, last)
    controls: list[Control | Choice] = [Control("step", "time", 0, max(last, 1), 1),
                                        Choice("speed", "speed", tuple(SPEEDS))]
    values: dict[str, float | str] = {"step": 0.0 if live else float(last), "speed": "normal"}
    return Explorer("playground", "A network learns", controls, values, page.pictures, {**page.data(), "live": live},
                    partial(answer, run, steps) if live else None)


class Board:
    """The pictures of a training run of ``last`` steps, ``kept`` so far: what is fixed and what each step changes."""

    def __init__(self, net: Network, x: np.ndarray, y: np.ndarray, kept: list[dict[str, Any]], last: int) -> None:
        self.f = [net.f[l].name for l in sorted(net.f)]
        self.rules = [net.f[l] for l in sorted(net.f)]
        self.x, self.y, self.kept, self.last, self.sizes = x, y, kept, last, net.sizes
        low, high = x.min(axis=1), x.max(axis=1)
        edge = 0.12 * (high - low) + 1e-9
        self.area = Plot(44, 292, 240, 240, (float((low - edge)[0]), float((high + edge)[0])),
                         (float((low - edge)[1]), float((high + edge)[1])))
        self.units = [(l, i) for l in range(1, net.depth) for i in range(net.sizes[l])]
        self.right = 330 + 64 * (net.depth - 1) + 60
        losses = [step["loss"] for step in kept]
        norms = [math.log10(v) for step in kept for v in step["norms"] if v > 0] or [0.0]
        more = len(kept) <= last  # steps to come may need more room
        self.fall = Plot(self.right, 130, 230, 84, (0.0, max(last, 1.0)), (0.0, max(losses) * (1.5 if more else 1)))
        self.slopes = Plot(self.right, 292, 230, 96, self.fall.x,
                           (math.floor(min(norms)) - 2 * more, math.floor(max(norms)) + 1 + more))

    def data(self) -> dict[str, Any]:
        """What the page computes its frames from."""
        return {"kept": self.kept, "last": self.last, "f": self.f, "sizes": self.sizes, "levels": len(LEVELS),
                "digits": DIGITS, "play": {"name": "step", "speeds": SPEEDS}, "grids": self.grids(),
                "fall": self.fall._asdict(), "slopes": self.slopes._asdict(), "area": self.area._asdict()}

    def grids(self) -> dict[str, dict[str, Any]]:
        """The place of every picture of a unit, by its name: cells, left, top and the length of a cell."""
        large = {"cells": GRID, "left": self.area.left, "top": self.area.bottom - self.area.height, "cell": 6,
                 "unit": (len(self.sizes) - 1, 0)}
        cell, pitch = (3, 64) if max(self.sizes) <= 4 else (2, 42)
        small = {f"unit:{l}:{i}": {"cells": SMALL, "left": 330 + 64 * (l - 1), "top": 52 + pitch * i, "cell": cell,
                                   "unit": (l, i)} for l, i in self.units}
        return {"output": large, **small}

    def pictures(self, step: float, speed: str) -> list[Picture]:
        """The board, the readings, and the network with its weights and gradients."""
        t = min(int(step + 0.5), len(self.kept) - 1)
        now = self.kept[t]
        lines = [f"step {t} of {self.last}", f"loss {number(now['loss'])}",
                 f"accuracy {number(now['accuracy'])}",
                 *(f"size of the gradient of layer {l}: {number(v)}" for l, v in enumerate(now["norms"], 1))]
        shapes = [*self.regions(now), *self.frames(), *self.points(), *self.curves(t)]
        board = Picture(self.right + 250, 346, tuple(shapes), "What the network says, its units, and its training",
                        "; ".join(lines), "\n".join(lines))
        text: list[Shape] = [Text(46, 24 + 24 * k, words, "ink", 14, "start", k == 0, f"reading:{k}")
                             for k, words in enumerate(lines)]
        text += [Path((("M", 12, 92 + 24 * l), ("L", 40, 92 + 24 * l)), "backward", 1 + l, l % 2 == 1)
                 for l in range(len(self.f))]  # how its line is drawn
        readings = Picture(430, 24 * len(lines) + 12, tuple(text), "Readings", "; ".join(lines), "")
        return [board, readings, self.drawn(now)]

    def drawn(self, now: dict[str, Any]) -> Picture:
        """The network at one step, a little smaller than life."""
        W, b, dW, db = ({l: np.array(part) for l, part in enumerate(now[name], 1)} for name in ("W", "b", "dW", "db"))
        net = SimpleNamespace(W=W, b=b, f=dict(enumerate(self.f, 1)))
        picture = network(net, None, SimpleNamespace(delta={}, dW=dW, db=db), digits=DIGITS, room="-00.000")
        return replace(picture, title="The network, its weights and their gradients")

    def regions(self, now: dict[str, Any]) -> list[Shape]:
        """For the output and for every unit: where its z is positive and where negative, in two strengths each."""
        return [shape for name, place in self.grids().items()
                for shape in areas(name, place, self.z(now, place["cells"], place["unit"]))]

    def z(self, now: dict[str, Any], cells: int, unit: tuple[int, int]) -> np.ndarray:
        """The weighted sum of one unit at the middle of every cell, row by row from the top."""
        across, up = (low + (high - low) * (np.arange(cells) + 0.5) / cells for low, high in (self.area.x, self.area.y))
        a = np.stack([np.tile(across, cells), np.repeat(up[::-1], cells)])
        for l, (W, b, f) in enumerate(zip(now["W"], now["b"], self.rules, strict=True), 1):
            z = np.array(W) @ a + np.array(b)
            if l == unit[0]:
                break
            a = f(z)
        return z[unit[1]].reshape(cells, cells)

    def frames(self) -> list[Shape]:
        """Edges, names and numbers of the axes."""
        words = "green: a > ½, purple: a < ½, pale: unsure; circles: y = 1, triangles: y = 0"
        shapes: list[Shape] = [Text(44, 34, "output", "ink", SIZE, "start", bold=True),
                               Text(44, 334, words, "quiet", SIZE - 1, "start"),
                               *ticks(self.area, whole_numbers(self.area.x), whole_numbers(self.area.y), str)]
        for place in self.grids().values():
            side = place["cells"] * place["cell"]
            corners = [(place["left"], place["top"]), (place["left"] + side, place["top"]),
                       (place["left"] + side, place["top"] + side), (place["left"], place["top"] + side)]
            shapes.append(Path(tuple(("L" if k else "M", *c) for k, c in enumerate([*corners, corners[0]])), width=1))
        for l in range(1, len(self.sizes) - 1):
            shapes.append(Text(354 + 64 * (l - 1), 34, f"layer {l}", "quiet", SIZE - 1))
        for plot, title in ((self.fall, "loss"), (self.slopes, "gradient, by layer, powers of ten")):
            top, right = plot.bottom - plot.height, plot.left + plot.width
            shapes += [Path((("M", plot.left, top), ("L", plot.left, plot.bottom), ("L", right, plot.bottom)), width=1),
                       Text(plot.left, top - 12, title, "ink", SIZE, "start", bold=True)]
        low, high = (int(v) for v in self.slopes.y)
        shapes += [*ticks(self.slopes, (), (low, high), lambda p: f"1e{p}" if p else "1"),
                   Text(self.fall.left - 8, 50, number(self.fall.y[1], 2), "quiet", SIZE - 1, "end"),
                   Text(self.fall.left - 8, 134, "0", "quiet", SIZE - 1, "end")]
        return [*shapes, Text(self.right, 310, "0", "quiet", SIZE - 1),
                Text(self.right + 230, 310, str(self.last), "quiet", SIZE - 1)]

    def points(self) -> list[Shape]:
        """The examples: circles of class 1, triangles of class 0."""
        shapes: list[Shape] = []
        for (u, v), label in zip(self.x.T, self.y[0], strict=True):
            px, py = self.area.at(float(u), float(v))
            shapes.append(Dot(px, py, 3, "plus") if label > 0.5 else arrow(px, py - 4, "minus", (0.0, -1.0)))
        return shapes

    def curves(self, t: int) -> list[Shape]:
        """Loss and gradient norms up to step t."""
        past = self.kept[:t + 1]
        losses = [self.fall.at(k, step["loss"]) for k, step in enumerate(past)]
        shapes: list[Shape] = [line(stretched(losses), "loss", 2, "loss")]
        for l in range(len(self.f)):
            points = [self.slopes.at(k, math.log10(v) if v > 0 else -math.inf)
                      for k, v in enumerate(step["norms"][l] for step in past)]
            shapes.append(line(stretched(points), "backward", 1 + l, f"slope:{l}", l % 2 == 1))
        return shapes


def stretched(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At least two points, so that a first step shows as well."""
    return points if len(points) > 1 else [*points, (points[0][0] + 2, points[0][1])]


def whole_numbers(bounds: tuple[float, float]) -> tuple[int, ...]:
    """The whole numbers inside the bounds, at most six of them."""
    inside = range(math.ceil(bounds[0]), math.floor(bounds[1]) + 1)
    return tuple(inside[::max(1, -(-len(inside) // 6))])


def areas(name: str, place: dict[str, Any], z: np.ndarray) -> list[Shape]:
    """Four filled paths: the cells of each level, the runs of every row as one rectangle each."""
    level = (z > -1).astype(int) + (z > 0) + (z > 1)
    left, top, cell = place["left"], place["top"], place["cell"]
    found: list[list[tuple[Any, ...]]] = [[] for _ in LEVELS]
    for row, values in enumerate(level):
        start = 0
        for end in range(1, len(values) + 1):
            if end == len(values) or values[end] != values[start]:
                x, y, right, bottom = left + start * cell, top + row * cell, left + end * cell, top + (row + 1) * cell
                found[values[start]] += [("M", x, y), ("L", right, y), ("L", right, bottom), ("L", x, bottom)]
                start = end
    return [Path(tuple(steps), role, solid=True, opacity=opacity, bind=f"{name}:{k}")
            for k, (steps, (role, opacity)) in enumerate(zip(found, LEVELS, strict=True))]
