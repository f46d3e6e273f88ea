"""The node's own `decide()` for many lanes: asked once for every charge and every plan, before a run.

A line of the table holds what a motion meets: the share of motions that have the camera, pictures per
session, whether a dark frame is kept, whether the picture is small. Its index is `101 * allow + soc`. The
plain siblings are tables too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel import Prices
from sim.odds.keeping import kept
from sim.policy_source import order, plain

#: Plans: `allow` of the record is one more than the share in 1/250.
PLANS, SOCS = 252, 101
#: Places in a line: share in bits 0 to 9, pictures per session from here, keep, small.
BATCH_BIT, KEEP_BIT, SMALL_BIT = 10, 18, 19


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A policy.

    Attributes
    ----------
    table : shape (PLANS * SOCS,). lock : charges in per cent: below the first it locks itself out, from the
    second on it works again, and pictures it has room for. learns : it learns daily.
    """

    table: NDArray[np.int32]
    lock: tuple[float, float, float]
    learns: bool


def rules(policy: str, config: Mapping[str, int], prices: Prices) -> Rules:
    """Tabulate a policy for a node's configuration (decide's Config) and what actions cost."""
    costs = mJ(prices)
    room = float(config["spool"] + 1)
    if policy == "always_on":
        return Rules(_constant(1000), (-1.0, -1.0, room), False)
    lock = _lock(tuple(int(config[name]) for name in order("Config")))
    if policy == "ours":
        whole = kept("rules", (sorted(config.items()), costs), lambda: _table(config, costs, PLANS))
        return Rules(whole.astype(np.int32), (*lock, room), True)
    if policy == "ramp":
        one = _table({**config, "full_pct": 100}, costs, 1) & ~np.int32(255 << BATCH_BIT) | 1 << BATCH_BIT
        return Rules(np.tile(one, PLANS), (*lock, room), False)
    return Rules(_constant({"greedy": 1000, "fixed": 250}[policy]), (*lock, room), False)


def mJ(prices: Prices) -> tuple[int, int, int]:
    """What a whole picture, a small one and a join cost, mJ, as the snapshot says it."""
    whole = prices.picture_J + prices.big_KiB * prices.kib_J
    small = prices.small_J + prices.small_KiB * prices.kib_J
    return int(1000 * whole), int(1000 * small), int(1000 * prices.join_J)


def _constant(share: int) -> NDArray[np.int32]:
    return np.full(PLANS * SOCS, share | 1 << BATCH_BIT | 1 << KEEP_BIT, dtype=np.int32)


def _table(config: Mapping[str, int], costs: tuple[int, int, int], plans: int) -> NDArray[np.int32]:
    """What the firmware's source says at every charge and plan."""
    space = plain()
    values = tuple(int(config[name]) for name in order("Config"))
    names = order("Snapshot")
    known: dict[str, Any] = dict.fromkeys(names, 0)
    known.update(mV=4000, load_mV=4000, is_dark=1, left_s=60)
    known.update(zip(("picture_mJ", "small_mJ", "join_mJ"), costs, strict=True))
    at = {name: names.index(name) for name in ("question", "soc", "allow")}
    asked = [known[name] for name in names]
    lines = []
    for allow in range(plans):
        for soc in range(SOCS):
            asked[at["soc"]], asked[at["allow"]] = soc, allow
            share = space["duty"](soc, allow, values)
            line = share | space["batch"](share, costs[2], costs[0], values) << BATCH_BIT
            for question, bit in (("KEEP", KEEP_BIT), ("TIER", SMALL_BIT)):
                asked[at["question"]] = space[question]
                line |= space["decide"](tuple(asked), values)[0] << bit
            lines.append(line)
    return np.array(lines, dtype=np.int32)


def _lock(config: tuple[int, ...]) -> tuple[float, float]:
    """At which charges `decide` locks a node out and lets it work again, per cent."""
    space, names = plain(), order("Snapshot")

    def locked(soc: int, before: int) -> bool:
        known = {"question": space["LOCK"], "soc": soc, "locked": before}
        return bool(space["decide"](tuple(known.get(name, 0) for name in names), config)[0])

    return (
        float(next((soc for soc in range(SOCS) if not locked(soc, 0)), SOCS)),
        float(next((soc for soc in range(SOCS) if not locked(soc, 1)), SOCS)),
    )
