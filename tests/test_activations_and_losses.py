"""Activations and losses at their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpkit as bp
from bpkit.activations import ACTIVATIONS
from bpkit.losses import LOSSES, output_loss

ELEMENTWISE = [f for f in ACTIVATIONS.values() if f.name != "softmax"]
EDGES = np.array([[-np.inf, -1e308, -1000.0, -800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0, 1000.0, 1e308, np.inf]])


@pytest.mark.parametrize("f", ELEMENTWISE, ids=lambda f: f.name)
def test_no_z_overflows_or_warns(f):
    a, slope = f(EDGES), f.prime(EDGES)
    assert not np.isnan(a).any() and np.isfinite(slope).all()
    assert np.isfinite(a[np.isfinite(EDGES)]).all()


@pytest.mark.parametrize("f", ELEMENTWISE, ids=lambda f: f.name)
@given(z=st.floats(-30, 30).filter(lambda z: abs(z) > 1e-3))
def test_prime_is_the_derivative(f, z):
    complex_step = (f(z + 1e-30j) / 1e-30).imag
    assert np.isclose(f.prime(z), complex_step, rtol=1e-9, atol=1e-13)


def test_relu_has_slope_zero_at_zero():
    assert bp.relu.prime(0.0) == 0.0


def test_the_slope_of_sigmoid_keeps_its_digits_where_one_minus_s_is_zero():
    assert np.isclose(bp.sigmoid.prime(50.0), np.exp(-50.0), rtol=1e-12)
    assert np.isclose(bp.tanh.prime(30.0), 4 * np.exp(-60.0), rtol=1e-12)


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=6), st.floats(-1e6, 1e6))
def test_softmax_sums_to_one_and_does_not_see_a_shift(z, shift):
    z = np.array(z).reshape(-1, 1)
    s = bp.softmax(z)
    assert (s >= 0).all() and np.isclose(s.sum(), 1, rtol=1e-12)
    assert np.allclose(bp.softmax(z + shift), s, atol=1e-9)


def test_softmax_at_a_thousand_is_one_and_zero():
    assert np.array_equal(bp.softmax([[1000.0], [-1000.0]]), [[1.0], [0.0]])


def test_the_softmax_product_rule_is_its_jacobian_times_the_upstream():
    rng = np.random.default_rng(0)
    z, g = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    assert np.allclose(bp.softmax.vjp(z, g), np.einsum("ije,ie->je", bp.softmax.jacobian(z), g), rtol=1e-13)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_a_loss_is_finite_and_silent_at_probabilities_zero_and_one(loss):
    a, y = np.array([[0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 0.0, 1.0, 1.0]])
    assert np.isfinite(loss.per_example(a, y)).all() and np.isfinite(loss.prime(a, y)).all()
    assert loss.per_example(a, y)[[0, 3]] == pytest.approx(0, abs=1e-300)


@pytest.mark.parametrize(
    ("loss", "f", "wanted"),
    [("cross_entropy", "softmax", [2000.0, 0.0]), ("binary_cross_entropy", "sigmoid", [2000.0, 0.0])],
)
def test_the_fused_loss_is_exact_at_a_thousand(loss, f, wanted):
    f = ACTIVATIONS[f]
    z, wrong, right = np.array([[1000.0], [-1000.0]]), np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]])
    assert [output_loss(loss, f, z, y) for y in (wrong, right)] == wanted
    assert np.array_equal(bp.output_delta(loss, f, z, f(z), wrong), z / 1000)


def test_softmax_with_cross_entropy_leaves_a_rest_where_targets_do_not_sum_to_one():
    z, y = np.array([[0.3], [-1.0], [0.5]]), np.array([[0.2], [0.1], [0.3]])
    s = bp.softmax(z)
    assert np.allclose(bp.output_delta("cross_entropy", bp.softmax, z, s, y), s * y.sum() - y)


def test_binary_cross_entropy_is_cross_entropy_of_two_classes():
    a, y = np.array([[0.2, 0.9]]), np.array([[1.0, 0.0]])
    assert np.isclose(bp.binary_cross_entropy(a, y), bp.cross_entropy(np.vstack([a, 1 - a]), np.vstack([y, 1 - y])))


def test_the_numbers_of_the_source_document():
    data = bp.data.source_example()
    net = bp.Network([[[0.8]]], [[[0.0]]], "sigmoid")
    trace = net.forward(data.x_train)
    grads = net.backward(trace, data.y_train, bp.binary_cross_entropy)
    assert trace.z[1].item() == 0.4
    assert trace.a[1].item() == pytest.approx(0.598687660112452, abs=1e-15)
    assert net.loss(data.x_train, data.y_train, "binary_cross_entropy") == pytest.approx(0.513015252399953, abs=1e-15)
    assert bp.cross_entropy(trace.a[1], data.y_train) == pytest.approx(0.513015252399953, abs=1e-15)
    assert grads.delta[1].item() == pytest.approx(-0.401312339887548, abs=1e-15)
    assert grads.dW[1].item() == pytest.approx(-0.200656169943774, abs=1e-15)
    after = net.step(grads, 0.1)
    assert f"{after.W[1].item():.7f}" == "0.8200656"
    # the document's neuron has no bias, so that only w moves
    moved = bp.Network(after.W, net.b, "sigmoid")
    assert f"{moved.loss(data.x_train, data.y_train, 'binary_cross_entropy'):.6f}" == "0.509001"
