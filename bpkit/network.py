"""A layered network and its two passes.

Letters: x = a[0] input, y target, z[l] = W[l] a[l-1] + b[l], a[l] = f[l](z[l]), delta[l] = dL/dz[l];
l counts the layers from 1 to L, and every dict is keyed by it, so that the index in code is the index in the formula.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from .activations import Activation, activation
from .backprop import affine, bias_gradient, hidden_delta, output_delta, weight_gradient
from .layers import by_layer, check_layers, check_same, frozen, real_dtype
from .losses import Loss, output_loss
from .notation import write_whole
from .records import Grads, Trace, html_table
from .shapes import BadInput, BadType, describe, generator, matrix, positive, whole

Array = np.ndarray
Layers = Mapping[int, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A network of L layers, a[l] = f[l](W[l] a[l-1] + b[l]); it never changes, ``step`` returns a new one.

    ``W[l]`` (n_l, n_{l-1}) and ``b[l]`` (n_l, 1) are read-only copies, ``f[l]`` is an activation; each argument is a
    dict keyed 1..L, or a list whose first entry is layer 1; f may also be one function for all layers, by name or
    itself. Raises BadInput where a layer does not take what the layer before it gives.
    """

    W: Mapping[int, Array]
    b: Mapping[int, Array]
    f: Mapping[int, Activation]

    def __init__(self, W: Layers | Sequence[Any], b: Layers | Sequence[Any], f: Any) -> None:
        weights = {l: matrix(f"W[{l}]", w, "n_l n_{l-1}") for l, w in by_layer("W", W).items()}
        shifts = {l: matrix(f"b[{l}]", v, "n_l 1") for l, v in by_layer("b", b).items()}
        one = isinstance(f, (str, Activation))
        functions = {l: activation(v) for l, v in (dict.fromkeys(weights, f) if one else by_layer("f", f)).items()}
        check_layers(weights, shifts, functions)
        dtype = np.result_type(*weights.values(), *shifts.values())
        object.__setattr__(self, "W", frozen(weights, dtype))
        object.__setattr__(self, "b", frozen(shifts, dtype))
        object.__setattr__(self, "f", MappingProxyType(functions))

    @classmethod
    def random(
        cls, sizes: Sequence[int], hidden: Any = "tanh", output: Any = "softmax", rng: Any = 0, dtype: Any = float
    ) -> Network:
        """A network of the given layer sizes with small random weights and zero biases.

        sizes [n_0, n_1, .., n_L]. W[l] is normal with variance gain/n_{l-1}: gain 2 before the ReLU family (He et al.
        2015), 1 otherwise (LeCun 1998), which keeps signals of one size through the layers. ``rng`` is a seed or a
        Generator; the same seed gives the same bits. Raises BadInput for sizes, names or a dtype it does not know.
        """
        if isinstance(sizes, (str, int)) or not hasattr(sizes, "__len__") or len(sizes) < 2:
            raise BadInput(
                "sizes names no network.",
                wanted="at least two widths, input first",
                got=describe(sizes),
                hint="bp.Network.random([2, 3, 1])",
            )
        n = [whole(f"sizes[{i}]", s) for i, s in enumerate(sizes)]
        kind, rng, last = real_dtype(dtype), generator(rng), len(n) - 1
        f = {l: activation(output if l == last else hidden) for l in range(1, last + 1)}
        gain = {l: 2.0 if f[l].name in ("relu", "gelu", "silu", "softplus") else 1.0 for l in f}
        W = {l: (rng.standard_normal((n[l], n[l - 1])) * np.sqrt(gain[l] / n[l - 1])).astype(kind) for l in f}
        return cls(W, {l: np.zeros((n[l], 1), kind) for l in f}, f)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths (n_0, n_1, .., n_L), input first."""
        return (self.W[1].shape[1], *(w.shape[0] for w in self.W.values()))

    @property
    def depth(self) -> int:
        """L, the number of layers with weights, which is also the number of the output layer."""
        return len(self.W)

    def forward(self, x: Any) -> Trace:
        """Compute and keep a[0] = x, z[l] = W[l] a[l-1] + b[l], a[l] = f[l](z[l]).

        x (n_0, N) -> Trace. Raises BadInput for a 1-D x, an empty batch, NaN or inf, or another number of rows.
        """
        a, z = {0: self.take(x)}, {}
        for l in self.W:
            z[l] = affine(self.W[l], a[l - 1], self.b[l])
            a[l] = self.f[l](z[l])
        return Trace(MappingProxyType(a), MappingProxyType(z))

    def take(self, x: Any) -> Array:
        """Return x (n_0, N) in the network's float type, or raise BadInput if it cannot be its input."""
        x, kind = matrix("x", x, "n_0 N"), self.W[1].dtype
        if x.shape[0] != self.sizes[0]:
            swapped = x.shape[1] == self.sizes[0]
            raise BadInput(
                "x does not fit the network.",
                wanted=f"x with {self.sizes[0]} rows, one a feature",
                got=f"x of shape {x.shape}",
                hint="bp.columns(x): your examples lie in rows" if swapped else "compare net.sizes[0] with x.shape[0]",
            )
        return x.astype(kind, copy=False) if x.dtype.kind == kind.kind else x

    def backward(self, trace: Trace, y: Any, loss: Loss | str) -> Grads:
        """Compute delta[l], dL/dW[l] and dL/db[l] of every layer, last layer first.

        trace of ``forward``, y (n_L, N), a loss or its name -> Grads. Raises BadInput where y or the trace does not
        fit.
        """
        W, f, L = self.W, self.f, self.depth
        a, z = self._own(trace)
        delta = {L: output_delta(loss, f[L], z[L], a[L], y)}
        for l in range(L - 1, 0, -1):
            delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], f[l])
        dW = {l: weight_gradient(delta[l], a[l - 1]) for l in delta}
        db = {l: bias_gradient(delta[l]) for l in delta}
        return Grads(MappingProxyType(delta), MappingProxyType(dW), MappingProxyType(db))

    def loss(self, x: Any, y: Any, loss: Loss | str) -> Any:
        """L of the network's answer to x (n_0, N) against y (n_L, N), a number.

        Taken from z[L] where loss and output activation match, so it is exact where probabilities underflow.
        """
        return output_loss(loss, self.f[self.depth], self.forward(x).z[self.depth], y)

    def predict(self, x: Any) -> Array:
        """What the network says of x (n_0, N).

        Softmax: the class of each example, (N,). One sigmoid output: 1 where a > 1/2, else 0, (N,). Otherwise a[L],
        (n_L, N).
        """
        a = self.forward(x).a[self.depth]
        if self.f[self.depth].name == "softmax":
            return a.argmax(axis=0)
        if self.f[self.depth].name == "sigmoid" and a.shape[0] == 1:
            return (a[0] > 0.5).astype(int)
        return a

    def step(self, grads: Grads, eta: float) -> Network:
        """One step of gradient descent, W - eta dL/dW and b - eta dL/db in every layer at once.

        Returns a new Network; every gradient was taken at the old weights. Raises BadInput unless eta > 0.
        """
        eta = positive("eta", eta)
        return self.map(lambda w, g: w - eta * g, grads)

    def map(self, rule: Callable[..., Array], *others: Any) -> Network:
        """A new Network of ``rule(w, g, ..)`` for each parameter w; g from Grads or a dict keyed ("W", l), ("b", l)."""
        found = [_parameters(o) for o in others]
        own = _parameters(self)
        for part in found:
            check_same(own, part)
        new = {key: rule(w, *(part[key] for part in found)).astype(w.dtype, copy=False) for key, w in own.items()}
        return Network({l: new["W", l] for l in self.W}, {l: new["b", l] for l in self.W}, self.f)

    def parameters(self) -> dict[tuple[str, int], Array]:
        """Every parameter by name and layer: ("W", 1), ("b", 1), ("W", 2), ..."""
        return _parameters(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the network to ``path`` as npz without pickle, whole or not at all; ``bp.load(path)`` reads it."""
        arrays: dict[str, Any] = {f"{kind}{l}": w for (kind, l), w in self.parameters().items()}
        arrays["f"] = np.array([self.f[l].name for l in self.W])
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        return write_whole(path, buffer.getvalue())

    def __repr__(self) -> str:
        count = sum(w.size for w in self.parameters().values())
        rows = [f"  layer {l}: W {self.W[l].shape}, b {self.b[l].shape}, {self.f[l].name}" for l in self.W]
        return f"Network {'-'.join(map(str, self.sizes))}, {count} parameters\n" + "\n".join(rows)

    def _repr_html_(self) -> str:
        head = f"Network {'-'.join(map(str, self.sizes))}, {sum(w.size for w in self.parameters().values())} parameters"
        return html_table(head, {l: {"W": self.W[l], "b": self.b[l], "f": self.f[l].name} for l in self.W})

    def __reduce__(self) -> tuple[Any, ...]:
        return Network, (dict(self.W), dict(self.b), dict(self.f))

    def _own(self, trace: Trace) -> tuple[Mapping[int, Array], Mapping[int, Array]]:
        if not isinstance(trace, Trace):
            raise BadType(
                "backward needs the trace of a forward pass.",
                wanted="a Trace",
                got=describe(trace),
                hint="trace = net.forward(x); grads = net.backward(trace, y, loss)",
            )
        if tuple(trace.a[l].shape[0] for l in sorted(trace.a)) != self.sizes:
            raise BadInput(
                "this trace is another network's.",
                wanted=f"layers of {self.sizes}",
                got=f"{tuple(len(trace.a[l]) for l in sorted(trace.a))}",
                hint="trace = net.forward(x)",
            )
        return trace.a, trace.z


def load(path: str | os.PathLike[str]) -> Network:
    """Read a Network that ``net.save(path)`` wrote, to the same bits. Raises BadInput for other files."""
    try:
        with np.load(path, allow_pickle=False) as file:
            data = {name: file[name] for name in file.files}
        layers = range(1, len(data["f"]) + 1)
        return Network(
            {l: data[f"W{l}"] for l in layers}, {l: data[f"b{l}"] for l in layers}, [str(f) for f in data["f"]]
        )
    except FileNotFoundError:
        raise BadInput(
            f"there is no file {path}.",
            wanted="a file written by net.save",
            got="no file",
            hint="check the folder: a notebook looks beside itself",
        ) from None
    except (ValueError, KeyError, OSError, EOFError, TypeError, zipfile.BadZipFile, AttributeError) as error:
        raise BadInput(
            f"{path} holds no network.",
            wanted="a file written by net.save",
            got=f"{type(error).__name__}: {error}",
            hint="save the network again",
        ) from None


def _parameters(part: Any) -> dict[tuple[str, int], Array]:
    if isinstance(part, Mapping):
        return dict(part)
    if not isinstance(part, (Network, Grads)):
        raise BadType(
            "these are no gradients.", wanted="Grads", got=describe(part), hint="grads = net.backward(trace, y, loss)"
        )
    W, b = (part.dW, part.db) if isinstance(part, Grads) else (part.W, part.b)
    return {(kind, l): values[l] for l in sorted(W) for kind, values in (("W", W), ("b", b))}
