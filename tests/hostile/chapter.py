"""A small chapter made by hand, in the press's format: its notebook, its record, and what a learner may make of it."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

IMPORTS = "import numpy as np\nimport bpkit as bp"
SHAPES = 'W = np.ones((3, 2))\nprint("rows", W.shape[0])\nprint("columns", W.shape[1])'
PICTURE = "z = np.array([[1.0], [-2.0]])\nhidden_delta(W, np.ones((3, 1)), z, bp.relu)[0, 0].item()"

BLANK = {
    "5.1": "def share_of_error(W_next, delta_next, i):\n    share = ...\n    return share",
    "5.2": "def hidden_delta(W_next, delta_next, z, f):\n    ...",
    "5.3": "def all_deltas(W, f, z, delta_out):\n    delta = {len(W): delta_out}\n    ...\n    return delta",
}
RIGHT = {
    "5.1": "def share_of_error(W_next, delta_next, i):\n    share = W_next[:, i] @ delta_next\n    return share",
    "5.2": "def hidden_delta(W_next, delta_next, z, f):\n    return (W_next.T @ delta_next) * f.prime(z)",
    "5.3": ("def all_deltas(W, f, z, delta_out):\n    delta = {len(W): delta_out}\n"
            "    for l in range(len(W) - 1, 0, -1):\n"
            "        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], f[l])\n    return delta"),
}
NAMES = {"5.1": "share_of_error", "5.2": "hidden_delta", "5.3": "all_deltas"}
CHECK = {number: f'bp.check("{number}", {name})' for number, name in NAMES.items()}


def fingerprint(source: str) -> str:
    return hashlib.sha256(" ".join(source.split()).encode()).hexdigest()


def stdout(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}


def entry(source: str, *, kind: str = "code", exercise: str | None = None, role: str | None = None,
          needs: tuple[str, ...] = (), outputs: tuple[dict, ...] = ()) -> dict:
    name = f"ex-{exercise}-{role}".replace(".", "-") if role else fingerprint(f"{kind} {source}")[:12]
    return {"id": name, "cell_type": kind, "source": source, "hash": fingerprint(source), "tags": [],
            "exercise": exercise, "role": role, "needs": list(needs),
            "functions": [NAMES[exercise]] if role == "answer" else [], "outputs": list(outputs)}


def record() -> dict:
    shown = {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "3.0"}, "execution_count": None}
    cells = [entry("# Hidden deltas", kind="markdown"), entry(IMPORTS),
             entry(SHAPES, outputs=(stdout("rows 3\n"), stdout("columns 2\n")))]
    for number in NAMES:
        cells += [entry(f"## Exercise {number}", kind="markdown"), entry(BLANK[number], exercise=number, role="answer"),
                  entry(CHECK[number], exercise=number, role="check")]
        if number == "5.2":
            cells.append(entry(PICTURE, needs=("5.2",), outputs=(shown,)))
    return {"format": 1, "chapter": "05", "name": "05_hidden_deltas", "title": "Hidden deltas", "cells": cells}


def notebook(**answers: str) -> dict:
    """The learner's notebook; ``_5_2="..."`` replaces the blank of exercise 5.2."""
    written = {name.strip("_").replace("_", "."): source for name, source in answers.items()}
    cells = []
    for cell in record()["cells"]:
        source = written.get(cell["exercise"], cell["source"]) if cell["role"] == "answer" else cell["source"]
        code = {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
        cells.append({"cell_type": cell["cell_type"], "id": cell["id"], "metadata": {}, "source": source, **code})
    return {"cells": cells, "metadata": {"bpkit": {"chapter": "05", "format": 1}}, "nbformat": 4, "nbformat_minor": 5}


def solved(**answers: str) -> dict:
    """The notebook with right answers, but for those given."""
    return notebook(**{f"_{number.replace('.', '_')}": source for number, source in RIGHT.items()} | answers)


def code(source: str, name: str = "mine") -> dict:
    """A cell of the learner's own."""
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def index(book: dict, name: str) -> int:
    """The place of the cell with that id."""
    return next(i for i, cell in enumerate(book["cells"]) if cell.get("id") == name)


def changed(book: dict, change) -> dict:
    """A copy of ``book`` after ``change(copy)``."""
    book = copy.deepcopy(book)
    change(book)
    return book


def write_record(folder: Path) -> Path:
    """Write the chapter's record to ``folder``/expected and return that folder."""
    place = folder / "expected"
    place.mkdir()
    (place / "05.json").write_text(json.dumps(record()))
    return place
