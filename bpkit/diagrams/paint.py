"""Paint a picture as PNG with matplotlib, off screen and without pyplot, so that it works in any thread."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path as Outline
from PIL import Image

from .scene import ROLES, Box, Dot, Path, Picture, Shape, Text

SCALE = 2  # pixels of the file a unit of the picture, for sharp text on dense screens


def paint(picture: Picture, dark: bool = False) -> bytes:
    """The PNG file of ``picture``, in 128 colours; it holds no date, so equal pictures give equal bytes."""
    colour = {role: pair[dark] for role, pair in ROLES.items()}
    figure = Figure(figsize=(picture.width / 72, picture.height / 72), dpi=72 * SCALE, facecolor=colour["ground"])
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, picture.width), ylim=(picture.height, 0))
    ax.axis("off")
    for order, shape in enumerate(picture.shapes):
        _add(ax, shape, colour, order)
    canvas.draw()
    file = io.BytesIO()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    image.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _add(ax: Any, shape: Shape, colour: dict[str, str], order: int) -> None:
    c = colour[shape.role]
    if isinstance(shape, Text):
        ax.text(shape.x, shape.y, shape.text, color=c, fontsize=shape.size, family="DejaVu Sans", zorder=order,
                ha={"start": "left", "middle": "center", "end": "right"}[shape.anchor], va="baseline",
                weight="bold" if shape.bold else "normal", parse_math=False)
    elif isinstance(shape, Path) and shape.steps:
        dashes: Any = (0, (6 / shape.width, 4 / shape.width)) if shape.dashed else "-"
        ax.add_artist(PathPatch(_outline(shape.steps), fill=shape.solid, facecolor=c, edgecolor=c, zorder=order,
                               alpha=shape.opacity, linewidth=0 if shape.solid else shape.width, linestyle=dashes,
                               capstyle="butt"))
    elif isinstance(shape, Dot):
        ax.add_artist(Circle((shape.x, shape.y), shape.radius, color=c, zorder=order, linewidth=0))
    elif isinstance(shape, Box):
        _add_box(ax, shape, colour, order)


def _add_box(ax: Any, box: Box, colour: dict[str, str], order: int) -> None:
    r = min(box.radius, box.width / 2, box.height / 2)
    frame = ((box.x + r, box.y + r), box.width - 2 * r, box.height - 2 * r)
    style = f"round,pad={r},rounding_size={r}"
    ax.add_artist(FancyBboxPatch(*frame, boxstyle=style, facecolor=colour["ground"], edgecolor=colour[box.role],
                                linewidth=1.5, zorder=order))


def _outline(steps: tuple[tuple[Any, ...], ...]) -> Outline:
    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for letter, *xy in steps:
        pairs = list(zip(xy[::2], xy[1::2], strict=True))
        points += pairs
        codes += [{"M": Outline.MOVETO, "L": Outline.LINETO, "C": Outline.CURVE4}[letter]] * len(pairs)
    return Outline(points, codes)
