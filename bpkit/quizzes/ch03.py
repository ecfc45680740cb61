"""Chapter 3, chain rule: what the losses left, and paths, products and sums taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

RETRIEVAL = Quiz("3.retrieval", "Retrieval quiz: losses, shapes, differences", (
    Number(
        "bce",
        "What is the binary cross-entropy of `a = 0.9` where `y = 0`?",
        right=2.3026, tolerance=0.0005,
        why="At `y = 0` it is `-ln(1 - a)`: the neuron gave the truth a probability of 0.1.",
        wrong=(
            Wrong(0, "half of the binary cross-entropy", "2.3",
                  "`-y ln a` is 0 here and teaches nothing; the other half carries `1 - y`."),
            Wrong(0.1054, "`a` where `1 - a` is meant", "2.3",
                  "`-ln 0.9` is the loss of the same prediction where `y = 1`."),
            Wrong(1, "the logarithm to base 10", "2.3",
                  "The course, like NumPy's `log`, takes the natural logarithm."),
            Wrong(-2.3026, "the sign", "2.3",
                  "A loss of this kind is never negative: a minus sign stands before the logarithm."),
        ),
        hint="Only one of the two terms is left at `y = 0`.",
        at="2.3",
    ),
    Choice(
        "log-softmax",
        "Why is `log_softmax` computed from `z`, and not as the logarithm of `softmax(z)`?",
        right="because a softmax can become 0, whose logarithm is infinite",
        why="From `z` the logarithm and the exponential cancel on paper, before a digit is lost.",
        wrong=(
            Wrong("because it is another function", "two functions seen where there is one", "2.4",
                  "On paper the two are equal; only rounding tells them apart."),
            Wrong("because logarithms are slow", "stability taken for speed", "2.4",
                  "Both ways take a logarithm; what differs is what becomes of very small probabilities."),
            Wrong("because the exponential overflows for large `z`, which no shift can mend",
                  "underflow and overflow confused", "2.4",
                  "Subtracting the largest `z` prevents overflow; the small probabilities still become 0."),
        ),
    ),
    Shape(
        "b2",
        "What is the shape of `b[2]` in a network 4-6-3 that is trained on batches of 10?",
        right=(3, 1),
        why="One number a unit of layer 2, as a column, whatever the batch; it is added to each column of the batch.",
        wrong=(
            Wrong((3,), "a one-dimensional bias", "1.1",
                  "`(3,)` would be added along the other axis, or be refused; a column says which axis is meant."),
            Wrong((6, 1), "the bias of the layer before", "1.1",
                  "That is `b[1]`; layer 2 is the one with 3 units."),
            Wrong((3, 10), "a bias for each example", "1.1",
                  "All examples share one bias; only `z` has a column for each of them."),
        ),
        hint="A bias belongs to a unit, not to an example.",
        at="1.1",
    ),
    Number(
        "order",
        "You halve the `h` of a central difference, and rounding plays no part yet. By what is the error divided?",
        right=4, tolerance=0,
        why="The error is `h` squared times a constant, so half of `h` gives a quarter of the error.",
        wrong=(
            Wrong(2, "the order of the one-sided difference", "0.2",
                  "The error of a forward difference is proportional to `h`; in the central difference that part "
                  "cancels."),
            Wrong(8, "one power too many", "0.2",
                  "The values differ by a term in `h` to the third, but you divide by `2h`."),
        ),
        hint="Which power of `h` stands in the error of a central difference?",
        at="0.2",
    ),
))

EXIT = Quiz("3.exit", "Exit ticket: the chain rule", (
    Number(
        "product",
        "`L = (x + y) z` with `x = 1`, `y = 2`, `z = -4`. What is `dL/dx`?",
        right=-4, tolerance=0,
        why="The sum passes the upstream gradient on unchanged, and that is the other factor of the product, `z`.",
        wrong=(
            Wrong(3, "a factor's own value", "3.1",
                  "3 is `x + y`, and so `dL/dz`: a product hands each side the value of the other."),
            Wrong(1, "the upstream gradient ignored", "3.1",
                  "1 is the local factor of the sum; the upstream gradient multiplies it."),
            Wrong(-12, "the value taken for the slope", "3.1",
                  "-12 is `L` itself; ask how it changes with `x`."),
        ),
        hint="Walk from `L` back to the sum, then from the sum back to `x`.",
        at="3.1",
    ),
    Number(
        "place",
        "`y = (3x + 1)` squared. What is `dy/dx` at `x = 1`?",
        right=24, tolerance=0,
        why="The outer derivative is taken at the inner value, `2 * 4`, and multiplied by the inner derivative 3.",
        wrong=(
            Wrong(6, "the outer derivative at `x`", "3.2",
                  "The square sees `3x + 1 = 4`, not `x`."),
            Wrong(8, "the inner derivative forgotten", "3.2",
                  "The inner value moves three times as fast as `x`."),
            Wrong(11, "factors added in a chain", "3.3",
                  "Along one path factors multiply; sums belong to several paths."),
        ),
        hint="Outer derivative at the inner value, times the inner derivative.",
        at="3.2",
    ),
    Number(
        "fork",
        "`z1 = w x1`, `z2 = w x2`, `L = z1 z2`, with `w = 2`, `x1 = 3`, `x2 = 0.5`. What is `dL/dw`?",
        right=6, tolerance=0.001,
        why="Two paths lead from `w` to `L`; each brings 3, and paths add.",
        wrong=(
            Wrong(3, "one path only", "3.4",
                  "`w` acts through `z1` and through `z2`; you counted one of them."),
            Wrong(1.5, "paths multiplied", "3.4",
                  "Along a path factors multiply; over the paths you add."),
            Wrong(3.5, "the upstream gradients ignored", "3.4",
                  "`x1 + x2` adds the local factors alone; each has to be multiplied by what comes back from `L`."),
        ),
        hint="Draw both paths from `w` to `L`, find the product of each, and add.",
        at="3.4",
    ),
    Choice(
        "meaning",
        "What does `dL/dw = -0.2` say?",
        right="raise `w` by 0.01, and `L` falls by about 0.002",
        why="It is the change of `L` for each unit of `w`, near the present weight.",
        wrong=(
            Wrong("raise `L` by 0.01, and `w` falls by about 0.002", "the gradient upside down",
                  "3#Take a computation apart",
                  "`w` is what you change, and `L` is what follows: change of `L` per change of `w`."),
            Wrong("the loss is -0.2", "the slope taken for the value", "3.2",
                  "A slope says how the loss changes, not how large it is."),
            Wrong("`w` has to change by -0.2", "gradient and update confused", "0#Use the gradient",
                  "The update has the other sign, and `eta` decides how long it is."),
        ),
    ),
))

# headings of the chapter
APART = "3#Take a computation apart"
INNER = "3#Take the outer slope at the inner value"
FORK = "3#Add where paths meet"

PREDICT_NUDGE = Quiz("3.nudge", "Predict, then run: a nudge", (
    Number(
        "change",
        "`L = (x + y) z` with `x = -2`, `y = 5`, `z = -4`. You make `x` larger by 0.1. By how much does `L` change?",
        right=-0.4, tolerance=0.001,
        why="The sum grows by 0.1 as well, and the product turns that into -4 times as much.",
        wrong=(
            Wrong(0.1, "the product forgotten", APART,
                  "The sum grows by 0.1, but `L` is the sum times `z`."),
            Wrong(0.4, "the sign lost", APART,
                  "`z` is negative: where the sum grows, the product falls."),
            Wrong(-12.4, "the new value taken for the change", APART,
                  "-12.4 is what `L` becomes; the change is what is left after subtracting the old value."),
            Wrong(0.3, "the factor's own value", APART,
                  "A product hands to each side the value of the *other* side: the sum's 3 is not what multiplies "
                  "here."),
        ),
        hint="First the sum: by how much does it grow? Then the product: what becomes of that growth?",
        at=APART,
    ),
))

PREDICT_OUTER = Quiz("3.outer", "Predict, then run: a neuron's slope", (
    Number(
        "slope",
        "`a = sigmoid(w x + b)` with `w = 0.5`, `x = 2`, `b = -1`, so that the sigmoid gets 0. Its slope there is "
        "0.25, at 2 it is 0.105. What is `da/dw`?",
        right=0.5, tolerance=0.002,
        why="The outer slope is taken where the sigmoid stands, at 0, and the product `w x` adds the factor 2.",
        wrong=(
            Wrong(0.21, "the outer slope at `x`", INNER,
                  "The sigmoid never sees `x = 2`; it sees the weighted sum, and that is 0."),
            Wrong(0.25, "the inner factor forgotten", INNER,
                  "That is `da/dz`; when `w` grows by a little, `z` grows by twice as much."),
            Wrong(2.25, "factors added in a chain", INNER,
                  "Along one path factors multiply: a change is scaled, and scaled again."),
            Wrong(0.125, "the local factors of `w` and `x` exchanged", INNER,
                  "The product hands to `w` the value of the other side, which is `x`."),
            Wrong(1, "the value in place of the slope", INNER,
                  "The sigmoid says 0.5, but what counts on the way back is how fast it changes."),
        ),
        hint="Outer slope at the inner value, times how much the inner value changes with `w`.",
        at=INNER,
    ),
))

PREDICT_CHAIN = Quiz("3.chain", "Predict, then run: back over three steps", (
    Number(
        "dz",
        "`z = 0`, `a = sigmoid(z) = 0.5`, `e = a - y` with `y = 0`, and `L` is half the square of `e`. What is "
        "`dL/dz`?",
        right=0.125, tolerance=0.0005,
        why="Half a square hands back `e = 0.5`, the difference passes it on, and the sigmoid multiplies it by 0.25.",
        wrong=(
            Wrong(0.5, "the slope of the sigmoid left out", "3.3",
                  "That is what arrives at `a`; the sigmoid lets only a part of a change through."),
            Wrong(0.25, "the upstream gradient ignored", "3.3",
                  "0.25 is the sigmoid's own factor; the upstream gradient multiplies it."),
            Wrong(0.75, "factors added in a chain", "3.3",
                  "Along one path factors multiply; sums belong to several paths."),
            Wrong(0, "the sigmoid's factor taken at `z` instead of `a`", "3.3",
                  "The slope is `a(1 - a)`, with the activation 0.5 in it, and not `z(1 - z)`."),
        ),
        hint="Three factors: of half a square, of a difference, of a sigmoid. Multiply them.",
        at="3.3",
    ),
))

PREDICT_PATHS = Quiz("3.paths", "Predict, then run: one weight, two wires", (
    Number(
        "dw",
        "The weight `w = 0.25` is used twice: `z1 = w x1`, `z2 = w x2`, `L = z1 z2`, with `x1 = 1` and `x2 = 2`. What "
        "is `dL/dw`?",
        right=1, tolerance=0.001,
        why="Each of the two paths brings 0.5: the value of the other product, times its own input. They add.",
        wrong=(
            Wrong(0.5, "one path only", FORK,
                  "That is what comes back over one wire; `w` moves both products at once."),
            Wrong(0.25, "paths multiplied", FORK,
                  "Along a path factors multiply; where two paths meet, their shares add."),
            Wrong(3, "the upstream gradients ignored", FORK,
                  "`x1 + x2` adds the local factors alone; each is multiplied by what comes back to its product."),
            Wrong(0.125, "the value taken for the slope", FORK,
                  "0.125 is `L` itself; ask how it changes with `w`."),
        ),
        hint="What comes back to `z1`, and what to `z2`? Each passes its own input on the way to `w`.",
        at=FORK,
    ),
))

FORMS = (RETRIEVAL, PREDICT_NUDGE, PREDICT_OUTER, PREDICT_CHAIN, PREDICT_PATHS, EXIT)
