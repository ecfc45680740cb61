"""Chapter 8's training runs to be diagnosed: their curves, and the names that a diagnosis may give.

Letters: e epoch; l layer.
"""

from __future__ import annotations

from types import SimpleNamespace

from .behaviour import Odd
from .maths import np

NAMES = ("healthy", "eta too large", "dead relu", "shuffled labels", "bug")
EPOCHS = 12


def history(loss, norm, stopped=""):
    """Curves of a training run, with the names that bp.History has; ``norm`` is that of the first layer's gradient."""
    loss, norm = np.array(loss), np.array(norm)[:len(loss)]
    return SimpleNamespace(loss=loss, gradient_norm={1: norm, 2: 0.6 + 0 * norm}, stopped=stopped,
                           accuracy=np.full(len(loss), 0.1), validation_loss=np.array([]),
                           validation_accuracy=np.array([]))


def one_name(args, result):
    """The name, if it is one of the five."""
    if isinstance(result, str) and result not in NAMES:
        meant = [name for name in NAMES if name == result.lower().replace("_", " ").strip()]
        if meant:
            raise Odd("form", f'"{result}" is spelled "{meant[0]}"', ask="How does the exercise write the five names?")
    if result not in NAMES:
        came = f'"{result}"' if isinstance(result, str) else str(result)
        raise Odd("form", f"{came} is none of the five names", ask="Which five names does the exercise give?")
    return {"name": str(result)}


def runs():
    """All runs: those with noise, those that end in no number, and those whose losses are told exactly."""
    lengths = {kind: LENGTHS.get(kind, EPOCHS) for kind in CURVES}
    return ({kind: run(kind, epochs) for kind, epochs in lengths.items()} | {kind: run(kind) for kind in BROKEN}
            | {kind: told(*curves) for kind, curves in TOLD.items()})


def told(loss, norm=None):
    """Curves as they are told, without noise."""
    norms = norm or np.linspace(0.6, 0.5, len(loss))
    return lambda rng: (history(loss, norms),)


def run(kind, epochs=EPOCHS):
    """The curves of a run of ``epochs`` that went ``kind``, with a little noise."""
    def make(rng):
        e, noise = np.arange(epochs), 0.004 * rng.uniform(-1, 1, epochs)
        alive, dead = 0.6 + noise, np.where(e < 2, 0.7 - 0.3 * e, 0.0)
        flows = {  # what becomes of the gradient of layer 1, where it is not alive to the end
            "dead relu": dead, "dead after a poor start": dead, "dead, in the end far above": dead,
            "flat, and the gradients are small": 0.05 + noise, "flat, with a bump": np.where(e == 4, 0.0, alive),
            "healthy": alive * np.exp(-e / 9), "dead from epoch 13 on": np.where(e < EPOCHS, alive, 0.0)}
        if kind == "no number":
            return (history([2.3, 2.4, np.nan, np.nan], alive, "not finite in epoch 3"),)
        if kind == "diverged":
            return (history([*(2.3 * 1.8**e[:8]), np.inf], alive, "not finite in epoch 9"),)
        return (history(CURVES[kind](e) + noise, flows.get(kind, alive)),)

    return make


def _bump(e, place, height):
    return np.where(e == place, height, 0.0)


CURVES = {
    "healthy": lambda e: 0.1 + 2.2 * np.exp(-e / 1.5) + _bump(e, 9, 0.1),
    "slow but healthy": lambda e: 2.4 - 0.016 * e + _bump(e, 3, 0.08),
    "healthy after a high second epoch": lambda e: 2.3 * np.exp(-e / 8) + _bump(e, 1, 0.7),
    "healthy after a slow second epoch": lambda e: 2.4 - 0.015 * e * (e - 1),
    "eta too large": lambda e: 2.3 + np.where(e % 2, 1.0, -0.2) * (1 + e / 4),
    "calm at first, then in jumps": lambda e: 2.5 + 0.7 * e - _bump(e, 7, 3.0) - _bump(e, 11, 2.0),
    "in jumps at first, then calm": lambda e: 2.5 + 0.5 * e + _bump(e, 1, 3.0),
    "a small rise in jumps": lambda e: 2.4 + 0.2 * e / 11 + _bump(e, 4, 0.4),
    "far above, though it fell": lambda e: 63 - 1.4 * e + np.where(e % 2, 4.0, 0.0),
    "far above, and flat": lambda e: 60 + np.where(e % 2, 1.0, -9.0) * (e > 0),
    "dead relu": lambda e: 2.335 + _bump(e, 1, 0.21),
    "dead after a poor start": lambda e: 2.33 + 0.4 * (e == 0),
    "dead, in the end far above": lambda e: 5.2 + 0.1 * e,
    "flat, and the gradients are small": lambda e: 2.34 - 0.03 * e / 11,
    "flat, and it hardly moves": lambda e: 2.33 + _bump(e, 2, 0.2),
    "flat, with a bump": lambda e: 2.5 - 0.07 * e / 11 + _bump(e, 4, 0.3),
    "bug": lambda e: 2.3 * 1.12**e,
    "a small rise, calm": lambda e: 2.4 + 0.2 * e / 11,
    "healthy in eight epochs": lambda e: 2.3 * np.exp(-e / 8),
    "dead from epoch 13 on": lambda e: 2.3 * np.exp(-np.minimum(e, EPOCHS) / 8),
    "a fall after twelve flat epochs": lambda e: 2.35 - 0.2 * np.maximum(e - 11, 0),
    "a single fall in the last epoch": lambda e: 2.4 + 0.2 * e - _bump(e, 19, 0.4),
}
LENGTHS = {"healthy in eight epochs": 8} | dict.fromkeys(
    ("dead from epoch 13 on", "a fall after twelve flat epochs", "a single fall in the last epoch"), 20)
BROKEN = ("diverged", "no number")
TOLD = {
    "no number and a last gradient of 0": ([2.3, 2.4, np.nan, np.nan], (0.6, 0.6, 0.6, 0.0)),
    "a single fall in the second epoch": ([2.5, 2.4, 2.9, 3.4, 3.9, 4.4, 4.9, 5.4],),
    "a fall from 5 to 4": ([5.0, 4.9, 4.7, 4.6, 4.4, 4.3, 4.2, 4.0],),
    "jumps just above 2 ln 10": ([4.85, 4.75, 4.95, 4.8, 4.9],),
    "a fall from 4 to 3.85": ([4.0, 3.97, 3.92, 3.9, 3.85],),
    "a fall from 4 to 3.805": ([4.0, 3.98, 3.93, 3.95, 3.805],),
    "a rise from 4 to 4.15": ([4.0, 4.03, 4.02, 4.1, 4.15],),
    "jumps from 4 to 4.205": ([4.0, 4.05, 4.02, 4.1, 4.205],),
    "an early peak that heals": ([4.0, 6.0, 6.0, 5.9, 5.8, 5.9, 5.5, 3.77],),
    "a rise of 2 per cent": ([2.3, 2.31, 2.305, 2.34, 2.346],),
}
