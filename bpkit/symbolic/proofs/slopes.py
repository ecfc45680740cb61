"""Slopes: the table of activation derivatives, and how far difference quotients are from a slope.

Letters: z weighted sum, f activation function, h step, f_k the k-th derivative of f at a point.
"""

from __future__ import annotations

import sympy as sp

from ..functions import ELEMENTWISE, Expr, gelu, plain
from .steps import Proof, proof

z = sp.Symbol("z", real=True)
h = sp.Symbol("h", positive=True)
f = sp.symbols("f_0:5", real=True)


def activation_table() -> Proof:
    """The derivative of every activation function of the course, from its definition."""
    stated = {name: kind(z).diff(z) for name, kind in ELEMENTWISE.items()}
    shown = {f"{name}'": plain(slope) if ELEMENTWISE[name] is gelu else slope for name, slope in stated.items()}
    gaps = [plain(ELEMENTWISE[name](z)).diff(z) - plain(slope) for name, slope in stated.items()]
    return proof("Activation derivatives", shown, *(sp.cancel(rest) for gap in gaps for rest in _branches(gap)))


def _branches(expr: Expr) -> list[Expr]:
    """The expression for z > 0 and for z < 0; as it is where it has no cases. The corner z = 0 is a convention."""
    if not expr.has(sp.Piecewise):
        return [sp.expand(expr)]
    p = sp.Symbol("p", positive=True)
    return [expr.subs(z, p).doit(), expr.subs(z, -p).doit()]


def difference_errors() -> Proof:
    """How far three difference quotients are from f': about h f''/2, h^2 f'''/6, and -h^2 f'''/6."""
    forward = sp.expand((_taylor(h) - _taylor(0)) / h - f[1])
    central = sp.expand((_taylor(h) - _taylor(-h)) / (2 * h) - f[1])
    imaginary = sp.expand(sp.im(sp.expand(_taylor(sp.I * h))) / h - f[1])
    steps = {
        "forward difference, minus the slope": forward,
        "central difference, minus the slope": central,
        "complex step, minus the slope; nothing is subtracted": imaginary,
    }
    return proof(
        "Errors of difference quotients",
        steps,
        forward.coeff(h, 1) - f[2] / 2,
        central.coeff(h, 1),
        central.coeff(h, 2) - f[3] / 6,
        imaginary.coeff(h, 1),
        imaginary.coeff(h, 2) + f[3] / 6,
    )


def _taylor(step: Expr) -> Expr:
    """f a step away, up to the fourth order."""
    return sum((derivative * step**k / sp.factorial(k) for k, derivative in enumerate(f)), sp.S.Zero)
