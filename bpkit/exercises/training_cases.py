"""Chapter 8's cases, and what is looked at in a result that may be different every time.

Random results are judged by what must hold of all of them: nothing lost, nothing torn apart, the right spread.
Letters: x (n, N), y (k, N) examples as columns; W, b, f weights, biases and activation functions by layer; e epoch.
"""

from __future__ import annotations

from types import SimpleNamespace

from .. import activations
from .behaviour import Odd
from .cases import normal
from .maths import np, softmax, value


def marked(n, N, size):
    """Examples whose first feature is their own number, and whose target is told by it."""
    def make(rng):
        x = np.concatenate([np.arange(N)[None, :] * 1.0, normal(rng, n - 1, N)])
        return x, np.stack([x[0] * 10, x[0] + 0.5]), size, rng

    return make


def pieces(args, batches):
    """What holds of every right cut into mini-batches, and with a leading _ the order of this one."""
    x = args[0]
    try:
        pairs = [(np.asarray(one), np.asarray(two)) for one, two in batches]
        seen = np.concatenate([np.zeros(0), *(one[0] for one, _ in pairs)])
        told = np.concatenate([np.zeros(0), *(two[0] for _, two in pairs)])
        features = np.concatenate([x[:, :0], *(one for one, _ in pairs)], axis=1)
    except (TypeError, ValueError, IndexError):
        raise Odd("form", "A list of pairs (x, y) of columns is wanted; something else came") from None
    home = [np.array_equal(column, x[:, int(column[0])]) for column in features.T]
    return {
        "batches": float(len(pairs)),
        "sizes": np.array([one.shape[1] for one, _ in pairs], dtype=float),
        "examples": np.sort(seen),
        "targets that belong to their example": float(np.sum(told == 10 * seen)),
        "examples left whole": float(np.sum(home)),
        "order drawn anew": float(x.shape[1] < 6 or not np.array_equal(seen, np.arange(len(seen)))),
        "_order": seen,
    }


def spread(args, result):
    """Shapes and biases as they are; of the weights their mean and spread, rounded to what tells mistakes apart."""
    sizes = args[0]
    try:
        W, b = result
        kept = {f"b[{l}]": np.asarray(b[l], dtype=float) for l in range(1, len(sizes))}
        shapes = {f"shape of W[{l}]": np.array(np.shape(W[l]), dtype=float) for l in range(1, len(sizes))}
        weights = {l: np.asarray(W[l], dtype=float) for l in range(1, len(sizes))}
    except (TypeError, ValueError, LookupError):
        raise Odd("form", "Two dicts, W and b, with the keys 1 to L are wanted; something else came") from None
    told = {"layers": float(len(W)), "_weights": np.concatenate([w.ravel() for w in weights.values()])}
    for l, w in weights.items():
        ratio = np.std(w) * np.sqrt(sizes[l - 1])
        centre = np.mean(w) / (np.std(w) or 1.0)
        told[f"spread of W[{l}] times the root of its inputs"] = 1.0 if abs(ratio - 1) < 0.12 else np.round(ratio, 3)
        told[f"centre of W[{l}]"] = 0.0 if abs(centre) < 0.25 else np.round(centre, 1)
        told[f"units of layer {l} that are alike"] = float(len(w) - len(np.unique(np.round(w, 12), axis=0)))
    return shapes | told | kept


def training_case(sizes, N, M, eta, epochs, size):
    """A network, N examples to train on and M to test with, whose targets follow another rule; then the numbers."""
    def make(rng):
        from ..network import Network

        L = len(sizes) - 1
        W = {l: normal(rng, sizes[l], sizes[l - 1]) / np.sqrt(sizes[l - 1]) for l in range(1, L + 1)}
        b = {l: 0.1 * normal(rng, sizes[l], 1) for l in W}
        f = {l: activations.softmax if l == L else activations.tanh for l in W}
        x = normal(rng, sizes[0], N + M)
        k = np.argmax(normal(rng, sizes[-1], sizes[0]) @ x, axis=0)
        k[N:] = (k[N:] + 1) % sizes[-1]
        y = np.eye(sizes[-1])[:, k]
        data = SimpleNamespace(x_train=x[:, :N], y_train=y[:, :N], x_test=x[:, N:], y_test=y[:, N:])
        return Network(W, b, f), data, eta, epochs, size, rng

    return make


def outcome_of_training(args, result):
    """Whether the loss fell, and how many losses there are.

    Where no order of the examples can matter, also the weights, and whether the losses fall: elsewhere an epoch's loss
    may be that of its last batch, which jumps.
    """
    net, data, size = args[0], args[1], args[4]
    try:
        trained, losses = result
        parts = {f"{kind}[{l}]": np.asarray(getattr(trained, kind)[l]) for kind in "Wb" for l in net.W}
        losses = np.asarray(losses, dtype=float)
    except (TypeError, ValueError, AttributeError, LookupError):
        raise Odd("form", "A network and a list of losses are wanted; something else came") from None
    before, after = loss_on(net.W, net.b, net.f, data), loss_on(trained.W, trained.b, net.f, data)
    told = {"losses": float(losses.size), "learned": float(after < 0.8 * before)}
    parts["losses fall"] = np.asarray(float(losses.size > 0 and losses[-1] <= losses[0]))
    return told | (parts if size >= data.x_train.shape[1] else {})


def loss_on(W, b, f, data):
    a = forward_pass(W, b, f, data.x_train)[1][len(W)]
    return float(-np.sum(data.y_train * np.log(np.maximum(a, 1e-300))) / a.shape[1])


def forward_pass(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = softmax(z[l]) if f[l].name == "softmax" else value(f[l], z[l])
    return z, a


def history(loss, gradient_norm, stopped=""):
    """Curves of a training run, with the names that bp.History has."""
    loss = np.array(loss)
    return SimpleNamespace(loss=loss, gradient_norm={l: np.array(g) for l, g in gradient_norm.items()}, stopped=stopped,
                           accuracy=np.full(len(loss), 0.1), validation_loss=np.array([]),
                           validation_accuracy=np.array([]))


def run(kind, epochs=30):
    """The curves of a run that went ``kind``, with a little noise."""
    def make(rng):
        e, noise = np.arange(epochs), 0.01 * rng.standard_normal(epochs)
        alive = {1: 0.4 + np.abs(noise), 2: 0.6 + np.abs(noise)}
        flat = np.log(10) + 0.2 * noise
        return ({
            "healthy": history(0.1 + 2.2 * np.exp(-e / 6) + noise, {l: g * np.exp(-e / 9) for l, g in alive.items()}),
            "eta too large": history(2.3 + np.where(e % 2, 1.0, -0.2) * (1 + e / 4), {1: 9 * alive[1], 2: alive[2]}),
            "diverged": history(np.append(2.3 * 1.8 ** e[:9], np.inf), {l: 40 * g[:10] for l, g in alive.items()},
                                "not finite in epoch 11"),
            "dead relu": history(flat, {1: 0.0 * e, 2: 0.02 + np.abs(noise)}),
            "shuffled labels": history(flat, alive),
            "bug": history(2.3 * 1.03**e + 0.01 * noise, alive),
            "slow but healthy": history(2.3 * np.exp(-e / 20) + noise / 4, alive),
        }[kind],)

    return make
