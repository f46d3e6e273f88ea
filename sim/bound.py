"""The clairvoyant: the most that any policy could have made of a year, as a linear programme (HiGHS).

It knows the weather and every motion in advance, but not which motion in daylight is an animal. Per day d, in
joules of stored energy:

    s[d+1] = s[d] + g[d] - base[d] (1 - x[d]) - price[d] sum(u[d]) - spill[d]
    g[d]  <= Q[d] (a_k + b_k (s[d] + g[d]))      the charge that the panel offers, at the cell's voltage
    floor[d] <= s[d] <= C,  0 <= u[d,i] <= width_i (1 - x[d]),  sum(u[d]) <= visitors[d] (1 - x[d])

and it maximises sum(value_i u[d,i]). u: pictures of visitors in daylight, by steps of the day's value; x:
share of the day without supply, first made as small as the year allows. Every part is on the generous side:
no loss in the cell, sessions as full as the spool allows, the day's noon as roomy as its midnight, and the
voltage by the concave hull of the cell's curve. So no policy whose node is down as little can be above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from sim.errors import SimError
from sim.kernel import FALSE_LIT, VISITOR_LIT, Motions, Prices
from sim.kernel_plant import Floats, KernelPlant

#: Share of a day by which hours down may differ before the year is called infeasible.
DOWN_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Bound:
    """What the clairvoyant reaches.

    Attributes
    ----------
    worth : most value of a year. down_days : least days without supply, 0 if the node can live through.
    stored_J : at each midnight. taken : pictures of visitors per day.
    scarce : days on which all motion would take more than the panel offers.
    """

    worth: float
    down_days: float
    stored_J: Floats
    taken: Floats
    scarce: int


@dataclass(frozen=True, slots=True)
class Needs:
    """A year's days as the programme sees them, each of shape (days,)."""

    charge_C: Floats
    base_J: Floats
    price_J: Floats
    visitors: Floats
    floor_J: Floats


def needs(plant: KernelPlant, prices: Prices, motions: Motions, per_session: int) -> Needs:
    """Sum a run's hours up to days. `per_session`: pictures that share a join at best."""
    days = (len(motions.first) - 1) // 24
    hour = np.arange(days * 24) % len(plant.ohm)
    offered = plant.amps.max(axis=1)[hour].reshape(days, 24).sum(axis=1) * 3600.0
    day_of = np.repeat(np.arange(days), np.diff(motions.first[::24]))
    seen = np.bincount(day_of, minlength=days)
    visitors = np.bincount(day_of[motions.kinds == VISITOR_LIT], minlength=days)
    false = np.bincount(day_of[motions.kinds == FALSE_LIT], minlength=days)
    # what a wake with a picture takes beside it more than one in vain, which is paid anyway
    more = max(0.0, min(prices.wake_J, prices.scarce_J) - prices.refused_J)
    each = more + prices.picture_J + prices.big_KiB * prices.kib_J + prices.join_J / per_session
    cheap = more + prices.small_J + prices.small_KiB * prices.kib_J + prices.join_J / per_session
    # a small picture is worth half, so two of them stand for one
    price = min(each, 2.0 * cheap) * (1.0 + false / np.maximum(visitors, 1))
    floor = plant.floor_C[hour].reshape(days, 24).min(axis=1)
    least = np.maximum(floor, np.interp(plant.cut_V, plant.u_V, plant.q_C))
    return Needs(
        offered,
        np.asarray(86_400.0 * prices.sleep_W + prices.refused_J * seen, dtype=np.float64),
        np.asarray(price, dtype=np.float64),
        visitors.astype(np.float64),
        np.array([plant.energy_J(one) for one in least]),
    )


def bound(
    plant: KernelPlant,
    prices: Prices,
    motions: Motions,
    per_session: int,
    day_value: tuple[tuple[float, float], ...],
    ordinary: float,
    soc0: float,
) -> Bound:
    """Solve for the least days down, then for the most value with no more of them.

    Raises SimError if HiGHS finds no solution (it always has one: a node may be down all the time).
    """
    day = needs(plant, prices, motions, per_session)
    widths = np.array([share * ordinary for share, _ in day_value])
    values = np.array([value for _, value in day_value])
    model = _Model(plant, day, widths, soc0 * plant.capacity_C)
    least = model.solve(np.zeros(len(values)), down_cost=1.0, most_down=None)
    down = float(least.x[model.x].sum())
    down = 0.0 if down < DOWN_SLACK else down
    best = model.solve(values, down_cost=0.0, most_down=down + DOWN_SLACK)
    taken = best.x[model.u].reshape(len(day.visitors), -1)
    everything = day.base_J + day.price_J * day.visitors
    scarce = int((everything > day.charge_C * _mean_V(plant)).sum())
    return Bound(float((taken @ values).sum()), down, best.x[model.s], taken.sum(axis=1), scarce)


