"""What came of a learner's notebook: one result for each exercise, and one for each cell of the course.

States of an exercise: ok, todo (not written yet), wrong (with the mistake), error, timeout, died, waits (for another
exercise), broken (the file cannot be read). A cell of the course is ok, waits, differs (yours, where a cell of the
learner's may be the reason), or shares the fate of its kernel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .overlay import Step
from .player import Player, Ran, shown, verdict_of

STATES = ("ok", "todo", "wrong", "error", "timeout", "died", "waits", "broken")
FAILED = ("wrong", "error", "timeout", "died", "broken", "differs")


@dataclass(frozen=True)
class Result:
    """The state of one exercise, or of one cell of the course; a message, and the name of the mistake."""

    state: str
    message: str = ""
    kind: str = ""
    question: str = ""
    verdict: dict[str, Any] = field(default_factory=dict)


def of_exercise(player: Player, place: int) -> Result:
    """The result of the exercise that step ``place`` judges."""
    number = player.steps[place].judges
    ran = player.play_to(place)
    verdict = verdict_of(ran)
    if ran.state in ("died", "timeout"):
        return _ended(ran.state, "the function")
    if not verdict:
        return Result("error", f"The check could not run. {ran.value}".strip())
    if "missing" in verdict:
        return _missing(player, number, place)
    state = {"correct": "ok", "waiting": "todo"}.get(verdict["status"], "wrong")
    by_kind = {"helper_waiting": "waits", "carried_forward": "waits", "timeout": "timeout", "error": "error"}
    kind = verdict["kind"]
    return Result(by_kind.get(kind, state), verdict["message"], kind, verdict["question"], verdict)


def _missing(player: Player, number: str, place: int) -> Result:
    """The function is not there: because its cell failed, or because nobody wrote it."""
    for i, step in enumerate(player.steps[:place]):
        ran = player.ran[i]
        if number in step.exercises and not step.judges:
            if i in player.killers or ran.state == "timeout":
                return _ended("timeout" if ran.state == "timeout" else "died", "its cell")
            if ran.state == "error":
                return Result("error", f"Its cell stops with {ran.error}", "error")
    return Result("todo", f"It is not there yet. bpkit reset --exercise {number} puts its blank back.", "missing")


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
