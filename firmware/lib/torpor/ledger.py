"""Time and energy of each state: integrated from meter samples, priced from rows where there are none."""

import rows
from torpor import clock
from torpor.journal import Journal

SLEEP = 8  # a sleep is long: coarser units
UNIT_ms = (100,) * SLEEP + (10_000, 100)  # of the record's ledger, by state
UNIT_mJ = (10,) * SLEEP + (100, 10)


class Ledger:
    """Adds each visit to the record and writes it as a row into the journal."""

    def __init__(self, record, journal, prices_mW, visits=()):
        """`visits`: (state, when it began) of the states before there was a ledger; the last one goes on."""
        self._record = record
        self._journal = journal
        self._prices_mW = prices_mW
        self.mV = record.mV
        self.spent = [0] * len(UNIT_mJ)  # mJ of this wake by state
        self._open(0, clock.now())
        for i in range(len(visits)):
            state, start = visits[i]
            if i < len(visits) - 1:
                passed_ms = (visits[i + 1][1] - start) % clock.PERIOD
                self.add(state, passed_ms, passed_ms * prices_mW[state] // 1000)
            else:
                self._open(state, start)

    def _open(self, state, start):
        self._state = state
        self._start = self._last = start
        self._uJ = 0
        self._sampled_ms = 0
        self._mW = None

    def begin(self, state):
        self._open(state, clock.now())

    def sample(self, mV, tenth_mA):
        """One reading inside the state; the time since the last one counts at the mean of both."""
        mW = mV * tenth_mA // 10000
        passed = clock.since(self._last)
        self._uJ += passed * ((mW + self._mW) // 2 if self._mW is not None else mW)
        self._sampled_ms += passed
        self._last = clock.now()
        self._mW = mW
        self.mV = mV

    def skip(self, mW):
        """The time since the last reading was a blocking call: not sampled, priced at `mW`."""
        passed = clock.since(self._last)
        self._uJ += passed * mW
        self._last = clock.now()

    def spent_mJ(self):
        """Energy of the visit so far."""
        return self._uJ // 1000

    def end(self):
        """Close the visit; the unsampled rest counts at the last reading, or at the state's row."""
        rest = clock.since(self._last)
        price = self._prices_mW[self._state] if self._mW is None else self._mW
        self.add(
            self._state, clock.since(self._start), (self._uJ + rest * price) // 1000, 2 * self._sampled_ms
        )

    def add(self, state, ms, mJ, sampled_ms=0):
        """Book `ms` and `mJ` to a state; inferred unless at least half of it was sampled."""
        self.spent[state] += mJ
        book = self._record.ledger
        for at, amount, unit in ((2 * state, ms, UNIT_ms[state]), (2 * state + 1, mJ, UNIT_mJ[state])):
            book[at] = min(book[at] + (amount + unit // 2) // unit, 0xFFFF)
        self._journal.row(state, self.mV, ms, mJ, sampled_ms < ms)


def open_books(wake):
    """Give a wake its journal and its ledger; what came before is booked now."""
    wake.journal = Journal(wake.record)
    wake.ledger = Ledger(wake.record, wake.journal, rows.PRICES_mW, wake.visits)