def _mean_V(plant: KernelPlant) -> float:
    return plant.energy_J(plant.capacity_C) / plant.capacity_C


def _hull(plant: KernelPlant) -> list[tuple[float, float]]:
    """Lines V <= a + b E of the concave hull of voltage over stored energy; the first is the most voltage."""
    energy = np.array([plant.energy_J(one) for one in plant.q_C])
    top = float(plant.volts[-1])
    points = list(zip(energy, np.minimum(plant.u_V, top), strict=True))
    kept: list[tuple[float, float]] = []
    for point in points:
        while len(kept) > 1 and _left(kept[-2], kept[-1], point) >= 0.0:
            kept.pop()
        kept.append(point)
    lines = [(top, 0.0)]
    for (e0, v0), (e1, v1) in pairwise(kept):
        slope = (v1 - v0) / (e1 - e0)
        lines.append((v0 - slope * e0, slope))
    return lines


def _left(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Positive if a-b-c turns left: then b lies under the chord, and not on the concave hull."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


class _Model:
    """Variables s (days + 1), g, spill, x (days each), u (days x steps), and the rows between them."""

    def __init__(self, plant: KernelPlant, day: Needs, widths: Floats, first_C: float) -> None:
        count, steps = len(day.visitors), len(widths)
        at = np.cumsum([0, count + 1, count, count, count, count * steps])
        self.s, self.g, self.spill, self.x, self.u = (slice(a, b) for a, b in pairwise(at.tolist()))
        self.size = int(at[-1])
        self.count, self.steps = count, steps
        full = plant.energy_J(plant.capacity_C)
        first = plant.energy_J(first_C)
        low, high = np.zeros(self.size), np.full(self.size, np.inf)
        high[self.s] = full
        low[0] = high[0] = first
        high[self.x] = 1.0
        high[self.u] = np.tile(widths, count)
        self.bounds = np.column_stack([low, high])
        i = np.arange(count)
        s, g, spill, x = at[0] + i, at[1] + i, at[2] + i, at[3] + i
        u = at[4] + np.arange(count * steps)
        of_day = np.repeat(i, steps)
        # s[d+1] - s[d] - g + spill - base x + price u = -base
        self.equal = _matrix(
            count, self.size,
            (i, s + 1, 1.0), (i, s, -1.0), (i, g, -1.0), (i, spill, 1.0), (i, x, -day.base_J),
            (of_day, u, day.price_J[of_day]),
        )  # fmt: skip
        self.equal_to = -day.base_J
        rows, least = [], []
        for a, b in _hull(plant):  # g - Q b (s + g) <= Q a
            rows.append(_matrix(count, self.size, (i, g, 1.0 - day.charge_C * b), (i, s, -day.charge_C * b)))
            least.append(day.charge_C * a)
        rows.append(_matrix(count, self.size, (of_day, u, 1.0), (i, x, day.visitors)))
        least.append(day.visitors)
        # while up: s[d+1] >= floor (1 - x)
        rows.append(_matrix(count, self.size, (i, s + 1, -1.0), (i, x, -day.floor_J)))
        least.append(-day.floor_J)
        self.less, self.less_than = rows, np.concatenate(least)

    def solve(self, values: Floats, down_cost: float, most_down: float | None):  # type: ignore[no-untyped-def]
        """HiGHS' result."""
        from scipy.sparse import vstack

        cost = np.zeros(self.size)
        cost[self.u] = -np.tile(values, self.count)
        cost[self.x] = down_cost
        rows, least = list(self.less), self.less_than
        if most_down is not None:
            rows.append(_matrix(1, self.size, (np.zeros(self.count, int), np.arange(self.size)[self.x], 1.0)))
            least = np.append(least, most_down)
        found = linprog(cost, vstack(rows), least, self.equal, self.equal_to, self.bounds, method="highs")
        if found.status != 0:
            raise SimError(f"The clairvoyant's programme has no solution: {found.message}")
        return found


def _matrix(rows: int, columns: int, *entries):  # type: ignore[no-untyped-def]
    """A sparse matrix from (rows, columns, values) of its entries."""
    at = [np.broadcast_to(np.asarray(one[0]), np.shape(one[1])) for one in entries]
    to = [np.asarray(one[1]) for one in entries]
    of = [np.broadcast_to(np.asarray(one[2], dtype=float), np.shape(one[1])) for one in entries]
    return coo_array((np.concatenate(of), (np.concatenate(at), np.concatenate(to))), (rows, columns)).tocsr()
