"""bpkit upgrade and bpkit reset: what is the learner's stays, and nothing more is taken than was asked for."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bpkit import places
from bpkit.cli import main
from bpkit.exercises.course import chapters, normal_hash
from bpkit.exercises.homes import answers
from bpkit.exercises.overlay import Cell, code_cells, plan
from bpkit.exercises.rewrite import merged
from bpkit.shapes import BadInput

ROOT = Path(__file__).parents[1]
RECORDS = {record["chapter"]: record for record in chapters()}
NAMES = {number: f"{record['name']}.ipynb" for number, record in RECORDS.items()}
Book = dict[str, Any]


def lesson(number: str) -> Book:
    return json.loads((ROOT / "course" / NAMES[number]).read_text(encoding="utf-8"))


def solved(number: str) -> Book:
    """The learner's notebook with the answers of the solution."""
    right = {cell["id"]: cell for cell in
             json.loads((ROOT / "solutions" / NAMES[number]).read_text(encoding="utf-8"))["cells"]}
    book = lesson(number)
    for cell in book["cells"]:
        if "-answer" in cell["id"]:
            cell["source"] = right[cell["id"]]["source"]
    return book


def bare(book: Book) -> Book:
    """The same without the cells' ids, as Colab writes it."""
    book = copy.deepcopy(book)
    book["nbformat_minor"] = 0
    for k, cell in enumerate(book["cells"]):
        cell.pop("id")
        cell["metadata"]["id"] = f"aB{k}"
    return book


def code(source: str, name: str = "mine") -> dict[str, Any]:
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def at(book: Book, name: str) -> int:
    return next(i for i, cell in enumerate(book["cells"]) if cell.get("id") == name)


def newer(book: Book) -> Book:
    """The lesson as a later release may have it: a sentence more at its top."""
    book = copy.deepcopy(book)
    words = "A new paragraph of the course."
    book["cells"].insert(1, {"cell_type": "markdown", "metadata": {}, "source": words,
                             "id": normal_hash(f"markdown {words}")[:12]})
    return book


def judged(book: Book, number: str) -> dict[str, str]:
    """For each exercise the nearest answer above the place where it is judged, which is what decides on it."""
    record = RECORDS[number]
    last: dict[str, str] = {}
    found = {}
    names = {cell["exercise"]: cell["source"].split()[-1].strip(")") for cell in record["cells"]
             if cell["role"] == "check"}
    for step in plan(list(code_cells(book)), record):
        if step.judges:
            found[step.judges] = last.get(names[step.judges], "")
        else:
            last |= {name: step.source for name in Cell(step.source).defines}
    return found


def valid(book: Book) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nbformat.validate(book)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's copy of the whole course, in the present folder."""
    folder = tmp_path / "my-course"
    folder.mkdir()
    for number, name in NAMES.items():
        (folder / name).write_text(json.dumps(lesson(number)))
    monkeypatch.chdir(folder)
    return folder


def lay(folder: Path, number: str, book: Book, name: str = "") -> Path:
    path = folder / (name or NAMES[number])
    path.write_text(json.dumps(book))
    return path


def stored(path: Path) -> Book:
    return json.loads(path.read_text())


# upgrade: what is the learner's stays

OWN = [{"cell_type": "markdown", "id": "questions", "metadata": {}, "source": "# Questions for the teacher\n- why?"},
       code('bp.check("5.2", my_second_version)', "second"),
       code('print(bp.check("5.1", share_of_error), bp.check("5.2", hidden_delta))', "both")]


@pytest.mark.parametrize("change", [lambda book: book, bare])
def test_own_cells_stay_where_they_stood_whatever_they_look_like(change: Callable[[Book], Book]) -> None:
    book = solved("05")
    here = at(book, "ex-5-2-check") + 1
    book["cells"][here:here] = copy.deepcopy(OWN)
    new = merged(change(book), newer(lesson("05")), RECORDS["05"])
    said = [text(cell) for cell in new["cells"]]
    there = at(new, "ex-5-2-check") + 1
    assert said[there:there + 3] == [text(cell) for cell in OWN]
    assert len(said) == len(book["cells"]) + 1
    valid(new)


