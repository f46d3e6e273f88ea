"""Whether the days fit a panel that stands otherwise than was said: their course tells."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .site import Site, gain_of
from .site_reading import reading_of
from .site_rows import NO_DATA, TELLS, SiteRows, rows_of
from .site_sky import Spot

#: Other planes that are tried around the one that was said, degrees of tilt and of azimuth.
TILTS_deg, AZIMUTHS_deg = (-20.0, 0.0, 20.0), (-30.0, 0.0, 30.0)
#: What another plane must explain more, log probability of rows of an hour, before it is worth a word. Ours:
#: the clear sky of a real week differs from the model's by as much as some degrees would.
EARNS = 15.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Another plane, and how much better it explains the days, log probability of rows of an hour."""

    tilt_deg: float
    azimuth_deg: float
    better: float


def other_plane(site: Site) -> Plane | None:
    """The plane around the one that was said that fits much better, if there is one.

    A panel that looks elsewhere is taken for shade in the morning and for a clock that is off: so it is held
    against the log's own clock and against nothing in the way.
    """
    clocks = [site.reading.rows]
    if site.fast_min:
        clocks.append(rows_of(site.log, site.zone))
    before = gain_of(site.reading)
    found = [_tried(site, spot, rows, before) for spot in _around(site.spot) for rows in clocks]
    best = max(found, key=lambda one: one.better)
    return best if best.better >= EARNS else None


def _around(spot: Spot) -> list[Spot]:
    """Planes beside the one that was said."""
    return [
        replace(spot, tilt_deg=spot.tilt_deg + tilt, azimuth_deg=(spot.azimuth_deg + azimuth) % 360.0)
        for tilt in TILTS_deg
        for azimuth in AZIMUTHS_deg
        if (tilt or azimuth) and 0.0 <= spot.tilt_deg + tilt <= 90.0
    ]


def _tried(site: Site, spot: Spot, rows: SiteRows, before: float) -> Plane:
    """The log against another plane."""
    plain = replace(rows, code=rows.code.copy())
    plain.code[plain.code != NO_DATA] = TELLS  # which rows tell something depends on the plane
    gain = gain_of(reading_of(plain, spot, site.source))
    return Plane(spot.tilt_deg, spot.azimuth_deg, (gain - before) * rows.step_min / 60.0)
