"""A graph that an automatic differentiation engine recorded, such as ``bpkit.autodiff`` or a learner's, as nodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autodiff import topological_order
from ..shapes import BadInput, describe
from .nodes import Node


def recorded(root: Any, **named: Any) -> list[Node]:
    """The nodes below ``root``, each a single number with its gradient, parents first.

    A value of the record has data, parents, vjps and grad, and may have an op. ``named`` values keep their names; the
    root is L, what has no name is called u1, u2, ... Raises BadInput for arrays, and before a backward pass.
    """
    names = {id(root): "L"} | {id(value): name for name, value in named.items()}
    order = topological_order(root)
    for value in order:
        names.setdefault(id(value), f"u{len(names) - len(named)}")
    return [Node(names[id(v)], getattr(v, "op", "") or ("f" if v.parents else "input"),
                 tuple(names[id(p)] for p in v.parents), _number(v.data), _number(v.grad),
                 tuple(_number(vjp(v.grad)) for vjp in v.vjps)) for v in order]


def _number(data: Any) -> float:
    if data is None or np.size(data) != 1:
        raise BadInput("the graph cannot be drawn.", wanted="single numbers, each with its gradient",
                       got="no gradient" if data is None else describe(data),
                       hint="backward(L) first" if data is None else "draw a graph of scalars")
    return float(np.asarray(data).item())
