"""``python -m bpkit.bench``: measure the speed of bpkit and of its peers on this machine, and print the tables.

Every part runs in processes of its own; ``--json FILE`` keeps all numbers. Peers that are not installed are named as
such: ``pip install -e ".[bench]"`` brings them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..notation import write_whole
from . import costs, report, whole
from .child import run

PACKAGES = ("numpy", "scipy", "torch", "jax", "scikit-learn", "autograd", "micrograd", "sympy")


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that were asked for, all of them by default."""
    options = _options(arguments)
    found: dict[str, Any] = {"machine": machine()}
    print("# bpkit's speed\n\n" + "\n".join(f"- {name}: {value}" for name, value in found["machine"].items()))
    print("\n" + report.workload_table())
    for name in options.parts or PARTS:
        print(f"\n## {name}\n", flush=True)
        found[name] = PARTS[name](options)
    if options.json:
        write_whole(options.json, json.dumps(found, indent=1).encode())
    return 0


def machine() -> dict[str, str]:
    """What the numbers depend on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((line.split(": ")[1] for line in info.read_text().splitlines() if "model name" in line), cpu)
    packages = {name: installed for name in PACKAGES if (installed := _version(name))}
    load = f"{os.getloadavg()[0]:.1f} processes before the start" if hasattr(os, "getloadavg") else "unknown"
    return {
        "processor": f"{cpu}, {os.cpu_count()} of them",
        "NumPy's own code for": ", ".join(_simd()),
        "system": platform.platform(),
        "Python": platform.python_version(),
        **packages,
        "load": load,
    }


def _simd() -> list[str]:
    import numpy as np

    found = np.show_config(mode="dicts")
    return [*found["SIMD Extensions"]["baseline"], *found["SIMD Extensions"].get("found", [])]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bpkit.bench", description="Measure bpkit against its peers.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all without one")
    parser.add_argument("--workloads", default="abcde", help="letters, e.g. abe")
    parser.add_argument("--optimisers", nargs="+", default=["SGD", "Adam"], choices=["SGD", "Adam"])
    parser.add_argument("--dtypes", nargs="+", default=["float64"], choices=["float64", "float32"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=15, help="turns that each peer takes")
    parser.add_argument("--json", help="write all numbers to this file")
    options = parser.parse_args(arguments)
    for name in options.parts:
        if name not in PARTS:
            parser.error(f"{name!r} is no part; choose from {', '.join(PARTS)}")
    return options


def _steps(o: argparse.Namespace) -> Any:
    found = {}
    for threads in o.threads:
        for dtype in o.dtypes:
            for optimiser in o.optimisers:
                title = f"{optimiser}, {dtype}, {threads} thread{'s' * (threads > 1)}"
                rows = run("steps", threads, workloads=o.workloads, optimiser=optimiser, dtype=dtype, rounds=o.rounds)
                print(report.step_tables(title, rows), "\n", flush=True)
                if threads == 1 and dtype == "float64":
                    print(report.target_table(optimiser, rows), "\n", flush=True)
                found[title] = rows
    return found


def _shares(o: argparse.Namespace) -> Any:
    found = {
        optimiser: run("shares", 1, workloads=o.workloads, optimiser=optimiser, dtype="float64")
        for optimiser in o.optimisers
    }
    print("Where the time of a step goes, on one thread, in per cent of the step.")
    for optimiser, by_key in found.items():
        kinds = [kind for kind in next(iter(by_key.values())) if kind != "step"]
        rows = [[kind, *(f"{100 * row[kind]:.0f}" for row in by_key.values())] for kind in kinds]
        print(f"\n{report.table([optimiser, *by_key], rows)}")
    return found


def _overhead(o: argparse.Namespace) -> Any:
    found = {
        optimiser: run(
            "overhead", 1, workloads=o.workloads, optimiser=optimiser, dtype="float64", rounds=max(3, o.rounds // 2)
        )
        for optimiser in o.optimisers
    }
    print(f"A step of bp.train, {whole.BATCHES} an epoch, over a bare step with its loss, and where the rest goes.\n")
    print(report.overhead_table(found))
    return found


def _digits(o: argparse.Namespace) -> Any:
    found = whole.digits_by_all(1, max(3, o.rounds // 3))
    print("64-32-10 relu, Adam(0.01), batches of 32, fifteen epochs on digits; milliseconds on one thread.\n")
    print(
        report.rows_table(
            ["training", "from a fresh process", "warm", "held-out accuracy"],
            found,
            lambda r: [report.milliseconds(r["fresh"]), report.milliseconds(r["warm"]), f"{r['accuracy']:.4f}"],
        )
    )
    return found


def _costs(o: argparse.Namespace) -> Any:
    found = run("costs", 1, rounds=max(3, o.rounds // 3))
    rows = [
        [name, f"{row['sizes'][0]:,} to {row['sizes'][-1]:,}", f"{row['exponent']:.2f}"] for name, row in found.items()
    ]
    print("Time of a step against what grows; slope of the logarithms over the last three of six sizes.\n")
    print(report.table(["what grows", "range", "exponent"], rows))
    return found


def _memory(o: argparse.Namespace) -> Any:
    found = {key: run("memory", 1, workload=key) for key in o.workloads}
    rows = [
        [key, *(f"{row[name] / 1e3:,.0f}" for name in ("bound", "arrays", "objects", "peak", "rss"))]
        for key, row in found.items()
    ]
    print(
        "Kilobytes of a program with Adam, float64. The bound is 4 numbers a parameter, 2 an activation, and "
        f"{costs.OWN / 1e3:,.0f} for Python.\n"
    )
    print(
        report.table(["", "bound", "its arrays", "Python's objects", "peak of a step", "growth of the process"], rows)
    )
    return found


def _imports(o: argparse.Namespace) -> Any:
    found = whole.imports(max(3, o.rounds // 2))
    print("Milliseconds of an import in a fresh process.\n")
    print(report.rows_table(["import", "ms"], found, lambda r: [report.milliseconds(r)]))
    return found


def _referees(o: argparse.Namespace) -> Any:
    found = run("referees", 1, rounds=max(3, o.rounds // 3))
    print("Milliseconds; the first time in a process includes imports.\n")
    print(
        report.rows_table(["job", "ms", "first"], found, lambda r: [report.milliseconds(r), f"{1e3 * r['first']:.3g}"])
    )
    return found


def _ideas(o: argparse.Namespace) -> Any:
    found = {
        name: run("ideas", 1, workloads=o.workloads, optimiser=name, dtype="float64", rounds=o.rounds)
        for name in o.optimisers
    }
    for optimiser, rows in found.items():
        rungs = list(next(iter(rows.values())))
        cells = [
            [rung, *(f"{1e6 * row[rung]['median']:.4g} (×{row[rung]['gain']['median']:.2f})" for row in rows.values())]
            for rung in rungs
        ]
        print(f"{optimiser}: microseconds a step (gain over the line above).\n")
        print(report.table(["step", *rows], cells), "\n")
    return found


def _chapters(o: argparse.Namespace) -> Any:
    found = whole.lessons()
    rows = [[name, f"{row['seconds']:.1f}", str(row["cells"])] for name, row in found.items()]
    print("Seconds of every solved chapter, from the start of its kernel to the end of its last cell.\n")
    print(report.table(["chapter", "seconds", "code cells"], rows))
    return found


def _explorers(o: argparse.Namespace) -> Any:
    found = whole.sliders()
    print(f"From a slider to painted pixels, in JupyterLab.\n\n{found}")
    return found


PARTS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "steps": _steps,
    "shares": _shares,
    "overhead": _overhead,
    "digits": _digits,
    "imports": _imports,
    "costs": _costs,
    "memory": _memory,
    "referees": _referees,
    "ideas": _ideas,
    "chapters": _chapters,
    "explorers": _explorers,
}

if __name__ == "__main__":
    sys.exit(main())
