"""What stands before the panel: which shade of the fit is believed, and where in the sky it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray
from .site_fit import SHARES, Fit, Mask, earned
from .site_reading import Reading

#: A place with a share below this may stand in something's shade.
SHADED = 0.9
#: Shade is believed if it explains so much (log probability): a deep one, and one that lets much through,
#: which a hazy week could feign as well. Held against the weeks of three typical years (tests/analysis).
DEEP, DEEP_EARNS, THIN, THIN_EARNS = 0.6, 15.0, 0.78, 30.0
#: Hours of clear sky without which no shade is believed, and what they must explain, log probability.
LEAST_CLEAR_h, LEAST_GAIN = 10.0, 10.0
#: How well a clear sky is known, for a share of it (as the fit's own for a day's haze), and how well the even
#: sky behind a thing, of which only the part before the sun is known.
SHARE_OFF, REST_OFF = 0.04, 0.03
#: Clear rows at a place (or beside it) from which on it counts as seen.
SEEN_ROWS = 1.0
#: 19 times of 20.
Z = 1.96


@dataclass(frozen=True, slots=True)
class Shade:
    """Something before the sun.

    Attributes
    ----------
    season : of the log, 0, 1, ... from_h, to_h : when it stands there, hours of the day in standard time.
    from_deg, to_deg : the sun's azimuths then, clockwise. top_deg : the highest sun that it hides: it is at
    least so high. passes, least, most : share of the sun that comes through, and its interval.
    earned : how much better the log is explained with it, log probability.
    """

    season: int
    from_h: float
    to_h: float
    from_deg: float
    to_deg: float
    top_deg: float
    passes: float
    least: float
    most: float
    earned: float

    @property
    def middle_deg(self) -> float:
        """Azimuth of its middle."""
        return (self.from_deg + 0.5 * ((self.to_deg - self.from_deg) % 360.0)) % 360.0


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The sun's places in one season of the log; arrays of shape (places,).

    Attributes
    ----------
    starts_h : time of day. azimuth_deg, from_deg, to_deg, elevation_deg : of the sun, a mean over the days;
    low_deg, high_deg : its lowest and highest of them.
    passes, off : share that comes through and its standard deviation. clear_rows : seen under a clear sky.
    lit : the sun is on the panel. shaded : in a shade that is believed. seen : clear sky was seen there.
    """

    season: int
    starts_h: FloatArray
    azimuth_deg: FloatArray
    from_deg: FloatArray
    to_deg: FloatArray
    elevation_deg: FloatArray
    low_deg: FloatArray
    high_deg: FloatArray
    passes: FloatArray
    off: FloatArray
    clear_rows: FloatArray
    lit: Mask
    shaded: Mask

    @property
    def seen(self) -> Mask:
        """Places where the sun was seen under a clear sky, there or next to it."""
        around = np.convolve(self.clear_rows, np.ones(3), mode="same")
        return np.asarray(self.lit & (around >= SEEN_ROWS))


def believed(reading: Reading, found: Fit) -> Mask:
    """Places whose shade is believed, (seasons, places)."""
    rows = reading.fitted
    may = np.zeros((rows.seasons, rows.ratio.shape[1]), dtype=np.bool_)
    if found.clear_h < LEAST_CLEAR_h or found.gain_h < LEAST_GAIN:
        return may
    for season in range(rows.seasons):
        for run in _runs(reading, found, season):
            depth = float(_mean(found)[season, run].mean())
            least = DEEP_EARNS if depth <= DEEP else THIN_EARNS
            if depth <= THIN and earned(rows, found, season, run) >= least:
                may[season, run] = True
    return may


def shades(reading: Reading, found: Fit) -> tuple[Shade, ...]:
    """What a fit has in its shaded places, from morning to evening."""
    places = [places_of(reading, found, season) for season in range(reading.fitted.seasons)]
    return tuple(
        _shade(reading, found, places[season], run)
        for season in range(reading.fitted.seasons)
        for run in _runs(reading, found, season)
    )


def places_of(reading: Reading, found: Fit, season: int) -> Places:
    """The sun's places of a season, with what was found there."""
    rows, light = reading.fitted, reading.light
    days, shape = rows.season == season, rows.ratio.shape
    azimuth = _mean_angle(light.azimuth_deg.reshape(shape)[days])
    half = 0.25 * np.abs((np.roll(azimuth, -1) - np.roll(azimuth, 1) + 180.0) % 360.0 - 180.0)
    share = _mean(found)[season]
    off = np.sqrt(np.maximum((found.share[season] * SHARES**2).sum(axis=-1) - share**2, 0.0))
    lit = rows.used[days].any(axis=0)
    height = light.elevation_deg.reshape(shape)[days]
    return Places(
        season, _hours(shape[1], rows.step_min), azimuth, (azimuth - half) % 360.0,
        (azimuth + half) % 360.0, height.mean(axis=0), height.min(axis=0), height.max(axis=0), share, off,
        np.where(rows.used, found.clear, 0.0)[days].sum(axis=0), lit, lit & (share < SHADED),
    )  # fmt: skip


def _hours(count: int, step_min: float) -> FloatArray:
    return np.asarray(np.arange(count) * step_min / 60.0, dtype=np.float64)


def _shade(reading: Reading, found: Fit, places: Places, run: NDArray[np.intp]) -> Shade:
    core = run[1:-1] if len(run) >= 4 else run
    share = float(places.passes[core].mean())
    off = float(np.sqrt((places.off[core] ** 2).mean() + (SHARE_OFF * share) ** 2 + REST_OFF**2))
    off = float(np.hypot(off, 0.5 * places.passes[core].std()))  # not one thing, or its edge
    step_h = reading.rows.step_min / 60.0
    ends = (run[0], run[-1])
    if (places.azimuth_deg[run[-1]] - places.azimuth_deg[run[0]]) % 360.0 > 180.0:
        ends = (run[-1], run[0])  # south of the sun it runs counterclockwise
    return Shade(
        places.season, float(places.starts_h[run[0]]), float(places.starts_h[run[-1]] + step_h),
        float(places.from_deg[ends[0]]), float(places.to_deg[ends[1]]), float(places.high_deg[run].max()),
        share, max(0.0, share - Z * off), min(1.0, share + Z * off),
        earned(reading.fitted, found, places.season, run),
    )  # fmt: skip


def _mean(found: Fit) -> FloatArray:
    return np.asarray((found.share * SHARES).sum(axis=-1))


def _runs(reading: Reading, found: Fit, season: int) -> list[NDArray[np.intp]]:
    """Lit places in shade that follow each other."""
    rows = reading.fitted
    lit = rows.used[rows.season == season].any(axis=0)
    dark = np.flatnonzero(lit & (_mean(found)[season] < SHADED))
    return [part for part in np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1) if part.size]


def _mean_angle(degrees: FloatArray) -> FloatArray:
    """Mean direction over the first axis, degrees."""
    turned = np.exp(1j * np.radians(degrees)).mean(axis=0)
    return np.asarray(np.degrees(np.angle(turned)) % 360.0, dtype=np.float64)
