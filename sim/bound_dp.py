"""The clairvoyant by days, in the kernel's own plant: what can really be lived, below the programme's bound.

`sim.bound` is generous throughout, so nobody knows whether the last per cent is there to be had. Here a
dynamic programme over (day, charge, supply on or cut) knows the weather and every motion too, and chooses
each day how many visitors it serves; but the hours are the kernel's: cells that sag and withhold charge in
the cold, a float voltage, a protection that wants its voltage back. First as few hours down as can be, then
the most value. Then the year is lived forward with what was chosen: the result is no estimate, it was lived.
The best that can be done lies between the two: this one serves evenly over a day and on a grid of charges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.bound import needs
from sim.kernel import VISITOR_LIT, Motions, Prices
from sim.kernel_hour import hour as hour_of
from sim.kernel_hour import worth_of
from sim.kernel_plant import KernelPlant
from sim.policy_source import jitter

#: Charges of the grid.
CHARGES = 121
#: What may be served in a day, as shares of an ordinary day's visitors.
LEVELS = (0.0, 0.03, 0.06, 0.125, 0.1875, 0.25, 0.375, 0.5, 0.75, 1.0, 1.5, 2.0)
#: Value of an hour with a supply: more than that of any picture.
HOUR = 1000.0


@dataclass(frozen=True, slots=True)
class Lived:
    """A year as the clairvoyant lived it: its value, hours without supply, and the lowest charge, 0..1."""

    worth: float
    down_h: int
    lowest_charge: float


def lived(
    plant: KernelPlant,
    prices: Prices,
    motions: Motions,
    per_session: int,
    day_value: tuple[tuple[float, float], ...],
    ordinary: float,
    soc0: float,
) -> Lived:
    """Plan backwards, live forwards. Arguments as of `sim.bound.bound`."""
    day = needs(plant, prices, motions, per_session)
    hours = len(motions.first) - 1
    of_hour = np.repeat(np.arange(hours), np.diff(motions.first))
    seen = np.bincount(of_hour, minlength=hours)
    lit = np.bincount(of_hour[motions.kinds == VISITOR_LIT], minlength=hours)
    steps = np.array([(share * ordinary, value) for share, value in day_value])
    worth, down_h, lowest = _years()(
        plant.amps, plant.volts, plant.standing_A, plant.ohm, plant.floor_C, plant.q_C, plant.u_V,
        (plant.capacity_C, plant.leak_1_s, plant.float_C, plant.cut_V, plant.restart_V, plant.release_C),
        3600.0 * prices.sleep_W + prices.refused_J * seen, lit.astype(np.float64), day.price_J, steps,
        np.array(LEVELS) * ordinary, soc0 * plant.capacity_C,
    )  # fmt: skip
    return Lived(float(worth), int(down_h), float(lowest))


@lru_cache(maxsize=1)
def _years() -> Callable[..., tuple[float, int, float]]:
    """The compiled programme."""
    jit, passed, value = jitter(), hour_of(), worth_of()

    @jit
    def one_day(  # type: ignore[no-untyped-def]  # arrays and tuples as numba sees them
        day, charge, down, wanted, amps, volts, standing_A, ohm, floor_C, q, u, cell, base_J, lit, price_J
    ):
        """(charge, whether it is down, pictures, hours down, lowest charge) of a day that serves `wanted`."""
        visitors = lit[24 * day : 24 * day + 24].sum()
        share = min(1.0, wanted / visitors) if visitors else 0.0
        served, lost, lowest = 0.0, 0, charge
        for hour in range(24 * day, 24 * day + 24):
            at = hour % len(standing_A)
            load_J = 0.0
            if down:
                lost += 1
            else:
                served += share * lit[hour]
                load_J = base_J[hour] + share * lit[hour] * price_J[day]
            charge, _, down = passed(
                charge, down, load_J, amps[at], volts, standing_A[at], ohm[at], floor_C[at], q, u, cell
            )
            lowest = min(lowest, charge)
        return charge, down, served, lost, lowest

    @jit
    def best(  # type: ignore[no-untyped-def]
        day, charge, down, after, levels, steps, amps, volts, standing_A, ohm, floor_C, q, u, cell, base_J,
        lit, price_J,
    ):  # fmt: skip
        """(value from this day on, level) of the best level."""
        most, chosen = -1e18, 0
        grid = (after.shape[1] - 1) / cell[0]
        for level in range(len(levels)):
            end, off, served, lost, _ = one_day(
                day, charge, down, levels[level], amps, volts, standing_A, ohm, floor_C, q, u, cell, base_J,
                lit, price_J,
            )  # fmt: skip
            at = min(int(end * grid), after.shape[1] - 2)
            part = end * grid - at
            row = 1 if off else 0
            later = after[row, at] + part * (after[row, at + 1] - after[row, at])
            total = value(served, steps) - HOUR * lost + later
            if total > most:
                most, chosen = total, level
        return most, chosen

    @jit
    def years(  # type: ignore[no-untyped-def]
        amps, volts, standing_A, ohm, floor_C, q, u, cell, base_J, lit, price_J, steps, levels, charge
    ):  # fmt: skip
        days = len(lit) // 24
        from_day = np.zeros((days + 1, 2, CHARGES))
        for back in range(days):
            day = days - 1 - back
            for row in range(2):
                for at in range(CHARGES):
                    from_day[day, row, at], _ = best(
                        day, cell[0] * at / (CHARGES - 1), row == 1, from_day[day + 1], levels, steps, amps,
                        volts, standing_A, ohm, floor_C, q, u, cell, base_J, lit, price_J,
                    )  # fmt: skip
        worth, down_h, down, lowest = 0.0, 0, False, charge
        for day in range(days):
            _, level = best(
                day, charge, down, from_day[day + 1], levels, steps, amps, volts, standing_A, ohm, floor_C,
                q, u, cell, base_J, lit, price_J,
            )  # fmt: skip
            charge, down, served, lost, low = one_day(
                day, charge, down, levels[level], amps, volts, standing_A, ohm, floor_C, q, u, cell, base_J,
                lit, price_J,
            )  # fmt: skip
            worth += value(served, steps)
            down_h += lost
            lowest = min(lowest, low)
        return worth, down_h, lowest / cell[0]

    made: Callable[..., Any] = years
    return made
