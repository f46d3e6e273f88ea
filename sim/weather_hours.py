"""Rows of any step become hours: means over the hour [h, h+1), with its sun at the middle.

Two kinds of rows. A mean over the step (BSRN, SURFRAD) counts for the minutes that begin at its stamp. A
snapshot (NSRDB, PVGIS) is the sky of the stamp itself: between snapshots the course is taken as straight,
so the hour's mean is the trapezoid from full hour to full hour. Snapshots an hour apart stay what they are,
and the hour's sun is the sun of its stamp.

An hour counts if at least half of its rows have a value. Of rows of 15 minutes or finer comes the spread of
the global irradiance within the hour as well: two snapshots would not tell it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.weather_table import HOURS, FloatArray, WeatherError

Stamps = NDArray[np.datetime64]

#: Steps that divide the hour, minutes.
STEPS_min = (1, 2, 3, 5, 10, 15, 20, 30, 60)
#: Coarsest step that tells the spread within an hour, minutes.
SPREAD_STEP_min = 15
#: Least share of an hour's rows that make an hour, 1.
LEAST_SHARE = 0.5
#: A file that has less than one of so many rows has a wrong stamp: it would only fill the memory with gaps.
SCATTERED = 20
#: Mean irradiance below which an hour has no spread worth telling, W/m2.
DARK_W_m2 = 5.0


def hourly(
    name: str, stamps: Stamps, columns: tuple[FloatArray, ...], snapshots: bool
) -> tuple[int, tuple[FloatArray, ...], FloatArray | None, float]:
    """Turn rows in the order of time into hours.

    Parameters
    ----------
    name : of the file, for errors. stamps : on the file's clock, rising; rows may be missing.
    columns : ghi first; NaN is no value.

    Returns
    -------
    Hours since 1970 of the first hour, the hourly columns (NaN where too little is known), the relative
    standard deviation of ghi within each hour (or None), and hours from an hour's start to its sun.
    """
    minutes = stamps.astype("datetime64[m]").astype(np.int64)
    step = _step(name, minutes)
    first = int(minutes[0] // 60)
    phase = int(minutes[0] % step)
    count = int(minutes[-1] // 60) - first + 1
    per_hour = 60 // step
    if count * per_hour > SCATTERED * len(minutes) + HOURS:
        raise WeatherError(
            f"{name}: its {len(minutes)} rows are scattered over {count} hours, expected whole years"
        )
    slots = (minutes - 60 * first - phase) // step
    grids = tuple(_grid(column, slots, count * per_hour) for column in columns)
    if step == 60:
        return first, grids, None, phase / 60 if snapshots else 0.5
    weights, centre_h = _weights(name, step, phase, snapshots)
    means = tuple(_means(grid.reshape(count, per_hour), weights) for grid in grids)
    spread = _spread(grids[0].reshape(count, per_hour)) if step <= SPREAD_STEP_min else None
    return first, means, spread, centre_h


def _step(name: str, minutes: NDArray[np.int64]) -> int:
    """Minutes between two rows: the least distance that occurs, of which every stamp is a multiple."""
    gaps = np.diff(minutes)
    step = int(gaps.min()) if gaps.size else 60
    if step not in STEPS_min or np.any(gaps % step):
        raise WeatherError(
            f"{name}: its rows are {step} minutes apart or not evenly, "
            f"expected rising stamps with a step of {', '.join(map(str, STEPS_min))} minutes"
        )
    return step


def _grid(column: FloatArray, slots: NDArray[np.int64], count: int) -> FloatArray:
    grid = np.full(count, np.nan)
    grid[slots] = column
    return grid


def _weights(name: str, step: int, phase: int, snapshots: bool) -> tuple[FloatArray, float]:
    """Weights of an hour's rows and of the first row of the next; hours from its start to its sun."""
    per_hour = 60 // step
    weights = np.full(per_hour + 1, 1.0)
    if not snapshots or 2 * phase == step:
        weights[-1] = 0.0
    elif phase == 0:
        weights[[0, -1]] = 0.5
    else:
        raise WeatherError(f"{name}: its first row is {phase} minutes off, expected 0 or {step / 2:g}")
    return weights / weights.sum(), 0.5


def _means(rows: FloatArray, weights: FloatArray) -> FloatArray:
    after = np.append(rows[1:, 0], np.nan)  # the next hour's first row
    wide = np.column_stack((rows, after))
    share = np.where(np.isnan(wide), 0.0, weights)
    known = share.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (np.nan_to_num(wide) * share).sum(axis=1) / known
    return np.asarray(np.where(known >= LEAST_SHARE, mean, np.nan))


def _spread(rows: FloatArray) -> FloatArray:
    known = ~np.isnan(rows)
    count = np.maximum(known.sum(axis=1), 1)
    light = np.where(known, np.maximum(np.nan_to_num(rows), 0.0), 0.0)
    mean = light.sum(axis=1) / count
    variance = np.where(known, (light - mean[:, None]) ** 2, 0.0).sum(axis=1) / count
    return np.asarray(np.where(mean > DARK_W_m2, np.sqrt(variance) / np.maximum(mean, DARK_W_m2), 0.0))
