"""The loop over epochs and mini-batches, on programs: one for full batches, one for a smaller last batch.

Letters: x (n_0, N), y (n_L, N) all examples; B of them a batch; K = n_L outputs; L layers.

A step leaves its loss and its squared gradient norms in one small vector, and its outputs a[L]; they are put aside,
and what a history says of them is computed once an epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..activations import Activation, Softmax, sigmoid, softmax
from ..losses import Loss
from ..network import Network
from .memory import Array, tables
from .steps import Program
from .update import UPDATES


class Epoch(NamedTuple):
    """One pass over the examples: what makes the network after it, and what was measured on the way."""

    network: Callable[[], Network]
    loss: float
    accuracy: float
    gradient_norm: dict[int, float]


class Diverged(ArithmeticError):
    """A loss, a gradient or a parameter is no longer finite."""


def fits(net: Network, x: Array, y: Array, opt: Any) -> bool:
    """Whether a program can run this training: real numbers, and an optimiser with a rule that it knows."""
    real = all(array.dtype == net.W[1].dtype and array.dtype.kind == "f" for array in (x, y))
    return real and type(opt).__call__ in UPDATES and all(type(f) in (Activation, Softmax) for f in net.f.values())


def run(
    net: Network, x: Array, y: Array, loss: Loss, opt: Any, epochs: int, batch_size: int, rng: np.random.Generator
) -> Iterator[Epoch]:
    """Yield an Epoch after each pass over the examples, as ``bpkit.training.run`` does, from the same seed."""
    N, B = x.shape[1], min(batch_size, x.shape[1])
    first = Program(net, B, loss, opt)
    programs = [first, Program(net, N % B, loss, opt, like=first)] if N % B else [first]
    data, labels = tables(x, y), _classes(y, axis=0)
    memory, classifies = first.memory, net.f[len(net.f)] in (softmax, sigmoid)
    for _ in range(epochs):
        order = rng.permutation(N)
        with np.errstate(all="ignore"):
            measured, right = _epoch(programs, data, order, labels if classifies else None)
        if not np.isfinite(memory.w).all():
            raise Diverged("a parameter is no longer finite")
        norms = dict(enumerate(measured[1:].tolist(), start=1))
        yield Epoch(partial(memory.network, memory.w.copy()), float(measured[0]), right, norms)


def _epoch(
    programs: list[Program], data: tuple[Array, Array], order: Array, labels: Array | None
) -> tuple[Array, float]:
    """One pass in this order: the means of loss and gradient norms (1 + L,), and the share of right answers."""
    N, start, right, means = len(order), 0, 0, []
    for program in programs:
        batches = order[start : start + (N - start) // program.N * program.N].reshape(-1, program.N)
        record, outputs = run_batches(program, data, batches, labels is not None)
        means.append(_means(record, program.scale) * (batches.size / N))
        if labels is not None:
            right += int(np.count_nonzero(_classes(outputs, axis=1) == labels[batches]))
        start += batches.size
    return sum(means[1:], means[0]), right / N if labels is not None else float("nan")


def run_batches(program: Program, data: tuple[Array, Array], batches: Array, answers: bool) -> tuple[Array, Array]:
    """Run the program on each batch; what it measured (batches, 2 + L), and its answers (batches, K, B)."""
    batch, calls = program.batch, program.measured_calls
    x, y, measured, last = batch.x, batch.y, batch.measured, batch.a[len(batch.delta)]
    record = np.empty((len(batches), measured.size), measured.dtype)
    outputs = np.empty((len(batches) if answers else 0, *last.shape), last.dtype)
    take_x, take_y = data[0].take, data[1].take
    batch.restore()
    for i, examples in enumerate(batches):
        take_x(examples, 0, x, "clip")
        take_y(examples, 1, y, "clip")
        for function, arguments in calls:
            function(*arguments)
        record[i] = measured
        if answers:
            outputs[i] = last
    return record, outputs


def _means(record: Array, scale: float) -> Array:
    """Means over the batches of the loss, (plus - minus) scale, and of each layer's gradient norm: (1 + L,)."""
    plus, loss, squares = record[:, 0], record[:, 1], record[:, 2:]
    np.subtract(plus, loss, loss)
    np.sqrt(squares, squares)
    means = np.add.reduce(record) / len(record)
    means[1] *= scale
    return means[1:]


def _classes(a: Array, axis: int) -> Array:
    """The class that outputs stand for: the largest of several, and of a single one the side of 1/2 it is on."""
    return a.argmax(axis=axis) if a.shape[axis] > 1 else a.take(0, axis=axis) > 0.5
