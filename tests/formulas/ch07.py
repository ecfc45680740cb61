"""The displayed formulas of chapter 7, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp
from bpkit.symbolic import proofs

NET = bp.Network.random([3, 4, 2], "tanh", "softmax", rng=7)
X, Y = np.random.default_rng(7).normal(size=(3, 5)), bp.one_hot([0, 1, 1, 0, 1], 2)


def gradients(net=NET):
    return net.backward(net.forward(X), Y, "cross_entropy")


def along(direction):
    """The slope of the loss along a direction in the space of all parameters, by the complex step."""
    moved = {key: w + 1e-20j * direction[key] for key, w in NET.parameters().items()}
    W, b = ({l: moved[kind, l] for l in NET.W} for kind in "Wb")
    return bp.Network(W, b, NET.f).loss(X, Y, "cross_entropy").imag / 1e-20


def step(opt, steps=1):
    """The network, its state and all gradients after some steps of an optimiser."""
    net, state, seen = NET, None, []
    for _ in range(steps):
        seen.append(gradients(net))
        net, state = opt(net, seen[-1], state)
    return net, state, seen


def one_weight():
    w, eta = sp.symbols("w eta", positive=True)
    loss = sp.log(1 + sp.exp(-w / 2))
    moved = (w - eta * loss.diff(w)).subs({w: sp.Rational(8, 10), eta: sp.Rational(1, 10)})
    assert abs(float(moved) - 0.8200656) < 5e-8
    assert loss.subs(w, moved) < loss.subs(w, sp.Rational(8, 10))


def whole_network():
    g, eta = gradients(), 0.1
    after = NET.step(g, eta)
    for l in (1, 2):
        assert np.allclose(after.W[l], NET.W[l] - eta * g.dW[l], rtol=1e-14)
        assert np.allclose(after.b[l], NET.b[l] - eta * g.db[l], rtol=1e-14)
    downhill = {key: after.parameters()[key] - w for key, w in NET.parameters().items()}
    square = sum((part[l] ** 2).sum() for part in (g.dW, g.db) for l in (1, 2))
    assert np.isclose(along(downhill), -eta * square, rtol=1e-12), "against the gradient the loss falls fastest"


def parabola():
    w, eta, c = sp.symbols("w eta c", positive=True)
    assert sp.expand(w - eta * (c * w**2 / 2).diff(w) - (1 - eta * c) * w) == 0
    assert proofs.PROOFS["stability"]().holds


def momentum():
    eta, beta = 0.1, 0.8
    net, state, seen = step(bp.Momentum(eta, beta), 3)
    v = sum(beta**age * g.dW[1] for age, g in enumerate(reversed(seen)))
    assert np.allclose(state["v"]["W", 1], v, rtol=1e-13)
    before, _, _ = step(bp.Momentum(eta, beta), 2)
    assert np.allclose(net.W[1], before.W[1] - eta * v, rtol=1e-13)


def means():
    _, state, seen = step(bp.Adam(0.1, 0.9, 0.99), 3)
    m = sum(0.1 * 0.9**age * g.dW[1] for age, g in enumerate(reversed(seen)))
    v = sum(0.01 * 0.99**age * g.dW[1] ** 2 for age, g in enumerate(reversed(seen)))
    assert np.allclose(state["m"]["W", 1], m, rtol=1e-13) and np.allclose(state["v"]["W", 1], v, rtol=1e-13)


def correction():
    assert proofs.PROOFS["bias_correction"]().holds


def adam():
    assert proofs.PROOFS["adam_first_step"]().holds
    eta, beta_1, beta_2, eps = 0.1, 0.9, 0.99, 1e-8
    net, state, _ = step(bp.Adam(eta, beta_1, beta_2, eps), 4)
    before, _, _ = step(bp.Adam(eta, beta_1, beta_2, eps), 3)
    m_hat, v_hat = state["m"]["W", 1] / (1 - beta_1**4), state["v"]["W", 1] / (1 - beta_2**4)
    assert np.allclose(net.W[1], before.W[1] - eta * m_hat / (np.sqrt(v_hat) + eps), rtol=1e-13)


FORMULAS = {
    r"w_{\text{new}} = w_{\text{old}} - \eta \, \frac{\partial L}{\partial w}": one_weight,
    r"W^{(l)} \leftarrow W^{(l)} - \eta \, \frac{\partial L}{\partial W^{(l)}} \qquad"
    r" b^{(l)} \leftarrow b^{(l)} - \eta \, \frac{\partial L}{\partial b^{(l)}}": whole_network,
    r"w \leftarrow w - \eta \, c \, w = (1 - \eta c) \, w": parabola,
    r"v \leftarrow \beta \, v + g \qquad w \leftarrow w - \eta \, v": momentum,
    r"m \leftarrow \beta_1 m + (1 - \beta_1) \, g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) \, g^2": means,
    r"\hat m = \frac{m}{1 - \beta_1^t} \qquad \hat v = \frac{v}{1 - \beta_2^t}": correction,
    r"w \leftarrow w - \eta \, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}": adam,
}
