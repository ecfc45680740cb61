"""Run a solved notebook in a fresh kernel of this Python and keep only outputs that every run repeats."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..shapes import BadInput
from .notebooks import WIDGET_VIEW, ids, untold
from .source import Cell, Chapter, wrong

CELL_SECONDS = 120
_CHANGES = re.compile(r"\bat 0x[0-9a-fA-F]{6,}|ipykernel_\d+")


def run(chapter: Chapter, notebook: NotebookNode) -> NotebookNode:
    """Return ``notebook`` with the outputs of a run from its first cell to its last.

    The kernel works in a temporary folder, in an environment without bpkit's switches. Raises BadInput, with
    file and line, where a cell fails, a check does not say correct, or an output would change at the next run.
    """
    notebook = nbformat.from_dict(notebook)
    keep = notebook.metadata.language_info
    with tempfile.TemporaryDirectory(prefix="bpkit-") as folder:
        _execute(chapter, notebook, folder)
    notebook.metadata.language_info = keep
    cells = dict(zip(ids(chapter), chapter.cells, strict=True))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET_VIEW, None)  # its id is new at every run
            _judge(chapter, cells[cell.id], cell)
    return notebook


def _execute(chapter: Chapter, notebook: NotebookNode, folder: str) -> None:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    at: dict[str, int] = {}
    own = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    client = NotebookClient(notebook, km=own, timeout=CELL_SECONDS, record_timing=False, store_widget_state=False,
                            coalesce_streams=True, extra_arguments=["--IPKernelApp.log_level=ERROR"],
                            on_cell_execute=lambda cell, cell_index: at.update(row=cell_index))
    try:
        client.execute(cwd=folder, env=environment(folder), cleanup_kc=True)
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:  # a dead kernel is a RuntimeError
        cell = chapter.cells[at.get("row", 0)]
        said = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines() if line.strip()]
        raise _unfit(chapter, cell, "the cell does not run.", "a solution that runs to its end",
                     said[-1] if said else type(error).__name__, "run the cells up to this one in JupyterLab") from None


def environment(folder: str) -> dict[str, str]:
    """Return the environment of the kernel: this bpkit, inline pictures, nothing else that could change an output."""
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("BPKIT", "PYTHON")) and key not in ("COLUMNS", "LINES")}
    return env | {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1",
                  "MPLBACKEND": "module://matplotlib_inline.backend_inline", "IPYTHONDIR": folder}


def _judge(chapter: Chapter, cell: Cell, ran: NotebookNode) -> None:
    """Hold one cell that has run to what the course promises of it."""
    said = "\n".join(_texts(ran))
    if cell.role == "check" and f"{cell.exercise} correct" not in said:
        raise _unfit(chapter, cell, f"the solution of {cell.exercise} fails its own check.", f"{cell.exercise} correct",
                     said.strip().partition("\n")[0] or "no verdict", "mend the answer or the exercise")
    if not untold(ran) and (found := _CHANGES.search(said)):
        raise _unfit(chapter, cell, "the cell shows what no second run repeats.", "an output that stays", found[0],
                     "end the cell on a value, mend the warning, or tag it nbval-ignore-output")


def _unfit(chapter: Chapter, cell: Cell, problem: str, wanted: str, got: str, hint: str) -> BadInput:
    return wrong(chapter.path, cell.line, problem, wanted=wanted, got=got, hint=hint)


def _texts(cell: NotebookNode) -> list[str]:
    """Return all the text that a cell shows: its streams, and the texts of its displays."""
    return [output.get("text", "") for output in cell.outputs] + [
        value for output in cell.outputs for mime, value in output.get("data", {}).items() if mime.startswith("text/")]
