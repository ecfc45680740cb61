"""The pictures of chapter 8: regions of a plane, digits, gradients by layer, and what a start makes of the units."""

from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

import bpkit as bp
from bpkit.notation import COLOURS


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_the_norms_of_each_layers_gradient_are_drawn_and_a_zero_can_be_seen(ax):
    data = bp.data.iris()
    asleep = bp.Network.random([4, 5, 3], "relu", rng=1)
    asleep = bp.Network(asleep.W, {1: asleep.b[1] - 50, 2: asleep.b[2]}, asleep.f)
    run = bp.train(asleep, data.x_train, data.y_train, epochs=3, progress=False)
    assert bp.plots.gradient_norms(run, "Layer 1 sleeps", ax) is ax
    first, second = ax.get_lines()
    assert list(first.get_ydata()) == [1e-6] * 3
    assert np.array_equal(second.get_ydata(), run.gradient_norm[2])
    assert ax.get_yscale() == "log" and ax.get_title(loc="left") == "Layer 1 sleeps"


def test_signals_are_shares_that_add_up_to_one(ax):
    values = {"small": np.full((3, 4), 0.01), "saturated": np.array([-1.0, 1.0, 1.0])}
    assert bp.plots.signals(values, "title", ax) is ax
    small, saturated = (patch.get_data().values for patch in ax.patches)
    assert small.sum() == pytest.approx(1) == saturated.sum()
    assert small[20] == pytest.approx(1) and saturated[-1] == pytest.approx(2 / 3)


def test_a_boundary_lies_where_the_network_changes_its_mind(ax):
    net = bp.Network([[[0.0, 0.0], [5.0, 0.0]]], [[[0.0], [0.0]]], "softmax")  # class 1 where x1 > 0
    x, labels = np.array([[-1.0, 1.0, 2.0], [0.5, 0.0, -1.0]]), np.array([0, 1, 1])
    assert bp.plots.boundary(net, x, labels, ("left", "right"), "title", ax) is ax
    left, right = (np.concatenate([path.vertices for path in area.get_paths()]) for area in ax.collections)
    assert left[:, 0].max() < 0.05 and right[:, 0].min() > -0.05
    assert [len(line.get_xdata()) for line in ax.get_lines()] == [1, 2]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["left", "right"]


def test_digits_show_what_they_are_and_where_the_network_errs_what_it_says(ax):
    data = bp.data.digits()
    labels = data.labels_test[:12]
    said = labels.copy()
    said[3] = (labels[3] + 1) % 10
    assert bp.plots.digits(data.x_test[:, :12], labels, "title", said, ax) is ax
    words = [text.get_text() for text in ax.texts]
    assert words[3] == f"{labels[3]}, not {said[3]}" and words[0] == str(labels[0])
    assert to_rgb(ax.texts[3].get_color()) == to_rgb(COLOURS["backward"][0]) != to_rgb(ax.texts[0].get_color())
    assert np.array_equal(ax.images[5].get_array(), data.x_test[:, 5].reshape(8, 8))
    assert len(ax.images) == 12


def test_digits_without_answers_show_their_labels(ax):
    data = bp.data.digits()
    bp.plots.digits(data.x_test[:, :3], data.labels_test[:3], "title", ax=ax)
    assert [text.get_text() for text in ax.texts] == [str(label) for label in data.labels_test[:3]]
