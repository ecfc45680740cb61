"""Right answers in many styles pass: the exercises of chapters 8 to 10."""

from __future__ import annotations

import importlib.util
import itertools
import math
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
        for x, y in minibatches_yielded(data.x_train, data.y_train, size, rng):
            losses[epoch] += bp.cross_entropy(net.forward(x).a[net.depth], y) * x.shape[1] / data.x_train.shape[1]
            net, state = opt(net, net.backward(net.forward(x), y, bp.cross_entropy), state)
    return net, losses


def train_by_hand(net, data, eta, epochs, size, rng):
    W, b, losses = dict(net.W), dict(net.b), []
    L = len(W)
    for _ in range(epochs):
        total, heaps = 0.0, 0
        for x, y in minibatches_split(data.x_train, data.y_train, size, rng):
            a = {0: x}
            for l in W:
                a[l] = net.f[l](W[l] @ a[l - 1] + b[l])
            total, heaps = total - (y * np.log(a[L])).sum() / y.shape[1], heaps + 1
            delta, steps = (a[L] - y) / y.shape[1], {}
            for l in range(L, 0, -1):
                steps[l] = delta @ a[l - 1].T, delta.sum(axis=1, keepdims=True)
                delta = (W[l].T @ delta) * (1 - a[l - 1] ** 2)
            W = {l: W[l] - eta * steps[l][0] for l in W}
            b = {l: b[l] - eta * steps[l][1] for l in b}
        losses.append(total / heaps)
    return bp.Network(W, b, net.f), tuple(losses)


def train_in_a_while(net, data, eta, epochs, size, rng):
    losses = []
    while len(losses) < epochs:
        seen = {}
        for x, y in minibatches_by_keys(data.x_train, data.y_train, size, rng):
            seen[len(seen)] = net.loss(x, y, bp.cross_entropy)
            net = net.step(net.backward(net.forward(x), y, bp.cross_entropy), eta)
        losses.append(sum(seen.values()) / len(seen))
    return [net, losses]


def diagnose(history):
    loss = np.asarray(history.loss)
    if np.isnan(loss).any() or np.isinf(loss).any():
        return "eta too large"
    if not history.gradient_norm[1][-1]:
        return "dead relu"
    if loss[-1] / loss[0] > 1.05 or loss[-1] > 2 * np.log(10):
        return "bug" if min(np.diff(loss)) > 0 else "eta too large"
    return "shuffled labels" if loss[-1] / loss[0] >= 0.95 else "healthy"


def diagnose_in_python(history):
    first, *_, last = loss = [float(one) for one in history.loss]
    if not math.isfinite(sum(loss)):
        return "eta too large"
    if history.gradient_norm[1][-1] < 1e-12:
        return "dead relu"
    if last > min(1.05 * first, 2 * math.log(10)) and last > first:
        return "bug" if loss == sorted(loss) else "eta too large"
    if last > 2 * math.log(10):
        return "eta too large"
    return "shuffled labels" if math.isclose(last, first, rel_tol=0.05) else "healthy"


