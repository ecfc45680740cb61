"""Mistakes as learners write them, each called by its name; the lists of the syllabus; the time that a verdict takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

import bpkit as bp
from bpkit import autodiff
from bpkit.exercises import check
from bpkit.exercises.behaviour import expected
from bpkit.exercises.checks import verdict_on
from bpkit.exercises.declare import every, find
from bpkit.exercises.report import kind, plain
from bpkit.exercises.trial import Trial

DETECT: dict[str, dict[str, str]] = {
    "1": {
        "x in place of a": "1.4 always_x", "transposed W": "1.1 transposed", "bias forgotten": "1.1 bias_forgotten",
        "bias added before W": "1.1 bias_first", "bias along the wrong axis": "1.1 bias_along_examples",
        "softmax across the batch": "1.3 across_the_batch", "overflow": "1.2 overflow", "overflow, softmax": "1.3 overflow",
        "z and a in one array": "1.4 one_array"},
    "2": {
        "sign": "2.2 sign", "sum for mean": "2.1 summed", "mean over classes": "2.2 mean_over_classes",
        "factor two": "2.1 no_half", "log(0)": "2.2 zero_times_infinity", "log(0), binary": "2.3 zero_times_infinity",
        "base 10": "2.2 base_ten", "argmax": "2.2 largest", "argmax, error rate": "2.2 error_rate"},
    "3": {
        "adds in a chain": "3.1 added", "outer derivative at x": "3.2 slope_at_x", "one branch only": "3.4 first_path",
        "overwrites": "3.4 last_path", "upstream ignored": "3.1 upstream_ignored"},
    "4": {
        "f' missing": "4.1 slope_missing", "f' left in": "4.2 slope_left_in", "f' left in, softmax": "4.4 slope_left_in",
        "derivative at a": "4.1 slope_at_a", "sign": "4.2 sign", "s(1-s) only": "4.3 diagonal_only",
        "1/N twice": "4.1 divided_twice", "1/N never": "4.1 not_divided_by_N"},
    "5": {
        "missing transpose": "5.2 missing_transpose", "inverse": "5.2 inverse", "f' missing": "5.2 slope_missing",
        "f' at a": "5.2 slope_at_a", "times a": "5.2 times_a", "matmul": "5.2 matmul", "one path": "5.1 one_path",
        "weights omitted": "5.2 weights_omitted", "normalised": "5.1 normalised", "updated": "5.2 updated_weights",
        "relu on the signal": "5.2 relu_on_signal", "gate never closes": "5.2 gate_open", "sign": "5.2 sign"},
    "6": {
        "not summed": "6.2 not_summed", "wrong axis": "6.2 wrong_axis", "mean here, sum there": "6.4 bias_mean",
        "divided twice": "6.4 divided_twice", "own activation": "6.4 own_activation", "transposed": "6.1 transposed",
        "bias from weights": "6.4 bias_from_weights", "zeros": "6.2 zeros", "zeros in the pass": "6.4 bias_zero"},
    "7": {
        "ascent": "7.1 ascent", "no correction": "7.3 no_correction", "t from 0": "7.3 t_too_small",
        "t off by one": "7.3 t_too_large", "eps in the root": "7.3 eps_in_root", "betas swapped": "7.3 betas_exchanged",
        "v from g": "7.3 square_missing", "updated too early": "7.5 updated_weights"},
    "8": {
        "last batch lost": "8.1 last_lost", "shuffled apart": "8.1 shuffled_apart", "test data": "8.3 test_data_too",
        "all zero": "8.2 zeros", "gradients not reset": "8.3 gradients_not_reset"},
    "9": {
        "overwrite": "9.3 overwritten", "wrong order": "9.3 wrong_order", "stale": "9.3 stale", "recursion": "9.2 recursion",
        "recursion, backward": "9.3 recursion", "seed": "9.3 seed", "mean": "9.4 mean"},
    "10": {
        "updated weights": "10.3 updated_weights", "gate": "10.3 gate_open", "relu on the signal": "10.3 relu_on_signal",
        "bias from weights": "10.3 bias_from_weights", "factor": "10.3 planted_factor"},
}


@pytest.mark.parametrize("chapter", DETECT)
def test_everything_on_the_list_of_the_chapter_is_declared_and_named(chapter: str) -> None:
    for words, place in DETECT[chapter].items():
        number, name = place.split()
        assert number.split(".")[0] == chapter
        assert kind(find(number), name) == name, words


def sigmoid_both(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


def error_rate(a, y):
    return np.mean(np.argmax(a, axis=0) != np.argmax(y, axis=0))


def neuron_slope_at_z(w, x, b):
    z = w * x + b
    slope = z * (1 - z)
    return slope * x, slope * w, slope


def neuron_bias_one(w, x, b):
    a = bp.sigmoid(w * x + b)
    return a * (1 - a) * x, a * (1 - a) * w, 1.0


def chain_of_local_factors(x, w, b, y):
    a = bp.sigmoid(w * x + b)
    return a - y, 1, a * (1 - a), 1, 1, x, w


def chain_from_the_loss(x, w, b, y):
    a = bp.sigmoid(w * x + b)
    de = (a - y) ** 2 / 2
    dz = de * a * (1 - a)
    return de, de, dz, dz, dz, dz * x, dz * w


def bce_by_outputs(a, y):
    with np.errstate(all="ignore"):
        one, zero = np.where(y > 0, y * np.log(a), 0), np.where(y < 1, (1 - y) * np.log(1 - a), 0)
    return -np.sum(one + zero) / len(a)


def forward_exchanged(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])
    return a, z


def delta_the_long_way(a, y):
    with np.errstate(all="ignore"):
        return ((1 - y) / (1 - a) - y / a) / a.shape[1] * a * (1 - a)


def by_indices(s, y, bracket):
    K, N = s.shape
    delta = np.zeros((K, N))
    for e in range(N):
        for i in range(K):
            for k in range(K):
                delta[i, e] += -y[k, e] / s[k, e] * s[k, e] * ((i == k) - s[bracket(i, k), e])
    return delta / N


def forward_in_place(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        a[l - 1] *= 1.5
        z[l] = W[l] @ a[l - 1] / 1.5 + b[l]
        a[l] = f[l](z[l])
    return z, a


class AdamThatCounts:
    """Adam with a step number of its own, which grows with every tensor that it is called for."""

    def __init__(self) -> None:
        self.t = 0

    def __call__(self, w, g, m, v, t, eta, beta1, beta2, eps):
        self.t += 1
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        return w - eta * (m / (1 - beta1**self.t)) / (np.sqrt(v / (1 - beta2**self.t)) + eps), m, v


WRITTEN: dict[str, tuple[str, Callable, str]] = {
    "both branches of np.where": ("1.2", sigmoid_both, "both_branches"),
    "the input scaled in place": ("1.4", forward_in_place, "changes_arguments"),
    "the error rate": ("2.2", error_rate, "error_rate"),
    "the winner of the target": (
        "2.2", lambda a, y: -np.mean(np.log(a[np.argmax(y, 0), range(y.shape[1])])), "hard_targets"),
    "the mean over the outputs": ("2.3", bce_by_outputs, "per_output"),
    "results in another order": ("3.1", lambda x, y, z: (x + y, z, z), "other_order"),
    "z(1 - z)": ("3.2", neuron_slope_at_z, "slope_at_z"),
    "db is one": ("3.2", neuron_bias_one, "bias_one"),
    "local factors only": ("3.3", chain_of_local_factors, "local_only"),
    "de is L": ("3.3", chain_from_the_loss, "loss_itself"),
    "squared error by outputs": ("4.1", lambda a, y: (a - y) * a * (1 - a) / len(a), "per_output"),
    "cross-entropy by outputs": ("4.2", lambda a, y: (a - y) / len(a), "per_output"),
    "a division that cancels on paper": ("4.2", delta_the_long_way, "long_way"),
    "softmax by classes": ("4.4", lambda z, y: (bp.softmax(z) - y) / len(z), "per_class"),
    "s_k for s_i": ("4.5", lambda s, y: by_indices(s, y, lambda i, k: k), "k_for_i"),
    "z and a exchanged": ("1.4", forward_exchanged, "other_order"),
    "t counted for each tensor": ("7.3", AdamThatCounts(), "keeps_state"),
}


@pytest.mark.parametrize("words", WRITTEN)
def test_a_mistake_is_named_as_a_learner_writes_it(words: str) -> None:
    number, answer, name = WRITTEN[words]
    verdict = check(number, answer)
    assert verdict.kind == name, verdict


def by_optimiser(w, g, optimiser, state):
    """One step of bpkit's optimiser on a network whose only weights are w."""
    zero = np.zeros((len(w), 1))
    net = bp.Network({1: w}, {1: zero}, ["identity"])
    new, kept = optimiser(net, bp.Grads({1: zero}, {1: g}, {1: zero}), state and {
        name: {("W", 1): part, ("b", 1): zero} for name, part in state.items()})
    return new.W[1], *(kept[name]["W", 1] for name in kept if name in "mv")


