"""Mistakes of chapter 8 as learners write them: each is called by its name, in a sentence that can be read."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises import check, hint
from bpkit.exercises.checks import judge
from bpkit.exercises.declare import find

pytestmark = pytest.mark.slow  # a contributor to an exercise runs this file by its name

# --- 8.1


def cut(order=lambda N, size, rng: rng.permutation(N), piece=lambda order, i, size: order[i:i + size],
        pair=lambda x, y, p, i, size: (x[:, p], y[:, p])):
    """8.1 with these lines."""

    def minibatches(x, y, size, rng):
        drawn = order(x.shape[1], size, rng)
        return [pair(x, y, piece(drawn, i, size), i, size) for i in range(0, x.shape[1], size)]

    return minibatches


def two_orders(x, y, size, rng):
    one, two = rng.permutation(x.shape[1]), rng.permutation(x.shape[1])
    return [(x[:, one[i:i + size]], y[:, two[i:i + size]]) for i in range(0, x.shape[1], size)]


def each_its_own(x, y, size, rng):
    N = x.shape[1]
    return [(lambda p: (x[:, p], y[:, p]))(rng.permutation(N)[i:i + size]) for i in range(0, N, size)]


def returned_inside(x, y, size, rng):
    return cut()(x, y, size, rng)[:1]


def in_equal_parts(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    return [(x[:, p], y[:, p]) for p in np.array_split(order, -(-len(order) // size))]


CUTS = {
    "two permutations": (two_orders, "shuffled_apart"),
    "x alone shuffled": (cut(pair=lambda x, y, p, i, size: (x[:, p], y[:, i:i + size])), "shuffled_apart"),
    "drawn with repetition": (cut(lambda N, size, rng: rng.integers(N, size=N)), "with_replacement"),
    "chosen with repetition": (cut(lambda N, size, rng: rng.choice(N, N)), "with_replacement"),
    "an order for each batch": (each_its_own, "order_anew"),
    "no order": (cut(lambda N, size, rng: np.arange(N)), "not_shuffled"),
    "an order that is not used": (cut(pair=lambda x, y, p, i, size: (x[:, i:i + size], y[:, i:i + size])), "not_shuffled"),
    "a rotation": (cut(lambda N, size, rng: (np.arange(N) + rng.integers(1, max(N, 2))) % N), "rotated"),
    "rolled": (cut(lambda N, size, rng: np.roll(np.arange(N), rng.integers(1, max(N, 2)))), "rotated"),
    "start to size": (cut(piece=lambda order, i, size: order[i:size]), "end_is_size"),
    "start to the end": (cut(piece=lambda order, i, size: order[i:]), "to_the_end"),
    "one too few": (cut(piece=lambda order, i, size: order[i:i + size - 1]), "too_short"),
    "one too many": (cut(piece=lambda order, i, size: order[i:i + size + 1]), "overlapping"),
    "the first ones again": (cut(piece=lambda order, i, size: order[:size]), "first_again"),
    "rows": (cut(pair=lambda x, y, p, i, size: (x[p], y[p])), "rows_picked"),
    "return inside the loop": (returned_inside, "first_alone"),
    "equal parts": (in_equal_parts, "in_equal_parts"),
    "another generator": (cut(lambda N, size, rng: np.random.default_rng(0).permutation(N)), "rng_ignored"),
    "the global generator": (cut(lambda N, size, rng: np.random.permutation(N)), "rng_ignored"),  # noqa: NPY002
}


@pytest.mark.parametrize("words", CUTS)
def test_a_mistake_in_mini_batches_is_named(words: str) -> None:
    answer, name = CUTS[words]
    verdict = check("8.1", answer)
    assert verdict.kind == name, verdict


def test_a_cut_is_told_in_words() -> None:
    verdict = check("8.1", CUTS["start to size"][0])
    assert "minibatches says batches of 4 0 0, not each example once, wanted batches of 4 4 3, each example once" in verdict.message


CUT_FORMS = {
    "pairs exchanged": (cut(pair=lambda x, y, p, i, size: (y[:, p], x[:, p])), "The pairs stand as (y, x); wanted is (x, y)"),
    "numbers": (cut(pair=lambda x, y, p, i, size: p), "an array of shape (4,), dtype int64 stands in it"),
    "two lists": (lambda *args: tuple(map(list, zip(*cut()(*args), strict=True))), "two lists came"),
    "a number": (lambda *args: 3, "int 3 came"),
}


@pytest.mark.parametrize("words", CUT_FORMS)
def test_batches_of_another_form_are_told_what_is_wanted(words: str) -> None:
    answer, said = CUT_FORMS[words]
    verdict = check("8.1", answer)
    assert verdict.kind == "form" and said in verdict.message, verdict


@pytest.mark.parametrize("pair", [lambda x, y, p, i, size: (x[:, p].T, y[:, p].T), lambda x, y, p, i, size: (x[0, p], y[0, p])])
def test_batches_that_hold_no_columns_are_told_so(pair) -> None:
    assert "no whole columns, wanted" in check("8.1", cut(pair=pair)).message


def test_features_in_another_order_are_mixed_up_columns() -> None:
    verdict = check("8.1", cut(pair=lambda x, y, p, i, size: (x[::-1, p], y[:, p])))
    assert "columns mixed up" in verdict.message, verdict


def test_no_batch_at_all_is_told_in_words() -> None:
    assert "batches of nothing" in check("8.1", lambda x, y, size, rng: [rng.permutation(3)][:0]).message


# --- 8.2


def start(size=lambda n, m, sizes: 1 / np.sqrt(m), draw=lambda rng, n, m: rng.standard_normal((n, m)), bias=lambda n: np.zeros((n, 1)),
          first=1, give=lambda W, b: (W, b)):
    """8.2 with these parts."""

    def initialise(sizes, rng):
        W, b = {}, {}
        for l in range(1, len(sizes)):
            n, m = sizes[l], sizes[l - 1]
            W[l - 1 + first], b[l - 1 + first] = draw(rng, n, m) * size(n, m, sizes), bias(n)
        return give(W, b)

    return initialise


STARTS = {
    "the network's inputs": (start(lambda n, m, sizes: 1 / np.sqrt(sizes[0])), "first_inputs"),
    "one eighth": (start(lambda n, m, sizes: 1 / 8), "one_eighth"),
    "Glorot": (start(lambda n, m, sizes: np.sqrt(2 / (n + m))), "between"),
    "drawn evenly": (start(draw=lambda rng, n, m: rng.uniform(-1, 1, (n, m))), "evenly"),
    "drawn from 0 to 1": (start(draw=lambda rng, n, m: rng.random((n, m))), "evenly_positive"),
    "times the root": (start(lambda n, m, sizes: np.sqrt(m)), "root_on_top"),
    "the variance for the deviation": (start(lambda n, m, sizes: 1 / m), "no_root"),
    "another generator": (lambda sizes, rng: start()(sizes, np.random.default_rng(0)), "rng_ignored"),
    "a new generator in each layer": (start(draw=lambda rng, n, m: np.random.default_rng(0).standard_normal((n, m))), "same_numbers"),
    "flat biases": (start(bias=np.zeros), "reshaped"),
    "one input less": (start(lambda n, m, sizes: 1 / np.sqrt(m - 1)), "one_less"),
    "one input more": (start(lambda n, m, sizes: 1 / np.sqrt(m + 1)), "one_more"),
}


@pytest.mark.parametrize("words", STARTS)
def test_a_mistake_in_a_start_is_named(words: str) -> None:
    answer, name = STARTS[words]
    verdict = check("8.2", answer)
    assert verdict.kind == name, verdict
    assert "_weights" not in repr(verdict)


def from_one_seed(sizes, rng):
    seed = rng.integers(1000)
    return start(draw=lambda rng, n, m: np.random.default_rng(seed).standard_normal((n, m)))(sizes, rng)


def test_layers_that_begin_with_one_seed_are_named() -> None:
    assert check("8.2", from_one_seed).kind == "same_numbers"


def test_a_start_is_right_whatever_is_drawn() -> None:
    assert not [seed for seed in range(20) if judge("8.2", start(), seed).status != "correct"]


@pytest.mark.parametrize(("answer", "said", "asked"), [
    (start(bias=lambda n: 0.0), "b[1] is one number; an array is wanted", "a bias of its own in layer 1"),
    (start(draw=lambda rng, n, m: rng.standard_normal()), "W[1] is one number; an array is wanted", "a weight of its own"),
    (start(draw=lambda rng, n, m: 1.0, size=lambda n, m, sizes: 1), "W[1] is one number; an array is wanted", "a weight of"),
    (start(give=lambda W, b: (W[1], b)), "W is an array of shape", "What is a key of a dict"),
    (start(give=lambda W, b: ({3: W[3]}, b)), "W has the key 3; two dicts", "is each of them kept")])
def test_an_odd_start_is_asked_about(answer, said: str, asked: str) -> None:
    verdict = check("8.2", answer)
    assert verdict.kind == "form" and said in verdict.message and asked in verdict.question, verdict


def test_a_blank_in_a_start_is_told_as_a_blank() -> None:
    verdict = check("8.2", start(bias=lambda n: ...))
    assert verdict.status == "waiting" and "b[1] is still blank" in verdict.message, verdict


def test_a_flat_bias_is_told_its_shape() -> None:
    assert "b[1] has shape (30,), wanted is (30, 1)" in check("8.2", start(bias=np.zeros)).message


def test_a_wrong_spread_is_shown_as_a_spread() -> None:
    verdict = repr(check("8.2", start(lambda n, m, sizes: np.sqrt(2 / m))))
    assert "spread of W[1] times the root of its inputs is 1.4" in verdict and "wanted 1.0000" in verdict


START_FORMS = {
    "keys from 0": (start(first=0), "W has the keys 0, 1, 2; two dicts are wanted, W and b, with the keys 1 to 3"),
    "lists": (start(give=lambda W, b: (list(W.values()), list(b.values()))), "W is a list;"),
    "W alone": (start(give=lambda W, b: W), "One dict came"),
    "exchanged": (start(give=lambda W, b: (b, W)), "b came first"),
    "three results": (start(give=lambda W, b: (W, b, 3)), "two dicts are wanted"),
    "an array": (start(give=lambda W, b: (W, b[1])), "b is an array of shape (30, 1)"),
    "no layer": (start(give=lambda W, b: ({}, b)), "W has the keys of no layer"),
}


@pytest.mark.parametrize("words", START_FORMS)
def test_a_start_of_another_form_is_told_what_is_wanted(words: str) -> None:
    answer, said = START_FORMS[words]
    verdict = check("8.2", answer)
    assert verdict.kind == "form" and said in verdict.message, verdict


def test_a_shape_in_two_arguments_is_asked_about_in_the_learners_own_line() -> None:
    verdict = check("8.2", start(draw=lambda rng, n, m: rng.standard_normal(n, m)))
    assert "numpy.random" not in verdict.message and "a tuple" in verdict.question, verdict


# --- 8.3


def forward(W, b, f, x):
    z, a = {}, {0: x}
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = f[l](z[l])
    return z, a


def backward(W, f, z, a, y):
    L, N = len(W), y.shape[1]
    delta = {L: (a[L] - y) / N}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * f[l].prime(z[l])
    return (delta, {l: delta[l] @ a[l - 1].T for l in delta},
            {l: delta[l].sum(axis=1, keepdims=True) for l in delta})


TRAIN = '''
def train(net, data, eta, epochs, size, rng):
    W, b, losses = dict(net.W), dict(net.b), []
    for _ in range(epochs):
        seen = []
        for x, y in minibatches(data.x_train, data.y_train, size, rng):
            z, a = forward(W, b, net.f, x)
            seen.append(bp.cross_entropy(a[len(W)], y))
            delta, dW, db = backward(W, net.f, z, a, y)
            W = {l: gd_step(W[l], dW[l], eta) for l in W}
            b = {l: gd_step(b[l], db[l], eta) for l in b}
        losses.append(np.mean(seen))
    return bp.Network(W, b, net.f), losses
'''
STEP_W, STEP_B = "W = {l: gd_step(W[l], dW[l], eta) for l in W}", "b = {l: gd_step(b[l], db[l], eta) for l in b}"


def trained(*changes):
    """8.3 with these changes, each (what stands there, what stands there instead)."""
    source = TRAIN
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    space = {"np": np, "bp": bp, "forward": forward, "backward": backward, "minibatches": cut(),
             "gd_step": lambda w, g, eta: w - eta * g}
    exec(source, space)
    return space["train"]


BATCHES = "minibatches(data.x_train, data.y_train, size, rng)"
LOOPS = {
    "steps from the start": ([("gd_step(W[l]", "gd_step(net.W[l]"), ("gd_step(b[l]", "gd_step(net.b[l]")], "steps_from_start"),
    "passes at the start": ([("forward(W, b,", "forward(net.W, net.b,")], "passes_at_start"),
    "weights stay": ([(STEP_W, "pass")], "weights_stay"),
    "biases stay": ([(STEP_B, "pass")], "biases_stay"),
    "weights uphill": ([("dW[l], eta", "dW[l], -eta")], "weights_uphill"),
    "uphill": ([("dW[l], eta", "dW[l], -eta"), ("db[l], eta", "db[l], -eta")], "ascent"),
    "eta twice": ([("dW[l], eta", "eta * dW[l], eta"), ("db[l], eta", "eta * db[l], eta")], "eta_twice"),
    "divided by size": ([("dW[l], eta", "dW[l] / size, eta"), ("db[l], eta", "db[l] / size, eta")], "divided_by_size"),
    "divided twice": ([("dW[l], eta", "dW[l] / x.shape[1], eta"), ("db[l], eta", "db[l] / x.shape[1], eta")], "divided_twice"),
    "eta ignored": ([("dW[l], eta", "dW[l], 0.5"), ("db[l], eta", "db[l], 0.5")], "eta_ignored"),
    "an epoch less": ([("range(epochs)", "range(epochs - 1)")], "one_epoch_less"),
    "from epoch 1": ([("range(epochs)", "range(1, epochs)")], "one_epoch_less"),
    "return in the loop": ([("    return", "        return")], "one_epoch"),
    "test data": ([("data.x_train, data.y_train", "data.x_test, data.y_test")], "test_data_only"),
    "losses of batches": ([("seen.append(", "losses.append("), ("        losses.append(np.mean(seen))\n", "")], "each_batch"),
    "the last loss": ([("np.mean(seen)", "seen[-1]")], "last_batch"),
    "the first loss": ([("np.mean(seen)", "seen[0]")], "first_batch"),
    "a sum": ([("np.mean(seen)", "np.sum(seen)")], "sum_of_batches"),
    "after the step": ([("            seen.append(bp.cross_entropy(a[len(W)], y))\n", ""), (
        STEP_B, f"{STEP_B}\n            seen.append(bp.cross_entropy(forward(W, b, net.f, x)[1][len(W)], y))")], "loss_after_step"),
    "after the epoch": ([("np.mean(seen)", "bp.Network(W, b, net.f).loss(data.x_train, data.y_train, 'cross_entropy')")], "after_epoch"),
    "half_mse": ([("bp.cross_entropy(", "bp.half_mse(")], "half_mse"),
    "exchanged": ([("(a[len(W)], y)", "(y, a[len(W)])")], "loss_exchanged"),
    "of z": ([("(a[len(W)], y)", "(z[len(W)], y)")], "loss_of_z"),
    "never cleared": ([("    for _ in range(epochs):\n        seen = []", "    seen = []\n    for _ in range(epochs):")], "never_cleared"),
    "one step an epoch": ([(f"            {STEP_W}\n            {STEP_B}", f"        {STEP_W}\n        {STEP_B}")], "one_step_an_epoch"),
    "the first heap": ([(BATCHES, f"{BATCHES}[:1]")], "first_heap"),
    "size ignored": ([("y_train, size, rng)", "y_train, 1000, rng)")], "size_ignored"),
    "not shuffled": ([(BATCHES, "[(data.x_train[:, i:i + size], data.y_train[:, i:i + size]) "
                                "for i in range(0, data.x_train.shape[1], size)]")], "same_order"),
    "the same seed in each epoch": ([("y_train, size, rng)", "y_train, size, np.random.default_rng(0))")], "same_order"),
    "drawn once": ([(f"in {BATCHES}", "in drawn"), ("    for _ in", f"    drawn = {BATCHES}\n    for _ in")], "same_order"),
    "its own generator": ([("    for _ in", "    rng = np.random.default_rng(0)\n    for _ in")], "rng_ignored"),
}

@pytest.mark.parametrize("words", LOOPS)
def test_a_mistake_in_the_loop_is_named(words: str) -> None:
    changes, name = LOOPS[words]
    verdict = check("8.3", trained(*changes))
    assert verdict.kind == name, verdict


def layer_by_layer(net, data, eta, epochs, size, rng):
    W, b, losses = dict(net.W), dict(net.b), []
    for _ in range(epochs):
        seen = []
        for x, y in cut()(data.x_train, data.y_train, size, rng):
            z, a = forward(W, b, net.f, x)
            L = len(W)
            seen.append(bp.cross_entropy(a[L], y))
            delta = (a[L] - y) / y.shape[1]
            for l in range(L, 0, -1):
                W[l], b[l] = W[l] - eta * delta @ a[l - 1].T, b[l] - eta * delta.sum(axis=1, keepdims=True)
                delta = (W[l].T @ delta) * net.f[l - 1].prime(z[l - 1]) if l > 1 else None
        losses.append(np.mean(seen))
    return bp.Network(W, b, net.f), losses


def test_deltas_through_weights_that_have_moved_are_named() -> None:
    assert check("8.3", layer_by_layer).kind == "new_weights"


@pytest.mark.parametrize("change", [
    ("np.mean(seen)", "np.median(seen)"), ("np.mean(seen)", "np.sum(seen) / data.x_train.shape[1]"),
    ("np.mean(seen)", "sum(seen) / max(data.x_train.shape[1] // size, 1)"),
    ("backward(W,", "backward(net.W,"), (BATCHES, f"{BATCHES}[:-1]")])
def test_other_losses_and_lost_heaps_are_not_accepted(change) -> None:
    assert check("8.3", trained(change)).status == "not_yet"


LOOP_FORMS = {
    "lists": (("np.mean(seen)", "seen"), "losses holds lists; wanted is one number for each epoch"),
    "one number": (("losses\n", "losses[-1]\n"), "losses is one number; a list is wanted"),
    "a blank": (("losses\n", "[...]\n"), "losses holds Ellipsis"),
    "W and b": (("bp.Network(W, b, net.f)", "(W, b)"), "tuple came in the place of the network"),
    "three results": (("bp.Network(W, b, net.f)", "W, b"), "3 results came"),
    "a dict": (("losses\n", "dict(enumerate(losses))\n"), "losses is a dict; a list is wanted"),
    "other functions": (("net.f), losses", "{l: net.f[len(W)] for l in W}), losses"), "Layer 1 of the trained network has softmax; net has tanh"),
    "network alone": ((", losses\n", "\n"), "Network came; wanted are the network and a list of losses"),
    "exchanged": (("bp.Network(W, b, net.f), losses", "losses, bp.Network(W, b, net.f)"), "The losses came first"),
}


@pytest.mark.parametrize("words", LOOP_FORMS)
def test_a_training_of_another_form_is_told_what_is_wanted(words: str) -> None:
    change, said = LOOP_FORMS[words]
    verdict = check("8.3", trained(change))
    assert verdict.kind == "form" and said in verdict.message, verdict


def test_a_loop_may_use_the_labels() -> None:
    change = ("data.y_train, size", "np.eye(len(data.y_train))[:, data.labels_train], size")
    assert check("8.3", trained(change)).status == "correct"
    assert check("8.3", trained(("data.y_train, size", "np.eye(len(data.y_train))[:, data.labels_test], size"))).status == "not_yet"


def test_a_mean_that_weighs_each_heap_by_its_size_is_right() -> None:
    weighed = trained(("seen.append(bp", "seen.append(y.shape[1] / data.y_train.shape[1] * bp"), ("np.mean(seen)", "np.sum(seen)"))
    assert check("8.3", weighed).status == "correct"


@pytest.mark.parametrize("seed", range(12))
def test_weights_in_float32_are_right_whatever_is_drawn(seed: int) -> None:
    every_step = [("b, losses = dict(net.W), dict(net.b)", "b, losses = dict(net.W), {l: np.float32(net.b[l]) for l in net.b}"),
                  ("dict(net.W)", "{l: np.float32(net.W[l]) for l in net.W}"),
                  (STEP_W, "W = {l: np.float32(gd_step(W[l], dW[l], eta)) for l in W}"),
                  (STEP_B, "b = {l: np.float32(gd_step(b[l], db[l], eta)) for l in b}")]
    at_the_end = [("bp.Network(W, b, net.f)", "bp.Network(*({l: np.float32(p[l]) for l in p} for p in (W, b)), net.f)")]
    for changes in (every_step, at_the_end):
        verdict = judge("8.3", trained(*changes), seed)
        assert verdict.status == "correct", verdict


def test_a_step_in_place_is_asked_about() -> None:
    verdict = check("8.3", trained((STEP_W, "for l in W: W[l] -= eta * dW[l]")))
    assert "read-only" in verdict.message and "make a new one" in verdict.question, verdict


# --- 8.4

RULES = '''
def diagnose(history):
    loss, norm, limit = history.loss, history.gradient_norm[1], 0.05 * history.loss[0]
    if not np.isfinite(loss).all():
        return "eta too large"
    if norm[-1] == 0:
        return "dead relu"
    if loss[-1] - loss[0] > limit or loss[-1] > 2 * np.log(10):
        return "bug" if (np.diff(loss) > 0).all() else "eta too large"
    if abs(loss[-1] - loss[0]) < limit:
        return "shuffled labels"
    return "healthy"
'''


def diagnosis(*changes):
    """8.4 with these changes."""
    source = RULES
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    space = {"np": np}
    exec(source, space)
    return space["diagnose"]


DIAGNOSES = {
    "no abs": (("abs(loss[-1] - loss[0])", "loss[-1] - loss[0]"), "no_abs"),
    "nan missed": (("not np.isfinite(loss).all()", "np.isinf(loss).any()"), "nan_missed"),
    "inf missed": (("not np.isfinite(loss).all()", "np.isnan(loss).any()"), "inf_missed"),
    "nan by comparison": (("not np.isfinite(loss).all()", "(loss == np.nan).any()"), "overflow_missed"),
    "first gradient": (("norm[-1] == 0", "norm[0] == 0"), "gradients_not_read"),
    "all gradients": (("norm[-1] == 0", "(norm == 0).all()"), "gradients_not_read"),
    "unchanged gradient": (("norm[-1] == 0", "norm[-1] == norm[0]"), "gradients_not_read"),
    "second layer": (("gradient_norm[1]", "gradient_norm[2]"), "gradients_not_read"),
    "any gradient": (("norm[-1] == 0", "(norm == 0).any()"), "any_gradient"),
    "small gradient": (("norm[-1] == 0", "norm[-1] < 0.1"), "small_gradient"),
    "dead if flat": (("if norm[-1] == 0", "if abs(loss[-1] - loss[0]) < limit and norm[-1] == 0"), "dead_only_if_flat"),
    "no guessing": ((" or loss[-1] > 2 * np.log(10)", ""), "far_above_missed"),
    "ln 10": (("2 * np.log(10)", "np.log(10)"), "guessing_once"),
    "absolute": (("0.05 * history.loss[0]", "0.05"), "absolute"),
    "half a per cent": (("0.05 *", "0.005 *"), "tight"),
    "half": (("0.05 *", "0.5 *"), "wide"),
    "first two": (("abs(loss[-1] - loss[0])", "abs(loss[1] - loss[0])"), "first_two"),
    "last two": (("abs(loss[-1] - loss[0])", "abs(loss[-1] - loss[-2])"), "last_two"),
    "range": (("abs(loss[-1] - loss[0])", "np.ptp(loss)"), "whole_range"),
    "near guessing": (("abs(loss[-1] - loss[0])", "abs(loss[-1] - np.log(10))"), "near_guessing"),
    "first rises": (("(np.diff(loss) > 0)", "(np.diff(loss)[:3] > 0)"), "first_rises"),
    "last rise": (("(np.diff(loss) > 0).all()", "loss[-1] > loss[-2]"), "last_rise"),
    "bug and eta": (('"bug" if (np.diff(loss) > 0).all() else "eta too large"',
                     '"eta too large" if (np.diff(loss) > 0).all() else "bug"'), "rise_exchanged"),
    "peak": (("loss[-1] - loss[0] > limit or loss[-1] >", "max(loss) - loss[0] > limit or max(loss) >"), "peak"),
    "peak far above": (("or loss[-1] >", "or loss.max() >"), "peak_far_above"),
    "the twelfth gradient": (("gradient_norm[1]", "gradient_norm[1][:12]"), "gradient_of_epoch_12"),
    "ln 20": (("2 * np.log(10)", "np.log(20)"), "log_of_20"),
    "twice ten": (("2 * np.log(10)", "2 * 10"), "too_far"),
    "ln 10 squared": (("2 * np.log(10)", "np.log(10)**2"), "too_far"),
    "ten times ln 10": (("2 * np.log(10)", "10 * np.log(10)"), "too_far"),
    "the binary logarithm": (("2 * np.log(10)", "2 * np.log2(10)"), "too_far"),
    "5 % of guessing": (("0.05 * history.loss[0]", "0.05 * np.log(10)"), "of_guessing"),
    "5 % of the last": (("0.05 * history.loss[0]", "0.05 * history.loss[-1]"), "of_last"),
    "5 % of the largest": (("0.05 * history.loss[0]", "0.05 * history.loss.max()"), "of_largest"),
    "5 % of the mean": (("0.05 * history.loss[0]", "0.05 * history.loss.mean()"), "of_mean"),
    "any rise": (("loss[-1] - loss[0] > limit", "loss[-1] > loss[0]"), "no_margin"),
    "from the second step": (("(np.diff(loss) > 0)", "(np.diff(loss)[1:] > 0)"), "first_step_missed"),
    "up to the last step but one": (("(np.diff(loss) > 0)", "(np.diff(loss)[:-1] > 0)"), "last_step_missed"),
}


@pytest.mark.parametrize("words", DIAGNOSES)
def test_a_mistake_in_a_diagnosis_is_named(words: str) -> None:
    change, name = DIAGNOSES[words]
    verdict = check("8.4", diagnosis(change))
    assert verdict.kind == name, verdict


def test_the_loss_of_the_twelfth_epoch_is_named() -> None:
    last = [(old, old.replace("loss[-1]", "loss[:12][-1]")) for old in ("loss[-1] - loss[0] > limit or loss[-1] >", "abs(loss[-1]")]
    assert check("8.4", diagnosis(*last)).kind == "epoch_12"


def test_rule_2_before_rule_1_is_named() -> None:
    swap = diagnosis(("loss).all():", "loss).all() and norm[-1]:"))
    assert check("8.4", swap).kind == "death_first"


@pytest.mark.parametrize("change", [
    ("norm[-1] == 0", "norm[11] == 0"), ("loss[-1] - loss[0] > limit", "loss[11] - loss[0] > limit"),
    ("abs(loss[-1] - loss[0])", "abs(loss[11] - loss[0])"), ("or loss[-1] >", "or loss[11] >"),
    ("np.diff(loss)", "np.diff(loss)[:11]"), ("np.diff(loss)", "np.diff(loss[:12])"),
    ("0.05 * history.loss[0]", "0.05 * history.loss[-12]")])
def test_runs_are_of_any_length(change) -> None:
    verdict = check("8.4", diagnosis(change))
    assert verdict.status == "not_yet", verdict


@pytest.mark.parametrize("change", [
    ("loss[-1] - loss[0] > limit", "loss[-1] - loss[0] > 0.05 * np.log(10)"),
    ("loss[-1] - loss[0] > limit", "loss[-1] - loss[0] > 0.05 * loss[-1]"),
    ("abs(loss[-1] - loss[0]) < limit", "abs(loss[-1] - loss[0]) < 0.05 * np.log(10)"),
    ("abs(loss[-1] - loss[0]) < limit", "abs(loss[-1] - loss[0]) < 0.05 * loss[-1]"),
    ("abs(loss[-1] - loss[0]) < limit", "abs(loss[-1] - loss[0]) < 0.05 * loss.max()"),
    ("abs(loss[-1] - loss[0]) < limit", "abs(loss[-1] - loss[0]) < 0.05 * loss.mean()")])
def test_a_limit_that_is_wrong_in_one_rule_alone_is_not_accepted(change) -> None:
    assert check("8.4", diagnosis(change)).status == "not_yet"


def test_exchanged_names_are_told_so() -> None:
    swap = diagnosis(("dead relu", "-"), ("shuffled labels", "dead relu"), ('"-"', '"shuffled labels"'))
    assert check("8.4", swap).kind == "flat_exchanged"


@pytest.mark.parametrize(("name", "said"), [
    ("dead ReLU", '"dead ReLU" is spelled "dead relu"'), ("dead_relu", '"dead_relu" is spelled "dead relu"'),
    ("ill", '"ill" is none of the five names')])
def test_a_name_that_is_none_of_the_five_is_told_so(name: str, said: str) -> None:
    assert said in check("8.4", diagnosis(("dead relu", name))).message


def test_a_diagnosis_that_is_no_word_is_none_of_the_five_names() -> None:
    assert "True is none of the five names" in check("8.4", lambda history: True).message


# --- the patients of the lesson


class Uphill(bp.SGD):
    def __call__(self, net, grads, state=None):
        return net.map(lambda w, g: w + self.eta * g, grads), {}


def patients(seed: int) -> dict[str, tuple]:
    """Each patient's start, targets, optimiser and name."""
    y = bp.data.digits().y_train
    shuffled = y[:, np.random.default_rng(seed).permutation(1442)]
    tanh, relu = (bp.Network.random([64, 32, 10], hidden=f, rng=seed) for f in ("tanh", "relu"))
    return {"A": (relu, y, bp.SGD(2.0), "dead relu"), "B": (tanh, shuffled, bp.SGD(0.01), "shuffled labels"),
            "C": (tanh, y, Uphill(0.002), "bug"), "D": (tanh, y, bp.SGD(5.0), "eta too large"),
            "control": (tanh, y, bp.SGD(0.01), "healthy"), "well": (tanh, y, bp.SGD(0.5), "healthy")}


