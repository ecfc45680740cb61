"""A small plot of a curve, the same in Python and in ``static/axes.js``, which moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..diagrams.scene import Path, Shape, Text
from ..notation import number

SIZE = 13.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Axes:
    """Where a plot stands in its picture, and which part of the plane it shows: low..high by 0..top.

    ``top`` is the first of ``tops`` that holds the whole curve, so that the scale keeps still while a curve moves.
    """

    left: float
    bottom: float
    width: float
    height: float
    low: float
    high: float
    points: int
    tops: tuple[float, ...]

    def xs(self) -> list[float]:
        """The places along the axis at which a curve is computed."""
        return [self.low + (self.high - self.low) * k / (self.points - 1) for k in range(self.points)]

    def top(self, heights: Sequence[float]) -> float:
        """The height of the plot that holds these values."""
        return next((t for t in self.tops if t >= max(heights)), self.tops[-1])

    def at(self, x: float, y: float, top: float) -> Point:
        """The place in the picture of the point (x, y)."""
        return (self.left + (x - self.low) / (self.high - self.low) * self.width, self.bottom - y / top * self.height)

    def tangent(self, x: float, y: float, slope: float, top: float, reach: float = 1.5) -> list[Point]:
        """The tangent at (x, y) as far as it stays inside the plot, at most ``reach`` to either side."""
        ends = []
        for way, room in ((-1, x - self.low), (1, self.high - x)):
            rise = top - y if way * slope > 0 else y
            step = way * min(reach, room, rise / abs(slope) if slope else reach)
            ends.append(self.at(x + step, y + slope * step, top))
        return ends

    def frame(self, ticks: Sequence[float], top: float, across: str, up: str) -> list[Shape]:
        """Axis lines, ticks and names."""
        left, bottom, right = self.left, self.bottom, self.left + self.width
        ends = ("M", left, bottom - self.height), ("L", left, bottom), ("L", right, bottom)
        shapes: list[Shape] = [Path(ends, width=1)]
        for tick in ticks:
            x, _ = self.at(tick, 0, top)
            shapes += [Path((("M", x, bottom), ("L", x, bottom + 4)), width=1),
                       Text(x, bottom + 17, f"{tick:g}", "quiet", SIZE - 1)]
        for share, bind in ((0.0, None), (0.5, "tick:half"), (1.0, "tick:top")):
            y = bottom - share * self.height
            shapes += [Path((("M", left - 4, y), ("L", left, y)), width=1),
                       Text(left - 8, y + 4, number(share * top, 1), "quiet", SIZE - 1, "end", bind=bind)]
        return [*shapes, Text(right + 8, bottom + 4, across, "ink", SIZE, "start", bold=True),
                Text(left, bottom - self.height - 10, up, "ink", SIZE, bold=True)]


def line(points: Sequence[Point], role: str, width: float, bind: str, dashed: bool = False) -> Path:
    """Straight lines from point to point."""
    return Path(tuple(("L" if k else "M", *point) for k, point in enumerate(points)), role, width, dashed, bind=bind)


def key(x: float, y: float, role: str, dashed: bool, words: str, bind: str) -> list[Shape]:
    """A line of a legend: a sample of the line and what it is."""
    return [Path((("M", x, y - 4), ("L", x + 30, y - 4)), role, 2, dashed),
            Text(x + 38, y, words, role, SIZE, "start", bind=bind)]
