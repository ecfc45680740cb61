"""The displayed formulas of chapter 3, each with the proof that it is right."""

from __future__ import annotations

import sympy as sp

from bpkit.diagrams.expression import read
from bpkit.diagrams.nodes import evaluate


def through_a_sum():
    x, y, z, s = sp.symbols("x y z s")
    whole = sp.diff((x + y) * z, x)
    assert sp.expand(whole - sp.diff(s * z, s) * sp.diff(x + y, x)) == 0
    flow = evaluate(read("s = x + y; L = s * z", x=-2, y=5, z=-4))
    assert flow.grad["x"] == flow.grad["s"] * flow.local["s"][0] == -4


def outer_at_inner():
    x, u = sp.symbols("x u")
    f, g = sp.Function("f"), sp.Function("g")
    slope = f(u).diff(u).subs(u, g(x)).doit()
    assert sp.simplify(f(g(x)).diff(x).doit() - slope * g(x).diff(x)) == 0
    for outer, inner in ((sp.sin, x**2), (sp.exp, 3 * x + 1)):
        assert sp.simplify(outer(inner).diff(x) - outer(u).diff(u).subs(u, inner) * inner.diff(x)) == 0


def over_all_paths():
    w, *u = sp.symbols("w u1:4")
    inner = [w**2, sp.sin(w), 3 * w]
    outer = u[0] * u[1] + sp.exp(u[2]) * u[0]
    filled = dict(zip(u, inner, strict=True))
    paths = sum(outer.diff(uk).subs(filled) * zk.diff(w) for uk, zk in filled.items())
    assert sp.expand(outer.subs(filled).diff(w) - paths) == 0
    flow = evaluate(read("z1 = w * x1; z2 = w * x2; L = z1 * z2", w=0.25, x1=1, x2=2))
    assert flow.grad["w"] == sum(flow.grad[z] * flow.local[z][0] for z in ("z1", "z2")) == 2 * flow.part["z1"][0]


FORMULAS = {
    r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial s} \cdot \frac{\partial s}{\partial x}": through_a_sum,
    r"\frac{d}{dx} f\big(g(x)\big) = f'\big(g(x)\big) \cdot g'(x)": outer_at_inner,
    r"\frac{\partial L}{\partial w} = \sum_k \frac{\partial L}{\partial z_k}"
    r" \cdot \frac{\partial z_k}{\partial w}": over_all_paths,
}
