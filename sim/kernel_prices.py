"""What the fast kernel is told: prices from a short run of the twin, and the very motions of a garden."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from boards import Design
from sim.air import Link
from sim.kernel import FALSE_DARK, FALSE_LIT, VISITOR_DARK, VISITOR_LIT, Motions, Prices
from sim.nodefile import node_values
from sim.prices import PICTURES_KiB, board_mW, sleep_W
from sim.run import run
from sim.scenario import Scenario
from sim.sky import Sky
from sim.visitors import Garden, false_motions, visitors
from sim.weather import Weather

#: The twin's run: long enough for some hundred pictures, at the sun's best.
DAYS, START_DAY = 8, 165
#: Light (`Sky.light`) below which a picture is dark. Source: the twin's report calls such pictures dark.
DARK = 0.05


@lru_cache(maxsize=16)
def prices_of(design: str, garden: Garden, link: Link) -> Prices:
    """Prices of a design's node from a run of the twin, full battery, with a garden and a link.

    What a wake takes beside picture and radio, its hold-offs included, is shared among the motions that the
    PIR saw, so that the sum is the twin's own.
    """
    result, twin = run(Scenario(design, days=float(DAYS), start_day=START_DAY, garden=garden, link=link))
    spent = {state: 3600.0 * Wh for state, Wh in result.energy_by_state_Wh.items()}
    count = result.journal_counts
    pictures = max(1, count.get("PICTURE", 0))
    taken_J = sum(spent.get(state, 0.0) for state in ("CAMERA", "CAPTURE", "STORE"))
    kib = sum(picture.size for picture in result.pictures) / 1024.0 / max(1, len(result.pictures))
    asleep_W = sleep_W(twin.design, "deep_sleep_pin")
    motions, _ = motions_of(garden, twin.sky.weather, twin.sky, DAYS, START_DAY, twin.scenario.seed)
    rest_J = sum(spent.values()) - taken_J - spent.get("CONNECT", 0.0) - spent.get("UPLOAD", 0.0)
    camera_J = spent.get("CAMERA", 0.0) / pictures
    small_kib = kib * PICTURES_KiB[1] / PICTURES_KiB[0]
    by_size_J = (taken_J / pictures - camera_J) * (1.0 - PICTURES_KiB[1] / PICTURES_KiB[0])
    return Prices(
        sleep_W=asleep_W,
        booked_W=node_values(twin.design)["SLEEP_PIN_uW"] / 1e6,  # type: ignore[operator]
        awake_W=board_mW(twin.design, "radio_idle") / 1000.0 + asleep_W,
        wake_J=max(0.0, rest_J - asleep_W * DAYS * 86_400.0) / max(1, len(motions.kinds)),
        dark_J=camera_J,
        picture_J=taken_J / pictures,
        small_J=taken_J / pictures - by_size_J,
        join_J=spent.get("CONNECT", 0.0) / max(1, count.get("SENT", 0)),
        kib_J=spent.get("UPLOAD", 0.0) / max(1.0, kib * pictures),
        big_KiB=kib,
        small_KiB=small_kib,
    )


def motions_of(
    garden: Garden, weather: Weather, sky: Sky, days: int, start_day: int, seed: int
) -> tuple[Motions, float]:
    """Motions as the twin's PIR sees them, and how many visitors a mean day has in daylight."""
    south = weather.latitude < 0.0
    found = [one for one in visitors(garden, days, start_day, seed, south) if one.seen]
    false = false_motions(garden, weather, days, start_day * 24, seed)
    times = [(one.t_s, VISITOR_LIT, VISITOR_DARK) for one in found]
    times += [(t_s, FALSE_LIT, FALSE_DARK) for t_s, _ in false]
    times.sort()
    kinds = [lit if sky.light(t_s) >= DARK else dark for t_s, lit, dark in times]
    hours = np.array([t_s / 3600.0 for t_s, _, _ in times])
    first = np.searchsorted(hours, np.arange(days * 24 + 1))
    return Motions(first, np.array(kinds, dtype=np.int64)), kinds.count(VISITOR_LIT) / days


def config_of(design: Design, settings: dict[str, int] | None = None) -> dict[str, int]:
    """decide's Config for a design, by its names, as torpor's own settings and rows give it."""
    rows = node_values(design)
    known = {
        "low_pct": rows["LOW_PCT"], "high_pct": rows["HIGH_PCT"], "full_pct": 60, "batch": 1, "holdoff_s": 30,
        "night": 1, "wakes_h": 60, "spool": rows["SPOOL_FITS"], "edge": rows["EDGE"],
    }  # fmt: skip
    for name in ("burst_mV", "holdoff_max_s", "pir_s", "recheck_s", "sag_mV"):
        word, _, unit = name.rpartition("_")
        known[name] = rows[f"{word.upper()}_{unit}"]
    return {name: int(str(value)) for name, value in {**known, **(settings or {})}.items()}
