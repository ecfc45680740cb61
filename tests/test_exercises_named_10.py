"""Mistakes of chapter 10 as newcomers write them: each gets its name, and words that show what came and what was wanted."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises import check, hint
from bpkit.exercises.checks import judge
from bpkit.exercises.sealed import passes

pytestmark = pytest.mark.slow  # a contributor to an exercise runs this file by its name

# --- 10.1


def far(mine, true):
    """As the chapter writes it: nan for two tables of zeros."""
    return np.linalg.norm(mine - true) / max(np.linalg.norm(mine), np.linalg.norm(true))


def safe(mine, true):
    return np.linalg.norm(mine - true) > 1e-6 * max(np.linalg.norm(mine), np.linalg.norm(true))


def search(off: Callable = safe, layers: Callable = lambda dW: range(len(dW), 0, -1), kinds=(0, 1)) -> Callable:
    def first_suspect(dW, db, dW_true, db_true):
        both = (("dW", dW, dW_true), ("db", db, db_true))
        for l in layers(dW):
            for name, mine, true in (both[k] for k in kinds):
                if off(mine[l], true[l]):
                    return f"{name}[{l}]"
        return "none"

    return first_suspect


def last_found(dW, db, dW_true, db_true):
    found = "none"
    for l in range(len(dW), 0, -1):
        if safe(dW[l], dW_true[l]):
            found = f"dW[{l}]"
        if safe(db[l], db_true[l]):
            found = f"db[{l}]"
    return found


def return_in_the_loop(dW, db, dW_true, db_true):
    for l in range(len(dW), 0, -1):
        if safe(dW[l], dW_true[l]):
            return f"dW[{l}]"
        if safe(db[l], db_true[l]):
            return f"db[{l}]"
        return "none"


def return_in_the_else(dW, db, dW_true, db_true):
    for l in range(len(dW), 0, -1):
        if safe(dW[l], dW_true[l]):
            return f"dW[{l}]"
        else:
            return "none"


def weights_then_biases(dW, db, dW_true, db_true):
    for name, mine, true in (("dW", dW, dW_true), ("db", db, db_true)):
        for l in sorted(mine, reverse=True):
            if safe(mine[l], true[l]):
                return f"{name}[{l}]"
    return "none"


SEARCHES: dict[str, tuple[Callable, str]] = {
    "np.allclose": (search(lambda a, b: not np.allclose(a, b)), "absolute_too"),
    "np.allclose, rtol 1e-6": (search(lambda a, b: not np.allclose(a, b, rtol=1e-6)), "absolute_too"),
    "a difference above 1e-6": (search(lambda a, b: np.linalg.norm(a - b) > 1e-6), "absolute"),
    "the largest difference above 1e-8": (search(lambda a, b: np.max(abs(a - b)) > 1e-8), "absolute"),
    "tolerance 1e-4": (search(lambda a, b: far(a, b) > 1e-4), "too_loose"),
    "tolerance 1e-3": (search(lambda a, b: far(a, b) > 1e-3), "too_loose"),
    "tolerance 1e-2, by entries": (search(lambda a, b: np.max(abs(a - b)) > 0.009 * np.max(abs(b))), "too_loose"),
    "tolerance 1e-1": (search(lambda a, b: far(a, b) > 0.15), "far_too_loose"),
    "equal": (search(lambda a, b: not np.array_equal(a, b)), "too_strict"),
    "not far below": (search(lambda a, b: not far(a, b) < 1e-6), "zeros_off"),
    "one entry": (search(lambda a, b: abs(a[0, 0] - b[0, 0]) > 1e-6 * abs(b[0, 0])), "first_entries"),
    "sums": (search(lambda a, b: abs(a.sum() - b.sum()) > 1e-6 * abs(b.sum())), "sums_only"),
    "norms": (search(lambda a, b: abs(np.linalg.norm(a) - np.linalg.norm(b)) > 1e-6 * np.linalg.norm(b)), "norms_only"),
    "(a - b).max()": (search(lambda a, b: (a - b).max() > 1e-6 * abs(b).max()), "signed"),
    "(b - a).max()": (search(lambda a, b: (b - a).max() > 1e-6 * abs(b).max()), "signed_back"),
    "layers 3, 2, 1": (search(layers=lambda dW: (3, 2, 1)), "layers_fixed"),
    "len(dW) - 1": (search(layers=lambda dW: range(len(dW) - 1, 0, -1)), "last_layer_left_out"),
    "range to 1": (search(layers=lambda dW: range(len(dW), 1, -1)), "first_layer_left_out"),
    "from layer 1": (search(layers=sorted), "from_the_input"),
    "for l in dW": (search(layers=list), "as_they_come"),
    "for l in reversed(dW)": (search(layers=lambda dW: list(dW)[::-1]), "backwards_as_they_come"),
    "a true zero passed over": (search(lambda a, b: b.any() and safe(a, b)), "true_zeros_skipped"),
    "an own zero passed over": (search(lambda a, b: a.any() and safe(a, b)), "own_zeros_skipped"),
    "any zero passed over": (search(lambda a, b: a.any() and b.any() and safe(a, b)), "zeros_skipped"),
    "every entry off": (search(lambda a, b: (abs(a - b) > 1e-6 * abs(b)).all()), "nearest_entry"),
    "biases first": (search(kinds=(1, 0)), "biases_first"),
    "weights alone": (search(kinds=(0,)), "weights_only"),
    "weights, then biases": (weights_then_biases, "weights_before_biases"),
    "the last one found": (last_found, "last_found"),
    "return in the loop": (return_in_the_loop, "last_layer_only"),
    "return in the else": (return_in_the_else, "first_table_only"),
}


@pytest.mark.parametrize("words", SEARCHES)
def test_a_search_that_looks_wrong_is_named(words):
    answer, name = SEARCHES[words]
    for seed in range(4):
        verdict = judge("10.1", answer, seed)
        assert verdict.kind == name, verdict
    assert "first wrong case, " in verdict.message or name == "layers_fixed"


@pytest.mark.parametrize("came, shown", [
    (lambda name: name[1:], 'It returns "W[2]", wanted is "dW[2]"'),
    (lambda name: name.replace("[", " ["), 'It returns "dW [2]", wanted is "dW[2]"'),
    (lambda name: [name, "dW[1]"], "It returns list ['dW[2]', 'dW[1]'], wanted is \"dW[2]\""),
    (lambda name: None, 'It returns None, wanted is "dW[2]"'),
])
def test_a_name_in_another_form_is_shown_beside_the_one_wanted(came, shown):
    right = search()
    verdict = check("10.1", lambda *args: (lambda name: name if name == "none" else came(name))(right(*args)))
    assert shown in verdict.message, verdict


def test_a_forgotten_none_is_shown_as_such():
    right = search()
    verdict = check("10.1", lambda *args: None if right(*args) == "none" else right(*args))
    assert verdict.message == 'It returns None, wanted is "none".'
    assert "return" in verdict.question


# --- 10.2

NAMES = {"A": "relu on the signal", "B": "planted factor", "C": "updated weights", "D": "open gate"}


def accuse(order: str) -> dict[str, str]:
    """The names of A to D, given to the letters in another order."""
    return dict(zip("ABCD", (NAMES[letter] for letter in order), strict=True))


@pytest.mark.parametrize("order", ["BCAD", "BADC", "BCDA"])
def test_names_that_are_all_mixed_up_lead_back_to_the_experiments(order):
    verdict = check("10.2", accuse(order))
    assert verdict.message == "At most one of the four names fits."
    assert "experiment 1" in verdict.question
    assert "Gather evidence" in verdict.lesson


def test_a_name_given_twice_is_said_and_does_not_give_away_whose_it_is():
    verdict = check("10.2", NAMES | {"D": "updated weights"})
    assert '"updated weights" is the name of more than one pass' in verdict.message
    assert not any(f"{letter}" in verdict.message.split() for letter in "ABCD")


def test_an_open_letter_waits_and_what_is_no_name_is_shown():
    assert check("10.2", NAMES | {"C": None}).message == "C is still open."
    assert check("10.2", NAMES | {"B": ..., "C": ...}).status == "waiting"
    assert "C is int 3" in check("10.2", NAMES | {"C": 3}).message
    assert "C is 'open door'" in check("10.2", NAMES | {"C": "open door"}).message


# --- 10.3


def mend(first="(a[L] - y) / x.shape[1]", bias="delta.sum(axis=1, keepdims=True)", back="W[l].T @ delta",
         gate="back * (z[l - 1] > 0)") -> Callable:
    """The pass of exercise 10.3 with these four lines."""
    space: dict = {"np": np}
    exec(f"""
