"""Chapter 1, forward pass: what chapter 0 left, and shapes, biases and softmax taken away."""

from __future__ import annotations

from .declare import Choice, Number, Quiz, Shape, Wrong

RETRIEVAL = Quiz("1.retrieval", "Retrieval quiz: one neuron, two tools", (
    Number(
        "dw",
        "A sigmoid neuron with the input `x = 2` says `a = 0.25` where `y = 1`, and `L = -ln a`. What is `dL/dw`?",
        right=-1.5, tolerance=0.001,
        why="`dL/dz = a - y` is -0.75, and `dz/dw` is the input.",
        wrong=(
            Wrong(-0.75, "the local factor forgotten", "0.1",
                  "That is `dL/dz`; one more factor leads from `z` to `w`."),
            Wrong(1.5, "the error measured from the target to the prediction", "0.1",
                  "The error signal is prediction minus target, and here the prediction is too low."),
            Wrong(-0.2812, "the slope of the sigmoid left in", "0#Walk backward with numbers",
                  "`a - y` holds the slope of the sigmoid already: it cancelled against the derivative of the "
                  "logarithm."),
        ),
        hint="First `dL/dz`, one difference; then the factor that leads from `z` to `w`.",
        at="0.1",
    ),
    Number(
        "central",
        "What does the central difference give for `f(x) = x * x` at `x = 3` with `h = 0.1`?",
        right=6, tolerance=0.001,
        why="The difference of 9.61 and 8.41 is 1.2, over a run of 0.2; for a parabola the central difference is "
            "exact.",
        wrong=(
            Wrong(6.1, "the difference taken to the right only", "0.2",
                  "You compared `f(x + h)` with `f(x)`; the central difference puts `x` in the middle."),
            Wrong(5.9, "the difference taken to the left only", "0.2",
                  "You compared `f(x)` with `f(x - h)`; the central difference puts `x` in the middle."),
            Wrong(12, "divided by `h`", "0.2",
                  "The two points lie `2h` apart, not `h`."),
            Wrong(1.2, "not divided at all", "0.2",
                  "1.2 is the rise alone; a slope divides it by the run."),
        ),
        hint="Take `f` at 3.1 and at 2.9, then divide the rise by the run.",
        at="0.2",
    ),
    Number(
        "relative",
        "What is the relative error of 2.0 and 2.5, as exercise 0.3 defines it?",
        right=0.2, tolerance=0.001,
        why="The two lie 0.5 apart, and the larger of the two sizes is 2.5.",
        wrong=(
            Wrong(0.5, "the difference itself", "0.3",
                  "0.5 is the absolute error; much or little depends on the size of the numbers."),
            Wrong(0.25, "measured against the first number", "0.3",
                  "The definition compares with the larger size, so that the order of the two does not matter."),
            Wrong(0.1111, "measured against the sum", "0.3",
                  "The definition divides by the larger of the two sizes, not by both."),
        ),
        hint="Divide the distance by the larger of the two sizes.",
        at="0.3",
    ),
    Number(
        "sigmoid",
        "What is `sigmoid(0)`?",
        right=0.5, tolerance=0,
        why="`exp(0) = 1`, so it is 1 over 2: a neuron that has no evidence says one half.",
        wrong=(
            Wrong(0, "zero in, zero out", "0#Walk forward with numbers",
                  "`exp(0)` is 1, not 0; the sigmoid of 0 lies in the middle of its range."),
            Wrong(1, "the exponential taken for the sigmoid", "0#Walk forward with numbers",
                  "1 is `exp(0)`; the sigmoid still adds 1 and divides 1 by that."),
        ),
        hint="Put 0 into `1/(1 + exp(-z))`.",
        at="0#Walk forward with numbers",
    ),
))

