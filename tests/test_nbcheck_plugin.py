"""The plugin in pytest: quiet elsewhere, one item an exercise, words for states, and a table for people."""

from __future__ import annotations

import argparse
import faulthandler
import gc
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest
from learner import pytest_on

from bpkit import explorers
from bpkit.exercises import commands, course, overlay
from bpkit.exercises.commands import table
from bpkit.exercises.examine import Examined, Row, examine
from bpkit.shapes import BadInput

spec = importlib.util.spec_from_file_location("hostile_notebooks", Path(__file__).parent / "hostile" / "notebooks.py")
assert spec and spec.loader
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)
chapter = notebooks.chapter


def lay(folder: Path, book: object, name: str = "05_hidden_deltas") -> Path:
    if not (folder / "expected").exists():
        chapter.write_record(folder)
    path = folder / f"{name}.ipynb"
    path.write_bytes(notebooks.written(book))
    return path


def plugin_on(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return pytest_on(folder, f"--bpkit-expected={folder / 'expected'}", *options, seconds=20)


@pytest.mark.slow
def test_plain_pytest_shows_each_exercise_by_its_state_and_fails_for_wrong_ones(tmp_path: Path) -> None:
    lay(tmp_path, chapter.notebook(_5_1=chapter.RIGHT["5.1"], _5_2=notebooks.WRONG_52))
    done = plugin_on(tmp_path, "-v", "--junitxml=out.xml")
    shown = dict(re.findall(r"::(.+?) (OK|TODO|WRONG|WAITS) .*%", done.stdout))
    assert {name: word for name, word in shown.items() if not name.startswith("cell")} == {
        "5.1 share_of_error": "OK", "5.2 hidden_delta": "WRONG", "5.3 all_deltas": "TODO"}, done.stdout
    assert sorted(word for name, word in shown.items() if name.startswith("cell")) == ["OK", "OK", "WAITS"]
    assert done.returncode == 1
    assert "Your result equals the answer with W_next taken as it stands." in done.stdout
    assert "Traceback" not in done.stdout
    assert {"1 failed", "3 passed", "1 todo", "1 waits"} == set(re.findall(r"\d+ [a-z]+", done.stdout.splitlines()[-1])[:4])
    suite = ET.parse(tmp_path / "out.xml").getroot()[0]
    assert (suite.get("failures"), suite.get("skipped"), suite.get("tests")) == ("1", "2", "6")


@pytest.mark.slow
def test_a_single_exercise_runs_the_cells_above_it_first(tmp_path: Path) -> None:
    lay(tmp_path, chapter.solved())
    done = plugin_on(tmp_path, "-k", "all_deltas")
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.slow
def test_any_other_notebook_and_a_solution_are_left_to_nbval(tmp_path: Path) -> None:
    other = chapter.changed(chapter.solved(), lambda b: b.update(cells=[chapter.code("1 + 1")], metadata={}))
    lay(tmp_path, other, "other")
    lay(tmp_path, chapter.solved())
    (tmp_path / "05_hidden_deltas.md").write_text("---\nkernelspec: ...\n---\n# its source\n")
    done = plugin_on(tmp_path, "--collect-only", "-q")
    names = re.findall(r"::(.+)$", done.stdout, re.MULTILINE)
    assert names
    assert all(name.startswith("Cell ") for name in names), done.stdout


@pytest.mark.slow
def test_the_plugin_is_quiet_and_light_where_there_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import sys\ndef test_one():\n"
        "    assert not [m for m in sys.modules if m.startswith('bpkit') and m not in ('bpkit', 'bpkit.nbcheck')]\n"
        "    assert 'numpy' not in sys.modules\n")
    done = plugin_on(tmp_path, "-q")
    assert "1 passed" in done.stdout, done.stdout
    assert "bpkit" not in done.stdout.split("passed")[0]


@pytest.mark.slow
def test_a_check_of_a_chapter_takes_at_most_ten_seconds(tmp_path: Path) -> None:
    path = lay(tmp_path, chapter.solved())
    begin = time.process_time() + sum(os.times()[2:4])
    found = examine(path, chapter.record(), tmp_path / "expected")
    seconds = time.process_time() + sum(os.times()[2:4]) - begin
    assert found.ok, table(found)
    assert seconds < 10, f"the check takes {seconds:.1f} s"


