"""The tape of symbols: what it derives, shows and compiles, against finite sums, NumPy and known digits."""

import subprocess
import sys
import time
from math import prod

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import bpkit as bp
from bpkit.symbolic import SymbolicNetwork, tape
from bpkit.symbolic.functions import plain
from bpkit.symbolic.pens import significant
from bpkit.symbolic.program import to_digits

NET = bp.Network(
    [np.array([[0.5, -1.0], [1.0, 0.5]]), np.array([[1.0, -0.5]])],
    [np.zeros((2, 1)), np.array([[0.5]])],
    ["tanh", "sigmoid"],
)
X, Y = np.array([[0.5], [-1.0]]), np.array([[1.0]])
S = SymbolicNetwork.like(NET, bp.binary_cross_entropy)
VALUES = S.values(NET, X, Y)


def symbols(names):
    return sp.symbols(names, real=True)


def test_like_takes_widths_activations_and_loss_from_a_network():
    assert (S.sizes, S.f, S.loss) == ((2, 2, 1), ("tanh", "sigmoid"), "binary_cross_entropy")
    assert SymbolicNetwork.like(NET, "half_mse").loss == "half_mse"
    assert repr(S) == "SymbolicNetwork 2-2-1, tanh, sigmoid, binary_cross_entropy: 22 lines"


def test_the_equations_of_backpropagation_come_out_by_themselves():
    d1, d2, x1, x2, a1, a2 = symbols("delta1_1 delta1_2 x_1 x_2 a1_1 a1_2")
    delta, W1, W2 = symbols("delta2_1 W2_1_1 W2_1_2")
    assert S.grad("W1") == sp.Matrix([[d1 * x1, d1 * x2], [d2 * x1, d2 * x2]])
    assert S.grad("b1") == sp.Matrix([d1, d2]) and S.grad("W2") == sp.Matrix([[delta * a1, delta * a2]])
    assert S.grad("a1") == sp.Matrix([W1 * delta, W2 * delta])
    da1, da2 = symbols("da1_1 da1_2")
    assert S.grad("z1") == sp.Matrix([da1 * (1 - a1**2), da2 * (1 - a2**2)])


def test_the_transpose_the_outer_product_and_the_sum_appear_for_other_widths():
    s = SymbolicNetwork((3, 2, 4), ("relu", "identity"), "half_mse")
    assert sp.expand(s.grad("W2") - s.delta[2] * s.a[1].T) == sp.zeros(4, 2)
    assert sp.expand(s.grad("a1") - s.W[2].T * s.delta[2]) == sp.zeros(2, 1)
    assert s.grad("b2") == s.delta[2] and s.grad("a2") == s.a[2] - s.y


def test_every_symbol_of_the_tape_depends_on_earlier_lines_and_leaves_only():
    known = {*S.W[1], *S.W[2], *S.b[1], *S.b[2], *S.a[0], *S.y}
    for symbol, line in S.tape.items():
        assert line.formula.free_symbols <= known, symbol
        known.add(symbol)


@pytest.mark.slow
@pytest.mark.parametrize("f", ["identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu", "softmax"])
def test_the_tape_is_the_derivative_of_the_composed_loss(f):
    s = SymbolicNetwork((2, 2, 2), ("tanh", f), "half_mse")
    leaves = [*s.W[1], *s.W[2], *s.b[1], *s.b[2], *s.a[0], *s.y]
    point = [mpmath.mpf(int(n)) / 50 for n in np.random.default_rng(3).integers(-99, 99, len(leaves))]
    composed = plain(s.written_out(sp.Symbol("L", real=True)))
    for weight in (s.W[1][0, 1], s.b[1][1], s.W[2][1, 0]):
        line = plain(s.written_out(s.tape[tape.adjoint_name(weight)].formula))
        with mpmath.workdps(40):
            slope, backprop = sp.lambdify(leaves, [composed.diff(weight), line], "mpmath", cse=True)(*point)
            assert abs(slope - backprop) < mpmath.mpf(10) ** -30 * max(1, abs(slope))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "f"),
    [
        ((10, 12, 8, 4), ("tanh", "tanh", "softmax")),
        ((5,) * 9, ("relu",) * 7 + ("softmax",)),
        ((20, 10, 3), ("gelu", "sigmoid")),
    ],
)
def test_building_takes_less_than_a_second_up_to_250_parameters(sizes, f):
    SymbolicNetwork((2, 2, 1), ("tanh", "sigmoid"), "half_mse")
    times = []
    for _ in range(3):
        sp.core.cache.clear_cache()
        start = time.process_time()
        s = SymbolicNetwork(sizes, f, "half_mse")
        times.append(time.process_time() - start)
    assert sum(len(part[l]) for part in (s.W, s.b) for l in part) >= 240 and min(times) < 1


