"""Chapter 5: the error signal of a hidden layer.

Letters: W_next (k, n) weights into the next layer, delta_next (k, N) its error signal, z (n, N) weighted sums of this
layer, f its activation function, delta = dL/dz; l layer, L the last one; i one unit of this layer; N examples.
"""

from __future__ import annotations

from .. import activations
from .behaviour import Odd
from .cases import normal, over_networks, over_sizes
from .declare import exercise
from .maths import np, slope, value


@exercise(
    "5.1", "W_next (k, n), delta_next (k, N), i -> share (N)",
    cases=over_sizes(i=lambda rng, sizes: (sizes["k"] * sizes["N"] + 3) % sizes["n"]),  # first, middle and last
    flaws="""
        wrong_way: the wires into unit i of the next layer, not those out of unit i
            Which index of W_next names the unit that a wire comes from?
        one_path: the first wire alone
            How many units does unit i feed? Does each of them send its error back?
        first_left_out: the first wire left out
            At which number does the loop over the wires begin?
        last_left_out: the last wire left out
            At which number does the loop over the wires end?
        last_path: the last wire alone
            Is the result kept from one round of the loop to the next, or written over?
        weights_omitted: all wires equally thick
            Does a thin wire carry as much of the blame as a thick one?
        normalised: weights turned into shares that sum to one
            Is the blame divided among the units, or does each wire carry its own?
        mean: the mean over the wires instead of their sum
            If a unit feeds twice as many others, does it matter more or as much?
        size_only: the sizes of the weights, without their signs
            What happens to the loss if a unit feeds another through a negative weight?
        first_unit: another unit than unit i
            Is i used in every round?
        sign: the opposite sign
            Where does a minus come in, and is it asked for here?
        over_examples: the examples added up
            How many errors does one unit have, if there are N examples?
    """,
    hints="""
        Unit i feeds every unit of the next layer, each through a wire of its own. Go through these wires one by one.
        Each wire brings back the error at its far end, times its weight.
        Start from nothing and add what each wire brings.
    """,
)
def share_of_error(W_next, delta_next, i, *, unless):
    i = unless(i, first_unit=0)
    wires = unless(W_next[:, i], wrong_way=lambda: W_next[i, :], weights_omitted=np.ones(len(W_next)),
                   size_only=np.abs(W_next[:, i]), normalised=W_next[:, i] / W_next.sum(axis=1))
    brought = unless(1, sign=-1) * wires[:, None] * delta_next
    share = unless(np.sum, one_path=_first, last_path=_last, mean=np.mean, first_left_out=_without_first,
                   last_left_out=_without_last)(brought, axis=0)
    return unless(share, over_examples=np.sum(share))


def _first(brought, axis):
    return brought[0]


def _last(brought, axis):
    return brought[-1]


def _without_first(brought, axis):
    return np.sum(brought[1:], axis=axis)


def _without_last(brought, axis):
    return np.sum(brought[:-1], axis=axis)


