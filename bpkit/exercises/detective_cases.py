"""Chapter 10's cases: sets of gradients, networks in which every layer learns, and suspects; and how answers are read.

Letters: W, b, f weights, biases and activation functions by layer, l layer, L the last one; x, y examples as columns;
dW = dL/dW and db = dL/db by layer; g one of them; a gradient's name is "dW[2]" or "db[1]".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from .. import activations
from ..network import Network
from ..shapes import describe
from .behaviour import Odd
from .cases import network
from .declare import Unless
from .gradient_tables import tables, times
from .guard import clone
from .maths import np
from .sealed import CULPRITS, backward_pass
from .stops import listed

WIDTHS = (3, 4, 5, 2, 3)
SILENT = "Does every way through the function end in a return?"


def detective_network(rng, sizes, N):
    """W, b, f, x, y of a relu network with a softmax output in which every layer learns: no gradient is nearly 0."""
    return clone(_drawn(int(rng.integers(2**32)), sizes, N))


def handed_out(rng, sizes, N):
    """The same as parts of a network, which nobody can write into."""
    W, b, f, x, y = detective_network(rng, sizes, N)
    net = Network(W, b, f)
    return net.W, net.b, net.f, x, y


@lru_cache(maxsize=64)
def _drawn(seed, sizes, N):
    rng = np.random.default_rng(seed)
    while True:
        net = network(rng, sizes, N, activations.relu, activations.softmax)
        dW, db = backward_pass(net.W, net.b, net.f, net.x, net.y, 0.1, Unless())
        if min(np.linalg.norm(g) for part in (dW, db) for g in part.values()) > 1e-3:
            return net.W, net.b, net.f, net.x, net.y


# 10.1: two sets of gradients


def gradients_with(*wrong, change=None, layers=3, size=1.0, zero=(), upward=False):
    """Two sets of gradients: a ``change``, or else a factor, in the ``wrong`` ones, last digits elsewhere.

    The dicts hold the last layer first, as a backward pass fills them, or layer 1 first where they go ``upward``.
    """
    def make(rng):
        sets: dict[str, dict[int, Any]] = {name: {} for name in ("dW", "db", "dW_true", "db_true")}
        order = range(1, layers + 1) if upward else range(layers, 0, -1)
        for kind, l in [(kind, l) for l in order for kind in ("dW", "db")]:
            shape, name = (WIDTHS[l], WIDTHS[l - 1] if kind == "dW" else 1), f"{kind}[{l}]"
            g = np.zeros(shape) if name in zero else size * rng.standard_normal(shape)
            rounded = g * (1 + 1e-12 * rng.standard_normal(shape))
            sets[kind][l] = (change or times(1.5))(g) if name in wrong else rounded
            sets[f"{kind}_true"][l] = g
        return tuple(sets.values())

    return make


def as_suspect(answer: Any, right: Callable[[], str]) -> dict[str, Any]:
    """The name of a gradient, or "none"; raises Odd for what is no such name, and says what was wanted in its place."""
    if isinstance(answer, str) and re.fullmatch(r"d[Wb]\[\d+\]|none", answer):
        return {"suspect": answer}
    if answer is ...:
        raise Odd("blank", "The name is still blank")
    kind, ask = ("none", SILENT) if answer is None else ("form", "How many names are wanted, and how is one written?")
    came = "None" if answer is None else f'"{answer}"' if isinstance(answer, str) else describe(answer)
    raise Odd(kind, f'It returns {came}, wanted is "{right()}"', ask=ask)


# 10.2: names for the letters


def accusations(answer: Any) -> Any:
    """The learner's dict of letters and names as a function of the letter; raises Odd where it accuses nobody well."""
    if not isinstance(answer, Mapping):
        raise Odd("form", f"A dict with the letters A to D is wanted; {type(answer).__name__} came")
    answer = {letter: answer[letter] for letter in CULPRITS if letter in answer}
    blank = [str(letter) for letter, name in answer.items() if name is ... or name is None]
    if blank:
        raise Odd("blank", f"{listed(blank)} {'is' if len(blank) == 1 else 'are'} still open")
    missing = [letter for letter in CULPRITS if letter not in answer]
    if missing:
        raise Odd("form", f"No name stands under the key{'s' * (len(missing) > 1)} {listed(missing)}",
                  ask="Under which keys are the four names wanted, and which of the two is the key?")
    known = sorted(name for name, _ in CULPRITS.values())
    for letter, name in answer.items():
        if not isinstance(name, str):
            raise Odd("form", f"{letter} is {describe(name)}; wanted is a name, as a text")
        if name.strip().lower() not in known:
            raise Odd("form", f"{letter} is {str(name)!r}, which is none of the suspects: {', '.join(known)}")
    named = {letter: answer[letter].strip().lower() for letter in CULPRITS}
    twice = next((name for name in known if list(named.values()).count(name) > 1), "")
    if twice:
        raise Odd("twice", f'"{twice}" is the name of more than one pass, and each pass has a mistake of its own',
                  ask="Which experiment treats these passes differently?")
    if sum(named[letter] == name for letter, (name, _) in CULPRITS.items()) < 2:
        raise Odd("mixed_up", "At most one of the four names fits",
                  ask="Go back to experiment 1: whose error follows eta? Then the others, one experiment for each.")
    return lambda letter: named[letter]


