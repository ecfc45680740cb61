"""Behaviour: what a function gives on every case, in a form in which two functions can be compared.

An ``Outcome`` is the result of one case taken apart into named leaves (delta, or z[1], z[2]), or what stands in its
place: an exception, or an ``Odd`` result that is no result at all (None, a function, a matrix ...).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

from ..shapes import describe
from .declare import Case, Exercise
from .guard import Call, TimeUp, call, clone
from .maths import np

FLOAT32_TOLERANCE = 1e-4
ABSOLUTE = {True: 1e-6, False: 1e-13}


class Odd(Exception):
    """A result that cannot be compared: its kind, what was wanted and came, in words, and a question if it has one."""

    def __init__(self, kind: str, words: str, leaf: str = "", ask: str = "") -> None:
        super().__init__(words)
        self.kind, self.words, self.leaf, self.ask = kind, words, leaf, ask


@dataclass(frozen=True)
class Outcome:
    """The result of one case as leaves, or the failure in its place; then what the call did besides."""

    leaves: Mapping[str, Any] = field(default_factory=dict)
    failure: BaseException | None = None
    odd: Odd | None = None
    warning: str = ""
    changed: tuple[int, ...] = ()
    ran: frozenset[CodeType] = frozenset()
    drew: bool = False

    @property
    def open_leaves(self) -> dict[str, Any]:
        """The leaves that a verdict may speak of: all but those whose name begins with _."""
        return {name: leaf for name, leaf in self.leaves.items() if not name.startswith("_")}

    @property
    def gave(self) -> bool:
        """Whether there are numbers to compare."""
        return self.failure is None and self.odd is None


def arguments(exercise: Exercise, case: Case, seed: int) -> tuple[Any, ...]:
    """The arguments of ``case``: for a fixed case always the same, for an ordinary one as the seed has it."""
    place = exercise.cases.index(case)
    return case.make(np.random.default_rng([0 if case.fixed else seed, place]))


def outcome(exercise: Exercise, function: Callable[..., Any], args: tuple[Any, ...], watch: bool = False) -> Outcome:
    """Call ``function`` with copies of ``args`` and take its result apart."""
    done = call(function, args, watch=watch)
    leaves, odd = _take_apart(exercise, args, done)
    return Outcome(leaves, done.failure, odd, done.warning, done.changed, done.ran, done.drew)


def behaviour(exercise: Exercise, function: Callable[..., Any], seed: int = 0, watch: bool = False) -> list[Outcome]:
    """The outcome of every case; after a time-out the cases that are left are not tried.

    With ``watch`` the code that runs is collected, on the first case: that is slow, and who borrows borrows always.
    """
    found: list[Outcome] = []
    for case in exercise.cases:
        if found and isinstance(found[-1].failure, TimeUp):
            found.append(found[-1])
        else:
            found.append(outcome(exercise, function, arguments(exercise, case, seed), watch and not found))
    return found


@lru_cache(maxsize=4096)
def expected(exercise: Exercise, place: int, seed: int, mistakes: frozenset[str] = frozenset()) -> Outcome:
    """The outcome of the reference on case ``place``, with ``mistakes`` switched on."""
    switched = dict.fromkeys(mistakes, True)
    return outcome(exercise, lambda *args: exercise(*args, **switched), given(exercise, place, seed))


@lru_cache(maxsize=256)
def given(exercise: Exercise, place: int, seed: int) -> tuple[Any, ...]:
    """The arguments of case ``place``, made once: a call gets copies of them."""
    return arguments(exercise, exercise.cases[place], seed)


def same(exercise: Exercise, one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes agree: the same leaves with the same numbers, and a warning on both sides if that counts.

    A leaf whose name begins with _ may differ between right answers; it only has to be the same at a second call.
    Where one leaf is float32, what was made from it has no more digits either.
    """
    single = any(getattr(leaf, "dtype", None) == np.float32 for leaf in one.leaves.values())
    tolerance = max(exercise.tolerance, FLOAT32_TOLERANCE if single else 0.0)
    return (one.gave and other.gave and one.leaves.keys() == other.leaves.keys()
            and all(name.startswith("_") or close(leaf, other.leaves[name], tolerance, exercise.strict)
                    for name, leaf in one.leaves.items())
            and (not exercise.quiet or bool(one.warning) == bool(other.warning)))


def close(one: Any, other: Any, tolerance: float, strict: bool = False) -> bool:
    """Whether two leaves hold the same numbers, measured against the largest.

    (n,) stands for (n, 1) and (1, n), unless shapes are compared by the ``strict`` rule.
    """
    if isinstance(one, str) or isinstance(other, str):
        return bool(isinstance(one, str) and isinstance(other, str) and one == other)
    if one.shape != other.shape:
        flat = {one.ndim, other.ndim} == {1, 2} and one.size == other.size and 1 in one.shape + other.shape
        if strict or not flat:
            return False
        one, other = one.ravel(), other.ravel()
    finite = np.isfinite(other)
    if not finite.all():
        if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
            return False
        one, other = one[finite], other[finite]
    single = np.float32 in (one.dtype, other.dtype)
    allowed = max(tolerance, FLOAT32_TOLERANCE if single else 0.0) * np.abs(other).max(initial=0.0) + ABSOLUTE[single]
    return bool((np.abs(one - other) <= allowed).all())  # nan and inf in one are close to nothing


