"""The references themselves: right by a way that shares no line with them, and complete in what they declare."""

from __future__ import annotations

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises.behaviour import arguments, close, expected
from bpkit.exercises.declare import CHAPTERS, Exercise, every, find
from bpkit.exercises.maths import SLOPE, VALUE
from bpkit.exercises.sealed import passes

EVERY = {one.number: one for one in every()}
REFEREED = [number for number, one in EVERY.items() if one.referee]


def tame(args: tuple) -> bool:
    """Whether differences can follow: nothing saturated, no kink near."""
    large = any(np.max(np.abs(a)) >= 10 for a in args if isinstance(a, (np.ndarray, float)))
    return not large and not all(isinstance(a, np.ndarray) and np.isin(a, (0, 1)).all() for a in args)


@pytest.mark.parametrize("number", REFEREED)
def test_differences_of_the_loss_agree_with_the_reference(number: str) -> None:
    one = EVERY[number]
    tried = 0
    for place, case in enumerate(one.cases):
        args = arguments(one, case, 3)
        if tame(args):
            leaves = expected(one, place, 3).leaves
            for name, found in one.referee(*args).items():
                assert close(np.asarray(found), leaves[name], 1e-6), (case.tag, name, found, leaves[name])
            tried += 1
    assert tried >= 4


TWINS = {
    "0.1": lambda x, w, y: (w * x, bp.sigmoid(w * x), bp.binary_cross_entropy([[bp.sigmoid(w * x)]], [[y]]),
                            bp.sigmoid(w * x) - y, (bp.sigmoid(w * x) - y) * x),
    "1.1": bp.affine,
    "1.2": bp.sigmoid,
    "1.3": bp.softmax,
    "1.4": lambda W, b, f, x: (lambda t: (t.z, t.a))(bp.Network(W, b, f).forward(x)),
    "2.1": bp.half_mse,
    "2.2": bp.cross_entropy,
    "2.3": bp.binary_cross_entropy,
    "2.5": bp.binary_cross_entropy.prime,
    "4.3": lambda a, g: bp.softmax.vjp(np.log(a), g),
    "4.4": lambda z, y: bp.output_delta("cross_entropy", bp.softmax, z, bp.softmax(z), y),
    "5.2": bp.hidden_delta,
    "6.1": bp.weight_gradient,
    "6.2": bp.bias_gradient,
}


@pytest.mark.parametrize("number", TWINS)
def test_bpkits_own_function_agrees_with_the_reference(number: str) -> None:
    one = EVERY[number]
    for place, case in enumerate(one.cases):
        want, got = expected(one, place, 5).leaves, TWINS[number](*arguments(one, case, 5))
        if one.observe:
            got = one.observe(arguments(one, case, 5), got)["loss"]
        parts = got if isinstance(got, tuple) else (got,)
        for p, part in zip(one.returns, parts, strict=True):
            named = {f"{p.name}[{l}]": x for l, x in part.items()} if hasattr(part, "items") else {p.name: part}
            for name, array in named.items():
                assert close(array if isinstance(array, str) else np.asarray(array), want[name], 1e-9), (case.tag, name)


def test_the_backward_pass_of_a_network_agrees_with_the_reference_of_the_whole_pass() -> None:
    one = find("6.4")
    match = {"sigmoid": "binary_cross_entropy", "softmax": "cross_entropy", "identity": "half_mse"}
    for place, case in enumerate(one.cases):
        W, f, _, a, y = arguments(one, case, 1)
        net = bp.Network(W, {l: _bias(one, case, l) for l in W}, f)
        assert set(match) >= {f[len(W)].name}
        grads = net.backward(bp.network.Trace(a, arguments(one, case, 1)[2]), y, match[f[len(W)].name])
        leaves = expected(one, place, 1).leaves
        for l in W:
            assert close(grads.dW[l], leaves[f"dW[{l}]"], 1e-9)
            assert close(grads.db[l], leaves[f"db[{l}]"], 1e-9)
            assert close(grads.delta[l], leaves[f"delta[{l}]"], 1e-9)


def _bias(one: Exercise, case: object, l: int) -> np.ndarray:
    W, _, z, a, _ = arguments(one, case, 1)  # type: ignore[arg-type]
    return (z[l] - W[l] @ a[l - 1])[:, :1]


