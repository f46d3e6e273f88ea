"""The fast kernel's inner loop, compiled: hours, motions, decisions, plant (`sim.kernel` calls it)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from sim.kernel_hour import hour as hour_of
from sim.kernel_hour import jit_of, open_circuit, worth_of
from sim.kernel_plant import Floats
from sim.policy_source import compiled, plain

#: Left of a session when the policy is asked, s: here a session takes no time.
SESSION_s = 60


@lru_cache(maxsize=2)
def loop(quick: bool = True) -> Callable[..., tuple[Floats, Floats]]:
    """The loop, compiled; or (not `quick`) the same in plain Python: seconds for a year, and no numba."""
    space: dict[str, Any] = compiled() if quick else plain()
    jit = jit_of(quick)
    decide, duty, batch_of, learn = space["decide"], space["duty"], space["batch"], space["learn"]
    LOCK, CAMERA, KEEP, LINK, TIER = (space[name] for name in ("LOCK", "CAMERA", "KEEP", "LINK", "TIER"))
    back_off, served = space["back_off"], space["served"]
    at_charge, passed, worth = open_circuit(quick), hour_of(quick), worth_of(quick)

    @jit
    def live(  # type: ignore[no-untyped-def]  # arrays and tuples as numba sees them
        amps, volts, standing_A, ohm, floor_C, q, u, cell, prices, first, kinds, up, who, config, season,
        first_J, fixed, gauge_error, batching, steps, soc0, start_hour, small_value,
    ):  # fmt: skip
        capacity_C = cell[0]
        sleep_W, booked_W, awake_W, wake_J, scarce_J, refused_J = prices[:6]
        dark_J, picture_J, small_J, join_J, kib_J, big, little = prices[6:13]
        locked_W, clocked = prices[14], prices[15]
        hours = len(first) - 1
        days = np.zeros((hours // 24, 11))
        hour_soc = np.zeros(hours)
        slots = np.zeros(24)  # EWMA: harvest of each hour of the day, J
        usual = 0.0  # and motions of a day
        charge = soc0 * capacity_C
        down = locked = False
        credit = waiting = held = fails = skips = dark = allow = 0
        waiting_KiB = 0.0
        harvest, base, wish, learnt = 0, 0, 0, -1
        charge_ref = int(soc0 * 10000)
        spent = idle = 0.0
        seen = 0
        share = 1000
        whole_mJ, little_mJ = int(1000 * (picture_J + big * kib_J)), int(1000 * (small_J + little * kib_J))
        join_mJ = int(1000 * join_J)
        base_W = awake_W if who == 6 else sleep_W
        for hour in range(hours):
            at, day = hour % len(standing_A), hour // 24
            ocv = at_charge(charge, q, u)
            # what a cold cell withholds is no charge to the node: its gauge knows the temperature
            held_back = floor_C[at] if who == 0 else 0.0
            soc = int(100.0 * (charge - held_back) / (capacity_C - held_back) + gauge_error)
            soc = min(100, max(0, soc))
            mV = int(1000 * ocv)
            if (
                hour % 24 == 0 and who == 4
            ):  # as Kansal: what the slots promise, and what the battery has too much
                promised = slots.sum() - 86400.0 * base_W
                spare = (charge / capacity_C - 0.6) * capacity_C * ocv / 10.0
                cost = max(1.0, usual) * (picture_J + big * kib_J + join_J)
                share = int(1000 * min(1.0, max(0.0, (promised + spare) / cost)))
            load_J = 0.0
            good = 0.0
            if not down:
                load_J = base_W * 3600.0
                if locked and who < 5:
                    load_J += locked_W * 3600.0
                spent += booked_W * 3600.0 if who != 6 else load_J
                idle += booked_W * 3600.0
                for one in range(first[hour], first[hour + 1]):
                    kind = kinds[one]
                    lit = kind == 0 or kind == 1
                    seen += 1
                    days[day, 2] += 1
                    days[day, 3] += 1 if kind == 1 else 0
                    held = held + 1 if waiting else 0
                    if who == 0:
                        share = served(soc, allow, dark, config)
                    elif who == 1:
                        share = duty(soc, 0, config)
                    elif who == 2:
                        share = int(1000 * fixed)
                    elif who != 4:
                        share = 1000
                    full = 2 if waiting >= config[12] + 1 else 0
                    snapshot = (
                        CAMERA, soc, mV, int(locked), 0, credit, waiting, skips, 0, dark, int(not lit), 0,
                        full, 0, allow, held, 0, mV, whole_mJ, little_mJ, join_mJ, SESSION_s,
                    )  # fmt: skip
                    if who == 0:
                        go = decide(snapshot, config)[0] == 1
                    else:
                        go = not locked and not (full and skips) and credit + share >= 1000
                    used = wake_J
                    if who == 6 or (locked and clocked > 0.0):
                        used = 0.0
                    elif locked or (share < 1000 and not go):
                        used = refused_J
                    elif share < 1000:
                        used = scarce_J
                    idle += used
                    if not go:
                        credit = min(credit + share, 1000)
                        skips = max(0, skips - 1) if full else skips
                    else:
                        credit = max(0, credit + share - 1000)
                        keep = lit or decide((KEEP,) + snapshot[1:], config)[0] == 1
                        dark = 0 if lit else min(dark + 1, 255)
                        if not keep:
                            used += dark_J
                        else:
                            small = who == 0 and decide((TIER,) + snapshot[1:], config)[0] == 1
                            used += small_J if small else picture_J
                            if waiting <= config[12]:
                                waiting += 1
                                waiting_KiB += little if small else big
                                days[day, 1] += 1
                                if kind == 1:
                                    good += small_value if small else 1.0
                        asked = (
                            LINK, soc, mV, int(locked), 0, credit, waiting, skips, 0, dark, 0, 0, full, 0,
                            allow, held, 0, mV, whole_mJ, little_mJ, join_mJ, SESSION_s,
                        )  # fmt: skip
                        if batching and who == 0:
                            send = decide(asked, config)[0] == 1
                        elif batching:
                            send = waiting >= batch_of(share, join_mJ, whole_mJ, config) and not skips
                        else:
                            send = waiting > 0 and not skips
                        if send and up[hour]:
                            used += join_J + waiting_KiB * kib_J
                            days[day, 10] += waiting
                            waiting, waiting_KiB, held, fails, skips = 0, 0.0, 0, 0, 0
                            if learnt < 0 or hour - learnt >= 20:
                                if learnt >= 0 and hour - learnt <= 240 and who == 0:
                                    pace = batch_of(share, join_mJ, whole_mJ, config)
                                    half = (start_hour + hour) % 8760 * 24 // 8760
                                    all_J = seen * (whole_mJ + join_mJ // pace) // 1000
                                    measured = int(10000.0 * charge / capacity_C)
                                    spans = (hour - learnt, charge_ref, measured, int(spent), int(idle))
                                    facts = spans + (share, half, all_J)
                                    believed = (first_J[0], config[0], first_J[1], first_J[2])
                                    harvest, base, wish, allow = learn(
                                        (harvest, base, wish, allow), facts, believed, season
                                    )
                                learnt, seen = hour, 0
                                charge_ref = int(10000.0 * charge / capacity_C)
                                spent = idle = 0.0
                        elif send:
                            used += 2.0 * join_J
                            fails = min(fails + 1, 255)
                            skips = back_off(fails)
                        elif skips:
                            skips -= 1
                    if who < 5:
                        locked = decide((LOCK,) + snapshot[1:], config)[0] == 1
                    load_J += used
                    spent += used
            was_down = down
            charge, gained_J, down = passed(
                charge, down, load_J, amps[at], volts, standing_A[at], ohm[at], floor_C[at], q, u, cell
            )
            if who == 4:
                slots[hour % 24] += 0.5 * (gained_J - slots[hour % 24])
                if hour % 24 == 23:
                    usual += 0.3 * (days[day, 2] - usual) if usual else days[day, 2]
            if was_down:
                days[day, 4] += 1
                if not down:
                    credit, allow, learnt = 0, 0, -1
                    harvest = base = wish = 0
            else:
                days[day, 5] += 1 if locked else 0
            days[day, 0] += good  # turned into worth at the day's end
            days[day, 6] += gained_J
            days[day, 7] += load_J
            days[day, 9] += share / 24000.0
            hour_soc[hour] = charge / capacity_C
            if hour % 24 == 23:
                days[day, 8] = charge / capacity_C
        for day in range(len(days)):
            days[day, 0] = worth(days[day, 0], steps)
        return days, hour_soc

    made: Callable[..., tuple[Floats, Floats]] = live
    return made
