"""Time and energy of each state: integrated from meter samples, priced from rows where there are none."""

import rows
from torpor import clock
from torpor.journal import Journal

SLEEP = 8  # a sleep is long: coarser units
UNIT_ms = (100,) * SLEEP + (10_000, 100)  # of the record's ledger, by state
UNIT_mJ = (10,) * SLEEP + (100, 10)
REACH_ms = 400  # a reading speaks for so long before it; what lies further back is only bridged
PARTLY, INFERRED = 0x10, 0x40  # what stands behind a visit, bits of its row; neither: readings
ONE = 64  # record.dear of a board that draws what its rows say


class Ledger:
    """Adds each visit to the record and writes it as a row into the journal."""

    def __init__(self, record, journal, prices_mW, visits=()):
        """`visits`: (state, when it began) of the states before there was a ledger; the last one goes on."""
        self._record = record
        self._journal = journal
        self._prices_mW = prices_mW
        self.mV = record.mV
        self.spent = [0] * len(UNIT_mJ)  # mJ of this wake by state
        self.told = 0  # of them, what the charge has been told
        self.clipped = 0  # readings that say no more than "at least"
        self._open(0, clock.now())
        for i in range(len(visits)):
            state, start = visits[i]
            if i < len(visits) - 1:
                passed_ms = (visits[i + 1][1] - start) % clock.PERIOD
                self.add(state, passed_ms, passed_ms * self.price(prices_mW[state]) // 1000)
            else:
                self._open(state, start)

    def _open(self, state, start):
        self._state = state
        self._start = self._last = start
        self._uJ = 0
        self._sampled_ms = 0
        self._tenth_mW = None
        self._clipped = self.clipped

    def begin(self, state):
        self._open(state, clock.now())

    def price(self, mW):
        """A row as this board really draws it."""
        return (mW * (self._record.dear or ONE) + ONE // 2) // ONE

    def seen(self, mV, tenth_mA):
        """A reading as power in 0.1 mW."""
        self.mV = mV
        if tenth_mA >= rows.METER_TOP:
            self.clipped += 1
        return mV * tenth_mA // 1000

    def sample(self, mV, tenth_mA):
        """One reading inside the state; the time since the last one counts at the mean of both. The meter's
        own draw is in it, and lasts only as long as the conversion. True if it is like the one before."""
        tenth_mW = self.seen(mV, tenth_mA) - rows.METER_uW // 100
        passed = clock.since(self._last)
        last = self._tenth_mW
        value = tenth_mW if last is None else (tenth_mW + last) // 2
        self._uJ += (passed * value + rows.METER_uJ * 10) // 10
        self._sampled_ms += min(passed, REACH_ms)
        self._last = clock.now()
        self._tenth_mW = tenth_mW
        return last is not None and abs(tenth_mW - last) * 8 < tenth_mW

    def learn(self, mV, tenth_mA):
        """The same with the CPU busy and nothing else on: it also says how dear this board is. One reading
        moves that by an eighth at most."""
        self.sample(mV, tenth_mA)
        record = self._record
        dear = record.dear or ONE
        off = (self._tenth_mW * ONE // 10 + rows.BOOT_mW // 2) // rows.BOOT_mW - dear
        record.dear = min(max(dear + max(-8, min(off, 8)), 8), 255)

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
        tenth_mW = self._tenth_mW
        if tenth_mW is None:
            tenth_mW = 10 * self.price(self._prices_mW[self._state])
        ms, sampled_ms = clock.since(self._start), self._sampled_ms
        how = INFERRED if not sampled_ms else PARTLY if 2 * sampled_ms < ms else 0
        if self.clipped > self._clipped:
            how = PARTLY
        self.add(self._state, ms, (self._uJ + rest * tenth_mW // 10) // 1000, how)

    def add(self, state, ms, mJ, how=INFERRED):
        """Book `ms` and `mJ` to a state."""
        self.spent[state] += mJ
        book = self._record.ledger
        for at, value, unit in ((2 * state, ms, UNIT_ms[state]), (2 * state + 1, mJ, UNIT_mJ[state])):
            book[at] = min(book[at] + (value + unit // 2) // unit, 0xFFFF)
        self._journal.row(state, self.mV, ms, mJ, how)


def open_books(wake):
    """Give a wake its journal and its ledger; what came before is booked now."""
    wake.journal = Journal(wake.record)
    if len(rows.SUN_METER) == 1:  # its meter sits in the battery's lead
        from torpor import panel

        wake.ledger = panel.ledger(wake)
    else:
        wake.ledger = Ledger(wake.record, wake.journal, rows.PRICES_mW, wake.visits)
