"""The site from a week of logs: what the panel is really worth, and what stands between it and the sun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timezone

import numpy as np

from sim.surroundings import OPEN, Surroundings

from .errors import AnalysisError
from .log import Log
from .site_clock import Clock, clock_of
from .site_fit import Fit, fit
from .site_panel import Source
from .site_reading import Reading, reading_of
from .site_rows import TELLS, SiteRows, rows_of, zone_of
from .site_shade import LEAST_CLEAR_h, Places, Shade, Z, believed, places_of, shades
from .site_sky import Spot
from .site_surroundings import surroundings_of

#: How well a clear sky's light is known, share: turbidity of the month, albedo, the season's air. Every second
#: week of three typical years that had clear hours lies within 4 % (tests/analysis/test_site_weeks.py).
SKY_OFF = 0.035
#: What few clear hours leave open on top, share times hours.
FEW_OFF = 0.25
#: With less clear sky than LEAST_CLEAR_h the panel may be so much better than the brightest rows, times.
AT_MOST = 1.6
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
    clock : of the log; its rows were moved where it is wrong. clear_h : hours of clear sky.
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
    clock: Clock
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
    reading, clock = _on_time(log, spot, source, zone)
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
    clear_h = found.clear_rows * reading.rows.step_min / 60.0
    least, most = _interval(found.scale, clear_h)
    return Site(
        log, source, spot, zone, found.scale, least, most, clear_h >= LEAST_CLEAR_h,
        shades(reading, found), places, surroundings_of(places), clock, clear_h, reading, found,
    )  # fmt: skip


def _on_time(log: Log, spot: Spot, source: Source, zone: timezone) -> tuple[Reading, Clock]:
    """The log against the sky, by a clock that is put right if it is wrong."""
    reading = _read(log, rows_of(log, zone), spot, source)
    clock = clock_of(reading)
    if clock.wrong:
        reading = _read(log, rows_of(log, zone, -clock.fast_min), spot, source)
    if not (reading.rows.code == TELLS).any():
        raise AnalysisError(f"{log.source}: no row shows sun on the panel; {_counted(reading.rows)}.")
    return reading, clock


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


def _interval(scale: float, clear_h: float) -> tuple[float, float]:
    if clear_h < LEAST_CLEAR_h:
        return 0.85 * scale, AT_MOST * scale
    off = float(np.hypot(SKY_OFF, FEW_OFF / clear_h))
    return scale * (1.0 - Z * off), scale * (1.0 + Z * off)


def with_scale(site: Site, scale: float) -> Site:
    """The same with another panel."""
    return replace(site, scale=scale)
