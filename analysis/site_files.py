"""The site as documents: JSON for machines, and a scenario that simulate and viability take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.surroundings import Surroundings

from .site import Site
from .site_months import MonthSun
from .site_rows import WHY
from .site_shade import Places
from .site_words import clock, sentences, zone_text

VERSION = 1


def site_document(site: Site, months: Sequence[MonthSun]) -> dict[str, Any]:
    """Everything as plain JSON values.

    `panel` : label_W, W with least and most, scale (times the design's panel), sure. `shades` : from, to
    (hours of the day), from_deg, to_deg, top_deg, passes with least and most. `places` : the sun's
    way in the log. `months` : known, passes, darkest. `clock_fast_min` : 0 if it is right. `rows` : how many
    of each kind.
    """
    watts, least, most = site.panel_W
    spot, rows = site.spot, site.reading.rows
    kinds = np.bincount(rows.code.reshape(-1), minlength=len(WHY))
    return {
        "version": VERSION, "kind": "site", "log": site.log.source, "first": rows.first.isoformat(),
        "days": site.days, "zone": zone_text(site), "latitude": spot.latitude, "longitude": spot.longitude,
        "tilt_deg": spot.tilt_deg, "azimuth_deg": spot.azimuth_deg, "clear_h": round(site.clear_h, 2),
        "panel": {
            "label_W": site.source.label_W, "W": _r(watts), "least_W": _r(least), "most_W": _r(most),
            "scale": _r(site.scale), "sure": site.sure,
        },
        "clock_fast_min": _r(site.fast_min),
        "shades": [
            {"from": clock(one.from_h), "to": clock(one.to_h), "from_deg": _r(one.from_deg),
             "to_deg": _r(one.to_deg), "top_deg": _r(one.top_deg), "passes": _r(one.passes),
             "least": _r(one.least), "most": _r(one.most), "season": one.season}
            for one in site.shades
        ],
        "places": [_place(places, int(at)) for places in site.places for at in np.flatnonzero(places.lit)],
        "months": {one.name: {"known": _r(one.known), "passes": _r(one.passes), "darkest": _r(one.darkest)}
                   for one in months},
        "rows": {why: int(count) for why, count in zip(WHY, kinds, strict=True)},
        "step_min": rows.step_min, "said": sentences(site),
    }  # fmt: skip


def site_toml(site: Site, design: str, panel_x: float, around: Surroundings | None = None) -> str:
    """A scenario: the panel as it is, and what stands around it; `panel_x` : times the design's own."""
    watts, least, most = site.panel_W
    lines = [
        f"# From {site.log.source}: {site.days} days from {site.reading.rows.first:%Y-%m-%d}.",
        f"# The panel works like {watts:.3g} W ({least:.3g} to {most:.3g}).",
        "# Take it with: torpor viability --config site.toml, or torpor simulate --config site.toml",
        "[run]", f'design = "{design}"', f"panel_scale = {panel_x:.4f}",
        f"tilt_deg = {site.spot.tilt_deg:g}", f"azimuth_deg = {site.spot.azimuth_deg:g}",
    ]  # fmt: skip
    surroundings = site.around if around is None else around
    if surroundings.horizon:
        pairs = ", ".join(f"[{azimuth:g}, {height:.2f}]" for azimuth, height in surroundings.horizon)
        lines += ["", "[surroundings]", f"horizon = [{pairs}]"]
    for thing in surroundings.obstructions:
        lines += [
            "", "[[surroundings.obstruction]]", f'name = "{thing.name}"', f"from_deg = {thing.from_deg:g}",
            f"to_deg = {thing.to_deg:g}",
            f"distance_m = {thing.distance_m:g} # only its angles are known",
            f"height_m = {thing.height_m:g}", f"passes = {thing.passes:g}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _place(places: Places, at: int) -> dict[str, Any]:
    return {
        "season": places.season, "at": clock(float(places.starts_h[at])),
        "azimuth_deg": _r(places.azimuth_deg[at]), "elevation_deg": _r(places.elevation_deg[at]),
        "clear_rows": _r(places.clear_rows[at]), "passes": _r(places.passes[at]), "off": _r(places.off[at]),
        "seen": bool(places.seen[at]), "shaded": bool(places.shaded[at]),
    }  # fmt: skip


def _r(value: float) -> float:
    return round(float(value), 4)
