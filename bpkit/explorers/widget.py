"""The Jupyter side of an explorer, loaded when one is first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets


class View(anywidget.AnyWidget):
    """An ES module with its style sheet, the data that it draws from, and the values that both sides can change."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, esm: str, css: str, data: dict[str, Any], values: dict[str, float]) -> None:
        super().__init__(_esm=esm, _css=css, data=data, values=values)

    def answer_by(self, answer: Callable[[Any], Any]) -> None:
        """Answer every question that a view sends."""
        self.on_msg(lambda _, question, __: self.send(answer(question)))