def _take_apart(exercise: Exercise, args: tuple[Any, ...], done: Call) -> tuple[dict[str, Any], Odd | None]:
    if done.failure is not None:
        return {}, None
    try:
        value = done.value
        if exercise.observe:
            if exercise.returns:
                _look_for_blanks(value, [p.name for p in exercise.returns])
            value = exercise.observe(clone(args), value)
            return {name: _leaf(name, part) for name, part in value.items()}, None
        return dict(_leaves(value, [p.name for p in exercise.returns])), None
    except Odd as odd:
        return {}, odd
    except Exception as error:  # whatever came: a check never raises
        said = (str(error).splitlines() or [""])[0]
        return {}, Odd("form", f"What the function leaves behind cannot be looked at ({type(error).__name__}: {said})")


def _look_for_blanks(value: Any, names: list[str]) -> None:
    """Raise Odd if there is nothing to observe yet."""
    several = isinstance(value, (list, tuple))
    if value is None or value is ... or (several and any(part is ... for part in value)):
        list(_leaves(value, ["result"] * len(value) if several and len(value) != len(names) else names))


def _leaves(value: Any, names: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield (name, array) for every part of a result, blanks first: an open blank outweighs any other oddity."""
    if value is None:
        be, it = ("are", "them") if len(names) > 1 else ("is", "it")
        whole = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        raise Odd("none", f"{whole} {be} None: the function ends without returning {it}", whole)
    if value is ... or callable(value):
        yield from _parts(" and ".join(names), value)
    elif len(names) == 1:
        if isinstance(value, tuple) and len(value) == 1:
            raise Odd("wrong_count", f"One result is wanted, {names[0]}; a tuple that holds one came",
                      ask="Is there a comma at the end of what you return?")
        if isinstance(value, tuple) and any(isinstance(part, np.ndarray) and part.ndim > 1 for part in value):
            raise Odd("wrong_count", f"One result is wanted, {names[0]}; {len(value)} results came")
        yield from _parts(names[0], value)
    elif isinstance(value, np.ndarray) and value.ndim == 1 and len(value) == len(names):
        yield from _leaves(list(value), names)  # several numbers, in one array
    elif not isinstance(value, (tuple, list)) or len(value) != len(names):
        came = (f"{len(value)} results" if isinstance(value, (tuple, list)) else
                describe(value) if isinstance(value, (np.ndarray, str, int, float)) else f"one {type(value).__name__}")
        raise Odd("wrong_count", f"{len(names)} results are wanted, {', '.join(names)}; {came} came")
    else:
        pairs = sorted(zip(names, value, strict=True), key=lambda pair: pair[1] is not ...)
        for name, part in pairs:
            yield from _parts(name, part)


def _in_floats(array: Any) -> Any:
    """An array of fractions, decimals or numbers of SymPy as one of floats; anything else as it came."""
    if any(isinstance(part, str) for part in array.flat):
        return array
    try:
        return array.astype(float)
    except (TypeError, ValueError):
        return array


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            leaf = f"{name}[{key!r}]" if isinstance(key, str) else f"{name}[{key}]"
            yield leaf, _leaf(leaf, value[key])
    else:
        yield name, _leaf(name, value)


def _leaf(name: str, value: Any) -> Any:
    """``value`` as an array or a text; anything else is Odd."""
    if isinstance(value, str):
        return value
    be = "are" if " and " in name else "is"
    if value is ...:
        raise Odd("blank", f"{name} {be} still blank", name)
    if value is None:
        raise Odd("none", f"{name} is None: nothing was put there", name, f"Which line gives {name} its value?")
    if callable(value):
        raise Odd("function", f"{name} {be} a function, not its value: something is not called", name)
    if isinstance(value, np.matrix):
        raise Odd("matrix", f"{name} is a np.matrix, whose product means something else than an array's", name)
    try:
        array = np.asarray(value)
    except ValueError:
        raise Odd("ragged", f"{name} has rows of different lengths", name) from None
    if array.dtype == object and any(part is ... for part in array.flat):
        raise Odd("blank", f"{name} still holds a blank", name)
    if array.dtype == object:
        array = _in_floats(array)
    if array.dtype.kind == "c" and not np.imag(array).any():
        array = np.real(array)
    if array.dtype.kind not in "buif":
        raise Odd("objects", f"{name} is not made of real numbers, but is {describe(value)}", name)
    return array if array.dtype.kind == "f" else array.astype(float) if array.dtype.kind == "b" else array
