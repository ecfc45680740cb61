"""Where the boxes of a computational graph stand: columns from left to right, and nothing on top of anything.

A wire that passes a column gets a place of its own in it, so no wire runs through a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .nodes import Node

PORT = 42.0  # from one wire of a node to the next, room for a value above each and a gradient below
GAP = 12.0


@dataclass(eq=False)
class Item:
    """A node, or (``node`` is None) a place where a wire passes a column. ``y`` is its middle."""

    node: Node | None
    column: int
    height: float
    targets: list[tuple[Item, int]] = field(default_factory=list)
    y: float = 0.0

    def port(self, k: int) -> float:
        """The height at which the k-th wire comes in."""
        inputs = len(self.node.inputs) if self.node else 1
        return self.y + (k - (inputs - 1) / 2) * PORT


def columns(nodes: Sequence[Node]) -> dict[str, int]:
    """How many steps each node is away from the output, along the longest way."""
    column = {node.name: 0 for node in nodes}
    for node in reversed(nodes):
        for name in node.inputs:
            column[name] = max(column[name], column[node.name] + 1)
    return column


def arrange(nodes: Sequence[Node], heights: dict[str, float]) -> list[list[Item]]:
    """The items of every column, the output's first, each with its y, the topmost item reaching up to y = 0."""
    column = columns(nodes)
    items = {node.name: Item(node, column[node.name], heights[node.name]) for node in nodes}
    rows: list[list[Item]] = [[] for _ in range(max(column.values()) + 1)]
    for item in items.values():
        rows[item.column].append(item)
    for node in nodes:
        for k, name in enumerate(node.inputs):
            target = (items[node.name], k)
            for passed in range(column[node.name] + 1, column[name]):
                place = Item(None, passed, PORT, [target])
                rows[passed].append(place)
                target = (place, 0)
            items[name].targets.append(target)
    for row in rows[1:]:
        wanted = {item: sum(t.port(k) for t, k in item.targets) / len(item.targets) for item in row}
        row.sort(key=wanted.__getitem__)
        for item, y in zip(row, settle([wanted[i] for i in row], [i.height for i in row]), strict=True):
            item.y = y
    top = min(item.y - item.height / 2 for row in rows for item in row)
    for row in rows:
        for item in row:
            item.y -= top
    return rows


def settle(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The places in the given order, nearest to those wanted in the sum of squares, that keep GAP between neighbours.

    After taking away the least distances this is isotonic regression, by pooling neighbours that collide.
    """
    least = [0.0]
    for above, below in pairwise(heights):
        least.append(least[-1] + (above + below) / 2 + GAP)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, least, strict=True):
        mean, size = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, n = pools.pop()
            mean, size = (mean * size + other * n) / (size + n), size + n
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    return [y + offset for y, offset in zip(flat, least, strict=True)]