def repaired(W, b, f, x, y):
    z, a, dW, db, L = {{}}, {{0: x}}, {{}}, {{}}, len(W)
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])
    delta = {first}
    for l in range(L, 0, -1):
        dW[l] = delta @ a[l - 1].T
        db[l] = {bias}
        if l > 1:
            back = {back}
            delta = {gate}
    return dW, db
""", space)
    return space["repaired"]


MENDED: dict[str, tuple[Callable, str]] = {
    "twice at every layer": (mend(back="2 * W[l].T @ delta"), "doubled"),
    "half at every layer": (mend(back="W[l].T @ delta / 2"), "halved"),
    "half at layer 2": (mend(back="(2 if l == 2 else 1) * W[l].T @ delta"), "planted_factor"),
    "relu and gate": (mend(back="np.maximum(W[l].T @ delta, 0)"), "relu_and_gate"),
    "relu on the signal": (mend(gate="np.maximum(back, 0)"), "relu_on_signal"),
    "f on the signal": (mend(gate="f[l - 1](back)"), "relu_on_signal"),
    "1/N never": (mend("a[L] - y"), "not_divided_by_N"),
    "1/N twice": (mend("(a[L] - y) / x.shape[1] ** 2"), "divided_twice"),
    "1/N at every layer": (mend(back="W[l].T @ delta / x.shape[1]"), "divided_everywhere"),
    "len(x)": (mend("(a[L] - y) / len(x)"), "features_for_N"),
    "len(y)": (mend("(a[L] - y) / len(y)"), "classes_for_N"),
    "x.size": (mend("(a[L] - y) / x.size"), "entries_for_N"),
    "y.size": (mend("(a[L] - y) / y.size"), "targets_for_N"),
    "mean for the bias": (mend(bias="delta.mean(axis=1, keepdims=True)"), "bias_mean"),
    "bias from the weights": (mend(bias="dW[l].sum(axis=1, keepdims=True)"), "bias_from_weights"),
    "the other axis": (mend(bias="delta.sum(axis=0, keepdims=True)"), "bias_over_units"),
    "the slope left in": (mend("(a[L] - y) * a[L] * (1 - a[L]) / x.shape[1]"), "slope_left_in"),
    "the other sign": (mend("(y - a[L]) / x.shape[1]"), "sign"),
    "gate below": (mend(gate="back * (z[l - 1] < 0)"), "gate_reversed"),
    "gate at a": (mend(gate="back * (a[l - 1] >= 0)"), "gate_open"),
    "no gate": (mend(gate="back"), "gate_open"),
    "the next gate": (mend(gate="back * (z[l] > 0)"), "gate_of_next"),
    "relu of z": (mend(gate="back * np.maximum(z[l - 1], 0)"), "times_a"),
    "abs": (mend(back="abs(W[l].T @ delta)"), "size_of_signal"),
    "no transpose": (mend(back="W[l] @ delta"), "missing_transpose"),
    "updated": (mend(back="(W[l] - 0.1 * dW[l]).T @ delta"), "updated_weights"),
    "updated by the gradient": (mend(back="(W[l] - dW[l]).T @ delta"), "stepped_weights"),
    "a flat bias": (mend(bias="delta.sum(axis=1)"), "reshaped"),
    "a gate and a mean": (mend(bias="delta.mean(axis=1, keepdims=True)", gate="back"), "gate_open+bias_mean"),
}


@pytest.mark.parametrize("words", MENDED)
def test_a_pass_that_is_mended_wrongly_is_named(words):
    answer, name = MENDED[words]
    assert set(check("10.3", answer).kind.split("+")) == set(name.split("+")), check("10.3", answer)


@pytest.mark.parametrize("letter, name", [
    ("A", "relu_on_signal+bias_from_weights"), ("B", "planted_factor"), ("C", "updated_weights"), ("D", "gate_open")])
def test_each_sealed_pass_is_named_as_an_answer(letter, name):
    assert judge("10.3", passes[letter]).kind == name


def test_a_flat_bias_gradient_is_asked_to_keep_its_axis_and_would_not_fit_below():
    verdict = check("10.3", mend(bias="delta.sum(axis=1)"))
    assert "wanted is (5, 1)" in verdict.message
    assert "axis" in verdict.question


def test_the_first_wrong_entry_is_that_of_the_last_layer():
    assert "dW[3]" in check("10.3", mend("(y - a[L]) / x.shape[1]")).rows[0][1]


def test_a_gradient_that_is_none_is_said_to_be_empty():
    verdict = check("10.3", mend(bias="None"))
    assert verdict.message == "db[1] is None: nothing was put there."
    assert "db[1]" in verdict.question


# --- 10.4


def loss_of(f, x, y, name="cross_entropy"):
    return lambda theta: bp.Network(theta["W"], theta["b"], f).loss(x, y, name)


def by_check(say: Callable, loss: Callable = lambda W, b, f, x, y: loss_of(f, x, y)) -> Callable:
    """A proof by the gradient check, which says yes or no by ``say(report)``."""
    def prove(backward, W, b, f, x, y):
        dW, db = backward(W, b, f, x, y)
        return say(bp.gradcheck(loss(W, b, f, x, y), {"W": W, "b": b}, {"W": dW, "b": db}))

    return prove


def against(agrees: Callable = lambda a, b: not safe(a, b), whole: Callable = all, layers: Callable = list,
            kinds: tuple[int, ...] = (0, 1)) -> Callable:
    """A proof by comparison with bpkit's own gradients."""
    def prove(backward, W, b, f, x, y):
        net = bp.Network(W, b, f)
        true, found = net.backward(net.forward(x), y, "cross_entropy"), backward(W, b, f, x, y)
        return whole(agrees(found[k][l], (true.dW, true.db)[k][l]) for k in kinds for l in layers(W))

    return prove


