"""How the cost of a step grows, what memory it takes, and what the referees cost.

Letters: P parameters, A numbers in all a[0..L] of a batch, N examples, L layers.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np

from ..network import Network
from ..optim import SGD, Adam
from ..program import Program
from ..shapes import one_hot
from .measure import clock_for, in_turns, summary
from .peers import torch_network
from .workloads import WORKLOADS, problem

# what grows -> sizes and N of each step of the ladder; the exponent is taken over its last three. Those of depth are
# all larger than a cache of 32 MB, so that it is the exponent of the work and not of the memory that it moves into.
LADDERS: dict[str, list[tuple[int, tuple[int, ...], int]]] = {
    "parameters": [(n, (n, n, n, n, 10), 256) for n in (32, 64, 128, 256, 512, 1024)],
    "batch": [(N, (256, 256, 256, 10), N) for N in (8, 32, 128, 512, 1024, 2048)],
    "depth": [(L, (64, *[64] * (L - 1), 10), 512) for L in (8, 16, 32, 64, 128, 256)],
}
OWN = 1_000_000  # bytes that Python's objects and its allocator may take, whatever the network


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
    return sum((m + 1) * n for m, n in pairwise(sizes))


def memory(threads: int, workload: str) -> dict[str, int]:
    """Bytes of a program with Adam: in arrays, in other objects, and at the peak of a step.

    "rss" is what the process grew by; "bound" is 4 numbers a parameter, 2 an activation, and ``OWN``.
    """
    p = problem(WORKLOADS[workload], "Adam", "float64")
    P, A = _parameters(p.net.sizes), sum(p.net.sizes) * p.x.shape[1]
    before = _peak_rss()
    tracemalloc.start()
    program = Program(p.net, p.x.shape[1], p.loss, Adam())
    program.load(p.x, p.y)
    tracemalloc.reset_peak()
    program.run()
    held, peak = tracemalloc.get_traced_memory()
    rss = _peak_rss() - before
    of_numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    arrays = sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([of_numpy]).traces)
    return {"bound": 8 * (4 * P + 2 * A) + OWN, "arrays": arrays, "objects": held - arrays, "peak": peak, "rss": rss}


def _peak_rss() -> int:
    """The largest resident size of this process so far, in bytes; 0 where the system does not tell."""
    try:
        resource = import_module("resource")
    except ImportError:
        return 0
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


def referees(threads: int, rounds: int) -> dict[str, Any]:
    """Seconds of a backward pass and of each referee that is installed: the median, and the first in this process."""
    net, rng = Network.random([64, 32, 10], "relu"), np.random.default_rng(0)
    x, y = rng.standard_normal((64, 32)), one_hot(rng.integers(0, 10, 32), 10)
    grads = net.backward(net.forward(x), y, "cross_entropy")
    jobs: dict[str, Callable[[], Any]] = {
        "forward and backward, 64-32-10, N = 32": lambda: net.backward(net.forward(x), y, "cross_entropy"),
        "gradient check, complex steps layer by layer": lambda: _of("netcheck", "check_network")(
            net, x, y, "cross_entropy"
        ),
        "gradient check, central differences, as a black box": lambda: _black_box(net, x, y, grads),
        "torch.autograd.gradcheck": lambda: _torch(net, x, y, fast_mode=False),
        "torch.autograd.gradcheck, fast": lambda: _torch(net, x, y, fast_mode=True),
        "symbolic build, all gradients of 2-2-1": lambda: _symbolic((2, 2, 1), "sigmoid", "binary_cross_entropy"),
        "symbolic build, all gradients of 3-4-3": lambda: _symbolic((3, 4, 3), "softmax", "cross_entropy"),
    }
    return {name: _timed(job, rounds) for name, job in jobs.items()}


def _timed(job: Callable[[], Any], rounds: int) -> dict[str, Any]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        try:
            job()
        except ImportError:
            return {"missing": "not installed"}
        times.append(time.perf_counter() - start)
    return {"first": times[0]} | summary(np.array(times))


def _of(module: str, name: str) -> Any:
    return getattr(import_module(f"bpkit.{module}"), name)


def _black_box(net: Network, x: np.ndarray, y: np.ndarray, grads: Any) -> Any:
    def f(theta: Any) -> Any:
        return Network(theta["W"], theta["b"], net.f).loss(x, y, "cross_entropy")

    theta, claim = {"W": dict(net.W), "b": dict(net.b)}, {"W": dict(grads.dW), "b": dict(grads.db)}
    return _of("differences", "gradcheck")(f, theta, claim, method="central")


def _torch(net: Network, x: np.ndarray, y: np.ndarray, fast_mode: bool) -> Any:
    torch = import_module("torch")
    model, X, Y = torch_network(torch, net), torch.tensor(x.T.copy()), torch.tensor(y.T.copy())

    def f(*theta: Any) -> Any:
        w1, b1, w2, b2 = theta
        z = torch.relu(X @ w1.T + b1) @ w2.T + b2
        return torch.nn.functional.cross_entropy(z, Y)

    return torch.autograd.gradcheck(f, tuple(model.parameters()), fast_mode=fast_mode)


def _symbolic(sizes: tuple[int, ...], output: str, loss: str) -> Any:
    network = _of("symbolic", "SymbolicNetwork")(sizes, ["tanh"] * (len(sizes) - 2) + [output], loss)
    return [network.grad(f"{kind}{l}") for l in range(1, len(sizes)) for kind in ("W", "b")]
