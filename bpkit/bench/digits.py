"""The whole of a training, by each peer: digits, 64-32-10 relu, Adam(0.01), batches of 32, fifteen epochs.

Letters: X (N, 64), Y (N, 10), rows are examples for the peers. All but scikit-learn, which draws its own, start from
the same weights and take the examples in the same order. Data come from bpkit's file, which costs a peer less than its
own loader would.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np

from ..data import Dataset
from ..data import digits as load
from ..network import Network
from ..optim import Adam

EPOCHS, B, SEED, OPT = 15, 32, 0, Adam(0.01)
Predict = Callable[[np.ndarray], Any]


def digits(threads: int, peer: str, repeats: int) -> dict[str, Any]:
    """Train ``repeats`` times in this process: seconds of the last one, and its accuracy on the held-out digits."""
    for _ in range(repeats):
        start = time.perf_counter()
        data = load()
        labels = TRAININGS[peer](Network.random([64, 32, 10], "relu", rng=SEED), data)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "accuracy": float((np.asarray(labels) == data.labels_test).mean())}


def _bpkit(net: Network, data: Dataset) -> Any:
    from ..training import train

    history = train(net, data.x_train, data.y_train, opt=OPT, epochs=EPOCHS, batch_size=B, rng=SEED)
    return history.net.predict(data.x_test)


def _pytorch(net: Network, data: Dataset) -> Any:
    from .peers import torch_network, torch_optimiser

    torch = import_module("torch")
    model = torch_network(torch, net)
    opt, entropy = torch_optimiser(torch, OPT, model.parameters()), torch.nn.functional.cross_entropy
    x, y = torch.tensor(data.x_train.T.copy()), torch.tensor(data.labels_train)
    for examples in _batches(len(x)):
        opt.zero_grad()
        entropy(model(x[examples]), y[examples]).backward()
        opt.step()
    return model(torch.tensor(data.x_test.T.copy())).argmax(dim=1)


def _jax_step(net: Network, data: Dataset) -> Any:
    from .peers_autodiff import jax_training

    jax, theta, state, step = jax_training(net, "cross_entropy", OPT)
    x, y, compiled = data.x_train.T.copy(), data.y_train.T.copy(), jax.jit(step, donate_argnums=(0, 1))
    for examples in _batches(len(x)):
        theta, state, _ = compiled(theta, state, x[examples], y[examples])
    return _jax_labels(theta, data)


def _jax_loop(net: Network, data: Dataset) -> Any:
    from .peers_autodiff import jax_training

    jax, theta, state, step = jax_training(net, "cross_entropy", OPT)
    x, y = jax.numpy.array(data.x_train.T), jax.numpy.array(data.y_train.T)

    def epoch(theta: Any, state: Any, order: Any) -> Any:
        def body(carry: Any, examples: Any) -> Any:
            return step(*carry, x[examples], y[examples])[:2], None

        full = len(order) - len(order) % B
        (theta, state), _ = jax.lax.scan(body, (theta, state), order[:full].reshape(-1, B))
        return step(theta, state, x[order[full:]], y[order[full:]])[:2]

    compiled, rng = jax.jit(epoch, donate_argnums=(0, 1)), np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        theta, state = compiled(theta, state, rng.permutation(len(x)))
    return _jax_labels(theta, data)


def _jax_labels(theta: Any, data: Dataset) -> Any:
    (w1, b1), (w2, b2) = ((np.asarray(w), np.asarray(b)) for w, b in theta)
    return (np.maximum(data.x_test.T @ w1 + b1, 0) @ w2 + b2).argmax(axis=1)


def _scikit_learn(net: Network, data: Dataset) -> Any:
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        hidden_layer_sizes=32,
        alpha=0,
        batch_size=B,
        learning_rate_init=OPT.eta,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS,
        random_state=SEED,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that fifteen epochs were all it got
        return model.fit(data.x_train.T, data.labels_train).predict(data.x_test.T)


def _readable(net: Network, data: Dataset) -> Any:
    """bpkit's own readable loop."""
    from ..losses import cross_entropy
    from ..training import run

    rng = np.random.default_rng(SEED)
    *_, last = run(net, data.x_train, data.y_train, cross_entropy, OPT, EPOCHS, B, rng)
    return last.network().predict(data.x_test)


def _batches(N: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        order = rng.permutation(N)
        for start in range(0, N, B):
            yield order[start : start + B]


TRAININGS: dict[str, Callable[[Network, Dataset], Any]] = {
    "bpkit": _bpkit,
    "bpkit, readable loop": _readable,
    "PyTorch eager": _pytorch,
    "JAX jit step": _jax_step,
    "JAX jit loop": _jax_loop,
    "scikit-learn": _scikit_learn,
}
