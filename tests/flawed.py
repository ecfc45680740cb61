"""Backward passes with one mistake each: every entry of the syllabus's lists of mistakes that changes a gradient.

Left out, because they change no gradient: Adam's mistakes (bias correction, t, eps, betas, v), test data in training,
all-zero weights, the recursion limit. A wrong axis or a missing transpose needs equal sizes to run at all, so the
network is square: four units in every layer, four examples.

Letters: as in the course; c holds everything that a part of the pass may use: W b a_prev z a f delta W_next x N eta.
"""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np

import bpkit as bp

SIZES, EXAMPLES = [4, 4, 4, 4], 4
PLAIN = ("tanh", "softmax", "cross_entropy")
SQUARED = ("tanh", "sigmoid", "half_mse")
GATED = ("relu", "softmax", "cross_entropy")

# each mistake: the kind of network that shows it, and the part of the pass that it replaces
FLAWS = {
    "01 x in place of a": (PLAIN, {"z": lambda c: c.W @ c.x + c.b}),
    "01 W transposed": (PLAIN, {"z": lambda c: c.W.T @ c.a_prev + c.b}),
    "01 bias forgotten": (PLAIN, {"z": lambda c: c.W @ c.a_prev}),
    "01 bias added before W": (PLAIN, {"z": lambda c: c.W @ (c.a_prev + c.b)}),
    "01 bias along the wrong axis": (PLAIN, {"z": lambda c: c.W @ c.a_prev + c.b.T}),
    "01 softmax across the batch": (PLAIN, {"top": lambda c: (bp.softmax(c.z.T).T - c.y) / c.N}),
    "01 overflow": (PLAIN, {"top": lambda c: (_naive_softmax(c.z + 800) - c.y) / c.N}),
    "01 cache aliases": (PLAIN, {"slope": lambda c: c.f.prime(c.a), "cache": True}),
    "02 sign": (SQUARED, {"top": lambda c: -c.right}),
    "02 sum where mean is asked": (PLAIN, {"top": lambda c: c.right * c.N}),
    "02 mean over classes too": (PLAIN, {"top": lambda c: c.right / len(c.y)}),
    "02 factor two": (SQUARED, {"top": lambda c: 2 * c.right}),
    "02 log of zero": (PLAIN, {"top": lambda c: c.right + 0 * np.log(np.zeros_like(c.y))}),
    "02 base-10 logarithm": (PLAIN, {"top": lambda c: c.right / np.log(10)}),
    "02 argmax taken": (PLAIN, {"top": lambda c: (np.eye(4)[:, c.a.argmax(axis=0)] - c.y) / c.N}),
    "03 adds in a chain": (PLAIN, {"hidden": lambda c: c.back + c.slope}),
    "03 outer derivative at x": (PLAIN, {"hidden": lambda c: c.back * c.f.prime(c.a_prev)}),
    "03 one branch only": (PLAIN, {"hidden": lambda c: (c.W_next[:1].T @ c.delta_next[:1]) * c.slope}),
    "03 overwrite instead of accumulate": (PLAIN, {"dW": lambda c: c.delta[:, -1:] @ c.a_prev[:, -1:].T}),
    "03 upstream factor ignored": (PLAIN, {"hidden": lambda c: c.slope}),
    "04 slope missing": (SQUARED, {"top": lambda c: (c.a - c.y) / c.N}),
    "04 slope left in after cross-entropy": (PLAIN, {"top": lambda c: c.right * c.a * (1 - c.a)}),
    "04 slope at a": (SQUARED, {"top": lambda c: (c.a - c.y) / c.N * c.f.prime(c.a)}),
    "04 sign": (PLAIN, {"top": lambda c: (c.y - c.a) / c.N}),
    "04 softmax slope s(1-s) only": (
        ("tanh", "softmax", "half_mse"),
        {"top": lambda c: (c.a - c.y) * c.a * (1 - c.a) / c.N},
    ),
    "04 1/N twice": (PLAIN, {"top": lambda c: c.right / c.N}),
    "04 1/N never": (SQUARED, {"top": lambda c: c.right * c.N}),
    "05 transpose missing": (PLAIN, {"hidden": lambda c: (c.W_next @ c.delta_next) * c.slope}),
    "05 inverse for transpose": (PLAIN, {"hidden": lambda c: (np.linalg.inv(c.W_next) @ c.delta_next) * c.slope}),
    "05 slope missing": (PLAIN, {"hidden": lambda c: c.back}),
    "05 slope at a": (PLAIN, {"hidden": lambda c: c.back * c.f.prime(c.a)}),
    "05 times a": (PLAIN, {"hidden": lambda c: c.back * c.a}),
    "05 matmul for elementwise": (PLAIN, {"hidden": lambda c: c.back @ c.slope}),
    "05 one path only": (PLAIN, {"hidden": lambda c: c.W_next[0][:, None] * c.delta_next[0] * c.slope}),
    "05 weights omitted": (PLAIN, {"hidden": lambda c: c.delta_next[:3].sum(axis=0) * c.slope}),
    "05 normalised shares": (
        PLAIN,
        {"hidden": lambda c: (abs(c.W_next) / abs(c.W_next).sum(0)).T @ c.delta_next * c.slope},
    ),
    "05 updated weights": (PLAIN, {"hidden": lambda c: ((c.W_next - c.eta * c.dW_next).T @ c.delta_next) * c.slope}),
    "05 relu on the signal": (GATED, {"hidden": lambda c: np.maximum(c.back, 0)}),
    "05 gate that never closes": (GATED, {"hidden": lambda c: c.back}),
    "05 sign": (PLAIN, {"hidden": lambda c: -c.back * c.slope}),
    "06 not summed": (PLAIN, {"db": lambda c: c.delta[:, :1]}),
    "06 wrong axis": (PLAIN, {"db": lambda c: c.delta.sum(axis=0)[:, None]}),
    "06 mean here and sum there": (PLAIN, {"db": lambda c: c.delta.mean(axis=1, keepdims=True)}),
    "06 divided twice": (PLAIN, {"dW": lambda c: c.delta @ c.a_prev.T / c.N}),
    "06 own activation": (PLAIN, {"dW": lambda c: c.delta @ c.a.T}),
    "06 outer product transposed": (PLAIN, {"dW": lambda c: c.a_prev @ c.delta.T}),
    "06 bias from the weights": (PLAIN, {"db": lambda c: (c.delta @ c.a_prev.T).sum(axis=1, keepdims=True)}),
    "06 zeros for the bias": (PLAIN, {"db": lambda c: np.zeros_like(c.b)}),
    "06 the bias itself": (PLAIN, {"db": lambda c: c.b}),
    "07 ascent": (PLAIN, {"dW": lambda c: -c.delta @ c.a_prev.T, "db": lambda c: -c.delta.sum(axis=1, keepdims=True)}),
    "07 updates before all gradients": (
        SQUARED,
        {"hidden": lambda c: ((c.W_next - c.eta * c.dW_next).T @ c.delta_next) * c.slope},
    ),
    "08 last example lost": (PLAIN, {"top": lambda c: np.where(np.arange(c.N) < c.N - 1, c.right, 0)}),
    "08 x and y shuffled apart": (PLAIN, {"top": lambda c: (c.a - np.roll(c.y, 1, axis=1)) / c.N}),
    "08 gradients not reset": (PLAIN, {"dW": lambda c: c.delta @ c.a_prev.T + 0.1 * c.W}),
    "09 overwrite": (PLAIN, {"hidden": lambda c: c.W_next[-1][:, None] * c.delta_next[-1] * c.slope}),
    "09 wrong order": (PLAIN, {"hidden": lambda c: 0 * c.back}),
    "09 stale gradients": (PLAIN, {"db": lambda c: 2 * c.delta.sum(axis=1, keepdims=True)}),
    "09 seed other than 1": (PLAIN, {"top": lambda c: 1.5 * c.right}),
    "09 unbroadcast by mean": (SQUARED, {"db": lambda c: c.delta.mean(axis=1, keepdims=True)}),
    "10 gate after relu with >=": (GATED, {"hidden": lambda c: c.back * (c.a >= 0)}),
    "10 relu on the signal, bias from the weights": (
        GATED,
        {"hidden": lambda c: np.maximum(c.back, 0), "db": lambda c: (c.delta @ c.a_prev.T).sum(axis=1, keepdims=True)},
    ),
    "10 planted factor": (PLAIN, {"hidden": lambda c: 1.01 * c.back * c.slope}),
}


