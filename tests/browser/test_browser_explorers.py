"""Explorers in a real JupyterLab: moved by mouse, keyboard and typing, they show the number that Python computes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image
from shown import SHOWN

from bpkit import explorers
from bpkit.diagrams import outer_products
from bpkit.diagrams.graphs import neuron_nodes
from bpkit.diagrams.nodes import evaluate
from bpkit.diagrams.scene import READABLE
from bpkit.explorers.host import Choice, frame
from bpkit.notation import number

pytestmark = pytest.mark.slow
SHOWN_AS = ".bp-explorer"


CELLS = ["from bpkit import explorers\nfrom IPython.display import HTML\nneuron = explorers.neuron()\nneuron", "neuron",
         "HTML(neuron.html())", "from bpkit import diagrams\ndiagrams.outer_products([[1.0, 2.0]] * 3, [[0.5, 1.5]] * 3)"]
LEARNER = """
from bpkit import explorers
calls, stop = 0, 10**9

def backward(W, f, z, a, y):
    global calls
    calls += 1
    L, N = max(W), y.shape[1] if calls <= stop else 0
    delta = {L: (a[L] - y) * (1 / N)}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * f[l].prime(z[l])
    return delta, {l: delta[l] @ a[l - 1].T for l in delta}, {l: delta[l].sum(axis=1, keepdims=True) for l in delta}

