"""The same training step by others: each function here builds one and returns it, to be called again and again.

Letters: rows are examples for all but NumPy: X (N, n_0), Y (N, n_L), and weights are W.T (n_{l-1}, n_l) where the peer
wants them so. A step does forward pass, loss, backward pass and update, and returns the loss before the update.
A peer that is not installed raises ImportError; one that cannot do this step raises Skip.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from ..activations import tanh
from ..network import Network
from ..optim import SGD
from ..program import Program
from .workloads import Problem

Step = Callable[[], Any]


class Skip(Exception):
    """This peer has no such step, or none that anybody would wait for."""


def bpkit(p: Problem) -> Step:
    """The step that ``bp.train`` takes."""
    program = Program(p.net, p.x.shape[1], p.loss, p.opt)
    program.load(p.x, p.y)

    def step() -> float:
        program.run()
        return program.value()

    return step


def limit(p: Problem) -> Step:
    """The bare matrix products of a step: what is left if everything else were free."""
    program = Program(p.net, p.x.shape[1], p.loss)
    program.load(p.x, p.y)
    program.run()
    products = [(f, args) for f, args in program.calls if getattr(f, "__name__", "") == "dot" and args[-1].ndim == 2]

    def step() -> None:
        for function, arguments in products:
            function(*arguments)

    return step


def textbook(p: Problem) -> Step:
    """NumPy as a textbook writes it: a new array for every intermediate result."""
    W, b, f, L = dict(p.net.W), dict(p.net.b), p.net.f, p.net.depth
    x, y, N = p.x, p.y, p.x.shape[1]
    update = _textbook_update(p.opt)

    def step() -> float:
        a = {0: x}
        for l in range(1, L + 1):
            z = W[l] @ a[l - 1] + b[l]
            a[l] = z if l == L else np.tanh(z) if f[l] == tanh else np.maximum(z, 0)
        value, delta = _textbook_output(a[L], y, N)
        for l in range(L, 0, -1):
            dW, db = delta @ a[l - 1].T, delta.sum(axis=1, keepdims=True)
            if l > 1:
                slope = 1 - a[l - 1] ** 2 if f[l - 1] == tanh else a[l - 1] > 0
                delta = (W[l].T @ delta) * slope
            W[l], b[l] = update("W", l, W[l], dW), update("b", l, b[l], db)
        return float(value)

    return step


def _textbook_output(z: np.ndarray, y: np.ndarray, N: int) -> tuple[Any, np.ndarray]:
    if len(z) == 1:
        return ((z - y) ** 2).sum() / (2 * N), (z - y) / N
    e = np.exp(z - z.max(axis=0, keepdims=True))
    a = e / e.sum(axis=0, keepdims=True)
    return -(y * np.log(a)).sum() / N, (a - y) / N


def _textbook_update(opt: Any) -> Callable[..., np.ndarray]:
    if isinstance(opt, SGD):
        return lambda kind, l, w, g: w - opt.eta * g
    m: dict[Any, Any] = {}
    v: dict[Any, Any] = {}
    t: dict[Any, int] = {}

    def adam(kind: str, l: int, w: np.ndarray, g: np.ndarray) -> np.ndarray:
        key = kind, l
        t[key] = t.get(key, 0) + 1
        m[key] = opt.beta1 * m.get(key, 0) + (1 - opt.beta1) * g
        v[key] = opt.beta2 * v.get(key, 0) + (1 - opt.beta2) * g**2
        m_hat, v_hat = m[key] / (1 - opt.beta1 ** t[key]), v[key] / (1 - opt.beta2 ** t[key])
        return w - opt.eta * m_hat / (np.sqrt(v_hat) + opt.eps)

    return adam


def pytorch(p: Problem, **options: Any) -> Step:
    """PyTorch, eager: nn.Sequential, loss, backward(), optimiser.step()."""
    torch = import_module("torch")
    net = torch_network(torch, p.net)
    x, y, N = torch.tensor(p.x.T.copy()), torch.tensor(p.y.T.copy()), p.x.shape[1]
    opt = torch_optimiser(torch, p.opt, net.parameters(), **options)
    entropy = torch.nn.functional.cross_entropy

    def step() -> Any:
        opt.zero_grad()
        z = net(x)
        loss = entropy(z, y) if p.loss == "cross_entropy" else ((z - y) ** 2).sum() / (2 * N)
        loss.backward()
        opt.step()
        return loss

    return step


def torch_network(torch: Any, net: Network) -> Any:
    """The same layers and weights as nn.Sequential, up to the last z."""
    model = torch.nn.Sequential()
    for l in net.W:
        weight = torch.tensor(net.W[l])
        layer = torch.nn.Linear(*net.W[l].shape[::-1], dtype=weight.dtype)
        layer.weight.data, layer.bias.data = weight, torch.tensor(net.b[l][:, 0])
        model.append(layer)
        if l < net.depth:
            model.append(torch.nn.Tanh() if net.f[l] == tanh else torch.nn.ReLU())
    return model


def pytorch_fused(p: Problem) -> Step:
    """PyTorch with its fused optimiser, one kernel for all parameters."""
    return pytorch(p, fused=True)


def torch_optimiser(torch: Any, opt: Any, parameters: Any, **options: Any) -> Any:
    """The same optimiser."""
    if isinstance(opt, SGD):
        return torch.optim.SGD(parameters, lr=opt.eta, **options)
    return torch.optim.Adam(parameters, lr=opt.eta, betas=(opt.beta1, opt.beta2), eps=opt.eps, **options)


def scikit_learn(p: Problem) -> Step:
    """scikit-learn's MLP: its own backward pass and optimiser, without the checks of ``fit`` around them."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.utils import check_random_state

    sgd = isinstance(p.opt, SGD)
    model = (MLPRegressor if p.loss == "half_mse" else MLPClassifier)(
        hidden_layer_sizes=p.net.sizes[1:-1], activation=p.net.f[1].name, solver="sgd" if sgd else "adam",
        alpha=0, momentum=0, learning_rate_init=p.opt.eta, batch_size=p.x.shape[1],
    )  # fmt: skip
    X, Y = np.ascontiguousarray(p.x.T), np.ascontiguousarray(p.y.T)
    model._random_state = check_random_state(0)
    if p.loss == "cross_entropy":
        model._validate_input(X, Y.argmax(axis=1), incremental=False, reset=True)
    model._initialize(Y, list(p.net.sizes), X.dtype)
    model.coefs_ = [W.T.copy() for W in p.net.W.values()]
    model.intercepts_ = [b[:, 0].copy() for b in p.net.b.values()]
    parameters = model.coefs_ + model.intercepts_
    optimiser = _scikit_learn_optimiser(p.opt, parameters)
    rooms: list[Any] = [[X] + [None] * p.net.depth, *([None] * p.net.depth for _ in range(3))]
    weights = (None,) if "sample_weight" in model._backprop.__code__.co_varnames else ()

    def step() -> float:
        loss, dW, db = model._backprop(X, Y, *weights, *rooms)
        optimiser.update_params(parameters, dW + db)
        return loss

    return step


def _scikit_learn_optimiser(opt: Any, parameters: list[Any]) -> Any:
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

    if isinstance(opt, SGD):
        return SGDOptimizer(parameters, opt.eta, momentum=0, nesterov=False)
    return AdamOptimizer(parameters, opt.eta, opt.beta1, opt.beta2, opt.eps)
