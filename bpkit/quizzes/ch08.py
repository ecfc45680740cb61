"""Chapter 8, training: what the updates left, and batches, starts and sick runs taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Wrong

# headings of the chapter
PAIN = "8#Compare one heap with forty-six"
START = "8#Choose where to start"
SICK = "8#Break it: four sick runs"
PEEK = "8#Choose the step size without peeking"

RETRIEVAL = Quiz("8.retrieval", "Retrieval quiz: steps, batches, losses", (
    Number(
        "momentum",
        "Momentum with `beta = 0.9`, `eta = 0.1`: `w = 1`, the velocity is 2, the gradient 1. What is the new `w`?",
        right=0.72, tolerance=0.001,
        why="The velocity becomes 1.8 + 1, and `w` moves by `eta` times 2.8.",
        wrong=(
            Wrong(0.9, "the velocity forgotten", "7.2",
                  "That is the step of plain gradient descent."),
            Wrong(1.28, "ascent", "7.2",
                  "The velocity is subtracted."),
            Wrong(0.81, "the gradient averaged in", "7.2",
                  "Adam's average weighs the gradient by `1 - beta`; here it is added whole."),
        ),
        hint="First the new velocity, then the step.",
        at="7.2",
    ),
    Choice(
        "step-size",
        "What decides how far one step of plain gradient descent moves a weight?",
        right="`eta` times the size of the gradient",
        why="The same `eta` gives long steps on a slope and short ones on a plain.",
        wrong=(
            Wrong("`eta` alone", "the step size taken for the step", "7.1",
                  "`eta` is a factor; the gradient is the other one."),
            Wrong("the size of the gradient alone, whatever `eta` is", "`eta` overlooked", "7.1",
                  "Without `eta` most steps would be far too long."),
            Wrong("the size of the loss", "loss and gradient confused", "7.1",
                  "A large loss can be flat, and a small one steep."),
        ),
    ),
    Choice(
        "one-over-n",
        "Where does the `1/N` of a mean over the batch live in bpkit?",
        right="in the loss, and so in the first delta",
        why="From there it is carried along: hidden deltas and gradients are plain sums.",
        wrong=(
            Wrong("in the gradient of the weights and in that of the biases", "`1/N` divided twice", "6.1",
                  "There it would be divided a second time."),
            Wrong("in the delta of every layer", "`1/N` divided in each layer", "5.2",
                  "The recursion carries it along; each further division would shrink the gradient by `N`."),
            Wrong("in the step size", "`1/N` hidden in `eta`", "7.1",
                  "Then a gradient check would fail, and `eta` would depend on the batch size."),
        ),
    ),
    Number(
        "uniform",
        "A network gives each of 4 classes the probability 0.25. What is its cross-entropy?",
        right=1.3863, tolerance=0.0005,
        why="`-ln 0.25 = ln 4`, whichever class is the true one.",
        wrong=(
            Wrong(0.25, "the probability taken for the loss", "2.2",
                  "The loss is minus the logarithm of that probability."),
            Wrong(0.3466, "the mean over the classes", "2.2",
                  "Over the classes you add, and only the true one counts."),
            Wrong(0.6021, "the logarithm to base 10", "2.2",
                  "The course, like NumPy's `log`, takes the natural logarithm."),
        ),
        hint="Minus the natural logarithm of the true class's probability.",
        at="2.2",
    ),
))

EXIT = Quiz("8.exit", "Exit ticket: training", (
    Number(
        "batches",
        "100 examples in mini-batches of 32. How many updates has one epoch?",
        right=4, tolerance=0,
        why="Three batches of 32, and one of the 4 examples that are left.",
        wrong=(
            Wrong(3, "the last batch lost", "8.1",
                  "Four examples would never be seen in that epoch."),
            Wrong(3.125, "a share taken for a batch", "8.1",
                  "The last batch is smaller, but it is an update like the others."),
            Wrong(100, "one update an example", "8.1",
                  "An update is made for each mini-batch."),
        ),
        hint="How many examples are left after the full batches?",
        at="8.1",
    ),
    Number(
        "first-loss",
        "Ten classes, small random weights, cross-entropy. About which loss do you expect before the first update?",
        right=2.3026, tolerance=0.03,
        why="The probabilities are all near one tenth, so the loss is near `ln 10`; a first loss far from it is a "
            "warning.",
        wrong=(
            Wrong(0.1, "the probability taken for the loss", "8.2",
                  "The loss is minus the logarithm of that probability."),
            Wrong(1, "the logarithm to base 10", "8.2",
                  "The course, like NumPy's `log`, takes the natural logarithm."),
            Wrong(0, "an untrained network thought free of loss", "8.2",
                  "It knows nothing yet: the loss is that of guessing."),
        ),
        hint="Which probability does the true class get from a network that knows nothing?",
        at="8.2",
    ),
    Choice(
        "zeros",
        "A tanh network starts with all weights and biases at 0. What can it learn?",
        right="only the biases of its output",
        why="The hidden activations are 0, so the output weights get no gradient; the output weights are 0, so "
            "nothing reaches the hidden layer.",
        wrong=(
            Wrong("everything, only more slowly", "a dead start taken for a slow one", "8.2",
                  "A gradient of exactly 0 stays 0 at every step size."),
            Wrong("everything: the gradient does not depend on the start",
                  "the gradient thought independent of the weights", "8.2",
                  "Both the deltas and the activations are computed with the weights."),
            Wrong("nothing at all", "the bias overlooked", "8.2",
                  "The bias is the weight of a constant 1, which is not 0."),
        ),
    ),
    Choice(
        "sick",
        "The loss stays near `ln 10`, training accuracy near one tenth, gradients are neither 0 nor huge, and the "
        "gradient check passes. What do you suspect first?",
        right="`x` and `y` were shuffled apart",
        why="The mathematics is right and there is nothing to learn: images and labels no longer belong together.",
        wrong=(
            Wrong("`eta` is too large", "divergence expected", "8.4",
                  "Then the loss would jump or grow."),
            Wrong("dead ReLU units in the hidden layer", "dead units expected", "8.4",
                  "Then many gradients would be exactly 0."),
            Wrong("overfitting", "overfitting expected", "8.4",
                  "Then the loss on the training set would fall; only the held-out one would not."),
        ),
    ),
    Choice(
        "leak",
        "You try twenty values of `eta`, keep the one with the best test accuracy, and report that accuracy. What is "
        "wrong?",
        right="the test set helped to choose, so it no longer tests",
        why="The best of twenty is partly luck on these very examples: choose on a validation set, and look at the "
            "test set once.",
        wrong=(
            Wrong("nothing: no weight was ever trained on the test examples",
                  "choosing thought different from training", PEEK,
                  "A choice made by looking at the test set carries it into the network."),
            Wrong("twenty trials are too few", "more trials thought a remedy", PEEK,
                  "More trials on the same test set make the best of them luckier still."),
            Wrong("`eta` should have been tried on one example", "a sanity check taken for a choice", PEEK,
                  "Overfitting a few examples finds bugs; it says nothing about which `eta` generalises."),
        ),
    ),
))

PREDICT_ONCE = Quiz("8.once", "Predict, then run: one heap or forty-six", (
    Choice(
        "once",
        "Twenty epochs with the same `eta`: once with one step an epoch, on all 1442 images, once with 46 steps, on 32 "
        "images each. Where is the loss lower at the end?",
        right="with 46 steps an epoch, by far",
        why="A gradient from 32 images is a rough estimate, but it is good enough to step by, and there are 46 steps "
            "for one.",
        wrong=(
            Wrong("with one step an epoch, because its gradient is exact", "an exact step taken for a long one", PAIN,
                  "An exact gradient is still a local one; after the step it is out of date."),
            Wrong("equally low: both see every image twenty times", "images counted in place of steps", PAIN,
                  "What moves the weights is the steps, and one way takes 46 times as many."),
            Wrong("with one step an epoch, because the errors of 46 rough steps add up",
                  "an estimate taken for a bias", PAIN,
                  "The estimates err by chance, in all directions, so their errors partly cancel."),
        ),
    ),
))

PREDICT_START = Quiz("8.start", "Predict, then run: weights of size one", (
    Choice(
        "start",
        "Five layers of 64 tanh units each, and every weight is drawn with the standard deviation 1. What do most "
        "units of the fifth layer say?",
        right="almost -1 or almost 1",
        why="A sum of 64 such terms is about the root of 64 times as large as one activation, and tanh saturates.",
        wrong=(
            Wrong("almost 0, because positive and negative terms cancel", "a centred sum taken for a small one", START,
                  "They cancel on average; a single sum of 64 terms is still about 8 times as large as one term."),
            Wrong("anything between -1 and 1, evenly", "the width of a layer overlooked", START,
                  "How large are the weighted sums that tanh receives?"),
            Wrong("the same as the inputs: a standard deviation of 1 changes no size",
                  "the spread of a weight taken for that of a sum", START,
                  "It is the sum of 64 weighted terms that has to keep its size, not each term."),
        ),
    ),
))

PREDICT_PEEK = Quiz("8.peek", "Predict, then run: the best of a thousand guesses", (
    Choice(
        "peek",
        "A thousand programs guess the labels of the 355 held-out digits, and none of them looks at an image. Which "
        "share does the luckiest of them get right?",
        right="about 16 %",
        why="Each gets a tenth on average, give or take one and a half per cent; the best of a thousand lies four such "
            "steps above.",
        wrong=(
            Wrong("10 %, like all the others", "the mean taken for the best", PEEK,
                  "10 % is the mean. Single guesses lie around it, and the best one was picked for lying above."),
            Wrong("about 50 %", "luck over 355 digits overestimated", PEEK,
                  "Over 355 digits luck evens out: half of them right by guessing has practically no chance."),
            Wrong("nearly all of them: a thousand programs are many", "a thousand trials taken for all trials", PEEK,
                  "To hit 355 digits by chance takes unthinkably many trials. A thousand lift the best a little."),
        ),
    ),
))

PREDICT_LABELS = Quiz("8.labels", "Predict, then run: shuffled labels", (
    Choice(
        "labels",
        "All 1442 labels are shuffled once, and the images keep their places. What does the training loss do in twelve "
        "epochs of small steps?",
        right="it stays near `ln 10`",
        why="Image and label have nothing to do with each other, so guessing is the best that can be learned quickly.",
        wrong=(
            Wrong("it grows from epoch to epoch", "nothing to learn taken for a bug", SICK,
                  "The gradient still leads downhill; there is hardly any hill."),
            Wrong("it falls as usual, and only the held-out loss shows the damage",
                  "learning by heart taken for instant", SICK,
                  "Twenty wrong labels are soon learned by heart. 1442 take far longer than twelve epochs."),
            Wrong("it becomes exactly `ln 10`, and all gradients become 0", "no pattern taken for no gradient", SICK,
                  "Each mini-batch pulls somewhere; the pulls do not agree."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_ONCE, PREDICT_START, PREDICT_PEEK, PREDICT_LABELS, EXIT)
