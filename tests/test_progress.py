"""``bpkit progress`` counts what ``bpkit check`` counts, and says what it could not read."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import pytest

from bpkit.exercises import commands, course
from bpkit.exercises.examine import Examined, Row, examine

spec = importlib.util.spec_from_file_location("hostile_notebooks", Path(__file__).parent / "hostile" / "notebooks.py")
assert spec and spec.loader
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)
chapter = notebooks.chapter


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder in a course of two chapters of three exercises, of which it has the first."""
    folder = chapter.write_record(tmp_path)
    five = course.chapters(folder)[0]
    (tmp_path / "mine").mkdir()
    six = five | {"chapter": "06", "name": "06_gradients"}
    monkeypatch.setattr(commands, "chapters", lambda: [five, six])
    monkeypatch.setattr(commands, "examine", lambda path, record: examine(path, record, folder, 20))
    monkeypatch.setattr(commands, "own_folder", lambda: tmp_path / "mine")
    return tmp_path / "mine" / "05_hidden_deltas.ipynb"


def progress() -> int:
    return commands.run_progress(argparse.Namespace())


def own_cells(book: dict) -> None:
    """Leave the blanks as they are, and put the answers into cells between blank and check."""
    for number, source in chapter.RIGHT.items():
        book["cells"].insert(chapter.index(book, f"ex-{number.replace('.', '-')}-check"), chapter.code(source))


@pytest.mark.slow
def test_answers_in_own_cells_beside_their_blanks_count(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_bytes(notebooks.written(chapter.changed(chapter.notebook(), own_cells)))
    assert progress() == 0
    assert "05 ██████████ 3 of 3" in capsys.readouterr().out


@pytest.mark.parametrize("source", [chapter.RIGHT["5.1"], "if True:\n    hidden_delta = print", "from mine import *"])
def test_a_notebook_whose_own_cells_may_answer_is_run(
        own: Path, source: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    book = chapter.changed(chapter.notebook(), lambda b: b["cells"].append(chapter.code(source)))
    own.write_bytes(notebooks.written(book))
    rows = (Row("5.1", "share_of_error", "ok"), Row("5.2", "hidden_delta", "todo"))
    monkeypatch.setattr(commands, "examine", lambda path, record: Examined("05", "", str(path), rows))
    assert progress() == 0
    assert "1 of 3" in capsys.readouterr().out


def test_own_cells_that_answer_nothing_are_not_run(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = chapter.changed(chapter.notebook(), lambda b: b["cells"].append(chapter.code("import os\nx = 1")))
    own.write_bytes(notebooks.written(book))
    monkeypatch.setattr(commands, "examine", None)
    assert progress() == 0


@pytest.mark.parametrize(("data", "words"), [
    (notebooks.MERGE, "marks of a git merge"), (b"", "empty"), (b"[]", "no notebook")])
def test_a_file_that_cannot_be_read_is_said_and_is_no_success(
        own: Path, data: bytes, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_bytes(data)
    assert progress() == 1
    said = capsys.readouterr().out
    assert "0 of 3" in said and words in said


def test_a_file_that_may_not_be_read_does_not_end_the_command(
        own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    own.write_bytes(notebooks.written(chapter.solved()))
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert progress() == 1
    said = capsys.readouterr().out
    assert "Permission denied" in said and "0 of 6 exercises are right" in said


def test_a_chapter_that_is_not_here_counts_and_is_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_bytes(notebooks.written(chapter.notebook()))
    assert progress() == 0
    said = capsys.readouterr().out
    assert "06 ░░░░░░░░░░ 0 of 3" in said and "0 of 6 exercises are right" in said
    assert "not here: 06; bpkit upgrade brings what is missing" in said
