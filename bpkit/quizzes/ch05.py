"""Chapter 5, hidden deltas: what the output delta left, and the recursion with its transpose taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

# headings of the chapter
WIRE = "5#Walk one wire back, with numbers"
WIRES = "5#Add what the wires bring"
DEEP = "5#Go deep, and watch the signal fade"

RETRIEVAL = Quiz("5.retrieval", "Retrieval quiz: first deltas, forks, shapes", (
    Number(
        "mean",
        "Identity output, `half_mse`, a batch of `N = 4`. One of the examples has `z = 3`, `y = 1`. What is its "
        "entry of `delta`?",
        right=0.5, tolerance=0.001,
        why="`z - y` is 2, and the loss is a mean over 4 examples: its `1/N` enters here, and nowhere else.",
        wrong=(
            Wrong(2, "`1/N` never divided", "4.1",
                  "The loss is a mean over the batch, so each example counts for a quarter."),
            Wrong(0.125, "`1/N` divided twice", "4.1",
                  "The `1/N` of the loss enters once, in the first delta."),
            Wrong(1, "the half forgotten", "4.1",
                  "The factor 1/2 of the loss cancels the 2 of the derivative."),
        ),
        hint="The difference, then the `1/N` of the loss.",
        at="4.1",
    ),
    Number(
        "targets",
        "Softmax with cross-entropy, one example whose targets sum to 0.8. A class has `a = 0.5` and `y = 0.5`. What "
        "is its `delta`?",
        right=-0.1, tolerance=0.001,
        why="`a sum(y) - y` is 0.4 - 0.5; only where the targets sum to 1 is it `a - y`.",
        wrong=(
            Wrong(0, "`a - y` without its condition", "4.4",
                  "The sum of the targets multiplies `a`; it goes unseen only while it is 1."),
            Wrong(0.1, "the sign", "4.4",
                  "Prediction minus target, with the prediction scaled by the sum of the targets."),
            Wrong(-0.125, "the targets brought to sum 1", "4.4",
                  "The loss takes the targets as they are."),
        ),
        hint="What multiplies `a` before `y` is subtracted?",
        at="4.4",
    ),
    Number(
        "fork",
        "A value `h` feeds `z1 = 2h` and `z2 = -3h`, and `dL/dz1 = 1`, `dL/dz2 = 0.5`. What is `dL/dh`?",
        right=0.5, tolerance=0.001,
        why="One path brings 2, the other brings -1.5, and paths add.",
        wrong=(
            Wrong(2, "the first path only", "3.4",
                  "`h` feeds both, and both bring something back."),
            Wrong(-1.5, "a path overwritten by the last one", "3.4",
                  "The second path adds its share; it does not replace the first."),
            Wrong(1.5, "the weights omitted", "3.4",
                  "What comes back along a wire is multiplied by the weight of that wire."),
        ),
        hint="Each path: the slope at its far end, times the factor of its own wire.",
        at="3.4",
    ),
    Shape(
        "WT",
        "Which shape has the transpose of `W[2]` in a network 3-4-2?",
        right=(4, 2),
        why="`W[2]` is `(2, 4)`, from 4 units to 2; its transpose leads back from 2 to 4.",
        wrong=(
            Wrong((2, 4), "the transpose taken for stored", "1.1",
                  "That is `W[2]` itself: rows for the units that it leads to."),
            Wrong((4, 3), "the weights of the layer before", "1.1",
                  "That is `W[1]`; `W[l]` leads into layer `l`."),
            Wrong((3, 4), "the transpose of the layer before", "1.1",
                  "That is `W[1]` transposed; `W[l]` leads into layer `l`."),
        ),
        hint="Find `W[2]` first: rows for layer 2, columns for layer 1.",
        at="1.1",
    ),
))

EXIT = Quiz("5.exit", "Exit ticket: the recursion", (
    Number(
        "entry",
        "Two hidden units feed two outputs: `W[2] = [[0.6, -1], [2, 1]]`, `delta[2] = (1, -0.5)`. The slopes at the "
        "hidden `z` are `(0.25, 1)`. What is `delta` of the first hidden unit?",
        right=-0.1, tolerance=0.001,
        why="Its two wires are the first column of `W[2]`: they bring back 0.6 and -1, which add to -0.4, and its "
            "slope is 0.25.",
        wrong=(
            Wrong(0.275, "the missing transpose", "5.2",
                  "You took the first row of `W[2]`, the wires into an output; the wires out of a hidden unit are a "
                  "column."),
            Wrong(-0.4, "the slope missing", "5.2",
                  "What arrives at the unit's `a` still has to pass back through its `f`."),
            Wrong(0.15, "one path only", "5.1",
                  "The unit feeds both outputs, and both bring a share of the error."),
            Wrong(0.125, "the weights omitted", "5.1",
                  "Each share is multiplied by the weight of its wire before they add."),
        ),
        hint="Which two weights lead out of the first hidden unit?",
        at="5.2",
    ),
    Choice(
        "square",
        "When does a missing transpose in the hidden delta give no error message?",
        right="when the two layers have the same width",
        why="`W` is then square, both products have the right shape, and only the numbers are wrong.",
        wrong=(
            Wrong("never: the shapes cannot fit", "shapes trusted as a proof", "5.2",
                  "They cannot fit where the widths differ; a square `W` fits either way."),
            Wrong("with a batch of one", "the batch thought to matter", "5.2",
                  "The batch is the other axis; the widths of the two layers decide."),
            Wrong("whenever NumPy can broadcast one array to the other", "a matrix product thought to broadcast", "5.2",
                  "Broadcasting stretches elementwise operations; in a matrix product the inner sizes must agree."),
        ),
    ),
    Choice(
        "from",
        "What is `delta[2]` of a five-layer network computed from?",
        right="`delta[3]`, `W[3]` and `z[2]`",
        why="The error comes from the next layer, over the wires into it, and passes back through the unit's own "
            "`f` at `z[2]`.",
        wrong=(
            Wrong("`delta[1]`, `W[2]` and `z[2]`", "the error thought to run forwards", "5.3",
                  "Backpropagation goes from the loss to the input: layer 3 is known before layer 2."),
            Wrong("`delta[3]`, `W[2]` and `z[2]`", "the weights of the wrong layer", "5.3",
                  "`W[2]` leads into layer 2; the error comes back over the wires that lead out of it."),
            Wrong("`delta[3]`, `W[3]` and `a[2]` alone", "the slope taken at `a`", "5.2",
                  "`f'` is taken at `z[2]`; some functions let you write it with `a`, but it is not `f'(a)`."),
        ),
    ),
    Number(
        "gate",
        "A ReLU unit has `z = 2`, and the weighted deltas that come back to it add up to -3. What is its `delta`?",
        right=-3, tolerance=0,
        why="The gate is open where `z` is positive, and an open gate lets any signal pass, negative ones too.",
        wrong=(
            Wrong(0, "ReLU applied to the signal", "5.2",
                  "`f'(z)` decides whether the signal passes; its own sign does not matter."),
            Wrong(-6, "the activation in place of the slope", "5.2",
                  "The signal is multiplied by `f'(z)`, which is 1 here, not by `a`."),
            Wrong(3, "the sign", "5.2",
                  "Nothing in the recursion turns the sign: weights and slopes are taken as they are."),
        ),
        hint="What is the slope of ReLU at `z = 2`?",
        at="5.2",
    ),
    Number(
        "vanish",
        "On the way back through four sigmoid layers, how large can the product of their four slopes be at most?",
        right=0.0039, tolerance=0.0001,
        why="Each slope is at most 0.25, and 0.25 to the fourth is about 0.0039: one reason why gradients vanish "
            "with depth.",
        wrong=(
            Wrong(1, "slopes added", "5.3",
                  "Along a path factors multiply; four of a quarter do not add up to 1."),
            Wrong(0.0625, "the value taken for the slope", "5.3",
                  "0.5 is the sigmoid of 0; its slope there is 0.25."),
        ),
        hint="What is the largest slope of a sigmoid, and what do factors do along a path?",
        at="5.3",
    ),
))

PREDICT_HIDDEN = Quiz("5.hidden", "Predict, then run: two hidden units", (
    Choice(
        "hidden",
        "The output says too little, so its delta is negative. The first hidden unit reaches it by a wire of weight 1, "
        "the second by one of weight -0.5. Which signs have the deltas of the two hidden units?",
        right="the first negative, the second positive",
        why="What comes back along a wire is multiplied by its weight, so a negative weight turns the sign; the slope "
            "of a sigmoid is positive and turns nothing.",
        wrong=(
            Wrong("both negative, like that of the output unit which they both feed", "the weight's sign ignored", WIRE,
                  "If the second unit says more, the output falls, and that makes the loss larger."),
            Wrong("the first positive, the second negative", "the sign", WIRE,
                  "A positive weight lets the sign pass, a negative one turns it."),
            Wrong("both zero: a hidden unit has no target to be wrong about", "no target taken for no error", WIRE,
                  "It has no target of its own, but the loss changes when it changes, and that is what delta says."),
        ),
    ),
))

PREDICT_WIRES = Quiz("5.wires", "Predict, then run: twice as many wires", (
    Choice(
        "wires",
        "A hidden unit feeds three units. Now it feeds six: every wire has a twin with the same weight and the same "
        "delta at its end. What becomes of the slope of the loss along the unit's `a`?",
        right="it doubles",
        why="Every wire brings its own share, and all shares are added: twice the wires, twice the sum.",
        wrong=(
            Wrong("it stays: the same error is divided among more wires", "the error thought to be divided up", WIRES,
                  "Nothing is divided: each wire brings its weight times the delta at its end, whatever others do."),
            Wrong("it halves, because each wire counts for less", "shares taken for fractions of a whole", WIRES,
                  "A wire does not know how many others there are; it brings the same as before."),
            Wrong("it is squared", "paths multiplied", WIRES,
                  "Factors multiply along a path; over several paths you add."),
        ),
    ),
))

PREDICT_DEPTH = Quiz("5.depth", "Predict, then run: twenty layers of sigmoids", (
    Choice(
        "depth",
        "A network has twenty layers, sigmoids in all but the last. How does the size of delta in layer 1 compare with "
        "that in layer 20?",
        right="smaller by many powers of ten",
        why="Every layer multiplies by a slope of at most a quarter, and a quarter taken nineteen times as a factor is "
            "next to nothing.",
        wrong=(
            Wrong("about the same: the recursion only moves the error", "the slope forgotten", "5.2",
                  "On its way the signal passes the slope of every layer, and a sigmoid's slope is small."),
            Wrong("about a twentieth, one part for each of the layers", "factors added in a chain", DEEP,
                  "Each layer takes a share of what is left, not an equal part of the whole."),
            Wrong("larger by many powers of ten", "the direction of the walk", DEEP,
                  "It grows towards the output; the walk goes the other way, and what it loses on the way is gone."),
        ),
    ),
))

FORMS = (RETRIEVAL, PREDICT_HIDDEN, PREDICT_WIRES, PREDICT_DEPTH, EXIT)
