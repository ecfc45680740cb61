"""Diagnoses of wrong numbers: which known mistake they equal, or else in what way they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..notation import number
from .behaviour import close
from .declare import Exercise, as_function
from .maths import np, replaced
from .stops import listed
from .trial import Trial
from .verdict import Finding


def numpy_replaced(trial: Trial) -> Finding | None:
    """Functions of NumPy were replaced in this session."""
    names = replaced()
    if not names:
        return None
    return Finding("numpy_replaced", f"numpy.{names[0]} is no longer NumPy's own in this session.",
                   "Restart the kernel. Which cell assigns to a name of NumPy?")


def catalogued(trial: Trial) -> Finding | None:
    """The smallest set of one or two known mistakes that does exactly the same on every case."""
    exercise = trial.exercise
    for mistakes in [*((name,) for name in exercise.flaws), *exercise.pairs]:
        if trial.fits(*mistakes):
            flaws = [exercise.flaws[name] for name in mistakes]
            words = f"Your result equals the answer with {', and with '.join(flaw.what for flaw in flaws)}."
            return Finding("+".join(mistakes), words + _quoted(trial), flaws[0].ask, numbers=True)
    return None


def _quoted(trial: Trial) -> str:
    """What a function whose results are words says on the first case on which it is wrong, and what was wanted."""
    if trial.exercise.adapt is not as_function:
        return ""
    for i, mine in enumerate(trial.outcomes):
        wanted = trial.wanted(i).open_leaves
        if not trial.right[i] and mine.gave and _in_words(wanted):
            differ = [name for name in wanted if str(mine.leaves.get(name)) != wanted[name]]
            got, want = (", ".join(str(leaves.get(name)) for name in differ) for leaves in (mine.leaves, wanted))
            return f"\nfirst wrong case, {trial.exercise.cases[i].tag}: {trial.exercise.name} says {got}, wanted {want}"
    return ""


def in_words(trial: Trial) -> Finding | None:
    """A text where a number is wanted."""
    if trial.exercise.observe:
        return None
    for i, mine in enumerate(trial.outcomes):
        for name, want in trial.wanted(i).open_leaves.items():
            if isinstance(mine.leaves.get(name), str) and not isinstance(want, str):
                return Finding("text", f"{name} is a text, and a number is wanted.",
                               "Is there a pair of quotes, an f or a str around it?")
    return None


def other_order(trial: Trial) -> Finding | None:
    """All results are there, but not in the order asked for."""
    names = [p.name for p in trial.exercise.returns]
    if trial.exercise.observe or len(names) < 2 or not all(one.gave for one in trial.outcomes):
        return None
    places = range(len(trial.outcomes))
    mine = [{name: _part(one.leaves, name) for name in names} for one in trial.outcomes]
    wanted = [{name: _part(trial.wanted(i).leaves, name) for name in names} for i in places]
    order: list[str] = []
    for name in names:
        fits = [other for other in names if other not in order
                and all(_same_part(mine[i][other], wanted[i][name], trial.exercise) for i in places)]
        order += fits[:1]
    if len(order) < len(names):
        return None
    return Finding("other_order", f"The results are right, but stand in another order; wanted is {', '.join(names)}.",
                   "In which order does the first line of the function promise them?")


def _part(leaves: Any, name: str) -> dict[str, Any]:
    """The leaves of the result ``name``, by what stands behind its name."""
    return {leaf[len(name):]: array for leaf, array in leaves.items() if leaf == name or leaf.startswith(f"{name}[")}


def _same_part(one: dict[str, Any], other: dict[str, Any], exercise: Exercise) -> bool:
    return one.keys() == other.keys() and all(
        close(one[key], other[key], exercise.tolerance, exercise.strict) for key in one)


def warned(trial: Trial) -> Finding | None:
    """The numbers are right, but NumPy warns on the way."""
    exercise = trial.exercise
    warns = [i for i, one in enumerate(trial.outcomes) if one.warning]
    if not exercise.quiet or not warns or trial.first_wrong or not all(one.gave for one in trial.outcomes):
        return None
    words = f"The numbers are right, but NumPy warns on {listed([exercise.cases[i].tag for i in warns])}."
    return Finding("warns", words, "Which of your steps meets a number that it cannot hold?", numbers=True)


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
    if len(want) == 2 and want[1] == 1 < want[0] == got[-1] and got == (want[0], want[0]):
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


def not_finite(trial: Trial) -> Finding | None:
    """nan or inf where a number is wanted, and on no earlier case a wrong number."""
    for i, name, got, want in _leaves(trial):
        if i > trial.right.index(False):
            return None
        bad = ~np.isfinite(got) & np.isfinite(want)
        if bad.any():
            word = "nan" if np.isnan(got[bad][0]) else "inf"
            return Finding("nan", f"{name} holds {word} on {trial.exercise.cases[i].tag}.",
                           "Which step divides by zero, takes the logarithm of zero or the root of a negative number, "
                           "or raises e to a large number?")
    return None


def nearly(trial: Trial) -> Finding | None:
    """Every number agrees to several digits, and to no more."""
    pairs = [(got, want) for _, _, got, want in _leaves(trial)]
    if not pairs or not all(one.gave for one in trial.outcomes):
        return None
    if trial.first_wrong is None or not all(close(got, want, 1e-4) for got, want in pairs):
        return None
    return Finding("nearly", "Every number agrees to several digits, but not to the last ones.",
                   "Which step loses digits: a slope taken by a difference, a rounding, or float32?", numbers=True)


def whole_numbers_only(trial: Trial) -> Finding | None:
    """The fractions are cut off."""
    pairs = [(got, want) for _, _, got, want in _leaves(trial)]
    if pairs and not any(got.any() for got, _ in pairs):
        return Finding("zero", "The result is 0, whatever comes in.",
                       "Which sum never grows, or which difference or factor is always 0?", numbers=True)
    cut = all((got == np.trunc(want)).all() or (got == np.floor(want)).all() for got, want in pairs)
    if not cut or not any((want != np.round(want)).any() for _, want in pairs):
        return None
    return Finding("integers", "The result holds whole numbers only; what stood behind the point is lost.",
                   "What cuts numbers off: an array made for whole numbers, int(), or a division that drops its rest?",
                   numbers=True)


def constant_factor(trial: Trial) -> Finding | None:
    """Every number is wrong by one factor, the same on all cases, or one of the case's sizes."""
    in_numbers = [i for i in range(len(trial.outcomes)) if not trial.right[i] or not _in_words(trial.wanted(i).leaves)]
    ratios = [_ratio(trial, i) for i in in_numbers]
    if not ratios or not all(ratios):
        return None
    ask = "Which constant is missing, doubled, or on the wrong side of the fraction?"
    if np.allclose(ratios, ratios[0]):
        return Finding("factor", f"Every number is {number(ratios[0])} times what it should be.", ask, numbers=True)
    cases = [trial.exercise.cases[i] for i in in_numbers]
    for letter in sorted({letter for case in cases for letter in case.sizes}):
        sizes = np.array([case.sizes.get(letter, np.nan) for case in cases], dtype=float)
        for power, words in ((1, "times"), (-1, "th of")):
            if np.allclose(ratios, sizes**power):
                factor = f"{letter} times" if power > 0 else f"one {letter}{words}"
                return Finding("factor", f"Every number is {factor} what it should be; {letter} is a size of the case.",
                               "Where does the mean over the examples live, and is it taken once?" if power < 0 else
                               "Is something added once an example, or is a mean not taken?", numbers=True)
    return None


