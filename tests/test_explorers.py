"""Explorers: the page computes what Python computes, and without a kernel the picture and its numbers stay."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path as File
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from absent import need_program
from hypothesis import given, settings
from hypothesis import strategies as st
from learner import pytest_on
from shown import PENCIL, SHOWN

from bpkit import explorers
from bpkit.diagrams.graphs import neuron_nodes
from bpkit.diagrams.nodes import OPS, Node, evaluate
from bpkit.diagrams.scene import Path, Text, overlaps
from bpkit.explorers.host import Control, frame, shipped
from bpkit.explorers.inline import source, url
from bpkit.explorers.views import deltas as deltas_view
from bpkit.explorers.views import live
from bpkit.explorers.views import neuron as neuron_view
from bpkit.explorers.views.training import Run
from bpkit.network import Network
from bpkit.notation import number
from bpkit.optim import SGD
from bpkit.shapes import BadInput

STATIC = File(explorers.__file__).parent / "static"


def in_node(ask: list[list[Any]]) -> list[Any]:
    """What the explorers' own modules return, run by node from the very text that a browser gets."""
    node = need_program("node")
    modules = {file.stem: url(file.name) for file in STATIC.glob("*.js")}
    done = subprocess.run([node, str(File(__file__).parent / "js" / "answer.mjs")], capture_output=True, text=True,
                          input=json.dumps({"modules": modules, "ask": ask}), timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def random_graph(rng: np.random.Generator) -> list[Node]:
    """A graph of every operation, with its values and slopes between -30 and 30."""
    nodes = [Node(f"x{i}", value=float(rng.uniform(-2, 2))) for i in range(rng.integers(1, 5))]
    for i in range(rng.integers(3, 15)):
        for _ in range(40):
            op = str(rng.choice(list(OPS)))
            node = Node(f"u{i}", op, tuple(nodes[rng.integers(len(nodes))].name for _ in range(OPS[op].inputs)))
            try:
                local = OPS[op].local(*(evaluate_all(nodes)[name] for name in node.inputs))
                value = OPS[op].value(*(evaluate_all(nodes)[name] for name in node.inputs))
            except (ValueError, ZeroDivisionError, OverflowError):
                continue
            if max(map(abs, (value, *local))) < 30:
                nodes.append(node)
                break
    while idle := [n.name for n in nodes[:-1] if not any(n.name in m.inputs for m in nodes)]:
        nodes.append(Node(f"s{len(nodes)}", "add", (idle[0], nodes[-1].name)))
    return nodes


def evaluate_all(nodes: list[Node]) -> dict[str, float]:
    value: dict[str, float] = {}
    for node in nodes:
        inputs = [value[i] for i in node.inputs]
        value[node.name] = float(OPS[node.op].value(*inputs)) if node.value is None else node.value
    return value


@pytest.mark.slow
def test_the_page_evaluates_400_random_graphs_as_python_does() -> None:
    rng = np.random.default_rng(5)
    graphs = [random_graph(rng) for _ in range(400)]
    used = {node.op for nodes in graphs for node in nodes}
    assert used == {"input", *OPS}, f"never tried: {set(OPS) - used}"
    answers = in_node([["graph", "evaluate", shipped(nodes), {}] for nodes in graphs])
    for nodes, answer in zip(graphs, answers, strict=True):
        flow = evaluate(nodes)
        for k, node in enumerate(nodes):
            ours = [flow.value[node.name], flow.grad[node.name], *flow.local[node.name], *flow.part[node.name]]
            theirs = [answer["value"][k], answer["grad"][k], *answer["local"][k], *answer["part"][k]]
            np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-12, err_msg=f"{node} in {nodes}")


def test_the_page_writes_numbers_as_python_does() -> None:
    rng = np.random.default_rng(0)
    hard = [0.0, -0.0, 0.03125, 0.09375, -0.03125, 1e-4, 5e-5, 4.9e-5, -1e-9, 1.125e7, 1.135e7, 9999999.99999, 1e300]
    values = [*hard, *rng.normal(size=200) * 10.0 ** rng.integers(-8, 9, size=200), *np.arange(-40, 41) / 32]
    asked = [(float(v), d) for v in values for d in (1, 2, 4)]
    answers = in_node([["view", "number", v, d] for v, d in asked])
    assert [(v, d, a) for (v, d), a in zip(asked, answers, strict=True)] == [(v, d, number(v, d)) for v, d in asked]


