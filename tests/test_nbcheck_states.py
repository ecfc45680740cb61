"""Every unlucky and every hostile notebook ends in its own clear state, and stays as it is on disk."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest

from bpkit.exercises.examine import examine

spec = importlib.util.spec_from_file_location("hostile_notebooks", Path(__file__).parent / "hostile" / "notebooks.py")
assert spec and spec.loader
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)
EVERY = notebooks.UNLUCKY | notebooks.HOSTILE
SECONDS = 4


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_each_notebook_ends_in_its_own_clear_state_and_stays_as_it_was(name: str, tmp_path: Path) -> None:
    book, states = EVERY[name]
    expected = notebooks.chapter.write_record(tmp_path)
    path = tmp_path / "05_hidden_deltas.ipynb"
    path.write_bytes(book if isinstance(book, bytes) else notebooks.written(book))
    before = path.read_bytes()
    begin = time.monotonic()

    found = examine(path, notebooks.chapter.record(), expected, SECONDS)

    told = {row.number: f"{row.state}: {row.message}" for row in found.rows}
    assert tuple(row.state for row in found.rows if row.number) == states, told
    assert not [row for row in found.rows if not row.number and row.state in ("died", "timeout")], told
    assert all(row.message for row in found.rows if row.state != "ok")
    assert path.read_bytes() == before
    assert time.monotonic() - begin < 60
