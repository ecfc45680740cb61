"""Typed formulas: 40 equal pairs, 40 unequal ones, and hostile input. The pairs were written before the checker."""

import time

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit.shapes import BadInput
from bpkit.symbolic import numeric, parse, same
from bpkit.symbolic.zero import TimeUp, is_zero, within

SIGMOID = {"a": "sigmoid(z)"}
TANH = {"a": "tanh(z)"}
PROBABILITY = {"a": (0, 1), "y": (0, 1)}
POSITIVE = {"x": (0, 9), "u": (0, 9)}

EQUAL = [
    ("a*(1 - a)", "sigmoid(z)*(1 - sigmoid(z))", SIGMOID),
    ("exp(-z)/(1 + exp(-z))**2", "sigmoid(z)*(1 - sigmoid(z))", {}),
    ("1/(exp(z/2) + exp(-z/2))**2", "sigmoid(z)*(1 - sigmoid(z))", {}),
    ("sigmoid(z)*sigmoid(-z)", "sigmoid(z) - sigmoid(z)**2", {}),
    ("σ(z)(1 - σ(z))".replace(")(", ")·("), "sigmoid(z)*(1 - sigmoid(z))", {}),
    ("1 - a²", "1 - tanh(z)^2", TANH),
    ("4*exp(2*z)/(exp(2*z) + 1)**2", "1 - tanh(z)**2", {}),
    ("1/cosh(z)**2", "1 - tanh(z)**2", {}),
    ("4*sigmoid(2*z)*(1 - sigmoid(2z))".replace("2z", "2*z"), "1 - tanh(z)**2", {}),
    ("2*sigmoid(2*z) - 1", "tanh(z)", {}),
    ("(1 + tanh(z/2))/2", "sigmoid(z)", {}),
    ("exp(z)/(1 + exp(z))", "sigmoid(z)", {}),
    ("ln(1 + exp(z)) - z", "softplus(-z)", {}),
    ("-ln(sigmoid(z))", "softplus(-z)", {}),
    ("softplus(z) - y*z", "-y*ln(sigmoid(z)) - (1 - y)*ln(1 - sigmoid(z))", {}),
    ("(a - y)/(a*(1 - a))", "-y/a + (1 - y)/(1 - a)", PROBABILITY),
    ("a - y", "(-y/a + (1 - y)/(1 - a))*a*(1 - a)", PROBABILITY),
    ("sigmoid(z) - y", "y*(sigmoid(z) - 1) + (1 - y)*sigmoid(z)", {}),
    ("x*(a - y)", "(a - y)*x", {}),
    ("-x*(y - a)", "(a - y)*x", {}),
    ("(a-y)*a*(1-a)*x", "(a - y)*(a - a^2)*x", {}),
    ("δ*x", "delta*x", {}),
    ("(W1*d1 + W2*d2)*f'(z)", "f'(z)*d2*W2 + d1*f'(z)*W1", {}),
    ("d1*W1*(1 - a**2) + d2*W2*(1 - a**2)", "(W1*d1 + W2*d2)*(1 - tanh(z)**2)", TANH),
    ("w − η·g", "w - eta*g", {}),
    (
        "eta*m/(1 - beta)/(sqrt(v/(1 - beta2)) + eps)",
        "eta*(m/(1 - beta))/(eps + (v/(1 - beta2))**(1/2))",
        {"beta": (0, 1), "beta2": (0, 1), "v": (0, 4), "eps": (0, 1)},
    ),
    ("2*w*x1*x2", "x1*(w*x2) + (w*x1)*x2", {}),
    ("(x + y)*z", "x*z + y*z", {}),
    ("(x+y)**2", "x**2 + 2*x*y + y**2", {}),
    ("3*(x**2 + 1)**2*2*x", "6*x*(x^2 + 1)^2", {}),
    ("cos(x**2)*2*x", "2*x*cos(x²)", {}),
    ("-sin(x)*exp(cos(x))", "-exp(cos(x))*sin(x)", {}),
    ("(x**2 - 1)/(x - 1)", "x + 1", {}),
    ("exp(a + b)", "exp(a)*exp(b)", {}),
    ("ln(x*u)", "ln(x) + ln(u)", POSITIVE),
    ("relu(z) - relu(-z)", "z", {}),
    ("max(0, z)", "relu(z)", {}),
    ("s1*(1 - s1)*g1 - s1*s2*g2", "s1*(g1 - s1*g1 - s2*g2)", {}),
    ("exp(z1)/(exp(z1) + exp(z2))", "sigmoid(z1 - z2)", {}),
    ("sigmoid(z) + z*sigmoid(z)*(1 - sigmoid(z))", "sigmoid(z)*(1 + z*(1 - sigmoid(z)))", {}),
]

