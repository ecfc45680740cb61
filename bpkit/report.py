"""What a gradient check found: a verdict by norm, tensor by tensor, and the worst entry with both its numbers.

Letters: g the claimed gradient of one tensor, n the measured one, ||.|| the Euclidean norm over all entries.

    relative error = ||g - n|| / (max(||g||, ||n||) + floor / tolerance)

The floor is what rounding alone can make of ||g - n||. With it in the denominator the error of two gradients that
are both zero is zero, and "error <= tolerance" is the whole verdict. Text shows no digit that rounding decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np

from .notation import COLOURS, number

Array = np.ndarray
Tensors = Mapping[str, Array]


@dataclass(frozen=True)
class Entry:
    """One entry of one tensor: what was claimed and what was measured."""

    name: str
    index: tuple[int, ...]
    claimed: float
    measured: float

    def __str__(self) -> str:
        place = self.name + (f"[{', '.join(map(str, self.index))}]" if self.index else "")
        return f"{place}: claimed {number(self.claimed, 6)}, measured {number(self.measured, 6)}"


@dataclass(frozen=True, repr=False)
class Report:
    """The answer of a gradient check.

    verdict is "agrees", "differs", or "kink" (f has a corner and the claim is one of its slopes); errors holds the
    relative error of each tensor by norm; worst is the entry that is furthest off, in an accused tensor if there is
    one. A report is true unless its verdict is "differs".
    """

    verdict: str
    worst: Entry
    errors: Mapping[str, float]
    accused: tuple[str, ...]
    claimed: Tensors
    measured: Tensors
    method: str
    tolerance: float
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.verdict != "differs"

    def __repr__(self) -> str:
        rows = [("tensor", "shape", "||claimed||", "||measured||", "relative error"), *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        table = ["  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([self._headline(), *table, *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        head = ("tensor", "shape", "‖claimed‖", "‖measured‖", "relative error")
        return html_table(self._headline(), bool(self), head, self._rows(), self.notes)

    def _headline(self) -> str:
        if self.verdict == "differs":
            return f"gradient check ({self.method}): {', '.join(self.accused)} differs. Worst entry {self.worst}"
        return f"gradient check ({self.method}): {self.verdict}"

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                name,
                str(self.claimed[name].shape),
                number(np.linalg.norm(self.claimed[name])),
                number(np.linalg.norm(self.measured[name])),
                self._size(error),
            )
            for name, error in self.errors.items()
        ]

    def _size(self, error: float) -> str:
        return f"below {self.tolerance:.0e}" if error <= self.tolerance else number(error)


def judge(
    claimed: Tensors,
    measured: Tensors,
    *,
    floor: Mapping[str, float],
    tolerance: float,
    method: str,
    second_look: Callable[[str, tuple[int, ...], float], str],
    notes: tuple[str, ...] = (),
) -> Report:
    """Compare two sets of tensors and write the report.

    floor: what rounding can do to each ||g - n||. second_look(name, index, claimed) judges one entry that differs:
    "wrong", "fine" (the measurement was to blame) or "kink" (the claim is a slope of a corner). The first wrong
    entry, largest difference first, accuses its tensor.
    """
    claimed = {name: np.asarray(claimed[name], dtype=float) for name in measured}
    errors, accused, kinks = {}, [], []
    for name, n in measured.items():
        ratio, wrong, corners = _judge_tensor(claimed[name], n, floor[name], tolerance, partial(second_look, name))
        errors[name] = ratio
        accused += [name] if wrong else []
        kinks += [name] if corners else []
    if kinks:
        notes += (f"f has a corner at an entry of {', '.join(kinks)}: the claim is one of its slopes there",)
    verdict = "differs" if accused else "kink" if kinks else "agrees"
    return Report(
        verdict,
        _worst(claimed, measured, accused or list(measured)),
        errors,
        tuple(accused),
        claimed,
        dict(measured),
        method,
        tolerance,
        notes,
    )


def relative_error(g: Array, n: Array, floor: float = 0.0, tolerance: float = 1.0) -> float:
    """||g - n|| / (max(||g||, ||n||) + floor / tolerance), 0 for 0/0, inf where either is not finite."""
    if not (np.isfinite(g).all() and np.isfinite(n).all()):
        return np.inf
    scale = max(np.linalg.norm(g), np.linalg.norm(n)) + floor / tolerance
    return float(np.linalg.norm(g - n) / scale) if scale else 0.0


def _judge_tensor(
    g: Array, n: Array, floor: float, tolerance: float, look: Callable[[tuple[int, ...], float], str]
) -> tuple[float, bool, bool]:
    """The relative error without excused entries; whether a wrong entry was met; whether a kink was."""
    n, kink = n.copy(), False
    for _ in range(n.size + 1):
        error = relative_error(g, n, floor, tolerance)
        if error <= tolerance:
            return error, False, kink
        index = largest(abs(g - n))
        answer = look(index, float(g[index]))
        if answer == "wrong":
            return error, True, kink
        kink |= answer == "kink"
        n[index] = g[index]
    return error, True, kink


def largest(gap: Array) -> tuple[int, ...]:
    """The place of the largest entry; the first of those that rounding alone tells apart."""
    gap = np.where(np.isfinite(gap), gap, np.inf)
    top = gap.max()
    near = gap >= top * (1 - 1e-6) if np.isfinite(top) else gap == top
    return tuple(int(i) for i in np.unravel_index(near.argmax(), gap.shape))


def _worst(claimed: Tensors, measured: Tensors, names: list[str]) -> Entry:
    gaps = {name: abs(claimed[name] - measured[name]) for name in names}
    best = max(names, key=lambda name: np.nan_to_num(gaps[name][largest(gaps[name])], nan=np.inf))
    index = largest(gaps[best])
    return Entry(best, index, float(claimed[best][index]), float(measured[best][index]))


def html_table(
    headline: str, good: bool, head: Iterable[str], rows: Iterable[Iterable[str]], notes: Iterable[str]
) -> str:
    """A verdict as HTML: the headline beside a bar in the colour of right or wrong, readable on light and dark."""
    colour = COLOURS["right" if good else "backward"][0]
    style = f"border-left:4px solid {colour};color:inherit;padding-left:8px;text-align:left"
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<table><caption style='{style}'>{escape(headline)}</caption>"
        f"<thead><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr></thead><tbody>{body}</tbody></table>"
        + "".join(f"<p>note: {escape(note)}</p>" for note in notes)
    )
