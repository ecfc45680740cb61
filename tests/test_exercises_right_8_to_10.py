"""Right answers in many styles pass: the exercises of chapters 8 to 10."""

from __future__ import annotations

import importlib.util
import itertools
from collections import OrderedDict
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises import check
from bpkit.exercises.checks import judge
from bpkit.exercises.declare import every

pytestmark = pytest.mark.slow  # a contributor to an exercise runs this file by its name

spec = importlib.util.spec_from_file_location("styles", Path(__file__).parent / "hostile" / "styles.py")
assert spec and spec.loader
styles = importlib.util.module_from_spec(spec)
spec.loader.exec_module(styles)

# --- chapter 8


def minibatches(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    return [(x[:, order[i:i + size]], y[:, order[i:i + size]]) for i in range(0, x.shape[1], size)]


def minibatches_yielded(x, y, size, rng):
    order = list(range(x.shape[1]))
    rng.shuffle(order)
    while order:
        batch, order = order[:size], order[size:]
        yield x[:, batch], y[:, batch]


def minibatches_split(x, y, size, rng):
    both = rng.permutation(np.concatenate([x, y]), axis=1)
    cuts = range(size, x.shape[1], size)
    return [(part[:len(x)], part[len(x):]) for part in np.split(both, cuts, axis=1)]


def minibatches_by_keys(x, y, size, rng):
    order = np.argsort(rng.random(x.shape[1]))
    batches = []
    for start in range(0, len(order), size):
        batches.append([np.take(x, order[start:start + size], axis=1), np.take(y, order[start:start + size], axis=1)])
    return batches


def initialise(sizes, rng):
    layers = range(1, len(sizes))
    return ({l: rng.standard_normal((sizes[l], sizes[l - 1])) / np.sqrt(sizes[l - 1]) for l in layers},
            {l: np.zeros((sizes[l], 1)) for l in layers})


def initialise_evenly(sizes, rng):
    W, b = {}, {}
    for l, (m, n) in enumerate(pairwise(sizes), start=1):
        edge = np.sqrt(3 / m)
        W[l] = rng.uniform(-edge, edge, size=(n, m))
        b[l] = [[0.0]] * n
    return W, b


def initialise_by_normal(sizes, rng):
    W = {l: rng.normal(0, sizes[l - 1] ** -0.5, (sizes[l], sizes[l - 1])) for l in range(1, len(sizes))}
    return W, {l: 0 * W[l][:, :1] for l in W}


def train(net, data, eta, epochs, size, rng):
    losses = []
    for _ in range(epochs):
        seen = []
        for x, y in minibatches(data.x_train, data.y_train, size, rng):
            seen.append(net.loss(x, y, "cross_entropy"))
            net = net.step(net.backward(net.forward(x), y, "cross_entropy"), eta)
        losses.append(np.mean(seen))
    return net, losses


def train_by_sgd(net, data, eta, epochs, size, rng):
    opt, state, losses = bp.SGD(eta), None, np.zeros(epochs)
    for epoch in range(epochs):
        losses[epoch] = net.loss(data.x_train, data.y_train, bp.cross_entropy)
        for x, y in minibatches_yielded(data.x_train, data.y_train, size, rng):
            net, state = opt(net, net.backward(net.forward(x), y, bp.cross_entropy), state)
    return net, losses


def train_by_hand(net, data, eta, epochs, size, rng):
    W, b, losses = dict(net.W), dict(net.b), []
    L = len(W)
    for _ in range(epochs):
        for x, y in minibatches_split(data.x_train, data.y_train, size, rng):
            a = {0: x}
            for l in W:
                a[l] = net.f[l](W[l] @ a[l - 1] + b[l])
            delta, steps = (a[L] - y) / y.shape[1], {}
            for l in range(L, 0, -1):
                steps[l] = delta @ a[l - 1].T, delta.sum(axis=1, keepdims=True)
                delta = (W[l].T @ delta) * (1 - a[l - 1] ** 2)
            W = {l: W[l] - eta * steps[l][0] for l in W}
            b = {l: b[l] - eta * steps[l][1] for l in b}
        losses.append(float(-(y * np.log(a[L])).sum() / y.shape[1]))
    return bp.Network(W, b, net.f), losses


def diagnose(history):
    loss = history.loss
    if not np.all(np.isfinite(loss)):
        return "eta too large"
    if abs(loss[-1] - loss[0]) < 0.1:
        return "dead relu" if np.allclose(history.gradient_norm[1], 0) else "shuffled labels"
    if loss[-1] < loss[0]:
        return "healthy"
    return "bug" if min(np.diff(loss)) > -0.1 else "eta too large"


def diagnose_by_signs(history):
    change = np.diff(history.loss)
    turns = np.sum(np.sign(change[1:]) != np.sign(change[:-1]))
    if history.stopped or (history.loss.max() > 3 and turns > len(change) / 2):
        return "eta too large"
    if history.loss.min() > 2.1:
        if history.loss[-1] > 3:
            return "bug"
        return "shuffled labels" if any(history.gradient_norm[1]) else "dead relu"
    return "healthy"


def diagnose_by_scores(history):
    first, last = history.loss[0], history.loss[-1]
    if not np.isfinite(last):
        return "eta too large"
    reasons = {
        "healthy": last < 0.7 * first,
        "dead relu": history.gradient_norm[1].max() == 0,
        "eta too large": np.ptp(np.diff(history.loss)) > 1,
        "bug": last > 1.3 * first,
        "shuffled labels": True,
    }
    return next(name for name, holds in reasons.items() if holds)


# --- chapter 9


class Value:
    def __init__(self, data, parents=(), vjps=()):
        self.data, self.parents, self.vjps, self.grad = np.asarray(data), tuple(parents), tuple(vjps), None

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (lambda g: g * other.data, lambda g: g * self.data))

    def __matmul__(self, other):
        return Value(self.data @ other.data, (self, other), (lambda g: g @ other.data.T, lambda g: self.data.T @ g))

    def tanh(self):
        a = np.tanh(self.data)
        return Value(a, (self,), (lambda g: g * (1 - a**2),))

    def sum(self):
        return Value(self.data.sum(), (self,), (lambda g: g * np.ones_like(self.data),))


