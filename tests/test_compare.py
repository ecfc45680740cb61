"""Three referees: they agree where backpropagation is right, and name it where it is wrong."""

import itertools

import numpy as np
import pytest
from flawed import FLAWS, backward, problem
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import bpkit as bp
from bpkit.differences import numerical_gradient
from bpkit.netcheck import measure, named
from bpkit.referees import Comparison, compare
from bpkit.report import relative_error
from bpkit.symbolic import SymbolicNetwork

HIDDEN = ["identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu"]
ENDINGS = [
    *((f, "half_mse") for f in [*HIDDEN, "softmax"]),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "cross_entropy"),
    ("sigmoid", "cross_entropy"),
    ("softmax", "binary_cross_entropy"),
]


@st.composite
def networks(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    hidden = [draw(st.sampled_from(HIDDEN)) for _ in sizes[2:]]
    output, loss = draw(st.sampled_from(ENDINGS))
    assume(not (output == "softmax" and loss == "binary_cross_entropy" and sizes[-1] == 1))  # a = 1: ln(1 - a) is -inf
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    W = [rng.normal(size=(n, m)) for m, n in itertools.pairwise(sizes)]
    net = bp.Network(W, [rng.normal(size=(n, 1)) for n in sizes[1:]], [*hidden, output])
    N = draw(st.integers(1, 5))
    return net, rng.normal(size=(sizes[0], N)), rng.uniform(size=(sizes[-1], N)), loss


def check_all_referees(net, x, y, loss):
    grads = net.backward(net.forward(x), y, loss)
    mine = named(grads.dW, grads.db)
    floor = 4e-15 * max(1.0, abs(net.loss(x, y, loss)))
    exact = SymbolicNetwork.like(net, loss).evaluate(net, x, y, digits=50)
    assert relative_error(np.array(float(exact["L"])), np.array(net.loss(x, y, loss)), floor, 1e-10) <= 1e-10
    steps = measure(net, x, y, loss)

    def f(theta):
        return bp.Network({l: theta["W", l] for l in net.W}, {l: theta["b", l] for l in net.W}, net.f).loss(x, y, loss)

    blind = numerical_gradient(f, net.parameters())
    central = numerical_gradient(f, net.parameters(), method="central")
    near_a_corner = any(abs(z).min() < 1e-3 for l, z in net.forward(x).z.items() if net.f[l].name == "relu")
    for name, g in mine.items():
        unit = floor * np.sqrt(g.size)
        fifty = exact[f"d{name[0]}{name[2:-1]}"].astype(float)
        assert relative_error(g, fifty, unit, 1e-10) <= 1e-10, (name, g, fifty)
        assert relative_error(g, steps[name], unit, 1e-10) <= 1e-10, (name, g, steps[name])
        assert relative_error(g, blind[name], unit, 1e-10) <= 1e-10, (name, g, blind[name])
        assert near_a_corner or relative_error(g, central[name], 1e5 * unit, 1e-6) <= 1e-6, (name, g, central[name])


@settings(max_examples=8)
@given(networks())
def test_law_backprop_sympy_complex_step_and_central_differences_agree(case):
    check_all_referees(*case)


@pytest.mark.slow
@settings(max_examples=150)
@given(networks())
def test_law_backprop_sympy_complex_step_and_central_differences_agree_on_many_networks(case):
    check_all_referees(*case)


@pytest.mark.slow
@pytest.mark.parametrize("f", HIDDEN)
@pytest.mark.parametrize("ending", ENDINGS, ids="-".join)
def test_every_activation_with_every_ending_agrees(f, ending):
    rng = np.random.default_rng(len(f))
    net = bp.Network(
        [rng.normal(size=(3, 2)), rng.normal(size=(2, 3))],
        [rng.normal(size=(3, 1)), rng.normal(size=(2, 1))],
        [f, ending[0]],
    )
    check_all_referees(net, rng.normal(size=(2, 3)), rng.uniform(size=(2, 3)), ending[1])


@pytest.mark.slow
@pytest.mark.parametrize("flaw", FLAWS)
def test_a_planted_mistake_is_accused_each_time_and_its_correct_twin_never(flaw):
    for seed in range(4):
        net, x, y, loss = problem(FLAWS[flaw][0], seed)
        right = compare(net, x, y, loss, backward(net, x, y, loss))
        assert right.verdict == "agree" and right, right
        wrong = compare(net, x, y, loss, backward(net, x, y, loss, flaw))
        assert wrong.verdict == "backprop" and not wrong, wrong
        assert "backprop" in repr(wrong).splitlines()[0]


def test_at_least_two_hundred_mistakes_are_planted_and_every_chapter_is_there():
    assert 4 * len(FLAWS) >= 200
    assert {name[:2] for name in FLAWS} == {f"{chapter:02}" for chapter in range(1, 11)}


NET = bp.Network.random([3, 4, 2], rng=0)
X, Y = np.random.default_rng(0).normal(size=(3, 5)), np.eye(2)[:, [0, 1, 1, 0, 1]]


def test_the_table_stands_side_by_side_in_text_and_in_html():
    comparison = compare(NET, X, Y, "cross_entropy")
    text = repr(comparison)
    assert isinstance(comparison, Comparison) and text.splitlines()[0] == "backprop, differences and SymPy agree"
    assert text.splitlines()[1].split()[-4:] == ["odd", "one", "out"][-4:] or "odd one out" in text.splitlines()[1]
    assert [line.split()[0] for line in text.splitlines()[2:]] == ["W[1]", "b[1]", "W[2]", "b[2]"]
    html = comparison._repr_html_()
    assert html.count("<tr>") == 5 and "SymPy" in html


def test_a_mistake_is_shown_at_its_worst_entry_with_all_three_numbers():
    grads = NET.backward(NET.forward(X), Y, "cross_entropy")
    wrong = grads.dW[2].copy()
    wrong[1, 3] += 1.0
    comparison = compare(NET, X, Y, "cross_entropy", bp.Grads(grads.delta, {1: grads.dW[1], 2: wrong}, grads.db))
    row = comparison.rows["W[2]"]
    assert comparison.verdict == "backprop" and row.index == (1, 3) and row.odd == "backprop"
    assert row.values["backprop"][1, 3] - row.values["SymPy"][1, 3] == pytest.approx(1)
    assert not any(other.odd for name, other in comparison.rows.items() if name != "W[2]")


@pytest.mark.parametrize(
    ("referee", "place"), [("differences", "bpkit.referees.check_network"), ("SymPy", "bpkit.referees._by_sympy")]
)
def test_a_referee_that_is_wrong_is_named_and_backprop_is_not_accused(monkeypatch, referee, place):
    from dataclasses import replace

    from bpkit import referees

    if referee == "SymPy":
        honest = referees._by_sympy
        monkeypatch.setattr(place, lambda *args: {**honest(*args), "b[1]": -honest(*args)["b[1]"]})
    else:
        check = referees.check_network
        monkeypatch.setattr(
            place,
            lambda *args: (r := check(*args)) and replace(r, measured={**r.measured, "b[1]": -r.measured["b[1]"]}),
        )
    comparison = compare(NET, X, Y, "cross_entropy")
    assert comparison.verdict == referee and comparison.rows["b[1]"].odd == referee and comparison


def test_where_no_two_agree_the_verdict_says_so(monkeypatch):
    from bpkit import referees

    honest = referees._by_sympy
    monkeypatch.setattr("bpkit.referees._by_sympy", lambda *args: {**honest(*args), "b[1]": -honest(*args)["b[1]"]})
    grads = NET.backward(NET.forward(X), Y, "cross_entropy")
    comparison = compare(NET, X, Y, "cross_entropy", bp.Grads(grads.delta, grads.dW, {**grads.db, 1: 3 * grads.db[1]}))
    assert comparison.verdict == "no two agree" and not comparison


def test_a_large_network_is_judged_without_sympy_and_the_note_says_why():
    rng = np.random.default_rng(1)
    net = bp.Network.random([64, 32, 10], hidden="relu", rng=1)
    comparison = compare(net, rng.normal(size=(64, 8)), np.eye(10)[:, rng.integers(0, 10, 8)], "cross_entropy")
    assert comparison.verdict == "agree" and "2410 parameters" in comparison.notes[-1]
    assert list(comparison.rows["W[1]"].values) == ["backprop", "differences"]


def test_a_float32_network_agrees_to_what_float32_can_say():
    net = bp.Network.random([3, 4, 2], rng=0, dtype=np.float32)
    comparison = compare(net, X.astype(np.float32), Y.astype(np.float32), "cross_entropy")
    assert comparison.verdict == "agree" and any("float32" in note for note in comparison.notes)


def test_another_slope_at_a_corner_of_relu_is_a_note_and_no_accusation():
    net = bp.Network(
        [np.array([[1.0, -1], [2, 1]]), np.ones((1, 2))], [np.zeros((2, 1)), np.zeros((1, 1))], ["relu", "identity"]
    )
    x, y = np.array([[1.0, 2], [1, 0.5]]), np.array([[1.0, 0]])
    g = net.backward(net.forward(x), y, "half_mse")
    delta = (net.W[2].T @ g.delta[2]) * (net.forward(x).z[1] >= 0)
    other = bp.Grads(g.delta, {1: delta @ x.T, 2: g.dW[2]}, {1: delta.sum(axis=1, keepdims=True), 2: g.db[2]})
    assert compare(net, x, y, "half_mse").verdict == "agree"
    assert compare(net, x, y, "half_mse", other).verdict == "kink" and compare(net, x, y, "half_mse", other)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_the_referees_agree_where_outputs_are_saturated(scale):
    net = bp.Network([np.array([[scale, -scale]])], [np.zeros((1, 1))], ["sigmoid"])
    x, y = np.array([[1.0, -1.0], [0.5, 0.25]]), np.array([[0.0, 1.0]])
    comparison = compare(net, x, y, "binary_cross_entropy")
    assert comparison.verdict == "agree", comparison
