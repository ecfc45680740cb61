"""Every public function refuses what it cannot use, and says wanted / got / try."""

from __future__ import annotations

import numpy as np
import pytest

import bpkit as bp

W, b = np.ones((2, 3)), np.zeros((2, 1))
x, y = np.ones((3, 5)), bp.one_hot([0, 1, 0, 1, 1])
net = bp.Network.random([3, 4, 2])
trace = net.forward(x)
grads = net.backward(trace, y, "cross_entropy")
other = bp.Network.random([3, 5, 2])
delta, z = grads.delta[2], trace.z[1]
NAN, INF = np.full((3, 5), np.nan), np.full((3, 5), np.inf)
CLASSES = {"epochs": 1, "progress": False}

# what is done, a word of the message, a word of the advice
CASES = {
    "a 1-D x": (lambda: net.forward(np.ones(3)), "1-dimensional", "reshape(-1, 1)"),
    "a number for x": (lambda: net.forward(3.0), "0-dimensional", "np.array([[x]])"),
    "a 3-D x": (lambda: net.forward(np.ones((3, 5, 1))), "3-dimensional", "rows and columns"),
    "examples in rows": (lambda: net.forward(np.ones((5, 3))), "does not fit", "bp.columns(x)"),
    "another number of features": (lambda: net.forward(np.ones((4, 5))), "does not fit", "sizes"),
    "an empty batch": (lambda: net.forward(np.ones((3, 0))), "empty", "at least one example"),
    "NaN in x": (lambda: net.forward(NAN), "not finite", "division by zero"),
    "inf in x": (lambda: net.forward(INF), "not finite", "overflow"),
    "text for x": (lambda: net.forward("abc"), "not made of numbers", "np.array(values, dtype=float)"),
    "an unanswered blank": (lambda: net.forward(...), "not made of numbers", "replace the ..."),
    "None for x": (lambda: net.forward(None), "not made of numbers", "float"),
    "ragged rows": (lambda: net.forward([[1, 2], [3]]), "different lengths", "same number"),
    "objects for x": (lambda: net.forward(np.array([[object()]])), "not made of numbers", "float"),
    "labels for y": (lambda: net.loss(x, [0, 1, 0, 1, 1], "cross_entropy"), "1-dimensional", "bp.one_hot"),
    "labels in a row for y": (lambda: net.loss(x, [[0, 1, 0, 1, 1]], "cross_entropy"), "does not fit", "bp.one_hot"),
    "y in rows": (lambda: net.loss(x, y.T, "cross_entropy"), "does not fit", "y.T"),
    "targets -1 and 1": (lambda: net.loss(x, 2 * y - 1, "cross_entropy"), "no target", "(y + 1) / 2"),
    "class numbers as targets of bce": (lambda: bp.binary_cross_entropy([[0.5]], [[3.0]]), "no target", "one_hot"),
    "a batch of another size for y": (lambda: net.backward(trace, y[:, :4], "cross_entropy"), "does not fit", "shape"),
    "an unknown loss": (lambda: net.loss(x, y, "crossentropy"), "no loss", "'cross_entropy'"),
    "a number for the loss": (lambda: net.loss(x, y, 3), "no loss function", "bp.cross_entropy"),
    "a trace that is none": (lambda: net.backward(x, y, "cross_entropy"), "needs the trace", "net.forward(x)"),
    "another network's trace": (
        lambda: other.backward(trace, y, "cross_entropy"),
        "another network's",
        "net.forward(x)",
    ),
    "another network's gradients": (lambda: other.step(grads, 0.1), "another network's", "net.backward"),
    "gradients that are none": (lambda: net.step(x, 0.1), "no gradients", "net.backward"),
    "eta zero": (lambda: net.step(grads, 0), "above zero", "eta=0.1"),
    "eta below zero": (lambda: bp.SGD(-0.1), "above zero", "minus sign"),
    "eta NaN": (lambda: bp.Adam(np.nan), "not finite", "eta"),
    "eta text": (lambda: bp.Momentum("fast"), "not made of numbers", "float"),
    "eta an array": (lambda: bp.SGD([0.1, 0.2]), "number above zero", "eta=0.1"),
    "beta one": (lambda: bp.Momentum(0.1, 1.0), "below 1", "beta=0.9"),
    "beta1 below zero": (lambda: bp.Adam(0.1, beta1=-0.1), "from 0", "beta1=0.9"),
    "eps zero": (lambda: bp.Adam(0.1, eps=0), "above zero", "eps"),
    "mismatched layers": (
        lambda: bp.Network([np.ones((4, 3)), np.ones((2, 5))], [np.zeros((4, 1)), np.zeros((2, 1))], "tanh"),
        "does not take",
        "outputs first",
    ),
    "a 1-D bias": (lambda: bp.Network([W], [np.zeros(2)], "tanh"), "1-dimensional", "reshape"),
    "a bias of another size": (lambda: bp.Network([W], [np.zeros((3, 1))], "tanh"), "does not fit", "np.zeros((2, 1))"),
    "a layer without bias": (
        lambda: bp.Network([W, np.ones((1, 2))], [b], "tanh"),
        "different layers",
        "one entry a layer",
    ),
    "layers counted from 0": (lambda: bp.Network({0: W}, {0: b}, "tanh"), "keyed by layer", "layer 0 is the input"),
    "no layers": (lambda: bp.Network([], [], "tanh"), "one value a layer", "{1:"),
    "one array for all layers": (lambda: bp.Network(W, b, "tanh"), "one value a layer", "{1:"),
    "NaN in W": (lambda: bp.Network([W * np.nan], [b], "tanh"), "not finite", "eta"),
    "an unknown activation": (lambda: bp.Network([W], [b], "sigmoit"), "no activation function", "'sigmoid'"),
    "a function of numpy's as activation": (
        lambda: bp.Network([W], [b], [np.tanh]),
        "no activation function",
        "bp.tanh",
    ),
    "one width": (lambda: bp.Network.random([3]), "names no network", "[2, 3, 1]"),
    "a width of zero": (lambda: bp.Network.random([3, 0, 1]), "whole number", "sizes[1]"),
    "a width of 2.5": (lambda: bp.Network.random([3, 2.5]), "whole number", "sizes[1]"),
    "a number for sizes": (lambda: bp.Network.random(3), "names no network", "[2, 3, 1]"),
    "an integer dtype": (lambda: bp.Network.random([3, 1], dtype=int), "dtype", "dtype=float"),
    "an unknown dtype": (lambda: bp.Network.random([3, 1], dtype="flout"), "dtype", "dtype=float"),
    "no seed": (lambda: bp.Network.random([3, 1], rng=None), "seed or a Generator", "rng=0"),
    "a seed below zero": (lambda: bp.Network.random([3, 1], rng=-1), "seed or a Generator", "rng=0"),
    "affine with swapped axes": (lambda: bp.affine(W, x.T, b), "does not fit", "a.T"),
    "affine with W transposed": (lambda: bp.affine(W.T, x, b), "does not fit", "shape"),
    "affine with a 1-D bias": (lambda: bp.affine(W, x, np.zeros(2)), "1-dimensional", "reshape"),
    "affine with a bias a feature": (lambda: bp.affine(W, x, np.zeros((3, 1))), "does not fit", "b.shape"),
    "affine with a bias a batch": (lambda: bp.affine(W, x, np.zeros((2, 5))), "does not fit", "b.shape"),
    "affine with NaN": (lambda: bp.affine(W, NAN, b), "not finite", "division"),
    "output_delta without a batch": (
        lambda: bp.output_delta("half_mse", bp.tanh, delta[:, :0], delta, y),
        "empty",
        "slice",
    ),
    "output_delta with labels": (
        lambda: bp.output_delta("cross_entropy", bp.softmax, trace.z[2], trace.a[2], [0, 1, 0, 1, 1]),
        "1-dimensional",
        "bp.one_hot",
    ),
    "output_delta with an unknown loss": (
        lambda: bp.output_delta("mse", bp.tanh, delta, delta, y),
        "no loss",
        "'half_mse'",
    ),
    "hidden_delta with W_next transposed": (
        lambda: bp.hidden_delta(net.W[2].T, delta, z, bp.tanh),
        "does not fit",
        "shape",
    ),
    "hidden_delta with another layer's z": (
        lambda: bp.hidden_delta(net.W[2], delta, trace.z[2], bp.tanh),
        "does not fit",
        "z.shape",
    ),
    "hidden_delta with 1-D delta": (
        lambda: bp.hidden_delta(net.W[2], delta[:, 0], z, bp.tanh),
        "1-dimensional",
        "reshape",
    ),
    "hidden_delta with inf": (lambda: bp.hidden_delta(net.W[2], delta * np.inf, z, bp.tanh), "not finite", "overflow"),
    "weight_gradient with another batch": (lambda: bp.weight_gradient(delta, x[:, :3]), "does not fit", "shape"),
    "weight_gradient with a 1-D a_prev": (lambda: bp.weight_gradient(delta, x[0]), "1-dimensional", "reshape"),
    "bias_gradient with a 1-D delta": (lambda: bp.bias_gradient(delta[0]), "1-dimensional", "reshape"),
    "NaN for an activation": (lambda: bp.sigmoid(np.nan), "not a number", "division"),
    "text for an activation": (lambda: bp.relu("z"), "not made of numbers", "float"),
    "softmax of a 1-D z": (lambda: bp.softmax(np.ones(3)), "1-dimensional", "reshape(-1, 1)"),
    "softmax of inf": (lambda: bp.softmax(INF), "not finite", "overflow"),
    "softmax.prime": (lambda: bp.softmax.prime(z), "no elementwise derivative", "softmax.vjp"),
    "an upstream of another shape": (lambda: bp.tanh.vjp(z, delta), "do not fit", "one entry"),
    "a softmax upstream of another shape": (lambda: bp.softmax.vjp(z, delta), "do not fit", "one entry"),
    "a loss of two shapes": (lambda: bp.half_mse(x, y), "does not fit", "y"),
    "the derivative of a loss of two shapes": (lambda: bp.half_mse.prime(x, y), "does not fit", "y"),
    "columns of a vector": (lambda: bp.columns([1.0, 2.0]), "not a table", "[:, None]"),
    "columns of nothing": (lambda: bp.columns(np.ones((0, 3))), "empty", "at least one example"),
    "labels with a half": (lambda: bp.one_hot([0.5]), "not class numbers", "np.unique"),
    "labels in a table": (lambda: bp.one_hot([[1, 2]]), "not class numbers", "ravel"),
    "labels out of range": (lambda: bp.one_hot([0, 3], 3), "out of range", "count classes from 0"),
    "names for labels": (lambda: bp.one_hot(["cat"]), "not made of numbers", "float"),
    "training on another number of targets": (
        lambda: bp.train(net, x, y[:, :3], **CLASSES),
        "train: y does not fit",
        "y.shape and x.shape",
    ),
    "training on labels in a row": (lambda: bp.train(net, x, [[0, 1, 0, 1, 1]], **CLASSES), "train: y", "bp.one_hot"),
    "weights of a layer in a row": (lambda: bp.Network([[1.0, 2.0]], [[[0.0]]], "tanh"), "W[1] is 1-dim", "for one row"),
    "training on labels": (lambda: bp.train(net, x, [0, 1, 0, 1, 1], **CLASSES), "1-dimensional", "bp.one_hot"),
    "training on columns that are not one-hot": (
        lambda: bp.train(net, x, np.ones((2, 5)), **CLASSES),
        "not one-hot",
        "bp.one_hot",
    ),
    "training on rows": (lambda: bp.train(net, x.T, y, **CLASSES), "does not fit", "bp.columns"),
    "training on NaN": (lambda: bp.train(net, NAN, y, **CLASSES), "not finite", "division"),
    "training no network": (lambda: bp.train("net", x, y, **CLASSES), "no network", "bp.Network.random"),
    "no epochs": (lambda: bp.train(net, x, y, epochs=0), "whole number", "epochs=1"),
    "half a batch": (lambda: bp.train(net, x, y, batch_size=0.5), "whole number", "batch_size=1"),
    "an optimiser without eta": (lambda: bp.train(net, x, y, opt=bp.SGD, **CLASSES), "no optimiser", "bp.Adam(eta"),
    "validation without targets": (lambda: bp.train(net, x, y, validation=x, **CLASSES), "no pair", "x_test"),
    "an unknown loss in training": (lambda: bp.train(net, x, y, loss="bce", **CLASSES), "no loss", "'"),
    "too few moons": (lambda: bp.data.moons(2), "whole number", "n=6"),
    "moons with noise below zero": (lambda: bp.data.moons(noise=-1), "standard deviation", "noise=0.2"),
    "moons without a seed": (lambda: bp.data.moons(rng="x"), "seed", "rng=0"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_wanted_got_try(case):
    call, problem, advice = CASES[case]
    with pytest.raises(bp.BadInput) as caught:
        call()
    message = str(caught.value)
    assert problem in message and advice in message
    assert all(f"\n  {word}:" in message for word in ("wanted", "got", "try"))


def test_loading_what_is_no_network_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("not a zip")
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    for name in ("missing.npz", "text.npz", "other.npz", "pickled.npy"):
        with pytest.raises(bp.BadInput, match=r"wanted: a file written by net\.save"):
            bp.load(tmp_path / name)


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = net.save(tmp_path / "net.npz")
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        other.save(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["net.npz"]


def test_an_unknown_name_of_the_public_page_is_answered_with_the_nearest():
    with pytest.raises(AttributeError, match=r"bp\.sigmoid"):
        _ = bp.sigmiod


def test_a_network_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="read-only"):
        net.W[1][0, 0] = 3
    with pytest.raises(TypeError):
        net.W[1] = W
    with pytest.raises(AttributeError):
        net.W = {}
