"""Panel and weather against others: pvlib's own chain, and PVWatts (version 8, in PySAM), on the same hours.

Compared are the irradiance in the plane and the energy of a panel at its maximum power point. The panel is a
usual module of the CEC library by its label and its own ideality, with PVWatts' coefficient of temperature.
What differs on purpose, and makes some per cent:

- the cover: of an even sky ours takes 5.6 % on a level panel, by Marion's integral, PVWatts 3.6 %;
- weak light: the diode is 1 % worse at 200 W/m2 and 3 % at 100, PVWatts is linear;
- the spectrum: only PVWatts lets it change with the air that the light passes, which counts for a low sun;
- warmth: Faiman's model here, NOCT in PVWatts, 1 to 1.5 K cooler in full sun;
- hours of sunrise: PVWatts puts the sun in the middle of the part of the hour in which it is up.

PVWatts' panels stand on an open rack, so far apart that none shades another, and lose nothing. pvlib's
chain has Perez, the cover and Faiman as ours has them, but its own sun, its own way, and CEC's diode.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pvlib

from benchmarks.pvlib_archive import archived
from sim.daylight import clear_sky_W_m2
from sim.diode_panel import DiodePanel
from sim.panel import IDEALITY, THERMAL_V, Panel
from sim.sky import GRASS_ALBEDO, Sky
from sim.sun import FloatArray, sun_over
from sim.weather import HOURS, Weather, read_weather

#: Yearly and worst monthly difference, per cent of the judge's.
Difference = tuple[float, float]

TILTS_deg = (0.0, 30.0, 60.0, 90.0)
#: Weather that pvlib's wheel carries, and what only its source archive has.
IN_WHEEL = ("723170TYA.CSV", "703165TY.csv", "12839.tm2")
IN_ARCHIVE = (
    "NLD_Amsterdam062400_IWEC.epw",
    "tmy_45.000_8.000_2005_2023.json",
    "test_read_psm3.csv",
    "test_read_psm4.csv",
    "Burlington, United States SolarAnywhere Time Series 2021 Lat_44_465 Lon_-73_205 TMY3 format.csv",
)
#: A month with less than this share of the year's mean month is judged against that share, for the sake of
#: polar winters: with the sun on the horizon all day PVWatts' spectrum takes 10 % from next to nothing.
LEAST_MONTH = 0.2
#: The module: 60 cells of monocrystalline silicon, 280 W, 17 %, of 2016.
MODULE = "Canadian_Solar_Inc__CS6K_280M"
#: Its open-circuit voltage per degree, 1/K, changed so that its power has PVWatts' -0.37 %/K.
VOC_TEMP = -0.00293
MONTHS = tuple(np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24)


class Module:
    """The module's rows: its label, with its own ideality told as so many cells of the usual one; and the
    parameters of its diode."""

    def __init__(self) -> None:
        cec = self.cec = _module()
        self.rows = {
            "v_mp": cec.V_mp_ref, "i_mp": cec.I_mp_ref, "v_oc": cec.V_oc_ref, "i_sc": cec.I_sc_ref,
            "isc_temp": cec.alpha_sc / cec.I_sc_ref, "voc_temp": VOC_TEMP, "effective": 1.0,
            "cells": cec.a_ref / (IDEALITY * THERMAL_V), "u0": 25.0, "u1": 6.84,
            "photo_current": cec.I_L_ref, "diode_current": cec.I_o_ref, "series": cec.R_s,
            "shunt": cec.R_sh_ref, "diode_V": cec.a_ref, "band_gap": 1.121, "band_gap_temp": -0.0002677,
            "adjust": cec.Adjust / 100.0,
        }  # fmt: skip
        self.caps = {"by": "diode"}

    def v(self, name: str) -> float:
        """Value of one row."""
        return float(self.rows[name])


@lru_cache(maxsize=1)
def _module() -> Any:
    """The library's entry, as pvlib names its figures."""
    return pvlib.pvsystem.retrieve_sam("CECMod")[MODULE]


def weathers(names: Iterable[str] = (*IN_WHEEL, *IN_ARCHIVE)) -> dict[str, Weather]:
    """The files that are there, by their places."""
    found = {}
    for name in names:
        path = Path(pvlib.__file__).parent / "data" / name if name in IN_WHEEL else archived(name)
        if path is not None:
            weather = read_weather(path)
            found[f"{weather.site} ({path.name.split()[0].strip(',')})"] = weather
    return found


