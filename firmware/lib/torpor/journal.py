# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""What happened and why, in eight bytes each, appended to erased nvm until an upload takes it.

Appending to bytes that are still 0xFF programs a page; anything else erases the whole sector, so
the region is only cleared when it is sent and more than half full.
"""

import struct

import microcontroller

from node import JOURNAL_END as END
from torpor import clock
from torpor.reasons import JOURNAL_LOST, LOG_SENT, LOSSES

START = 1040  # docs/memory.md
ENTRY = 8
_EVENT = "<BBHI"  # reason, argument, wake, ms since reset
_ROW = "<BBHHH"  # 0x80 | state, volts / 20 mV, wake, duration / 10 ms, mJ
ROW = 0x80
INFERRED = 0x40  # in a row's first byte: priced from rows, not measured
LONG = 0x20  # in a row's first byte: duration in 10 s, energy in J (sleep)

watch = None  # the twin's ear: watch(entry bytes); None on a board


class Journal:
    """Entries of this wake in RAM, those of earlier wakes in nvm[START:]."""

    def __init__(self, record):
        self._record = record
        self.entries = []

    def event(self, reason, argument=0):
        self._add(struct.pack(_EVENT, reason, min(argument, 255), self._record.wake & 0xFFFF, clock.awake()))

    def row(self, state, mV, ms, mJ, inferred):
        head = ROW | state | (INFERRED if inferred else 0)
        if ms > 655350 or mJ > 65535:
            self._pack_row(head | LONG, mV, ms // 10000, mJ // 1000)
        else:
            self._pack_row(head, mV, ms // 10, mJ)

    def _pack_row(self, head, mV, duration, energy):
        wake = self._record.wake & 0xFFFF
        self._add(
            struct.pack(_ROW, head, min(mV // 20, 255), wake, min(duration, 0xFFFF), min(energy, 0xFFFF))
        )

    def _add(self, entry):
        self.entries.append(entry)
        if watch:
            watch(entry)

    def pending(self):
        """Everything not yet taken by the server: stored entries, then those of this wake."""
        stored = bytes(microcontroller.nvm[self._record.log_sent : self._record.log_end])
        return stored + b"".join(self.entries)

    def taken(self):
        """The server has `pending()`: forget it."""
        self.entries.clear()
        record = self._record
        record.log_sent = record.log_end
        if record.log_end - START > (END - START) // 2:
            microcontroller.nvm[START : record.log_end] = b"\xff" * (record.log_end - START)
            record.log_sent = record.log_end = START

    def keep(self, may_rewrite):
        """Append this wake's entries to nvm. Where they no longer fit, rows go first, then events, last
        what says that a visitor was lost; in one rewrite of the sector, and the loss is counted. While
        `may_rewrite()` says no, what does not fit is lost."""
        record = self._record
        nvm = microcontroller.nvm
        if len(self.entries) * ENTRY > END - record.log_end and may_rewrite():
            self.event(JOURNAL_LOST, self._make_room())
        raw = b"".join(self.entries)[: END - record.log_end]
        if raw:
            nvm[record.log_end : record.log_end + len(raw)] = raw
            record.log_end += len(raw)
        self.entries.clear()

    def _make_room(self):
        record = self._record
        nvm = microcontroller.nvm
        raw = bytes(nvm[record.log_sent : record.log_end])
        old = [raw[i : i + ENTRY] for i in range(0, len(raw), ENTRY)]
        most = (END - START) // (2 * ENTRY)
        kept = [entry for entry in old if not entry[0] & ROW]
        if len(kept) > most:
            kept = [entry for entry in kept if entry[0] in LOSSES][-most:]
        fresh = b"".join(kept)
        nvm[START:END] = fresh + b"\xff" * (END - START - len(fresh))
        record.log_sent = START
        record.log_end = START + len(fresh)
        return len(old) - len(kept)


def recall(record):
    """Where the entries end, and which were sent (for a cold boot, when the record is gone): all before
    the last LOG_SENT, which is the first entry after every upload."""
    raw = bytes(microcontroller.nvm[START:END]).rstrip(b"\xff")  # behind whatever a power cut left half done
    sent = 0
    for at in range(0, len(raw), ENTRY):
        if raw[at] == LOG_SENT:
            sent = at
    record.log_sent = START + sent
    record.log_end = START + (len(raw) + ENTRY - 1) // ENTRY * ENTRY
