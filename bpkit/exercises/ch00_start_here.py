"""Chapter 0: one neuron, and the two tools with which its gradient is checked.

Letters: x input, w weight, y target, z weighted sum, a activation, h step of a difference.
"""

from __future__ import annotations

import math

from .cases import between, normal
from .declare import exercise
from .maths import np, sigmoid


@exercise(
    "0.1", "x, w, y -> z, a, loss, delta, dw",
    cases={
        "the numbers of the lesson": lambda rng: (0.5, 0.8, 1.0),
        "target one": lambda rng: (*normal(rng, 2).tolist(), 1.0),
        "target zero": lambda rng: (*normal(rng, 2).tolist(), 0.0),
        "a target between": lambda rng: (*normal(rng, 2).tolist(), float(between(rng))),
        "a negative input": lambda rng: (-1.5, 0.5, 1.0),
        "whole numbers": lambda rng: (2.0, -1.0, 0.0),
    },
    flaws="""
        sign: the error measured from the target to the prediction
            Is delta positive or negative where the neuron says too much?
        slope_left_in: the slope of the sigmoid left in delta
            What does the loss's own derivative divide by, and what does that cancel?
        only_for_one: a delta that is right for y = 1 alone
            What should delta be where y is 0 and the neuron says 0.9?
        delta_of_the_sum: delta taken from z instead of from the activation
            Is it z or a that the target is compared with?
        relative: delta as a share of the prediction
            By what did you divide, and does the lesson's formula do so?
        times_w: delta multiplied by the weight instead of the input
            z is a product; what is left of it when you change w a little?
        times_z: delta multiplied by the weighted sum instead of the input
            How much does z change for each unit of w?
        times_a: delta multiplied by the neuron's own output
            Does dw need what goes into the neuron, or what comes out?
        input_forgotten: dw without the local factor
            How much does z change when w changes by one?
        upstream_forgotten: dw without the error signal
            Which factor of the chain comes back from the loss?
        slope_twice: the slope of the sigmoid once more in dw
            Does delta not hold the slope already?
    """,
    hints="""
        Walk the chain backwards: from the loss to a, from a to z, from z to w. Each step has one local factor.
        delta is how the loss changes with z. For this loss and a sigmoid, two factors leave a single difference.
        z is a product of two numbers. Change w by a little: z changes that little times the other number.
    """,
)
def neuron(x, w, y, *, unless):
    z = w * x
    a = sigmoid(z)
    loss = -(y * np.log(a) + (1 - y) * np.log(1 - a))
    delta = unless(a - y, sign=y - a, slope_left_in=(a - y) * a * (1 - a), only_for_one=y * (a - 1),
                   delta_of_the_sum=z - y, relative=(a - y) / a)
    dw = unless(delta * x, times_w=delta * w, times_z=delta * z, times_a=delta * a, input_forgotten=delta,
                upstream_forgotten=x, slope_twice=delta * a * (1 - a) * x)
    return z, a, loss, delta, dw


@exercise(
    "0.2", "f, x, h -> slope",
    cases={
        "a parabola": lambda rng: (lambda x: 3 * x**2 - x, normal(rng).item()),
        "a cubic": lambda rng: (lambda x: x**3, normal(rng).item()),
        "the sine": lambda rng: (math.sin, 0.7),
        "the cosine": lambda rng: (math.cos, 0.7),
        "a wide step": lambda rng: (math.exp, 0.7, 0.1),
        "a wider step": lambda rng: (lambda x: x**3 + x**4, -1.5, 0.25),
        "far from zero": lambda rng: (lambda x: x**3, 12.0, 1e-3),
    },
    flaws="""
        forward: the difference taken to the right only
            At which two points is f needed, so that x lies in their middle?
        backward: the difference taken to the left only
            At which two points is f needed, so that x lies in their middle?
        half_the_width: the difference divided by h
            How far apart are the two points at which f is taken?
        times_h: a division by 2, and h as a factor
            Python reads a line from the left: does h end up below the fraction bar, or beside it?
        second_divided: the second value alone divided
            What does Python do first, divide or subtract, and which parentheses would change that?
        not_divided: the difference not divided at all
            A slope is a rise over a run: where is the run?
        sign: the two points exchanged
            Which point lies to the right, and which value is taken from which?
        step_ignored: a step of its own, whatever h is
            Is the h that comes in the h that you use?
        step_of_its_own: a step of 0.001, whatever h is
            Is the h that comes in the h that you use?
        relative_step: a step that grows with x
            Is the step h, or h times something?
        added: the two values added
            How much does f change from one point to the other?
    """,
    hints="""
        The slope at x is about the rise of f over a small run around x.
        Take one point to the left and one to the right, equally far from x.
        The run is the distance between the two points, and that is not h.
    """,
)
def central_difference(f, x, h=1e-5, *, unless):
    h = unless(h, step_ignored=1e-5, step_of_its_own=1e-3, relative_step=h * max(abs(x), 0.1))
    right, left = unless((f(x + h), f(x - h)), forward=lambda: (f(x + h), f(x)), backward=lambda: (f(x), f(x - h)),
                         sign=lambda: (f(x - h), f(x + h)), added=lambda: (f(x + h), -f(x - h)))
    one_sided = bool(unless.on & {"forward", "backward"})
    run = unless(h if one_sided else 2 * h, half_the_width=h, not_divided=1.0, times_h=2 / h)
    return unless((right - left) / run, second_divided=right - left / run)