class ValueWithPairs:
    """The same with one list of pairs behind it."""

    def __init__(self, data, history=()):
        self.data, self.history, self.grad = data, list(history), 0.0

    @property
    def parents(self):
        return [parent for parent, _ in self.history]

    @property
    def vjps(self):
        return [vjp for _, vjp in self.history]

    def __add__(self, other):
        return ValueWithPairs(np.add(self.data, other.data), [(self, np.array), (other, np.array)])

    def __mul__(self, other):
        return ValueWithPairs(np.multiply(self.data, other.data), [(self, other._times), (other, self._times)])

    def _times(self, g):
        return np.multiply(g, self.data)

    def __matmul__(self, other):
        left, right = self.data, other.data
        return ValueWithPairs(np.einsum("ij,jk->ik", left, right), [
            (self, lambda g: np.einsum("ik,jk->ij", g, right)), (other, lambda g: np.einsum("ij,ik->jk", left, g))])

    def tanh(self):
        return ValueWithPairs(np.tanh(self.data), [(self, lambda g: g / np.cosh(self.data) ** 2)])

    def sum(self):
        return ValueWithPairs(np.sum(self.data), [(self, lambda g: np.full(np.shape(self.data), g))])


class ValueInPython(Value):
    """The matrix product by loops, the rest inherited."""

    def __matmul__(self, other):
        def product(one, two):
            columns = list(zip(*two, strict=True))
            return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in one]

        def turned(table):
            return [list(column) for column in zip(*table, strict=True)]

        a, b = self.data.tolist(), other.data.tolist()
        return ValueInPython(product(a, b), (self, other), (lambda g: product(np.asarray(g).tolist(), turned(b)),
                                                            lambda g: product(turned(a), np.asarray(g).tolist())))


class ValueWithSlots:
    """The same, small and closed."""

    __slots__ = ("data", "grad", "parents", "vjps")

    def __init__(self, data):
        self.data, self.parents, self.vjps, self.grad = data, (), (), None

    @classmethod
    def of(cls, data, **sources):
        value = cls(data)
        value.parents, value.vjps = zip(*sources.values(), strict=True)
        return value

    def __add__(self, other):
        return self.of(self.data + other.data, left=(self, lambda g: 1.0 * g), right=(other, lambda g: 1.0 * g))

    def __mul__(self, other):
        return self.of(self.data * other.data, left=(self, other.data.__mul__), right=(other, self.data.__mul__))

    def __matmul__(self, other):
        return self.of(self.data @ other.data, left=(self, lambda g: (other.data @ g.T).T),
                       right=(other, lambda g: (g.T @ self.data).T))

    def tanh(self):
        return self.of(np.tanh(self.data), only=(self, lambda g: g - g * np.tanh(self.data) ** 2))

    def sum(self):
        return self.of(np.einsum("ij->", self.data), only=(self, lambda g: np.zeros_like(self.data) + g))


