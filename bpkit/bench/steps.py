"""Time a training step against its peers, workload by workload.

Letters: N examples a batch. Every peer starts from the same weights on the same batch, and its first loss must be the
same number, or its row says so instead of a time.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from . import peers, peers_autodiff
from .measure import clock_for, in_turns, ratio, summary
from .peers import Skip, Step
from .workloads import WORKLOADS, Problem, problem

OWN, LIMIT = "bpkit", "matrix products alone"
PEERS = {
    OWN: peers.bpkit,
    LIMIT: peers.limit,
    "NumPy textbook": peers.textbook,
    "PyTorch eager": peers.pytorch,
    "PyTorch fused": peers.pytorch_fused,
    "JAX jit step": peers_autodiff.jax,
    "JAX jit loop": peers_autodiff.jax_loop,
    "scikit-learn": peers.scikit_learn,
    "HIPS autograd": peers_autodiff.autograd,
    "micrograd": peers_autodiff.micrograd,
}


def time_steps(threads: int, workloads: str, optimiser: str, dtype: str, rounds: int) -> dict[str, Any]:
    """{workload: {peer: {"median", "low", "high"} in seconds, with "ratio" to bpkit, or {"missing": why}}}."""
    _limit_threads(threads)
    return {key: _one(problem(WORKLOADS[key], optimiser, dtype), rounds, threads) for key in workloads}


def _one(p: Problem, rounds: int, threads: int) -> dict[str, Any]:
    expected = float(p.net.loss(p.x, p.y, p.loss))
    steps: dict[str, Step] = {}
    rows: dict[str, Any] = {}
    for name, make in PEERS.items():
        try:
            steps[name] = make(p)
            first = steps[name]()
            if first is not None and abs(float(first) - expected) > 1e-4 * abs(expected):
                raise Skip(f"loss {float(first):.6g} instead of {expected:.6g}")
        except ImportError:
            rows[name] = {"missing": "not installed"}
        except Exception as error:
            if name == OWN:
                raise
            rows[name] = {"missing": f"{error}" if isinstance(error, Skip) else f"{type(error).__name__}: {error}"}
        if name in rows:
            steps.pop(name, None)
    times = in_turns(steps, rounds, clock_for(threads))
    rows |= {name: summary(t) | {"ratio": ratio(t, times[OWN])} for name, t in times.items()}
    return {name: rows[name] for name in PEERS}


def _limit_threads(threads: int) -> None:
    """What the environment does not settle: PyTorch's own count."""
    try:
        import_module("torch").set_num_threads(threads)
    except ImportError:
        return
