"""A form as text, as HTML that answers without a kernel when an option is unfolded, and as data for the page."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict
from html import escape
from textwrap import fill
from typing import Any

from .declare import Choice, Item, Number, Quiz
from .grade import Feedback, accepts, otherwise, outcomes


def plain(quiz: Quiz) -> str:
    """The questions and their options as text. It holds no answer, and is the same at every run."""
    lines = [f"{quiz.title} ({quiz.name})"]
    for n, item in enumerate(quiz.items, 1):
        asked = item.ask if isinstance(item, Choice) else f"{item.ask} {accepts(item)}"
        lines.append(_wrapped(f"{n}. ", asked))
        if isinstance(item, Choice):
            lines += [_wrapped(f"   {letter}) ", text) for letter, text in item.options.items()]
    return "\n".join(lines)


def _wrapped(mark: str, text: str) -> str:
    return fill(text, 100, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)


def html(quiz: Quiz) -> str:
    """The form as HTML without script: unfold an option to read what is said to it, or compare a typed answer."""
    items = "".join(f"<li><p>{marked(item.ask)}</p>{_unfold(item)}</li>" for item in quiz.items)
    return f"<section><p><strong>{escape(quiz.title)}</strong> Decide first, then open.</p><ol>{items}</ol></section>"


def _unfold(item: Item) -> str:
    if isinstance(item, Choice):
        said = dict(outcomes(item))
        return "".join(f"<details><summary>{letter}) {marked(text)}</summary><p>{_said(said[letter])}</p></details>"
                       for letter, text in item.options.items())
    rows = "".join(f"<li>{write(answer)}: {_said(said)}</li>" for answer, said in outcomes(item))
    return f"<details><summary>Compare your answer</summary><ul>{rows}</ul></details>"


def _said(said: Feedback) -> str:
    if said.state == "right":
        return f"<strong>Right.</strong> {marked(said.text)}"
    return f"<strong>Not yet: {marked(said.name)}.</strong> {marked(said.text)} See {escape(said.at)}."


def write(answer: Any) -> str:
    """A number or a shape as the learner would type it."""
    return str(answer) if isinstance(answer, tuple) else f"{answer:g}"


def marked(text: str) -> str:
    """``text`` as HTML, with `code` between back ticks."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def data(quiz: Quiz) -> dict[str, Any]:
    """The form as the page gets it. What grades it is sealed: readable by a program, not by a glance at the source."""
    return {"title": quiz.title, "predicts": quiz.predicts, "items": [_item(item) for item in quiz.items]}


def _item(item: Item) -> dict[str, Any]:
    known = [{"answer": answer, **asdict(said)} for answer, said in outcomes(item)]
    kind = type(item).__name__.lower()
    tolerance = item.tolerance if isinstance(item, Number) else 0
    options = list(item.options.items()) if isinstance(item, Choice) else []
    key = {"known": known, "otherwise": asdict(otherwise(item)), "tolerance": tolerance}
    return {"kind": kind, "ask": item.ask, "options": options, "accepts": accepts(item), "sealed": seal(key)}


def seal(value: Any) -> str:
    """``value`` as base64 of its JSON."""
    return base64.b64encode(json.dumps(value).encode()).decode()
