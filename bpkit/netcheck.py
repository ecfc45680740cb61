"""Gradient check of a whole network for the price of a few forward passes.

Letters: x (n_0, N), y (n_L, N), W b z a f by layer as in the course, delta = dL/dz, h the imaginary step, V a
random direction.

A black box pays one forward pass for every weight. A network is no black box: the examples do not touch each other,
and a weight acts through the z of its unit alone. So all examples of a unit are nudged at once, all units of a
layer lie side by side as columns of one matrix, and one forward pass from there on gives dL/dz of the whole layer.
dL/dW is then delta a', because z = W a + b. That last step is checked too: along a random direction V of every W
and b, the complex step through the whole network must agree with the sum of dL/dW * V.

Source of the step: Squire and Trapp, SIAM Review 40 (1998) 110-112. No derivative of any f or loss is used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from .blackbox import BlackBox
from .differences import gradcheck, second_look
from .losses import FUSED, Loss, loss_function
from .network import Network
from .report import Report, judge
from .shapes import BadInput, generator, matrix

Array = np.ndarray
H, REAL = 1e-20, 1e-6  # the imaginary step; a real one
TOLERANCE, TOLERANCE_SINGLE = 1e-8, 1e-4
STACK = 2_000_000  # complex numbers in one stack: 32 MB


def check_network(net: Network, x: Any, y: Any, loss: Loss | str, grads: Any = None, rng: Any = 0) -> Report:
    """Compare gradients of a network with complex steps, every weight and every bias.

    x (n_0, N), y (n_L, N); grads holds dW[l] and db[l] by layer (default: ``net.backward``). The verdict is by norm,
    tensor by tensor, as in ``gradcheck``. Raises BadInput where shapes do not fit.
    """
    x, y, loss = _real(matrix("x", x)), _real(matrix("y", y)), loss_function(loss)
    grads = net.backward(net.forward(x), y, loss) if grads is None else grads
    claimed = named(grads.dW, grads.db)
    theta = {key: _real(w) for key, w in net.parameters().items()}
    _same_shapes(claimed, named(net.W, net.b))

    def f(moved: Any) -> Any:
        return _loss_at(net, moved, x, y, loss)

    measured = measure(net, x, y, loss)
    if not _confirmed(net, measured, x, y, loss, generator(rng)):
        return gradcheck(f, theta, {key: claimed[f"{key[0]}[{key[1]}]"] for key in theta}, method="central")
    single = any(g.dtype == np.float32 for g in claimed.values())
    notes = ("float32 carries about 7 digits; a smaller difference counts as rounding",) if single else ()
    scale = 16 * float(np.finfo(float).eps) * max(1.0, abs(f(theta)))
    return judge(
        claimed,
        measured,
        floor={name: scale * np.sqrt(g.size) for name, g in measured.items()},
        tolerance=TOLERANCE_SINGLE if single else TOLERANCE,
        method="complex step, layer by layer",
        notes=notes,
        second_look=lambda name, index, g: second_look(BlackBox(f, theta), name, index, g, "complex"),
    )


def measure(net: Network, x: Any, y: Any, loss: Loss | str) -> dict[str, Array]:
    """dL/dW and dL/db of every layer by complex steps, named W[1], b[1], W[2], ..."""
    x, y, loss = _real(matrix("x", x)), _real(matrix("y", y)), loss_function(loss)
    a, dW, db = x, {}, {}
    for l in net.W:
        z = _real(net.W[l]) @ a + _real(net.b[l])
        delta = np.concatenate([_deltas(net, l, z, units, y, loss) for units in _blocks(net, l, z)])
        dW[l], db[l] = delta @ a.T, delta.sum(axis=1, keepdims=True)
        a = net.f[l](z)
    return named(dW, db)


def named(dW: Any, db: Any) -> dict[str, Array]:
    """Gradients by layer as one dict: W[1], b[1], W[2], ..."""
    return {f"{kind}[{l}]": np.asarray(part[l]) for l in sorted(dW) for kind, part in (("W", dW), ("b", db))}


def _deltas(net: Network, l: int, z: Array, units: range, y: Array, loss: Loss) -> Array:
    """dL/dz of some units of layer l, all examples of a unit nudged at once: (units, N)."""
    N = z.shape[1]
    if l == net.depth or net.f[l].name == "softmax":
        stack = np.tile(z.astype(complex), len(units))
        for place, unit in enumerate(units):
            stack[unit, place * N : (place + 1) * N] += 1j * H
        z_last = _onward(net, l, stack)
    else:  # a nudge of one unit changes its own a alone, and the next z in proportion to the weights from it
        change = net.f[l](z[units] + 1j * H).imag
        z_next = _real(net.W[l + 1]) @ net.f[l](z) + _real(net.b[l + 1])
        stack = z_next[:, None, :] + 1j * (_real(net.W[l + 1])[:, units, None] * change)
        z_last = _onward(net, l + 1, stack.reshape(len(z_next), -1))
    return _per_example(loss, net, z_last, np.tile(y, len(units))).imag.reshape(len(units), N) / (H * N)


def _onward(net: Network, l: int, z: Array) -> Array:
    """From z of layer l to z of the last layer."""
    for k in range(l + 1, net.depth + 1):
        z = _real(net.W[k]) @ net.f[k - 1](z) + _real(net.b[k])
    return z


def _per_example(loss: Loss, net: Network, z: Array, y: Array) -> Array:
    """The loss of each column, from z where loss and activation allow it."""
    f = net.f[net.depth]
    pair = FUSED.get((loss.name, f.name))
    return pair.terms(z, y).sum(axis=0) if pair else loss.per_example(f(z), y)


def _blocks(net: Network, l: int, z: Array) -> Iterator[range]:
    """The units of a layer, as many at a time as memory allows."""
    at_once = max(1, STACK // (max(net.sizes[l:]) * z.shape[1]))
    for start in range(0, net.sizes[l], at_once):
        yield range(start, min(start + at_once, net.sizes[l]))


def _loss_at(net: Network, theta: Any, x: Array, y: Array, loss: Loss) -> Any:
    """The loss with the parameters of theta in place of the network's."""
    a = x
    for l in net.W:
        z = theta["W", l] @ a + theta["b", l]
        a = net.f[l](z) if l < net.depth else z
    return _per_example(loss, net, a, y).mean()


