"""Running a function that may do anything: loop, print, ask, change its arguments, leave by sys.exit.

Nothing that it does reaches the lesson. Its prints are caught, its arguments are copies, its questions are refused and
a loop without end is cut off; what remains is in the returned ``Call``. Off the main thread and on Windows there is no
cut-off; there the notebook's own time limit serves.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from .maths import np

SECONDS = 5.0


class TimeUp(BaseException):
    """The function has had its seconds. Not an Exception, so that the function's own ``except`` does not stop it."""


class AskedForInput(Exception):
    """The function called input()."""

    def __str__(self) -> str:
        return "it asks for input(); everything it needs comes in through its arguments"


@dataclass(frozen=True)
class Call:
    """What one call did: its value or its failure, the first warning, the arguments changed, and the code that ran.

    ``drew`` whether a random generator among the arguments has moved on.
    """

    value: Any = None
    failure: BaseException | None = None
    warning: str = ""
    changed: tuple[int, ...] = ()
    ran: frozenset[CodeType] = frozenset()
    drew: bool = False


class Nowhere(io.TextIOBase):
    """A stream that forgets what is written to it."""

    def write(self, text: str) -> int:
        """Take ``text`` and keep nothing."""
        return len(text)


def call(function: Callable[..., Any], args: tuple[Any, ...], watch: bool = False) -> Call:
    """Call ``function`` with copies of ``args``, for SECONDS at most; KeyboardInterrupt alone comes through."""
    given = clone(args)
    value, failure = None, None
    ran: set[CodeType] = set()
    with quiet() as seen, limit(SECONDS), watching(ran if watch else None):
        try:
            value = function(*given)
            if hasattr(value, "__next__"):
                value = list(value)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failure = error
    changed = tuple(i for i, (mine, theirs) in enumerate(zip(args, given, strict=True)) if not alike(mine, theirs))
    warning = next((str(w.message) for w in seen if issubclass(w.category, RuntimeWarning)), "")
    drew = any(_state(mine) != _state(theirs) for mine, theirs in zip(args, given, strict=True))
    return Call(value, failure, warning, changed, frozenset(ran), drew)


def _state(value: Any) -> Any:
    return value.bit_generator.state if isinstance(value, np.random.Generator) else None


@contextlib.contextmanager
def quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Catch prints, warnings and questions, and put folder, NumPy's error state and streams back as they were."""
    folder, ask = "", builtins.input
    with contextlib.suppress(OSError):  # the folder may be deleted, before or inside the block
        folder = os.getcwd()
    builtins.input = _refuse
    try:
        with (contextlib.redirect_stdout(Nowhere()), contextlib.redirect_stderr(Nowhere()),
              np.errstate(all="warn", under="ignore"), warnings.catch_warnings(record=True) as seen):
            warnings.simplefilter("always")
            yield seen
    finally:
        builtins.input = ask
        with contextlib.suppress(OSError):
            os.chdir(folder)


def _refuse(*prompt: object) -> str:
    raise AskedForInput


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp inside the block after ``seconds``, and again every tenth of a second until it listens."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    running = [True]

    def stop(*_: object) -> None:
        if running:
            raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    finally:
        running.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def watching(ran: set[CodeType] | None) -> Iterator[None]:
    """Collect the code of every Python function that is called inside the block."""
    if ran is None:
        yield
        return
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: ran.add(frame.f_code) if event == "call" else None)
    try:
        yield
    finally:
        sys.setprofile(before if callable(before) else None)  # cProfile's own cannot be put back


def clone(value: Any) -> Any:
    """A copy that shares no array, list, dict or generator with ``value``."""
    if isinstance(value, np.ndarray):
        return np.array(value)
    if isinstance(value, (tuple, list)):
        return type(value)(clone(v) for v in value)
    if isinstance(value, dict):
        return {k: clone(v) for k, v in value.items()}
    if isinstance(value, np.random.Generator):
        bits = type(value.bit_generator)(0)
        bits.state = value.bit_generator.state
        return np.random.Generator(bits)
    return value


def alike(one: Any, other: Any) -> bool:
    """Whether two arguments still hold the same numbers; a generator may move on."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and bool(np.array_equal(one, other, equal_nan=True))
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(alike(one[k], other[k]) for k in one)
    return True
