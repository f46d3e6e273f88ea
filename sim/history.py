"""Stretches of a run's exact history."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np

from sim.books import FloatArray
from sim.life import Life
from sim.result import Segments
from sim.watching import reason_names
from sim.world import World


def ordinary_wake(life: Life, world: World) -> Segments:
    """A wake of median length in which a picture was sent, with a little sleep on both sides."""
    sent = {name: code for code, name in reason_names().items()}["SENT"]
    good = [note for note in life.notes if sent in note.reasons and note.cause == "pin" and note.load_J > 0]
    if not good:
        good = [note for note in life.notes if note.load_J > 0] or life.notes
    note = sorted(good, key=lambda one: one.asleep_s - one.booted_s)[len(good) // 2]
    return stretch(world, note.booted_s - 1.0, min(note.asleep_s, world.now) + 2.0)


def stretch(world: World, from_s: float, until_s: float) -> Segments:
    """The exact history between two times."""
    within = _within(world, from_s, until_s)
    t_s = np.array(world.t_s[within])
    end = np.minimum(t_s + np.array(world.dt_s[within]), until_s)
    start = np.maximum(t_s, from_s)
    return Segments(
        start,
        end - start,
        np.array(world.volts[within], dtype=float),
        np.array(world.mA[within], dtype=float),
        world.states[within],
        np.array(world.wakes[within], dtype=np.int64),
    )


def _within(world: World, from_s: float, until_s: float) -> slice:
    return slice(max(0, bisect_right(world.t_s, from_s) - 1), bisect_left(world.t_s, until_s))


def charged_mC(world: World, from_s: float, until_s: float, t_s: FloatArray) -> FloatArray:
    """What the charger had brought at these times between the two: of each stretch evenly, but of one that is
    longer than an hour, a sleep, what each hour brought."""
    within = _within(world, from_s, until_s)
    starts = np.array(world.t_s[within])
    charged_mA = np.array(world.mA[within], dtype=float) - np.array(world.battery_mA[within], dtype=float)
    by_hour = 1000.0 * np.cumsum([0.0, *world.plant.books.charged_C])
    hours_s = np.minimum(3600.0 * np.arange(len(by_hour)), world.now)
    inside = [hours_s[(hours_s > from_s) & (hours_s < until_s)], starts[1:]]
    bounds = np.unique(np.concatenate([*inside, [from_s, until_s]]))
    at = np.searchsorted(starts, bounds[1:], side="left") - 1
    of_hours = np.diff(np.interp(bounds, hours_s, by_hour))
    long = np.array(world.dt_s[within])[at] > 3600.0
    brought = np.where(long, of_hours, charged_mA[at] * np.diff(bounds))
    return np.interp(t_s, bounds, np.concatenate(([0.0], np.cumsum(brought))))
