"""Joining the home network: a deadline of its own, never more than the watchdog allows."""

import socketpool
import wifi

import rows

if rows.NEARBY:
    from torpor import nearby  # now: a meter that reads what the join takes is started before it

TRIES = 2  # the first join fails now and then on some access points

_pool = None


def join(settings, feed):
    """True when the radio is up with an address. Blocks for at most TRIES x join_s seconds."""
    where = nearby.recall() if rows.NEARBY else {}
    for _ in range(TRIES):
        feed()
        try:
            if settings["address"]:
                from torpor import fixed

                fixed.use(settings)
            wifi.radio.connect(settings["ssid"], settings["password"], timeout=settings["join_s"], **where)
            if rows.NEARBY:
                nearby.keep(wifi.radio.ap_info)
            return True
        except (OSError, RuntimeError, ValueError):
            where = {}  # all of them mean: no network now, or not there any more
    return False


def signal():
    """Strength of the access point, -dBm; 0 where the radio does not say."""
    try:
        return max(0, -wifi.radio.ap_info.rssi)
    except (AttributeError, OSError, RuntimeError):
        return 0


def pool():
    """The one socket pool that a radio may have."""
    global _pool
    if _pool is None:
        _pool = socketpool.SocketPool(wifi.radio)
    return _pool


def off():
    """Stop the radio. On a Pico W the chip stays powered until SLEEP all the same."""
    try:
        wifi.radio.enabled = False
    except (OSError, RuntimeError):
        pass