def _confirmed(
    net: Network, measured: dict[str, Array], x: Array, y: Array, loss: Loss, rng: np.random.Generator
) -> bool:
    """Whether every f takes complex numbers, and the network as a whole says the same as its layers."""
    a = x
    for l in net.W:
        z = _real(net.W[l]) @ a + _real(net.b[l])
        f = net.f[l] if l < net.depth else partial(_per_example, loss, net, y=y)
        if not _takes_complex(f, z, rng):
            return False
        a = net.f[l](z)
    theta = {key: _real(w) for key, w in net.parameters().items()}
    for (kind, l), w in theta.items():
        V, g = rng.choice([-1.0, 1.0], w.shape), measured[f"{kind}[{l}]"]
        slope = complex(_loss_at(net, {**theta, (kind, l): w + 1j * H * V}, x, y, loss)).imag / H
        if abs(slope - (g * V).sum()) > (1e-9 * np.linalg.norm(g) + 1e-14) * np.sqrt(g.size):
            return False
    return True


def _takes_complex(f: Any, z: Array, rng: np.random.Generator) -> bool:
    """Whether the complex step of f at z is near its central difference; abs, max and conj drop the imaginary part."""
    V = rng.choice([-1.0, 1.0], z.shape)
    ahead, behind, exact = f(z + REAL * V), f(z - REAL * V), f(z + 1j * H * V).imag / H
    corner = abs(ahead - 2 * f(z) + behind) / REAL
    rounding = 1e-14 * np.maximum(1.0, abs(ahead)) / REAL
    return bool((abs((ahead - behind) / (2 * REAL) - exact) <= 0.01 * abs(exact) + corner + rounding).all())


def _real(w: Array) -> Array:
    return np.asarray(w, dtype=float)


def _same_shapes(claimed: dict[str, Array], measured: dict[str, Array]) -> None:
    for name, g in measured.items():
        if name not in claimed or claimed[name].shape != g.shape:
            got = f"shape {claimed[name].shape}" if name in claimed else f"no {name}"
            raise BadInput(
                f"the gradient of {name} does not fit.",
                wanted=f"shape {g.shape}, as {name} itself",
                got=got,
                hint="dW[l] has the shape of W[l], db[l] that of b[l]",
            )