def close(ours: Any, theirs: Any) -> bool:
    """The same words, and places that differ by no more than their last written digit."""
    digits = r"-?\d+\.?\d*"
    one, other = (text if isinstance(text, str) else " ".join(map(str, text)) for text in (ours, theirs))
    pairs = zip(re.findall(digits, one), re.findall(digits, other), strict=True)
    same = isinstance(ours, list) or re.sub(digits, "#", one) == re.sub(digits, "#", other)
    return same and all(abs(float(a) - float(b)) < 0.11 for a, b in pairs)


def random_values(rng: np.random.Generator, explorer: Any) -> dict[str, Any]:
    return {c.name: float(rng.choice([c.min, c.max, rng.uniform(c.min, c.max)], p=[0.1, 0.1, 0.8]))
            if isinstance(c, Control) else str(rng.choice(c.options)) for c in explorer.controls.values()}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWN)
def test_the_page_moves_an_explorer_to_the_picture_that_python_draws(name: str) -> None:
    rng, explorer = np.random.default_rng(1), SHOWN[name]
    tried = [random_values(rng, explorer) for _ in range(25)]
    frames = in_node([[explorer.module, "frame", explorer.state["data"], values] for values in tried])
    start = frame(explorer.draw(**explorer.values))
    for values, answer in zip(tried, frames, strict=True):
        for kind, ours in frame(explorer.draw(**values)).items():
            theirs = start[kind] | answer.get(kind, {})
            for bind, value in ours.items():
                same = close(value, theirs[bind]) if kind in ("path", "dot") else value == theirs[bind]
                assert same, f"{values}: {kind} of {bind} is {theirs[bind]} in the page, {value} in Python"


@pytest.mark.parametrize("name", SHOWN)
def test_the_pictures_of_an_explorer_stay_readable_wherever_it_is_moved(name: str) -> None:
    rng = np.random.default_rng(2)
    for _ in range(8):
        for picture in SHOWN[name].draw(**random_values(rng, SHOWN[name])):
            texts = [s for s in picture.shapes if isinstance(s, Text) and s.role != "ground"]  # those stand on dots
            clash = overlaps(t.box for t in texts)
            assert not clash, f"{texts[clash[0][0]]} meets {texts[clash[0][1]]}"
            assert all(t.box[0] >= 0 and t.box[2] <= picture.width and t.box[3] <= picture.height for t in texts)


@given(st.floats(-2, 2), st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 1), st.floats(0.01, 1))
@settings(max_examples=20)
def test_the_lines_of_the_neuron_stay_inside_their_plot(x: float, w: float, b: float, y: float, h: float) -> None:
    for shape in neuron_view.plot(x, w, b, y, h).shapes:
        if isinstance(shape, Path) and shape.bind in ("curve", "tangent", "nudge"):
            assert all(39.9 <= down <= 190.1 and 47.9 <= across <= 388.1 for _, across, down in shape.steps), shape


def test_the_neuron_says_what_the_source_document_says_and_at_y_1_the_loss_is_minus_ln_a() -> None:
    said = repr(explorers.neuron())
    for part in ("z = w · x + b = 0.4000   dL/dz = -0.4013", "a = σ(z) = 0.5987", "L = BCE(a, y) = 0.5130",
                 "w = 0.8000   dL/dw = -0.2007"):
        assert part in said
    for w in np.linspace(-3, 3, 7):
        flow = evaluate(neuron_nodes(0.5, float(w), 0.1, 1.0))
        assert flow.value["L"] == pytest.approx(-np.log(flow.value["a"]), rel=1e-14)


def picture_width(png: str) -> int:
    from PIL import Image

    with Image.open(io.BytesIO(b64decode(png))) as image:
        return image.width


