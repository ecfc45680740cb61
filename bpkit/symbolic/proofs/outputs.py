"""Output layers: softmax, the cross-entropies, and the pairs whose delta is a - y.

Letters: z weighted sum, s = softmax(z), y target, a prediction, n classes, L loss, A(z) with L = A(z) - y z.
"""

from __future__ import annotations

import sympy as sp

from ..functions import Expr, plain, sigmoid, softmax
from .steps import Proof, proof, pull_out

i, k = sp.symbols("i k", integer=True)
j, r = sp.symbols("j r", integer=True, positive=True)
n = {j + r: sp.Symbol("n", integer=True, positive=True)}
z, y, s = (sp.IndexedBase(name, real=True) for name in ("z", "y", "s"))
TOTAL = sp.Sum(sp.exp(z[k]), (k, 1, j + r))


def softmax_jacobian() -> Proof:
    """ds_i/dz_j = s_i ([i = j] - s_j), for any number of classes."""
    s_i = sp.exp(z[i]) / TOTAL
    raw = s_i.diff(z[j])
    collapsed = raw.doit()
    claim = s[i] * (sp.KroneckerDelta(i, j) - s[j])
    steps = {
        "softmax, output $i$": s_i,
        "its slope in $z_j$": raw,
        "the sum over $[j = k]$ has one term": collapsed,
        "with $s$ for the quotients": claim,
    }
    return proof("Softmax Jacobian", steps, sp.expand(_in_s(collapsed) - claim), letters=n)


def softmax_cross_entropy() -> Proof:
    """dL/dz_j = s_j sum(y) - y_j for any number of classes; s_j - y_j where the targets sum to one."""
    loss = sp.Sum(y[i] * (sp.log(TOTAL) - z[i]), (i, 1, j + r))
    raw = loss.diff(z[j])
    delta = _in_s(pull_out(raw.doit()))
    targets = sp.Sum(y[i], (i, 1, j + r))
    left_over = sp.factor(delta - (s[j] - y[j]))
    steps = {
        "cross-entropy of softmax, written in $z$": loss,
        "its slope in $z_j$": raw,
        "sums over index equalities have one term": delta,
        "left over beside $s_j - y_j$: 0 where the targets sum to one": left_over,
    }
    rests = [
        delta - (s[j] * targets - y[j]),
        left_over - s[j] * (targets - 1),
        (delta - (s[j] - y[j])).subs(targets, 1),
    ]
    return proof("Softmax with cross-entropy", steps, *map(sp.expand, rests), letters=n)


def two_classes() -> Proof:
    """Binary cross-entropy is cross-entropy over the two classes (z, 0), and has the slope a - y for every y."""
    v, target = sp.symbols("z y", real=True)
    s1, s2 = (plain(softmax(c, v, sp.S.Zero)) for c in (1, 2))
    a = plain(sigmoid(v))
    cross = -target * sp.log(s1) - (1 - target) * sp.log(s2)
    binary = -target * sp.log(a) - (1 - target) * sp.log(1 - a)
    steps = {
        "softmax of the two weighted sums $z$ and $0$": s1,
        "is the sigmoid of $z$": a,
        "cross-entropy with the targets $y$ and $1 - y$": cross,
        "is binary cross-entropy": binary,
        "and its slope is $a - y$": a - target,
    }
    return proof(
        "Binary cross-entropy as the two-class case",
        steps,
        sp.cancel(s1 - a),
        sp.cancel(s2 - (1 - a)),
        sp.cancel(binary.diff(v) - (a - target)),
    )


def half_of_binary_cross_entropy() -> Proof:
    """-y ln a alone has the slope y (a - 1), which is a - y for y = 1 and for no other y."""
    v, target = sp.symbols("z y", real=True)
    a = sp.Symbol("a", real=True)
    loss = -target * sp.log(sigmoid(v))
    slope = sp.factor(sp.cancel(loss.diff(v).xreplace({sigmoid(v): a})))
    roots = sp.FiniteSet(*sp.solve(slope - (a - target), target))
    steps = {
        "one half of binary cross-entropy": loss,
        "its slope in $z$": slope,
        "equals $a - y$ for these $y$ only": roots,
    }
    return proof(
        "The loss -y ln a of one sigmoid",
        steps,
        sp.expand(slope - target * (a - 1)),
        sp.S.Zero if roots == sp.FiniteSet(1) else sp.S.One,
    )


def matching_pairs() -> Proof:
    """Where L = A(z) - y z, up to what has no z in it, dL/dz = A'(z) - y; and A' is the activation function."""
    v, target = sp.symbols("z y", real=True)
    A = sp.Function("A")
    a = plain(sigmoid(v))
    slope = (A(v) - target * v).diff(v)
    squares, soft = v**2 / 2, sp.log(1 + sp.exp(v))
    binary = -target * sp.log(a) - (1 - target) * sp.log(1 - a)
    classes = sp.log(TOTAL).diff(z[j]).doit()
    steps = {
        "slope of $A(z) - y z$": slope,
        "identity, half squared error: $A' = z$ for this $A$": squares,
        "sigmoid, binary cross-entropy: $A' = a$ for this $A$": soft,
        "softmax, cross-entropy: $s_j$ is the slope in $z_j$ of this $A$": sp.log(TOTAL),
    }
    return proof(
        "Matching pairs",
        steps,
        slope - (A(v).diff(v) - target),
        squares.diff(v) - v,
        sp.cancel(soft.diff(v) - a),
        _in_s(classes) - s[j],
        sp.expand((v - target) ** 2 / 2 - (squares - target * v)).diff(v),
        sp.cancel((binary - (soft - target * v)).diff(v)),
        letters=n,
    )


def _in_s(expr: Expr) -> Expr:
    """exp(z_j) / sum exp(z_k) written as s_j, in an expanded sum."""
    return sp.expand(expr.xreplace({sp.exp(z[c]): s[c] * TOTAL for c in (i, j)}))