UNEQUAL = [
    ("a*(1 + a)", "a*(1 - a)", {}),
    ("a", "a*(1 - a)", SIGMOID),
    ("z*(1 - z)", "a*(1 - a)", SIGMOID),
    ("1 - a", "a*(1 - a)", SIGMOID),
    ("y - a", "a - y", {}),
    ("2*(a - y)", "a - y", {}),
    ("(a - y)/2", "a - y", {}),
    ("(a - y)", "(a - y)*a*(1 - a)", SIGMOID),
    ("(a - y)*a*(1 - a)", "a - y", SIGMOID),
    ("(a - y)*x", "a - y", {"x": (-9, 9)}),
    ("a - y", "(a - y)*x", {}),
    ("a - y*x", "(a - y)*x", {}),
    ("1 - z**2", "1 - tanh(z)**2", {}),
    ("(1 - tanh(z))**2", "1 - tanh(z)**2", {}),
    ("1 + tanh(z)**2", "1 - tanh(z)**2", {}),
    ("-y/a", "-y/a + (1 - y)/(1 - a)", PROBABILITY),
    ("y/a - (1 - y)/(1 - a)", "-y/a + (1 - y)/(1 - a)", PROBABILITY),
    ("-y/a - (1 - y)/(1 - a)", "-y/a + (1 - y)/(1 - a)", PROBABILITY),
    ("-y*ln(a)", "-y*ln(a) - (1 - y)*ln(1 - a)", PROBABILITY),
    ("-y*log10(a)", "-y*ln(a)", PROBABILITY),
    ("(W1*d1 + W2*d2)", "(W1*d1 + W2*d2)*f'(z)", {}),
    ("(W1*d1 + W2*d2)*f(z)", "(W1*d1 + W2*d2)*f'(z)", {}),
    ("W1*d1*f'(z)", "(W1*d1 + W2*d2)*f'(z)", {}),
    ("W1*d1*W2*d2*f'(z)", "(W1*d1 + W2*d2)*f'(z)", {}),
    ("w + eta*g", "w - eta*g", {}),
    ("w*x1*x2", "2*w*x1*x2", {}),
    ("cos(x)*2*x", "cos(x**2)*2*x", {}),
    ("2*x + cos(x**2)", "cos(x**2)*2*x", {}),
    ("x", "sqrt(x**2)", {}),
    ("2*ln(x)", "ln(x**2)", {}),
    ("x", "abs(x)", {}),
    ("1", "sigmoid(1000*z)", {}),
    ("relu(z)", "z", {}),
    ("0", "relu(z - 40)", {}),
    ("x + 1/10^20", "x", {}),
    ("x*(1 + 1/10^15)", "x", {}),
    ("exp(-x)", "exp(-x) + 1/10^25", {}),
    ("tanh(z)", "z - z**3/3", {}),
    ("sigmoid(z)", "1/2 + z/4", {}),
    ("s1*(1 - s1)", "-s1*s2", {}),
]


@pytest.mark.parametrize(("typed", "reference", "known"), EQUAL)
def test_equal_formulas_are_never_called_unequal(typed, reference, known):
    verdict = same(typed, reference, known)
    assert verdict.verdict in ("equal", "undecided") and bool(verdict) == (verdict.verdict == "equal"), verdict


@pytest.mark.parametrize(("typed", "reference", "known"), UNEQUAL)
def test_unequal_formulas_are_never_called_equal_and_come_with_a_counterexample(typed, reference, known):
    verdict = same(typed, reference, known)
    assert verdict.verdict == "unequal" and verdict.counterexample, verdict
    assert verdict.typed_value != verdict.reference_value


