"""What survives deep sleep: a packed record in two slots, the newer valid one counts (docs/memory.md)."""

import os
import struct
from binascii import crc32

SLOT = 120
STATES = 10
FIELDS = (
    "boot wake sync_s since_sync_s heard_s picture mV sleep_s log_end log_sent waiting credit flags soc "
    "cause brownouts link_fails skip_links camera_fails dark stuck crashes camera_skips dark_luma sd_fails "
    "sd_skips"
).split()
# magic "TP", version, size, sequence; the fields; time and energy of each state
FORMAT = "<HBBIIIIIIHHHHHHHBBBBBBBBBBBBBB" + "HH" * STATES
HEAD = (0x5054, 1, struct.calcsize(FORMAT))

# flags
LOCKED = 1  # low-voltage lock-out
FULL = 2  # the last picture found no room
DUE = 4  # home must hear from the node
ADMIT = 8  # the next motion may have the camera
NIGHT = 16  # and may keep a dark picture
BOTH = 32  # a timer was armed beside the pin


class Record:
    """FIELDS as attributes; `ledger` is time (0.1 s) and energy (10 mJ) of each state, by turns."""

    valid = False

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
