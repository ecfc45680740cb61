"""The glossary: every term is a term of the course, its shape is that of the array, its chapter that of the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpkit.press import glossary as module
from bpkit.press.glossary import SIZES, TERMS, Term, glossary
from bpkit.press.source import read, sources

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def chapters():
    return [read(path) for path in sources(ROOT)]


@pytest.fixture(scope="module")
def rows(chapters):
    lines = glossary(chapters).splitlines()[2:]
    return {cells[1].strip(): [cell.strip() for cell in cells[2:-1]] for cells in (line.split("|") for line in lines)}


def test_a_shape_is_that_of_the_array(rows):
    assert rows["weight"][2] == "$(n_l, n_{l-1})$" and rows["bias"][2] == "$(n_l, 1)$"
    assert rows["error signal"][2] == "$(n_l, N)$" and rows["loss"][2] == "scalar"
    assert len(set(SIZES.values())) == len(SIZES)


def test_a_term_stands_with_the_chapter_that_introduces_it(rows):
    assert "[04]" in rows["error signal"][3] and "[01]" in rows["hidden layer"][3] and "[00]" in rows["gradient descent"][3]


def test_the_words_of_the_source_document_are_given(rows):
    assert rows["backpropagation"][4] == "역전파" and rows["chain rule"][4] == "연쇄 법칙"
    assert rows["error signal"][4] == "오차 신호" and rows["softmax"][4] == ""


def test_every_term_stands_in_the_course_once(rows):
    assert sorted(rows) == sorted({term.word for term in TERMS}) and len(rows) == len(TERMS)



def test_a_term_that_no_chapter_uses_is_left_out(chapters, monkeypatch):
    monkeypatch.setattr(module, "TERMS", (Term("phlogiston"), Term("softmax")))
    assert "phlogiston" not in glossary(chapters) and "softmax" in glossary(chapters)