@pytest.mark.slow
def test_forty_pairs_of_each_kind_are_judged_and_few_stay_undecided():
    assert len(EQUAL) == len(UNEQUAL) == 40
    assert sum(same(*pair).verdict == "undecided" for pair in EQUAL) == 0


@pytest.mark.parametrize(
    ("typed", "reference", "known", "word"),
    [
        ("y - a", "a - y", {}, "sign"),
        ("-(a - y)*x", "(a - y)*x", {}, "sign"),
        ("2*(a - y)", "a - y", {}, "factor 2"),
        ("(a - y)*x/2", "(a - y)*x", {}, "factor 1/2"),
        ("a - y", "(a - y)*a*(1 - a)", SIGMOID, "sigmoid'(z)"),
        ("W*d", "W*d*(1 - tanh(z)**2)", {}, "tanh'(z)"),
        ("W1*d1 + W2*d2", "(W1*d1 + W2*d2)*f'(z)", {}, "f'(z)"),
        ("(a - y)*a*(1 - a)", "a - y", SIGMOID, "sigmoid'(z)"),
        ("a - y", "(a - y)*x", {}, "x"),
    ],
)
def test_a_hint_names_the_sign_the_factor_or_the_missing_derivative(typed, reference, known, word):
    assert word in same(typed, reference, known).hint


HOSTILE = [
    "9**9**9",
    "9**(9**9)",
    "x.__class__",
    "__import__('os').system('true')",
    "(lambda: 0)()",
    "[x for x in (1,)]",
    "x if x else y",
    "'a'*999999",
    "exp(exp(exp(exp(exp(exp(x))))))**99999",
    "open('f')",
    "x = 1",
    "x; y",
    "sigmoid",
    "sigmoid(x, y)",
    "sigmoid(z=1)",
    "x[0]",
    "f'''",
    "(" * 300 + "x" + ")" * 300,
    "x" * 5000,
    "1e999",
    "0x10",
    "x and y",
    "x < y",
    "~x",
    "x // y",
    "x % y",
    "x @ y",
    "x ** -999999",
    "(x**9)**(10**9)",
    "",
    "   ",
    "1/0",
    "...",
    "True",
    "1j",
    "x\ny",
    "exp",
    "print(x)",
    "eval(x)",
    "_x",
    "x__y",
    "10**10**10",
    "sqrt(-1)**10**10",
    "999999999999999999999999999999**999",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_or_unreadable_input_is_refused_at_once_with_a_reason(typed):
    start = time.process_time()
    verdict = same(typed, "x*y + sigmoid(z)")
    assert verdict.verdict == "refused" and verdict.hint and not verdict
    assert time.process_time() - start < 0.5


def test_a_name_that_the_question_does_not_know_is_refused_with_the_nearest_one():
    verdict = same("detla*x", "delta*x")
    assert verdict.verdict == "refused" and "delta" in verdict.hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        (
            "*".join(f"(sigmoid(x{i}) + y)**9" for i in range(6)),
            "*".join(f"(y + sigmoid(x{i}))**9" for i in range(5, -1, -1)),
        ),
        ("(a + b + c + d + e + g)**12", "(g + e + d + c + b + a)**11*(a + b + c + d + e + g)"),
        (
            "+".join(f"exp(x**{i})/(1 + exp(x*{i}))" for i in range(1, 13)),
            "+".join(f"exp(x**{i})*sigmoid(-{i}*x)" for i in range(12, 0, -1)),
        ),
        ("exp(exp(exp(x)))*exp(-exp(exp(x)))", "1*exp(0)*exp(exp(exp(x)) - exp(exp(x)))"),
        (
            "sqrt(sqrt(sqrt(x + 1) + y) + z)/(1 + sqrt(x + sqrt(y + sqrt(z + 1))))",
            "sqrt(z + sqrt(y + sqrt(1 + x)))/(sqrt(x + sqrt(y + sqrt(1 + z))) + 1)",
        ),
    ],
)
def test_the_worst_cases_take_at_most_four_seconds(typed, reference):
    start = time.process_time()
    verdict = same(typed, reference)
    assert verdict.verdict in ("equal", "undecided")
    assert time.process_time() - start < 4


def test_what_holds_at_every_point_without_a_proof_is_undecided_and_says_so():
    verdict = same("sin(x)**2 + cos(x)**2", "1 + 0*x")
    assert verdict.verdict == "undecided" and "no proof" in verdict.hint and not verdict


