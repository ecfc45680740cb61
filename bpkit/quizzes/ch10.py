"""Chapter 10, detective: what the engine left, and how mistakes betray themselves."""

from __future__ import annotations

from .declare import Choice, Quiz, Wrong

RETRIEVAL = Quiz("10.retrieval", "Retrieval quiz: symptoms", (
    Choice(
        "stale",
        "Your engine agrees with the referee at the first backward pass, is exactly double at the second, and "
        "exactly three times at the third. What is it?",
        right="gradients of earlier passes are not cleared",
        why="Equal shares pile up, one a pass.",
        wrong=(
            Wrong("the seed is not 1", "a wrong seed expected", "9.3",
                  "A wrong seed would show at the first pass already."),
            Wrong("a fork overwrites instead of adding", "a lost path expected", "9.3",
                  "A lost path makes gradients wrong from the first pass on, and not by whole multiples."),
            Wrong("the `1/N` is missing", "a missing `1/N` expected", "6.1",
                  "That would be a factor `N` at every pass."),
        ),
    ),
    Choice(
        "first-loss",
        "A ten-class network has a loss of about 7 before its first update. What do you suspect?",
        right="its initial weights are too large",
        why="Guessing costs `ln 10`, about 2.3; to cost more, a network has to be sure and wrong.",
        wrong=(
            Wrong("the labels are shuffled", "shuffled labels expected", "8.4",
                  "Random weights know nothing of the labels: shuffled ones cost the same at the start."),
            Wrong("`eta` is too large", "a step blamed before the first step", "8.4",
                  "No update has been made yet."),
            Wrong("the network is too small", "size expected to show at the start", "8.4",
                  "A small network guesses as well as a large one."),
        ),
    ),
    Choice(
        "square",
        "In a network 64-32-32-10, which hidden delta can be wrong by a missing transpose without an error message?",
        right="`delta[1]`, computed with `W[2]`",
        why="`W[2]` is `(32, 32)`, and square matrices fit either way.",
        wrong=(
            Wrong("`delta[2]`, computed with `W[3]`", "the weights of the wrong layer", "5.2",
                  "`W[3]` is `(10, 32)`, and without its transpose the product cannot be formed."),
            Wrong("both", "every missing transpose thought silent", "5.2",
                  "Only a square `W` hides it; `W[3]` is not square."),
            Wrong("neither", "shapes trusted as a proof", "5.2",
                  "Shapes prove nothing where two widths are equal."),
        ),
    ),
    Choice(
        "slope",
        "A sigmoid network with binary cross-entropy multiplies `a - y` by `a (1 - a)` at the output. How does it "
        "show?",
        right="all gradients shrink, most of all where the output is sure",
        why="The slope is at most a quarter and nearly 0 for saturated outputs, and the first delta reaches every "
            "layer.",
        wrong=(
            Wrong("only the gradients of the last layer are wrong", "the way of the first delta overlooked", "4.2",
                  "All other deltas are computed from it."),
            Wrong("all gradients are a quarter of the true ones, in every layer",
                  "the largest slope taken for every slope", "4.2",
                  "The slope is a quarter only where `a` is one half, and differs by example."),
            Wrong("the gradients have the wrong sign", "a factor taken for a sign", "4.2",
                  "`a (1 - a)` is positive."),
        ),
    ),
))

# headings of the chapter
PAIN = "10#Feel the pain: train with each of them"
OPEN = "10#Work an open case"
GATHER = "10#Gather evidence"

EXIT = Quiz("10.exit", "Exit ticket: the detective", (
    Choice(
        "gate",
        "Another pass opens its ReLU gate where `a > 0`, with `a` taken after the ReLU and without the equals sign. "
        "Where does it go wrong?",
        right="nowhere",
        why="After a ReLU `a` is above 0 exactly where `z` is: the equals sign alone made the other gate stay open.",
        wrong=(
            Wrong("at every unit whose `z` is below 0", "the equals sign overlooked", GATHER,
                  "There `a` is 0, which is not above 0, and the gate is closed as it should be."),
            Wrong("at every unit, since a gate has to read `z`", "the number taken for what it tells", GATHER,
                  "A gate has to know whether `z` is above 0, and here `a` tells it."),
            Wrong("in all layers but the last", "a right gate suspected everywhere", GATHER,
                  "The gate is the right one in each of them."),
        ),
    ),
    Choice(
        "single",
        "A fifth pass is off on every batch, whatever `eta` is. On a batch of one example it is right in every digit. "
        "Which line do you read first?",
        right="one that adds up or divides over the examples",
        why="A batch of one makes a sum, a mean and a forgotten `1/N` the same, and changes nothing else.",
        wrong=(
            Wrong("the gate", "a batch of one thought to open all gates", GATHER,
                  "One example closes gates as well as eight do, and a wrong gate would still show."),
            Wrong("the step that updates the weights", "a step looked for where `eta` does nothing", GATHER,
                  "An early step would follow `eta`, and it would show on one example too."),
            Wrong("the wires, where the transpose may be missing", "a mix-up thought to need many examples", "5.2",
                  "A missing transpose mixes up the units of a single example already."),
        ),
    ),
    Choice(
        "ratio",
        "Your gradient divided by the referee's is exactly 2, in every entry of every tensor. Where do you look?",
        right="at the derivative of the loss",
        why="Only what all gradients pass through can scale them all alike, and that is the first delta.",
        wrong=(
            Wrong("at the transpose in the hidden delta", "a mix-up taken for a factor", "5.2",
                  "A wrong product mixes entries, and their ratios differ."),
            Wrong("at `f'` of the hidden layer", "a local factor taken for a common one", "5.2",
                  "A mistake there leaves the output layer's gradients right."),
            Wrong("at the sum over the batch in `dL/db`", "one tensor's mistake taken for all", "6.2",
                  "A mistake there leaves the gradients of the weights right."),
        ),
    ),
    Choice(
        "bias",
        "`dL/dW` agrees with the referee in every layer, `dL/db` in none. What is right, and what is wrong?",
        right="the deltas are right, the bias gradient is wrong",
        why="A weight gradient can only agree if its delta does, and the bias gradient needs nothing but that delta.",
        wrong=(
            Wrong("the hidden deltas are wrong", "a wrong delta expected", "6.2",
                  "Then the weight gradients of those layers would be wrong as well."),
            Wrong("the derivative of the loss is wrong, and all that follows", "a wrong loss expected", "6.2",
                  "It enters every gradient, and half of them agree."),
            Wrong("the forward pass forgets the bias", "a wrong forward pass expected", "1.1",
                  "Then the activations would differ, and the weight gradients with them."),
        ),
    ),
    Choice(
        "proof",
        "A gradient check passes on every tensor. What has it shown?",
        right="these are the gradients of this loss at this point",
        why="They agree to rounding. Whether the loss, the data and the model are the ones that you want is another "
            "question.",
        wrong=(
            Wrong("the network will learn", "a right gradient taken for learning", "8.4",
                  "Shuffled labels, a bad `eta` or a dead start pass every gradient check."),
            Wrong("the loss is right", "the referee thought to know the goal", "10",
                  "The referee differentiates the loss that you gave it, right or wrong."),
            Wrong("the code is right for every input and every batch size", "one point taken for all", "10",
                  "Other inputs take other branches: closed gates, saturated units, another batch size."),
        ),
    ),
))

