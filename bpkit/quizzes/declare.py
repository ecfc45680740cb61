"""How a form is declared: items with one right answer, and wrong answers that carry the name of a misconception.

A ``Choice`` is picked, a ``Number`` and a ``Shape`` are typed. In all texts `back ticks` stand around code and
formulas. ``at`` names where a mistake is taught away: an exercise ("4.2"), a heading ("0#Use the gradient"), a chapter
("4").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from string import ascii_lowercase


@dataclass(frozen=True)
class Wrong:
    """A wrong answer: the option, number or shape; its misconception's name; where that is taught; a sentence on it."""

    answer: str | float | tuple[int, ...]
    name: str
    at: str
    why: str


@dataclass(frozen=True)
class Choice:
    """A question with options, of which ``right`` is right because of ``why``.

    Options stand in an order of their own, so that the right one has no place by habit. They are answered by letter.
    """

    key: str
    ask: str
    right: str
    why: str
    wrong: tuple[Wrong, ...]

    @cached_property
    def options(self) -> dict[str, str]:
        """The options by letter, in the order shown: the same on every machine, and none that the author chose."""
        texts = [self.right, *(str(wrong.answer) for wrong in self.wrong)]
        return dict(zip(ascii_lowercase, sorted(texts, key=lambda text: sha256(text.encode()).digest()), strict=False))


@dataclass(frozen=True)
class Number:
    """A question answered by a number, right within ``tolerance``. A mistake without a name gets ``hint``, ``at``."""

    key: str
    ask: str
    right: float
    tolerance: float
    why: str
    wrong: tuple[Wrong, ...]
    hint: str
    at: str


@dataclass(frozen=True)
class Shape:
    """A question answered by a shape, such as (3, 5). A mistake without a name gets ``hint``, ``at``."""

    key: str
    ask: str
    right: tuple[int, ...]
    why: str
    wrong: tuple[Wrong, ...]
    hint: str
    at: str


Item = Choice | Number | Shape


@dataclass(frozen=True)
class Quiz:
    """A form: its name ("0.warm-up"), its title, its items. A form of one item is a prediction."""

    name: str
    title: str
    items: tuple[Item, ...]

    @property
    def predicts(self) -> bool:
        """Whether this is the one prediction made before a cell is run."""
        return len(self.items) == 1


def where(at: str) -> str:
    """Say in words what ``at`` points to: chapter 4, chapter 4 exercise 4.2, chapter 0 “Use the gradient”."""
    place, _, heading = at.partition("#")
    chapter, _, exercise = place.partition(".")
    return f"chapter {chapter}" + (f", exercise {place}" if exercise else f", “{heading}”" if heading else "")
