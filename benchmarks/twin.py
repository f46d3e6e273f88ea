"""How fast the twin is: one node-year at full fidelity, thirty wakes a day, on one core.

Every wake boots, runs the firmware's files, takes and checks a picture, stores it, joins Wi-Fi and
uploads it to a home station that checks every byte.
"""

from __future__ import annotations

import sys
import time

from benchmarks.contract import Progress, Result

WAKES_A_DAY = 30
#: Short enough that the PIR has fallen before the node goes back to sleep: one visit, one wake.
STAY_s = 3.0
DAYS = 365


def run(progress: Progress) -> Result:
    from sim.run import build
    from sim.scenario import Scenario

    gap_s = 86_400.0 / WAKES_A_DAY
    visits = tuple((gap_s * (number + 0.5), STAY_s) for number in range(WAKES_A_DAY * DAYS))
    scenario = Scenario(days=DAYS, quiet=True, visits=visits)
    progress("preparing", 0.0)
    build(
        scenario.change(days=1.0, visits=visits[:WAKES_A_DAY])
    ).live()  # imports and pictures, once per process
    shown = [0.0]

    def told(share: float) -> None:
        if share - shown[0] >= 0.01:
            shown[0] = share
            progress(f"day {DAYS * share:.0f} of {DAYS}", share)

    started, cpu = time.perf_counter(), time.process_time()
    twin = build(scenario, told)
    twin.live()
    year_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    wakes = len(twin.life.notes)
    return Result(
        {
            "node_days_per_s": DAYS / year_s,
            "year_s": year_s,
            "year_cpu_s": cpu_s,
            "rss_mb": rss_mb(),
            "wakes": wakes,
            "wakes_a_day": wakes / DAYS,
            "ms_per_wake": 1000.0 * year_s / wakes,
            "pictures_delivered": len(twin.home.pictures),
            "history_entries": len(twin.world.t_s),
        }
    )


def rss_mb() -> float | None:
    """Largest resident set of this process so far, MB; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