BORROWED: dict[str, Callable] = {
    "1.1": bp.affine,
    "1.2": lambda z: bp.sigmoid(z),
    "1.3": lambda z: bp.softmax(z),
    "1.4": lambda W, b, f, x: (lambda trace: (trace.z, trace.a))(bp.Network(W, b, f).forward(x)),
    "1.5": lambda W1, b1, W2, b2, x: (lambda t: (t.z[1], t.a[1], t.z[2], t.a[2]))(
        bp.Network([W1, W2], [b1, b2], ["relu", "sigmoid"]).forward(x)),
    "2.1": bp.half_mse,
    "2.2": lambda a, y: bp.cross_entropy(a, y),
    "2.3": bp.binary_cross_entropy,
    "2.5": lambda a, y: bp.binary_cross_entropy.prime(a, y),
    "4.1": lambda a, y: bp.output_delta("half_mse", bp.sigmoid, np.log(a / (1 - a)), a, y),
    "4.2": lambda a, y: bp.output_delta("binary_cross_entropy", bp.sigmoid, np.log(a / (1 - a)), a, y),
    "4.3": lambda a, g: bp.softmax.vjp(np.log(a), g),
    "4.4": lambda z, y: bp.output_delta("cross_entropy", bp.softmax, z, bp.softmax(z), y),
    "5.2": bp.hidden_delta,
    "6.1": bp.weight_gradient,
    "6.2": bp.bias_gradient,
    "6.4": lambda W, f, z, a, y: bp.Network(W, {l: np.zeros((len(W[l]), 1)) for l in W}, f).backward(
        bp.Trace(a, z), y, {"sigmoid": bp.binary_cross_entropy, "softmax": bp.cross_entropy}.get(
            f[len(W)].name, bp.half_mse)) and None,
    "7.2": lambda w, g, v, eta, beta: by_optimiser(w, g, bp.Momentum(eta, beta), {"v": v}),
    "7.3": lambda w, g, m, v, t, eta, b1, b2, eps: by_optimiser(w, g, bp.Adam(eta, b1, b2, eps), None),
    "9.1": autodiff.Value,
    "9.2": lambda root: autodiff.topological_order(root),
    "9.3": lambda root: autodiff.backward(root),
    "9.4": autodiff.unbroadcast,
    "8.2": lambda sizes, rng: (lambda net: (net.W, net.b))(bp.Network.random(sizes, rng=rng)),
}


