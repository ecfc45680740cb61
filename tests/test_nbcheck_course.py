"""``pytest --nbval`` on the course itself: untouched, every exercise is todo; solved, every item is ok."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bpkit.exercises.course import chapters
from bpkit.exercises.examine import exercises

ROOT = Path(__file__).parents[1]
EVERY = {record["name"]: record for record in chapters()}


def states(notebook: Path, folder: Path) -> tuple[int, dict[str, str]]:
    """The exit code of ``pytest --nbval notebook``, and the state of every item by its name."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider", "-q", "--nbval",
         "--nbval-current-env", "--nbval-cell-timeout=60", f"--junitxml={folder / 'out.xml'}", str(notebook)],
        cwd=folder, env=plain, capture_output=True, text=True, check=False, timeout=240)
    cases = ET.parse(folder / "out.xml").getroot().iter("testcase")
    return done.returncode, {
        str(case.get("name")): next((str(one.get("value")) for one in case.iter("property") if one.get("name") == "bpkit"), "")
        for case in cases}


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_in_an_untouched_chapter_every_exercise_is_todo_and_every_other_cell_is_ok_or_waits(name: str, tmp_path: Path) -> None:
    record = EVERY[name]
    code, found = states(ROOT / "course" / f"{name}.ipynb", tmp_path)
    todo = {item for item, state in found.items() if state == "todo"}
    assert todo == {" ".join(pair) for pair in exercises(record)}, found
    needing = {f"cell {cell['id']}" for cell in record["cells"] if cell["needs"]}
    assert {item: state for item, state in found.items() if item not in todo and state != "ok"} == dict.fromkeys(
        needing, "waits")
    assert code == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_in_a_solved_chapter_everything_is_ok(name: str, tmp_path: Path) -> None:
    notebook = shutil.copy(ROOT / "solutions" / f"{name}.ipynb", tmp_path)
    code, found = states(Path(notebook), tmp_path)
    assert len([item for item in found if not item.startswith("cell ")]) == len(exercises(EVERY[name]))
    assert {item: state for item, state in found.items() if state != "ok"} == {}
    assert code == 0
