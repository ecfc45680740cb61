"""Ways of writing one and the same right answer: what a function does stays as it is, how it does it changes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def changed(value: Any, change: Callable[[np.ndarray], Any]) -> Any:
    """``value`` with ``change`` done to every array of floats in it."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return change(value)
    if isinstance(value, (tuple, list)):
        return type(value)(changed(part, change) for part in value)
    if isinstance(value, Mapping):
        return {key: changed(part, change) for key, part in value.items()}
    return value


def as_lists(answer: Callable) -> Callable:
    """The answer, but with lists in place of arrays."""
    return lambda *args: changed(answer(*args), lambda array: array.tolist())


def in_single_precision(answer: Callable) -> Callable:
    """The answer, computed and given in float32."""
    return lambda *args: changed(answer(*changed(args, np.float32)), np.float32)


def in_another_order(answer: Callable) -> Callable:
    """The answer, in Fortran's order of memory and read-only."""

    def ordered(array: np.ndarray) -> np.ndarray:
        array = np.array(array, order="F")
        array.setflags(write=False)
        return array

    return lambda *args: changed(answer(*args), ordered)


def talkative(answer: Callable) -> Callable:
    """The answer, with prints on its way."""

    def prints(*args: Any) -> Any:
        print("called with", args)
        value = answer(*args)
        print("gives", value)
        return value

    return prints


class Callable_:
    """The answer as an object that can be called."""

    def __init__(self, answer: Callable) -> None:
        self.answer = answer

    def __call__(self, *args: Any) -> Any:
        return self.answer(*args)


def partial(answer: Callable) -> Callable:
    """The answer as a partial of itself."""
    return functools.partial(answer)


STYLES: dict[str, Callable[[Callable], Callable]] = {
    "lists": as_lists, "float32": in_single_precision, "another order": in_another_order, "talkative": talkative,
    "an object": Callable_, "a partial": partial}
