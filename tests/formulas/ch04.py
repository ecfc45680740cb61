"""The displayed formulas of chapter 4, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp
from bpkit.symbolic import proofs

RNG = np.random.default_rng(4)
z, y, a = sp.symbols("z y a", real=True)
sigma = 1 / (1 + sp.exp(-z))


def pencil():
    return bp.Network([[[0.5, -1], [1, 0.5]], [[1, -0.5]]], [[[0], [0.5]], [[0.25]]], "sigmoid")


def error_signal():
    net, target = pencil(), np.array([[1.0]])
    trace = net.forward([[1.0], [2.0]])
    for loss in (bp.half_mse, bp.binary_cross_entropy):
        delta = net.backward(trace, target, loss).delta[2]
        assert bp.gradcheck(lambda v, loss=loss: loss(bp.sigmoid(v), target), trace.z[2], delta).verdict == "agrees"


def two_factors():
    L, f, u = sp.Function("L"), sp.Function("f"), sp.Symbol("u")
    whole = L(f(z)).diff(z).doit()
    product = L(u).diff(u).subs(u, f(z)).doit() * f(z).diff(z)
    assert sp.simplify(whole - product) == 0


def half_mse():
    A, Y = RNG.normal(size=(3, 5)), RNG.normal(size=(3, 5))
    assert np.isclose(bp.half_mse(A, Y), sum((A[i, e] - Y[i, e]) ** 2 for i in range(3) for e in range(5)) / (2 * 5))


def one_denominator():
    loss = -y * sp.log(a) - (1 - y) * sp.log(1 - a)
    assert sp.cancel(loss.diff(a) - (-y / a + (1 - y) / (1 - a))) == 0
    assert sp.cancel(loss.diff(a) - (a - y) / (a * (1 - a))) == 0


def cancelled():
    loss = -y * sp.log(sigma) - (1 - y) * sp.log(1 - sigma)
    assert sp.cancel(sigma.diff(z) - sigma * (1 - sigma)) == 0
    assert sp.simplify(loss.diff(z) - (sigma - y)) == 0


def softmax_slopes():
    assert proofs.PROOFS["softmax_jacobian"]().holds
    Z = RNG.normal(size=(4, 1))
    s = bp.softmax(Z)[:, 0]
    J = [[s[i] * ((i == j) - s[j]) for j in range(4)] for i in range(4)]
    assert np.allclose(bp.softmax.jacobian(Z)[:, :, 0], J, rtol=1e-13)


def softmax_product():
    Z, g = RNG.normal(size=(4, 1)), RNG.normal(size=(4, 1))
    s = bp.softmax(Z)
    by_paths = [sum(g[i, 0] * s[i, 0] * ((i == j) - s[j, 0]) for i in range(4)) for j in range(4)]
    short = [s[j, 0] * (g[j, 0] - sum(g[i, 0] * s[i, 0] for i in range(4))) for j in range(4)]
    assert np.allclose(by_paths, short, rtol=1e-12) and np.allclose(bp.softmax.vjp(Z, g)[:, 0], short, rtol=1e-12)


def any_targets():
    assert proofs.PROOFS["softmax_cross_entropy"]().holds
    Z, Y = RNG.normal(size=(4, 1)), RNG.uniform(size=(4, 1))
    s = bp.softmax(Z)
    assert np.allclose(bp.output_delta(bp.cross_entropy, bp.softmax, Z, s, Y), s * Y.sum() - Y, rtol=1e-13)


def matching_pairs():
    assert proofs.PROOFS["matching_pairs"]().holds
    A = sp.Function("A")
    assert (A(z) - y * z).diff(z) - (A(z).diff(z) - y) == 0


FORMULAS = {
    r"\delta = \frac{\partial L}{\partial z}": error_signal,
    r"\delta = \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial z}": two_factors,
    r"L = \frac{1}{2N} \sum_{i,e} \left(a_{ie} - y_{ie}\right)^2": half_mse,
    r"\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1 - y}{1 - a} = \frac{a - y}{a (1 - a)}": one_denominator,
    r"\frac{\partial L}{\partial z} = \frac{a - y}{a (1 - a)} \cdot a (1 - a) = a - y": cancelled,
    r"\frac{\partial s_i}{\partial z_j} = s_i \left([i = j] - s_j\right)": softmax_slopes,
    r"\frac{\partial L}{\partial z_j} = \sum_{i=1}^{K} g_i \, s_i \left([i = j] - s_j\right)"
    r" = s_j \left(g_j - \sum_{i=1}^{K} g_i s_i\right)": softmax_product,
    r"\frac{\partial L}{\partial z_j} = s_j \sum_{i=1}^{n} y_i - y_j": any_targets,
    r"L = A(z) - y z \quad \Longrightarrow \quad \frac{\partial L}{\partial z} = A'(z) - y": matching_pairs,
}