def diagnose_by_table(history):
    loss, change = history.loss, (history.loss[-1] - history.loss[0]) / history.loss[0]
    rose = change > 0.05 or loss[-1] > 2 * np.log(10)
    fell_once = (loss[1:] <= loss[:-1]).any()
    reasons = {
        "dead relu": np.isfinite(loss[-1]) and history.gradient_norm[1][-1] == 0,
        "bug": np.isfinite(loss[-1]) and rose and not fell_once,
        "eta too large": not np.isfinite(loss).all() or rose,
        "shuffled labels": abs(change) <= 0.05,
        "healthy": True,
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


class ValueWithCopies(Value):
    """The same, with a total that asks its upstream gradient for what an array can do."""

    def sum(self):
        return Value(self.data.sum(), (self,), (lambda g: g.repeat(self.data.size).reshape(self.data.shape).astype(g.dtype),))

    def tanh(self):
        a = np.tanh(self.data)
        return Value(a, (self,), [lambda g, slope=1 - a * a: np.multiply(slope, g)])


class ValueWithItem(Value):
    """The same, with a total that takes the number out of its upstream gradient."""

    def sum(self):
        return Value(self.data.sum(), (self,), (lambda g: np.full(self.data.shape, g.item()),))


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
    return list(TopologicalSorter(graph).static_order())


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


def backward_by_shapes(root):
    order = topological_order(root)
    for node in order:
        node.grad = np.zeros(node.data.shape)
    root.grad = np.full(root.data.shape, 1.0)
    for node in order[::-1]:
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad += vjp(node.grad)


def backward_from_none(root):
    for node in order_by_counting(root):
        node.grad = None
    root.grad = root.data.copy() * 0 + np.ones(root.data.shape)
    for node in reversed(order_by_counting(root)):
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            share = vjp(node.grad)
            parent.grad = share if parent.grad is None else parent.grad + share


def backward_by_numbers(root):
    order = topological_order(root)
    for i, node in enumerate(order):
        node.number, node.grad = i, 0.0
    root.grad = np.ones(np.shape(root.data))
    for node in order[::-1]:
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad = np.add(order[parent.number].grad, vjp(node.grad))


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
            size = np.abs(true).max() or 1.0
            if not np.allclose(mine / size, true / size, rtol=1e-6, atol=1e-9):
                found = f"{kind}[{l}]"
    return found


def first_suspect_by_ratio(dW, db, dW_true, db_true):
    """With a guard in the denominator in place of a question."""
    for l in sorted(dW)[::-1]:
        for name, mine, true in (("dW", dW[l], dW_true[l]), ("db", db[l], db_true[l])):
            if not np.linalg.norm(mine - true) / (np.linalg.norm(mine) + np.linalg.norm(true) + 1e-300) < 5e-7:
                return f"{name}[{l}]"
    return "none"


def first_suspect_by_allclose(dW, db, dW_true, db_true):
    for l in range(max(dW), 0, -1):
        if not np.allclose(dW[l], dW_true[l], rtol=1e-6, atol=0):
            return f"dW[{l}]"
        if not np.allclose(db[l], db_true[l], rtol=1e-6, atol=0):
            return f"db[{l}]"
    return "none"


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


def prove_by_check(backward, W, b, f, x, y, method="complex"):
    dW, db = backward(W, b, f, x, y)
    report = bp.gradcheck(lambda theta: _loss(theta["W"], theta["b"], f, x, y), {"W": W, "b": b}, {"W": dW, "b": db}, method)
    return report.verdict == "agrees"


def prove_by_central_check(*args):
    return np.bool_(prove_by_check(*args, method="central"))


def prove_by_comparison(backward, W, b, f, x, y):
    dW, db = backward(W, b, f, x, y)
    return int(bp.compare(bp.Network(W, b, f), x, y, "cross_entropy", bp.Grads({}, dW, db)).verdict == "agree")


def prove_by_suspects(backward, W, b, f, x, y):
    return first_suspect(*backward(W, b, f, x, y), *repaired_by_hand(W, b, f, x, y)) == "none"


NAMES = {"A": "relu on the signal", "B": "planted factor", "C": "updated weights", "D": "open gate"}

RIGHT = {
    "8.1": [minibatches, minibatches_yielded, minibatches_split, minibatches_by_keys],
    "8.2": [initialise, initialise_evenly, initialise_by_normal],
    "8.3": [train, train_by_sgd, train_by_hand, train_in_a_while],
    "8.4": [diagnose, diagnose_in_python, diagnose_by_table],
    "9.1": [Value, ValueWithPairs, ValueInPython, ValueWithSlots, ValueThatPrints, ValueWithCopies, ValueWithItem, ValueWithMore],
    "9.2": [topological_order, order_by_sorter, order_by_counting],
    "9.3": [backward, backward_by_dict, backward_by_counting, backward_by_shapes, backward_from_none, backward_by_numbers],
    "9.4": [unbroadcast, unbroadcast_at_once, unbroadcast_by_loop],
    "10.1": [first_suspect, first_suspect_by_entries, first_suspect_backwards, first_suspect_by_ratio,
             first_suspect_by_allclose],
    "10.2": [NAMES, {letter: name.upper() for letter, name in NAMES.items()}, dict(reversed(NAMES.items())),
             OrderedDict(NAMES), {letter: f" {name} " for letter, name in NAMES.items()},
             {letter: np.str_(name) for letter, name in NAMES.items()}],
    "10.3": [repaired, repaired_by_hand, repaired_by_singles],
    "10.4": [prove, prove_by_differences, prove_by_suspects, prove_by_check, prove_by_central_check, prove_by_comparison],
}
DRESSED = ("8.1", "8.2", "8.3", "8.4", "9.2", "9.3", "9.4", "10.1", "10.3", "10.4")
SINGLE = ("8.1", "8.2", "8.4", "9.4", "10.3")
DRAWN = {"8.1": 25, "8.2": 25, "8.3": 9, "8.4": 25, "9.1": 8, "9.3": 6, "10.2": 6}
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
