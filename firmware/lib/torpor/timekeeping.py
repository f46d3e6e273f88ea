"""What time it is: by the external clock, by the board's own where it runs on through sleep, or counted."""

import time

import node
import rows
from torpor import clock
from torpor.triggers import UNKNOWN

EARLY_s = 30  # a wake may come so much before the minute that it is for
EVEN = 10000  # record.drift: true seconds to so many of this node's; 0 until it is known
MOST = 500  # of drift
AHEAD = 720  # minutes
_LEAST_s = 6 * 3600  # between two signed answers that tell the drift


def now(wake):
    """Seconds since 1970 (UTC); until anybody has told the time, since the node began."""
    if wake.told_s is None:
        wake.told_s = _told(wake) - clock.awake() // 1000
    return wake.told_s + clock.awake() // 1000


def _told(wake):
    if node.CLOCK:
        from torpor import alarmclock

        told_s = alarmclock.read(wake)
        if told_s:
            return told_s
    return wake.record.sync_s + _since(wake) * (wake.record.drift or EVEN) // EVEN


def minute(wake):
    """The minute that a wake at this moment is for."""
    return (now(wake) + EARLY_s) // 60


def _since(wake):
    """Seconds on this node since the last signed answer, or since it began."""
    record = wake.record
    if rows.OWN_CLOCK:
        board_s = int(time.time()) - record.heard_s
        if record.heard_s and board_s >= 0:
            return board_s
    return record.since_sync_s + clock.awake() // 1000


def begin(wake):
    """A new life: time is counted from here."""
    wake.record.sync_s = wake.record.since_sync_s = 0
    wake.record.heard_s = int(time.time()) if rows.OWN_CLOCK else 0


def learn(wake, now_s):
    """A signed answer is here: by how much this node's clock was off."""
    record, since_s = wake.record, _since(wake)
    true_s = now_s - record.sync_s
    if record.sync_s and since_s > _LEAST_s:
        record.drift = min(max(true_s * EVEN // since_s, EVEN - MOST), EVEN + MOST)


def ran(record, minute):
    """The minute up to which triggers were looked at; a little ahead of now if the clock was put back since:
    what was done stays done."""
    ahead = (record.ran - minute) & 0xFFFF
    return minute + ahead - (0x10000 if ahead >= AHEAD else 0)


def moved(wake, now_s):
    """The time was put right: by half a day or more, then triggers begin anew."""
    before_s = now(wake)
    wake.told_s = None
    if abs(now_s - before_s) >= 60 * AHEAD:
        wake.record.ran = minute(wake) & 0xFFFF


def to_sleep(wake, seconds):
    """What to ask of the node's own timer for so many true seconds."""
    return seconds * EVEN // (wake.record.drift or EVEN)


def place(wake):
    """For torpor.triggers, of the settings."""
    degrees = wake.settings["latitude"]
    return 10 * degrees if degrees < 90 else UNKNOWN, 10 * wake.settings["longitude"]
