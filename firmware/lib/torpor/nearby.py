"""Where the access point was found the last time, for radios that heed it: then they need not look on every
channel. Lies in sleep_memory behind the record (docs/memory.md)."""

from binascii import crc32

import alarm

START, SIZE = 240, 8  # channel, address, low byte of the CRC32 over both


def recall():
    """What `radio.connect` takes beside name and password: nothing where nothing is known."""
    raw = bytes(alarm.sleep_memory[START : START + SIZE])
    if not raw[0] or raw[7] != crc32(raw[:7]) & 255:
        return {}
    return {"channel": raw[0], "bssid": raw[1:7]}


def keep(point):
    """`point`: `radio.ap_info` of a join that went well; None or one without an address forgets it."""
    try:
        raw = bytes((point.channel,)) + point.bssid
        raw += bytes((crc32(raw) & 255,))
    except (AttributeError, TypeError, ValueError):
        raw = bytes(SIZE)
    alarm.sleep_memory[START : START + SIZE] = raw