def moved(weather: Weather, latitude: float) -> Weather:
    """The same clouds at another latitude on Greenwich's meridian; the diffuse share is Erbs' (1982)."""
    middle = np.arange(HOURS, dtype=np.float64) + 0.5
    there = sun_over(latitude, 0.0, weather.start, middle)
    here = sun_over(
        weather.latitude,
        weather.longitude,
        weather.start - timedelta(hours=weather.utc_offset_h),
        weather.mid_h,
    )
    clear = clear_sky_W_m2(here.up)
    share = np.where(clear > 50.0, np.minimum(weather.ghi / np.maximum(clear, 50.0), 1.0), 0.7)
    ghi = share * clear_sky_W_m2(there.up)
    split = pvlib.irradiance.erbs(ghi, 90.0 - there.elevation_deg, 1 + np.arange(HOURS) // 24)
    return replace(
        weather, site=f"clouds of {weather.site} at {latitude:g}", latitude=latitude, longitude=0.0,
        utc_offset_h=0.0, mid_h=middle, ghi=ghi, dni=np.asarray(split["dni"]),
        dhi=np.asarray(split["dhi"]),
    )  # fmt: skip


def agreement(places: dict[str, Weather]) -> dict[str, dict[str, Difference]]:
    """By judge and quantity ("pvwatts power"), then by place and tilt ("Miami, FL (12839.tm2) 30")."""
    found: dict[str, dict[str, Difference]] = {}
    for place, weather in places.items():
        for tilt_deg in TILTS_deg:
            for name, one in differences(weather, tilt_deg).items():
                found.setdefault(name, {})[f"{place} {tilt_deg:g}"] = one
    return found


def worst(cases: dict[str, Difference]) -> Difference:
    """The largest yearly and the largest monthly difference, without their signs."""
    return max(abs(year) for year, _ in cases.values()), max(abs(month) for _, month in cases.values())


def differences(weather: Weather, tilt_deg: float) -> dict[str, Difference]:
    """Ours against both judges, plane and power, for a panel that looks to the equator."""
    azimuth_deg = 180.0 if weather.latitude >= 0.0 else 0.0
    ours = ours_of(weather, tilt_deg, azimuth_deg)
    found = {}
    for judge, of in (("pvlib", pvlib_of), ("pvwatts", pvwatts_of)):
        theirs = of(weather, tilt_deg, azimuth_deg)
        for name, mine, its in zip(("plane", "power"), ours, theirs, strict=True):
            found[f"{judge} {name}"] = difference(mine, its)
    return found


def by_parameters(weather: Weather, tilt_deg: float) -> Difference:
    """Power by our sky and our panel of the diode's parameters, against pvlib's whole chain."""
    module = Module()
    panel = DiodePanel(module)
    sky = Sky.prepare(weather, module, tilt_deg)
    hours = zip(sky.absorbed_W_m2, sky.panel_C, strict=True)
    ours = np.fromiter((panel.curve(sun, warm).mpp_W() for sun, warm in hours), np.float64)
    return difference(ours / float(module.cec.STC), pvlib_of(weather, tilt_deg, 180.0)[1])


def difference(ours: FloatArray, theirs: FloatArray) -> Difference:
    """Of two years of hours: the year's, and the month's that is farthest off; per cent."""
    mine, its = (np.array([values[a:b].sum() for a, b in pairwise(MONTHS)]) for values in (ours, theirs))
    months = 100.0 * (mine - its) / np.maximum(its, LEAST_MONTH * its.mean())
    return 100.0 * (ours.sum() / theirs.sum() - 1.0), float(months[np.argmax(np.abs(months))])


def ours_of(weather: Weather, tilt_deg: float, azimuth_deg: float) -> tuple[FloatArray, FloatArray]:
    """Irradiance in the plane, W/m2, and power as a share of the label, by our sky and our panel."""
    module = Module()
    panel = Panel(module)
    sky = Sky.prepare(weather, module, tilt_deg, azimuth_deg)
    label_W = panel.curve(1000.0, 25.0).mpp_W()
    power = (panel.curve(sun, warm).mpp_W() for sun, warm in zip(sky.absorbed_W_m2, sky.panel_C, strict=True))
    return np.array(sky.poa_W_m2), np.fromiter(power, np.float64) / label_W


def pvlib_of(weather: Weather, tilt_deg: float, azimuth_deg: float) -> tuple[FloatArray, FloatArray]:
    """The same by pvlib's chain: its sun, Perez, physical cover, Faiman, CEC's diode in full."""
    first = pd.Timestamp(weather.start, tz="UTC") + pd.Timedelta(hours=float(weather.mid_h[0]))
    times = pd.date_range(first - pd.Timedelta(hours=weather.utc_offset_h), periods=HOURS, freq="h")
    sun = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude)
    zenith, azimuth = sun["apparent_zenith"].to_numpy(), sun["azimuth"].to_numpy()
    parts = pvlib.irradiance.get_total_irradiance(
        tilt_deg, azimuth_deg, zenith, azimuth, weather.dni, weather.ghi, weather.dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()),
        albedo=GRASS_ALBEDO, model="perez",
    )  # fmt: skip
    light = [np.nan_to_num(parts[f"poa_{name}"]) for name in ("direct", "sky_diffuse", "ground_diffuse")]
    diffuse = pvlib.iam.marion_diffuse("physical", tilt_deg)
    through = (
        pvlib.iam.physical(pvlib.irradiance.aoi(tilt_deg, azimuth_deg, zenith, azimuth)),
        diffuse["sky"],
        np.nan_to_num(diffuse["ground"]),
    )
    behind = sum(part * share for part, share in zip(light, through, strict=True))
    warm = pvlib.temperature.faiman(sum(light), weather.temp_air, weather.wind)
    cec = Module().cec
    curve = pvlib.pvsystem.calcparams_cec(
        np.maximum(behind, 1e-3), warm, cec.alpha_sc, cec.a_ref, cec.I_L_ref, cec.I_o_ref,
        cec.R_sh_ref, cec.R_s, cec.Adjust,
    )  # fmt: skip
    return np.asarray(sum(light)), np.asarray(pvlib.pvsystem.singlediode(*curve)["p_mp"]) / float(cec.STC)


