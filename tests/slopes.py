"""Partial derivatives that the proofs of displayed formulas compare with."""

import numpy as np


def slopes(f, at):
    """df/d(at), entry by entry, by the complex step."""
    out = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        nudged = at.astype(complex)
        nudged[place] += 1e-20j
        out[place] = f(nudged).imag / 1e-20
    return out
