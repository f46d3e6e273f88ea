"""The plant's hours for the lanes: `sim.hour_table` in the shape that the inner loops read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.charger import SPREAD
from sim.hour_table import HourTable

Floats = NDArray[np.float32]

#: Columns of an hour: what the plant draws, A; the cell's resistance, ohm; charge that cold withholds, of 1;
#: self-discharge, of 1 an hour; swing of its thirds; charge at which charging ends, of 1; then the panel's
#: current over the battery's voltage, as a first value, its slope, and what bends it at each further
#: voltage.
STANDING, OHM, FLOOR, LEAK, SWING, END, CURRENT = 0, 1, 2, 3, 4, 5, 6
COLUMNS = 12
#: Points of a cell's curve that the loops know; KNOTS of the current.
POINTS, KNOTS = 12, 6
#: A bend that nothing reaches.
_NEVER = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """One plant under one or more years of weather, stacked.

    Attributes
    ----------
    rows : shape (years * 8760, COLUMNS). volts : of the current's bends, shape (KNOTS - 1,). knots : the
    cell's curve as (charge of 1, bend), shape (POINTS, 2). plant : charge limit A, quiescent A, end of
    charge of 1, cut-off V, restart V, release of 1. brightest_A : most that the panel gives in a third of an
    hour. capacity_h : hours that one ampere takes to fill the design's cell.
    """

    rows: Floats
    volts: Floats
    knots: Floats
    plant: tuple[float, ...]
    brightest_A: float
    capacity_h: float


def hours_of(tables: list[HourTable]) -> Hours:
    """Stack the years of one plant."""
    one = tables[0]
    rows = np.concatenate([_rows(table) for table in tables])
    plant = (one.limit_A, one.quiescent_A, one.recharge_V, one.low_V, one.high_V, one.release_share)
    brightest = max(float((t.amps * (1.0 + SPREAD * t.swing[:, None])).max()) for t in tables)
    volts = one.volts[:-1].astype(np.float32)
    return Hours(rows, volts, _knots(one), plant, brightest, one.capacity_C / 3600.0)


def _rows(table: HourTable) -> Floats:
    rows = np.zeros((len(table.ohm), COLUMNS), dtype=np.float32)
    rows[:, STANDING], rows[:, OHM], rows[:, FLOOR] = table.standing_A, table.ohm, table.floor_share
    rows[:, LEAK] = table.leak_1_s * 3600.0
    rows[:, SWING] = np.minimum(SPREAD * table.swing, 1.0)
    rows[:, END] = np.interp(table.float_V - table.ohm * table.term_A, table.ocv_V, table.ocv_q)
    amps = np.where((table.alive & table.allowed)[:, None], table.amps, 0.0)
    slopes = np.diff(amps, axis=1) / np.diff(table.volts)
    rows[:, CURRENT] = amps[:, 0]
    rows[:, CURRENT + 1] = slopes[:, 0]
    rows[:, CURRENT + 2 :] = np.diff(slopes, axis=1)
    return rows


def _knots(table: HourTable) -> Floats:
    """The cell's curve as bends; those that bend least are left out until it has POINTS."""
    q, u = table.ocv_q, table.ocv_V
    while len(q) > POINTS + 1:
        off = np.abs(u[1:-1] - (u[:-2] + (q[1:-1] - q[:-2]) * (u[2:] - u[:-2]) / (q[2:] - q[:-2])))
        least = 1 + int(np.argmin(off))
        q, u = np.delete(q, least), np.delete(u, least)
    slopes = np.diff(u) / np.diff(q)
    knots = np.zeros((POINTS, 2), dtype=np.float32)
    knots[:, 0] = _NEVER
    knots[0] = u[0], slopes[0]
    knots[1 : len(slopes), 0] = q[1:-1]
    knots[1 : len(slopes), 1] = np.diff(slopes)
    return knots


def offered_A(hours: Hours) -> tuple[Floats, float]:
    """What the design's panel gives in each hour into a half-full battery, before the charger's limit, A,
    shape (years * 365, 24), and that battery's voltage."""
    middle = float(hours.knots[0, 0] + np.sum(hours.knots[0, 1] * 0.5))
    bends = np.maximum(0.5 - hours.knots[1:, 0], 0.0)
    middle += float(np.sum(hours.knots[1:, 1] * bends))
    volts = hours.volts.astype(np.float64)
    current = hours.rows[:, CURRENT] + hours.rows[:, CURRENT + 1] * (middle - volts[0])
    for at, bend in enumerate(volts[1:]):
        current = current + hours.rows[:, CURRENT + 2 + at] * max(middle - bend, 0.0)
    return np.maximum(current, 0.0).astype(np.float32).reshape(-1, 24), middle
