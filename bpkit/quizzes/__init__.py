"""The classroom's forms: quizzes, exit tickets and predictions, whose wrong answers name the misconception.

``quiz("0.warm-up")`` and ``predict("0.forward")`` show a form. Its items are declared in the module of its chapter
(``ch00.py``), which is loaded when one of its forms is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ..shapes import nearest
from .declare import Quiz
from .form import Form

__all__ = ["Form", "every", "predict", "quiz"]
CHAPTERS = tuple(path.stem for path in sorted(Path(__file__).parent.glob("ch[0-9][0-9].py")))


def quiz(name: str) -> Form:
    """Show a quiz by its name: "0.warm-up", "3.retrieval", "3.exit". Raises BadInput for an unknown name."""
    return Form(_find(name, predicts=False))


def predict(name: str) -> Form:
    """Show the prediction to make before a cell is run: "0.forward". Raises BadInput for an unknown name."""
    return Form(_find(name, predicts=True))


def every() -> tuple[Quiz, ...]:
    """All forms, in the order of the course."""
    return tuple(quiz for chapter in CHAPTERS for quiz in import_module(f".{chapter}", __name__).FORMS)


def _find(name: str, predicts: bool) -> Quiz:
    chapter = f"ch{str(name).partition('.')[0]:0>2}"
    near = import_module(f".{chapter}", __name__).FORMS if chapter in CHAPTERS else ()
    known = {form.name: form for form in near if form.predicts == predicts}
    if str(name) not in known:
        known = {form.name: form for form in every() if form.predicts == predicts}
    return known[nearest(name, known, "prediction" if predicts else "quiz")]
