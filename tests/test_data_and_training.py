"""Data sets, optimisers and training."""

from __future__ import annotations

import time

import numpy as np
import pytest
from worlds import flat

import bpkit as bp
from bpkit import training
from bpkit.press.datasets import tables


@pytest.mark.parametrize(("name", "n", "K", "N"), [("digits", 64, 10, 1797), ("iris", 4, 3, 150), ("moons", 2, 2, 300)])
def test_a_data_set_is_columns_one_hot_and_split_alike_in_every_class(name, n, K, N):
    data = getattr(bp.data, name)()
    assert (
        data.x_train.shape[0] == n and data.y_train.shape[0] == K and len(data.names) == K and len(data.features) == n
    )
    assert data.x_train.shape[1] + data.x_test.shape[1] == N
    for y, labels in ((data.y_train, data.labels_train), (data.y_test, data.labels_test)):
        assert np.array_equal(y, bp.one_hot(labels, K))
    share = data.y_test.sum(axis=1) / (data.y_test.sum(axis=1) + data.y_train.sum(axis=1))
    assert np.ptp(share) < 0.03


def test_data_sets_are_the_same_every_time_and_read_only():
    one, two = bp.data.moons(rng=3), bp.data.moons(rng=3)
    assert one.x_train.tobytes() == two.x_train.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        one.x_train[0, 0] = 1


def test_no_example_is_both_trained_on_and_held_out():
    data = bp.data.digits()
    train, test = ({x.tobytes() for x in part.T} for part in (data.x_train, data.x_test))
    assert not train & test


@pytest.mark.slow
def test_digits_and_iris_are_scikit_learns_copies():
    for name, arrays in tables().items():
        with np.load(bp.data.FOLDER / f"{name}.npz", allow_pickle=False) as file:
            assert all(np.array_equal(file[key], arrays[key]) for key in arrays)


def test_xor_needs_a_hidden_layer_and_learns_with_one():
    data = bp.data.xor()
    history = bp.train(
        bp.Network.random([2, 4, 2], rng=1), data.x_train, data.y_train, opt=bp.SGD(1.0), epochs=500, progress=False
    )
    assert np.array_equal(history.net.predict(data.x_test), data.labels_test)


@pytest.mark.slow
def test_digits_reach_97_percent_on_the_held_out_split_in_under_ten_seconds():
    data = bp.data.digits()
    start = time.perf_counter()
    history = bp.train(
        bp.Network.random([64, 32, 10], hidden="relu"),
        data.x_train,
        data.y_train,
        opt=bp.Momentum(0.1),
        validation=(data.x_test, data.y_test),
        progress=False,
    )
    assert time.perf_counter() - start < 10
    assert (history.net.predict(data.x_test) == data.labels_test).mean() >= 0.97
    assert history.validation_accuracy[-1] >= 0.97 and len(history) == 40


@pytest.mark.parametrize("opt", [bp.SGD(0.5), bp.Momentum(0.1), bp.Adam(0.01)], ids=lambda o: type(o).__name__)
def test_a_seed_repeats_a_training_to_the_last_bit(opt):
    data = bp.data.iris()
    runs = [
        bp.train(bp.Network.random([4, 5, 3]), data.x_train, data.y_train, opt=opt, epochs=3, rng=7, progress=False)
        for _ in range(2)
    ]
    assert flat(runs[0].net.parameters()).tobytes() == flat(runs[1].net.parameters()).tobytes()
    assert runs[0].loss.tobytes() == runs[1].loss.tobytes() and runs[0].loss[-1] < runs[0].loss[0]
    other = bp.train(bp.Network.random([4, 5, 3]), data.x_train, data.y_train, opt=opt, epochs=3, rng=8, progress=False)
    assert other.loss.tobytes() != runs[0].loss.tobytes()


