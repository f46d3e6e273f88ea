"""The Monte-Carlo kernel's inner loops: many nodes side by side under one weather, hour by hour.

A *lane* is one node: its own visitors, its own panel, battery and luck. All lanes of a block share the weather, so
an hour's figures are read once for all of them. A block's state is one flat array, a row of LANES floats for each
quantity, and every loop runs over one row's length without calls: only so does the compiler see that no two rows
overlap, and does sixteen lanes at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.odds.lesson import HARVESTS, learn, place

#: Nodes side by side. Ours: what they need then fits the fastest cache.
LANES = 128
MONTHS, WEEKS, DAYS = 12, 53, 365

#: What a lane is: panel over the design's, hours that an ampere takes to fill it by 1, resistance and load over the
#: rows', error of its gauge in points, capacity by the node's own belief in J.
(PANEL, PER_A, STIFF, LOAD_X, GAUGE, CAPACITY_J) = LANE = tuple(range(0, 6 * LANES, LANES))
#: Its state: charge (of 1), open-circuit voltage, supply (1 or 0), and what the policy remembers.
(Q, U, ALIVE, LOCKED, CREDIT, WAITING, HELD, DARK, ROW, MET, SPENT, IDLE, REFS, HARVEST, BASE, WISH, LEARNT, SEEN_AT,
 COUNT, LOAD, STRENGTH) = STATE = tuple(range(6 * LANES, 27 * LANES, LANES))  # fmt: skip
#: A month's sums, and a week's lowest charge.
(DOWN_h, OUT_h, GAINED_J, TAKEN_J, SEEN, PICTURES, VISITORS) = MONTH = tuple(range(27 * LANES, 34 * LANES, LANES))
LOWEST, NEW_HARVEST, NEW_BASE, PART_Q, PART_H, IN_A, OUT_A, WAS_U = tuple(range(34 * LANES, 42 * LANES, LANES))
ROWS = 42
#: All motions of the run so far: what a day's count is taken from.
MONTH_NAMES = ("down_h", "locked_h", "harvest_J", "load_J", "seen", "pictures", "visitors")

jit: Any = njit(cache=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)
small: Any = njit(forceinline=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)


@small
def draw(s, luck, limits, steps, most, h):  # type: ignore[no-untyped-def]
    """Motions of an hour by inversion: a Poisson count is how many of its cumulative limits a number passes.
    A quiet hour has few limits to pass."""
    zero = np.float32(0.0)
    l0, l1, l2, l3, l4, l5 = limits[h, 0], limits[h, 1], limits[h, 2], limits[h, 3], limits[h, 4], limits[h, 5]
    l6, l7, l8, l9, la, lb = limits[h, 6], limits[h, 7], limits[h, 8], limits[h, 9], limits[h, 10], limits[h, 11]
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


@small
def look(s, pick, words, table, rows, h):  # type: ignore[no-untyped-def]
    """Each lane's line of the policy's table: by its plan and its charge. A loop of its own, as the compiler
    cannot know that a table is not what it writes to."""
    f = np.float32
    floor = rows[h, 2]
    scale, zero, most = f(100.0) / (f(1.0) - floor), f(0.0), f(100.0)
    for i in range(LANES):
        soc = min(max((s[Q + i] - floor) * scale + s[GAUGE + i], zero), most)
        pick[i] = np.int32(s[ROW + i]) + np.int32(soc)
    for i in range(LANES):
        words[i] = table[pick[i]]


@small
def serve(s, words, rows, lits, mixes, h, price, locks, calm):  # type: ignore[no-untyped-def]
    """What the node decides on an hour's motions, and the energy all of it takes, J."""
    f = np.float32
    base_J, booked_J, wake_J, scarce_J, refused_J = price[0], price[1], price[2], price[3], price[4]
    dark_J, picture_J, small_J, join_J, big_J, little_J = (
        price[5], price[6], price[7], price[8], price[9], price[10],
    )  # fmt: skip
    low, high, room = locks[0], locks[1], locks[2]
    floor, lit, mix = rows[h, 2], lits[h], mixes[h]
    scale = f(100.0) / (f(1.0) - floor)
    zero, one, full_ = f(0.0), f(1.0), f(1000.0)
    night = zero if lit else one
    for i in range(LANES):
        soc = (s[Q + i] - floor) * scale + s[GAUGE + i]
        soc = min(max(soc, zero), f(100.0))
        word = words[i]
        share = f(word & 1023)
        batch = f((word >> 10) & 255)
        keep = f((word >> 18) & 1)
        small = (word & (1 << 19)) != 0
        shut, alive = (zero, one) if calm else (s[LOCKED + i], s[ALIVE + i])
        dark = s[DARK + i]
        motions = s[COUNT + i] * alive
        tired = (dark >= f(3.0)) & (share < full_)
        total = s[CREDIT + i] + motions * (share * f(0.125) if tired else share)
        go = min(np.floor(total * f(0.001)), motions) * (one - shut)
        s[CREDIT + i] = min(total - full_ * go, full_)
        scarce = (share < full_) | (shut > zero)
        by_wake = scarce_J * go + refused_J * (motions - go) if scarce else wake_J * motions
        in_dark = min(go, f(3.0) - dark) * keep
        kept = go + night * (in_dark - go)
        s[DARK + i] = min(dark + go, f(3.0)) * night + (one - night) * (zero if go > zero else dark)
        used = by_wake + (go - kept) * dark_J + kept * (small_J if small else picture_J)
        have = min(s[WAITING + i] + kept, room)
        sessions = np.floor((have + f(0.001)) / batch)
        sent = sessions * batch
        old = (s[HELD + i] > f(60.0)) & (go > zero) & (have > zero) & (sessions == zero)
        sent = have if old else sent
        sessions = one if old else sessions
        left = have - sent
        s[HELD + i] = zero if (sessions > zero) | (left <= zero) else s[HELD + i] + motions
        s[WAITING + i] = left
        s[MET + i] += sessions
        used += sessions * join_J + sent * (little_J if small else big_J)
        s[IDLE + i] += (booked_J + by_wake) * alive
        s[SPENT + i] += booked_J * alive + used
        s[LOAD + i] = (base_J * alive + used) * s[LOAD_X + i]
        s[SEEN + i] += motions
        s[PICTURES + i] += kept
        s[VISITORS + i] += kept * mix
        limit = high if shut > zero else low
        s[LOCKED + i] = (one if soc < limit else zero) if motions > zero else shut


