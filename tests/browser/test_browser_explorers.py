"""Explorers in a real JupyterLab: moved by mouse, keyboard and typing, they show the number that Python computes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from shown import SHOWN

from bpkit import explorers
from bpkit.diagrams.graphs import neuron_nodes
from bpkit.diagrams.nodes import evaluate
from bpkit.explorers.host import Choice, frame
from bpkit.notation import number

pytestmark = pytest.mark.slow
SHOWN_AS = ".bp-explorer"


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with an explorer in two views, the same one as HTML, and one more."""
    cells = ["from bpkit import explorers\nfrom IPython.display import HTML\nneuron = explorers.neuron()\nneuron",
             "neuron", "HTML(neuron.html())"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, tmp_path / "neuron.ipynb")
    return tmp_path / "neuron.ipynb"


def expected(name: str, **values: float) -> str:
    flow = evaluate(neuron_nodes(**{"x": 0.5, "w": 0.8, "b": 0.0, "y": 1.0} | values))
    return number(flow.value[name])


def shown(place: Any, name: str) -> str:
    return place.locator(f'[data-bind="value:{name}"]').first.text_content()


def test_an_explorer_moves_by_mouse_by_keyboard_and_by_typing_in_every_view(lab: Any, tab: Any, notebook: Path) -> None:
    one = tab()
    book = lab.open(one, notebook)
    book.run_all()
    views = one.page.locator(SHOWN_AS)
    one.page.wait_for_function(f"document.querySelectorAll('{SHOWN_AS}').length === 3")
    first, second, alone = views.nth(0), views.nth(1), views.nth(2)
    assert shown(first, "L") == "0.5130"

    slider = first.get_by_label("w, weight", exact=True)
    slider.focus()
    for _ in range(4):
        one.page.keyboard.press("ArrowRight")
    assert shown(first, "L") == expected("L", w=1.0), "the keyboard moves w by 4 steps of 0.05"
    assert shown(second, "L") == shown(first, "L"), "a second view stays in step"
    assert shown(alone, "L") == "0.5130", "the one without a kernel is another"

    box = slider.bounding_box()
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2, steps=8)
    one.page.mouse.up()
    w = float(slider.input_value())
    assert w < -1 and shown(first, "L") == expected("L", w=w), "the mouse drags w"

    typed = first.get_by_label("x, input, typed")
    typed.fill("-1.2345")
    assert shown(first, "L") == expected("L", w=w, x=-1.2345)
    typed.fill("77")
    assert shown(first, "L") == expected("L", w=w, x=-1.2345), "out of range, nothing moves"
    typed.press("Tab")
    assert typed.input_value() == "2", "left, it is the nearest in range"
    assert shown(first, "L") == expected("L", w=w, x=2.0)

    one.page.wait_for_timeout(300)
    heard = json.loads(book.python("import json; print(json.dumps(neuron.values))"))
    assert heard == {"x": 2.0, "w": w, "b": 0.0, "y": 1.0, "h": 0.5}, "Python hears the last value"
    book.python("neuron.set(w=-0.5, x=0.5)")
    moved = f"document.querySelector('{SHOWN_AS} [data-bind=\"value:w\"]').textContent === '-0.5000'"
    one.page.wait_for_function(moved)
    assert shown(first, "L") == expected("L", w=-0.5) == shown(second, "L"), "Python drives it"
    first.get_by_role("button", name="Reset").click()
    assert shown(first, "L") == "0.5130"

    alone.get_by_label("b, bias", exact=True).focus()
    one.page.keyboard.press("Home")
    assert shown(alone, "L") == expected("L", b=-3.0), "alive without its kernel"
    one.page.wait_for_timeout(700)
    assert f"L = {expected('L', b=-3.0)}" in alone.get_by_role("status").text_content(), "said at rest"
    assert book.errors() == []
    assert one.wrong == []


def test_200_drags_in_5_seconds_lose_no_last_value(lab: Any, tab: Any, notebook: Path) -> None:
    one = tab()
    book = lab.open(one, notebook)
    book.run_all()
    first = one.page.locator(SHOWN_AS).first
    first.get_by_label("w, weight", exact=True).evaluate("""async (slider) => {
        for (let k = 0; k < 200; k++) {
            slider.value = 3 * Math.sin(k / 7);
            slider.dispatchEvent(new Event("input", {bubbles: true}));
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        slider.value = 1.25;
        slider.dispatchEvent(new Event("input", {bubbles: true}));
    }""")
    assert shown(first, "L") == expected("L", w=1.25)
    one.page.wait_for_timeout(500)
    assert json.loads(book.python("import json; print(json.dumps(neuron.values))"))["w"] == 1.25
    assert shown(first, "L") == expected("L", w=1.25), "no echo from Python moves it back"
    assert one.wrong == []


