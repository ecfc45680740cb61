"""Playing a learner's notebook in a kernel: cell by cell, watched, and after a death again without the killer.

nbval's RunningKernel starts and stops the kernel. What is added here is that a kernel that dies, hangs or floods is
noticed at once, and that the cells behind it still get their turn.
"""

from __future__ import annotations

import ast
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

from .overlay import Step

PACKAGE = str(Path(__file__).parents[2])
DESK = f"__import__('{__package__}.desk', fromlist=['desk'])"
SECONDS = 60
LISTEN, LAST_WORDS, KEPT = 0.2, 3.0, 200_000


class Ran(NamedTuple):
    """What a cell did: ``state`` ok, error, timeout or died; its lines of output, its exception, its value if asked."""

    state: str
    lines: tuple[str, ...] = ()
    error: str = ""
    value: str = ""


@dataclass
class Player:
    """The steps of one notebook and a kernel that plays them, each once, in order."""

    steps: list[Step]
    start: Callable[[], Any]
    seconds: float
    kernel: Any = None
    ran: dict[int, Ran] = field(default_factory=dict)
    killers: set[int] = field(default_factory=set)

    def play_to(self, place: int) -> Ran:
        """Run every step up to ``place`` that has not run yet, and return what that step did."""
        for i in range(place + 1):
            if i not in self.ran:
                self.ran[i] = self._play(i)
        return self.ran[place]

    def _play(self, i: int) -> Ran:
        self._wake()
        done = self._run(self.steps[i])
        if self.kernel is None:
            self.killers.add(i)
        return done

    def _wake(self) -> None:
        """Have a kernel: a new one replays what had run, without the steps that ended a kernel or ran out of time."""
        if self.kernel is not None and not self.kernel.is_alive():  # the step before left it dying
            self.killers.add(max(self.ran.keys() - self.killers, default=0))
            self.stop()
        while self.kernel is None:
            self.kernel = self.start()
            self._execute(f"{DESK}.open_desk()", 60)
            for i in sorted(self.ran.keys() - self.killers):
                if not self.steps[i].judges and self.ran[i].state != "timeout":
                    self._run(self.steps[i])
                if self.kernel is None:
                    self.killers.add(i)
                    break

    def _run(self, step: Step) -> Ran:
        if step.judges:
            return self._execute("", self.seconds, f"{DESK}.sit({step.source!r})")
        return self._execute(step.source, self.seconds)

    def _execute(self, source: str, seconds: float, expression: str = "") -> Ran:
        """Run ``source`` and listen until it is done, dead or out of time; a kernel that does not listen is ended."""
        client = self.kernel.kc
        ask = {"value": expression} if expression else None
        message = client.execute(source, store_history=False, allow_stdin=False, stop_on_error=False,
                                 user_expressions=ask)
        ear = Ear(message)
        end, interrupted = time.monotonic() + seconds, False
        while not ear.idle:
            if not self.kernel.is_alive():
                self.stop()
                return Ran("died", tuple(ear.lines))
            if time.monotonic() > end:
                if interrupted:
                    self.stop()
                    return Ran("timeout", tuple(ear.lines))
                self.kernel.interrupt()
                end, interrupted = time.monotonic() + LAST_WORDS, True
            try:
                ear.hear(client.get_iopub_msg(timeout=LISTEN))
            except Empty:
                continue
        value = self._value(message) if expression and not interrupted else ""
        return Ran("timeout" if interrupted else "error" if ear.error else "ok", tuple(ear.lines), ear.error, value)

    def _value(self, message: str) -> str:
        while True:
            try:
                reply = self.kernel.kc.get_shell_msg(timeout=LAST_WORDS)
            except Empty:
                return ""
            if reply["parent_header"].get("msg_id") == message:
                told = reply["content"].get("user_expressions", {}).get("value", {})
                failed = f"failed: {told.get('ename', '')}: {told.get('evalue', '')}"
                return str(told.get("data", {}).get("text/plain", "")) or failed.rstrip(": ")

    def stop(self) -> None:
        """End the kernel, whatever it does."""
        if self.kernel is not None:
            self.kernel.stop()
            self.kernel = None


class Ear:
    """What is heard of one execution: lines of output, the exception, and whether it is over."""

    def __init__(self, message: str) -> None:
        self.message, self.idle, self.error = message, False, ""
        self.parts: list[str] = []

    def hear(self, message: Any) -> None:
        """Take in one message of the kernel's; of a flood only the beginning is kept."""
        if message["parent_header"].get("msg_id") != self.message:
            return
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            self.idle = content["execution_state"] == "idle"
        elif kind == "error":
            self.error = f"{content['ename']}: {content['evalue']}"
        elif kind == "stream" and content["name"] == "stdout":
            self._keep(content["text"])
        elif kind in ("execute_result", "display_data"):
            self._keep("\n" * bool(self.parts and not self.parts[-1].endswith("\n")) + shown(content["data"]) + "\n")

    def _keep(self, text: str) -> None:
        room = KEPT - sum(map(len, self.parts))
        self.parts.append(text[:max(room, 0)])

    @property
    def lines(self) -> list[str]:
        """The lines heard, without empty ones."""
        return [line.rstrip() for line in "".join(self.parts).splitlines() if line.strip()]


def shown(data: dict[str, Any]) -> str:
    """The text of a displayed object: of a picture or a widget, its numbers in words."""
    text = data.get("text/plain", "")
    return "".join(text) if isinstance(text, list) else str(text)


def verdict_of(ran: Ran) -> dict[str, Any]:
    """The verdict that the desk sent, or {} where none came."""
    try:
        return dict(json.loads(ast.literal_eval(ran.value)))
    except (ValueError, SyntaxError, TypeError):
        return {}


@contextmanager
def same_bpkit() -> Iterator[None]:
    """Let kernels that start inside the block import this very bpkit."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PACKAGE, before]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
