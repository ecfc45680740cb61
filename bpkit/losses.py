"""Loss functions, each beside its derivative and beside the activation function that it matches.

Letters: a prediction, y target, both (n, N); z weighted sum of the output layer; N examples.
Every loss adds over the n outputs of an example, takes the mean over the N examples, and owns that 1/N.

A matching pair has the form L = A(z) - y z, so that dL/dz = A'(z) - y = a - y: identity with half_mse,
sigmoid with binary_cross_entropy, softmax with cross_entropy (where the targets of an example sum to one).
From z such a pair is exact where the probability itself has underflowed to 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .activations import Activation, identity, sigmoid, softmax, softplus
from .shapes import BadInput, BadType, describe, nearest, shaped

Array = np.ndarray


@dataclass(frozen=True, repr=False)
class Loss:
    """A loss L(a, y) with its derivative dL/da.

    ``loss(a, y)`` is one number, the mean over the examples; ``loss.prime(a, y)`` has the shape of a and carries
    1/N. ``per_example(a, y)`` is (N,). Raises BadInput where a and y do not fit or are not finite.
    """

    name: str
    formula: str
    match: Activation
    terms: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]

    def __call__(self, a: Any, y: Any) -> Any:
        """L = (1/N) sum over examples and outputs, a number."""
        return self.per_example(a, y).mean()

    def per_example(self, a: Any, y: Any) -> Array:
        """The loss of each example, shape (N,)."""
        a, y = _prediction(a=a, y=y)
        self.check_targets(y)
        return self.terms(a, y).sum(axis=0)

    def prime(self, a: Any, y: Any) -> Array:
        """dL/da of shape (n, N), with its 1/N."""
        a, y = _prediction(a=a, y=y)
        self.check_targets(y)
        return self.slope(a, y) / a.shape[1]

    def check_targets(self, y: Array) -> None:
        """Raise BadInput if y cannot be a target of this loss: both cross-entropies want probabilities."""
        if self.match is not identity and ((y.real < 0) | (y.real > 1)).any():
            bad = y[(y.real < 0) | (y.real > 1)][0]
            raise BadInput(
                f"y is no target of {self.name}.",
                wanted="entries from 0 to 1",
                got=f"the entry {bad:g}",
                hint="bp.one_hot(labels, K) for class numbers, (y + 1) / 2 for targets -1 and 1",
            )

    def __repr__(self) -> str:
        return f"{self.name}: {self.formula}"

    def __reduce__(self) -> tuple[Any, ...]:
        return loss_function, (self.name,)


@shaped(a="n N", y="n N")
def _prediction(a: Array, y: Array) -> tuple[Array, Array]:
    return a, y


def _floor(p: Array) -> Array:
    """p, but at least the smallest normal number, so that ln(0) costs 708 (float64) and not infinity."""
    tiny = np.finfo(p.dtype).tiny
    return np.where(p.real < tiny, tiny, p)


half_mse = Loss("half_mse", "1/(2N) sum (a - y)^2", identity, lambda a, y: (a - y) ** 2 / 2, lambda a, y: a - y)

binary_cross_entropy = Loss(
    "binary_cross_entropy",
    "-1/N sum [y ln a + (1 - y) ln(1 - a)]",
    sigmoid,
    lambda a, y: -(y * np.log(_floor(a)) + (1 - y) * np.log(_floor(1 - a))),
    lambda a, y: (1 - y) / _floor(1 - a) - y / _floor(a),
)

cross_entropy = Loss(
    "cross_entropy", "-1/N sum y ln a", softmax, lambda a, y: -y * np.log(_floor(a)), lambda a, y: -y / _floor(a)
)

LOSSES: dict[str, Loss] = {loss.name: loss for loss in (half_mse, binary_cross_entropy, cross_entropy)}


def loss_function(loss: Any) -> Loss:
    """Return the loss of that name, or ``loss`` itself if it is one; raise BadInput otherwise."""
    if isinstance(loss, Loss):
        return loss
    if not isinstance(loss, str):
        raise BadType(
            "loss is no loss function.",
            wanted="a name or a bpkit loss",
            got=describe(loss),
            hint="'cross_entropy' or bp.cross_entropy",
        )
    return LOSSES[nearest(loss, LOSSES, "loss")]


class Fused(NamedTuple):
    """Loss terms and N dL/dz of an output layer, both as functions of (z, y), with no quotient between them."""

    terms: Callable[[Array, Array], Array]
    delta: Callable[[Array, Array], Array]


def _log_sum_exp(z: Array) -> Array:
    top = z.real.max(axis=0, keepdims=True)
    return top + np.log(np.exp(z - top).sum(axis=0, keepdims=True))


def _log_of_the_others(z: Array) -> Array:
    """ln sum over k != i of exp(z_k), for every i: ln(1 - softmax(z)_i) without its ln of the whole sum."""
    return np.concatenate([_log_sum_exp(np.delete(z, i, axis=0)) for i in range(len(z))])


def _softmax_bce_terms(z: Array, y: Array) -> Array:
    if len(z) == 1:  # softmax of one class is 1, whatever z
        return binary_cross_entropy.terms(np.ones_like(z), y)
    return y * (_log_sum_exp(z) - z) + (1 - y) * (_log_sum_exp(z) - _log_of_the_others(z))


def _softmax_bce_delta(z: Array, y: Array) -> Array:
    if len(z) == 1:
        return np.zeros_like(z)
    s, odds = softmax(z), z - _log_of_the_others(z)
    apart = np.where(np.eye(len(z), dtype=bool)[:, :, None], -np.inf, odds[:, None] + (z - _log_sum_exp(z))[None])
    pull = np.exp(apart)  # s_i s_j / (1 - s_i) where i and j differ, which is at most 1
    return s * y.sum(axis=0, keepdims=True) - y + (1 - y) * s - np.einsum("ie,ije->je", 1 - y, pull)


# (loss, activation): what they cost in z, and the slope of that in z
FUSED: dict[tuple[str, str], Fused] = {
    ("half_mse", "identity"): Fused(lambda z, y: (z - y) ** 2 / 2, lambda z, y: z - y),
    ("binary_cross_entropy", "sigmoid"): Fused(lambda z, y: softplus(z) - y * z, lambda z, y: sigmoid(z) - y),
    ("cross_entropy", "softmax"): Fused(
        lambda z, y: y * (_log_sum_exp(z) - z), lambda z, y: softmax(z) * y.sum(axis=0, keepdims=True) - y
    ),
    ("binary_cross_entropy", "softmax"): Fused(_softmax_bce_terms, _softmax_bce_delta),
    ("cross_entropy", "sigmoid"): Fused(lambda z, y: y * softplus(-z), lambda z, y: -y * sigmoid(-z)),
}


def output_loss(loss: Any, f: Activation, z: Array, y: Any) -> Any:
    """L of an output layer a = f(z): a number; from z itself where loss and f allow it.

    ``z`` and ``y`` are (n, N). For softmax with cross-entropy L = (1/N) sum y (ln sum_k exp(z_k) - z), which is
    right at z = ±1000, where ln(softmax(z)) is not.
    """
    loss = loss_function(loss)
    z, y = _output(z=z, y=y)
    loss.check_targets(y)
    if (loss.name, f.name) in FUSED:
        return FUSED[loss.name, f.name].terms(z, y).sum(axis=0).mean()
    return loss(f(z), y)


@shaped(z="n N", y="n N")
def _output(z: Array, y: Array) -> tuple[Array, Array]:
    return z, y
