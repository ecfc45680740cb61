"""``bpkit check | progress | reset | upgrade``: the classroom on the command line."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from .. import places
from ..notation import write_whole
from ..shapes import BadInput, nearest
from . import rewrite
from .course import Record, chapters, normal_hash
from .examine import Examined, examine, exercises
from .overlay import Broken, lesson_of, match, read

BAR = 10


def add_parser(subparsers: Any) -> None:
    """Add the four commands to the command line."""
    check = subparsers.add_parser("check", help="check your answers", description=(
        "Run your notebooks with the course's checks laid over them, and say what each exercise lacks."))
    _which(check, "the chapters to check, such as 05 (all)", several=True)
    check.add_argument("--json", metavar="FILE", help="write the results to FILE as well")
    check.set_defaults(run=run_check)

    progress = subparsers.add_parser("progress", help="how far you are in each chapter")
    progress.set_defaults(run=run_progress)

    reset = subparsers.add_parser("reset", help="put a chapter, or one exercise, back to its start", description=(
        "Put the blank back. Your version is kept in backups, beside your notebooks."))
    _which(reset, "the chapter, such as 05")
    reset.add_argument("--exercise", metavar="N.M", help="put only this exercise back, such as 5.2")
    reset.set_defaults(run=run_reset)

    upgrade = subparsers.add_parser("upgrade", help="bring new lessons to your copy, with your answers in them")
    upgrade.set_defaults(run=run_upgrade)


def _which(parser: argparse.ArgumentParser, words: str, several: bool = False) -> None:
    parser.add_argument("chapters", nargs="*" if several else "?", metavar="NN", help=words)
    parser.add_argument("--notebook", metavar="FILE", nargs="+" if several else None, help=(
        "your notebook, where it has another name or place" + (", or the notebooks of a class" if several else "")))


def run_check(options: argparse.Namespace) -> int:
    """Check the notebooks asked for and print a table each, for a class a line a file too; 0 only if all is ok."""
    files = options.notebook or [None]
    found: list[Examined] = []
    refused: dict[str, BadInput] = {}
    for file in files:
        try:
            asked = notebooks(options.chapters, file)
        except BadInput as problem:
            if len(files) == 1:
                raise
            refused[file] = problem  # one unknown file does not keep a class waiting
            continue
        for path, record in asked:
            found.append(examine(path, record))
            print(table(found[-1]), flush=True)
    if len(files) > 1:
        print("\n".join([*map(summary, found), *(f"not checked: {file}: {refused[file].problem}" for file in refused)]))
    if options.json:
        told = [one.as_dict() for one in found]
        told += [{"ok": False, "notebook": file, "problem": str(problem)} for file, problem in refused.items()]
        write_whole(options.json, (json.dumps(told, indent=1) + "\n").encode())
    return 0 if all(one.ok for one in found) and not refused else 1


def summary(examined: Examined) -> str:
    """One line about a notebook: how many exercises are right, and the states of the others."""
    rows = [row for row in examined.rows if row.number]
    left = ", ".join(f"{row.number} {row.state}" for row in rows if row.state != "ok")
    right = f"{sum(row.state == 'ok' for row in rows)} of {len(rows)}"
    return f"{right}  {examined.notebook}" + (f": {left}" if left else "")


def run_progress(_: argparse.Namespace) -> int:
    """Print a bar a chapter: how many of its exercises are right."""
    right = total = 0
    for path, record in notebooks([], None):
        numbers = exercises(record)
        rows = () if _untouched(path, record) else examine(path, record).rows
        done = sum(row.state == "ok" for row in rows if row.number)
        bar = "█" * round(BAR * done / max(len(numbers), 1))
        print(f"{record['chapter']} {bar:░<{BAR}} {done} of {len(numbers)}  {record['title']}", flush=True)
        right, total = right + done, total + len(numbers)
    print(f"{right} of {total} exercises are right")
    return 0


def run_reset(options: argparse.Namespace) -> int:
    """Put a chapter or one exercise back to its start; the version before is kept."""
    number = options.exercise
    wanted = options.chapters or (number.split(".")[0] if number else None)
    if not wanted and not options.notebook:
        raise BadInput("reset needs a chapter.", wanted="a number", got="none", hint="bpkit reset 05 --exercise 5.2")
    path, record = notebooks([wanted] if wanted else [], options.notebook)[0]
    if options.notebook:
        rewrite.belongs(path, record, lesson_of(path) or lesson_of(Path(options.notebook)))
    path = path.resolve()
    rewrite.learners_own(path.parent)
    new, note = _course_notebook(record), ""
    if number is not None:
        nearest(number, [one for one, _ in exercises(record)], f"exercise of chapter {record['chapter']}")
        new = rewrite.with_blank(rewrite.load(path, record), new, record, number)
        if rewrite.answered_elsewhere(new, record, number):
            note = "\nanother cell of yours answers it as well, and that is the one to be checked"
    kept = rewrite.backup(path)
    rewrite.write(path, new)
    print(f"{number or 'chapter ' + record['chapter']} is blank again; your version is kept in {kept}{note}")
    return 0


def run_upgrade(_: argparse.Namespace) -> int:
    """Bring every chapter of the course to the learner's copy: new ones beside, changed ones with the answers kept.

    A file that cannot be brought is left as it is and named at the end; the code is 1 then.
    """
    folder = own_folder().resolve()
    rewrite.learners_own(folder)
    left = {}
    for record in chapters():
        path = folder / f"{record['name']}.ipynb"
        try:
            print(_brought(path, record), flush=True)
        except BadInput as problem:
            left[path.name] = f"{problem.problem}\n  try:    {problem.hint}"
        except OSError as error:
            left[path.name] = error.strerror or str(error)
    for name, why in left.items():
        print(f"not upgraded: {name}: {why}")
    return 1 if left else 0


def _brought(path: Path, record: Record) -> str:
    """Bring one chapter to ``path`` and say what became of it."""
    course, name = _course_notebook(record), path.name
    if not os.path.lexists(path):
        rewrite.write(path, course)
        return f"new      {name}"
    if not path.exists():
        raise BadInput("it is a link that leads nowhere.", wanted="a notebook", got=os.readlink(path),
                       hint=f"remove {name}, then bpkit upgrade")
    path = path.resolve()
    rewrite.learners_own(path.parent)
    mine = rewrite.load(path, record)
    new = rewrite.merged(mine, course, record)
    if new == mine:
        return f"as it is {name}"
    kept = rewrite.backup(path)
    rewrite.write(path, new)
    return f"changed  {name}; your version is kept in {kept}"


def notebooks(wanted: list[str], notebook: str | None) -> list[tuple[Path, Record]]:
    """The learner's notebooks of the chapters asked for, all where none is named, each with its record."""
    every = {record["chapter"]: record for record in chapters()}
    asked = [nearest(one.zfill(2), every, "chapter") for one in wanted]
    if notebook:
        path = Path(notebook).resolve()
        if not path.is_file():
            raise BadInput("there is no such notebook.", wanted="a file", got=notebook, hint="--notebook NAME.ipynb")
        record = every[asked[0]] if asked else lesson_of(path)
        if record is None:
            raise BadInput("this notebook belongs to no chapter.", wanted="a chapter's notebook", got=path.name,
                           hint=f"bpkit check 05 --notebook {path.name}, with the number of its chapter")
        return [(path, record)]
    folder = own_folder()
    files = {number: folder / f"{every[number]['name']}.ipynb" for number in asked or every}
    found = [(path, every[number]) for number, path in files.items() if path.is_file()]
    if len(found) < len(asked) or not found:
        missing = next((path.name for path in files.values() if not path.is_file()), "the course's notebooks")
        raise BadInput("there is no such notebook.", wanted=f"{missing} in {folder}", got="none",
                       hint="bpkit lab copies the course there; --notebook FILE for another place")
    return found


def own_folder() -> Path:
    """The learner's copy of the course: this folder if it is one, else ``my-course`` in it."""
    from ..lab import own_folder

    return own_folder()


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


def _untouched(path: Path, record: Record) -> bool:
    """Whether no answer differs from its blank, so that there is nothing to run."""
    try:
        cells = read(path)
    except Broken:
        return True
    blanks = [i for i, one in match(cells, record).items()
              if one["role"] == "answer" and one["hash"] == normal_hash(cells[i].source)]
    return len(blanks) == sum(cell["role"] == "answer" for cell in record["cells"])


def _course_notebook(record: Record) -> dict[str, Any]:
    return dict(json.loads((places.course() / f"{record['name']}.ipynb").read_text(encoding="utf-8")))