@pytest.mark.parametrize("width, dark", [(1280, False), (800, True)], ids=["light", "narrow and dark"])
def test_axe_finds_no_barrier(lab: Any, tab: Any, notebook: Path, axe: str, width: int, dark: bool) -> None:
    one = tab(width, dark)
    lab.open(one, notebook, dark).run_all()
    one.page.wait_for_function(f"document.querySelectorAll('{SHOWN_AS}').length === 3")
    assert one.barriers(axe, SHOWN_AS) == []
    page = tab(width, dark)
    page.page.set_content(explorers.neuron().page())
    page.page.wait_for_selector(SHOWN_AS)
    assert page.barriers(axe, "html") == []
    assert one.wrong == [] and page.wrong == []


@pytest.mark.parametrize("width", [1280, 800])
def test_no_text_of_a_live_picture_overlaps_and_none_is_cut_off(tab: Any, width: int) -> None:
    one = tab(width)
    one.page.set_content(explorers.neuron(x=-2.0, w=-3.0, b=-3.0, y=0.35).page())
    one.page.wait_for_selector(SHOWN_AS)
    clash = one.page.evaluate("""() => [...document.querySelectorAll(".bp-figure svg")].flatMap((svg) => {
        const outer = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
        const out = texts.filter(([, r]) => r.left < outer.left || r.right > outer.right || r.bottom > outer.bottom);
        const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom;
        const pairs = texts.flatMap(([s, a], i) =>
            texts.slice(0, i).filter(([, b]) => meet(a, b)).map(([u]) => s + " | " + u));
        return [...pairs, ...out.map(([s]) => s)];
    })""")
    assert clash == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def filled(place: Any) -> dict[str, list[str]]:
    """The texts of all bound parts of an explorer."""
    return place.evaluate("""root => [...root.querySelectorAll("text[data-bind]")].reduce((found, part) => {
        (found[part.dataset.bind] ??= []).push(part.textContent);
        return found;
    }, {})""")


@pytest.mark.parametrize("name", SHOWN)
def test_every_control_moves_by_keyboard_to_the_numbers_that_python_computes(tab: Any, name: str) -> None:
    one, explorer = tab(), SHOWN[name]
    one.page.set_content(explorer.page())
    one.page.wait_for_selector(SHOWN_AS)
    values = explorer.values
    for control in explorer.controls.values():
        if isinstance(control, Choice):
            box = one.page.get_by_label(control.label, exact=True)
            box.focus()
            one.page.keyboard.press("ArrowUp" if values[control.name] == control.options[-1] else "ArrowDown")
            values[control.name] = box.input_value()
        else:
            box = one.page.get_by_label(f"{control.name}, {control.label}", exact=True)
            box.focus()
            one.page.keyboard.press("ArrowLeft")
            values[control.name] = float(box.input_value())
    assert all(values[name] != explorer.values[name] for name in values if name != "y"), "every control has moved"
    expected = frame(explorer.draw(**values))["text"]
    assert {bind: texts[0] for bind, texts in filled(one.page.locator(SHOWN_AS)).items()} == expected
    assert one.wrong == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_no_barrier_in_the_page_of_an_explorer(tab: Any, axe: str, name: str, dark: bool) -> None:
    one = tab(800 if dark else 1280, dark)
    one.page.set_content(SHOWN[name].page())
    one.page.wait_for_selector(SHOWN_AS)
    assert one.barriers(axe, "html") == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_a_training_run_plays_pauses_goes_on_and_stops_when_it_is_gone(tab: Any) -> None:
    one = tab()
    one.page.set_content(SHOWN["playground"].page())
    step = one.page.get_by_label("step, time", exact=True)
    step.focus()
    one.page.keyboard.press("Home")
    one.page.get_by_label("speed", exact=True).select_option("slow")
    one.page.get_by_role("button", name="Play").click()
    one.page.wait_for_function("document.querySelector('input[type=range]').valueAsNumber >= 3")
    one.page.get_by_role("button", name="Pause").click()
    here = step.input_value()
    one.page.wait_for_timeout(400)
    assert step.input_value() == here and 3 <= float(here) < 30, "it stands still"
    one.page.get_by_label("speed", exact=True).select_option("fast")
    one.page.get_by_role("button", name="Play").click()
    one.page.wait_for_function("document.querySelector('input[type=range]').valueAsNumber === 30")
    one.page.get_by_role("button", name="Play").wait_for()
    assert one.wrong == []


def test_who_wants_no_motion_takes_steps(tab: Any) -> None:
    one = tab()
    one.page.emulate_media(reduced_motion="reduce")
    one.page.set_content(SHOWN["race"].page())
    one.page.get_by_role("button", name="Step").click()
    assert one.page.get_by_label("step, time", exact=True).input_value() == "41"
    one.page.wait_for_timeout(300)
    assert one.page.get_by_label("step, time", exact=True).input_value() == "41"


def test_a_page_without_scripts_shows_the_picture(chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(explorers.neuron().page())
    image = page.locator("img")
    assert image.is_visible() and "L = BCE(a, y) = 0.5130" in image.get_attribute("alt")
    assert image.bounding_box()["width"] > 400
    context.close()
