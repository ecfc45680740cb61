"""From a trial to a finding: the diagnoses in the order in which they are tried.

Every diagnosis takes a Trial and returns a Finding, or None where it does not apply; the first Finding counts.
"""

from __future__ import annotations

from collections.abc import Callable

from .declare import every
from .forms import (
    arguments_exchanged,
    blank,
    borrowed,
    changes_arguments,
    keeps_state,
    no_result,
    other_arguments,
    remembers,
    rng_ignored,
    too_long,
)
from .guard import SECONDS, TimeUp
from .parts import dict_wanted, other_order, wrong_names, wrong_shape
from .stops import does_not_fit
from .trial import Trial
from .verdict import Finding
from .wrong import (
    catalogued,
    constant_factor,
    first_to_differ,
    in_words,
    nearly,
    not_finite,
    numpy_replaced,
    other,
    warned,
    whole_numbers_only,
    wrong_on_some,
)


def diagnose(trial: Trial) -> Finding | None:
    """The first diagnosis that applies; None where the answer is right."""
    for look in FORM:
        if found := look(trial):
            return found
    for look in SOUND if all(trial.right) else WRONG:
        if found := look(trial):
            return found
    return None


def helper_blank(trial: Trial) -> Finding | None:
    """A function of another exercise that the answer uses is not written yet, or not there at all."""
    if trial.has_open_blank or all(trial.right):
        return None
    absent = {one.failure.name for one in trial.outcomes if type(one.failure) is NameError}
    for one in every() if absent else ():
        if one.name in absent and one.chapter == trial.exercise.chapter and one.order < trial.exercise.order:
            return Finding("helper_waiting", f"It uses {one.name}, which is not there yet.",
                           f"Is the cell of exercise {one.number} written, and has it run?", "waiting")
    for name, (one, _) in trial.helpers.items():
        if _status(trial, name) == "waiting":
            return Finding("helper_waiting", f"It uses {name}, which is still blank.",
                           f"Write {name} first, in exercise {one.number}.", "waiting")
    return None


def known_though_slow(trial: Trial) -> Finding | None:
    """A call was cut off, and the cases before it say by which known mistake."""
    found = catalogued(trial) if trial.timed_out else None
    if found is None:
        return None
    stopped = next(case.tag for case, one in zip(trial.exercise.cases, trial.outcomes, strict=True)
                   if isinstance(one.failure, TimeUp))
    return found._replace(message=f"{found.message}\nIt was stopped after {SECONDS:g} seconds on {stopped}.")


def carried_forward(trial: Trial) -> Finding | None:
    """The answer is right as soon as the helpers that it uses are."""
    if all(trial.right):
        return None
    guilty = [one for name, (one, _) in trial.helpers.items() if _status(trial, name) != "correct"]
    if not guilty:
        return None
    with trial.with_right_helpers():
        if not all(Trial(trial.exercise, trial.answer, trial.seed, may_borrow=True).right):
            return None
    first = guilty[0]
    names = " and ".join(f"{one.name} ({one.number})" for one in guilty)
    be = "is" if len(guilty) == 1 else "are"
    return Finding("carried_forward", f"This function is right; it uses {names}, which {be} not.",
                   f'Mend {first.name} first: bp.check("{first.number}", {first.name}) says what it lacks.')


def _status(trial: Trial, name: str) -> str:
    """The status of a helper's own exercise, found out once: a helper that does not end takes its time."""
    if name not in trial.statuses:
        one, own = trial.helpers[name]
        found = diagnose(Trial(one, own, trial.seed))
        trial.statuses[name] = found.status if found else "correct"
    return trial.statuses[name]


Look = Callable[[Trial], Finding | None]
FORM: tuple[Look, ...] = (other_arguments, helper_blank, blank, borrowed, carried_forward, known_though_slow, too_long,
                          dict_wanted, no_result)
SOUND: tuple[Look, ...] = (changes_arguments, rng_ignored, keeps_state)
WRONG: tuple[Look, ...] = (
    numpy_replaced, in_words, remembers, arguments_exchanged, catalogued, changes_arguments, rng_ignored, keeps_state,
    other_order, does_not_fit, wrong_names, wrong_shape, not_finite, warned, nearly, whole_numbers_only,
    constant_factor, first_to_differ, wrong_on_some, other)
