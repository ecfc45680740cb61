"""The command line: ``bpkit lab``, ``bpkit doctor``, ``bpkit build`` and what other modules add."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# each module adds its part with add_parser(subparsers)
COMMANDS = ("bpkit.lab", "bpkit.exercises.commands", "bpkit.exercises.certificate", "bpkit.doctor")

EXAMPLES = """examples
  bpkit lab                          open your copy of the course, my-course, in JupyterLab
  bpkit lab ~/backprop --port 9000   another folder, another port
  bpkit check 05                     which exercises of chapter 5 are right, and what is wrong with the others
  bpkit progress                     the same over all chapters
  bpkit reset 05 --exercise 5.2      one blank back, your old notebook kept under a dated name
  bpkit certificate --name "Ada L."  a page to print, once every exercise is right
  bpkit doctor                       what is missing on this machine, and how to mend it

for contributors, in a checkout
  bpkit build 05                     build chapter 5 from solutions/05_*.md
  bpkit build --check                say which built files have drifted from their source
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what goes wrong is said in words, not in a traceback."""
    if find_spec("numpy") is None:
        return _complain(f"NumPy is missing, and perhaps more.\n  try:    {sys.executable} -m pip install bpkit")
    from .shapes import BadInput

    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without δ gets a question mark, not a traceback
    try:
        return int(options.run(options))
    except BadInput as problem:
        return _complain(str(problem))
    except OSError as error:
        return _complain(f"{error.strerror or error}: {error.filename or 'no file'}")
    except KeyboardInterrupt:
        return _complain("stopped", 130)


def parser() -> argparse.ArgumentParser:
    """Return the parser; each command adds its own part and sets ``run``, a function of the options."""
    from . import __version__

    whole = argparse.ArgumentParser(
        prog="bpkit", description="Learn backpropagation in Jupyter, with every answer checked.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    whole.add_argument("--version", action="version", version=f"bpkit {__version__}")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        import_module(module).add_parser(commands)
    add_build(commands)
    return whole


def add_build(subparsers: Any) -> None:
    """Add ``bpkit build`` to the command line; it lives here because importing the press costs 0.2 s."""
    part = subparsers.add_parser("build", help="build the notebooks from solutions/*.md (in a checkout)",
                                 description="Build the notebooks, the records and the index from solutions/*.md.")
    part.add_argument("chapters", nargs="*", metavar="NN", help="the chapters to build (all)")
    part.add_argument("--check", action="store_true", help="write nothing, name every file that has drifted")
    part.set_defaults(run=build)


def build(options: argparse.Namespace) -> int:
    """Build, and list what changed; with ``--check`` list what has drifted and return 1 if anything has."""
    from rich.console import Console

    from . import places, press
    from .shapes import BadInput

    root = places.checkout()
    if root is None:
        raise BadInput("there is nothing to build.", wanted="a checkout of bpkit", got="an installed wheel",
                       hint="clone the repository, pip install -e '.[test]', then bpkit build")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with console.status("reading") as status:
        changes = press.build(root, options.chapters or None, check=options.check, tell=status.update)
    for change in changes:
        console.print(f"{change.kind:>9}  {change.path}", style="bold")
        if options.check or change.kind == "left over":
            console.print(change.diff)
    what = "drifted: bpkit build writes them anew" if options.check else "changed"
    console.print(f"{len(changes) or 'no'} files {what}" if changes or not options.check else "nothing has drifted")
    return 1 if options.check and changes else 0


def _complain(words: str, code: int = 1) -> int:
    print(f"bpkit: {words}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
