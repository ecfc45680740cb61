"""Chapter 2's cases: probabilities with targets, large z, and how an infinite loss is compared.

Letters: a prediction, y target, both (n, N) or (K, N), one example a column.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from .cases import between, bits, columns_of_probability, one_hot, over_sizes, whole
from .declare import Case, Parameter
from .maths import np

LARGE = 4.0

CLASSES = {
    "sizes all different": lambda rng: (columns_of_probability(rng, 3, 5), one_hot(rng, 3, 5)),
    "sizes all equal": lambda rng: (columns_of_probability(rng, 4, 4), one_hot(rng, 4, 4)),
    "a batch of one": lambda rng: (columns_of_probability(rng, 3, 1), np.eye(3)[:, 1:2]),
    "two classes": lambda rng: (columns_of_probability(rng, 2, 5), one_hot(rng, 2, 5)),
    "shared targets": lambda rng: (columns_of_probability(rng, 3, 4), columns_of_probability(rng, 3, 4)),
    "probability 0 where the target is 0": lambda rng: (np.array([[0.0, 0.25], [0.6, 0.0], [0.4, 0.75]]),
                                                        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])),
    "mostly wrong": lambda rng: (np.array([[0.7, 0.2, 0.1], [0.1, 0.7, 0.8], [0.2, 0.1, 0.1]]),
                                 np.eye(3)[:, [2, 0, 1]]),
}

LABELS = {
    "sizes all different": lambda rng: (between(rng, 3, 5), bits(rng, 3, 5)),
    "sizes all equal": lambda rng: (between(rng, 4, 4), bits(rng, 4, 4)),
    "a batch of one": lambda rng: (np.array([[0.9]]), np.array([[1.0]])),
    "one output": lambda rng: (between(rng, 1, 5), bits(rng, 1, 5)),
    "all targets 0": lambda rng: (between(rng, 2, 3), np.zeros((2, 3))),
    "targets between": lambda rng: (between(rng, 2, 4), between(rng, 2, 4)),
}

SURE_CLASSES = CLASSES | {
    "a truth with probability 0": lambda rng: (np.array([[0.0], [0.4], [0.6]]), np.array([[1.0], [0.0], [0.0]])),
    "truths that are hardly expected": lambda rng: (
        np.array([[2e-3, 0.3], [0.498, 2e-4], [0.5, 0.6998]]), np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])),
}

LARGE_AND_CLOSE = {
    "large numbers that are close": lambda rng: (np.array([
        [1000.0, -1000.0, 1000.0, 0.0], [1001.0, -1001.0, 0.0, 1000.0], [999.0, -1002.0, -1000.0, 1000.0]]),),
}

SURE_LABELS = LABELS | {
    "sure and right": lambda rng: (np.array([[0.0, 1.0, 0.5]]), np.array([[0.0, 1.0, 1.0]])),
    "sure and wrong": lambda rng: (np.array([[1.0, 0.0, 0.5]]), np.array([[0.0, 1.0, 1.0]])),
}


def other_targets(parameters: tuple[Parameter, ...]) -> tuple[Case, ...]:
    """The ordinary cases of a and y; the whole-number ones with targets that differ from the predictions."""
    a = whole(3, 5)
    return tuple(case._replace(make=lambda rng: (a, np.roll(a, 4))) if case.tag == "whole numbers" else case
                 for case in over_sizes()(parameters))


def logit(a: Any) -> Any:
    """The z that a sigmoid turns into a."""
    with np.errstate(divide="ignore"):
        return np.log(a / (1 - a))


def sure_once(rng: Any) -> tuple[Any, Any]:
    """A batch of one output whose first prediction is exactly its target, 0: there a division by a shows."""
    a, y = LABELS["one output"](rng)
    return np.where(np.arange(a.shape[1]) == 0, y, a), y


def winners(a: Any) -> Any:
    """1 for the largest number of each column, 0 for the others."""
    return (a == np.max(a, axis=0)) * 1.0


def in_words(args: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The loss; on a case with a probability of exactly 0 or 1 a word for inf, or for what a clipped a gives."""
    single = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    certain = ((args[0] == 0) | (args[0] == 1)).any()
    if certain and isinstance(single, (int, float, np.floating)) and abs(single) > LARGE:
        return {"loss": "very large" if single > 0 else "far below 0"}
    return {"loss": value}


def infinite_where_refused(answer: Any) -> Any:
    """The answer, with an infinite loss where a target counts on the logarithm of 0 and ``math.log`` refuses it."""
    return _forgiving(answer) if callable(answer) else answer


def _forgiving(answer: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(answer)
    def asked(*args: Any) -> Any:
        a, y = args[:2]
        refusable = len(args) == 2 and bool(((a == 0) & (y > 0)).any() or ((a == 1) & (y < 1)).any())
        try:
            return answer(*args)
        except ValueError as error:
            if refusable and ("domain" in str(error) or "positive input" in str(error)):
                return np.inf
            raise

    return asked
