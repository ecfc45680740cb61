"""What the built course says of itself: ``bpkit/expected/NN.json``, one file a chapter.

Each holds the cells of the learner's notebook with their ids, hashes, exercises and expected outputs.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

EXPECTED = Path(__file__).parent.parent / "expected"
Record = dict[str, Any]


@lru_cache(maxsize=64)
def expected_chapter(chapter: str, folder: Path = EXPECTED) -> Record | None:
    """The record of chapter "05", or None where it is not built."""
    path = folder / f"{chapter}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def chapters(folder: Path = EXPECTED) -> list[Record]:
    """The records of all chapters, in the order of the course."""
    built = sorted(folder.glob("[0-9][0-9].json"))
    return [record for path in built if (record := expected_chapter(path.stem, folder))]


def normal_hash(source: str) -> str:
    """The sha256 of a cell's source, blind to how its white space is written."""
    return hashlib.sha256(" ".join(source.split()).encode()).hexdigest()


def taught_in(number: str, folder: Path = EXPECTED) -> str:
    """The part of the course that teaches exercise ``number``: chapter and heading.

    That is the heading above the cell tagged ``worked-5-2``; else the exercise's own, if code is run between the two;
    else the last one above it that is no exercise's.
    """
    chapter = number.split(".")[0].zfill(2)
    record = expected_chapter(chapter, folder)
    if record is None:
        return f"chapter {int(chapter)}"
    above, heading, worked = "", "", False
    for cell in record["cells"]:
        if f"worked-{number.replace('.', '-')}" in cell["tags"]:
            break
        if cell["exercise"] == number:
            heading = heading if worked or not above else above
            break
        found = re.findall(r"^#{1,6} +(.+)$", cell["source"], re.MULTILINE) if cell["cell_type"] == "markdown" else []
        for words in found:
            above = above if heading.startswith("Exercise") else heading
            heading, worked = words.strip(), False
        worked = worked or cell["cell_type"] == "code"
    return f"chapter {int(chapter)}, “{heading}”"
