# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""The runner: walks a declared table from wake to sleep. It is the only loop of a wake.

A step is a plain function while the shutter waits (importing asyncio costs as much as the whole
triage) and an `async def` afterwards. It returns an outcome; the table names the next state.
"""

import microcontroller
from micropython import const

from torpor import clock
from torpor.reasons import CRASH, TOO_DEAR, TOO_LONG

OK, FAIL, SKIP, LOW, CRITICAL, DEADLINE, DUE = range(7)

SAMPLE_ms = const(200)  # a meter reading every so often beside a running step
MAX_STEPS = const(16)  # no path is longer (tests walk the graph)

watch = None  # the twin's ear: watch(state); None on a board


def following(table, state, outcome):
    """The next state. Where the table is silent, critical goes to RECOVER and the rest to SETTLE."""
    for row in table.ROWS:
        if row[0] == state and row[1] == outcome:
            return row[2]
    if state == table.RECOVER:
        return table.SLEEP
    if outcome == CRITICAL:
        return table.RECOVER
    return table.SLEEP if state == table.SETTLE else table.SETTLE


def run(table, wake):
    """From table.START to table.SLEEP; the step of SLEEP does not return, nor does this."""
    state = table.START
    for _ in range(MAX_STEPS):
        state = following(table, state, _visit(table, wake, state))
        if state == table.SLEEP:
            break
    _visit(table, wake, table.SLEEP)
    raise RuntimeError("awake after SLEEP")  # code.py sleeps without the framework


def _visit(table, wake, state):
    """One state: ledger, watchdog, ceilings; whatever a step throws ends in the journal."""
    _, module, name, limit_ms, limit_mJ = table.STEPS[state]
    if watch:
        watch(state)
    wake.feed()
    wake.enter(state, limit_ms)
    try:
        outcome = getattr(__import__(module), name)(wake)
        if hasattr(outcome, "send"):
            from torpor import tasks

            outcome = tasks.supervise(outcome, wake, limit_mJ)
    except Exception as error:
        wake.crash(state, error)
        outcome = FAIL
    if outcome == DEADLINE:
        wake.journal.event(TOO_DEAR if wake.too_dear else TOO_LONG, state)
    wake.leave()
    return outcome


class Wake:
    """Everything of this wake that steps share; `load` fills it in BOOT."""

    def __init__(self, record, journal, ledger, rails):
        self.record = record
        self.journal = journal
        self.ledger = ledger
        self.rails = rails
        self.meter = self.meter_bus = None
        self.settings = self.config = None
        self.too_dear = False
        self.end = clock.now()
        self._dog = None

    def enter(self, state, limit_ms):
        self.end = clock.after(limit_ms)
        self.too_dear = False
        self.ledger.begin(state)

    def leave(self):
        self.ledger.end()

    def guard(self, limit_ms):
        """Arm the watchdog where the board has one: a hang ends in a reset."""
        if limit_ms:
            from watchdog import WatchDogMode

            self._dog = microcontroller.watchdog
            self._dog.timeout = limit_ms / 1000
            self._dog.mode = WatchDogMode.RESET

    def feed(self):
        if self._dog:
            self._dog.feed()

    def alive(self):
        """A long step got one piece further: feed, but only inside its time ceiling."""
        if clock.left(self.end) > 0:
            self.feed()

    def unguard(self):
        if self._dog:
            self._dog.mode = None

    def crash(self, state, error):
        self.record.crashes = min(self.record.crashes + 1, 255)
        self.journal.event(CRASH, state)
        print("step", state, "failed:", repr(error))
