"""``check`` and ``hint``: what the learner calls."""

from __future__ import annotations

import os
from typing import Any

from ..notation import number
from ..shapes import BadInput, whole
from .behaviour import Odd, arguments
from .course import taught_in
from .declare import Exercise, find
from .diagnose import diagnose
from .maths import np
from .trial import Trial
from .verdict import Finding, Hint, NotYet, Verdict

NOTHING = object()  # no answer was handed over


def check(number: object, answer: Any = NOTHING) -> Verdict:
    """Try ``answer``, your function itself and not a value of it, on the cases of exercise ``number``.

    Returns a Verdict, which prints itself; with BPKIT_STRICT=1 in the environment it raises NotYet unless all is right.
    The function gets copies of its arguments, its prints are caught, and a call ends after 5 seconds.
    """
    verdict = judge(number, answer)
    if os.environ.get("BPKIT_STRICT") == "1" and verdict.status != "correct":
        raise NotYet(verdict)
    return verdict


def hint(number: object, level: int = 1) -> Hint:
    """A hint for exercise ``number``; each ``level`` says more, the last names the part of the lesson to read again.

    Raises BadInput for an exercise that does not exist, or a level below 1.
    """
    exercise = find(number)
    texts = [*exercise.hints, f"Read again: {taught_in(exercise.number)}. It works a similar example with numbers."]
    level = min(whole("level", level), len(texts))
    return Hint(exercise.number, exercise.name, level, len(texts), texts[level - 1])


def judge(number: object, answer: Any, seed: int = 0) -> Verdict:
    """The verdict on ``answer``, never raised. ``seed`` draws the ordinary cases."""
    try:
        exercise = find(number)
    except BadInput as error:
        return Verdict("not_yet", str(number), "no such exercise", "unknown_exercise", error.problem,
                       question=f"Did you mean {error.hint}?")
    return verdict_on(Trial(exercise, answer, seed))


def verdict_on(trial: Trial) -> Verdict:
    """The verdict on a trial: its finding with the numbers and the part of the lesson that belong to it."""
    with np.errstate(all="ignore"):  # a wrong answer may be inf or nan, and is compared all the same
        return _verdict(trial.exercise, trial)


def _verdict(exercise: Exercise, trial: Trial) -> Verdict:
    finding = _handed_in(exercise, trial.answer) or _diagnosed(trial)
    cases = len(exercise.cases)
    if finding is None:
        return Verdict("correct", exercise.number, exercise.name, right=cases, cases=cases)
    if finding.status == "waiting":
        return Verdict("waiting", exercise.number, exercise.name, finding.kind, finding.message, (), finding.question)
    right = sum(trial.right) if "outcomes" in vars(trial) else 0
    return Verdict("not_yet", exercise.number, exercise.name, finding.kind, finding.message,
                   _rows(trial) if finding.numbers else (), finding.question, taught_in(exercise.number), right, cases)


def _handed_in(exercise: Exercise, answer: Any) -> Finding | None:
    """What is the matter with an answer that cannot even be tried."""
    if answer is ...:
        return Finding("blank", f"{exercise.name} is still blank.", status="waiting")
    if answer is NOTHING:
        call = f'bp.check("{exercise.number}", {exercise.name})'
        return Finding("no_answer", "Nothing was handed over.", f"Does the call name your answer: {call}?")
    if answer is None:
        return Finding("not_a_function", f"None came instead of {exercise.name}.", "Is the cell that defines it run?")
    return None


def _diagnosed(trial: Trial) -> Finding | None:
    try:
        if not callable(trial.function):
            name = trial.exercise.name
            return Finding("not_a_function", f"{name} itself is wanted, and {type(trial.answer).__name__} came.",
                           f"Did you call {name} and hand over its result? Leave its parentheses away.")
    except Odd as odd:
        return Finding(odd.kind, f"{odd.words}.", odd.ask or "What does the cell you were given ask for?",
                       "waiting" if odd.kind == "blank" else "not_yet")
    return diagnose(trial)


def _rows(trial: Trial) -> tuple[tuple[str, str], ...]:
    """The first wrong entry, with the digits that tell it from the right one, and what differences of the loss say."""
    entry = trial.first_wrong
    if entry is None:
        warned = [(f"NumPy warns, {case.tag}", one.warning)
                  for case, one in zip(trial.exercise.cases, trial.outcomes, strict=True) if one.warning]
        return tuple(warned[:1])
    index = f"[{', '.join(map(str, entry.at))}]" if entry.at else ""
    counted = isinstance(entry.got, int) and isinstance(entry.want, int)
    digits = next((d for d in range(4, 16) if number(entry.got, d) != number(entry.want, d)), 16)
    got, want = (str(n) if counted else number(n, digits) for n in (entry.got, entry.want))
    ratio = f", ratio {number(entry.got / entry.want, digits)}" if entry.want and not counted else ""
    words = f"{entry.leaf}{index} is {got}, wanted {want}{ratio}"
    rows = [(f"first wrong entry, {trial.exercise.cases[entry.place].tag}", words)]
    if trial.exercise.referee:
        found = trial.exercise.referee(*arguments(trial.exercise, trial.exercise.cases[entry.place], trial.seed))
        if entry.leaf in found and np.isfinite(found[entry.leaf][entry.at]):
            rows.append(("by differences", number(float(found[entry.leaf][entry.at]), digits)))
    return tuple(rows)
