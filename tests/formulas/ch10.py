"""The displayed formulas of chapter 10, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp


def gate_of_relu():
    rng = np.random.default_rng(10)
    net = bp.Network.random([3, 5, 4, 2], "relu", "softmax", rng=9)
    x, y = rng.normal(size=(3, 6)), bp.one_hot([0, 1, 1, 0, 1, 0])
    trace = net.forward(x)
    delta = net.backward(trace, y, "cross_entropy").delta
    for l in (1, 2):
        assert (trace.z[l] <= 0).any() and (trace.z[l] > 0).any()
        assert np.allclose(delta[l], (net.W[l + 1].T @ delta[l + 1]) * (trace.z[l] > 0), rtol=1e-13)
    assert bp.compare(net, x, y, "cross_entropy").verdict == "agree"


def early_step():
    eta = sp.Symbol("eta")
    W, gradient = (sp.Matrix(3, 4, sp.symbols(f"{name}:3:4")) for name in ("W", "g"))
    delta = sp.Matrix(3, 2, sp.symbols("d:3:2"))
    gap = (W - eta * gradient).T * delta - W.T * delta
    assert (gap + eta * gradient.T * delta).expand() == sp.zeros(4, 2)


FORMULAS = {
    r"\delta^{(l)} = \left(W^{(l+1)}\right)^{\mathsf T} \delta^{(l+1)} \odot \left[ z^{(l)} > 0 \right]": gate_of_relu,
    r"\left( W - \eta \, \frac{\partial L}{\partial W} \right)^{\mathsf T} \delta - W^{\mathsf T} \delta"
    r" = -\eta \left( \frac{\partial L}{\partial W} \right)^{\mathsf T} \delta": early_step,
}
