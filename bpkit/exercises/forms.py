"""Diagnoses that need no comparison of numbers: blanks, forms, time, and what a call does besides."""

from __future__ import annotations

from .guard import SECONDS
from .maths import np
from .trial import Trial
from .verdict import Finding

ODD: dict[str, str] = {
    "none": "Does every way through the function end in a return?",
    "function": "Is a pair of parentheses missing where you return it?",
    "matrix": "What does the product sign do to two matrices, and what to two arrays?",
    "wrong_count": "What does the line that describes the result promise, and in which order?",
    "ragged": "Does every row get the same number of entries?",
    "form": "What does the line that describes the result promise?",
    "objects": "What did you put into the array besides numbers?",
}


def other_arguments(trial: Trial) -> Finding | None:
    """The function cannot be called with the arguments of the exercise."""
    problem = trial.signature_problem()
    ask = "Which arguments did the cell have when you were given it?"
    return Finding("other_arguments", problem, ask) if problem else None


def arguments_exchanged(trial: Trial) -> Finding | None:
    """The right arguments by name, in another order."""
    mine, wanted = trial.parameters(), [p.name for p in trial.exercise.parameters]
    if mine == wanted or sorted(mine) != sorted(wanted):
        return None
    words = f"It takes {', '.join(mine)}, in this order; it is called with {', '.join(wanted)}."
    return Finding("other_arguments", words,
                   "In which order did the cell have its arguments when you were given it?")


def blank(trial: Trial) -> Finding | None:
    """The stub as it was handed out, or a blank that is still open in it."""
    if odd := trial.odd("blank"):
        return Finding("blank", f"{odd.words}.", status="waiting")
    stops = [one.failure for one in trial.outcomes if one.failure]
    named = any("ellipsis" in str(error).lower() or isinstance(error, NotImplementedError) for error in stops)
    if named or (trial.has_open_blank and not all(trial.right)):
        return Finding("blank", "A blank, written ..., is still open in it.", status="waiting")
    return None


def too_long(trial: Trial) -> Finding | None:
    """A call was cut off."""
    if not trial.timed_out:
        return None
    return Finding("timeout", f"It is still running after {SECONDS:g} seconds and was stopped.",
                   "What makes the loop end, and does that ever happen?")


def borrowed(trial: Trial) -> Finding | None:
    """The work is done by bpkit's own function of this exercise, or by a reference."""
    if trial.may_borrow or not trial.borrowed:
        return None
    return Finding("borrowed", f"The work is done by {trial.borrowed}.",
                   f"Write {trial.exercise.name} yourself; compare it with that one outside of it as you like.")


def no_result(trial: Trial) -> Finding | None:
    """None, a function, a matrix, objects, too many or too few results: each in its own words."""
    for kind, ask in ODD.items():
        if odd := trial.odd(kind):
            return Finding(kind, f"{odd.words}.", odd.ask or ask)
    return None


def changes_arguments(trial: Trial) -> Finding | None:
    """An argument is not what it was before the call."""
    changed = sorted({place for one in trial.outcomes for place in one.changed})
    if not changed:
        return None
    names = ", ".join(trial.exercise.parameters[place].name for place in changed)
    return Finding("changes_arguments", f"It changes {names}, which the caller still needs.",
                   "Which line writes into an array that came in as an argument, instead of making a new one?")


def rng_ignored(trial: Trial) -> Finding | None:
    """A generator came in, and nothing is drawn from it."""
    given = any(p.name == "rng" for p in trial.exercise.parameters)
    if not given or any(one.drew or one.failure for one in trial.outcomes):
        return None
    words = "Nothing is drawn from rng: two generators give the same result, or chance comes from somewhere else."
    return Finding("rng_ignored", words, "Which line draws, and is it the rng that came in that it draws from?")


def keeps_state(trial: Trial) -> Finding | None:
    """The same call gives something else the second time."""
    first, second = trial.outcomes[0], trial.second
    if not (first.gave and second.gave):
        return None
    if first.leaves.keys() == second.leaves.keys() and all(map(_equal, first.leaves.values(), second.leaves.values())):
        return None
    return Finding("keeps_state", "The same call gives another result the second time.",
                   "What does the function remember from one call to the next, or draw at random?")


def remembers(trial: Trial) -> Finding | None:
    """The same call gives something else the second time, where no graph or network is handed on between them."""
    return None if trial.exercise.observe else keeps_state(trial)


def _equal(one: object, other: object) -> bool:
    return one == other if isinstance(one, str) else bool(np.array_equal(one, other, equal_nan=True))