@small
def ramp(s, rows, lits, mixes, h, price, locks, calm):  # type: ignore[no-untyped-def]
    """The same for the plainest policy there is: from nothing at `low` to every motion at `full` per cent, each
    picture sent at once, none in the dark."""
    f = np.float32
    base_J, wake_J, refused_J = price[0], price[2], price[4]
    lit, floor, mix = lits[h], rows[h, 2], mixes[h]
    each_J = price[6] + price[8] + price[9] + wake_J - refused_J if lit else price[5] + wake_J - refused_J
    low, high, full = locks[0], locks[1], locks[3]
    scale = f(100.0) / (f(1.0) - floor)
    zero, one = f(0.0), f(1.0)
    kept = one if lit else zero
    slope = one / (full - low)
    for i in range(LANES):
        soc = (s[Q + i] - floor) * scale + s[GAUGE + i]
        share = min(max((soc - low) * slope, zero), one)
        shut, alive = (zero, one) if calm else (s[LOCKED + i], s[ALIVE + i])
        n = s[COUNT + i] * alive
        total = s[CREDIT + i] + n * share
        go = min(np.floor(total), n) * (one - shut)
        s[CREDIT + i] = min(total - go, one)
        s[LOAD + i] = (base_J * alive + n * refused_J + go * each_J) * s[LOAD_X + i]
        s[SEEN + i] += n
        s[PICTURES + i] += go * kept
        s[VISITORS + i] += go * mix * kept
        limit = high if shut > zero else low
        s[LOCKED + i] = one if soc < limit else zero


