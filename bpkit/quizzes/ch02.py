"""Chapter 2, loss: what the forward pass left, and the two cross-entropies taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

RETRIEVAL = Quiz("2.retrieval", "Retrieval quiz: shapes, softmax, errors", (
    Choice(
        "shift",
        "How do `softmax` of `(1, 3)` and `softmax` of `(101, 103)` compare?",
        right="they are the same",
        why="A constant added to every `z` multiplies every exponential alike and cancels: only differences count, "
            "which is why a stable softmax may subtract the largest `z`.",
        wrong=(
            Wrong("the second is closer to `(0, 1)`", "shift and scale confused", "1.3",
                  "A larger gap between the two would do that; here the gap is 2 both times."),
            Wrong("the second cannot be computed", "overflow thought unavoidable", "1.3",
                  "`exp(103)` is finite, and after subtracting the largest `z` no exponential is above 1."),
            Wrong("the second is 100 times as large", "softmax thought linear", "1.3",
                  "A softmax always sums to 1, so it cannot grow."),
        ),
    ),
    Shape(
        "a1",
        "A network 4-6-3 gets `x` of shape `(4, 10)`. What is the shape of `a[1]`?",
        right=(6, 10),
        why="Layer 1 has 6 units, and each of the 10 examples keeps its column.",
        wrong=(
            Wrong((10, 6), "examples as rows", "1.4",
                  "An example is a column from the input to the output."),
            Wrong((6, 4), "the shape of `W[1]`", "1.4",
                  "The weights link 4 inputs to 6 units; the activations have a column for each example."),
            Wrong((3, 10), "layers counted from the end", "1.4",
                  "That is `a[2]`, the output; layer 1 is the first that has weights."),
        ),
        hint="Rows count the units of the layer, columns the examples.",
        at="1.4",
    ),
    Number(
        "signs",
        "Backpropagation says -0.2007, a central difference says 0.2007. What is the relative error?",
        right=2, tolerance=0.001,
        why="They lie twice their size apart: a relative error of 2 on every entry is the mark of a wrong sign.",
        wrong=(
            Wrong(0, "sizes compared and signs ignored", "0.3",
                  "Equal sizes with opposite signs send every step the wrong way."),
            Wrong(0.4014, "the difference itself", "0.3",
                  "That is the absolute error; divide it by the larger of the two sizes."),
            Wrong(1, "measured against the sum", "0.3",
                  "The definition divides by the larger of the two sizes, not by both."),
        ),
        hint="The distance between the two, divided by the larger size.",
        at="0.3",
    ),
    Choice(
        "ln0",
        "The probability `p` goes down to 0. What does `-ln p` do?",
        right="it grows without bound",
        why="`ln p` falls below every number as `p` approaches 0, and the minus sign turns that up.",
        wrong=(
            Wrong("it approaches 1", "`1 - p` put in the place of `-ln p`", "2#Price a probability",
                  "`1 - p` approaches 1; the logarithm has no such ceiling."),
            Wrong("it approaches 0", "the logarithm taken at 1", "2#Price a probability",
                  "`-ln p` is 0 at `p = 1`, at the other end."),
            Wrong("it falls without bound", "the minus sign overlooked", "2#Price a probability",
                  "`ln p` does; with its minus sign it is a loss, and never negative."),
        ),
    ),
))

EXIT = Quiz("2.exit", "Exit ticket: losses", (
    Number(
        "half_mse",
        "Three examples with one output: `a = (0.8, 0.4, 0.5)`, `y = (1, 0, 1)`. What is `half_mse(a, y)`?",
        right=0.075, tolerance=0.0005,
        why="The squares 0.04, 0.16 and 0.25 add up to 0.45, divided by `2N = 6`.",
        wrong=(
            Wrong(0.15, "the half forgotten", "2.1",
                  "That is the mean of the squares; `half_mse` owns a factor 1/2, which cancels the 2 of the "
                  "derivative."),
            Wrong(0.225, "the sum where the mean is asked", "2.1",
                  "You halved the sum and did not divide by the 3 examples."),
            Wrong(0.45, "the sum of squares alone", "2.1",
                  "Neither the half nor the `1/N` is in it."),
        ),
        hint="Square the three differences, add, divide by `2N`.",
        at="2.1",
    ),
    Number(
        "ce",
        "One example: `a = (0.2, 0.7, 0.1)`, `y = (0, 1, 0)`. What is `cross_entropy(a, y)`?",
        right=0.3567, tolerance=0.0005,
        why="Only the probability of the true class counts: `-ln 0.7`.",
        wrong=(
            Wrong(-0.3567, "the sign", "2.2",
                  "The logarithm of a probability is negative, and the minus sign in front makes the loss positive."),
            Wrong(0.1549, "the logarithm to base 10", "2.2",
                  "The course, like NumPy's `log`, takes the natural logarithm."),
            Wrong(0.1189, "the mean over the classes", "2.2",
                  "The mean is taken over the examples; over the classes of one example you add."),
            Wrong(0.6852, "softmax outputs taken as three yes-or-no questions", "2.3",
                  "That is binary cross-entropy; the classes of a softmax exclude each other, and only the true one "
                  "is asked."),
        ),
        hint="`y` picks one of the three probabilities; take minus its natural logarithm.",
        at="2.2",
    ),
    Choice(
        "half",
        "A sigmoid says `a = 0.9` where `y = 0`. The loss is `L = -y ln a`, as worked examples often have it. What are "
        "`L` and `dL/dz`?",
        right="both are 0",
        why="At `y = 0` the formula is 0 whatever `a` is: the neuron is wrong, and nothing pushes it. Binary "
            "cross-entropy adds the missing half, `-(1 - y) ln(1 - a)`.",
        wrong=(
            Wrong("`L = 0` and `dL/dz = 0.9`", "`a - y` taken for every loss", "2.3",
                  "A loss that is constantly 0 has the slope 0; `a - y` belongs to the whole binary cross-entropy."),
            Wrong("`L = 2.3026` and `dL/dz = 0.9`", "the missing half read into the formula", "2.3",
                  "That is what binary cross-entropy says; `-y ln a` is only one half of it."),
            Wrong("`L = 0.1054` and `dL/dz = -0.1`", "the target ignored", "2.3",
                  "Those are the values for `y = 1`; here `y` is 0 and multiplies everything."),
        ),
    ),
    Choice(
        "one-class",
        "A softmax with a single output gets `z`. What does it say?",
        right="1, whatever `z` is",
        why="One class takes the whole sum of 1, so the network learns nothing; a yes-or-no question takes one "
            "sigmoid, or a softmax of two.",
        wrong=(
            Wrong("`sigmoid(z)`", "one class confused with two", "2.3",
                  "A softmax of `(z, 0)`, two classes, has `sigmoid(z)` as its first entry; one class alone has no "
                  "rival."),
            Wrong("`z` itself, unchanged", "softmax thought to pass a single value", "1.3",
                  "The exponential is divided by the sum, and the sum is that same exponential."),
            Wrong("one half", "a single class thought undecided", "1.3",
                  "One half is a share of two; a single class gets everything."),
        ),
    ),
))

# headings of the chapter
PAIN = "2#Feel the pain: counting mistakes has no slope"
SQUARE = "2#Square the miss"
SURPRISE = "2#Price a probability"
HALF = "2#Find the missing half"

PREDICT_COUNT = Quiz("2.count", "Predict, then run: a nudge and a count", (
    Choice(
        "count",
        "You judge the network by the number of wrong answers, and nudge one of its weights by 0.01. What happens to "
        "that number, nearly always?",
        right="nothing",
        why="An answer turns from wrong to right only where the output crosses one half; everywhere else the count is "
            "flat, and a flat measure does not say which way to go.",
        wrong=(
            Wrong("it falls a little", "a count thought to be smooth", PAIN,
                  "A count moves in whole steps; there is no such thing as a little less than one mistake."),
            Wrong("it grows a little", "a nudge thought to do harm", PAIN,
                  "A nudge may help or harm, but a count of answers notices it only at a threshold."),
            Wrong("it falls or grows by 1", "every nudge thought to cross the threshold", PAIN,
                  "That happens where an output lies within a hair of one half, and seldom elsewhere."),
        ),
    ),
))

PREDICT_MEAN = Quiz("2.twice", "Predict, then run: the batch twice", (
    Choice(
        "twice",
        "You put the same three examples into the batch once more, so that it holds six. What becomes of the half "
        "mean squared error?",
        right="it stays as it is",
        why="Twice the sum over twice as many examples is the same mean, so a learning rate fits batches of any size.",
        wrong=(
            Wrong("it doubles", "the sum taken for the mean", SQUARE,
                  "The sum of the squares doubles, but it is divided by twice as many examples."),
            Wrong("it becomes half as large", "only the division seen", SQUARE,
                  "`N` doubles, and so does the sum above the line."),
            Wrong("it becomes four times as large", "the doubling squared as well", SQUARE,
                  "The misses stay as they were; there are more of them, and none is larger."),
        ),
    ),
))

PREDICT_COST = Quiz("2.cost", "Predict, then run: the price of a surprise", (
    Number(
        "cost",
        "A network that gives the truth a probability of 1/2 pays 0.6931, that is `-ln(1/2)`. What does it pay for a "
        "probability of 1/8?",
        right=2.0794, tolerance=0.001,
        why="1/8 is one half three times over, and logarithms turn products into sums: three times 0.6931.",
        wrong=(
            Wrong(2.7726, "the price thought to grow like `1/p`", SURPRISE,
                  "A quarter of the probability does not cost four times as much; each halving adds the same amount."),
            Wrong(0.1733, "the price thought to fall with the probability", SURPRISE,
                  "The less the network believed in the truth, the more it pays."),
            Wrong(-2.0794, "the minus sign forgotten", SURPRISE,
                  "The logarithm of a probability is negative; its price is minus that."),
            Wrong(0.9031, "the logarithm to base 10", SURPRISE,
                  "The course takes the natural logarithm, whose slope is `1/p`."),
        ),
        hint="How many halvings lead from 1 to 1/8, and what does each one add?",
        at=SURPRISE,
    ),
))

PREDICT_OTHERS = Quiz("2.others", "Predict, then run: the other classes", (
    Choice(
        "others",
        "The right class has the probability 0.7, two others 0.2 and 0.1. The network learns and says 0.7, 0.15 and "
        "0.15. What becomes of the cross-entropy?",
        right="it stays as it is",
        why="Only the probability of the right class counts; the others matter through what they leave to it.",
        wrong=(
            Wrong("it falls", "evenness among the wrong classes rewarded", "2.2",
                  "Their targets are 0, so their terms are multiplied by 0, however they share what is left."),
            Wrong("it grows", "every entry thought to be priced", "2.2",
                  "The entry that grew belongs to a wrong class, and its term has the factor 0."),
            Wrong("that depends on which of the two is which", "wrong classes told apart", "2.2",
                  "The target makes no difference between them: both are 0."),
        ),
    ),
))

PREDICT_ONES = Quiz("2.half", "Predict, then run: one half of a loss", (
    Choice(
        "half",
        "One sigmoid output, some targets 1 and some 0, and the loss `-y ln a`. You train for a long time. What does "
        "the network learn to say?",
        right="nearly 1, to every example",
        why="Examples with `y = 0` cost nothing whatever the network says, so only the others pull, and all of them "
            "pull upwards.",
        wrong=(
            Wrong("nearly `y`, to every example", "the missing half read into the formula", HALF,
                  "Where `y` is 0 this loss is 0 for every answer, so nothing pulls those answers down."),
            Wrong("the share of examples with `y = 1`", "a balance of two pulls expected", HALF,
                  "A balance needs a pull in the other direction, and here none exists."),
            Wrong("nearly 0, to every example", "the smallest loss looked for on the wrong side", HALF,
                  "At `y = 1` an answer near 0 is the most expensive of all."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_COUNT, PREDICT_MEAN, PREDICT_COST, PREDICT_OTHERS, PREDICT_ONES, EXIT)
