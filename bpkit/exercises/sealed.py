"""The four sealed backward passes of chapter 10: ``passes["A"](W, b, f, x, y, eta)`` returns dW and db by layer.

Each holds a mistake that was found in published teaching code. Reading their source is another kind of detective work.
The last layer is softmax with cross-entropy, all others are relu; the 1/N of the loss is in every gradient.
Letters: W, b, f weights, biases and activation functions by layer, x, y examples as columns, dW = dL/dW, db = dL/db.
"""

from __future__ import annotations

from typing import Any

from .declare import Unless
from .maths import np, softmax


def backward_pass(W, b, f, x, y, eta, unless):
    """dL/dW and dL/db by layer, with the mistakes that published code and learners make."""
    z, a, L, N = {}, {0: x}, len(W), x.shape[1]
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = softmax(z[l]) if l == L else np.maximum(z[l], 0)
    error = a[L] - y
    error = unless(error, slope_left_in=lambda: error * a[L] * (1 - a[L]),
                   squared_error=lambda: a[L] * (error - np.sum(a[L] * error, axis=0, keepdims=True)))
    delta = unless(1, sign=-1) * error / unless(N, not_divided_by_N=1, divided_twice=N**2, features_for_N=len(x),
                                                classes_for_N=len(y), entries_for_N=x.size, targets_for_N=y.size)
    dW, db = {}, {}
    for l in range(L, 0, -1):
        dW[l] = delta @ a[l - 1].T
        db[l] = bias_gradient(delta, dW[l], unless)
        if l > 1:
            delta = hidden_delta(W[l], dW[l], delta, z[l - 1], z[l], eta, unless, planted=2 if l == 2 else 1)
    return dW, db


def bias_gradient(delta, dW, unless):
    """dL/db of a layer."""
    return unless(lambda: np.sum(delta, axis=1, keepdims=True), bias_not_summed=delta,
                  bias_over_units=lambda: np.sum(delta, axis=0, keepdims=True),
                  bias_mean=lambda: np.mean(delta, axis=1, keepdims=True),
                  bias_from_weights=lambda: np.sum(dW, axis=1, keepdims=True))


def hidden_delta(W, dW, delta, z, z_next, eta, unless, planted):
    """The delta of the layer before: along the wires of W, behind the gates of z."""
    wires = unless(W, updated_weights=lambda: W - eta * dW, stepped_weights=lambda: W - dW)
    back = unless(lambda: wires.T @ delta, missing_transpose=lambda: wires @ delta)
    back = back * unless(1, planted_factor=planted, doubled=2, halved=0.5, divided_everywhere=1 / delta.shape[1])
    back = unless(back, size_of_signal=lambda: np.abs(back))
    return unless(lambda: back * (z > 0), gate_open=lambda: back * (np.maximum(z, 0) >= 0),
                  gate_reversed=lambda: back * (z < 0), gate_of_next=lambda: back * (z_next > 0),
                  times_a=lambda: back * np.maximum(z, 0), relu_on_signal=lambda: np.maximum(back, 0),
                  relu_and_gate=lambda: np.maximum(back, 0) * (z > 0))


MISTAKES = """
        updated_weights: weights that have already made their step
            At which weights was the loss computed?
        stepped_weights: weights that have already made a step of a whole gradient
            At which weights was the loss computed?
        missing_transpose: weights that are not transposed on the way back
            Where in W are the wires that leave one unit?
        gate_open: gates that never close
            After relu nothing is negative. Which number still knows that the gate was closed?
        gate_reversed: gates that close where they should open
            Through which units did a signal come: those with z above 0, or below?
        gate_of_next: the gates of the layer where the error comes from
            Behind whose gate does the signal arrive: layer l, or the layer before it?
        times_a: the activation in place of the gate
            What is the slope of relu where z is 3: is it 3?
        relu_on_signal: negative error signals cut off
            What is it that closes a gate: the sign of z, or the sign of the error?
        relu_and_gate: negative error signals cut off, and the right gate behind
            May an error that has passed an open gate be negative?
        size_of_signal: the sizes of the error signals, without their signs
            What does a negative error ask of a weight?
        planted_factor: a factor on the way to the first layer
            Which factors has the recursion, and which of yours is none of them?
        doubled: a factor 2 at every layer
            Which factors has the recursion, and which of yours is none of them?
        halved: a factor 1/2 at every layer
            Which factors has the recursion, and which of yours is none of them?
        divided_everywhere: one more 1/N at every layer
            Does delta carry the 1/N already, when it goes back?
        bias_from_weights: bias gradients taken from the weight gradients
            The bias is the weight of a constant 1: does the activation occur in its gradient?
        bias_mean: bias gradients divided by N once more
            Does delta carry the 1/N already?
        bias_not_summed: bias gradients that are not summed over the examples
            How many biases does a unit have, and how many examples pull at it?
        bias_over_units: bias gradients summed over the units in place of the examples
            Which axis of delta counts the units, and which the examples?
        not_divided_by_N: the 1/N left out
            Where does the mean over the examples enter?
        divided_twice: the 1/N taken twice
            Where does the mean over the examples enter, and does it enter once?
        features_for_N: the number of features taken for the number of examples
            One example is one column: which axis of x counts them?
        classes_for_N: the number of classes taken for the number of examples
            One example is one column: which axis of y counts them?
        entries_for_N: all entries of x counted in place of the examples
            One example is one column: how many numbers are in it, and how many columns are there?
        targets_for_N: all entries of y counted in place of the examples
            One example is one column: how many numbers are in it, and how many columns are there?
        slope_left_in: a slope a(1 - a) left in the first delta
            Softmax and cross-entropy match. What cancelled in chapter 4?
        squared_error: the first delta of half the squared error
            Which loss stands at the end of this network?
        sign: the opposite sign
            Is the gradient asked for, or the step?
"""
CULPRITS = {
    "A": ("relu on the signal", ("relu_on_signal", "bias_from_weights")),
    "B": ("planted factor", ("planted_factor",)),
    "C": ("updated weights", ("updated_weights",)),
    "D": ("open gate", ("gate_open",)),
}


class SealedPass:
    """A backward pass with a mistake inside: call it with (W, b, f, x, y, eta) and it returns dW and db by layer."""

    def __init__(self, letter: str) -> None:
        self.letter = letter

    def __call__(self, W: Any, b: Any, f: Any, x: Any, y: Any, eta: float = 0.1) -> Any:
        """The gradients that this pass computes, right or wrong."""
        return backward_pass(W, b, f, x, y, eta, Unless(CULPRITS[self.letter][1]))

    def __repr__(self) -> str:
        return f"sealed backward pass {self.letter}"


passes = {letter: SealedPass(letter) for letter in CULPRITS}