@pytest.mark.slow
def test_what_others_left_behind_in_the_process_does_not_disturb_a_check(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgotten() -> None: ...

    path = lay(tmp_path, chapter.solved())
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    warnings.simplefilter("error")
    gc.disable()
    try:
        left: list[object] = [forgotten()]
        left.append(left)
        del left
        assert examine(path, chapter.record(), tmp_path / "expected").ok
    finally:
        gc.enable()
        gc.collect()
    assert faulthandler.is_enabled()


@pytest.mark.slow
def test_figures_and_explorers_are_shown_by_their_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from traitlets.config import Config

    from bpkit.exercises import desk

    shell = SimpleNamespace(config=Config())
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(desk.Picture, "png", desk.Picture.png)  # put back afterwards
    desk.draw_nothing()
    shown, _ = explorers.neuron()._repr_mimebundle_()
    assert shown["image/png"] == "" and "L = BCE(a, y) = 0.5130" in shown["text/plain"]
    assert shell.config.InlineBackend.figure_formats == set()


@pytest.mark.slow
def test_a_kernel_that_does_not_start_is_an_error_and_not_a_success(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bpkit.exercises import items

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no kernel today")

    monkeypatch.setattr(items, "start_new_kernel", fails)
    found = examine(lay(tmp_path, chapter.solved()), chapter.record(), tmp_path / "expected")
    assert not found.ok
    assert {row.state for row in found.rows if row.number} == {"error"}
    assert "no kernel today" in found.rows[0].message


# --- the table


def rows(*states: str) -> Examined:
    return Examined("05", "Hidden deltas", "x.ipynb", tuple(
        Row(f"5.{i}", f"f{i}", state, "It is off.", "sign", "Which sign?") for i, state in enumerate(states, 1)))


def test_the_table_names_the_next_step() -> None:
    assert table(rows("ok", "ok")).splitlines()[-1] == "  all right"
    assert table(rows("ok", "todo")).splitlines()[-1].startswith("  next: write 5.2.")
    wrong = table(rows("todo", "wrong")).splitlines()
    assert wrong[-1] == '  next: mend 5.2. Which sign? Stuck? bp.hint("5.2")'
    assert wrong[2].split() == ["5.2", "f2", "wrong", "It", "is", "off."]
    assert "mend the file" in table(rows("broken", "broken"))


# --- the commands


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one chapter, and a learner's copy of it in the present folder."""
    folder = chapter.write_record(tmp_path)
    (tmp_path / "course").mkdir()
    (tmp_path / "my-course").mkdir()
    course_notebook = tmp_path / "course" / "05_hidden_deltas.ipynb"
    course_notebook.write_bytes(notebooks.written(chapter.notebook()))
    monkeypatch.setattr(commands, "chapters", lambda: course.chapters(folder))
    monkeypatch.setattr(commands, "lesson_of", lambda path: overlay.lesson_of(path, folder))
    monkeypatch.setattr(commands, "examine", lambda path, record: examine(path, record, folder, 20))
    monkeypatch.setattr(commands.places, "course", lambda: course_notebook.parent)
    monkeypatch.chdir(tmp_path / "my-course")
    monkeypatch.setattr(commands, "own_folder", Path.cwd)
    return tmp_path / "my-course"


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    options = parser.parse_args(words)
    return int(options.run(options))


@pytest.mark.slow
def test_check_prints_a_table_writes_json_and_succeeds_only_if_all_is_ok(
        own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lay(own.parent, chapter.solved()).rename(own / "05_hidden_deltas.ipynb")
    assert run("check", "5", "--json", "out.json") == 0
    told = json.loads((own / "out.json").read_text())
    assert told[0]["ok"]
    assert [row["state"] for row in told[0]["rows"]] == ["ok", "ok", "ok"]
    path.write_bytes(notebooks.written(chapter.solved(_5_2=notebooks.WRONG_52)))
    assert run("check") == 1
    assert "W_next taken as it stands" in capsys.readouterr().out
    assert run("progress") == 0
    assert "1 of 3 exercises are right" in capsys.readouterr().out


@pytest.mark.slow
def test_check_takes_a_solution_and_a_file_that_hides_its_chapter_for_what_it_is_told(own: Path) -> None:
    solution = own / "05_hidden_deltas.ipynb"
    solution.write_bytes(notebooks.written(chapter.solved()))
    solution.with_suffix(".md").write_text("# Hidden deltas\n")
    assert run("check", "--notebook", solution.name) == 0
    bare = chapter.changed(chapter.solved(), lambda b: [b.update(metadata={}), *(c.pop("id") for c in b["cells"])])
    (own / "homework.ipynb").write_bytes(notebooks.written(bare))
    assert run("check", "5", "--notebook", "homework.ipynb") == 0
    with pytest.raises(BadInput, match="belongs to no chapter"):
        run("check", "--notebook", "homework.ipynb")


@pytest.mark.slow
def test_a_class_gets_a_line_a_file_and_one_unknown_file_stops_nobody(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, book in (("ana", chapter.solved()), ("ben", chapter.solved(_5_2=notebooks.WRONG_52))):
        (own / f"{name}.ipynb").write_bytes(notebooks.written(book))
    (own / "other.ipynb").write_text('{"nbformat": 4, "cells": [], "metadata": {}}')
    assert run("check", "--notebook", "ana.ipynb", "other.ipynb", "ben.ipynb", "--json", "class.json") == 1
    *_, ana, ben, other = capsys.readouterr().out.splitlines()
    assert ana == f"3 of 3  {own / 'ana.ipynb'}"
    assert ben.startswith(f"1 of 3  {own / 'ben.ipynb'}: 5.2 wrong")
    assert other == "not checked: other.ipynb: this notebook belongs to no chapter."
    assert [one["ok"] for one in json.loads((own / "class.json").read_text())] == [True, False, False]


def test_progress_runs_nothing_where_nothing_was_written(
        own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "examine", None)
    (own / "05_hidden_deltas.ipynb").write_bytes(notebooks.written(chapter.notebook()))
    assert run("progress") == 0
    assert "░░░░░░░░░░ 0 of 3" in capsys.readouterr().out


def test_reset_puts_one_blank_back_and_keeps_the_version_before(own: Path) -> None:
    path = own / "05_hidden_deltas.ipynb"
    path.write_bytes(notebooks.written(chapter.solved()))
    before = path.read_bytes()
    assert run("reset", "--exercise", "5.2") == 0
    kept = list((own / "backups").iterdir())
    assert [one.read_bytes() for one in kept] == [before]
    assert re.fullmatch(r"05_hidden_deltas\.\d{4}-\d\d-\d\d-\d{6}\.ipynb", kept[0].name)
    now = json.loads(path.read_text())
    assert now["cells"] == chapter.solved(_5_2=chapter.BLANK["5.2"])["cells"]
    assert run("reset", "5") == 0
    assert json.loads(path.read_text()) == chapter.notebook()
    assert len(list((own / "backups").iterdir())) == 2


def test_reset_brings_a_deleted_answer_back_to_its_place(own: Path) -> None:
    path = own / "05_hidden_deltas.ipynb"
    book = chapter.changed(chapter.solved(), lambda b: b["cells"].pop(chapter.index(b, "ex-5-2-answer")))
    path.write_bytes(notebooks.written(book))
    run("reset", "05", "--exercise", "5.2")
    ids = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert ids == [cell["id"] for cell in chapter.notebook()["cells"]]


def test_reset_of_a_broken_file_keeps_it_and_starts_anew(own: Path) -> None:
    path = own / "05_hidden_deltas.ipynb"
    path.write_bytes(notebooks.MERGE)
    run("reset", "05")
    assert json.loads(path.read_text()) == chapter.notebook()
    assert next((own / "backups").iterdir()).read_bytes() == notebooks.MERGE


def test_upgrade_brings_new_chapters_and_leaves_untouched_work_alone(
        own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade") == 0
    path = own / "05_hidden_deltas.ipynb"
    assert json.loads(path.read_text()) == chapter.notebook()
    path.write_bytes(notebooks.written(chapter.solved()))
    before = path.read_bytes()
    assert run("upgrade") == 0
    assert path.read_bytes() == before
    assert not (own / "backups").exists()
    assert "as it is 05_hidden_deltas.ipynb" in capsys.readouterr().out


def test_upgrade_keeps_answers_own_cells_and_edits_and_can_be_run_twice(own: Path) -> None:
    path = own / "05_hidden_deltas.ipynb"

    def work(book: dict) -> None:
        book["cells"].insert(2, chapter.code("x = 'mine'", "mine"))
        book["cells"][3]["source"] += "\nprint('my own line')"
        book["cells"].insert(5, {"cell_type": "markdown", "id": "note", "metadata": {}, "source": "my note"})
        for name in ("old-lesson", "older"):
            text = f"print({name!r})"
            book["cells"].insert(1, chapter.code(text, chapter.fingerprint(f"code {text}")[:12]))

    path.write_bytes(notebooks.written(chapter.changed(chapter.solved(), work)))
    before = path.read_bytes()
    assert run("upgrade") == 0
    assert next((own / "backups").iterdir()).read_bytes() == before
    sources = [cell["source"] for cell in json.loads(path.read_text())["cells"]]
    assert all(answer in sources for answer in chapter.RIGHT.values())
    assert "x = 'mine'" in sources
    assert "my note" in sources
    assert any("my own line" in source for source in sources)
    assert not any("old-lesson" in source or "older" in source for source in sources)
    assert sources.index("x = 'mine'") == sources.index(chapter.IMPORTS) + 1
    after = path.read_bytes()
    assert run("upgrade") == 0
    assert path.read_bytes() == after


def test_a_notebook_that_is_not_there_is_said_with_what_to_do(own: Path) -> None:
    from bpkit.shapes import BadInput

    for words in (("check", "05"), ("check", "77"), ("reset",), ("check", "--notebook", "no.ipynb")):
        with pytest.raises(BadInput):
            run(*words)
