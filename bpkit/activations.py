"""Activation functions, each beside its derivative.

Letters: z weighted sum, a = f(z) activation, g = dL/da the upstream gradient, s = softmax(z).

Every f here takes real or complex z, so that a referee can send z + ih through it, and any z from -inf to inf:
nothing overflows, and nothing warns. The derivative of a sum of exponentials is written in exp(-|z|), so that it
keeps its digits where s (1 - s) would round to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .shapes import BadInput, BadType, describe, matrix, nearest, numbers


@dataclass(frozen=True, repr=False)
class Activation:
    """An activation function a = f(z) with its derivative f'(z).

    ``f(z)`` and ``f.prime(z)`` keep the shape of z (softmax: columns (n, N) only); ``f.vjp(z, g)`` is
    dL/dz = f'(z) * g for an upstream g = dL/da of the same shape. Raises BadInput for NaN, BadType for
    anything that is not made of numbers.
    """

    name: str
    formula: str
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]

    def __call__(self, z: Any) -> Any:
        """a = f(z), elementwise, in the shape of z; a number gives a number."""
        return self.value(numbers("z", z, finite=False))[()]

    def prime(self, z: Any) -> Any:
        """f'(z), elementwise, in the shape of z. Note: at z, not at a."""
        return self.slope(numbers("z", z, finite=False))[()]

    def vjp(self, z: Any, g: Any) -> Any:
        """dL/dz = g * f'(z) for an upstream g = dL/da, both of shape (n, N)."""
        z, g = numbers("z", z), numbers("g", g)
        if z.shape != g.shape:
            raise BadInput(
                "z and g do not fit.",
                wanted=f"g of the shape of z, {z.shape}",
                got=f"shape {g.shape}",
                hint="g = dL/da has one entry for each entry of z",
            )
        return g * self.slope(z)

    def __repr__(self) -> str:
        return f"{self.name}: {self.formula}"

    def __reduce__(self) -> tuple[Any, ...]:
        return activation, (self.name,)


class Softmax(Activation):
    """s_i = exp(z_i) / sum_k exp(z_k), down each column: every output depends on every z of its column."""

    def __call__(self, z: Any) -> np.ndarray:
        """s = softmax(z) of shape (n, N); every column sums to 1."""
        return self.value(matrix("z", z))

    def prime(self, z: Any) -> np.ndarray:
        """Refuse: softmax has a Jacobian matrix a column, not one slope an entry."""
        raise BadInput(
            "softmax has no elementwise derivative.",
            wanted="its Jacobian, or that Jacobian times a vector",
            got="softmax.prime(z)",
            hint="softmax.vjp(z, g) for dL/dz, or softmax.jacobian(z)",
        )

    def vjp(self, z: Any, g: Any) -> np.ndarray:
        """dL/dz = s * (g - sum_k g_k s_k) for an upstream g = dL/da, both (n, N)."""
        z, g = matrix("z", z), matrix("g", g)
        if z.shape != g.shape:
            raise BadInput(
                "z and g do not fit.",
                wanted=f"g of the shape of z, {z.shape}",
                got=f"shape {g.shape}",
                hint="g = dL/da has one entry for each entry of z",
            )
        s = self.value(z)
        return s * (g - (g * s).sum(axis=0, keepdims=True))

    def jacobian(self, z: Any) -> np.ndarray:
        """J[i, j, e] = ds_i/dz_j = s_i ([i = j] - s_j) of example e, shape (n, n, N)."""
        s = self.value(matrix("z", z))
        return s[:, None, :] * (np.eye(len(s))[:, :, None] - s[None, :, :])


def _sigmoid(z: np.ndarray) -> np.ndarray:
    e = np.exp(np.where(z.real >= 0, -z, z))  # |e| <= 1: nothing overflows
    return np.where(z.real >= 0, 1 / (1 + e), e / (1 + e))


def _sigmoid_slope(z: np.ndarray) -> np.ndarray:
    e = np.exp(np.where(z.real >= 0, -z, z))
    return e / (1 + e) ** 2  # = s (1 - s), exact also where 1 - s would round to 0


def _tanh_slope(z: np.ndarray) -> np.ndarray:
    return 4 * _sigmoid_slope(2 * _near(z, 400.0))  # = 1 - tanh(z)^2, because tanh(z) = 2 sigmoid(2z) - 1


def _relu(z: np.ndarray) -> np.ndarray:
    return np.where(z.real > 0, z, 0).astype(z.dtype)


def _relu_slope(z: np.ndarray) -> np.ndarray:
    return (z.real > 0).astype(z.dtype)


def _softplus(z: np.ndarray) -> np.ndarray:
    return _relu(z) + np.log1p(np.exp(np.where(z.real > 0, -z, z)))


def _silu(z: np.ndarray) -> np.ndarray:
    return np.where(z.real < -800, 0, z) * _sigmoid(z)


def _silu_slope(z: np.ndarray) -> np.ndarray:
    u = _near(z, 800.0)
    return _sigmoid(u) + u * _sigmoid_slope(u)


ROOT = float(np.sqrt(2 / np.pi))


def _gelu(z: np.ndarray) -> np.ndarray:
    u = _near(z, 40.0)
    return 0.5 * np.where(z.real < -40, 0, z) * (1 + np.tanh(ROOT * (u + 0.044715 * u**3)))


def _gelu_slope(z: np.ndarray) -> np.ndarray:
    u = _near(z, 40.0)
    v = ROOT * (u + 0.044715 * u**3)
    return 0.5 * (1 + np.tanh(v)) + 0.5 * u * _tanh_slope(v) * ROOT * (1 + 3 * 0.044715 * u**2)


def _near(z: np.ndarray, edge: float) -> np.ndarray:
    """z, held at ±edge, beyond which the function has reached its straight tail to the last bit."""
    return np.where(abs(z.real) <= edge, z, edge * np.sign(z.real)).astype(z.dtype)


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.real.max(axis=0, keepdims=True))  # a shift by the largest z changes nothing but the overflow
    return e / e.sum(axis=0, keepdims=True)


identity = Activation("identity", "z", np.copy, np.ones_like)
sigmoid = Activation("sigmoid", "1 / (1 + exp(-z))", _sigmoid, _sigmoid_slope)
tanh = Activation("tanh", "tanh(z)", np.tanh, _tanh_slope)
relu = Activation("relu", "max(0, z), with f'(0) = 0", _relu, _relu_slope)
softplus = Activation("softplus", "ln(1 + exp(z))", _softplus, _sigmoid)
silu = Activation("silu", "z / (1 + exp(-z))", _silu, _silu_slope)
gelu = Activation(
    "gelu",
    "z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))), Hendrycks and Gimpel's approximation, arXiv:1606.08415",
    _gelu,
    _gelu_slope,
)
softmax = Softmax("softmax", "exp(z_i) / sum_k exp(z_k)", _softmax, np.ones_like)

ACTIVATIONS: dict[str, Activation] = {f.name: f for f in (identity, sigmoid, tanh, relu, softplus, gelu, silu, softmax)}


def activation(f: Any) -> Activation:
    """Return the activation function of that name, or ``f`` itself if it is one; raise BadInput otherwise."""
    if isinstance(f, Activation):
        return f
    if not isinstance(f, str):
        raise BadType(
            "f is no activation function.",
            wanted="a name or a bpkit activation",
            got=describe(f),
            hint="'tanh' or bp.tanh",
        )
    return ACTIVATIONS[nearest(f, ACTIVATIONS, "activation function")]
