"""The explorer of the backward pass: one step at a time, with a typical mistake switched on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...backprop import bias_gradient, hidden_delta, output_delta, weight_gradient
from ...diagrams.networks import network
from ...diagrams.scene import Picture, Shape, Text, text_width
from ...losses import Loss, loss_function
from ...notation import number
from ...records import Grads, Trace
from ..host import Choice, Control, Explorer

SIZE = 14.0
LINE = 24.0
ETA = 0.5
RIGHT = "no mistake"


class Rule(NamedTuple):
    """A way to compute a hidden delta: how it is written, and its value for W_next, delta_next, z, a, f, dW_next."""

    words: str
    delta: Callable[..., np.ndarray]


RULES = {
    RIGHT: Rule("W[{n}]ᵀ δ[{n}] ⊙ f'(z[{l}])", lambda W, d, z, a, f, dW: hidden_delta(W, d, z, f)),
    "f' left out": Rule("W[{n}]ᵀ δ[{n}]", lambda W, d, z, a, f, dW: W.T @ d),
    "f' at a, not at z": Rule("W[{n}]ᵀ δ[{n}] ⊙ f'(a[{l}])", lambda W, d, z, a, f, dW: f.vjp(a, W.T @ d)),
    "a in place of f'": Rule("W[{n}]ᵀ δ[{n}] ⊙ a[{l}]", lambda W, d, z, a, f, dW: (W.T @ d) * a),
    "first path only": Rule("W[{n}]₁ᵀ δ[{n}]₁ ⊙ f'(z[{l}])", lambda W, d, z, a, f, dW: f.vjp(z, W[:1].T @ d[:1])),
    "weights left out": Rule("sum of δ[{n}] ⊙ f'(z[{l}])", lambda W, d, z, a, f, dW: f.vjp(z, np.ones_like(W).T @ d)),
    "W already updated": Rule("new W[{n}]ᵀ δ[{n}] ⊙ f'(z[{l}])",
                              lambda W, d, z, a, f, dW: f.vjp(z, (W - ETA * dW).T @ d)),
    "transpose left out": Rule("W[{n}] δ[{n}] ⊙ f'(z[{l}])", lambda W, d, z, a, f, dW: f.vjp(z, W @ d)),
}


def explorer(net: Any, x: Any, y: Any, loss: Loss | str | None, example: int) -> Explorer:
    """The explorer for a network and its batch, which shows the column ``example``."""
    trace, cost = net.forward(x), loss_of(net, loss)
    square = all(len({*net.W[l].shape}) == 1 for l in range(2, net.depth + 1))
    every = {name: backward(net, trace, y, cost, name) for name in RULES if square or name != "transpose left out"}
    room = max((number(v) for grads in every.values() for part in (grads.delta, grads.dW, grads.db, net.W, trace.z)
                for matrix in part.values() for v in matrix.ravel()), key=lambda text: text_width(text, SIZE))
    right = network(net, trace, every[RIGHT], example, room=room)

    def draw(step: float, mistake: str) -> list[Picture]:
        return pictures(right, every[mistake], every[RIGHT], table(net.depth, mistake), example, int(step + 0.5))

    data = {"steps": {name: {"lines": table(net.depth, name), "off": errors(grads, every[RIGHT]),
                             "numbers": bound(grads, example)} for name, grads in every.items()}}
    controls: list[Control | Choice] = [
        Control("step", "back", 0, 2 * net.depth, 1), Choice("mistake", "mistake", tuple(every))]
    return Explorer("deltas", "The backward pass, step by step", controls, {"step": 2.0 * net.depth, "mistake": RIGHT},
                    draw, data)


def loss_of(net: Any, loss: Loss | str | None) -> Loss:
    """The loss named, or the one that fits the output activation."""
    fitting = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy"}
    return loss_function(loss or fitting.get(net.f[net.depth].name, "half_mse"))


def backward(net: Any, trace: Trace, y: Any, loss: Loss, mistake: str) -> Grads:
    """The backward pass with one rule for every hidden delta."""
    L = net.depth
    delta = {L: output_delta(loss, net.f[L], trace.z[L], trace.a[L], y)}
    dW = {L: weight_gradient(delta[L], trace.a[L - 1])}
    for l in range(L - 1, 0, -1):
        delta[l] = RULES[mistake].delta(net.W[l + 1], delta[l + 1], trace.z[l], trace.a[l], net.f[l], dW[l + 1])
        dW[l] = weight_gradient(delta[l], trace.a[l - 1])
    return Grads(delta, dW, {l: bias_gradient(d) for l, d in delta.items()})


def table(L: int, mistake: str) -> list[str]:
    """What each step computes."""
    lines = ["forward: every z[l] and a[l]"]
    for l in range(L, 0, -1):
        rule = RULES[mistake].words.format(l=l, n=l + 1) if l < L else f"dL/dz[{L}], from the loss"
        lines += [f"δ[{l}] = {rule}", f"∇W[{l}] = δ[{l}] a[{l - 1}]ᵀ, ∇b[{l}] = sum of δ[{l}]"]
    return lines


def errors(grads: Grads, right: Grads) -> list[str]:
    """How far each step is off: the relative error, in the norm, of what it computes."""
    lines = [""]
    for l in sorted(grads.delta, reverse=True):
        for part, true in ((grads.delta, right.delta), (grads.dW, right.dW)):
            size = float(np.linalg.norm(true[l]))
            lines.append("off by " + number(float(np.linalg.norm(part[l] - true[l])) / size if size else 0.0))
    return lines


def bound(grads: Grads, example: int) -> dict[str, tuple[int, float]]:
    """The step that brings each number of the picture, and the number, by its data-bind name."""
    L, found = max(grads.delta), {}
    for l, delta in grads.delta.items():
        for i, row in enumerate(grads.dW[l]):
            found[f"δ:{l}:{i}"] = (1 + 2 * (L - l), float(delta[i, example]))
            found[f"∇b:{l}:{i}"] = (2 + 2 * (L - l), float(grads.db[l][i, 0]))
            found |= {f"dW:{l}:{i}:{j}": (2 + 2 * (L - l), float(w)) for j, w in enumerate(row)}
    return found


def pictures(right: Picture, grads: Grads, true: Grads, lines: list[str], example: int, step: int) -> list[Picture]:
    """The network with the numbers that the steps so far have brought, and the list of the steps."""
    off = errors(grads, true)
    done = [f"{line}   {error}".rstrip() for line, error in zip(lines[:step + 1], off, strict=False)]
    shapes = tuple(brought(shape, bound(grads, example), step) for shape in right.shapes)
    net = replace(right, shapes=shapes, title="A network and its backward pass", desc="; ".join(done),
                  numbers="\n".join([right.numbers.splitlines()[0], *done]))
    return [net, listed(lines, off, step, max(grads.delta))]


def brought(shape: Shape, numbers: dict[str, tuple[int, float]], step: int) -> Shape:
    """The shape, with its number where a step up to this one brings it, and empty before."""
    if not isinstance(shape, Text) or shape.bind not in numbers:
        return shape
    when, value = numbers[shape.bind]
    return shape._replace(text="∇ " * shape.bind.startswith("dW") + number(value) if when <= step else "")


def listed(lines: list[str], off: list[str], step: int, L: int) -> Picture:
    """The steps one below the other, with an arrow at this one."""
    second = 50 + max(text_width(rule, SIZE) for name in RULES for rule in table(L, name))
    shapes: list[Shape] = []
    for k, (line, error) in enumerate(zip(lines, off, strict=True)):
        y, here = 22 + LINE * k, k == step
        shapes += [Text(12, y, "→" if here else "", "ink", SIZE, "start", bind=f"mark:{k}"),
                   Text(34, y, line, "ink" if here else "quiet", SIZE, "start", bind=f"line:{k}"),
                   Text(second, y, error if k <= step else "", "backward", SIZE, "start", bind=f"off:{k}")]
    return Picture(second + text_width("off by 00.0000", SIZE) + 12, 22 + LINE * len(lines), tuple(shapes),
                   "The steps of the backward pass", "; ".join(lines), "")
