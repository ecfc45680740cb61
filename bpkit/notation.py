"""The words of bpkit: the letters of the course, one colour a quantity, and one way to print a number.

Letters: x input, y target, z weighted sum, a activation, W weights, b bias, f activation function,
L loss, delta = dL/dz, eta step size, l layer, n width of a layer, N examples.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Symbol(NamedTuple):
    """One row of the course's dictionary: LaTeX, Python, shape and meaning, with the chapter that brings it."""

    latex: str
    python: str
    shape: str
    meaning: str
    chapter: int


SYMBOLS: dict[str, Symbol] = {
    "x": Symbol("x = a^{(0)}", "trace.a[0]", "(n_0, N)", "input, one example a column", 0),
    "y": Symbol("y", "y", "(n_L, N)", "target", 0),
    "W": Symbol("W^{(l)}", "net.W[l]", "(n_l, n_{l-1})", "weights into layer l", 1),
    "b": Symbol("b^{(l)}", "net.b[l]", "(n_l, 1)", "bias of layer l", 1),
    "z": Symbol("z^{(l)}", "trace.z[l]", "(n_l, N)", "weighted sum, before the activation function", 0),
    "a": Symbol("a^{(l)}", "trace.a[l]", "(n_l, N)", "activation, after the activation function", 0),
    "f": Symbol("f^{(l)}", "net.f[l]", "elementwise", "activation function of layer l", 1),
    "L": Symbol("L", "loss(a, y)", "scalar", "loss, with its own 1/N", 0),
    "delta": Symbol(r"\delta^{(l)}", "grads.delta[l]", "(n_l, N)", "error signal dL/dz", 0),
    "dW": Symbol(r"\partial L/\partial W^{(l)}", "grads.dW[l]", "as W", "gradient of the weights", 6),
    "db": Symbol(r"\partial L/\partial b^{(l)}", "grads.db[l]", "as b", "gradient of the bias", 6),
    "eta": Symbol(r"\eta", "eta", "scalar", "step size (learning rate)", 0),
}

# Okabe and Ito's palette, which readers with any common colour vision can tell apart
# (jfly.uni-koeln.de/color, 2008). (light theme, dark theme)
COLOURS: dict[str, tuple[str, str]] = {
    "forward": ("#0072B2", "#56B4E9"),
    "backward": ("#B34700", "#E69F00"),
    "loss": ("#8F3B76", "#CC79A7"),
    "right": ("#006B4E", "#3DC79B"),
    "quiet": ("#5F6368", "#A8ADB3"),
}


def number(value: Any, digits: int = 4) -> str:
    """Write one number with ``digits`` decimals, never as -0.0000, and in powers of ten where it needs them."""
    v = complex(value)
    if v.imag:
        sign = "-" if v.imag < 0 else "+"
        return f"{number(v.real, digits)} {sign} {number(abs(v.imag), digits)}i"
    r = 0.0 if abs(v.real) < 1e-15 else v.real  # below that it is rounding noise, another on every machine
    if r and (abs(r) < 0.5 * 10.0**-digits or abs(r) >= 1e7):
        return f"{r:.{max(digits - 2, 1)}e}"
    return f"{r + 0.0:.{digits}f}"


def text(value: Any, digits: int = 4) -> str:
    """Write a number, an array, a dict of them or a blank, rounded alike on every machine and NumPy version."""
    if value is ...:
        return "... (still blank)"
    if isinstance(value, Mapping):
        return "\n".join(f"{k}: {text(v, digits)}" for k, v in value.items())
    if isinstance(value, (str, bool, np.bool_, type(None))):
        return str(value)
    x = np.asarray(value)
    if x.dtype.kind not in "iufc":
        return str(value)
    write: Callable[[Any], str] = (lambda v: str(int(v))) if x.dtype.kind in "iu" else (lambda v: number(v, digits))
    if x.ndim == 0:
        return write(x[()])
    shown = x if x.size <= 60 else x[tuple(np.r_[0:3, -3:0] if n > 6 else np.arange(n) for n in x.shape[:1])]
    width = max((len(write(v)) for v in shown.flat), default=0)
    return np.array2string(
        x,
        formatter={"all": lambda v: write(v).rjust(width)},
        separator=" ",
        threshold=60,
        edgeitems=3,
        max_line_width=100,
    )


def show(digits: int = 4, **named: Any) -> None:
    """Print ``name = value`` a line, arrays with their shape: the one way in which lessons print numbers.

    ``bp.show(z=z, a=a)`` prints 4 decimals; ``bp.show(digits=10, z=z)`` prints 10.
    """
    for name, value in named.items():
        body = text(value, digits)
        if "\n" in body:
            body = "\n" + "\n".join("    " + line for line in body.splitlines())
        shape = f"   {np.shape(value)}" if isinstance(value, np.ndarray) and value.ndim else ""
        print(f"{name} = {body}{shape}")


def write_whole(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write ``data`` to ``path`` whole or not at all: into a temporary file beside it, then renamed over it.

    A link is followed; what is no file, such as /dev/null, is written to as it is.
    """
    import tempfile

    path = Path(path).resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
