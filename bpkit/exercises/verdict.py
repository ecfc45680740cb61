"""What a check says, and what a hint says: frozen objects that print themselves, in text and in HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from ..notation import COLOURS

COLOUR = {"correct": COLOURS["right"][0], "not_yet": COLOURS["backward"][0], "waiting": COLOURS["quiet"][0]}
WORD = {"correct": "correct", "not_yet": "not yet", "waiting": "waiting"}


class Finding(NamedTuple):
    """A named diagnosis: what is the matter, a question, the status it leads to, and whether numbers help to see it."""

    kind: str
    message: str
    question: str = ""
    status: str = "not_yet"
    numbers: bool = False


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer to ``bp.check``: ``status`` is correct, not_yet or waiting; ``kind`` names the mistake.

    ``message`` says what differs and what it equals, ``rows`` are the numbers behind that, ``question`` leads on,
    ``lesson`` is the part of the chapter that teaches it, ``right`` of ``cases`` agree. It holds no code of the answer.
    """

    status: str
    exercise: str
    name: str
    kind: str = ""
    message: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    question: str = ""
    lesson: str = ""
    right: int = 0
    cases: int = 0

    def __repr__(self) -> str:
        return "\n".join([self._head(), *(f"  {line}" for line in self._lines())])

    def _repr_html_(self) -> str:
        return _card(COLOUR[self.status], self._head(), self._lines())

    def _head(self) -> str:
        counted = f", {self.right} of {self.cases} cases" if self.cases else ""
        return f"{self.exercise} {WORD[self.status]}: {self.name}{counted}"

    def _lines(self) -> list[str]:
        if self.status == "correct":
            return []
        lines = [*self.message.splitlines(), *(f"{name}: {value}" for name, value in self.rows), self.question]
        if self.lesson:
            lines.append(f"Read again: {self.lesson}")
        if self.status == "not_yet" and self.kind != "unknown_exercise":
            lines.append(f'Stuck? bp.hint("{self.exercise}")')
        return [line for line in lines if line]


@dataclass(frozen=True, repr=False)
class Hint:
    """One hint: ``level`` of ``levels``; the last level names the part of the lesson that works a similar example."""

    exercise: str
    name: str
    level: int
    levels: int
    text: str

    def __repr__(self) -> str:
        more = f'\n  more: bp.hint("{self.exercise}", {self.level + 1})' if self.level < self.levels else ""
        return f"{self.exercise} hint {self.level} of {self.levels}: {self.name}\n  {self.text}{more}"

    def _repr_html_(self) -> str:
        head, *lines = repr(self).splitlines()
        return _card(COLOURS["forward"][0], head, [line.strip() for line in lines])


def _card(colour: str, head: str, lines: list[str]) -> str:
    body = "".join(f"<div>{escape(line)}</div>" for line in lines)
    style = f"border-left: 4px solid {colour}; padding-left: 0.6em"
    return f'<div style="{style}"><strong>{escape(head)}</strong>{body}</div>'


class NotYet(Exception):
    """Raised by ``bp.check`` under BPKIT_STRICT=1; it shows the verdict and no traceback."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(repr(verdict))
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """IPython prints these lines in place of the frames."""
        return repr(self.verdict).splitlines()