def test_the_optimisers_agree_with_the_references_of_their_steps() -> None:
    net = bp.Network.random([2, 1], rng=1)
    g = bp.Network.random([2, 1], rng=2)
    grads = bp.Grads({1: net.b[1]}, {1: g.W[1]}, {1: g.b[1]})
    moved, state = bp.Momentum(0.1, 0.8)(net, grads, {"v": {("W", 1): 0.3 * g.W[1], ("b", 1): g.b[1]}})
    w, v = find("7.2")(net.W[1], g.W[1], 0.3 * g.W[1], 0.1, 0.8)
    assert np.allclose(moved.W[1], w)
    assert np.allclose(state["v"]["W", 1], v)
    moved, _ = bp.Adam(0.1, 0.8, 0.9, 0.1)(net, grads)
    w, _, _ = find("7.3")(net.W[1], g.W[1], 0 * g.W[1], 0 * g.W[1], 1, 0.1, 0.8, 0.9, 0.1)
    assert np.allclose(moved.W[1], w)


def test_the_mystery_of_chapter_7_is_the_weights_that_were_updated_too_early() -> None:
    from bpkit.exercises.ch07_updates import mazur, mazur_loss

    one, (W1, b1, W2, b2, x, y, eta) = find("7.5"), mazur(np.random.default_rng(0))
    right, printed = one(W1, b1, W2, b2, x, y, eta), one(W1, b1, W2, b2, x, y, eta, updated_weights=True)
    assert round(float(mazur_loss(right[0], b1, right[1], b2, x, y)), 9) == 0.291027774
    assert round(float(mazur_loss(printed[0], b1, printed[1], b2, x, y)), 9) == 0.291027924


def test_the_neuron_of_chapter_0_gives_the_numbers_of_the_source_document() -> None:
    found = expected(find("0.1"), 0, 0).leaves
    assert {name: round(float(value), 4) for name, value in found.items()} == {
        "z": 0.4, "a": 0.5987, "loss": 0.513, "delta": -0.4013, "dw": -0.2007}


@pytest.mark.parametrize("name", SLOPE)
def test_the_slopes_of_the_references_are_those_of_their_values_and_bpkits(name: str) -> None:
    z = np.array([-30.0, -2.0, -0.3, 0.2, 1.0, 4.0, 30.0])
    f = bp.activations.ACTIVATIONS[name]
    assert np.allclose((VALUE[name](z + 1e-6) - VALUE[name](z - 1e-6)) / 2e-6, SLOPE[name](z), atol=1e-8)
    assert np.allclose(f(z), VALUE[name](z), 1e-12)
    assert np.allclose(f.prime(z), SLOPE[name](z), 1e-12)


@pytest.mark.parametrize("number", EVERY)
def test_every_mistake_has_a_place_in_its_formula_and_words(number: str) -> None:
    one = EVERY[number]
    assert {name for place in one.places for name in place} == set(one.flaws)
    assert all(flaw.what and flaw.ask.endswith("?") for flaw in one.flaws.values())
    assert len(one.flaws) >= 6
    assert len(one.hints) >= 3
    assert all(set(two) <= set(one.flaws) for two in [*one.same, *one.harmless])


def test_every_chapter_of_the_syllabus_has_three_to_five_exercises() -> None:
    counted = {chapter: sum(one.chapter == chapter for one in EVERY.values()) for chapter in CHAPTERS}
    assert list(counted) == [f"{n:02d}" for n in range(11)]
    assert all(3 <= count <= 5 for count in counted.values()), counted


def test_each_sealed_pass_is_wrong_in_its_own_way() -> None:
    one = find("10.3")
    W, b, f, x, y = arguments(one, one.cases[0], 0)
    right = one(W, b, f, x, y)[0]
    wrong = {letter: sealed(W, b, f, x, y, 0.5)[0] for letter, sealed in passes.items()}
    assert all(not np.allclose(dW[1], right[1]) for dW in wrong.values())
    assert len({round(float(np.linalg.norm(dW[1])), 9) for dW in wrong.values()}) == 4
    assert not np.allclose(passes["C"](W, b, f, x, y, 0.5)[0][1], passes["C"](W, b, f, x, y, 0.1)[0][1])
    assert "factor" not in repr(passes["B"])
