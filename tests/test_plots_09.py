"""The picture of chapter 9: what a gradient costs."""

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


def test_a_cost_that_grows_with_the_parameters_is_a_straight_line_on_two_logarithmic_axes(ax):
    parameters = np.array([10, 100, 1000])
    seconds = {"differences": parameters * 1e-4, "backpropagation": np.full(3, 1e-4)}
    assert bp.plots.costs(parameters, seconds, "One line rises, one stays", ax=ax) is ax
    steep, flat = (ax.transData.transform(line.get_xydata())[:, 1] for line in ax.get_lines())
    assert np.allclose(np.diff(steep, 2), 0, atol=1e-6) and steep[0] < steep[-1] and np.allclose(np.diff(flat), 0)
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_it_says_what_it_shows_on_both_axes_in_the_title_and_in_the_legend(ax):
    bp.plots.costs([10, 1000], {"differences": [1e-3, 1.0], "backpropagation": [1e-4, 1e-4]}, "It pays", ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("parameters", "seconds", "It pays")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["differences", "backpropagation"]