def test_an_edited_check_and_an_answer_typed_into_it_stay() -> None:
    book = solved("05")
    answer, check = at(book, "ex-5-2-answer"), at(book, "ex-5-2-check")
    typed = text(book["cells"][answer]) + '\nbp.check("5.2", hidden_delta)'
    book["cells"][answer]["source"] = lesson("05")["cells"][answer]["source"]
    book["cells"][check]["source"] = typed
    new = merged(book, newer(lesson("05")), RECORDS["05"])
    assert typed in [text(cell) for cell in new["cells"]]
    assert judged(new, "05") == judged(book, "05")


def test_an_edited_cell_of_a_lesson_that_did_not_change_stays_the_only_one() -> None:
    book = solved("05")
    here = at(book, "93771981d887")
    book["cells"][here]["source"] = text(book["cells"][here]) + "\nprint(net)"
    new = merged(book, newer(lesson("05")), RECORDS["05"])
    assert text(new["cells"][at(new, "93771981d887")]).endswith("print(net)")
    assert len(new["cells"]) == len(book["cells"]) + 1


def test_the_courses_own_cells_of_an_older_release_go() -> None:
    book = solved("05")
    words = "The course said this once."
    book["cells"].insert(4, {"cell_type": "markdown", "metadata": {}, "source": words,
                             "id": normal_hash(f"markdown {words}")[:12]})
    book["cells"][0]["source"] = text(book["cells"][0]).replace("04 output delta", "04 another name")
    book["cells"][-1]["source"] = "[← 04 another name](04.ipynb) · [all chapters](README.md)"
    new = merged(book, newer(lesson("05")), RECORDS["05"])
    assert [text(cell) for cell in new["cells"]] == [text(cell) for cell in newer(solved("05"))["cells"]]


def test_a_run_notebook_of_the_same_lesson_is_not_written(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, change in (("04", bare), ("05", copy.deepcopy)):
        book = change(solved(number))
        book["metadata"] |= {"kernelspec": {"name": "mine", "display_name": "Mine"}, "toc": {"base": 1}}
        for cell in book["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": "3\n"}]}
        lay(own, number, book)
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    assert main(["upgrade"]) == 0
    assert {path.name: path.read_bytes() for path in own.iterdir()} == before
    assert f"as it is {NAMES['05']}" in capsys.readouterr().out


def test_outputs_of_unchanged_cells_and_all_metadata_of_the_learners_stay() -> None:
    book = solved("05")
    shown = [{"output_type": "stream", "name": "stdout", "text": "3\n"}]
    for name in ("93771981d887", "ex-5-2-answer", "ex-5-2-check"):
        book["cells"][at(book, name)] |= {"execution_count": 3, "outputs": shown}
    book["cells"][at(book, "93771981d887")]["metadata"] = {"collapsed": True, "tags": ["mine"]}
    book["metadata"] |= {"kernelspec": {"name": "mine", "display_name": "Mine"}, "toc": {"base": 1}}
    new = merged(book, newer(lesson("05")), RECORDS["05"])
    assert all(new["cells"][at(new, name)]["outputs"] == shown
               for name in ("93771981d887", "ex-5-2-answer", "ex-5-2-check"))
    assert new["cells"][at(new, "93771981d887")]["metadata"] == {"collapsed": True, "tags": ["mine"]}
    assert new["metadata"]["kernelspec"]["name"] == "mine" and new["metadata"]["toc"] == {"base": 1}
    assert new["metadata"]["bpkit"] == lesson("05")["metadata"]["bpkit"]


# upgrade: the same verdict before and after


@pytest.mark.parametrize("number", RECORDS)
def test_without_ids_every_answer_comes_to_its_place(number: str) -> None:
    old = bare(solved(number))
    new = merged(old, newer(lesson(number)), RECORDS[number])
    assert [text(cell) for cell in new["cells"]] == [text(cell) for cell in newer(solved(number))["cells"]]
    assert [cell["id"] for cell in new["cells"]] == [cell["id"] for cell in newer(solved(number))["cells"]]
    assert judged(new, number) == judged(old, number)
    assert merged(new, newer(lesson(number)), RECORDS[number]) is new
    valid(new)