@small
def live(s, rows, h, volts, knots, plant, clips, calm):  # type: ignore[no-untyped-def]
    """The power plant's hour, in three loops whose constants each fit the registers; returns how many nodes have
    their supply and no lock-out."""
    charged(s, rows, h, volts, plant, clips)
    open_circuit(s, knots)
    return supplied(s, rows, h, plant, calm)


@small
def charged(s, rows, h, volts, plant, clips):  # type: ignore[no-untyped-def]
    """What the panel gives and what is in the battery after it."""
    f = np.float32
    standing, leak, swing = rows[h, 0], rows[h, 3], rows[h, 4]
    i0, s0, s1, s2, s3, s4 = rows[h, 6], rows[h, 7], rows[h, 8], rows[h, 9], rows[h, 10], rows[h, 11]
    limit, quiescent, float_q = plant[0], plant[1], plant[2]
    v0, v1, v2, v3, v4 = volts[0], volts[1], volts[2], volts[3], volts[4]
    zero, one = f(0.0), f(1.0)
    for i in range(LANES):
        volt, per, was = s[U + i], s[PER_A + i], s[Q + i]
        load_A = s[LOAD + i] * f(1.0 / 3600.0) / volt
        x = i0 + s0 * (volt - v0)
        x += s1 * max(volt - v1, zero) + s2 * max(volt - v2, zero)
        x += s3 * max(volt - v3, zero) + s4 * max(volt - v4, zero)
        x *= s[STRENGTH + i]
        if clips:
            a = max(min(x - quiescent, limit), zero)
            a += max(min(x * (one - swing) - quiescent, limit), zero)
            x = (a + max(min(x * (one + swing) - quiescent, limit), zero)) * f(1.0 / 3.0)
        else:
            x = max(min(x - quiescent, limit), zero)
        out = load_A + standing
        end = was + (x - out) * per - was * leak
        full = (end > float_q) & (x > zero)
        room = max(zero, float_q - was) / per + out
        s[IN_A + i] = min(x, room) if full else x
        s[OUT_A + i] = out
        s[Q + i] = max(min(end, max(float_q, was)) if full else end, zero)
        s[WAS_U + i] = volt


@small
def open_circuit(s, knots):  # type: ignore[no-untyped-def]
    """Voltage at rest: a straight line and what bends it at each point of the cell's table."""
    zero = np.float32(0.0)
    u0, m0 = knots[0, 0], knots[0, 1]
    k1, k2, k3, k4, k5, k6 = knots[1, 0], knots[2, 0], knots[3, 0], knots[4, 0], knots[5, 0], knots[6, 0]
    k7, k8, k9, ka, kb = knots[7, 0], knots[8, 0], knots[9, 0], knots[10, 0], knots[11, 0]
    m1, m2, m3, m4, m5, m6 = knots[1, 1], knots[2, 1], knots[3, 1], knots[4, 1], knots[5, 1], knots[6, 1]
    m7, m8, m9, ma, mb = knots[7, 1], knots[8, 1], knots[9, 1], knots[10, 1], knots[11, 1]
    for i in range(LANES):
        q = s[Q + i]
        v = u0 + m0 * q
        v += m1 * max(q - k1, zero) + m2 * max(q - k2, zero) + m3 * max(q - k3, zero)
        v += m4 * max(q - k4, zero) + m5 * max(q - k5, zero) + m6 * max(q - k6, zero)
        v += m7 * max(q - k7, zero) + m8 * max(q - k8, zero) + m9 * max(q - k9, zero)
        s[U + i] = v + ma * max(q - ka, zero) + mb * max(q - kb, zero)