def test_show_derives_a_hidden_delta_from_the_chain_rule_to_the_number():
    text = repr(S.show("delta", 1, 1, values=VALUES))
    assert text.splitlines() == [
        "delta1_1 = dL/dz1_1",
        "         = dL/da1_1 * da1_1/dz1_1",
        "         = dL/da1_1 * f1'(z1_1)",
        "         = W2_1_1 * delta2_1 * f1'(z1_1)",
        "         = W2_1_1 * delta2_1 * (1 - a1_1**2)",
        "         = 1.000 * (-0.2062) * 0.2804",
        "         = -0.05781",
    ]


def test_show_keeps_the_factors_in_the_order_of_the_formula_and_sums_over_the_next_layer():
    s = SymbolicNetwork((2, 2, 2), ("relu", "softmax"), "cross_entropy")
    latex = s.show("delta", 1, 1)._repr_latex_()
    assert r"\left(W^{(2)}_{11} \, \delta^{(2)}_{1} + W^{(2)}_{21} \, \delta^{(2)}_{2}\right) \, f^{(1)\prime}" in latex
    assert r"\frac{\partial L}{\partial a^{(1)}_{1}} \, \frac{\partial a^{(1)}_{1}}{\partial z^{(1)}_{1}}" in latex
    assert r"\delta^{(1)}_{1} \, x_{2}" in s.show("W1", 1, 2)._repr_latex_()


def test_show_cancels_the_output_delta_and_says_when():
    assert repr(S.show("delta", 2)).splitlines()[-1].strip() == "= a2_1 - y_1"
    s = SymbolicNetwork((2, 2), ("softmax",), "cross_entropy")
    last = repr(s.show("delta", 1, 1)).splitlines()[-2:]
    assert [line.strip() for line in last] == ["= a1_1 * (y_1 + y_2) - y_1", "= a1_1 - y_1   where y_1 + y_2 = 1"]
    mismatched = SymbolicNetwork((1, 1), ("sigmoid",), "half_mse")
    assert repr(mismatched.show("delta", 1)).splitlines()[-1].strip() == "= a1_1*(1 - a1_1)*(a1_1 - y_1)"


def test_show_of_a_layer_shows_each_unit_and_every_name_is_accepted_in_both_spellings():
    assert len(S.show("delta", 1).parts) == 2
    assert repr(S.show("W", 1, 1, 2)) == repr(S.show("W1", 1, 2)) == repr(S.show("dW1", 1, 2))
    assert (
        repr(S.show("L", values=VALUES)).splitlines()[-1].strip()
        == f"= {significant(VALUES[sp.Symbol('L', real=True)])}"
    )


@pytest.mark.parametrize("quantity", ["z", "a", "delta", "W", "b", "da"])
def test_latex_has_balanced_braces_and_no_python_left_in_it(quantity):
    for f, output, loss in (
        ("relu", "softmax", "cross_entropy"),
        ("gelu", "sigmoid", "binary_cross_entropy"),
        ("silu", "tanh", "half_mse"),
    ):
        s = SymbolicNetwork((2, 11, 2), (f, output), loss)
        for l in (1, 2):
            latex = s.show(quantity, l)._repr_latex_()
            assert latex.count("{") == latex.count("}") and latex.count(r"\left") == latex.count(r"\right")
            assert "**" not in latex and "_1_" not in latex and latex.startswith(r"$$\begin{aligned}")
    assert "_{11,2}" in s.show("W1", 11, 2)._repr_latex_() or "_{11,2}" in s.show("W", 1, 11, 2)._repr_latex_()


def test_explain_opens_a_gradient_down_to_the_data():
    tree = S.explain("W1", 1, 2, VALUES)
    lines = repr(tree).splitlines()
    assert lines[0] == "dL/dW1_1_2 = delta1_1 * x_2 = 0.05781"
    assert lines[1] == "├ delta1_1 = dL/da1_1 * (1 - a1_1**2) = -0.05781" and lines[-1] == "└ x_2 = -1.000"
    assert sum("(see above)" in line for line in lines) == 2
    html = tree._repr_html_()
    assert html.count("<details") == html.count("</details>") and "&gt;" not in html.split("<summary>")[1].split("<")[0]