def experiment(book: Book) -> None:
    """A last cell of the learner's own, with the answer gone wrong."""
    wrong = text(book["cells"][at(book, "ex-5-2-answer")]).replace(".T", "")
    book["cells"].append(code(f"# experiment\n{wrong}"))


def draft(book: Book) -> None:
    """A wrong draft above the answer."""
    here = at(book, "ex-5-2-answer")
    book["cells"].insert(here, code(text(book["cells"][here]).replace(".T", "")))


def one_cell(book: Book) -> None:
    """Two answers in one cell, the other answer cell deleted."""
    here = at(book, "ex-5-1-answer")
    second = book["cells"].pop(at(book, "ex-5-2-answer"))
    book["cells"][here]["source"] = f"{text(book['cells'][here])}\n\n{text(second)}"


def below(book: Book) -> None:
    """An answer below its check, with a helper of its own between the two."""
    answer = book["cells"].pop(at(book, "ex-5-2-answer"))
    here = at(book, "ex-5-2-check") + 1
    answer["source"] = "def hidden_delta(W_next, delta_next, z, f):\n    return back(W_next, delta_next) * f.prime(z)"
    book["cells"][here:here] = [code("def back(W, d):\n    return W.T @ d", "helper"), answer]


def split(book: Book) -> None:
    """A helper in a cell of its own above the answer."""
    here = at(book, "ex-5-2-answer")
    book["cells"].insert(here, code("def back(W, d):\n    return W.T @ d", "helper"))
    book["cells"][here + 1]["source"] = (
        "def hidden_delta(W_next, delta_next, z, f):\n    return back(W_next, delta_next) * f.prime(z)")


def spoilt(book: Book) -> None:
    """The check emptied, and a cell below it that spoils the name."""
    here = at(book, "ex-5-2-check")
    book["cells"][here]["source"] = "# later"
    book["cells"].insert(here + 1, code("hidden_delta = None"))


@pytest.mark.parametrize("stripped", [False, True])
@pytest.mark.parametrize("change", [experiment, draft, one_cell, below, split])
def test_what_is_judged_is_the_same_after_an_upgrade(change: Callable[[Book], None], stripped: bool) -> None:
    book = solved("05")
    change(book)
    book = bare(book) if stripped else book
    new = merged(book, newer(lesson("05")), RECORDS["05"])
    before, after = judged(book, "05"), judged(new, "05")
    assert after == before and all(after.values())
    said = [text(cell) for cell in new["cells"]]
    assert all(text(cell) in said for cell in book["cells"])
    if "helper" in str(change.__doc__):
        helper = next(i for i, one in enumerate(said) if one.startswith("def back"))
        assert helper < next(i for i, one in enumerate(said) if one.startswith("def hidden_delta"))
    assert merged(new, newer(lesson("05")), RECORDS["05"]) is new


def test_an_emptied_check_keeps_what_stood_below_it_below() -> None:
    book = solved("05")
    spoilt(book)
    new = merged(book, newer(lesson("05")), RECORDS["05"])
    assert judged(new, "05") == judged(book, "05")


def test_a_blank_does_not_come_back_over_an_answer_that_is_imported() -> None:
    book = solved("05")
    book["cells"][at(book, "ex-5-2-answer")] = code("from mine import hidden_delta")
    new = merged(bare(book), newer(lesson("05")), RECORDS["05"])
    assert "ex-5-2-answer" not in [cell["id"] for cell in new["cells"]]
    assert at(new, "own") == at(new, "ex-5-2-check") - 1


