"""Paint a picture as PNG with matplotlib, off screen and without pyplot, so that it works in any thread."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from PIL import Image

from .scene import ROLES, Box, Dot, Path, Picture, Shape, Text

SCALE = 2  # pixels of the file a unit of the picture, for sharp text on dense screens


def paint(picture: Picture, dark: bool = False) -> bytes:
    """The PNG file of ``picture``, in 128 colours; it holds no date, so equal pictures give equal bytes."""
    colour = {role: pair[dark] for role, pair in ROLES.items()}
    figure = Figure(figsize=(picture.width / 72, picture.height / 72), dpi=72 * SCALE, facecolor=colour["ground"])
    canvas = FigureCanvasAgg(figure)
    place = Affine2D().scale(SCALE, -SCALE).translate(0, SCALE * picture.height)  # y points down
    for order, shape in enumerate(picture.shapes):
        _add(figure, place, shape, colour, order)
    canvas.draw()
    file = io.BytesIO()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    image.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _add(figure: Figure, place: Affine2D, shape: Shape, colour: dict[str, str], order: int) -> None:
    c = colour[shape.role]
    if isinstance(shape, Text):
        figure.text(shape.x, shape.y, shape.text, transform=place, color=c, fontsize=shape.size, family="DejaVu Sans",
                    ha={"start": "left", "middle": "center", "end": "right"}[shape.anchor], va="baseline",
                    weight="bold" if shape.bold else "normal", parse_math=False, zorder=order)
        return
    if isinstance(shape, Path):
        if not shape.steps:
            return
        dashes: Any = (0, (6 / shape.width, 4 / shape.width)) if shape.dashed else "-"
        artist: Any = PathPatch(_outline(shape.steps), fill=shape.solid, facecolor=c, edgecolor=c, alpha=shape.opacity,
                                linewidth=0 if shape.solid else shape.width, linestyle=dashes, capstyle="butt")
    elif isinstance(shape, Dot):
        artist = Circle((shape.x, shape.y), shape.radius, color=c, linewidth=0)
    else:
        artist = _box(shape, colour)
    artist.set(transform=place, zorder=order)
    figure.add_artist(artist)


def _box(box: Box, colour: dict[str, str]) -> FancyBboxPatch:
    r = min(box.radius, box.width / 2, box.height / 2)
    corner, width, height = (box.x + r, box.y + r), box.width - 2 * r, box.height - 2 * r
    return FancyBboxPatch(corner, width, height, boxstyle=f"round,pad={r},rounding_size={r}",
                          facecolor=colour["ground"], edgecolor=colour[box.role], linewidth=1.5)


def _outline(steps: tuple[tuple[Any, ...], ...]) -> Outline:
    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for letter, *xy in steps:
        pairs = list(zip(xy[::2], xy[1::2], strict=True))
        points += pairs
        codes += [{"M": Outline.MOVETO, "L": Outline.LINETO, "C": Outline.CURVE4}[letter]] * len(pairs)
    return Outline(points, codes)
