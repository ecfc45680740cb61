"""Diagnoses of results with other parts, or in another order or shape, than asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .behaviour import close
from .declare import Exercise
from .maths import np
from .stops import listed
from .trial import Trial
from .verdict import Finding


def other_order(trial: Trial) -> Finding | None:
    """All results are there, but not in the order asked for."""
    names = [p.name for p in trial.exercise.returns]
    if trial.exercise.observe or len(names) < 2 or not all(one.gave for one in trial.outcomes):
        return None
    places = range(len(trial.outcomes))
    mine = [{name: part_of(one.leaves, name) for name in names} for one in trial.outcomes]
    wanted = [{name: part_of(trial.wanted(i).leaves, name) for name in names} for i in places]
    order: list[str] = []
    for name in names:
        fits = [other for other in names if other not in order
                and all(same_part(mine[i][other], wanted[i][name], trial.exercise) for i in places)]
        order += fits[:1]
    if len(order) < len(names):
        return None
    return Finding("other_order", f"The results are right, but stand in another order; wanted is {', '.join(names)}.",
                   "In which order does the first line of the function promise them?")


def part_of(leaves: Any, name: str) -> dict[str, Any]:
    """The leaves of the result ``name``, by what stands behind its name."""
    return {leaf[len(name):]: array for leaf, array in leaves.items() if leaf == name or leaf.startswith(f"{name}[")}


def same_part(one: dict[str, Any], other: dict[str, Any], exercise: Exercise) -> bool:
    return one.keys() == other.keys() and all(
        close(one[key], other[key], exercise.tolerance, exercise.strict) for key in one)


def dict_wanted(trial: Trial) -> Finding | None:
    """A list, or one array, in the place of a dict with an array for each layer."""
    if trial.exercise.observe:
        return None
    for name in (p.name for p in trial.exercise.returns):
        keyed = [mine for i, mine in enumerate(trial.outcomes)
                 if any(leaf.startswith(f"{name}[") for leaf in trial.wanted(i).leaves)]
        listing = any(mine.odd and mine.odd.leaf == name and mine.odd.kind in ("ragged", "objects") for mine in keyed)
        if listing or any(name in mine.leaves for mine in keyed):
            ask = (f"In a list, at which place would the {name} of layer 1 stand, and under which number is it wanted?"
                   if listing else f"What is left of the {name} of layer 1 when the loop has gone on to layer 2?")
            return Finding("dict_wanted", f"{name} is wanted as a dict, with one array under the number of each layer; "
                           f"{'a list' if listing else 'one array'} came.", ask)
    return None


def wrong_names(trial: Trial) -> Finding | None:
    """A dict with other keys than asked for, or another set of results."""
    for i, mine in enumerate(trial.outcomes):
        wanted, got = trial.wanted(i).leaves, mine.leaves
        if wanted.keys() != got.keys():
            missing, extra = [k for k in wanted if k not in got], [k for k in got if k not in wanted]
            parts = [f"{listed(missing)} missing"] * bool(missing) + [f"{listed(extra)} not asked for"] * bool(extra)
            return Finding("wrong_keys", f"The result holds other parts than asked for: {'; '.join(parts)}.",
                           _ask_about_parts(wanted, extra))
    return None


def _ask_about_parts(wanted: Mapping[str, Any], extra: list[str]) -> str:
    if not any("[" in name for name in wanted):
        return ("Which entry of that dict is wanted?" if any("[" in name for name in extra) else
                "What does the line that describes the result promise?")
    if any("['" in name for name in extra):
        return "Are layers numbered by numbers, or by texts?"
    if not extra:
        return "At which layer does the loop begin and end, and where does the return stand?"
    return "Which layers does the result speak of, and which of them has no weights?"


def wrong_shape(trial: Trial) -> Finding | None:
    """Another shape; said more exactly where the numbers are right but transposed or in another form."""
    for i, mine in enumerate(trial.outcomes):
        for name, want in trial.wanted(i).open_leaves.items():
            got = mine.leaves[name]
            if isinstance(want, str) or isinstance(got, str):
                continue
            if _same_shape(got.shape, want.shape, trial.exercise.strict):
                continue
            words = f"{name} has shape {got.shape}, wanted is {want.shape} ({trial.exercise.cases[i].tag})."
            if got.ndim == 2 and got.shape[::-1] == want.shape and _same_numbers(np.transpose(got), want):
                return Finding("transposed", f"{words} The numbers are right, but rows and columns are exchanged.",
                               "Which index comes first in the answer, and which in yours?")
            if _same_numbers(got, want):
                return Finding("reshaped", f"{words} The numbers are right, in another form.",
                               "Which axis was lost or added, and in which step?")
            sizes = trial.exercise.cases[i].sizes
            return Finding("wrong_shape", words, _ask_about(got.shape, want.shape, sizes.get("N", 0)))
    return None


def _ask_about(got: tuple[int, ...], want: tuple[int, ...], N: int) -> str:
    """A question about a shape: too little was added up, or too much, or both, or else the factors do not fit.

    ``N`` is the number of examples where the case has some.
    """
    if got == () and len(want) > 1:
        return "Was something added up that should stay apart, or is it another value that should be returned?"
    if want[1:] == (1,) and want[0] > 1 and got == (want[0], want[0]):
        return "A column and a row met and were stretched into a table: which of them should be a column?"
    if want[1:] == (1,) and N > 1 and sorted(got)[-1:] == [N] and int(np.prod(got)) == N != want[0]:
        return "Which axis counts the units, which the examples, and along which one was added up?"
    pairs = list(zip(got, want, strict=True)) if len(got) == len(want) else []
    if len(got) > len(want) or (pairs and all(size in (1, mine) for mine, size in pairs)):
        return "Over which axis is there still something to add up?"
    if set(got) <= {1, *want} if not pairs else all(mine in (1, size) for mine, size in pairs):
        return "Along which axis was something added up that should stay apart?"
    if pairs and all(mine == size or 1 in (mine, size) for mine, size in pairs):
        return "Along which axis was something added up, and along which one was it asked for?"
    return "What is the shape of each factor: which sizes meet, which remain?"


def _same_shape(one: tuple[int, ...], other: tuple[int, ...], strict: bool) -> bool:
    flat = {len(one), len(other)} == {1, 2} and 1 in one + other
    return one == other or (not strict and flat and bool(np.prod(one) == np.prod(other)))


def _same_numbers(one: Any, other: Any) -> bool:
    return one.size == other.size and bool(np.allclose(one.ravel(), other.ravel(), 1e-6))
