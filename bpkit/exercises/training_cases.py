"""Chapter 8's cases for batches, starts and training, and what is looked at in a result that chance has a part in.

Random results are judged by what must hold of all of them: nothing lost, nothing torn apart, the right spread.
Letters: x (n, N), y (k, N) examples as columns; W, b, f weights, biases and activation functions by layer; l layer;
c how large a part of a step an example gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from .. import activations
from ..shapes import describe
from .behaviour import Odd
from .cases import normal
from .maths import np, slope, softmax, value

SINGLE = 1e-6  # what float32 leaves of a number


def marked(n, N, size, k=2):
    """Examples whose first feature is their own number, and whose k targets are told by it."""
    def make(rng):
        x = np.concatenate([np.arange(N)[None, :] * 1.0, normal(rng, n - 1, N)])
        return x, np.stack([10 * x[0] + i / 2 for i in range(k)]), size, rng

    return make


def pieces(args, batches):
    """What holds of every right cut into mini-batches, in words, and with a leading _ the order of this one."""
    x, y = args[:2]
    pairs = _pairs(batches)
    heights = {(np.shape(one)[:1], np.shape(two)[:1]) for one, two in pairs}
    if heights == {(y.shape[:1], x.shape[:1])} and len(x) != len(y):
        raise Odd("form", "The pairs stand as (y, x); wanted is (x, y)",
                  ask="In which order does the first line of the function promise them?")
    sizes = "batches of " + (" ".join(str(one.shape[-1] if one.ndim else 0) for one, _ in pairs) or "nothing")
    told = {"sizes": sizes, "columns": "whole columns", "examples": "each example once",
            "targets": "with its own target", "order": "in a new order", "_order": ""}
    if heights != {(x.shape[:1], y.shape[:1])} or any(one.ndim != 2 or two.ndim != 2 for one, two in pairs):
        return told | {"columns": "no whole columns"}
    features, N = np.concatenate([one for one, _ in pairs], axis=1), x.shape[1]
    marks, targets = np.round(features[0]), np.concatenate([two[0] for _, two in pairs])
    seen = marks if np.allclose(marks, features[0]) else features[0]
    if not all(0 <= mark < N and np.allclose(column, x[:, int(mark)], SINGLE, SINGLE)
               for mark, column in zip(seen, features.T, strict=True)):
        told["columns"] = "columns mixed up"
    if not np.array_equal(np.sort(seen), np.arange(N)):
        told["examples"] = "not each example once"
    if not np.allclose(targets, 10 * seen, SINGLE, SINGLE):
        told["targets"] = "not with its own target"
    if N > 5 and np.array_equal(seen, np.arange(len(seen))):
        told["order"] = "in the old order"
    elif N > 7 and len(seen) == N and np.array_equal(seen, (np.arange(N) + seen[0]) % N):
        told["order"] = "in the old order, begun elsewhere"
    return told | {"_order": " ".join(map(str, seen))}


def _pairs(batches):
    """The batches as pairs of arrays."""
    try:
        entries = list(batches)
    except TypeError:
        raise Odd("form", f"A list of pairs (x, y) is wanted; {describe(batches)} came") from None
    if len(entries) == 2 and all(isinstance(part, list) for part in entries) and {len(part) for part in entries} != {2}:
        raise Odd("form", "One list of pairs (x, y) is wanted; two lists came",
                  ask="Which two things belong together in one entry of the list?")
    odd = [one for one in entries if not isinstance(one, (tuple, list)) or len(one) != 2]
    if odd:
        raise Odd("form", f"A list of pairs (x, y) is wanted; {describe(odd[0])} stands in it")
    return [(np.asarray(one, dtype=float), np.asarray(two, dtype=float)) for one, two in entries]


def spread(args, result):
    """Shapes and biases as they are; of the weights their mean and spread, rounded to what tells mistakes apart."""
    sizes = args[0]
    W, b = _two_dicts(result, len(sizes) - 1)
    weights = {l: np.asarray(W[l], dtype=float) for l in range(1, len(sizes))}
    told = {f"shape of W[{l}]": np.array(w.shape) for l, w in weights.items()}
    told["_weights"] = np.concatenate([w.ravel() for w in weights.values()])
    for l, w in weights.items():
        ratio = np.std(w) * np.sqrt(sizes[l - 1])
        centre = np.mean(w) / (np.std(w) or 1.0)
        rows = np.round(np.atleast_2d(w), 12) + 0.0  # and no -0.0
        told[f"spread of W[{l}] times the root of its inputs"] = 1.0 if abs(ratio - 1) < 0.12 else np.round(ratio, 3)
        told[f"mean of W[{l}] by its spread"] = 0.0 if abs(centre) < 0.25 else np.round(centre, 2)
        told[f"units of layer {l} that are alike"] = np.array(len(rows) - len({row.tobytes() for row in rows}))
    alike = [(k, l) for k in weights for l in weights if k < l and np.array_equal(weights[k], weights[l])]
    told["layers that hold the same numbers"] = np.array(len(alike))
    return told | {f"b[{l}]": np.asarray(b[l], dtype=float) for l in weights}


def _two_dicts(result, L):
    """W and b, each with the keys 1 to L."""
    wanted = f"two dicts are wanted, W and b, with the keys 1 to {L}"
    if isinstance(result, Mapping):
        raise Odd("form", f"One dict came; {wanted}", ask="Which two things does the function's first line promise?")
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise Odd("form", f"{describe(result)} came; {wanted}")
    for name, part in zip("Wb", result, strict=True):
        if not isinstance(part, Mapping):
            listing = isinstance(part, (list, tuple))
            raise Odd("form", f"{name} is {'a list' if listing else describe(part)}; {wanted}", ask=(
                f"In a list, where would the {name} of layer 1 stand, and under which number is it wanted?" if listing
                else f"What is a key of a dict, and under which one is the {name} of layer 1 wanted?"))
        if set(part) != set(range(1, L + 1)):
            keys = f"the key{'s' * (len(part) > 1)} {', '.join(map(str, part))}" if part else "the keys of no layer"
            raise Odd("form", f"{name} has {keys}; {wanted}",
                      ask="At which number do the layers begin, at which do they end, and is each of them kept?")
        if blank := next((l for l in part if part[l] is ...), 0):
            raise Odd("blank", f"{name}[{blank}] is still blank", name)
        alone = [l for l in part if isinstance(part[l], (int, float, np.ndarray)) and np.ndim(part[l]) == 0]
        if alone:
            own = "a bias" if name == "b" else "a weight"
            raise Odd("form", f"{name}[{alone[0]}] is one number; an array is wanted",
                      ask=f"What has {own} of its own in layer {alone[0]}, and how many of them are there?")
    W, b = result
    if all(np.shape(w)[1:] == (1,) for w in W.values()) and any(np.shape(v)[1:] != (1,) for v in b.values()):
        raise Odd("form", f"b came first; {wanted}", ask="In which order does the function's first line promise them?")
    return W, b


def training_case(sizes, N, M, eta, epochs, size, kind="drawn"):
    """A network, N examples to train on and M to test with, whose targets follow another rule; then the numbers.

    The examples are drawn, or ``copies`` of one, so that no order can matter, or ``marked``: the columns of a unit
    matrix, so that each example moves one column of the first weights, which are small: all losses are alike.
    """
    def make(rng):
        from ..network import Network

        L = len(sizes) - 1
        W = {l: normal(rng, sizes[l], sizes[l - 1]) / np.sqrt(sizes[l - 1]) for l in range(1, L + 1)}
        b = {l: 0.1 * normal(rng, sizes[l], 1) for l in W}
        f = {l: activations.softmax if l == L else activations.tanh for l in W}
        x = normal(rng, sizes[0], N + M)
        if kind == "copies":
            x[:, :N] = x[:, :1]
        elif kind == "marked":
            x[:, :N] = np.eye(N)
            W, b = ({l: 0.2 * w for l, w in part.items()} for part in (W, b))
        k = np.argmax(normal(rng, sizes[-1], sizes[0]) @ x, axis=0)
        k[N:] = (k[N:] + 1) % sizes[-1]
        y = np.eye(sizes[-1])[:, k]
        data = SimpleNamespace(x_train=x[:, :N], y_train=y[:, :N], x_test=x[:, N:], y_test=y[:, N:],
                               labels_train=k[:N], labels_test=k[N:])
        return Network(W, b, f), data, eta, epochs, size, rng

    return make


def outcome_of_training(args, result):
    """How many losses there are, the losses, and the weights; of marked examples what they had of the steps."""
    net, data, eta, epochs, size = args[:5]
    trained, losses = _network_and_losses(result)
    _same_functions(net, trained)
    told = {"number of losses": np.array(losses.size)}
    N = data.x_train.shape[1]
    if size < N and N % size:
        c = _parts(net, trained, data) / eta
        return told | {"batches of an epoch, by their steps": np.round(np.sum(c) / epochs, 2),
                       "a smaller batch at the end": np.array(int(np.ptp(c) > 0.01 * epochs)),
                       "a new order in each epoch": np.array(int(np.max(c) < 0.99 * epochs)),
                       "a loss that no mean can have": np.array(int(_out_of_reach(net, data, losses)))}
    told["losses"] = np.resize(losses, epochs) if losses.size else np.zeros(epochs)
    return told | {f"{kind}[{l}]": np.asarray(getattr(trained, kind)[l]) for kind in "Wb" for l in net.W}


def _out_of_reach(net, data, losses):
    """Whether a loss lies below those of all examples or above them, which the steps hardly change."""
    a = softmax(net.W[1] @ data.x_train + net.b[1])
    each = -np.sum(data.y_train * np.log(a), axis=0)
    return not all(0.99 * each.min() <= loss <= 1.01 * each.max() for loss in losses)


def _same_functions(net, trained):
    """Raise Odd if a layer of the trained network has another activation function."""
    f = getattr(trained, "f", {})
    for l in net.f:
        mine = getattr(f.get(l), "name", f.get(l)) if isinstance(f, Mapping) else None
        if mine != net.f[l].name:
            raise Odd("form", f"Layer {l} of the trained network has {mine or 'no activation function'}; "
                              f"net has {net.f[l].name} there",
                      ask="Does training change an activation function, and where does the new network get its own?")


def _parts(net, trained, data):
    """eta c (N,): of each marked example how far its column of W has moved, in steps of its own loss at the start."""
    pull = softmax(net.W[1] @ data.x_train + net.b[1]) - data.y_train
    moved = net.W[1] - np.asarray(trained.W[1])
    return np.sum(moved * pull, axis=0) / np.sum(pull**2, axis=0)


def _network_and_losses(result):
    """The network and the losses in one array."""
    wanted = "wanted are the network and a list of losses"
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        came = f"{len(result)} results" if isinstance(result, (tuple, list)) else type(result).__name__
        raise Odd("form", f"{came} came; {wanted}")
    trained, losses = result
    if hasattr(losses, "W"):
        raise Odd("form", f"The losses came first; {wanted}",
                  ask="In which order does the first line of the function promise them?")
    if not hasattr(trained, "W"):
        raise Odd("form", f"{type(trained).__name__} came in the place of the network; {wanted}",
                  ask="What makes a network of weights, biases and activation functions?")
    parts = losses if isinstance(losses, (list, tuple)) else []
    if any(np.ndim(part) for part in parts if part is not ...):
        raise Odd("form", "losses holds lists; wanted is one number for each epoch",
                  ask="What becomes of the losses of all mini-batches when an epoch is over?")
    if any(part is ... or part is None for part in parts):
        raise Odd("form", f"losses holds {next(part for part in parts if part is ... or part is None)}")
    if isinstance(losses, Mapping):
        raise Odd("form", "losses is a dict; a list is wanted, with one number for each epoch",
                  ask="Whose loss stands first in a list, and does the list need a key for it?")
    if np.ndim(losses) == 0:
        raise Odd("form", "losses is one number; a list is wanted, with one for each epoch",
                  ask="How many epochs did you run, and how many losses did you keep?")
    return trained, np.asarray(losses, dtype=float)


def forward_pass(W, b, f, x):
    """z and a of every layer."""
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = softmax(z[l]) if f[l].name == "softmax" else value(f[l], z[l])
    return z, a


def gradients(W, f, z, a, y, N, step=0.0):
    """dL/dW and dL/db of softmax with cross-entropy, by layer; with a ``step``, a layer moves before the next one."""
    delta, dW, db = (a[len(W)] - y) / N, {}, {}
    for l in range(len(W), 0, -1):
        dW[l], db[l] = delta @ a[l - 1].T, np.sum(delta, axis=1, keepdims=True)
        if l > 1:
            delta = ((W[l] - step * dW[l]).T @ delta) * slope(f[l - 1], z[l - 1])
    return dW, db


def cross_entropy(a, y):
    """The mean over the examples of -ln of the true class's probability."""
    return float(-np.sum(y * np.log(np.maximum(a, 1e-300))) / a.shape[1])