@pytest.mark.slow
def test_without_a_kernel_the_picture_and_its_numbers_stay_and_are_the_same_each_time() -> None:
    (one, about), (other, _) = (explorers.neuron(w=-1.0)._repr_mimebundle_() for _ in range(2))
    assert about["image/png"]["alt"] == one["text/plain"], "said where the page shows no picture"
    assert abs(2 * about["image/png"]["width"] - picture_width(one["image/png"])) <= 1, "shown at its own size"
    assert one["image/png"] == other["image/png"] and one["text/plain"] == other["text/plain"]
    assert b64decode(one["image/png"]).startswith(b"\x89PNG") and len(one["image/png"]) < 100_000
    assert "application/vnd.jupyter.widget-view+json" in one


@pytest.mark.parametrize("mistake", deltas_view.RULES)
def test_a_mistake_in_the_deltas_shows_and_the_right_pass_is_that_of_the_network(mistake: str) -> None:
    x, y = [[0.5, 1.0], [1.0, -1.0]], [[1.0, 0.0], [0.0, 1.0]]
    trace = PENCIL.forward(x)
    right = PENCIL.backward(trace, y, "cross_entropy")
    found = deltas_view.backward(PENCIL, trace, y, deltas_view.loss_of(PENCIL, None), mistake)
    off = max(float(abs(found.dW[l] - right.dW[l]).max()) for l in right.dW)
    assert off == 0 if mistake == deltas_view.RIGHT else off > 1e-3


def test_the_transpose_can_be_left_out_in_a_square_network_only() -> None:
    x, y = [[0.5], [1.0]], [[1.0], [0.0], [0.0]]
    other = explorers.deltas(Network.random([2, 4, 3]), x, y)
    assert "transpose left out" in SHOWN["deltas"].controls["mistake"].options
    assert "transpose left out" not in other.controls["mistake"].options


def test_the_playground_trains_with_the_learners_own_backward_pass() -> None:
    def backward(W: Any, f: Any, z: Any, a: Any, y: Any) -> Any:
        L, N = max(W), y.shape[1]
        delta = {L: (a[L] - y) / N}
        for l in range(L - 1, 0, -1):
            delta[l] = (W[l + 1].T @ delta[l + 1]) * f[l].prime(z[l])
        dW = {l: d @ a[l - 1].T for l, d in delta.items()}
        return delta, dW, {l: d.sum(axis=1, keepdims=True) for l, d in delta.items()}

    def wrong(*given: Any) -> Any:
        return tuple({l: -part for l, part in parts.items()} for parts in backward(*given))

    ours, own, bad = (explorers.playground(steps=20, backward=b) for b in (None, backward, wrong))
    assert repr(ours) == repr(own) and "accuracy" in repr(own)
    kept = bad.state["data"]["kept"]
    assert kept[-1]["loss"] > kept[0]["loss"], "uphill, and it shows"


def test_a_live_playground_shows_the_steps_of_a_run_that_was_computed_before_however_it_is_asked() -> None:
    ready, live = explorers.playground(steps=30), explorers.playground(steps=30, live=True)
    assert live.values["step"] == 0 and len(live.state["data"]["kept"]) == 1
    assert "step 0 of 30" in repr(live) and live.state["data"]["last"] == 30
    said: list[Any] = []
    live.widget.send = said.append
    for first, count in ((1, 2), (1, 4), (5, 100), (10, 3), (29, 16), (31, 4)):
        live.widget._msg_callbacks(live.widget, {"from": first, "count": count}, [])
    kept = ready.state["data"]["kept"]
    assert [(one["from"], len(one["steps"]), one["error"]) for one in said] == [
        (1, 2, None), (1, 4, None), (5, 26, None), (10, 3, None), (29, 2, None), (31, 0, None)]
    assert all(one["steps"] == kept[one["from"]:one["from"] + len(one["steps"])] for one in said)


