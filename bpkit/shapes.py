"""The door of bpkit: what may come in, and what is said when it may not.

Letters: n, m rows of a layer and of the layer before it; N examples, one a column; K classes.

Everything in bpkit is two-dimensional, (features, examples). A 1-D vector is refused, because
(3, 1) + (3,) broadcasts to (3, 3) without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])


class BadInput(ValueError):
    """An argument that bpkit cannot use. The message says what was wanted, what came and what to try."""

    def __init__(self, problem: str, *, wanted: str, got: str, hint: str) -> None:
        super().__init__(f"{problem}\n  wanted: {wanted}\n  got:    {got}\n  try:    {hint}")
        self.problem, self.wanted, self.got, self.hint = problem, wanted, got, hint


class BadType(BadInput, TypeError):
    """An argument of a kind that bpkit cannot use, such as text where numbers are meant."""


def describe(value: object) -> str:
    """Say in a few words what ``value`` is, for the line *got* of an error."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, dtype {value.dtype}"
    kind, text = type(value).__name__, (repr(value).splitlines() or [""])[0]
    text = text if len(text) <= 60 else text[:57] + "..."
    return text if text.startswith(kind) else f"{kind} {text}"


def numbers(name: str, value: Any, *, finite: bool = True) -> np.ndarray:
    """Return ``value`` as an array of real or complex numbers; whole numbers and booleans become float64.

    Complex arrays pass, because the complex-step referee sends them through every formula.
    Raises BadType for text, None and objects, BadInput for NaN, and for inf unless ``finite=False``.
    """
    try:
        x = np.asarray(value)
    except ValueError:
        raise BadInput(
            f"{name} has rows of different lengths.",
            wanted="rows of one length",
            got=describe(value),
            hint="give every row the same number of entries",
        ) from None
    if x.dtype.kind in "iub":
        x = x.astype(np.float64)
    if x.dtype.kind not in "fc":
        hint = (
            "replace the ... by your answer" if value is ... else "convert it first, e.g. np.array(values, dtype=float)"
        )
        raise BadType(f"{name} is not made of numbers.", wanted="real numbers", got=describe(value), hint=hint)
    bad = ~np.isfinite(x) if finite else np.isnan(x)
    if np.count_nonzero(bad):  # on small arrays much quicker than bad.any()
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise BadInput(
            f"{name} holds a value that is not {'finite' if finite else 'a number'}.",
            wanted="finite numbers" if finite else "numbers",
            got=f"{x[where]} at index {where}, {int(bad.sum())} such of {x.size}",
            hint="look for a division by zero, an overflow, or a step eta that is too large",
        )
    return x


def matrix(name: str, value: Any, letters: str = "n N") -> np.ndarray:
    """Return ``value`` as a two-dimensional array of finite numbers with at least one row and one column.

    ``letters`` names its two axes in what is said of anything else; the letter N stands for examples.
    """
    x = numbers(name, value)
    if x.ndim != 2:
        column = (
            "bp.one_hot(y, K) for class numbers, y.reshape(1, -1) for one number an example"
            if name == "y"
            else f"{name}.reshape(-1, 1) for one example, or bp.columns(X) for a table"
            if "N" in letters
            else f"{name}.reshape(-1, 1) for one column, {name}.reshape(1, -1) for one row"
        )
        hint = {0: f"np.array([[{name}]])", 1: column}
        raise BadInput(
            f"{name} is {x.ndim}-dimensional.",
            wanted=f"two dimensions {pair(letters)}",
            got=f"shape {x.shape}",
            hint=hint.get(x.ndim, "reshape it to rows and columns"),
        )
    if x.size == 0:
        raise BadInput(
            f"{name} is empty.",
            wanted=f"at least one row and one column {pair(letters)}",
            got=f"shape {x.shape}",
            hint="check the slice that made it: a batch needs at least one example",
        )
    return x


def pair(letters: str) -> str:
    """Write two axes as a shape: "n m" as (n, m), "n N" as (n, N), one example a column."""
    rows, columns = letters.split()
    examples = {rows: ", one example a row", columns: ", one example a column"}
    return f"({rows}, {columns}){examples.get('N', '')}"


def shaped(**spec: str) -> Callable[[Function], Function]:
    """Check the named arguments of an equation against shapes written in letters.

    ``@shaped(W="n m", a="m N", b="n 1")`` turns each named argument into a matrix and holds every letter to
    one size across the call; a number stands for itself. Raises BadInput where they do not fit.
    """

    def decorate(function: Function) -> Function:
        names = function.__code__.co_varnames[: function.__code__.co_argcount]

        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            given = {**dict(zip(names, args, strict=False)), **kwargs}
            sizes: dict[str, tuple[int, str, tuple[int, ...]]] = {}
            for name, letters in spec.items():
                if name in given:
                    given[name] = fit(function.__name__.strip("_"), name, given[name], letters, sizes)
            return function(*args[len(names) :], **given)

        return checked  # type: ignore[return-value]

    return decorate


