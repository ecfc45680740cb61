"""Pictures show the right numbers, in a place of their own, to every reader."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from base64 import b64decode
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bpkit import diagrams
from bpkit.activations import sigmoid, softmax
from bpkit.diagrams.graphs import neuron_nodes
from bpkit.diagrams.nodes import OPS, Node, evaluate
from bpkit.diagrams.scene import ROLES, Box, Path, Picture, Text, overlaps, text_width
from bpkit.network import Network
from bpkit.notation import number
from bpkit.shapes import BadInput, BadType

SVG = "{http://www.w3.org/2000/svg}"
TYPICAL = [("mul", 2), ("add", 2), ("sub", 2), ("sigmoid", 1), ("tanh", 1), ("square", 1), ("sin", 1), ("affine", 3)]


def bound(picture: Picture) -> dict[str, list[str]]:
    """The texts of the elements with a data-bind attribute."""
    found: dict[str, list[str]] = {}
    for element in ElementTree.fromstring(picture.svg).iter(SVG + "text"):
        if "data-bind" in element.attrib:
            found.setdefault(element.attrib["data-bind"], []).append(element.text or "")
    return found


def assert_readable(picture: Picture) -> None:
    texts = [shape for shape in picture.shapes if isinstance(shape, Text)]
    clash = overlaps(text.box for text in texts)
    assert not clash, f"{texts[clash[0][0]]} and {texts[clash[0][1]]} overlap"
    frames = [s for s in picture.shapes if isinstance(s, Box) and s.role != "ground"]
    for text in texts:
        left, top, right, bottom = text.box
        assert left >= 0 and top >= 0 and right <= picture.width and bottom <= picture.height, f"{text} leaves"
        for f in frames:
            outside = right <= f.x or left >= f.x + f.width or bottom <= f.y or top >= f.y + f.height
            inside = left >= f.x and right <= f.x + f.width and top >= f.y and bottom <= f.y + f.height
            assert outside or inside, f"{text} crosses the edge of {f}"


@st.composite
def expressions(draw: st.DrawFn) -> list[Node]:
    """A random graph with forks, long wires and shared values; every node is on a way to the last one."""
    nodes = [Node(f"x{i}", value=draw(st.floats(-2, 2))) for i in range(draw(st.integers(1, 4)))]
    for i in range(draw(st.integers(1, 9))):
        op, inputs = draw(st.sampled_from(TYPICAL))
        nodes.append(Node(f"u{i}", op, tuple(draw(st.sampled_from(nodes)).name for _ in range(inputs))))
    while len(idle := [n.name for n in nodes[:-1] if not any(n.name in m.inputs for m in nodes)]) > 0:
        nodes.append(Node(f"s{len(nodes)}", "add", (idle[0], nodes[-1].name)))
    return nodes


def network_and_passes(sizes: list[int], seed: int, N: int):
    rng = np.random.default_rng(seed)
    net = Network.random(sizes, rng=rng)
    trace = net.forward(rng.normal(size=(sizes[0], N)) * 10 ** rng.uniform(-1, 2))
    y = np.eye(sizes[-1])[:, rng.integers(sizes[-1], size=N)]
    return net, trace, net.backward(trace, y, "cross_entropy")


def test_the_neuron_shows_the_numbers_of_the_source_document() -> None:
    shown = bound(diagrams.neuron())
    assert shown["value:z"] == ["0.4000"] and shown["value:a"] == ["0.5987"] and shown["value:L"] == ["0.5130"]
    assert shown["part:a:0"] == ["∇ -0.4013"] and shown["part:z:0"] == ["∇ -0.2007"]
    assert "part:L:1" not in shown, "a target gets no gradient"


@given(expressions())
@settings(max_examples=60)
def test_text_on_a_graph_never_overlaps(nodes: list[Node]) -> None:
    assert_readable(diagrams.graph(nodes))


@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.integers(0, 999), st.integers(1, 3), st.booleans())
@settings(max_examples=30)
def test_text_on_a_network_never_overlaps(sizes: list[int], seed: int, N: int, backward: bool) -> None:
    net, trace, grads = network_and_passes(sizes, seed, N)
    assert_readable(diagrams.network(net, trace, grads if backward else None, example=N - 1))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_text_on_a_network_of_5_8_8_4_never_overlaps(seed: int) -> None:
    net, trace, grads = network_and_passes([5, 8, 8, 4], seed, 2)
    for picture in (diagrams.network(net), diagrams.network(net, trace), diagrams.network(net, trace, grads)):
        assert_readable(picture)


@pytest.mark.slow
def test_no_common_font_needs_more_room_than_the_estimate() -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    net, trace, grads = network_and_passes([3, 2, 2], 0, 2)
    pictures = diagrams.neuron(), diagrams.network(net, trace, grads), diagrams.graph("exp(sin(x) / tanh(x))", x=0.5)
    for text in (s for picture in pictures for s in picture.shapes if isinstance(s, Text)):
        family = FontProperties(family="DejaVu Sans", weight="bold" if text.bold else "normal")
        needed = TextPath((0, 0), text.text, size=text.size, prop=family).get_extents()
        assert needed.width <= text_width(text.text, text.size) and needed.ymax <= 0.86 * text.size, text.text
        assert -needed.ymin <= 0.24 * text.size, text.text


@given(expressions())
@settings(max_examples=100)
def test_the_gradient_of_a_graph_is_its_central_difference(nodes: list[Node]) -> None:
    flow, h = evaluate(nodes), 1e-6
    for k, leaf in enumerate(nodes):
        if leaf.op == "input":
            assert leaf.value is not None
            up, down = (evaluate([*nodes[:k], leaf._replace(value=leaf.value + s), *nodes[k + 1:]]) for s in (h, -h))
            L, scale = nodes[-1].name, 1 + max(abs(v) for part in flow.local.values() for v in part) ** 3
            numeric = (up.value[L] - down.value[L]) / (2 * h)
            bound_ = 1e-4 * (scale + abs(numeric) + abs(flow.value[L]) / h * 1e-9)
            assert abs(numeric - flow.grad[leaf.name]) <= bound_, (leaf.name, numeric, flow.grad[leaf.name])


@given(expressions())
@settings(max_examples=40)
def test_the_parts_that_come_back_along_the_wires_add_up_to_the_gradient(nodes: list[Node]) -> None:
    flow = evaluate(nodes)
    for node in nodes[:-1]:
        parts = [part for other in nodes for name, part in zip(other.inputs, flow.part[other.name], strict=True)
                 if name == node.name]
        assert math.isclose(sum(parts), flow.grad[node.name], rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("op", OPS)
def test_the_slope_of_every_operation_is_its_central_difference(op: str) -> None:
    x, h = [0.3, 0.6, -0.7][:OPS[op].inputs], 1e-6
    for k, slope in enumerate(OPS[op].local(*x)):
        up, down = (OPS[op].value(*x[:k], x[k] + s, *x[k + 1:]) for s in (h, -h))
        assert math.isclose((up - down) / (2 * h), slope, rel_tol=1e-7, abs_tol=1e-9), k


@pytest.mark.parametrize("op", OPS)
def test_the_slope_of_every_operation_in_letters_is_its_slope_in_numbers(op: str) -> None:
    known = {"x": 0.3, "y": 0.6, "b": -0.7, "sigmoid": sigmoid, "exp": math.exp, "cos": math.cos, "tanh": math.tanh,
             "ln": math.log}
    for k, rule in enumerate(OPS[op].slopes):
        formula = rule.format(*"xyb")
        for sign, python in (("−", "-"), ("²", "**2"), ("σ", "sigmoid"), ("ln x", "ln(x)"), ("2 x", "2*x"),
                             (") (", ")*("), ("(x (", "(x*("), ("[x > 0]", "float(x > 0)")):
            formula = formula.replace(sign, python)
        assert math.isclose(eval(formula, known), OPS[op].local(*(known[v] for v in "xyb"[:OPS[op].inputs]))[k]), rule
    assert len(OPS[op].slopes) == OPS[op].inputs


@example([1.24e-11, -1.24e-11], 0)
@given(st.lists(st.floats(-30, 30), min_size=1, max_size=6), st.integers(0, 99))
@settings(max_examples=30)
def test_the_softmax_jacobian_times_a_vector_is_what_softmax_sends_back(z: list[float], seed: int) -> None:
    column, g = np.array(z)[:, None], np.random.default_rng(seed).normal(size=(len(z), 1))
    picture = diagrams.softmax_jacobian(column, g)
    shown = bound(picture)
    for i, back in enumerate(softmax.vjp(column, g)[:, 0]):
        assert abs(float(shown[f"dz:{i}:0"][0]) - back) < 5.1e-5
        assert shown[f"g:{i}:0"] == [number(g[i, 0])]
        for j in range(len(z)):
            assert abs(float(shown[f"J:{i}:{j}"][0]) - softmax.jacobian(column)[i, j, 0]) < 5.1e-5
    assert_readable(picture)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 8), st.integers(0, 99))
@settings(max_examples=30)
def test_the_outer_products_of_a_batch_add_up_to_its_gradients(n: int, m: int, N: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    delta, a_prev = rng.normal(size=(n, N)), rng.normal(size=(m, N))
    picture = diagrams.outer_products(delta, a_prev)
    shown = bound(picture)
    for i in range(n):
        assert shown[f"sum:{i}:{m}"] == [number(delta[i].sum())]
        for j in range(m):
            assert shown[f"sum:{i}:{j}"] == [number((delta @ a_prev.T)[i, j])]
            assert [shown[f"one:{e + 1}:{i}:{j}"] for e in range(N)] == [[number(delta[i, e] * a_prev[j, e])] for e in range(N)]
    assert_readable(picture)


def test_matrices_that_do_not_fit_or_are_too_large_are_refused_with_words() -> None:
    with pytest.raises(BadInput, match="z and g do not fit"):
        diagrams.softmax_jacobian([[1.0], [2.0]], [[1.0]])
    with pytest.raises(BadInput, match="z and g do not fit"):
        diagrams.softmax_jacobian(np.ones((7, 1)), np.ones((7, 1)))
    with pytest.raises(BadInput, match="too large to draw"):
        diagrams.outer_products(np.ones((2, 9)), np.ones((2, 9)))


def test_a_network_shows_the_numbers_of_its_passes() -> None:
    net, trace, grads = network_and_passes([2, 3, 2], 4, 3)
    shown = bound(diagrams.network(net, trace, grads, example=1))
    for l in (1, 2):
        for i, row in enumerate(net.W[l]):
            for j, w in enumerate(row):
                assert shown[f"W:{l}:{i}:{j}"] == [number(w)]
                assert shown[f"dW:{l}:{i}:{j}"] == ["∇ " + number(grads.dW[l][i, j])]
            for name, value in (("z", trace.z[l][i, 1]), ("a", trace.a[l][i, 1]), ("b", net.b[l][i, 0]),
                                ("δ", grads.delta[l][i, 1]), ("∇b", grads.db[l][i, 0])):
                assert shown[f"{name}:{l}:{i}"] == [number(value)]


def test_a_negative_weight_is_dashed_and_the_larger_weight_thicker() -> None:
    net = SimpleNamespace(W={1: np.array([[-2.0, 1.0]])}, b={1: np.zeros((1, 1))})
    wires = {s.bind: s for s in diagrams.network(net).shapes if isinstance(s, Path) and s.bind}
    assert wires["wire:1:0:0"].dashed and not wires["wire:1:0:1"].dashed
    assert wires["wire:1:0:0"].width > wires["wire:1:0:1"].width


def test_the_bar_of_a_unit_points_left_where_its_activation_is_negative() -> None:
    net, trace, _ = network_and_passes([3, 4], 1, 1)
    bars = {s.bind: s.steps for s in diagrams.network(net, trace).shapes if isinstance(s, Path) and s.bind}
    for i, a in enumerate(trace.a[0][:, 0]):
        (_, zero, _), (_, end, _) = bars[f"bar:0:{i}"]
        assert np.sign(end - zero) == np.sign(a)


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        rgb = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        return sum(k * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
                   for k, c in zip((0.2126, 0.7152, 0.0722), rgb, strict=True))
    a, b = sorted((light(one), light(other)))
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_can_be_read_on_its_ground(theme: int) -> None:
    colour = {role: pair[theme] for role, pair in ROLES.items()}
    for role in colour.keys() - {"ground"}:
        assert contrast(colour[role], colour["ground"]) >= 4.5, role


def test_a_picture_says_its_numbers_to_a_screen_reader_and_to_a_page_without_pictures() -> None:
    picture = diagrams.graph("q = x + y; f = q * z", x=-2, y=5, z=-4)
    root = ElementTree.fromstring(picture.svg)
    assert root.attrib["role"] == "img"
    assert [child.tag for child in root][:2] == [SVG + "title", SVG + "desc"]
    assert "f = q · z = -12.0000" in (root[1].text or "")
    assert picture._repr_mimebundle_() == {"text/html": picture.html, "text/plain": repr(picture)}
    image = ElementTree.fromstring(picture.html.removesuffix(">") + "/>")
    assert image.attrib["alt"].split() == repr(picture).split() and "max-width:100%" in image.attrib["style"]
    assert b64decode(image.attrib["src"].partition(",")[2]).decode() == picture.svg
    assert repr(picture).splitlines()[0] == "x = -2.0000   df/dx = -4.0000"


@pytest.mark.slow
def test_equal_data_give_equal_bytes_and_dark_ones_differ() -> None:
    one, other = diagrams.neuron(), diagrams.neuron()
    assert one.svg == other.svg and one.png() == other.png() != one.png(dark=True)
    assert b"Software" not in one.png() and one.png().startswith(b"\x89PNG")


def test_a_picture_follows_the_theme_of_jupyter_of_sphinx_of_the_system_and_of_the_printer() -> None:
    svg = diagrams.neuron().svg
    for sign in ("--jp-layout-color0", "--pst-color-background", "data-jp-theme-light=false", "data-theme=dark",
                 "prefers-color-scheme:dark", "@media print"):
        assert sign in svg
    assert not re.search(r'\bid="', svg), "two pictures in one page would share an id"


def test_nodes_of_another_engine_are_drawn_with_their_own_numbers() -> None:
    nodes = [Node("x", value=3.0, grad=7.0), Node("f", "cube", ("x",), value=27.0, grad=1.0)]
    shown = bound(diagrams.graph(nodes))
    assert shown["value:f"] == ["27.0000"] and shown["part:f:0"] == ["∇ 7.0000"]
    assert "f = cube(x)" in diagrams.graph(nodes).svg


def test_steps_without_a_name_get_names_that_are_free() -> None:
    nodes = diagrams.graph("u1 = x * x; (u1 + 1) * (u1 + 2)", x=2.0)
    assert repr(nodes).splitlines()[-1].startswith("f = u₂ · u₃ = 30.0000")


@pytest.mark.parametrize("formula, values, said", [
    ("q = x +", {"x": 1}, "cannot be read"),
    ("__import__('os')", {}, "cannot show"),
    ("x ** 3", {"x": 1}, "cannot show"),
    ("x + y", {"x": 1}, "y has no value"),
    ("x + 1", {"x": 1, "y": 2}, "y is no input"),
    ("ln(x)", {"x": -1}, "no finite value"),
    ("x + 1; y + 2", {"x": 1, "y": 1}, "cannot show"),
    ("q = x + 1; r = x + 2", {"x": 1}, "no single output"),
    ("x + 1", {"x": math.nan}, "x has no value"),
])
def test_a_formula_that_is_no_graph_is_refused_with_words(formula: str, values: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        diagrams.graph(formula, **values)


def test_a_list_that_is_no_graph_is_refused_with_words() -> None:
    x = Node("x", value=1.0)
    for nodes, said in (([], "empty"), ([x, x], "two nodes"), ([Node("f", "neg", ("x",))], "node before f"),
                        ([x, Node("f", "ad", ("x",))], "operation"),
                        ([x, Node("f", "add", ("x",))], "number of inputs")):
        with pytest.raises(BadInput, match=said):
            diagrams.graph(nodes)


def test_what_is_no_network_is_refused_with_words() -> None:
    net, trace, grads = network_and_passes([2, 3, 2], 0, 2)
    other = network_and_passes([2, 4, 2], 0, 2)
    with pytest.raises(BadType, match="net has no W"):
        diagrams.network([1, 2])
    with pytest.raises(BadInput, match="not in the batch"):
        diagrams.network(net, trace, grads, example=2)
    with pytest.raises(BadInput, match="does not fit"):
        diagrams.network(net, other[1])
    with pytest.raises(BadInput, match="too large to draw"):
        diagrams.network(Network.random([64, 32, 10]))


def test_drawing_text_loads_no_drawing_program() -> None:
    code = ("import sys; from bpkit import diagrams; diagrams.neuron().svg; "
            "print([m for m in ('matplotlib', 'IPython', 'ipywidgets', 'sympy') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_neuron_is_four_numbers_and_three_steps() -> None:
    assert [node.name for node in neuron_nodes(1, 2, 3, 0)] == ["w", "x", "b", "z", "a", "y", "L"]
