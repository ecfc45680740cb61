"""The pictures of chapter 4: several curves over one x, and the Jacobian of a softmax at work."""

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


def numbers(ax):
    return [text.get_text() for text in ax.texts]


def test_curves_are_drawn_on_the_given_axes_with_their_names_and_the_conclusion(ax):
    x = np.linspace(0, 1, 5)
    curves = {"first": x, "second": x**2, "third": x**3, "fourth": x**4}
    assert bp.plots.lines(x, curves, "They part", "x", "y", ax=ax) is ax
    assert [line.get_label() for line in ax.get_lines()] == list(curves)
    for line, y in zip(ax.get_lines(), curves.values(), strict=True):
        assert np.array_equal(line.get_ydata(), y)
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == ("They part", "x", "y")
    assert ax.get_yscale() == "linear"


def test_no_two_curves_look_alike_without_their_colours(ax):
    bp.plots.lines(np.arange(3), dict.fromkeys("abcd", np.arange(3)), "t", "x", "y", log=True, ax=ax)
    looks = {(line.get_linestyle(), line.get_marker()) for line in ax.get_lines()}
    assert len(looks) == 4 and ax.get_yscale() == "log"


def test_a_jacobian_shows_every_entry_as_a_number(ax):
    J = bp.softmax.jacobian(np.log([[1.0], [2.0], [5.0]]))[:, :, 0]
    assert bp.plots.jacobian(J, "Each lifts its own", ax=ax) is ax
    assert numbers(ax)[:-1] == [f"{entry:.3f}" for entry in J.ravel()]
    assert ax.get_title() == "Each lifts its own"


def test_a_jacobian_with_an_upstream_shows_what_comes_out(ax):
    z, g = np.array([[0.3], [-1.0], [0.5]]), np.array([[2.0], [0.0], [-1.0]])
    bp.plots.jacobian(bp.softmax.jacobian(z)[:, :, 0], "t", g=g, ax=ax)
    assert numbers(ax)[-4:] == [*(f"{d:.3f}" for d in bp.softmax.vjp(z, g).ravel()), "dL/dz"]


def test_colours_of_signed_cells_are_centred_on_zero(ax):
    bp.plots.jacobian(np.array([[0.5, -0.1], [0.2, 0.0]]), "t", ax=ax)
    low, high = ax.collections[0].get_clim()
    assert low == -high < -0.5


def test_without_axes_a_picture_makes_its_own():
    first, second = (bp.plots.lines([0, 1], {"a": [0, 1]}, "t", "x", "y") for _ in range(2))
    assert first is not second
    plt.close("all")
