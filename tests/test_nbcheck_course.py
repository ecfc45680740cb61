"""``pytest --nbval`` on the course itself: untouched, every exercise is todo; solved, every item is ok."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from learner import pytest_on

from bpkit.exercises.course import chapters
from bpkit.exercises.examine import exercises

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
EVERY = {record["name"]: record for record in chapters()}
States = dict[str, dict[str, str]]


def states(source: Path, folder: Path) -> States:
    """What ``pytest --nbval`` says of the notebooks of ``source``: by chapter, the state of every item by its name."""
    for name in EVERY:
        shutil.copy(source / f"{name}.ipynb", folder)
    done = pytest_on(folder, "-q", "--junitxml=out.xml", timeout=600)
    assert done.returncode == 0, done.stdout[-3000:]
    found: States = {name: {} for name in EVERY}
    for case in ET.parse(folder / "out.xml").getroot().iter("testcase"):
        chapter = next(name for name in EVERY if name in str(case.get("classname")))
        told = {str(one.get("name")): str(one.get("value")) for one in case.iter("property")}
        found[chapter][str(case.get("name"))] = told.get("bpkit", "")
    return found


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> States:
    return states(ROOT / "course", tmp_path_factory.mktemp("untouched"))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> States:
    return states(ROOT / "solutions", tmp_path_factory.mktemp("solved"))


@pytest.mark.parametrize("name", EVERY)
def test_in_an_untouched_chapter_every_exercise_is_todo_and_every_other_cell_is_ok_or_waits(name: str, untouched: States) -> None:
    record, found = EVERY[name], untouched[name]
    todo = {item for item, state in found.items() if state == "todo"}
    assert todo == {" ".join(pair) for pair in exercises(record)}, found
    needing = {f"cell {cell['id']}" for cell in record["cells"] if cell["needs"]}
    assert {item: state for item, state in found.items() if item not in todo and state != "ok"} == dict.fromkeys(
        needing, "waits")


@pytest.mark.parametrize("name", EVERY)
def test_in_a_solved_chapter_everything_is_ok(name: str, solved: States) -> None:
    found = solved[name]
    assert len([item for item in found if not item.startswith("cell ")]) == len(exercises(EVERY[name]))
    assert {item: state for item, state in found.items() if state != "ok"} == {}
