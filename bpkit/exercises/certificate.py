"""``bpkit certificate``: a page to print, drawn from what nbval checked.

The notebooks are run once more, with the course's checks laid over them; nothing that a learner, or an earlier run,
says about them is read. Left out: who wrote the answers. The page says so.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..notation import COLOURS, write_whole
from ..shapes import BadInput
from .commands import notebooks, own_folder
from .course import chapters
from .examine import Examined, examine

FILE = "certificate.html"
MARK = '<meta name="generator" content="bpkit certificate">'


class Passed(NamedTuple):
    """A chapter whose exercises are all right, and the start of the SHA-256 of the notebook that was run."""

    examined: Examined
    fingerprint: str

    @property
    def exercises(self) -> list[tuple[str, str]]:
        """The number and the function names of every exercise."""
        return [(row.number, row.name) for row in self.examined.rows if row.number]


def add_parser(subparsers: Any) -> None:
    """Add ``bpkit certificate`` to the command line."""
    parser = subparsers.add_parser("certificate", help="a page to print, once every exercise is right", description=(
        "Run all your notebooks with the course's checks, and write a page if every exercise is right."))
    parser.add_argument("--name", default="", help="the name to print; without it there is a line to sign on")
    parser.add_argument("--out", metavar="FILE", help=f"where the page is written ({FILE}, beside your notebooks)")
    parser.set_defaults(run=certificate)


def certificate(options: argparse.Namespace) -> int:
    """Check every chapter, write the page and return 0. Raises BadInput while anything is open, or in the way."""
    path = Path(options.out) if options.out else own_folder() / FILE
    _free(path)
    found = checked()
    _free(path)  # checking takes minutes
    replaced = path.exists()
    write_whole(path, page(found, options.name, date.today().isoformat()).encode())
    print(f"{'written anew' if replaced else 'written'}: {path.resolve()}; open it in a browser and print it")
    return 0


def checked() -> list[Passed]:
    """What nbval says of every chapter, in order; BadInput at the first one that is missing or has an open exercise."""
    mine = notebooks([], None)
    here = {record["chapter"] for _, record in mine}
    if missing := [record["name"] for record in chapters() if record["chapter"] not in here]:
        raise _not_yet(f"no notebook of {', '.join(missing)}", "bpkit lab copies the chapters that you do not have")
    found = []
    for path, record in mine:
        print_of = fingerprint(path)
        one = examine(path, record)
        if still := [f"{row.number} ({row.state})" for row in one.rows if row.number and row.state != "ok"]:
            raise _not_yet(f"open in chapter {one.chapter}: {', '.join(still)}", f"bpkit check {one.chapter}")
        if fingerprint(path) != print_of:
            raise _not_yet(f"{path.name} was saved while it ran", "save all notebooks first, then ask again")
        found.append(Passed(one, print_of))
        print(f"{one.chapter} {len(found[-1].exercises)} right  {one.title}", flush=True)
    return found


def fingerprint(path: Path) -> str:
    """The start of the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _not_yet(got: str, hint: str) -> BadInput:
    return BadInput("the certificate has to wait.", wanted="every exercise of the course right", got=got, hint=hint)


def _free(path: Path) -> None:
    """Raise BadInput if ``path`` is anything but a new file or an earlier certificate."""
    if path.is_dir() or (path.exists() and MARK.encode() not in path.read_bytes()):
        raise BadInput("there is something else in its place.", wanted="a new file, or an earlier certificate",
                       got=str(path), hint="bpkit certificate --out another-name.html")


def page(found: Sequence[Passed], name: str, day: str) -> str:
    """The certificate as one HTML page without script or foreign parts: chapters, exercises, fingerprints, date."""
    rows = "".join(_row(one) for one in found)
    total = sum(len(one.exercises) for one in found)
    who = f'<p class="name">{escape(name.strip())}</p>' if name.strip() else '<p class="name line">&nbsp;</p>'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{MARK}
<title>Certificate: backpropagation by hand</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Backpropagation, by hand</h1>
<p>the course work of</p>
{who}
<p>{total} functions and answers, from the forward pass to a trained network: each was checked, and each is right.</p>
<table>
<caption>What was checked on {escape(day)}</caption>
<thead><tr><th scope="col">chapter</th><th scope="col">right</th><th scope="col">exercises</th>
<th scope="col">fingerprint</th></tr></thead>
<tbody>{rows}</tbody>
</table>
<p class="small">Each answer was run in a fresh kernel on cases of the course, by nbval with the checks of bpkit
{escape(__version__)}. A fingerprint is the start of the SHA-256 of the notebook that was run: <code>bpkit check</code>
on that file repeats the check. Nobody watched who wrote the answers; that is the word of the person named above.</p>
</main>
</body>
</html>
"""


def _row(one: Passed) -> str:
    names = ", ".join(f"{escape(number)}&nbsp;{escape(name)}" for number, name in one.exercises)
    count, title = len(one.exercises), f"{int(one.examined.chapter)} · {escape(one.examined.title)}"
    return (f'<tr><th scope="row">{title}</th><td>{count} of {count}</td><td class="small">{names}</td>'
            f"<td><code>{one.fingerprint}</code></td></tr>\n")


_STYLE = f"""
@page {{ size: A4; margin: 14mm }}
body {{ margin: 0; background: #fff; color: #1a1a1a; font: 11pt/1.45 Georgia, "Times New Roman", serif }}
main {{ max-width: 178mm; margin: 8mm auto; padding: 10mm; border: 1.2mm double {COLOURS["forward"][0]} }}
h1 {{ margin: 0 0 4mm; color: {COLOURS["forward"][0]}; font-size: 24pt; font-weight: normal; text-align: center }}
p {{ margin: 2mm 0; text-align: center }}
.name {{ margin: 4mm auto; font-size: 20pt }}
.line {{ max-width: 100mm; border-bottom: 0.3mm solid #1a1a1a }}
table {{ width: 100%; margin: 5mm 0; border-collapse: collapse; font-size: 9pt }}
caption {{ padding: 2mm; font-size: 11pt }}
th, td {{ padding: 1.2mm 1.5mm; border-bottom: 0.2mm solid {COLOURS["quiet"][0]}; vertical-align: top }}
th, td {{ text-align: left }}
tbody th {{ font-weight: normal }}
td:nth-child(2) {{ color: {COLOURS["right"][0]}; white-space: nowrap }}
.small {{ font-size: 8pt; line-height: 1.35 }}
tr {{ break-inside: avoid }}
@media print {{ main {{ margin: 0; max-width: none }} }}
"""