def _in_words(leaves: Mapping[str, Any]) -> bool:
    return all(isinstance(leaf, str) for leaf in leaves.values())


def _ratio(trial: Trial, place: int) -> float:
    """The one factor between got and wanted on a case, or 0 where there is none."""
    both = [(got.ravel(), want.ravel()) for i, _, got, want in _leaves(trial) if i == place]
    if not both:
        return 0.0
    got, want = (np.concatenate(part) for part in zip(*both, strict=True))
    top = np.argmax(np.abs(want))
    factor = got[top] / want[top] if want[top] else 0.0
    return float(factor) if np.allclose(got, factor * want, 1e-6, 1e-9 * abs(want[top])) else 0.0


def first_to_differ(trial: Trial) -> Finding | None:
    """Several results, some of them right on all cases: which one is the first that is not."""
    names = [p.name for p in trial.exercise.returns]
    if trial.exercise.observe or len(names) < 2 or not all(one.gave for one in trial.outcomes):
        return None
    pairs = [(one.leaves, trial.wanted(i).leaves) for i, one in enumerate(trial.outcomes)]
    right = {name: [_same_part(_part(mine, name), _part(want, name), trial.exercise) for mine, want in pairs]
             for name in names}
    first = next((name for name in names if not all(right[name])), names[0])
    good = [name for name in names if all(right[name])]
    if not good:
        return None
    only = len(good) == len(names) - 1
    words = f"{listed(good)} {'are' if len(good) > 1 else 'is'} right; {first} is {'not' if only else 'the first that is not'}."
    if any(right[first]):
        wrong = [case.tag for case, good in zip(trial.exercise.cases, right[first], strict=True) if not good]
        words += f" It is wrong on {listed(wrong)}."
    return Finding("first_to_differ", words, f"From which values is {first} made, and what is done to them?",
                   numbers=True)


