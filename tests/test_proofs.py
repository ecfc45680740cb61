"""Every proof holds, shows its steps, and would not hold for a wrong claim."""

import time

import pytest
import sympy as sp

from bpkit.symbolic import proofs
from bpkit.symbolic.proofs import PROOFS, layers, outputs, slopes, steps, updates


@pytest.mark.parametrize("name", PROOFS)
def test_the_proof_holds_and_shows_at_least_two_steps_as_text_and_as_latex(name):
    proof = PROOFS[name]()
    assert proof.holds, proof.remainders
    assert len(proof.steps) >= 2 and all(step.reason for step in proof.steps)
    assert repr(proof).splitlines()[0].endswith(": proved")
    latex = proof._repr_latex_()
    assert latex.startswith("$$") and latex.count(r"\left") == latex.count(r"\right") and "j + r" not in latex


@pytest.mark.parametrize("name", PROOFS)
def test_the_reasons_of_a_proof_stand_above_their_formulas_in_short_lines(name):
    proof = PROOFS[name]()
    rows = proof._repr_latex_().removeprefix(r"$$\begin{aligned}").split(r" \\ ")
    words = [row.strip() for row in rows if row.strip().startswith((r"& \text{", r"& \textbf{"))]
    assert all(len(row) <= 52 + len(r"& \textbf{}") and row.count("$") % 2 == 0 for row in words)
    assert sum(row.strip().startswith(r"& \quad") for row in rows) == len(proof.steps)


@pytest.mark.slow
def test_all_proofs_together_take_less_than_ten_seconds():
    start = time.process_time()
    assert all(prove().holds for prove in PROOFS.values())
    assert time.process_time() - start < 10


def test_a_proof_with_something_left_over_does_not_hold_and_says_so():
    x = sp.Symbol("x")
    assert not proofs.Proof("claim", (proofs.Step("a", x),), (sp.S.Zero, x)).holds
    assert "NOT proved" in repr(proofs.Proof("claim", (proofs.Step("a", x),), (x,)))
    assert not proofs.Proof("nothing shown", (proofs.Step("a", x),), ()).holds


def test_the_softmax_proof_keeps_its_number_of_classes_a_letter_and_names_what_is_left_over():
    proof = proofs.softmax_cross_entropy()
    left_over = proof.steps[-1].formula
    assert sp.Symbol("n", integer=True, positive=True) in left_over.free_symbols
    three = left_over.subs(sp.Symbol("n", integer=True, positive=True), 3).doit()
    y, s, j = outputs.y, outputs.s, outputs.j
    assert sp.expand(three - s[j] * (y[1] + y[2] + y[3] - 1)) == 0


@pytest.mark.parametrize(("bound", "n"), [(1, 1), (2, 3), (4, 5)])
def test_the_symbolic_jacobian_agrees_with_softmax_written_out_for_n_classes(bound, n):
    z = [outputs.z[c] for c in range(1, n + 1)]
    direct = (sp.exp(z[0]) / sum(map(sp.exp, z))).diff(z[bound - 1])
    claim = proofs.softmax_jacobian().steps[2].formula
    written = claim.subs({sp.Symbol("n", integer=True, positive=True): n, outputs.i: 1, outputs.j: bound}).doit()
    assert sp.cancel(direct - written) == 0


def test_the_hidden_recursion_says_the_transpose_for_small_sizes_written_out():
    m, n, N = 2, 3, 2
    W, delta, z, f, b = layers.W, layers.delta, layers.z, layers.f, layers.b
    change = sum(
        delta[k, e] * (sum(W[k, q] * f(z[q, e]) for q in range(1, m + 1)) + b[k])
        for k in range(1, n + 1)
        for e in range(1, N + 1)
    )
    claim = proofs.hidden_recursion().steps[-1].formula
    for i in range(1, m + 1):
        for c in range(1, N + 1):
            written = claim.subs({layers.n: n, layers.i: i, layers.c: c}).doit()
            assert sp.expand(change.diff(z[i, c]) - written) == 0


def test_a_wrong_hidden_recursion_is_left_with_a_remainder():
    collapsed, claim = (step.formula for step in proofs.hidden_recursion().steps[-2:])
    slope = layers.f(layers.z[layers.i, layers.c]).diff(layers.z[layers.i, layers.c])
    wrong = slope * sp.Sum(layers.W[layers.i, layers.k] * layers.delta[layers.k, layers.c], (layers.k, 1, layers.n))
    assert sp.expand(steps.pull_out(collapsed) - claim) == 0
    assert sp.expand(steps.pull_out(collapsed) - wrong) != 0


def test_a_wrong_slope_in_the_table_breaks_the_table(monkeypatch):
    from bpkit.symbolic import functions

    monkeypatch.setattr(functions.sigmoid, "fdiff", lambda self, argindex=1: self * (1 + self))
    sp.core.cache.clear_cache()
    assert not slopes.activation_table().holds
    monkeypatch.undo()
    sp.core.cache.clear_cache()
    assert slopes.activation_table().holds


def test_the_table_holds_every_activation_function_of_the_numerics_with_a_slope():
    from bpkit.activations import ACTIVATIONS
    from bpkit.losses import LOSSES as NUMERIC_LOSSES
    from bpkit.symbolic.functions import ELEMENTWISE, LOSSES

    assert {*ELEMENTWISE, "softmax"} == set(ACTIVATIONS)
    assert set(LOSSES) == set(NUMERIC_LOSSES)
    assert len(proofs.activation_table().steps) == len(ELEMENTWISE)


def test_the_stability_bound_is_where_descent_turns_from_shrinking_to_growing():
    path = proofs.stability().steps[2].formula.rhs
    for eta, shrinks in ((sp.Rational(19, 10), True), (sp.Rational(21, 10), False)):
        far = path.subs({updates.eta: eta, updates.c: 1, updates.w_0: 1, updates.t: 200})
        assert bool(abs(far) < 1) is shrinks


def test_adams_averages_follow_their_rule_number_by_number():
    solved = proofs.bias_correction().steps[1].formula.rhs.subs({updates.beta: sp.Rational(9, 10), updates.g: 3})
    m = sp.S.Zero
    for t in range(6):
        assert solved.subs(updates.t, t) == m
        m = sp.Rational(9, 10) * m + sp.Rational(1, 10) * 3


def test_factors_without_the_index_leave_a_sum_and_others_stay():
    k = sp.Symbol("k", integer=True)
    a = sp.IndexedBase("a")
    c = sp.Symbol("c")
    assert steps.pull_out(sp.Sum(c * a[k], (k, 1, 4))) == c * sp.Sum(a[k], (k, 1, 4))
