"""The calls on which an answer is tried.

Sizes that all differ *detect* a mistake; sizes that are all equal let a missing transpose run, so that it can be
*named*; a batch of one, a single unit, whole numbers and large values are where some wrong answers are right, or the
other way round. Special cases are fixed, the ordinary ones follow the seed.

Letters: n, m, k widths of layers; N examples, one a column; K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from .. import activations
from .declare import Case, Parameter
from .maths import np, softmax, value

Maker = Callable[[Any, Mapping[str, int]], Any]
WIDTHS = (3, 4, 2, 6)
HIDDEN = (activations.tanh, activations.sigmoid, activations.softplus, activations.silu)


def normal(rng: Any, *shape: int) -> Any:
    """Numbers of both signs, away from 0 and its kinks: 0.1 at least."""
    x = rng.standard_normal(shape)
    return x + 0.1 * np.where(x < 0, -1.0, 1.0)


def whole(*shape: int) -> Any:
    """Whole numbers from -4 to 4, none of them 0, in an order without symmetry."""
    numbers = np.array([2.0, -3.0, 1.0, 4.0, -1.0, 3.0, -2.0, 1.0, -4.0, 2.0, 3.0, -1.0, -2.0])
    return np.array([numbers[(5 * i + i * i // 3) % 13] for i in range(int(np.prod(shape)))]).reshape(shape)


def between(rng: Any, *shape: int) -> Any:
    """Numbers strictly between 0 and 1, such as a sigmoid gives."""
    return rng.uniform(0.05, 0.95, shape)


def columns_of_probability(rng: Any, rows: int, N: int) -> Any:
    """Columns that sum to 1, such as a softmax gives."""
    return softmax(normal(rng, rows, N))


def one_hot(rng: Any, rows: int, N: int) -> Any:
    """Columns with a single 1."""
    return np.eye(rows)[:, rng.integers(rows, size=N)]


def bits(rng: Any, *shape: int) -> Any:
    """Zeros and ones, both present where there is room for both."""
    y = rng.integers(0, 2, shape).astype(float)
    if y.size > 1:
        y.flat[0], y.flat[-1] = 0.0, 1.0
    return y


def over_sizes(large: float = 8.0, more: Mapping[str, Callable[[Any], tuple[Any, ...]]] | None = None,
               **given: Any) -> Callable[[tuple[Parameter, ...]], tuple[Case, ...]]:
    """Six cases from the letters of the parameters' shapes, and a seventh with relu where one parameter is ``f``.

    An argument that is no array of normal numbers is ``given``: a value, or a lambda of (rng, sizes) that makes it.
    ``more`` cases may follow.
    """

    def build(parameters: tuple[Parameter, ...]) -> tuple[Case, ...]:
        shapes = [letter for p in parameters for letter in p.letters or () if letter.isalpha()]
        letters = [letter for letter in dict.fromkeys(shapes) if letter != "N"]
        apart = dict(zip(letters, WIDTHS, strict=False)) | {"N": 5}
        alone = apart | {letter: 1 for letter in letters[:1] if letter != "K"}
        if alone == apart:
            alone = apart | {"K": 2}
        wider = {letter: size + 1 for letter, size in apart.items()}  # no size is the same in all cases
        table: tuple[tuple[str, dict[str, int], float, bool], ...] = (
            ("sizes all different", apart, 1.0, False),
            ("sizes all equal", dict.fromkeys(apart, 4), 1.0, False),
            ("a batch of one", apart | {"N": 1}, 1.0, True),
            ("two classes" if "K" in letters[:1] else "a single unit", alone, 1.0, True),
            ("whole numbers", apart, 0.0, True),
            ("large values", wider, large, True))
        cases = [Case(tag, _maker(parameters, sizes, scale, {"f": HIDDEN[i % len(HIDDEN)]} | given), sizes, fixed)
                 for i, (tag, sizes, scale, fixed) in enumerate(table)]
        if any(p.name == "f" for p in parameters):
            closing = {"f": activations.relu} | given
            cases.append(Case("gates that close", _maker(parameters, apart, 1.0, closing), apart))
        return tuple(cases) + tuple(Case(tag, make) for tag, make in (more or {}).items())

    return build


def _maker(parameters: tuple[Parameter, ...], sizes: Mapping[str, int], scale: float,
           given: Mapping[str, Any]) -> Callable[[Any], tuple[Any, ...]]:
    def make(rng: Any) -> tuple[Any, ...]:
        return tuple(_argument(p, rng, sizes, scale, given) for p in parameters)

    return make


def _argument(p: Parameter, rng: Any, sizes: Mapping[str, int], scale: float, given: Mapping[str, Any]) -> Any:
    if p.name in given:
        maker = given[p.name]
        return maker(rng, sizes) if getattr(maker, "__name__", "") == "<lambda>" else maker
    shape = [int(letter) if letter.isdigit() else sizes[letter] for letter in p.letters or ()]
    if scale == 0:
        return np.roll(whole(*shape).ravel(), len(p.name)).reshape(shape)
    return scale * normal(rng, *shape)


def network(rng: Any, sizes: tuple[int, ...], N: int, hidden: Any = activations.tanh,
            output: Any = activations.sigmoid) -> Any:
    """A random network and its forward pass: W, b, f, z, a by layer, x = a[0], and y of the output's kind.

    ``hidden`` is one activation function for all hidden layers, or a tuple with one for each of them.
    """
    L = len(sizes) - 1
    each = hidden if isinstance(hidden, tuple) else (hidden,) * (L - 1)
    f = dict(enumerate((*each, output), start=1))
    W = {l: normal(rng, sizes[l], sizes[l - 1]) for l in f}
    b = {l: normal(rng, sizes[l], 1) for l in f}
    a, z = {0: normal(rng, sizes[0], N)}, {}
    for l in f:
        z[l] = W[l] @ a[l - 1] + b[l]
        a[l] = value(f[l], z[l])
    y = one_hot(rng, sizes[L], N) if output.name == "softmax" else bits(rng, sizes[L], N)
    return SimpleNamespace(W=W, b=b, f=f, z=z, a=a, x=a[0], y=y)


NETWORKS: dict[str, Any] = {
    "sizes all different": lambda rng: network(rng, (3, 4, 2), 5),
    "sizes all equal": lambda rng: network(rng, (4, 4, 4, 4), 4, activations.sigmoid),
    "a batch of one": lambda rng: network(rng, (2, 3, 4), 1, activations.tanh, activations.softmax),
    "one layer": lambda rng: network(rng, (3, 2), 5),
    "four layers": lambda rng: network(rng, (2, 5, 3, 4, 6), 5, HIDDEN[:3], activations.softmax),
    "gates that close": lambda rng: network(rng, (5, 4, 3, 2), 6, activations.relu, activations.identity),
}


def over_networks(**made: Callable[[Any, Any], Any]) -> Callable[[tuple[Parameter, ...]], tuple[Case, ...]]:
    """Six cases from whole networks; parameters are their parts by name, or ``made`` from (rng, network)."""

    def build(parameters: tuple[Parameter, ...]) -> tuple[Case, ...]:
        def maker(net_of: Any) -> Callable[[Any], tuple[Any, ...]]:
            def make(rng: Any) -> tuple[Any, ...]:
                net = net_of(rng)
                return tuple(made[p.name](rng, net) if p.name in made else getattr(net, p.name) for p in parameters)

            return make

        return tuple(Case(tag, maker(net_of)) for tag, net_of in NETWORKS.items())

    return build