def pvwatts_of(weather: Weather, tilt_deg: float, azimuth_deg: float) -> tuple[FloatArray, FloatArray]:
    """The same by PVWatts; its power is that of a kilowatt."""
    model = pvwatts_model(weather, tilt_deg, azimuth_deg)
    model.execute(0)
    return np.array(model.Outputs.poa), np.array(model.Outputs.dc) / 1000.0


def pvwatts_model(weather: Weather, tilt_deg: float, azimuth_deg: float) -> Any:
    """PVWatts, ready to be run."""
    import PySAM.Pvwattsv8 as pvwatts

    model = pvwatts.default("PVWattsNone")
    model.SolarResource.solar_resource_data = _resource(weather)
    model.SolarResource.use_wf_albedo = 0
    model.SolarResource.albedo = [GRASS_ALBEDO] * 12
    system = {
        "system_capacity": 1.0, "dc_ac_ratio": 1.0, "inv_eff": 96.0, "losses": 0.0, "module_type": 0,
        "array_type": 0, "gcr": 0.01, "tilt": tilt_deg, "azimuth": azimuth_deg, "soiling": [0.0] * 12,
        "bifaciality": 0.0, "en_snowloss": 0,
    }  # fmt: skip
    for name, value in system.items():
        setattr(model.SystemDesign, name, value)
    return model


def _resource(weather: Weather) -> dict[str, Any]:
    """The weather as SAM takes it; each row is stamped where its sun stands."""
    first = weather.start + timedelta(hours=float(weather.mid_h[0]))
    stamps = [first + timedelta(hours=hour) for hour in range(HOURS)]
    units = ("year", "month", "day", "hour", "minute")
    return {
        "lat": weather.latitude, "lon": weather.longitude, "tz": weather.utc_offset_h,
        "elev": weather.altitude_m, **{unit: [getattr(one, unit) for one in stamps] for unit in units},
        "gh": weather.ghi.tolist(), "dn": weather.dni.tolist(), "df": weather.dhi.tolist(),
        "tdry": weather.temp_air.tolist(), "wspd": weather.wind.tolist(),
    }  # fmt: skip
