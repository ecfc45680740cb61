"""The results of a notebook as text: a table for one, a line for one of many, and what to do next."""

from __future__ import annotations

from .examine import Examined


def summary(examined: Examined) -> str:
    """One line about a notebook: how many exercises are right, and the states of the others."""
    rows = [row for row in examined.rows if row.number]
    left = ", ".join(f"{row.number} {row.state}" for row in rows if row.state != "ok")
    right = f"{sum(row.state == 'ok' for row in rows)} of {len(rows)}"
    return f"{right}  {examined.notebook}" + (f": {left}" if left else "")


def table(examined: Examined) -> str:
    """The rows as text: number, name, state, message; then what to do next."""
    width = max((len(row.name) for row in examined.rows), default=0)
    lines = [f"{examined.chapter} {examined.title}"]
    for row in examined.rows:
        words = row.message.splitlines()[0] if row.message and row.state != "ok" else ""
        lines.append(f"  {row.number:4} {row.name:{width}}  {row.state:7}  {words}".rstrip())
    return "\n".join([*lines, f"  {_next(examined)}"])


def _next(examined: Examined) -> str:
    left = [row for row in examined.rows if row.state != "ok"]
    if not left:
        return "all right"
    first = next((row for row in left if row.state not in ("todo", "waits")), left[0])
    if first.state == "broken":
        return "next: mend the file"
    if not first.number:
        return f"next: run the chapter from its top and look at {first.name}"
    verb = {"todo": "write", "waits": "write what it waits for, then"}.get(first.state, "mend")
    ask = f" {first.question}" if first.question else ""
    return f'next: {verb} {first.number}.{ask} Stuck? bp.hint("{first.number}")'
