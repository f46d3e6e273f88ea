"""What a node's return from the dark costs: one cold start, by the twin with the real firmware."""

from __future__ import annotations

from functools import lru_cache

from boards import load_design
from boards.ways import share_at
from sim.hour_table import supply_limits_V
from sim.run import run
from sim.scenario import Scenario

#: Long enough for one cold start and the sleep after it, days. Ours.
DAYS = 0.02
#: It comes back with this much more than what its supply asks for, 0..1: deep in its lock-out, so that it
#: takes no picture and sends nothing. Ours.
SPARE = 0.04


@lru_cache(maxsize=64)
def boot_J(design: str) -> float:
    """Energy at the battery from the protection's release to the first true sleep, J.

    `design` : its name, or the path of its file. Some tenths of a second for the first answer.
    """
    loaded = load_design(design)
    charge = share_at(loaded.cell, supply_limits_V(loaded)[1]) + SPARE
    _, twin = run(Scenario(design, days=DAYS, quiet=True, soc=charge, panel_scale=0.01, start_day=165))
    return twin.life.notes[0].load_J