def weights_by_check(backward, W, b, f, x, y):
    return bp.gradcheck(lambda W: bp.Network(W, b, f).loss(x, y, "cross_entropy"), W,
                        backward(W, b, f, x, y)[0]).verdict == "agrees"


def biases_by_check(backward, W, b, f, x, y):
    return bp.gradcheck(lambda b: bp.Network(W, b, f).loss(x, y, "cross_entropy"), b,
                        backward(W, b, f, x, y)[1]).verdict == "agrees"


def either(backward, W, b, f, x, y):
    return weights_by_check(backward, W, b, f, x, y) or biases_by_check(backward, W, b, f, x, y)


def return_true_in_the_loop(backward, W, b, f, x, y):
    dW, db = backward(W, b, f, x, y)
    net = bp.Network(W, b, f)
    true = net.backward(net.forward(x), y, "cross_entropy")
    for l in W:
        return not (safe(dW[l], true.dW[l]) or safe(db[l], true.db[l]))


def one_weight(backward, W, b, f, x, y, h=1e-5):
    dW, _ = backward(W, b, f, x, y)
    step = np.zeros_like(W[1])
    step[0, 0] = h
    up, down = (bp.Network(W | {1: W[1] + s}, b, f).loss(x, y, "cross_entropy") for s in (step, -step))
    slope = (up - down) / (2 * h)
    return abs(slope - dW[1][0, 0]) <= 1e-6 * max(abs(slope), abs(dW[1][0, 0])) + 1e-12


