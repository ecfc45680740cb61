"""Chapter 9's wrong steps of a backward pass: how it begins, what it hands on, and how that is added.

Letters: g a share of a node's gradient; had the gradient that a node has already; again whether a share came before.
"""

from __future__ import annotations

from typing import Any

from .maths import np

# What the grad of a node is before the walk begins


def fresh(node: Any) -> Any:
    return np.zeros(node.data.shape)


def ones(node: Any) -> Any:
    return np.ones(node.data.shape)


def kept(node: Any) -> Any:
    return fresh(node) if node.before is None else node.before


def kept_inside(node: Any) -> Any:
    return kept(node) if node.parents else fresh(node)


def kept_outside(node: Any) -> Any:
    return fresh(node) if node.parents else kept(node)


# What a node hands on to a parent


def of_gradient(node: Any, vjp: Any, parent: Any) -> Any:
    return vjp(node.grad)


def of_ones(node: Any, vjp: Any, parent: Any) -> Any:
    return vjp(ones(node))


def as_factor(node: Any, vjp: Any, parent: Any) -> Any:
    return vjp(ones(node)) * node.grad


def gradient(node: Any, vjp: Any, parent: Any) -> Any:
    return node.grad


def times_data(node: Any, vjp: Any, parent: Any) -> Any:
    return vjp(node.grad) * parent.data


# What the parent does with it


def added(had: Any, g: Any, again: bool) -> Any:
    return had + g


def overwritten(had: Any, g: Any, again: bool) -> Any:
    return g


def first_alone(had: Any, g: Any, again: bool) -> Any:
    return had if again else had + g


def mean(had: Any, g: Any, again: bool) -> Any:
    return (had + g) / 2 if again else had + g


def multiplied(had: Any, g: Any, again: bool) -> Any:
    return had * g if again else g


def written_into(had: Any, g: Any, again: bool) -> Any:
    had += g
    return had


def taken_and_written_into(had: Any, g: Any, again: bool) -> Any:
    return written_into(had, g, again) if again else g
