"""Plots of training and of gradients: each takes ``ax`` (a new figure's without one) and returns it.

Every title states what the picture shows; colours are ``bpkit.notation.COLOURS``, one a quantity across the course.
"""

from .arrays import jacobian, shares
from .curves import costs, difference_errors, lines, race
from .training import boundary, digits, gradient_norms, history, signals

__all__ = ["boundary", "costs", "difference_errors", "digits", "gradient_norms", "history", "jacobian", "lines", "race",
           "shares", "signals"]
