"""A block's hour of panel, charger, battery and protection."""

from __future__ import annotations

import numpy as np

from sim.odds.layout import (
    ALIVE,
    DONE,
    FRESH,
    GAINED_J,
    IN_A,
    LANES,
    LOAD,
    LOAD_X,
    LOCKED,
    LOWEST,
    OUT_A,
    PER_A,
    STIFF,
    STRENGTH,
    TAKEN_J,
    WAS_U,
    DOWN_h,
    FILL_Ah,
    Q,
    U,
    small,
)


@small
def live(s, rows, h, volts, knots, plant, clips, calm):  # type: ignore[no-untyped-def]
    """The power plant's hour, in three loops whose constants each fit the registers; returns how many nodes
    have their supply and no lock-out."""
    charged(s, rows, h, volts, plant, clips)
    open_circuit(s, knots)
    return supplied(s, rows, h, plant, calm)


@small
def charged(s, rows, h, volts, plant, clips):  # type: ignore[no-untyped-def]
    """What the panel gives and what is in the battery after it."""
    f = np.float32
    standing, keeps, swing = rows[h, 0], np.float32(1.0) - rows[h, 3], rows[h, 4]
    i0, s0, s1, s2, s3, s4 = rows[h, 6], rows[h, 7], rows[h, 8], rows[h, 9], rows[h, 10], rows[h, 11]
    limit, quiescent, again_V, end_q = plant[0], plant[1], plant[2], rows[h, 5]
    asleep_A, spared_A = plant[7], plant[8]
    v0, v1, v2, v3, v4 = volts[0], volts[1], volts[2], volts[3], volts[4]
    zero, one = f(0.0), f(1.0)
    if asleep_A > zero:  # what is a constant current, not a constant power
        for i in range(LANES):
            steady_A = (asleep_A - spared_A * s[FRESH + i]) * s[ALIVE + i] * s[LOAD_X + i]
            s[LOAD + i] += steady_A * f(3600.0) * s[U + i]
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
        done = s[DONE + i] if (x > zero) & (volt > again_V) else zero
        x = zero if done > zero else x
        out = load_A + standing
        end = was * keeps + (x - out) * per
        over = max(end - max(end_q, was), zero) if x > zero else zero
        s[IN_A + i] = x - over * s[FILL_Ah + i]
        s[OUT_A + i] = out
        s[DONE + i] = one if over > zero else done
        s[Q + i] = max(end - over, zero)
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
        # a curve is steepest at its end: the mean of the hour in which a charge ends lies nearer to its start
        part = f(0.25) if s[DONE + i] > zero else f(0.5)
        u_mean = s[WAS_U + i] + part * (v - s[WAS_U + i])
        s[GAINED_J + i] += x * f(3600.0) * (u_mean + r * (x - out))
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
            s[FRESH + i] = one if alive <= zero else s[FRESH + i]
            s[Q + i] = end - boot * s[PER_A + i] * max(zero, now - alive)
        s[ALIVE + i] = now
        up += now - s[LOCKED + i]
    return up
