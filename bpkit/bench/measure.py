"""Time several things fairly: in turns, many short turns, medians and quartiles.

Letters: t seconds a step, one a round. One thread is timed by the processor time of the whole process, which does not
count what other programs take meanwhile, but does count threads that a peer starts; several threads by the wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

TURN = 0.02  # seconds: long enough that the clock costs nothing, short enough that noise falls on all alike
SLOW = 0.25  # seconds a step from which three rounds must do


def in_turns(steps: dict[str, Callable[[], Any]], rounds: int, clock: Callable[[], float]) -> dict[str, np.ndarray]:
    """Seconds a step, (rounds,) for each name: in every round each takes one turn, each time in another order."""
    seconds = {name: _warm(step, clock) for name, step in steps.items()}
    times: dict[str, list[float]] = {name: [] for name in steps}
    rng = np.random.default_rng(0)
    for i in range(rounds):
        for name in rng.permutation(list(steps)).tolist():
            if i < 3 or seconds[name] < SLOW:
                times[name].append(turn(steps[name], max(1, int(TURN / seconds[name])), clock))
    return {name: np.array(t) for name, t in times.items()}


def turn(step: Callable[[], Any], count: int, clock: Callable[[], float]) -> float:
    """Seconds a step over ``count`` of them."""
    start = clock()
    for _ in range(count):
        step()
    return (clock() - start) / count / getattr(step, "steps", 1)


def _warm(step: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Seconds a call, once caches and compilers have settled."""
    return max(1e-7, min(turn(step, 1, clock) * getattr(step, "steps", 1) for _ in range(3)))


def clock_for(threads: int) -> Callable[[], float]:
    """Processor time for one thread, the wall clock for more."""
    return time.process_time if threads == 1 else time.perf_counter


def summary(t: np.ndarray) -> dict[str, float]:
    """Median and quartiles."""
    low, middle, high = np.percentile(t, [25, 50, 75])
    return {"median": float(middle), "low": float(low), "high": float(high)}


def ratio(other: np.ndarray, own: np.ndarray) -> dict[str, float]:
    """How many times longer ``other`` takes, round by round."""
    n = min(len(other), len(own))
    return summary(other[:n] / own[:n])
