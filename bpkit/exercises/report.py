"""The mutation report: is every mistake of the catalogue caught, and named? ``python -m bpkit.exercises.report``

A mutant is the reference with one mistake switched on, or with two. It is caught if its verdict is not "correct"; a
single mistake is named if the verdict names it, or one that no case can tell from it. Pairs that undo each other, and
mistakes that cannot be told apart, are declared with the exercise, each with its reason.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from .behaviour import expected
from .checks import verdict_on
from .declare import Exercise, as_function, every
from .diagnose import diagnose
from .maths import np
from .trial import Trial
from .verdict import Verdict


@dataclass(frozen=True)
class Score:
    """What became of an exercise's mutants: how many there are, and which were missed or misnamed."""

    exercise: Exercise
    missed: tuple[str, ...]
    misnamed: tuple[str, ...]
    pairs_missed: tuple[tuple[str, str], ...]
    pairs_named: int

    @property
    def perfect(self) -> bool:
        """Whether everything was caught and every single mistake named."""
        return not (self.missed or self.misnamed or self.pairs_missed)

    def row(self) -> list[str]:
        """One line of the table."""
        one = self.exercise
        singles, pairs = len(one.flaws), len(one.pairs) - len(one.harmless)
        return [one.number, one.name, str(len(one.cases)), str(singles), share(singles - len(self.missed), singles),
                share(singles - len(self.misnamed), singles), str(pairs), share(pairs - len(self.pairs_missed), pairs),
                share(self.pairs_named, pairs), str(len(one.same) + len(one.harmless))]


HEAD = ["", "function", "cases", "mistakes", "caught", "named", "pairs", "caught", "named", "declared"]


def share(part: int, whole: int) -> str:
    """``part`` of ``whole`` in per cent, never rounded up to 100."""
    return "-" if whole == 0 else "100 %" if part == whole else f"{min(100 * part / whole, 99.9):.1f} %"


def mutant(exercise: Exercise, *mistakes: str, seed: int = 0) -> Verdict:
    """The verdict on the reference with ``mistakes``."""
    return verdict_on(planted(exercise, *mistakes, seed=seed))


def kind(exercise: Exercise, *mistakes: str, seed: int = 0) -> str:
    """What the reference with ``mistakes`` is taken for: the verdict's kind, or "correct"."""
    with np.errstate(all="ignore"):
        found = diagnose(planted(exercise, *mistakes, seed=seed))
    return found.kind if found else "correct"


def planted(exercise: Exercise, *mistakes: str, seed: int = 0) -> Trial:
    """A trial of the reference with ``mistakes``; what it gives on each case is computed once and kept."""
    one = plain(exercise)
    trial = Trial(one, partial(exercise, **dict.fromkeys(mistakes, True)), seed, may_borrow=True)
    trial.outcomes = [expected(one, place, seed, frozenset(mistakes)) for place in range(len(one.cases))]
    return trial


@lru_cache
def plain(exercise: Exercise) -> Exercise:
    """The exercise as one whose answers are functions."""
    return exercise if exercise.adapt is as_function else replace(exercise, adapt=as_function)


def score(exercise: Exercise, seed: int = 0) -> Score:
    """Try every mistake, and every two that can be made together."""
    singles = {name: kind(exercise, name, seed=seed) for name in exercise.flaws}
    pairs = {two: kind(exercise, *two, seed=seed) for two in exercise.pairs if two not in exercise.harmless}
    twins = {name: {name}.union(*(names for names in exercise.same if name in names)) for name in exercise.flaws}
    return Score(
        exercise,
        missed=tuple(name for name, found in singles.items() if found == "correct"),
        misnamed=tuple(name for name, found in singles.items() if found not in twins[name]),
        pairs_missed=tuple(two for two, found in pairs.items() if found == "correct"),
        pairs_named=sum(found == "+".join(two) for two, found in pairs.items()))


def table(scores: Iterable[Score]) -> str:
    """The rows, and below them what was missed or misnamed, and what is declared."""
    scores = list(scores)
    rows = [HEAD, *(one.row() for one in scores), total(scores)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(widths[i]) if i < 2 else cell.rjust(widths[i]) for i, cell in enumerate(row))
             for row in rows]
    for one in scores:
        number = one.exercise.number
        lines += [f"{number}: {name} is not caught" for name in one.missed]
        lines += [f"{number}: {name} is not named" for name in one.misnamed]
        lines += [f"{number}: {' with '.join(two)} is not caught" for two in one.pairs_missed]
        for kind, declared in (("not told apart", one.exercise.same), ("undo each other", one.exercise.harmless)):
            lines += [f"{number}: {', '.join(names)}: {kind}, because {reason}" for names, reason in declared.items()]
    return "\n".join(lines)


def total(scores: list[Score]) -> list[str]:
    """The last row."""
    singles = sum(len(one.exercise.flaws) for one in scores)
    pairs = sum(len(one.exercise.pairs) - len(one.exercise.harmless) for one in scores)
    return ["all", "", str(sum(len(one.exercise.cases) for one in scores)), str(singles),
            share(singles - sum(len(one.missed) for one in scores), singles),
            share(singles - sum(len(one.misnamed) for one in scores), singles), str(pairs),
            share(pairs - sum(len(one.pairs_missed) for one in scores), pairs),
            share(sum(one.pairs_named for one in scores), pairs),
            str(sum(len(one.exercise.same) + len(one.exercise.harmless) for one in scores))]


def main() -> int:
    """Print the table; 1 if anything was missed or misnamed."""
    scores = [score(exercise) for exercise in every()]
    print(table(scores))
    return 0 if all(one.perfect for one in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