def fit(
    where: str, name: str, value: Any, letters: str, sizes: dict[str, tuple[int, str, tuple[int, ...]]]
) -> np.ndarray:
    """Return ``value`` as a matrix whose shape agrees with ``letters`` and with the ``sizes`` seen so far."""
    x = matrix(name, value, letters)
    for axis, letter in enumerate(letters.split()):
        size, other, shape = (
            (int(letter), "", ()) if letter.isdigit() else sizes.setdefault(letter, (x.shape[axis], name, x.shape))
        )
        if x.shape[axis] != size:
            what = ("rows", "columns")[axis]
            because = f", because {other} is {shape}" if other else ""
            swapped = x.shape[::-1]
            hint = (
                "bp.one_hot(labels, K) turns class numbers into columns"
                if name == "y" and x.shape[0] == 1
                else f"{name}.T, if its axes are swapped"
                if swapped[axis] == size and x.shape[0] != x.shape[1]
                else f"print {name}.shape" + (f" and {other}.shape" if other else "") + " before the call"
            )
            raise BadInput(
                f"{where}: {name} does not fit.",
                wanted=f"{name} ({letters.replace(' ', ', ')}) with {size} {what}{because}",
                got=f"{name} of shape {x.shape}",
                hint=hint,
            )
    return x


def columns(X: Any) -> np.ndarray:
    """Turn a table (N, n), one example a row, into bpkit's (n, N), one example a column.

    The one door for data of the outside world (pandas, scikit-learn, PyTorch).
    Raises BadInput for anything but a table of finite numbers.
    """
    x = numbers("X", X)
    if x.ndim != 2:
        raise BadInput(
            "X is not a table.",
            wanted="a table (N, n), one example a row",
            got=f"shape {x.shape}",
            hint="np.array([x]) for one example with n features, np.array(x)[:, None] for N examples of one feature",
        )
    return np.ascontiguousarray(matrix("X", x, "N n").T)


def one_hot(labels: Any, classes: int | None = None) -> np.ndarray:
    """Turn N class numbers 0 .. K-1 into columns (K, N) with a single 1 each.

    ``classes`` is K; without it K is the largest label + 1. Raises BadInput for labels that are not whole
    numbers in range.
    """
    t = numbers("labels", labels)
    if t.ndim != 1 or t.size == 0 or t.dtype.kind == "c" or (t != np.round(t)).any():
        raise BadInput(
            "labels are not class numbers.",
            wanted="whole numbers of shape (N,)",
            got=describe(labels),
            hint="labels.ravel(), or np.unique(names, return_inverse=True)[1] for names of classes",
        )
    k = t.astype(int)
    K = int(k.max()) + 1 if classes is None else classes
    if k.min() < 0 or k.max() >= K:
        raise BadInput(
            "a label is out of range.",
            wanted=f"labels from 0 to {K - 1}",
            got=f"labels from {k.min()} to {k.max()}",
            hint="count classes from 0, or pass classes=K",
        )
    return np.eye(K)[:, k]


def nearest(name: object, known: Iterable[str], what: str) -> str:
    """Return ``name`` if it is one of ``known``; otherwise raise BadInput with the nearest right name."""
    known = list(known)
    if isinstance(name, str) and name in known:
        return name
    from difflib import get_close_matches

    close = get_close_matches(str(name).lower(), known, n=1, cutoff=0.4)
    raise BadInput(
        f"{name!r} is no {what}.",
        wanted=", ".join(known),
        got=repr(name),
        hint=f"{close[0]!r}" if close else f"one of {', '.join(known[:3])}",
    )


def positive(name: str, value: Any) -> float:
    """Return ``value`` as a float above zero, or raise BadInput."""
    x = numbers(name, value)
    if x.ndim != 0 or x.dtype.kind == "c" or x <= 0:
        raise BadInput(
            f"{name} must be a number above zero.",
            wanted=f"{name} > 0",
            got=describe(value),
            hint=f"{name}=0.1; the minus sign of w - eta * dL/dw is already in the update",
        )
    return float(x)


def whole(name: str, value: Any, least: int = 1) -> int:
    """Return ``value`` as a whole number of at least ``least``, or raise BadInput."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise BadInput(
            f"{name} must be a whole number.",
            wanted=f"{name} >= {least}",
            got=describe(value),
            hint=f"{name}={max(least, 1)}",
        )
    return int(value)


def generator(rng: Any) -> np.random.Generator:
    """Return a Generator from a seed or a Generator; the same seed gives the same numbers."""
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or rng < 0:
        raise BadInput(
            "rng must be a seed or a Generator.",
            wanted="a whole number >= 0 or np.random.default_rng(seed)",
            got=describe(rng),
            hint="rng=0",
        )
    return np.random.default_rng(rng)
