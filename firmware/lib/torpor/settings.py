"""The owner's settings: packed in nvm, which every wake reads and which is the last good set.

settings.toml is only read at a cold boot or when the file changed (its size and time are packed
too): `os.getenv` parses the whole file for every key.
"""

import json
import os
import struct
from binascii import crc32

import microcontroller

START, SIZE = 16, 512  # docs/memory.md; nvm bytes 0..15 stay free
_HEAD = "<HIII"  # length, CRC, size and time of the file they came from
_FIXED = 14
# in the order of validate.KEYS (a test holds it), then the number of what home has set (torpor.remote):
# packed without them, the longest set finds room
NAMES = (
    "node key ssid password host port low_pct high_pct full_pct batch holdoff_s night dark_luma "
    "spool_kib join_s latitude wakes_h heartbeat_h longitude zero_uV address gateway tls cfg"
).split()


def _file_stamp():
    try:
        stat = os.stat("/settings.toml")
        return stat[6] & 0xFFFFFFFF, int(stat[8]) & 0xFFFFFFFF
    except OSError:
        return 0, 0


def load():
    """(settings, fresh): the packed set or None; `fresh` says that it is the file's present state."""
    raw = bytes(microcontroller.nvm[START : START + SIZE])
    length, crc, size, time = struct.unpack_from(_HEAD, raw, 0)
    if not 0 < length <= SIZE - _FIXED:
        return None, False
    body = raw[_FIXED : _FIXED + length]
    if crc32(body) != crc:
        return None, False
    values = json.loads(body)
    if len(values) != len(NAMES):  # of another version
        return None, False
    return dict(zip(NAMES, values)), (size, time) == _file_stamp()


def pack(values):
    """A validated set with its file's size and time, ready to be written. ValueError if it is too long."""
    body = json.dumps([values[name] for name in NAMES]).encode()
    if len(body) > SIZE - _FIXED:
        raise ValueError("settings are %d bytes, at most %d fit" % (len(body), SIZE - _FIXED))
    size, time = _file_stamp()
    return struct.pack(_HEAD, len(body), crc32(body), size, time) + body


def write(raw, may_rewrite):
    """Put a packed set into nvm: where there was one, that is a rewrite of the sector."""
    end = START + len(raw)
    if not bytes(microcontroller.nvm[START:end]).strip(b"\xff") or may_rewrite():
        microcontroller.nvm[START:end] = raw
