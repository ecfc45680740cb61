"""The displayed formulas of chapter 6, each with the proof that it is right."""

from __future__ import annotations

import numpy as np

import bpkit as bp
from bpkit.symbolic import proofs

RNG = np.random.default_rng(6)
NET = bp.Network.random([3, 5, 4, 2], "tanh", "softmax", rng=6)
X, Y = RNG.normal(size=(3, 6)), bp.one_hot([0, 1, 1, 0, 1, 0], 2)


def slopes(l, kind, x=X, y=Y):
    """dL/dW[l] or dL/db[l], entry by entry, by the complex step."""
    W, b = dict(NET.W), dict(NET.b)
    part = W if kind == "W" else b
    out = np.zeros(part[l].shape)
    at_rest = part[l]
    for place in np.ndindex(at_rest.shape):
        part[l] = at_rest.astype(complex)
        part[l][place] += 1e-20j
        out[place] = bp.Network(W, b, NET.f).loss(x, y, "cross_entropy").imag / 1e-20
    return out


def passes(x=X, y=Y):
    trace = NET.forward(x)
    return trace, NET.backward(trace, y, "cross_entropy").delta


def one_example():
    x, y = X[:, :1], Y[:, :1]
    trace, delta = passes(x, y)
    for l in (1, 2, 3):
        n, m = NET.W[l].shape
        paths = [[sum(delta[l][k, 0] * (k == i) * trace.a[l - 1][j, 0] for k in range(n)) for j in range(m)]
                 for i in range(n)]
        assert np.allclose(paths, slopes(l, "W", x, y), rtol=1e-11)
        assert np.allclose(paths, delta[l] @ trace.a[l - 1].T, rtol=1e-13)


def outer_product():
    x, y = X[:, 3:4], Y[:, 3:4]
    trace, delta = passes(x, y)
    assert np.allclose(delta[2] @ trace.a[1].T, slopes(2, "W", x, y), rtol=1e-11)


def batch():
    assert proofs.PROOFS["weight_gradient"]().holds
    trace, delta = passes()
    n, m = NET.W[1].shape
    sums = [[sum(delta[1][i, e] * trace.a[0][j, e] for e in range(6)) for j in range(m)] for i in range(n)]
    assert np.allclose(sums, slopes(1, "W"), rtol=1e-10)


def product():
    trace, delta = passes()
    for l in (1, 2, 3):
        assert np.allclose(delta[l] @ trace.a[l - 1].T, slopes(l, "W"), rtol=1e-10)


def bias():
    assert proofs.PROOFS["bias_gradient"]().holds
    _, delta = passes()
    for l in (1, 2, 3):
        sums = [[sum(delta[l][i, e] for e in range(6))] for i in range(len(delta[l]))]
        assert np.allclose(sums, slopes(l, "b"), rtol=1e-10)


def mean():
    assert proofs.PROOFS["batch_mean"]().holds
    singles = [(X[:, [e]], Y[:, [e]]) for e in range(6)]
    losses = [NET.loss(x, y, "cross_entropy") for x, y in singles]
    assert np.isclose(NET.loss(X, Y, "cross_entropy"), sum(losses) / 6, rtol=1e-13)
    _, delta = passes()
    for l in (1, 2, 3):
        alone = np.hstack([passes(x, y)[1][l] for x, y in singles])
        assert np.allclose(delta[l], alone / 6, rtol=1e-12)


def wide_matrix():
    W, b, a = NET.W[1], NET.b[1] + RNG.normal(size=(5, 1)), X
    assert np.allclose(np.hstack([W, b]) @ np.vstack([a, np.ones((1, 6))]), W @ a + b, rtol=1e-13)


FORMULAS = {
    r"\frac{\partial L}{\partial W_{ij}} = \sum_{k} \frac{\partial L}{\partial z_k}"
    r" \cdot \frac{\partial z_k}{\partial W_{ij}} = \sum_{k} \delta_k \, [k = i] \, a_j = \delta_i \, a_j": one_example,
    r"\frac{\partial L}{\partial W} = \delta \, a^{\mathsf T}": outer_product,
    r"\frac{\partial L}{\partial W_{ij}} = \sum_{e=1}^{N} \delta_{ie} \, a_{je}": batch,
    r"\frac{\partial L}{\partial W^{(l)}} = \delta^{(l)} \left(a^{(l-1)}\right)^{\mathsf T}": product,
    r"L = \frac{1}{N} \sum_{e=1}^{N} L_e \qquad"
    r" \delta_{ie} = \frac{1}{N} \cdot \frac{\partial L_e}{\partial z_{ie}}": mean,
    r"\frac{\partial L}{\partial b_i} = \sum_{e=1}^{N} \delta_{ie}": bias,
    r"\begin{pmatrix} W & b \end{pmatrix} \begin{pmatrix} a \\ 1 \end{pmatrix} = W a + b": wide_matrix,
}
