"""Mistakes of chapter 0 as newcomers write them, with Python's own numbers: each gets its name, or is caught."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bpkit.exercises import check
from bpkit.exercises.checks import judge

pytestmark = pytest.mark.slow  # a contributor to an exercise runs this file by its name


def own_step(f, x, h=1e-5):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


def only_apart(equal: Callable) -> Callable:
    """0.3 with 0 where ``equal`` says so, and the right answer elsewhere."""
    return lambda a, b: 0.0 if equal(a, b) else abs(a - b) / max(abs(a), abs(b))


def measured(size: Callable) -> Callable:
    """0.3 with the difference measured against ``size``."""
    return lambda a, b: 0.0 if a == b == 0 else abs(a - b) / size(a, b)


NAMED: dict[str, tuple[str, Callable, str]] = {
    "h beside the bar": ("0.2", lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / 2 * h, "times_h"),
    "parentheses left out": ("0.2", lambda f, x, h=1e-5: f(x + h) - f(x - h) / (2 * h), "second_divided"),
    "its own h": ("0.2", own_step, "step_ignored"),
    "a coarse h of its own": ("0.2", lambda f, x, h=1e-5: (f(x + 1e-3) - f(x - 1e-3)) / 2e-3, "step_of_its_own"),
    "a sum of 0": ("0.3", only_apart(lambda a, b: a + b == 0), "opposites_equal"),
    "equal sizes": ("0.3", only_apart(lambda a, b: abs(a) == abs(b)), "opposites_equal"),
    "by a": ("0.3", measured(lambda a, b: abs(a)), "by_a"),
    "by b": ("0.3", measured(lambda a, b: abs(b)), "by_b"),
    "by b, an array": ("0.3", measured(lambda a, b: np.abs(b)), "by_b"),
    "by the smaller": ("0.3", measured(lambda a, b: min(abs(a), abs(b))), "by_smaller"),
    "by the larger number": ("0.3", measured(max), "signed_sizes"),
    "no case of its own": ("0.3", lambda a, b: abs(a - b) / max(abs(a), abs(b)), "stopped_at_zero"),
    "no case of its own, an array": ("0.3", lambda a, b: abs(a - b) / np.maximum(abs(a), abs(b)), "nan_at_zero"),
    "by b, no case of its own": ("0.3", lambda a, b: abs(a - b) / abs(b), "by_b+stopped_at_zero"),
}


@pytest.mark.parametrize("words", NAMED)
def test_a_newcomers_mistake_is_named_whatever_the_seed(words: str) -> None:
    number, answer, name = NAMED[words]
    for seed in range(5):
        verdict = judge(number, answer, seed)
        assert verdict.kind == name, verdict


CAUGHT = {
    "small sizes": only_apart(lambda a, b: max(abs(a), abs(b)) < 1e-10),
    "a small difference": only_apart(lambda a, b: abs(a - b) < 1e-12),
    "a least size": lambda a, b: abs(a - b) / max(abs(a), abs(b), 1e-12),
}


@pytest.mark.parametrize("words", CAUGHT)
def test_small_numbers_are_not_equal_because_they_are_small(words: str) -> None:
    assert "wrong on very small numbers" in check("0.3", CAUGHT[words]).message


def test_a_slope_is_that_of_its_function_and_not_of_its_x_alone() -> None:
    known: dict[float, float] = {}

    def remembering(f, x, h=1e-5):
        if x not in known:
            known[x] = (f(x + h) - f(x - h)) / (2 * h)
        return known[x]

    verdict = check("0.2", remembering)
    assert verdict.status == "not_yet"
    assert "the cosine and a wide step" in verdict.message, verdict


def test_an_error_is_right_for_numbers_of_any_size() -> None:
    assert check("0.3", lambda a, b: 0.0 if a == b else math.fabs(a - b) / max(abs(a), abs(b))).status == "correct"
