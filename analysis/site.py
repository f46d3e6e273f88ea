"""The site from a week of logs: what the panel is really worth, and what stands between it and the sun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone

import numpy as np

from boards import Design
from sim.surroundings import OPEN, Surroundings

from .errors import AnalysisError
from .log import Log
from .site_clock import clock_of
from .site_fit import Fit, fit
from .site_panel import Source
from .site_reading import Reading, reading_of
from .site_rows import TELLS, SiteRows, rows_of, zone_of
from .site_shade import LEAST_GAIN, Places, Shade, Z, believed, places_of, shades
from .site_sky import Spot
from .site_surroundings import surroundings_of

#: How well a clear sky's light is known, share: turbidity of the month, albedo, the season's air. Of every
#: second week of three typical years, those with clear hours lie that near (tests/analysis/test_site.py).
SKY_OFF = 0.035
#: What few clear hours leave open on top, share times hours.
FEW_OFF = 0.5
#: With less clear sky than that, h, or one that explains little, the panel may be as good as its label, or so
#: much better than the brightest rows, times; and somewhat worse.
SURE_h, AT_MOST, AT_LEAST = 6.0, 1.6, 0.8
#: What another clock than that of dawn and dusk must explain more (log probability), and a finer step, min.
CLOCK_EARNS, FINE_min = 12.0, 10.0
#: What an hour of shade and each thing that gives it take from that, log probability.
SHADE_COSTS, SHADE_BEGINS = 6.0, 10.0
#: Rounds in which the shade found takes its part of the even sky.
ROUNDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """What a log tells of its site.

    Attributes
    ----------
    source : panel and charger, as the meter saw them. spot : place and plane. zone : of all hours here.
    scale, least, most : currents over those of the design's panel, with an interval that holds the truth 19
    times of 20. sure : enough clear sky was seen; else `scale` is the least.
    shades : what stands before the sun. places : of each season. around : the same for the simulator.
    fast_min : so much the log's clock is fast (below 0: slow), 0 if it is right.
    clear_h : hours of clear sky.
    reading, found : the rows and the fit behind it all.
    """

    log: Log
    source: Source
    spot: Spot
    zone: timezone
    scale: float
    least: float
    most: float
    sure: bool
    shades: tuple[Shade, ...]
    places: tuple[Places, ...]
    around: Surroundings
    fast_min: float
    clear_h: float
    reading: Reading
    found: Fit

    @property
    def panel_W(self) -> tuple[float, float, float]:
        """What the panel is worth (W, standard test conditions), and its interval."""
        whole = self.source.label_W * self.source.share
        return (self.scale * whole, self.least * whole, self.most * whole)

    @property
    def days(self) -> int:
        """Days of the log, started ones included."""
        return int(self.reading.rows.mA.shape[0])


def site_of(log: Log, spot: Spot, source: Source, utc_offset_h: float | None = None) -> Site:
    """Estimate panel and shade.

    Raises AnalysisError where the log has no dates, is too short or never saw the sun on the panel.
    """
    zone = zone_of(spot.longitude, log, utc_offset_h)
    reading, fast_min = _on_time(log, spot, source, zone)
    around, found = OPEN, fit(reading.fitted)
    for _ in range(ROUNDS):
        may = believed(reading, found)
        found = fit(reading.fitted, may)
        new = surroundings_of(_places(reading, found))
        if new == around:
            break
        around = new
        reading = reading_of(reading.rows, spot, source, around)
        found = fit(reading.fitted)
    found = fit(reading.fitted, believed(reading, found))
    places = _places(reading, found)
    sure = found.clear_h >= SURE_h and found.gain_h >= LEAST_GAIN
    least, most = _interval(reading, found) if sure else _bounds(found, source)
    return Site(
        log, source, spot, zone, found.scale, least, most, sure,
        shades(reading, found), places, surroundings_of(places), fast_min, found.clear_h, reading, found,
    )  # fmt: skip


def _on_time(log: Log, spot: Spot, source: Source, zone: timezone) -> tuple[Reading, float]:
    """The log against the sky, by the clock that explains most of it; and how fast its own clock is, min.

    Where dawn and dusk agree they are believed unless the days speak against it; where they do not, one of
    them alone may be right, and the courses of the clear days tell.
    """

    def tried(fast_min: float) -> tuple[Reading, float]:
        reading = _read(log, rows_of(log, zone, -fast_min), spot, source)
        return reading, gain_of(reading)

    read = {0.0: tried(0.0)}
    clock = clock_of(read[0.0][0])
    usual = clock.fast_min if clock.wrong else 0.0

    def gain(fast_min: float) -> float:
        return read[fast_min][1] + (CLOCK_EARNS if fast_min == usual else 0.0)

    read.update({fast: tried(fast) for fast in clock.others})
    best = max(read, key=gain)
    if best != usual:
        read.update({fast: tried(fast) for fast in (best - FINE_min, best + FINE_min)})
        best = max(read, key=gain)
    reading = read[best][0]
    if not (reading.rows.code == TELLS).any():
        raise AnalysisError(f"{log.source}: no row shows sun on the panel; {_counted(reading.rows)}.")
    return reading, best


def gain_of(reading: Reading) -> float:
    """How well the clear days are explained, log probability; each thing before the sun costs some."""
    if not reading.fitted.used.any():
        return -np.inf
    may = believed(reading, fit(reading.fitted))
    found = fit(reading.fitted, may)
    hours = float(may.sum()) * reading.rows.step_min / 60.0
    return found.gain - SHADE_COSTS * hours - SHADE_BEGINS * len(shades(reading, found))


def _read(log: Log, rows: SiteRows, spot: Spot, source: Source) -> Reading:
    if not np.nanmax(np.abs(rows.mA), initial=0.0) > 0.0:
        raise AnalysisError(f"{log.source}: its current is 0 throughout; is it the panel's?")
    return reading_of(rows, spot, source)


def _counted(rows: SiteRows) -> str:
    from .site_rows import WHY

    counts = np.bincount(rows.code.reshape(-1), minlength=len(WHY))
    return ", ".join(f"{count} rows: {why}" for count, why in zip(counts, WHY, strict=True) if count)


def _places(reading: Reading, found: Fit) -> tuple[Places, ...]:
    return tuple(places_of(reading, found, season) for season in range(reading.fitted.seasons))


def _bounds(found: Fit, source: Source) -> tuple[float, float]:
    """What is left without a clear sky: as good as the brightest rows, or as the label."""
    return AT_LEAST * found.scale, max(AT_MOST * found.scale, 1.05 / source.share)


def _interval(reading: Reading, found: Fit) -> tuple[float, float]:
    scale = found.scale
    clear = np.where(reading.fitted.used, found.clear, 0.0).reshape(-1)
    unsure = float((clear * reading.unsure).sum() / clear.sum())
    off = float(np.sqrt(SKY_OFF**2 + (FEW_OFF / found.clear_h) ** 2 + unsure**2))
    return scale * (1.0 - Z * off), scale * (1.0 + Z * off)


def panel_x(site: Site, design: Design, scale: float | None = None) -> float:
    """The panel that was found (or `scale` of the model's) as so many times the design's own."""
    return (site.scale if scale is None else scale) * site.source.label_W / design.panel.v("rated")
