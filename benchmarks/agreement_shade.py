"""Horizon and house before the sun, against PVWatts' table of shade by azimuth and elevation.

Compared is the beam alone (a sky without diffuse light), as a share of the open sky's: PVWatts takes its
diffuse shade from a figure that one gives it. It looks the sun up once an hour, we do six times.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np

from benchmarks.agreement_sky import MONTHS, Difference, Module, pvwatts_model
from sim.sky import Sky
from sim.sun import FloatArray, sun_over
from sim.surroundings import OPEN, Obstruction, Surroundings
from sim.weather import Weather

#: What stands around: hills everywhere, a house in the south, a hedge in the east.
AROUND = {
    "hills": Surroundings(horizon=((0.0, 20.0),)),
    "house": Surroundings((), (Obstruction.of_width("house", 180.0, 12.0, 8.0, 5.0),)),
    "hedge": Surroundings((), (Obstruction("hedge", 60.0, 120.0, 4.0, 2.0),)),
}
TILTS_deg = (30.0, 60.0)


def shade(weather: Weather) -> dict[str, Difference]:
    """By case: ours minus PVWatts', of the year and of the worst month, points of the open sky's beam."""
    beam = beam_alone(weather)
    found = {}
    for name, around in AROUND.items():
        for tilt_deg in TILTS_deg:
            year, months = ours_of(beam, tilt_deg, around)
            their_year, their_months = pvwatts_of(beam, tilt_deg, around)
            apart = months - their_months
            worst = float(apart[np.abs(apart).argmax()])
            found[f"{name} {tilt_deg:g}"] = (100.0 * (year - their_year), 100.0 * worst)
    return found


def beam_alone(weather: Weather) -> Weather:
    """The same sun, out of a black sky."""
    first = weather.start - timedelta(hours=weather.utc_offset_h)
    sun = sun_over(weather.latitude, weather.longitude, first, weather.mid_h)
    level = weather.dni * np.maximum(sun.up, 0.0)
    return replace(weather, dhi=np.zeros_like(level), ghi=level, temp_air=np.full_like(level, 10.0))


def ours_of(weather: Weather, tilt_deg: float, around: Surroundings) -> tuple[float, FloatArray]:
    """Share of the open sky's light that is left, of the year and of each month."""
    skies = (Sky.prepare(weather, Module(), tilt_deg, surroundings=one) for one in (around, OPEN))
    return _left(*(np.array(sky.absorbed_W_m2) for sky in skies))


def pvwatts_of(weather: Weather, tilt_deg: float, around: Surroundings) -> tuple[float, FloatArray]:
    """The same by PVWatts' power; its table has a row per elevation and a column per azimuth."""
    powers = []
    for table in (_table(around), None):
        model = pvwatts_model(weather, tilt_deg, 180.0)
        if table is not None:
            model.Shading.shading_en_azal, model.Shading.shading_azal = 1, table
        model.execute(0)
        powers.append(np.array(model.Outputs.dc))
    return _left(*powers)


def _table(around: Surroundings) -> list[list[float]]:
    azimuth, elevation = np.arange(0.0, 360.0), np.arange(0.0, 91.0)
    across, high = np.meshgrid(azimuth, elevation)
    passes = around.passes(across, high, tuple(thing.passes for thing in around.obstructions))
    lost = 100.0 * (1.0 - passes)
    return [[0.0, *azimuth], *([height, *row] for height, row in zip(elevation, lost.tolist(), strict=True))]


def _left(shaded: FloatArray, whole: FloatArray) -> tuple[float, FloatArray]:
    months = [shaded[a:b].sum() / whole[a:b].sum() for a, b in pairwise(MONTHS)]
    return float(shaded.sum() / whole.sum()), np.array(months)
