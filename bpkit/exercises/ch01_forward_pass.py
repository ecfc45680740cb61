"""Chapter 1: the forward pass.

Letters: W (n, m) weights, b (n, 1) bias, z = W a + b, a = f(z), with N examples as columns; l layer, L the last one;
K classes.
"""

from __future__ import annotations

from typing import Any

from .cases import normal, over_networks, over_sizes, whole
from .declare import exercise
from .loss_cases import LARGE_AND_CLOSE
from .maths import np, sigmoid, value


@exercise(
    "1.1", "W (n, m), a (m, N), b (n, 1) -> z (n, N)",
    cases=over_sizes(),
    twins={"bp.affine": "bpkit.backprop:affine"},
    flaws="""
        transposed: W transposed
            One unit's weights: do they stand in a row of W, or in a column?
        entry_by_entry: a product entry by entry in place of the weighted sum
            How many inputs does one unit add up?
        other_order: the factors exchanged
            Which two sizes meet in the product, and which remain?
        bias_forgotten: the bias left out
            What does a unit say when all its inputs are 0?
        bias_first: the bias added to the input, before the weights
            Does the bias belong to the units that send, or to those that receive?
        bias_along_examples: the bias laid along the examples
            Does every example get its own bias, or every unit?
        bias_subtracted: the bias subtracted
            Which sign does b have in the formula?
        bias_repeated: the bias added once for each input
            In which of the loops does the bias belong: must it be added as often as there are inputs?
        last_input: the last input's product alone
            Is the sum kept from one input to the next, or written over?
        bias_multiplied: the bias as a factor
            What should a bias of 0 change?
        mean: the mean over the inputs instead of their sum
            Does a unit with more inputs add up more, or the same?
        activated: the activation function applied already
            Is the weighted sum asked for, or what the activation function makes of it?
    """,
    hints="""
        One unit and one example first: multiply each input by its weight, and add.
        The same for all units: a row of W holds the weights of one unit. Which size of W meets which size of a?
        The bias is a column: it is added to every example alike.
    """,
)
def affine(W, a, b, *, unless):
    W = unless(W, mean=W / W.shape[1])
    a = unless(lambda: a, bias_first=lambda: a + b)
    weighted = unless(lambda: W @ a, transposed=lambda: W.T @ a, entry_by_entry=lambda: W * a,
                      other_order=lambda: a @ W, last_input=lambda: W[:, -1:] * a[-1:])
    bias = unless(b, bias_forgotten=0 * b, bias_along_examples=b.T, bias_subtracted=-b, bias_repeated=W.shape[1] * b)
    z = weighted if unless.on & {"bias_first"} else unless(weighted + bias, bias_multiplied=weighted * bias)
    return unless(z, activated=sigmoid(z))


@exercise(
    "1.2", "z (n, N) -> a (n, N)",
    name="sigmoid",
    quiet=True,
    twins={"bp.sigmoid": "bpkit.activations:_sigmoid"},
    cases={
        "ordinary numbers": lambda rng: (normal(rng, 3, 5),),
        "whole numbers": lambda rng: (whole(3, 4),),
        "zero": lambda rng: (np.zeros((2, 2)),),
        "far to the right": lambda rng: (np.array([[30.0, 800.0, 710.0]]),),
        "far to the left": lambda rng: (np.array([[-30.0, -800.0, -710.0]]),),
        "one number": lambda rng: (normal(rng, 1, 1),),
        "both sides at once": lambda rng: (np.array([[-800.0, 800.0], [710.0, -710.0]]),),
        "an array with one axis": lambda rng: (np.array([-15.0, -0.5, 15.0]),),
        "an array with three axes": lambda rng: (normal(rng, 2, 3, 2),),
    },
    flaws="""
        mirrored: the sign of z turned around
            Should the output rise or fall when z grows?
        sign_lost: the sign of z lost
            What should the output be for z = -3, and what for z = 3?
        overflow: an exponential of a large positive number
            For which z is the exponential that you take larger than 1, and must you take that one?
        both_branches: both ways of writing it taken everywhere, and the one that overflows thrown away afterwards
            Which entries does each way have to see, and which entries does it see?
        decided_by_all: one decision for the whole array
            Where z holds numbers of both signs: does each entry get the way of writing it that it needs?
        decided_by_any: one decision for the whole array, taken as soon as one entry asks for it
            Where z holds numbers of both signs: does each entry get the way of writing it that it needs?
        hyperbolic: tanh in its place
            Between which two numbers does a sigmoid lie?
        not_normalised: the exponential alone
            What keeps the output below 1?
        half: the 1 below the line forgotten
            What should the output be at z = 0?
        slope: its slope instead of its value
            Is the value asked for, or how fast it changes?
        clipped: z cut off at 10
            Is the output at z = 20 the same as at z = 10?
        step: a hard step
            How large is the output where z is 0.1, and where it is 3?
        doubled: twice the z
            Which number stands in the exponent?
    """,
    hints="""
        The formula is one over one plus an exponential. For which sign of z does that exponential explode?
        There are two ways to write the same function: one is safe to the right, the other to the left.
        Take the exponential of minus the size of z: it never exceeds 1. Then ask for each entry which way it needs.
    """,
)
def logistic(z, *, unless):
    z = unless(z, sign_lost=np.abs(z))
    z = unless(z, mirrored=-z, doubled=2 * z, clipped=np.minimum(np.maximum(z, -10.0), 10.0))

    def way(right):
        return 1 / (1 + np.exp(-z)) if right else np.exp(z) / (1 + np.exp(z))

    return unless(lambda: sigmoid(z), overflow=lambda: way(True), hyperbolic=lambda: np.tanh(z),
                  both_branches=lambda: np.where(z >= 0, way(True), way(False)),
                  decided_by_all=lambda: way(np.all(z >= 0)), decided_by_any=lambda: way(np.any(z >= 0)),
                  not_normalised=lambda: np.exp(-np.abs(z)), half=lambda: 1 / np.exp(-z), step=lambda: (z > 0) * 1.0,
                  slope=lambda: sigmoid(z) * (1 - sigmoid(z)))