@small
def supplied(s, rows, h, plant, calm):  # type: ignore[no-untyped-def]
    """The hour's books, and who has lost or found its supply."""
    f = np.float32
    standing, ohm, floor = rows[h, 0], rows[h, 1], rows[h, 2]
    cut_V, restart_V, release, boot = plant[3], plant[4], plant[5], plant[6]
    zero, one = f(0.0), f(1.0)
    up = zero
    for i in range(LANES):
        x, out, v, end = s[IN_A + i], s[OUT_A + i], s[U + i], s[Q + i]
        r = ohm * s[STIFF + i]
        s[GAINED_J + i] += x * f(3600.0) * (f(0.5) * (s[WAS_U + i] + v) + r * (x - out))
        s[TAKEN_J + i] += s[LOAD + i]
        s[LOWEST + i] = min(s[LOWEST + i], end)
        fails = (end <= floor) | (v - r * (out - standing) < cut_V)
        if calm:
            now = zero if fails else one
        else:
            alive = s[ALIVE + i]
            waits = (v + r * (x - standing) < restart_V) | (end - floor < release)
            now = (zero if fails else one) if alive > zero else (zero if waits else one)
            s[DOWN_h + i] += one - alive
            s[OUT_h + i] += s[LOCKED + i] * alive
            s[Q + i] = end - boot * s[PER_A + i] * max(zero, now - alive)
        s[ALIVE + i] = now
        up += now - s[LOCKED + i]
    return up


@small
def facts_of(s, words, i, day):  # type: ignore[no-untyped-def]
    """(whether a lane learns at the end of this day, its facts for `learn` without season)."""
    f = np.float32
    hours = f(24.0) * (day - s[LEARNT + i])
    spoke = (s[MET + i] > f(0.0)) & (s[ALIVE + i] > f(0.0))
    taught = spoke & (s[LEARNT + i] >= f(0.0)) & (hours <= f(240.0))
    return spoke, taught, max(hours, f(24.0)), np.floor(f(10000.0) * s[Q + i])


@small
def lessons(s, pick, words, found, day, plans, season, half, wants):  # type: ignore[no-untyped-def]
    """At the end of a day: whoever spoke with home learns what torpor.learning says. `learn` is asked twice: for
    what it asks its plan, and, with the plan's answer looked up between, for what it makes of that. wants: picture
    J, join J, first harvest J, first base J, low_pct."""
    f = np.float32
    zero = f(0.0)
    for i in range(LANES):
        _, _, hours, charge = facts_of(s, words, i, day)
        share, pace = f(words[i] & 1023), f((words[i] >> 10) & 255)
        all_J = np.floor((s[SEEN + i] - s[SEEN_AT + i]) * (wants[0] + wants[1] / pace))
        facts = (hours, s[REFS + i], charge, np.floor(s[SPENT + i]), np.floor(s[IDLE + i]), share, half, all_J)
        config = (s[CAPACITY_J + i], wants[4], wants[2], wants[3], zero)
        a, b, _, _ = learn((s[HARVEST + i], s[BASE + i], s[WISH + i], zero), facts, config, season)
        s[NEW_HARVEST + i] = a
        s[NEW_BASE + i] = b
        at, s[PART_Q + i], s[PART_H + i] = place(charge, f(a), s[CAPACITY_J + i])
        pick[i] = at
    for i in range(LANES):
        at = pick[i]
        found[i] = plans[at]
        found[LANES + i] = plans[at + 1]
        found[2 * LANES + i] = plans[at + HARVESTS]
        found[3 * LANES + i] = plans[at + HARVESTS + 1]
    for i in range(LANES):
        spoke, taught, hours, charge = facts_of(s, words, i, day)
        low = found[i] + s[PART_H + i] * (found[LANES + i] - found[i])
        high = found[2 * LANES + i] + s[PART_H + i] * (found[3 * LANES + i] - found[2 * LANES + i])
        service_J = (low + s[PART_Q + i] * (high - low)) * s[CAPACITY_J + i] - s[NEW_BASE + i]
        share, pace = f(words[i] & 1023), f((words[i] >> 10) & 255)
        all_J = np.floor((s[SEEN + i] - s[SEEN_AT + i]) * (wants[0] + wants[1] / pace))
        facts = (hours, s[REFS + i], charge, np.floor(s[SPENT + i]), np.floor(s[IDLE + i]), share, half, all_J)
        config = (s[CAPACITY_J + i], wants[4], wants[2], wants[3], service_J)
        a, b, c, allow = learn((s[HARVEST + i], s[BASE + i], s[WISH + i], zero), facts, config, season)
        s[HARVEST + i] = f(a) if taught else s[HARVEST + i]
        s[BASE + i] = f(b) if taught else s[BASE + i]
        s[WISH + i] = f(c) if taught else s[WISH + i]
        s[ROW + i] = f(101.0) * f(min(max(allow, 0.0), 251.0)) if taught else s[ROW + i]
        s[LEARNT + i] = day if spoke else s[LEARNT + i]
        s[REFS + i] = charge if spoke else s[REFS + i]
        s[SPENT + i] = zero if spoke else s[SPENT + i]
        s[IDLE + i] = zero if spoke else s[IDLE + i]
        s[SEEN_AT + i] = s[SEEN + i] if spoke else s[SEEN_AT + i]
        s[MET + i] = zero