def test_explain_takes_a_number_for_every_leaf_by_name():
    leaves = {
        "W1_1_1": 0.5,
        "W1_1_2": -1,
        "W1_2_1": 1,
        "W1_2_2": 0.5,
        "b1_1": 0,
        "b1_2": 0,
        "W2_1_1": 1,
        "W2_1_2": -0.5,
        "b2_1": 0.5,
        "x_1": 0.5,
        "x_2": -1,
        "y_1": 1,
    }
    assert repr(S.explain("W1", 1, 2, leaves)) == repr(S.explain("W1", 1, 2, VALUES))
    del leaves["x_2"]
    with pytest.raises(bp.BadInput, match="x_2"):
        S.explain("W1", 1, 2, leaves)


@pytest.mark.parametrize(
    ("sizes", "f", "paths"),
    [
        ((2, 3, 2), ("tanh", "sigmoid"), 2),
        ((2, 3, 2), ("tanh", "softmax"), 4),
        ((2, 2, 3, 2), ("relu", "tanh", "identity"), 6),
        ((1, 1), ("sigmoid",), 1),
    ],
)
def test_the_products_of_all_paths_add_up_to_the_gradient(sizes, f, paths):
    net = bp.Network.random(list(sizes), rng=5)
    net = bp.Network(net.W, net.b, list(f))
    s = SymbolicNetwork.like(net, "half_mse")
    rng = np.random.default_rng(0)
    values = s.values(net, rng.normal(size=(sizes[0], 1)), rng.uniform(size=(sizes[-1], 1)))
    found = s.paths("W1", 1, 1, values=values)
    assert len(found) == paths
    gradient = values[sp.Symbol("dW1_1_1", real=True)]
    assert abs(sum(found.shares) - float(gradient)) < 1e-14
    assert found.total == sp.Add(*[path.product for path in found])
    assert all(path.symbols[0].name == "W1_1_1" and path.symbols[-1].name == "L" for path in found)
    assert f"sum over {paths} path" in repr(found) and found._repr_latex_().count(r"\to") >= paths


def test_the_number_of_paths_is_the_product_of_the_widths_and_too_many_are_refused():
    s = SymbolicNetwork((2, 3, 4, 2), ("tanh",) * 3, "half_mse")
    assert len(s.paths("W1", 1, 1)) == prod((4, 2)) and len(s.paths("b2", 1)) == 2
    deep = SymbolicNetwork((5,) * 9, ("tanh",) * 8, "half_mse")
    with pytest.raises(bp.BadInput, match="78125 paths"):
        deep.paths("W1", 1, 1)
    with pytest.raises(bp.BadInput, match="no path"):
        s.paths("x", 1)


def test_the_compiled_source_is_backpropagation_line_by_line():
    source = S.compile().source
    lines = [line.strip() for line in source.splitlines()]
    assert lines[0].startswith("def backpropagation(W1_1_1, W1_1_2")
    forward, backward = (
        lines.index("L = -y_1*log(a2_1) - (1 - y_1)*log(1 - a2_1)"),
        lines.index("delta1_1 = da1_1*(1 - a1_1**2)"),
    )
    assert lines.index("a1_1 = tanh(z1_1)") < forward < lines.index("da1_1 = W2_1_1*delta2_1") < backward
    assert backward < lines.index("dW1_1_2 = delta1_1*x_2") and repr(S.compile()) == source
    assert sum(line.startswith("z1_1 =") for line in lines) == 1


@pytest.mark.slow
@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    N=st.integers(1, 4),
    hidden=st.sampled_from(["tanh", "relu", "sigmoid", "softplus", "gelu", "silu"]),
)
def test_law_the_compiled_program_and_fifty_digits_agree_with_backward(seed, N, hidden):
    rng = np.random.default_rng(seed)
    net = bp.Network.random([2, 3, 2], hidden=hidden, rng=rng)
    x, y = rng.normal(size=(2, N)), np.eye(2)[:, rng.integers(0, 2, N)]
    s = SymbolicNetwork.like(net, "cross_entropy")
    fast, exact = s.compile()(net, x, y), s.evaluate(net, x, y)
    grads = net.backward(net.forward(x), y, "cross_entropy")
    for l in (1, 2):
        for answer in (fast, exact):
            assert np.allclose(answer[f"dW{l}"].astype(float), grads.dW[l], rtol=1e-12, atol=1e-14)
            assert np.allclose(answer[f"db{l}"].astype(float), grads.db[l], rtol=1e-12, atol=1e-14)
    assert float(exact["L"]) == pytest.approx(net.loss(x, y, "cross_entropy"), rel=1e-13)


