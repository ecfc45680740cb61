"""A typed formula as an answer: read without running it, and asked about where it cannot be read."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from ..shapes import BadInput
from .behaviour import Odd
from .maths import VALUE

MULTIPLY = "Between which two factors is the sign of multiplication missing?"
EQUALS = "Which side of the equals sign is asked for? Type that side alone."
NO_DOTS = "How are exp, sigmoid and its slope written without np. or bp. before them, and without a dot?"
ASKS = (
    (r"\d\s*[a-zA-Z(]|[\w)]\s+[\w(]|\)\s*[\w(]", MULTIPLY),
    (r"[+\-*/^,(]\s*\)|[+\-*/^]\s*$|^\s*[*/^]", "Which sign stands without a number on one of its sides?"),
    (r"[\[\]{};'\"\\]", "Which of its signs is no letter, digit, operation or round parenthesis?"),
)


def typed(formula: Any) -> Any:
    """A formula in x, w and y, typed as text or made with SymPy, as the function of these numbers that it describes."""
    if isinstance(formula, str) and formula.strip(" .") == "":
        raise Odd("blank", "The formula is still blank")
    if callable(formula) or not (isinstance(formula, str) or hasattr(formula, "free_symbols")):
        raise Odd("form", f"A formula is wanted, in quotes; {type(formula).__name__} came",
                  ask="Is there a pair of quotes around what you typed?")
    import sympy as sp

    from ..symbolic import parse

    symbols = sp.symbols("x w y", real=True)
    try:
        expression = parse.read(str(formula), {symbol.name: symbol for symbol in symbols})
    except BadInput as error:
        said = error.problem.rstrip(".")
        words, hint, ask = known(str(formula), said) or (
            f"This {said.removeprefix('this ')}" if said.startswith("this ") else said, error.hint,
            question(str(formula), said))
        raise Odd("form", f"{words}; try this: {hint}", ask=ask) from None
    return sp.lambdify(symbols, expression, [{**VALUE, "step": lambda z: (z > 0) * 1.0}, "numpy"])


def known(text: str, said: str) -> tuple[str, str, str] | None:
    """What is the matter, what to try and a question, where a formula is written in a way that is seen often."""
    from ..symbolic import parse

    run_together = re.search(r"\b[xwy]{2,}\b", text)
    if run_together and "quantity" in said:
        return f"{run_together[0]!r} is one name, not a product", "*".join(run_together[0]), MULTIPLY
    if dotted := re.search(r"\b([A-Za-z]\w*)\s*\.\s*([A-Za-z]\w*)", text):
        before, after = dotted.groups()
        if before in ("x", "w", "y"):
            return "A dot is no sign of multiplication", f"{before}*{after}", MULTIPLY
        hint = f"{before}' for its slope" if after == "prime" else f"{after}, with nothing before it"
        return f"{dotted[0]!r} is Python, not a formula", hint, NO_DOTS
    if "=" in text:
        return "A formula holds no equals sign", "one side of it alone", EQUALS
    unknown = re.match(r"(\w+) with \d+ arguments is no function", said)
    name = unknown[1] if unknown else ""
    close = get_close_matches(name.lower(), parse.ONE, 1) if name not in parse.ONE else []
    return (f"{name!r} is no function here", close[0], "How is that function spelt?") if close else None


def question(text: str, said: str) -> str:
    """A question about a formula that cannot be read; ``said`` is what the reader of formulas has to say."""
    if said.endswith("is not a quantity"):
        return "Of what is that function taken?"
    if "quantity" in said:
        return "How is that letter written with x, w and y alone?"
    if "function" in said:
        return "Which functions does the lesson use, and how many numbers does each of them take?"
    if text.count("(") != text.count(")"):
        return "Which parenthesis has no partner?"
    if "read" in said or "signs" in said:
        found = (ask for pattern, ask in ASKS if re.search(pattern, text))
        return next(found, "Where does the reading stop? Cut it into two shorter formulas and try each.")
    return "Which part of it is more than the slope that is asked for?"
