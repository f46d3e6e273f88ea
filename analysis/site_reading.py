"""Which rows of a log tell how much sun there was, and how much of a clear sky's current they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.surroundings import OPEN, Surroundings

from .log import FloatArray
from .site_fit import CLEAR_OFF, LONG_WAY_OFF, SHARES, Rows
from .site_panel import Source
from .site_rows import FULL, IDLE, LIMIT, NO_SUN, SEASON_DAYS, TELLS, SiteRows, utc
from .site_sky import ClearLight, Spot, WIND_m_s, clear_light

#: The sun is of use from this height, and where so much of the panel's clear light is the sun's own.
LOWEST_deg, SUN_LEAST = 5.0, 0.4
#: Current below this share of a clear sky's is no weather: even the darkest clouds leave more.
DARKEST = 0.015
#: So near its limit a charger draws no more, share.
NEAR_LIMIT = 0.96
#: A row whose current the panel's temperature leaves so uncertain says nothing, share.
MOST_OFF = 0.2
#: Shares of the sun at which the panel is worked out; between them the current is straight.
_LEVELS = np.linspace(0.0, 1.0, 6)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A log against the clear sky; flat arrays of shape (days * places,).

    Attributes
    ----------
    rows : with their codes. light : of a clear sky. clear_A : what the model's panel would then give at the
    meter's voltage. seen_A : what panel and charger gave. unsure : deviation of clear_A by the panel's
    unknown temperature, share. fitted : the same for the fit.
    """

    rows: SiteRows
    light: ClearLight
    clear_A: FloatArray
    seen_A: FloatArray
    unsure: FloatArray
    fitted: Rows


def reading_of(rows: SiteRows, spot: Spot, source: Source, around: Surroundings = OPEN) -> Reading:
    """Hold a log against the clear sky of its place; `around` hides its share of the even sky."""
    light = clear_light(spot, utc(rows.first), rows.starts_h, rows.step_min / 60.0, around)
    whole = light.sun + light.rest
    warm = 1.0 / (source.part.v("u0") + source.part.v("u1") * WIND_m_s)
    volts = _volts(rows, source)
    clear_A = source.amperes(whole, light.air_C + warm * whole, volts)
    seen_A = np.nan_to_num(rows.mA.reshape(-1) / 1000.0) + source.own_A
    unsure = source.unsure(whole, light.air_C + warm * whole, volts)
    code = _codes(rows, source, light, clear_A, seen_A, unsure)
    safe = np.maximum(clear_A, 1e-9)
    levels = [source.amperes(s * light.sun + light.rest, light.air_C + warm * whole, volts) for s in _LEVELS]
    passes = _between(np.stack(levels, axis=-1) / safe[:, None])
    airmass = 1.0 / np.sin(np.radians(np.maximum(light.elevation_deg, 3.0)))
    off = np.sqrt(CLEAR_OFF**2 + (LONG_WAY_OFF * np.maximum(airmass - 2.0, 0.0)) ** 2 + unsure**2)
    shape = rows.mA.shape
    used = code == TELLS
    season = np.arange(shape[0], dtype=np.intp) * seasons_in(shape[0]) // shape[0]
    fitted = Rows(
        np.where(used, seen_A / safe, 0.0).reshape(shape), used.reshape(shape),
        passes.reshape(*shape, len(SHARES)), off.reshape(shape), season, rows.step_min,
    )  # fmt: skip
    return Reading(replace(rows, code=code.reshape(shape)), light, clear_A, seen_A, unsure, fitted)


def seasons_in(days: int) -> int:
    """Into how many parts a log is cut, in each of which the sun's way is taken for one."""
    return max(1, round(days / SEASON_DAYS))


def _volts(rows: SiteRows, source: Source) -> FloatArray:
    """The meter's voltage, or the usual one where the log has none."""
    seen = rows.V.reshape(-1)
    return np.where(np.isnan(seen) | (seen <= 0.5), source.usual_V(), seen)


def _codes(
    rows: SiteRows, source: Source, light: ClearLight, clear_A: FloatArray, seen_A: FloatArray,
    unsure: FloatArray,
) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:  # fmt: skip
    code = rows.code.reshape(-1).copy()
    lit = (light.elevation_deg > LOWEST_deg) & (light.sun > SUN_LEAST * (light.sun + light.rest))
    lit &= clear_A > 0.02 * clear_A.max()
    code[(code == TELLS) & ~lit] = NO_SUN
    tells = code == TELLS
    code[tells & (unsure > MOST_OFF)] = FULL
    code[tells & (rows.V.reshape(-1) > source.full_V)] = FULL
    code[tells & (code == TELLS) & (seen_A > NEAR_LIMIT * (source.limit_A + source.own_A))] = LIMIT
    usual = np.quantile(seen_A[code == TELLS] / clear_A[code == TELLS], 0.9) if (code == TELLS).any() else 1.0
    code[(code == TELLS) & (seen_A - source.own_A < DARKEST * usual * clear_A)] = IDLE
    return code


def _between(levels: FloatArray) -> FloatArray:
    """Currents at all SHARES from those at a few."""
    place = SHARES * (len(_LEVELS) - 1)
    low = np.minimum(place.astype(np.intp), len(_LEVELS) - 2)
    part = place - low
    return np.asarray(levels[:, low] * (1.0 - part) + levels[:, low + 1] * part)
