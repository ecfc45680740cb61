"""The displayed formulas of chapter 1, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp

NET = bp.Network([[[0.5, -1.0], [1.0, 0.5]], [[1.0, -0.5]]], [[[0.0], [0.5]], [[0.25]]], ["tanh", "sigmoid"])
X = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.5]])


def unit_by_unit():
    trace = NET.forward(X)
    for l in NET.W:
        for i, row in enumerate(NET.W[l]):
            z = sum(row[j] * trace.a[l - 1][j] for j in range(row.size)) + NET.b[l][i]
            assert np.allclose(trace.z[l][i], z) and np.allclose(trace.a[l][i], NET.f[l](z))


def layer_by_layer():
    trace = NET.forward(X)
    assert trace.a[0] is not None and np.array_equal(trace.a[0], X)
    for l in NET.W:
        assert np.array_equal(trace.z[l], NET.W[l] @ trace.a[l - 1] + NET.b[l])
        assert np.array_equal(trace.a[l], NET.f[l](trace.z[l]))


def straight_layers():
    n, m, k = sp.symbols("n m k", integer=True, positive=True)
    W1, W2 = sp.MatrixSymbol("W1", m, n), sp.MatrixSymbol("W2", k, m)
    x, b1, b2 = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("b1", m, 1), sp.MatrixSymbol("b2", k, 1)
    two, one = W2 * (W1 * x + b1) + b2, (W2 * W1) * x + (W2 * b1 + b2)
    assert (two - one).expand().doit() == sp.ZeroMatrix(k, 1)


def two_ways():
    z = sp.Symbol("z", real=True)
    assert sp.simplify(1 / (1 + sp.exp(-z)) - sp.exp(z) / (1 + sp.exp(z))) == 0
    assert np.allclose(bp.sigmoid(np.linspace(-5, 5, 11)), 1 / (1 + np.exp(-np.linspace(-5, 5, 11))))


def softmax():
    z = np.array([[2.0, 0.3], [1.0, -1.0], [-1.0, 4.0]])
    e = np.exp(z)
    for i in range(3):
        assert np.allclose(bp.softmax(z)[i], e[i] / sum(e[k] for k in range(3)))


def shifted():
    z, i, k = sp.IndexedBase("z", real=True), *sp.symbols("i k", integer=True)
    n, c = sp.Symbol("n", integer=True, positive=True), sp.Symbol("c", real=True)
    moved = sp.exp(z[i] - c) / sp.Sum(sp.exp(z[k]) * sp.exp(-c), (k, 1, n))
    plain = sp.exp(z[i]) / sp.Sum(sp.exp(z[k]), (k, 1, n))
    assert sp.simplify(moved / plain) == 1


FORMULAS = {
    r"z^{(l)}_i = \sum_j W^{(l)}_{ij} \, a^{(l-1)}_j + b^{(l)}_i \qquad a^{(l)}_i = f\big(z^{(l)}_i\big)": unit_by_unit,
    r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)} \qquad a^{(l)} = f^{(l)}\big(z^{(l)}\big)": layer_by_layer,
    r"W^{(2)} \big( W^{(1)} x + b^{(1)} \big) + b^{(2)}"
    r" = \big( W^{(2)} W^{(1)} \big) x + \big( W^{(2)} b^{(1)} + b^{(2)} \big)": straight_layers,
    r"\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}": two_ways,
    r"a_i = \frac{e^{z_i}}{\sum_k e^{z_k}}": softmax,
    r"\frac{e^{z_i - c}}{\sum_k e^{z_k - c}} = \frac{e^{z_i}}{\sum_k e^{z_k}}": shifted,
}