@exercise(
    "5.2", "W_next (k, n), delta_next (k, N), z (n, N), f -> delta (n, N)",
    strict=True,
    cases=over_sizes(),
    twins={"bp.hidden_delta": "bpkit.backprop:hidden_delta"},
    flaws="""
        missing_transpose: W_next taken as it stands
            Row or column: where in W_next are the wires that leave one hidden unit?
        reshaped: the rows of W_next cut at other places, in place of rows and columns exchanged
            Where does an entry of row 1 go when a matrix is reshaped, and where when it is transposed?
        inverse: the inverse of W_next
            Does the way back undo the way forward, or does it ask each wire for its share?
        weights_omitted: all weights left out
            Do all wires carry the same share of the error?
        one_path: the first wire out of each unit alone
            How many units of the next layer does one hidden unit feed?
        normalised: weights turned into shares that sum to one
            Is the blame divided among the units, or does each wire carry its own?
        updated_weights: weights that have already made their step
            At which weights was the loss computed?
        relu_on_signal: negative error signals cut off
            What is it that closes a gate: the sign of z, or the sign of the error?
        slope_missing: f' left out
            Between a and z stands f. How much of a change in z gets through?
        slope_at_a: f' taken at a instead of z
            f' is a function of what: of the sum that went into f, or of what came out?
        sigmoid_at_a: a(1 - a) as the slope, whatever f is
            Of which activation function is that the slope? f may be tanh or relu: what gives its slope?
        sigmoid_at_z: the slope of a sigmoid, whatever f is
            f may be tanh or relu. What gives the slope of the function that came in as f?
        tanh_at_a: 1 - a^2 as the slope, whatever f is
            Of which activation function is that the slope? f may be a sigmoid or relu: what gives its slope?
        gate_for_slope: the gate of a relu as the slope, whatever f is
            f may be a sigmoid or tanh. Do these have a gate, and what gives their slope?
        slope_at_signal: f' taken at the signal that comes back, in place of z
            Did f ever see the error? What went into f on the way forward?
        slope_of_signal: f' of the signal that comes back, as the whole result
            What is f' a function of, and what becomes of the signal when it meets f'?
        forward_again: f of the signal that comes back, as on the way forward
            Does an error pass through f, or through the slope that f had at z?
        times_a: the activation in place of f'
            Is the local factor of f its value or its slope?
        gate_open: gates that never close
            What is the slope of relu where z is negative?
        matmul: a matrix product in place of a product entry by entry
            Does unit 1's slope act on unit 2's error?
        divided_by_N: one more division by the number of examples
            Where does the mean over the examples live already?
        sign: the opposite sign
            Where does a minus come in, and is it asked for here?
    """,
    hints="""
        First for one hidden unit: which units does it feed, and what does each wire bring back?
        Write that sum with indices: the one that is summed counts the next layer's units. Where does W_next have it?
        The sum is the error at a. To get to z, each entry passes through the slope of f at its own z.
    """,
)
def hidden_delta(W_next, delta_next, z, f, *, unless):
    a = value(f, z)
    W = unless(W_next, weights_omitted=np.ones_like(W_next), normalised=W_next / W_next.sum(axis=1, keepdims=True),
               updated_weights=lambda: W_next - delta_next @ a.T)
    back = unless(lambda: W.T @ delta_next, missing_transpose=lambda: W @ delta_next,
                  reshaped=lambda: W.reshape(W.shape[::-1]) @ delta_next, inverse=lambda: np.linalg.inv(W) @ delta_next,
                  one_path=lambda: W[:1].T @ delta_next[:1])
    back = unless(1, sign=-1) * unless(back, relu_on_signal=np.maximum(back, 0), divided_by_N=back / z.shape[1])
    gate = unless(slope(f, z), slope_missing=np.ones_like(z), slope_at_a=slope(f, a), times_a=a,
                  gate_open=np.ones_like(z) if f.name == "relu" else slope(f, z), sigmoid_at_a=a * (1 - a),
                  tanh_at_a=1 - a**2, gate_for_slope=np.where(z > 0, 1.0, 0.0),
                  sigmoid_at_z=slope(activations.sigmoid, z), slope_at_signal=lambda: slope(f, back))
    return unless(lambda: back * gate, matmul=lambda: back @ gate, slope_of_signal=lambda: slope(f, back),
                  forward_again=lambda: value(f, back))


@exercise(
    "5.3", "W, f, z, delta_out -> delta",
    cases=over_networks(delta_out=lambda rng, net: normal(rng, *net.y.shape)),
    flaws="""
        missing_transpose: weights that are not transposed
            Where in W are the wires that leave one unit?
        same_layer: W of the layer itself instead of the next one
            Which weights lead from layer l to where the error comes from?
        slope_missing: f' left out
            Between a and z stands f. How much gets through?
        first_f: the f of layer 1 for every layer
            Each layer may have an activation function of its own. Whose slope does layer l have?
        next_f: the f of the next layer
            Whose gate does the signal pass last: that of layer l or that of layer l + 1?
        slope_of_next: f' taken at the next layer's z
            Whose gate does the signal pass last: that of layer l or that of layer l + 1?
        slope_at_a: f' taken at a instead of z
            f' is a function of what went into f, or of what came out?
        always_output: the output's delta used for every layer
            Whose delta does layer l get its error from?
        output_slope_again: the output's slope applied once more
            Is delta_out the error at z or at a? Is the output's slope in it already?
        output_left_out: the output layer left out
            Which layers have a delta?
        sign: a minus at every layer
            Does a layer turn the error around?
        input_too: one layer too many
            Does layer 0 have a z?
    """,
    hints="""
        The last layer's delta is given. Which layer comes next, and what does it need?
        Use your function of 5.2 once for each hidden layer, from the last to the first.
        Layer l needs the weights and the delta of layer l + 1, and its own z and f.
    """,
)
def all_deltas(W, f, z, delta_out, *, unless):
    L = len(W)
    delta = {L: unless(delta_out, output_slope_again=lambda: delta_out * slope(f[L], z[L]))}
    for l in range(L - 1, 0, -1):
        weights = unless(W[l + 1], same_layer=W[l])
        source = unless(delta[l + 1], always_output=delta[L])
        back = unless(1, sign=-1) * unless(weights.T, missing_transpose=weights) @ source
        at = unless(z[l], slope_of_next=z[l + 1], slope_at_a=value(f[l], z[l]))
        delta[l] = back * unless(slope(f[l], at), slope_missing=1.0, first_f=slope(f[1], at),
                                 next_f=lambda l=l, at=at: slope(f[l + 1], at))
    return unless(delta, output_left_out={l: d for l, d in delta.items() if l < L},
                  input_too=lambda: delta | {0: W[1].T @ delta[1]})


