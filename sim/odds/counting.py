"""From the sums of a block's lanes to the counts of `sim.odds.tally`, compiled."""

from __future__ import annotations

import numpy as np

from sim.odds.layout import MONTHS, WEEKS, jit

#: Days of the calendar's months here: a twelfth of 365 each, as `sim.odds.lanes` divides the year.
MONTH_DAYS = np.bincount(np.arange(365) * MONTHS // 365)
YEAR, HOURS, PACES, PER_DAY = 12, 8760, 1024, 4.0


@jit
def count(months, weeks, used, days_of, alive, alive_sq, down, pace, lowest, least, sums, ages, age, left):  # type: ignore[no-untyped-def]
    """Add one year of a block, of its first `used` lanes. months: (12, 7, LANES); weeks: (53, LANES);
    left: (LANES,)."""
    survivors = np.zeros(13)
    for i in range(used):
        whole = np.zeros(7)
        for month in range(MONTHS):
            for k in range(7):
                whole[k] += months[month, k, i]
                sums[month, k] += months[month, k, i]
            hours = int(months[month, 0, i] + 0.5)
            down[month, hours] += 1
            if hours == 0:
                survivors[month] += 1
            per_day = months[month, 5, i] / days_of[month]
            pace[month, min(int(per_day * PER_DAY), PACES - 1)] += 1
        for k in range(7):
            sums[YEAR, k] += whole[k]
        hours = min(int(whole[0] + 0.5), HOURS)
        down[YEAR, hours] += 1
        if hours == 0:
            survivors[YEAR] += 1
            ages[age, 1] += 1
        ages[age, 0] += 1
        ages[age, 2] += left[i]
        pace[YEAR, min(int(whole[5] / 365.0 * PER_DAY), PACES - 1)] += 1
        bottom = 100
        for week in range(WEEKS):
            charge = int(100.0 * min(max(weeks[week, i], 0.0), 1.0))
            lowest[week, charge] += 1
            bottom = min(bottom, charge)
        least[bottom] += 1
    for at in range(13):
        alive[at] += int(survivors[at])
        alive_sq[at] += (survivors[at] / used) ** 2
