"""The displayed formulas of chapter 0, each with the proof that it is right."""

from __future__ import annotations

import numpy as np
import sympy as sp

import bpkit as bp
from bpkit.exercises.declare import find

x, w, y, z = sp.symbols("x w y z", real=True)
a = sp.Function("a")(z)
sigma = 1 / (1 + sp.exp(-z))


def forward():
    net = bp.Network([[[0.8]]], [[[0.0]]], "sigmoid")
    trace = net.forward([[0.5]])
    values = {x: 0.5, w: 0.8, y: 1.0}
    Z = (w * x).subs(values)
    assert np.isclose(trace.z[1].item(), float(Z)) and np.isclose(trace.a[1].item(), float(sigma.subs(z, Z)))
    assert np.isclose(bp.cross_entropy(trace.a[1], [[1.0]]), float((-y * sp.log(sigma)).subs({**values, z: Z})))


def chain_rule():
    L = sp.Function("L")
    A, Z = sp.Function("a"), sp.Function("z")
    whole = L(A(Z(w))).diff(w).doit()
    u, v = sp.symbols("u v")
    product = L(u).diff(u).subs(u, A(Z(w))) * A(v).diff(v).subs(v, Z(w)) * Z(w).diff(w)
    assert sp.simplify(whole - product.doit()) == 0


def error_signal():
    assert sp.simplify(sp.diff(-sp.log(sigma), z) - (sigma - 1)) == 0


def relative_error():
    for p, q in ((3.0, -4.0), (1e-9, 2e-9), (5.0, 0.0)):
        assert np.isclose(find("0.3")(p, q), abs(p - q) / max(abs(p), abs(q)))


def descent():
    net = bp.Network([[[0.8]]], [[[0.0]]], "sigmoid")
    grads = net.backward(net.forward([[0.5]]), [[1.0]], "binary_cross_entropy")
    assert net.step(grads, 0.1).W[1] == net.W[1] - 0.1 * grads.dW[1]


FORMULAS = {
    r"z = w x \qquad a = f(z) = \frac{1}{1 + e^{-z}} \qquad L = -y \ln a": forward,
    r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial z}"
    r" \cdot \frac{\partial z}{\partial w}": chain_rule,
    r"\frac{\partial L}{\partial z} = a - y \quad \text{where } y = 1": error_signal,
    r"\text{error}(a, b) = \frac{|a - b|}{\max(|a|, |b|)}": relative_error,
    r"w_{\text{new}} = w_{\text{old}} - \eta \, \frac{\partial L}{\partial w}": descent,
}
