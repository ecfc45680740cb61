"""What a test needs and the machine lacks: a skip that says so on a newcomer's machine, a failure where CI is set."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import NoReturn

import pytest


def absent(what: str) -> NoReturn:
    """Skip the test with a word; in CI, where everything must be there, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: CI must run this test")
    pytest.skip(what, allow_module_level=True)


def need_module(name: str, extra: str) -> None:
    """Go on only where the package ``name`` is installed."""
    if find_spec(name) is None:
        absent(f"{name} is not installed (pip install -e .[{extra}])")


def need_program(name: str) -> str:
    """The path of a program, such as node; go on only where there is one."""
    path = shutil.which(name)
    return path or absent(f"{name} is not installed")