@pytest.mark.slow
@pytest.mark.parametrize("number", ["03"])
def test_a_solved_chapter_without_ids_is_right_after_an_upgrade(own: Path, number: str) -> None:
    path = lay(own, number, {**bare(solved(number)), "cells": bare(solved(number))["cells"][1:]})
    assert main(["upgrade"]) == 0
    assert "id" in stored(path)["cells"][0]
    command = [sys.executable, "-c", "import sys; from bpkit.cli import main; sys.exit(main())", "check", number]
    done = subprocess.run(command, cwd=own, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# upgrade: one bad file does not keep the others waiting


def old_format(book: Book) -> Book:
    cells = [{**cell, "input": cell["source"]} for cell in book["cells"]]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


def test_bad_files_are_left_and_named_and_all_others_are_brought(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay(own, "01", old_format(lesson("01")))
    (own / NAMES["03"]).write_text('{"cells": [')
    (own / NAMES["04"]).unlink()
    (own / NAMES["04"]).mkdir()
    (own / NAMES["06"]).unlink()
    (own / NAMES["06"]).symlink_to("nowhere.ipynb")
    before = {number: (own / NAMES[number]).read_bytes() for number in ("01", "03")}
    for number in ("05", "10"):
        lay(own, number, {**solved(number), "cells": solved(number)["cells"][1:]})
    assert main(["upgrade"]) == 1
    told = capsys.readouterr().out
    assert all(f"not upgraded: {NAMES[number]}: " in told for number in ("01", "03", "04", "06"))
    assert "format 3" in told and told.count("try:") == 3
    assert all(f"changed  {NAMES[number]}" in told for number in ("05", "10"))
    assert all((own / NAMES[number]).read_bytes() == data for number, data in before.items())
    assert len(list((own / "backups").iterdir())) == 2


@pytest.mark.parametrize("spoil", [
    lambda book: book["cells"].append(code("x = '\ud800'")), lambda book: book["cells"][3].update(id=[1]),
    lambda book: book["cells"][3].update(source=7), lambda book: book.update(nbformat_minor="5"),
    lambda book: book["cells"].append(None)])
def test_a_damaged_cell_is_said_in_words(
        own: Path, spoil: Callable[[Book], None], capsys: pytest.CaptureFixture[str]) -> None:
    book = solved("05")
    book["cells"].pop(0)
    spoil(book)
    path = lay(own, "05", book)
    before = path.read_bytes()
    assert main(["upgrade"]) == 1
    assert f"not upgraded: {NAMES['05']}: {NAMES['05']} cannot be read. " in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", [["upgrade"], ["reset", "05"]])
def test_a_link_stays_a_link_and_the_real_file_is_brought(own: Path, words: list[str]) -> None:
    real = lay(own.parent, "05", {**solved("05"), "cells": solved("05")["cells"][1:]}, "store.ipynb")
    (own / NAMES["05"]).unlink()
    (own / NAMES["05"]).symlink_to(real)
    assert main(words) == 0
    assert (own / NAMES["05"]).is_symlink()
    assert len(stored(real)["cells"]) == len(lesson("05")["cells"])
    assert len(list((own.parent / "backups").iterdir())) == 1


@pytest.mark.parametrize("folder", ["solutions", "course"])
@pytest.mark.parametrize("words", [["reset", "05"], ["reset", "05", "--notebook", NAMES["05"]], ["upgrade"]])
def test_the_courses_own_notebooks_are_no_ones_to_change(
        own: Path, folder: str, words: list[str], monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    there = own.parent / "checkout" / folder
    own.parent.joinpath("checkout").mkdir()
    own.rename(there)
    for name in {"solutions", "bpkit"} - {folder}:
        (there.parent / name).mkdir()
    (there.parent / "pyproject.toml").touch()
    monkeypatch.chdir(there)
    path = lay(there, "05", {**solved("05"), "cells": solved("05")["cells"][1:]})
    before = path.read_bytes()
    assert main(words) == 1
    assert "the course's own" in capsys.readouterr().err
    assert path.read_bytes() == before and not (there / "backups").exists()


# reset: what was asked for, and no more


def refused(own: Path, words: list[str], *names: str) -> str:
    """What is said of a reset that is refused; nothing is written."""
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    with pytest.raises(BadInput) as problem:
        from bpkit.cli import parser
        options = parser().parse_args(words)
        options.run(options)
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before
    assert all(name in str(problem.value) for name in ("wanted:", "got:", "try:", *names))
    return str(problem.value)


def test_an_answer_that_shares_its_cell_is_not_taken_along(own: Path) -> None:
    book = solved("05")
    one_cell(book)
    for one in (book, bare(book)):
        lay(own, "05", one)
        refused(own, ["reset", "--exercise", "5.2"], "5.1")
        refused(own, ["reset", "--exercise", "5.1"], "5.2")


def test_an_answer_above_the_blank_of_another_is_not_taken_along(own: Path) -> None:
    book = solved("05")
    first, second = at(book, "ex-5-1-answer"), at(book, "ex-5-2-answer")
    book["cells"][second]["source"] = text(book["cells"][first]) + "\n\n" + text(book["cells"][second])
    lay(own, "05", book)
    assert main(["reset", "--exercise", "5.2"]) == 0  # a helper that 5.1 answers in its own cell as well
    book["cells"][first]["source"] = lesson("05")["cells"][first]["source"]
    lay(own, "05", book)
    refused(own, ["reset", "--exercise", "5.2"], "5.1")


@pytest.mark.parametrize("number", ["3.5", "5.2", "8.3", "10.2"])
def test_without_ids_the_blank_comes_to_its_place_and_the_file_stays_valid(own: Path, number: str) -> None:
    chapter = number.split(".")[0].zfill(2)
    path = lay(own, chapter, bare(solved(chapter)))
    assert main(["reset", "--exercise", number]) == 0
    name = f"ex-{number.replace('.', '-')}-answer"
    wanted = [text(old if str(old["id"]).startswith(name) else cell)
              for old, cell in zip(lesson(chapter)["cells"], solved(chapter)["cells"], strict=True)]
    assert [text(cell) for cell in stored(path)["cells"]] == wanted
    assert not any("id" in cell for cell in stored(path)["cells"])
    valid(stored(path))
    homes = answers(stored(path), RECORDS[chapter])
    assert text(stored(path)["cells"][homes[name]]) == text(lesson(chapter)["cells"][at(lesson(chapter), name)])


def test_an_answer_turned_into_markdown_stays_beside_the_blank(own: Path) -> None:
    book = solved("05")
    here = at(book, "ex-5-2-answer")
    book["cells"][here] = {"cell_type": "markdown", "id": "ex-5-2-answer", "metadata": {}, "source": "my words"}
    path = lay(own, "05", book)
    assert main(["reset", "--exercise", "5.2"]) == 0
    cells = stored(path)["cells"]
    assert [cell["id"] for cell in cells].count("ex-5-2-answer") == 1
    assert "my words" in [text(cell) for cell in cells]
    valid(stored(path))


def test_an_answer_that_remains_in_another_cell_is_told_of(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = solved("05")
    here = at(book, "ex-5-2-answer")
    book["cells"].insert(here + 1, code(text(book["cells"][here])))
    lay(own, "05", book)
    assert main(["reset", "--exercise", "5.2"]) == 0
    assert "another cell of yours" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "said"), [
    (["reset", "05", "--notebook", "thesis.ipynb"], "thesis.ipynb is not a notebook of chapter 05"),
    (["reset", "04", "--notebook", "five.ipynb"], "a notebook of chapter 05"),
    (["reset", "--notebook", "five.ipynb", "--exercise", "4.2"], "a notebook of chapter 05"),
    (["reset", "--notebook", "five.ipynb", "--exercise", "5.9"], "5.9"),
    (["reset", "--exercise", "5.9"], "5.9"),
    (["reset", "05", "--exercise", ""], "exercise of chapter 05"),
    (["reset", "05", "--exercise", "4.2"], "exercise of chapter 05"),
    (["reset", "--exercise", "1.2"], "format 3"),
    (["reset", "--exercise", "3.1"], "damaged"),
])
def test_a_reset_of_what_is_not_there_is_refused_and_nothing_is_written(own: Path, words: list[str], said: str) -> None:
    lay(own, "05", {"cells": [code("x = 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, "thesis.ipynb")
    lay(own, "05", solved("05"), "five.ipynb")
    lay(own, "01", old_format(lesson("01")))
    (own / NAMES["03"]).write_text('{"cells": [\n}\n}\n')
    refused(own, words, said)


def test_a_chapter_under_another_name_and_without_ids_is_known_by_its_checks(own: Path) -> None:
    path = lay(own, "05", {**bare(solved("05")), "metadata": {}}, "homework.ipynb")
    assert main(["reset", "05", "--notebook", "homework.ipynb"]) == 0
    assert stored(path) == lesson("05")


def test_the_course_is_where_these_tests_look_for_it() -> None:
    assert places.course() == ROOT / "course"
