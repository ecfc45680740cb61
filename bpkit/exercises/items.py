"""The pytest side: a learner's notebook as a file of items, one an exercise and one a cell of the course."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel

from .course import Record
from .overlay import Broken, answer_names, plan, read
from .player import SECONDS, Player, same_bpkit
from .results import FAILED, Result, of_exercise, of_lesson

START_SECONDS = 60
NBVALS_OWN = 2000  # its time limit for a cell where none is asked for: half an hour


class Failed(Exception):
    """An exercise or a cell that is not as it should be; the message is for the learner."""


class Kernel(RunningKernel):
    """nbval's kernel, but with a stderr that is not left open behind it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.km, self.kc = start_new_kernel(START_SECONDS, name, stderr=subprocess.DEVNULL, cwd=str(folder))
        self._ensure_iopub_up()


class Notebook(pytest.File):
    """A learner's notebook with the course laid over it; its kernel lives from the first item to the last."""

    record: Record
    player: Player | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each exercise and each cell of the course, in the learner's order."""
        self.right: set[str] = set()
        self.wrong: set[str] = set()
        try:
            steps = plan(read(Path(self.path)), self.record)
        except (Broken, OSError) as error:
            yield BrokenItem.from_parent(self, name=self.record["name"], reason=str(error))
            return
        seconds = self.config.option.nbval_cell_timeout
        self.player = Player(steps, self.start, SECONDS if seconds >= NBVALS_OWN else seconds)
        for place, step in enumerate(steps):
            if step.lesson and step.judges:
                names = sorted(answer_names(step.lesson, self.record))
                yield ExerciseItem.from_parent(self, name=" ".join([step.judges, *names]), place=place)
            elif step.lesson:
                yield LessonItem.from_parent(self, name=f"cell {step.lesson['id']}", place=place)

    def start(self) -> Any:
        """Start a kernel beside the notebook, with nbval's options."""
        option = self.config.option
        name = CURRENT_ENV_KERNEL_NAME if option.nbval_current_env else option.nbval_kernel_name or "python3"
        with same_bpkit():
            return Kernel(name, Path(self.path).parent)

    def teardown(self) -> None:
        """End the kernel."""
        if self.player:
            self.player.stop()


class Item(pytest.Item):
    """One result; todo and waits count as skipped, what failed fails with words and no traceback."""

    parent: Notebook

    def __init__(self, *, place: int = -1, reason: str = "", **more: Any) -> None:
        super().__init__(**more)
        self.place, self.reason = place, reason

    def result(self) -> Result:
        """The result of this item."""
        raise NotImplementedError

    def runtest(self) -> None:
        """Play the notebook up to here, and pass, skip or fail by the result."""
        found = self.result()
        self.user_properties.append(("bpkit", found.state))
        told = {"message": found.message, "kind": found.kind, "question": found.question}
        self.user_properties.append(("bpkit-result", json.dumps(told)))
        if found.state in FAILED:
            raise Failed(found.verdict.get("text") or found.message)
        if found.state != "ok":
            raise pytest.skip.Exception(found.message, _use_item_location=True)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The learner's words in place of a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, Failed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says that this item lives; it would show a dot as ::."""
        return Path(self.path), 0, self.name.replace(".", "-")


class ExerciseItem(Item):
    """One exercise, judged by the course's own check."""

    def result(self) -> Result:
        """Judge the exercise."""
        assert self.parent.player
        found = of_exercise(self.parent.player, self.place)
        number = self.parent.player.steps[self.place].judges
        (self.parent.right if found.state == "ok" else self.parent.wrong).add(number)
        return found


class LessonItem(Item):
    """One cell of the course that is neither answer nor check."""

    def result(self) -> Result:
        """Compare the cell's output with the course's."""
        assert self.parent.player
        return of_lesson(self.parent.player, self.place, self.parent.right, self.parent.wrong)


class BrokenItem(Item):
    """A file that cannot be read."""

    def result(self) -> Result:
        """Say why."""
        return Result("broken", self.reason, "broken")
