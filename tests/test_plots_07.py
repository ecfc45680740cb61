"""The picture of chapter 7: the ways of optimisers over a surface."""

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


def bowl(w1, w2):
    return (w1**2 + 50 * w2**2) / 2


def test_every_path_is_drawn_through_its_places_under_its_name(ax):
    paths = {"one": np.array([[-4, 1.6], [1, 0], [0, 0]]), "two": [[-4, 1.6], [0.5, -1]]}
    assert bp.plots.race(paths, bowl, "They run", ax=ax) is ax
    drawn = {line.get_label(): line.get_xydata() for line in ax.get_lines()}
    assert drawn.keys() == paths.keys()
    for name, places in paths.items():
        np.testing.assert_array_equal(drawn[name], np.asarray(places, dtype=float))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]
    assert ax.get_title(loc="left") == "They run"


def test_paths_differ_in_more_than_their_colour(ax):
    bp.plots.race({name: [[0, 0], [1, 1]] for name in "abc"}, bowl, "t", ax=ax)
    for property_of in ("get_linestyle", "get_marker", "get_color"):
        assert len({getattr(line, property_of)() for line in ax.get_lines()}) == 3


def test_a_level_line_joins_places_of_one_loss(ax):
    bp.plots.race({}, bowl, "t", ax=ax)
    (contours,) = ax.collections
    assert len(contours.levels) == 8 and (np.diff(np.log(contours.levels)) == pytest.approx(np.log(4)))
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        heights = bowl(*path.vertices.T)
        inside = heights[heights > 0]
        assert abs(inside - level).max() < 0.15 * level + 0.3


def test_without_paths_the_surface_stands_alone(ax):
    bp.plots.race({}, bowl, "t", ax=ax)
    assert not ax.get_lines() and ax.get_legend() is None


def test_a_path_that_leaves_the_picture_does_not_stretch_it(ax):
    bp.plots.race({"lost": [[-4, 1.6], [1e6, -1e6]]}, bowl, "t", ax=ax)
    assert ax.get_xlim() == (-5, 5) and ax.get_ylim() == (-2.5, 2.5)
