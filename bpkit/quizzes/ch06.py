"""Chapter 6, weight and bias gradients: what the hidden deltas left, and outer products and batch sums taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

# headings of the chapter
WEIGHT = "6#Work out one weight, then four"
MEAN = "6#Find where 1/N lives"

RETRIEVAL = Quiz("6.retrieval", "Retrieval quiz: deltas and shapes", (
    Shape(
        "delta1",
        "A network 5-4-3 has run on 7 examples. Which shape has `delta[1]`?",
        right=(4, 7),
        why="`delta[1]` is `dL/dz[1]`: one entry for each unit of layer 1 and each example, as in `z[1]`.",
        wrong=(
            Wrong((5, 7), "the shape of the input", "5.3",
                  "Layer 0 has no `z`, and so no delta; layer 1 is the first with weights."),
            Wrong((4, 1), "the batch summed too early", "5.2",
                  "Each example has a delta of its own until the gradients are formed."),
            Wrong((3, 7), "the delta of the output", "5.3",
                  "That is `delta[2]`, from which `delta[1]` is computed."),
        ),
        hint="A delta has the shape of the `z` that it belongs to.",
        at="5.3",
    ),
    Choice(
        "why-transpose",
        "Why does `W` appear transposed in the hidden delta?",
        right="because the wires out of a unit are a column of `W`",
        why="A unit collects the error over these wires. The sum runs along the first index of `W`, and such a sum "
            "is a product with the transpose.",
        wrong=(
            Wrong("because it makes the shapes of the product fit together", "shapes taken for the reason", "5.2",
                  "In a square network both fit, and one of them is wrong."),
            Wrong("because the backward pass undoes the forward pass", "inverse and transpose confused", "5.2",
                  "Nothing is undone: the error is spread over the same wires, in the other direction."),
            Wrong("because the examples are rows on the way back", "the transpose looked for in the batch", "5.2",
                  "The examples stay columns throughout."),
        ),
    ),
    Number(
        "softmax",
        "Softmax with cross-entropy, one example: `a = (0.2, 0.5, 0.3)`, `y = (0, 0, 1)`. What is `delta` of the "
        "third class?",
        right=-0.7, tolerance=0.001,
        why="`a - y`: the class got 0.3 and should have got 1.",
        wrong=(
            Wrong(0.7, "the sign", "4.4",
                  "Prediction minus target: it is too low, and delta negative."),
            Wrong(-0.147, "the slope left in after cross-entropy", "4.4",
                  "`a (1 - a)` has cancelled already."),
            Wrong(-3.3333, "`dL/da` taken for `dL/dz`", "4.4",
                  "`-y/a` is the slope in `a`; the softmax still lies between."),
        ),
        hint="For this pair of loss and activation one difference is left.",
        at="4.4",
    ),
    Number(
        "bias",
        "A unit has the weight 3, the incoming activation 2, the bias -1. What is `z`?",
        right=5, tolerance=0,
        why="`w a + b`: the bias is added after the weight.",
        wrong=(
            Wrong(3, "the bias added before the weight", "1.1",
                  "`w (a + b)` scales the bias as well."),
            Wrong(6, "the bias forgotten", "1.1",
                  "The bias shifts every weighted sum."),
            Wrong(7, "the sign of the bias", "1.1",
                  "The bias is added as it is, and this one is negative."),
        ),
        hint="Weight times activation, plus bias.",
        at="1.1",
    ),
))

EXIT = Quiz("6.exit", "Exit ticket: gradients of weights and biases", (
    Shape(
        "dW",
        "`delta` is `(4, 7)` and `a_prev` is `(5, 7)`. Which shape has `dL/dW`?",
        right=(4, 5),
        why="The gradient has the shape of `W`, 4 units by 5 inputs; the 7 examples are summed away.",
        wrong=(
            Wrong((5, 4), "the outer product transposed", "6.1",
                  "The rows of the gradient belong to delta, as the rows of `W` belong to the units."),
            Wrong((4, 7), "the batch kept", "6.1",
                  "Each example contributes an outer product, and the sum over them is the gradient."),
            Wrong((7, 7), "summed over the units", "6.1",
                  "The product was formed over the wrong axis: the examples are what is summed."),
        ),
        hint="Which array must the gradient be subtracted from?",
        at="6.1",
    ),
    Number(
        "entry",
        "Two examples. `delta` of a unit is `(1, -2)`, one of its inputs is `(3, 0.5)`, and the `1/N` is in delta "
        "already. What is the gradient of the weight between them?",
        right=2, tolerance=0.001,
        why="Example by example: 3 from the first, -1 from the second, and the examples add.",
        wrong=(
            Wrong(3, "the first example only", "6.1",
                  "Every example pulls at the same weight."),
            Wrong(1, "`1/N` divided twice", "6.1",
                  "The loss's `1/N` is in delta, and must not be divided again."),
            Wrong(-3.5, "sums multiplied", "6.1",
                  "You summed each row first; delta and input of one example belong together."),
        ),
        hint="Multiply within each example, then add over the examples.",
        at="6.1",
    ),
    Number(
        "db",
        "A row of `delta` is `(0.2, -0.1, 0.5, 0.4)`, with the loss's `1/N` in it. What is `dL/db` of that unit?",
        right=1, tolerance=0.001,
        why="The bias is the weight of a constant 1, so its gradient is the sum of the row.",
        wrong=(
            Wrong(0.25, "the mean taken again", "6.2",
                  "The `1/N` is in delta already; here the examples add."),
            Wrong(0.4, "an example overwritten by the last one", "6.2",
                  "Each example adds its share."),
            Wrong(0.2, "the first example only", "6.2",
                  "The bias is shared by all examples, and so all of them pull at it."),
        ),
        hint="By what is the bias multiplied in `z`? Then add over the batch.",
        at="6.2",
    ),
    Choice(
        "star",
        "`delta` and `a_prev` are both `(3, 1)`, and someone writes `W - eta * (delta * a_prev)` with a `W` of shape "
        "`(3, 3)`. What happens?",
        right="it runs, with the same wrong step in every column",
        why="The elementwise product is a column, and the subtraction stretches it over all columns; the outer "
            "product would have been `(3, 3)`.",
        wrong=(
            Wrong("NumPy raises an error", "shapes trusted as a proof", "6.1",
                  "`(3, 3)` and `(3, 1)` can be broadcast, so nothing is said."),
            Wrong("the right update: it is the outer product of the two",
                  "elementwise and outer product confused", "6.1",
                  "An outer product pairs each delta with each input; `*` pairs them row by row."),
            Wrong("`W` becomes a column", "broadcasting thought to shrink", "6.1",
                  "Broadcasting stretches the smaller array; `W` keeps its shape."),
        ),
    ),
    Choice(
        "made-of",
        "Which two arrays is `dL/dW[2]` made of?",
        right="`delta[2]` and `a[1]`",
        why="`z[2] = W[2] a[1] + b[2]`: the error at `z[2]`, times what the weight was multiplied by.",
        wrong=(
            Wrong("`delta[2]` and `a[2]`", "the layer's own activation", "6.1",
                  "`a[2]` comes out of layer 2; the weight was multiplied by what went in."),
            Wrong("`delta[1]` and `a[1]`", "the delta of the layer before", "6.1",
                  "`W[2]` acts on the loss through `z[2]`."),
            Wrong("`delta[2]` and `W[2]`", "the weight in place of the input", "5.2",
                  "Weight and delta give the delta of the layer before, not the gradient of the weight."),
        ),
    ),
))

PREDICT_WEIGHT = Quiz("6.weight", "Predict, then run: two weights of one unit", (
    Choice(
        "weight",
        "The first hidden unit gets the inputs 1 and 2, over the weights 0.5 and -1. Its delta is negative. How do the "
        "gradients of its two weights compare?",
        right="both are negative, and the second is twice the first",
        why="A weight moves its unit's sum by as much as its input is large; from there on both take the same way, and "
            "that way is delta.",
        wrong=(
            Wrong("both are negative and equal: the two weights lead into the same unit",
                  "delta taken for the gradient", WEIGHT,
                  "They share delta, but not their input, and a weight acts through its input."),
            Wrong("the first is negative, the second positive, like delta times the weight",
                  "the weight in place of the input", WEIGHT,
                  "Delta times weight is what goes on to the layer before. A weight's own gradient has its input for a "
                  "factor."),
            Wrong("both are negative, and the second is half the first", "divided by the input", WEIGHT,
                  "A larger input makes the sum more sensitive to its weight, not less."),
        ),
    ),
))

PREDICT_TWICE = Quiz("6.twice", "Predict, then run: every example twice", (
    Choice(
        "twice",
        "You write every example of a batch down a second time, so that `N` doubles. The loss is a mean. What becomes "
        "of `dW`?",
        right="it stays: twice as many deltas, each half as large",
        why="The `1/N` in every delta is halved, and the sum over the examples has twice as many terms.",
        wrong=(
            Wrong("it doubles, because twice as many examples are added up", "the `1/N` forgotten", MEAN,
                  "The sum has twice as many terms, but every delta carries `1/N`, and `N` has doubled."),
            Wrong("it halves, because `N` has doubled and stands below the line", "the sum over the examples forgotten",
                  MEAN, "Every delta is half as large, but there are twice as many of them to add."),
            Wrong("it falls to a quarter", "`1/N` divided twice", MEAN,
                  "The `1/N` enters once, in the output's delta; what follows is a sum and divides by nothing."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_WEIGHT, PREDICT_TWICE, EXIT)
