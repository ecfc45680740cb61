"""What surrounds the steps: shuffling, history and progress bar, a fresh process, imports, chapters, explorers.

Letters: N examples a batch; all times in seconds.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..places import chapters, checkout
from ..program import Program
from ..program.epochs import run_batches
from ..program.memory import tables
from ..training import train
from . import child
from .digits import TRAININGS
from .measure import clock_for, ratio, summary, turn
from .workloads import WORKLOADS, problem

MODULES = ("numpy", "bpkit", "bpkit.training", "matplotlib.pyplot", "sympy", "sklearn.neural_network", "jax", "torch")
BATCHES, SECONDS = 45, 1.0  # as many batches as digits have


def overhead(threads: int, workloads: str, optimiser: str, dtype: str, rounds: int) -> dict[str, Any]:
    """``bp.train`` over its bare steps, in epochs of ``BATCHES`` batches: how many times longer a step takes.

    {workload: {"whole": .., "batches": ..}}; the second leaves out what is done once an epoch.
    """
    clock = clock_for(threads)
    return {key: _overhead(problem(WORKLOADS[key], optimiser, dtype), rounds, clock) for key in workloads}


def _overhead(p: Any, rounds: int, clock: Any) -> dict[str, dict[str, float]]:
    N = p.x.shape[1]
    x, y = np.tile(p.x, BATCHES), np.tile(p.y, BATCHES)
    program = Program(p.net, N, p.loss, p.opt)
    program.load(p.x, p.y)
    data, order = tables(x, y), np.random.default_rng(0).permutation(len(y.T)).reshape(BATCHES, N)
    answers = p.loss == "cross_entropy"

    def bare() -> None:
        program.run()
        program.value()

    epochs = max(3, int(SECONDS / BATCHES / turn(bare, 3, clock)))
    steps, batches, whole = [], [], []
    for _ in range(rounds):
        steps.append(turn(bare, epochs * BATCHES, clock))
        batches.append(turn(lambda: run_batches(program, data, order, answers), epochs, clock) / BATCHES)
        start = clock()
        with contextlib.redirect_stderr(io.StringIO()):
            train(p.net, x, y, p.loss, p.opt, epochs, N)
        whole.append((clock() - start) / epochs / BATCHES)
    return {"whole": ratio(np.array(whole), np.array(steps)), "batches": ratio(np.array(batches), np.array(steps))}


def digits_by_all(threads: int, rounds: int) -> dict[str, Any]:
    """{peer: seconds from a fresh process, seconds when warm, accuracy}, in turns."""
    rows: dict[str, Any] = {name: {"fresh": [], "warm": []} for name in TRAININGS}
    for _ in range(rounds):
        for name in [name for name in TRAININGS if "missing" not in rows[name]]:
            start = time.perf_counter()
            try:
                once = child.run("digits", threads, peer=name, repeats=1)
            except RuntimeError as error:
                rows[name] = {"missing": "not installed" if "ModuleNotFoundError" in str(error) else str(error)[-200:]}
                continue
            rows[name]["fresh"].append(time.perf_counter() - start)
            rows[name]["warm"].append(child.run("digits", threads, peer=name, repeats=3)["seconds"])
            rows[name]["accuracy"] = once["accuracy"]
    return {
        name: row if "missing" in row else row | {k: summary(np.array(row[k])) for k in ("fresh", "warm")}
        for name, row in rows.items()
    }


def imports(rounds: int) -> dict[str, Any]:
    """Seconds of each import in a fresh process, in turns."""
    times: dict[str, list[float]] = {name: [] for name in MODULES}
    code = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
    for _ in range(rounds):
        for name in MODULES:
            done = subprocess.run([sys.executable, "-c", code.format(name)], capture_output=True, text=True)
            if done.returncode == 0:
                times[name].append(float(done.stdout))
    return {name: summary(np.array(t)) if t else {"missing": "not installed"} for name, t in times.items()}


def lessons() -> dict[str, Any]:
    """Seconds of every solved chapter, from the start of its kernel to the end of its last cell."""
    root = checkout()
    return {path.stem: _lesson(path) for path in chapters(root / "solutions")} if root else {}


def _lesson(path: Path) -> dict[str, Any]:
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        NotebookClient(
            book, kernel_name="python3", store_widget_state=False, extra_arguments=["--IPKernelApp.log_level=ERROR"]
        ).execute(cwd=folder)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "cells": sum(cell.cell_type == "code" for cell in book.cells)}


def sliders() -> str:
    """What ``tests/browser/bench_explorers.py`` prints; or why there is nothing to print."""
    root = checkout()
    if root is None:
        return "A wheel holds no browser tests: run it in a checkout."
    command = [sys.executable, str(root / "tests" / "browser" / "bench_explorers.py")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    return done.stdout if done.returncode == 0 else f"not measured: {done.stderr.strip().splitlines()[-1]}"