played = explorers.playground(steps=600, backward=backward, live=True)
played
"""


def notebook(path: Path, cells: list[str]) -> Path:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)
    return path


@pytest.fixture(scope="module")
def neurons(lab: Any, desk: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """A notebook with an explorer in two views and the same one as HTML, and these three."""
    with lab.opened(desk, notebook(tmp_path_factory.mktemp("neurons") / "neuron.ipynb", CELLS)) as book:
        book.run_all()
        desk.page.wait_for_function(f"document.querySelectorAll('{SHOWN_AS}').length === 3")
        yield book, desk.page.locator(SHOWN_AS)


def expected(name: str, **values: float) -> str:
    flow = evaluate(neuron_nodes(**{"x": 0.5, "w": 0.8, "b": 0.0, "y": 1.0} | values))
    return number(flow.value[name])


def shown(place: Any, name: str) -> str:
    return place.locator(f'[data-bind="value:{name}"]').first.text_content()


def test_an_explorer_moves_by_mouse_by_keyboard_and_by_typing_in_every_view(desk: Any, neurons: Any) -> None:
    (book, views), one = neurons, desk
    first, second, alone = views.nth(0), views.nth(1), views.nth(2)
    first.get_by_role("button", name="Reset").click()
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

    wanted = f"{dict(x=2.0, w=w, b=0.0, y=1.0, h=0.5)}\n"
    assert book.python_soon("print({name: float(v) for name, v in neuron.values.items()})", wanted) == wanted, "Python hears"
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


def test_200_drags_in_5_seconds_lose_no_last_value_and_the_picture_rests_with_the_hand(desk: Any, neurons: Any) -> None:
    book, views = neurons
    first = views.first
    late = first.get_by_label("w, weight", exact=True).evaluate("""async (slider) => {
        let painted = 0;
        const watch = new MutationObserver(() => (painted = performance.now()));
        slider.closest(".bp-explorer").querySelectorAll(".bp-figure").forEach((figure) =>
            watch.observe(figure, {subtree: true, childList: true, characterData: true, attributes: true}));
        const move = (value) => {
            slider.value = value;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
        };
        for (let k = 0; k < 200; k++) {
            move(3 * Math.sin(k / 7));
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const hand = performance.now();
        move(1.25);
        await new Promise((resolve) => setTimeout(resolve, 1500));
        watch.disconnect();
        return painted - hand;
    }""")
    assert 0 <= late <= 100, "milliseconds from the last event to the last stroke, while Python still answers"
    assert shown(first, "L") == expected("L", w=1.25, **rest(book)), "no echo from Python moves it back"
    assert json.loads(book.python("import json; print(json.dumps(neuron.values))"))["w"] == 1.25
    assert desk.wrong == []


def rest(book: Any) -> dict[str, float]:
    """The numbers of the neuron besides w."""
    values = json.loads(book.python("import json; print(json.dumps(neuron.values))"))
    return {name: values[name] for name in "xby"}


def test_axe_finds_no_barrier_in_jupyterlab_light_or_narrow_and_dark(desk: Any, neurons: Any, axe: str) -> None:
    book, views = neurons
    try:
        assert desk.barriers(axe, SHOWN_AS) == []
        desk.look(800, dark=True)
        book.paint(dark=True)
        assert desk.barriers(axe, SHOWN_AS) == []
        assert views.evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)"), "a picture is cut off"
        diagram = desk.page.locator(".jp-RenderedHTML", has=desk.page.get_by_role("img", name="example 1"))
        width = round(READABLE * outer_products([[1.0, 2.0]] * 3, [[0.5, 1.5]] * 3).width)
        assert diagram.evaluate("one => one.querySelector('img').width") == width, "no smaller than it can be read"
        assert diagram.evaluate("one => getComputedStyle(one).overflowX") == "auto", "its place scrolls"
    finally:
        desk.look(1280, dark=False)
        book.paint(dark=False)
    assert desk.wrong == []


def test_a_picture_takes_the_theme_of_jupyterlab_whatever_the_system_has(desk: Any, neurons: Any) -> None:
    book, _ = neurons
    picture = desk.page.get_by_role("img", name="example 1")
    try:
        for dark in (True, False):
            book.paint(dark)
            for system_dark in (True, False):
                desk.look(1280, system_dark)
                picture.scroll_into_view_if_needed()
                with Image.open(io.BytesIO(picture.screenshot())) as shot:
                    corner = shot.convert("L").getpixel((3, 3))
                assert corner < 40 if dark else corner > 215, (dark, system_dark)
    finally:
        desk.look(1280, dark=False)
        book.paint(dark=False)


def test_the_learners_function_drives_the_playground_and_rests_when_nobody_looks(
        desk: Any, opened: Any, tmp_path: Path) -> None:
    book = opened(notebook(tmp_path / "live.ipynb", [LEARNER, "", *["0"] * 3]))
    book.run_all()
    view, page = desk.page.get_by_role("group", name="A network learns"), desk.page
    step = view.get_by_label("step, time", exact=True)
    assert step.input_value() == "0" and "step 0 of 600" in view.text_content()

    def calls() -> int:
        return int(book.python("print(calls)"))

    def play_to(least: int) -> None:
        view.scroll_into_view_if_needed()
        view.get_by_role("button", name="Play").focus()
        page.keyboard.press("Space")
        page.wait_for_function("([step, least]) => step.valueAsNumber >= least", arg=[step.element_handle(), least])

    def rests() -> bool:
        page.wait_for_timeout(300)  # what was under way arrives
        before = calls()
        page.wait_for_timeout(500)
        return before == calls()

    play_to(20)
    page.keyboard.press("Space")
    assert rests() and calls() < 100, "paused, nothing is computed"
    here = int(step.input_value())
    values = json.loads(book.python("import json; print(json.dumps(played.values))"))
    assert values["step"] == here, "Python knows where it rests"
    said = book.python("print(played)").splitlines()
    assert said[0] == f"step {here} of 600"
    assert filled(view)["reading:1"] == [said[1]], "the page shows the loss of Python's step"

    before = calls()
    view.get_by_role("button", name="Reset").click()
    play_to(here)
    assert calls() >= before, "what is known is shown again"
    view.evaluate("one => { one.style.marginTop = '3000px'; }")
    assert rests(), "scrolled away, nothing is computed"
    view.evaluate("one => { one.style.marginTop = ''; }")

    book.python("stop = calls + 5")
    view.get_by_role("button", name="Play").click()
    alert = view.locator("[role=alert]")
    page.wait_for_function("alert => alert.textContent", arg=alert.element_handle())
    assert "ZeroDivisionError" in alert.text_content() and "delta = {L: (a[L] - y) * (1 / N)}" in alert.text_content()
    assert rests()
    book.python("stop = 10**9")
    play_to(int(step.input_value()) + 20)
    assert alert.text_content() == "", "mended, it goes on"
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs').then(() => null)")
    view.wait_for(state="detached")
    assert rests(), "closed, nothing is computed"
    assert desk.wrong == []


def test_a_live_playground_without_a_kernel_says_so(tab: Any) -> None:
    one = tab()
    one.page.set_content(explorers.playground(steps=30, live=True).page())
    one.page.get_by_role("button", name="Play").click()
    one.page.get_by_role("alert").get_by_text("here no kernel runs").wait_for()
    assert one.page.get_by_role("button", name="Play").count() == 1 and one.wrong == []


def filled(place: Any) -> dict[str, list[str]]:
    """The texts of all bound parts of an explorer, or of a page."""
    place = place.locator("body") if hasattr(place, "set_content") else place
    return place.evaluate("""root => [...root.querySelectorAll("text[data-bind]")].reduce((found, part) => {
        (found[part.dataset.bind] ??= []).push(part.textContent);
        return found;
    }, {})""")


CLASHES = """() => [...document.querySelectorAll(".bp-figure svg")].flatMap((svg) => {
    const outer = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text:not(.bp-ground)")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    const out = texts.filter(([, r]) => r.left < outer.left || r.right > outer.right || r.bottom > outer.bottom);
    const high = (r) => r.height / 6;
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + high(a) < b.bottom && b.top + high(b) < a.bottom;
    const pairs = texts.flatMap(([s, a], i) =>
        texts.slice(0, i).filter(([t, b]) => s && t && meet(a, b)).map(([u]) => s + " | " + u));
    return [...pairs, ...out.map(([s]) => s)];
})"""

# no picture is smaller than its labels can be read, and what does not fit is scrolled, by keyboard as well
LEGIBLE = """least => [...document.querySelectorAll(".bp-figure")].every((figure) => {
    const svg = figure.querySelector("svg");
    return svg.getBoundingClientRect().width >= least * svg.viewBox.baseVal.width - 1
        && (figure.scrollWidth <= figure.clientWidth || figure.tabIndex === 0);
})"""


@pytest.mark.parametrize("name", SHOWN)
def test_an_explorer_is_read_and_moved_by_everybody(tab: Any, axe: str, name: str) -> None:
    """Light and dark, wide and narrow, by keyboard alone: to the numbers that Python computes."""
    one, explorer = tab(), SHOWN[name]
    one.page.set_content(explorer.page())
    one.page.wait_for_selector(SHOWN_AS)
    assert one.barriers(axe, "html") == []
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
        assert box.evaluate("box => getComputedStyle(box).outlineStyle") == "solid", "the focus is seen"
    assert all(values[name] != explorer.values[name] for name in values if name != "y"), "every control has moved"
    expected = frame(explorer.draw(**values))["text"]
    assert {bind: texts[0] for bind, texts in filled(one.page.locator(SHOWN_AS)).items()} == expected
    for width, dark in ((1280, False), (800, True), (400, False)):
        one.look(width, dark)
        assert one.page.evaluate(CLASHES) == []
        assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
        one.page.wait_for_function(LEGIBLE, arg=READABLE)
        if width < 1280:
            assert one.barriers(axe, "html") == []
    one.page.wait_for_function("document.querySelector('.bp-said').textContent")  # to a screen reader, at rest
    assert one.wrong == []


def test_every_control_is_reached_by_the_tab_key_and_none_holds_it(tab: Any) -> None:
    one = tab()
    one.page.set_content(SHOWN["playground"].page())
    reached = []
    for _ in range(8):
        one.page.keyboard.press("Tab")
        reached.append(one.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    assert reached[:5] == ["step, time", "step, time, typed", "speed", "Play", "Reset"]
    assert reached[5] not in reached[:5]


def test_a_wire_that_is_clicked_says_its_local_factor(tab: Any) -> None:
    one, explorer = tab(), explorers.chain("s = x * x; L = s * y", x=1.5, y=-2.0)
    one.page.set_content(explorer.page())
    chooser = one.page.get_by_label("wire", exact=True)
    wires = explorer.state["data"]["wires"]
    assert list(wires) == ["x → s (1)", "x → s (2)", "s → L", "y → L"]
    for name in reversed(wires):
        place = one.page.locator(f'[data-bind="wire:{wires[name]["end"]}:{wires[name]["k"]}"]').evaluate("""(wire) => {
            const p = wire.getPointAtLength(0.9 * wire.getTotalLength()).matrixTransform(wire.getScreenCTM());
            return [p.x, p.y];
        }""")
        one.page.mouse.click(*place)
        assert chooser.input_value() == name
        ours = frame(explorer.draw(**{**explorer.values, "wire": name}))["text"]
        assert [filled(one.page)[f"local:{k}"][0] for k in range(4)] == [ours[f"local:{k}"] for k in range(4)]
    assert ours["local:1"] == "local factor ds/dx = x = 1.5000"
    assert one.wrong == []


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
