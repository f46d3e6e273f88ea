"""The curves of a node's page: charge, harvest, panel and readings, beside what was to be expected."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sim.readings import Reading, in_units
from station.balance import Stretch, stretches
from station.curves import (
    DAY_s,
    Frame,
    band,
    bars,
    dots,
    drawing,
    level,
    line,
    nice,
    nice_span,
    spans,
    thinned,
)
from station.forecast import Forecast, Half, half_of
from station.markup import Child, Markup, tag
from station.standing import Standing, charges, locked_spans

#: Below the forecast by so many points of charge an owner should look.
FAR_pct = 25.0
#: Days of a stretch of harvest, by the days that are shown: the charge's grain must be small beside it.
GRAIN = {7: 1, 30: 3, 365: 15}


def charge_curve(node: Standing, expected: Forecast | None, days: int) -> Markup | None:
    """Charge as told, on the band that was to be expected."""
    points = charges(node)
    if not points:
        return None
    frame = Frame(node.now_s - days * DAY_s, node.now_s, 0.0, 100.0)
    points = [one for one in points if one[0] >= frame.from_s]  # older ones would pile up at the edge
    layers = []
    if expected:
        steps = list(_halves(expected, frame))
        layers.append(band(frame, [(t, 100 * half.low, 100 * half.high) for t, half in steps], "expected"))
        layers.append(line(frame, [(t, 100 * half.middle) for t, half in steps], "typical", math.inf))
    layers.append(spans(frame, locked_spans(node.life.events, node.now_s), "locked"))
    if node.facts.high_pct:
        layers.append(level(frame, node.facts.high_pct, "threshold"))
    layers.append(line(frame, thinned(points), "measured"))
    says = f"Charge over {days} days, now {node.soc} per cent"
    below = _below(node, expected) if expected else None
    return _figure("Charge", drawing(frame, "%", says, *layers), *_legend(node, expected), below)


def _below(node: Standing, expected: Forecast) -> Markup | None:
    """A hint where the charge is far below what the weather's year lets expect."""
    today = datetime.fromtimestamp(node.now_s, UTC).timetuple().tm_yday
    low_pct = 100.0 * expected.halves[half_of(today)].low
    if node.soc is None or node.soc > low_pct - FAR_pct:
        return None
    text = f"{low_pct - node.soc:.0f} points below: is the panel shaded, dirty, or turned away from the sun?"
    return tag("strong", text)


def _legend(node: Standing, expected: Forecast | None) -> list[Child]:
    found: list[Child] = [_key("measured", "as the node said")]
    if expected:
        found.append(_key("expected", f"to be expected, in the typical weather of {expected.site}"))
    if node.life.last("LOW_BATTERY"):
        found.append(_key("locked", "locked out"))
    if node.facts.high_pct:
        found.append(_key("threshold", f"{node.facts.high_pct} %: a locked node comes back"))
    return found


def harvest_curve(node: Standing, expected: Forecast | None, days: int) -> Markup | None:
    """What the sun gave by charge and books, beside what was to be expected."""
    if node.cell_J is None:
        return None
    grain, from_s = GRAIN[days], node.now_s - days * DAY_s
    found = stretches(node.life, charges(node), node.cell_J, from_s, node.now_s, grain)
    if not found:
        return None
    typical = list(expected.halves) if expected else []
    most = max([one.harvest_Wh for one in found] + [half.harvest_Wh for half in typical])
    frame = Frame(from_s, node.now_s, 0.0, nice(max(most, 0.01)))
    values = [(one.from_s, one.until_s, one.harvest_Wh, _says(one)) for one in found]
    layers = [bars(frame, values, "harvest")]
    used = [((one.from_s + one.until_s) / 2.0, one.used_Wh) for one in found]
    keys: list[Child] = [_key("harvest", "from the sun, by charge and books"), _key("used", "used")]
    if expected:
        steps = _halves(expected, frame)
        layers.append(line(frame, [(t, half.harvest_Wh) for t, half in steps], "typical", math.inf))
        keys.append(_key("typical", f"to be expected from the sun, {expected.site}"))
    layers.append(line(frame, used, "used", gap_s=math.inf))
    says = f"Harvest of a day over {days} days, Wh"
    return _figure("Harvest of a day", drawing(frame, "Wh", says, *layers), *keys)


def _says(one: Stretch) -> str:
    when = time.strftime("%d %b", time.localtime(one.from_s))
    return f"from {when}: {one.harvest_Wh:.2f} Wh a day from the sun, {one.used_Wh:.2f} Wh a day used"


def panel_curve(node: Standing, days: int) -> Markup | None:
    """What a second meter saw of the panel."""
    found = [(one.t_s, one.argument * 0.02) for one in node.life.events if one.reason == "SUN"]
    from_s = node.now_s - days * DAY_s
    found = [one for one in found if one[0] >= from_s]
    if not found:
        return None
    frame = Frame(from_s, node.now_s, 0.0, nice(max(0.1, *(value for _, value in found))))
    points = dots(frame, thinned(found, 1500), "sun")
    says = f"Power of the panel over {days} days, W"
    return _figure("Panel", drawing(frame, "W", says, points), _key("sun", "what its meter saw at each wake"))


def reading_curves(node: Standing, of: Sequence[str], readings: Sequence[Reading], days: int) -> list[Markup]:
    """One curve for each value of a node with readings."""
    from_s = node.now_s - days * DAY_s
    known = [(float(one.unix_s), one.values) for one in readings if one.unix_s and one.unix_s >= from_s]
    known.sort(key=lambda one: one[0])
    made = []
    for at, name in enumerate(of):
        title, size, unit = in_units(name)
        points = [(t_s, values[at] * size) for t_s, values in known if len(values) > at]
        if points:
            made.append(_reading_curve(node, title, unit, points, days))
    return made


def _reading_curve(
    node: Standing, title: str, unit: str, points: list[tuple[float, float]], days: int
) -> Markup:
    values = [value for _, value in points]
    frame = Frame(node.now_s - days * DAY_s, node.now_s, *nice_span(min(values), max(values)))
    drawn = drawing(frame, unit, f"{title} over {days} days", line(frame, thinned(points, 800), "measured"))
    return _figure(title, drawn, tag("span", f"last: {told(values[-1], unit)}"))


def told(value: float, unit: str) -> str:
    """A reading as a person writes it: no thermometer of a garden knows hundredths of a degree."""
    return f"{value:.1f} {unit}" if unit == "°C" else f"{value:.4g} {unit}".strip()


def _halves(expected: Forecast, frame: Frame) -> list[tuple[float, Half]]:
    """(middle of a day, its half-month) over a frame, a step each few days."""
    step = max(DAY_s, (frame.until_s - frame.from_s) / 120)
    found = []
    t_s = frame.from_s
    while t_s < frame.until_s + step:
        day = datetime.fromtimestamp(t_s, UTC).timetuple().tm_yday
        found.append((t_s, expected.halves[half_of(day)]))
        t_s += step
    return found


def _key(kind: str, text: str) -> Markup:
    """A line of the legend."""
    return tag("span", text, class_=f"key {kind}")


def _figure(title: str, drawn: Markup, *legend: Child) -> Markup:
    return tag("figure", tag("h3", title), drawn, tag("figcaption", *legend))
