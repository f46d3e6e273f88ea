# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Time and energy of each state: integrated from meter samples, priced from rows where there are none."""

from torpor import clock


class Ledger:
    """Adds each visit to the record and writes it as a row into the journal."""

    def __init__(self, record, journal, prices_mW):
        self._record = record
        self._journal = journal
        self._prices_mW = prices_mW
        self.mV = record.mV
        self._open(0, 0)

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
        record = self._record
        record.time_ds[state] = min(record.time_ds[state] + (ms + 50) // 100, 0xFFFF)
        record.energy_cJ[state] = min(record.energy_cJ[state] + (mJ + 5) // 10, 0xFFFF)
        self._journal.row(state, self.mV, ms, mJ, sampled_ms < ms)
