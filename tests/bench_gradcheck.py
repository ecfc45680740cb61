"""What a gradient check costs: the naive way, and layer by layer. Run it: ``python tests/bench_gradcheck.py``.

64-32-10, relu, softmax with cross-entropy, N = 32, 2 410 parameters; float64, medians of interleaved runs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import bpkit as bp
from bpkit.netcheck import check_network


def milliseconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def main(rounds: int = 60) -> None:
    rng = np.random.default_rng(0)
    net = bp.Network.random([64, 32, 10], hidden="relu", rng=0)
    x, y = rng.normal(size=(64, 32)), np.eye(10)[:, rng.integers(0, 10, 32)]
    grads = net.backward(net.forward(x), y, "cross_entropy")
    W, b = [net.W[1], net.W[2]], [net.b[1], net.b[2]]

    def plain_forward() -> Any:  # the leanest loss that NumPy allows, without a check
        z = W[1] @ np.maximum(W[0] @ x + b[0], 0) + b[1]
        top = z.max(axis=0)
        return (y * (top + np.log(np.exp(z - top).sum(axis=0)) - z)).sum() / 32

    ways: dict[str, Callable[[], Any]] = {
        "plain forward pass": plain_forward,
        "net.loss": lambda: net.loss(x, y, "cross_entropy"),
        "full check": lambda: check_network(net, x, y, "cross_entropy", grads),
    }
    times = {
        name: statistics.median(column)
        for name, column in zip(
            ways,
            zip(*([milliseconds(work) for work in ways.values()] for _ in range(rounds)), strict=True),
            strict=True,
        )
    }
    for name, value in times.items():
        print(f"{name:20} {value:8.3f} ms")
    for name in ("plain forward pass", "net.loss"):
        naive = 2 * 2410 * times[name]
        print(f"naive, 2P of {name:20} {naive:8.1f} ms   ratio to the full check {naive / times['full check']:6.1f}")


if __name__ == "__main__":
    main()
