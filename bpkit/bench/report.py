"""The tables of a benchmark, as Markdown, and the targets that they are held against.

Letters: a to e are the workloads; a ratio is a peer's time over bpkit's, so above 1 bpkit is ahead.
"""

from __future__ import annotations

from typing import Any

from .steps import LIMIT, OWN
from .workloads import WORKLOADS

# one thread, float64: the least ratio of a peer's step to bpkit's, and the largest of bpkit's to the bare products
TARGETS: dict[str, dict[str, dict[str, float]]] = {
    "SGD": {
        "PyTorch eager": {"a": 18, "b": 6, "c": 1.1, "d": 0.92, "e": 3.3},
        "JAX jit step": {"a": 1.8, "b": 1.3, "c": 1.2, "d": 1.3, "e": 1.15},
        "scikit-learn": {"a": 5, "b": 3, "c": 1.5, "d": 1.2, "e": 2.3},
        LIMIT: {"b": 6, "c": 1.2, "d": 1.15, "e": 3.2},
    },
    "Adam": {"PyTorch eager": {"a": 20, "b": 7.5, "c": 1.1, "d": 0.95, "e": 4.5}},
}
OVERHEAD = 1.15  # the largest ratio of a step of bp.train, with all that belongs to a training, to a bare one


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table whose columns line up as text too."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def step_tables(title: str, found: dict[str, Any]) -> str:
    """Microseconds a step with their spread, and the ratios to bpkit."""
    names = list(next(iter(found.values())))
    times = [[name, *(_microseconds(found[key][name]) for key in found)] for name in names]
    ratios = [[name, *(_ratio(found[key][name]) for key in found)] for name in names if name != OWN]
    return "\n\n".join(
        [
            f"### {title}\n\nMicroseconds a step: median, and half the spread of the middle half.",
            table(["step", *found], times),
            "Time of a peer over bpkit's: median of the rounds (middle half). Above 1, bpkit is ahead.",
            table(["peer", *found], ratios),
            *_notes(found),
        ]
    )


def target_table(optimiser: str, found: dict[str, Any]) -> str:
    """Each target beside what was measured."""
    rows = []
    for peer, goals in TARGETS[optimiser].items():
        for key, goal in goals.items():
            if key not in found or peer not in found[key]:
                continue
            if "missing" in found[key][peer]:
                rows.append([optimiser, peer, key, f"{goal:g}", found[key][peer]["missing"], ""])
                continue
            r = found[key][peer]["ratio"]["median"]
            value, met, sign = (1 / r, 1 / r <= goal, "at most") if peer == LIMIT else (r, r >= goal, "at least")
            name = f"bpkit / {LIMIT}" if peer == LIMIT else f"{peer} / bpkit"
            rows.append([optimiser, name, key, f"{sign} {goal:g}", f"{value:.2f}", "met" if met else "not met"])
    return table(["optimiser", "ratio", "workload", "target", "measured", ""], rows)


def overhead_table(found: dict[str, Any]) -> str:
    """How much longer a step of bp.train takes than a bare one, held against its target, and where the rest goes."""
    rows = []
    for optimiser, by_key in found.items():
        whole, batches = ([row[part] for row in by_key.values()] for part in ("whole", "batches"))
        inside = [f"{100 * (b['median'] - 1):.0f} %" for b in batches]
        outside = [f"{100 * (w['median'] - b['median']):.0f} %" for w, b in zip(whole, batches, strict=True)]
        rows += [
            [optimiser, *(f"{r['median']:.2f} ({r['low']:.2f}–{r['high']:.2f})" for r in whole)],
            [f"at most {OVERHEAD}", *("met" if r["median"] <= OVERHEAD else "not met" for r in whole)],
            ["copying a batch, norms, answers", *inside],
            ["once an epoch: order, means, accuracy", *outside],
        ]
    return table(["", *next(iter(found.values()))], rows)


def workload_table() -> str:
    """What a to e stand for."""
    return table(["", "workload"], [[key, str(workload)] for key, workload in WORKLOADS.items()])


def rows_table(head: list[str], found: dict[str, Any], cells: Any) -> str:
    """One row a name; ``cells`` turns what was found into the cells behind it."""
    width = len(head) - 1
    return table(
        head,
        [
            [name, *([row["missing"], *[""] * (width - 1)] if "missing" in row else cells(row))]
            for name, row in found.items()
        ],
    )


def milliseconds(t: dict[str, float]) -> str:
    """Median and half the spread, in milliseconds."""
    return f"{1e3 * t['median']:.3g} ±{_spread(t):.0f}%"


def _microseconds(row: dict[str, Any]) -> str:
    return "–" if "missing" in row else f"{1e6 * row['median']:.4g} ±{_spread(row):.0f}%"


def _ratio(row: dict[str, Any]) -> str:
    if "missing" in row:
        return "–"
    r = row["ratio"]
    return f"{r['median']:.3g} ({r['low']:.3g}–{r['high']:.3g})"


def _spread(t: dict[str, float]) -> float:
    return 50 * (t["high"] - t["low"]) / t["median"]


def _notes(found: dict[str, Any]) -> list[str]:
    """Why a cell is empty, once for each reason."""
    why: dict[str, list[str]] = {}
    for key, rows in found.items():
        for name, row in rows.items():
            if "missing" in row:
                why.setdefault(f"{name}: {row['missing']}", []).append(key)
    return ["\n".join(f"– {reason} ({', '.join(keys)})" for reason, keys in why.items())] if why else []
