"""Chapter 6: the gradients of weights and biases.

Letters: delta (n, N) error signal of a layer, a_prev (m, N) activations of the layer before, dW = dL/dW (n, m),
db = dL/db (n, 1); l layer, L the last one; N examples. The 1/N of the loss is in delta already.
"""

from __future__ import annotations

from .behaviour import Odd
from .cases import over_networks, over_sizes
from .declare import exercise
from .maths import differences, np, slope


@exercise(
    "6.1", "delta (n, N), a_prev (m, N) -> dW (n, m)",
    strict=True,
    cases=over_sizes(),
    twins={"bp.weight_gradient": "bpkit.backprop:weight_gradient"},
    flaws="""
        transposed: rows and columns exchanged
            Which shape has W, and which shape must its gradient have?
        not_transposed: a matrix product without the transpose
            Which size do the two factors share, and which one is summed?
        reshaped: the rows of a_prev cut at other places, in place of rows and columns exchanged
            Where does an entry of row 1 go when a matrix is reshaped, and where when it is transposed?
        entry_by_entry: a product entry by entry
            How many weights are there, and how many entries has delta?
        first_example: the first example alone
            Does every example of the batch pull at the weights?
        last_example: the last example alone
            Is what the examples before brought still there?
        mean: the mean over the batch
            Where does the 1/N live already?
        divided_twice: the 1/N taken twice more
            Where does the 1/N live already?
        sums_multiplied: the product of the sums in place of the sum of the products
            Which activation belongs to which error: those of the same example, or all with all?
        sign: the opposite sign
            Is the gradient asked for, or the step?
        size_of_delta: the sizes of the errors, without their signs
            What should happen to a weight where two examples pull in opposite directions?
        inputs_ignored: all inputs taken as 1
            How much does a weight matter whose input is 0?
    """,
    hints="""
        One example first: the weight from unit j to unit i has two factors. Which?
        All pairs of an n-vector and an m-vector: what shape does this table have?
        Over the batch these tables are added. Which product adds over the examples by itself?
    """,
    referee=lambda delta, a_prev: {
        "dW": differences(lambda W: np.sum(delta * (W @ a_prev)), np.zeros((len(delta), len(a_prev))))},
)
def weight_gradient(delta, a_prev, *, unless):
    N = delta.shape[1]
    delta = unless(delta, size_of_delta=np.abs(delta))
    delta, a = unless((delta, a_prev), first_example=(delta[:, :1], a_prev[:, :1]),
                      last_example=(delta[:, -1:], a_prev[:, -1:]),
                      sums_multiplied=(np.sum(delta, 1, keepdims=True), np.sum(a_prev, 1, keepdims=True)))
    a = unless(a, inputs_ignored=np.ones_like(a))
    dW = unless(lambda: delta @ a.T, transposed=lambda: a @ delta.T, not_transposed=lambda: delta @ a,
                entry_by_entry=lambda: delta * a, reshaped=lambda: delta @ a.reshape(a.shape[::-1]))
    return unless(1, sign=-1) * dW / unless(1, mean=N, divided_twice=N**2)


@exercise(
    "6.2", "delta (n, N) -> db (n, 1)",
    cases=over_sizes(),
    twins={"bp.bias_gradient": "bpkit.backprop:bias_gradient"},
    flaws="""
        not_summed: delta itself, one column an example
            How many biases does a unit have, and how many examples pull at it?
        wrong_axis: the sum over the units in place of the examples
            Which axis of delta counts the units, and which the examples?
        everything: the sum over units and examples
            How many biases does the layer have?
        mean: the mean over the batch
            Where does the 1/N live already?
        first_example: the first example alone
            Does every example of the batch pull at the bias?
        last_example: the last example alone
            Is what the examples before brought still there?
        ones: the constant input in place of its gradient
            The bias is the weight of a constant 1. What is the other factor?
        zeros: no gradient at all
            Does L change when the bias does?
        sign: the opposite sign
            Is the gradient asked for, or the step?
        size_of_delta: the sizes of the errors, without their signs
            What should happen to the bias where two examples pull in opposite directions?
    """,
    hints="""
        The bias is the weight of an input that is always 1. What is the gradient of such a weight for one example?
        One bias serves all examples; what each of them asks for is added.
        The result is a column, like b itself. Which axis disappears, and how does it stay as 1?
    """,
    referee=lambda delta: {"db": differences(lambda b: np.sum(delta * (b + 0 * delta)), np.zeros((len(delta), 1)))},
)
def bias_gradient(delta, *, unless):
    delta = unless(delta, size_of_delta=np.abs(delta), first_example=delta[:, :1], last_example=delta[:, -1:])
    db = unless(np.sum(delta, axis=1, keepdims=True), not_summed=delta, mean=np.mean(delta, axis=1, keepdims=True),
                wrong_axis=np.sum(delta, axis=0, keepdims=True), everything=np.sum(delta))
    return unless(1, sign=-1) * unless(db, ones=np.ones((len(delta), 1)), zeros=np.zeros((len(delta), 1)))