EXIT = Quiz("1.exit", "Exit ticket: the forward pass", (
    Shape(
        "W",
        "A layer turns 3 inputs into 5 activations. What is the shape of its `W`?",
        right=(5, 3),
        why="One row for each unit, one column for each input, so that `W a` takes 3 numbers in and gives 5.",
        wrong=(
            Wrong((3, 5), "rows and columns exchanged", "1.1",
                  "A row of `W` holds the weights of one unit, so there are as many rows as units."),
            Wrong((5, 1), "the shape of the bias", "1.1",
                  "That is `b`: one number a unit; a weight belongs to a pair of input and unit."),
            Wrong((15,), "the table flattened", "1.1",
                  "15 weights it is, but where each one belongs is told by row and column."),
        ),
        hint="The rows of `W` belong to what comes out, the columns to what goes in.",
        at="1.1",
    ),
    Shape(
        "z",
        "The same layer gets a batch of 7 examples. What is the shape of `z = W a + b`?",
        right=(5, 7),
        why="Each example is one column in and one column out; `b` is added to each of them.",
        wrong=(
            Wrong((7, 5), "examples as rows", "1.1",
                  "That is the convention of tables and of PyTorch; here an example is a column."),
            Wrong((5, 1), "the batch lost", "1.1",
                  "That is `z` of a single example; seven columns go in, and seven come out."),
            Wrong((5, 3), "the shape of the weights", "1.1",
                  "`W` has that shape; the product with the batch replaces its columns by the examples."),
        ),
        hint="The rows come from `W`, the columns from the batch.",
        at="1.1",
    ),
    Number(
        "two",
        "One unit feeds another: `x = 2`, `w1 = 2`, `b1 = -1`, ReLU, then `w2 = -1.5`, `b2 = 1`. What is `z2`?",
        right=-3.5, tolerance=0.001,
        why="`z1 = 3` passes through ReLU as `a1 = 3`, and the second unit weighs `a1` and adds its own bias.",
        wrong=(
            Wrong(-2, "the input taken again", "1.4",
                  "The second layer reads the activation of the first, not `x`."),
            Wrong(-6, "the biases forgotten", "1.1",
                  "Each layer adds its own bias after the weights."),
            Wrong(-4.5, "the bias added before the weight", "1.1",
                  "`w (a + b)` scales the bias as well; `w a + b` does not."),
        ),
        hint="Write down `z1`, then `a1`, then `z2`, one line each.",
        at="1.4",
    ),
    Choice(
        "softmax",
        "For `z` of shape `(4, 6)`, 4 classes and 6 examples, where does `softmax(z)` sum to 1?",
        right="down each of the 6 columns",
        why="The classes of one example compete with each other, and an example is a column.",
        wrong=(
            Wrong("along each of the 4 rows", "softmax across the batch", "1.3",
                  "Then the examples would compete for a class, and a prediction would depend on its neighbours in "
                  "the batch."),
            Wrong("over all 24 entries", "softmax over the whole array", "1.3",
                  "Then the examples would share a single 1 between them."),
            Wrong("nowhere: each entry is squeezed by itself", "softmax taken as elementwise", "1.3",
                  "That is what a sigmoid does; every output of softmax depends on all `z` of its column."),
        ),
    ),
    Choice(
        "cache",
        "Why does `forward` keep `z` and `a` of every layer?",
        right="because the backward pass needs them",
        why="The slope of `f` is taken at `z`, and the gradient of `W` needs the activation that went in; without "
            "the cache each would be computed again.",
        wrong=(
            Wrong("so that the next forward pass is faster", "the cache taken for a memory of results", "1.4",
                  "The next batch has other numbers, and nothing of the old ones can be used."),
            Wrong("because the loss adds up all activations", "the loss thought to see hidden layers", "1.4",
                  "The loss compares the last activation with the target, and sees no other."),
            Wrong("so that the update can change them", "activations taken for parameters", "1.4",
                  "Only `W` and `b` are learned; `z` and `a` follow from them."),
        ),
    ),
))

# headings of the chapter
PENCIL = "1#Walk forward with a pencil"
MANY = "1#Send many examples at once"
BEND = "1#Bend, or stay straight"

PREDICT_SUM = Quiz("1.sum", "Predict, then run: the second hidden unit", (
    Number(
        "z",
        "The second hidden unit has the weights 1 and 0.5 and the bias 0.5; the inputs are 1 and 2. What is its "
        "weighted sum?",
        right=2.5, tolerance=0.001,
        why="Each input meets the weight on its wire, 1 times 1 and 0.5 times 2, and the bias is added once.",
        wrong=(
            Wrong(2, "the bias forgotten", PENCIL,
                  "That is what arrives on the two wires; the unit adds its own bias to it."),
            Wrong(0.5, "a column of `W` taken for a row", PENCIL,
                  "You used -1 and 0.5, the wires that leave the second input; wanted are those that reach the "
                  "second unit."),
            Wrong(2.75, "the bias added before the weights", PENCIL,
                  "You added the bias to each input; it belongs to the unit, and is added once, after the products."),
            Wrong(1.5, "the mean over the inputs", PENCIL,
                  "The unit adds up what arrives; nothing is divided by the number of inputs."),
        ),
        hint="Multiply each input by the weight on its wire to the second unit, add the two, then add the bias.",
        at=PENCIL,
    ),
))

