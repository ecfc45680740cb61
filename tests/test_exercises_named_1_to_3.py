"""Mistakes of chapters 1 to 3, and of 7.2, as newcomers write them: each gets its name, or a question that fits it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises import check
from bpkit.exercises.declare import find

pytestmark = pytest.mark.slow  # a contributor to an exercise runs this file by its name


def sigmoid_by_if(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


def sigmoid_deciding_by(decide: Callable) -> Callable:
    def sigmoid(z):
        if decide(z):
            return 1 / (1 + np.exp(-z))
        return np.exp(z) / (1 + np.exp(z))

    return sigmoid


def sigmoid_by_index(z):
    e = np.exp(-np.abs(z))
    a = np.zeros(z.shape)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            a[i, j] = 1 / (1 + e[i, j]) if z[i, j] >= 0 else e[i, j] / (1 + e[i, j])
    return a


def softmax_with(change: str) -> Callable:
    def softmax(z):
        c = z.max(axis=0, keepdims=True)
        e = np.exp(z / c) if change == "divide" else np.exp(z - c)
        if change == "numerator":
            return e / np.exp(z).sum(axis=0, keepdims=True)
        return e / e.sum(axis=1 if change == "rows" else 0, keepdims=True)

    return softmax


def affine_in_loops(add: Callable) -> Callable:
    def affine(W, a, b):
        z = np.zeros((W.shape[0], a.shape[1]))
        for i in range(W.shape[0]):
            for e in range(a.shape[1]):
                z[i, e] = add(z[i, e], [W[i, j] * a[j, e] for j in range(W.shape[1])], b[i, 0])
        return z

    return affine


def forward_with(which: Callable) -> Callable:
    def forward(W, b, f, x):
        z, a = {}, {0: x}
        for l in W:
            z[l] = W[l] @ a[l - 1] + b[l]
            a[l] = f[which(l, len(W))](z[l])
        return z, a

    return forward


def shares(e):
    return e / e.sum(axis=0)


def quietly(answer: Callable) -> Callable:
    def silent(*args):
        with np.errstate(all="ignore"):
            return answer(*args)

    return silent


SOFTMAX: dict[str, Callable] = {  # each is right where z is small, or large and far apart
    "cut off above": lambda z: shares(np.exp(np.minimum(z, 500))),
    "cut off on both sides": lambda z: shares(np.exp(np.clip(z, -700, 700))),
    "shifted by the last": quietly(lambda z: shares(np.exp(z - z[-1]))),
    "shifted down alone": quietly(lambda z: shares(np.exp(z - z.max(axis=0, initial=0)))),
    "nan made to 1": quietly(lambda z: np.nan_to_num(shares(np.exp(z)), nan=1.0)),
    "the winner from 100 on": lambda z: (
        (z == z.max(axis=0)) * 1.0 if np.abs(z).max() > 100 else shares(np.exp(z - z.max(axis=0)))),
}


@pytest.mark.parametrize("way", SOFTMAX)
def test_a_softmax_for_small_numbers_alone_is_no_softmax(way: str) -> None:
    answer = SOFTMAX[way]
    assert check("1.3", answer).status == "not_yet"
    assert check("2.4", quietly(lambda z: np.log(answer(z)))).status == "not_yet"


LOG_SOFTMAX: dict[str, Callable] = {
    "cut off above": lambda z: np.minimum(z, 500) - np.log(np.exp(np.minimum(z, 500)).sum(axis=0)),
    "cut off on both sides": lambda z: np.clip(z, -700, 700) - np.log(np.exp(np.clip(z, -700, 700)).sum(axis=0)),
    "shifted by the last": quietly(lambda z: z - z[-1] - np.log(np.exp(z - z[-1]).sum(axis=0))),
    "shifted down alone": quietly(lambda z: (lambda s: s - np.log(np.exp(s).sum(axis=0)))(z - z.max(0, initial=0))),
    "the largest from 100 on": lambda z: z - (
        z.max(axis=0) if np.abs(z).max() > 100 else np.log(np.exp(z).sum(axis=0))),
}


@pytest.mark.parametrize("way", LOG_SOFTMAX)
def test_a_log_softmax_for_small_numbers_alone_is_no_log_softmax(way: str) -> None:
    assert check("2.4", LOG_SOFTMAX[way]).status == "not_yet"


@pytest.mark.parametrize("least", [1e-2, 1e-3])
def test_a_clip_that_changes_the_loss_is_seen(least: float) -> None:
    verdict = check("2.2", lambda a, y: -np.sum(y * np.log(np.clip(a, least, 1))) / a.shape[1])
    assert "truths that are hardly expected" in verdict.message, verdict


def test_the_whole_numbers_of_2_1_are_no_perfect_prediction() -> None:
    a, y = next(case for case in find("2.1").cases if case.tag == "whole numbers").make(None)
    assert (a != y).any(axis=0).all()


def forward_sigmoid(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = bp.sigmoid(z[l])
    return z, a


def forward_lists(W, b, f, x):
    z, a = [], [x]
    for l in W:
        z.append(W[l] @ a[-1] + b[l])
        a.append(f[l](z[-1]))
    return z, a


def forward_padded_list(W, b, f, x):
    z, a = [None], [x]
    for l in W:
        z.append(W[l] @ a[-1] + b[l])
        a.append(f[l](z[-1]))
    return z, a


def forward_without_return(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])


def forward_overwriting(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z)
    return z, a


def forward_range(W, b, f, x):
    z, a = {}, {0: x}
    for l in range(len(W)):
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])
    return z, a


def forward_enumerate(W, b, f, x):
    z, a = {}, {0: x}
    for l, weights in enumerate(W):
        z[l + 1] = W[l] @ a[l] + b[weights]
        a[l + 1] = f[weights](z[l + 1])
    return z, a


def pencil(bend: Callable, sees: Callable = lambda z1, a1: a1) -> Callable:
    def pencil_net(W1, b1, W2, b2, x):
        z1 = W1 @ x + b1
        a1 = bend(z1)
        z2 = W2 @ sees(z1, a1) + b2
        return z1, a1, z2, bp.sigmoid(z2)

    return pencil_net


def in_place(z):
    z[z < 0] = 0
    return z


def by_pythons_max(z1):
    return max(0, z1)


def bce(one: Callable, zero: Callable, label: Callable = lambda y: y) -> Callable:
    def loss(a, y):
        y = label(y)
        with np.errstate(all="ignore"):
            ones = np.where(y > 0, y * one(a), 0)
            return -np.sum(ones + np.where(y < 1, (1 - y) * zero(a), 0)) / a.shape[1]

    return loss


def bce_by_where(a, y):
    with np.errstate(all="ignore"):
        return -np.where(y == 1, np.log(a), np.log(1 - a)).sum() / a.shape[1]


def bce_labels_exchanged(a, y):
    with np.errstate(all="ignore"):
        return -np.sum((1 - y) * np.log(a) + y * np.log(1 - a)) / a.shape[1]


def bce_clipped_and_exchanged(a, y):
    a = np.clip(a, 1e-12, 1 - 1e-12)
    return -np.sum((1 - y) * np.log(a) + y * np.log(1 - a)) / a.shape[1]


def bce_clipped_and_subtracted(a, y):
    a = np.clip(a, 1e-7, 1 - 1e-7)
    return -np.sum(y * np.log(a) - (1 - y) * np.log(1 - a)) / a.shape[1]


def bce_subtracted(a, y):
    with np.errstate(all="ignore"):
        halves = np.where(y > 0, y * np.log(a), 0) - np.where(y < 1, (1 - y) * np.log(1 - a), 0)
    return -np.sum(halves) / a.shape[1]


def log_softmax(formula: Callable) -> Callable:
    def answer(z):
        c = z.max(axis=0, keepdims=True)
        return formula(z, c, np.log(np.exp(z - c).sum(axis=0, keepdims=True)))

    return answer


def log_softmax_rows(z):
    c = z.max(axis=0, keepdims=True)
    return z - c - np.log(np.exp(z - c).sum(axis=1, keepdims=True))


def log_softmax_global(z):
    c = z.max()
    return z - c - np.log(np.exp(z - c).sum(axis=0, keepdims=True))


def prime(yes: Callable = lambda a: -1 / a, no: Callable = lambda a: 1 / (1 - a),
          join: Callable = lambda y, yes, no: y * yes + (1 - y) * no, mean: Callable = lambda each, N: each / N) -> Callable:
    return lambda a, y: mean(join(y, yes(a), no(a)), a.shape[1])


def neuron(w, x, b, **other):
    """The right gradients of 3.2 with some of them replaced."""
    a = bp.sigmoid(w * x + b)
    dz = other.get("dz", lambda a: a * (1 - a))(a)
    found = {"dw": dz * x, "dx": dz * w, "db": dz} | {k: v for k, v in other.items() if k != "dz"}
    return found["dw"], found["dx"], found["db"]


def chain(**lines: Callable) -> Callable:
    """The right lines of 3.3 with some of them replaced; a line is a function of what is known so far."""
    right = {"de": lambda k: k["e"], "da": lambda k: k["de"], "dz": lambda k: k["da"] * k["a"] * (1 - k["a"]),
             "dp": lambda k: k["dz"], "db": lambda k: k["dz"], "dw": lambda k: k["dp"] * k["x"],
             "dx": lambda k: k["dp"] * k["w"]}

    def long_chain(x, w, b, y):
        z = w * x + b
        known = {"x": x, "w": w, "b": b, "y": y, "z": z, "a": bp.sigmoid(z), "e": bp.sigmoid(z) - y}
        for name, line in (right | lines).items():
            known[name] = line(known)
        return tuple(known[name] for name in right)

    return long_chain


def add_mul_by_division(x, y, z):
    s = x + y
    L = s * z
    return L / s, L / s, L / z


def test_a_product_divided_by_a_factor_is_no_gradient_where_the_factor_is_0() -> None:
    verdict = check("3.1", add_mul_by_division)
    assert "stops on a sum that is 0 and a factor that is 0" in verdict.message, verdict


def keras(w, g, v, eta, beta):
    v_new = beta * v - eta * g
    return w + v_new, v_new


NAMED: dict[str, tuple[str, object, str]] = {
    "1.1 a sigmoid already": ("1.1", lambda W, a, b: bp.sigmoid(W @ a + b), "activated"),
    "1.1 the sum written over": ("1.1", affine_in_loops(lambda z, parts, b: parts[-1] + b), "last_input"),
    "1.1 b in the inner loop": ("1.1", affine_in_loops(lambda z, parts, b: sum(p + b for p in parts)), "bias_repeated"),
    "1.2 without the minus": ("1.2", lambda z: 1 / (1 + np.exp(z)), "mirrored+overflow"),
    "1.2 of the size": ("1.2", lambda z: 1 / (1 + np.exp(-np.abs(z))), "sign_lost"),
    "1.2 if all": ("1.2", sigmoid_deciding_by(lambda z: (z >= 0).all()), "decided_by_all"),
    "1.2 if any": ("1.2", sigmoid_deciding_by(lambda z: (z >= 0).any()), "decided_by_any"),
    "1.2 if the mean": ("1.2", sigmoid_deciding_by(lambda z: z.mean() >= 0), "decided_by_any"),
    "1.2 if the largest": ("1.2", sigmoid_deciding_by(lambda z: z.max() > 0), "decided_by_any"),
    "1.2 if the first": ("1.2", sigmoid_deciding_by(lambda z: z.flat[0] >= 0), "decided_by_all"),
    "1.2 one from 10 on": ("1.2", lambda z: np.where(z > 10, 1, np.exp(-np.logaddexp(0, -z))), "nearly"),
    "1.3 the sum of a row": ("1.3", softmax_with("rows"), "sum_by_row"),
    "1.3 shifted above": ("1.3", softmax_with("numerator"), "shift_above_only"),
    "1.3 divided by the largest": ("1.3", softmax_with("divide"), "divided_by_largest"),
    "1.4 a sigmoid everywhere": ("1.4", forward_sigmoid, "sigmoid_everywhere"),
    "1.4 one f in all hidden layers": ("1.4", forward_with(lambda l, L: l if l == L else 1), "first_hidden"),
    "1.4 the f before": ("1.4", forward_with(lambda l, L: max(l - 1, 1)), "activation_before"),
    "1.4 lists": ("1.4", forward_lists, "dict_wanted"),
    "1.4 lists with a None": ("1.4", forward_padded_list, "dict_wanted"),
    "1.4 z overwritten": ("1.4", forward_overwriting, "dict_wanted"),
    "1.5 the largest of an axis": ("1.5", pencil(lambda z: np.max(z, 0)), "largest"),
    "1.5 the smaller": ("1.5", pencil(lambda z: np.minimum(z, 0)), "smaller"),
    "1.5 a step": ("1.5", pencil(lambda z: (z > 0) * 1.0), "step"),
    "1.5 relu in place": ("1.5", pencil(in_place), "one_array"),
    "1.5 z1 to the output": ("1.5", pencil(lambda z: np.maximum(z, 0), lambda z1, a1: z1), "sums_to_output"),
    "2.1 halved first": ("2.1", lambda a, y: np.sum(((a - y) / 2) ** 2) / a.shape[1], "halved_first"),
    "2.1 the mean twice": ("2.1", lambda a, y: np.sum((a - y) ** 2) / 2 / a.shape[1] ** 2, "divided_twice"),
    "2.2 exchanged": ("2.2", lambda a, y: -np.sum(a * np.log(np.where(y > 0, y, 1))) / a.shape[1], "exchanged_safely"),
    "2.2 exchanged, unsafe": ("2.2", lambda a, y: -np.sum(a * np.log(y)) / a.shape[1], "exchanged+zero_times_infinity"),
    "2.2 a truth that is free": (
        "2.2", lambda a, y: -np.sum(y * np.log(np.where(a > 0, a, 1))) / a.shape[1], "truth_free"),
    "2.3 a truth that is free": (
        "2.3", lambda a, y: -np.sum(y * np.log(np.where(a > 0, a, 1)) + (1 - y) * np.log(np.where(a < 1, 1 - a, 1)))
        / a.shape[1], "truth_free"),
    "2.3 halves exchanged": ("2.3", bce_labels_exchanged, "labels_exchanged+zero_times_infinity"),
    "2.3 halves exchanged, clipped": ("2.3", bce_clipped_and_exchanged, "labels_exchanged"),
    "2.3 minus, clipped": ("2.3", bce_clipped_and_subtracted, "minus_between"),
    "2.3 minus, not clipped": ("2.3", bce_subtracted, "minus_between"),
    "2.3 halves exchanged, with where": ("2.3", bce(np.log, lambda a: np.log(1 - a), lambda y: 1 - y), "labels_exchanged"),
    "2.3 where y is 1": ("2.3", bce_by_where, "between_as_0"),
    "2.3 rounded": ("2.3", bce(np.log, lambda a: np.log(1 - a), np.round), "rounded"),
    "2.3 1 minus a logarithm": ("2.3", bce(np.log, lambda a: 1 - np.log(a)), "one_minus_logarithm"),
    "2.4 brackets": ("2.4", log_softmax(lambda z, c, ln: z - c + ln), "added"),
    "2.4 c twice": ("2.4", log_softmax(lambda z, c, ln: z - c - (c + ln)), "shift_twice"),
    "2.4 c added": ("2.4", log_softmax(lambda z, c, ln: z + c - ln), "shift_added"),
    "2.4 rows": ("2.4", log_softmax_rows, "sum_by_row"),
    "2.4 one shift": ("2.4", log_softmax_global, "one_shift"),
    "2.4 the sum alone": ("2.4", log_softmax(lambda z, c, ln: c + ln), "sum_alone"),
    "2.4 the sum alone, flat": ("2.4", log_softmax(lambda z, c, ln: (c + ln).ravel()), "sum_alone"),
    "2.5 no minus": ("2.5", prime(yes=lambda a: 1 / a), "minus_missing"),
    "2.5 logarithms": ("2.5", prime(lambda a: -np.log(a), lambda a: -np.log(1 - a)), "value"),
    "2.5 not weighted": ("2.5", prime(join=lambda y, yes, no: yes + no), "not_weighted"),
    "2.5 labels exchanged": ("2.5", prime(join=lambda y, yes, no: (1 - y) * yes + y * no), "labels_exchanged"),
    "2.5 times N": ("2.5", prime(mean=lambda each, N: each * N), "multiplied_by_N"),
    "3.1 dx is 1": ("3.1", lambda x, y, z: (1, z, x + y), "x_local"),
    "3.1 dy is 1": ("3.1", lambda x, y, z: (z, 1, x + y), "y_local"),
    "3.2 dw is x": ("3.2", lambda w, x, b: neuron(w, x, b, dw=x), "w_local"),
    "3.2 dx is w": ("3.2", lambda w, x, b: neuron(w, x, b, dx=w), "x_local"),
    "3.2 db is 1": ("3.2", lambda w, x, b: neuron(w, x, b, db=1), "bias_one"),
    "3.2 1 - a": ("3.2", lambda w, x, b: neuron(w, x, b, dz=lambda a: 1 - a), "rest_for_slope"),
    "3.2 a*1 - a": ("3.2", lambda w, x, b: neuron(w, x, b, dz=lambda a: a*1-a), "slope_of_zero"),
    "3.2 a*1 - a, in one line": (
        "3.2", lambda w, x, b: (lambda a: (a*1 - a*x, a*1 - a*w, a*1 - a))(bp.sigmoid(w * x + b)), "one_multiplied"),
    "3.3 a*1 - a": ("3.3", chain(dz=lambda k: k["da"]*k["a"]*1 - k["a"]), "one_multiplied"),
    "3.3 dw is x": ("3.3", chain(dw=lambda k: k["x"]), "w_local"),
    "3.3 dx is w": ("3.3", chain(dx=lambda k: k["w"]), "x_local"),
    "3.3 db is 1": ("3.3", chain(db=lambda k: 1), "b_local"),
    "3.3 da is 1": ("3.3", chain(da=lambda k: 1), "a_local"),
    "3.3 dp is 1": ("3.3", chain(dp=lambda k: 1), "p_local"),
    "3.3 da times a": ("3.3", chain(dz=lambda k: k["da"] * k["a"]), "value_for_slope"),
    "3.3 da times 1 - a": ("3.3", chain(dz=lambda k: k["da"] * (1 - k["a"])), "rest_for_slope"),
    "3.3 dz times w": ("3.3", chain(dp=lambda k: k["dz"] * k["w"]), "sum_times_w"),
    "3.3 dp times w": ("3.3", chain(dw=lambda k: k["dp"] * k["w"]), "w_own"),
    "3.3 dp times x": ("3.3", chain(dx=lambda k: k["dp"] * k["x"]), "x_own"),
    "3.3 without a name": ("3.3", chain(dz=lambda k: k["da"] + k["a"] * 7), "first_to_differ"),
    "3.5 L itself": ("3.5", "(sigmoid(w*x) - y)^2 / 2", "loss_itself"),
    "3.5 still a square": ("3.5", "(sigmoid(w*x) - y)^2 * sigmoid(w*x) * (1 - sigmoid(w*x)) * x", "error_squared"),
    "3.5 half the slope": ("3.5", "(sigmoid(w*x) - y) * (1 - sigmoid(w*x)) * x", "rest_for_slope"),
    "7.2 Keras": ("7.2", keras, "velocity_of_steps"),
}


@pytest.mark.parametrize("words", NAMED)
def test_a_newcomers_mistake_is_named(words: str) -> None:
    number, answer, name = NAMED[words]
    verdict = check(number, answer)
    assert verdict.kind == name, verdict


ASKED: dict[str, tuple[str, object, str]] = {
    "1.2 if": ("1.2", sigmoid_by_if, "if decide once for the whole array"),
    "1.2 math.exp": ("1.2", lambda z: 1 / (1 + math.exp(-z)), "takes a single number"),
    "1.2 sign first": ("1.2", lambda z: 1 / (1 + np.exp(z)), "rise or fall"),
    "1.4 lists": ("1.4", forward_lists, "In a list"),
    "1.4 overwritten": ("1.4", forward_overwriting, "z of layer 1"),
    "1.4 range": ("1.4", forward_range, "At which number do the layers begin"),
    "1.4 enumerate": ("1.4", forward_enumerate, "At which number do the layers begin"),
    "1.5 Python's max": ("1.5", pencil(by_pythons_max), "Python's own max"),
    "1.5 the zero first": ("1.5", pencil(lambda z: np.max(0, z)), "entry by entry"),
    "2.1 per example": ("2.1", lambda a, y: ((a - y) ** 2).sum(axis=0) / 2, "still something to add up"),
    "2.1 per entry": ("2.1", lambda a, y: (a - y) ** 2 / 2 / a.shape[1], "still something to add up"),
    "2.2 math.log": ("2.2", lambda a, y: -sum(
        y[k, e] * math.log(a[k, e]) for k in range(len(a)) for e in range(a.shape[1])) / a.shape[1], "logarithm taken"),
    "2.3 per example": ("2.3", lambda a, y: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a), axis=0), "add up"),
    "2.5 a mean": ("2.5", prime(mean=lambda each, N: each.mean()), "should stay apart"),
    "2.5 a mean per example": ("2.5", prime(mean=lambda each, N: each.sum(axis=0)), "should stay apart"),
    "3.5 wx": ("3.5", "(sigmoid(wx) - y)*x", "sign of multiplication"),
    "3.5 np.exp": ("3.5", "1/(1 + np.exp(-w*x))", "without np. or bp."),
    "3.5 bp.sigmoid": ("3.5", "(bp.sigmoid(w*x) - y)*x", "without np. or bp."),
    "3.5 sigmoid.prime": ("3.5", "(sigmoid(w*x) - y)*sigmoid.prime(w*x)*x", "without a dot"),
    "3.5 Sigmoid": ("3.5", "Sigmoid(w*x)", "How is that function spelt"),
    "3.5 an equation": ("3.5", "dL_dw = (sigmoid(w*x) - y)*x", "side of the equals sign"),
}


@pytest.mark.parametrize("words", ASKED)
def test_a_newcomers_mistake_gets_a_question_that_fits_it(words: str) -> None:
    number, answer, ask = ASKED[words]
    verdict = check(number, answer)
    assert ask in verdict.question, verdict


SAID: dict[str, tuple[str, object, str]] = {
    "1.2 two loops": ("1.2", sigmoid_by_index, "stops on an array with one axis and an array with three axes"),
    "1.4 no return": ("1.4", forward_without_return, "z and a are None"),
    "1.4 a list": ("1.4", forward_lists, "wanted as a dict, with one array under the number of each layer; a list came"),
    "1.4 an array": ("1.4", forward_overwriting, "one array came"),
    "3.3 which line": ("3.3", chain(dz=lambda k: k["da"] + k["a"] * 7), "de and da are right; dz is the first"),
    "3.3 the upstream gradient": ("3.3", chain(db=lambda k: 1), "upstream gradient left out of db"),
    "3.5 wx": ("3.5", "(sigmoid(wx) - y)*x", "try this: w*x"),
    "3.5 np.exp": ("3.5", "1/(1 + np.exp(-w*x))", "try this: exp, with nothing before it"),
    "3.5 sigmoid.prime": ("3.5", "sigmoid.prime(w*x)", "try this: sigmoid' for its slope"),
    "3.5 Sigmoid": ("3.5", "Sigmoid(w*x)", "'Sigmoid' is no function here; try this: sigmoid"),
    "3.5 a letter left out": ("3.5", "sigmod(w*x)", "try this: sigmoid"),
    "3.5 a dot": ("3.5", "(sigmoid(w.x) - y)*x", "try this: w*x"),
    "3.5 an equation": ("3.5", "dL_dw = (sigmoid(w*x) - y)*x", "try this: one side of it alone"),
}


@pytest.mark.parametrize("words", SAID)
def test_a_newcomer_is_told_what_came_and_what_is_wanted(words: str) -> None:
    number, answer, said = SAID[words]
    verdict = check(number, answer)
    assert said in verdict.message, verdict


def by_choice(log: Callable) -> Callable:
    return lambda a, y: -sum(t * log(p) for t, p in zip(y.ravel(), a.ravel(), strict=True) if t > 0) / a.shape[1]


INFINITE = {
    "with inf": lambda a, y: -np.sum(y * np.log(np.where(y > 0, a, 1))) / a.shape[1],
    "with a small number": lambda a, y: -np.sum(y * np.log(a + 1e-7)) / a.shape[1],
    "clipped": lambda a, y: -np.sum(y * np.log(np.clip(a, 1e-12, 1))) / a.shape[1],
    "with a small float32": lambda a, y: -np.sum(y * np.log(np.maximum(a, np.float32(1e-12)))) / a.shape[1],
    "with math.log": by_choice(math.log),
    "with np.log": by_choice(np.log),
    "as an array": lambda a, y: np.array(-np.nansum(y * np.log(a)) / a.shape[1]),
}


@pytest.mark.parametrize("way", INFINITE)
def test_a_truth_with_probability_0_may_cost_inf_or_a_large_number_or_be_refused(way: str) -> None:
    assert check("2.2", INFINITE[way]).status == "correct"


def test_a_constant_factor_is_seen_past_an_infinite_loss() -> None:
    verdict = check("2.2", lambda a, y: -3 * np.sum(y * np.log(np.where(y > 0, a, 1))) / a.shape[1])
    assert verdict.kind == "factor", verdict
    assert "3.0000 times" in verdict.message
