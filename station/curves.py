"""Curves as inline SVG, made on the server: no script, no outside resource; colours come from page.css."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from station.markup import Markup, join, tag

#: Around the drawing, in its own units. It is as wide as its column, so letters stay readable on a phone.
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 22
DAY_s = 86_400.0
#: A line is broken where nothing is known for so long, s.
GAP_s = 2 * DAY_s

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a drawing spans: times in s since 1970, values in the unit of its axis; and its own size."""

    from_s: float
    until_s: float
    low: float
    high: float
    width: int = 460
    height: int = 190

    def x(self, t_s: float) -> float:
        """Place of a time."""
        share = (t_s - self.from_s) / max(1.0, self.until_s - self.from_s)
        return round(_LEFT + min(max(share, 0.0), 1.0) * (self.width - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        """Place of a value."""
        share = (value - self.low) / max(1e-9, self.high - self.low)
        return round(self.height - _BOTTOM - min(max(share, 0.0), 1.0) * (self.height - _TOP - _BOTTOM), 1)


def drawing(frame: Frame, unit: str, says: str, *layers: Markup) -> Markup:
    """A whole drawing; `says` is read to whoever does not see it."""
    return tag(
        "svg", tag("title", says), _values(frame, unit), _times(frame), *layers,
        viewBox=f"0 0 {frame.width} {frame.height}", role="img", class_="curve",
    )  # fmt: skip


def line(frame: Frame, points: Points, class_: str, gap_s: float = GAP_s) -> Markup:
    """A line through points, broken where nothing is known."""
    path: list[str] = []
    before = -math.inf
    for t_s, value in points:
        step = "M" if not path or t_s - before > gap_s else "L"
        path.append(f"{step}{frame.x(t_s)} {frame.y(value)}")
        before = t_s
    return tag("path", d="".join(path), class_=class_) if path else join()


def band(frame: Frame, points: Iterable[tuple[float, float, float]], class_: str) -> Markup:
    """The area between two values over time: (t_s, low, high)."""
    known = list(points)
    there = [f"{frame.x(t_s)} {frame.y(high)}" for t_s, _, high in known]
    back = [f"{frame.x(t_s)} {frame.y(low)}" for t_s, low, _ in reversed(known)]
    return tag("path", d="M" + "L".join(there + back) + "Z", class_=class_) if known else join()


def bars(frame: Frame, values: Iterable[tuple[float, float, float, str]], class_: str) -> Markup:
    """Bars of (from_s, until_s, value, what it says)."""
    foot = frame.y(max(0.0, frame.low))
    return join(
        *(
            tag(
                "rect", tag("title", says), x=frame.x(from_s) + 0.5, y=frame.y(value),
                width=round(max(0.5, frame.x(until_s) - frame.x(from_s) - 1.0), 1),
                height=round(max(0.0, foot - frame.y(value)), 1), class_=class_,
            )
            for from_s, until_s, value, says in values
        )
    )  # fmt: skip


def dots(frame: Frame, points: Points, class_: str) -> Markup:
    """Points for themselves, as one path."""
    path = "".join(f"M{frame.x(t_s)} {frame.y(value)}h0" for t_s, value in points)
    return tag("path", d=path, class_=f"dots {class_}") if path else join()


def spans(frame: Frame, found: Iterable[tuple[float, float]], class_: str) -> Markup:
    """Stretches of time, shaded from top to bottom."""
    there = [one for one in found if one[1] > frame.from_s and one[0] < frame.until_s]
    height = frame.height - _TOP - _BOTTOM
    return join(
        *(
            tag("rect", x=frame.x(a), y=_TOP, height=height, class_=class_,
                width=round(max(1.0, frame.x(b) - frame.x(a)), 1))
            for a, b in there
        )
    )  # fmt: skip


def level(frame: Frame, value: float, class_: str) -> Markup:
    """A value that holds all the time."""
    y = frame.y(value)
    return tag("path", d=f"M{_LEFT} {y}H{frame.width - _RIGHT}", class_=class_)


def nice(most: float) -> float:
    """The round figure that ends an axis of values up to `most`."""
    if most <= 0.0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(most))
    return next(step * size for step in (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0) if step * size >= most)


def nice_span(least: float, most: float) -> tuple[float, float]:
    """Round figures around a span, so that all five lines of its axis are round."""
    step = nice(max(most - least, abs(most) * 0.02, 1e-6) / 4.0)
    while (low := math.floor(least / step) * step) + 4.0 * step < most:
        step = nice(1.01 * step)
    return low, low + 4.0 * step


def figure(value: float) -> str:
    """A value of an axis, short."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def thinned(points: Points, most: int = 400) -> Points:
    """So many points at most, evenly taken: a drawing shows no more, and a page stays small."""
    step = max(1, math.ceil(len(points) / most))
    return [*points[:-1:step], points[-1]] if points else points


def _values(frame: Frame, unit: str) -> Markup:
    """The axis of values: five lines at round figures."""
    found = []
    for part in range(5):
        value = frame.low + (frame.high - frame.low) * part / 4
        y = frame.y(value)
        found.append(tag("path", d=f"M{_LEFT} {y}H{frame.width - _RIGHT}", class_="grid"))
        text = figure(value) + (f" {unit}" if part == 4 else "")
        anchor = "start" if part == 4 else "end"
        x = 2 if part == 4 else _LEFT - 5
        found.append(tag("text", text, x=x, y=y + 4, text_anchor=anchor))
    return join(*found)


def _times(frame: Frame) -> Markup:
    """The axis of time: about five dates, or hours of a short stretch."""
    span = frame.until_s - frame.from_s
    step = next((d for d in (1, 2, 5, 7, 10, 15, 30, 61, 91) if span / DAY_s / d <= 6), 182)
    form = "%b %Y" if step >= 30 else "%d %b"
    noon = time.localtime(frame.from_s)
    start = time.mktime((noon.tm_year, noon.tm_mon, noon.tm_mday + 1, 0, 0, 0, 0, 0, -1))
    found = []
    while start < frame.until_s:
        x = frame.x(start)
        found.append(tag("path", d=f"M{x} {frame.height - _BOTTOM}v4", class_="tick"))
        if x < frame.width - 25:
            text = time.strftime(form, time.localtime(start))
            found.append(tag("text", text, x=x, y=frame.height - 5, text_anchor="middle"))
        start += step * DAY_s
    return join(*found)