@pytest.mark.parametrize("number", BORROWED)
def test_bpkits_own_version_of_the_exercise_is_no_answer(number: str) -> None:
    assert check(number, BORROWED[number]).kind == "borrowed"


def test_every_exercise_that_bpkit_has_a_version_of_is_tried_with_it() -> None:
    assert {one.number for one in every() if one.twins} == {*BORROWED, "8.3"}


def test_an_answer_by_indices_with_the_right_bracket_is_right() -> None:
    assert check("4.5", lambda s, y: by_indices(s, y, lambda i, k: i)).status == "correct"


def test_a_warning_is_shown_in_numpys_words_with_the_case() -> None:
    assert "NumPy warns, far to the right: overflow encountered in exp" in repr(check("1.2", sigmoid_both))


def test_right_numbers_with_a_warning_of_another_kind_are_called_so() -> None:
    def wasteful(z):
        np.sqrt(z)
        return np.exp(-np.logaddexp(0, -z))

    verdict = check("1.2", wasteful)
    assert verdict.kind == "warns"
    assert "invalid value encountered in sqrt" in repr(verdict)


UNREADABLE = {
    "(sigmoid(w*x) - y": "parenthesis", "2x": "multiplication", "sigmoid(w x)": "multiplication", "slope(w*x)": "functions",
    "slope = x": "equals sign", "3 +": "sign stands without", "w[0]*x": "no letter", "(a - y)*x": "x, w and y alone",
    "sigmoid(w, x)": "how many numbers", "sigmoid": "function taken", "x if w else y": "more than the slope",
    "w*x -> y": "reading stop", 7: "quotes"}


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_formula_that_cannot_be_read_is_asked_about_where_it_stops(text: object) -> None:
    verdict = check("3.5", text)
    assert verdict.kind == "form"
    assert UNREADABLE[text] in f"{verdict.question} ", verdict


def seconds_of_work(number: str) -> float:
    """The time of the longest search that a verdict on exercise ``number`` can take: two mistakes, and nothing fits."""
    one = find(number)
    mistakes = one.pairs[-1] if one.pairs else list(one.flaws)[-1:]
    trial = Trial(plain(one), partial(one, **dict.fromkeys(mistakes, True)), seed=1, may_borrow=True)
    fits = trial.fits
    trial.fits = lambda *names: fits(*names) and False
    expected.cache_clear()
    begin = time.process_time()
    verdict_on(trial)
    return time.process_time() - begin


@pytest.mark.slow
def test_a_verdict_of_any_exercise_takes_at_most_half_a_second_of_work() -> None:
    took = {one.number: seconds_of_work(one.number) for one in every()}
    slow = {number: min(seconds, *(seconds_of_work(number) for _ in range(3)))  # the machine may have been busy
            for number, seconds in took.items() if seconds >= 0.4}
    assert all(seconds < 0.5 for seconds in slow.values()), slow


