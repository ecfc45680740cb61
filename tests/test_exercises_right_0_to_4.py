"""Right answers in many styles pass: the exercises of chapters 0 to 4."""

from __future__ import annotations

import importlib.util
import itertools
import math
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

# --- chapter 0


def neuron_by_arrays(x, w, y):
    z = np.multiply(w, x)
    a = np.reciprocal(1 + np.exp(-z))
    loss = np.logaddexp(0, z) - y * z
    return z, a, loss, np.subtract(a, y), x * (a - y)


def neuron_by_bpkit(x, w, y):
    z = x * w
    a = bp.sigmoid(z)
    loss = bp.binary_cross_entropy(np.array([[a]]), np.array([[y]]))
    return [z, a, loss, a - y, (a - y) * x]


def neuron_in_python(x, w, y):
    z = w * x
    a = 1 / (1 + math.exp(-z))
    loss = -(y * math.log(a) + (1 - y) * math.log(1 - a))
    da = (1 - y) / (1 - a) - y / a
    delta = da * a * (1 - a)
    return z, a, loss, delta, delta * x


def difference_by_terms(f, x, h=1e-5):
    return f(x + h) / (2 * h) - f(x - h) / (2 * h)


def difference_of_two_sides(f, x, h=1e-5):
    return ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2


def difference_by_numpy(f, x, h=1e-5):
    right, left = (f(point) for point in (x + h, x - h))
    return np.float64(right - left) / h / 2


def error_by_arrays(a, b):
    size = np.maximum(np.abs(a), np.abs(b))
    return np.abs(np.subtract(a, b)) / size if size > 0 else np.float64(0)


def error_by_cases(a, b):
    if a == b:
        return 0
    return abs(a - b) / abs(a) if abs(a) >= abs(b) else abs(a - b) / abs(b)


def error_by_where(a, b):
    size = max(abs(a), abs(b))
    return float(np.divide(abs(a - b), size, out=np.zeros(()), where=size > 0))


# --- chapter 1


def affine_by_loops(W, a, b):
    z = [[float(b[i, 0]) for _ in range(a.shape[1])] for i in range(W.shape[0])]
    for i in range(W.shape[0]):
        for e in range(a.shape[1]):
            for j in range(W.shape[1]):
                z[i][e] += W[i, j] * a[j, e]
    return z


def sigmoid_by_masks(z):
    a = np.empty_like(z)
    right = z >= 0
    a[right] = 1 / (1 + np.exp(-z[right]))
    left = np.exp(z[~right])
    a[~right] = left / (1 + left)
    return a


def sigmoid_silenced(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_by_loop(z):
    def one(number):
        if number >= 0:
            return 1 / (1 + math.exp(-number))
        return math.exp(number) / (1 + math.exp(number))

    return np.array([one(number) for number in z.ravel()]).reshape(z.shape)


def softmax_by_columns(z):
    columns = []
    for column in z.T:
        e = np.exp(column - column.max())
        columns.append(e / e.sum())
    return np.array(columns).T


def softmax_in_python(z):
    out = np.zeros_like(z)
    for e in range(z.shape[1]):
        top = max(z[:, e])
        weights = [math.exp(number - top) for number in z[:, e]]
        for i, weight in enumerate(weights):
            out[i, e] = weight / sum(weights)
    return out


def softmax_by_logs(z):
    shifted = z - np.max(z, axis=0)
    return np.exp(shifted - np.log(np.exp(shifted).sum(0)))


def forward(W, b, f, x):
    z, a = {}, {0: x}
    for l in range(1, len(W) + 1):
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])
    return z, a


def forward_by_helper(W, b, f, x):
    def layer(l):
        if l == 0:
            return {}, {0: x}
        z, a = layer(l - 1)
        z[l] = np.einsum("ij,je->ie", W[l], a[l - 1]) + b[l]
        a[l] = f[l](z[l])
        return z, a

    return layer(len(W))


def forward_transposed(W, b, f, x):
    rows, z, a = x.T, {}, {0: x.copy()}
    for l in sorted(W):
        sums = rows @ W[l].T + b[l].ravel()
        z[l], a[l] = sums.T, f[l](np.ascontiguousarray(sums.T))
        rows = a[l].T
    return z, a


