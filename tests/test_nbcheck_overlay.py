"""The course laid over a learner's notebook: whose cell is whose, what is run and what is judged, and where."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from bpkit.exercises.course import taught_in
from bpkit.exercises.overlay import Broken, Cell, code_cells, lesson_of, match, plan, read
from bpkit.exercises.player import Ear, Ran, shown, verdict_of
from bpkit.exercises.results import expected_lines, first_difference, follows

spec = importlib.util.spec_from_file_location("hostile_notebooks", Path(__file__).parent / "hostile" / "notebooks.py")
assert spec and spec.loader
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)
chapter = notebooks.chapter
RECORD = chapter.record()


def steps(book: dict) -> list[str]:
    """The plan in short: exercises to judge as 5.2?, answers as 5.2!, cells of the course as lesson, others as own."""
    return [f"{s.judges}?" if s.judges else "".join(f"{n}!" for n in s.exercises) or ("lesson" if s.lesson else "own")
            for s in plan(list(code_cells(book)), RECORD)]


AS_GIVEN = ["lesson", "lesson", "5.1!", "5.1?", "5.2!", "5.2?", "lesson", "5.3!", "5.3?"]


def test_an_untouched_notebook_is_the_course_cell_by_cell() -> None:
    assert steps(chapter.notebook()) == AS_GIVEN
    assert steps(chapter.solved()) == AS_GIVEN


@pytest.mark.parametrize("name", ["no ids", "ids of another editor", "duplicate ids", "stale output"])
def test_cells_are_known_by_their_content_where_ids_are_lost(name: str) -> None:
    book, _ = notebooks.UNLUCKY[name]
    assert steps(book) == AS_GIVEN


def test_a_missing_check_is_put_back_behind_its_answer() -> None:
    book, _ = notebooks.UNLUCKY["checks deleted"]
    assert steps(book) == AS_GIVEN


def test_an_answer_below_its_check_is_judged_below_it() -> None:
    book, _ = notebooks.UNLUCKY["answers behind their checks"]
    assert steps(book) == ["lesson", "lesson", "5.1!", "5.1?", "5.2!", "5.2?", "lesson", "5.3!", "5.3?"]


def test_a_merged_notebook_is_run_once_and_judged_three_times() -> None:
    book, _ = notebooks.UNLUCKY["all in one cell"]
    assert steps(book) == ["5.1!5.2!5.3!", "5.1?", "5.2?", "5.3?"]


def test_an_edited_check_is_run_as_the_learners_own_and_the_courses_check_judges() -> None:
    book, _ = notebooks.HOSTILE["an edited check"]
    assert steps(book) == ["lesson", "lesson", "5.1!", "5.1?", "5.2!", "own", "5.2?", "lesson", "5.3!", "5.3?"]


def test_an_edited_cell_of_the_course_is_the_learners_own() -> None:
    book = chapter.changed(chapter.solved(), lambda b: b["cells"][1].update(source="import numpy as np\nimport math"))
    assert steps(book)[0] == "own"


def test_a_second_attempt_with_a_check_of_its_own_is_the_one_that_is_judged() -> None:
    again = [chapter.code(notebooks.chapter.RIGHT["5.2"]), chapter.code('bp.check("5.2", hidden_delta)')]
    book = chapter.changed(chapter.solved(_5_2=notebooks.WRONG_52), lambda b: b["cells"].extend(again))
    assert steps(book)[-3:] == ["5.2!", "own", "5.2?"]
    more = [*again, chapter.code('bp.check("5.2", hidden_delta)')]
    book = chapter.changed(chapter.solved(), lambda b: b["cells"].extend(more[1:]))  # looked at again, not written again
    assert steps(book).index("5.2?") < steps(book).index("5.3!")


def test_a_draft_above_the_answer_belongs_to_the_same_exercise() -> None:
    book, _ = notebooks.UNLUCKY["a draft before the answer"]
    assert steps(book).count("5.2!") == 2


def test_no_cell_of_the_course_is_found_twice() -> None:
    cells = [Cell(chapter.IMPORTS), Cell(chapter.IMPORTS)]
    assert len(match(cells, RECORD)) == 1


@pytest.mark.parametrize(("source", "names"), [
    ("def f(x):\n    y = 1\n    return y", {"f"}), ("class Value:\n    pass", {"Value"}), ('dL_dw = "x"', {"dL_dw"}),
    ("async def g(): pass", {"g"}), ("a: int = 1", {"a"}), ("a == b", set()), ("  f = 1", set())])
def test_what_a_cell_defines_is_read_from_its_top(source: str, names: set[str]) -> None:
    assert Cell(source).defines == names


@pytest.mark.parametrize(("source", "number"), [
    ('bp.check("5.2", hidden_delta)', "5.2"), ("check('10.1', f);", "10.1"), ("bp.check(5.2, f)", "5.2"),
    ("verdict = bp.check(\n    '5.2',\n    f)", "5.2"), ("bp.hint('5.2')", ""),
    ('bp.check("5.2",' + " " * 100_000 + "x", "5.2")])
def test_a_check_is_known_by_its_call(source: str, number: str) -> None:
    assert Cell(source).checks == number


# --- which chapter a file is


def write(path: Path, book: object) -> Path:
    path.write_text(json.dumps(book))
    return path


def test_a_notebook_is_known_by_name_then_by_metadata_then_by_its_cells(tmp_path: Path) -> None:
    folder = chapter.write_record(tmp_path)
    book = chapter.solved()
    bare = book | {"metadata": {}}
    assert lesson_of(write(tmp_path / "05_hidden_deltas.ipynb", {}), folder) == RECORD
    assert lesson_of(write(tmp_path / "copy of mine.ipynb", book), folder) == RECORD
    assert lesson_of(write(tmp_path / "colab.ipynb", bare), folder) == RECORD
    other = chapter.changed(bare, lambda b: b.update(cells=[chapter.code("1 + 1")]))
    assert lesson_of(write(tmp_path / "other.ipynb", other), folder) is None
    assert lesson_of(write(tmp_path / "list.ipynb", []), folder) is None


BROKEN = {
    "empty": "is empty", "cut off": "is cut off", "merge marks in the file": "marks of a git merge", "latin-1": "not UTF-8",
    "notebook format 5": "notebook format 5", "a list": "no notebook", "a cell without source": "has no source"}


@pytest.mark.parametrize("name", BROKEN)
def test_every_file_that_cannot_be_read_says_why(name: str, tmp_path: Path) -> None:
    book, _ = notebooks.UNLUCKY[name]
    path = tmp_path / "x.ipynb"
    path.write_bytes(book if isinstance(book, bytes) else notebooks.written(book))
    with pytest.raises(Broken, match=BROKEN[name]):
        read(path)


# --- what is heard and compared


def test_debug_prints_between_the_expected_lines_are_fine_and_their_order_is_not_free() -> None:
    assert follows(["a", "b"], ("a", "debug", "b", "more"))
    assert not follows(["a", "b"], ("b", "a"))
    assert first_difference(["a", "b"], Ran("ok", ("a",))) == "It should show: b"


def test_pictures_and_widgets_count_by_their_words_and_stderr_not_at_all() -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "..", "text/plain": "w = 0.8"}}
    widget = {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {}}}
    warning = {"output_type": "stream", "name": "stderr", "text": "w"}
    text = {"output_type": "execute_result", "data": {"text/plain": ["3.0\n", "4.0"]}}
    assert expected_lines({"outputs": [picture, widget, warning, text]}) == ["w = 0.8", "3.0", "4.0"]
    assert shown(widget["data"]) == ""


def message(kind: str, parent: str = "mine", **content: object) -> dict:
    return {"parent_header": {"msg_id": parent}, "msg_type": kind, "content": content}


def test_an_ear_hears_its_own_cell_only_and_keeps_the_beginning_of_a_flood() -> None:
    ear = Ear("mine")
    ear.hear(message("stream", name="stdout", text="one\n"))
    ear.hear(message("stream", "theirs", name="stdout", text="two\n"))
    ear.hear(message("execute_result", data={"text/plain": "3.0"}))
    for _ in range(50):
        ear.hear(message("stream", name="stdout", text="x" * 10_000))
    ear.hear(message("status", execution_state="idle"))
    assert ear.lines[:2] == ["one", "3.0"]
    assert sum(map(len, ear.lines)) <= 200_000
    assert ear.idle


def test_a_verdict_that_is_no_json_is_no_verdict() -> None:
    assert verdict_of(Ran("ok", value="failed: x")) == {}
    assert verdict_of(Ran("ok", value=repr(json.dumps({"status": "correct"})))) == {"status": "correct"}


def test_the_part_of_the_lesson_is_the_tagged_cell_or_the_last_heading_above(tmp_path: Path) -> None:
    folder = chapter.write_record(tmp_path)
    assert taught_in("5.2", folder) == "chapter 5, “Hidden deltas”"
    worked = chapter.changed(RECORD, lambda r: r["cells"].insert(
        next(i for i, cell in enumerate(r["cells"]) if cell["exercise"] == "5.2"),
        {**r["cells"][1], "cell_type": "code", "exercise": "", "tags": []}))
    (third := tmp_path / "third").mkdir()
    (third / "05.json").write_text(json.dumps(worked))
    assert taught_in("5.2", third) == "chapter 5, “Exercise 5.2”"
    assert taught_in("7.1", folder) == "chapter 7"
    tagged = chapter.changed(RECORD, lambda r: r["cells"][1].update(tags=["worked-5-2"]))
    (other := tmp_path / "other").mkdir()
    (other / "05.json").write_text(json.dumps(tagged))
    assert taught_in("5.2", other) == "chapter 5, “Hidden deltas”"
