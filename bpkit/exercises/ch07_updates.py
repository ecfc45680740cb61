"""Chapter 7: updates.

Letters: w a parameter of any shape, g = dL/dw, eta step size; v velocity (momentum) or mean square (Adam), m mean of
the gradients, beta their memories, t number of the step, counted from 1; W1, b1, W2, b2 a network, x, y one example.
"""

from __future__ import annotations

from .cases import normal, whole
from .declare import exercise
from .maths import differences, np, sigmoid
from .update_cases import ADAM, adam_cases, cases, mazur, mazur_loss, two_layers


@exercise(
    "7.1", "w, g, eta -> w_new",
    strict=True,
    cases=cases(2, lambda rng: (rng.uniform(0.01, 0.5),)),
    flaws="""
        ascent: a step uphill
            The gradient points to where L grows. Where do you want to go?
        eta_missing: a step of the full gradient
            What decides how far a step goes?
        eta_divides: a division by eta
            Should a larger eta make the step longer or shorter?
        shrunk: the weight shrunk by eta
            What is multiplied by eta: the weight, or its gradient?
        step_only: the step alone
            Is the new weight asked for, or the way to it?
        gradient_sign: the sign of the gradient alone
            Is the step on a steep slope longer than on a gentle one?
        squared: the square of the gradient
            In which direction does a squared gradient point?
        from_zero: the gradient subtracted from nothing but eta
            From where does the step start?
        normalised: a gradient of length one
            Is the step on a steep slope longer than on a gentle one?
    """,
    hints="""
        Where are you, in which direction does L grow, and how far do you want to go the other way?
        The step is the gradient times eta.
        Make a new array; the caller still needs the old weights.
    """,
)
def gd_step(w, g, eta, *, unless):
    length = np.sqrt(np.sum(g**2))
    g = unless(g, gradient_sign=np.sign(g), squared=g**2, normalised=g / length if length else g)
    step = unless(eta * g, eta_missing=g, eta_divides=g / eta, shrunk=eta * w)
    return unless(w - step, ascent=w + step, step_only=-step, from_zero=eta - g)


@exercise(
    "7.2", "w, g, v, eta, beta -> w_new, v_new",
    strict=True,
    twins={"bp.Momentum": "bpkit.optim:Momentum.__call__"},
    cases=cases(3, lambda rng: (rng.uniform(0.01, 0.5), rng.uniform(0.5, 0.95))),
    flaws="""
        ascent: a step uphill
            The velocity collects gradients. Where do they point?
        averaged: the new gradient weighted with 1 - beta
            Does this form of momentum take a mean of the gradients, or a sum that fades?
        memory_exchanged: the old velocity weighted with 1 - beta
            How much of the old velocity is left after one step, if beta is 0.9?
        memory_missing: a velocity without memory
            What does the velocity keep of what it was before?
        beta_missing: a velocity that never fades
            How much of the old velocity is left after one step?
        beta_on_gradient: beta on the gradient in place of the velocity
            Which of the two fades: what was, or what is new?
        beta_on_both: beta on the gradient as well as on the velocity
            Which of the two fades: what was, or what is new?
        old_velocity: the step taken with the velocity of before
            Does the gradient of this step take part in this step?
        gradient_step: the step taken along the gradient
            Along what does w move?
        velocity_of_steps: a velocity of finished steps, with eta and the minus inside: another convention
            Does the velocity of this course know eta, or does eta come in when w moves?
        eta_inside: eta inside the velocity
            Is the velocity a sum of gradients, or of steps?
        look_ahead: a second portion of the velocity, as in Nesterov's form
            Which velocity does the step of this exercise follow?
        velocity_not_kept: the old velocity returned
            What does the next step need to know?
        eta_missing: a step of the full velocity
            What decides how far a step goes?
    """,
    hints="""
        First the velocity: a part of what it was, and the new gradient on top.
        Then the step, along the new velocity.
        Both are needed for the next step, so both are returned.
    """,
)
def momentum_step(w, g, v, eta, beta, *, unless):
    v_new = unless(beta * v + g, averaged=beta * v + (1 - beta) * g, memory_exchanged=(1 - beta) * v + g,
                   memory_missing=g, beta_missing=v + g,
                   beta_on_gradient=v + beta * g, beta_on_both=beta * (v + g), eta_inside=beta * v + eta * g)
    along = unless(v_new, old_velocity=v, gradient_step=g, look_ahead=beta * v_new + g)
    inside = bool(unless.on & {"eta_inside"})
    step = unless(along if inside else eta * along, eta_missing=along)
    moved = beta * v - eta * g
    w_new, v_kept = unless(w - step, ascent=w + step), unless(v_new, velocity_not_kept=v)
    return unless((w_new, v_kept), velocity_of_steps=(w + moved, moved))


