"""Proofs for any width, class count and batch size, done by SymPy; each returns its steps for a lesson to show."""

from __future__ import annotations

from collections.abc import Callable

from .layers import batch_mean, bias_gradient, hidden_recursion, weight_gradient
from .outputs import half_of_binary_cross_entropy, matching_pairs, softmax_cross_entropy, softmax_jacobian, two_classes
from .slopes import activation_table, difference_errors
from .steps import Proof as Proof
from .steps import Step as Step
from .updates import adam_first_step, bias_correction, stability

PROOFS: dict[str, Callable[[], Proof]] = {
    proof.__name__: proof
    for proof in (
        softmax_jacobian,
        softmax_cross_entropy,
        two_classes,
        half_of_binary_cross_entropy,
        matching_pairs,
        hidden_recursion,
        weight_gradient,
        bias_gradient,
        batch_mean,
        activation_table,
        difference_errors,
        bias_correction,
        adam_first_step,
        stability,
    )
}