def pencil_net(W1, b1, W2, b2, x):
    z1 = W1 @ x + b1
    a1 = np.where(z1 > 0, z1, 0)
    z2 = W2 @ a1 + b2
    return z1, a1, z2, 1 / (1 + np.exp(-z2))


def pencil_net_by_affine(W1, b1, W2, b2, x):
    z1 = bp.affine(W1, x, b1)
    a1 = bp.relu(z1)
    z2 = bp.affine(W2, a1, b2)
    return z1, a1, z2, bp.sigmoid(z2)


def pencil_net_by_loops(W1, b1, W2, b2, x):
    z1, z2 = np.zeros((len(W1), x.shape[1])), np.zeros((1, x.shape[1]))
    for e in range(x.shape[1]):
        for i in range(len(W1)):
            z1[i, e] = sum(W1[i, j] * x[j, e] for j in range(len(x))) + b1[i, 0]
        z2[0, e] = sum(W2[0, i] * max(0.0, z1[i, e]) for i in range(len(W1))) + b2[0, 0]
    return z1, z1 * (z1 > 0), z2, 1 / (1 + np.exp(-z2))


# --- chapter 2


def half_mse_by_loops(a, y):
    loss = 0.0
    for e in range(a.shape[1]):
        for i in range(a.shape[0]):
            loss += (a[i, e] - y[i, e]) ** 2
    return loss / (2 * a.shape[1])


def cross_entropy_by_choice(a, y):
    loss = 0.0
    for e in range(a.shape[1]):
        for k in range(len(a)):
            if y[k, e] > 0:
                loss -= y[k, e] * math.log(a[k, e])
    return loss / a.shape[1]


def cross_entropy_where(a, y):
    logs = np.log(a, out=np.zeros_like(a), where=y > 0)
    return -np.einsum("ke,ke->", y, logs) / a.shape[1]


def bce_by_choice(a, y):
    def term(p, t):
        return -(t * math.log(p) if t else 0) - ((1 - t) * math.log(1 - p) if t != 1 else 0)

    return sum(term(p, t) for p, t in zip(a.ravel(), y.ravel(), strict=True)) / a.shape[1]


def bce_clipped(a, y):
    p = np.clip(a, 1e-12, 1 - 1e-12)
    return float(np.mean(-np.sum(y * np.log(p) + (1 - y) * np.log(1 - p), axis=0)))


def bce_by_two_classes(a, y):
    two, targets = np.stack([a, 1 - a]), np.stack([y, 1 - y])
    return np.where(targets > 0, -targets * np.log(np.where(targets > 0, two, 1)), 0).sum() / a.shape[1]


def log_softmax(z):
    shifted = z - z.max(axis=0, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))


def log_softmax_by_loop(z):
    out = np.empty_like(z)
    for e in range(z.shape[1]):
        top = z[:, e].max()
        out[:, e] = z[:, e] - top - math.log(sum(math.exp(number - top) for number in z[:, e]))
    return out


def bce_prime(a, y):
    return ((1 - y) / (1 - a) - y / a) / a.shape[1]


def bce_prime_by_loop(a, y):
    n, N = a.shape
    return [[(-y[i, e] / a[i, e] + (1 - y[i, e]) / (1 - a[i, e])) / N for e in range(N)] for i in range(n)]


# --- chapter 3


def backward_add_mul(x, y, z):
    ds, dz = z, x + y
    return ds, ds, dz


def backward_neuron(w, x, b):
    a = 1 / (1 + math.exp(-(w * x + b)))
    dz = a * (1 - a)
    return dz * x, dz * w, dz


def backward_neuron_by_prime(w, x, b):
    dz = bp.sigmoid.prime(w * x + b)
    return np.float64(x) * dz, w * dz, 1 * dz


def backward_neuron_by_cosh(w, x, b):
    slope = 1 / (4 * np.cosh((w * x + b) / 2) ** 2)
    return [slope * x, slope * w, slope]


def long_chain(x, w, b, y):
    a = 1 / (1 + math.exp(-(w * x + b)))
    de = a - y
    dz = de * a * (1 - a)
    return de, de, dz, dz, dz, dz * x, dz * w


def long_chain_by_steps(x, w, b, y):
    p = w * x
    z = p + b
    a = bp.sigmoid(z)
    e = a - y
    dL = 1.0
    de = dL * e
    da = de * 1
    dz = da * bp.sigmoid.prime(z)
    dp, db = dz * 1, dz * 1
    return de, da, dz, dp, db, dp * x, dp * w


