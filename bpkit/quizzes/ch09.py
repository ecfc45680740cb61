"""Chapter 9, autodiff: what training left, and order, accumulation and cost taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

RETRIEVAL = Quiz("9.retrieval", "Retrieval quiz: sanity checks, Adam, forks", (
    Choice(
        "overfit",
        "A network with 2 000 weights cannot bring the loss of 20 training examples near 0. What do you conclude?",
        right="there is a bug",
        why="A network of that size can memorise 20 examples, so failing to do so is a mistake and not a property of "
            "the data.",
        wrong=(
            Wrong("20 examples are too few", "generalising confused with memorising", "8.4",
                  "Few examples are hard to generalise from and quickly memorised."),
            Wrong("all is well: overfitting is bad", "a sanity check taken for a goal", "8.4",
                  "On 20 examples overfitting is the proof that gradients and updates work."),
            Wrong("it needs regularisation", "the remedy for the opposite", "8.4",
                  "Regularisation keeps a network from memorising; here it cannot even do that."),
        ),
    ),
    Number(
        "stale",
        "An engine adds each new gradient to the stored one, and you never clear it. The true gradient is 2 at every "
        "step. Which gradient does the third update use?",
        right=6, tolerance=0,
        why="The three gradients have added up; frameworks accumulate, so they want clearing before each backward "
            "pass.",
        wrong=(
            Wrong(2, "stored gradients thought fresh", "8.3",
                  "An engine that accumulates starts from what is stored."),
            Wrong(4, "the first gradient not counted", "8.3",
                  "Nothing was cleared before the first step's gradient was kept."),
        ),
        hint="What is stored after the first, the second and the third backward pass?",
        at="8.3",
    ),
    Number(
        "m-hat",
        "Adam's first gradient is 3, `beta1 = 0.9`. What is the corrected average `m_hat`?",
        right=3, tolerance=0.001,
        why="`m` is 0.3, and the correction divides by 0.1: after one gradient the average is that gradient.",
        wrong=(
            Wrong(0.3, "no bias correction", "7.4",
                  "`m` started at 0 and holds a tenth of the gradient."),
            Wrong(2.7, "`beta1` and `1 - beta1` exchanged", "7.3",
                  "The old average is weighed by `beta1`, the new gradient by `1 - beta1`."),
        ),
        hint="First `m`, then divide by 1 minus `beta1` to the power `t`.",
        at="7.4",
    ),
    Number(
        "square",
        "A graph holds `u = v * v` with `v = 3`, and `dL/du = 1`. What is `dL/dv`?",
        right=6, tolerance=0,
        why="`v` stands on both sides of the product, each brings 3, and they add.",
        wrong=(
            Wrong(3, "a path overwritten by the other", "3.4",
                  "Both sides of the product are paths; the second adds to the first."),
            Wrong(9, "the value taken for the slope", "3.4",
                  "9 is `u`; ask how it changes with `v`."),
            Wrong(1, "the local factor forgotten", "3.4",
                  "1 is the upstream gradient; the product still multiplies it."),
        ),
        hint="What does each side of the product bring back?",
        at="3.4",
    ),
))

EXIT = Quiz("9.exit", "Exit ticket: why backpropagation", (
    Shape(
        "vjp",
        "`W` of shape (4, 3) and `A` of shape (3, 10) make `Z = W A`. Which shape has the result of the vjp that "
        "belongs to `A`?",
        right=(3, 10),
        why="A vjp gives the gradient of its parent, and every gradient has the shape of its own array.",
        wrong=(
            Wrong((4, 10), "what a vjp takes for what it gives", "9.1",
                  "That is the shape of `Z`, and of the `g` that goes into the vjp."),
            Wrong((4, 3), "the vjp of the other parent", "9.1",
                  "That is the shape of `W`; the vjps stand in the order of the parents."),
            Wrong((10, 3), "a transpose too many", "9.1",
                  "The transpose belongs to `W` here. The result has the shape of `A`, as it stands."),
        ),
        hint="Of which array is the result the gradient?",
        at="9.1",
    ),
    Choice(
        "cheap",
        "What makes backpropagation cheap?",
        right="it starts at the loss, and reuses each delta",
        why="The same chain rule, written out path by path, grows exponentially with depth; starting from the loss "
            "and reusing deltas makes it linear.",
        wrong=(
            Wrong("the chain rule itself", "the rule taken for its order of evaluation", "5",
                  "Expanded weight by weight the chain rule is the expensive way."),
            Wrong("it computes an approximation", "backpropagation taken for a shortcut", "9",
                  "It is exact to rounding; differences are the approximation."),
            Wrong("matrix products run in parallel on many cores", "the machine taken for the reason", "9",
                  "Parallel hardware helps every method; the number of operations is smaller by itself."),
        ),
    ),
    Choice(
        "order",
        "Why does the backward pass visit the graph in reverse topological order?",
        right="because a node's gradient is complete only when all nodes that use it have sent their share",
        why="Every use of a node adds to its gradient; a node that is visited too early hands an unfinished sum to "
            "its inputs.",
        wrong=(
            Wrong("because values must exist before they can be used on the way",
                  "the reason of the forward order", "9.2",
                  "That is why the forward pass runs as it does; on the way back the values are there."),
            Wrong("because it saves memory", "order taken for storage", "9.2",
                  "The values stay stored either way."),
            Wrong("any order would do: sums do not care", "the order of adding confused with that of passing on", "9.2",
                  "The terms may be added in any order, but all of them before the sum is used."),
        ),
    ),
    Number(
        "unbroadcast",
        "`b` of shape `(1, 1)` was added to an array of shape `(1, 5)`, and each of the five upstream gradients is "
        "0.2. What is the gradient of `b`?",
        right=1, tolerance=0.001,
        why="Broadcasting used `b` five times, and uses add.",
        wrong=(
            Wrong(0.2, "unbroadcast by mean", "9.4",
                  "Each copy is a path of its own, and paths add."),
            Wrong(0.04, "the mean divided once more", "9.4",
                  "Nothing is divided: the five uses of `b` add."),
        ),
        hint="How many times was `b` used?",
        at="9.4",
    ),
    Choice(
        "autodiff",
        "What does `loss.backward()` of PyTorch do?",
        right="reverse-mode automatic differentiation",
        why="It walks the recorded operations backwards, each with its own vector-Jacobian product, as your engine "
            "does: the chain rule on numbers, exact to rounding.",
        wrong=(
            Wrong("symbolic differentiation of the whole formula, then evaluation",
                  "automatic and symbolic differentiation confused", "9.1",
                  "No formula of the whole is ever formed; numbers flow through local rules."),
            Wrong("finite differences in compiled code", "automatic differentiation taken for numerical", "9.1",
                  "Nothing is nudged, and no `h` is chosen."),
            Wrong("a step of gradient descent", "gradient and update confused", "7.1",
                  "It fills in the gradients; the optimiser's `step` moves the weights."),
        ),
    ),
))

# headings of the chapter
COUNT = "9#Feel the pain: count what a gradient costs"
CHEAP = "9#Start at the cheap end"
WALK = "9#Walk back once by hand"

PREDICT_PRICE = Quiz("9.price", "Predict, then run: the price of differences", (
    Number(
        "seconds",
        "A network has 100 000 parameters, and one forward pass takes 1 millisecond. How many seconds do central "
        "differences take for its gradient?",
        right=200, tolerance=0.001,
        why="Two forward passes for each parameter make 200 000, and each of them takes a millisecond.",
        wrong=(
            Wrong(100, "one pass for each parameter", COUNT,
                  "A central difference looks to both sides of each parameter."),
            Wrong(0.002, "all parameters nudged at once", COUNT,
                  "One nudge of everything gives one slope; each parameter needs nudges of its own."),
            Wrong(200000, "milliseconds taken for seconds", COUNT,
                  "That is the number of forward passes, and each takes a thousandth of a second."),
        ),
        hint="How many forward passes for one parameter? How many for all of them?",
        at=COUNT,
    ),
))

PREDICT_DIRECTION = Quiz("9.direction", "Predict, then run: from which end?", (
    Number(
        "loss",
        "Three Jacobians of 100 by 100 and a row of 100. You multiply from the loss: the row with the last Jacobian "
        "first. How many multiplications of numbers are that in all?",
        right=30000, tolerance=0.5,
        why="A row times a 100 by 100 table takes 10 000 multiplications and leaves a row; that happens three times.",
        wrong=(
            Wrong(2010000, "the tables multiplied with each other first", CHEAP,
                  "That is the count from the input: two products of tables, a million each, then the row."),
            Wrong(300, "a product entry by entry", CHEAP,
                  "Each of the 100 results of a row times a table is a sum of 100 products."),
            Wrong(1000000, "one product of two tables", CHEAP,
                  "From the loss you never multiply two tables, only a row and a table."),
        ),
        hint="How many for one row times one table?",
        at=CHEAP,
    ),
))

PREDICT_EARLY = Quiz("9.early", "Predict: a node that does not wait", (
    Number(
        "dx",
        "In `p = x y`, `q = p + x`, `L = p q` with `x = 2`, `y = -3`, an engine hands the gradient of `p` on as soon "
        "as the first share, -4, has come. The second one, -6, comes later and goes nowhere. Which `dL/dx` comes out?",
        right=6, tolerance=0.001,
        why="The share -4 becomes 12 by way of `p`, and -6 comes by way of `q`; the 18 of the longest path are lost.",
        wrong=(
            Wrong(24, "the lost share counted all the same", WALK,
                  "24 is the true gradient; it needs both shares of `p`."),
            Wrong(12, "the way by `q` left out", WALK,
                  "`x` is used twice: in `p`, and in `q` as well."),
            Wrong(18, "the wrong share lost", WALK,
                  "18 is what the second share of `p` would have brought."),
        ),
        hint="`x` gets the gradient of `q`, and `y` times the gradient of `p`.",
        at=WALK,
    ),
))

FORMS = (RETRIEVAL, PREDICT_PRICE, PREDICT_DIRECTION, PREDICT_EARLY, EXIT)
