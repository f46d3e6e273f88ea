"""What happened and why, in eight bytes each: the entries of this wake. torpor.stored keeps them."""

import struct

from torpor import clock

ENTRY = 8
_EVENT = "<BBHI"  # reason, argument, wake, ms since reset
_ROW = "<BBHHH"  # 0x80 | state, volts / 20 mV, wake, duration / 10 ms, mJ
ROW = 0x80
# In a row's first byte 0x40: priced from rows, not measured; 0x10: read, but not wholly
LONG = 0x20  # in a row's first byte: duration in 10 s, energy in J (sleep)

watch = None  # the twin's ear: watch(entry bytes); None on a board


class Journal:
    """Entries of this wake."""

    def __init__(self, record):
        self.record = record
        self.entries = []
        self.too_dear = False  # what cut the step off

    def event(self, reason, argument=0):
        self._add(struct.pack(_EVENT, reason, min(argument, 255), self.record.wake & 0xFFFF, clock.awake()))

    def crash(self, state):
        from torpor import reasons

        self.event(reasons.CRASH, state)

    def late(self, state):
        from torpor import reasons

        self.event(reasons.TOO_DEAR if self.too_dear else reasons.TOO_LONG, state)

    def row(self, state, mV, ms, mJ, how):
        head = ROW | state | how
        if ms > 655350 or mJ > 65535:
            self._pack_row(head | LONG, mV, ms // 10000, mJ // 1000)
        else:
            self._pack_row(head, mV, ms // 10, mJ)

    def _pack_row(self, head, mV, ms, energy):
        wake = self.record.wake & 0xFFFF
        self._add(struct.pack(_ROW, head, min(mV // 20, 255), wake, min(ms, 0xFFFF), min(energy, 0xFFFF)))

    def _add(self, entry):
        self.entries.append(entry)
        if watch:
            watch(entry)
