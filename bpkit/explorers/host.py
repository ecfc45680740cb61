"""An explorer in its three hosts: a Jupyter widget, HTML that lives without a kernel, and a page of its own."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from ..diagrams.nodes import Node
from ..diagrams.scene import Dot, Path, Picture, Text, above, path_data
from ..shapes import BadInput, nearest, numbers
from .inline import source, url

_PAGE = ("body{font-family:system-ui,'DejaVu Sans',sans-serif;margin:2rem auto;max-width:880px;padding:0 1rem}"
         "@media (prefers-color-scheme:dark){body{background:#111;color:#e8e8e8}}")
Value = float | str


class Control(NamedTuple):
    """A number that can be moved: its name, what it is, and its range."""

    name: str
    label: str
    min: float
    max: float
    step: float

    def check(self, value: Any) -> float:
        """Return ``value`` as a number in range, or raise BadInput."""
        x = numbers(self.name, value)
        if x.ndim != 0 or not self.min <= x <= self.max:
            raise BadInput(f"{self.name} is out of range.", wanted=f"{self.min:g} <= {self.name} <= {self.max:g}",
                           got=repr(value), hint=f"{self.name}={min(max(0.5, self.min), self.max):g}")
        return float(x)


class Choice(NamedTuple):
    """One of several words: its name, what it is, and the words."""

    name: str
    label: str
    options: tuple[str, ...]

    def check(self, value: Any) -> str:
        """Return ``value`` if it is one of the words, or raise BadInput."""
        return nearest(value, self.options, self.label)


def shipped(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    """A graph as ``static/graph.js`` reads it, inputs by their position."""
    place = {node.name: k for k, node in enumerate(nodes)}
    return [{"name": node.name, "op": node.op, "inputs": [place[i] for i in node.inputs], "value": node.value}
            for node in nodes]


def frame(pictures: Sequence[Picture]) -> dict[str, dict[str, Any]]:
    """What the bound parts of some pictures show, as ``static/view.js`` fills them in."""
    found: dict[str, dict[str, Any]] = {"text": {}, "path": {}, "dot": {}, "width": {}, "dash": {}, "role": {}}
    for name, shape in ((shape.bind, shape) for picture in pictures for shape in picture.shapes):
        if name is None:
            continue
        if isinstance(shape, Text):
            found["text"][name], found["dot"][name] = shape.text, [round(shape.x, 1), round(shape.y, 1)]
        elif isinstance(shape, Path):
            found["path"][name] = path_data(shape.steps)
            found["width"][name], found["dash"][name] = shape.width, shape.dashed
        elif isinstance(shape, Dot):
            found["dot"][name] = [round(shape.x, 1), round(shape.y, 1)]
        found["role"][name] = shape.role
    return found


class Explorer:
    """A picture whose numbers can be moved by slider, by keyboard and by typing.

    ``values`` are the numbers that stand in it now, ``set(w=0.2)`` changes them, in the page as well. Where there is
    no kernel the picture stays: a PNG, and the numbers as text. ``html()`` is the same explorer without any kernel.
    """

    def __init__(self, module: str, title: str, controls: Sequence[Control | Choice], values: Mapping[str, Value],
                 draw: Callable[..., Sequence[Picture]], data: Mapping[str, Any],
                 answer: Callable[[Any], Any] | None = None) -> None:
        """``draw(**values)`` returns the pictures; ``data`` is what ``static/module.js`` needs besides them.

        ``answer(question)`` is what Python says to a question that a view sends while it plays.
        """
        self.module, self.title, self.draw = module, title, draw
        self.controls = {control.name: control for control in controls}
        self._values = {name: self._check(name, value) for name, value in values.items()}
        self._extra, self._answer = dict(data), answer
        self._widget: Any = None

    @property
    def values(self) -> dict[str, Value]:
        """The numbers and words that the explorer shows now."""
        return dict(self._widget.values if self._widget else self._values)

    def set(self, **changes: Value) -> None:
        """Move to other numbers, here and in every view; raises BadInput for a number out of range."""
        values = {**self.values, **{name: self._check(name, value) for name, value in changes.items()}}
        self._values = values
        if self._widget:
            self._widget.values = values

    def _check(self, name: str, value: Any) -> Value:
        return self.controls[nearest(name, self.controls, "number of this explorer")].check(value)

    @property
    def state(self) -> dict[str, Any]:
        """What the page gets: the data that the module draws from, and the values."""
        pictures = [picture.svg for picture in self.draw(**self.values)]
        data = {"title": self.title, "controls": [c._asdict() for c in self.controls.values()], "start": self.values,
                "pictures": pictures, **self._extra}
        return {"data": data, "values": self.values}

    @property
    def still(self) -> Picture:
        """The explorer as one picture."""
        first, *others = self.draw(**self.values)
        for picture in others:
            first = above(first, picture)
        return first

    @property
    def widget(self) -> Any:
        """The Jupyter widget, made on first use; ``widget.observe(f, "values")`` calls f at every change."""
        if self._widget is None:
            from .widget import View

            self._widget = View(source(self.module + ".js"), source("explorer.css"), **self.state)
            if self._answer is not None:
                self._widget.answer_by(self._answer)
        return self._widget

    def html(self) -> str:
        """The explorer as HTML that needs no kernel: for ``IPython.display.HTML``, a web page, a lecture.

        Where scripts do not run, it is the still picture.
        """
        still, state = self.still, json.dumps(self.state).replace("<", "\\u003c")
        key = hashlib.sha256((self.module + state).encode()).hexdigest()[:12]
        image = b64encode(still.png()).decode()
        return (f'<div data-bp-explorer="{key}"><img src="data:image/png;base64,{image}" width="{round(still.width)}" '
                f'style="max-width:100%" alt="{escape(still.numbers)}"></div>\n'
                f'<style>{source("explorer.css")}</style>\n'
                f'<script type="module">import {{ mount }} from "{url("host.js")}";\n'
                f'import view from "{url(self.module + ".js")}";\nmount("{key}", view, {state});</script>\n')

    def page(self) -> str:
        """A whole HTML page that holds this explorer and asks no server for anything."""
        title = escape(self.title)
        return (f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
                f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_PAGE}</style>\n'
                f"<body>\n<main>\n<h1>{title}</h1>\n{self.html()}</main>\n</body>\n</html>\n")

    def __repr__(self) -> str:
        return self.still.numbers

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        bundle = self.widget._repr_mimebundle_()
        view = bundle[0] if isinstance(bundle, tuple) else bundle
        still = self.still
        data = {**view, "image/png": b64encode(still.png()).decode(), "text/plain": still.numbers}
        return data, {"image/png": {"alt": still.numbers, "width": round(still.width)}}
