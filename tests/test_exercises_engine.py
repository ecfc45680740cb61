"""The engine: what a check says of every kind of answer, and that nothing an answer does reaches the lesson."""

from __future__ import annotations

import builtins
import contextlib
import cProfile
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import bpkit as bp
from bpkit.exercises import NotYet, check, guard, hint
from bpkit.exercises import ch05_hidden_deltas as chapter
from bpkit.exercises.checks import judge
from bpkit.exercises.declare import Exercise, Unless, find, parse, read_flaws
from bpkit.shapes import BadInput


def right(W_next, delta_next, z, f):
    return (W_next.T @ delta_next) * f.prime(z)


def not_transposed(W_next, delta_next, z, f):
    return (W_next @ delta_next) * f.prime(z)


def changed(change: Callable) -> Callable:
    return lambda *args: change(right(*args))


# --- what a check says


def test_a_right_answer_prints_one_line() -> None:
    assert repr(check("5.2", right)) == "5.2 correct: hidden_delta, 7 of 7 cases"
    assert check("5.2", right)._repr_html_().count("<div") == 1


def test_a_number_may_be_given_as_a_number() -> None:
    assert check(5.2, right) == check("5.2", right)


def test_a_known_mistake_is_named_with_its_numbers_a_question_and_the_way_on() -> None:
    verdict = check("5.2", not_transposed)
    assert (verdict.status, verdict.kind) == ("not_yet", "missing_transpose")
    lines = repr(verdict).splitlines()
    assert lines[0] == "5.2 not yet: hidden_delta, 0 of 7 cases"
    assert lines[1].strip() == "Your result equals the answer with W_next taken as it stands."
    assert lines[2].startswith("  first wrong entry, sizes all equal: delta[0, 0] is ")
    assert lines[-1].strip() == 'Stuck? bp.hint("5.2")'
    assert "chapter 5" in lines[-2]


def test_two_mistakes_at_once_are_both_named() -> None:
    verdict = check("5.2", lambda W, d, z, f: -(W.T @ d) * f.prime(f(z)))
    assert verdict.kind == "slope_at_a+sign"


def stub(W_next, delta_next, z, f): ...


def half_a_stub(W_next, delta_next, z, f):
    back = W_next.T @ delta_next
    gate = ...
    return back * gate


def stub_that_falls_through(W_next, delta_next, z, f):
    delta = np.zeros_like(z)
    ...  # noqa: PIE790  (the blank of a stub)
    return delta


@pytest.mark.parametrize("answer", [..., stub, half_a_stub, stub_that_falls_through, lambda *a: ...])
def test_a_blank_waits_and_is_not_wrong(answer: object) -> None:
    verdict = check("5.2", answer)
    assert (verdict.status, verdict.kind) == ("waiting", "blank"), verdict


def test_open_blanks_are_named_one_by_one() -> None:
    verdict = check("0.1", lambda x, w, y: (w * x, 0.5, 0.1, ..., ...))
    assert verdict.message == "delta is still blank."


