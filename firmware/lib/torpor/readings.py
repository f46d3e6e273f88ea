"""Readings that wait: appended to erased nvm, from there to a file when it is full, gone when home has them.

An entry is the time (torpor.timekeeping), the values (whole numbers, -32768 to 32767), a check. Appending
programs a page; only a full region and an upload are rewrites of the sector.
"""

import os
import struct
from binascii import crc32

import microcontroller

from rows import JOURNAL_END as START
from torpor import reasons, timekeeping

SIZE = 1008  # docs/memory.md
END = START + SIZE
ENDING = ".rdg"


def keep(wake, values):
    """Append one reading. Where it finds no room and none may be made it is lost, and the journal says so."""
    size = length(wake)
    raw = struct.pack("<I%dh" % len(values), timekeeping.now(wake), *values)
    raw += struct.pack("<H", crc32(raw) & 0xFFFF)
    if len(raw) != size:
        raise ValueError("a reading has %d values, the node declares %s" % (len(values), wake.of))
    at = START + len(waiting(size))
    if at + size > END:
        if not _to_file(wake, size):
            wake.journal.event(reasons.READING_LOST)
            return
        at = START
    microcontroller.nvm[at : at + size] = raw
    wake.record.waiting += 1


def length(wake):
    """Bytes of an entry."""
    return 6 + 2 * len(wake.of.split())


def waiting(size):
    """The region's whole entries, and what a power cut left half done."""
    raw = bytes(microcontroller.nvm[START:END])
    used = len(raw.rstrip(b"\xff"))
    return raw[: (used + size - 1) // size * size]


def key(wake, raw):
    """The same bytes have the same key, so that home takes them once."""
    return "%08x-%08x" % (wake.record.boot, crc32(raw))


def clear():
    """A rewrite of the sector: ask first whether it may be."""
    microcontroller.nvm[START:END] = b"\xff" * SIZE


def files():
    """Files with older readings; where there are none, what it takes to send them is not loaded."""
    try:
        if not os.listdir("/spool"):
            return []
    except OSError:
        return []
    from torpor import spool

    return [path for path in spool.names() if path.endswith(ENDING)]


def source(raw):
    """What hands out bytes piece by piece."""
    at = [0]

    def read_into(piece):
        piece[:] = raw[at[0] : at[0] + len(piece)]
        at[0] += len(piece)

    return read_into


def _to_file(wake, size):
    """Empty the region into a file. False if it has to stay."""
    from torpor import spool
    from torpor.deciding import may_write

    raw = waiting(size)
    try:
        if not may_write(wake) or spool.FLASH not in spool.prepare(wake):
            return False
        if not spool.room(spool.FLASH, len(raw), wake.settings["spool_kib"] * 1024):
            return False
        name = key(wake, raw) + ENDING
        if spool.FLASH + "/" + name not in files():  # else a power cut came before the region was cleared
            spool.write(spool.FLASH, name, len(raw), source(raw), bytearray(size))
    except OSError:
        return False
    clear()
    return True
