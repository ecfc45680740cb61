"""A process of its own for each measurement: ``python -m bpkit.bench.child TASK JSON`` prints its result as JSON.

The number of threads must be known before NumPy and its kind are loaded, and one library's threads must not warm
another's processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from typing import Any

TASKS = {
    "steps": ("steps", "time_steps"),
    "shares": ("shares", "shares"),
    "overhead": ("whole", "overhead"),
    "digits": ("digits", "digits"),
    "ideas": ("ideas", "ideas"),
    "costs": ("costs", "exponents"),
    "memory": ("costs", "memory"),
    "referees": ("costs", "referees"),
}


def run(task: str, threads: int = 1, **arguments: Any) -> Any:
    """Run a task in a new process on so many threads, and return its result."""
    variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    environment = os.environ | dict.fromkeys(variables, str(threads))
    command = [sys.executable, "-W", "ignore", "-m", "bpkit.bench.child", task, str(threads), json.dumps(arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the measurement {task} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main(task: str, threads: str, arguments: str) -> None:
    """Do what ``run`` asked for; where the system allows it, on no more processors than threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-int(threads) :])
    module, name = TASKS[task]
    result = getattr(import_module(f".{module}", __package__), name)(int(threads), **json.loads(arguments))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