@exercise(
    "7.3", "w, g, m, v, t, eta, beta1, beta2, eps -> w_new, m_new, v_new",
    strict=True,
    twins={"bp.Adam": "bpkit.optim:Adam.__call__"},
    cases=adam_cases(),
    flaws=ADAM,
    hints="""
        Two running means first: of the gradient, and of its square. Each keeps a part beta of what it was.
        Both start at 0 and are too small at first; divide by what they would be if every gradient were 1.
        The step is the corrected mean over the root of the corrected square; eps keeps that from being divided by 0.
    """,
)
def adam_step(w, g, m, v, t, eta, beta1, beta2, eps, *, unless):
    beta1, beta2 = unless((beta1, beta2), betas_exchanged=(beta2, beta1), one_beta=(beta1, beta1))
    fresh1, fresh2 = unless((1 - beta1, 1 - beta2), not_averaged=(1.0, 1.0))
    kept1, fresh1, kept2, fresh2 = unless((beta1, fresh1, beta2, fresh2),
                                          shares_exchanged=(fresh1, beta1, fresh2, beta2))
    m_new = kept1 * m + fresh1 * g
    v_new = kept2 * v + fresh2 * unless(g**2, square_missing=g, mean_squared=m_new**2)
    m_used, v_used = unless((m_new, v_new), gradient_for_mean=(g, v_new), old_means=(m, v), old_mean=(m, v_new),
                            old_square=(m_new, v))
    t = unless(t, t_too_small=t - 1, t_too_large=t + 1)
    with np.errstate(all="ignore"):
        by_m, by_v = unless((1 - beta1**t, 1 - beta2**t), no_correction=(1.0, 1.0),
                            mean_not_corrected=(1.0, 1 - beta2**t), square_not_corrected=(1 - beta1**t, 1.0),
                            same_correction=(1 - beta1**t, 1 - beta1**t), no_power=(1 - beta1, 1 - beta2),
                            times_t=(1 - beta1 * t, 1 - beta2 * t), power_alone=(beta1**t, beta2**t),
                            power_of_rest=((1 - beta1) ** t, (1 - beta2) ** t),
                            corrections_multiplied=lambda: (1 / (1 - beta1**t), 1 / (1 - beta2**t)))
        m_hat, v_hat = np.divide(m_used, by_m), np.divide(v_used, by_v)
        below = unless(np.sqrt(v_hat) + eps, eps_in_root=np.sqrt(v_hat + eps), no_eps=np.sqrt(v_hat),
                       no_root=v_hat + eps, eps_on_step=np.sqrt(v_hat), eps_on_weight=np.sqrt(v_hat))
        step = eta * m_hat / below + unless(0.0, eps_on_step=eps, eps_on_weight=-eps)
    m_kept, v_kept = unless((m_new, v_new), corrected_kept=(m_hat, v_hat))
    return unless(w - step, ascent=w + step), m_kept, v_kept


@exercise(
    "7.4", "m, beta, t -> m_hat",
    strict=True,
    cases={
        "the first step": lambda rng: (normal(rng, 3, 2), 0.9, 1),
        "the second step": lambda rng: (normal(rng, 2, 3), 0.9, 2),
        "the tenth step": lambda rng: (normal(rng, 4, 1), 0.8, 10),
        "a long memory": lambda rng: (normal(rng, 2, 2), 0.999, 5),
        "whole numbers": lambda rng: (whole(2, 3), 0.5, 3),
        "no memory": lambda rng: (normal(rng, 2, 2), 0.0, 4),
    },
    flaws="""
        not_corrected: no correction
            How large is m after one step, if every gradient is 1?
        multiplied: a multiplication in place of the division
            m is too small at first. Should the correction make it larger or smaller?
        no_power: the same correction at every step
            Does m stay too small for ever?
        power_alone: a division by the power of beta alone
            How large is m after t steps, if every gradient is 1?
        t_too_small: a step number counted from 0
            Which number has the first step?
        t_too_large: a step number that is one too large
            Which number has the first step?
        times_t: t as a factor in place of a power
            What is left of the start after two steps: twice beta, or beta of beta?
        power_of_rest: the power taken of the difference, not of beta
            Which number is multiplied by itself in every step: beta, or 1 - beta?
        no_parentheses: a division by 1, and the power subtracted afterwards
            In which order does Python divide and subtract?
        plus: the power added in place of subtracted
            How large is m after t steps, if every gradient is 1?
    """,
    hints="""
        Let every gradient be 1: how large is m after one step, after two, after three?
        What is missing to 1 shrinks by the factor beta in every step.
        Divide by what m would be if every gradient were 1.
    """,
)
def corrected(m, beta, t, *, unless):
    t = unless(t, t_too_small=t - 1, t_too_large=t + 1)
    with np.errstate(all="ignore"):
        power = unless(np.float64(beta) ** t, no_power=beta, times_t=beta * t)
        share = unless(1 - power, power_alone=power, plus=1 + power, power_of_rest=np.float64(1 - beta) ** t)
        return unless(lambda: m / share, no_parentheses=lambda: m / 1 - power, not_corrected=m,
                      multiplied=lambda: m * share)


