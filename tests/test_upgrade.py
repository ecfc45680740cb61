"""reset and upgrade: every line of the learner's stays, and an answer that was right is right afterwards."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from test_nbcheck_plugin import chapter, notebooks, own, run

from bpkit.exercises import rewrite
from bpkit.exercises.course import chapters
from bpkit.shapes import BadInput

__all__ = ["own"]  # the fixture
ROOT = Path(__file__).resolve().parents[1]
NAME = "05_hidden_deltas.ipynb"


def loaded(path: Path) -> dict:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def without_ids(book: dict) -> dict:
    book = copy.deepcopy(book)
    for cell in book["cells"]:
        cell.pop("id", None)
    return book | {"nbformat_minor": 0}


@pytest.mark.parametrize("record", chapters(), ids=lambda record: record["chapter"])
def test_answers_find_their_place_where_cells_have_lost_their_ids(record: dict) -> None:
    solved, course = (loaded(ROOT / part / f"{record['name']}.ipynb") for part in ("solutions", "course"))
    answers = {cell["id"]: cell["source"] for cell in solved["cells"] if cell.get("id", "").endswith("-answer")}
    assert answers
    mine = without_ids(solved)
    names = {name for cell in record["cells"] if cell["role"] == "answer" for name in cell["functions"]}
    for name in sorted(names):  # an experiment at the end, that no check judges
        mine["cells"].append(chapter.code(f"def {name}(*args):\n    return 'tried at the end'"))
    new = rewrite.merged(mine, course, record)
    assert {cell["id"]: cell["source"] for cell in new["cells"] if cell["id"] in answers} == answers
    assert sum("tried at the end" in "".join(cell["source"]) for cell in new["cells"]) == len(names)


OWN = [{"cell_type": "markdown", "metadata": {}, "id": "q", "source": "# Questions for the teacher\n- why?"},
       chapter.code('bp.check("5.2", my_second_version)', "second"),
       chapter.code('print(bp.check("5.1", share_of_error), bp.check("5.2", hidden_delta))', "both")]


def test_an_upgrade_drops_no_cell_of_the_learners_and_keeps_kernel_and_outputs(own: Path) -> None:
    book = chapter.changed(chapter.solved(), lambda b: b["cells"].extend(copy.deepcopy(OWN)))
    book["metadata"]["kernelspec"] = {"name": "mine", "display_name": "mine", "language": "python"}
    shown = {"output_type": "stream", "name": "stdout", "text": "shown"}
    book["cells"][chapter.index(book, "ex-5-1-answer")]["outputs"] = [shown]
    del book["cells"][1]  # so that there is something to bring
    (own / NAME).write_bytes(notebooks.written(book))
    assert run("upgrade") == 0
    new = loaded(own / NAME)
    assert [cell["source"] for cell in new["cells"]][-3:] == [cell["source"] for cell in OWN]
    assert new["metadata"]["kernelspec"]["name"] == "mine"
    assert new["cells"][chapter.index(new, "ex-5-1-answer")]["outputs"] == [shown]
    assert len(new["cells"]) == len(chapter.solved()["cells"]) + 3


def test_a_notebook_that_was_run_is_not_written_anew(own: Path) -> None:
    book = chapter.changed(chapter.solved(), lambda b: b["cells"][1].update(
        execution_count=3, outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}]))
    (own / NAME).write_bytes(notebooks.written(book))
    before = (own / NAME).read_bytes()
    assert run("upgrade") == 0
    assert (own / NAME).read_bytes() == before and not (own / "backups").exists()


@pytest.mark.parametrize("data, words", [
    (b'{"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}}', "old format"), (b"{", "cannot be read")])
def test_a_file_that_cannot_be_upgraded_is_left_and_said(
        own: Path, data: bytes, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    (own / NAME).write_bytes(data)
    assert run("upgrade") == 1
    assert words in capsys.readouterr().out
    assert (own / NAME).read_bytes() == data


def test_a_cell_with_two_answers_is_not_taken_away(own: Path) -> None:
    book = chapter.solved()
    first, second = (book["cells"][chapter.index(book, f"ex-5-{k}-answer")] for k in (1, 2))
    second["source"] = first["source"] + "\n\n\n" + second["source"]
    (own / NAME).write_bytes(notebooks.written(book))
    before = (own / NAME).read_bytes()
    with pytest.raises(BadInput, match=r"share_of_error, which answers 5\.1"):
        run("reset", "05", "--exercise", "5.2")
    assert (own / NAME).read_bytes() == before and not (own / "backups").exists()


def test_a_reset_without_ids_puts_the_blank_back_and_writes_none(own: Path) -> None:
    (own / NAME).write_bytes(notebooks.written(without_ids(chapter.solved())))
    assert run("reset", "05", "--exercise", "5.2") == 0
    cells = loaded(own / NAME)["cells"]
    assert not any("id" in cell for cell in cells)
    assert chapter.RIGHT["5.2"] not in [cell["source"] for cell in cells]
    assert chapter.BLANK["5.2"] in [cell["source"] for cell in cells]


def test_an_answer_that_became_a_text_leaves_its_id_to_the_blank(own: Path) -> None:
    book = chapter.solved()
    place = chapter.index(book, "ex-5-2-answer")
    book["cells"][place] = {"cell_type": "markdown", "metadata": {}, "id": "ex-5-2-answer", "source": "no idea"}
    (own / NAME).write_bytes(notebooks.written(book))
    run("reset", "05", "--exercise", "5.2")
    ids = [cell["id"] for cell in loaded(own / NAME)["cells"]]
    assert len(ids) == len(set(ids)) and "ex-5-2-answer" in ids


def test_reset_touches_neither_a_strangers_notebook_nor_a_solution_nor_on_a_mistyped_number(own: Path) -> None:
    thesis, solution = own / "thesis.ipynb", own / NAME
    thesis.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}')
    with pytest.raises(BadInput, match="not the one to put back"):
        run("reset", "05", "--notebook", "thesis.ipynb")
    solution.write_bytes(notebooks.written(chapter.solved()))
    with pytest.raises(BadInput, match=r"5\.9"):
        run("reset", "05", "--exercise", "5.9")
    solution.with_suffix(".md").write_text("---\njupytext: ...\n---\n")
    with pytest.raises(BadInput, match="a solution"):
        run("reset", "05")
    assert not (own / "backups").exists()