def side_by_side(args, result):
    """The result as the one table that is wanted; raises Odd where two arrays came."""
    if isinstance(result, (tuple, list)) and len(result) == 2 and getattr(result[0], "ndim", 0) == 2:
        raise Odd("wrong_count", "Two arrays came; one is wanted, with the gradients of W and b side by side", "dWb")
    return {"dWb": result}


@exercise(
    "6.3", "delta (n, N), a_prev (m, N) -> dWb (n, m + 1)",
    strict=True,
    cases=over_sizes(),
    observe=side_by_side,
    flaws="""
        ones_first: the bias in the first column
            At which end of a was the row of ones added?
        zeros: a row of zeros in place of ones
            What is the constant input that the bias is the weight of?
        no_row: no row added
            How many columns does the table of W and b together have?
        column: the ones added to delta
            Is the constant 1 an input, or an error?
        mean: the mean over the batch
            Where does the 1/N live already?
        bias_mean: the sum for the weights and the mean for the bias
            Is the bias treated like any other weight?
        transposed: rows and columns exchanged
            Which shape have W and b side by side?
        sums_multiplied: the product of the sums in place of the sum of the products
            Which activation belongs to which error: those of the same example, or all with all?
        sign: the opposite sign
            Is the gradient asked for, or the step?
    """,
    hints="""
        The bias is the weight of an input that is 1 for every example. Give a_prev that input, as one more row.
        Where does that row stand, if W and b stand side by side with b last?
        Then one product, the one of 6.1, gives both gradients.
    """,
)
def augmented(delta, a_prev, *, unless):
    N = delta.shape[1]
    row = unless(np.ones((1, N)), zeros=np.zeros((1, N)))
    rows = unless([a_prev, row], ones_first=[row, a_prev], no_row=[a_prev])
    a = np.concatenate(rows)
    delta, a = unless((delta, a), column=(np.concatenate([delta, np.ones((1, N))]), a_prev),
                      sums_multiplied=(np.sum(delta, 1, keepdims=True), np.sum(a, 1, keepdims=True)))
    dWb = unless(1, sign=-1) * (delta @ a.T) / unless(1, mean=N)
    dWb = unless(dWb, bias_mean=np.concatenate([dWb[:, :-1], dWb[:, -1:] / N], axis=1))
    return unless(dWb, transposed=dWb.T)