@exercise(
    "1.3", "z (K, N) -> a (K, N)",
    name="softmax",
    quiet=True,
    twins={"bp.softmax": "bpkit.activations:_softmax"},
    cases=over_sizes(large=1000.0, more=LARGE_AND_CLOSE),
    flaws="""
        across_the_batch: every row summing to one
            Do the classes of one example share the probability, or the examples of one class?
        over_everything: the whole table summing to one
            How much probability does one example have to share?
        overflow: exponentials of large numbers
            What may you subtract from all z of a column without changing the result?
        one_shift: the same number subtracted from every column
            Which number is the largest of *this* column?
        shift_by_row: the largest number of each row subtracted
            Subtracting is harmless only if the whole column loses the same: does it?
        shift_above_only: the largest number subtracted above the line alone
            Is the fraction still the same if only its upper part shrinks?
        sum_by_row: the sum taken along the examples
            Which numbers share one probability of 1: those of a column, or those of a row?
        not_normalised: the exponentials alone
            What should the column sum to?
        no_exponential: the z themselves divided by their sum
            Can a probability be negative? Which function makes every number positive?
        divided_by_largest: a division by the largest number of the column in place of a subtraction
            Do the exponentials keep their ratios when every z is divided by the same number?
        squares: squares in place of exponentials
            Which of z = -3 and z = 1 should get the larger probability?
        log: its logarithm
            Should the numbers of a column sum to one?
        sigmoid: a sigmoid of each entry
            Does a class lose probability when another one gains it?
    """,
    hints="""
        Every z becomes positive by an exponential; then each column is divided so that it sums to one.
        Exponentials of 800 overflow. What happens to the fraction if every z of a column shrinks by the same number?
        Which axis of the table counts the classes? Keep that axis when you sum, so that the shapes still fit.
    """,
)
def softmax_columns(z, *, unless):
    axis = unless(0, across_the_batch=1, over_everything=None)
    shift = unless(lambda: np.max(z, axis=axis, keepdims=True), overflow=0.0, one_shift=lambda: np.max(z),
                   shift_by_row=lambda: np.max(z, axis=1, keepdims=True))
    e = unless(lambda: np.exp(z - shift), no_exponential=z, squares=z**2,
               divided_by_largest=lambda: np.exp(z / np.max(z, axis=0)))
    along = unless(axis, sum_by_row=1)
    below = unless(lambda: e, shift_above_only=lambda: np.exp(z))
    total = np.sum(below, axis=along, keepdims=True)
    return unless(lambda: e / total, not_normalised=e, sigmoid=lambda: sigmoid(z),
                  log=lambda: z - shift - np.log(np.sum(e, axis=axis, keepdims=True)))


@exercise(
    "1.4", "W, b, f, x -> z, a",
    twins={"Network.forward": "bpkit.network:Network.forward"},
    cases=over_networks(),
    flaws="""
        always_x: the input x fed to every layer
            What goes into layer 2: the data, or what layer 1 made of it?
        transposed: W transposed
            Does a row of W belong to a unit that receives, or to one that sends?
        bias_forgotten: the biases left out
            Which of the three things in the formula is missing?
        no_activation: no activation function
            What are two layers worth, if nothing bends between them?
        activation_twice: the activation function applied twice
            What has a gone through already?
        first_activation: the first layer's activation function everywhere
            Does every layer have the same f?
        first_hidden: the first layer's activation function in all hidden layers
            Does every hidden layer have the same f?
        activation_before: the activation function of the layer before
            Which layer's f does that line take, and which layer's z does it bend?
        sigmoid_everywhere: a sigmoid in every layer
            Who says which f a layer has: you, or the arguments?
        output_linear: no activation function in the last layer
            Which layers have an f?
        one_array: z and a being one and the same array
            Is z still the weighted sum after a was made from it?
        no_input: the input left out of a
            Which a does the first layer's weights meet, and will you need it on the way back?
        fed_by_z: z handed on instead of a
            What does the next layer see: the sum, or what the activation function makes of it?
    """,
    hints="""
        Before the first layer there is the data: it is the a of layer 0.
        Each layer takes the a of the layer before, makes its z, and its own f makes its a.
        Keep every z and every a under the number of its layer: you need them all on the way back.
    """,
)
def forward(W, b, f, x, *, unless):
    z, a = dict[int, Any](), {0: x}
    for l in range(1, len(W) + 1):
        source = unless(a[l - 1], always_x=x, fed_by_z=z.get(l - 1, x))
        weights = unless(W[l], transposed=W[l].T)
        z[l] = weights @ source + unless(b[l], bias_forgotten=0)
        bent = value(f[l], z[l])
        a[l] = unless(bent, no_activation=z[l], activation_twice=value(f[l], bent), first_activation=value(f[1], z[l]),
                      first_hidden=value(f[l if l == len(W) else 1], z[l]),
                      activation_before=value(f[max(l - 1, 1)], z[l]),
                      sigmoid_everywhere=sigmoid(z[l]), output_linear=z[l] if l == len(W) else bent)
    return unless(z, one_array={l: a[l] for l in z}), unless(a, no_input={l: a[l] for l in z})


