"""The runner walks a declared table from wake to sleep: the only loop. A step is a plain function
while the shutter waits, then an `async def`. It returns an outcome; the table names the next state."""

import microcontroller

from torpor import clock

OK, FAIL, SKIP, LOW, CRITICAL, DEADLINE, DUE = range(7)

MAX_STEPS = 16  # no path is longer

watch = None  # the twin's ear: watch(state)


def following(table, state, outcome):
    """The next state, also where the table is silent."""
    for row in table.ROWS:
        if row[0] == state and row[1] == outcome:
            return row[2]
    if outcome == CRITICAL and state != table.RECOVER:
        return table.RECOVER
    return table.SLEEP if state in (table.SETTLE, table.RECOVER) else table.SETTLE


def run(table, wake):
    """From table.START to table.SLEEP, whose step does not return."""
    state = table.START
    for _ in range(MAX_STEPS):
        state = following(table, state, _visit(table, wake, state))
        if state == table.SLEEP:
            break
    _visit(table, wake, table.SLEEP)
    raise RuntimeError("awake after SLEEP")  # code.py sleeps then


def _visit(table, wake, state):
    """One state; whatever its step throws ends in the journal."""
    _, module, name, limit_ms, limit_mJ = table.STEPS[state]
    if watch:
        watch(state)
    wake.enter(state, limit_ms)
    try:
        outcome = getattr(__import__(module, None, None, name), name)(wake)
        if hasattr(outcome, "send"):
            from torpor import tasks

            outcome = tasks.supervise(outcome, wake, limit_mJ)
    except Exception as error:
        print("step", state, "failed:", repr(error))
        wake.books().crash(state)
        outcome = FAIL
    if outcome == DEADLINE:
        wake.books().late(state)
    if wake.ledger:
        wake.ledger.end()
    return outcome


class Wake:
    """What steps share; `books` are opened when first wanted."""

    def __init__(self, record, rails, pir):
        self.record = record
        self.rails = rails
        self.pir = pir
        self.visits = []  # (state, when) before there is a ledger
        self.journal = self.ledger = self.meter = self.meter_bus = self.settings = self.config = self.dog = (
            None
        )

    def books(self):
        if not self.journal:
            from torpor import ledger

            ledger.open_books(self)
        return self.journal

    def enter(self, state, limit_ms):
        self.end = clock.after(limit_ms)
        self.feed()
        if self.ledger:
            self.ledger.begin(state)
        else:
            self.visits.append((state, clock.now()))

    def guard(self, limit_ms):
        if limit_ms:
            from watchdog import WatchDogMode

            self.dog = microcontroller.watchdog
            self.dog.timeout = limit_ms / 1000
            self.dog.mode = WatchDogMode.RESET

    def feed(self):
        if self.dog:
            self.dog.feed()
