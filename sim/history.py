"""Stretches of a run's exact history."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np

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
    first = max(0, bisect_right(world.t_s, from_s) - 1)
    last = bisect_left(world.t_s, until_s)
    t_s = np.array(world.t_s[first:last])
    end = np.minimum(t_s + np.array(world.dt_s[first:last]), until_s)
    start = np.maximum(t_s, from_s)
    return Segments(
        start,
        end - start,
        np.array(world.volts[first:last], dtype=float),
        np.array(world.mA[first:last], dtype=float),
        world.states[first:last],
        np.array(world.wakes[first:last], dtype=np.int64),
    )
