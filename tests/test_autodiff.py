"""The engine of chapter 9 is a fourth referee: it finds the gradients that backpropagation finds, of any graph."""

from __future__ import annotations

import itertools
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpkit as bp
from bpkit import autodiff
from bpkit.autodiff import Value, backward, topological_order, unbroadcast
from bpkit.diagrams.recorded import recorded

SOLVED = Path(__file__).parent.parent / "solutions" / "09_autodiff.ipynb"
ENDINGS = [("identity", "half_mse"), ("sigmoid", "half_mse"), ("softmax", "half_mse"), ("tanh", "half_mse"),
           ("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy")]
HIDDEN = ["identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu"]


def example(sizes, f, N, seed):
    rng = np.random.default_rng(seed)
    W = [rng.normal(size=(n, m)) / 2 for m, n in itertools.pairwise(sizes)]
    net = bp.Network(W, [rng.normal(size=(n, 1)) for n in sizes[1:]], f)
    return net, rng.normal(size=(sizes[0], N)), rng.uniform(0.1, 0.9, size=(sizes[-1], N))


@given(sizes=st.lists(st.integers(1, 5), min_size=2, max_size=5), hidden=st.lists(st.sampled_from(HIDDEN), min_size=3, max_size=3),
       ending=st.sampled_from(ENDINGS), N=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_the_engine_agrees_with_network_backward_to_1e_12(sizes, hidden, ending, N, seed):
    net, x, y = example(sizes, [*hidden[: len(sizes) - 2], ending[0]], N, seed)
    mine, book = autodiff.gradients(net, x, y, ending[1]), net.backward(net.forward(x), y, ending[1])
    for part in ("delta", "dW", "db"):
        for l, g in getattr(book, part).items():
            found = getattr(mine, part)[l]
            assert found.shape == g.shape
            assert np.linalg.norm(found - g) <= 1e-12 * max(np.linalg.norm(g), 1.0), (part, l, found, g)


def test_differences_and_sympy_agree_with_the_engine():
    net, x, y = example((3, 4, 2), ["tanh", "identity"], 5, 0)
    assert bp.compare(net, x, y, "half_mse", grads=autodiff.gradients(net, x, y, "half_mse")).verdict == "agree"


OPERATIONS = {
    "add": lambda p, q: p + q, "subtract": lambda p, q: p - q, "multiply": lambda p, q: p * q,
    "divide": lambda p, q: p / q, "by numbers": lambda p, q: 2 * p - 1 / q + (3 - q) / 2,
    "matmul": lambda p, q: p @ q, "functions": lambda p, q: p.exp().log().tanh() * q.sigmoid() + (-p).relu(),
    "sums": lambda p, q: p.sum(axis=0) * q.sum(axis=1) * q.sum(),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_the_gradient_that_central_differences_measure(name):
    rng = np.random.default_rng(1)
    theta = {"p": rng.uniform(0.5, 2, (3, 3)), "q": rng.uniform(0.5, 2, (3, 3))}
    weights = rng.normal(size=(3, 3))

    def f(values):
        return (OPERATIONS[name](Value(values["p"]), Value(values["q"])) * weights).sum().data

    p, q = Value(theta["p"]), Value(theta["q"])
    backward((OPERATIONS[name](p, q) * weights).sum())
    assert bp.gradcheck(f, theta, {"p": p.grad, "q": q.grad}, method="central").verdict == "agrees"


def test_arrays_and_numbers_may_stand_on_the_left():
    p = Value([[1.0, 2.0]])
    for result in (np.ones((2, 1)) * p, np.ones((2, 1)) + p, np.ones((3, 1)) @ p, 1 / p, 1 - p):
        assert isinstance(result, Value)


@given(shape=st.sampled_from([(3, 1), (1, 4), (4,), (), (1,), (3, 4), (1, 1)]), seed=st.integers(0, 99))
def test_a_broadcast_value_gets_the_sum_over_its_copies(shape, seed):
    rng = np.random.default_rng(seed)
    small, large, g = Value(rng.normal(size=shape)), rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    backward((small * large * g).sum())
    copies = np.broadcast_to(np.zeros(shape), (3, 4))
    slope = np.zeros(shape)
    for at in np.ndindex(copies.shape):
        own = at[2 - len(shape):]
        slope[tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))] += (large * g)[at]
    assert small.grad.shape == shape and np.allclose(small.grad, slope, rtol=1e-12)
    assert unbroadcast(g, (3, 4)) is not None and unbroadcast(np.ones((2, 3, 4)), (3, 1)).tolist() == [[8.0]] * 3


def test_a_graph_of_depth_5000_needs_no_recursion():
    x = Value(1.0)
    L = x
    for _ in range(5000):
        L = L * 1.0001
    backward(L)
    assert x.grad == pytest.approx(1.0001**5000, rel=1e-10)


@given(st.integers(0, 10**6))
def test_the_order_holds_every_node_once_after_its_parents(seed):
    rng = np.random.default_rng(seed)
    nodes = [Value(rng.normal()) for _ in range(3)]
    for _ in range(12):
        p, q = rng.choice(len(nodes), 2)
        nodes.append(nodes[p] + nodes[q])
    order = topological_order(nodes[-1])
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order) and order[-1] is nodes[-1]
    assert all(place[id(parent)] < place[id(node)] for node in order for parent in node.parents)


def test_a_second_pass_forgets_the_first_and_vjps_may_hand_on_the_array_they_get():
    x = Value(3.0)
    L = x + x
    backward(L + x)
    backward(L)
    assert x.grad == 2 and L.grad == 1


def test_a_root_of_several_numbers_and_unknown_names_are_refused_in_words():
    net, x, y = example((2, 2), ["identity"], 3, 0)
    with pytest.raises(bp.BadInput, match="root is no single number"):
        backward(Value([[1.0, 2.0]]))
    with pytest.raises(bp.BadInput, match="is no loss"):
        autodiff.gradients(net, x, y, "mse")
    with pytest.raises(bp.BadType):
        Value("text")
    assert repr(Value([1.0]) + 1) == "Value of shape (1,), made by add"


def test_a_recorded_graph_is_drawn_with_the_gradients_of_its_engine_and_its_parts_on_the_wires():
    x, y = Value(2.0), Value(-3.0)
    p = x * y
    L = p * (p + x)
    with pytest.raises(bp.BadInput, match="no gradient"):
        recorded(L)
    backward(L)
    nodes = {node.name: node for node in recorded(L, x=x, y=y, p=p)}
    assert nodes["L"].inputs == ("p", "u1") and nodes["L"].parts == (-4.0, -6.0)
    assert nodes["p"].grad == -10 and nodes["x"].grad == 24
    picture = bp.diagrams.graph(L, x=x, y=y, p=p)
    assert "p = x · y = -6.0000   dL/dp = -10.0000" in repr(picture)
    written = {shape.bind: shape.text for shape in picture.shapes if getattr(shape, "text", "") and shape.bind}
    assert [written[name] for name in ("part:L:0", "part:u1:0", "grad:p")] == ["∇ -4.0000", "∇ -6.0000", "∇ sum -10.0000"]
    with pytest.raises(bp.BadInput, match="cannot be drawn"):
        recorded(Value([[1.0, 2.0]]).sum(axis=0))


def test_the_stored_chapter_shows_the_gradients_of_pytorch():
    cells = [cell for cell in nbformat.read(SOLVED, as_version=4).cells if "import torch" in cell.source and cell.cell_type == "code"]
    assert cells and "nbval-ignore-output" in cells[0].metadata.tags
    assert "agrees" in "".join(output.get("text", "") for output in cells[0].outputs)
