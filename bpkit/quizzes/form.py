"""What a learner sees and answers: a form that shows itself in JupyterLab, on a page without a kernel, and as text."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..shapes import BadInput, describe
from .declare import Quiz
from .grade import Feedback, grade
from .page import data, html, plain

VIEW = "application/vnd.jupyter.widget-view+json"


class Score(NamedTuple):
    """How many items are right, wrong so far, and not answered yet."""

    right: int
    wrong: int
    open: int

    def __str__(self) -> str:
        return f"{self.right} right, {self.wrong} not yet, {self.open} open"


class Form:
    """One showing of a quiz. ``tries[i]`` holds the answers to item i + 1, in order; page and Python share it."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz
        self.tries: list[list[str]] = [[] for _ in quiz.items]
        self._view: Any = None

    @property
    def answers(self) -> dict[int, str]:
        """The latest answer to each item that has one, by the item's number."""
        return {n: tried[-1] for n, tried in enumerate(self.tries, 1) if tried}

    @property
    def score(self) -> Score:
        """Right, wrong and open items; an item that was answered rightly once stays right."""
        states = [{grade(item, typed).state for typed in tried}
                  for item, tried in zip(self.quiz.items, self.tries, strict=True)]
        right = sum("right" in seen for seen in states)
        wrong = sum("wrong" in seen and "right" not in seen for seen in states)
        return Score(right, wrong, len(states) - right - wrong)

    def answer(self, n: int, typed: Any) -> Feedback:
        """Answer item ``n``, counted from 1, without the page: by letter, number or shape.

        Raises BadInput where there is no item ``n``.
        """
        if n not in range(1, len(self.tries) + 1):
            raise BadInput(f"{self.quiz.name} has no item {n}.", wanted=f"an item from 1 to {len(self.tries)}",
                           got=describe(n), hint="form.answer(1, 'a')")
        said = grade(self.quiz.items[n - 1], str(typed))
        if said.state != "unread":
            self.tries = [[*tried, str(typed)] if i == n else tried for i, tried in enumerate(self.tries, 1)]
            if self._view is not None:
                self._view.tries = self.tries
        return said

    def __repr__(self) -> str:
        return plain(self.quiz)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": html(self.quiz)}
        if include is None or VIEW in include:
            bundle[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self._shown().model_id}
        return bundle

    def _shown(self) -> Any:
        """The view in the page, made when the form is first shown; all later showings share it."""
        if self._view is None:
            from .view import View

            self._view = View(quiz=data(self.quiz), tries=self.tries)
            self._view.observe(lambda change: setattr(self, "tries", change["new"]), "tries")
        return self._view
