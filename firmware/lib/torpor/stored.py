"""The journal's entries in nvm, appended to erased bytes until an upload takes them.

Appending to bytes that are still 0xFF programs a page; anything else erases the whole sector, so the region
is only cleared when it is sent and more than half full.
"""

import microcontroller

from rows import JOURNAL_END as END
from torpor.journal import ENTRY, ROW
from torpor.reasons import JOURNAL_LOST, LOG_SENT, LOSSES

START = 1040  # docs/memory.md


def pending(journal):
    """Everything not yet taken by the server: stored entries, then those of this wake."""
    stored = bytes(microcontroller.nvm[journal.record.log_sent : journal.record.log_end])
    return stored + b"".join(journal.entries)


def taken(journal, spare=(END - START) // 2):
    """The server has `pending()`: forget it. The region is made free when more than `spare` is used."""
    journal.entries.clear()
    record = journal.record
    record.log_sent = record.log_end
    if record.log_end - START > spare:
        microcontroller.nvm[START : record.log_end] = b"\xff" * (record.log_end - START)
        record.log_sent = record.log_end = START


def keep(journal, may_rewrite):
    """Append this wake's entries to nvm. Where they no longer fit, rows go first, then events, last
    what says that a visitor was lost; in one rewrite of the sector, and the loss is counted. While
    `may_rewrite()` says no, what does not fit is lost."""
    record = journal.record
    nvm = microcontroller.nvm
    if len(journal.entries) * ENTRY > END - record.log_end and may_rewrite():
        journal.event(JOURNAL_LOST, _make_room(record))
    raw = b"".join(journal.entries)[: END - record.log_end]
    if raw:
        nvm[record.log_end : record.log_end + len(raw)] = raw
        record.log_end += len(raw)
    journal.entries.clear()


def _make_room(record):
    nvm = microcontroller.nvm
    raw = bytes(nvm[record.log_sent : record.log_end])
    entries = [raw[i : i + ENTRY] for i in range(0, len(raw), ENTRY)]
    count = (END - START) // (2 * ENTRY)
    kept = [entry for entry in entries if not entry[0] & ROW]
    if len(kept) > count:
        kept = [entry for entry in kept if entry[0] in LOSSES][-count:]
    fresh = b"".join(kept)
    nvm[START:END] = fresh + b"\xff" * (END - START - len(fresh))
    record.log_sent = START
    record.log_end = START + len(fresh)
    return len(entries) - len(kept)


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
