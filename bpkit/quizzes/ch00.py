"""Chapter 0, start here: what you bring along, three predictions for the one neuron, and what you take away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Wrong

# headings of the chapter
FORWARD = "0#Walk forward with numbers"
BACKWARD = "0#Walk backward with numbers"
WITNESS = "0#Ask computer algebra how good the witness is"
USE = "0#Use the gradient"
IS_NOT = "0#Know what this example is not"

WARM_UP = Quiz("0.warm-up", "Warm-up: what you bring along", (
    Number(
        "slope",
        "A curve passes through 2 at `x = 1` and through 2.6 at `x = 1.2`. What is the ratio of changes, the rise "
        "over the run?",
        right=3.0, tolerance=0.01,
        why="The rise is 0.6, the run is 0.2, and the ratio of the two is the slope between the points.",
        wrong=(
            Wrong(0.6, "the rise without the run", "0.2",
                  "0.6 is how far the curve climbs; a slope divides that by how far you went to the right."),
            Wrong(0.3333, "run over rise", "0.2",
                  "You divided the change of `x` by the change of the curve, and a slope is the other way round."),
            Wrong(2.1667, "a value over a place", "0.2",
                  "You divided one height by one position; a slope compares two differences."),
        ),
        hint="Subtract the two heights, subtract the two positions, then divide.",
        at="0.2",
    ),
    Choice(
        "ln",
        "The number `p` lies between 0 and 1. What can you say of its natural logarithm `ln p`?",
        right="it is negative",
        why="`ln 1 = 0` and the logarithm grows with `p`, so below 1 it lies below 0; this is why losses carry a "
            "minus sign.",
        wrong=(
            Wrong("it lies between 0 and 1 as well", "domain taken for range", "2.2",
                  "The logarithm of a small share is far below 0; only `p` itself is held between 0 and 1."),
            Wrong("it is not defined", "logarithms of fractions thought impossible", "2.2",
                  "Only 0 and negative numbers have no logarithm; a fraction has a negative one."),
            Wrong("it is positive", "the minus sign of the loss read into the logarithm", "2.2",
                  "`-ln p` is positive, `ln p` is not."),
        ),
    ),
    Choice(
        "range",
        "Which values can the sigmoid `1/(1 + exp(-z))` take, for any real `z`?",
        right="all values strictly between 0 and 1",
        why="`exp(-z)` is positive and finite, so the sum below the line is above 1 and finite.",
        wrong=(
            Wrong("all values between -1 and 1", "the range of tanh", "1.2",
                  "That is the range of `tanh`; the sigmoid is never negative."),
            Wrong("only the two values 0 and 1", "the sigmoid taken for a step", "1.2",
                  "A step function jumps from 0 to 1; the sigmoid passes smoothly through every value between them."),
            Wrong("all values from 0 upwards, without a ceiling", "the range of ReLU", "1.2",
                  "That is the range of ReLU; the sigmoid never passes 1."),
        ),
    ),
    Number(
        "composition",
        "With `g(x) = x + 1` and `f(u) = u * u`, what is `f(g(3))`?",
        right=16, tolerance=0,
        why="The inner function comes first: `g(3) = 4`, and `f(4) = 16`. A network is such a chain of functions.",
        wrong=(
            Wrong(10, "the order exchanged", "3.2",
                  "That is `g(f(3))`; the function next to the 3 is applied first."),
            Wrong(36, "composition taken for a product", "3.2",
                  "That is `f(3)` times `g(3)`; in a composition one function is fed with the other's value."),
            Wrong(13, "composition taken for a sum", "3.2",
                  "That is `f(3)` plus `g(3)`; in a composition one function is fed with the other's value."),
        ),
        hint="Work from the inside out: first `g(3)`, then `f` of what you have.",
        at="3.2",
    ),
))

PREDICT_Z = Quiz("0.forward", "Predict, then run: the weighted sum", (
    Number(
        "z",
        "The neuron gets `x = 0.5` and has the weight `w = 0.8` and no bias. What is its weighted sum `z`?",
        right=0.4, tolerance=0.001,
        why="`z = w x`: the weight scales the input. Run the cell and compare.",
        wrong=(
            Wrong(1.3, "weight and input added", FORWARD,
                  "A weight multiplies its input; only a bias is added."),
            Wrong(1.6, "divided by the input", FORWARD,
                  "You divided `w` by `x`; the weighted sum multiplies them."),
            Wrong(0.5987, "the activation taken for the weighted sum", FORWARD,
                  "You went one stage too far: the sigmoid of `z` is the activation `a`."),
        ),
        hint="Multiply the input by its weight; there is nothing to add.",
        at=FORWARD,
    ),
))

PREDICT_SIGN = Quiz("0.sign", "Predict, then run: which way?", (
    Choice(
        "sign",
        "With `x = 0.5`, `w = 0.8` the neuron says 0.5987, and the target is `y = 1`. Which sign has `dL/dw`, and "
        "which way must `w` move to lower the loss?",
        right="`dL/dw` is negative, so `w` must grow",
        why="A larger `w` raises `z` and the prediction, which brings it closer to 1: the loss falls as `w` grows, "
            "so its slope is negative, and you walk against the slope.",
        wrong=(
            Wrong("`dL/dw` is negative, so `w` must shrink", "walking along the gradient", USE,
                  "The gradient points uphill: where it is negative, the loss falls to the right."),
            Wrong("`dL/dw` is positive, so `w` must grow", "the slope read from the wanted move", USE,
                  "If the slope were positive, the loss would grow with `w`, and `w` would have to shrink."),
            Wrong("`dL/dw` is positive, so `w` must shrink", "the error measured from the wrong side", BACKWARD,
                  "The prediction lies below the target, so it must rise, and with a positive input that takes a "
                  "larger weight."),
        ),
    ),
))

PREDICT_DOUBLE = Quiz("0.double", "Predict, then run: twice the input", (
    Choice(
        "double",
        "You double `x` and halve `w`, so that `z` and the prediction stay as they are. What becomes of `dL/dw`?",
        right="it doubles",
        why="`dL/dw` is `dL/dz` times `dz/dw`. The first factor depends on the prediction alone and stays; the "
            "second is `x`, and doubles.",
        wrong=(
            Wrong("it stays as it is", "the local factor forgotten", BACKWARD,
                  "The same prediction gives the same `dL/dz`, but how far a nudge of `w` moves `z` is decided by "
                  "`x`."),
            Wrong("it halves", "multiplied by the weight instead of the input", BACKWARD,
                  "The factor of `dL/dw` is the input, not the weight: `z = w x` changes by `x` for each unit of "
                  "`w`."),
            Wrong("it becomes four times as large", "the change of the input counted twice", BACKWARD,
                  "`x` would act on `z` as well if `w` had not been halved; here it acts once, in `dz/dw`."),
        ),
    ),
))

EXIT = Quiz("0.exit", "Exit ticket: one neuron", (
    Choice(
        "job",
        "What does backpropagation compute?",
        right="the slope of the loss for each weight and bias",
        why="All these slopes together are the gradient. Backpropagation computes it and changes nothing; gradient "
            "descent or Adam uses it to move the weights.",
        wrong=(
            Wrong("the new weights and biases, closer to good ones", "gradient and update confused", USE,
                  "Moving the weights is the next step, and another algorithm's: gradient descent, or Adam."),
            Wrong("the loss", "the backward pass taken for the forward pass", FORWARD,
                  "The forward pass gives prediction and loss; the backward pass starts where it ends."),
            Wrong("the best weights", "one gradient taken for the whole training", USE,
                  "A gradient tells the slope at the present weights alone; good weights take many steps."),
        ),
    ),
    Choice(
        "layers",
        "The source document calls its example, `z = w x` and `a = sigmoid(z)`, a simple two-layer network. What is "
        "it?",
        right="one neuron with one weight and nothing else",
        why="Layers are counted by their weights, and there is one; the sigmoid belongs to the same neuron, and "
            "there is no bias and no hidden layer.",
        wrong=(
            Wrong("a network whose hidden layer is the sigmoid", "an activation function counted as a layer", IS_NOT,
                  "An activation function is the second half of a layer: weighted sum, then `f`."),
            Wrong("two layers: the input and the output", "the input counted as a layer", IS_NOT,
                  "The input has no weights and computes nothing; it is layer 0."),
            Wrong("one neuron with a weight and a bias", "a bias read into the formula", IS_NOT,
                  "`z = w x` has nothing added to it; a bias would be a second parameter with a gradient of its own."),
        ),
    ),
    Choice(
        "rounding",
        "The exact `dL/dw` rounds to -0.2007. From the printed `dL/dz = -0.4013` you get -0.4013 times 0.5 = "
        "-0.20065. What does that teach?",
        right="round last",
        why="-0.20065 lies halfway between -0.2006 and -0.2007, and the digits that would decide were rounded away "
            "before the product.",
        wrong=(
            Wrong("the exact gradient is -0.20065", "a printed number taken for the exact one", BACKWARD,
                  "-0.4013 stands for -0.401312339887548, so its half is no more exact than its four digits."),
            Wrong("a computer cannot halve exactly", "rounding by hand blamed on the computer", BACKWARD,
                  "Halving is exact in binary numbers; the digits were lost when you copied four of them."),
            Wrong("round every result, so that errors cancel", "rounding at every stage", BACKWARD,
                  "Each rounding adds an error of its own, and nothing makes them cancel."),
        ),
    ),
    Choice(
        "settles",
        "You repeat the update for the one example `x = 0.5`, `y = 1`, a thousand times and on. Where does `w` "
        "settle?",
        right="nowhere: it grows for ever",
        why="`w` grows ever more slowly. The loss falls with every step towards 0 and never reaches it, because a "
            "sigmoid never reaches 1: one example with `y = 1` has no minimiser.",
        wrong=(
            Wrong("where the prediction is exactly 1", "the sigmoid thought to reach 1", USE,
                  "No finite `z` gives a sigmoid of 1, so there is always a slope left to follow."),
            Wrong("where `dL/dw` is 0", "every loss thought to have a minimum", USE,
                  "`dL/dw` is negative at every `w`, however small it becomes."),
            Wrong("where the first step took it", "one step taken for the whole way", USE,
                  "After the first step the slope is a little flatter, and it is not 0."),
        ),
    ),
    Choice(
        "h",
        "You make `h` of a central difference smaller and smaller: 1e-1, 1e-5, 1e-15. What does the error do?",
        right="it falls, then grows again",
        why="The formula's own error falls with `h` squared, but the two values become so alike that their "
            "difference loses its digits; near 1e-5 the sum of both errors is smallest.",
        wrong=(
            Wrong("it falls all the way", "smaller thought always better", WITNESS,
                  "On paper it does; with 16 digits the subtraction of two nearly equal values leaves only noise."),
            Wrong("it stays the same, whatever `h` is", "the difference taken for the derivative", WITNESS,
                  "A difference over a finite `h` approximates the slope, and its error depends on `h`."),
            Wrong("it grows all the way", "rounding seen as the only error", WITNESS,
                  "For large `h` the curve bends between the two points, and that error shrinks with `h`."),
        ),
    ),
))

FORMS = (WARM_UP, PREDICT_Z, PREDICT_SIGN, PREDICT_DOUBLE, EXIT)