PREDICT_FALLS = Quiz("10.falls", "Predict, then run: four wrong passes descend", (
    Choice(
        "falls",
        "Each of the four passes takes 200 steps of gradient descent on the small network. For how many of them is the "
        "loss lower at the end than at the start?",
        right="for all four",
        why="A direction that is wrong but not too far from the gradient still leads down.",
        wrong=(
            Wrong("for none: each of them has a mistake", "a wrong gradient thought useless", PAIN,
                  "Descent needs a direction that leads down, and there are many besides the steepest."),
            Wrong("for one at most, the one nearest to the gradient", "only the nearest direction trusted", PAIN,
                  "Every direction less than a right angle away leads down, if the step is small."),
            Wrong("for two of the four, the ones with the right signs", "signs thought to decide", PAIN,
                  "Some entries have wrong signs in several passes; the sum over all entries decides."),
        ),
    ),
))

PREDICT_WHERE = Quiz("10.where", "Predict: how far a mistake spreads", (
    Choice(
        "where",
        "In a network of three layers a mistake makes `delta[2]` wrong, and nothing else is wrong by itself. In which "
        "layers does the gradient check find wrong gradients?",
        right="in layers 2 and 1",
        why="`dW[2]` and `db[2]` are made of `delta[2]`, and `delta[1]` is computed from it; layer 3 was done before.",
        wrong=(
            Wrong("in layer 2 alone", "a mistake thought to stay where it is", OPEN,
                  "`delta[1]` is computed from `delta[2]`, and inherits what is wrong with it."),
            Wrong("in layers 2 and 3", "the error thought to run forwards", OPEN,
                  "The backward pass starts at the last layer: layer 3 is done before layer 2."),
            Wrong("in all three, since they share one loss", "one loss taken for one computation", OPEN,
                  "The loss is the same, but `dW[3]` is made of `delta[3]`, and that one is right."),
        ),
    ),
))

PREDICT_APART = Quiz("10.apart", "Predict: choose the experiment", (
    Choice(
        "apart",
        "One pass updates its weights too early, another leaves its gates open, and both are off from `dW[2]` on. You "
        "change one thing and look how far off they are. Which change tells you which is which?",
        right="call both with a smaller `eta`",
        why="The early step is `eta` times a gradient long, and shrinks with it; a gate knows nothing of `eta`.",
        wrong=(
            Wrong("take other labels `y`", "a change on which both depend", GATHER,
                  "Both errors change with the labels, and you cannot say how each of them should."),
            Wrong("take one example in place of eight", "a simpler scene taken for a sharper question", GATHER,
                  "Both mistakes are made on a single example as well."),
            Wrong("train with both and compare the losses", "a falling loss taken for evidence", PAIN,
                  "You have seen it: both losses fall, and neither mistake says how far."),
        ),
    ),
))

PREDICT_AWAKE = Quiz("10.awake", "Predict: design the second experiment", (
    Choice(
        "awake",
        "You want a network on which a gate that never closes does no harm, so that one pass is right there in every "
        "digit. Which one do you build?",
        right="one in which every `z` of a hidden layer is above 0",
        why="Where no gate has to be closed, an open one is the right one.",
        wrong=(
            Wrong("one in which every `z` of a hidden layer is below 0", "closed gates thought to hide an open one",
                  GATHER, "There every gate has to be closed, and the open ones do all the harm they can."),
            Wrong("one with weights ten times smaller, and biases of 0", "the size of `z` taken for its sign", GATHER,
                  "Smaller weights leave every sign of `z` as it was, and the gates with it."),
            Wrong("one with a single example in its batch", "the batch taken for the gates", GATHER,
                  "One example has closed gates too."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_FALLS, PREDICT_WHERE, PREDICT_APART, PREDICT_AWAKE, EXIT)
