"""What each idea of ``bpkit.program`` buys: the textbook step, then one idea more on every rung, up to the program.

Letters: W[l] (n_l, n_{l-1}), b[l] (n_l, 1), V[l] = [W[l] b[l]]'; a, z, delta (n_l, N); x (n_0, N), y (n_L, N).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..activations import tanh
from ..optim import SGD
from . import peers
from .measure import clock_for, in_turns, ratio, summary
from .peers import Step
from .workloads import WORKLOADS, Problem, problem

RUNGS = {
    "textbook": peers.textbook,
    "+ arrays made once, out=": lambda p: rung(p, folded=False, flat=False),
    "+ bias folded in": lambda p: rung(p, folded=True, flat=False),
    "+ one flat vector, updated in blocks": lambda p: rung(p, folded=True, flat=True),
    "+ calls bound in a list: the program": peers.bpkit,
}


def ideas(threads: int, workloads: str, optimiser: str, dtype: str, rounds: int) -> dict[str, Any]:
    """{workload: {rung: {"median", "low", "high"} in seconds, with "gain" over the rung before}}."""
    found = {}
    for key in workloads:
        p = problem(WORKLOADS[key], optimiser, dtype)
        times = in_turns({name: make(p) for name, make in RUNGS.items()}, rounds, clock_for(threads))
        before = [*times.values()][:1] + [*times.values()][:-1]
        pairs = zip(times.items(), before, strict=True)
        found[key] = {name: summary(t) | {"gain": ratio(earlier, t)} for (name, t), earlier in pairs}
    return found


def rung(p: Problem, folded: bool, flat: bool) -> Step:
    """The textbook step on arrays made once; the bias folded into the product or not, the update whole or by tensor."""
    net, L, N = p.net, p.net.depth, p.x.shape[1]
    w, V = _parameters(net)
    g = np.zeros_like(w)
    dV = _views(g, net)
    update = _update(
        p.opt, [(w, g)] if flat else [(V[l][i], dV[l][i]) for l in V for i in (slice(-1), slice(-1, None))]
    )
    a1 = {l: np.ones((n + 1, N), w.dtype) for l, n in enumerate(net.sizes)}
    a1[0][:-1] = p.x
    a, z = {l: v[:-1] for l, v in a1.items()}, {l: np.empty((net.sizes[l], N), w.dtype) for l in net.W}
    back, s = {l: np.empty_like(z[l]) for l in z}, np.empty((1, N), w.dtype)

    def step() -> float:
        for l in range(1, L + 1):
            np.dot(V[l].T, a1[l - 1], z[l]) if folded else np.add(
                np.dot(V[l][:-1].T, a[l - 1], z[l]), V[l][-1:].T, z[l]
            )
            if l < L:
                np.tanh(z[l], a[l]) if net.f[l] == tanh else np.maximum(z[l], 0, out=a[l])
        value = _output(z[L], p.y, s, N)
        for l in range(L, 0, -1):
            if folded:
                np.dot(a1[l - 1], z[l].T, dV[l])
            else:
                np.dot(a[l - 1], z[l].T, dV[l][:-1])
                np.sum(z[l], axis=1, out=dV[l][-1])
            if l > 1:
                np.dot(V[l][:-1], z[l], back[l - 1])
                _slope(net.f[l - 1] == tanh, a[l - 1], z[l - 1])
                np.multiply(back[l - 1], z[l - 1], z[l - 1])
        update()
        return value

    return step


def _output(z: np.ndarray, y: np.ndarray, s: np.ndarray, N: int) -> float:
    """The loss, and z <- delta."""
    if len(z) == 1:
        np.subtract(z, y, z)
        value = float((z * z).sum()) / (2 * N)
    else:
        np.subtract(z, z.max(axis=0, keepdims=True, out=s), z)
        value = -float(np.vdot(z, y))
        np.exp(z, z)
        np.divide(z, z.sum(axis=0, keepdims=True, out=s), z)
        value = (value + float(np.log(s).sum())) / N
        np.subtract(z, y, z)
    np.divide(z, N, z)
    return value


def _slope(is_tanh: bool, a: np.ndarray, out: np.ndarray) -> None:
    """out <- f'(z), from a."""
    if is_tanh:
        np.multiply(a, a, out)
        np.subtract(1, out, out)
    else:
        np.sign(a, out)


def _parameters(net: Any) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    w = np.concatenate([np.concatenate([net.W[l].T, net.b[l].T]).ravel() for l in net.W])
    return w, _views(w, net)


def _views(w: np.ndarray, net: Any) -> dict[int, np.ndarray]:
    ends = np.cumsum([0, *(net.W[l].size + net.b[l].size for l in net.W)])
    return {l: w[ends[l - 1] : ends[l]].reshape(-1, net.sizes[l]) for l in net.W}


def _update(opt: Any, pairs: list[tuple[np.ndarray, np.ndarray]]) -> Any:
    """An update in place of every parameter w by its gradient g, in whole arrays."""
    rooms = [tuple(np.zeros_like(w) for _ in range(3)) for w, _ in pairs]
    steps = 0

    def sgd() -> None:
        for (w, g), (t, _, _) in zip(pairs, rooms, strict=True):
            np.subtract(w, np.multiply(g, opt.eta, t), w)

    def adam() -> None:
        nonlocal steps
        steps += 1
        root = ((1 - opt.beta2**steps) / (1 - opt.beta2)) ** 0.5
        rate = opt.eta * (1 - opt.beta1) / (1 - opt.beta1**steps) * root
        for (w, g), (t, m, q) in zip(pairs, rooms, strict=True):
            np.add(np.multiply(m, opt.beta1, m), g, m)
            np.add(np.multiply(q, opt.beta2, q), np.multiply(g, g, t), q)
            np.add(np.sqrt(q, t), opt.eps * root, t)
            np.subtract(w, np.multiply(np.divide(m, t, t), rate, t), w)

    return sgd if isinstance(opt, SGD) else adam
