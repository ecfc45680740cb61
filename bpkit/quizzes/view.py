"""The form's view in the page. This is the one module of the quizzes that loads anywidget."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from ..notation import COLOURS

_STATIC = Path(__file__).parent / "static"
_ROLES = {
    "ink": ("var(--jp-content-font-color1, #1f2328)", "var(--jp-content-font-color1, #e8e8e8)"),
    "ground": ("var(--jp-layout-color0, #ffffff)", "var(--jp-layout-color0, #111111)"),
    "right": COLOURS["right"],
    "wrong": COLOURS["backward"],
    "quiet": COLOURS["quiet"],
}


def _palette() -> str:
    """The colours as CSS variables, for light and for dark pages; a page's own ink and ground come first."""
    light, dark = ("".join(f"--bp-{role}: {colours[i]}; " for role, colours in _ROLES.items()) for i in (0, 1))
    on = ", ".join(f"{page} .bp-quiz" for page in ('[data-jp-theme-light="false"]', "body.vscode-dark"))
    return f".bp-quiz {{ {light}}}\n{on} {{ {dark}}}\n"


class View(anywidget.AnyWidget):
    """``quiz`` is the form as data, ``tries`` the answers given to each item."""

    _esm = (_STATIC / "form.js").read_text(encoding="utf-8")
    _css = _palette() + (_STATIC / "form.css").read_text(encoding="utf-8")
    quiz: traitlets.Dict = traitlets.Dict().tag(sync=True)
    tries: traitlets.List = traitlets.List().tag(sync=True)
