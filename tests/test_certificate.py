"""The certificate is drawn from what nbval checked, waits while anything is open, and destroys no file."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
from pathlib import Path

import pytest

from bpkit.cli import main
from bpkit.exercises import certificate
from bpkit.exercises.certificate import FILE, MARK, Passed, fingerprint, page
from bpkit.exercises.course import expected_chapter
from bpkit.exercises.examine import Examined, Row
from bpkit.shapes import BadInput

ROOT = Path(__file__).resolve().parents[1]
RECORD = expected_chapter("00")


def examined(chapter: str = "05", *rows: Row, notebook: str = "n.ipynb") -> Examined:
    rows = rows or (Row("5.1", "share_of_error", "ok"), Row("5.2", "hidden_delta", "ok"))
    return Examined(chapter, "Send the error <back>", notebook, rows)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder with one notebook of a course of one chapter, whose check gives what the test says."""
    path = tmp_path / f"{RECORD['name']}.ipynb"
    path.write_text("a notebook")
    said = {"rows": (Row("0.1", "neuron", "ok"), Row("0.2", "central_difference", "ok"))}
    monkeypatch.setattr(certificate, "notebooks", lambda wanted, one: [(path, RECORD)])
    monkeypatch.setattr(certificate, "chapters", lambda: [RECORD])
    monkeypatch.setattr(certificate, "examine", lambda path, record: examined("00", *said["rows"], notebook=str(path)))
    monkeypatch.setattr(certificate, "own_folder", lambda: tmp_path)
    return tmp_path, said


class Reader(html.parser.HTMLParser):
    """Collects the tags, the addresses and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open += [tag] if tag not in ("meta", "link", "br") else []
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_is_whole_names_every_exercise_and_asks_nothing_of_the_network():
    text = page([Passed(examined(), "0123456789ab")], "Ada Lovelace", "2026-01-02")
    read = Reader(text)
    assert not read.open and not read.addresses and not {"script", "link", "img"} & set(read.tags)
    assert "url(" not in text and "//" not in text
    for words in ("Ada Lovelace", "2026-01-02", "2 of 2", "5.1\xa0share_of_error", "0123456789ab", "2 functions and answers"):
        assert words in read.text
    assert "lang=\"en\"" in text and "@page" in text and MARK in text


def test_what_comes_from_outside_cannot_become_markup():
    text = page([Passed(examined(), "0")], "<script>alert(1)</script> & Sons", "2026-01-02")
    assert "<script" not in text and "&lt;script&gt;" in text and "Send the error &lt;back&gt;" in text


def test_without_a_name_there_is_a_line_to_sign_on():
    assert 'class="name line"' in page([], "  ", "2026-01-02")


def test_it_writes_the_page_beside_the_notebooks_with_the_fingerprint_of_what_was_run(desk, capsys):
    folder, _ = desk
    assert main(["certificate", "--name", "Ada"]) == 0
    text = (folder / FILE).read_text(encoding="utf-8")
    assert "Ada" in text and "2 of 2" in text and fingerprint(folder / f"{RECORD['name']}.ipynb") in text
    assert "written:" in capsys.readouterr().out
    assert main(["certificate", "--name", "Grace"]) == 0
    assert "Grace" in (folder / FILE).read_text(encoding="utf-8")
    assert "written anew:" in capsys.readouterr().out


@pytest.mark.parametrize("state", ["todo", "wrong", "error", "timeout", "died", "waits", "broken"])
def test_it_waits_while_an_exercise_is_open_and_says_which(desk, capsys, state):
    folder, said = desk
    said["rows"] = (Row("0.1", "neuron", "ok"), Row("0.2", "central_difference", state))
    assert main(["certificate"]) == 1
    words = capsys.readouterr().err
    assert f"0.2 ({state})" in words and "has to wait" in words and "bpkit check 00" in words and "0.1" not in words
    assert not (folder / FILE).exists()


def test_a_cell_of_the_course_that_differs_does_not_hold_it_up(desk):
    folder, said = desk
    said["rows"] = (Row("0.1", "neuron", "ok"), Row("", "cell 7", "differs", "It should show: 3"))
    assert main(["certificate"]) == 0
    assert "1 of 1" in (folder / FILE).read_text(encoding="utf-8")


def test_a_missing_chapter_holds_it_up(desk, capsys, monkeypatch):
    monkeypatch.setattr(certificate, "chapters", lambda: [RECORD, {"chapter": "01", "name": "01_forward_pass"}])
    assert main(["certificate"]) == 1
    assert "no notebook of 01_forward_pass" in capsys.readouterr().err


def test_a_file_that_is_no_certificate_is_left_as_it_is_and_nothing_is_run(desk, capsys, monkeypatch):
    folder, _ = desk
    (folder / FILE).write_text("my page")
    monkeypatch.setattr(certificate, "examine", lambda *_: pytest.fail("it ran"))
    assert main(["certificate"]) == 1
    assert (folder / FILE).read_text() == "my page" and "something else" in capsys.readouterr().err
    assert main(["certificate", "--out", str(folder)]) == 1


@pytest.mark.usefixtures("desk")
def test_a_notebook_that_is_saved_while_it_runs_is_not_certified(monkeypatch):
    def saved_meanwhile(path, record):
        path.write_text("another answer")
        return examined("00", notebook=str(path))

    monkeypatch.setattr(certificate, "examine", saved_meanwhile)
    with pytest.raises(BadInput, match="was saved while it ran"):
        certificate.checked()


@pytest.mark.slow
def test_only_what_nbval_finds_counts_not_what_the_notebook_says(tmp_path, monkeypatch, capsys):
    name = f"{RECORD['name']}.ipynb"
    solved = json.loads((ROOT / "solutions" / name).read_text(encoding="utf-8"))
    shutil.copy(ROOT / "solutions" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(certificate, "chapters", lambda: [RECORD])
    assert main(["certificate", "--out", "good.html"]) == 0
    assert re.search(r"3 of 3", (tmp_path / "good.html").read_text(encoding="utf-8"))
    for cell in solved["cells"]:  # a wrong answer, below it the stored outputs of the right one
        if cell["id"] == "ex-0-2-answer":
            cell["source"] = "def central_difference(f, x, h=1e-5):\n    return 7.0"
    (tmp_path / name).write_text(json.dumps(solved), encoding="utf-8")
    assert main(["certificate", "--out", "bad.html"]) == 1
    assert "0.2 (wrong)" in capsys.readouterr().err and not (tmp_path / "bad.html").exists()
