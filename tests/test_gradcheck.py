"""gradcheck accuses what is wrong, never what is right, and says what it cannot know."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpkit as bp
from bpkit import netcheck
from bpkit.activations import Activation
from bpkit.blackbox import BlackBox, flatten
from bpkit.differences import gradcheck, numerical_gradient
from bpkit.netcheck import check_network, measure
from bpkit.report import Report, relative_error

rng = np.random.default_rng(7)
W, b, x = rng.normal(size=(3, 2)), rng.normal(size=(3, 1)), rng.normal(size=(2, 5))
SLOPE = 1 - np.tanh(W @ x + b) ** 2
GRAD = {"W": SLOPE @ x.T, "b": SLOPE.sum(axis=1, keepdims=True)}


def layer(theta):
    return np.tanh(theta["W"] @ x + theta["b"]).sum()


@pytest.mark.parametrize(("method", "error"), [("complex", 1e-14), ("central", 1e-8)])
def test_a_right_gradient_agrees_and_the_complex_step_is_exact_to_rounding(method, error):
    report = gradcheck(layer, {"W": W, "b": b}, GRAD, method=method)
    assert report.verdict == "agrees" and report and report.accused == ()
    assert all(relative_error(report.measured[name], GRAD[name]) < error for name in GRAD)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_wrong_entry_accuses_its_tensor_and_shows_both_numbers(method):
    wrong = {"W": GRAD["W"].copy(), "b": GRAD["b"]}
    wrong["W"][2, 1] *= -1
    report = gradcheck(layer, {"W": W, "b": b}, wrong, method=method)
    assert report.verdict == "differs" and not report and report.accused == ("W",)
    assert (report.worst.name, report.worst.index) == ("W", (2, 1))
    assert report.worst.claimed == -GRAD["W"][2, 1] and report.worst.measured == pytest.approx(
        GRAD["W"][2, 1], rel=1e-7
    )
    assert report.errors["b"] <= report.tolerance < report.errors["W"]


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([-1.0, 0.0, 0.5, 0.999, 1.001, 2.0]))
def test_law_any_analytic_function_agrees_with_its_gradient_and_with_no_multiple_of_it(seed, factor):
    rng = np.random.default_rng(seed)
    A, t = rng.normal(size=(4, 4)), rng.normal(size=4) * 10.0 ** rng.integers(-2, 2)

    def f(t):
        return np.exp(np.sin(t)).sum() + t @ A @ t

    g = np.cos(t) * np.exp(np.sin(t)) + (A + A.T) @ t
    for method in ("complex", "central"):
        assert gradcheck(f, t, g, method=method).verdict == "agrees"
        assert gradcheck(f, t, factor * g, method=method).verdict == "differs"


def test_theta_may_be_any_tree_of_arrays_and_every_array_has_a_name():
    theta = {"layers": [{1: np.ones(2), "gain": 0.5}, np.ones((1, 1))], ("W", 3): np.zeros(2)}
    assert [name for name, _ in flatten(theta)] == ["layers[0][1]", "layers[0].gain", "layers[1]", "W[3]"]

    def f(t):
        return (t["layers"][0][1] ** 2).sum() * t["layers"][0]["gain"] + t["layers"][1][0, 0] ** 3 + t["W", 3].sum()

    grad = {"layers": [{1: np.ones(2), "gain": 2.0}, np.full((1, 1), 3.0)], ("W", 3): np.ones(2)}
    assert gradcheck(f, theta, grad).verdict == "agrees"
    grad["layers"][0]["gain"] = 1.0
    assert gradcheck(f, theta, grad).accused == ("layers[0].gain",)


@pytest.mark.parametrize("theta", [0.8, np.float64(0.8), np.array(0.8), [0.8], (np.array([0.8]),)])
def test_a_number_a_list_and_a_tuple_are_arguments_too(theta):
    def f(t):
        return np.sum(np.asarray(t[0] if isinstance(t, tuple) else t) ** 3)

    assert gradcheck(
        f,
        theta,
        np.full(np.shape(theta if not isinstance(theta, tuple) else theta[0]), 3 * 0.64)
        if not isinstance(theta, tuple)
        else (np.array([3 * 0.64]),),
    )


def relu_sum(t):
    return np.where(t.real > 0, t, 0).sum()


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("claim", [0.0, 0.5, 1.0])
def test_at_a_corner_every_slope_between_left_and_right_is_a_warning_and_no_accusation(method, claim):
    report = gradcheck(relu_sum, np.array([1.0, -2.0, 0.0]), np.array([1.0, 0.0, claim]), method=method)
    exact = {"complex": 0.0, "central": 0.5}[method]
    assert report.verdict == ("agrees" if claim == exact else "kink") and report
    assert claim == exact or "corner" in report.notes[0]


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("claim", [-0.1, 1.1, 2.0])
def test_at_a_corner_a_slope_that_is_none_is_accused(method, claim):
    assert (
        gradcheck(relu_sum, np.array([1.0, -2.0, 0.0]), np.array([1.0, 0.0, claim]), method=method).verdict == "differs"
    )


def test_a_mistake_beside_a_corner_is_accused():
    assert gradcheck(relu_sum, np.array([1.0, -2.0, 0.0]), np.array([2.0, 0.0, 1.0])).accused == ("theta",)


@pytest.mark.parametrize("offset", [1e-6, -1e-6, 4e-6])
def test_a_corner_inside_the_step_of_a_central_difference_does_not_accuse(offset):
    t = np.array([1.0, offset])
    assert gradcheck(relu_sum, t, (t > 0).astype(float), method="central").verdict == "agrees"


def test_a_sharp_bend_is_no_corner():
    def f(t):
        return np.log(np.cosh(1e4 * t)).sum() / 1e4

    assert gradcheck(f, np.array([0.0]), np.array([1.0]), method="central").verdict == "differs"


@pytest.mark.parametrize(
    ("f", "word"),
    [
        (lambda t: np.abs(t).sum(), "imaginary"),
        (lambda t: (t * np.conj(t)).real.sum(), "imaginary"),
        (lambda t: (t.real**2 * t).sum(), "imaginary"),
        (lambda t: sum(float(v) ** 2 for v in t), "complex"),
    ],
)
def test_where_f_does_not_take_complex_numbers_central_differences_are_used_and_said_so(f, word):
    t = np.array([1.0, 2.0, -3.0])
    g = numerical_gradient(f, t, method="central")["theta"]
    report = gradcheck(f, t, g)
    assert report.verdict == "agrees" and report.method == "central differences" and word in report.notes[0]


@pytest.mark.parametrize("method", ["complex", "central"])
def test_an_f_that_does_not_feel_theta_is_named(method):
    outside, t = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    still = gradcheck(lambda t: (outside**2).sum(), t, 2 * t, method)
    assert still.verdict == "differs" and "the same for every theta" in still.notes[-1]
    moving = gradcheck(lambda t: (t**2).sum(), t, 2 * t, method)
    constant = gradcheck(lambda t: (outside**2).sum(), t, 0 * t, method)
    assert not any("every theta" in note for report in (moving, constant) for note in report.notes)


def test_the_noise_of_central_differences_is_measured_only_where_a_gap_has_to_be_explained():
    def calls(gradient):
        count = itertools.count()
        gradcheck(lambda t: (next(count), np.tanh(t).sum())[1], t, gradient, "central")
        return next(count)

    t = np.linspace(-1, 1, 50)
    right = 1 - np.tanh(t) ** 2
    assert calls(right) == 2 * t.size + 3  # two at theta, one for float32 inside
    assert calls(1.1 * right) > calls(right)


def single(t):
    return np.tanh(t.astype(np.float32) @ x.astype(np.float32)).sum()


@pytest.mark.parametrize("f", [single, lambda t: float(single(t))], ids=["returns float32", "hides float32"])
@pytest.mark.parametrize("method", ["complex", "central"])
def test_float32_noise_is_told_from_a_mistake(f, method):
    g = ((1 - np.tanh(W @ x) ** 2) @ x.T).astype(np.float32)
    report = gradcheck(f, W, g, method=method)
    assert report.verdict == "agrees" and any("float32" in note for note in report.notes)
    for mistake in (1.05 * g, -g, g[::-1].copy(), np.zeros_like(g)):
        assert gradcheck(f, W, mistake, method=method).verdict == "differs"


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6))
def test_law_a_float32_gradient_agrees_and_a_float32_gradient_off_by_a_thousandth_does_not(seed):
    rng = np.random.default_rng(seed)
    net = bp.Network.random([4, 5, 3], rng=rng, dtype=np.float32)
    x, y = rng.normal(size=(4, 6)).astype(np.float32), np.eye(3, dtype=np.float32)[:, rng.integers(0, 3, 6)]
    grads = net.backward(net.forward(x), y, "cross_entropy")
    assert grads.dW[1].dtype == np.float32
    assert check_network(net, x, y, "cross_entropy", grads).verdict == "agrees"
    wrong = bp.Grads(grads.delta, {**grads.dW, 1: grads.dW[1] * np.float32(1.001)}, grads.db)
    assert check_network(net, x, y, "cross_entropy", wrong).accused == ("W[1]",)


def test_two_gradients_that_are_both_zero_agree_and_a_vanishing_one_is_still_judged():
    assert gradcheck(lambda t: 0 * t.sum() + 3.0, np.ones(4), np.zeros(4)).verdict == "agrees"
    assert gradcheck(lambda t: 0 * t.sum() + 3.0, np.ones(4), np.zeros(4), method="central").verdict == "agrees"
    small = gradcheck(lambda t: 1e-10 * (t**2).sum(), np.ones(4), np.full(4, 4e-10))
    assert small.verdict == "differs" and gradcheck(lambda t: 1e-10 * (t**2).sum(), np.ones(4), np.full(4, 2e-10))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_differs(bad):
    g = GRAD["W"].copy()
    g[0, 1] = bad
    report = gradcheck(layer, {"W": W, "b": b}, {"W": g, "b": GRAD["b"]})
    assert report.verdict == "differs" and report.worst.index == (0, 1)


def counter(values):
    calls = iter(values)
    return lambda t: t.sum() + next(calls)


def changes_its_argument(t):
    t += 1
    return t.sum()


@pytest.mark.parametrize(
    ("f", "theta", "grad", "word"),
    [
        (counter(range(99)), np.ones(2), np.ones(2), "random"),
        (changes_its_argument, np.ones(2), np.ones(2), "changes its argument"),
        (lambda t: t, np.ones(2), np.ones(2), "not one number"),
        (lambda t: t.sum() * 1j, np.ones(2), np.ones(2), "complex"),
        (lambda t: np.nan * t.sum(), np.ones(2), np.ones(2), "not finite"),
        (lambda t: "loss", np.ones(2), np.ones(2), "not made of numbers"),
        (lambda t: t.sum(), np.ones((2, 3)), np.ones((3, 2)), "transposed"),
        (lambda t: t["W"].sum(), {"W": np.ones(2)}, {"V": np.ones(2)}, "nothing for W"),
        (lambda t: t.sum(), np.ones(2), np.array(["a", "b"]), "real numbers"),
        (lambda t: t.sum(), np.ones(2) * 1j, np.ones(2), "complex"),
        (lambda t: 0.0, {}, {}, "no number"),
        (lambda t: t.sum(), np.zeros((0, 2)), np.zeros((0, 2)), "no number"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(f, theta, grad, word):
    with pytest.raises(bp.BadInput, match=word):
        gradcheck(f, theta, grad)


@pytest.mark.parametrize("arguments", [{"method": "centrl"}, {"h": 0}, {"h": -1e-5}, {"h": "small"}])
def test_a_wrong_method_or_step_is_refused(arguments):
    with pytest.raises(bp.BadInput):
        gradcheck(lambda t: t.sum(), np.ones(2), np.ones(2), **arguments)


def test_theta_and_the_gradient_are_left_as_they_were():
    theta, grad = {"W": W.copy(), "b": b.copy()}, {name: g.copy() for name, g in GRAD.items()}
    gradcheck(layer, theta, grad)
    gradcheck(layer, theta, grad, method="central")
    assert np.array_equal(theta["W"], W) and np.array_equal(grad["W"], GRAD["W"])


def test_the_step_h_is_used():
    seen = []

    def f(t):
        seen.append(t.copy())
        return (t**2).sum()

    gradcheck(f, np.ones(1), np.full(1, 2.0), method="central", h=0.25)
    assert any(np.allclose(t, 1.25) for t in seen) and any(np.allclose(t, 0.75) for t in seen)


def test_the_text_holds_the_verdict_and_no_digit_that_rounding_decides():
    text = repr(gradcheck(layer, {"W": W, "b": b}, GRAD))
    assert (
        text.splitlines()[0] == "gradient check (complex step): agrees" and "below 1e-08" in text and "e-1" not in text
    )
    wrong = gradcheck(layer, {"W": W, "b": b}, {"W": 2 * GRAD["W"], "b": GRAD["b"]})
    assert "W differs" in repr(wrong) and "0.5000" in repr(wrong) and str(wrong.worst) in repr(wrong)
    html = wrong._repr_html_()
    assert html.startswith("<table>") and html.count("<tr>") == 3 and "W differs" in html


def test_names_in_html_are_escaped():
    report = gradcheck(lambda t: t["<b>"].sum(), {"<b>": np.ones(1)}, {"<b>": np.ones(1)})
    assert isinstance(report, Report) and "<b>" not in report._repr_html_() and "&lt;b&gt;" in report._repr_html_()


def some_network(seed, hidden="tanh", output="softmax"):
    rng = np.random.default_rng(seed)
    net = bp.Network.random([3, 5, 4, 2], hidden=hidden, output=output, rng=rng)
    net = bp.Network(net.W, {l: rng.normal(size=v.shape) for l, v in net.b.items()}, net.f)
    return net, rng.normal(size=(3, 6)), np.eye(2)[:, rng.integers(0, 2, 6)]


@pytest.mark.parametrize(
    ("hidden", "output", "loss"),
    [
        ("tanh", "softmax", "cross_entropy"),
        ("relu", "sigmoid", "binary_cross_entropy"),
        ("gelu", "identity", "half_mse"),
        ("silu", "softmax", "half_mse"),
        ("softplus", "tanh", "half_mse"),
        ("sigmoid", "relu", "half_mse"),
    ],
)
def test_the_structured_check_measures_what_the_black_box_measures(hidden, output, loss):
    net, x, y = some_network(1, hidden, output)
    measured = measure(net, x, y, loss)
    theta = net.parameters()

    def f(moved):
        return bp.Network({l: moved["W", l] for l in net.W}, {l: moved["b", l] for l in net.W}, net.f).loss(x, y, loss)

    for name, g in numerical_gradient(f, theta).items():
        assert relative_error(measured[name], g) < 1e-13, name
    assert check_network(net, x, y, loss).verdict == "agrees"


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), entry=st.integers(0, 10**6))
def test_law_the_structured_check_finds_the_one_entry_that_is_wrong(seed, entry):
    net, x, y = some_network(seed)
    grads = net.backward(net.forward(x), y, "cross_entropy")
    l = 1 + entry % 3
    index = np.unravel_index(entry % grads.dW[l].size, grads.dW[l].shape)
    wrong = grads.dW[l].copy()
    wrong[index] += 0.01
    report = check_network(net, x, y, "cross_entropy", bp.Grads(grads.delta, {**grads.dW, l: wrong}, grads.db))
    assert report.accused == (f"W[{l}]",) and report.worst.index == tuple(index)


def test_the_structured_check_is_the_same_in_small_blocks(monkeypatch):
    net, x, y = some_network(2)
    whole = measure(net, x, y, "cross_entropy")
    monkeypatch.setattr(netcheck, "STACK", 1)
    blocks = measure(net, x, y, "cross_entropy")
    assert all(relative_error(blocks[name], whole[name]) < 1e-15 for name in whole)


def test_an_activation_that_drops_the_imaginary_part_is_checked_by_central_differences():
    vee = Activation("vee", "|z|", np.abs, np.sign)
    net, x, y = some_network(3)
    net = bp.Network(net.W, net.b, [vee, vee, "identity"])
    report = check_network(net, x, y, "half_mse")
    assert report.verdict == "agrees" and report.method == "central differences"
    grads = net.backward(net.forward(x), y, "half_mse")
    wrong = bp.Grads(grads.delta, {**grads.dW, 2: -grads.dW[2]}, grads.db)
    assert check_network(net, x, y, "half_mse", wrong).accused == ("W[2]",)


def test_at_a_dead_point_of_relu_the_structured_check_warns_and_does_not_accuse():
    net = bp.Network(
        [np.array([[1.0, -1], [2, 1]]), np.ones((1, 2))], [np.zeros((2, 1)), np.zeros((1, 1))], ["relu", "identity"]
    )
    x, y = np.array([[1.0, 2], [1, 0.5]]), np.array([[1.0, 0]])
    g = net.backward(net.forward(x), y, "half_mse")
    delta = (net.W[2].T @ g.delta[2]) * (net.forward(x).z[1] >= 0)
    other = bp.Grads(g.delta, {1: delta @ x.T, 2: g.dW[2]}, {1: delta.sum(axis=1, keepdims=True), 2: g.db[2]})
    assert check_network(net, x, y, "half_mse").verdict == "agrees"
    assert check_network(net, x, y, "half_mse", other).verdict == "kink"


def test_gradients_of_another_shape_are_refused():
    net, x, y = some_network(4)
    grads = net.backward(net.forward(x), y, "cross_entropy")
    with pytest.raises(bp.BadInput, match="does not fit"):
        check_network(net, x, y, "cross_entropy", bp.Grads(grads.delta, {**grads.dW, 1: grads.dW[1].T}, grads.db))


def test_the_full_check_of_64_32_10_does_less_than_a_twentieth_of_the_work_of_2P_forward_passes():
    seen = [0]

    def counted(f):
        return Activation(f.name, f.formula, lambda z: (seen.__setitem__(0, seen[0] + z.size), f.value(z))[1], f.slope)

    rng = np.random.default_rng(0)
    net = bp.Network.random([64, 32, 10], hidden="relu", output="sigmoid", rng=0)
    net = bp.Network(net.W, net.b, {1: counted(net.f[1]), 2: net.f[2]})
    x, y = rng.normal(size=(64, 32)), rng.uniform(size=(10, 32))
    grads = net.backward(net.forward(x), y, "half_mse")
    seen[0] = 0
    net.loss(x, y, "half_mse")
    forward = seen[0]
    seen[0] = 0
    assert check_network(net, x, y, "half_mse", grads).verdict == "agrees"
    assert 0 < seen[0] < 2 * 2410 * forward / 20


def test_a_black_box_names_its_arrays_and_knows_its_value():
    box = BlackBox(layer, {"W": W, "b": b})
    assert list(box.leaves) == ["W", "b"] and box.value == layer({"W": W, "b": b}) and not box.coarse


def test_a_float32_gradient_of_a_float64_function_is_judged_to_seven_digits():
    single_precision = {name: g.astype(np.float32) for name, g in GRAD.items()}
    assert gradcheck(layer, {"W": W, "b": b}, single_precision).verdict == "agrees"
    assert gradcheck(
        layer, {"W": W, "b": b}, {**single_precision, "b": single_precision["b"] * np.float32(1.001)}
    ).accused == ("b",)


def test_a_gradient_below_the_rounding_of_f_is_no_mistake():
    t = np.array([np.pi, -np.pi, 3 * np.pi])
    assert gradcheck(lambda t: 1e3 * np.cos(t).sum(), t, -1e3 * np.sin(t), method="central").verdict == "agrees"
    assert (
        relative_error(np.array([1e-17]), np.zeros(1), 1e-15, 1e-8)
        < 1e-8
        < relative_error(np.array([1e-6]), np.zeros(1), 1e-15, 1e-8)
    )