def test_where_the_answer_has_no_value_nothing_is_decided():
    assert same("ln(x)", "ln(-1 - x**2) + x").verdict == "undecided"


@pytest.mark.parametrize(
    "formula",
    [
        "x/10^29",
        "ln(x**2) - 2*ln(x)",
        "sqrt(x**2) - x",
        "relu(x) - x",
        "step(x) - 1",
        "exp(x) - 1 - x",
        "f(x) - f(2*x)",
        "sigmoid(x) - 1/2 - x/4",
        "x**2 - x",
        "e - 2718281828459045/10^15",
    ],
)
def test_the_proof_of_zero_never_proves_what_is_not_zero(formula):
    assert not is_zero(parse.read(formula), 2.5)


def test_a_proof_that_takes_too_long_is_given_up_in_time():
    start = time.perf_counter()
    with pytest.raises(TimeUp):
        within(0.2, lambda: [sum(range(9)) for _ in range(10**9)])
    assert time.perf_counter() - start < 2


def test_intervals_hold_the_value_and_refuse_what_they_cannot_know():
    z = parse.read("sigmoid(z)").args[0]
    with numeric.precision(60):
        one = numeric.value(parse.read("1 - sigmoid(z)"), {z: sp.Integer(200)})
        assert one.a <= 0 or one.b < 1e-80
        for formula, error in (
            ("ln(-z)", numeric.Undefined),
            ("exp(z**4)", numeric.OutOfRange),
            ("1/(1 - sigmoid(z))", numeric.Unsure),
        ):
            with pytest.raises(error):
                numeric.value(parse.read(formula), {z: sp.Integer(200)})


def test_the_answer_says_where_the_two_differ_and_by_how_much():
    text = repr(same("x + 1/10^20", "x"))
    assert "0.96500000000000000001" in text and text.startswith("unequal: at x = 0.965")
    assert repr(same("2", "3")).startswith("unequal: always yours is 2.0, the answer is 3.0")


def test_a_reference_that_cannot_be_read_is_an_error_of_the_author():
    with pytest.raises(BadInput):
        same("x", "x +")
    with pytest.raises(BadInput):
        same("a", "a", given={"a": "sigmoid("})


def test_greek_superscripts_and_subscripts_are_read():
    assert same("δ₁·x₂² − η", "delta1*x2**2 - eta") and same("W₁×δ₁÷2", "W1*delta1/2")
    assert (
        same("√(x)", "sqrt(x)", {"x": (0, 9)}) and same("x⁻¹", "1/x") and same("σ'(z)", "sigmoid(z)*(1 - sigmoid(z))")
    )


@st.composite
def formulas(draw, depth=3):
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(["x", "y", "z", "2", "0.5", "-1"]))
    kind = draw(st.sampled_from(["+", "-", "*", "call", "square"]))
    left = draw(formulas(depth - 1))
    if kind == "call":
        return f"{draw(st.sampled_from(['sigmoid', 'tanh', 'relu', 'softplus', 'sin', 'silu']))}({left})"
    return f"({left})**2" if kind == "square" else f"(({left}) {kind} ({draw(formulas(depth - 1))}))"


@pytest.mark.slow
@settings(max_examples=25)
@given(formulas())
def test_law_no_verdict_on_a_random_formula_and_a_changed_one_is_wrong(formula):
    given_names = {"x": (-3, 3), "y": (-3, 3), "z": (-3, 3)}
    for equal in (f"({formula})*2/2 + 0", f"-(0 - ({formula}))", f"(1 + x**2)*({formula}) - x*x*({formula})"):
        assert same(equal, formula, given_names).verdict in ("equal", "undecided")
    for unequal in (f"({formula}) + 1/7", f"({formula}) + x*y*z/10^9", f"({formula}) - relu(x)/100"):
        assert same(unequal, formula, given_names).verdict == "unequal"


def test_a_difference_that_sixty_digits_do_not_show_is_found_with_more():
    far = {"z": (300, 400)}
    assert same("1 - sigmoid(z)", "2*sigmoid(-z)", far).verdict == "unequal"
    assert same("1 - sigmoid(z)", "sigmoid(-z)", far).verdict == "equal"
