"""Grading: what a typed answer means, and what is said to it. ``static/form.js`` does the same in the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .declare import Choice, Item, Number, Wrong, where

_NUMBER = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)(?:/([0-9]+))?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")  # 30,000 as cells print it
_SHAPE = re.compile(r"[(\[]?\s*([0-9]{1,9}(?:\s*(?:,|x|×|\*|by|\s)\s*[0-9]{1,9})*)?\s*,?\s*[)\]]?", re.IGNORECASE)


@dataclass(frozen=True, repr=False)
class Feedback:
    """What is said to an answer. ``state`` is right, wrong or unread; ``name`` is the misconception's, if it has one;
    ``at`` is where it is taught."""

    state: str
    text: str
    name: str = ""
    at: str = ""

    def __repr__(self) -> str:
        head = {"right": "right", "wrong": f"not yet: {self.name}".rstrip(": "), "unread": "not read"}[self.state]
        return "\n  ".join([head, self.text, *([f"See {self.at}."] if self.at else [])])


def grade(item: Item, typed: str) -> Feedback:
    """Say whether ``typed`` is right, which misconception it shows, or that it cannot be read."""
    answer = read(item, typed)
    if answer is None:
        return Feedback("unread", accepts(item))
    found = (said for known, said in outcomes(item) if same(item, known, answer))
    return next(found, otherwise(item))


def read(item: Item, typed: str) -> Any:
    """The letter, number or shape that ``typed`` means, or None.

    -0.25, -1/4 and −0.25 are one number, 30,000 and 30 000 another; (2, 3), 2,3 and 2 x 3 are one shape.
    """
    typed = typed.strip().replace("−", "-")
    if isinstance(item, Choice):
        letter = typed.lower().rstrip(")")
        return letter if letter in item.options else None
    if isinstance(item, Number):
        typed = typed.replace(" ", "")
        found = _NUMBER.fullmatch(typed.replace(",", "") if _GROUPED.fullmatch(typed) else typed)
        if not found or float(found[2] or 1) == 0:
            return None
        return float(found[1]) / float(found[2] or 1)
    return tuple(int(n) for n in re.findall("[0-9]+", typed)) if typed and _SHAPE.fullmatch(typed) else None


def same(item: Item, known: Any, answer: Any) -> bool:
    """Whether two answers to ``item`` count as one."""
    return bool(abs(known - answer) <= item.tolerance) if isinstance(item, Number) else bool(known == answer)


def outcomes(item: Item) -> list[tuple[Any, Feedback]]:
    """Every answer that has something of its own said to it, the right one first."""
    letters: dict[Any, str] = {}
    if isinstance(item, Choice):
        letters = {text: letter for letter, text in item.options.items()}
    return [(letters.get(answer, answer), said) for answer, said in
            [(item.right, Feedback("right", item.why)), *((w.answer, _wrong(w)) for w in item.wrong)]]


def otherwise(item: Item) -> Feedback:
    """What is said to an answer that can be read but is not among the ``outcomes``."""
    if isinstance(item, Choice):
        return Feedback("unread", accepts(item))
    return Feedback("wrong", item.hint, "", where(item.at))


def accepts(item: Item) -> str:
    """What the learner may give as an answer, in words."""
    if isinstance(item, Choice):
        *most, last = item.options
        return f"Choose {', '.join(most)} or {last}."
    if isinstance(item, Number):
        within = f"right to within {item.tolerance:g}" if item.tolerance else "the exact one"
        return f"Type a number such as -0.25 ({within})."
    return "Type a shape such as (2, 3)."


def _wrong(wrong: Wrong) -> Feedback:
    return Feedback("wrong", wrong.why, wrong.name, where(wrong.at))
