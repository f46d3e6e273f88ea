"""Whether a declared task may run now: pure, in plain integers.

Lock-out and duty are the policy's own (torpor.policy): a task of value 100 runs down to the lock-out, one of
value 0 every time only above full_pct, and in between fewer and fewer times. What is added here is the price:
a task must find its energy in the battery, and leave what more valuable tasks will want.
"""

from torpor import policy, triggers
from torpor.reasons import RESERVE

RESERVE_days = 3  # without sun, for which the more valuable tasks must be able to go on


def wanted_mJ(tasks, value):
    """What the tasks that are worth more than `value` take in a day, by what they declare."""
    return sum([triggers.per_day(task.trigger) * task.cost_mJ for task in tasks if task.value > value])


def spare_J(charge, low_pct, cell_J):
    """Energy above the lock-out; `charge` in 1/100 %."""
    return max(0, charge - 100 * low_pct) * cell_J // 10000


def admit(task, number, charge, locked, stuck, tasks, config, cell_J):
    """(1, GO) or (0, reason). `number` counts the times that it was due: of them the policy's share runs,
    evenly. `stuck`: of its pin. `config` is policy's."""
    fits_mJ = task.cost_mJ + RESERVE_days * wanted_mJ(tasks, task.value)
    if not locked and spare_J(charge, config[0], cell_J) < fits_mJ // 1000:
        return 0, RESERVE
    low, full = config[0], config[2]
    ramp = config[:2] + (low + (full - low) * (100 - task.value) // 100,) + config[3:]
    soc = charge // 100
    credit = (number - 1) * policy.duty(soc, 0, ramp) % 1000
    # in the order of policy's snapshots; what only a camera has is 0
    return policy.decide((policy.CAMERA, soc, 0, locked, 0, credit, 0, 0, stuck) + (0,) * 13, ramp)
