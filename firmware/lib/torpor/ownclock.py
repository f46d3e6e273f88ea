"""The board's own clock, where it runs on through sleep: since when home has not heard from the node. A reset
sets it back to the year 2000; then the silence begins anew."""

import time

from torpor import policy


def heard(wake):
    wake.record.heard_s = int(time.time())


def now(wake):
    """Wall time, s since 1970; 0 until home has told it, or where the clock began anew since."""
    passed_s = int(time.time()) - wake.record.heard_s
    return wake.record.sync_s + passed_s if wake.record.sync_s and passed_s >= 0 else 0


def ring(wake):
    """Seconds of sleep after which the node has to speak; 0: never."""
    silent_s = int(time.time()) - wake.record.heard_s
    if silent_s < 0 or not wake.record.heard_s:
        heard(wake)
        silent_s = 0
    hours = wake.settings["heartbeat_h"] if wake.settings else 0
    return policy.ring(hours, silent_s, wake.due)
