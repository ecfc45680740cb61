"""Matrices as still pictures: the softmax Jacobian acting on a vector, and a batch as a sum of outer products.

Letters: z weighted sum, a = softmax(z), J[i, j] = da_i/dz_j, g = dL/da, delta = dL/dz, n units, m units before, N
examples, e the number of an example, counted from 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..activations import softmax
from ..backprop import bias_gradient, weight_gradient
from ..notation import number, text
from ..shapes import BadInput, matrix
from .expression import SUBSCRIPTS
from .scene import Box, Path, Picture, Shape, Text

CELL = (76.0, 44.0)
SIZE = 13.0
BAR = 30.0
CLASSES, UNITS, EXAMPLES = 6, 5, 8
WIDE = 860.0  # blocks that would reach further to the right begin a new line
HEAD = 76.0  # room above the cells of a block
STRONGEST = 0.45  # of a cell's colour, so that its number stays readable


def softmax_jacobian(z: Any, g: Any, digits: int = 4) -> Picture:
    """Draw the Jacobian of softmax acting on a vector: dL/dz = J g, J[i, j] = a_i ([i = j] - a_j), as a heat map.

    z (n, 1) and g = dL/da (n, 1), at most 6 classes. J is symmetric, so J g and J' g are the same. Its columns add up
    to zero, and so does dL/dz. Source: Bridle 1990. Raises BadInput for other shapes.
    """
    z, g = (matrix(name, value, "n 1") for name, value in (("z", z), ("g", g)))
    if z.shape != g.shape or z.shape[1] != 1 or len(z) > CLASSES:
        raise BadInput("z and g do not fit.", wanted=f"z and g of shape (n, 1), n at most {CLASSES}",
                       got=f"z {z.shape}, g {g.shape}", hint="trace.z[L][:, [0]]: one example is one column")
    a = softmax(z)
    J, n = softmax.jacobian(z)[:, :, 0], len(z)
    left, top, names = 150.0, 86.0, [str(i + 1).translate(SUBSCRIPTS) for i in range(n)]
    vector, result = left + CELL[0] * n + 50, left + CELL[0] * (n + 1) + 110
    shapes = [Text(14, 26, "∂L/∂z = J · ∂L/∂a", "ink", 15, "start", bold=True),
              *(Text(x, 72, words, role, SIZE, bold=True) for x, words, role in (
                  (vector + CELL[0] / 2, "∂L/∂a", "backward"), (result + CELL[0] / 2, "∂L/∂z", "backward"))),
              Text(left - 10, 54, "z", "quiet", SIZE - 1, "end"),
              *(Text(middle(left, j), 54, number(z[j, 0], digits), "quiet", SIZE - 1) for j in range(n)),
              *(Text(middle(left, j), 74, f"a{k}", "forward", SIZE) for j, k in enumerate(names)),
              *(Text(left - 10, row(top, i) + 5, f"a{k} {number(a[i, 0], digits)}", "forward", SIZE, "end")
                for i, k in enumerate(names)),
              *heat(J, left, top, "J", digits), *heat(g, vector, top, "g", digits),
              *heat(J @ g, result, top, "dz", digits),
              *(Text(x, row(top, n / 2) - 16, sign, "ink", 18) for x, sign in ((vector - 25, "·"), (result - 30, "=")))]
    lines = [f"z = {line(z, digits)}", f"a = softmax(z) = {line(a, digits)}",
             *(f"J[{i + 1}] = {line(row[None], digits)}" for i, row in enumerate(J)),
             f"dL/da = {line(g, digits)}", f"dL/dz = J dL/da = {line(J @ g, digits)}"]
    return Picture(result + CELL[0] + 20, top + CELL[1] * n + 16, tuple(shapes),
                   "The softmax Jacobian acting on a vector", "; ".join(lines), "\n".join(lines))


def outer_products(delta: Any, a_prev: Any) -> Picture:
    """Draw a batch as a sum of outer products, one block an example: dW = sum of delta_e a_e', db = sum of delta_e.

    delta (n, N), a_prev (m, N), at most 5 units and 8 examples. The bias is the weight of a constant 1, the last
    column of each block. Raises BadInput where they do not fit.
    """
    delta, a_prev = batch(delta, a_prev)
    (n, N), m = delta.shape, len(a_prev)
    ones = np.vstack([a_prev, np.ones((1, N))])
    blocks = [weight_gradient(delta[:, [e]], ones[:, [e]]) for e in range(N)]
    total = np.hstack([weight_gradient(delta, a_prev), bias_gradient(delta)])
    most = float(max(abs(total).max(), *(abs(block).max() for block in blocks))) or 1.0
    wide, high = CELL[0] * (m + 2) + 28, HEAD + CELL[1] * n + 26
    across = max(1, int((WIDE - 20) / wide))
    shapes: list[Shape] = []
    for k, values in enumerate([*blocks, total]):
        left, top = 30 + wide * (k % across) + CELL[0], 8 + high * (k // across) + HEAD
        title, name = (f"example {k + 1}: δ aᵀ", f"one:{k + 1}") if k < N else ("sum = ∇W and ∇b", "sum")
        shapes += [Text(left, top - 54, title, "ink", SIZE, "start", True), *column_names(left, top - 30, m),
                   *grid(values, left, top, most, name)]
        if k:
            shapes.append(Text(left - CELL[0] - 10, row(top, n / 2) - 16, "+" if k < N else "=", "ink", 20))
        if k == N:
            shapes += [Text(middle(left, j), top - 10, "∇W" if j < m else "∇b", "quiet", SIZE) for j in range(m + 1)]
        else:
            shapes += [*(Text(middle(left, j), top - 10, number(v), "forward", SIZE) for j, v in enumerate(ones[:, k])),
                       *(Text(left - 8, row(top, i) + 2, number(v), "backward", SIZE, "end")
                         for i, v in enumerate(delta[:, k]))]
    words = [*(f"example {k + 1}: delta a_prev' = {line(block[:, :-1])}" for k, block in enumerate(blocks)),
             f"sum: dW = {line(total[:, :-1])}, db = {line(total[:, -1:])}"]
    return Picture(30 + wide * min(across, N + 1), 8 + high * (N // across + 1), tuple(shapes),
                   "A batch as a sum of outer products", "; ".join(words), "\n".join(words))


def batch(delta: Any, a_prev: Any) -> tuple[np.ndarray, np.ndarray]:
    """The two matrices of a batch that is small enough to draw, or BadInput."""
    delta, a_prev = matrix("delta", delta), matrix("a_prev", a_prev, "m N")
    weight_gradient(delta, a_prev)  # raises BadInput where they do not fit
    if max(len(delta), len(a_prev)) > UNITS or delta.shape[1] > EXAMPLES:
        raise BadInput("the batch is too large to draw.", wanted=f"at most {UNITS} units and {EXAMPLES} examples",
                       got=f"delta {delta.shape}, a_prev {a_prev.shape}", hint="delta[:5, :8], a_prev[:5, :8]")
    return delta, a_prev


def column_names(left: float, y: float, m: int) -> list[Shape]:
    """a₁, a₂, ... and the constant 1 above the columns of an outer product."""
    names = [*(f"a{str(j + 1).translate(SUBSCRIPTS)}" for j in range(m)), "1"]
    return [Text(middle(left, j), y, name, "quiet", SIZE) for j, name in enumerate(names)]


def middle(left: float, j: int) -> float:
    """The middle of column j."""
    return left + (j + 0.5) * CELL[0]


def row(top: float, i: float) -> float:
    """The middle of row i."""
    return top + (i + 0.5) * CELL[1]


def line(x: np.ndarray, digits: int = 4) -> str:
    """A matrix in one line."""
    return " ".join(text(x, digits).split())


def grid(values: np.ndarray, left: float, top: float, most: float, name: str) -> list[Shape]:
    """A matrix as cells, each with its number and a bar from zero: right where positive, left where negative."""
    shapes: list[Shape] = []
    for (i, j), value in np.ndenumerate(values):
        x, y = left + j * CELL[0], top + i * CELL[1]
        zero, base = x + CELL[0] / 2, y + CELL[1] - 10
        shapes += [Box(x + 2, y + 2, CELL[0] - 4, CELL[1] - 4, "quiet", 4),
                   Text(zero, y + 20, number(value), "ink", SIZE, bind=f"{name}:{i}:{j}"),
                   Path((("M", zero, base), ("L", zero + BAR * float(value) / most, base)),
                        "minus" if value < 0 else "plus", 4, bind=f"bar:{name}:{i}:{j}"),
                   Path((("M", zero, base - 4), ("L", zero, base + 4)), "quiet", 1)]
    return shapes


def heat(values: np.ndarray, left: float, top: float, name: str, digits: int) -> list[Shape]:
    """A matrix as coloured cells with numbers: green where positive, purple where negative, strong where large."""
    most = float(abs(values).max()) or 1.0
    shapes: list[Shape] = []
    for (i, j), value in np.ndenumerate(values):
        x, y, role = left + j * CELL[0], top + i * CELL[1], "minus" if value < 0 else "plus"
        cell = (("M", x, y), ("L", x + CELL[0], y), ("L", x + CELL[0], y + CELL[1]), ("L", x, y + CELL[1]))
        shapes += [Path(cell, role, solid=True, opacity=STRONGEST * float(abs(value)) / most),
                   Path((*cell, ("L", x, y)), width=0.6),
                   Text(middle(left, j), row(top, i) + 5, number(value, digits), "ink", SIZE, bind=f"{name}:{i}:{j}")]
    return shapes
