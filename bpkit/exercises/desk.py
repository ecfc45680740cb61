"""The judge's desk inside the learner's kernel: opened before the learner's first cell runs.

It keeps its own view of the checker, so that a lesson which replaces ``bp.check``, or a function of this package, is
judged by the real ones. Who wants to cheat their own kernel still can; a judge that cannot be cheated would have to sit
in another process.
"""

from __future__ import annotations

import ast
import json
import sys
from types import ModuleType
from typing import Any

from ..diagrams.scene import Picture
from .checks import judge
from .declare import every
from .verdict import Verdict

MEMORY = 8 * 2**30
_views: list[tuple[ModuleType, dict[str, Any]]] = []


def open_desk() -> None:
    """Load all exercises, remember every module of this package as it is, and see to the kernel's limits."""
    every()
    limit_memory(MEMORY)
    keep_streams()
    draw_nothing()
    stay()
    _views[:] = [(module, dict(vars(module))) for name, module in list(sys.modules.items())
                 if name.startswith(__package__) and name != __name__]


def limit_memory(room: int) -> None:
    """Let the process take at most ``room`` bytes more, or half of the machine, where the system can see to it."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        lines = Path("/proc/meminfo").read_text().splitlines()
        machine = 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemTotal"))
        most = pages * resource.getpagesize() + min(room, machine // 2)
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    except (ImportError, OSError, ValueError, StopIteration):
        return


def keep_streams() -> None:
    """Put stdout and stderr back after each cell: without them the kernel never says that the cell is done."""
    from IPython import get_ipython

    streams = sys.stdout, sys.stderr

    def back() -> None:
        sys.stdout, sys.stderr = streams

    get_ipython().events.register("post_execute", back)


def draw_nothing() -> None:
    """Let figures and explorers be shown by their text alone: nobody looks, and drawing takes its time."""
    from IPython import get_ipython

    get_ipython().config.InlineBackend.figure_formats = set()
    Picture.png = lambda self, dark=False: b""  # type: ignore[method-assign]


def stay() -> None:
    """Let exit() and quit() end nothing: the cells behind them are the course's."""
    from IPython import get_ipython

    get_ipython().ask_exit = lambda *_: None


def sit(check: str) -> str:
    """Judge by the course's check cell ``check``, in the learner's name space; the verdict as JSON."""
    from IPython import get_ipython

    for module, view in _views:
        vars(module).update(view)
    call = next(node for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) == "check")
    number = ast.literal_eval(call.args[0])
    try:
        answer = eval(compile(ast.Expression(call.args[1]), "<check>", "eval"), get_ipython().user_ns)
    except NameError as error:
        return json.dumps({"missing": str(error.name)})
    return json.dumps(_record(judge(number, answer)))


def _record(verdict: Verdict) -> dict[str, Any]:
    return {"status": verdict.status, "kind": verdict.kind, "name": verdict.name, "message": verdict.message,
            "question": verdict.question, "lesson": verdict.lesson, "text": repr(verdict)}
