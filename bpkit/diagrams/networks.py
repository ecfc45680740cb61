"""Layered networks: a weight on every wire, the numbers of every unit in its box, gradients where they are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..notation import number, text
from ..shapes import BadInput, BadType, describe, matrix
from .expression import SUBSCRIPTS
from .scene import Box, Path, Picture, Shape, Text, arrow, text_width

SIZE = 13.0
LABEL = 12.0
LINE = 18.0
MARGIN = 14.0
HEADER = 28.0
BAR = 8.0
MOST = 12
Place = tuple[float, float]


def network(net: Any, trace: Any = None, grads: Any = None, example: int = 0, digits: int = 4,
            room: str | None = None) -> Picture:
    """Draw a small layered network: weights on its wires, b, z and a of every unit in its box, gradients after ∇ and δ.

    ``net`` has ``W[l]`` (n_l, n_{l-1}) and ``b[l]`` (n_l, 1), keyed 1..L, and may have ``f[l]``; ``trace`` has
    ``z[l]`` and ``a[l]`` (n_l, N), ``grads`` has ``delta[l]``, ``dW[l]`` and ``db[l]``. z, a and delta are those of
    column ``example``; dW and db belong to the whole batch. A wire is thick where the weight is large, dashed where
    it is negative. ``room`` is the widest number that there is room for, if it is not the widest one drawn.
    Raises BadType for something that is no network, BadInput for shapes that do not fit, for an example that is not
    there, and for a layer of more than 12 units, which nobody can read.
    """
    return _Network(_Numbers(net, trace, grads, example), digits, room).picture()


class _Numbers:
    """The numbers of a network, checked, as matrices keyed by layer."""

    def __init__(self, net: Any, trace: Any, grads: Any, example: int) -> None:
        self.W, self.b = (_layers(net, name, "net", "bp.Network(W, b, f)") for name in ("W", "b"))
        self.a, self.z = (_layers(trace, name, "trace", "net.forward(x)") for name in ("a", "z"))
        self.delta, self.dW, self.db = (_layers(grads, name, "grads", "net.backward(trace, y, loss)")
                                        for name in ("delta", "dW", "db"))
        self.names = {l: str(getattr(f, "name", f)) for l, f in dict(getattr(net, "f", {})).items()}
        self.sizes = [self.W[1].shape[1], *(self.W[l].shape[0] for l in range(1, len(self.W) + 1))]
        if max(self.sizes) > MOST:
            raise BadInput("the network is too large to draw.", wanted=f"at most {MOST} units a layer",
                           got=f"layers of {self.sizes} units", hint="bp.Network.random([2, 3, 2])")
        batches = {v.shape[1] for part in (self.a, self.z, self.delta) for v in part.values()} or {1}
        if len(batches) > 1 or not 0 <= example < min(batches):
            raise BadInput("the example is not in the batch.", wanted="a column of trace.a and of grads.delta",
                           got=f"example={example}, batches of {sorted(batches)}", hint="example=0")
        self.example, self.batch = example, batches.pop()
        for name, part in self.parts():
            for l, value in part.items():
                self.fit(name, l, value)

    def parts(self) -> list[tuple[str, dict[int, np.ndarray]]]:
        """Every name with its matrices, in the order in which they are computed."""
        return [(name, getattr(self, name)) for name in ("W", "b", "z", "a", "delta", "dW", "db")]

    def fit(self, name: str, l: int, value: np.ndarray) -> None:
        rows = self.sizes[l] if 0 <= l < len(self.sizes) else -1
        columns = self.sizes[l - 1] if name in ("W", "dW") else 1 if name in ("b", "db") else self.batch
        if value.shape != (rows, columns):
            raise BadInput(f"{name}[{l}] does not fit the network.", wanted=f"layers of {self.sizes} units",
                           got=f"{name}[{l}] of shape {value.shape}", hint=f"compare {name}[{l}].shape with net.W")

    def lines(self, l: int, i: int) -> Iterator[tuple[str, float | None, str]]:
        """Name, number and role of each line in the box of unit i of layer l."""
        if l == 0:
            yield "x", self.a[0][i, self.example] if 0 in self.a else None, "forward"
            return
        yield "b", self.b[l][i, 0], "ink"
        for name, part, role in (("z", self.z, "forward"), ("a", self.a, "forward"), ("δ", self.delta, "backward")):
            if l in part:
                yield name, part[l][i, self.example], role
        if l in self.db and (self.batch > 1 or l not in self.delta):
            yield "∇b", self.db[l][i, 0], "backward"

    def words(self, digits: int) -> list[str]:
        """Each matrix as a line of text."""
        return [f"{'x' if (name, l) == ('a', 0) else f'{name}[{l}]'} = {' '.join(text(value, digits).split())}"
                for name, part in self.parts() for l, value in part.items()]


def _layers(owner: Any, name: str, what: str, hint: str) -> dict[int, np.ndarray]:
    if owner is None and what != "net":
        return {}
    part: Any = getattr(owner, name, None)
    if not hasattr(part, "items"):
        raise BadType(f"{what} has no {name} keyed by layer.", wanted=f"{what}.{name}[l] for l = 1 .. L",
                      got=describe(owner), hint=hint)
    return {int(l): matrix(f"{name}[{l}]", value) for l, value in dict(part).items()}


class _Network:
    def __init__(self, numbers: _Numbers, digits: int, room: str | None) -> None:
        self.n, self.digits = numbers, digits
        every = [number(v, digits) for _, part in numbers.parts() for x in part.values() for v in x.ravel()]
        widest = room or max(every, key=lambda s: text_width(s, LABEL))
        self.label = text_width(("∇ " if numbers.dW else "") + widest, LABEL)
        lines = [[name for name, _, _ in numbers.lines(l, 0)] for l in range(len(numbers.sizes))]
        self.unit = max(text_width(f"{name}₈  {widest}", SIZE) for names in lines for name in names) + 20
        self.tall = 12 + LINE * max(map(len, lines)) + (BAR if numbers.a else 0)
        self.pitch = max(self.tall + 20, 70.0)
        self.gaps = self.spread()
        self.most = max(abs(v).max() for v in numbers.W.values()) or 1.0
        self.glow = max((abs(v).max() for v in numbers.a.values()), default=0.0) or 1.0
        self.wires: list[Shape] = []
        self.plaques: list[Shape] = []
        self.boxes: list[Shape] = []

    def picture(self) -> Picture:
        x = MARGIN
        for l, width in enumerate(self.n.sizes):
            title = "input" if l == 0 else f"layer {l}" + (f" · {self.n.names[l]}" if l in self.n.names else "")
            self.boxes.append(Text(x + self.unit / 2, MARGIN + 11, title, "quiet", LABEL))
            for i in range(width):
                self.box(l, i, x)
            if l < len(self.n.W):
                x = self.connect(l + 1, x + self.unit)
        bottom = MARGIN + HEADER + max(self.n.sizes) * self.pitch + 14
        legend, end = _legend(bottom, bool(self.n.dW), bool(self.n.a))
        size, words = "-".join(map(str, self.n.sizes)), self.n.words(self.digits)
        return Picture(max(x + self.unit, end) + MARGIN, bottom + 16,
                       (*self.wires, *self.plaques, *self.boxes, *legend), f"Network {size}", "; ".join(words),
                       "\n".join([f"network {size}", *words]))

    def y(self, l: int, i: int) -> float:
        free = max(self.n.sizes) - self.n.sizes[l]
        return MARGIN + HEADER + (i + 0.5 + free / 2) * self.pitch - 10

    def box(self, l: int, i: int, x: float) -> None:
        lines = list(self.n.lines(l, i))
        height = 12 + LINE * len(lines) + (BAR if l in self.n.a else 0)
        top = self.y(l, i) - height / 2
        self.boxes.append(Box(x, top, self.unit, height, "ink" if l else "quiet", 14))
        if l in self.n.a:
            self.bar(l, i, x + self.unit / 2, top + height - 8)
        for k, (name, value, role) in enumerate(lines):
            y, label = top + 6 + LINE * (k + 0.74), name + str(i + 1).translate(SUBSCRIPTS)
            if value is None:
                self.boxes.append(Text(x + self.unit / 2, y, label, "ink", SIZE))
                continue
            self.boxes += [Text(x + 11, y, label, role if role == "backward" else "quiet", SIZE, "start"),
                           Text(x + self.unit - 10, y, number(value, self.digits), role, SIZE, "end",
                                bind=f"{name}:{l}:{i}")]

    def bar(self, l: int, i: int, x: float, y: float) -> None:
        """The activation as a bar from its zero at x: to the right where it is positive, to the left where negative."""
        value = float(self.n.a[l][i, self.n.example]) / self.glow
        end = x + value * (self.unit / 2 - 14)
        self.boxes += [Path((("M", x, y), ("L", end, y)), "minus" if value < 0 else "plus", 4, bind=f"bar:{l}:{i}"),
                       Path((("M", x, y - 4), ("L", x, y + 4)), "quiet", 1)]

    def spread(self) -> dict[int, float]:
        """How far apart layers stand: as close as labels allow; in a dense network the units move apart as well."""
        least, most = 2.4 * self.label + 46, 3.2 * self.label + 60
        while any(self.places(l, most) is None for l in self.n.W):
            self.pitch, most = self.pitch + 8, most + 24
        gaps = [*np.arange(least, most, 25), most]
        return {l: next(float(gap) for gap in gaps if self.places(l, gap)) for l in self.n.W}

    def ends(self, l: int) -> dict[tuple[int, int], Place]:
        """Where each wire into layer l starts and ends, from above to below."""
        return {(i, j): (self.y(l - 1, j), self.y(l, i))
                for j in range(self.n.sizes[l - 1]) for i in range(self.n.sizes[l])}

    def connect(self, l: int, x: float) -> float:
        """Draw the wires into layer l with their labels, and return where its boxes begin."""
        gap = self.gaps[l]
        places = self.places(l, gap) or {}
        for (i, j), (start, end) in self.ends(l).items():
            self.wire(l, i, j, (x, start), (x + gap, end))
            self.tag(l, i, j, x + places[i, j][0], places[i, j][1])
        return x + gap

    def wire(self, l: int, i: int, j: int, start: Place, end: Place) -> None:
        w = float(self.n.W[l][i, j])
        role = "minus" if w < 0 else "plus" if w > 0 else "quiet"
        dx, dy = end[0] - start[0], end[1] - start[1]
        slope = (dx / np.hypot(dx, dy), dy / np.hypot(dx, dy))
        stop = ("L", end[0] - 6 * slope[0], end[1] - 6 * slope[1])
        self.wires += [Path((("M", *start), stop), role, 1 + 2.5 * abs(w) / self.most, w < 0, bind=f"wire:{l}:{i}:{j}"),
                       arrow(*end, role, slope)]

    def tag(self, l: int, i: int, j: int, x: float, y: float) -> None:
        value, grad = number(self.n.W[l][i, j], self.digits), ""
        if l in self.n.dW:
            grad = "∇ " + number(self.n.dW[l][i, j], self.digits)
            self.boxes.append(Text(x, y + 12, grad, "backward", LABEL, bind=f"dW:{l}:{i}:{j}"))
        self.boxes.append(Text(x, y - 3 if grad else y + 4, value, "ink", LABEL, bind=f"W:{l}:{i}:{j}"))
        width, half = max(text_width(value, LABEL), text_width(grad, LABEL)), 14 if grad else 8
        self.plaques.append(Box(x - width / 2, y - half, width, 2 * half, "ground", 4))

    def places(self, l: int, gap: float) -> dict[tuple[int, int], Place] | None:
        """A place for the label of each wire, clear of other labels and of most wires; None if the gap is narrow."""
        across, down = self.label / 2 + 3, 16.0 if self.n.dW else 9.0
        low, high = (across + 2) / gap, 1 - (across + 12) / gap
        steps = np.linspace(0, 1, 25)
        nearest_first = low + steps[np.argsort(abs(steps - 0.28), kind="stable")] * (high - low)
        ends = self.ends(l)
        wires = np.array(list(ends.values())).T
        found: dict[tuple[int, int], Place] = {}
        taken: list[tuple[float, float, float, float]] = []
        for wire, (start, end) in ends.items():
            free: list[tuple[int, int, Place, tuple[float, float, float, float]]] = []
            for t in nearest_first:
                x, y = float(t * gap), float(start + t * (end - start))
                box = (x - across, y - down, x + across, y + down)
                if not any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
                    free.append((_crossed(wires, gap, box), len(free), (x, y), box))
            if not free:
                return None
            _, _, found[wire], box = min(free)
            taken.append(box)
        return found


def _crossed(wires: np.ndarray, gap: float, box: tuple[float, float, float, float]) -> int:
    """How many straight wires, from wires[0] to wires[1] across the gap, pass through the box."""
    left, right = (wires[0] + (wires[1] - wires[0]) * x / gap for x in (box[0], box[2]))
    return int(((np.minimum(left, right) < box[3]) & (np.maximum(left, right) > box[1])).sum())


def _legend(y: float, gradients: bool, bars: bool) -> tuple[list[Shape], float]:
    """The line that explains the wires, and where it ends."""
    shapes: list[Shape] = []
    x = MARGIN
    for words, role in (("positive", "plus"), ("negative", "minus")):
        shapes += [Path((("M", x, y - 4), ("L", x + 30, y - 4)), role, 2.5, role == "minus"),
                   Text(x + 38, y, words, "quiet", LABEL, "start")]
        x += 38 + text_width(words, LABEL) + 18
    words = "number on a wire: weight" + ", below it ∇: dL/d(weight)" * gradients + " · bar: a" * bars
    return [*shapes, Text(x, y, words, "quiet", LABEL, "start")], x + text_width(words, LABEL)
