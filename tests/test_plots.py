"""Plots take ``ax`` and return it, state what they show, and leave matplotlib as they found it."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import bpkit as bp


@pytest.fixture(scope="module")
def run():
    data = bp.data.iris()
    net = bp.Network.random([4, 5, 3])
    return bp.train(net, data.x_train, data.y_train, epochs=4, validation=(data.x_test, data.y_test), progress=False)


def test_a_history_draws_loss_and_accuracy_on_the_axes_it_is_given(run):
    ax = Figure().add_subplot()
    assert run.plot(ax) is ax
    assert ax.get_title(loc="left").startswith("The loss falls from ")
    lines = {line.get_label(): line for axes in ax.figure.axes for line in axes.get_lines()}
    assert np.array_equal(lines["training loss"].get_ydata(), run.loss)
    assert np.array_equal(lines["validation accuracy"].get_ydata(), run.validation_accuracy)
    assert lines["validation loss"].get_linestyle() == "--" != lines["training loss"].get_linestyle()


def test_a_history_of_a_regression_draws_no_accuracy():
    x = np.linspace(-1, 1, 20).reshape(1, -1)
    history = bp.train(bp.Network.random([1, 3, 1], output="identity"), x, x**2, epochs=2, progress=False)
    ax = bp.plots.history(history, Figure().add_subplot())
    assert len(ax.figure.axes) == 1 and np.isnan(history.accuracy).all()


def test_the_errors_of_differences_are_drawn_on_logarithmic_axes():
    steps = np.array([1e-3, 1e-2, 1e-1])
    ax = bp.plots.difference_errors(steps, {"central": [0.0, -1e-4, 1e-2]}, "title", Figure().add_subplot())
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert list(ax.get_lines()[0].get_ydata()) == [1e-17, 1e-4, 1e-2]


def test_a_logarithmic_axis_is_labelled_in_plain_characters_as_matplotlib_would_in_formulas():
    ax = bp.plots.lines(np.arange(5), {"a": np.linspace(0.06, 0.6, 5)}, "title", "x", "y", log=True, ax=Figure().add_subplot())
    theirs = Figure().add_subplot()
    theirs.plot(np.arange(5), np.linspace(0.06, 0.6, 5))
    theirs.set_yscale("log")
    for minor in (False, True):
        mine, told = ([t.get_text() for t in one.yaxis.get_ticklabels(minor=minor)] for one in (ax, theirs))
        assert len(mine) == len(told) and [bool(m) for m in mine] == [bool(t) for t in told]
        assert not any("$" in label or "^" in label for label in mine)
    assert "10⁻¹" in [t.get_text() for t in ax.yaxis.get_majorticklabels()]
    assert "6×10⁻²" in [t.get_text() for t in ax.yaxis.get_minorticklabels()]


def test_a_plot_without_axes_makes_its_own_and_changes_no_setting(run):
    before = dict(mpl.rcParams)
    with mpl.rc_context({"backend": "Agg"}):
        assert run.plot().figure.axes
        mpl.pyplot.close("all")
    assert {k: v for k, v in mpl.rcParams.items() if k != "backend"} == {
        k: v for k, v in before.items() if k != "backend"
    }
