"""Training as a program: the equations of ``Network.backward``, in place."""

from __future__ import annotations

import signal
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from worlds import flat, gradient, relative, worlds

import bpkit as bp
from bpkit import program, training
from bpkit.losses import loss_function
from bpkit.program import Program

several = settings(max_examples=150)
OPTIMISERS = [bp.SGD(0.1), bp.Momentum(0.05), bp.Adam(0.003)]


def by_tensor(grads):
    return {f"{name}[{l}]": part[l] for name, part in vars(grads).items() for l in part}


@several
@given(worlds())
def test_gradients_equal_those_of_backward_to_1e_12_by_norm_in_every_tensor(w):
    expected = w.net.backward(w.net.forward(w.x), w.y, w.loss)
    found = Program(w.net, w.x.shape[1], w.loss).gradients(w.x, w.y)
    assert relative(gradient(found), gradient(expected)) < 1e-12
    for name, g in by_tensor(found).items():
        assert relative(g, by_tensor(expected)[name]) < 1e-12, (name, g, by_tensor(expected)[name])


@several
@given(worlds())
def test_gradients_in_float32_equal_those_in_float64_to_single_precision(w):
    single = bp.Network(
        {l: v.astype("f4") for l, v in w.net.W.items()}, {l: v.astype("f4") for l, v in w.net.b.items()}, w.net.f
    )
    x, y = w.x.astype("f4"), w.y.astype("f4")
    found = Program(single, x.shape[1], w.loss).gradients(x, y)
    expected = single.backward(single.forward(x), y, w.loss)
    assert {g.dtype for g in by_tensor(found).values()} == {np.dtype("f4")}
    assert np.linalg.norm(gradient(found) - gradient(expected)) <= 1e-4 * np.linalg.norm(gradient(expected)) + 1e-5


@several
@given(worlds())
def test_the_loss_of_a_step_is_the_loss_before_its_update(w):
    p = Program(w.net, w.x.shape[1], w.loss, bp.SGD(1e-3))
    p.load(w.x, w.y)
    p.run()
    assert np.isclose(p.value(), w.net.loss(w.x, w.y, w.loss), rtol=1e-12, atol=1e-13)


def test_targets_that_do_not_sum_to_one_keep_their_sum():
    net, x = bp.Network.random([3, 4, 3]), np.linspace(-1, 1, 12).reshape(3, 4)
    y = np.array([[0.2, 0.0, 1.0, 0.5], [0.3, 0.0, 1.0, 0.5], [0.1, 0.0, 0.0, 0.5]])
    expected = net.backward(net.forward(x), y, "cross_entropy")
    assert relative(gradient(Program(net, 4, "cross_entropy").gradients(x, y)), gradient(expected)) < 1e-12


@pytest.mark.parametrize("size", [30, 3_000], ids=["few numbers", "many numbers"])
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "identity", "softplus", "silu", "gelu"])
def test_slopes_keep_their_digits_where_the_activation_has_rounded(name, size):
    z = np.linspace(-40, 40, size).reshape(2, -1) + 0.01
    net = bp.Network([np.eye(2), np.eye(2)], [np.zeros((2, 1))] * 2, [name, "identity"])
    delta = Program(net, z.shape[1], "half_mse").gradients(z, np.zeros_like(z)).delta[1]
    expected = net.backward(net.forward(z), np.zeros_like(z), "half_mse").delta[1]
    assert np.allclose(delta, expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "softmax"])
