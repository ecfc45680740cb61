"""Mistakes of chapters 4 to 7 as learners write them: each is called by its name, in a sentence that can be read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises import check
from bpkit.exercises.declare import find
from bpkit.exercises.report import mutant

pytestmark = pytest.mark.slow  # a contributor to an exercise runs this file by its name

# --- chapter 4


def cross_entropy_in_the_square(a, y):
    with np.errstate(all="ignore"):
        return (-y / a + (1 - y) / (1 - a)) / a.shape[1] * a * (1 - a)


def softmax_of_a_softmax(a, g):
    s = bp.softmax(a)
    return s * (g - np.sum(s * g, axis=0, keepdims=True))


def by_indices(upstream, local):
    """4.5 with these two factors, each made from s, y and the indices e, i, k."""

    def delta_by_indices(s, y):
        K, N = s.shape
        delta = np.zeros((K, N))
        for e in range(N):
            for i in range(K):
                for k in range(K):
                    delta[i, e] += upstream(s, y, e, k) * local(s, e, i, k)
        return delta / N

    return delta_by_indices


def up(s, y, e, k):
    return -y[k, e] / s[k, e]


def bracket(s, e, i, k):
    return s[k, e] * ((i == k) - s[i, e])


def by_indices_of_i(s, y):
    K, N = s.shape
    delta = np.zeros((K, N))
    for e in range(N):
        for i in range(K):
            for k in range(K):
                delta[i, e] += -y[i, e] / s[i, e] * bracket(s, e, i, k)
    return delta / N


# --- chapter 5


def all_deltas_gated_again(W, f, z, delta_out):
    L = len(W)
    delta = {L: delta_out * f[L].prime(z[L])}
    for l in range(L - 1, 0, -1):
        delta[l] = W[l + 1].T @ delta[l + 1] * f[l].prime(z[l])
    return delta


def suspects(W_next, delta_next, z, f):
    back = W_next.T @ delta_next
    return {"missing transpose": W_next @ delta_next * f.prime(z), "slope missing": back,
            "slope at a": back * f.prime(f(z)), "weights omitted": np.ones_like(W_next).T @ delta_next * f.prime(z)}


def accuse(equal=np.allclose, otherwise=None, spelt=str, **wrongly):
    """5.4 with its comparison, its last word, its spelling, and candidates that are computed ``wrongly``."""

    def name_the_error(W_next, delta_next, z, f, wrong):
        for name, candidate in suspects(W_next, delta_next, z, f).items():
            change = wrongly.get(name.replace(" ", "_"))
            if equal(change(W_next, delta_next, z, f) if change else candidate, wrong):
                return spelt(name)
        return otherwise

    return name_the_error


def to_the_last_digit(one, other):
    return (one == other).all()


# --- chapter 6


def backward(start=None, gate=None, weights=None):
    """6.4 with its own delta of the output, slope of a hidden layer, or gradient of the weights."""

    def whole(W, f, z, a, y):
        L, N = len(W), y.shape[1]
        delta, dW, db = {}, {}, {}
        for l in range(L, 0, -1):
            if l == L:
                delta[l] = start(f, z, a, y) / N if start else (a[L] - y) / N
            else:
                slope = gate(f[l], z[l], a[l]) if gate else f[l].prime(z[l])
                delta[l] = W[l + 1].T @ delta[l + 1] * slope
            dW[l] = delta[l] @ a[l - 1].T / (N if weights else 1)
            db[l] = np.sum(delta[l], axis=1, keepdims=True)
        return delta, dW, db

    return whole


def singles_without_bias(delta, a_prev):
    dW, db = np.zeros((len(delta), len(a_prev))), np.zeros((len(delta), 1))
    for e in range(delta.shape[1]):
        dW += np.outer(delta[:, e], a_prev[:, e])
    return dW, db


# --- chapter 7


def adam(mean=None, square=None, by=None, step=None):
    """7.3 with its own m in the step, square of g, divisors of the two corrections, or way from w to the new w."""

    def adam_step(w, g, m, v, t, eta, beta1, beta2, eps):
        m_new = beta1 * m + (1 - beta1) * g
        v_new = beta2 * v + (1 - beta2) * (square(g, m_new) if square else g**2)
        by_m, by_v = by(beta1, beta2, t) if by else (1 - beta1**t, 1 - beta2**t)
        m_hat, v_hat = (mean(m, m_new) if mean else m_new) / by_m, v_new / by_v
        return step(w, eta, m_hat, v_hat, eps) if step else w - eta * m_hat / (np.sqrt(v_hat) + eps), m_new, v_new

    return adam_step


def eps_on_step(w, eta, m_hat, v_hat, eps):
    step = eta * m_hat / np.sqrt(v_hat) + eps
    return w - step


def mystery(error=False, hidden=False, everything=False):
    """7.5 with a part of the forward pass taken again after the first of the two weights has moved."""

    def mazur_step(W1, b1, W2, b2, x, y, eta):
        a1 = bp.sigmoid(W1 @ x + b1)

        def delta_out(W2, a1):
            a2 = bp.sigmoid(W2 @ a1 + b2)
            return (a2 - y) * a2 * (1 - a2)

        delta2 = delta_out(W2, a1)
        W2_new = W2 - eta * delta2 @ a1.T
        back = W2.T @ (delta_out(W2_new, a1) if error else delta2)
        W1_new = W1 - eta * (back * a1 * (1 - a1)) @ x.T
        if hidden or everything:
            a1 = bp.sigmoid(W1_new @ x + b1)
            W2_new = W2 - eta * (delta_out(W2, a1) if everything else delta2) @ a1.T
        return W1_new, W2_new

    return mazur_step


WRITTEN: dict[str, tuple[str, Callable, str]] = {
    "cross-entropy's slope": ("4.1", cross_entropy_in_the_square, "cross_entropy_slope"),
    "the loss for its slope": ("4.1", lambda a, y: (a - y) ** 2 / (2 * a.shape[1]), "loss_itself"),
    "a scale forgotten": ("4.3", lambda a, g: g - np.sum(a * g, axis=0), "not_scaled"),
    "the mean of the products": ("4.3", lambda a, g: a * (g - (g * a).mean(axis=0)), "weighted_mean"),
    "a softmax of a": ("4.3", softmax_of_a_softmax, "softmax_again"),
    "no bracket": ("4.5", by_indices(up, lambda s, e, i, k: -s[k, e] * s[i, e]), "same_missing"),
    "s(1 - s) for all": ("4.5", by_indices(up, lambda s, e, i, k: s[k, e] * (1 - s[k, e])), "always_diagonal"),
    "upstream is L": ("4.5", by_indices(lambda s, y, e, k: -y[k, e] * np.log(s[k, e]), bracket), "upstream_loss"),
    "upstream is s - y": ("4.5", by_indices(lambda s, y, e, k: s[k, e] - y[k, e], bracket), "upstream_difference"),
    "N under y alone": ("4.1", lambda a, y: (a - y / a.shape[1]) * a * (1 - a), "only_target_divided"),
    "N under y alone, cross-entropy": ("4.2", lambda a, y: a - y / a.shape[1], "only_target_divided"),
    "N under y alone, softmax": ("4.4", lambda z, y: bp.softmax(z) - y / z.shape[1], "only_target_divided"),
    "a*1 - a": ("4.1", lambda a, y: (a - y) * (a*1 - a) / a.shape[1], "slope_of_zero"),
    "a*1 - a, then N": ("4.1", lambda a, y: (a - y)*a*1 - a / a.shape[1], "one_multiplied"),
    "N, then a*1 - a": ("4.1", lambda a, y: (a - y) / a.shape[1]*a*1 - a, "one_multiplied_last"),
    "y_i in place of y_k": ("4.5", by_indices_of_i, "stays_zero"),
    "no upstream": ("4.5", by_indices(lambda s, y, e, k: 1, bracket), "stays_zero"),
    "nothing is added": ("4.5", lambda s, y: np.zeros(s.shape), "stays_zero"),
    "f(1 - f)": ("5.2", lambda W, d, z, f: W.T @ d * f(z) * (1 - f(z)), "sigmoid_at_a"),
    "always sigmoid.prime": ("5.2", lambda W, d, z, f: W.T @ d * bp.sigmoid.prime(z), "sigmoid_at_z"),
    "f.prime of the signal": ("5.2", lambda W, d, z, f: f.prime(W.T @ d), "slope_of_signal"),
    "the signal times f.prime of it": ("5.2", lambda W, d, z, f: W.T @ d * f.prime(W.T @ d), "slope_at_signal"),
    "f of the signal": ("5.2", lambda W, d, z, f: f(W.T @ d), "forward_again"),
    "the output's slope again": ("5.3", all_deltas_gated_again, "output_slope_again"),
    "array_equal": ("5.4", accuse(equal=np.array_equal), "too_strict"),
    "array_equal, with a last word": ("5.4", accuse(equal=np.array_equal, otherwise="none"), "too_strict"),
    "every entry ==": ("5.4", accuse(equal=to_the_last_digit), "too_strict"),
    "no candidate is ever equal": ("5.4", accuse(equal=lambda one, other: False), "no_name"),
    "a transpose left in": ("5.4", accuse(missing_transpose=lambda W, d, z, f: W.T @ d * f.prime(z)),
                            "first_suspect_free"),
    "a slope left in": ("5.4", accuse(slope_missing=lambda W, d, z, f: W.T @ d * f.prime(z)), "second_suspect_free"),
    "f' of f'": ("5.4", accuse(slope_at_a=lambda W, d, z, f: W.T @ d * f.prime(f.prime(z))), "third_suspect_free"),
    "weights of 0": ("5.4", accuse(weights_omitted=lambda W, d, z, f: 0 * W.T @ d), "last_suspect_free"),
    "a name misspelt": ("5.4", accuse(spelt=lambda name: name.replace(" ", "_")), "form"),
    "a list of names": ("5.4", accuse(spelt=lambda name: [name]), "form"),
    "two gradients": ("6.3", lambda d, a: (d @ a.T, d.sum(axis=1, keepdims=True)), "wrong_count"),
    "the slope that has cancelled": (
        "6.4", backward(lambda f, z, a, y: (a[len(f)] - y) * f[len(f)].prime(z[len(f)])), "slope_cancelled"),
    "a(1 - a) at the output": (
        "6.4", backward(lambda f, z, a, y: (a[len(f)] - y) * a[len(f)] * (1 - a[len(f)])), "slope_left_in"),
    "z compared with y": ("6.4", backward(lambda f, z, a, y: z[len(f)] - y), "z_for_a"),
    "a(1 - a) everywhere": ("6.4", backward(gate=lambda f, z, a: a * (1 - a)), "sigmoid_assumed"),
    "f for f'": ("6.4", backward(gate=lambda f, z, a: f(z)), "times_a"),
    "dW by N alone": ("6.4", backward(weights=True), "weights_mean"),
    "db forgotten": ("6.5", singles_without_bias, "bias_zero"),
    "beta(v + g)": (
        "7.2", lambda w, g, v, eta, beta: (w - eta * beta * (v + g), beta * (v + g)), "beta_on_both"),
    "the old m in m_hat": ("7.3", adam(mean=lambda m, m_new: m), "old_mean"),
    "beta1 in v_hat": ("7.3", adam(by=lambda beta1, beta2, t: (1 - beta1**t, 1 - beta1**t)), "same_correction"),
    "the square of m": ("7.3", adam(square=lambda g, m_new: m_new**2), "mean_squared"),
    "eps on the step": ("7.3", adam(step=eps_on_step), "eps_on_step"),
    "eps on w": ("7.3", adam(step=lambda w, eta, m, v, eps: w - eta * m / np.sqrt(v) + eps), "eps_on_weight"),
    "1 - beta without t": ("7.3", adam(by=lambda beta1, beta2, t: (1 - beta1, 1 - beta2)), "no_power"),
    "1 - beta t": ("7.3", adam(by=lambda beta1, beta2, t: (1 - beta1 * t, 1 - beta2 * t)), "times_t"),
    "(1 - beta) to the t": ("7.4", lambda m, beta, t: m / (1 - beta) ** t, "power_of_rest"),
    "the error again": ("7.5", mystery(error=True), "error_again"),
    "the hidden activation again": ("7.5", mystery(hidden=True), "activation_again"),
    "the pass again": ("7.5", mystery(everything=True), "pass_again"),
}


@pytest.mark.parametrize("words", WRITTEN)
def test_a_mistake_is_named_as_a_learner_writes_it(words: str) -> None:
    number, answer, name = WRITTEN[words]
    verdict = check(number, answer)
    assert verdict.kind == name, verdict


@pytest.mark.parametrize("answer", [accuse(), backward(), by_indices(up, bracket), adam(), mystery()])
def test_what_the_mistakes_are_made_from_is_right(answer: Callable) -> None:
    number = {"name_the_error": "5.4", "whole": "6.4", "delta_by_indices": "4.5", "adam_step": "7.3",
              "mazur_step": "7.5"}[answer.__name__]
    assert check(number, answer).status == "correct"


def test_a_slope_that_is_always_the_sigmoids_is_asked_about_with_the_other_functions() -> None:
    for name in ("sigmoid_at_a", "sigmoid_at_z"):
        assert "f may be tanh or relu" in mutant(find("5.2"), name).question


def test_a_misspelt_name_is_shown_beside_the_four_that_are_wanted() -> None:
    said = check("5.4", accuse(spelt=str.title)).message
    assert '"Missing Transpose" came' in said
    assert all(f'"{name}"' in said for name in ("missing transpose", "slope missing", "slope at a", "weights omitted"))


def test_a_name_that_is_still_blank_is_no_mistake() -> None:
    assert check("5.4", accuse(otherwise=..., equal=lambda one, other: False)).status == "waiting"


def test_two_gradients_in_place_of_one_table_are_counted() -> None:
    verdict = check("6.3", lambda delta, a_prev: (delta @ a_prev.T, delta.sum(axis=1, keepdims=True)))
    assert "Two arrays came" in verdict.message
    assert "side by side" in verdict.message


def test_a_forgotten_bias_gradient_leaves_dW_its_due() -> None:
    verdict = check("6.5", singles_without_bias)
    assert "the right dW" in verdict.message
    assert "dW is right" in verdict.question


def test_no_mistake_in_counting_breaks_the_sentence() -> None:
    for number in ("4.1", "4.2", "4.4", "4.5"):
        assert not [flaw.what for flaw in find(number).flaws.values() if flaw.what.startswith("divided")]


def test_no_case_of_4_5_is_named_like_a_judgement() -> None:
    assert not [case.tag for case in find("4.5").cases if "wrong" in case.tag or "right" in case.tag]


def deltas_by_one_f(W, f, z, delta_out):
    L = len(W)
    delta = {L: delta_out}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * f.prime(z[l])
    return delta


def backward_from_z(W, f, z, a, y):
    L, N = len(W), y.shape[1]
    delta, dW, db = {L: (a[L] - y) / N}, {}, {}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * f[l].prime(z[l])
    for l in delta:
        dW[l] = delta[l] @ z[l - 1].T
        db[l] = delta[l].sum(axis=1, keepdims=True)
    return delta, dW, db


@pytest.mark.parametrize("number, answer, ask", [
    ("4.5", by_indices(lambda s, y, e, k: -y[k, e] / s[k, e], lambda s, e, i, k: s[k, e] * [i == k]), "make a list"),
    ("5.3", deltas_by_one_f, "one function for each layer"),
    ("6.4", backward_from_z, "has a layer 0"),
])
def test_a_stop_whose_reason_is_known_gets_a_question_that_fits_it(number, answer, ask):
    assert ask in check(number, answer).question
