"""Chapter 7's cases: arrays for one step, the state of Adam, and the network of the mystery.

Letters: w a parameter of any shape, g = dL/dw, v mean square, t number of the step, counted from 1; W1, b1, W2, b2 a
network, x, y one example.
"""

from __future__ import annotations

from .cases import normal, whole
from .maths import np, sigmoid

ADAM = """
        no_correction: no bias correction
            m and v start at 0. How large are they after one step, compared with what they estimate?
        mean_not_corrected: no bias correction for m
            Which of the two means starts at 0?
        square_not_corrected: no bias correction for v
            Which of the two means starts at 0?
        same_correction: one beta for both corrections
            With which memory was each of the two means collected?
        no_power: the same correction at every step
            Do m and v stay too small for ever?
        times_t: t as a factor in place of a power
            What is left of the start after two steps: twice beta, or beta of beta?
        t_too_small: a step number counted from 0
            By what would you divide in the first step, if t were 0?
        t_too_large: a step number that is one too large
            Which number has the first step?
        eps_in_root: eps inside the root
            What is eps there to prevent, and where does it stand in the formula?
        eps_on_step: eps added to the step in place of the root
            What does the division end with, and which parentheses are missing?
        eps_on_weight: eps added to the weight in place of the root
            What does the division end with, and which parentheses are missing?
        no_eps: a root without the eps that came in
            What happens where the gradient has been 0 so far? Is eps added, and is it the one that came in?
        power_alone: corrections by the power of beta alone
            How large is m after t steps, if every gradient is 1?
        power_of_rest: the power taken of the difference, not of beta
            Which number is multiplied by itself in every step: beta, or 1 - beta?
        corrections_multiplied: corrections that multiply in place of divide
            m is too small at first. Should the correction make it larger or smaller?
        one_beta: beta1 for both means
            With which memory is each of the two means collected?
        shares_exchanged: the shares of old and new exchanged in both means
            How much of the old mean is left after one step, if beta is 0.9?
        betas_exchanged: the two memories exchanged
            Which beta belongs to the mean, and which to the mean of squares?
        square_missing: v collected from g in place of its square
            v estimates how large the gradient is. May it be negative?
        mean_squared: v collected from the square of the mean
            Is the square of a mean the mean of the squares? Of what is v the mean?
        no_root: the root left out
            In which unit is v, if g is in metres?
        ascent: a step uphill
            Which way does the mean gradient point?
        corrected_kept: the corrected means returned for the next step
            What happens to a correction that is applied twice?
        gradient_for_mean: the gradient itself in place of its mean
            What does Adam step along?
        not_averaged: the new gradient taken whole
            Which part of a mean does the new value make up?
        old_means: the step taken with the means of before
            Does the gradient of this step take part in this step?
        old_mean: the step taken with the m of before
            Does the gradient of this step take part in this step?
        old_square: the step taken with the v of before
            Does the gradient of this step take part in this step?
    """


def cases(arrays, numbers):
    """Cases of ``arrays`` arrays of one shape each, followed by the numbers that ``numbers(rng)`` draws."""
    def make(shape):
        return lambda rng: (*(normal(rng, *shape) for _ in range(arrays)), *numbers(rng))

    def at_rest(rng):
        w, _, *more = make((3, 2))(rng)
        return w, np.zeros((3, 2)), *more

    tags = {"a table of weights": (4, 3), "a square table": (3, 3), "a bias": (4, 1), "a single weight": (1, 1),
            "a row of numbers": (3,), "one number": ()}
    return {tag: make(shape) for tag, shape in tags.items()} | {
        "whole numbers": lambda rng: (*(np.roll(whole(2, 3), k) for k in range(arrays)), *numbers(rng)),
        "a gradient of zero": at_rest}


def adam_numbers(t):
    """The numbers of Adam's step number ``t``; a large eps, so that its place shows."""
    return lambda rng: (t, rng.uniform(0.01, 0.1), 0.8, 0.95, 0.1)


def adam_cases():
    """Steps 1 to 7; v is a mean of squares, and so positive."""
    def make(shape, t):
        return lambda rng: (normal(rng, *shape), normal(rng, *shape), normal(rng, *shape), normal(rng, *shape) ** 2,
                            *adam_numbers(t)(rng))

    return {
        "the first step": lambda rng: (normal(rng, 4, 3), normal(rng, 4, 3), np.zeros((4, 3)), np.zeros((4, 3)),
                                       *adam_numbers(1)(rng)),
        "the second step": make((3, 3), 2),
        "the third step": make((4, 1), 3),
        "a single weight": make((1, 1), 5),
        "a row of numbers": make((3,), 4),
        "one number": make((), 6),
        "a gradient of zero": lambda rng: (normal(rng, 2, 3), np.zeros((2, 3)), *make((2, 3), 4)(rng)[2:]),
        "whole numbers": lambda rng: (whole(2, 3), np.roll(whole(2, 3), 1), np.roll(whole(2, 3), 2), whole(2, 3) ** 2,
                                      4, 0.5, 0.75, 0.875, 0.25),
        "the usual constants": lambda rng: (*make((2, 3), 7)(rng)[:4], 7, 0.001, 0.9, 0.999, 1e-8),
    }


def mazur(rng):
    """The example of Matt Mazur's "A step by step backpropagation example" (mattmazur.com, 2015)."""
    return (np.array([[0.15, 0.20], [0.25, 0.30]]), np.full((2, 1), 0.35), np.array([[0.40, 0.45], [0.50, 0.55]]),
            np.full((2, 1), 0.60), np.array([[0.05], [0.10]]), np.array([[0.01], [0.99]]), 0.5)


def two_layers(rng, n, m, k):
    """A network n-m-k, one example and a step size."""
    return (normal(rng, m, n), normal(rng, m, 1), normal(rng, k, m), normal(rng, k, 1), normal(rng, n, 1),
            rng.uniform(0.1, 0.9, (k, 1)), 0.5)


def mazur_loss(W1, b1, W2, b2, x, y):
    """Half the squared error of the two-layer network for one example."""
    return np.sum((sigmoid(W2 @ sigmoid(W1 @ x + b1) + b2) - y) ** 2) / 2