def problem(kind, seed):
    """A random square network with biases, and data for it."""
    hidden, output, loss = kind
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=(n, m)) for m, n in itertools.pairwise(SIZES)]
    net = bp.Network(W, [rng.normal(size=(n, 1)) for n in SIZES[1:]], [hidden, hidden, output])
    return net, rng.normal(size=(SIZES[0], EXAMPLES)), np.eye(4)[:, rng.permutation(4)], loss


def backward(net, x, y, loss, flaw=None):
    """Gradients of the network by hand, with the mistake of that name."""
    parts = FLAWS[flaw][1] if flaw else {}
    L, N, eta = net.depth, x.shape[1], 0.5
    a, z = {0: x}, {}
    for l in net.W:
        c = SimpleNamespace(W=net.W[l], b=net.b[l], a_prev=a[l - 1], x=x)
        z[l] = parts.get("z", lambda c: c.W @ c.a_prev + c.b)(c)
        a[l] = net.f[l](z[l])
    with np.errstate(all="ignore"):
        c = SimpleNamespace(z=z[L], a=a[L], y=y, N=N, f=net.f[L], right=bp.output_delta(loss, net.f[L], z[L], a[L], y))
        delta = {L: parts.get("top", lambda c: c.right)(c)}
        dW, db = {}, {}
        for l in range(L, 0, -1):
            if l < L:
                c = SimpleNamespace(
                    W_next=net.W[l + 1],
                    delta_next=delta[l + 1],
                    dW_next=dW[l + 1],
                    a_prev=a[l - 1],
                    a=a[l],
                    z=z[l],
                    f=net.f[l],
                    eta=eta,
                    back=net.W[l + 1].T @ delta[l + 1],
                )
                c.slope = parts.get("slope", lambda c: c.f.prime(c.z))(c)
                delta[l] = parts.get("hidden", lambda c: c.back * c.slope)(c)
            c = SimpleNamespace(delta=delta[l], a_prev=a[l - 1], a=a[l], b=net.b[l], W=net.W[l], N=N)
            dW[l] = parts.get("dW", lambda c: c.delta @ c.a_prev.T)(c)
            db[l] = parts.get("db", lambda c: c.delta.sum(axis=1, keepdims=True))(c)
    return bp.Grads(delta, dW, db)


def _naive_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=0, keepdims=True)
