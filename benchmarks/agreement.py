"""`bench agreement`: the energy model beside those who know better, and the fast kernel beside the full
twin."""

from __future__ import annotations

from statistics import median

from benchmarks.agreement_battery import bookkeeping
from benchmarks.agreement_sky import agreement, weathers, worst
from benchmarks.agreement_twin import WEEKS, compared
from benchmarks.contract import Figure, Progress, Result
from boards import list_designs


def run(progress: Progress) -> Result:
    """Sky and panel, battery, kernel."""
    progress("sky and panel", 0.0)
    figures: dict[str, Figure] = {}
    cases = agreement(weathers())
    for what, found in cases.items():
        year, month = worst(found)
        figures[f"{what.replace(' ', '_')}_pct"] = {"year": round(year, 4), "month": round(month, 3)}
    watts = [worst(found) for what, found in cases.items() if what.startswith("pvwatts")]
    figures["pvwatts_year_pct"] = round(max(year for year, _ in watts), 3)
    figures["pvwatts_month_pct"] = round(max(month for _, month in watts), 3)
    progress("battery", 0.3)
    figures["bookkeeping"] = {name: max(errors.values()) for name, errors in bookkeeping().items()}
    figures |= _kernel(progress)
    return Result(figures)


def _kernel(progress: Progress) -> dict[str, Figure]:
    """Four seeded weeks of every design."""
    names = list_designs()
    rows: dict[str, Figure] = {}
    load, harvest, down = [0.0], [0.0], [0.0]  # worst of all weeks below
    for at, name in enumerate(names):
        for week in WEEKS:
            progress(f"{name}, week from day {week.start_day}", 0.4 + 0.6 * at / len(names))
            both = compared(name, week)
            load.append(both.load_off_pct)
            harvest.append(abs(both.harvest_pct))
            down.append(abs(both.down_h))
            rows[f"{name} {week.start_day}"] = {
                "harvest_pct": round(both.harvest_pct, 3),
                "load_pct": round(both.load_pct, 3),
                "load_supplied_pct": round(both.awake_load_pct, 3),
                "down_h": [round(both.kernel[2], 1), round(both.twin[2], 1)],
            }
    return {
        "kernel_vs_twin_load_pct": round(max(load), 3),
        "kernel_vs_twin_harvest_pct": round(max(harvest), 3),
        "kernel_vs_twin_down_h": round(max(down), 1),
        "kernel_vs_twin_load_median_pct": round(median(load[1:]), 3),
        "kernel_vs_twin_harvest_median_pct": round(median(harvest[1:]), 3),
        "weeks": rows,
    }