@exercise(
    "7.5", "W1 (m, n), b1 (m, 1), W2 (k, m), b2 (k, 1), x (n, 1), y (k, 1), eta -> W1_new, W2_new",
    strict=True,
    cases={
        "the mystery's own numbers": mazur,
        "sizes all different": lambda rng: two_layers(rng, 4, 3, 2),
        "sizes all equal": lambda rng: two_layers(rng, 3, 3, 3),
        "a single output": lambda rng: two_layers(rng, 2, 3, 1),
        "a large step": lambda rng: (*two_layers(rng, 2, 2, 2)[:6], 5.0),
        "a small step": lambda rng: (*two_layers(rng, 3, 2, 4)[:6], 0.01),
    },
    flaws="""
        updated_weights: the new W2 in the hidden delta
            At which weights was the loss computed whose gradient you take?
        not_transposed: W2 not transposed on the way back
            Where in W2 are the wires that leave one hidden unit?
        slope_missing: the slope left out of the hidden delta
            Between a1 and z1 stands a sigmoid. How much gets through?
        output_slope_missing: the slope left out of the output's delta
            The loss is half a squared error, and the output a sigmoid. Do they match?
        one_output: the error of the first output alone
            How many outputs does one hidden unit feed?
        hidden_stays: W1 left as it was
            Which weights take a step?
        output_stays: W2 left as it was
            Which weights take a step?
        ascent: a step uphill
            Which way does the gradient point?
        own_activation: the hidden layer's own activation in its weight gradient
            Which numbers went into W1?
        error_again: the output's error taken again at the new W2, before it goes back
            At which weights was the loss computed whose gradient you take?
        activation_again: the hidden activation taken again at the new W1, for the step of W2
            At which weights was the loss computed whose gradient you take?
        pass_again: the whole pass taken again at the new W1, for the step of W2
            How many losses are there, and at which weights was the one computed whose gradient you take?
    """,
    hints="""
        Every gradient belongs to the same loss, and that loss was computed once, with all the old weights.
        Follow W2 through the lines: where is it read, and where is it written? Which comes first?
        Compute all gradients before you move any weight.
    """,
    referee=lambda W1, b1, W2, b2, x, y, eta: {
        "W1_new": W1 - eta * differences(lambda W1: mazur_loss(W1, b1, W2, b2, x, y), W1),
        "W2_new": W2 - eta * differences(lambda W2: mazur_loss(W1, b1, W2, b2, x, y), W2)},
)
def mazur_step(W1, b1, W2, b2, x, y, eta, *, unless):
    a1 = sigmoid(W1 @ x + b1)

    def error(a1, W2):
        a2 = sigmoid(W2 @ a1 + b2)
        return (a2 - y) * unless(a2 * (1 - a2), output_slope_missing=1.0)

    delta2 = error(a1, W2)
    step = unless(eta, ascent=-eta)
    W2_new = W2 - step * delta2 @ a1.T
    wires, sent = unless(W2, updated_weights=W2_new), unless(delta2, error_again=lambda: error(a1, W2_new))
    back = unless(lambda: wires.T @ sent, not_transposed=lambda: wires @ sent,
                  one_output=lambda: wires[:1].T @ sent[:1])
    delta1 = back * unless(a1 * (1 - a1), slope_missing=1.0)
    W1_new = W1 - step * delta1 @ unless(x, own_activation=a1).T
    late = sigmoid(W1_new @ x + b1)
    W2_new = unless(W2_new, activation_again=lambda: W2 - step * delta2 @ late.T,
                    pass_again=lambda: W2 - step * error(late, W2) @ late.T)
    return unless(W1_new, hidden_stays=W1), unless(W2_new, output_stays=W2)
