"""The displayed formulas of chapter 2, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp

A = np.array([[0.2, 0.7, 0.4], [0.5, 0.1, 0.9]])
Y = np.array([[0.0, 1.0, 0.3], [1.0, 0.0, 0.6]])
N = 3


def double_sum(term):
    return sum(term(A[i, e], Y[i, e]) for e in range(N) for i in range(2))


def half_mse():
    assert np.isclose(bp.half_mse(A, Y), double_sum(lambda a, y: (a - y) ** 2) / (2 * N))
    a, y = sp.symbols("a y", real=True)
    assert sp.expand(sp.diff((a - y) ** 2 / 2, a) - (a - y)) == 0


def one_example():
    a, y = np.array([[0.2], [0.7], [0.1]]), np.array([[0.0], [1.0], [0.0]])
    assert np.isclose(bp.cross_entropy(a, y), -sum(y[i, 0] * np.log(a[i, 0]) for i in range(3)))


def both_halves():
    mean = double_sum(lambda a, y: y * np.log(a) + (1 - y) * np.log(1 - a)) / N
    assert np.isclose(bp.binary_cross_entropy(A, Y), -mean)


def log_softmax():
    z = sp.symbols("z1:4", real=True)
    total = sum(map(sp.exp, z))
    assert sp.expand_log(sp.log(sp.exp(z[0]) / total), force=True) - (z[0] - sp.log(total)) == 0
    assert np.allclose(np.log(bp.softmax([[2.0], [1.0], [-1.0]]))[0], 2 - np.log(np.exp([2, 1, -1]).sum()))


def shift():
    z, c = sp.symbols("z1:4", real=True), sp.Symbol("c", real=True)
    moved = sp.exp(c) * sum(sp.exp(k - c) for k in z)
    assert sp.simplify(sp.exp(c) * moved / sp.exp(c) - sum(map(sp.exp, z))) == 0


FORMULAS = {
    r"L = \frac{1}{2N} \sum_{e=1}^{N} \sum_{i} \big( a_{ie} - y_{ie} \big)^2": half_mse,
    r"L = -\sum_i y_i \ln a_i": one_example,
    r"L = -\frac{1}{N} \sum_{e=1}^{N} \sum_{i}"
    r" \big( y_{ie} \ln a_{ie} + (1 - y_{ie}) \ln (1 - a_{ie}) \big)": both_halves,
    r"\ln a_i = \ln \frac{e^{z_i}}{\sum_k e^{z_k}} = z_i - \ln \sum_k e^{z_k}": log_softmax,
    r"\ln \sum_k e^{z_k} = c + \ln \sum_k e^{z_k - c}": shift,
}
