"""Chapter 9's wrong ways through a graph: the orders that come out when a walk does not wait, or does not remember.

Each takes the root. ``last`` says that the parents are taken up from the last one on, as a stack gives them back; which
of the two it is depends on how an answer puts them there, and both are common.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from .graph_cases import DOUBLINGS
from .guard import TimeUp


def parents_of(node: Any, last: bool = False) -> Any:
    """The parents in the order in which they are taken up."""
    return node.parents[::-1] if last else node.parents


def preorder(root: Any, last: bool = False) -> list[Any]:
    """Every node when it is first met, on the way down."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack.extend(reversed(parents_of(node, last)))
    return order


def by_level(root: Any, last: bool = False) -> list[Any]:
    """Every node when it is first met, level by level from the root."""
    order, seen, queue = [], {root}, deque([root])
    while queue:
        node = queue.popleft()
        order.append(node)
        for parent in parents_of(node, last):
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    return order


def seen_too_early(root: Any, last: bool = False) -> list[Any]:
    """Every node after those of its parents that nobody else had put on the stack before."""
    order, seen, stack = [], {root}, [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
            continue
        stack.append((node, True))
        for parent in reversed(parents_of(node, last)):
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, False))
    return order


def at_every_meeting(root: Any) -> list[Any]:
    """A node whenever it is met and was met before, whatever its mark says."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node in seen:
            order.append(node)
        else:
            seen.add(node)
            stack.append(node)
            stack.extend(node.parents)
    return order


def every_use(root: Any) -> list[Any]:
    """Every node after its parents, once for each path that leads to it."""
    order, stack = [], [(root, False)]
    forbid_many_paths(root)
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


def every_visit(root: Any, last: bool = False) -> list[Any]:
    """Every node on the way down, once for each path that leads to it."""
    order, stack = [], [root]
    forbid_many_paths(root)
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(reversed(parents_of(node, last)))
    return order


def forbid_many_paths(root: Any) -> None:
    """Stop as the time limit would, where the paths are too many to be walked. Raises TimeUp."""
    node, doubled = root, 0
    while len(node.parents) == 2 and node.parents[0] is node.parents[1]:
        node, doubled = node.parents[0], doubled + 1
    if doubled >= DOUBLINGS:
        raise TimeUp


def by_every_path(root: Any, order: list[Any]) -> list[Any]:
    """The order that comes out in the end where every path is walked. Raises TimeUp where there are too many."""
    forbid_many_paths(root)
    return order


def forbid_depth(nodes: list[Any]) -> None:
    """Stop as Python does, where calls would be nested too deep. Raises RecursionError."""
    if len(nodes) > 3_000:
        raise RecursionError("maximum recursion depth exceeded")
