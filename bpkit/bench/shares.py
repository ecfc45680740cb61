"""Where the time of a training step goes: its NumPy calls, timed one by one inside whole steps.

Letters: chapters are the lessons' numbers, which every step of a program carries.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..program import Program
from .measure import turn
from .workloads import WORKLOADS, problem

PRODUCTS, CALLING = "matrix products", "the loop that calls them"
KINDS = {1: "activation functions", 5: "their slopes", 2: "loss", 4: "first delta", 7: "update"}
SECONDS = 1.0


def shares(threads: int, workloads: str, optimiser: str, dtype: str) -> dict[str, dict[str, float]]:
    """{workload: {kind of call: its share of a step}}, with the microseconds of a step under "step"."""
    return {key: _shares(problem(WORKLOADS[key], optimiser, dtype)) for key in workloads}


def _shares(p: Any) -> dict[str, float]:
    program = Program(p.net, p.x.shape[1], p.loss, p.opt)
    program.load(p.x, p.y)
    calls = [
        (PRODUCTS if _is_product(function, arguments) else KINDS[step.chapter], function, arguments)
        for step in program.steps
        for function, arguments in step.calls
    ]
    clock, spent = time.perf_counter, dict.fromkeys([PRODUCTS, *KINDS.values()], 0.0)
    runs, whole = max(3, int(SECONDS / turn(program.run, 3, clock) / 2)), 0.0
    for _ in range(runs):
        start = clock()
        program.run()
        whole += clock() - start
        for kind, function, arguments in calls:
            start = clock()
            function(*arguments)
            spent[kind] += clock() - start
    looks = runs * turn(lambda: clock(), 10_000, clock)  # what looking at the clock costs, once in each run
    for kind, _, _ in calls:
        spent[kind] -= looks
    found = {kind: max(0.0, seconds / whole) for kind, seconds in spent.items()}
    return found | {CALLING: max(0.0, 1 - sum(found.values())), "step": 1e6 * whole / runs}


def _is_product(function: Any, arguments: tuple[Any, ...]) -> bool:
    return getattr(function, "__name__", "") == "dot" and np.ndim(arguments[-1]) == 2
