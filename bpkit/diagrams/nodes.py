"""A scalar computation as a list of nodes, and its value and gradients by reverse mode.

A graph is a list in an order in which every node comes after its inputs; the last node is the output L.
This is the Python half: the module graph.js evaluates the same list in the page, and a test holds both equal.
Every number that a page starts with comes from here. The engine that learners build is another: bpkit.autodiff.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..activations import relu, sigmoid, softplus, tanh
from ..losses import binary_cross_entropy, half_mse
from ..shapes import BadInput, nearest


class Op(NamedTuple):
    """An operation: how it is written, its value, and its derivative by each input as a function and in letters."""

    sign: str
    value: Callable[..., float]
    local: Callable[..., tuple[float, ...]]
    slopes: tuple[str, ...]

    @property
    def inputs(self) -> int:
        """How many inputs the operation takes."""
        return self.sign.count("{}")


class Node(NamedTuple):
    """One node: ``op`` applied to the nodes named in ``inputs``.

    A leaf has op "input" (its gradient is wanted) or "data" (it is not: a target, a constant) and a ``value``.
    A node that some other engine has evaluated brings its own ``value`` and ``grad``, any word as its op, and may
    bring ``parts``, what it sends back to each input.
    """

    name: str
    op: str = "input"
    inputs: tuple[str, ...] = ()
    value: float | None = None
    grad: float | None = None
    parts: tuple[float, ...] | None = None


class Flow(NamedTuple):
    """What passes through a graph, keyed by node name.

    ``value`` forward; ``grad`` = dL/d(node), summed over all paths; ``local`` = d(node)/d(input) for each input;
    ``part`` = dL/d(node) · d(node)/d(input), what the node sends back to each input.
    """

    value: dict[str, float]
    grad: dict[str, float]
    local: dict[str, tuple[float, ...]]
    part: dict[str, tuple[float, ...]]


LEAVES = ("input", "data")

OPS: dict[str, Op] = {
    "add": Op("{} + {}", lambda x, y: x + y, lambda x, y: (1.0, 1.0), ("1", "1")),
    "sub": Op("{} − {}", lambda x, y: x - y, lambda x, y: (1.0, -1.0), ("1", "−1")),
    "mul": Op("{} · {}", lambda x, y: x * y, lambda x, y: (y, x), ("{1}", "{0}")),
    "div": Op("{} / {}", lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2), ("1 / {1}", "−{0} / {1}²")),
    "affine": Op("{} · {} + {}", lambda w, x, b: w * x + b, lambda w, x, b: (x, w, 1.0), ("{1}", "{0}", "1")),
    "neg": Op("−{}", lambda x: -x, lambda x: (-1.0,), ("−1",)),
    "square": Op("{}²", lambda x: x * x, lambda x: (2 * x,), ("2 {0}",)),
    "exp": Op("exp({})", math.exp, lambda x: (math.exp(x),), ("exp({0})",)),
    "log": Op("ln({})", math.log, lambda x: (1 / x,), ("1 / {0}",)),
    "sin": Op("sin({})", math.sin, lambda x: (math.cos(x),), ("cos({0})",)),
    "sigmoid": Op("σ({})", sigmoid, lambda z: (sigmoid.prime(z),), ("σ({0}) (1 − σ({0}))",)),
    "tanh": Op("tanh({})", tanh, lambda z: (tanh.prime(z),), ("1 − tanh({0})²",)),
    "relu": Op("relu({})", relu, lambda z: (relu.prime(z),), ("[{0} > 0]",)),
    "softplus": Op("softplus({})", softplus, lambda z: (softplus.prime(z),), ("σ({0})",)),
    "bce": Op("BCE({}, {})", lambda a, y: binary_cross_entropy([[a]], [[y]]),
              lambda a, y: (binary_cross_entropy.prime([[a]], [[y]]).item(), math.log(1 - a) - math.log(a)),
              ("({0} − {1}) / ({0} (1 − {0}))", "ln(1 − {0}) − ln {0}")),
    "half_mse": Op("½({} − {})²", lambda a, y: half_mse([[a]], [[y]]), lambda a, y: (a - y, y - a),
                   ("{0} − {1}", "{1} − {0}")),
}


def check(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes as a list, or raise BadInput: names once, inputs before use, each node on a way to the last."""
    known: set[str] = set()
    for node in nodes:
        if node.name in known:
            raise BadInput(f"two nodes are named {node.name}.", wanted="a name for one node", got=f"{node.name} twice",
                           hint=f"{node.name}2 for the second")
        for name in node.inputs:
            nearest(name, known or {"a node before it"}, f"node before {node.name}")
        known.add(node.name)
    used = {name for node in nodes for name in node.inputs}
    idle = [node.name for node in nodes[:-1] if node.name not in used]
    if not nodes or idle:
        raise BadInput("the graph has no single output." if nodes else "the graph is empty.",
                       wanted="nodes in order of computation, the last one being the output",
                       got=f"no later node uses {', '.join(idle)}" if nodes else "no nodes",
                       hint=f"leave {idle[0]} out" if nodes else "graph('q = x + y; f = q * z', x=1, y=2, z=3)")
    return list(nodes)


def evaluate(nodes: Sequence[Node]) -> Flow:
    """The value and all gradients of a graph: one pass forwards, one pass backwards.

    Raises BadInput for a graph that is not in order, an unknown operation, a leaf without a value, or a result
    that is not finite.
    """
    nodes = check(nodes)
    value: dict[str, float] = {}
    local: dict[str, tuple[float, ...]] = {}
    for node in nodes:
        value[node.name], local[node.name] = _forward(node, [value[i] for i in node.inputs])
    grad = dict.fromkeys(value, 0.0)
    grad[nodes[-1].name] = 1.0
    part: dict[str, tuple[float, ...]] = {}
    for node in reversed(nodes):
        part[node.name] = tuple(grad[node.name] * d for d in local[node.name])
        for name, share in zip(node.inputs, part[node.name], strict=True):
            grad[name] += share
    return Flow(value, grad, local, part)


def _forward(node: Node, inputs: list[float]) -> tuple[float, tuple[float, ...]]:
    if node.op in LEAVES:
        if node.value is None or not math.isfinite(node.value):
            raise BadInput(f"{node.name} has no value.", wanted="a finite number for every input", got=repr(node.value),
                           hint=f"{node.name}=0.5")
        return float(node.value), ()
    op = OPS[nearest(node.op, OPS, "operation")]
    if op.inputs != len(inputs):
        raise BadInput(f"{node.name} = {node.op} has the wrong number of inputs.", wanted=f"{op.inputs} inputs",
                       got=f"{len(inputs)}: {', '.join(node.inputs)}", hint=op.sign.format(*"abc"[:op.inputs]))
    try:
        value, local = float(op.value(*inputs)), tuple(float(d) for d in op.local(*inputs))
    except BadInput:
        raise
    except (ValueError, ZeroDivisionError, OverflowError):
        value, local = math.nan, ()
    if not all(map(math.isfinite, (value, *local))):
        raise BadInput(f"{node.name} = {op.sign.format(*node.inputs)} has no finite value or slope.",
                       wanted="numbers inside the domain of the operation",
                       got=", ".join(f"{n} = {v:g}" for n, v in zip(node.inputs, inputs, strict=True)),
                       hint=f"other numbers for {node.inputs[0]}")
    return value, local
