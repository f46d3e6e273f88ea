"""On the way into sleep: what every node learns, books and writes before it, its record at last."""

import struct
from binascii import crc32

import rows
from torpor import clock, marks, reasons, sleep, stored, wakeup
from torpor.deciding import may_write
from torpor.flags import LOCKED
from torpor.ledger import SLEEP
from torpor.record import FIELDS, FORMAT, HEAD, SLOT

_LIMITS = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}


def rested(wake):
    """The wake has come to its end: the streak of those that did not is over."""
    if wake.record.brownouts and may_write(wake):
        wake.record.brownouts = 0
        marks.clear(marks.BOOTS, marks.BOOTS_END)


def lock(wake):
    """Locked out until the sun has filled the cell above the upper threshold."""
    wake.record.flags |= LOCKED
    wake.journal.event(reasons.LOW_BATTERY)


def blink(wake):
    """Somebody may stand before it: the node was just switched on, or it does nothing at all. Not below the
    lock-out: nothing but the essential then."""
    lives = wake.settings and wake.record.cause in (wakeup.TIMER, wakeup.PIN)
    if wake.bad is not None and not lives and not wake.record.flags & LOCKED:
        from torpor import blink

        blink.say(wake, wake.bad)


def floor_ms():
    """How long the core will keep the chip awake."""
    return max(0, rows.MIN_AWAKE_ms - clock.awake())


def floor_mJ(wake, floor_ms):
    """What that takes."""
    return floor_ms * wake.ledger.price(rows.BOOT_mW) // 1000


def book(wake, way, seconds, floor_ms):
    """What is still to come of this wake, and the sleep where its length is known (`seconds`, else 0)."""
    if wake.ledger.clipped:
        wake.journal.event(reasons.CLIPPED, wake.ledger.clipped)
    if floor_ms:
        wake.ledger.add(SLEEP, floor_ms, floor_mJ(wake, floor_ms))
    if seconds:
        price_uW = rows.SLEEP_TIMER_uW if way == sleep.BY_TIMER else rows.SLEEP_PIN_uW
        wake.ledger.add(SLEEP, seconds * 1000, seconds * price_uW // 1000)


def write(wake):
    """Everything that goes to nvm but the record."""
    if wake.settings and (wake.settings["cfg"] > 0xFFFF or (wake.heard and "set" in wake.heard)):
        from torpor import remote

        remote.settle(wake)
    stored.keep(wake.journal, lambda: may_write(wake))
    if wake.packed:
        from torpor import settings

        settings.write(wake.packed, lambda: may_write(wake))
    if marks.count(marks.SAFE_MODES, marks.SAFE_MODES_END) and may_write(wake):
        marks.clear(marks.SAFE_MODES, marks.SAFE_MODES_END)


def free(wake):
    """Watchdog and pin are let go of."""
    if wake.dog:
        wake.dog.mode = None
    wake.pir.deinit()


def packed(record):
    """The record as a slot, one number further."""
    record.sequence = (record.sequence + 1) & 0xFFFFFFFF
    values = list(HEAD)
    values.append(record.sequence)
    for i in range(len(FIELDS)):
        values.append(min(getattr(record, FIELDS[i]), _LIMITS[FORMAT[5 + i]]))
    for value in record.ledger:
        values.append(min(value, 0xFFFF))
    raw = bytearray(SLOT)
    struct.pack_into(FORMAT, raw, 0, *values)
    struct.pack_into("<I", raw, SLOT - 4, crc32(memoryview(raw)[: SLOT - 4]))
    return raw


def save(record, memory):
    """Write the older slot whole, in one assignment: a cut leaves the other one."""
    raw = packed(record)
    offset = SLOT * (record.sequence & 1)
    memory[offset : offset + SLOT] = raw
