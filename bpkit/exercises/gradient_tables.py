"""Chapter 10's tables of gradients: how one is changed, and how two are compared, well or badly.

Letters: dW = dL/dW and db = dL/db by layer, g one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .maths import np

Change = Callable[[Any], Any]

# changes of one gradient


def times(factor: float) -> Change:
    """All entries by a factor."""
    return lambda g: factor * g


def moved(*at: int, by: float) -> Change:
    """One entry moved by a part of the gradient's norm."""
    def change(g):
        g = g.copy()
        g[at] += by * np.linalg.norm(g)
        return g

    return change


def exchanged(g):
    """Two entries behind the first have changed places."""
    g = g.copy()
    g[1, 1], g[2, 0] = g[2, 0], g[1, 1]
    return g


def raised(g):
    """All entries moved by 1, those of a table of zeros as well."""
    return g + 1.0


def upside_down(g):
    """The rows in the opposite order."""
    return g[::-1].copy()


# how two tables are compared, well or badly


def tables(gradients):
    """dW and db by layer as one dict, by kind and layer, all weights first."""
    return {(kind, l): part[l] for kind, part in zip(("dW", "db"), gradients, strict=True) for l in sorted(part)}


def agree(one, two, see=np.asarray, gap=np.linalg.norm, limit=1e-6, relative=True, more=0.0, reached=True, skip=None):
    """Whether two tables, or what is seen of them, are at most a millionth of the larger one apart.

    ``skip`` of their two norms tells tables that are passed over, as if they agreed.
    """
    one, two = see(one), see(two)
    norms = np.linalg.norm(one), np.linalg.norm(two)
    if skip and skip(*norms):
        return True
    size = max(norms) if relative else 1.0
    allowed, apart = limit * size + more, gap(one - two)
    return bool(apart <= allowed if reached else apart < allowed)


def one_entry_agrees(one, two):
    """Whether two tables agree in one entry at least."""
    return bool((np.abs(one - two) <= 1e-6 * np.maximum(np.abs(one), np.abs(two))).any())


def first(g):
    """The first entry of a table."""
    return np.ravel(g)[0]


COMPARED = {
    "absolute": partial(agree, relative=False),
    "too_strict": partial(agree, limit=0.0),
    "too_loose": partial(agree, limit=1e-3),
    "far_too_loose": partial(agree, limit=0.2),
    "zeros_off": partial(agree, reached=False),
    "first_entries": partial(agree, see=first),
    "sums_only": partial(agree, see=np.sum),
    "norms_only": partial(agree, see=np.linalg.norm),
    "sizes_only": partial(agree, see=np.abs),
    "signed": partial(agree, gap=np.max),
    "signed_back": partial(agree, gap=lambda apart: np.max(-apart)),
    "zeros_skipped": partial(agree, skip=lambda mine, true: min(mine, true) == 0),
    "true_zeros_skipped": partial(agree, skip=lambda mine, true: true == 0),
    "own_zeros_skipped": partial(agree, skip=lambda mine, true: mine == 0),
}
COMPARED_BADLY = """
        absolute: differences that are not compared with the size of their own table
            Is a difference of 1e-9 small, if the gradient is 1e-9?
        too_strict: every last digit
            How far may two right gradients be apart, because numbers are rounded?
        too_loose: too large a tolerance
            How many digits should two right gradients share?
        far_too_loose: differences of several per cent let pass
            Is a gradient that is 1 per cent off a right one?
        zeros_off: two tables of zeros called off, although they agree
            What is 0 divided by 0, and what does a comparison with it say?
        first_entries: the first entry of each table alone compared
            Can two tables agree in one entry and differ in the next?
        sums_only: the sums of the tables compared
            Can two different tables have the same sum?
        norms_only: the norms of the tables compared
            Can two different tables have the same norm?
        sizes_only: sizes compared, without their signs
            What does a gradient of the right size and the wrong sign do?
        signed: differences with their signs, so that what is too small passes
            Is a difference of minus a half smaller than your tolerance?
        signed_back: differences with their signs, so that what is too large passes
            Is a difference of minus a half smaller than your tolerance?
        zeros_skipped: tables passed over where one of the two is all zeros
            One table is zero, and the other is not. Do they agree?
        true_zeros_skipped: tables passed over where the true one is all zeros
            The true table is zero, and the other is not. Do they agree?
        own_zeros_skipped: tables passed over where the one on trial is all zeros
            The table on trial is zero, and the true one is not. Do they agree?
""".rstrip()
