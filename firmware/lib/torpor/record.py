# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""What survives deep sleep: one packed record, two slots, the newer valid one counts.

Layout of a slot (little endian, SLOT bytes): magic, version, sequence, the fields of FIELDS,
the ledger, CRC32. docs/memory.md is the map; tests hold it.
"""

import os
import struct
from binascii import crc32

SLOT = 120
_MAGIC = 0x5054  # "TP"
_VERSION = 1
STATES = 10
MAX16 = 0xFFFF

# name, struct code
FIELDS = (
    ("boot", "I"),  # drawn at random when no valid record is found; part of every picture's key
    ("wake", "I"),
    ("sync_s", "I"),  # wall time of the last signed answer
    ("since_sync_s", "I"),  # awake seconds since then
    ("picture", "H"),  # next picture number
    ("mV", "H"),  # battery at rest
    ("sleep_s", "H"),  # asked for at the last sleep; 0 = no timer
    ("log_end", "H"),  # append position in nvm
    ("log_sent", "H"),
    ("waiting", "H"),  # pictures in the spool
    ("credit", "H"),  # of the duty ramp, per mille
    ("flags", "B"),
    ("soc", "B"),  # per cent
    ("cause", "B"),
    ("brownouts", "B"),
    ("link_fails", "B"),
    ("skip_links", "B"),  # wakes to let pass before the next try
    ("camera_fails", "B"),
    ("dark", "B"),  # dark frames in a row
    ("stuck", "B"),  # wakes in a row at which the PIR never fell
    ("crashes", "B"),
    ("camera_skips", "B"),  # wakes to let pass before its next try
    ("sd_fails", "B"),
    ("sd_skips", "B"),  # wakes to let pass before the card is tried again
)
LOCKED = 1  # flags: low-voltage lock-out
FULL = 2  # flags: the last picture found no room
DUE = 4  # flags: home has not heard from the node for its heartbeat's time

_FORMAT = "<HBBI" + "".join(code for _, code in FIELDS) + "HH" * STATES
_SIZE = struct.calcsize(_FORMAT)


class Record:
    """The fields as attributes; `time_ds` and `energy_cJ` are the ledger since its last checkpoint."""

    boot = wake = sync_s = since_sync_s = picture = mV = sleep_s = log_end = log_sent = waiting = credit = 0
    flags = soc = cause = brownouts = link_fails = skip_links = camera_fails = dark = stuck = crashes = 0
    camera_skips = sd_fails = sd_skips = 0

    def __init__(self):
        self.valid = False
        self._sequence = 0
        self.time_ds = [0] * STATES
        self.energy_cJ = [0] * STATES

    def load(self, memory):
        """Take the newer valid slot of `memory`; without one, start a new life. True if found."""
        best = None
        for offset in (0, SLOT):
            raw = bytes(memory[offset : offset + SLOT])
            found = _unpack(raw)
            if found and (best is None or (found[0] - best[0]) & 0xFFFFFFFF < 0x80000000):
                best = found
        if best is None:
            self.boot = int.from_bytes(os.urandom(4), "little")
            return False
        self._sequence = best[0]
        values = best[1]
        for i in range(len(FIELDS)):
            setattr(self, FIELDS[i][0], values[i])
        ledger = values[len(FIELDS) :]
        for i in range(STATES):
            self.time_ds[i] = ledger[2 * i]
            self.energy_cJ[i] = ledger[2 * i + 1]
        self.valid = True
        return True

    def save(self, memory):
        """Write the older slot whole, in one assignment: a cut leaves the other one."""
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        values = [_MAGIC, _VERSION, _SIZE, self._sequence]
        for name, code in FIELDS:
            values.append(min(getattr(self, name), _LIMITS[code]))
        for i in range(STATES):
            values.append(min(self.time_ds[i], MAX16))
            values.append(min(self.energy_cJ[i], MAX16))
        raw = bytearray(SLOT)
        struct.pack_into(_FORMAT, raw, 0, *values)
        struct.pack_into("<I", raw, SLOT - 4, crc32(memoryview(raw)[: SLOT - 4]))
        offset = SLOT * (self._sequence & 1)
        memory[offset : offset + SLOT] = raw


_LIMITS = {"B": 0xFF, "H": MAX16, "I": 0xFFFFFFFF}


def _unpack(raw):
    """(sequence, values) of a slot, or None if it is not whole, not ours or of another version."""
    if struct.unpack_from("<I", raw, SLOT - 4)[0] != crc32(raw[: SLOT - 4]):
        return None
    values = struct.unpack_from(_FORMAT, raw, 0)
    if values[:3] != (_MAGIC, _VERSION, _SIZE):
        return None
    return values[3], values[4:]
