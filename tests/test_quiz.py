"""The engine of the quizzes: how an answer is read and graded, and how a form shows itself without and with a page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from absent import need_program
from hypothesis import given
from hypothesis import strategies as st

from bpkit import quizzes
from bpkit.quizzes.declare import Choice, Number, Quiz, Shape, Wrong
from bpkit.quizzes.form import VIEW, Form, Score
from bpkit.quizzes.grade import grade, outcomes, read
from bpkit.quizzes.page import data, html, marked, plain, write
from bpkit.shapes import BadInput

JS = Path(quizzes.__file__).parent / "static" / "form.js"
FORMS = quizzes.every()
ITEMS = [(form.name, item) for form in FORMS for item in form.items]

PICK = Choice("pick", "Which `x`?", right="two", why="It is `2`.",
              wrong=(Wrong("one", "off by one", "1.1", "Count again."), Wrong("<b>", "a tag", "1", "No tag.")))
SIZE = Number("size", "How much?", right=-0.25, tolerance=0.01, why="A quarter less.", hint="Half of a half.", at="1.2",
              wrong=(Wrong(0.25, "the sign", "0#Walk forward with numbers", "It falls."),))
FORM = Shape("form", "Which shape?", right=(2, 3), why="Two rows.", hint="Rows, then columns.", at="1.1",
             wrong=(Wrong((3, 2), "transposed", "1.1", "Rows first."),))
TRIAL = Quiz("7.trial", "A trial", (PICK, SIZE, FORM))


# reading and grading

@pytest.mark.parametrize(
    "typed", ["-0.25", " -.25 ", "−0.25", "-1/4", "-2.5e-1", "-0.2500", "- 0.25", "-0.258", "-25E-2"])
def test_one_number_may_be_typed_in_many_ways(typed):
    assert grade(SIZE, typed).state == "right"


@pytest.mark.parametrize("typed", ["30,000", "30 000", "30000", "+30,000.0", "3e4"])
def test_thousands_may_be_typed_as_cells_print_them(typed):
    item = Number("many", "How many?", right=30000, tolerance=0.5, why="", wrong=(), hint="Count.", at="1")
    assert grade(item, typed).state == "right"
    assert grade(item, "2,010,000").state == "wrong"


@pytest.mark.parametrize("typed", ["(2, 3)", "2,3", "2 3", "2x3", "2 × 3", "[2, 3]", "2 by 3", "(2,3,)", " ( 2 , 3 ) "])
def test_one_shape_may_be_typed_in_many_ways(typed):
    assert grade(FORM, typed).state == "right"


@pytest.mark.parametrize(("item", "typed"), [
    (SIZE, ""), (SIZE, "a quarter"), (SIZE, "0,25"), (SIZE, "0,250"), (SIZE, "1,5"),
    (SIZE, "30,00"), (SIZE, "3,0000"), (SIZE, "1,000/4"), (SIZE, "1/0"), (SIZE, "nan"), (SIZE, "inf"), (SIZE, "1e"),
    (SIZE, "--1"), (SIZE, "1 2/3/4"), (FORM, ""), (FORM, "two by three"), (FORM, "-2, 3"), (FORM, "2.0, 3"),
    (FORM, "9" * 5000), (PICK, ""), (PICK, "z"), (PICK, "ab"), (PICK, "two")])
def test_what_cannot_be_read_is_no_wrong_answer_but_is_met_with_what_can(item, typed):
    said = grade(item, typed)
    assert said.state == "unread" and ("Type" in said.text or "Choose a, b or c" in said.text)


def test_a_shape_with_one_axis_is_not_one_with_two():
    assert read(FORM, "(3,)") == (3,) == read(FORM, "3") != read(FORM, "(3, 1)")
    assert read(FORM, "()") == ()


def test_a_named_wrong_answer_says_its_misconception_and_where_it_is_taught():
    said = grade(SIZE, "0.25")
    assert repr(said) == "not yet: the sign\n  It falls.\n  See chapter 0, “Walk forward with numbers”."
    letter = next(letter for letter, text in PICK.options.items() if text == "one")
    assert repr(grade(PICK, letter)) == "not yet: off by one\n  Count again.\n  See chapter 1, exercise 1.1."


def test_a_wrong_answer_without_a_name_gets_the_hint():
    assert repr(grade(SIZE, "17")) == "not yet\n  Half of a half.\n  See chapter 1, exercise 1.2."


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 10))
def test_a_number_is_right_exactly_within_its_tolerance(value, tolerance):
    item = Number("n", "?", right=value, tolerance=tolerance, why="", wrong=(), hint="", at="1")
    assert grade(item, repr(value)).state == "right"
    assert grade(item, repr(value + 0.9 * tolerance)).state == "right"
    assert grade(item, repr(value + 1.1 * tolerance)).state == "wrong"


@given(st.lists(st.integers(0, 999), min_size=1, max_size=4))
def test_a_shape_is_read_back_as_python_writes_it(sizes):
    assert read(FORM, str(tuple(sizes))) == tuple(sizes)


@given(st.text(max_size=30))
def test_no_text_at_all_breaks_the_grading(typed):
    for item in TRIAL.items:
        assert grade(item, typed).state in ("right", "wrong", "unread")


# forms

def test_a_form_counts_right_wrong_and_open_items_apart():
    form = Form(TRIAL)
    assert form.score == Score(0, 0, 3) and form.answers == {}
    form.answer(2, "0.25")
    form.answer(3, "(2, 3)")
    assert form.score == Score(right=1, wrong=1, open=1) and form.answers == {2: "0.25", 3: "(2, 3)"}
    assert str(form.score) == "1 right, 1 not yet, 1 open"


def test_an_answer_may_be_tried_again_and_a_right_one_stays_right():
    form = Form(TRIAL)
    for typed in ("0.25", -0.25, "0.25"):
        form.answer(2, typed)
    assert form.score == Score(1, 0, 2) and form.tries[1] == ["0.25", "-0.25", "0.25"]


def test_an_answer_that_cannot_be_read_leaves_its_item_open():
    form = Form(TRIAL)
    assert form.answer(1, "none of them").state == "unread"
    assert form.score == Score(0, 0, 3) and form.answers == {}


def test_two_forms_of_one_quiz_share_nothing():
    one, other = Form(TRIAL), Form(TRIAL)
    one.answer(2, "-0.25")
    assert other.score.open == 3


@pytest.mark.parametrize("n", [0, 4, "1", 1.5, None])
def test_an_item_that_does_not_exist_is_refused(n):
    with pytest.raises(BadInput, match="an item from 1 to 3"):
        Form(TRIAL).answer(n, "a")


def test_page_and_python_share_the_tries():
    form = Form(TRIAL)
    form.answer(2, "0.25")
    bundle = form._repr_mimebundle_()
    assert bundle[VIEW]["model_id"] == form._repr_mimebundle_()[VIEW]["model_id"], "all showings are one"
    view = form._shown()
    assert view.tries == [[], ["0.25"], []]
    view.tries = [[], ["0.25", "-0.25"], []]
    assert form.score == Score(1, 0, 2), "Python hears the page"
    form.answer(3, "2, 3")
    assert view.tries[2] == ["2, 3"], "the page hears Python"


def test_a_terminal_gets_the_text_and_loads_no_widget():
    form = Form(TRIAL)
    bundle = form._repr_mimebundle_(include={"text/plain", "text/html"})
    assert set(bundle) == {"text/plain", "text/html"} and form._view is None


# what stands in a saved notebook

def test_the_text_holds_questions_and_options_and_never_an_answer():
    assert plain(TRIAL).splitlines()[0] == "A trial (7.trial)"
    for form in FORMS:
        text = " ".join(plain(form).split())
        for item in form.items:
            assert item.ask in text and item.why not in text
            assert all(wrong.why not in text and wrong.name not in text for wrong in item.wrong)
            if isinstance(item, Choice):
                assert all(f"{letter}) {option}" in text for letter, option in item.options.items())


def test_the_text_is_the_same_in_every_process():
    code = "from bpkit.quizzes import quiz; print(quiz('0.warm-up'), quiz('0.warm-up')._repr_mimebundle_({'a'}))"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                           env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}).stdout for seed in ("1", "2")]
    assert runs[0] == runs[1] and "Warm-up" in runs[0]


def test_the_html_answers_each_option_only_when_it_is_opened():
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.path, self.shown, self.folded = [], "", ""

        def handle_starttag(self, tag, attrs):
            assert tag not in ("script", "style") and attrs == []
            self.path.append(tag)

        def handle_endtag(self, tag):
            assert self.path.pop() == tag, "a tag is left open"

        def handle_data(self, text):
            if "details" in self.path and "summary" not in self.path:
                self.folded += text
            else:
                self.shown += text

    for form in (*FORMS, TRIAL):
        reader = Reader()
        reader.feed(html(form))
        for item in form.items:
            texts = [item.why, *(wrong.why for wrong in item.wrong)]
            assert item.ask.replace("`", "") in reader.shown
            assert all(text.replace("`", "") in reader.folded for text in texts)
            assert not any(text.replace("`", "") in reader.shown for text in texts)


def test_marks_become_code_and_nothing_else_becomes_a_tag():
    assert marked("`a < b` & <script>") == "<code>a &lt; b</code> &amp; &lt;script&gt;"


def test_the_page_gets_its_answers_sealed():
    for form in (*FORMS, TRIAL):
        for item, sent in zip(form.items, data(form)["items"], strict=True):
            open_part = json.dumps({key: value for key, value in sent.items() if key != "sealed"})
            assert item.why not in open_part and item.why not in sent["sealed"]
            assert all(wrong.name not in open_part for wrong in item.wrong)


def test_the_module_of_the_page_stands_alone():
    text = JS.read_text("utf-8")
    assert "import " not in text and "http" not in text and "</script" not in text.lower() and "innerHTML" not in text


@pytest.mark.slow
def test_the_page_grades_every_answer_as_python_does(tmp_path):
    node = need_program("node")
    odd = ["", " ", "0", "-0.0", "1/3", "1/0", "0,5", "(3, 5)", "3x5", "3 5", "3 by 5", "(3,)", "()", "a)", "A", "z",
           "−1", "1e3", ".5", "5.", "nan", "9" * 400, "1e999", "-1/7", "[2,3]", "2 000", "+4", "B ", "١", "(", "1" * 10,
           "2\t3", "30,000", "-2,010,000.5", "0,250", "30,00", "1,000,"]
    cases = []
    for form in (*FORMS, TRIAL):
        for item, sent in zip(form.items, data(form)["items"], strict=True):
            known = [answer if isinstance(answer, str) else write(answer) for answer, _ in outcomes(item)]
            edge = (-1, 0.999, 1, 1.001) if isinstance(item, Number) else ()
            for typed in [*known, *(repr(item.right + k * item.tolerance) for k in edge), *odd]:
                said = grade(item, typed)
                cases.append([sent, typed, {"state": said.state, "text": said.text, "name": said.name, "at": said.at}])
    shutil.copy(JS, tmp_path / "form.mjs")
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    (tmp_path / "run.mjs").write_text("""
        import { readFileSync } from "node:fs";
        import { grade } from "./form.mjs";
        const cases = JSON.parse(readFileSync("cases.json", "utf-8"));
        const keys = ["state", "text", "name", "at"];
        const differ = cases.filter(([item, typed, said]) => {
            const found = grade(item, typed);
            return keys.some((key) => found[key] !== said[key]);
        });
        console.log(JSON.stringify(differ.map(([item, typed, said]) => [item.ask, typed, said, grade(item, typed)])));
    """)
    done = subprocess.run([node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
    assert len(cases) > 3000


# names and imports

def test_a_quiz_and_a_prediction_are_found_by_name():
    assert quizzes.quiz("0.warm-up").quiz.name == "0.warm-up"
    assert len(quizzes.predict("0.sign").quiz.items) == 1
    assert {form.name for form in FORMS} >= {"0.warm-up", "0.forward", "0.sign", "0.double", "0.exit", "10.exit"}


@pytest.mark.parametrize(("ask", "name", "near"), [
    (quizzes.quiz, "0.warmup", "'0.warm-up'"), (quizzes.quiz, "4.exits", "'4.exit'"),
    (quizzes.quiz, "44.exit", "'4.exit'"), (quizzes.predict, "0.forwards", "'0.forward'"),
    (quizzes.quiz, None, "one of"), (quizzes.quiz, 3, "exit"),
    (quizzes.quiz, "0.sign", "wanted: 0.warm-up"), (quizzes.predict, "0.exit", "wanted: 0.forward"),
    (quizzes.quiz, ["0.exit"], "wanted: 0.warm-up")])
def test_an_unknown_name_is_refused_with_the_nearest(ask, name, near):
    with pytest.raises(BadInput, match=near):
        ask(name)


def test_content_and_grading_load_nothing_heavy_and_only_their_own_chapter():
    code = ("import sys; from bpkit import quizzes; f = quizzes.quiz('3.exit'); f.answer(1, '-4'); repr(f); "
            "f._repr_mimebundle_({'text/html'}); print(*sys.modules)")
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"ipywidgets", "anywidget", "traitlets", "IPython", "sympy", "matplotlib"} & set(loaded)
    assert [name for name in loaded if name.startswith("bpkit.quizzes.ch")] == ["bpkit.quizzes.ch03"]