def wrong_on_some(trial: Trial) -> Finding | None:
    """Right on n of m cases: which cases the wrong ones are."""
    wrong = [case.tag for case, right in zip(trial.exercise.cases, trial.right, strict=True) if not right]
    if len(wrong) == len(trial.right):
        return None
    first = wrong if len(wrong) < 6 else [*wrong[:2], f"{len(wrong) - 2} others"]
    counted = f"Right on {len(trial.right) - len(wrong)} of {len(trial.right)} cases; wrong on {listed(first)}."
    good = [case.tag for case, right in zip(trial.exercise.cases, trial.right, strict=True) if right]
    if 2 * len(good) <= len(wrong):
        words = f"Right on {listed(good)} alone, wrong on the other {len(wrong)} cases."
        return Finding("some_cases", words + _quoted(trial), "Why can the mistake do no harm there?", numbers=True)
    ask = ("What do the wrong cases have in common, and which line treats them differently?" if len(wrong) > 1 else
           "What sets that case apart from the others, and which line has to do with it?")
    return Finding("some_cases", counted + _quoted(trial), ask, numbers=True)


def other(trial: Trial) -> Finding:
    """No known mistake: how many entries are right, and where the first wrong one stands."""
    right = every = 0
    for _, _, got, want in _leaves(trial):
        if want.dtype.kind in "iu":  # a count is no entry
            continue
        scale = np.max(np.abs(want[np.isfinite(want)]), initial=0.0)
        counts = want != 0  # a zero may be right for no reason
        right, every = right + int((np.abs(got - want)[counts] <= 1e-6 * scale).sum()), every + int(counts.sum())
    counted = f" {right} of {every} entries are right." if every else ""
    return Finding("other", f"The result differs, in a way that has no name here.{counted}{_quoted(trial)}",
                   "Take numbers small enough for a pencil and go through your lines: after which one do you differ?",
                   numbers=True)


def _leaves(trial: Trial) -> Iterator[tuple[int, str, Any, Any]]:
    """Yield (case, leaf, got, want) of all leaves that hold as many numbers as they should."""
    for i, mine in enumerate(trial.outcomes):
        for name, want in trial.wanted(i).open_leaves.items():
            got = mine.leaves.get(name)
            if not isinstance(want, str) and got is not None and not isinstance(got, str) and got.size == want.size:
                yield i, name, got.reshape(want.shape), want
