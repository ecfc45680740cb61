"""Chapter 7, updates: what the gradients left, and gradient descent and Adam taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

# headings of the chapter
STEP = "7#Take one step, with numbers"
PAIN = "7#Feel the pain: one eta for all directions"
SPEED = "7#Collect speed"
OWN = "7#Measure each weight by its own gradients"

RETRIEVAL = Quiz("7.retrieval", "Retrieval quiz: gradients and deltas", (
    Number(
        "batch",
        "Each taken by itself, three examples give the gradients 0.6, -0.3 and 0.9 for a weight. The loss is a mean. "
        "What is the gradient of the batch?",
        right=0.4, tolerance=0.001,
        why="A mean of losses has the mean of the gradients: 1.2 over 3.",
        wrong=(
            Wrong(1.2, "the `1/N` forgotten", "6.5",
                  "The sum is right for a loss that is a sum; bpkit's losses are means."),
            Wrong(0.1333, "`1/N` divided twice", "6.5",
                  "The `1/N` of the loss enters once, in the first delta."),
            Wrong(0.9, "an example overwritten by the last one", "6.5",
                  "Each example adds its share."),
        ),
        hint="A gradient of a mean is the mean of the gradients.",
        at="6.5",
    ),
    Shape(
        "db",
        "`delta` is `(4, 7)`. Which shape has `dL/db`?",
        right=(4, 1),
        why="One number a unit, as a column like `b` itself: the 7 examples are summed.",
        wrong=(
            Wrong((4,), "the column lost", "6.2",
                  "A sum that drops its axis leaves `(4,)`, and `(4, 1) - (4,)` becomes `(4, 4)` without a word."),
            Wrong((1, 7), "the wrong axis", "6.2",
                  "You summed over the units; the examples are what is summed."),
            Wrong((4, 7), "the batch kept", "6.2",
                  "All examples share one bias, so their deltas add."),
        ),
        hint="A gradient has the shape of its parameter.",
        at="6.2",
    ),
    Number(
        "delta",
        "A tanh unit with `a = 0.6` feeds one output over the weight -2, and that output's delta is 0.5. What is the "
        "unit's `delta`?",
        right=-0.64, tolerance=0.001,
        why="-1 comes back over the wire, and the slope of tanh is 1 minus `a` squared, 0.64.",
        wrong=(
            Wrong(-1, "the slope missing", "5.2",
                  "What comes back over the wire still has to pass the tanh."),
            Wrong(-0.6, "the activation in place of the slope", "5.2",
                  "The signal is multiplied by `f'(z)`, not by `a`."),
            Wrong(-0.7116, "the slope taken at `a` instead of `z`", "5.2",
                  "You took the slope of tanh at 0.6; at `z` it is 1 minus `a` squared."),
            Wrong(0.64, "the sign", "5.2",
                  "The weight is negative, and nothing turns the sign back."),
        ),
        hint="Weight times delta, times the slope of tanh at `z`.",
        at="5.2",
    ),
    Choice(
        "downhill",
        "`w = 2` and `dL/dw = 0.5`. Which small move lowers the loss?",
        right="a slightly smaller `w`",
        why="A positive slope says that the loss grows with `w`.",
        wrong=(
            Wrong("a slightly larger `w`", "walking along the gradient", "7.1",
                  "The gradient points uphill."),
            Wrong("`w = 0.5`", "the gradient taken for the new weight", "7.1",
                  "The gradient is a slope; the weight moves a little against it."),
            Wrong("none: at a positive slope the loss is lowest", "slope and minimum confused", "7.1",
                  "At a minimum the slope is 0; where it is not, one direction leads down."),
        ),
    ),
))

EXIT = Quiz("7.exit", "Exit ticket: updates", (
    Number(
        "gd",
        "`w = 1.5`, `dL/dw = -2`, `eta = 0.1`. What is `w` after one step of gradient descent?",
        right=1.7, tolerance=0.001,
        why="Minus `eta` times a negative gradient moves `w` up by 0.2.",
        wrong=(
            Wrong(1.3, "ascent", "7.1",
                  "The minus sign of the update turns a negative gradient into a step up."),
            Wrong(3.5, "the step size forgotten", "7.1",
                  "The step is `eta` times the gradient."),
            Wrong(0.2, "the step taken for the weight", "7.1",
                  "0.2 is how far `w` moves; add it to where `w` was."),
        ),
        hint="`w` minus `eta` times the gradient, with its sign.",
        at="7.1",
    ),
    Number(
        "adam",
        "`w = 1`, the very first gradient is -4, `eta = 0.01`. What is `w` after Adam's first step, with its usual "
        "betas?",
        right=1.01, tolerance=0.0005,
        why="With the bias correction the first step is `eta g / (|g| + eps)`: `eta` against the sign of the "
            "gradient, however large that is.",
        wrong=(
            Wrong(1.04, "the step of plain gradient descent", "7.3",
                  "Adam divides by the size of the gradient; only its sign is left at the first step."),
            Wrong(0.99, "ascent", "7.3",
                  "The gradient is negative, so `w` has to grow."),
            Wrong(1.0316, "no bias correction", "7.4",
                  "Both averages start at 0 and are too small at first, and not equally so."),
        ),
        hint="What are the two corrected averages after one gradient?",
        at="7.3",
    ),
    Number(
        "correction",
        "`beta1 = 0.9`. By what does Adam divide `m` at its second step?",
        right=0.19, tolerance=0.001,
        why="1 minus `beta1` to the power `t`, with `t = 2`.",
        wrong=(
            Wrong(0.1, "`t` one too small", "7.4",
                  "Steps are counted from 1: the second step has `t = 2`."),
            Wrong(0.271, "`t` one too large", "7.4",
                  "The count rises once before each step, not before and after it."),
            Wrong(0.81, "the power itself", "7.4",
                  "0.81 is the share of the starting 0; what is left of 1 belongs to the gradients."),
        ),
        hint="How much weight have the gradients of two steps in the average?",
        at="7.4",
    ),
    Choice(
        "order",
        "You update `W[2]` first, and then compute `dL/dW[1]` with the new `W[2]`. What do you get?",
        right="the gradient of no loss at all",
        why="The deltas of the output belong to the old weights, the way back leads over new ones: compute all "
            "gradients first, then update all weights.",
        wrong=(
            Wrong("the right gradient: delta is stored", "the weights of the way back overlooked", "7.5",
                  "Delta of the output is stored, but the hidden delta needs `W[2]` as well."),
            Wrong("a better gradient: it is more up to date", "newer thought better", "7.5",
                  "One gradient describes one point; half of this one was taken at another."),
            Wrong("the right gradient, with another step size", "a wrong direction taken for a wrong length", "7.5",
                  "Each entry changes by its own amount, so the direction changes too."),
        ),
    ),
    Number(
        "stable",
        "Gradient descent on `L = 5 * w * w`, whose curvature is 10. Below which `eta` does it converge?",
        right=0.2, tolerance=0.001,
        why="Each step multiplies `w` by 1 minus 10 `eta`, and that stays between -1 and 1 for `eta` below 2 over "
            "the curvature.",
        wrong=(
            Wrong(0.1, "the fastest step taken for the limit", "7.1",
                  "At 1 over the curvature one step lands in the minimum; beyond it steps overshoot, and still "
                  "converge up to twice that."),
            Wrong(0.4, "the curvature halved", "7.1",
                  "The second derivative of `5 * w * w` is 10, not 5."),
        ),
        hint="By what does one step multiply `w`, and when does that shrink it?",
        at="7.1",
    ),
))

PREDICT_FAR = Quiz("7.far", "Predict, then run: how far a step leads", (
    Choice(
        "far",
        "Two weights take one step of gradient descent with the same `eta`. The slope of the second is ten times that "
        "of the first. How far do they move?",
        right="the second ten times as far as the first",
        why="The step is `eta` times the gradient, so a steeper weight moves further.",
        wrong=(
            Wrong("both by `eta`, which is the step size", "`eta` taken for the length of the step", STEP,
                  "The step is `eta` times the gradient; `eta` alone is no distance."),
            Wrong("the first ten times as far, for it has the longer way", "flatness taken for distance", STEP,
                  "Gradient descent sees the slope, not the way that is left; on flat ground it steps less."),
            Wrong("it depends on how large the weights are themselves", "the weight shrunk in place of moved", STEP,
                  "The weight is where the step starts; its size does not change the step."),
        ),
    ),
))

PREDICT_VALLEY = Quiz("7.valley", "Predict, then run: a valley", (
    Choice(
        "valley",
        "`L = (w1 * w1 + 50 * w2 * w2) / 2`, and one `eta` for both weights. What is the trouble?",
        right="`w2` allows only a small `eta`, and with it `w1` crawls",
        why="The steep direction diverges first, so it sets the limit; the flat one would need a step fifty times as "
            "large.",
        wrong=(
            Wrong("`w1` allows only a small `eta`, and with it `w2` crawls", "steep and flat exchanged", PAIN,
                  "The limit is 2 over the curvature, and the curvature of `w2` is the larger one."),
            Wrong("none: a steep slope makes long steps, a flat one short ones, and both arrive together",
                  "long steps taken for progress", PAIN,
                  "On steep ground long steps overshoot; what counts is the step compared with the way to the middle."),
            Wrong("any `eta` diverges, because the curvatures differ", "a hard valley taken for an impossible one",
                  PAIN, "Below the limit of the steepest direction every direction shrinks, the flat ones slowly."),
        ),
    ),
))

PREDICT_VELOCITY = Quiz("7.velocity", "Predict, then run: a slope that stays the same", (
    Choice(
        "velocity",
        "Every gradient is 1, and `beta` is 0.8. What becomes of the velocity after many steps?",
        right="it approaches 5",
        why="Each step loses a fifth and gains 1. At 5 the loss is 1 as well, and nothing changes any more.",
        wrong=(
            Wrong("it approaches 1", "a sum that fades taken for a mean", SPEED,
                  "This form adds the whole gradient; only with a factor of 1 minus `beta` would it be a mean."),
            Wrong("it grows without end", "the fading forgotten", SPEED,
                  "The larger the velocity, the more of it fades in a step."),
            Wrong("it fades to 0", "the new gradient forgotten", SPEED,
                  "What was fades; what is new is added at every step."),
        ),
    ),
))

PREDICT_ADAM = Quiz("7.adam", "Predict, then run: Adam's first step", (
    Choice(
        "adam",
        "Two weights take their first step with Adam. The gradient of the first is a hundred times that of the second. "
        "How far do they move?",
        right="both by about `eta`",
        why="After one gradient the corrected mean is that gradient, and the root of the corrected square is its size: "
            "what is left is its sign.",
        wrong=(
            Wrong("the first a hundred times as far", "the step of plain gradient descent", OWN,
                  "Adam divides by the size of the gradients of this weight."),
            Wrong("the first ten times as far, because of the root in the formula", "the root taken of the step", OWN,
                  "The root is taken of a square, so the gradient is divided by its own size."),
            Wrong("both hardly at all: their means start at 0", "the bias correction forgotten", OWN,
                  "The correction makes up for the start at 0, in the first step already."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_FAR, PREDICT_VALLEY, PREDICT_VELOCITY, PREDICT_ADAM, EXIT)
