"""Diagnoses of wrong numbers: which known mistake they equal, or else in what way they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..notation import number
from .behaviour import close
from .declare import as_function
from .maths import np, replaced
from .parts import part_of, same_part
from .stops import listed, listed_short
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


def warned(trial: Trial) -> Finding | None:
    """The numbers are right, but NumPy warns on the way."""
    exercise = trial.exercise
    warns = [i for i, one in enumerate(trial.outcomes) if one.warning]
    if not exercise.quiet or not warns or trial.first_wrong or not all(one.gave for one in trial.outcomes):
        return None
    words = f"The numbers are right, but NumPy warns on {listed([exercise.cases[i].tag for i in warns])}."
    return Finding("warns", words, "Which of your steps meets a number that it cannot hold?", numbers=True)


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
    right = {name: [same_part(part_of(mine, name), part_of(want, name), trial.exercise) for mine, want in pairs]
             for name in names}
    first = next((name for name in names if not all(right[name])), names[0])
    good = [name for name in names if all(right[name])]
    if not good:
        return None
    only = len(good) == len(names) - 1
    be, which = "are" if len(good) > 1 else "is", "not" if only else "the first that is not"
    words = f"{listed(good)} {be} right; {first} is {which}."
    if any(right[first]):
        wrong = [case.tag for case, good in zip(trial.exercise.cases, right[first], strict=True) if not good]
        words += f" It is wrong on {listed_short(wrong)}."
    return Finding("first_to_differ", words, f"From which values is {first} made, and what is done to them?",
                   numbers=True)


def wrong_on_some(trial: Trial) -> Finding | None:
    """Right on n of m cases: which cases the wrong ones are."""
    good, wrong = ([case.tag for case, right in zip(trial.exercise.cases, trial.right, strict=True) if right == wanted]
                   for wanted in (True, False))
    if not good:
        return None
    if 2 * len(good) <= len(wrong):
        words = f"Right on {listed(good)} alone, wrong on the other {len(wrong)} cases."
        return Finding("some_cases", words + _quoted(trial), "Why can the mistake do no harm there?", numbers=True)
    ask = ("What do the wrong cases have in common, and which line treats them differently?" if len(wrong) > 1 else
           "What sets that case apart from the others, and which line has to do with it?")
    words = f"Right on {len(good)} of {len(trial.right)} cases; wrong on {listed_short(wrong)}."
    return Finding("some_cases", words + _quoted(trial), ask, numbers=True)


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
