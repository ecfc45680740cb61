"""Chapter 3's cases: single numbers, of both signs, whole ones, zeros and large ones.

Letters: x, y, z, w, b as in the exercise that each table belongs to.
"""

from __future__ import annotations

from .cases import normal


def numbers(count):
    """Ordinary numbers, both signs."""
    return lambda rng: tuple(normal(rng, count).tolist())


THREE = {
    "ordinary numbers": numbers(3),
    "other numbers": numbers(3),
    "pencil and paper": lambda rng: (-2.0, 5.0, -4.0),
    "whole numbers": lambda rng: (2.0, -3.0, 1.0),
    "a zero": lambda rng: (0.0, 1.5, -0.5),
    "large values": lambda rng: (3.0, 2.5, -4.0),
}

ZEROS = {
    "a sum that is 0": lambda rng: (2.0, -2.0, 3.0),
    "a factor that is 0": lambda rng: (1.5, 2.0, 0.0),
}

CHAIN = {
    "ordinary numbers": numbers(4),
    "other numbers": numbers(4),
    "the numbers of chapter 0": lambda rng: (0.5, 0.8, 0.0, 1.0),
    "pencil and paper": lambda rng: (2.0, -0.5, 1.0, 0.0),
    "a negative input": lambda rng: (-1.5, 0.5, 0.25, 1.0),
    "whole numbers": lambda rng: (1.0, 2.0, -3.0, 0.0),
}

FORK = {
    "ordinary numbers": numbers(2),
    "other numbers": numbers(2),
    "pencil and paper": lambda rng: (3.0, -2.0),
    "whole numbers": lambda rng: (1.0, 4.0),
    "equal numbers": lambda rng: (1.5, 1.5),
    "a zero": lambda rng: (0.0, 2.0),
}

FORMULA = {
    "ordinary numbers": numbers(3),
    "other numbers": numbers(3),
    "the numbers of chapter 0": lambda rng: (0.5, 0.8, 1.0),
    "whole numbers": lambda rng: (2.0, -1.0, 0.0),
    "a negative input": lambda rng: (-1.5, 0.5, 1.0),
    "large values": lambda rng: (2.0, 2.5, -1.0),
}
