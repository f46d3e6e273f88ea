"""Writing the record, just before sleep."""

import struct
from binascii import crc32

from torpor.record import FIELDS, FORMAT, HEAD, SLOT

MAX16 = 0xFFFF
_LIMITS = {"B": 0xFF, "H": MAX16, "I": 0xFFFFFFFF}


def packed(record):
    """The record as a slot, one number further."""
    record.sequence = (record.sequence + 1) & 0xFFFFFFFF
    values = list(HEAD)
    values.append(record.sequence)
    for i in range(len(FIELDS)):
        values.append(min(getattr(record, FIELDS[i]), _LIMITS[FORMAT[5 + i]]))
    for value in record.ledger:
        values.append(min(value, MAX16))
    raw = bytearray(SLOT)
    struct.pack_into(FORMAT, raw, 0, *values)
    struct.pack_into("<I", raw, SLOT - 4, crc32(memoryview(raw)[: SLOT - 4]))
    return raw


def save(record, memory):
    """Write the older slot whole, in one assignment: a cut leaves the other one."""
    raw = packed(record)
    offset = SLOT * (record.sequence & 1)
    memory[offset : offset + SLOT] = raw