def falling(steps: int, eta: float) -> Callable:
    """A proof by training: the loss is lower at the end."""
    def prove(backward, W, b, f, x, y):
        net = bp.Network(W, b, f)
        before = net.loss(x, y, "cross_entropy")
        for _ in range(steps):
            dW, db = backward(net.W, net.b, f, x, y)
            net = bp.Network({l: net.W[l] - eta * dW[l] for l in W}, {l: net.b[l] - eta * db[l] for l in W}, f)
        return net.loss(x, y, "cross_entropy") < before

    return prove


PROOFS: dict[str, tuple[Callable, str]] = {
    "a loss of the W and b outside": (
        by_check(lambda report: report.verdict == "agrees",
                 lambda W, b, f, x, y: lambda theta: bp.Network(W, b, f).loss(x, y, "cross_entropy")), "loss_stands_still"),
    "half_mse": (by_check(lambda report: report.verdict == "agrees",
                          lambda W, b, f, x, y: loss_of(f, x, y, "half_mse")), "other_loss"),
    "agree": (by_check(lambda report: report.verdict == "agree"), "always_wrong"),
    "the report compared": (by_check(lambda report: report == "agrees"), "always_wrong"),
    "!=": (by_check(lambda report: report.verdict != "agrees"), "inverted"),
    "the verdict itself": (by_check(lambda report: report.verdict), "form"),
    "the report itself": (by_check(lambda report: report), "form"),
    "nothing returned": (by_check(print), "none"),
    "weights by the check": (weights_by_check, "weights_only"),
    "biases by the check": (biases_by_check, "biases_only"),
    "or": (either, "either"),
    "any": (against(whole=any), "any_table"),
    "return True in the loop": (return_true_in_the_loop, "first_layer_only"),
    "layer 1": (against(layers=lambda W: [1]), "first_layer_only"),
    "the last layer": (against(layers=lambda W: [len(W)]), "last_layer_only"),
    "the last layer skipped": (against(layers=lambda W: range(1, len(W))), "last_layer_left_out"),
    "layer 1 skipped": (against(layers=lambda W: range(len(W), 1, -1)), "first_layer_left_out"),
    "a true zero passed over": (against(lambda a, b: not b.any() or not safe(a, b)), "true_zeros_skipped"),
    "layers 1, 2, 3": (against(layers=lambda W: (1, 2, 3)), "layers_fixed"),
    "an absolute tolerance": (against(lambda a, b: np.linalg.norm(a - b) < 1e-6), "absolute"),
    "np.allclose": (against(np.allclose), "absolute"),
    "a tolerance of a thousandth": (against(lambda a, b: np.linalg.norm(a - b) <= 1e-3 * np.linalg.norm(b)), "too_loose"),
    "the chapter's far": (against(lambda a, b: far(a, b) < 1e-6), "zeros_off"),
    "equal": (against(np.array_equal), "too_strict"),
    "one weight": (one_weight, "one_entry"),
    "norms": (against(lambda a, b: abs(np.linalg.norm(a) - np.linalg.norm(b)) <= 1e-6 * np.linalg.norm(b)), "norms_only"),
    "one step lowers the loss": (falling(1, 0.01), "loss_falls"),
    "the loss falls": (falling(20, 0.01), "loss_falls"),
    "yes": (lambda *args: True, "always_right"),
}


