"""From a trial to a finding: the diagnoses in the order in which they are tried.

Every diagnosis takes a Trial and returns a Finding, or None where it does not apply; the first Finding counts.
"""

from __future__ import annotations

from collections.abc import Callable

from .declare import Exercise
from .forms import blank, borrowed, changes_arguments, keeps_state, no_result, other_arguments, too_long
from .stops import does_not_fit
from .trial import Trial
from .verdict import Finding
from .wrong import (
    catalogued,
    constant_factor,
    dict_wanted,
    first_to_differ,
    not_finite,
    numpy_replaced,
    other,
    other_order,
    warned,
    whole_numbers_only,
    wrong_names,
    wrong_on_some,
    wrong_shape,
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
    """A function of another exercise that the answer uses is not written yet."""
    if trial.has_open_blank or all(trial.right):
        return None
    for name, (one, own) in trial.helpers.items():
        if _status(one, own, trial.seed) == "waiting":
            return Finding("helper_waiting", f"It uses {name}, which is still blank.",
                           f"Write {name} first, in exercise {one.number}.", "waiting")
    return None


def carried_forward(trial: Trial) -> Finding | None:
    """The answer is right as soon as the helpers that it uses are."""
    guilty = [one for one, own in trial.helpers.values() if _status(one, own, trial.seed) != "correct"]
    if not guilty:
        return None
    with trial.with_right_helpers():
        if not all(Trial(trial.exercise, trial.answer, trial.seed, may_borrow=True).right):
            return None
    first = guilty[0]
    names = " and ".join(f"{one.name} ({one.number})" for one in guilty)
    return Finding("carried_forward", f"This function is right; it uses {names}, which is not.",
                   f'Mend {first.name} first: bp.check("{first.number}", {first.name}) says what it lacks.')


def _status(exercise: Exercise, answer: object, seed: int) -> str:
    found = diagnose(Trial(exercise, answer, seed))
    return found.status if found else "correct"


Look = Callable[[Trial], Finding | None]
FORM: tuple[Look, ...] = (other_arguments, helper_blank, blank, too_long, borrowed, dict_wanted, no_result)
SOUND: tuple[Look, ...] = (changes_arguments, keeps_state)
WRONG: tuple[Look, ...] = (
    carried_forward, numpy_replaced, catalogued, changes_arguments, keeps_state, other_order, does_not_fit, wrong_names,
    wrong_shape, not_finite, warned, whole_numbers_only, constant_factor, first_to_differ, wrong_on_some, other)
