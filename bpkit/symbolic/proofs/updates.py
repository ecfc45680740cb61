"""Updates: Adam's bias correction and first step, and the step size below which gradient descent is stable.

Letters: g gradient, m and v the moving averages of g and g^2, beta their decay, t steps, eta step size, w weight, c
curvature.
"""

from __future__ import annotations

import sympy as sp

from .steps import Proof, proof

t = sp.Symbol("t", integer=True, nonnegative=True)
i = sp.Symbol("i", integer=True)
beta, beta_2, eta, epsilon, c = sp.symbols("beta beta_2 eta epsilon c", positive=True)
g, w_0 = sp.symbols("g w_0", real=True)
m, w = sp.Function("m"), sp.Function("w")


def bias_correction() -> Proof:
    """From m_0 = 0, the moving average of a constant g is m_t = (1 - beta^t) g; so m_t / (1 - beta^t) is g."""
    average = sp.rsolve(m(t + 1) - beta * m(t) - (1 - beta) * g, m(t), {m(0): 0})
    claim = (1 - beta**t) * g
    weights = sp.Sum((1 - beta) * beta ** (t - i), (i, 1, t))
    steps = {
        "the moving average starts at 0 and follows": sp.Eq(m(t + 1), beta * m(t) + (1 - beta) * g),
        "solved for a gradient that stays the same": sp.Eq(m(t), claim),
        "the weights of all gradients so far add up to less than 1": sp.Eq(weights, weights.doit()),
        "divided by that, the average is right": sp.Eq(m(t) / (1 - beta**t), g),
    }
    return proof(
        "Adam's bias correction",
        steps,
        sp.expand(average - claim),
        weights.doit() - (1 - beta**t),
        sp.cancel(claim / (1 - beta**t)) - g,
    )


def adam_first_step() -> Proof:
    """Adam's first step is eta g / (|g| + eps), whatever the betas: about eta, with the sign of g."""
    m_1, v_1 = (1 - beta) * g, (1 - beta_2) * g**2
    m_hat, v_hat = sp.cancel(m_1 / (1 - beta)), sp.cancel(v_1 / (1 - beta_2))
    step = eta * m_hat / (sp.sqrt(v_hat) + epsilon)
    steps = {
        "the first averages of $g$ and $g^2$": sp.Tuple(m_1, v_1),
        "corrected": sp.Tuple(m_hat, v_hat),
        "the first step": step,
    }
    return proof("Adam's first step", steps, step - eta * g / (sp.Abs(g) + epsilon))


def stability() -> Proof:
    """On the parabola L = c w^2/2 gradient descent converges from every w_0 for 0 < eta < 2/c, and for no other eta."""
    v, x = sp.symbols("w x", real=True)
    loss = c * v**2 / 2
    after = v - eta * loss.diff(v)
    path = sp.rsolve(w(t + 1) - (after / v).expand() * w(t), w(t), {w(0): w_0})
    inside = sp.solve_univariate_inequality(sp.Abs(1 - x) < 1, x, relational=False)
    steps = {
        "a parabola of curvature $c$": loss,
        "one step of gradient descent": sp.Eq(w(t + 1), (1 - eta * c) * w(t)),
        "after $t$ steps": sp.Eq(w(t), path),
        "it shrinks where": sp.Abs(1 - eta * c) < 1,
        "that is for": sp.Contains(eta, sp.Interval.open(0, 2 / c), evaluate=False),
    }
    return proof(
        "Stability of gradient descent",
        steps,
        sp.expand(after - (1 - eta * c) * v),
        sp.expand(path - w_0 * (1 - eta * c) ** t),
        sp.S.Zero if inside == sp.Interval.open(0, 2) else sp.S.One,
    )