@exercise(
    "6.4", "W, f, z, a, y -> delta, dW, db",
    strict=True,
    twins={"Network.backward": "bpkit.network:Network.backward"},
    cases=over_networks(),
    flaws="""
        own_activation: a layer's own activation in place of the one before
            Which a went into the weights of layer l?
        transposed: dW transposed
            Which shape has W, and which shape must its gradient have?
        wires_not_transposed: W not transposed on the way back
            Where in W are the wires that leave one unit?
        same_layer: W of the layer itself on the way back
            Which weights lead from layer l to where the error comes from?
        slope_missing: f' left out of the hidden deltas
            Between a and z stands f. How much gets through?
        slope_at_a: f' taken at a instead of z
            f' is a function of what went into f, or of what came out?
        gate_open: gates that never close
            What is the slope of relu where z is negative?
        sigmoid_assumed: a(1 - a) as the slope, whatever f is
            Of which activation function is that the slope? f may be tanh or relu: what gives its slope?
        tanh_assumed: 1 - a^2 as the slope, whatever f is
            Of which activation function is that the slope? f may be a sigmoid or relu: what gives its slope?
        gate_assumed: the gate of a relu as the slope, whatever f is
            f may be a sigmoid or tanh. Do these have a gate, and what gives their slope?
        first_f: the f of layer 1 for every hidden layer
            Each layer may have an activation function of its own. Whose slope does layer l have?
        next_f: the f of the next layer in the hidden deltas
            Whose gate does the signal pass last: that of layer l or that of layer l + 1?
        times_a: the activation in place of f'
            Is the local factor of f its value or its slope?
        slope_left_in: a slope a(1 - a) left in the output's delta
            The loss matches the output's activation function. What cancels?
        slope_cancelled: the slope of the output's f left in its delta, where it has already cancelled
            The loss matches the output's activation function. With what did that slope cancel in chapter 4?
        z_for_a: the output's z in place of its a
            Is it z that is compared with the target, or what f makes of it?
        not_divided_by_N: the 1/N left out
            Where does the mean over the examples enter, and does it enter at all?
        divided_by_outputs: a division by the number of outputs in place of the examples
            Which axis of y counts the examples?
        divided_by_all: a division by examples times outputs
            The loss is a mean over the examples. What happens to the outputs of one example?
        divided_twice: dW and db divided by N once more
            Does delta carry the 1/N already?
        weights_mean: dW divided by N once more, and db not
            Are weights treated like biases, and does delta carry the 1/N already?
        bias_not_summed: the bias gradient not summed over the batch
            How many biases does a unit have, and how many examples pull at it?
        bias_mean: the bias gradient as a mean, the weights' as a sum
            Is the bias treated like any other weight?
        bias_zero: no gradient for the biases
            Does L change when a bias does?
        bias_from_weights: the bias gradient taken from the weight gradient
            The bias is the weight of a constant 1: does a_prev occur in its gradient?
        sign: the error turned around
            Should the output's delta be positive or negative where the prediction is too large?
    """,
    hints="""
        Three stages: the output's delta, the hidden deltas from the last to the first, and two gradients a layer.
        Loss and output match, so the output's delta is the simple one of chapter 4, with its 1/N.
        Each layer's gradients need its own delta and the activations of the layer before; layer 0 is the data.
    """,
)
def backward(W, f, z, a, y, *, unless):
    L, N = len(W), y.shape[1]
    error = unless(a[L] - y, slope_left_in=(a[L] - y) * a[L] * (1 - a[L]), z_for_a=z[L] - y,
                   slope_cancelled=lambda: (a[L] - y) * slope(f[L], z[L]))
    error = error / unless(N, not_divided_by_N=1, divided_by_outputs=len(y), divided_by_all=y.size)
    delta = {L: unless(1, sign=-1) * error}
    for l in range(L - 1, 0, -1):
        wires = unless(W[l + 1].T, wires_not_transposed=W[l + 1], same_layer=W[l].T)
        open_gate = np.ones_like(z[l]) if f[l].name == "relu" else slope(f[l], z[l])
        gate = unless(slope(f[l], z[l]), slope_missing=1.0, slope_at_a=slope(f[l], a[l]), gate_open=open_gate,
                      sigmoid_assumed=a[l] * (1 - a[l]), tanh_assumed=1 - a[l]**2, times_a=a[l],
                      gate_assumed=np.where(z[l] > 0, 1.0, 0.0), first_f=slope(f[1], z[l]),
                      next_f=lambda l=l: slope(f[l + 1], z[l]))
        delta[l] = (wires @ delta[l + 1]) * gate
    dW, db = {}, {}
    for l in delta:
        source = unless(a[l - 1], own_activation=a[l])
        dW[l] = delta[l] @ source.T / unless(1, divided_twice=N)
        db[l] = unless(np.sum(delta[l], axis=1, keepdims=True), bias_not_summed=delta[l],
                       bias_mean=np.mean(delta[l], axis=1, keepdims=True), bias_zero=np.zeros((len(delta[l]), 1)),
                       bias_from_weights=np.sum(dW[l], axis=1, keepdims=True)) / unless(1, divided_twice=N)
        dW[l] = unless(dW[l], transposed=dW[l].T, weights_mean=dW[l] / N)
    return delta, dW, db


@exercise(
    "6.5", "delta (n, N), a_prev (m, N) -> dW (n, m), db (n, 1)",
    cases=over_sizes(),
    flaws="""
        last_example: the last example alone
            Does each round add to what was there, or write over it?
        first_example: the first example alone
            Where does the return stand: inside the loop, or behind it?
        first_skipped: the first example left out
            At which number does the loop begin?
        last_skipped: the last example left out
            At which number does the loop end?
        mean: the mean over the batch
            Where does the 1/N live already?
        bias_mean: the sum for the weights and the mean for the bias
            Is the bias treated like any other weight?
        bias_zero: the right dW, and a db that stays at zero
            dW is right. What does each example ask of the bias, and where is that added up?
        bias_last: the bias gradient of the last example alone
            Are both gradients added up?
        transposed: rows and columns of dW exchanged
            Which shape has W, and which shape must its gradient have?
        always_first: the activations of the first example for all of them
            Does the counter of the loop occur in both factors?
        sign: the opposite sign
            Is the gradient asked for, or the step?
    """,
    hints="""
        Start both gradients at zero, in their own shapes.
        In each round, take one example as a column: its own gradients are those of 6.1 and 6.2 for a batch of one.
        Add them to what the examples before have left.
    """,
)
def sum_of_singles(delta, a_prev, *, unless):
    N = delta.shape[1]
    dW, db = np.zeros((len(delta), len(a_prev))), np.zeros((len(delta), 1))
    examples = unless(range(N), last_example=[N - 1], first_example=[0], first_skipped=range(1, N),
                      last_skipped=range(N - 1))
    for e in examples:
        d, a = delta[:, e:e + 1], a_prev[:, unless(e, always_first=0)][:, None]
        dW = dW + d @ a.T
        db = unless(db, bias_last=0) + unless(d, bias_zero=0 * d)
    dW, db = unless((dW, db), mean=(dW / N, db / N), bias_mean=(dW, db / N), transposed=(dW.T, db))
    return unless(1, sign=-1) * dW, unless(1, sign=-1) * db
