"""Quiz forms in a real JupyterLab: answered by keyboard and by mouse, graded in the page, heard by Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from bpkit import quizzes
from bpkit.quizzes.grade import outcomes

pytestmark = pytest.mark.slow
SHOWN = ".bp-quiz"
WARM_UP = quizzes.quiz("0.warm-up").quiz.items


def letter(item: Any, n: int) -> str:
    """The letter of the right option (n = 0), or of the n-th wrong one."""
    return outcomes(item)[n][0]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with a quiz in two views and a prediction."""
    cells = ["from bpkit import quizzes\nform = quizzes.quiz('0.warm-up')\nform", "form", "quizzes.predict('0.sign')"]
    return write(tmp_path / "quiz.ipynb", [nbformat.v4.new_code_cell(cell) for cell in cells])


def write(path: Path, cells: list[Any]) -> Path:
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)
    return path


@pytest.fixture
def forms(opened: Any, desk: Any, notebook: Path) -> Any:
    """``forms(width, dark)`` runs the notebook in JupyterLab and returns it with the forms in it."""
    def run(width: int = 1280, dark: bool = False) -> tuple[Any, Any]:
        book = opened(notebook, width, dark)
        book.run_all()
        desk.page.wait_for_function(f"document.querySelectorAll('{SHOWN}').length === 3")
        return book, desk.page.locator(SHOWN)
    return run


def test_a_form_is_answered_by_keyboard_alone(desk: Any, forms: Any) -> None:
    book, views = forms()
    items = views.first.locator("fieldset")
    keys = desk.page.keyboard
    assert items.evaluate_all("all => all.map(one => one.dataset.state)") == ["open"] * 4

    items.nth(0).get_by_role("textbox").focus()
    keys.type("0.6")
    keys.press("Enter")
    verdict = items.nth(0).get_by_role("status")
    assert verdict.text_content() == (
        "0.6 is not right yet: the rise without the run. 0.6 is how far the curve climbs; a slope divides that by how "
        "far you went to the right. See chapter 0, exercise 0.2.")
    assert items.nth(0).get_attribute("data-state") == "wrong"
    assert items.nth(0).get_by_text("not yet", exact=True).count()

    keys.press("Control+A")
    keys.type("6/2")
    keys.press("Tab")
    assert desk.page.evaluate("document.activeElement.textContent") == "Check"
    keys.press("Space")
    assert verdict.text_content().startswith("6/2 is right. The rise is 0.6")

    keys.press("Tab")
    wrong, right = letter(WARM_UP[1], 1), letter(WARM_UP[1], 0)
    radio = items.nth(1).get_by_role("radio")
    keys.press("Space")
    for _ in range(ord(wrong) - ord("a")):
        keys.press("ArrowDown")
    assert items.nth(1).get_attribute("data-state") == "open", "moving over the options answers nothing"
    assert radio.nth(ord(wrong) - ord("a")).is_checked()
    keys.press("Enter")
    assert f"{wrong} is not right yet: domain taken for range." in items.nth(1).get_by_role("status").text_content()
    radio.nth(ord(right) - ord("a")).focus()
    keys.press("Space")
    keys.press("Enter")
    assert items.nth(1).get_attribute("data-state") == "right"
    assert views.first.locator(".bp-score").text_content() == "2 right, 0 not yet, 2 open"

    wanted = f"2 right, 0 not yet, 2 open [['0.6', '6/2'], ['{wrong}', '{right}'], [], []]\n"
    assert book.python_soon("print(form.score, form.tries)", wanted) == wanted
    assert desk.page.locator(".jp-Notebook.jp-mod-editMode").count() == 0, "no key reached JupyterLab"
    assert len(book.outputs()) == 3 and desk.wrong == []


def test_both_views_and_python_stay_in_step_and_what_cannot_be_read_stays_open(desk: Any, forms: Any) -> None:
    book, views = forms()
    items = views.first.locator("fieldset")
    for n, typed, said in ((1, "", "Choose a, b, c or d."), (0, "three", "Type a number such as -0.25")):
        if typed:
            items.nth(n).get_by_role("textbox").fill(typed)
        items.nth(n).get_by_role("button", name="Check").click()
        assert items.nth(n).get_by_role("status").text_content().startswith(f"No answer yet. {said}")
        assert items.nth(n).get_attribute("data-state") == "open"
        assert items.nth(n).get_by_text("open", exact=True).count()
    assert book.python("print(form.score, form.tries)") == "0 right, 0 not yet, 4 open [[], [], [], []]\n"

    first, second = (views.nth(k).locator("fieldset").nth(2) for k in (0, 1))
    right = letter(WARM_UP[2], 0)
    first.get_by_label(f"{right})").check()
    first.get_by_role("button", name="Check").click()
    assert second.get_attribute("data-state") == "right" and second.get_by_label(f"{right})").is_checked()

    typing = items.first.get_by_role("textbox")
    typing.fill("0.6")
    typing.press("Enter")
    typing.fill("2.9")
    book.python("form.answer(4, '10')")
    desk.page.wait_for_function(f"document.querySelectorAll('{SHOWN} [data-state=wrong]').length >= 6")
    assert "the order exchanged" in views.nth(1).locator("fieldset").nth(3).get_by_role("status").text_content()
    assert typing.input_value() == "2.9", "what is being typed stays"
    assert views.nth(2).locator("fieldset").get_attribute("data-state") == "open", "another form is another form"
    assert desk.wrong == []


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 800)], ids=["light", "dark and narrow"])
def test_axe_finds_no_barrier_in_a_form(desk: Any, forms: Any, axe: str, dark: bool, width: int) -> None:
    book, views = forms(width, dark)
    assert desk.barriers(axe, SHOWN) == []
    assert views.evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)"), "wider than its cell"
    for n, typed in ((1, "0.6"), (2, letter(WARM_UP[1], 0)), (3, letter(WARM_UP[2], 2))):
        book.python(f"form.answer({n}, {typed!r})")
    desk.page.wait_for_function(f"document.querySelectorAll('{SHOWN} [data-state=wrong] strong').length >= 4")
    assert desk.barriers(axe, SHOWN) == []
    names = views.first.get_by_role("radio").evaluate_all("all => all.map(one => one.labels[0].textContent)")
    assert len(names) == 8 and all(name[1] == ")" for name in names)
    assert desk.wrong == []


def test_a_saved_notebook_shows_the_form_without_a_kernel(desk: Any, opened: Any, tmp_path: Path) -> None:
    form = quizzes.quiz("0.exit")
    bundle = form._repr_mimebundle_(include={"text/plain", "text/html"})
    output = nbformat.v4.new_output("execute_result", data=bundle)
    opened(write(tmp_path / "saved.ipynb", [nbformat.v4.new_code_cell("bp.quiz('0.exit')", outputs=[output])]))
    folds = desk.page.locator(".jp-OutputArea details")
    folds.first.wait_for()
    assert folds.count() == sum(len(item.options) for item in form.quiz.items)
    right = folds.nth(ord(letter(form.quiz.items[0], 0)) - ord("a"))
    assert not right.get_by_text("Right.").is_visible(), "nothing is answered before it is opened"
    right.locator("summary").focus()
    desk.page.keyboard.press("Space")
    assert right.get_by_text("Right.").is_visible()
    assert desk.wrong == []
