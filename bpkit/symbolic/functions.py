"""Activation functions and losses for computer algebra, defined here and nowhere else.

Letters: z weighted sum, a = f(z), y target, n outputs.

Each activation function keeps its name when it is differentiated: sigmoid' is sigmoid (1 - sigmoid), as in the
book, and not a quotient of exponentials. ``plain`` writes an expression out in exp, log and tanh, for proofs. The
derivatives stated here are proved from the plain definitions in ``proofs.activation_table``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp

Expr = Any  # SymPy expressions carry no types of their own
HALF = sp.Rational(1, 2)
CUBE = sp.Rational(44715, 1000000)  # Hendrycks and Gimpel, arXiv:1606.08415
ROOT = sp.sqrt(2 / sp.pi)


class Elementwise(sp.Function):
    """A function of one real z that SymPy leaves as it is."""

    nargs = 1
    sign = r"\operatorname{f}"

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        head = self.sign + (f"^{{{exp}}}" if exp else "")
        return rf"{head}\left({printer._print(self.args[0])}\right)"


class sigmoid(Elementwise):
    """1 / (1 + exp(-z))."""

    sign = r"\sigma"
    plain_form = staticmethod(lambda z: 1 / (1 + sp.exp(-z)))

    def fdiff(self, argindex: int = 1) -> Expr:
        """sigmoid (1 - sigmoid)."""
        return self * (1 - self)


class step(Elementwise):
    """1 where z > 0, otherwise 0: the slope of relu, with 0 at the corner."""

    sign = r"\operatorname{step}"
    plain_form = staticmethod(lambda z: sp.Piecewise((1, z > 0), (0, True)))

    def fdiff(self, argindex: int = 1) -> Expr:
        """0: the step is flat wherever it has a slope."""
        return sp.S.Zero


class relu(Elementwise):
    """max(0, z), with slope 0 at z = 0."""

    sign = r"\operatorname{relu}"
    plain_form = staticmethod(lambda z: sp.Piecewise((z, z > 0), (0, True)))

    def fdiff(self, argindex: int = 1) -> Expr:
        """step(z)."""
        return step(self.args[0])


class softplus(Elementwise):
    """ln(1 + exp(z))."""

    sign = r"\operatorname{softplus}"
    plain_form = staticmethod(lambda z: sp.log(1 + sp.exp(z)))

    def fdiff(self, argindex: int = 1) -> Expr:
        """sigmoid(z)."""
        return sigmoid(self.args[0])


class silu(Elementwise):
    """z sigmoid(z)."""

    sign = r"\operatorname{silu}"
    plain_form = staticmethod(lambda z: z / (1 + sp.exp(-z)))

    def fdiff(self, argindex: int = 1) -> Expr:
        """sigmoid + z sigmoid (1 - sigmoid)."""
        z = self.args[0]
        return sigmoid(z) + z * sigmoid(z) * (1 - sigmoid(z))


class gelu(Elementwise):
    """z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))), the tanh form."""

    sign = r"\operatorname{gelu}"
    plain_form = staticmethod(lambda z: HALF * z * (1 + sp.tanh(ROOT * (z + CUBE * z**3))))

    def fdiff(self, argindex: int = 1) -> Expr:
        """gelu_slope(z)."""
        return gelu_slope(self.args[0])


class gelu_slope(Elementwise):
    """(1 + t)/2 + z/2 (1 - t^2) sqrt(2/pi) (1 + 3 * 0.044715 z^2), with t the tanh in the definition of gelu."""

    sign = r"\operatorname{gelu}'"

    @staticmethod
    def plain_form(z: Expr) -> Expr:
        """The slope written out."""
        t = sp.tanh(ROOT * (z + CUBE * z**3))
        return HALF * (1 + t) + HALF * z * (1 - t**2) * ROOT * (1 + 3 * CUBE * z**2)


class softmax(sp.Function):
    """softmax(i, z_1, ..., z_n) = exp(z_i) / sum_k exp(z_k), the i-th output."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """ds_i/dz_j = s_i ([i = j] - s_j)."""
        i, *z = self.args
        j = argindex - 1
        return self * (int(i == j) - softmax(j, *z))

    def _eval_is_real(self) -> bool | None:
        return all(z.is_real for z in self.args[1:]) or None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        z = ", ".join(printer._print(arg) for arg in self.args[1:])
        text = rf"\operatorname{{softmax}}_{{{self.args[0]}}}\left({z}\right)"
        return f"{text}^{{{exp}}}" if exp else text


ELEMENTWISE: dict[str, Callable[[Expr], Expr]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": sp.tanh,
    "relu": relu,
    "softplus": softplus,
    "gelu": gelu,
    "silu": silu,
}
ACTIVATIONS = [*ELEMENTWISE, "softmax"]

# each loss of one example, one term an output
LOSSES: dict[str, Callable[[Expr, Expr], Expr]] = {
    "half_mse": lambda a, y: HALF * (a - y) ** 2,
    "binary_cross_entropy": lambda a, y: -(y * sp.log(a) + (1 - y) * sp.log(1 - a)),
    "cross_entropy": lambda a, y: -y * sp.log(a),
}


def outputs(name: str, z: Sequence[Expr]) -> list[Expr]:
    """a = f(z) of one layer, by the name of f: z and the answer are lists of n expressions."""
    if name == "softmax":
        return [softmax(i, *z) for i in range(1, len(z) + 1)]
    return [ELEMENTWISE[name](zi) for zi in z]


def plain(expr: Expr) -> Expr:
    """``expr`` with every activation function written out in exp, log and tanh."""
    for kind in (sigmoid, step, relu, softplus, silu, gelu, gelu_slope):
        expr = expr.replace(kind, kind.plain_form)
    return expr.replace(softmax, lambda i, *z: sp.exp(z[int(i) - 1]) / sp.Add(*[sp.exp(k) for k in z]))


@lru_cache
def undefined(layer: int) -> type[Elementwise]:
    """The activation function of a layer before it has a definition: f(z), with derivative f'(z)."""
    prime = type(f"f{layer}'", (Elementwise,), {"sign": rf"f^{{({layer})\prime}}"})
    return type(
        f"f{layer}", (Elementwise,), {"sign": f"f^{{({layer})}}", "fdiff": lambda f, argindex=1: prime(f.args[0])}
    )
