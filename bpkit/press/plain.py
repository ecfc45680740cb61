"""MyST to the Markdown that JupyterLab shows without an extension.

An admonition becomes a quotation that opens with its kind in bold; mathematics, tables and code stay as they
are. Any other directive, and any role, is refused: a learner would see its raw text.
"""

from __future__ import annotations

import re

from .cutter import Place
from .source import wrong

KINDS = ("note", "tip", "hint", "important", "warning", "caution", "danger", "seealso", "admonition")
_OPEN = re.compile(r"(:{3,}|`{3,})\{([^}]*)\} *(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*")
_ROLE = re.compile(r"(?<!`)\{(math|ref|doc|eq|numref|term|download|cite|abbr|sub|sup)\}`[^`]+`")
_TARGET = re.compile(r"\([\w-]+\)=")


def plain(markdown: str, place: Place) -> str:
    """Return ``markdown`` with its admonitions as quotations. Raises BadInput, with file and line, for the rest."""
    out: list[str] = []
    lines = markdown.splitlines()
    row = 0
    while row < len(lines):
        here = Place(place.path, place.line + row)
        opening, fence = _OPEN.fullmatch(lines[row]), _FENCE.fullmatch(lines[row])
        if not opening and not fence:
            _refuse_roles(lines[row], here)
            out.append(lines[row])
            row += 1
            continue
        mark = opening[1] if opening else fence[1] if fence else ""
        end = _end(lines, row, mark, here)
        out += _quotation(opening, lines[row + 1 : end], here) if opening else lines[row : end + 1]
        row = end + 1
    return "\n".join(out)


def _end(lines: list[str], row: int, mark: str, place: Place) -> int:
    """Return the row of the line that closes the fence opened in ``row``."""
    for n in range(row + 1, len(lines)):
        if lines[n].strip().startswith(mark) and not lines[n].strip().strip(mark[0]):
            return n
    raise wrong(place.path, place.line, "a block is never closed.", wanted=f"a line {mark}", got="the end of the cell",
                hint=f"close it with {mark} before the next cell begins")


def _quotation(opening: re.Match[str], body: list[str], place: Place) -> list[str]:
    kind, title = opening[2].strip(), opening[3].strip()
    if kind not in KINDS:
        raise wrong(place.path, place.line, f"JupyterLab does not show {{{kind}}}.", wanted=", ".join(KINDS),
                    got=opening[0], hint="use plain Markdown; $$ around mathematics")
    while body and (not body[0].strip() or re.match(r":[a-z]+:", body[0])):
        body = body[1:]
    text = plain("\n".join(body), Place(place.path, place.line + 1)).strip().splitlines()
    words = [] if kind == "admonition" else ["See also" if kind == "seealso" else kind.capitalize()]
    head = ": ".join([*words, *([title] if title else [])])
    return [f"> {line}".rstrip() for line in (f"**{head}**", "", *text)]


def _refuse_roles(line: str, place: Place) -> None:
    if found := _ROLE.search(line) or _TARGET.fullmatch(line.strip()):
        raise wrong(place.path, place.line, "JupyterLab does not show MyST roles and targets.",
                    wanted="plain Markdown", got=found[0],
                    hint="write $...$ for mathematics, [words](file.ipynb) for a link")