def test_training_leaves_the_network_that_it_was_given():
    data, net = bp.data.iris(), bp.Network.random([4, 3])
    before = flat(net.parameters())
    bp.train(net, data.x_train, data.y_train, epochs=1, progress=False)
    assert np.array_equal(flat(net.parameters()), before)


def test_every_example_is_visited_once_an_epoch():
    from bpkit.training import minibatches

    batches = list(minibatches(10, 4, np.random.default_rng(0)))
    assert [len(b) for b in batches] == [4, 4, 2] and sorted(np.concatenate(batches)) == list(range(10))


def test_a_run_that_blows_up_returns_what_it_has_and_says_so():
    data = bp.data.iris()
    net = bp.Network.random([4, 5, 3], hidden="identity", output="identity")
    with np.errstate(all="ignore"):
        history = bp.train(
            net, data.x_train, data.y_train, loss="half_mse", opt=bp.SGD(50.0), epochs=400, progress=False
        )
    assert "smaller eta" in history.stopped and len(history) < 400 and np.isfinite(flat(history.net.parameters())).all()


def test_a_run_that_is_interrupted_returns_the_epochs_it_has_finished(monkeypatch):
    data, seen = bp.data.iris(), []

    def opt_step(self, net, grads, state=None, step=bp.SGD.__call__):
        seen.append(1)
        if len(seen) == 10:
            raise KeyboardInterrupt
        return step(self, net, grads, state)

    monkeypatch.setattr(bp.SGD, "__call__", opt_step)
    history = bp.train(bp.Network.random([4, 3]), data.x_train, data.y_train, opt=bp.SGD(0.1), progress=False)
    assert history.stopped.startswith("interrupted") and len(history) == 2


@pytest.mark.parametrize(("patience", "progress", "shown"), [(0.0, True, True), (0.0, False, False), (60.0, True, False)])
def test_a_bar_is_shown_where_it_is_wanted_and_the_training_is_long(monkeypatch, capsys, patience, progress, shown):
    monkeypatch.setattr(training, "PATIENCE", patience)
    data = bp.data.xor()
    history = bp.train(bp.Network.random([2, 2, 2]), data.x_train, data.y_train, epochs=3, progress=progress)
    assert len(history) == 3
    assert ("training" in capsys.readouterr().err) == shown


def test_the_first_step_of_adam_is_eta_times_the_sign_of_the_gradient():
    net, x, y = bp.Network.random([3, 2]), np.ones((3, 1)), np.array([[1.0], [0.0]])
    grads = net.backward(net.forward(x), y, "cross_entropy")
    after, state = bp.Adam(0.01)(net, grads)
    assert np.allclose(after.W[1] - net.W[1], -0.01 * np.sign(grads.dW[1]), rtol=1e-6) and state["t"] == 1


def test_momentum_without_memory_is_gradient_descent():
    net, x, y = bp.Network.random([3, 2]), np.ones((3, 1)), np.array([[1.0], [0.0]])
    sgd, momentum, s, m = net, net, None, None
    for _ in range(3):
        sgd, s = bp.SGD(0.1)(sgd, sgd.backward(sgd.forward(x), y, "cross_entropy"), s)
        momentum, m = bp.Momentum(0.1, 0.0)(momentum, momentum.backward(momentum.forward(x), y, "cross_entropy"), m)
    assert np.array_equal(flat(sgd.parameters()), flat(momentum.parameters()))


def test_objects_show_themselves_in_text_and_html():
    data = bp.data.iris()
    net = bp.Network.random([4, 5, 3])
    trace = net.forward(data.x_train[:, :2])
    history = bp.train(net, data.x_train, data.y_train, epochs=2, validation=(data.x_test, data.y_test), progress=False)
    for thing in (net, trace, net.backward(trace, data.y_train[:, :2], "cross_entropy"), history, data):
        assert "0x" not in repr(thing) and thing._repr_html_().startswith("<table")
    assert "Network 4-5-3, 43 parameters" in repr(net) and "validation accuracy" in repr(history)
