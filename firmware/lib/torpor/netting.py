"""The books of a node whose meter sits in the battery's lead: it reads what the node takes less what the sun
brings, and only together.

What the sun brings is what is missing, while the CPU is busy and nothing else is on, of what this board is
known to take then. It counts as steady for the wake, and every other reading is put right by it. A charge
can only lower a reading: so a board is found dearer by any of them, cheaper only in the dark.
"""

import rows
from torpor import reasons
from torpor.ledger import INFERRED, ONE, PARTLY, SLEEP, Ledger

SELDOM = 16  # wakes to one step down, where no camera tells the dark


class NetLedger(Ledger):
    """What was read before the sun is known waits for it."""

    blind = False  # a reading said nothing: held at its end voltage the charger gives what is drawn

    def __init__(self, wake, prices_mW):
        self.sun = None  # 0.1 mW; None: not known yet
        self._wake = wake
        self._waits = []
        Ledger.__init__(self, wake.record, wake.journal, prices_mW, wake.visits)

    def begin(self, state):
        self.blind = False
        Ledger.begin(self, state)

    def seen(self, mV, tenth_mA):
        """What the node takes, 0.1 mW."""
        tenth_mW, sun = Ledger.seen(self, mV, tenth_mA), self.sun
        if sun is None:
            self.blind = self.blind or mV >= rows.SUN_METER[0]
            return tenth_mW
        if tenth_mW + sun < 0 or (sun and mV >= rows.SUN_METER[0]):  # it has become brighter, or is held
            self.blind = True
            return 10 * self.price(self._prices_mW[self._state])
        return tenth_mW + sun

    def learn(self, mV, tenth_mA):
        """The CPU is busy, and nothing else on."""
        unit = 10 * rows.BOOT_mW  # 0.1 mW, of a board that is as its rows say
        record = self._record
        dear = record.dear or ONE
        net = mV * tenth_mA // 1000 - rows.METER_uW // 100
        off = (net * ONE + unit // 2) // unit - dear
        dark = getattr(self._wake, "dark", None)  # as its camera sees it; None: it has none
        if off < 0 and not dark:
            off = -1 if dark is None and record.wake % SELDOM == 0 else 0
        record.dear = dear = min(max(dear + max(-8, min(off, 8)), 8), 255)
        self.sun = 0 if dark else max(0, unit * dear // ONE - net)
        if self.sun * 50 < unit:  # no more than the meter's own error
            self.sun, self.blind = 0, False
        self._book()
        self.sample(mV, tenth_mA)

    def _book(self):
        """What waited for the sun: put right by it, or priced where it did not show or nobody has told."""
        waits, self._waits = self._waits, []
        for state, ms, mJ, how, blind in waits:
            if how != INFERRED and self.sun != 0:
                if blind or self.sun is None:
                    mJ, how = ms * self.price(self._prices_mW[state]) // 1000, INFERRED
                else:
                    mJ, how = mJ + self.sun * ms // 10000, PARTLY
            Ledger.add(self, state, ms, max(0, mJ), how)

    def add(self, state, ms, mJ, how=INFERRED):
        """As in Ledger."""
        if self.sun is None and state < SLEEP and (self._waits or how != INFERRED):
            self._waits.append((state, ms, mJ, how, self.blind))
            return
        if self._waits:  # the wake ends
            self._book()
        if how != INFERRED and (self.blind or self.sun):
            how = INFERRED if self.blind else PARTLY
        Ledger.add(self, state, ms, max(0, mJ), how)

    def charging(self, wake):
        """As torpor.panel: the reading has the charge in it already, so 0; and what it has brought, mJ."""
        sun = self.sun or 0
        wake.journal.event(reasons.SUN, min(sun // 200, 255))
        slept_s = min(wake.told - 1, 7200) if wake.told and not self.blind else 0
        return 0, sun * slept_s // 10