def pencil(rng, N=1):
    """Weights for pencil and paper: halves and whole numbers."""
    return (np.array([[0.5, -1.0], [1.0, 0.5]]), np.array([[0.5], [-1.0]]), np.array([[1.0, -0.5]]), np.array([[0.5]]),
            normal(rng, 2, N))


def two_layers(rng, n, m, N):
    """Weights of a network n-m-1 and N inputs."""
    return normal(rng, m, n), normal(rng, m, 1), normal(rng, 1, m), normal(rng, 1, 1), normal(rng, n, N)


@exercise(
    "1.5", "W1 (m, n), b1 (m, 1), W2 (1, m), b2 (1, 1), x (n, N) -> z1, a1, z2, a2",
    twins={"Network.forward": "bpkit.network:Network.forward"},
    cases={
        "pencil and paper": lambda rng: (*pencil(rng)[:4], np.array([[1.0], [2.0]])),
        "another input": lambda rng: (*pencil(rng)[:4], np.array([[2.0], [-1.0]])),
        "five examples": lambda rng: pencil(rng, 5),
        "sizes all different": lambda rng: two_layers(rng, 4, 3, 5),
        "sizes all equal": lambda rng: two_layers(rng, 2, 2, 2),
        "large values": lambda rng: tuple(4 * part for part in two_layers(rng, 3, 2, 4)),
    },
    flaws="""
        transposed: W1 transposed
            Which two numbers of W1 go into the first hidden unit?
        bias_forgotten: the hidden bias left out
            What does the unit say when both inputs are 0?
        output_bias_forgotten: the output's bias left out
            Does the last unit have a bias as well?
        x_again: the input x in place of the hidden activations
            What does the output unit see: the input, or the hidden units?
        z_handed_on: the hidden sums handed on, without relu
            What is left of a negative sum after relu?
        sigmoid_inside: a sigmoid in the hidden layer
            Which function bends in the hidden layer of this network?
        relu_at_the_end: relu at the output
            Which function turns the last sum into a probability?
        size_inside: the size of the sum in place of relu
            Does relu turn a negative number around, or cut it off?
        smaller: the smaller of the sum and 0 in place of the larger
            Which sums does relu let pass: those above 0, or those below?
        step: a step in place of relu
            What does relu make of a sum of 0.3, and of a sum of 3?
        largest: the largest sum of each example in place of relu
            Is one number wanted for each example, or one for each hidden unit?
        sums_to_output: the hidden sums in place of the hidden activations on the way to the output
            What does the output unit see: the hidden sums, or what relu makes of them?
        one_array: z1 and a1 being one and the same array
            Is z1 still the weighted sum after a1 was made from it?
        no_sigmoid: the last sum itself
            Is the output a probability?
    """,
    hints="""
        The first hidden unit: its two weights stand in the first row of W1. Multiply, add, and do not forget the bias.
        relu lets a positive sum pass, and says 0 to a negative one.
        The output unit sees the hidden activations; a sigmoid turns its sum into a probability.
    """,
)
def pencil_net(W1, b1, W2, b2, x, *, unless):
    z1 = unless(lambda: W1 @ x, transposed=lambda: W1.T @ x) + unless(b1, bias_forgotten=0)
    a1 = unless(np.maximum(z1, 0), z_handed_on=z1, sigmoid_inside=sigmoid(z1), size_inside=np.abs(z1),
                smaller=np.minimum(z1, 0), step=(z1 > 0) * 1.0, largest=np.max(z1, axis=0))
    z2 = W2 @ unless(a1, x_again=x, sums_to_output=z1) + unless(b2, output_bias_forgotten=0)
    a2 = unless(sigmoid(z2), relu_at_the_end=np.maximum(z2, 0), no_sigmoid=z2)
    return unless(z1, one_array=a1), a1, z2, a2
