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
    """dL/dW and dL/db by layer, with the mistakes that published code makes."""
    z, a, L = {}, {0: x}, len(W)
    for l in W:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = softmax(z[l]) if l == L else np.maximum(z[l], 0)
    delta = (a[L] - y) / unless(x.shape[1], not_divided_by_N=1)
    delta = unless(1, sign=-1) * delta
    dW, db = {}, {}
    for l in range(L, 0, -1):
        dW[l] = delta @ a[l - 1].T
        db[l] = unless(np.sum(delta, axis=1, keepdims=True), bias_from_weights=np.sum(dW[l], axis=1, keepdims=True))
        if l > 1:
            wires = unless(W[l], updated_weights=W[l] - eta * dW[l])
            back = unless(1, planted_factor=2 if l == 2 else 1) * (wires.T @ delta)
            delta = unless(back * (z[l - 1] > 0), gate_open=back * (a[l - 1] >= 0), relu_on_signal=np.maximum(back, 0))
    return dW, db


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
