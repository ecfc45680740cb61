"""The five equations of backpropagation, one function each.

Letters: x input, y target, z = W a_prev + b, a = f(z), delta = dL/dz; layers count from 1, n rows of this
layer, m of the layer before, k of the next; N examples, one a column.

    z     = W a_prev + b                                chapter 1
    delta = f'(z) * dL/da           output layer        chapter 4
    delta = (W_next' delta_next) * f'(z)   hidden       chapter 5
    dL/dW = delta a_prev'                               chapter 6
    dL/db = delta summed over the examples              chapter 6

(W' is the transpose, * is entry by entry.) The 1/N of a mean over the batch lives in the loss, so in the first
delta, and nowhere else.
"""

from __future__ import annotations

import numpy as np

from .activations import Activation
from .losses import FUSED, Loss, loss_function
from .shapes import shaped

Array = np.ndarray


@shaped(W="n m", a="m N", b="n 1")
def affine(W: Array, a: Array, b: Array) -> Array:
    """The weighted sum z = W a + b.

    W (n, m), a (m, N), b (n, 1) -> z (n, N). Raises BadInput where they do not fit.
    """
    return W @ a + b


@shaped(z="n N", a="n N", y="n N")
def output_delta(loss: Loss | str, f: Activation, z: Array, a: Array, y: Array) -> Array:
    """The error signal of the output layer, delta = dL/dz = f'(z) * dL/da.

    z, a = f(z), y (n, N) -> delta (n, N), with the 1/N of the loss. Where loss and f match, the quotients cancel
    by hand and delta = (a - y)/N (softmax with cross-entropy: (a sum(y) - y)/N), which stays right where a
    underflows. Raises BadInput where shapes do not fit.
    """
    loss = loss_function(loss)
    loss.check_targets(y)
    if (loss.name, f.name) in FUSED:
        return FUSED[loss.name, f.name].delta(z, y) / z.shape[1]
    return f.vjp(z, loss.prime(a, y))


@shaped(W_next="k n", delta_next="k N", z="n N")
def hidden_delta(W_next: Array, delta_next: Array, z: Array, f: Activation) -> Array:
    """The error signal of a hidden layer, delta = (W_next' delta_next) * f'(z).

    W_next (k, n), delta_next (k, N), z (n, N) -> delta (n, N). Each unit collects the error of all k units that
    it feeds, each by the weight of the wire between them. Raises BadInput where shapes do not fit.
    """
    return f.vjp(z, W_next.T @ delta_next)


@shaped(delta="n N", a_prev="m N")
def weight_gradient(delta: Array, a_prev: Array) -> Array:
    """The gradient of the weights, dL/dW = delta a_prev'.

    delta (n, N), a_prev (m, N) -> dL/dW (n, m): one outer product an example, added over the batch.
    Raises BadInput where shapes do not fit.
    """
    return delta @ a_prev.T


@shaped(delta="n N")
def bias_gradient(delta: Array) -> Array:
    """The gradient of the bias, dL/db = delta summed over the examples.

    delta (n, N) -> dL/db (n, 1): the bias is the weight of a constant input 1. Raises BadInput unless delta has
    two dimensions.
    """
    return delta.sum(axis=1, keepdims=True)
