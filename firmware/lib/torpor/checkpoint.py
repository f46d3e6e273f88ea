"""The ledger's totals over the node's life, in two slots of nvm: the newer valid one counts."""

import struct
from binascii import crc32

import microcontroller

from torpor.ledger import UNIT_mJ, UNIT_ms
from torpor.record import STATES

START, SLOT = 544, 120
_HEAD = "<HHI"  # magic, states, sequence; then seconds and joules of each state by turns, and a CRC32
_MAGIC = 0x4C54
_SIZE = 8 + 8 * STATES


def load():
    """(sequence, [seconds, joules of each state by turns]); all 0 where there is none."""
    best = (0, [0] * (2 * STATES))
    for at in (START, START + SLOT):
        raw = bytes(microcontroller.nvm[at : at + _SIZE + 4])
        head, count, sequence = struct.unpack_from(_HEAD, raw)
        whole = struct.unpack_from("<I", raw, _SIZE)[0] == crc32(raw[:_SIZE])
        if whole and (head, count) == (_MAGIC, STATES) and sequence >= best[0]:
            best = sequence, list(struct.unpack_from("<%dI" % (2 * STATES), raw, 8))
    return best


def fold(record):
    """Add the record's ledger to the totals, and clear it. A rewrite of the sector: ask first."""
    sequence, values = load()
    for state in range(STATES):
        time, energy = record.ledger[2 * state : 2 * state + 2]
        values[2 * state] += (time * UNIT_ms[state] + 500) // 1000
        values[2 * state + 1] += (energy * UNIT_mJ[state] + 500) // 1000
    sequence += 1
    raw = struct.pack(_HEAD, _MAGIC, STATES, sequence) + struct.pack("<%dI" % (2 * STATES), *values)
    at = START + SLOT * (sequence & 1)
    microcontroller.nvm[at : at + _SIZE + 4] = raw + struct.pack("<I", crc32(raw))
    record.ledger[:] = [0] * (2 * STATES)
