"""The explorer of a batch: one outer product an example, added up to the gradients of W and b."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backprop import bias_gradient, weight_gradient
from ...diagrams.matrices import CELL, SIZE, batch, column_names, grid, line, middle
from ...diagrams.scene import Picture, Text
from ...notation import number
from ..host import Control, Explorer, frame

TOP = 80.0


def explorer(delta: Any, a_prev: Any) -> Explorer:
    """The explorer for the error signals and the activations of the layer before."""
    delta, a_prev = batch(delta, a_prev)

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
    shapes = [
        Text(14, 24, f"example {e} of {N}: δ aᵀ", "ink", 14, "start", True, "title"),
        Text(right, 24, "sum so far" if e < N else "sum = ∇W and ∇b", "ink", 14, "start", True, "total"),
        *column_names(left, 50, len(a_prev)),
        *(Text(middle(left, j), 70, number(a), "forward", SIZE, bind=f"a:{j}") for j, a in enumerate(ones[:, e - 1])),
        *(Text(middle(right, j), 70, "∇W" if j < len(a_prev) else "∇b", "quiet", SIZE) for j in range(len(ones))),
        *(Text(left - 8, TOP + (i + 0.5) * CELL[1] + 2, number(d), "backward", SIZE, "end", bind=f"d:{i}")
          for i, d in enumerate(delta[:, e - 1])),
        *grid(single, left, TOP, most, "one"), *grid(total, right, TOP, most, "sum")]
    words = [f"example {e} of {N}", f"delta a_prev' = {line(single[:, :-1])}",
             f"sum so far: dW = {line(total[:, :-1])}, db = {line(total[:, -1:])}"]
    return Picture(right + CELL[0] * len(ones) + 20, TOP + CELL[1] * len(delta) + 14, tuple(shapes),
                   "Outer products of a batch and their sum", "; ".join(words), "\n".join(words))
