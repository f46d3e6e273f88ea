"""When a declared task is due: triggers are plain tuples, time is counted in whole minutes. All pure.

A minute is one since 1970 (UTC) once home or a clock has told the time, before that one since the node began.
A place is (latitude, longitude) in tenths of a degree, north and east positive; latitude UNKNOWN: not told.
"""

from micropython import const

EVERY, AT, SUNRISE, SUNSET, PIN = range(5)
DAY = const(1440)
KNOWN = const(26_000_000)  # minutes: a time above this (June 2019) was told, one below counts from the start
NEVER = const(-1)
UNKNOWN = const(900)


def every(minutes, offset=0):
    """Each so many minutes: every(60, 5) is five past each hour."""
    return EVERY, minutes, offset


def at(hour, minute=0):
    """Once a day by the sun's mean time at the node's longitude: at(12) is the middle of the day. Without a
    longitude that is UTC."""
    return AT, 60 * hour + minute, 0


def sunrise(offset=0):
    """Once a day, so many minutes after sunrise (negative: before), at most half a day."""
    return SUNRISE, offset, 0


def sunset(offset=0):
    """The same of sunset."""
    return SUNSET, offset, 0


def pin(role):
    """While the pin of this role is high ("PIR": node.PIR). One pin can wake a node."""
    return PIN, role, 0


def last(trigger, minute, place):
    """The last minute up to `minute` at which it was due; NEVER if there was none."""
    kind, one, two = trigger
    if kind == EVERY:
        return minute - (minute - two) % one
    if kind == PIN or minute < KNOWN:
        return NEVER
    if kind == AT:
        return minute - (minute + _ahead(place) - one) % DAY
    for due in _suns(trigger, minute, place, (1, 0, -1)):
        if NEVER < due <= minute:
            return due
    return NEVER


def following(trigger, minute, place):
    """The first minute after `minute` at which it will be due; NEVER if none is known."""
    kind, one, two = trigger
    if kind == EVERY:
        return minute + one - (minute - two) % one
    if kind == PIN or minute < KNOWN:
        return NEVER
    if kind == AT:
        return minute + DAY - (minute + _ahead(place) - one) % DAY
    for due in _suns(trigger, minute, place, (-1, 0, 1, 2)):
        if due > minute:
            return due
    return NEVER


def per_day(trigger):
    """How often it is due in a day; of a pin nobody knows: 0."""
    if trigger[0] == EVERY:
        return max(1, DAY // trigger[1])
    return 0 if trigger[0] == PIN else 1


def _ahead(place):
    """Minutes that the sun's mean time is ahead of UTC."""
    return place[1] * 4 // 10


def _suns(trigger, minute, place, days):
    """Its minutes on days around this one, NEVER where the sun does not rise or set."""
    if place[0] == UNKNOWN:
        return ()
    from torpor import sun

    today = (minute + _ahead(place)) // DAY
    found = []
    for day in days:
        due = sun.event(today + day, place, trigger[0] == SUNSET)
        found.append(due if due == NEVER else due + trigger[1])
    return found
