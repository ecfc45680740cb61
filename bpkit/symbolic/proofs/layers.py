"""The layers: the hidden recursion and the gradients of W and b, for any widths, any batch and undefined f.

Letters: z, a = f(z), delta = dL/dz of a layer with n units k; W and b into it from m units q; e counts the N examples.

The next layer is known by its delta alone: to first order dL = sum_{k,e} delta_{ke} dz_{ke}, with delta held fixed.
Every proof here differentiates that sum, written out in what the z_{ke} are made of.
"""

from __future__ import annotations

import sympy as sp

from .steps import Expr, Proof, proof, pull_out

k, q, e = sp.symbols("k q e", integer=True)
i, p, c, r_1, r_2 = sp.symbols("i p c r_1 r_2", integer=True, positive=True)
n, m, N = sp.symbols("n m N", integer=True, positive=True)
W, b, delta, a, z, d = (sp.IndexedBase(name, real=True) for name in ("W", "b", "delta", "a", "z", "d"))
f = sp.Function("f", real=True)
LETTERS = {p + r_1: n, i + r_2: m, c + r_1: N}


def hidden_recursion() -> Proof:
    """dL/dz_ic = f'(z_ic) sum_k W_ki delta_kc, for any widths, any batch and undefined f: the transpose appears."""
    change = sp.Sum(delta[k, e] * (sp.Sum(W[k, q] * f(z[q, e]), (q, 1, i + r_2)) + b[k]), (e, 1, c + r_1), (k, 1, n))
    raw = change.diff(z[i, c])
    collapsed = raw.doit()
    claim = f(z[i, c]).diff(z[i, c]) * sp.Sum(W[k, i] * delta[k, c], (k, 1, n))
    steps = {
        "what the next layer makes of $z$, with its error fixed": change,
        "the slope in $z_{i,c}$": raw,
        "sums over index equalities have one term: row $k$, column $i$ of $W$": collapsed,
        "the slope of $f$ has no $k$": claim,
    }
    return proof("Hidden recursion", steps, sp.expand(pull_out(collapsed) - claim), letters=LETTERS)


def weight_gradient() -> Proof:
    """dL/dW_pi = sum_e delta_pe a_ie, the outer product added over the batch."""
    change = _change(delta)
    raw = change.diff(W[p, i])
    steps = {
        "what the layer makes of $W$, with its error fixed": change,
        "the slope in $W_{p,i}$": raw,
        "one row and one column stay, and the sum over the examples": raw.doit(),
    }
    return proof("Weight gradient", steps, raw.doit() - sp.Sum(delta[p, e] * a[i, e], (e, 1, N)), letters=LETTERS)


def bias_gradient() -> Proof:
    """dL/db_p = sum_e delta_pe: one bias, N examples, so the gradient is a sum over the batch."""
    change = _change(delta)
    raw = change.diff(b[p])
    steps = {
        "what the layer makes of $b$, with its error fixed": change,
        "the slope in $b_p$": raw,
        "one row stays, and the sum over the examples": raw.doit(),
    }
    return proof("Bias gradient", steps, raw.doit() - sp.Sum(delta[p, e], (e, 1, N)), letters=LETTERS)


def batch_mean() -> Proof:
    """For a mean loss the 1/N sits in delta = d/N, where d belongs to one example's loss; dW and db carry no other."""
    change = _change(d) / N
    weight, bias = change.diff(W[p, i]).doit(), change.diff(b[p]).doit()
    steps = {
        "the mean over the examples, with $d$ the error of each alone": change,
        "the slope in $W_{p,i}$": weight,
        "the slope in $b_p$": bias,
    }
    return proof(
        "Where 1/N lives",
        steps,
        weight - sp.Sum(d[p, e] * a[i, e], (e, 1, N)) / N,
        bias - sp.Sum(d[p, e], (e, 1, N)) / N,
        letters=LETTERS,
    )


def _change(error: sp.IndexedBase) -> Expr:
    """sum_{k,e} error_ke (sum_q W_kq a_qe + b_k)."""
    return sp.Sum(error[k, e] * (sp.Sum(W[k, q] * a[q, e], (q, 1, i + r_2)) + b[k]), (k, 1, p + r_1), (e, 1, N))
