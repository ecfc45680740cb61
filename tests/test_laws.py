"""Laws of backpropagation, over random networks of every kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from worlds import flat, gradient, rebuilt, relative, worlds

import bpkit as bp

several = settings(max_examples=60)


def losses_around(w, h):
    """L at theta + h e_j for every parameter j."""
    theta = flat(w.net.parameters())
    return np.array([rebuilt(w.net, theta + h * e).loss(w.x, w.y, w.loss) for e in np.eye(theta.size)])


def backprop(net, x, y, loss):
    return net.backward(net.forward(x), y, loss)


@several
@given(worlds())
@pytest.mark.slow
def test_backward_equals_the_central_difference(w):
    h = 1e-5
    difference = (losses_around(w, h) - losses_around(w, -h)) / (2 * h)
    g = gradient(backprop(*w))
    assert np.linalg.norm(g - difference) <= 1e-6 * max(np.linalg.norm(g), np.linalg.norm(difference)) + 1e-10


@several
@given(worlds())
def test_backward_equals_the_complex_step(w):
    g, step = gradient(backprop(*w)), losses_around(w, 1e-30j).imag / 1e-30
    assert np.linalg.norm(g - step) <= 1e-10 * max(np.linalg.norm(g), np.linalg.norm(step)) + 1e-14


@several
@given(worlds())
def test_a_batch_has_the_mean_of_the_gradients_of_its_examples(w):
    singles = [gradient(backprop(w.net, w.x[:, [e]], w.y[:, [e]], w.loss)) for e in range(w.x.shape[1])]
    assert relative(gradient(backprop(*w)), np.mean(singles, axis=0)) < 1e-12


@several
@given(worlds(), st.floats(0.01, 100))
def test_scaling_the_output_error_scales_every_gradient(w, c):
    trace = w.net.forward(w.x)
    grads = w.net.backward(trace, w.y, w.loss)
    delta = {w.net.depth: c * grads.delta[w.net.depth]}
    for l in range(w.net.depth - 1, 0, -1):
        delta[l] = bp.hidden_delta(w.net.W[l + 1], delta[l + 1], trace.z[l], w.net.f[l])
    for l in delta:
        assert relative(bp.weight_gradient(delta[l], trace.a[l - 1]), c * grads.dW[l]) < 1e-12
        assert relative(bp.bias_gradient(delta[l]), c * grads.db[l]) < 1e-12


@several
@given(worlds(), st.floats(0.001, 1))
def test_scaling_the_loss_scales_every_gradient(w, c):
    loss = bp.losses.loss_function(w.loss)
    scaled = bp.Loss(
        f"{c} {loss.name}", "", loss.match, lambda a, y: c * loss.terms(a, y), lambda a, y: c * loss.slope(a, y)
    )
    a = w.net.forward(w.x).a[w.net.depth]
    if w.net.f[w.net.depth].name in ("softmax", "sigmoid"):  # a loss of no known pair loses digits near 0 and 1
        assume(np.minimum(a, 1 - a).min() > 1e-4)
    assert relative(gradient(backprop(w.net, w.x, w.y, scaled)), c * gradient(backprop(*w))) < 1e-11


@several
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_examples_changes_nothing(w, random):
    order = list(range(w.x.shape[1]))
    random.shuffle(order)
    shuffled = backprop(w.net, w.x[:, order], w.y[:, order], w.loss)
    assert relative(gradient(shuffled), gradient(backprop(*w))) < 1e-12
    assert np.isclose(w.net.loss(w.x[:, order], w.y[:, order], w.loss), w.net.loss(w.x, w.y, w.loss), rtol=1e-13)


@several
@given(worlds())
def test_the_fused_output_delta_equals_the_chain(w):
    trace, L = w.net.forward(w.x), w.net.depth
    assume(w.loss == "half_mse" or (1 - trace.a[L]).min() > 1e-4 or trace.a[L].shape[0] == 1)
    chain = w.net.f[L].vjp(trace.z[L], bp.losses.loss_function(w.loss).prime(trace.a[L], w.y))
    assert relative(bp.output_delta(w.loss, w.net.f[L], trace.z[L], trace.a[L], w.y), chain) < 1e-9


@several
@given(worlds())
def test_the_fused_loss_equals_the_loss_of_the_activation(w):
    a = w.net.forward(w.x).a[w.net.depth]
    assume(
        w.loss == "half_mse" or (1 - a).min() > 1e-4 or a.size == 1
    )  # nearer to 1, the quotient form has lost its digits
    assert np.isclose(w.net.loss(w.x, w.y, w.loss), bp.losses.loss_function(w.loss)(a, w.y), rtol=1e-9, atol=1e-12)


@several
@given(worlds())
def test_every_gradient_has_the_shape_of_what_it_is_the_gradient_of(w):
    trace = w.net.forward(w.x)
    grads = w.net.backward(trace, w.y, w.loss)
    for l in w.net.W:
        assert grads.delta[l].shape == trace.z[l].shape == trace.a[l].shape
        assert grads.dW[l].shape == w.net.W[l].shape and grads.db[l].shape == w.net.b[l].shape


@several
@given(worlds(), st.floats(1e-4, 1))
def test_a_step_moves_every_parameter_by_eta_times_its_gradient_and_leaves_the_old_network(w, eta):
    before, grads = flat(w.net.parameters()), backprop(*w)
    after = w.net.step(grads, eta)
    assert np.array_equal(flat(after.parameters()), before - eta * gradient(grads))
    assert np.array_equal(flat(w.net.parameters()), before)


@several
@given(worlds())
def test_save_then_load_gives_the_same_bits(tmp_path_factory, w):
    path = w.net.save(tmp_path_factory.mktemp("net") / "net.npz")
    again = bp.load(path)
    assert [f.name for f in again.f.values()] == [f.name for f in w.net.f.values()]
    assert flat(again.parameters()).tobytes() == flat(w.net.parameters()).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_survives_forward_backward_step_and_file(dtype, tmp_path):
    net = bp.Network.random([3, 4, 2], dtype=dtype)
    x, y = np.ones((3, 5)), bp.one_hot([0, 1, 0, 1, 1])
    after = net.step(net.backward(net.forward(x), y, "cross_entropy"), 0.1)
    assert net.forward(x).a[2].dtype == dtype
    assert {w.dtype for w in after.parameters().values()} == {np.dtype(dtype)}
    assert bp.load(net.save(tmp_path / "n.npz")).W[1].dtype == dtype