class ValueThatPrints(Value):
    """The same, with a representation of its own."""

    def __repr__(self):
        return f"Value of shape {np.shape(self.data)}"


class ValueWithMore(Value):
    """The same, with operations that nobody asked for."""

    def __neg__(self):
        return Value(-self.data, (self,), (lambda g: -g,))

    def relu(self):
        return Value(self.data * (self.data > 0), (self,), (lambda g: g * (self.data > 0),))


def topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


def order_by_sorter(root):
    graph, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in graph:
            graph[node] = node.parents
            todo.extend(node.parents)
    return TopologicalSorter(graph).static_order()


def order_by_counting(root):
    children, todo, met = {root: 0}, [root], {root}
    while todo:
        for parent in todo.pop().parents:
            children[parent] = children.get(parent, 0) + 1
            if parent not in met:
                met.add(parent)
                todo.append(parent)
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            children[parent] -= 1
            if children[parent] == 0:
                ready.append(parent)
    return order[::-1]


def backward(root):
    order = topological_order(root)
    for node in order:
        node.grad = np.zeros_like(node.data, dtype=float)
    root.grad = np.ones_like(root.data, dtype=float)
    for node in reversed(order):
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad = parent.grad + vjp(node.grad)


def backward_by_dict(root):
    grads = {root: np.ones(np.shape(root.data))}
    for node in order_by_counting(root)[::-1]:
        node.grad = grads.pop(node)
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            grads[parent] = grads.get(parent, 0) + vjp(node.grad)


def backward_by_counting(root):
    waits, todo, met = {}, [root], {root}
    while todo:
        for parent in todo.pop().parents:
            waits[parent] = waits.get(parent, 0) + 1
            if parent not in met:
                met.add(parent)
                todo.append(parent)
    for node in met:
        node.grad = 0.0 * np.asarray(node.data)
    root.grad = root.grad + 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad = parent.grad + vjp(node.grad)
            waits[parent] -= 1
            if not waits[parent]:
                ready.append(parent)


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def unbroadcast_at_once(g, shape):
    full = (1,) * (g.ndim - len(shape)) + tuple(shape)
    return g.sum(axis=tuple(i for i, n in enumerate(full) if n == 1)).reshape(shape)


def unbroadcast_by_loop(g, shape):
    out = np.zeros(shape)
    for at in np.ndindex(g.shape):
        own = at[g.ndim - len(shape):]
        out[tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))] += g[at]
    return out


# --- chapter 10


def first_suspect(dW, db, dW_true, db_true):
    for l in sorted(dW, reverse=True):
        for name, mine, true in ((f"dW[{l}]", dW[l], dW_true[l]), (f"db[{l}]", db[l], db_true[l])):
            if np.linalg.norm(mine - true) > 1e-7 * max(np.linalg.norm(mine), np.linalg.norm(true)):
                return name
    return "none"


def first_suspect_by_entries(dW, db, dW_true, db_true):
    pairs = [(f"{kind}[{l}]", mine[l], true[l]) for l in range(len(dW), 0, -1)
             for kind, mine, true in (("dW", dW, dW_true), ("db", db, db_true))]
    return next((name for name, mine, true in pairs if np.max(abs(mine - true)) / np.max(abs(true)) > 1e-5), "none")


def first_suspect_backwards(dW, db, dW_true, db_true):
    found = "none"
    for l in sorted(dW):
        for kind, mine, true in (("db", db[l], db_true[l]), ("dW", dW[l], dW_true[l])):
            if not np.allclose(mine / np.abs(true).max(), true / np.abs(true).max(), rtol=1e-6, atol=1e-9):
                found = f"{kind}[{l}]"
    return found


def repaired(W, b, f, x, y):
    grads = _grads(W, b, f, x, y)
    return grads.dW, grads.db


def _grads(W, b, f, x, y):
    net = bp.Network(W, b, f)
    return net.backward(net.forward(x), y, "cross_entropy")


def repaired_by_hand(W, b, f, x, y):
    z, a, L = {}, {0: x}, len(W)
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])
    delta, dW, db = (a[L] - y) / x.shape[1], {}, {}
    for l in range(L, 0, -1):
        dW[l], db[l] = delta @ a[l - 1].T, delta.sum(axis=1, keepdims=True)
        if l > 1:
            delta = (W[l].T @ delta) * (z[l - 1] > 0)
    return dW, db


def repaired_by_singles(W, b, f, x, y):
    parts = [repaired_by_hand(W, b, f, x[:, [e]], y[:, [e]]) for e in range(x.shape[1])]
    return tuple({l: sum(part[kind][l] for part in parts) / len(parts) for l in W} for kind in (0, 1))


