"""Right answers in many styles pass: the exercises of chapters 5 to 7."""

from __future__ import annotations

import importlib.util
import itertools
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

# --- chapter 5


def share_by_loop(W_next, delta_next, i):
    share = np.zeros(delta_next.shape[1])
    for k in range(len(W_next)):
        share += W_next[k, i] * delta_next[k]
    return share


def share_in_python(W_next, delta_next, i):
    k, N = delta_next.shape
    return [sum(W_next[j][i] * delta_next[j][e] for j in range(k)) for e in range(N)]


def hidden_delta(W_next, delta_next, z, f):
    return (W_next.T @ delta_next) * f.prime(z)


def hidden_delta_by_loops(W_next, delta_next, z, f):
    delta = np.zeros_like(z)
    for e in range(z.shape[1]):
        for i in range(len(z)):
            for k in range(len(W_next)):
                delta[i, e] += W_next[k, i] * delta_next[k, e]
            delta[i, e] *= f.prime(z[i, e])
    return delta


def hidden_delta_by_shares(W_next, delta_next, z, f):
    return np.array([share_by_loop(W_next, delta_next, i) for i in range(len(z))]) * f.prime(z)


def hidden_delta_by_rows(W_next, delta_next, z, f):
    return ((delta_next.T @ W_next) * f.prime(z).T).T


def all_deltas(W, f, z, delta_out):
    L = max(W)
    delta = {L: delta_out}
    for l in reversed(range(1, L)):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], f[l])
    return delta


def all_deltas_by_recursion(W, f, z, delta_out):
    def of(l):
        return delta_out if l == len(W) else f[l].vjp(z[l], W[l + 1].T @ of(l + 1))

    return {l: of(l) for l in W}


def all_deltas_running(W, f, z, delta_out):
    found, d, l = {}, delta_out, len(W)
    while l > 0:
        found[l] = d
        if l > 1:
            d = np.einsum("ki,ke,ie->ie", W[l], d, f[l - 1].prime(z[l - 1]))
        l -= 1
    return found


def name_the_error(W_next, delta_next, z, f, wrong):
    candidates = {
        "missing transpose": (W_next @ delta_next) * f.prime(z),
        "slope missing": W_next.T @ delta_next,
        "slope at a": (W_next.T @ delta_next) * f.prime(f(z)),
        "weights omitted": np.ones_like(W_next.T) @ delta_next * f.prime(z),
    }
    return next(name for name, candidate in candidates.items() if np.allclose(candidate, wrong))


def name_the_error_by_distance(W_next, delta_next, z, f, wrong):
    slope, at_a = f.prime(z), f.prime(f(z))
    names = ["missing transpose", "slope missing", "slope at a", "weights omitted"]
    tries = [(W_next @ delta_next) * slope, W_next.T @ delta_next, (W_next.T @ delta_next) * at_a,
             delta_next.sum(axis=0) * slope]
    return names[int(np.argmin([np.linalg.norm(one - wrong) for one in tries]))]


def name_the_error_by_ratio(W_next, delta_next, z, f, wrong):
    back = W_next.T @ delta_next
    for name, gate in (("slope missing", np.ones_like(z)), ("slope at a", f.prime(f(z)))):
        if np.abs(wrong - back * gate).max() < 1e-9:
            return name
    weightless = np.abs(wrong / f.prime(z) - delta_next.sum(axis=0)).max() < 1e-9
    return "weights omitted" if weightless else "missing transpose"


# --- chapter 6


def weight_gradient_by_outer(delta, a_prev):
    return sum(np.outer(delta[:, e], a_prev[:, e]) for e in range(delta.shape[1]))


def weight_gradient_by_loops(delta, a_prev):
    dW = [[0.0] * len(a_prev) for _ in delta]
    for i in range(len(delta)):
        for j in range(len(a_prev)):
            for e in range(delta.shape[1]):
                dW[i][j] += delta[i, e] * a_prev[j, e]
    return dW


def bias_gradient_by_loop(delta):
    db = np.zeros((len(delta), 1))
    for e in range(delta.shape[1]):
        db += delta[:, e:e + 1]
    return db


def augmented(delta, a_prev):
    return delta @ np.vstack([a_prev, np.ones(a_prev.shape[1])]).T