def test_what_the_learners_function_raises_is_said_with_its_line_and_the_steps_before_it_stay() -> None:
    def backward(W: Any, f: Any, z: Any, a: Any, y: Any) -> Any:
        seen.append(1)
        if len(seen) == fails:
            seen.pop()
            return {}[fails]
        return {}, W, {l: np.zeros((len(w), 1)) for l, w in W.items()}

    seen: list[int] = []
    fails, net = 4, Network.random([2, 3, 1], output="sigmoid")
    run = Run(net, [[0.5, 1.0], [1.0, -1.0]], [[1.0, 0.0]], None, backward)
    one = live.answer(run, 30, {"from": 1, "count": 8})
    assert len(one["steps"]) == 2 and one["error"].startswith("Step 3: KeyError: 4\nin line ")
    assert one["error"].endswith(": return {}[fails]")
    assert live.answer(run, 30, {"from": 3, "count": 8}) == {**one, "from": 3, "steps": []}, "asked again, it says so again"
    fails = 0
    assert len(live.answer(run, 30, {"from": 3, "count": 8})["steps"]) == 8, "mended, it goes on"


def test_a_live_run_that_stops_being_finite_says_so() -> None:
    def backward(W: Any, f: Any, z: Any, a: Any, y: Any) -> Any:
        return {}, {l: -1e3 * w**3 for l, w in W.items()}, {l: np.zeros((len(w), 1)) for l, w in W.items()}

    run = Run(Network.random([2, 3, 1], output="sigmoid"), [[0.5], [1.0]], [[1.0]], SGD(1.0), backward)
    said = live.answer(run, 100, {"from": 1, "count": 16})
    assert len(said["steps"]) < 16 and "no longer finite" in said["error"]


def test_gradients_of_another_shape_are_refused_with_words() -> None:
    def backward(W: Any, f: Any, z: Any, a: Any, y: Any) -> Any:
        return {}, {l: w.T for l, w in W.items()}, {l: np.zeros((len(w), 1)) for l, w in W.items()}

    with pytest.raises(BadInput, match=r"dW\[1\] does not fit"):
        explorers.playground(steps=3, backward=backward)


def test_a_run_that_stops_being_finite_ends_there_and_one_that_never_was_is_refused() -> None:
    def backward(scale: float) -> Any:
        def explode(W: Any, f: Any, z: Any, a: Any, y: Any) -> Any:
            return {}, {l: -scale * w**3 for l, w in W.items()}, {l: np.zeros((len(w), 1)) for l, w in W.items()}
        return explode

    explorer = explorers.playground(steps=20, opt=SGD(1.0), backward=backward(1e3))
    assert 1 < len(explorer.state["data"]["kept"]) < 21
    assert "loss" in repr(explorer) and "nan" not in repr(explorer)
    with pytest.raises(BadInput, match="not finite"):
        explorers.playground(steps=20, opt=SGD(1.0), backward=backward(np.inf))


def test_what_is_too_large_to_read_is_refused_with_words() -> None:
    with pytest.raises(BadInput, match="too many paths"):
        explorers.chain("a = x * x; b = a * a; c = b * b; f = c * c", x=1.0)
    with pytest.raises(BadInput, match="cannot draw this network"):
        explorers.playground(Network.random([2, 7, 1], output="sigmoid"))
    with pytest.raises(BadInput, match="too large to draw"):
        explorers.batch(np.ones((6, 2)), np.ones((2, 2)))
    with pytest.raises(BadInput, match="nudged input"):
        explorers.chain(nudged="w")


def test_moving_the_numbers_from_python_reaches_the_widget_and_back() -> None:
    explorer = explorers.neuron()
    explorer.set(w=-1.5)
    assert explorer.values["w"] == -1.5 and explorer.widget.values["w"] == -1.5
    explorer.widget.values = {**explorer.values, "x": 2.0}  # as a slider does
    assert explorer.values["x"] == 2.0 and "x = 2.0000" in repr(explorer)
    explorer.set(b=0.25)
    assert explorer.values == {"x": 2.0, "w": -1.5, "b": 0.25, "y": 1.0, "h": 0.5}


@pytest.mark.parametrize("wrong, said", [({"w": 4}, "w is out of range"), ({"y": -0.1}, "y is out of range"),
                                         ({"x": "a"}, "not made of numbers"), ({"b": float("nan")}, "not finite")])
