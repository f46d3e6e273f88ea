"""What the node learns once a day from its harvest, and what it plans with that: pure, in plain integers.

A plan is the largest even service that the projected charge bears through the next half-year. The projection
scales the sun's course over the year (torpor.season) by the harvest that this panel really had.
"""

from micropython import const

HALVES = const(24)  # half-months of a year
AHEAD = const(12)  # of them in a plan
HALF_d10 = const(152)  # days of a half-month, tenths
YEAR_s = const(31556926)
MEMORY_h = const(336)  # weight of a day: 24 of so many hours
BRIM = const(9700)  # charge, 1/100 %, from which on the battery may have refused sun
TRUST = const(80)  # of the projected harvest, per cent
RESERVE = const(800)  # kept above the lock-out, 1/100 %
LEAST_SHARE = const(50)  # served, per mille, below which it says little of all
LEAST = const(32)  # of what it takes to live at all such a share is spent in any case: less saves nothing
STEPS = const(8)  # halvings of the search for a plan

STATE = ("harvest", "base", "wish", "allow")  # as in the record (docs/memory.md)
FACTS = ("hours", "charge_ref", "charge", "spent_J", "base_J", "share", "half", "motion_J")
CONFIG = ("capacity_J", "low_pct", "harvest_J", "base_J")  # the last two: what rows promise


def half_month(now_s):
    """Number of the half-month of the year at `now_s` (since 1970), 0 to 23."""
    return now_s % YEAR_s * HALVES // YEAR_s


def learn(state, facts, config, season):
    """The state after one lesson. `season`: the sun of each half-month, per mille of the best; `share`: of
    the motions that had their picture, per mille; `motion_J`: what all of them would cost by the rows."""
    hours, charge_ref, charge, spent_J, base_J, share, half, motion_J = facts
    harvest = state[0] or config[2]
    base = state[1] or config[3]
    wish = state[2] or motion_J * 24 // hours
    weight = min(hours, MEMORY_h // 2)
    gained = spent_J + (charge - charge_ref) * config[0] // 10000
    use = base_J * 24 // hours
    if gained < 0:  # more went than was counted: a sleep that is dearer than its row
        use -= gained * 24 // hours
        gained = 0
    seen_best = gained * 24 // hours * 1000 // max(50, season[half])
    if seen_best > harvest or max(charge, charge_ref) < BRIM:
        harvest += (seen_best - harvest) * weight // MEMORY_h
    base += (use - base) * weight // MEMORY_h
    if share >= LEAST_SHARE:
        whole = (spent_J - base_J) * 24 // hours * 1000 // share
        wish += (whole - wish) * weight // MEMORY_h
    wish = min(max(wish, 1), 65535)
    service_J = max(plan(charge, half, harvest, base, wish, config, season), min(wish, base // LEAST))
    return min(max(harvest, 1), 65535), min(max(base, 1), 65535), wish, 1 + 250 * service_J // wish


def plan(charge, half, harvest, base, most_J, config, season):
    """The largest even service, J a day up to `most_J`, that keeps the charge above the reserve."""
    low, high = 0, most_J
    if not _bears(high, charge, half, harvest, base, config, season):
        for _ in range(STEPS):
            middle = (low + high) // 2
            if _bears(middle, charge, half, harvest, base, config, season):
                low = middle
            else:
                high = middle
        return low
    return high


def _bears(service_J, charge, half, harvest, base, config, season):
    full = config[0]
    floor = full // 100 * config[1] + full // 10000 * RESERVE
    stored = full // 100 * charge // 100
    for ahead in range(AHEAD):
        sun = harvest * season[(half + ahead) % HALVES] // 1000 * TRUST // 100
        stored += (sun - base - service_J) * HALF_d10 // 10
        if stored >= full:
            return True  # what comes after a full cell does not hang on what is spent before
        if stored < floor:
            return False
    return True