@exercise(
    "0.3", "a, b -> error",
    cases={
        "two numbers": lambda rng: tuple(normal(rng, 2).tolist()),
        "both zero": lambda rng: (0.0, 0.0),
        "one zero": lambda rng: (0.0, 2.5),
        "the other zero": lambda rng: (-3.0, 0.0),
        "signs differ": lambda rng: (-1.5, 2.0),
        "both negative": lambda rng: (-2.0, -2.5),
        "nearly equal": lambda rng: (1.0, 1.0 + 1e-6),
        "opposite numbers": lambda rng: (2.0, -2.0),
        "the first one larger": lambda rng: (5.0, 3.0),
        "small numbers": lambda rng: (3e-9, 4e-9),
        "very small numbers": lambda rng: (3e-13, 4e-13),
        "equal": lambda rng: (7.0, 7.0),
    },
    flaws="""
        no_sign_removed: the sign of the difference kept
            Can an error be smaller than none?
        absolute: the difference itself, not measured against anything
            Is a difference of 0.001 much? Compared with what?
        by_b: the difference measured against the second number alone
            What if a is 5 and b is 0?
        by_a: the difference measured against the first number alone
            What if a is 0 and b is 5?
        by_sum: the difference measured against the sum of both sizes
            Which of the two sizes does the definition ask for: both, or one?
        by_mean: the difference measured against the mean of both sizes
            Which of the two sizes does the definition ask for?
        by_smaller: the difference measured against the smaller number
            Which of the two sizes keeps the error at most 2?
        signed_sizes: the larger number instead of the larger size
            Which of -2 and -3 is larger, and which is larger in size?
        nan_at_zero: 0 divided by 0 where both numbers are 0
            How far apart are 0 and 0?
        stopped_at_zero: a division by 0 where both numbers are 0
            How far apart are 0 and 0?
        opposites_equal: an error of 0 where two numbers differ in sign alone
            How far apart are 2 and -2?
        one_at_zero: an error of 1 where both numbers are 0
            How far apart are 0 and 0?
        padded: a constant added below the line
            What does that constant do where both numbers are small?
    """,
    hints="""
        How far apart are the two numbers, whichever comes first? Then: compared with what?
        Compare with the larger of the two sizes.
        Two zeros agree perfectly, and their size must not be divided by.
    """,
)
def relative_error(a, b, *, unless):
    apart = unless(abs(a - b), no_sign_removed=a - b)
    larger = max(abs(a), abs(b))
    size = unless(larger, absolute=1.0, by_b=abs(b), by_a=abs(a), by_sum=abs(a) + abs(b), by_mean=(abs(a) + abs(b)) / 2,
                  by_smaller=min(abs(a), abs(b)), signed_sizes=max(a, b), padded=larger + 1e-8)
    if a == b == 0:
        return unless(0.0, nan_at_zero=float("nan"), one_at_zero=1.0, stopped_at_zero=lambda: apart / (a - b))
    return unless(lambda: apart / size, opposites_equal=lambda: apart / size if abs(a) != abs(b) else 0.0)
