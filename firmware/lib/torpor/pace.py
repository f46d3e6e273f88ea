"""How often the PIR fires: for the wake budget of designs that can wake by a clock."""

import node


def per_hour(wake):
    """Motions an hour since the last lesson; 0 where the clock does not say."""
    record = wake.record
    if node.CLOCK:
        from torpor import alarmclock

        now_s = alarmclock.read(wake)
    else:
        from torpor import ownclock

        now_s = ownclock.now(wake)
    hours = (now_s // 3600 - record.learnt) & 0xFFFF
    return record.seen // max(1, hours) if now_s else 0
