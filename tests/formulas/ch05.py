"""The displayed formulas of chapter 5, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
from slopes import slopes

import bpkit as bp
from bpkit.symbolic import proofs

RNG = np.random.default_rng(5)
W, b = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 1))
Z, Y = RNG.normal(size=(4, 1)), bp.one_hot([1], 3)


def behind(a):
    """The loss of one example as a function of the hidden activations a (4, 1)."""
    return bp.cross_entropy(bp.softmax(W @ a + b), Y)


def hidden():
    """a, delta of the next layer, for one example."""
    a = bp.tanh(Z)
    z = W @ a + b
    return a, bp.output_delta(bp.cross_entropy, bp.softmax, z, bp.softmax(z), Y)


def weighted_sum():
    a, _ = hidden()
    by_index = [sum(W[k, i] * a[i, 0] for i in range(4)) + b[k, 0] for k in range(3)]
    assert np.allclose(bp.affine(W, a, b)[:, 0], by_index, rtol=1e-13)


def collected():
    a, delta = hidden()
    local = np.array([slopes(lambda a, k=k: (W @ a + b)[k, 0], a)[:, 0] for k in range(3)])
    assert np.allclose(local, W, rtol=1e-12), "dz_k/da_i is W_ki"
    by_index = [sum(W[k, i] * delta[k, 0] for k in range(3)) for i in range(4)]
    assert np.allclose(slopes(behind, a)[:, 0], by_index, rtol=1e-12)


def one_unit():
    assert proofs.PROOFS["hidden_recursion"]().holds
    _, delta = hidden()
    by_index = [bp.tanh.prime(Z)[i, 0] * sum(W[k, i] * delta[k, 0] for k in range(3)) for i in range(4)]
    assert np.allclose(slopes(lambda z: behind(bp.tanh(z)), Z)[:, 0], by_index, rtol=1e-12)


def recursion():
    net = bp.Network.random([3, 5, 4, 2], "tanh", "softmax", rng=5)
    trace = net.forward(RNG.normal(size=(3, 6)))
    delta = net.backward(trace, bp.one_hot([0, 1, 1, 0, 1, 0]), "cross_entropy").delta
    for l in (1, 2):
        assert np.allclose(delta[l], (net.W[l + 1].T @ delta[l + 1]) * net.f[l].prime(trace.z[l]), rtol=1e-13)


def chain_of_single_units():
    net = bp.Network.random([1] * 7, "sigmoid", "sigmoid", rng=3)
    trace = net.forward([[0.7]])
    delta = net.backward(trace, [[1.0]], "binary_cross_entropy").delta
    factors = [net.W[l] * bp.sigmoid.prime(trace.z[l - 1]) for l in range(2, net.depth + 1)]
    assert np.allclose(delta[1], delta[net.depth] * np.prod(factors), rtol=1e-12)


FORMULAS = {
    r"z_k = \sum_{i} W_{ki} \, a_i + b_k": weighted_sum,
    r"\frac{\partial L}{\partial a_i} = \sum_{k} \frac{\partial L}{\partial z_k}"
    r" \cdot \frac{\partial z_k}{\partial a_i} = \sum_{k} W_{ki} \, \delta_k": collected,
    r"\delta_i = f'(z_i) \sum_{k} W_{ki} \, \delta_k": one_unit,
    r"\delta^{(l)} = \left(W^{(l+1)}\right)^{\mathsf T} \delta^{(l+1)} \odot f'\left(z^{(l)}\right)": recursion,
    r"\delta^{(1)} = \delta^{(L)} \prod_{l=2}^{L} w^{(l)} f'\left(z^{(l-1)}\right)": chain_of_single_units,
}
