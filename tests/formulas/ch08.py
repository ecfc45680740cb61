"""The displayed formulas of chapter 8, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp
from bpkit.training import minibatches

NET = bp.Network.random([3, 4, 2], "tanh", "softmax", rng=8)
X, Y = np.random.default_rng(8).normal(size=(3, 12)), bp.one_hot([0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1], 2)


def dW(examples):
    x, y = X[:, examples], Y[:, examples]
    return NET.backward(NET.forward(x), y, "cross_entropy").dW[1]


def mini_batch():
    heaps = list(minibatches(12, 4, np.random.default_rng(0)))
    for heap in heaps:
        assert np.allclose(dW(heap), np.mean([dW([e]) for e in heap], axis=0), rtol=1e-12)
        assert not np.allclose(dW(heap), dW(range(12)), rtol=0.01), "an estimate, not the gradient"
    assert np.allclose(np.mean([dW(heap) for heap in heaps], axis=0), dW(range(12)), rtol=1e-12)


def size_of_a_sum():
    m, s = 4, sp.Symbol("s", positive=True)
    w, a = sp.symbols(f"w1:{m + 1}"), sp.symbols(f"a1:{m + 1}")
    value = sp.expand(sum(x * y for x, y in zip(w, a, strict=True)) ** 2)
    for wj in w:  # each weight takes -s and s, with equal chances: mean 0, variance s^2
        value = (value.subs(wj, s) + value.subs(wj, -s)) / 2
    assert sp.expand(value - s**2 * sum(aj**2 for aj in a)) == 0
    a = np.random.default_rng(1).normal(size=(64, 1))
    z = np.random.default_rng(2).normal(size=(20000, 64)) / 8 @ a
    assert abs(np.mean(z**2) / np.mean(a**2) - 1) < 0.05


def first_loss():
    C = sp.Symbol("C", positive=True)
    assert sp.expand_log(-sp.log(1 / C) - sp.log(C)) == 0
    for classes in (2, 3, 10):
        silent = bp.Network([np.zeros((classes, 3))], [np.zeros((classes, 1))], "softmax")
        y = bp.one_hot(np.arange(12) % classes, classes)
        assert np.isclose(silent.loss(X, y, "cross_entropy"), np.log(classes), rtol=1e-14)
    data = bp.data.digits()
    net = bp.Network.random([64, 32, 10], rng=0)
    assert abs(net.loss(data.x_train, data.y_train, "cross_entropy") - np.log(10)) < 0.2


FORMULAS = {
    r"\frac{\partial L}{\partial W^{(l)}} \approx \frac{1}{|B|} \sum_{e \in B} \frac{\partial L_e}{\partial W^{(l)}}": mini_batch,
    r"\mathbb{E}\big[z_i^2\big] = s^2 \sum_{j=1}^{m} a_j^2": size_of_a_sum,
    r"L \approx -\ln \frac{1}{C} = \ln C": first_loss,
}
