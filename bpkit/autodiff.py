"""Reverse-mode automatic differentiation: the engine of chapter 9, and the fourth referee of a network's gradients.

A ``Value`` has data, the ``parents`` it was computed from, ``vjps``, one function g -> dL/dparent a parent (a
vector-Jacobian product), and ``grad``, its own dL/ddata. Letters: g = dL/dout the upstream gradient, in the shape of
the output; L the root, a single number.

    out = p + q       dL/dp = g             dL/dq = g            summed over what broadcasting copied
    out = p * q       dL/dp = g * q         dL/dq = g * p
    out = p @ q       dL/dp = g @ q'        dL/dq = p' @ g
    out = f(p)        dL/dp = g * f'(p)

No derivative of activations.py or losses.py is used here: a network is spelled out in the operations above. Left out:
higher derivatives, views, and everything that makes an engine fast.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from .network import Network
from .records import Grads
from .shapes import BadInput, matrix, nearest, numbers

Array = np.ndarray
Vjp = Callable[[Array], Array]


class Value:
    """An array that remembers which operation made it, from which values, and how a gradient goes back to them."""

    __array_ufunc__ = None  # an array on the left leaves the operation to us

    def __init__(self, data: Any, parents: tuple[Value, ...] = (), vjps: tuple[Vjp, ...] = (), op: str = "") -> None:
        self.data, self.parents, self.vjps, self.op = numbers("data", data, finite=False), parents, vjps, op
        self.grad: Any = None  # an array of the shape of data, after a backward pass

    def __add__(self, other: Any) -> Value:
        p, q = self, value(other)
        return Value(p.data + q.data, (p, q), (_back(p, lambda g: g), _back(q, lambda g: g)), "add")

    def __mul__(self, other: Any) -> Value:
        p, q = self, value(other)
        return Value(p.data * q.data, (p, q), (_back(p, lambda g: g * q.data), _back(q, lambda g: g * p.data)), "mul")

    def __truediv__(self, other: Any) -> Value:
        p, q = self, value(other)
        vjps = _back(p, lambda g: g / q.data), _back(q, lambda g: -g * p.data / q.data**2)
        return Value(p.data / q.data, (p, q), vjps, "div")

    def __matmul__(self, other: Any) -> Value:
        p, q = self, value(other)
        return Value(p.data @ q.data, (p, q), (lambda g: g @ q.data.T, lambda g: p.data.T @ g), "matmul")

    def __neg__(self) -> Value:
        return Value(-self.data, (self,), (lambda g: -g,), "neg")

    def __sub__(self, other: Any) -> Value:
        return self + -value(other)

    def __rsub__(self, other: Any) -> Value:
        return value(other) + -self

    def __rmatmul__(self, other: Any) -> Value:
        return value(other) @ self

    def __rtruediv__(self, other: Any) -> Value:
        return value(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def sum(self, axis: int | None = None) -> Value:
        """The sum over everything, or over ``axis``, which stays with length 1."""
        total = self.data.sum(axis=axis, keepdims=axis is not None)
        return Value(total, (self,), (lambda g: g * np.ones_like(self.data),), "sum")

    def exp(self) -> Value:
        """e^p; its slope is its own value."""
        a = np.exp(self.data)
        return Value(a, (self,), (lambda g: g * a,), "exp")

    def log(self) -> Value:
        """The natural logarithm; its slope is 1/p."""
        return Value(np.log(self.data), (self,), (lambda g: g / self.data,), "log")

    def tanh(self) -> Value:
        """The hyperbolic tangent a; its slope is 1 - a^2."""
        a = np.tanh(self.data)
        return Value(a, (self,), (lambda g: g * (1 - a**2),), "tanh")

    def sigmoid(self) -> Value:
        """1/(1 + e^-p) = (1 + tanh(p/2))/2, which cannot overflow; its slope is a(1 - a)."""
        a = (1 + np.tanh(self.data / 2)) / 2
        return Value(a, (self,), (lambda g: g * a * (1 - a),), "sigmoid")

    def relu(self) -> Value:
        """p where p > 0, else 0; its slope is 1 or 0, and 0 at p = 0."""
        gate = self.data > 0
        return Value(self.data * gate, (self,), (lambda g: g * gate,), "relu")

    def __repr__(self) -> str:
        return f"Value of shape {self.data.shape}" + (f", made by {self.op}" if self.op else "")


def value(data: Any) -> Value:
    """``data`` as a Value: itself if it is one, else a new one without parents."""
    return data if isinstance(data, Value) else Value(data)


def topological_order(root: Any) -> list[Any]:
    """Every node of the graph below ``root`` once, each after all its parents, the root last; of any depth.

    A node is a Value, or anything else that has ``parents``.
    """
    order: list[Any] = []
    seen: set[int] = set()
    todo = [(root, False)]
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo.append((node, True))
            for parent in reversed(node.parents):
                todo.append((parent, False))
    return order


def backward(root: Value) -> None:
    """Leave dL/dnode in ``node.grad`` of every node below the root L, which must be a single number.

    Gradients of an earlier pass are forgotten. Raises BadInput for a root of several numbers.
    """
    if root.data.size != 1:
        raise BadInput("the root is no single number.", wanted="one number, such as a loss",
                       got=f"shape {root.data.shape}", hint="backward(root.sum())")
    order = topological_order(root)
    for node in order:
        node.grad = np.zeros_like(node.data)
    root.grad = np.ones_like(root.data)
    for node in reversed(order):
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad = parent.grad + vjp(node.grad)


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """The gradient g of a broadcast array, summed over its copies: back in the ``shape`` that it had before."""
    front = g.ndim - len(shape)
    stretched = tuple(front + i for i, n in enumerate(shape) if n == 1 and g.shape[front + i] > 1)
    return g.sum(axis=stretched, keepdims=True).sum(axis=tuple(range(front)))


def _back(parent: Value, vjp: Vjp) -> Vjp:
    return lambda g: unbroadcast(vjp(g), parent.data.shape)


def gradients(net: Network, x: Any, y: Any, loss: Any) -> Grads:
    """delta, dL/dW and dL/db of every layer, found by recording the loss and walking back through the record.

    x (n_0, N), y (n_L, N), loss a name, or with one -> Grads, as ``net.backward`` gives. The loss is taken from its
    formula as it stands, so it loses digits where a probability comes close to 0 or 1. Raises BadInput for a name that
    it does not know.
    """
    cost = LOSSES[nearest(getattr(loss, "name", loss), LOSSES, "loss")]
    W, b = ({l: Value(w) for l, w in part.items()} for part in (net.W, net.b))
    a, z, y = Value(net.take(x)), {}, matrix("y", y)
    for l in W:
        z[l] = W[l] @ a + b[l]
        a = FUNCTIONS[nearest(net.f[l].name, FUNCTIONS, "activation function")](z[l])
    backward(cost(a, y) / y.shape[1])
    return Grads(*(MappingProxyType({l: part[l].grad for l in part}) for part in (z, W, b)))


def _softmax(z: Value) -> Value:
    e = (z - z.data.max(axis=0, keepdims=True)).exp()
    return e / e.sum(axis=0)


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "identity": lambda z: z,
    "sigmoid": Value.sigmoid,
    "tanh": Value.tanh,
    "relu": Value.relu,
    "softplus": lambda z: z.relu() + ((-z.relu() - (-z).relu()).exp() + 1).log(),  # max(z, 0) + ln(1 + e^-|z|)
    "gelu": lambda z: z * (1 + ((z + 0.044715 * z * z * z) * np.sqrt(2 / np.pi)).tanh()) / 2,
    "silu": lambda z: z * z.sigmoid(),
    "softmax": _softmax,
}
LOSSES: dict[str, Callable[[Value, Array], Value]] = {  # each summed over the examples
    "half_mse": lambda a, y: ((a - y) * (a - y)).sum() / 2,
    "binary_cross_entropy": lambda a, y: -(y * a.log() + (1 - y) * (1 - a).log()).sum(),
    "cross_entropy": lambda a, y: -(y * a.log()).sum(),
}