@pytest.mark.parametrize("N", [2, 200])
def test_nothing_overflows_far_out(name, N, dtype):
    net = bp.Network([1e4 * np.eye(2, dtype=dtype)] * 2, [np.zeros((2, 1), dtype)] * 2, [name, "softmax"])
    x = np.tile(np.array([[1.0, -1.0], [-1.0, 1.0]], dtype), N // 2)
    g = Program(net, N, "cross_entropy").gradients(x, np.tile(np.eye(2, dtype=dtype)[::-1], N // 2))
    assert np.isfinite(gradient(g)).all()


def history(loop, net, data, opt, epochs, batch_size=32):
    x, y = data.x_train.astype(net.W[1].dtype), data.y_train.astype(net.W[1].dtype)
    loss = loss_function("cross_entropy")
    found = list(loop(net, x, y, loss, opt, epochs, batch_size, np.random.default_rng(5)))
    return {
        "parameters": flat(found[-1].network().parameters()),
        "loss": np.array([e.loss for e in found]),
        "accuracy": np.array([e.accuracy for e in found]),
        "norms": np.array([[*e.gradient_norm.values()] for e in found]),
    }


@pytest.mark.parametrize("opt", OPTIMISERS, ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid", "gelu", "softmax"])
def test_training_by_program_and_by_the_readable_loop_leave_the_same_history(opt, hidden):
    net, data = bp.Network.random([4, 7, 5, 3], hidden), bp.data.iris()
    one, two = (history(loop, net, data, opt, 12, 32) for loop in (training.run, program.run))
    assert np.allclose(one["accuracy"], two["accuracy"], rtol=1e-15, atol=0)
    for name in ("parameters", "loss", "norms"):
        assert relative(one[name], two[name]) < 1e-12, name


@pytest.mark.slow
@pytest.mark.parametrize("opt", OPTIMISERS, ids=lambda o: type(o).__name__)
@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-12), (np.float32, 1e-3)])
def test_digits_leave_the_same_history_over_twenty_epochs(opt, dtype, within):
    net, data = bp.Network.random([64, 32, 10], "relu", dtype=dtype), bp.data.digits()
    one, two = (history(loop, net, data, opt, 20) for loop in (training.run, program.run))
    assert all(relative(one[name], two[name]) < within for name in one)


def test_train_runs_on_the_program(monkeypatch):
    monkeypatch.setattr(training, "run", None)
    data = bp.data.iris()
    for opt in OPTIMISERS:
        assert (
            len(bp.train(bp.Network.random([4, 5, 3]), data.x_train, data.y_train, opt=opt, epochs=2, progress=False))
            == 2
        )


class Shout(bp.SGD):
    """An optimiser of a learner's own."""

    def __call__(self, net, grads, state=None):
        return net, {"calls": (state or {"calls": 0})["calls"] + 1}


def test_an_optimiser_of_your_own_is_obeyed():
    data, net = bp.data.iris(), bp.Network.random([4, 3])
    after = bp.train(net, data.x_train, data.y_train, opt=Shout(0.1), epochs=2, progress=False).net
    assert np.array_equal(flat(after.parameters()), flat(net.parameters()))


def test_a_run_that_blows_up_stops_in_the_same_epoch_on_both_loops():
    data = bp.data.iris()
    net = bp.Network.random([4, 5, 3], "identity", "identity")
    arguments = (net, data.x_train, data.y_train, loss_function("half_mse"), bp.SGD(50.0), 400, 32)
    done = {training.run: 0, program.run: 0}
    for loop in done:
        with np.errstate(all="ignore"), pytest.raises(program.Diverged):
            for _ in loop(*arguments, np.random.default_rng(0)):
                done[loop] += 1
    assert done[training.run] == done[program.run] > 0


class Interrupts(np.random.Generator):
    """Draws orders, and has somebody press the stop button a little into the given epoch."""

    def __init__(self, epoch):
        super().__init__(np.random.PCG64(0))
        self.left = epoch

    def permutation(self, N):
        self.left -= 1
        if self.left == 0:
            signal.setitimer(signal.ITIMER_REAL, 0.005)
        return super().permutation(N)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals on this system")
@pytest.mark.slow
def test_an_interrupted_run_returns_the_network_of_its_last_finished_epoch():
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 20_000)), np.eye(2)[:, rng.integers(0, 2, 20_000)]
    net = bp.Network.random([3, 4, 2])
    try:
        run = bp.train(net, x, y, opt=bp.SGD(0.1), epochs=50, batch_size=4, rng=Interrupts(3), progress=False)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert run.stopped == "interrupted in epoch 3" and len(run) == 2
    whole = bp.train(net, x, y, opt=bp.SGD(0.1), epochs=2, batch_size=4, rng=Interrupts(9), progress=False)
    assert flat(run.net.parameters()).tobytes() == flat(whole.net.parameters()).tobytes()


def test_a_smaller_last_batch_shares_the_rooms_and_leaves_them_in_order():
    data, net = bp.data.iris(), bp.Network.random([4, 6, 5, 3])
    x, y = data.x_train, data.y_train
    large = Program(net, 32, "cross_entropy")
    small = Program(net, 7, "cross_entropy", like=large)
    assert np.shares_memory(large.batch.a[1], small.batch.a[1]) and small.memory.w is large.memory.w
    first = gradient(large.gradients(x[:, :32], y[:, :32]))
    expected = net.backward(net.forward(x[:, :7]), y[:, :7], "cross_entropy")
    assert relative(gradient(small.gradients(x[:, :7], y[:, :7])), gradient(expected)) < 1e-12
    assert np.array_equal(first, gradient(large.gradients(x[:, :32], y[:, :32])))


def test_a_program_prints_backpropagation_in_order_with_shapes():
    p = Program(bp.Network.random([64, 32, 10], "relu"), 16, "cross_entropy", bp.Adam(0.01))
    lines = repr(p).splitlines()
    order = [
        "z[1] =",
        "a[1] = relu",
        "z[2] =",
        "a[2] = softmax",
        "L =",
        "delta[2] =",
        "dW[2]",
        "e[1] = W[2]'",
        "delta[1] =",
        "dW[1]",
        "w = w",
    ]
    found = [next(i for i, line in enumerate(lines) if word in line) for word in order]
    assert found == sorted(found) and "64-32-10, N = 16, cross_entropy, Adam, float64" in lines[0]
    assert "(32, 16)" in lines[found[0]] and "(10, 33)" in lines[found[6]] and "(2410,)" in lines[found[-1]]
    assert p._repr_html_().count("<tr>") == len(lines) - 1


def test_a_step_allocates_next_to_nothing_and_a_program_no_more_than_its_bound():
    net = bp.Network.random([300, 200, 200, 10], "tanh")
    x, y = np.ones((300, 150)), np.eye(10)[:, np.arange(150) % 10]
    tracemalloc.start()
    p = Program(net, 150, "cross_entropy", bp.Adam())
    p.load(x, y)
    p.run()
    tracemalloc.reset_peak()
    held = tracemalloc.get_traced_memory()[0]
    for _ in range(3):
        p.run()
    grown = tracemalloc.get_traced_memory()[1] - held
    tracemalloc.stop()
    P, A = sum(w.size for w in net.parameters().values()), sum(net.sizes) * 150
    assert grown < 20_000 and held < 8 * (4 * P + 2 * A) + 100_000


def test_complex_and_mixed_training_takes_the_readable_loop():
    net, x, y = bp.Network.random([2, 3, 1], output="identity"), np.ones((2, 4)), np.ones((1, 4))
    assert program.fits(net, x, y, bp.SGD(0.1))
    assert not program.fits(net, x + 0j, y, bp.SGD(0.1))
    assert not program.fits(net, x, y, Shout(0.1))
