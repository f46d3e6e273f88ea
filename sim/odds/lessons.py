"""A block's daily lesson, by the firmware's own `learn`."""

from __future__ import annotations

import numpy as np

from sim.odds.layout import (
    ALIVE,
    BASE,
    CAPACITY_J,
    CREDIT,
    HARVEST,
    IDLE,
    LANES,
    LEARNT,
    MET,
    NEW_BASE,
    NEW_HARVEST,
    PART_H,
    PART_Q,
    REFS,
    ROW,
    SEEN,
    SEEN_AT,
    SPENT,
    WISH,
    Q,
    small,
)
from sim.odds.lesson import HARVESTS, learn, place


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
    """At the end of a day: whoever spoke with home learns what torpor.learning says. `learn` is asked twice:
    for what it asks its plan, and, with the plan's answer looked up between, for what it makes of that.
    wants: picture J, join J, first harvest J, first base J, low_pct.

    Its facts are put together in both loops: in a function of its own the compiler takes one lane at a time,
    and a lesson as long again.
    """
    f = np.float32
    zero = f(0.0)
    for i in range(LANES):
        _, _, hours, charge = facts_of(s, words, i, day)
        share, pace = f(words[i] & 1023), f((words[i] >> 10) & 255)
        all_J = np.floor((s[SEEN + i] - s[SEEN_AT + i]) * (wants[0] + wants[1] / pace))
        spent, idle = np.floor(s[SPENT + i]), np.floor(s[IDLE + i])
        facts = (hours, s[REFS + i], charge, spent, idle, share, half, all_J)
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
        spent, idle = np.floor(s[SPENT + i]), np.floor(s[IDLE + i])
        facts = (hours, s[REFS + i], charge, spent, idle, share, half, all_J)
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
