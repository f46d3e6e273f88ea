"""The graph of a node with declared tasks. Where ROWS is silent, critical goes to RECOVER, all else to
SETTLE, SETTLE and RECOVER to SLEEP. Its states have the camera's numbers: one ledger serves both."""

from torpor.machine import DEADLINE, DUE, FAIL, LOW, OK, SKIP

BOOT, PLAN, TASK, _, _, CONNECT, UPLOAD, SETTLE, SLEEP, RECOVER = range(10)
NAMES = "BOOT PLAN TASK - - CONNECT UPLOAD SETTLE SLEEP RECOVER".split()
START = BOOT

ROWS = (
    # state, outcome, next
    (BOOT, OK, PLAN),
    (BOOT, FAIL, SLEEP),  # no settings to work with
    (PLAN, OK, TASK),
    (PLAN, DUE, CONNECT),  # only to speak
    (PLAN, SKIP, SLEEP),  # nothing is due, or nothing may be
    (PLAN, LOW, SLEEP),  # locked out
    (TASK, OK, TASK),  # the next one
    (TASK, FAIL, TASK),
    (TASK, DEADLINE, TASK),
    (TASK, DUE, CONNECT),
    (CONNECT, OK, UPLOAD),
    (SETTLE, OK, SLEEP),
)

STEPS = [
    # state, module, step, ceilings: ms, mJ
    (BOOT, "torpor.planning", "boot", 4000, 2000),
    (PLAN, "torpor.planning", "plan", 4000, 2000),
    (TASK, "torpor.planning", "task", 4000, 2000),  # ceilings: of the task at hand
    (3, "torpor.retiring", "settle", 4000, 2000),
    (4, "torpor.retiring", "settle", 4000, 2000),
    (CONNECT, "torpor.reporting", "connect", 16000, 12000),
    (UPLOAD, "torpor.reporting", "send", 60000, 40000),
    (SETTLE, "torpor.retiring", "settle", 4000, 2000),
    (SLEEP, "torpor.retiring", "sleep_now", 4000, 2000),
    (RECOVER, "torpor.retiring", "recover", 4000, 2000),
]
