"""Where bpkit's own files are: in a checkout, or in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from .shapes import BadInput

PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """Return the folder of the checkout that this bpkit runs from, or None where it was installed from a wheel."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "solutions").is_dir() else None


def course() -> Path:
    """Return the folder of the learner notebooks: the checkout's ``course``, or the wheel's copy of it."""
    root = checkout()
    folder = root / "course" if root else PACKAGE / "_course"
    if not chapters(folder):
        raise BadInput("bpkit finds no chapters.", wanted="the course's notebooks", got=f"none in {folder}",
                       hint="bpkit build" if root else "pip install --force-reinstall bpkit")
    return folder


def chapters(folder: Path) -> list[Path]:
    """Return the chapters' notebooks in ``folder``, in the order of the course."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))