def test_a_number_out_of_range_is_refused_with_words(wrong: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        explorers.neuron(**wrong)
    with pytest.raises(BadInput, match="no number of this explorer"):
        explorers.neuron().set(weight=1)


def test_a_page_of_its_own_asks_no_server_and_imports_nothing_by_a_relative_address() -> None:
    page = explorers.neuron().page()
    shown = page.replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in shown and "https://" not in shown
    assert page.count("</script>") == 1, "inlined code would end its own script"
    for file in STATIC.glob("*.js"):
        assert not re.search(r'from\s+"\./', source(file.name))
    ElementTree.fromstring(explorers.neuron().state["data"]["pictures"][0])


def test_asking_for_an_explorer_loads_no_widget_until_it_is_shown() -> None:
    code = ("import sys; from bpkit import explorers; e = explorers.neuron(); "
            "print([m for m in ('matplotlib', 'ipywidgets', 'anywidget') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_server_extension_switches_the_delay_off_and_opens_as_before() -> None:
    import asyncio
    from threading import Thread

    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    from bpkit.explorers import server

    opened, calls = KernelWebsocketHandler.open, []

    class Socket:
        def set_nodelay(self, value: bool) -> None:
            calls.append(("nodelay", value))

    async def open_(self: Any, kernel: str) -> None:
        calls.append(("open", kernel))

    try:
        KernelWebsocketHandler.open = open_  # type: ignore[method-assign,assignment]
        server._load_jupyter_server_extension(None)
        opening = KernelWebsocketHandler.open(Socket(), "k")  # type: ignore[arg-type]
        thread = Thread(target=asyncio.run, args=[opening])  # the browser tests may hold this thread's event loop
        thread.start()
        thread.join()
    finally:
        KernelWebsocketHandler.open = opened  # type: ignore[method-assign]
    assert calls == [("nodelay", True), ("open", "k")]
    assert server._jupyter_server_extension_points() == [{"module": "bpkit.explorers.server"}]


@pytest.mark.slow
def test_a_saved_notebook_keeps_every_picture_and_nbval_passes_it_twice(tmp_path: File) -> None:
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in (
        "from bpkit import diagrams, explorers\nneuron = explorers.neuron(w=-1.0)\nneuron", "neuron.set(w=1.0)\nneuron",
        "diagrams.neuron()")])
    NotebookClient(book, kernel_name="python3", store_widget_state=False, timeout=120).execute()
    html, _ = HTMLExporter().from_notebook_node(book)
    assert len(re.findall(r'<img [^>]*src="data:image/(png|svg\+xml);base64,[\w+/]{1000}', html)) == 3
    text = nbformat.writes(book)
    for name, saved in (("once", text), ("twice", text), ("wrong", text.replace("y) = 0.4741", "y) = 0.4742"))):
        (tmp_path / f"{name}.ipynb").write_text(saved, "utf-8")
    done = pytest_on(tmp_path, "-q", "-rA")
    assert "1 failed, 8 passed" in done.stdout, done.stdout
    assert re.findall(r"^FAILED (\w+)", done.stdout, re.MULTILINE) == ["wrong"], "a wrong number in text/plain is found"


SAVED = sorted(File(__file__).parents[1].glob("solutions/*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_a_saved_solution_shows_every_explorer_without_a_kernel_and_converts_with_no_missing_image(path: File) -> None:
    import nbformat
    from nbconvert import HTMLExporter
    from PIL import Image

    book = nbformat.read(path, as_version=4)
    explored = [cell for cell in book.cells if cell.cell_type == "code" and "bp.explore." in cell.source]
    shown = [next(output.data for output in cell.outputs if "image/png" in output.get("data", {})) for cell in explored]
    assert "widgets" not in book.metadata
    html, _ = HTMLExporter().from_notebook_node(book)
    for data in shown:
        with Image.open(io.BytesIO(b64decode(data["image/png"]))) as image:
            assert image.width > 600 and image.height > 200
        assert "".join(data["image/png"].split()) in re.sub(r"\s", "", html), "the picture is not in the page"
        assert len(data["text/plain"].splitlines()) > 1, "the numbers stay as text"
    sources = re.findall(r"<img\b[^>]*?\bsrc=\s*[\"']?([^\"'\s>]*)", html)
    assert all(src.startswith("data:image/") and len(src) > 1000 for src in sources), "an image is missing"
    assert len(sources) >= len(shown)
