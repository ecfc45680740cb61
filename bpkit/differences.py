"""Gradient check by differences: is this array the gradient of this function?

Letters: f the function, theta its argument (an array, or a dict, list or tuple of arrays), t one entry of theta,
g the claimed gradient, h the step.

    complex step          df/dt = Im f(t + ih) / h            nothing is subtracted, so h may be 1e-20
    central difference    df/dt = (f(t + h) - f(t - h)) / 2h  off by h^2 f'''/6, and by rounding, about eps |f| / h

Source: Squire and Trapp, SIAM Review 40 (1998) 110-112, for the complex step. f is a black box here: it is called,
never looked into. Left out: cheaper checks that know what f is made of (``netcheck`` does, for networks).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .blackbox import BlackBox, flatten
from .report import Report, judge, relative_error
from .shapes import BadInput, BadType, describe, nearest, positive

Array = np.ndarray
METHODS = ("complex", "central")
SMALL = 1e-20  # the imaginary step


def gradcheck(
    f: Callable[[Any], Any], theta: Any, grad: Any, method: str = "complex", h: float | None = None
) -> Report:
    """Compare a claimed gradient with differences of f, every entry of it.

    f(theta) is one number; theta is an array, or a dict, list or tuple of arrays of any depth; grad has the shape of
    theta. method "complex" is exact to rounding and needs an f that takes complex numbers; where f does not,
    "central" is used and a note says so. h is the step (default 1e-20 complex, 1e-5 * max(1, |t|) central).
    The verdict is by norm, tensor by tensor: "agrees"; "differs"; or "kink", where f has a corner and g is one of
    its slopes. Raises BadInput where grad does not fit theta, or where f is random, changes theta or is no number.
    """
    method = nearest(method, METHODS, "method")
    h = None if h is None else positive("h", h)
    box = BlackBox(f, theta)
    claimed = _claim(theta, grad, box.leaves)
    notes = []
    if method == "complex" and (reason := box.refuses_complex(SMALL)):
        method, h = "central", None
        notes.append(f"f {reason}, so central differences were used")
    coarse = box.coarse or any(g.dtype == np.float32 for g in claimed.values())
    if coarse:
        notes.append("float32 carries about 7 digits; a smaller difference counts as rounding")
    measured = {name: _gradient(box, name, method, h) for name in box.leaves}
    if not _moves(measured) and _moves(claimed):
        notes.append("f is the same for every theta: it may use variables from outside in place of its argument")
    tolerance = _tolerance(method, coarse, box.coarse)
    floor = {name: _floor(box, name, method, h, claimed[name], measured[name], tolerance) for name in box.leaves}
    return judge(
        claimed,
        measured,
        floor=floor,
        tolerance=tolerance,
        method=_METHOD[method],
        second_look=lambda name, index, g: second_look(box, name, index, g, method),
        notes=tuple(notes),
    )


_METHOD = {"complex": "complex step", "central": "central differences"}


def numerical_gradient(
    f: Callable[[Any], Any], theta: Any, method: str = "complex", h: float | None = None
) -> dict[str, Array]:
    """The gradient of f at theta by differences, one array for each array of theta, by name.

    f, theta, method and h as in ``gradcheck``; an array theta is named "theta". Raises BadInput as ``gradcheck`` does.
    """
    method = nearest(method, METHODS, "method")
    box = BlackBox(f, theta)
    return {name: _gradient(box, name, method, None if h is None else positive("h", h)) for name in box.leaves}


def _moves(gradient: dict[str, Array]) -> bool:
    return any(g.any() for g in gradient.values())


def _gradient(box: BlackBox, name: str, method: str, h: float | None) -> Array:
    g = np.empty(box.leaves[name].shape)
    for index in np.ndindex(g.shape):
        g[index] = _slope(box, name, index, method, h)
    return g


def _slope(box: BlackBox, name: str, index: tuple[int, ...], method: str, h: float | None) -> float:
    """df/dt of one entry t."""
    if method == "complex":
        return float(box.nudged(name, index, 1j * (h or SMALL)).imag / (h or SMALL))
    t = float(box.leaves[name][index])
    h = h or box.step * max(1.0, abs(t))
    return float((box.nudged(name, index, h) - box.nudged(name, index, -h)) / ((t + h) - (t - h)))


def _floor(
    box: BlackBox, name: str, method: str, h: float | None, claimed: Array, measured: Array, tolerance: float
) -> float:
    """What rounding can do to the norm of one tensor's gradient.

    Of central differences a second step tells; it is taken only where f moves and eps |f| / h does not explain the gap.
    """
    size = measured.size
    if method == "complex":
        return float(16 * box.eps * max(1.0, abs(box.value)) * np.sqrt(size))
    rounding = 4 * box.eps * max(1.0, abs(box.value)) / (h or box.step)
    least = float(rounding * np.sqrt(size))
    if not measured.any() or relative_error(claimed, measured, least, tolerance) <= tolerance:
        return least
    rng, gaps = np.random.default_rng(0), []
    for flat in rng.choice(size, min(size, 3), replace=False):
        index = tuple(int(i) for i in np.unravel_index(flat, measured.shape))
        step = h or box.step * max(1.0, abs(float(box.leaves[name][index])))
        gaps.append(abs(measured[index] - _slope(box, name, index, method, 1.37 * step)))
    return max(least, 4 * float(np.median(gaps)) * float(np.sqrt(size)))


def _tolerance(method: str, coarse: bool, coarse_f: bool) -> float:
    if method == "complex":
        return 1e-4 if coarse else 1e-8
    return 1e-2 if coarse_f else 1e-4 if coarse else 1e-5


def second_look(box: BlackBox, name: str, index: tuple[int, ...], claimed: float, method: str) -> str:
    """Judge one entry that differs by its slopes to both sides: "kink" (a slope of a corner), "fine" or "wrong"."""
    if not np.isfinite(claimed):
        return "wrong"
    h = box.step * max(1.0, abs(float(box.leaves[name][index])))
    left, right = box.sides(name, index, h)
    noise = 64 * box.eps * max(1.0, abs(box.value)) / (h / 64)
    jump, slack = abs(right - left), 1e-4 * max(abs(left), abs(right)) + noise
    if jump <= slack:
        return "wrong"
    near = box.sides(name, index, h / 64)
    if abs(near[1] - near[0]) > jump / 2:  # a bend shrinks with h, a corner stays
        return "kink" if min(near) - slack <= claimed <= max(near) + slack else "wrong"
    beside = method == "central" and abs(claimed - sum(near) / 2) <= 1e-4 * abs(claimed) + noise
    return "fine" if beside else "wrong"


def _claim(theta: Any, grad: Any, leaves: dict[str, Array]) -> dict[str, Array]:
    """The claimed gradient by name, in the shapes of theta."""
    claimed = dict(flatten(grad))
    if list(claimed) != list(leaves):
        claimed = {name: claimed[name] for name in leaves if name in claimed}
        missing = [name for name in leaves if name not in claimed]
        if missing:
            raise BadInput(
                "grad does not fit theta.",
                wanted=f"one array for each of {', '.join(leaves)}",
                got=f"nothing for {', '.join(missing)}",
                hint="give grad the same keys as theta",
            )
    return {name: _fits(name, claimed[name], x.shape) for name, x in leaves.items()}


def _fits(name: str, value: Any, shape: tuple[int, ...]) -> Array:
    g = np.asarray(value)
    if g.dtype.kind not in "iuf":
        raise BadType(
            f"grad {name} is not made of real numbers.",
            wanted="real numbers",
            got=describe(value),
            hint="the gradient of a real function is real",
        )
    if g.shape != shape:
        hint = f"grad of {name} has one entry for each entry of {name}" + (
            "; transposed?" if g.shape == shape[::-1] else ""
        )
        raise BadInput(f"grad {name} does not fit theta.", wanted=f"shape {shape}", got=f"shape {g.shape}", hint=hint)
    return g
