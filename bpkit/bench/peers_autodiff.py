"""Training steps by libraries that differentiate NumPy-like code: JAX, HIPS autograd and micrograd.

Letters: X (N, n_0), Y (N, n_L), rows are examples; weights W.T (n_{l-1}, n_l); theta a list of (weights, bias).
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from ..activations import tanh
from ..network import Network
from ..optim import SGD
from .peers import Skip, Step
from .workloads import Problem

MICROGRAD_LARGEST = 3_000  # parameters: beyond that a step takes minutes
LOOP = 100  # steps inside one compiled loop


def jax(p: Problem) -> Step:
    """JAX: value_and_grad and the update, compiled as one function."""
    jax, theta, state, step = _jax(p)
    compiled = jax.jit(step, donate_argnums=(0, 1))
    held = [theta, state]

    def go() -> Any:
        held[0], held[1], loss = compiled(*held)
        return loss.block_until_ready()

    return go


def jax_loop(p: Problem) -> Step:
    """JAX with a hundred steps compiled as one loop, on one batch: nothing of Python is left between them."""
    jax, theta, state, step = _jax(p)

    def many(theta: Any, state: Any) -> Any:
        def body(carry: Any, _: None) -> Any:
            theta, state, loss = step(*carry)
            return (theta, state), loss

        (theta, state), losses = jax.lax.scan(body, (theta, state), None, length=LOOP)
        return theta, state, losses

    compiled = jax.jit(many, donate_argnums=(0, 1))
    held = [theta, state]

    def go() -> Any:
        held[0], held[1], losses = compiled(*held)
        return losses.block_until_ready()[0]

    go.steps = LOOP  # type: ignore[attr-defined]
    return go


def _jax(p: Problem) -> tuple[Any, Any, Any, Any]:
    jax, theta, state, step = jax_training(p.net, p.loss, p.opt)
    x, y = jax.numpy.array(p.x.T), jax.numpy.array(p.y.T)
    return jax, theta, state, lambda theta, state: step(theta, state, x, y)


def jax_training(net: Network, loss: str, opt: Any) -> tuple[Any, Any, Any, Any]:
    """JAX itself, the network's weights, the optimiser's state, and a step of (weights, state, X, Y), not compiled."""
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    jax.config.update("jax_enable_x64", net.W[1].dtype == np.float64)
    theta = [(jnp.array(net.W[l].T), jnp.array(net.b[l].T)) for l in net.W]
    f = jnp.tanh if net.f[1] == tanh else jax.nn.relu
    gradient = jax.value_and_grad(partial(_loss, f=f, name=loss, log_softmax=jax.nn.log_softmax))

    def step(theta: Any, state: Any, x: Any, y: Any) -> Any:
        value, g = gradient(theta, x, y)
        theta, state = _update(opt, theta, g, state, jax.tree.map, jnp.sqrt)
        return theta, state, value

    zeros = jax.tree.map(jnp.zeros_like, theta)
    return jax, theta, (jnp.zeros(()), zeros, jax.tree.map(jnp.copy, zeros)), step


def _loss(theta: Any, x: Any, y: Any, f: Any, name: str, log_softmax: Any) -> Any:
    for w, b in theta[:-1]:
        x = f(x @ w + b)
    w, b = theta[-1]
    z, N = x @ w + b, y.shape[0]
    return ((z - y) ** 2).sum() / (2 * N) if name == "half_mse" else -(y * log_softmax(z)).sum() / N


def _update(opt: Any, theta: Any, g: Any, state: Any, over: Any, sqrt: Any) -> Any:
    if isinstance(opt, SGD):
        return over(lambda w, g: w - opt.eta * g, theta, g), state
    t, m, v = state
    t = t + 1
    m = over(lambda m, g: opt.beta1 * m + (1 - opt.beta1) * g, m, g)
    v = over(lambda v, g: opt.beta2 * v + (1 - opt.beta2) * g * g, v, g)
    rate, root = opt.eta / (1 - opt.beta1**t), sqrt(1 - opt.beta2**t)
    return over(lambda w, m, v: w - rate * m / (sqrt(v) / root + opt.eps), theta, m, v), (t, m, v)


def autograd(p: Problem) -> Step:
    """HIPS autograd: value_and_grad of a NumPy function, then the update in plain NumPy."""
    anp, value_and_grad = import_module("autograd.numpy"), import_module("autograd").value_and_grad
    logsumexp = import_module("autograd.scipy.special").logsumexp
    theta: Any = [(p.net.W[l].T.copy(), p.net.b[l].T.copy()) for l in p.net.W]
    f = anp.tanh if p.net.f[1] == tanh else lambda z: anp.maximum(z, 0)
    x, y = p.x.T.copy(), p.y.T.copy()

    def log_softmax(z: Any) -> Any:
        return z - logsumexp(z, axis=1, keepdims=True)

    gradient = value_and_grad(lambda theta: _loss(theta, x, y, f, p.loss, log_softmax))
    state: Any = (0, _over(np.zeros_like, theta), _over(np.zeros_like, theta))

    def step() -> Any:
        nonlocal theta, state
        value, g = gradient(theta)
        theta, state = _update(p.opt, theta, g, state, _over, np.sqrt)
        return value

    return step


def _over(rule: Any, *trees: Any) -> Any:
    """rule on every array of lists of pairs that are alike."""
    return [tuple(rule(*leaves) for leaves in zip(*pairs, strict=True)) for pairs in zip(*trees, strict=True)]


def micrograd(p: Problem) -> Step:
    """micrograd: one Python object a number. Gradient descent alone, as in its demo."""
    Value = import_module("micrograd.engine").Value
    if sum(w.size for w in p.net.parameters().values()) > MICROGRAD_LARGEST or not isinstance(p.opt, SGD):
        raise Skip("one Python object a number")
    W = [[[Value(float(w)) for w in row] for row in p.net.W[l]] for l in p.net.W]
    b = [[Value(float(v)) for v in p.net.b[l][:, 0]] for l in p.net.W]
    everything = [v for layer in W for row in layer for v in row] + [v for layer in b for v in layer]

    def step() -> Any:
        loss: Any = sum((_micrograd_loss(W, b, x, y, p) for x, y in zip(p.x.T, p.y.T, strict=True)), Value(0.0))
        loss = loss * (1 / p.x.shape[1])
        for v in everything:
            v.grad = 0
        loss.backward()
        for v in everything:
            v.data -= p.opt.eta * v.grad
        return loss.data

    return step


def _micrograd_loss(W: Any, b: Any, x: Any, y: Any, p: Problem) -> Any:
    """The loss of one example; tanh, exp and ln out of the powers that micrograd has."""
    a: Any = [float(v) for v in x]
    for l, (layer, shift) in enumerate(zip(W, b, strict=True), start=1):
        z = [sum((w * v for w, v in zip(row, a, strict=True)), c) for row, c in zip(layer, shift, strict=True)]
        a = z if l == p.net.depth else [_tanh(v) if p.net.f[l] == tanh else v.relu() for v in z]
    if p.loss == "half_mse":
        return (a[0] - float(y[0])) ** 2 * 0.5
    total: Any = sum((_unary(v, np.exp(v.data), np.exp(v.data)) for v in a), 0)
    chosen = a[int(y.argmax())]
    return _unary(total, np.log(total.data), 1 / total.data) - chosen


def _tanh(v: Any) -> Any:
    a = np.tanh(v.data)
    return _unary(v, a, 1 - a * a)


def _unary(v: Any, value: float, slope: float) -> Any:
    """A function of one number, given its value and its slope there."""
    out = type(v)(float(value), (v,))

    def back() -> None:
        v.grad += float(slope) * out.grad

    out._backward = back
    return out