KINDS: dict[str, object] = {
    "none": lambda *a: print(a),
    "function": lambda W, d, z, f: f.prime,
    "matrix": changed(np.matrix),
    "objects": lambda *a: "a text" and [["a"]],
    "ragged": lambda *a: [[1.0], [1.0, 2.0]],
    "other_arguments": lambda W, d: W,
    "not_a_function": np.ones((3, 3)),
    "borrowed": lambda *a: bp.hidden_delta(*a),
    "transposed": changed(np.transpose),
    "reshaped": changed(np.ravel),
    "wrong_shape": changed(lambda delta: delta[:1]),
    "nan": changed(lambda delta: delta + np.nan),
    "integers": changed(np.trunc),
    "factor": changed(lambda delta: 2 * delta),
    "some_cases": changed(lambda delta: delta if delta.shape[1] > 1 else delta + 1),
    "other": changed(lambda delta: delta + 1),
    "error": lambda *a: 1 / 0,
    "sizes_do_not_fit": lambda W, d, z, f: right(W, d, z, f) + np.zeros((4, 5)),
    "keeps_state": changed(lambda delta: delta * np.random.default_rng().random()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_wrong_answer_has_its_own_name(kind: str) -> None:
    verdict = check("5.2", KINDS[kind])
    assert (verdict.status, verdict.kind) == ("not_yet", kind), verdict
    assert verdict.message and verdict.question.endswith(("?", ".")), verdict


def test_a_factor_that_is_a_size_of_the_case_is_called_by_its_letter() -> None:
    verdict = check("5.2", lambda W, d, z, f: right(W, d, z, f) * z.shape[1])
    assert "N times" in verdict.message


def test_an_argument_that_is_written_into_is_named() -> None:
    def greedy(W_next, delta_next, z, f):
        delta_next *= 2
        return right(W_next, delta_next / 2, z, f)

    verdict = check("5.2", greedy)
    assert verdict.kind == "changes_arguments"
    assert "delta_next" in verdict.message


def test_an_unnamed_mistake_shows_both_numbers_and_what_differences_say() -> None:
    verdict = check("6.1", lambda delta, a: delta @ a.T + 1)
    assert verdict.kind == "other"
    assert [name for name, _ in verdict.rows] == ["first wrong entry, whole numbers", "by differences"]
    assert "entries are right" in verdict.message


def test_keys_that_are_not_asked_for_are_said() -> None:
    verdict = check("5.3", lambda W, f, z, d: {**find("5.3")(W, f, z, d), 0: 1.0})
    assert "delta[0] not asked for" in verdict.message or verdict.kind == "borrowed"
    own = check("5.3", lambda W, f, z, d: {0: d})
    assert own.kind == "wrong_keys"


# --- helpers


HELPERS = """
def all_deltas(W, f, z, delta_out):
    delta = {len(W): delta_out}
    for l in range(len(W) - 1, 0, -1):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], f[l])
    return delta
"""


def with_helper(helper: str) -> Callable:
    space: dict = {"__name__": "lesson"}
    exec(f"def hidden_delta(W_next, delta_next, z, f):\n    return {helper}\n{HELPERS}", space)
    return space["all_deltas"]


def test_an_answer_that_is_wrong_only_through_its_helper_is_told_so() -> None:
    verdict = check("5.3", with_helper("W_next.T @ delta_next"))
    assert verdict.kind == "carried_forward"
    assert "hidden_delta (5.2)" in verdict.message


def test_an_answer_whose_helper_is_blank_waits_for_it() -> None:
    verdict = check("5.3", with_helper("..."))
    assert (verdict.status, verdict.kind) == ("waiting", "helper_waiting")


def test_a_function_of_bpkit_is_not_taken_for_the_learners_own_of_the_same_name() -> None:
    space = with_helper("...").__globals__ | {"bp": bp}
    exec(HELPERS.replace("hidden_delta(", "-bp.hidden_delta("), space)
    assert check("5.3", space["all_deltas"]).kind == "sign"


def test_an_answer_with_a_right_helper_is_right_and_the_helper_stays_in_its_place() -> None:
    answer = with_helper("(W_next.T @ delta_next) * f.prime(z)")
    own = answer.__globals__["hidden_delta"]
    assert check("5.3", answer).status == "correct"
    assert answer.__globals__["hidden_delta"] is own


def test_an_answer_that_is_wrong_itself_is_not_excused_by_its_helper() -> None:
    answer = with_helper("W_next.T @ delta_next")
    answer.__globals__["range"] = lambda *a: []
    assert check("5.3", answer).kind != "carried_forward"


# --- borrowed


@pytest.mark.parametrize("answer", [bp.hidden_delta, chapter.hidden_delta, lambda *a: chapter.hidden_delta(*a),
                                    lambda *a: bp.backprop.hidden_delta.__wrapped__(*a)])
def test_bpkits_own_function_and_the_reference_are_no_answers(answer: Callable) -> None:
    assert check("5.2", answer).kind == "borrowed"


def test_other_functions_of_bpkit_may_be_used() -> None:
    assert check("5.2", lambda W, d, z, f: f.vjp(z, W.T @ d)).status == "correct"


# --- what an answer may do without harm


def test_prints_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    def loud(*args):
        print("loud")
        print("louder", file=sys.stderr)
        return right(*args)

    assert check("5.2", loud).status == "correct"
    assert capsys.readouterr() == ("", "")


def test_folder_numpy_warnings_and_input_are_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ask = builtins.input

    def wild(*args):
        os.chdir("/")
        np.seterr(all="raise")
        warnings.warn("mine", RuntimeWarning, stacklevel=1)
        return right(*args)

    before = np.geterr()
    assert check("5.2", wild).status == "correct"
    assert (Path.cwd(), np.geterr(), builtins.input) == (tmp_path, before, ask)
    assert "asks for input" in check("5.2", lambda *a: input("?")).message


def test_sys_exit_is_an_error_like_any_other() -> None:
    assert "SystemExit" in check("5.2", lambda *a: sys.exit(1)).message


def test_ctrl_c_still_stops_a_check() -> None:
    def interrupted(*args):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("5.2", interrupted)


def endless(*args):
    while True:
        with contextlib.suppress(Exception):
            sum(range(1000))


@pytest.mark.slow
def test_a_loop_without_end_is_cut_off_after_five_seconds() -> None:
    begin = time.monotonic()
    assert check("5.2", endless).kind == "timeout"
    assert 4 < time.monotonic() - begin < 12


def test_the_time_limit_leaves_no_alarm_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    monkeypatch.setattr(guard, "SECONDS", 0.05)
    done = guard.call(endless, ())
    assert isinstance(done.failure, guard.TimeUp)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_copies_share_nothing_with_the_arguments() -> None:
    given = {"W": {1: np.ones(3)}, "list": [np.zeros(2)]}
    copy = guard.clone(given)
    copy["W"][1][0], copy["list"][0][0] = 7, 7
    assert given["W"][1][0] == 1
    assert given["list"][0][0] == 0
    assert not guard.alike(given, copy)


@pytest.mark.parametrize("name", ["allclose", "array_equal", "abs", "exp"])
def test_a_replaced_function_of_numpy_does_not_help(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, name, lambda *a, **k: True)
    verdict = check("5.2", not_transposed)
    assert (verdict.status, verdict.kind) == ("not_yet", "numpy_replaced")
    assert f"numpy.{name}" in verdict.message


def test_a_verdict_takes_at_most_half_a_second() -> None:
    check("5.2", right)
    begin = time.process_time()
    check("5.2", changed(lambda delta: delta + 1))
    assert time.process_time() - begin < 0.5


# --- strictness, hints, unknown numbers


def test_under_strict_a_wrong_answer_raises_the_verdict_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPKIT_STRICT", "1")
    assert check("5.2", right).status == "correct"
    with pytest.raises(NotYet) as raised:
        check("5.2", not_transposed)
    assert raised.value._render_traceback_() == repr(raised.value.verdict).splitlines()
    with pytest.raises(NotYet):
        check("5.2", ...)


@pytest.mark.parametrize("watcher", [lambda *event: None, cProfile.Profile()])
def test_a_profiler_hides_no_borrowed_answer_and_breaks_no_check(watcher: object) -> None:
    try:
        watcher.enable() if isinstance(watcher, cProfile.Profile) else sys.setprofile(watcher)
        verdict = check("5.2", bp.hidden_delta)
    finally:
        watcher.disable() if isinstance(watcher, cProfile.Profile) else sys.setprofile(None)
    assert verdict.kind == "borrowed"


def test_a_check_without_an_answer_says_how_to_hand_one_over() -> None:
    verdict = check("5.2")
    assert verdict.kind == "no_answer" and 'bp.check("5.2", hidden_delta)' in verdict.question


def test_two_numbers_that_look_alike_are_written_with_the_digits_that_tell_them_apart() -> None:
    def nearly(W_next, delta_next, z, f):
        return right(W_next, delta_next, z, f) * (1 + 2e-6)

    _, words = check("5.2", nearly).rows[0]
    got, wanted = re.search(r"is (\S+), wanted (\S+), ratio 1\.00000", words).groups()
    assert got != wanted and got[:-1] == wanted[:-1]


def test_an_exercise_that_does_not_exist_is_said_with_the_nearest_one() -> None:
    verdict = check("5.22", right)
    assert verdict.kind == "unknown_exercise"
    assert "'5.2'" in verdict.question
    with pytest.raises(BadInput, match="22"):
        hint("5.22")


def test_hints_grow_and_ask_for_the_next() -> None:
    first, second = hint("5.2"), hint("5.2", 2)
    assert first.text != second.text
    assert 'more: bp.hint("5.2", 2)' in repr(first)
    assert "bp.hint" not in repr(hint("5.2", first.levels))
    assert "hidden_delta" in first._repr_html_()
    with pytest.raises(BadInput):
        hint("5.2", 0)


# --- declarations


def test_unless_is_right_unless_the_mistake_is_on_and_evaluates_only_what_is_chosen() -> None:
    assert Unless()(1, wrong=lambda: 1 / 0) == 1
    assert Unless({"wrong"})(lambda: 1 / 0, wrong=2) == 2
    assert Unless({"lazy"})(1, lazy=lambda: 3) == 3


def test_mistakes_of_one_place_exclude_each_other() -> None:
    one = find("5.2")
    assert ("slope_missing", "slope_at_a") not in one.pairs
    assert ("slope_at_a", "sign") in one.pairs


def test_a_mistake_that_is_not_declared_is_refused() -> None:
    with pytest.raises(BadInput, match="missing_transpose"):
        find("5.2")(*[np.ones((2, 2))] * 3, bp.tanh, mising_transpose=True)


def test_signatures_and_mistakes_are_read_as_they_are_written() -> None:
    assert [(p.name, p.letters) for p in parse("W (n, m), b (n, 1), eta")] == [
        ("W", ("n", "m")), ("b", ("n", "1")), ("eta", None)]
    flaws = read_flaws("""
        one: the first
            Is it
            this?
        two: the second
            Or that?
    """)
    assert flaws["one"] == ("the first", "Is it this?")
    assert list(flaws) == ["one", "two"]


def test_special_cases_are_fixed_and_ordinary_ones_follow_the_seed() -> None:
    from bpkit.exercises.behaviour import arguments

    one: Exercise = find("5.2")
    for case in one.cases:
        same = np.array_equal(arguments(one, case, 0)[0], arguments(one, case, 1)[0])
        assert same == case.fixed, case.tag


def test_the_verdict_is_the_same_every_time() -> None:
    assert [judge("5.2", not_transposed) for _ in range(3)] == [judge("5.2", not_transposed)] * 3


def test_importing_the_exercises_loads_no_chapter_and_nothing_heavy() -> None:
    code = ("import sys, bpkit.exercises; print([m for m in sys.modules if m.startswith('bpkit.exercises.ch0') or "
            "m.split('.')[0] in ('sympy', 'matplotlib', 'IPython', 'nbval', 'pytest', 'ipywidgets')])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
