"""A picture as data: a few kinds of shape, written as SVG text or painted as PNG.

Lengths are in pixels, y points down. A role names the colour of a shape: ink, quiet, ground, forward, backward,
loss, right, and plus or minus for signed quantities. ``bind`` is the ``data-bind`` attribute by which an explorer
finds the shape and fills in a new number.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

from ..notation import COLOURS

# (light theme, dark theme). Plus and minus are the ends of ColorBrewer's PRGn, a diverging scale that readers with
# any common colour vision can tell apart (colorbrewer2.org) and that no quantity of the course uses.
ROLES: dict[str, tuple[str, str]] = {
    "ink": ("#1F2328", "#E8E8E8"),
    "ground": ("#FFFFFF", "#111111"),
    **COLOURS,
    "plus": ("#1B7837", "#A6DBA0"),
    "minus": ("#762A83", "#C2A5CF"),
}

READABLE = 0.6  # of its size: a picture becomes no smaller, so that labels of 13 pixels stay 8 pixels high

_THEME = {  # a page's own colours come first: JupyterLab's, then those of the pydata Sphinx theme
    "ink": "--jp-content-font-color1,var(--pst-color-text-base,{})",
    "ground": "--jp-layout-color0,var(--pst-color-background,{})",
}


class Text(NamedTuple):
    """Words or a number with its baseline at (x, y); ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    role: str = "ink"
    size: float = 13
    anchor: str = "middle"
    bold: bool = False
    bind: str | None = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the room that the text may need in any common font."""
        width = text_width(self.text, self.size)
        left = self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * width
        return left, self.y - 0.86 * self.size, left + width, self.y + 0.24 * self.size


class Path(NamedTuple):
    """A line of steps ("M", x, y), ("L", x, y), ("C", x1, y1, x2, y2, x, y).

    ``solid`` fills it, as strongly as ``opacity`` says, and draws no line.
    """

    steps: tuple[tuple[Any, ...], ...]
    role: str = "quiet"
    width: float = 1.5
    dashed: bool = False
    solid: bool = False
    opacity: float = 1.0
    bind: str | None = None


class Box(NamedTuple):
    """A rectangle with round corners, filled with the ground."""

    x: float
    y: float
    width: float
    height: float
    role: str = "quiet"
    radius: float = 8
    bind: str | None = None


class Dot(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    radius: float = 5
    role: str = "forward"
    bind: str | None = None


Shape = Text | Path | Box | Dot


def text_width(text: str, size: float) -> float:
    """The room that ``text`` may need: no common font (DejaVu Sans is the widest) is wider."""
    return size * sum(_EM.get(c, 0.8 if c.isupper() else 0.66) for c in text)


_EM = {c: em for em, chars in {0.36: " .,:;!|'ijl·", 0.42: "()[]-fIt/₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾",
                               0.86: "+=−×÷<>∇δσw½≈→", 1.02: "mMWN%@"}.items() for c in chars}


def arrow(x: float, y: float, role: str = "quiet", angle: tuple[float, float] = (1.0, 0.0)) -> Path:
    """A small solid triangle with its tip at (x, y), pointing along the unit vector ``angle``."""
    dx, dy = angle
    back, half = 8.0, 3.6
    a = ("L", x - back * dx - half * dy, y - back * dy + half * dx)
    b = ("L", x - back * dx + half * dy, y - back * dy - half * dx)
    return Path((("M", x, y), a, b, ("L", x, y)), role, solid=True)


@dataclass(frozen=True)
class Picture:
    """A drawing that shows itself in Jupyter: ``svg`` is its text, ``numbers`` says the same in words and numbers.

    ``title`` and ``desc`` are what a screen reader says. ``png()`` paints it, with the same bytes every time.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str
    desc: str
    numbers: str

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text, which takes its colours from the page that it stands in."""
        size = f'width="{_n(self.width)}" height="{_n(self.height)}" viewBox="0 0 {_n(self.width)} {_n(self.height)}"'
        body = "\n".join(_element(shape) for shape in self.shapes)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" class="bp-picture" role="img" {size} style="{self._least}">\n'
                f"<title>{escape(self.title)}</title>\n<desc>{escape(self.desc)}</desc>\n"
                f"<style>{STYLE}</style>\n{body}\n</svg>\n")

    def png(self, dark: bool = False) -> bytes:
        """The picture as a PNG file, two pixels a unit, byte for byte the same on every call."""
        from .paint import paint

        return paint(self, dark)

    def moved(self, dx: float, dy: float) -> tuple[Shape, ...]:
        """The shapes, each moved by (dx, dy)."""
        return tuple(_move(shape, dx, dy) for shape in self.shapes)

    def __repr__(self) -> str:
        return self.numbers

    @property
    def html(self) -> str:
        """The picture as an HTML image, which a notebook that is not trusted shows as well.

        It becomes smaller where its place is narrow, down to ``READABLE``; from there on the place scrolls.
        """
        source = b64encode(self.svg.encode()).decode()
        return (f'<img src="data:image/svg+xml;base64,{source}" width="{round(self.width)}" '
                f'style="max-width:100%;height:auto;{self._least}" alt="{escape(self.numbers)}">')

    @property
    def _least(self) -> str:
        return f"min-width:{round(READABLE * self.width)}px"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.numbers}


def _move(shape: Shape, dx: float, dy: float) -> Shape:
    if isinstance(shape, Path):
        return shape._replace(steps=tuple((s[0], *(v + (dy if i % 2 else dx) for i, v in enumerate(s[1:])))
                                          for s in shape.steps))
    return shape._replace(x=shape.x + dx, y=shape.y + dy)


def above(top: Picture, bottom: Picture, gap: float = 10) -> Picture:
    """One picture from two, ``bottom`` centred below ``top``, with the words of ``top``."""
    width = max(top.width, bottom.width)
    shapes = (*top.moved((width - top.width) / 2, 0), *bottom.moved((width - bottom.width) / 2, top.height + gap))
    return replace(top, width=width, height=top.height + gap + bottom.height, shapes=shapes)


def overlaps(boxes: Iterable[tuple[float, float, float, float]]) -> list[tuple[int, int]]:
    """The pairs of boxes (left, top, right, bottom) that share an area."""
    b = list(boxes)
    return [(i, j) for i in range(len(b)) for j in range(i)
            if b[i][0] < b[j][2] and b[j][0] < b[i][2] and b[i][1] < b[j][3] and b[j][1] < b[i][3]]


def _n(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"


def path_data(steps: Iterable[tuple[Any, ...]]) -> str:
    """The ``d`` attribute of a path."""
    return "".join(step[0] + " ".join(_n(v) for v in step[1:]) for step in steps)


def _element(shape: Shape) -> str:
    light = ROLES[shape.role][0]
    bind = f' data-bind="{escape(shape.bind)}"' if shape.bind else ""
    if isinstance(shape, Text):
        weight = ' font-weight="600"' if shape.bold else ""
        return (f'<text class="bp-{shape.role}" x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" '
                f'text-anchor="{shape.anchor}" fill="{light}"{weight}{bind}>{escape(shape.text)}</text>')
    if isinstance(shape, Path):
        d = path_data(shape.steps)
        if shape.solid:
            faint = f' fill-opacity="{shape.opacity:g}" shape-rendering="crispEdges"' if shape.opacity < 1 else ""
            return f'<path class="bp-{shape.role} bp-solid" d="{d}" fill="{light}"{faint}{bind}/>'
        dash = ' stroke-dasharray="6 4"' if shape.dashed else ""
        return (f'<path class="bp-{shape.role}" d="{d}" fill="none" stroke="{light}" '
                f'stroke-width="{_n(shape.width)}"{dash}{bind}/>')
    if isinstance(shape, Dot):
        return (f'<circle class="bp-{shape.role}" cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}" '
                f'fill="{light}"{bind}/>')
    frame = (f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}" '
             f'rx="{_n(shape.radius)}"')
    fill = f'fill="{ROLES["ground"][0]}" stroke="{light}" stroke-width="1.5"'
    return f'<rect class="bp-{shape.role}" {frame} {fill}{bind}/>'


def _style() -> str:
    def variables(theme: int, of_page: bool) -> str:
        colour = {role: f"var({_THEME[role].format(c[theme])})" if of_page and role in _THEME else c[theme]
                  for role, c in ROLES.items()}
        return "".join(f"--bp-{role}:{c};" for role, c in colour.items()) + f"color-scheme:{('light', 'dark')[theme]};"

    p = ".bp-picture"
    dark = f"[data-jp-theme-light=false] {p},html[data-theme=dark] {p},body.vscode-dark {p}"
    bare = f":root:not([data-theme]) body:not([data-jp-theme-light]):not(.vscode-dark):not(.vscode-light) {p}"
    roles = "".join(f"{p} .bp-{role}{{--c:var(--bp-{role})}}" for role in ROLES)
    return (
        f"{p}{{{variables(0, True)}background:var(--bp-ground);max-width:100%;height:auto;"
        "font-family:var(--jp-ui-font-family,system-ui,'DejaVu Sans',sans-serif);font-variant-numeric:tabular-nums}"
        f"{dark}{{{variables(1, True)}}}"
        f"@media (prefers-color-scheme:dark){{:root{p},{bare}{{{variables(1, False)}}}}}"
        f"@media print{{{p},{dark},:root{p},{bare}{{{variables(0, False)}}}}}"
        f"{roles}"
        f"{p} text{{fill:var(--c)}}"
        f"{p} path,{p} rect{{stroke:var(--c)}}{p} rect{{fill:var(--bp-ground)}}"
        f"{p} .bp-solid,{p} circle{{fill:var(--c);stroke:none}}"
    )


STYLE = _style()