def long_chain_as_list(x, w, b, y):
    a = 0.5 * (1 + math.tanh((w * x + b) / 2))
    parts = [a - y, a - y]
    parts += 3 * [parts[-1] * a * (1 - a)]
    return [*parts, parts[-1] * x, parts[-1] * w]


def backward_fork(x, y):
    s, p = x + y, x * y
    return p + s * y, p + s * x


def backward_fork_accumulating(x, y):
    s, p = x + y, x * y
    dx = dy = 0.0
    ds, dp = p, s
    dx += ds
    dy += ds
    dx += dp * y
    dy += dp * x
    return dx, dy


def backward_fork_expanded(x, y):
    return 2 * x * y + y**2, x**2 + 2 * x * y


# --- chapter 4


def delta_mse(a, y):
    return (a - y) * a * (1 - a) / a.shape[1]


def delta_mse_by_bpkit(a, y):
    return bp.half_mse.prime(a, y) * bp.sigmoid.prime(np.log(a / (1 - a)))


def delta_mse_by_loop(a, y):
    return [[(p - t) * p * (1 - p) / len(row) for p, t in zip(row, targets, strict=True)]
            for row, targets in zip(a, y, strict=True)]


def delta_bce(a, y):
    return (a - y) / y.shape[1]


def delta_bce_by_chain(a, y):
    return ((1 - y) * a - y * (1 - a)) / a.shape[1]


def softmax_vjp(a, g):
    return a * (g - (g * a).sum(axis=0, keepdims=True))


def softmax_vjp_by_jacobian(a, g):
    dz = np.zeros_like(a)
    for e in range(a.shape[1]):
        s = a[:, e]
        dz[:, e] = (np.diag(s) - np.outer(s, s)) @ g[:, e]
    return dz


def softmax_vjp_by_einsum(a, g):
    return a * g - a * np.einsum("ke,ke->e", a, g)


def delta_softmax(z, y):
    return (softmax_by_logs(z) - y) / z.shape[1]


def delta_softmax_by_column(z, y):
    columns = [softmax_by_logs(column[:, None]) - target[:, None] for column, target in zip(z.T, y.T, strict=True)]
    return np.hstack(columns) / z.shape[1]


def delta_softmax_in_place(z, y):
    s = softmax_in_python(z)
    s -= y
    s /= y.shape[1]
    return s


def delta_by_indices(s, y):
    K, N = s.shape
    delta = np.zeros((K, N))
    for e in range(N):
        for i in range(K):
            for k in range(K):
                delta[i, e] += -y[k, e] / s[k, e] * s[k, e] * ((i == k) - s[i, e])
    return delta / N


def delta_by_jacobian(s, y):
    return softmax_vjp(s, -y / s) / s.shape[1]