@pytest.mark.parametrize("words", PROOFS)
def test_a_proof_that_proves_nothing_is_named(words):
    answer, name = PROOFS[words]
    for seed in range(3):
        verdict = judge("10.4", answer, seed)
        assert verdict.kind == name, verdict


def test_a_verdict_quotes_what_the_proof_says_and_what_is_wanted():
    verdict = check("10.4", by_check(lambda report: report.verdict == "agree"))
    assert "first wrong case, a right one: prove says False, wanted True" in verdict.message
    assert "report" in verdict.question


def test_a_proof_that_nudges_in_place_is_asked_for_an_array_of_its_own():
    def prove(backward, W, b, f, x, y):
        W[1][0, 0] += 1e-5
        return True

    verdict = check("10.4", prove)
    assert "read-only" in verdict.message
    assert "make a new one" in verdict.question


def test_more_keys_than_asked_for_do_no_harm_and_other_keys_are_asked_about():
    assert judge("10.2", NAMES | {"E": None}).status == "correct"
    verdict = judge("10.2", {name: letter for letter, name in NAMES.items()})
    assert verdict.message == "No name stands under the keys A, B, C and D."


def test_what_a_bad_input_says_is_shown_whole():
    def prove(backward, W, b, f, x, y):
        dW, db = backward(W, b, f, x, y)
        return bp.gradcheck(loss_of(f, x, y), {"W": W, "b": b}, {"W": db, "b": dW}).verdict == "agrees"

    message = check("10.4", prove).message
    assert "grad W[2] does not fit theta." in message
    assert "wanted: shape (2, 2)" in message
    assert "got: shape (2, 1)" in message


def test_the_hints_of_the_proof_speak_of_the_check_and_of_a_loss_of_theta():
    assert "gradient check" in hint("10.4").text
    assert "loss of theta" in hint("10.4").text


@pytest.mark.parametrize("number, heading", [("10.1", "Work an open case"), ("10.2", "Gather evidence"),
                                             ("10.3", "Ask algebra"), ("10.4", "Check a loss")])
def test_each_verdict_leads_to_its_own_part_of_the_chapter(number, heading):
    from bpkit.exercises.course import taught_in

    assert heading in taught_in(number)


@pytest.mark.parametrize("words", ["complex step", "central differences", "a loss that stands still"])
def test_a_proof_by_the_gradient_check_needs_few_forward_passes(words):
    """Nearly all the time of a verdict goes into the answer's own passes: about 0.2 ms each, so half a second in all."""
    passes = itertools.count()
    method = "complex" if words == "complex step" else "central"
    still = words == "a loss that stands still"

    def prove(backward, W, b, f, x, y):
        dW, db = backward(W, b, f, x, y)
        fixed = {"W": W, "b": b}

        def loss(theta):
            next(passes)
            return loss_of(f, x, y)(fixed if still else theta)

        return bp.gradcheck(loss, fixed, {"W": dW, "b": db}, method).verdict == "agrees"

    verdict = judge("10.4", prove)
    assert verdict.kind == ("loss_stands_still" if still else "")
    assert next(passes) < 1250