SAID: dict[str, tuple[str, Callable, str, str]] = {
    "nearly": ("5.2", lambda W_next, delta_next, z, f: (W_next.T @ delta_next) * (f(z + 1e-7) - f(z)) / 1e-7,
               "nearly", "loses digits"),
    "rounded": ("2.1", lambda a, y: round(float(((a - y) ** 2).sum() / 2 / a.shape[1]), 6), "nearly", "rounding"),
    "a text": ("2.1", lambda a, y: f"{((a - y) ** 2).sum() / 2 / a.shape[1]:.4f}", "text", "quotes"),
    "nothing but 0": ("6.2", lambda delta: np.zeros((len(delta), 1)) * delta[:, :1], "zeros", "when the bias does"),
    "two results": ("6.1", lambda delta, a_prev: (delta @ a_prev.T, delta.sum(axis=1, keepdims=True)), "wrong_count",
                    "promise"),
    "a comma": ("6.1", lambda delta, a_prev: (delta @ a_prev.T,), "wrong_count", "comma"),
    "a dict": ("6.1", lambda delta, a_prev: {"dW": delta @ a_prev.T}, "wrong_keys", "Which entry of that dict"),
    "keys in words": ("5.3", lambda W, f, z, delta_out: {
        str(l): np.zeros_like(z[l]) for l in z}, "wrong_keys", "by numbers, or by texts"),
    "a part missing": ("5.3", lambda W, f, z, delta_out: {len(W): delta_out}, "wrong_keys", "begin and end"),
    "a power": ("2.1", lambda a, y: ((a - y) ^ 2).sum(), "error", "write a power"),
    "an invisible product": ("4.1", lambda a, y: (a - y) * a(1 - a), "error", "sign of multiplication"),
    "a call too many": ("6.1", lambda delta, a_prev: delta @ a_prev.T(), "error", "pair of parentheses"),
    "a call too few": ("6.1", lambda delta, a_prev: delta @ a_prev.transpose, "error", "is not called"),
    "a whole dict": ("6.4", lambda W, f, z, a, y: (a - y, {}, {}), "error", "entry for each layer"),
    "dict.T": ("5.3", lambda W, f, z, delta_out: W.T[1], "error", "entry for each layer"),
    "not there yet": ("5.3", lambda W, f, z, delta_out: {l: {}[l] for l in W}, "error", "nothing is kept for it yet"),
    "an index": ("6.5", lambda delta, a_prev: delta[:, [99]], "error", "how many of them"),
    "a place": ("6.2", lambda delta: np.sum(delta, 1, True), "error", "At which place"),
    "another spelling": ("6.2", lambda delta: delta.sum(axis=1, keepdim=True), "error", "NumPy spell"),
    "arguments exchanged": ("6.1", lambda a_prev, delta: delta @ a_prev.T, "other_arguments", "In which order"),
    "the last one right": ("3.1", lambda x, y, z: (y, z, x + y), "first_to_differ", "is dx made"),
    "stretched": ("6.2", lambda delta: delta.sum(axis=1) + np.zeros((len(delta), 1)), "wrong_shape", "stretched"),
    "right on one": ("7.4", lambda m, beta, t: m * (1 + beta * t), "some_cases", "do no harm"),
}


@pytest.mark.parametrize("words", SAID)
def test_what_is_the_matter_is_said_and_asked(words: str) -> None:
    number, answer, name, asks = SAID[words]
    verdict = check(number, answer)
    assert verdict.kind == name, verdict
    assert asks in verdict.question, verdict


def a_step_without_default(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def test_a_parameter_that_needs_a_default_is_named() -> None:
    assert "h needs a default" in check("0.2", a_step_without_default).message


def test_parts_that_are_right_everywhere_are_credited() -> None:
    verdict = check("3.1", lambda x, y, z: (y, z, x + y))
    assert verdict.message.startswith("dy and dz are right; dx is not.")


def test_numbers_of_any_kind_are_numbers() -> None:
    from fractions import Fraction

    assert check("3.1", lambda x, y, z: np.array([z, z, x + y])).status == "correct"
    assert check("3.1", lambda x, y, z: (Fraction(float(z)), Fraction(float(z)), x + y)).status == "correct"


def test_float32_in_one_part_lowers_what_is_asked_of_all() -> None:
    def deltas(W, f, z, delta_out):
        delta = {len(W): delta_out.astype(np.float32)}
        for l in range(len(W) - 1, 0, -1):
            delta[l] = (W[l + 1].T @ delta[l + 1]) * f[l].prime(z[l])
        return delta

    assert check("5.3", deltas).status == "correct"
