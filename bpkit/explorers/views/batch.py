"""The explorer of a batch: one outer product an example, added up to the gradients of W and b."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backprop import bias_gradient, weight_gradient
from ...diagrams.scene import Box, Path, Picture, Shape, Text
from ...notation import number, text
from ...shapes import BadInput, matrix
from ..host import Control, Explorer, frame

UNITS, EXAMPLES = 5, 8
CELL = (76.0, 44.0)
TOP = 80.0
SIZE = 13.0
BAR = 30.0


def explorer(delta: Any, a_prev: Any) -> Explorer:
    """The explorer for the error signals and the activations of the layer before."""
    delta, a_prev = matrix("delta", delta, "(n, N)"), matrix("a_prev", a_prev, "(m, N)")
    weight_gradient(delta, a_prev)  # raises BadInput where they do not fit
    if max(len(delta), len(a_prev)) > UNITS or delta.shape[1] > EXAMPLES:
        raise BadInput("the batch is too large to draw.", wanted=f"at most {UNITS} units and {EXAMPLES} examples",
                       got=f"delta {delta.shape}, a_prev {a_prev.shape}", hint="delta[:5, :8], a_prev[:5, :8]")

    def draw(e: float) -> list[Picture]:
        return [picture(delta, a_prev, int(e + 0.5))]

    N = delta.shape[1]
    frames = {str(e): frame(draw(e)) for e in range(1, N + 1)}
    return Explorer("frames", "A batch is a sum of outer products", [Control("e", "example", 1, N, 1)],
                    {"e": float(N)}, draw, {"frames": frames, "by": "e"})


def picture(delta: np.ndarray, a_prev: np.ndarray, e: int) -> Picture:
    """The outer product of example e, counted from 1, and the sum over the examples up to e."""
    N = delta.shape[1]
    ones = np.vstack([a_prev, np.ones((1, N))])  # the bias is the weight of a constant 1
    single = weight_gradient(delta[:, [e - 1]], ones[:, [e - 1]])
    total = np.hstack([weight_gradient(delta[:, :e], a_prev[:, :e]), bias_gradient(delta[:, :e])])
    products = delta[:, None, :] * ones  # [i, j, example]
    most = float(max(abs(products).max(), abs(products.cumsum(axis=2)).max())) or 1.0
    left, right = CELL[0] + 14, CELL[0] * (len(ones) + 1) + 70
    names = [*(f"a{'₁₂₃₄₅'[j]}" for j in range(len(a_prev))), "1"]
    shapes = [
        Text(14, 24, f"example {e} of {N}: δ aᵀ", "ink", 14, "start", True, "title"),
        Text(right, 24, "sum so far" if e < N else "sum = ∇W and ∇b", "ink", 14, "start", True, "total"),
        *(Text(middle(left, j), 50, name, "quiet", SIZE) for j, name in enumerate(names)),
        *(Text(middle(left, j), 70, number(a), "forward", SIZE, bind=f"a:{j}") for j, a in enumerate(ones[:, e - 1])),
        *(Text(middle(right, j), 70, "∇W" if j < len(a_prev) else "∇b", "quiet", SIZE) for j in range(len(ones))),
        *(Text(left - 8, TOP + (i + 0.5) * CELL[1] + 2, number(d), "backward", SIZE, "end", bind=f"d:{i}")
          for i, d in enumerate(delta[:, e - 1])),
        *grid(single, left, most, "one"), *grid(total, right, most, "sum")]
    words = [f"example {e} of {N}", f"delta a_prev' = {line(single[:, :-1])}",
             f"sum so far: dW = {line(total[:, :-1])}, db = {line(total[:, -1:])}"]
    return Picture(right + CELL[0] * len(ones) + 20, TOP + CELL[1] * len(delta) + 14, tuple(shapes),
                   "Outer products of a batch and their sum", "; ".join(words), "\n".join(words))


def middle(left: float, j: int) -> float:
    """The middle of column j."""
    return left + (j + 0.5) * CELL[0]


def line(x: np.ndarray) -> str:
    """A matrix in one line."""
    return " ".join(text(x).split())


def grid(values: np.ndarray, left: float, most: float, name: str) -> list[Shape]:
    """A matrix as cells, each with its number and a bar from zero: right where positive, left where negative."""
    shapes: list[Shape] = []
    for (i, j), value in np.ndenumerate(values):
        x, y = left + j * CELL[0], TOP + i * CELL[1]
        zero, base = x + CELL[0] / 2, y + CELL[1] - 10
        shapes += [Box(x + 2, y + 2, CELL[0] - 4, CELL[1] - 4, "quiet", 4),
                   Text(zero, y + 20, number(value), "ink", SIZE, bind=f"{name}:{i}:{j}"),
                   Path((("M", zero, base), ("L", zero + BAR * float(value) / most, base)),
                        "minus" if value < 0 else "plus", 4, bind=f"bar:{name}:{i}:{j}"),
                   Path((("M", zero, base - 4), ("L", zero, base + 4)), "quiet", 1)]
    return shapes
