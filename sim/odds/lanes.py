"""The Monte-Carlo kernel: years of a block of lanes, hour by hour (`sim.odds.layout` says what a lane is)."""

from __future__ import annotations

import numpy as np

from sim.odds.deciding import look, ramp, serve
from sim.odds.layout import (
    ALIVE,
    COUNT,
    FRESH,
    LANES,
    LEARNT,
    LEFT,
    LOWEST,
    PANEL,
    PER_A,
    PER_NEW,
    ROWS,
    SEEN,
    SEEN_AT,
    STIFF,
    STIFF_NEW,
    STRENGTH,
    DOWN_h,
    FILL_Ah,
    Q,
    U,
    jit,
    small,
)
from sim.odds.lessons import forget, lessons
from sim.odds.powering import live
from sim.odds.wearing import wear


@small
def draw(s, luck, limits, steps, most, h):  # type: ignore[no-untyped-def]
    """Motions of an hour by inversion: a Poisson count is how many of its cumulative limits a number passes.
    A quiet hour has few limits to pass."""
    zero = np.float32(0.0)
    l0, l1, l2, l3, l4, l5 = (
        limits[h, 0],
        limits[h, 1],
        limits[h, 2],
        limits[h, 3],
        limits[h, 4],
        limits[h, 5],
    )
    l6, l7, l8, l9, la, lb = (
        limits[h, 6],
        limits[h, 7],
        limits[h, 8],
        limits[h, 9],
        limits[h, 10],
        limits[h, 11],
    )
    s0, s1, s2, s3, s4, s5 = steps[h, 0], steps[h, 1], steps[h, 2], steps[h, 3], steps[h, 4], steps[h, 5]
    s6, s7, s8, s9, sa, sb = steps[h, 6], steps[h, 7], steps[h, 8], steps[h, 9], steps[h, 10], steps[h, 11]
    for i in range(LANES):
        x = luck[i]
        x ^= np.uint32(x << np.uint32(13))
        x ^= np.uint32(x >> np.uint32(17))
        x ^= np.uint32(x << np.uint32(5))
        luck[i] = x
        n = (s0 if x >= l0 else zero) + (s1 if x >= l1 else zero)
        n += (s2 if x >= l2 else zero) + (s3 if x >= l3 else zero)
        if most[h] > 4:
            n += (s4 if x >= l4 else zero) + (s5 if x >= l5 else zero)
            n += (s6 if x >= l6 else zero) + (s7 if x >= l7 else zero)
        if most[h] > 8:
            n += (s8 if x >= l8 else zero) + (s9 if x >= l9 else zero)
            n += (sa if x >= la else zero) + (sb if x >= lb else zero)
        s[COUNT + i] = n


@jit
def block(  # type: ignore[no-untyped-def]
    days, factor, start, rows, limits, steps, most, lit, mix, table, plans, season, wants, price, locks,
    plant, volts, knots, clips, learns, plain, luck, lane, charge, ageing, shelf, months, weeks, left,
):  # fmt: skip
    """Some years of a block of lanes; `charge` goes in and out. months, weeks, left: shapes (years, 12, 7,
    LANES), (years, 53, LANES), (years, LANES), filled here: sums, lowest charges, what is left of the
    battery. shelf, ageing: as `wear` takes them, the first per day of the weather; without a loss per cycle
    nothing ages."""
    f = np.float32
    room = np.zeros(ROWS * LANES + 16, dtype=np.float32)
    first = (64 - room.ctypes.data % 64) % 64 // 4  # rows on lines of the cache: no load meets two of them
    s = room[first : first + ROWS * LANES]
    s[: 6 * LANES] = lane
    pick, words = np.zeros(LANES, dtype=np.int32), np.zeros(LANES, dtype=np.int32)
    found, calm = np.zeros(4 * LANES, dtype=np.float32), True
    for i in range(LANES):
        s[Q + i], s[ALIVE + i], s[LEARNT + i] = charge[i], f(1.0), f(-1.0)
        v = knots[0, 0] + knots[0, 1] * charge[i]
        for k in range(1, 12):
            v += knots[k, 1] * max(charge[i] - knots[k, 0], f(0.0))
        s[U + i] = v
        s[LOWEST + i] = s[LEFT + i] = s[FRESH + i] = f(1.0)
        s[PER_NEW + i], s[STIFF_NEW + i] = s[PER_A + i], s[STIFF + i]
        s[FILL_Ah + i] = f(1.0) / s[PER_A + i]
    shelved, month_days = np.zeros(3, dtype=np.float32), f(0.0)
    for year in range(days.shape[0]):
        for day in range(days.shape[1]):
            calendar = (start + day) % 365
            half = calendar * 24 // 365
            sun = factor[year, day]
            for i in range(LANES):
                s[STRENGTH + i] = s[PANEL + i] * sun
            start_h = days[year, day] * 24
            month_days += f(1.0)
            for k in range(3):
                shelved[k] += shelf[days[year, day], k]
            for hour in range(start_h, start_h + 24):
                draw(s, luck, limits, steps, most, hour)
                if plain:
                    ramp(s, rows, lit, mix, hour, price, locks, calm)
                else:
                    look(s, pick, words, table, rows, hour)
                    serve(s, words, rows, lit, mix, hour, price, locks, calm)
                calm = live(s, rows, hour, volts, knots, plant, clips, calm) == f(LANES)
            if not calm:
                forget(s)
            if learns:
                look(s, pick, words, table, rows, start_h + 23)
                lessons(
                    s, pick, words, found, f(year * days.shape[1] + day), plans[half], season, half, wants
                )
            if day % 7 == 6 or day == days.shape[1] - 1:
                weeks[year, day // 7] = s[LOWEST : LOWEST + LANES]
                for i in range(LANES):
                    s[LOWEST + i] = s[Q + i]
            month = calendar * 12 // 365
            if month != (calendar + 1) % 365 * 12 // 365 or day == days.shape[1] - 1:
                if ageing[0] > f(0.0):
                    wear(s, month_days, shelved, ageing)
                shelved[:] = f(0.0)
                month_days = f(0.0)
                for i in range(LANES):
                    s[SEEN_AT + i] -= s[SEEN + i]
                for k in range(7):
                    at = DOWN_h + k * LANES
                    for i in range(LANES):
                        months[year, month, k, i] += s[at + i]
                        s[at + i] = f(0.0)
        left[year] = s[LEFT : LEFT + LANES]
    charge[:] = s[Q : Q + LANES]