def augmented_by_parts(delta, a_prev):
    return np.column_stack([delta @ a_prev.T, delta.sum(axis=1)])


def augmented_by_appending(delta, a_prev):
    return np.einsum("ie,je->ij", delta, np.append(a_prev, np.ones((1, delta.shape[1])), axis=0))


def backward(W, f, z, a, y):
    L = len(W)
    delta = all_deltas(W, f, z, (a[L] - y) / y.shape[1])
    return delta, {l: delta[l] @ a[l - 1].T for l in W}, {l: delta[l].sum(axis=1, keepdims=True) for l in W}


def backward_in_one_loop(W, f, z, a, y):
    delta, dW, db = {}, {}, {}
    for l in range(len(W), 0, -1):
        if l == len(W):
            delta[l] = (a[l] - y) / a[l].shape[1]
        else:
            delta[l] = f[l].prime(z[l]) * (W[l + 1].T @ delta[l + 1])
        both = augmented(delta[l], a[l - 1])
        dW[l], db[l] = both[:, :-1], both[:, -1:]
    return delta, dW, db


def backward_by_singles(W, f, z, a, y):
    N, total = y.shape[1], None
    for e in range(N):
        one = slice(e, e + 1)
        parts = backward(W, f, {l: z[l][:, one] for l in z}, {l: a[l][:, one] for l in a}, y[:, one])
        if total is None:
            total = [{l: [parts[0][l]] for l in W}, dict(parts[1]), dict(parts[2])]
        else:
            for l in W:
                total[0][l].append(parts[0][l])
                total[1][l] = total[1][l] + parts[1][l]
                total[2][l] = total[2][l] + parts[2][l]
    delta, dW, db = total
    return ({l: np.hstack(delta[l]) / N for l in W}, {l: dW[l] / N for l in W}, {l: db[l] / N for l in W})


def sum_of_singles(delta, a_prev):
    dW, db = np.zeros((len(delta), len(a_prev))), np.zeros((len(delta), 1))
    for e in range(delta.shape[1]):
        dW += np.outer(delta[:, e], a_prev[:, e])
        db += delta[:, [e]]
    return dW, db


def sum_of_singles_by_lists(delta, a_prev):
    examples = list(zip(delta.T, a_prev.T, strict=True))
    dW = sum(np.multiply.outer(d, a) for d, a in examples)
    return dW, [[sum(d[i] for d, _ in examples)] for i in range(len(delta))]


# --- chapter 7


def gd_in_place_on_a_copy(w, g, eta):
    new = w.copy()
    new -= eta * g
    return new


def gd_by_loop(w, g, eta):
    if np.ndim(w) == 0:
        return w - eta * g
    return [gd_by_loop(one, two, eta) for one, two in zip(w, g, strict=True)]


def momentum_step(w, g, v, eta, beta):
    v = beta * v + g
    return w - eta * v, v


def momentum_in_place_on_copies(w, g, v, eta, beta):
    w, v = w.copy(), v.copy()
    v *= beta
    v += g
    w -= eta * v
    return [w, v]


