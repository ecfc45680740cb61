"""``bpkit check | progress | reset | upgrade``: the classroom on the command line."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

from .. import places
from ..notation import write_whole
from ..shapes import BadInput, nearest
from . import rewrite
from .board import summary, table
from .course import Record, chapters, normal_hash
from .examine import Examined, examine, exercises
from .overlay import Broken, lesson_of, match, read

BAR = 10


def add_parser(subparsers: Any) -> None:
    """Add the four commands to the command line."""
    check = subparsers.add_parser("check", help="check your answers", description=(
        "Run your notebooks with the course's checks laid over them, and say what each exercise lacks."))
    _which(check, "the chapters to check, such as 05 (all)", several=True)
    check.add_argument("--json", metavar="FILE", help="write the results to FILE as well, or - for here")
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
    if options.json:
        _free_for_results(options.json)
    tell = partial(print, file=sys.stderr if options.json == "-" else sys.stdout, flush=True)
    files = options.notebook or [None]
    found: list[Examined] = []
    refused: dict[str, BadInput] = {}
    for file in files:
        try:
            for path, record in notebooks(options.chapters, file):
                before = path.read_bytes()
                found.append(examine(path, record))
                tell(table(found[-1]))
                if path.read_bytes() != before:
                    tell(f"  note: {path.name} has changed: it was saved meanwhile, or one of its cells writes to it")
        except BadInput as problem:
            if len(files) == 1:
                raise
            refused[file] = problem  # one file that cannot be checked does not keep a class waiting
    if len(files) > 1:
        tell("\n".join([*map(summary, found), *(f"not checked: {file}: {refused[file].problem}" for file in refused)]))
    if options.json:
        told = [one.as_dict() for one in found]
        told += [{"ok": False, "notebook": file, "problem": str(problem)} for file, problem in refused.items()]
        text = json.dumps(told, indent=1) + "\n"
        if options.json == "-":
            print(text, end="")
        else:
            write_whole(options.json, text.encode())
    return 0 if all(one.ok for one in found) and not refused else 1


def _free_for_results(file: str) -> None:
    """Raise BadInput if there is something else than earlier results in the place of ``file``, or no place at all."""
    path = Path(file)
    if file == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
        return
    try:
        earlier = not path.exists() or "ok" in json.loads(path.read_text(encoding="utf-8"))[0]
    except (OSError, ValueError, LookupError, TypeError):
        earlier = False
    if path.suffix == ".ipynb" or not earlier:
        raise BadInput("there is something else in the place of the results.", wanted="a new file, or earlier results",
                       got=file, hint="--json results.json, or --json - to see them here")
    folder = next(one for one in (path.resolve().parent, *path.resolve().parents) if one.exists())
    if not os.access(folder, os.W_OK):
        raise BadInput("the results cannot be written.", wanted="a folder that you may write to", got=str(folder),
                       hint="--json results.json")


def run_progress(_: argparse.Namespace) -> int:
    """Print a bar a chapter: how many of its exercises are right; 1 if a file cannot be read."""
    right = total = unread = 0
    mine = {record["chapter"]: path for path, record in notebooks([], None)}
    for record in chapters():
        numbers, path = exercises(record), mine.get(record["chapter"])
        rows = examine(path, record).rows if path and not _untouched(path, record) else ()
        done = sum(row.state == "ok" for row in rows if row.number)
        broken = next((row.message for row in rows if row.state == "broken"), "")
        bar = "█" * round(BAR * done / max(len(numbers), 1))
        print(f"{record['chapter']} {bar:░<{BAR}} {done} of {len(numbers)}  {record['title']}", flush=True)
        if broken:
            print(f"   {broken}", flush=True)
        right, total, unread = right + done, total + len(numbers), unread + bool(broken)
    print(f"{right} of {total} exercises are right")
    if absent := [record["chapter"] for record in chapters() if record["chapter"] not in mine]:
        print(f"not here: {', '.join(absent)}; bpkit upgrade brings what is missing")
    return 1 if unread else 0


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


def _untouched(path: Path, record: Record) -> bool:
    """Whether every blank is as it was given, and no other cell may hold an answer, so that there is nothing to run."""
    try:
        cells = read(path)
    except (Broken, OSError):
        return False
    given = {i: one for i, one in match(cells, record).items() if one["hash"] == normal_hash(cells[i].source)}
    blanks = [one for one in given.values() if one["role"] == "answer"]
    names = {name for _, words in exercises(record) for name in words.split()}
    answer = re.compile(rf"\b({'|'.join(names)})\b|import\s*\*|%run\b")
    return (len(blanks) == sum(cell["role"] == "answer" for cell in record["cells"])
            and not any(answer.search(cell.source) for i, cell in enumerate(cells) if i not in given))


def _course_notebook(record: Record) -> dict[str, Any]:
    return dict(json.loads((places.course() / f"{record['name']}.ipynb").read_text(encoding="utf-8")))
