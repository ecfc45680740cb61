"""Chapter 9's graphs of values, and what is looked at in an order and in the gradients that a pass leaves behind.

A node has ``data``, the ``parents`` it was made from, ``vjps``, one function g -> dL/dparent a parent, and ``grad``.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from ..autodiff import topological_order as nodes_of
from ..shapes import describe
from .behaviour import Odd
from .cases import normal
from .maths import np

LENGTH = 3_500
DOUBLINGS = 40
FIRST, LAST = "the first node", "the last node"
UNREACHED = ("Nothing has reached it. Who gave the root its ones, and does the walk begin there? "
             "backward sets .grad; it returns nothing.")


class Node:
    """A value of a computation, as the exercises hand it out.

    ``name`` is what verdicts call it, ``before`` its gradient of an earlier pass, ``was`` its data as they were then.
    """

    def __init__(self, data: Any, parents: tuple[Node, ...] = (), vjps: tuple[Any, ...] = (), name: str = "") -> None:
        self.data = np.asarray(data, dtype=float)
        self.parents, self.vjps, self.grad, self.name, self.before = parents, vjps, None, name, None

    def __repr__(self) -> str:
        return f"Node({self.name})"


def product(a, b):
    """The node a b."""
    return Node(a.data * b.data, (a, b), (lambda g: g * b.data, lambda g: g * a.data), f"({a.name} {b.name})")


def add(a, b):
    """The node a + b, whose vjps hand on the very array that they get."""
    return Node(a.data + b.data, (a, b), (hand_on, hand_on), f"({a.name} + {b.name})")


def hand_on(g):
    """The vjp of a copy."""
    return g


def chain():
    """A chain of copies: longer than any recursion."""
    node, vjps = Node(1.0, name=FIRST), (hand_on,)
    for _ in range(LENGTH):
        node = Node(node.data, (node,), vjps, LAST)
    return node


def doublings():
    """A number added to itself again and again: few nodes, and more paths than anyone can walk."""
    node = Node(1.0, name=FIRST)
    for _ in range(DOUBLINGS):
        node = Node(node.data + node.data, (node, node), (hand_on, hand_on), LAST)
    return node


def _of_the_lesson(x, y, z):
    p = product(x, y)
    return product(p, add(p, x))


def _short_cut(x, y, z):
    s = product(x, y)
    return add(product(product(s, z), z), s)


def _diamond(x, y, z):
    s = add(x, y)
    return product(product(s, x), product(s, y))


def _back_and_forth(x, y, z):
    s = add(x, y)
    return product(s, product(x, product(s, x)))


def _sums(x, y, z):
    s = add(x, y)
    return add(add(s, s), add(x, s))


def _layer(x, y, z):
    """One number from matrices: parents and children of different shapes."""
    turned = Node(y.data.T, (y,), (lambda g: g.T,), "y transposed")
    met = Node(x.data @ turned.data, (x, turned), (lambda g: g @ turned.data.T, lambda g: x.data.T @ g), "x @ y.T")
    bent = Node(np.tanh(met.data), (met,), (lambda g: g * (1 - np.tanh(met.data) ** 2),), "tanh(x @ y.T)")
    return Node(np.sum(bent.data), (bent,), (lambda g: g * np.ones_like(bent.data),))


GRAPHS = {
    "L = x y + z": lambda x, y, z: add(product(x, y), z),
    "L = p (p + x) with p = x y": _of_the_lesson,
    "L = (s x) (s y) with s = x + y": _diamond,
    "L = x x": lambda x, y, z: product(x, x),
    "L = (s z) z + s with s = x y": _short_cut,
    "L = s (x (s x)) with s = x + y": _back_and_forth,
    "L = (s + s) + (x + s) with s = x + y": _sums,
    "L = x": lambda x, y, z: x,
    "L = sum of tanh(x @ y.T)": _layer,
}
STALE = "L = (s x) (s y) with s = x + y"


def graph(kind, stale=False):
    """A maker of that graph, whose nodes hold ``stale`` gradients of an earlier pass, or none."""
    def make(rng):
        root = GRAPHS[kind](*(Node(normal(rng, 2, 3), name=name) for name in "xyz"))
        root.name = "L"
        for node in nodes_of(root):
            node.grad = node.before = normal(rng, *node.data.shape) if stale else None
            node.was = np.array(node.data)
        return (root,)

    return make


LARGE = {f"a chain of {LENGTH:,}".replace(",", " "): lambda rng: (chain(),),
         f"{DOUBLINGS} doublings": lambda rng: (doublings(),)}


class OneWay:
    """What a generator or a set gives: something that cannot be walked from its end."""

    def __init__(self, came: Any) -> None:
        self.came = came


def from_both_ends(answer: Any) -> Any:
    """The answer, whose result must be a list that can be walked from its end as well."""
    if not callable(answer):
        return answer

    @wraps(answer)
    def run(root):
        nodes = answer(root)
        return OneWay(nodes) if isinstance(nodes, (set, frozenset)) or hasattr(nodes, "__next__") else nodes

    return run


def order_found(args, nodes):
    """What holds of every topological order: each node once, and none before its parents."""
    if isinstance(nodes, OneWay):
        raise Odd("form", f"A list of the nodes is wanted, and a {type(nodes.came).__name__} came",
                  ask="The next exercise walks through the nodes from their end. What can be walked like that?")
    try:
        listed = list(nodes)
    except TypeError:
        raise Odd("form", f"A list of the nodes is wanted; {describe(nodes)} came") from None
    foreign = next((entry for entry in listed if not isinstance(entry, Node)), None)
    if foreign is not None:
        raise Odd("form", f"The list holds a {type(foreign).__name__}, where nodes alone are wanted",
                  ask="What do you append: the node, or the whole entry of the stack?")
    places = {id(node): i for i, node in reversed(list(enumerate(listed)))}
    last = len(listed)
    early = sum(any(places.get(id(parent), last) > i for parent in node.parents) for i, node in enumerate(listed))
    ends = [i for i, node in enumerate(listed) if node is args[0]]
    return {
        "number of entries": len(listed),
        "number of different nodes": len(places),
        "number of nodes before one of their parents": early,
        "number of entries behind the root": len(listed) - 1 - ends[-1] if ends else 0,
    }


def gradients_left(args, _):
    """The gradient that every node of the graph holds afterwards, from the root down; of a large one, at its ends."""
    if args[0].name == LAST:
        return {f"grad of {node.name}": _gradient(node) for node in (args[0], first_of(args[0]))}
    nodes = nodes_of(args[0])[::-1]
    changed = next((node.name for node in nodes if not np.array_equal(node.data, node.was)), "")
    if changed:
        raise Odd("form", f"The data of {changed} is not what it was",
                  ask="Which line writes into data, or into an array that is data as well?")
    return {f"grad of {node.name}": _gradient(node) for node in nodes}


def first_of(root):
    """The node at the end of all first parents."""
    while root.parents:
        root = root.parents[0]
    return root


def _gradient(node):
    if node.grad is None:
        raise Odd("none", f"The grad of {node.name} is still None", ask=UNREACHED)
    if isinstance(node.grad, (list, tuple)):
        raise Odd("form", f"The grad of {node.name} is a {type(node.grad).__name__}; an array is wanted",
                  ask="What does a plus do to two lists, and what to two arrays?")
    return node.grad
