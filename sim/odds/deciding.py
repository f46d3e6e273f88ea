"""A block's hour with its visitors: what each node decides, and the energy that takes."""

from __future__ import annotations

import numpy as np

from sim.odds.layout import (
    ALIVE,
    COUNT,
    CREDIT,
    DARK,
    FRESH,
    GAUGE,
    HELD,
    IDLE,
    LANES,
    LOAD,
    LOAD_X,
    LOCKED,
    MET,
    PICTURES,
    ROW,
    SEEN,
    SPENT,
    VISITORS,
    WAITING,
    OUT_h,
    Q,
    small,
)


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
    shut_J, shut_each_J, by_clock = price[11], price[12], price[13]
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
        s[OUT_h + i] += shut * alive
        motions = s[COUNT + i] * alive
        tired = (dark >= f(3.0)) & (share < full_)
        total = s[CREDIT + i] + motions * (share * f(0.125) if tired else share)
        go = min(np.floor(total * f(0.001)), motions) * (one - shut)
        s[CREDIT + i] = min(total - full_ * go, full_)
        scarce = share < full_
        by_wake = scarce_J * go + refused_J * (motions - go) if scarce else wake_J * motions
        by_wake = shut_J + shut_each_J * motions if shut > zero else by_wake
        in_dark = min(go, f(3.0) - dark) * keep
        kept = go + night * (in_dark - go)
        s[DARK + i] = min(dark + go, f(3.0)) * night + (one - night) * (zero if go > zero else dark)
        shown_J = (go - kept) * dark_J + kept * (small_J if small else picture_J)
        used = by_wake + shown_J
        have = s[WAITING + i] + kept
        sessions = np.floor((have + f(0.001)) / batch)
        sent = sessions * batch
        old = (s[HELD + i] > f(60.0)) & (go > zero) & (have > zero) & (sessions == zero)
        sent = have if old else sent
        sessions = one if old else sessions
        left = min(have - sent, room)
        s[HELD + i] = zero if (sessions > zero) | (left <= zero) else s[HELD + i] + motions
        s[WAITING + i] = left
        s[MET + i] += sessions
        used += sessions * join_J + sent * (little_J if small else big_J)
        s[IDLE + i] += (booked_J + by_wake) * alive
        s[SPENT + i] += (booked_J + used) * alive
        s[LOAD + i] = (base_J + used) * alive * s[LOAD_X + i]
        s[SEEN + i] += motions
        s[PICTURES + i] += kept
        s[VISITORS + i] += kept * mix
        limit = high if shut > zero else low
        s[LOCKED + i] = (one if soc < limit else zero) if motions + by_clock > zero else shut
        s[FRESH + i] = zero if go > zero else s[FRESH + i]


@small
def ramp(s, rows, lits, mixes, h, price, locks, calm):  # type: ignore[no-untyped-def]
    """The same for the plainest policy there is: from nothing at `low` to every motion at `full` per cent,
    each picture sent at once, none in the dark, and no lock-out."""
    f = np.float32
    lit, floor = lits[h], rows[h, 2]
    base_J, refused_J = price[0], price[4]
    each_J = price[6] + price[8] + price[9] + price[2] - refused_J if lit else price[5] + price[2] - refused_J
    zero, one = f(0.0), f(1.0)
    mix = mixes[h]
    slope = one / (locks[3] - locks[0])
    steep = f(100.0) / (f(1.0) - floor) * slope
    start = floor * steep + locks[0] * slope
    for i in range(LANES):
        share = min(max(s[Q + i] * steep + (s[GAUGE + i] * slope - start), zero), one)
        alive = one if calm else s[ALIVE + i]
        n = s[COUNT + i] * alive
        total = s[CREDIT + i] + n * share
        go = min(np.floor(total), n)
        s[CREDIT + i] = min(total - go, one)
        s[LOAD + i] = (base_J * alive + n * refused_J + go * each_J) * s[LOAD_X + i]
        s[SEEN + i] += n
        if lit:
            s[PICTURES + i] += go
            s[VISITORS + i] += go * mix