# 10.4: suspects, to be proved right or wrong


class Suspect:
    """A backward pass with ``mistakes`` and ``changes``; ``found`` and ``right`` are the gradients of its own network.

    A change is made to one gradient: dW1 names the weights of layer 1, db_last the last biases, dW all weights.
    """

    def __init__(self, mistakes: Any, changes: Any, *net: Any) -> None:
        self.mistakes, self.changes, self.net = mistakes, changes, net

    def __call__(self, W, b, f, x, y):
        found = dict(zip(("dW", "db"), backward_pass(W, b, f, x, y, 0.1, Unless(self.mistakes)), strict=True))
        for name, change in self.changes.items():
            place = name[2:].replace("_last", str(len(W)))
            for l in [int(place)] if place else W:
                found[name[:2]][l] = change(found[name[:2]][l])
        return found["dW"], found["db"]

    @cached_property
    def found(self):
        return tables(self(*self.net))

    @cached_property
    def right(self):
        W, b, f, x, y = self.net
        return tables(backward_pass(W, b, f, x, y, 0.1, Unless()))


def suspect(*mistakes, sizes=(1, 2, 2, 2), faint=1.0, low=0.0, always=None, **changes):
    """A suspect and its network, whose last weights may be ``faint`` and whose first bias may be ``low``.

    ``always`` is the seed of a network that is the same for everyone.
    """
    @lru_cache(maxsize=8)
    def drawn(seed):
        W, b, f, x, y = detective_network(np.random.default_rng(seed), sizes, 6)
        W[len(W)], b[1] = faint * W[len(W)], b[1] - low
        net = Network(W, b, f)
        return Suspect(mistakes, changes, net.W, net.b, net.f, x, y)

    def make(rng):
        backward = drawn(int(rng.integers(2**32)) if always is None else always)
        return backward, *backward.net

    return make


def yes_or_no(args: Any, answer: Any) -> dict[str, Any]:
    """A verdict, which is True or False and no text or report; raises Odd for anything else."""
    if answer is ...:
        raise Odd("blank", "The verdict is still blank")
    if answer is None:
        raise Odd("none", "It returns None, wanted is True or False", ask=SILENT)
    if hasattr(answer, "verdict"):
        raise Odd("form", "It returns a whole report, wanted is True or False", ask="Which part of it says yes or no?")
    if np.size(answer) != 1 or np.asarray(answer).dtype.kind not in "biuf" or np.asarray(answer).item() not in (0, 1):
        raise Odd("form", f"It returns {describe(answer)}, wanted is True or False",
                  ask="What does a comparison give, and is that what you return?")
    return {"right": str(bool(np.asarray(answer).item()))}
