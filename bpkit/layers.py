"""What holds of the layers of a network: keys 1..L, sizes that fit, read-only arrays.

Letters: W[l] (n_l, n_{l-1}) and b[l] (n_l, 1), f[l] activation function, l the layer, L the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from .activations import Activation
from .shapes import BadInput, BadType, describe

Array = np.ndarray


def by_layer(name: str, values: Any) -> dict[int, Any]:
    """Return ``values`` as a dict keyed 1..L."""
    if isinstance(values, Mapping):
        if not values or sorted(values, key=str) != sorted(range(1, len(values) + 1), key=str):
            raise BadInput(
                f"{name} is not keyed by layer.",
                wanted="keys 1, 2, .., L",
                got=f"keys {list(values)}",
                hint=f"{name} = {{1: .., 2: ..}}; layer 0 is the input, which has no {name}",
            )
        return {l: values[l] for l in range(1, len(values) + 1)}
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) == 0:
        raise BadType(
            f"{name} is not one value a layer.",
            wanted="a dict keyed 1..L, or a list",
            got=describe(values),
            hint=f"{name} = {{1: .., 2: ..}}",
        )
    return dict(enumerate(values, start=1))


def check_layers(W: dict[int, Array], b: dict[int, Array], f: dict[int, Activation]) -> None:
    """Raise BadInput unless every layer takes what the layer before it gives."""
    for name, part in (("b", b), ("f", f)):
        if len(part) != len(W):
            raise BadInput(
                f"W and {name} name different layers.",
                wanted=f"{len(W)} layers, as in W",
                got=f"{len(part)} layers in {name}",
                hint=f"give {name} one entry a layer",
            )
    for l, w in W.items():
        if l > 1 and w.shape[1] != W[l - 1].shape[0]:
            raise BadInput(
                f"layer {l} does not take what layer {l - 1} gives.",
                wanted=f"W[{l}] with {W[l - 1].shape[0]} columns, because W[{l - 1}] is {W[l - 1].shape}",
                got=f"W[{l}] of shape {w.shape}",
                hint="W[l] is (n_l, n_{l-1}): outputs first",
            )
        if b[l].shape != (w.shape[0], 1):
            raise BadInput(
                f"b[{l}] does not fit W[{l}].",
                wanted=f"shape {(w.shape[0], 1)}, one bias a unit",
                got=f"shape {b[l].shape}",
                hint=f"np.zeros(({w.shape[0]}, 1))",
            )


def check_same(own: dict[tuple[str, int], Array], other: dict[tuple[str, int], Array]) -> None:
    """Raise BadInput unless ``other`` has a value of the right shape for every parameter."""
    for key, w in own.items():
        if key not in other or other[key].shape != w.shape:
            name = f"{key[0]}[{key[1]}]"
            raise BadInput(
                "these gradients are another network's.",
                wanted=f"{name} of shape {w.shape}",
                got=str(other[key].shape) if key in other else f"no {name}",
                hint="grads = net.backward(trace, y, loss)",
            )


def real_dtype(dtype: Any) -> np.dtype:
    """Return float32 or float64, or raise BadInput."""
    try:
        kind = np.dtype(dtype)
    except TypeError:
        kind = np.dtype(object)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise BadInput("dtype must be a float.", wanted="float64 or float32", got=describe(dtype), hint="dtype=float")
    return kind


def frozen(arrays: dict[int, Array], dtype: np.dtype) -> Mapping[int, Array]:
    """Return read-only copies of the arrays, keyed by layer."""
    copies = {l: np.array(x, dtype=dtype, order="C") for l, x in arrays.items()}
    for x in copies.values():
        x.setflags(write=False)
    return MappingProxyType(copies)
