"""Training: its history, what a network says of a plane or of images, and how its units start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..notation import number
from .curves import lines
from .paper import BACKWARD, FORWARD, LOSS, QUIET, RIGHT, axes, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..network import Network
    from ..training import History

CLASSES = ((FORWARD, "o"), (BACKWARD, "^"), (RIGHT, "s"))


def history(run: History, ax: Axes | None = None) -> Axes:
    """Loss (left axis) and accuracy (right axis) of a training run against its epochs.

    ``run`` is a History; validation is dashed where there is one.
    """
    ax = axes(ax)
    epochs = np.arange(1, len(run) + 1)
    ax.plot(epochs, run.loss, color=LOSS, label="training loss")
    if len(run.validation_loss):
        ax.plot(epochs, run.validation_loss, color=LOSS, linestyle="--", label="validation loss")
    label(ax, "epoch", "loss L")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if not np.isnan(run.accuracy).all():
        right = ax.twinx()
        right.plot(epochs, run.accuracy, color=RIGHT, label="training accuracy")
        if len(run.validation_accuracy):
            right.plot(epochs, run.validation_accuracy, color=RIGHT, linestyle="--", label="validation accuracy")
        right.set(ylabel="accuracy", ylim=(0, 1.02))
        right.spines["top"].set_visible(False)
    drawn = [line for one in ax.figure.axes for line in one.get_lines()]
    ax.legend(drawn, [str(line.get_label()) for line in drawn], loc="center right", frameon=False)
    ax.set_title(_history_title(run), loc="left")
    return ax


def _history_title(run: History) -> str:
    if not len(run):
        return "No epoch was finished"
    start, end = number(run.loss[0], 3), number(run.loss[-1], 3)
    verb = "falls" if run.loss[-1] < run.loss[0] else "rises"
    title = f"The loss {verb} from {start} to {end}"
    if len(run.validation_accuracy) and not np.isnan(run.validation_accuracy[-1]):
        title += f"; {100 * run.validation_accuracy[-1]:.1f} % right on validation"
    return title


def gradient_norms(run: History, title: str, ax: Axes | None = None) -> Axes:
    """The mean norm of the gradient of each layer against the epochs, logarithmic, up to four layers.

    ``run`` is a History; a norm of exactly 0 is drawn at 1e-6.
    """
    norms = {f"layer {l}": np.maximum(norm, 1e-6) for l, norm in run.gradient_norm.items()}
    return lines(np.arange(1, len(run) + 1), norms, title, "epoch", "norm of the gradient", log=True, ax=ax)


def signals(activations: dict[str, Any], title: str, ax: Axes | None = None) -> Axes:
    """How often a layer's activations fall where between -1 and 1: by name, up to three arrays of any shape."""
    ax = axes(ax)
    for (name, a), (colour, _), stroke in zip(activations.items(), CLASSES, ("-", "--", "-."), strict=False):
        counts, edges = np.histogram(a, bins=40, range=(-1, 1))
        ax.stairs(counts / np.size(a), edges, color=colour, linestyle=stroke, label=name)
    label(ax, "activation a", "share of all activations")
    ax.legend(frameon=False)
    ax.set_title(title, loc="left")
    return ax


def boundary(net: Network, x: Any, labels: Any, names: Any, title: str, ax: Axes | None = None) -> Axes:
    """Where on a plane ``net`` says which class, and the examples themselves.

    ``net`` has two inputs; x (2, N), labels (N,), ``names`` of the two or three classes.
    """
    ax = axes(ax)
    x, labels = np.asarray(x), np.asarray(labels)
    low, high = x.min(axis=1) - 0.4, x.max(axis=1) + 0.4
    across, up = np.meshgrid(*(np.linspace(start, end, 200) for start, end in zip(low, high, strict=True)))
    said = net.predict(np.stack([across.ravel(), up.ravel()])).reshape(across.shape)
    for k, (name, (colour, marker)) in enumerate(zip(names, CLASSES, strict=False)):
        ax.contourf(across, up, said == k, levels=[0.5, 1.5], colors=[colour], alpha=0.18)
        ax.plot(*x[:, labels == k], linestyle="", marker=marker, markersize=4, color=colour, label=name)
    label(ax, "x1", "x2")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_title(title, loc="left")
    return ax


def digits(x: Any, labels: Any, title: str, said: Any = None, ax: Axes | None = None) -> Axes:
    """Images of 8 by 8 pixels, ten in a row, with their labels below, and what a network ``said`` where it is wrong.

    x (64, N), from 0 (paper) to 1 (ink); labels and said (N,).
    """
    ax = axes(ax)
    labels = np.asarray(labels)
    said = labels if said is None else np.asarray(said)
    for e, (image, label_, word) in enumerate(zip(np.asarray(x).T, labels, said, strict=True)):
        left, top = 10 * (e % 10), 13 * (e // 10)
        ax.imshow(image.reshape(8, 8), cmap="Greys", vmin=0, vmax=1, extent=(left, left + 8, top + 8, top))
        right = label_ == word
        ax.text(left + 4, top + 10, f"{label_}" if right else f"{label_}, not {word}", ha="center", va="center",
                fontsize=9 if right else 7.5, color=QUIET if right else BACKWARD)
    ax.set(xlim=(-1, 99), ylim=(13 * ((len(labels) + 9) // 10) - 1, -1))
    ax.set_axis_off()
    ax.set_title(title, loc="left")
    return ax