def adam_step(w, g, m, v, t, eta, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    return w - eta * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def adam_by_increments(w, g, m, v, t, eta, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (np.square(g) - v)
    step = np.divide(m, 1 - np.power(beta1, t))
    return w - eta * step / ((v / (1 - np.power(beta2, t))) ** 0.5 + eps), m, v


def adam_with_helper(w, g, m, v, t, eta, beta1, beta2, eps):
    def corrected(mean, beta):
        return mean / (1 - beta**t)

    m, v = (beta * old + (1 - beta) * new for beta, old, new in ((beta1, m, g), (beta2, v, g**2)))
    return w - eta * corrected(m, beta1) / (np.sqrt(corrected(v, beta2)) + eps), m, v


def corrected_by_product(m, beta, t):
    left = 1.0
    for _ in range(t):
        left *= beta
    return m * (1 / (1 - left))


def corrected_by_series(m, beta, t):
    return m / ((1 - beta) * sum(beta**k for k in range(t)))


def mazur_step(W1, b1, W2, b2, x, y, eta):
    a1 = bp.sigmoid(W1 @ x + b1)
    a2 = bp.sigmoid(W2 @ a1 + b2)
    delta2 = (a2 - y) * a2 * (1 - a2)
    delta1 = (W2.T @ delta2) * a1 * (1 - a1)
    return W1 - eta * delta1 @ x.T, W2 - eta * delta2 @ a1.T


def mazur_by_network(W1, b1, W2, b2, x, y, eta):
    net = bp.Network([W1, W2], [b1, b2], ["sigmoid", "sigmoid"])
    new = net.step(net.backward(net.forward(x), y, "half_mse"), eta)
    return new.W[1], new.W[2]


def mazur_by_outer(W1, b1, W2, b2, x, y, eta):
    z1 = W1 @ x + b1
    a1 = 1 / (1 + np.exp(-z1))
    a2 = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
    d2 = (a2 - y) * (a2 - a2**2)
    d1 = hidden_delta(W2, d2, z1, bp.sigmoid)
    return W1 - eta * np.outer(d1, x), W2 - eta * np.outer(d2, a1)


RIGHT = {
    "5.1": [share_by_loop, share_in_python, lambda W, d, i: W[:, i] @ d,
            lambda W, d, i: (d.T @ W[:, i]).reshape(1, -1)],
    "5.2": [hidden_delta, hidden_delta_by_loops, hidden_delta_by_shares, hidden_delta_by_rows,
            lambda W, d, z, f: np.einsum("ki,ke,ie->ie", W, d, f.prime(z)), lambda W, d, z, f: f.vjp(z, W.T.dot(d))],
    "5.3": [all_deltas, all_deltas_by_recursion, all_deltas_running],
    "5.4": [name_the_error, name_the_error_by_distance, name_the_error_by_ratio],
    "6.1": [weight_gradient_by_outer, weight_gradient_by_loops, lambda d, a: d @ a.T, lambda d, a: (a @ d.T).T,
            lambda d, a: np.einsum("ie,je->ij", d, a), lambda d, a: np.tensordot(d, a, axes=(1, 1))],
    "6.2": [bias_gradient_by_loop, lambda d: d.sum(axis=1), lambda d: d @ np.ones((d.shape[1], 1)),
            lambda d: np.einsum("ie->i", d)[:, None], lambda d: [[sum(row)] for row in d.tolist()]],
    "6.3": [augmented, augmented_by_parts, augmented_by_appending],
    "6.4": [backward, backward_in_one_loop, backward_by_singles],
    "6.5": [sum_of_singles, sum_of_singles_by_lists, lambda d, a: (d @ a.T, d.sum(axis=1))],
    "7.1": [gd_in_place_on_a_copy, gd_by_loop, lambda w, g, eta: w - eta * g, lambda w, g, eta: w + (-eta) * g],
    "7.2": [momentum_step, momentum_in_place_on_copies,
            lambda w, g, v, eta, beta: (w - eta * g - eta * beta * v, g + beta * v)],
    "7.3": [adam_step, adam_by_increments, adam_with_helper],
    "7.4": [corrected_by_product, corrected_by_series, lambda m, beta, t: m / (1 - beta**t)],
    "7.5": [mazur_step, mazur_by_network, mazur_by_outer],
}
DRESSED = [(number, style) for number in RIGHT for style in styles.STYLES
           if (number, style) != ("5.4", "float32")]  # its names are found by comparing to many digits


@pytest.mark.parametrize("number", RIGHT)
def test_every_way_of_writing_a_right_answer_is_correct_over_25_seeds(number: str) -> None:
    for seed, answer in zip(range(25), itertools.cycle(RIGHT[number]), strict=False):
        verdict = judge(number, answer, seed)
        assert verdict.status == "correct", f"{answer.__name__}, seed {seed}\n{verdict}"


@pytest.mark.parametrize(("number", "style"), DRESSED)
def test_the_dress_of_a_right_answer_does_not_matter(number: str, style: str) -> None:
    verdict = check(number, styles.STYLES[style](RIGHT[number][0]))
    assert verdict.status == "correct", verdict


def test_each_exercise_is_answered_in_at_least_six_ways() -> None:
    chapters = {number.split(".")[0] for number in RIGHT}
    for exercise in every():
        if exercise.number.split(".")[0] in chapters:
            ways = len(RIGHT[exercise.number]) + sum(number == exercise.number for number, _ in DRESSED)
            assert ways >= 6, exercise.number
