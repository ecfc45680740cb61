"""No verdict and no hint holds the code of an answer; all are sentences."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap

import pytest

import bpkit.exercises
from bpkit.exercises import NotYet, check, hint
from bpkit.exercises.declare import Exercise, every
from bpkit.exercises.forms import ODD
from bpkit.exercises.report import mutant

EVERY = {one.number: one for one in every()}
CODE = ("@", ".T", "np.", "axis=", "axis =", "sum(", "dot(", "einsum", "keepdims", "lambda", "**", "+=")


def expressions(exercise: Exercise) -> list[re.Pattern[str]]:
    """The operations and calls of the reference that join two names or more, however they are spaced."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.reference)))
    body = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)).body
    kinds = (ast.BinOp, ast.Call, ast.Compare)
    parts = [node for statement in body for node in ast.walk(statement) if isinstance(node, kinds)]
    named = [part for part in parts if len({n.id for n in ast.walk(part) if isinstance(n, ast.Name)}) >= 2]
    texts = {ast.unparse(part) for part in named}
    spaced = [r"\s*".join(map(re.escape, re.findall(r"\w+|[^\w\s]", text))) for text in texts]
    return [re.compile(rf"(?<![\w.]){text}(?!\w)") for text in spaced]


def said(exercise: Exercise) -> list[str]:
    """Everything that a learner can be told about the exercise."""
    verdicts = [mutant(exercise, name) for name in exercise.flaws]
    hints = [hint(exercise.number, level) for level in range(1, len(exercise.hints) + 2)]
    told = [text for one in [*verdicts, *hints] for text in (repr(one), one._repr_html_())]
    return told + [repr(mutant(exercise, *two)) for two in exercise.pairs[:10]]


@pytest.mark.slow
@pytest.mark.parametrize("number", EVERY)
def test_no_verdict_and_no_hint_holds_code_of_the_answer(number: str) -> None:
    exercise = EVERY[number]
    parts = expressions(exercise)
    for text in said(exercise):
        words = re.sub(r'bp\.hint\("[\d.]+"(, \d)?\)', "", text)
        assert not [code for code in CODE if code in words], text
        assert not [part.pattern for part in parts if part.search(words)], text


def docstrings() -> dict[str, str]:
    """All docstrings of the exercises' package, by where they stand."""
    found = {}
    for info in pkgutil.iter_modules(bpkit.exercises.__path__):
        module = importlib.import_module(f"bpkit.exercises.{info.name}")
        things = [thing for thing in vars(module).values() if inspect.isclass(thing) or inspect.isfunction(thing)]
        own = [part for thing in things for part in (thing, *vars(thing).values())
               if getattr(part, "__module__", None) == module.__name__ and part.__doc__]
        found |= {f"{info.name}.{getattr(part, '__name__', '')}": part.__doc__ for part in own} | {
            info.name: module.__doc__}
    return found


@pytest.mark.slow
def test_no_docstring_of_the_exercises_holds_code_of_an_answer() -> None:
    told = docstrings()
    assert len(told) > 100
    arrays = re.compile(r"\w\s*@\s*\w|\.T\b|\bnp\.\w+\(|axis=|keepdims|einsum|dot\(")
    assert not {where: text for where, text in told.items() if arrays.search(text)}
    for exercise in EVERY.values():
        long = [part for part in expressions(exercise) if len(part.pattern) > 40]
        assert not [(where, part.pattern) for where, text in told.items() for part in long if part.search(text)]


def test_the_traceback_under_strict_is_the_verdict_and_holds_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPKIT_STRICT", "1")
    for number in ("1.1", "5.2", "6.1", "7.1"):
        exercise = EVERY[number]
        with pytest.raises(NotYet) as raised:
            check(number, lambda *args: None)
        text = "\n".join(raised.value._render_traceback_())
        assert "line" not in text
        assert not [part.pattern for part in expressions(exercise) if part.search(text)]


@pytest.mark.parametrize("number", EVERY)
def test_hints_are_sentences_and_mistakes_are_phrases(number: str) -> None:
    exercise = EVERY[number]
    assert all(text[0].isupper() or text.split()[0] in {"delta", "y", "relu", "x", "z"} for text in exercise.hints)
    assert all(text.endswith((".", "?")) for text in exercise.hints)
    assert not [flaw.what for flaw in exercise.flaws.values() if flaw.what.endswith(".") or "simply" in flaw.what]
    assert not [case.tag for case in exercise.cases if case.tag.endswith(".")]


def test_the_last_hint_sends_the_learner_back_to_the_lesson_and_stays_the_last() -> None:
    for number, exercise in EVERY.items():
        last = hint(number, len(exercise.hints) + 1)
        assert last.text.startswith("Read again: chapter")
        assert hint(number, 99) == last


def test_every_odd_result_has_a_question() -> None:
    assert all(question.endswith("?") for question in ODD.values())
