"""How an exercise is declared: once, as a reference that can also make every mistake of its catalogue.

A reference is the formula, written with ``unless`` wherever people go wrong::

    @exercise(
        "1.9", "base, height -> area",
        cases={"a flat one": lambda rng: (4.0, 0.5), "a steep one": lambda rng: (1.0, 3.0)},
        flaws='''
            no_half: the area of the whole rectangle
                How many such triangles fill a rectangle?
        ''',
        hints='''
            Draw the rectangle around the triangle first.
        ''')
    def triangle(base, height, *, unless):
        return base * height / unless(2, no_half=1)

``unless(right, name=wrong)`` is ``right``, unless the mistake ``name`` is switched on; a lambda is evaluated only where
it is chosen. Mistakes in one ``unless`` exclude each other; those of different ones can be made together, as a pair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from itertools import combinations
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

from ..shapes import nearest

HERE = Path(__file__).parent
CHAPTERS: dict[str, str] = {path.stem[2:4]: path.stem for path in sorted(HERE.glob("ch[0-9][0-9]_*.py"))}
TOLERANCE = 1e-8


class Unless:
    """The switchboard of one call of a reference; it remembers which mistakes share a place in the formula."""

    def __init__(self, on: Iterable[str] = ()) -> None:
        self.on = frozenset(on)
        self.places: set[tuple[str, ...]] = set()

    def __call__(self, right: Any, **wrong: Any) -> Any:
        """``right``, or the value of the keyword that is switched on."""
        self.places.add(tuple(wrong))
        chosen = right
        for name in self.on:
            chosen = wrong.get(name, chosen)
        return chosen() if getattr(chosen, "__name__", "") == "<lambda>" else chosen


class Parameter(NamedTuple):
    """An argument or result: its name, and the letters of its shape, or none where it is no array."""

    name: str
    letters: tuple[str, ...] | None


class Flaw(NamedTuple):
    """A mistake in words: what the result then equals the answer *with*, and a question that leads on."""

    what: str
    ask: str


class Case(NamedTuple):
    """One call of the function: its tag in plain words, what makes the arguments, and their sizes."""

    tag: str
    make: Callable[[Any], tuple[Any, ...]]
    sizes: Mapping[str, int] = {}
    fixed: bool = False


def as_function(answer: Any) -> Any:
    """The learner's answer as the function that cases call: itself."""
    return answer


@dataclass(frozen=True, eq=False)
class Exercise:
    """Everything that is known of one exercise.

    ``reference`` the formula with its ``unless``; ``flaws`` the catalogue; ``same`` sets of mistakes that no case can
    tell apart, ``harmless`` pairs that undo each other, each with the reason; ``twins`` bpkit's own versions,
    "bp.name" -> "module:name", not to be borrowed; ``observe(args, result)`` turns a result into what is compared;
    ``adapt(answer)`` turns an answer that is no function into one; ``quiet`` counts a warning as a mistake; ``strict``
    tells (n,) from (n, 1);
    ``referee(*args)`` gives leaves of the result by another way, differences of the loss.
    """

    number: str
    name: str
    parameters: tuple[Parameter, ...]
    returns: tuple[Parameter, ...]
    reference: Callable[..., Any]
    cases: tuple[Case, ...]
    flaws: Mapping[str, Flaw]
    hints: tuple[str, ...]
    same: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    harmless: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    twins: Mapping[str, str] = field(default_factory=dict)
    tolerance: float = TOLERANCE
    quiet: bool = False
    strict: bool = False
    observe: Callable[[tuple[Any, ...], Any], Any] | None = None
    adapt: Callable[[Any], Any] = as_function
    referee: Callable[..., Mapping[str, Any]] | None = None

    @property
    def chapter(self) -> str:
        """The two digits of the exercise's chapter."""
        return f"{int(self.number.split('.')[0]):02d}"

    @property
    def order(self) -> tuple[int, ...]:
        """Where the exercise stands in the course: chapter and number."""
        return tuple(map(int, self.number.split(".")))

    def __call__(self, *args: Any, **mistakes: bool) -> Any:
        """The right result for ``args``, or the one that the switched-on mistakes give."""
        on = [nearest(name, self.flaws, f"mistake of {self.number}") for name, active in mistakes.items() if active]
        return self.reference(*args, unless=Unless(on))

    @cached_property
    def places(self) -> set[tuple[str, ...]]:
        """The groups of mistakes that share a place in the formula, found by running it."""
        from .behaviour import arguments

        unless = Unless()
        for case in self.cases:
            self.reference(*arguments(self, case, 0), unless=unless)
        return unless.places

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """All two mistakes that can be made together."""
        apart = {frozenset(two) for place in self.places for two in combinations(place, 2)}
        return [two for two in combinations(self.flaws, 2) if frozenset(two) not in apart]


_DECLARED: dict[str, Exercise] = {}


def exercise(number: str, signature: str, *, cases: Any, flaws: str, hints: str, name: str = "",
             **more: Any) -> Callable[[Callable[..., Any]], Exercise]:
    """Declare the decorated reference as exercise ``number``.

    ``signature`` reads "W (n, m), a (m, N), eta -> z"; ``cases`` is a dict of tag -> maker, or a function of the
    parameters that gives them (``over_sizes``); ``flaws`` and ``hints`` are texts as above, a hint a line; ``name`` is
    the learner's function, where the reference has another one.
    """
    before, after = signature.split("->")
    parameters, returns = parse(before), parse(after)

    def declare(reference: Callable[..., Any]) -> Exercise:
        made = cases(parameters) if callable(cases) else tuple(Case(tag, make) for tag, make in cases.items())
        lines = tuple(line.strip() for line in hints.strip().splitlines())
        found = Exercise(number, name or reference.__name__, parameters, returns, reference, made, read_flaws(flaws),
                         lines, **more)
        _DECLARED[number] = found
        return found

    return declare


def parse(signature: str) -> tuple[Parameter, ...]:
    """Read "W (n, m), eta" as parameters with the letters of their shapes."""
    found = re.findall(r"(\w+)(?:\s*\(([^)]*)\))?", signature)
    return tuple(Parameter(name, tuple(re.findall(r"\w+", letters)) or None) for name, letters in found)


def read_flaws(text: str) -> dict[str, Flaw]:
    """Read "name: what" lines, each with its question in the indented lines below."""
    found: dict[str, Flaw] = {}
    for line in dedent(text).strip().splitlines():
        if not line[0].isspace():
            name, what = line.split(": ", 1)
            found[name] = Flaw(what, "")
        else:
            found[name] = Flaw(found[name].what, f"{found[name].ask} {line.strip()}".strip())
    return found


def find(number: object) -> Exercise:
    """Return the exercise of that number, "5.2" or 5.2, loading its chapter's module on first use. Raises BadInput."""
    text = str(number)
    chapter = text.split(".")[0].zfill(2)
    if chapter in CHAPTERS:
        import_module(f".{CHAPTERS[chapter]}", __package__)
    if text not in _DECLARED:
        every()
    return _DECLARED[nearest(text, _DECLARED, "exercise")]


def every() -> list[Exercise]:
    """All exercises, in the order of the course."""
    for module in CHAPTERS.values():
        import_module(f".{module}", __package__)
    return sorted(_DECLARED.values(), key=lambda one: one.order)