@small
def forget(s):  # type: ignore[no-untyped-def]
    """A node that lost its supply begins without plan and credit."""
    f = np.float32
    for i in range(LANES):
        there = s[ALIVE + i]
        s[CREDIT + i] *= there
        s[ROW + i] *= there
        s[HARVEST + i] *= there
        s[BASE + i] *= there
        s[WISH + i] *= there
        s[LEARNT + i] = s[LEARNT + i] if there > f(0.0) else f(-1.0)


@jit
def block(  # type: ignore[no-untyped-def]
    days, factor, start, rows, limits, steps, most, lit, mix, table, plans, season, wants, price, locks,
    plant, volts, knots, clips, learns, plain, luck, lane, charge, months, weeks,
):  # fmt: skip
    """Some years of a block of lanes; `charge` goes in and out. months, weeks: shapes (years, 12, 7, LANES) and
    (years, 53, LANES), filled here."""
    f = np.float32
    s = np.zeros(ROWS * LANES, dtype=np.float32)
    s[: 6 * LANES] = lane
    pick, words = np.zeros(LANES, dtype=np.int32), np.zeros(LANES, dtype=np.int32)
    found, calm = np.zeros(4 * LANES, dtype=np.float32), True
    for i in range(LANES):
        s[Q + i], s[ALIVE + i], s[LEARNT + i] = charge[i], f(1.0), f(-1.0)
        v = knots[0, 0] + knots[0, 1] * charge[i]
        for k in range(1, 12):
            v += knots[k, 1] * max(charge[i] - knots[k, 0], f(0.0))
        s[U + i] = v
        s[LOWEST + i] = f(1.0)
    for year in range(days.shape[0]):
        for day in range(365):
            calendar = (start + day) % 365
            half = calendar * 24 // 365
            sun = factor[year, day]
            for i in range(LANES):
                s[STRENGTH + i] = s[PANEL + i] * sun
            first = days[year, day] * 24
            for hour in range(first, first + 24):
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
                look(s, pick, words, table, rows, first + 23)
                lessons(s, pick, words, found, f(year * 365 + day), plans[half], season, half, wants)
            if day % 7 == 6 or day == 364:
                weeks[year, day // 7] = s[LOWEST : LOWEST + LANES]
                for i in range(LANES):
                    s[LOWEST + i] = s[Q + i]
            month = calendar * 12 // 365
            if month != (calendar + 1) % 365 * 12 // 365 or day == 364:
                for i in range(LANES):
                    s[SEEN_AT + i] -= s[SEEN + i]
                for k in range(7):
                    at = DOWN_h + k * LANES
                    for i in range(LANES):
                        months[year, month, k, i] += s[at + i]
                        s[at + i] = f(0.0)
    charge[:] = s[Q : Q + LANES]
