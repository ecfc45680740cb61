"""The displayed formulas of chapter 9, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp
from slopes import slopes

from bpkit.autodiff import Value, backward

RNG = np.random.default_rng(9)


def either_order():
    J1, J2, J3 = (sp.Matrix(n, m, sp.symbols(f"{name}:{n}:{m}")) for name, n, m in (("p", 2, 3), ("q", 4, 2), ("r", 3, 4)))
    g = sp.Matrix(3, 1, sp.symbols("g:3"))
    assert (g.T * (J3 * (J2 * J1)) - ((g.T * J3) * J2) * J1).expand() == sp.zeros(1, 3)


def vjp_of_a_step():
    weights, p, g = RNG.normal(size=(3, 4)), RNG.normal(size=4), RNG.normal(size=3)
    J = np.array([slopes(lambda p, i=i: np.tanh(weights @ p)[i], p) for i in range(3)])
    assert np.allclose(slopes(lambda p: g @ np.tanh(weights @ p), p), J.T @ g, rtol=1e-12)


def shares_add():
    x, y = sp.symbols("x y")
    u = [x * y, x + sp.sin(x)]
    ends = sp.symbols("u1 u2")
    L = ends[0] ** 2 * ends[1]
    written_out = sp.diff(L.subs(dict(zip(ends, u, strict=True))), x)
    by_shares = sum(sp.diff(u_k, x) * sp.diff(L, end).subs(dict(zip(ends, u, strict=True))) for u_k, end in zip(u, ends, strict=True))
    assert sp.expand(written_out - by_shares) == 0
    v = Value(0.7)
    backward((v * 3.0).tanh() * v)
    assert np.isclose(v.grad, slopes(lambda v: np.tanh(3 * v) * v, np.array(0.7)), rtol=1e-12)


def product():
    p, q, g = RNG.normal(size=(3, 3, 4))
    assert np.allclose(slopes(lambda p: (g * (p * q)).sum(), p), g * q, rtol=1e-12)
    assert np.allclose(slopes(lambda q: (g * (p * q)).sum(), q), g * p, rtol=1e-12)


def matrix_product():
    W, A, g = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 5)), RNG.normal(size=(3, 5))
    assert np.allclose(slopes(lambda W: (g * (W @ A)).sum(), W), g @ A.T, rtol=1e-12)
    assert np.allclose(slopes(lambda A: (g * (W @ A)).sum(), A), W.T @ g, rtol=1e-12)


def copies_add():
    Z, b, g = RNG.normal(size=(3, 5)), RNG.normal(size=(3, 1)), RNG.normal(size=(3, 5))
    by_index = [sum(g[i, e] for e in range(5)) for i in range(3)]
    assert np.allclose(slopes(lambda b: (g * (Z + b)).sum(), b)[:, 0], by_index, rtol=1e-12)


FORMULAS = {
    r"g^{\mathsf T} \left( J_3 \left( J_2 \, J_1 \right) \right) = \left( \left( g^{\mathsf T} J_3 \right) J_2 \right) J_1":
        either_order,
    r"\frac{\partial L}{\partial p} = J^{\mathsf T} g \quad \text{where } J = \frac{\partial \, out}{\partial p}"
    r" \text{ and } g = \frac{\partial L}{\partial \, out}": vjp_of_a_step,
    r"\frac{\partial L}{\partial v} = \sum_{u \,:\, v \to u} \frac{\partial u}{\partial v} \, \frac{\partial L}{\partial u}":
        shares_add,
    r"\frac{\partial L}{\partial p} = g \odot q \qquad \frac{\partial L}{\partial q} = g \odot p": product,
    r"\frac{\partial L}{\partial W} = g \, A^{\mathsf T} \qquad \frac{\partial L}{\partial A} = W^{\mathsf T} g": matrix_product,
    r"\frac{\partial L}{\partial b_i} = \sum_{e=1}^{N} \frac{\partial L}{\partial z_{ie}}": copies_add,
}
