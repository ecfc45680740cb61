"""Chapter 9's operations: one carried out by the learner's class, and what is looked at in its record."""

from __future__ import annotations

from typing import Any

from ..shapes import describe
from .behaviour import Odd
from .cases import normal
from .maths import np

OPERATIONS: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "matmul": lambda a, b: a @ b,
    "tanh": lambda a: a.tanh(),
    "sum": lambda a: a.sum(),
}
CALLED = {
    "add": "a sum of two", "multiply": "a product", "matmul": "a matrix product", "tanh": "tanh", "sum": "a total"}
LATER = "What is known when the operation runs, and what only when a gradient comes back?"
MADE_FROM = "From which values was this one computed, in which order, and where is that kept?"


def engine(Value: Any) -> Any:
    """The learner's class as a function: carry out one operation on values, and ask its vjps for their products."""
    if Value is ...:
        raise Odd("blank", "Value is still blank")
    if not isinstance(Value, type):
        raise Odd("form", f"The class Value itself is wanted; {type(Value).__name__} came")

    def run(operation, arrays, g):
        parents = [Value(array) for array in arrays]
        try:
            out = OPERATIONS[operation](*parents)
        except NameError as error:
            if error.name != "g":
                raise
            words = f"The vjps of {CALLED[operation]} use g before there is one; a function of g is wanted"
            return 0.0, [], words, LATER
        problem = _not_made_from(operation, out, parents) or _not_one_each(operation, out)
        return (out.data, [], *problem) if problem else (out.data, [vjp(g) for vjp in out.vjps])

    return run


def _not_made_from(operation: str, out: Any, parents: list[Any]) -> tuple[str, str] | None:
    """What is the matter with the parents of a result, in words and with a question."""
    came, wanted = [id(parent) for parent in out.parents], [id(parent) for parent in parents]
    if came == wanted:
        return None
    how = "stand in another order" if sorted(came) == sorted(wanted) else "are not the values that it was made from"
    return f"The parents of {CALLED[operation]} {how}", MADE_FROM


def _not_one_each(operation: str, out: Any) -> tuple[str, str] | None:
    """What is the matter with the vjps of an operation, where they are not one function for each parent."""
    called = CALLED[operation]
    if callable(out.vjps):
        return f"The vjps of {called} are a function, not a tuple that holds one; a comma makes it one", ""
    vjps = list(out.vjps)
    if len(vjps) != len(out.parents):
        return f"The vjps of {called} are {len(vjps)}; wanted are {len(out.parents)}, one for each parent", ""
    for vjp in vjps:
        if not callable(vjp) and vjp is not ...:
            came = "an array" if isinstance(vjp, (np.ndarray, np.generic)) else describe(vjp)
            return f"A vjp of {called} is {came}; a function of g is wanted", LATER
    return None


def products(args, result):
    """The data, and one gradient for each parent."""
    data, gradients, *problem = result
    if problem:
        raise Odd("form", problem[0], ask=problem[1])
    return {"data": data} | dict(zip(("first vjp", "second vjp"), gradients, strict=False))


def operation(name, *shapes, out):
    """One operation on random arrays of these shapes, with a random upstream gradient of shape ``out``."""
    return lambda rng: (name, [normal(rng, *shape) for shape in shapes], normal(rng, *out) if out else np.float64(1.75))


def first_copy(g, axis, keepdims=False):
    """Of the copies along those axes the first one, in the place of their sum."""
    return _pick(g, axis, keepdims, 0)


def last_copy(g, axis, keepdims=False):
    """Of the copies along those axes the last one, in the place of their sum."""
    return _pick(g, axis, keepdims, -1)


def _pick(g, axis, keepdims, place):
    axes = axis if isinstance(axis, tuple) else (axis,)
    kept = g[tuple(place if i in axes else slice(None) for i in range(g.ndim))]
    return np.expand_dims(kept, axes) if keepdims else kept
