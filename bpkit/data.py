"""Small data sets, split once and for all, one example a column.

Letters: n features, K classes, N examples. ``x_*`` is (n, N), ``y_*`` is (K, N) one-hot, ``labels_*`` is (N,).

Digits and iris are read from .npz files in the package, copied by ``bpkit/press/datasets.py`` from scikit-learn, so
that no lesson downloads anything. Their sources and licences stand in ``bpkit/datasets/README.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .shapes import BadInput, describe, generator, numbers, one_hot, whole

Array = np.ndarray
FOLDER = Path(__file__).parent / "datasets"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples split for training and for testing, as read-only columns.

    ``x_train, x_test`` (n, N); ``y_train, y_test`` (K, N); ``labels_train, labels_test`` (N,), the row of the 1 in y;
    ``names`` of the K classes; ``features``, names of the n rows of x.
    """

    title: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    labels_train: Array
    labels_test: Array
    names: tuple[str, ...]
    features: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        for name in ("x_train", "y_train", "x_test", "y_test", "labels_train", "labels_test"):
            getattr(self, name).setflags(write=False)

    def __repr__(self) -> str:
        rows = [
            f"  {part}: x {getattr(self, 'x_' + part).shape}, y {getattr(self, 'y_' + part).shape}"
            for part in ("train", "test")
        ]
        return "\n".join([f"{self.title}: {', '.join(self.names)}", *rows, f"  source: {self.source}"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{part}</th><td>{x.shape}</td><td>{y.shape}</td></tr>"
            for part, x, y in (("train", self.x_train, self.y_train), ("test", self.x_test, self.y_test))
        )
        return (
            f"<table><caption>{self.title}: {', '.join(self.names)}</caption>"
            "<thead><tr><th></th><th>x</th><th>y</th></tr></thead>"
            f"<tbody>{rows}</tbody></table><p>{self.source}</p>"
        )


def digits() -> Dataset:
    """1797 handwritten digits of 8 by 8 pixels: x (64, N) from 0 (paper) to 1 (ink), y (10, N).

    One example in five of every class is held out (stratified, always the same). Source: E. Alpaydin and C. Kaynak,
    Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, CC BY 4.0, as bundled with
    scikit-learn.
    """
    pixels, labels = _stored("digits")
    features = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))
    return _split(
        "digits",
        pixels.astype(float) / 16,
        labels,
        tuple("0123456789"),
        features,
        "UCI Optical Recognition of Handwritten Digits, CC BY 4.0, by way of scikit-learn",
        every=5,
    )


def iris() -> Dataset:
    """150 irises of three species: x (4, N), lengths in cm brought to mean 0 and deviation 1 of the training set; y
    (3, N).

    One flower in five of every species is held out (stratified, always the same). Source: R. A. Fisher, The use of
    multiple measurements in taxonomic problems, 1936, UCI Machine Learning Repository, CC BY 4.0, as bundled with
    scikit-learn.
    """
    lengths, labels = _stored("iris")
    features = ("sepal length", "sepal width", "petal length", "petal width")
    train, _ = _parts(labels, every=5)
    mean, deviation = lengths[train].mean(axis=0), lengths[train].std(axis=0)
    return _split(
        "iris",
        (lengths - mean) / deviation,
        labels,
        ("setosa", "versicolor", "virginica"),
        features,
        "R. A. Fisher 1936, UCI, CC BY 4.0, by way of scikit-learn",
        every=5,
    )


def moons(n: int = 300, noise: float = 0.2, rng: Any = 0) -> Dataset:
    """Two interleaved half circles with normal noise: x (2, N), y (2, N); one point in three of each moon is held out.

    ``n`` points in all, at least 6; ``noise`` the standard deviation, in units of the radius; ``rng`` a seed or
    Generator.
    """
    n, rng = whole("n", n, least=6), generator(rng)
    scale = numbers("noise", noise)
    if scale.ndim != 0 or scale < 0:
        raise BadInput("noise is no standard deviation.", wanted="noise >= 0", got=describe(noise), hint="noise=0.2")
    angle = rng.uniform(0, np.pi, n)
    labels = np.arange(n) % 2
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower) + scale * rng.standard_normal((n, 2))
    return _split("two moons", points, labels, ("upper", "lower"), ("x1", "x2"), "computed", every=3)


def xor() -> Dataset:
    """The four corners of a square, class 1 where exactly one of x1, x2 is 1; training and test set are the same four.

    x (2, 4), y (2, 4). For a network with one sigmoid output, take ``labels_train.reshape(1, -1)`` as the target.
    """
    x = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    labels = np.array([0, 1, 1, 0])
    return Dataset(
        "xor",
        x,
        one_hot(labels),
        x.copy(),
        one_hot(labels),
        labels,
        labels.copy(),
        ("equal", "different"),
        ("x1", "x2"),
        "computed",
    )


def source_example() -> Dataset:
    """The one example of the source document: x = 0.5 with the label y = 1, each as a (1, 1) column.

    Its network is one sigmoid neuron with w = 0.8 and no bias. y is a binary label: a one-hot vector of a single class
    would always be 1. Training and test set are the same.
    """
    x, y, label = np.array([[0.5]]), np.array([[1.0]]), np.array([1])
    return Dataset(
        "source example",
        x,
        y,
        x.copy(),
        y.copy(),
        label,
        label.copy(),
        ("no", "yes"),
        ("x",),
        "Backpropagation (역전파), the source document",
    )


def _stored(name: str) -> tuple[Array, Array]:
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return file["x"], file["labels"].astype(int)


def _parts(labels: Array, every: int) -> tuple[Array, Array]:
    """Indices of the training and the test examples: of each class, in order, every ``every``-th is held out."""
    position = np.zeros(len(labels), dtype=int)
    for k in range(labels.max() + 1):
        position[labels == k] = np.arange((labels == k).sum())
    held_out = position % every == every - 1
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def _split(
    title: str, rows: Array, labels: Array, names: tuple[str, ...], features: tuple[str, ...], source: str, every: int
) -> Dataset:
    train, test = _parts(labels, every)
    x, y = np.ascontiguousarray(rows.T), one_hot(labels, len(names))
    return Dataset(
        title, x[:, train], y[:, train], x[:, test], y[:, test], labels[train], labels[test], names, features, source
    )
