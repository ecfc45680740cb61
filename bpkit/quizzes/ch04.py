"""Chapter 4, output delta: what the chain rule left, and where `a - y` holds taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Wrong

# headings of the chapter
NUMBERS = "4#Walk back with numbers"
NUDGE = "4#Nudge one input of a softmax"
CANCEL = "4#See the slope cancel"
BREAK = "4#Break it: be sure and wrong"

RETRIEVAL = Quiz("4.retrieval", "Retrieval quiz: paths, slopes, softmax", (
    Number(
        "uses",
        "`L = x * x + 3 * x` at `x = 2`, as a graph in which `x` is used three times. What is `dL/dx`?",
        right=7, tolerance=0,
        why="The product brings 2 by each of its two sides, the other term brings 3, and paths add.",
        wrong=(
            Wrong(5, "one side of the product only", "3.4",
                  "`x` stands on both sides of `x * x`, and each side is a path."),
            Wrong(3, "a path overwritten by the last one", "3.4",
                  "Each use adds its share to what is there; the last one must not replace the others."),
            Wrong(4, "the second term overlooked", "3.4",
                  "`3 * x` is a path as well."),
        ),
        hint="Count the uses of `x`, find what each brings back, and add.",
        at="3.4",
    ),
    Choice(
        "rule",
        "What is done along one path of a graph, and what over several paths?",
        right="multiply along a path, add over the paths",
        why="A nudge is scaled by each factor on its way, and what arrives by different ways adds up.",
        wrong=(
            Wrong("add along a path, multiply over the paths", "sum and product exchanged", "3.3",
                  "Each stage scales the nudge that reaches it, and scaling is multiplication."),
            Wrong("multiply along a path and over the paths", "paths multiplied", "3.4",
                  "Two ways for a nudge to arrive give two shares of one change, and shares add."),
            Wrong("add along a path and over the paths", "factors added in a chain", "3.3",
                  "A stage that triples followed by one that doubles gives six times, not five."),
        ),
    ),
    Number(
        "slope",
        "What is the slope of the sigmoid at `z = 0`?",
        right=0.25, tolerance=0.001,
        why="`a (1 - a)` with `a = 0.5`; nowhere is the sigmoid steeper.",
        wrong=(
            Wrong(0.5, "the value taken for the slope", "3.2",
                  "0.5 is the sigmoid of 0; its slope there is `a (1 - a)`."),
            Wrong(1, "the slope of tanh", "3.2",
                  "`tanh` has the slope 1 at 0; the sigmoid climbs a quarter as fast."),
            Wrong(0, "the middle taken for a flat place", "3.2",
                  "The sigmoid is flat far out, and steepest in the middle."),
        ),
        hint="Write the slope with the help of `a = sigmoid(z)`.",
        at="3.2",
    ),
    Number(
        "softmax",
        "`z = (ln 2, ln 6)`. What is the second entry of `softmax(z)`?",
        right=0.75, tolerance=0.001,
        why="The exponentials are 2 and 6, and 6 of 8 is 0.75.",
        wrong=(
            Wrong(0.8571, "softmax taken as elementwise", "1.3",
                  "That is the sigmoid of `ln 6`; a softmax divides by the sum over its column."),
            Wrong(0.7211, "the exponential forgotten", "1.3",
                  "You divided `z` itself by its sum."),
            Wrong(6, "the exponential without its sum", "1.3",
                  "The entries of a softmax sum to 1."),
        ),
        hint="Take the exponentials, then divide by their sum.",
        at="1.3",
    ),
))

EXIT = Quiz("4.exit", "Exit ticket: the first delta", (
    Choice(
        "where",
        "The source document has `dL/dz = a - y`. For one example, where does it hold?",
        right="at the output, for pairs such as sigmoid and binary cross-entropy",
        why="Where `L = A(z) - y z` and `a` is the slope of `A`, the difference is all that is left: also for "
            "softmax with cross-entropy, if the targets sum to 1, and for the identity with half the squared error.",
        wrong=(
            Wrong("in every layer of every network, with `y` for the target", "the output rule used everywhere", "5.2",
                  "A hidden layer has no target `y`; its delta comes from the next layer."),
            Wrong("at the output, whatever the loss and the activation function", "the pair overlooked", "4.1",
                  "With a sigmoid and half the squared error a factor `a (1 - a)` stays."),
            Wrong("at the output, for sigmoid with any loss", "the loss thought to play no part", "4.2",
                  "The cancelling takes two: the slope of `f` and a loss whose derivative divides by it."),
        ),
    ),
    Number(
        "mse",
        "A sigmoid says `a = 0.8` where `y = 1`, with half the squared error and one example. What is `delta = "
        "dL/dz`?",
        right=-0.032, tolerance=0.0005,
        why="`a - y` is -0.2, and the slope `a (1 - a)` is 0.16.",
        wrong=(
            Wrong(-0.2, "the slope of the sigmoid missing", "4.1",
                  "With the squared error nothing cancels: `dL/da` still has to pass the sigmoid."),
            Wrong(0.032, "the sign", "4.1",
                  "Prediction minus target: it is too low, and delta negative."),
            Wrong(-0.0428, "the slope taken at `a` instead of `z`", "4.1",
                  "You took the slope of the sigmoid at 0.8; it belongs at `z`, where it is `a (1 - a)`."),
            Wrong(-0.064, "the half forgotten", "4.1",
                  "The factor 1/2 of the loss cancels the 2 of the derivative."),
        ),
        hint="`dL/da` times the slope of the sigmoid at `z`.",
        at="4.1",
    ),
    Number(
        "bce",
        "The same sigmoid, `a = 0.8` where `y = 1`, now with binary cross-entropy. What is `delta`?",
        right=-0.2, tolerance=0.0005,
        why="The loss's derivative divides by `a (1 - a)`, the sigmoid's slope multiplies by it, and `a - y` is left.",
        wrong=(
            Wrong(-0.032, "the slope left in after cross-entropy", "4.2",
                  "It has cancelled already against the derivative of the logarithm."),
            Wrong(0.2, "the sign", "4.2",
                  "Prediction minus target: it is too low, and delta negative."),
            Wrong(-1.25, "`dL/da` taken for `dL/dz`", "4.2",
                  "-1.25 is the slope of the loss in `a`; one more stage leads back to `z`."),
        ),
        hint="Multiply `dL/da` by the slope of the sigmoid, and see what cancels.",
        at="4.2",
    ),
    Number(
        "vjp",
        "A softmax gives `s = (0.5, 0.25, 0.25)`, and `dL/ds = (2, 0, 4)`. What is `dL/dz` for the second class?",
        right=-0.5, tolerance=0.001,
        why="`s (g - mean)`, where 2 is the mean of `g` weighted by `s`: the class loses because its rivals are "
            "wanted more.",
        wrong=(
            Wrong(0, "the diagonal only", "4.3",
                  "`s (1 - s)` times `g` sees a class by itself; each `z` also moves the other two outputs."),
            Wrong(-2, "the factor `s` forgotten", "4.3",
                  "The difference to the mean is still scaled by the class's own share."),
            Wrong(0.5, "the sign", "4.3",
                  "Its `g` lies below the weighted mean, so its `z` has the lower slope."),
        ),
        hint="First the mean of `g` weighted by `s`, then compare.",
        at="4.3",
    ),
    Choice(
        "saturated",
        "A sigmoid is sure and wrong: `a = 0.999` where `y = 0`. Under which loss does it learn faster?",
        right="under cross-entropy: its delta is 0.999, the other one's 0.001",
        why="The slope of the saturated sigmoid cancels under cross-entropy, and multiplies the error under the "
            "squared one.",
        wrong=(
            Wrong("under the squared error: squares grow faster", "loss and gradient confused", "4.1",
                  "How large a loss is says nothing about how fast it changes with `z`."),
            Wrong("under both alike: the error `a - y` is the same for both of them",
                  "the slope of the sigmoid missing", "4.1",
                  "Half the squared error carries the factor `a (1 - a)` as well, and that is nearly 0."),
            Wrong("under neither: a saturated unit cannot learn", "saturation thought beyond help", "4.2",
                  "It depends on the loss: where the slope cancels, delta stays large."),
        ),
    ),
))

PREDICT_LOSSES = Quiz("4.losses", "Predict, then run: two losses, one output", (
    Choice(
        "losses",
        "The sigmoid says about 0.5 where the target is `y = 1`. Half the squared error and binary cross-entropy judge "
        "the same output. How do their slopes `dL/dz` compare?",
        right="both are negative, and that of cross-entropy is larger in size",
        why="Both losses fall as `z` grows. How steeply they fall depends on the loss; run the cells below for the "
            "numbers.",
        wrong=(
            Wrong("they are equal, because the output and the target are the same for both of them",
                  "the loss thought to play no part", NUMBERS,
                  "The first local factor is the slope of the loss itself, and the two losses have different slopes."),
            Wrong("both are positive, and that of the squared error is larger", "the sign", NUMBERS,
                  "The output is too low: a larger `z` makes the loss smaller, so its slope is negative."),
            Wrong("one is positive and one is negative, because one of them is a logarithm",
                  "the sign of the logarithm read into the loss", NUMBERS,
                  "Both losses are smallest where the output meets the target, so both fall on the way there."),
        ),
    ),
))

PREDICT_RIVAL = Quiz("4.rival", "Predict, then run: one z of a softmax", (
    Choice(
        "rival",
        "A softmax has three outputs. You raise `z` of the second class a little and leave the other two alone. What "
        "do the three outputs do?",
        right="the second rises, both others fall",
        why="The outputs share one whole: what one class gains, the others lose, each in proportion to what it has.",
        wrong=(
            Wrong("the second rises, the others stay as they are", "softmax taken as elementwise", NUDGE,
                  "The other two are divided by a total, and that total has grown."),
            Wrong("all three rise a little", "the shared total overlooked", NUDGE,
                  "They sum to 1 before and after, so they cannot all rise."),
            Wrong("the second rises, and one of the others falls by as much", "one rival thought to pay alone", NUDGE,
                  "Every other class stands over the same total, so every one of them gives something up."),
        ),
    ),
))

PREDICT_STUCK = Quiz("4.stuck", "Predict, then run: sure and wrong", (
    Choice(
        "stuck",
        "A sigmoid unit starts at `z = -6`, where it says nearly 0, and its target is 1. It takes ten steps "
        "downhill, `z - delta` each. Under which loss has it moved to the right side?",
        right="under binary cross-entropy only",
        why="There its delta is almost -1, whatever the slope of the sigmoid; under the squared error the flat sigmoid "
            "is a factor of delta and leaves almost nothing.",
        wrong=(
            Wrong("under the squared error only, because a large miss is squared", "loss and gradient confused", BREAK,
                  "The square makes the loss large; what moves `z` is its slope, and that passes a flat sigmoid."),
            Wrong("under both, because the miss `a - y` is as large as it can be", "the slope of the sigmoid missing",
                  "4.1", "Under the squared error the miss is multiplied by `a (1 - a)`, which is nearly 0 here."),
            Wrong("under neither: a flat sigmoid lets nothing through", "saturation thought beyond help", CANCEL,
                  "Under cross-entropy the flat slope cancels, and the whole miss arrives at `z`."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_LOSSES, PREDICT_RIVAL, PREDICT_STUCK, EXIT)