@pytest.mark.parametrize("seed", range(8))
def test_each_patient_keeps_its_name_whatever_the_seed(seed: int) -> None:
    data = bp.data.digits()
    for letter, (net, y, opt, name) in patients(seed).items():
        run = bp.train(net, data.x_train, y, opt=opt, epochs=12, progress=False)
        assert find("8.4")(run) == name, (letter, run.loss)


# --- hints


def test_no_hint_of_the_loop_says_what_the_skeleton_already_holds() -> None:
    texts = " ".join(hint("8.3", level).text for level in (1, 2, 3))
    assert "Two loops" not in texts and "new network" not in texts
    assert "new dict" in texts


@pytest.mark.parametrize("number", ["8.1", "8.2", "8.3", "8.4"])
def test_the_last_hint_leads_to_a_worked_example_and_not_to_the_exercise(number: str) -> None:
    assert "Exercise" not in hint(number, 9).text


def test_a_helper_that_is_wrong_is_named_and_the_loop_is_not() -> None:
    answer = trained()
    answer.__globals__["minibatches"] = cut(piece=lambda order, i, size: order[i:i + size - 1])
    answer.__globals__["minibatches"].__name__ = "minibatches"
    assert judge("8.3", answer).kind == "carried_forward"


def test_a_history_needs_no_more_than_its_curves() -> None:
    one = SimpleNamespace(loss=np.array([2.3, 2.3]), gradient_norm={1: np.array([0.5, 0.5])})
    assert diagnosis()(one) == "shuffled labels"
