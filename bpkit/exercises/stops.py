"""Diagnoses of exceptions: where an answer stops, and a question about what stopped it."""

from __future__ import annotations

import linecache
import re
import traceback
from pathlib import Path

from ..shapes import BadInput, BadType
from .behaviour import given
from .maths import np
from .trial import Trial
from .verdict import Finding

PACKAGES = (str(Path(__file__).parents[1]), str(Path(np.__file__).parent), "<__array", "numpy/")
TRUTH = "truth value of an array"
ONE_NUMBER = ("only length-1 arrays", "only 0-dimensional arrays")
NO_LOGARITHM = ("domain error", "positive input")
CODE = re.compile(r"@|\.T\b|\bnp\.|axis|\bsum\(|reshape|\bbp\.|=")


def does_not_fit(trial: Trial) -> Finding | None:
    """An exception on some cases or on all of them."""
    broken = [i for i, one in enumerate(trial.outcomes) if one.failure]
    if not broken:
        return None
    error = trial.outcomes[broken[0]].failure
    assert error is not None
    said = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}{_line(error)}{_wanted(error)}"
    sizes = isinstance(error, (ValueError, IndexError)) and not isinstance(error, BadType)
    told = isinstance(error, BadInput) and "shape" not in error.wanted + error.got
    parts = dict(zip((p.name for p in trial.exercise.parameters), given(trial.exercise, broken[0], trial.seed),
                     strict=True))
    layers = len(parts.get("W", parts.get("dW", ())))
    known = "What was wanted there, and what came?" if told else about(error, layers)
    if len(broken) == len(trial.outcomes):
        shapes = "What are the shapes of the things that meet in that line?"
        ask = shapes if sizes else "What does that line take for granted about the things it works on?"
        return Finding("error", f"It stops with {said}", known or ask)
    stops = listed_short([case.tag for i, case in enumerate(trial.exercise.cases) if i in broken])
    runs = listed_short([case.tag for i, case in enumerate(trial.exercise.cases) if i not in broken])
    ask = "Which sizes agree by chance where it runs?" if sizes else "What is special about the cases where it stops?"
    wrong_too = any(one.gave and not right for one, right in zip(trial.outcomes, trial.right, strict=True))
    return Finding("sizes_do_not_fit" if sizes and not known else "error",
                   f"It stops on {stops}, but runs on {runs}.\n{said}", known or ask, numbers=wrong_too)


def about(error: BaseException, layers: int) -> str:
    """A question about an exception whose reason is known, or ""; ``layers`` is how many there are, numbered from 1."""
    said, frames = str(error), _frames(error)
    source = (frames[-1].line or "") if frames else ""
    if isinstance(error, RecursionError):
        return ("How deep may Python's calls be nested? Which call ends the chain, "
                "or what else can hold what is left to do?")
    if isinstance(error, NameError):
        return "Where does that name get its value: in this function, or in a cell that is not run yet?"
    if isinstance(error, TypeError) and "NoneType" in said:
        return "What in that line is still None, and which line should have given it a value before?"
    if TRUTH in said and re.search(r"(?<![\w.])(max|min)\s*\(", source):
        return "Does Python's own max or min compare the entries of two things, or the two things as a whole?"
    if TRUTH in said and re.search(r"\b(if|while)\b", source):
        return "Does an if decide once for the whole array, or for each entry?"
    if TRUTH in said:
        return "Which step wants a single yes or no, where every entry has its own?"
    if isinstance(error, TypeError) and re.search(r"\.(max|min)\s*\(", source):
        return "Does that function compare two things entry by entry, or look for the largest along an axis?"
    if said.startswith(ONE_NUMBER):
        return "Which function in that line takes a single number, where an array comes?"
    if "read-only" in said or "mappingproxy" in said:
        return "Does that line write into something that came in? Which line would make a new one instead?"
    if re.search(r"'(True|False)' as a data type", said):
        return "At which place does that function take this argument, or what is its name?"
    if "unexpected keyword argument" in said:
        return "How does NumPy spell the name of that argument?"
    if "bitwise_xor" in said or "operand type(s) for ^" in said:
        return "How does Python write a power?"
    if "is not callable" in said and re.search(r"\.(T|shape|size|ndim)\(", source):
        return "Which pair of parentheses in that line calls something that is no function?"
    if "is not callable" in said and re.search(r"(ndarray|float\d*|int\d*)' object", said):
        return "Between which two factors is the sign of multiplication missing?"
    if "builtin_function_or_method" in said or "enough dimensions (has 0" in said:
        return "Which thing in that line is no array: " + (
            "a dict of all layers, or a function that is not called?" if layers else "a function that is not called?")
    if isinstance(error, IndexError) and "out of bounds" in said:
        return "What does that index count, and how many of them are there?"
    if "as a data type" in said:
        return "A shape is one thing, a tuple: how many arguments does that call get?"
    if any(words in said for words in NO_LOGARITHM):
        return "Of which number is that logarithm taken, and does its term count?"
    late = frames and said.startswith("setting an array")  # the list was made further up
    cell = "".join(linecache.getlines(frames[-1].filename)) if late else source
    if re.search(r"\[\s*\w+\s*==\s*\w+\s*\]", cell):
        return "Which parentheses make a list in Python, and which only group?"
    if layers and re.search(r"'dict' object (has no attribute 'prime'|is not callable)", said):
        return "f holds one function for each layer: which of them is this layer's?"
    if layers and "'dict'" in said and isinstance(error, (AttributeError, TypeError, ValueError)):
        return "That dict has an entry for each layer: which of them is meant?"
    if layers and "elementwise derivative" in said:
        return "Which layer has that activation function, and which layer's slope is asked for?"
    if layers and isinstance(error, KeyError) and error.args == (0,) and re.search(r"\bz\[\w+ ?- ?1\]", source):
        return "Which of the dicts has a layer 0, and which begins at 1?"
    if layers and isinstance(error, KeyError) and error.args[0] in range(1, layers + 1):
        return "That layer exists, but nothing is kept for it yet: which line should have done so?"
    if layers and isinstance(error, KeyError) and isinstance(error.args[0], int):
        return "At which number do the layers begin, and at which do they end?"
    return ""


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of the answer itself, outermost first."""
    return [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(PACKAGES)]


def _line(error: BaseException) -> str:
    frames = _frames(error)
    return f" (line {frames[-1].lineno} of {frames[-1].name})" if frames else ""


def _wanted(error: BaseException) -> str:
    """The lines of a BadInput that help: what was wanted, what came and what to try, unless that is code."""
    if not isinstance(error, BadInput):
        return ""
    told = {"wanted": error.wanted, "got": error.got, "try": error.hint}
    return "".join(f"\n{word}: {text}" for word, text in told.items() if not CODE.search(text))


def listed_short(words: list[str]) -> str:
    """The words as a list in a sentence; of more than seven the first two alone, and how many others there are."""
    return listed(words if len(words) < 8 else [*words[:2], f"{len(words) - 2} others"])


def listed(words: list[str]) -> str:
    """The words as a list in a sentence: one, two and three."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