def _loss(W, b, f, x, y):
    return bp.Network(W, b, f).loss(x, y, "cross_entropy")


def prove(backward, W, b, f, x, y):
    dW, db = backward(W, b, f, x, y)
    grads = _grads(W, b, f, x, y)
    pairs = [(dW[l], grads.dW[l]) for l in W] + [(db[l], grads.db[l]) for l in W]
    return all(np.linalg.norm(one - two) <= 1e-7 * np.linalg.norm(two) for one, two in pairs)


def prove_by_differences(backward, W, b, f, x, y, h=1e-5):
    dW, db = backward(W, b, f, x, y)
    for part, gradient in ((W, dW), (b, db)):
        for l in part:
            found = np.zeros_like(part[l])
            for at in np.ndindex(part[l].shape):
                step = np.zeros_like(part[l])
                step[at] = h
                right, left = part | {l: part[l] + step}, part | {l: part[l] - step}
                both = [_loss(*((W, own) if part is b else (own, b)), f, x, y) for own in (right, left)]
                found[at] = (both[0] - both[1]) / (2 * h)
            if np.linalg.norm(found - gradient[l]) > 1e-5 * np.linalg.norm(found):
                return False
    return True


def prove_by_suspects(backward, W, b, f, x, y):
    return first_suspect(*backward(W, b, f, x, y), *repaired_by_hand(W, b, f, x, y)) == "none"


NAMES = {"A": "relu on the signal", "B": "planted factor", "C": "updated weights", "D": "open gate"}

RIGHT = {
    "8.1": [minibatches, minibatches_yielded, minibatches_split, minibatches_by_keys],
    "8.2": [initialise, initialise_evenly, initialise_by_normal],
    "8.3": [train, train_by_sgd, train_by_hand],
    "8.4": [diagnose, diagnose_by_signs, diagnose_by_scores],
    "9.1": [Value, ValueWithPairs, ValueInPython, ValueWithSlots, ValueThatPrints, ValueWithMore],
    "9.2": [topological_order, order_by_sorter, order_by_counting],
    "9.3": [backward, backward_by_dict, backward_by_counting],
    "9.4": [unbroadcast, unbroadcast_at_once, unbroadcast_by_loop],
    "10.1": [first_suspect, first_suspect_by_entries, first_suspect_backwards],
    "10.2": [NAMES, {letter: name.upper() for letter, name in NAMES.items()}, dict(reversed(NAMES.items())),
             OrderedDict(NAMES), {letter: f" {name} " for letter, name in NAMES.items()},
             {letter: np.str_(name) for letter, name in NAMES.items()}],
    "10.3": [repaired, repaired_by_hand, repaired_by_singles],
    "10.4": [prove, prove_by_differences, prove_by_suspects],
}
DRESSED = ("8.1", "8.2", "8.3", "8.4", "9.2", "9.3", "9.4", "10.1", "10.3", "10.4")
SINGLE = ("8.2", "8.4", "9.4", "10.3")
DRAWN = {"8.1": 25, "8.2": 25, "8.3": 9, "8.4": 25, "9.1": 6, "10.2": 6}
LONG = {"8.2", "8.3", "9.2", "9.3", "10.4"}
PLAIN = [(number, style) for number in DRESSED for style in styles.STYLES if style != "float32" or number in SINGLE]


@pytest.mark.parametrize("number", [pytest.param(one, marks=pytest.mark.slow if one in LONG else ()) for one in RIGHT])
def test_every_way_of_writing_a_right_answer_is_correct_whatever_is_drawn(number: str) -> None:
    for seed, answer in zip(range(DRAWN.get(number, 5)), itertools.cycle(RIGHT[number]), strict=False):
        verdict = judge(number, answer, seed)
        assert verdict.status == "correct", f"{answer}, seed {seed}\n{verdict}"


@pytest.mark.parametrize(("number", "style"), PLAIN)
def test_the_dress_of_a_right_answer_does_not_matter(number: str, style: str) -> None:
    verdict = check(number, styles.STYLES[style](RIGHT[number][0]))
    assert verdict.status == "correct", verdict


def test_each_exercise_is_answered_in_at_least_six_ways() -> None:
    chapters = {number.split(".")[0] for number in RIGHT}
    for exercise in every():
        if exercise.number.split(".")[0] in chapters:
            ways = len(RIGHT[exercise.number]) + sum(number == exercise.number for number, _ in PLAIN)
            assert ways >= 6, exercise.number
