"""One trial of one answer: its behaviour, what was wanted, and the questions that a diagnosis asks of both."""

from __future__ import annotations

import ast
import dis
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from .behaviour import Odd, Outcome, arguments, behaviour, close, expected, given, outcome, same
from .declare import Exercise, every
from .guard import TimeUp
from .maths import np


def _nothing() -> None: ...


EMPTY = _nothing.__code__.co_code


class Entry(NamedTuple):
    """One wrong number: the case and the leaf that it stands in, and both numbers."""

    place: int
    leaf: str
    at: tuple[int, ...]
    got: float  # int on both sides where things are counted
    want: float


@dataclass(eq=False)
class Trial:
    """An answer on all cases of an exercise, tried when it is first asked about."""

    exercise: Exercise
    answer: Any
    seed: int = 0
    may_borrow: bool = False
    statuses: dict[str, str] = field(default_factory=dict)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The answer as a function; raises Odd where it is none."""
        return self.exercise.adapt(self.answer)

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """What the answer does on each case."""
        return behaviour(self.exercise, self.function, self.seed, watch=not self.may_borrow)

    @cached_property
    def right(self) -> list[bool]:
        """On which cases the answer is right."""
        return [same(self.exercise, mine, self.wanted(i)) for i, mine in enumerate(self.outcomes)]

    @property
    def timed_out(self) -> bool:
        """Whether a call was cut off."""
        return any(isinstance(one.failure, TimeUp) for one in self.outcomes)

    def wanted(self, place: int, *mistakes: str) -> Outcome:
        """What the reference gives on case ``place``, with ``mistakes``."""
        return expected(self.exercise, place, self.seed, frozenset(mistakes))

    def odd(self, kind: str) -> Odd | None:
        """The first result of that odd kind."""
        return next((one.odd for one in self.outcomes if one.odd and one.odd.kind == kind), None)

    def fits(self, *mistakes: str) -> bool:
        """Whether the answer does what the reference does with ``mistakes``.

        Where the flawed form itself gives no result, anything but the right result fits; the other cases decide.
        """
        gave = decided = False
        for i, mine in enumerate(self.outcomes):
            flawed = self.wanted(i, *mistakes)
            if flawed.gave:
                if not same(self.exercise, mine, flawed):
                    return False
                gave, decided = True, decided or not self.right[i]
            elif self.right[i]:
                return False
            else:
                decided |= flawed.failure is not None and type(mine.failure) is type(flawed.failure)
        return gave and decided

    @cached_property
    def second(self) -> Outcome:
        """The first case once more, after all the others, with arguments that have been used before."""
        used = arguments(self.exercise, self.exercise.cases[0], self.seed)
        outcome(self.exercise, self.function, used)
        return outcome(self.exercise, self.function, used)

    @cached_property
    def first_wrong(self) -> Entry | None:
        """The first wrong entry, of the whole-number case if that one is wrong, whose result has the right form.

        Gradients by layer are read from the last layer to the first, as a backward pass makes them. Where the result
        is nearly right, it is the entry that is furthest off.
        """
        furthest = None
        order = sorted(range(len(self.right)), key=lambda i: (self.exercise.cases[i].tag != "whole numbers", i))
        for i in (i for i in order if not self.right[i] and self.outcomes[i].gave):
            leaves = self.wanted(i).open_leaves
            for name in sorted(leaves, key=_gradient_of_layer, reverse=True):
                want, got = leaves[name], self.outcomes[i].leaves.get(name)
                if isinstance(want, str) or isinstance(got, str) or got is None or got.size != want.size:
                    continue
                got = got.reshape(want.shape)
                if close(got, want, self.exercise.tolerance):
                    continue
                gap = np.where((got == want) | (np.isnan(got) & np.isnan(want)), 0.0, np.abs(got - want))
                scale = np.max(np.abs(want), where=np.isfinite(want), initial=0.0)
                wrong = [at for at in np.ndindex(want.shape) if not gap[at] <= 1e-6 * scale]
                at = wrong[0] if wrong else np.unravel_index(np.argmax(gap), gap.shape) if gap.any() else None
                if at is not None:
                    found = Entry(i, name, tuple(map(int, at)), got[at].item(), want[at].item())
                    if wrong:
                        return found
                    furthest = furthest or found
        return furthest

    @cached_property
    def helpers(self) -> dict[str, tuple[Exercise, Any]]:
        """The learner's own functions of earlier exercises that the answer names, with these exercises."""
        answer = _plain(self.answer)
        if answer is None:
            return {}
        space = answer.__globals__
        inner = {name: _plain(space.get(name)) for name in _names(answer.__code__)}
        own = {name: space[name] for name, one in inner.items()
               if one and not (one.__module__ or "").startswith("bpkit")}
        earlier = [one for one in every() if one.order < self.exercise.order] if own else []
        return {one.name: (one, own[one.name]) for one in earlier if one.name in own}

    @contextmanager
    def with_right_helpers(self) -> Iterator[None]:
        """Put the references in the place of the learner's helpers, for as long as the block runs."""
        answer = _plain(self.answer)
        space = answer.__globals__ if answer else {}
        before = {name: own for name, (_, own) in self.helpers.items()}
        space.update({name: _stand_in(one) for name, (one, _) in self.helpers.items()})
        try:
            yield
        finally:
            space.update(before)

    @cached_property
    def borrowed(self) -> str:
        """The name of bpkit's own version of this exercise, or of a checker's function, if the answer ran it."""
        ran = {code for one in self.outcomes for code in one.ran}
        twin = next((name for name, place in self.exercise.twins.items() if _code(place) in ran), "")
        return twin or ("the checker's own reference" if self.exercise.reference.__code__ in ran else "")

    @cached_property
    def has_open_blank(self) -> bool:
        """Whether the answer's source, where it can be read, has a ``...`` in the place of a statement or a value."""
        if isinstance(self.answer, FunctionType) and self.answer.__code__.co_code == EMPTY:
            return True
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.answer)))
        except (OSError, TypeError, SyntaxError):
            return False
        values = [getattr(node, "value", None) for node in ast.walk(tree) if isinstance(node, ast.stmt)]
        return any(isinstance(value, ast.Constant) and value.value is ... for value in values)

    def parameters(self) -> list[str]:
        """The names of the answer's own parameters, in their order, as far as they can be found out."""
        try:
            return list(inspect.signature(self.function).parameters)
        except (TypeError, ValueError):
            return []

    def signature_problem(self) -> str:
        """How the answer's parameters differ from the exercise's in number, or ""."""
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):
            return ""
        for place in range(len(self.exercise.cases)):
            try:
                signature.bind(*given(self.exercise, place, self.seed))
            except TypeError:
                names = [p.name for p in self.exercise.parameters]
                alone = names[:len(given(self.exercise, place, self.seed))]
                if alone != names and list(signature.parameters) == names:
                    return f"It is called with {', '.join(alone)} alone as well: {names[-1]} needs a default."
                wanted = ", ".join(names)
                mine = ", ".join(signature.parameters) or "no arguments"
                named = [p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
                if named and list(signature.parameters) == names:
                    return f"It takes {', '.join(named)} by name alone; it will be called with {wanted}, all by place."
                return f"It takes {mine}; it will be called with {wanted}."
        return ""


def _gradient_of_layer(leaf: str) -> int:
    """The layer of a gradient such as dW[2], or 0: a backward pass makes the last layer's first."""
    found = re.fullmatch(r"d\w+\[(\d+)\]", leaf)
    return int(found[1]) if found else 0


def _names(code: CodeType) -> set[str]:
    """All global names that ``code`` and the functions inside it read; bp.affine does not read an ``affine``."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    own = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return own.union(*map(_names, inner))


def _plain(value: Any) -> FunctionType | None:
    """The Python function that ``value`` is, or is wrapped around, as lru_cache does; else None."""
    try:
        inner = inspect.unwrap(value) if callable(value) else None
    except ValueError:  # wrapped around itself
        return None
    return inner if isinstance(inner, FunctionType) else None


def _stand_in(exercise: Exercise) -> Callable[..., Any]:
    return lambda *args: exercise(*args)


def _code(place: str) -> CodeType:
    """The code of bpkit's own function "module:name" or "module:object.name", under all its wrappings."""
    module, name = place.split(":")
    return inspect.unwrap(attrgetter(name)(import_module(module))).__code__
