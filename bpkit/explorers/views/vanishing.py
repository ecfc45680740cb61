"""The explorer of vanishing gradients: the size of every a[l] and delta[l] of a deep network."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from ...activations import activation
from ...backprop import hidden_delta
from ...diagrams.scene import Path, Picture, Shape, Text
from ...notation import number
from ..axes import key, line
from ..host import Choice, Control, Explorer

DEEPEST, WIDTH, EXAMPLES = 20, 16, 64
FUNCTIONS = ("identity", "sigmoid", "tanh", "relu")
STARTS = {"0.5/√n": 0.5, "1/√n": 1.0, "√2/√n": math.sqrt(2), "2/√n": 2.0}
PLOT: dict[str, Any] = {"left": 56, "bottom": 260, "width": 400, "height": 220, "low": -12, "high": 4,
                        "deepest": DEEPEST}
SIZE = 13.0


def explorer(depth: float, f: str, start: str) -> Explorer:
    """The explorer for a depth, an activation function and a size of the first weights."""
    sizes = {name: {spread: measured(name, spread) for spread in STARTS} for name in FUNCTIONS}
    controls: list[Control | Choice] = [Control("depth", "layers", 1, DEEPEST, 1), Choice("f", "activation", FUNCTIONS),
                                        Choice("start", "initial weights", tuple(STARTS))]
    return Explorer("vanishing", "Vanishing and exploding gradients", controls,
                    {"depth": depth, "f": f, "start": start}, pictures, {"sizes": sizes, "plot": PLOT})


@cache
def measured(f: str, start: str) -> dict[str, Any]:
    """The root mean square of a[1..20], and of delta[1..d] for every depth d, where dL/da[d] has size 1."""
    rng, rule = np.random.default_rng(0), activation(f)
    a, g = rng.standard_normal((WIDTH, EXAMPLES)), rng.standard_normal((WIDTH, EXAMPLES))
    W, z, forward = {}, {}, []
    for l in range(1, DEEPEST + 1):
        W[l] = rng.standard_normal((WIDTH, WIDTH)) * STARTS[start] / math.sqrt(WIDTH)
        z[l] = W[l] @ a
        a = rule(z[l])
        forward.append(size(a))
    backward = []
    for depth in range(1, DEEPEST + 1):
        delta = rule.vjp(z[depth], g)
        sizes = [size(delta)]
        for l in range(depth - 1, 0, -1):
            delta = hidden_delta(W[l + 1], delta, z[l], rule)
            sizes.append(size(delta))
        backward.append(sizes[::-1])
    return {"a": forward, "delta": backward}


def size(x: np.ndarray) -> float:
    """The root mean square of all entries, to five digits."""
    return float(f"{math.sqrt(float((x**2).mean())):.5g}")


def at(l: int, value: float) -> tuple[float, float]:
    """The place of a size in the plot: layers across, powers of ten upwards; what is smaller lies on the axis."""
    low, high = PLOT["low"], PLOT["high"]
    power = min(max(math.log10(value), low), high) if value > 0 else low
    return PLOT["left"] + l / DEEPEST * PLOT["width"], PLOT["bottom"] - (power - low) / (high - low) * PLOT["height"]


def pictures(depth: float, f: str, start: str) -> list[Picture]:
    """The two sizes against the layer."""
    d, sizes = int(depth + 0.5), measured(f, start)
    curves = {"a": (sizes["a"][:d], "forward", False), "delta": (sizes["delta"][d - 1], "backward", True)}
    shapes, words = frame(), []
    for k, (name, (values, role, dashed)) in enumerate(curves.items()):
        letter = {"a": "a", "delta": "δ"}[name]
        words.append(f"size of {letter}: {number(values[0])} in layer 1, {number(values[-1])} in layer {d}")
        points = [at(l, v) for l, v in enumerate(values, 1)]
        points = points if d > 1 else [(points[0][0] - 4, points[0][1]), (points[0][0] + 4, points[0][1])]
        shapes += [line(points, role, 2.5, name, dashed),
                   *key(PLOT["left"], 322 + 22 * k, role, dashed, words[-1], f"words:{name}")]
    return [Picture(480, 356, tuple(shapes), "The size of a and of delta in every layer", "; ".join(words),
                    "\n".join([f"{d} layers, {f}, weights of size {start}", *words]))]


def frame() -> list[Shape]:
    """Axes with powers of ten."""
    left, bottom, right = PLOT["left"], PLOT["bottom"], PLOT["left"] + PLOT["width"]
    ends = ("M", left, bottom - PLOT["height"]), ("L", left, bottom), ("L", right, bottom)
    shapes: list[Shape] = [Path(ends, width=1),
                           Text(left + PLOT["width"] / 2, bottom + 38, "layer", "ink", SIZE, bold=True),
                           Text(left, 22, "size (root mean square)", "ink", SIZE, "start", bold=True)]
    for l in range(0, DEEPEST + 1, 5):
        x, _ = at(l, 1.0)
        shapes += [Path((("M", x, bottom), ("L", x, bottom + 4)), width=1),
                   Text(x, bottom + 18, str(l), "quiet", SIZE - 1)]
    for power in range(PLOT["low"], PLOT["high"] + 1, 4):
        _, y = at(0, 10.0**power)
        shapes += [Path((("M", left - 4, y), ("L", left, y)), width=1),
                   Text(left - 8, y + 4, f"1e{power}" if power else "1", "quiet", SIZE - 1, "end")]
    return shapes
