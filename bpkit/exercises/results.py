"""What came of a learner's notebook: one result for each exercise, and one for each cell of the course.

States of an exercise: ok, todo (not written yet), wrong (with the mistake), error, timeout, died, waits (for another
exercise), broken (the file cannot be read). A cell of the course is ok, waits, differs (yours, where a cell of the
learner's may be the reason), or shares the fate of its kernel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from .overlay import CHECKS, DEFINES, Cell, Step
from .player import Player, Ran, shown, verdict_of

STATES = ("ok", "todo", "wrong", "error", "timeout", "died", "waits", "broken")
FAILED = ("wrong", "error", "timeout", "died", "broken", "differs")
WIDTH, LINES = 300, 12
UNPRINTABLE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
ENDED = {
    "KeyboardInterrupt": "It stops with KeyboardInterrupt, which ends the check as well.",
    "MemoryError": "It fills the memory: is something made there that has no end, a generator or a chain of calls?",
    "TimeUp": "It was stopped: is something made there that has no end, a generator or a chain of calls?",
}


@dataclass(frozen=True)
class Result:
    """The state of one exercise, or of one cell of the course; a message, and the name of the mistake.

    Whatever a learner's exception brought into the words is cut short, and cannot move the cursor.
    """

    state: str
    message: str = ""
    kind: str = ""
    question: str = ""
    verdict: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", printable(self.message))
        if "text" in self.verdict:
            object.__setattr__(self, "verdict", self.verdict | {"text": printable(self.verdict["text"], 2 * LINES)})


def printable(text: str, most: int = LINES) -> str:
    """``text`` in ``most`` lines that a table and a terminal can take, without control characters and half letters."""
    lines = [line if len(line) <= WIDTH else line[:WIDTH - 1] + "…"
             for line in (UNPRINTABLE.sub("", line) for line in text.splitlines())]
    kept = lines if len(lines) <= most else [*lines[:most - 1], "…"]
    return "\n".join(kept).encode("utf-8", "replace").decode()


def of_exercise(player: Player, place: int) -> Result:
    """The result of the exercise that step ``place`` judges."""
    number = player.steps[place].judges
    ran = player.play_to(place)
    verdict = verdict_of(ran)
    if ran.state in ("died", "timeout"):
        return _ended(ran.state, "the function")
    if not verdict:
        said = ran.value.removeprefix("failed").lstrip(": ")
        return Result("error", ENDED.get(said.split(":")[0], f"The check could not run. {said}".strip()), "error")
    if "missing" in verdict:
        return _missing(player, number, place, verdict["missing"])
    state = {"correct": "ok", "waiting": "todo"}.get(verdict["status"], "wrong")
    by_kind = {"helper_waiting": "waits", "carried_forward": "waits", "timeout": "timeout", "error": "error"}
    kind = verdict["kind"]
    return Result(by_kind.get(kind, state), verdict["message"], kind, verdict["question"], verdict)


def _missing(player: Player, number: str, place: int, name: str) -> Result:
    """The function is not there: its cell failed, or hides it, or it has another name, or nobody wrote it."""
    for i, step in enumerate(player.steps[:place]):
        ran = player.ran[i]
        if number in step.exercises and not step.judges:
            if i in player.killers or ran.state == "timeout":
                return _ended("timeout" if ran.state == "timeout" else "died", "its cell")
            if ran.state == "error":
                return Result("error", f"Its cell stops with {ran.error}", "error")
    if found := _elsewhere(player.steps, number, name):
        return Result("wrong", found, "missing")
    return Result("todo", f"No code cell has {name}. If it stands in a text cell, make that a code cell; if it stands "
                  f"nowhere, bpkit reset --exercise {number} puts its blank back.", "missing")


def _elsewhere(steps: list[Step], number: str, name: str) -> str:
    """Where ``name`` stands though no cell has defined it, or what stands there in its place, or ""."""
    for step in steps:
        if not step.lesson and re.search(rf"\b(def|class)\s+{name}\b|\b{name}\s*=(?!=)", step.source):
            if magic := re.match(r"\s*(%%\w+)", step.source):
                return f"{name} stands in a cell that begins with {magic[1]}, which keeps its names to itself."
            return (f"{name} stands in a cell, but is not there where the check looks for it: is it in a comment, "
                    "inside another function, or deleted again?")
    theirs = {called[2] for step in steps if step.judges and (called := CHECKS.search(step.source))}
    own = [step for step in steps if not step.lesson]
    defined = {one for step in own for one in Cell(step.source).defines} - theirs
    checked = {called[2] for step in own if (called := CHECKS.search(step.source)) and called[1] == number}
    pairs = [pair for step in own if number in step.exercises for pair in DEFINES.findall(step.source)]
    functions, values = ([pair[k] for pair in pairs if pair[k] in defined] for k in (0, 1))
    for names in (sorted(checked & defined), get_close_matches(name, sorted(defined), 1), functions, values):
        if names:
            return f"{name} is not there, but {names[-1]} is: is that {name} under another name?"
    return ""


def _ended(state: str, who: str) -> Result:
    words = {"timeout": f"Time is up: {who} was still running.", "died": f"The kernel died while {who} ran."}
    return Result(state, words[state], state)


def of_lesson(player: Player, place: int, right: set[str], wrong: set[str]) -> Result:
    """The result of a cell of the course; ``right`` and ``wrong`` are the exercises judged so far."""
    step = player.steps[place]
    lesson = step.lesson or {}
    ran = player.play_to(place)
    tags = lesson.get("tags", [])
    if waiting := [number for number in lesson.get("needs", []) if number not in right]:
        return Result("waits", f"It needs exercise {', '.join(waiting)}.")
    if "nbval-skip" in tags:
        return Result("ok")
    if ran.state in ("died", "timeout"):
        return _ended(ran.state, "this cell")
    failed = ran.state == "error" and "raises-exception" not in tags
    if not failed and ("nbval-ignore-output" in tags or follows(expected_lines(lesson), ran.lines)):
        return Result("ok")
    words = f"It stops with {ran.error}" if failed else first_difference(expected_lines(lesson), ran)
    if wrong or any(_own(before) for before in player.steps[:place]):
        return Result("yours", f"{words} (a cell of yours above may be the reason)")
    return Result("differs", words)


def _own(step: Step) -> bool:
    return step.lesson is None and not step.exercises


def expected_lines(lesson: dict[str, Any]) -> list[str]:
    """The lines that the solved cell printed or showed, without pictures and widgets."""
    texts = [_text(output["text"]) if output["output_type"] == "stream" else shown(output.get("data", {}))
             for output in lesson.get("outputs", []) if output.get("name") != "stderr"]
    return [line.rstrip() for text in texts for line in text.splitlines() if line.strip()]


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def follows(wanted: list[str], lines: tuple[str, ...]) -> bool:
    """Whether all ``wanted`` lines are among ``lines`` in this order; other lines may stand between them."""
    rest = iter(lines)
    return all(any(line == want for line in rest) for want in wanted)


def first_difference(wanted: list[str], ran: Ran) -> str:
    """The first expected line that did not come."""
    rest = iter(ran.lines)
    missing = next((want for want in wanted if not any(line == want for line in rest)), "")
    return f"It should show: {missing}"
