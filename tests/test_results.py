"""The words of results: what stands where an answer is missed, what ended a check, and no more than a table takes."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bpkit.exercises import check, guard
from bpkit.exercises.examine import Row, examine
from bpkit.exercises.overlay import Step
from bpkit.exercises.player import Player, Ran
from bpkit.exercises.results import LINES, WIDTH, Result, of_exercise, printable

spec = importlib.util.spec_from_file_location("hostile_notebooks", Path(__file__).parent / "hostile" / "notebooks.py")
assert spec and spec.loader
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)
chapter = notebooks.chapter
RIGHT = chapter.RIGHT["5.2"]
CHECK = {"exercise": "5.2", "role": "check"}


def judged(source: str, *more: Step, value: str = "") -> Result:
    """The result of 5.2, whose answer cell reads ``source`` and defines nothing."""
    steps = [*more, Step(source, ("5.2",)), Step(chapter.CHECK["5.2"], ("5.2",), CHECK)]
    missing = repr(json.dumps({"missing": "hidden_delta"}))
    player = Player(steps, lambda: None, 1)
    player.ran = dict.fromkeys(range(len(steps) - 1), Ran("ok")) | {len(steps) - 1: Ran("ok", value=value or missing)}
    return of_exercise(player, len(steps) - 1)


# --- an answer that is written, but not there


@pytest.mark.parametrize(("source", "words"), [
    (f"%%timeit\n{RIGHT}", "begins with %%timeit"),
    (RIGHT.replace("hidden_delta", "hidden_dleta"), "hidden_dleta is: is that hidden_delta"),
    (RIGHT.replace("hidden_delta", "step_back"), "step_back is: is that hidden_delta"),
    (RIGHT.replace("hidden_delta", "back") + "\nz = 1", "back is: is that hidden_delta"),
    ("step = lambda W, d, z, f: (W.T @ d) * f.prime(z)", "step is: is that hidden_delta"),
    ("# " + RIGHT.replace("\n", "\n# "), "in a comment"),
    (f"{RIGHT}\ndel hidden_delta", "deleted again"),
])
def test_what_stands_in_the_place_of_an_answer_is_named_and_no_reset_is_advised(source: str, words: str) -> None:
    found = judged(source)
    assert (found.state, found.kind) == ("wrong", "missing")
    assert words in found.message and "reset" not in found.message


def test_the_name_that_an_edited_check_hands_over_is_named() -> None:
    own = Step("step_back = 1\nhidden_deltas = 2"), Step('bp.check("5.2", step_back)')
    assert "step_back is: is that hidden_delta" in judged("", *own).message


def test_the_function_of_another_exercise_is_not_taken_for_the_answer() -> None:
    other = Step("def hidden_deltas(): ..."), Step('bp.check("5.3", hidden_deltas)', ("5.3",), CHECK | {"exercise": "5.3"})
    found = judged("", *other)
    assert found.state == "todo"
    assert "text cell" in found.message and "bpkit reset --exercise 5.2" in found.message


def states(rows: tuple[Row, ...]) -> list[str]:
    return [row.state for row in rows if row.number]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "state"), [
    (f"%%timeit -n1 -r1\n{RIGHT}", "wrong"), (RIGHT.replace("f):", "f)"), "error"), ("", "todo")])
def test_what_uses_a_function_that_is_not_there_waits_for_it(source: str, state: str, tmp_path: Path) -> None:
    expected = chapter.write_record(tmp_path)
    path = tmp_path / "05_hidden_deltas.ipynb"
    path.write_bytes(notebooks.written(chapter.solved(_5_2=source)))
    assert states(examine(path, chapter.record(), expected, 10).rows) == ["ok", state, "waits"]


def all_deltas(**more: Any) -> Any:
    space: dict[str, Any] = {"__name__": "lesson"} | more
    exec(chapter.RIGHT["5.3"], space)
    return space["all_deltas"]


def test_a_name_of_an_earlier_exercise_of_the_chapter_is_waited_for() -> None:
    verdict = check("5.3", all_deltas())
    assert (verdict.status, verdict.kind) == ("waiting", "helper_waiting")
    assert "hidden_delta, which is not there yet" in verdict.message and "5.2" in verdict.question


def test_any_other_name_that_is_not_there_is_an_error() -> None:
    space: dict[str, Any] = {"__name__": "lesson"}
    for name in ("hidden_dleta", "affine"):
        exec(chapter.RIGHT["5.3"].replace("hidden_delta", name), space)
        assert check("5.3", space["all_deltas"]).kind == "error"


def test_a_wrapped_helper_is_the_learners_own_too() -> None:
    space: dict[str, Any] = {}
    exec(RIGHT, space)
    verdict = check("5.3", all_deltas(hidden_delta=functools.lru_cache(space["hidden_delta"])))
    assert verdict.kind == "carried_forward" and "hidden_delta (5.2)" in verdict.message


def test_a_wrapped_answer_is_judged_with_its_helpers() -> None:
    inner = all_deltas(hidden_delta=lambda W, d, z, f: (W @ d) * f.prime(z))

    @functools.wraps(inner)
    def timed(*args: Any) -> Any:
        return inner(*args)

    assert check("5.3", timed).kind == "carried_forward"


# --- words that a table can take


def test_a_flood_is_cut_and_nothing_in_it_moves_the_cursor() -> None:
    said = printable("\x1b[2K\x1b[1G5.2 ok\x07\u202e\n" + "x" * 10**6 + "\n" * 3 + "y\n" * 99)
    first, second, *_, last = lines = said.splitlines()
    assert first == "5.2 ok"
    assert len(second) == WIDTH and second.endswith("x…")
    assert len(lines) == LINES and last == "…"


def test_half_of_a_letter_can_be_printed() -> None:
    Result("error", f"It stops with ValueError: {chr(0xd800)}").message.encode()


def test_the_text_of_a_verdict_is_cut_as_well() -> None:
    told = Result("error", "short", verdict={"text": "\x1b[1A" + "x" * 10**6, "kind": "error"}).verdict
    assert len(told["text"]) == WIDTH and told["kind"] == "error"


def test_what_every_notebook_prints_stays_as_it_is() -> None:
    words = "δ is 0.5, “wanted” 1.0\n\ttwo — lines 😀"
    assert printable(words) == words


@pytest.mark.parametrize(("value", "words"), [
    ("failed: KeyboardInterrupt", "KeyboardInterrupt, which ends the check"),
    ("failed: TimeUp", "has no end, a generator"), ("failed: MemoryError: Unable", "has no end, a generator"),
    ("failed: OSError: gone", "could not run. OSError: gone"), ("failed", "The check could not run."),
])
def test_what_ended_a_check_is_named(value: str, words: str) -> None:
    found = judged(RIGHT, value=value)
    assert found.state == "error" and words in found.message


@pytest.mark.parametrize(("told", "value"), [
    ({"ename": "KeyboardInterrupt", "evalue": ""}, "failed: KeyboardInterrupt"),
    ({"ename": "OSError", "evalue": "gone"}, "failed: OSError: gone"), ({}, "failed")])
def test_the_player_hands_on_the_type_of_what_failed(told: dict[str, str], value: str) -> None:
    reply = {"parent_header": {"msg_id": "mine"}, "content": {"user_expressions": {"value": told}}}
    player = Player([], lambda: None, 1)
    player.kernel = SimpleNamespace(kc=SimpleNamespace(get_shell_msg=lambda timeout: reply))
    assert player._value("mine") == value


def test_arguments_by_name_alone_are_told_that_they_come_by_place() -> None:
    def hidden_delta(W_next: Any, *, delta_next: Any, z: Any, f: Any) -> Any: ...

    message = check("5.2", hidden_delta).message
    assert message == ("It takes delta_next, z, f by name alone; "
                       "it will be called with W_next, delta_next, z, f, all by place.")


# --- what happens around an answer


def test_a_folder_that_is_gone_is_no_mistake_of_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    gone = tempfile.mkdtemp()
    os.chdir(gone)
    os.rmdir(gone)
    assert guard.call(lambda: 1, ()).value == 1
    os.chdir(tmp_path)
    assert guard.call(lambda: os.chdir("/"), ()).failure is None
    assert Path.cwd() == tmp_path


def test_a_step_that_ran_out_of_time_is_not_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []
    kernel = SimpleNamespace(is_alive=lambda: True, stop=lambda: None)
    player = Player([Step("x = 1"), Step("while True: pass"), Step("y = 2")], lambda: kernel, 1)
    player.ran = {0: Ran("ok"), 1: Ran("timeout")}
    monkeypatch.setattr(player, "_execute", lambda source, *more: played.append(source) or Ran("ok"))
    player.play_to(2)
    assert played[1:] == ["x = 1", "y = 2"]
