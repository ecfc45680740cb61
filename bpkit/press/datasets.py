"""Write bpkit/datasets/*.npz from scikit-learn's bundled copies: ``python -m bpkit.press.datasets``."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from ..data import FOLDER
from ..notation import write_whole


def tables() -> dict[str, dict[str, np.ndarray]]:
    """The arrays of each file: x (N, n) as scikit-learn has them, labels (N,)."""
    from sklearn.datasets import load_digits, load_iris

    digits, iris = load_digits(), load_iris()
    return {
        "digits": {"x": digits.data.astype(np.uint8), "labels": digits.target.astype(np.uint8)},
        "iris": {"x": iris.data, "labels": iris.target.astype(np.uint8)},
    }


def main(folder: Path = FOLDER) -> None:
    """Write each table as a compressed npz without pickle."""
    for name, arrays in tables().items():
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        print(write_whole(folder / f"{name}.npz", buffer.getvalue()))


if __name__ == "__main__":
    main()
