"""The picture of chapter 5: what the wires out of one hidden unit bring back."""

from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import numpy as np
import pytest
from matplotlib import pyplot as plt

import bpkit as bp


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_every_wire_shows_its_share_and_the_unit_their_sum_and_its_delta(ax):
    W_next, delta_next = np.array([[2.0], [-1.0], [0.5]]), np.array([[0.3], [0.4], [-0.2]])
    assert bp.plots.shares(W_next, delta_next, 0.25, "They add", ax=ax) is ax
    words = " ".join(text.get_text() for text in ax.texts)
    delta = bp.hidden_delta(W_next, delta_next, np.zeros((1, 1)), bp.sigmoid).item()
    for share in (W_next * delta_next).ravel():
        assert f"= {share:.2f}" in words
    assert f"sum = {(W_next.T @ delta_next).item():.2f}" in words and f"δ = {delta:.3f}" in words
    assert ax.get_title() == "They add"


def test_a_negative_wire_is_dashed_and_a_heavy_one_thick(ax):
    bp.plots.shares([3.0, -0.5], [1.0, 1.0], 1.0, "t", ax=ax)
    heavy, negative = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert heavy.get_linestyle() == "-" and negative.get_linestyle() == "--"
    assert heavy.get_linewidth() > negative.get_linewidth()


@pytest.mark.parametrize("wires", [1, 2, 6])
def test_any_number_of_wires_fits(ax, wires):
    bp.plots.shares(np.ones(wires), np.ones(wires), 1.0, "t", ax=ax)
    assert sum(text.get_text().startswith("1 · 1.00") for text in ax.texts) == wires


def test_layers_are_counted_in_whole_numbers(ax):
    bp.plots.lines(np.arange(1, 4), {"a": [1, 2, 3]}, "t", "layer", "y", ax=ax)
    assert all(tick == int(tick) for tick in ax.get_xticks())