def test_fifty_digits_are_fifty_right_digits():
    one = bp.Network([np.array([[0.8]])], [np.array([[0.0]])], ["sigmoid"])
    exact = SymbolicNetwork.like(one, "binary_cross_entropy").evaluate(
        one, np.array([[0.5]]), np.array([[1.0]]), digits=50
    )
    with mpmath.workdps(80):
        w = mpmath.mpf(0.8)
        truth = (1 / (1 + mpmath.exp(-w / 2)) - 1) / 2
        assert abs(mpmath.mpf(str(exact["dW1"][0, 0])) / truth - 1) < mpmath.mpf(10) ** -49
    assert str(exact["L"]).startswith("0.51301525239995") and len(str(exact["L"])) >= 51


def test_saturation_costs_precision_and_not_digits():
    one = bp.Network([np.array([[400.0]])], [np.array([[0.0]])], ["sigmoid"])
    exact = SymbolicNetwork.like(one, "binary_cross_entropy").evaluate(one, np.array([[1.0]]), np.array([[1.0]]))
    with mpmath.workdps(400):
        truth = 1 / (1 + mpmath.exp(-400)) - 1
        assert abs(mpmath.mpf(str(exact["dW1"][0, 0])) / truth - 1) < mpmath.mpf(10) ** -48


def test_where_no_precision_is_enough_evaluate_says_so():
    with pytest.raises(bp.BadInput, match="saturated"):
        to_digits(lambda: [1 / mpmath.mpf(0)], 20, most=200)


@pytest.mark.parametrize(("depth", "counts"), [(2, (762, 71, 55)), (4, (11030, 267, 107))])
def test_operations_grow_exponentially_quadratically_and_linearly_with_depth(depth, counts):
    assert SymbolicNetwork((2,) * (depth + 1), ("tanh",) * depth, "half_mse").op_counts() == counts


@pytest.mark.slow
def test_at_depth_six_backpropagation_takes_159_operations_where_the_formulas_take_91714():
    assert SymbolicNetwork((2,) * 7, ("tanh",) * 6, "half_mse").op_counts() == (91714, 655, 159)


def test_written_out_replaces_every_intermediate_symbol():
    whole = S.written_out(sp.Symbol("L", real=True))
    assert {s.name[0] for s in whole.free_symbols} == {"W", "b", "x", "y"}


@pytest.mark.parametrize(
    "call",
    [
        lambda: SymbolicNetwork((2,), (), "half_mse"),
        lambda: SymbolicNetwork((2, 1), "tanh", "half_mse"),
        lambda: SymbolicNetwork((2, 1), ("tahn",), "half_mse"),
        lambda: SymbolicNetwork((2, 1), ("tanh",), "mse"),
        lambda: SymbolicNetwork((2, 0), ("tanh",), "half_mse"),
        lambda: SymbolicNetwork.like("net", "half_mse"),
        lambda: S.grad("W3"),
        lambda: S.grad("y"),
        lambda: S.show("delta", 7),
        lambda: S.show("W1", 3, 1),
        lambda: S.show("dleta", 1),
        lambda: S.explain("W1", VALUES),
        lambda: S.explain("W1", 1, 2),
        lambda: S.values(NET, np.ones((2, 2)), np.ones((1, 2))),
        lambda: S.evaluate(NET, np.ones((3, 1)), Y),
        lambda: S.evaluate(NET, np.ones((2, 2)), Y),
        lambda: S.evaluate(NET, X, Y, digits=0),
        lambda: S.compile()(NET, np.ones((3, 1)), Y),
        lambda: S.compile()(bp.Network.random([2, 3, 1]), X, Y),
    ],
)
def test_what_does_not_fit_is_refused_in_words(call):
    with pytest.raises(bp.BadInput) as error:
        call()
    assert error.value.hint and error.value.wanted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.067894, "0.06789"),
        (-1.25, "-1.250"),
        (3.1e-7, "3.100e-07"),
        (0, "0"),
        (12345.678, "12346"),
        (1e7, "1.000e+07"),
        (float("nan"), "nan"),
        (123.4, "123.4"),
    ],
)
def test_numbers_are_shown_with_significant_digits(value, text):
    assert significant(value) == text


@pytest.mark.slow
def test_sympy_is_loaded_only_when_symbolic_is():
    code = (
        "import sys, bpkit, bpkit.differences, bpkit.netcheck, bpkit.referees; assert 'sympy' not in sys.modules; "
        "bpkit.symbolic; assert 'sympy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