MISTAKES = {"missing transpose": "missing_transpose", "slope missing": "slope_missing", "slope at a": "slope_at_a",
            "weights omitted": "weights_omitted"}


def evidence(name, f, noise=0.0, shared=False):
    """A square layer, and the hidden delta that the mistake ``name`` makes of it.

    ``shared``: weights of 1 in the first row, so that a missing transpose and omitted weights agree in that row.
    """
    def make(rng):
        W_next, delta_next, z = normal(rng, 4, 4), normal(rng, 4, 5), normal(rng, 4, 5)
        if shared:
            W_next[0] = 1.0
        wrong = hidden_delta(W_next, delta_next, z, f, **{MISTAKES[name]: True})
        return W_next, delta_next, z, f, wrong * (1 + noise * rng.standard_normal(wrong.shape))

    return make


def as_name(args, result):
    """The suspect's name, or "none" where the function ends without one; raises Odd for what is no such name."""
    if result is ...:
        raise Odd("blank", "name is still blank", "name")
    if result is None or (isinstance(result, str) and result in ("none", *MISTAKES)):
        return {"name": result or "none"}
    came = f'"{result}"' if isinstance(result, str) else type(result).__name__
    wanted = ", ".join(f'"{name}"' for name in MISTAKES)
    raise Odd("form", f"One name is wanted, spelt as in the list: {wanted}; {came} came", "name")


@exercise(
    "5.4", "W_next (n, n), delta_next (n, N), z (n, N), f, wrong (n, N) ->",
    observe=as_name,
    cases={
        "the first suspect": evidence("missing transpose", activations.tanh),
        "the second suspect": evidence("slope missing", activations.sigmoid),
        "the third suspect": evidence("slope at a", activations.tanh),
        "the fourth suspect": evidence("weights omitted", activations.softplus),
        "a row that two suspects share": evidence("weights omitted", activations.tanh, shared=True),
        "rounded otherwise": evidence("slope missing", activations.tanh, noise=1e-13),
        "another network": evidence("slope at a", activations.sigmoid, noise=1e-13),
    },
    flaws="""
        too_strict: no name for the arrays that were rounded otherwise, since every last digit is compared
            May two ways to the same number differ in the last digit? Which comparison allows that?
        first_suspect_free: no name where the transpose is missing
            How is that candidate computed: what does a missing transpose make of W_next?
        second_suspect_free: no name where the slope is missing
            How is that candidate computed: what is left if the slope is left out?
        third_suspect_free: no name where the slope is taken at a
            How is that candidate computed: what goes into f' there?
        always_first: the first suspect accused every time
            Does your function look at the wrong array at all?
        slopes_exchanged: the two mistakes with the slope exchanged
            Which of the two multiplies by something, and which by nothing?
        weights_exchanged: the two mistakes with the weights exchanged
            Which of the two still uses W_next?
        last_suspect_free: the fourth suspect never accused
            How many candidates does your function try, and what do all wires look like if they are equally thick?
        no_name: no name for any array
            With what do you compare the wrong array: with the right one, or with what each mistake makes?
            Does every way end in a return?
    """,
    hints="""
        You can make each mistake yourself, on purpose. What would each of them have given here?
        Compare the wrong array with all four candidates; one of them agrees to many digits.
        Return the name of that candidate, spelt as in the list.
    """,
)
def name_the_error(W_next, delta_next, z, f, wrong, *, unless):
    names = list(MISTAKES)
    names = unless(names, slopes_exchanged=[names[0], names[2], names[1], names[3]],
                   weights_exchanged=[names[3], names[1], names[2], names[0]])
    limit = unless(1e-9, too_strict=0.0)
    found = "none"
    for name, mistake in zip(names, MISTAKES.values(), strict=True):
        candidate = hidden_delta(W_next, delta_next, z, f, **{mistake: True})
        if found == "none" and np.max(np.abs(candidate - wrong)) <= limit * np.max(np.abs(wrong)):
            found = name
    free = dict(zip(("first_suspect_free", "second_suspect_free", "third_suspect_free", "last_suspect_free"), names,
                    strict=True))
    silent = {flaw: "none" if found == name else found for flaw, name in free.items()}
    return unless(found, always_first=names[0], no_name="none", **silent)
