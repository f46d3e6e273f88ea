"""The printed card: what a node's LED says, on one page of A6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import FancyBboxPatch, Rectangle

#: A6 upright, mm.
WIDE, HIGH = 105.0, 148.0
_INK, _FAINT, _SUN, _LEAF, _EDGE = "#1f2723", "#66706a", "#d98e04", "#2f6b4f", "#dcdad2"
#: Where columns begin, mm.
_LEFT, _FLASHES, _TEXT = 6.0, 26.0, 51.0
_FLASHES_WIDE = 22.0
_POINT_mm = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that it says: a name; (begins, lasts) of its flashes, shares of the line; meaning; advice."""

    words: str
    flashes: Sequence[tuple[float, float]]
    says: str
    todo: str


def card(title: str, head: Sequence[str], lines: Sequence[Line], foot: Sequence[tuple[str, str]]) -> Figure:
    """The card as a figure, to be saved as SVG, PDF or PNG. `head`: sentences on this node; `foot`: (title,
    text) of what stands below the table."""
    figure = Figure(figsize=(WIDE / 25.4, HIGH / 25.4), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, WIDE)
    axes.set_ylim(HIGH, 0)
    axes.axis("off")
    axes.add_patch(Rectangle((0, 0), WIDE, 13.5, color=_LEAF, lw=0))
    axes.text(_LEFT, 6.9, title, size=11.5, weight="bold", color="white", va="center")
    y = 17.2
    for sentence in head:
        y = _write(axes, _LEFT, y, sentence, 5.6, color=_FAINT)
    y += 2.6
    for line in lines:
        y = _line(axes, y, line)
    for name, text in foot:
        y = _write(axes, _LEFT, y + 1.0, name, 5.8, weight="bold")
        y = _write(axes, _LEFT, y, text, 5.0, color=_FAINT)
    return figure


def _line(axes: Axes, y: float, line: Line) -> float:
    """One row of the table; returns where the next begins."""
    axes.plot([_LEFT, WIDE - _LEFT], [y - 1.6, y - 1.6], color=_EDGE, lw=0.4)
    axes.text(_LEFT, y + 1.2, line.words, size=6.4, weight="bold", color=_INK, va="center")
    axes.plot([_FLASHES, _FLASHES + _FLASHES_WIDE], [y + 1.2, y + 1.2], color=_EDGE, lw=0.6, zorder=1)
    for begins, lasts in line.flashes:
        width = min(lasts, 1.0 - begins) * _FLASHES_WIDE
        box = "round,pad=0,rounding_size=0.3" if width > 0.7 else "square,pad=0"
        x = _FLASHES + begins * _FLASHES_WIDE
        axes.add_patch(
            FancyBboxPatch((x, y), max(width, 0.25), 2.4, boxstyle=box, color=_SUN, lw=0, zorder=2)
        )
    below = _write(axes, _TEXT, y, line.says, 5.8, weight="bold")
    below = _write(axes, _TEXT, below, line.todo, 5.4, color=_FAINT)
    return max(below, y + 3.4) + 2.2


def _write(
    axes: Axes, x: float, y: float, text: str, size: float, color: str = _INK, weight: str = "normal"
) -> float:
    """Text in lines up to the right margin; returns where the next line begins."""
    for part in _wrapped(text, 0.98 * (WIDE - _LEFT - x), size, weight):
        axes.text(x, y, part, size=size, color=color, weight=weight, va="top")
        y += size * _POINT_mm * 1.22
    return y


def _wrapped(text: str, wide_mm: float, size: float, weight: str) -> list[str]:
    """Its words in lines of at most that width."""
    font = get_font(findfont(FontProperties(weight=weight)))
    font.set_size(size, 72)
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        font.set_text(longer)
        if lines[-1] and font.get_width_height()[0] / 64 * _POINT_mm > wide_mm:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
