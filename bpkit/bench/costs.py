"""How the cost of a step grows, what memory it takes, and what the referees cost.

Letters: P parameters, A numbers in all a[0..L] of a batch, N examples, L layers.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from ..network import Network
from ..optim import SGD, Adam
from ..program import Program
from ..shapes import one_hot
from .measure import clock_for, in_turns
from .workloads import WORKLOADS, problem

# what grows -> sizes and N of each step of the ladder; the exponent is taken over its last three
LADDERS: dict[str, list[tuple[int, tuple[int, ...], int]]] = {
    "parameters": [(n, (n, n, n, n, 10), 256) for n in (32, 64, 128, 256, 512, 1024)],
    "batch": [(N, (256, 256, 256, 10), N) for N in (8, 32, 128, 512, 1024, 2048)],
    "depth": [(L, (64, *[64] * (L - 1), 10), 128) for L in (2, 4, 8, 16, 32, 64)],
}


def exponents(threads: int, rounds: int) -> dict[str, Any]:
    """Seconds a step along three ladders (parameters, batch, depth), and log-log slopes at their large ends."""
    found: dict[str, Any] = {}
    for what, rungs in LADDERS.items():
        steps = {str(value): _program(sizes, N).run for value, sizes, N in rungs}
        times = in_turns(steps, rounds, clock_for(threads))
        seconds = [float(np.median(t)) for t in times.values()]
        size = [_parameters(sizes) if what == "parameters" else value for value, sizes, _ in rungs]
        slope = np.polyfit(np.log(size[-3:]), np.log(seconds[-3:]), 1)[0]
        found[what] = {"sizes": size, "seconds": seconds, "exponent": float(slope)}
    return found


def _program(sizes: tuple[int, ...], N: int) -> Program:
    rng = np.random.default_rng(0)
    program = Program(Network.random(sizes, "relu", rng=rng), N, "cross_entropy", SGD(1e-6))
    program.load(rng.standard_normal((sizes[0], N)), one_hot(rng.integers(0, sizes[-1], N), sizes[-1]))
    return program


def _parameters(sizes: tuple[int, ...]) -> int:
    return sum((m + 1) * n for m, n in zip(sizes, sizes[1:], strict=False))


def memory(threads: int, workloads: str) -> dict[str, Any]:
    """Peak bytes of a program with Adam and of one step on it, by tracemalloc and by the process, beside 4 P + 2 A."""
    found = {}
    for key in workloads:
        p = problem(WORKLOADS[key], "Adam", "float64")
        P, A = _parameters(p.net.sizes), sum(p.net.sizes) * p.x.shape[1]
        before = _peak_rss()
        tracemalloc.start()
        program = Program(p.net, p.x.shape[1], p.loss, Adam())
        program.load(p.x, p.y)
        tracemalloc.reset_peak()
        program.run()
        held, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found[key] = {"bound": 8 * (4 * P + 2 * A), "held": held, "peak": peak, "rss": _peak_rss() - before}
    return found


def _peak_rss() -> int:
    """The largest resident size of this process so far, in bytes; 0 where the system does not tell."""
    try:
        resource = import_module("resource")
    except ImportError:
        return 0
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


def referees(threads: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of a backward pass, of a gradient check and of a symbolic build, where these are installed."""
    net = Network.random([64, 32, 10], "relu")
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((64, 32)), one_hot(rng.integers(0, 10, 32), 10)
    jobs: dict[str, Callable[[], Any]] = {
        "forward and backward, 64-32-10": lambda: net.backward(net.forward(x), y, "cross_entropy"),
        "gradient check by complex steps, 64-32-10": lambda: _check(net, x, y),
        "symbolic build, 2-2-1": lambda: _symbolic(Network.random([2, 2, 1], output="sigmoid")),
        "symbolic build, 3-4-3": lambda: _symbolic(Network.random([3, 4, 3])),
    }
    found: dict[str, Any] = {}
    for name, job in jobs.items():
        try:
            times = [_seconds(job) for _ in range(rounds)]
        except (ImportError, AttributeError):
            found[name] = {"missing": "not installed"}
        else:
            found[name] = {"median": float(np.median(times)), "first": times[0]}
    return found


def _seconds(job: Callable[[], Any]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start