RIGHT = {
    "0.1": [neuron_by_arrays, neuron_by_bpkit, neuron_in_python],
    "0.2": [difference_by_terms, difference_of_two_sides, difference_by_numpy],
    "0.3": [error_by_arrays, error_by_cases, error_by_where],
    "1.1": [affine_by_loops, lambda W, a, b: np.einsum("ij,je->ie", W, a) + b, lambda W, a, b: (a.T @ W.T + b.T).T,
            lambda W, a, b: np.hstack([W, b]) @ np.vstack([a, np.ones((1, a.shape[1]))])],
    "1.2": [sigmoid_by_masks, sigmoid_silenced, sigmoid_by_loop, lambda z: 0.5 * (1 + np.tanh(z / 2)),
            lambda z: np.exp(-np.logaddexp(0, -z))],
    "1.3": [softmax_by_columns, softmax_in_python, softmax_by_logs],
    "1.4": [forward, forward_by_helper, forward_transposed],
    "1.5": [pencil_net, pencil_net_by_affine, pencil_net_by_loops],
    "2.1": [half_mse_by_loops, lambda a, y: np.sum((a - y) ** 2) / (2 * a.shape[1]),
            lambda a, y: np.einsum("ie,ie->", a - y, a - y) / 2 / y.shape[1],
            lambda a, y: np.mean(np.sum((y - a) ** 2, axis=0)) / 2],
    "2.2": [cross_entropy_by_choice, cross_entropy_where, lambda a, y: -np.sum(y * np.log(a + 1e-12)) / a.shape[1],
            lambda a, y: np.mean(-np.log(np.clip(a, 1e-300, 1)) * y) * len(a)],
    "2.3": [bce_by_choice, bce_clipped, bce_by_two_classes],
    "2.4": [log_softmax, log_softmax_by_loop, lambda z: z - np.logaddexp.reduce(z, axis=0, keepdims=True)],
    "2.5": [bce_prime, bce_prime_by_loop, lambda a, y: (a - y) / (a * (1 - a)) / a.shape[1]],
    "3.1": [backward_add_mul, lambda x, y, z: (z, z, x + y), lambda x, y, z: np.array([z, z, x + y]).tolist()],
    "3.2": [backward_neuron, backward_neuron_by_prime, backward_neuron_by_cosh],
    "3.3": [long_chain, long_chain_by_steps, long_chain_as_list],
    "3.4": [backward_fork, backward_fork_accumulating, backward_fork_expanded],
    "4.1": [delta_mse, delta_mse_by_bpkit, delta_mse_by_loop],
    "4.2": [delta_bce, delta_bce_by_chain, lambda a, y: np.subtract(a, y) * (1 / len(a[0]))],
    "4.3": [softmax_vjp, softmax_vjp_by_jacobian, softmax_vjp_by_einsum],
    "4.4": [delta_softmax, delta_softmax_by_column, delta_softmax_in_place],
    "4.5": [delta_by_indices, delta_by_jacobian, lambda s, y: (s * y.sum(axis=0) - y) / s.shape[1]],
}
DRESSED = [(number, style) for number in RIGHT for style in styles.STYLES
           if (number, style) != ("0.2", "float32")]  # a step of 1e-5 is lost in single precision


@pytest.mark.parametrize("number", RIGHT)
def test_every_way_of_writing_a_right_answer_is_correct_over_25_seeds(number: str) -> None:
    for seed, answer in zip(range(25), itertools.cycle(RIGHT[number]), strict=False):
        verdict = judge(number, answer, seed)
        assert verdict.status == "correct", f"{answer.__name__}, seed {seed}\n{verdict}"


@pytest.mark.parametrize(("number", "style"), DRESSED)
def test_the_dress_of_a_right_answer_does_not_matter(number: str, style: str) -> None:
    verdict = check(number, styles.STYLES[style](RIGHT[number][0]))
    assert verdict.status == "correct", verdict


FORMULAS = {
    "with sigmoid": "(sigmoid(w*x) - y) * sigmoid(w*x) * (1 - sigmoid(w*x)) * x",
    "with exp": "(1/(1 + exp(-w*x)) - y) * exp(-w*x) / (1 + exp(-w*x))**2 * x",
    "with Greek letters": "x·(σ(w·x) − y)·σ(w·x)·(1 − σ(w·x))",
    "with a slope": "(sigmoid(w*x) - y) * sigmoid_prime(w*x) * x",
    "with cosh": "x*(sigmoid(x*w) - y)/(4*cosh(w*x/2)**2)",
    "with tanh": "x*((1 + tanh(w*x/2))/2 - y)*(1 - tanh(w*x/2)**2)/4",
    "with a power": "x*sigmoid(w*x)^2*(1 - sigmoid(w*x)) - x*y*sigmoid(w*x)*(1 - sigmoid(w*x))",
}


@pytest.mark.parametrize("way", FORMULAS)
def test_a_formula_is_judged_by_what_it_is_and_not_by_how_it_is_spelt(way: str) -> None:
    verdict = check("3.5", FORMULAS[way])
    assert verdict.status == "correct", verdict


def test_a_formula_made_with_sympy_is_as_good_as_a_typed_one() -> None:
    import sympy as sp

    x, w, y = sp.symbols("x w y")
    assert check("3.5", ((1 / (1 + sp.exp(-w * x)) - y) ** 2 / 2).diff(w)).status == "correct"


def test_each_exercise_is_answered_in_at_least_six_ways() -> None:
    chapters = {number.split(".")[0] for number in RIGHT}
    for exercise in every():
        if exercise.number.split(".")[0] in chapters:
            ways = len(FORMULAS) if exercise.number == "3.5" else len(RIGHT[exercise.number]) + sum(
                number == exercise.number for number, _ in DRESSED)
            assert ways >= 6, exercise.number
