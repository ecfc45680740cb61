"""Turn the ES modules of ``static/`` into text that a page can hold: relative imports become data URLs.

A module that Jupyter hands to the browser has no address of its own, so ``import ... from "./view.js"`` finds nothing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from importlib.resources import files

_IMPORT = re.compile(r'(\bfrom\s+)"\./([\w.-]+)"')


@cache
def source(name: str) -> str:
    """The text of ``static/name`` with everything that it imports inside it."""
    text = files(__package__).joinpath("static", name).read_text("utf-8")
    if "</script" in text.lower():
        raise ValueError(f"{name} holds a closing script tag, which would end the script that it stands in")
    return _IMPORT.sub(lambda found: f'{found[1]}"{url(found[2])}"', text)


def url(name: str) -> str:
    """A data URL from which a browser imports ``static/name``; the same module has the same address everywhere."""
    return "data:text/javascript;base64," + b64encode(source(name).encode()).decode()
