"""What survives deep sleep: the newer valid one of two slots (docs/memory.md)."""

import os
import struct
from binascii import crc32

SLOT = 120
STATES = 10
FIELDS = (
    "boot wake sync_s since_sync_s heard_s picture mV sleep_s log_end log_sent waiting credit charge harvest "
    "base wish learnt charge_ref seen flags brownouts link_fails skip_links camera_fails dark stuck dear "
    "camera_skips dark_luma sd_fails sd_skips allow cold held wake_c picture_c small_c join_c kib_c"
).split()
# magic "TP", version, size, sequence; the fields; time and energy of each state
FORMAT = "<HBBI" + "I" * 5 + "H" * 14 + "B" * 20 + "HH" * STATES
HEAD = (0x5054, 3, struct.calcsize(FORMAT))

# flags; more in torpor.flags
ADMIT = 8  # the next motion may have the camera
SMALL = 64  # with the small frame


class Record:
    """FIELDS as attributes; `ledger` is time and energy of each state, by turns."""

    valid = False
    cause = soc = 0

    def load(self, memory):
        """Take the newer valid slot of `memory`; without one, a new life begins."""
        best = None
        for offset in (0, SLOT):
            raw = bytes(memory[offset : offset + SLOT])
            if struct.unpack_from("<I", raw, SLOT - 4)[0] == crc32(raw[: SLOT - 4]):
                found = struct.unpack_from(FORMAT, raw)
                if found[:3] == HEAD and (best is None or (found[3] - best[3]) & 0xFFFFFFFF < 0x80000000):
                    best = found
        self.valid = best is not None
        if not best:
            best = [0] * (4 + len(FIELDS) + 2 * STATES)
            best[4] = int.from_bytes(os.urandom(4), "little")
        self.sequence = best[3]
        for i in range(len(FIELDS)):
            setattr(self, FIELDS[i], best[4 + i])
        self.ledger = list(best[4 + len(FIELDS) :])
