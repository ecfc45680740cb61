"""PyTorch as a fourth referee, where it is installed: ``pytest -m torch``."""

import itertools
import warnings

import numpy as np
import pytest
from absent import need_module
from test_compare import ENDINGS, HIDDEN

import bpkit as bp

pytestmark = [pytest.mark.torch, pytest.mark.slow]
need_module("torch", "torch")


@pytest.fixture(autouse=True, scope="module")
def the_module():
    """PyTorch, which takes seconds to load, so not before a test asks for it."""
    global torch
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch


APPLY = {
    "identity": lambda z: z,
    "sigmoid": lambda z: torch.sigmoid(z),
    "tanh": lambda z: torch.tanh(z),
    "relu": lambda z: torch.relu(z),
    "softplus": lambda z: torch.nn.functional.softplus(z, threshold=1e9),
    "gelu": lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
    "silu": lambda z: torch.nn.functional.silu(z),
    "softmax": lambda z: torch.softmax(z, dim=0),
}
COST = {
    "half_mse": lambda a, y: ((a - y) ** 2).sum() / (2 * y.shape[1]),
    "binary_cross_entropy": lambda a, y: -(y * torch.log(a) + (1 - y) * torch.log(1 - a)).sum() / y.shape[1],
    "cross_entropy": lambda a, y: -(y * torch.log(a)).sum() / y.shape[1],
}


def torch_gradients(net, x, y, loss):
    """Loss and gradients from PyTorch's automatic differentiation, in float64, columns as examples."""
    theta = {key: torch.tensor(w, dtype=torch.float64, requires_grad=True) for key, w in net.parameters().items()}
    a = torch.tensor(x)
    for l in net.W:
        a = APPLY[net.f[l].name](theta["W", l] @ a + theta["b", l])
    value = COST[loss](a, torch.tensor(y))
    value.backward()
    return value.item(), {key: w.grad.numpy() for key, w in theta.items()}


def random_network(sizes, f, seed):
    """A network with moderate weights: PyTorch's ln(1 - a) loses digits where a is close to 1."""
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=(n, m)) / 2 for m, n in itertools.pairwise(sizes)]
    return bp.Network(W, [rng.normal(size=(n, 1)) for n in sizes[1:]], f), rng


@pytest.mark.parametrize("ending", ENDINGS, ids="-".join)
@pytest.mark.parametrize("f", HIDDEN)
def test_pytorch_agrees_with_backward(f, ending):
    output, loss = ending
    for seed, sizes in enumerate(((2, 3), (3, 4, 2), (4, 3, 5, 2), (2, 5, 3, 4, 3))):
        net, rng = random_network(sizes, [f] * (len(sizes) - 2) + [output], seed)
        x, y = rng.normal(size=(sizes[0], 4)), rng.uniform(size=(sizes[-1], 4))
        grads = net.backward(net.forward(x), y, loss)
        value, theirs = torch_gradients(net, x, y, loss)
        assert value == pytest.approx(net.loss(x, y, loss), rel=1e-10)
        for (kind, l), g in theirs.items():
            mine = grads.dW[l] if kind == "W" else grads.db[l]
            assert np.linalg.norm(mine - g) <= 1e-10 * max(np.linalg.norm(g), 1e-3), (kind, l, mine, g)


def test_pytorchs_own_layers_hold_the_weights_as_bpkit_does():
    net, rng = random_network((3, 4, 2), ["tanh", "softmax"], 0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    with torch.no_grad():
        for l, layer in ((1, model[0]), (2, model[2])):
            layer.weight.copy_(torch.tensor(net.W[l]))
            layer.bias.copy_(torch.tensor(net.b[l].ravel()))
    x, labels = rng.normal(size=(3, 5)), np.array([0, 1, 1, 0, 1])
    torch.nn.functional.cross_entropy(model(torch.tensor(x.T.copy())), torch.tensor(labels)).backward()
    grads = net.backward(net.forward(x), bp.one_hot(labels, 2), "cross_entropy")
    assert np.allclose(model[0].weight.grad.numpy(), grads.dW[1], rtol=1e-12, atol=1e-14)
    assert np.allclose(model[2].bias.grad.numpy(), grads.db[2].ravel(), rtol=1e-12, atol=1e-14)
