"""Chapter 9's graphs of values, and what is looked at in an order and in the gradients that a pass leaves behind.

A node has ``data``, the ``parents`` it was made from, ``vjps``, one function g -> dL/dparent a parent, and ``grad``.
"""

from __future__ import annotations

from typing import Any

from ..autodiff import topological_order as nodes_of
from .behaviour import Odd
from .cases import normal
from .maths import np


class Node:
    """A value of a computation, as the exercises hand it out."""

    def __init__(self, data: Any = 0.0, parents: tuple[Node, ...] = (), vjps: tuple[Any, ...] = ()) -> None:
        self.data, self.parents, self.vjps, self.grad = data, parents, vjps, None

    def __repr__(self) -> str:
        return f"Node({self.data})"


def chain(length):
    """A chain of ``length`` doublings: longer than any recursion."""
    node = Node(1.5)
    for _ in range(length):
        node = Node(2.0 * node.data if node.data < 1e6 else 1.5, (node,), (lambda g: g,))
    return node


def product(a, b):
    """The node a b."""
    return Node(a.data * b.data, (a, b), (lambda g: g * b.data, lambda g: g * a.data))


def add(a, b):
    """The node a + b, whose vjps hand on the very array that they get."""
    return Node(a.data + b.data, (a, b), (lambda g: g, lambda g: g))


def graph(kind, rng):
    """A small computation that ends in one node."""
    x, y, z = (Node(normal(rng, 2, 3)) for _ in range(3))
    if kind == "a chain":
        return product(add(product(x, y), z), z)
    if kind == "a diamond":
        s = add(x, y)
        return product(product(s, x), product(s, y))
    if kind == "a value used twice":
        return product(x, x)
    if kind == "a short cut":
        s = product(x, y)
        t = product(product(s, z), z)
        return add(t, s)
    if kind == "sums of sums":
        s = add(x, y)
        return add(add(s, s), add(x, s))
    return x


KINDS = ("a chain", "a diamond", "a value used twice", "a short cut", "sums of sums", "a single value")


def order_found(args, nodes):
    """What holds of every topological order: each node once, and none before its parents."""
    try:
        listed = list(nodes)
        places = {id(node): i for i, node in reversed(list(enumerate(listed)))}
        early = sum(places.get(id(parent), len(listed)) > i for i, node in enumerate(listed) for parent in node.parents)
    except (TypeError, AttributeError):
        raise Odd("form", "A list of the nodes is wanted; something else came") from None
    wanted = nodes_of(args[0])
    return {
        "nodes": float(len(listed)),
        "different nodes": float(len(places)),
        "nodes of the graph": float(sum(id(node) in places for node in wanted)),
        "nodes before one of their parents": float(early),
        "root last": float(bool(listed) and listed[-1] is args[0]),
    }


def preorder(root):
    """Every node when it is first met, on the way down."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack.extend(reversed(node.parents))
    return order


def by_level(root):
    """Every node at the first level where it is met, level by level from the root."""
    order, level = [], [root]
    while level:
        order += [node for node in dict.fromkeys(level) if node not in order]
        level = [parent for node in level for parent in node.parents if parent not in order] if len(order) < 100 else []
    return order


def every_use(root):
    """A walk that does not remember where it has been."""
    order, stack = [], [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


def gradients_left(args, _):
    """The gradient that every node of the graph holds afterwards."""
    nodes = nodes_of(args[0])
    told = {} if len(nodes) > 100 else {f"grad of node {i}": _gradient(node, i) for i, node in enumerate(nodes)}
    return told | {"grad of the first node": _gradient(nodes[0], 0)}


def _gradient(node, i):
    if node.grad is None:
        raise Odd("none", f"The grad of node {i} is still None")
    return np.asarray(node.grad)


def used(kind, stale):
    """A graph whose nodes hold ``stale`` gradients of an earlier pass, or none."""
    def make(rng):
        root = graph(kind, rng)
        for node in nodes_of(root):
            node.grad = normal(rng, 2, 3) if stale else None
        return (root,)

    return make