PREDICT_SHAPE = Quiz("1.shape", "Predict, then run: a shape", (
    Shape(
        "z",
        "A layer takes the 64 pixels of a picture to 32 units, and you send 100 pictures at once. What is the shape of "
        "its `z`?",
        right=(32, 100),
        why="A row for each unit, a column for each picture; the 64 meets the columns of `W` and is summed away.",
        wrong=(
            Wrong((100, 32), "examples as rows", MANY,
                  "Tables of data often lie that way; in this course an example is a column."),
            Wrong((64, 100), "the shape of what goes in", MANY,
                  "That is the batch of pictures; the layer turns 64 numbers of each column into 32."),
            Wrong((32, 64), "the shape of the weights", MANY,
                  "That is `W`; `z` has a column for each picture, not for each pixel."),
            Wrong((32, 1), "the batch lost", MANY,
                  "That is `z` of one picture, and the shape of the bias; here 100 columns go in."),
        ),
        hint="How many units are there, and how many pictures?",
        at=MANY,
    ),
))

PREDICT_FLAT = Quiz("1.flat", "Predict, then run: a flat input", (
    Shape(
        "z",
        "`W1` is `(2, 2)`, `b1` is `(2, 1)`. What is the shape of `W1 @ flat + b1` where `flat` is "
        "`np.array([1.0, 2.0])`, of shape `(2,)`?",
        right=(2, 2),
        why="The product has shape `(2,)` and is taken for a row; a row and a column are spread over each other to a "
            "table, without a word.",
        wrong=(
            Wrong((2, 1), "a flat array taken for a column", MANY,
                  "That is what you want; but NumPy lines a flat array up with the last axis, as if it were a row."),
            Wrong((2,), "the bias thought to give way", MANY,
                  "That is the product before the bias; adding a column to it makes it larger."),
            Wrong((1, 2), "a flat array thought to become a row", MANY,
                  "It is lined up like a row, and then both it and the column are spread to a common shape."),
        ),
        hint="Broadcasting compares the shapes from the right: `(2,)` against `(2, 1)`.",
        at=MANY,
    ),
))

PREDICT_LINEAR = Quiz("1.linear", "Predict, then run: two straight layers", (
    Choice(
        "straight",
        "You take the activation functions out, so that each layer says `W a + b` and nothing more. What can two such "
        "layers do that one cannot?",
        right="nothing",
        why="A weighted sum of weighted sums is a weighted sum: the two layers multiply out to one.",
        wrong=(
            Wrong("bend a line twice", "layers thought to bend by themselves", BEND,
                  "Only the activation function bends; weighted sums keep straight lines straight."),
            Wrong("the same, with half as many weights", "depth taken for compression", BEND,
                  "Two layers may have fewer weights or more; what they compute is one layer's work either way."),
            Wrong("remember what the first layer saw", "a layer taken for a memory", BEND,
                  "A layer hands on its numbers and keeps nothing from one example to the next."),
        ),
    ),
))

PREDICT_RELU = Quiz("1.relu", "Predict, then run: the walk with ReLU", (
    Number(
        "z2",
        "The hidden sums of the pencil network are -1.5 and 2.5. Now the hidden units use ReLU. The output unit has "
        "the weights 1 and -0.5 and the bias 0.25. What is its weighted sum?",
        right=-1, tolerance=0.001,
        why="ReLU makes 0 and 2.5 of the two sums; the first wire carries nothing, the second -1.25, and the bias "
            "adds 0.25.",
        wrong=(
            Wrong(-2.5, "the sums handed on without ReLU", "1.5",
                  "A negative sum does not pass: ReLU turns -1.5 into 0."),
            Wrong(0.5, "ReLU taken for the size", "1.5",
                  "ReLU cuts a negative number off; it does not turn it around."),
            Wrong(-1.25, "the bias forgotten", "1.5",
                  "That is what arrives on the wires; the output unit has a bias of its own."),
            Wrong(0.2689, "the activation taken for the weighted sum", "1.5",
                  "You went one stage too far: a sigmoid of the sum is the activation."),
        ),
        hint="First ReLU of each hidden sum, then the two products, then the bias.",
        at="1.5",
    ),
))

FORMS = (RETRIEVAL, PREDICT_SUM, PREDICT_SHAPE, PREDICT_FLAT, PREDICT_LINEAR, PREDICT_RELU, EXIT)
