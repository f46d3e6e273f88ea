"""All policy: pure functions on plain integers. Board, twin and kernel run this very file.

`decide(snapshot, config)` gives (action, reason). A snapshot is a tuple in the order of SNAPSHOT,
a config one in the order of CONFIG; per cent, millivolts, seconds. `pir_high` is 2 if the PIR only
rose after the radio was switched on.
"""

from micropython import const

from torpor.reasons import (
    BACK_OFF,
    BATCH,
    CAMERA_AWAY,
    DUTY,
    GO,
    LOW_BATTERY,
    NO_SPACE,
    NOTHING,
    PIR_STUCK,
    RADIO,
    RECOVERED,
    RETRIGGER,
    SAGGING,
    TOO_DARK,
    WATCH,
)

# Questions
LOCK = const(0)  # action 1: locked out
CAMERA = const(1)  # action 1: power the camera
KEEP = const(2)  # action 1: keep a frame this dark
LINK = const(3)  # action 1: open Wi-Fi
SLEEP = const(4)  # action: seconds by timer, 0 = until the pin wakes
WRITE = const(5)  # action 1: erase and rewrite a sector of nvm

SNAPSHOT = (
    "question",
    "soc",
    "mV",
    "locked",
    "brownouts",
    "credit",
    "waiting",
    "skip_links",
    "stuck",
    "dark",
    "is_dark",
    "pir_high",
    "full",
    "camera_skips",
)
CONFIG = (
    "low_pct",
    "high_pct",
    "full_pct",
    "burst_mV",
    "batch",
    "holdoff_s",
    "night",
    "holdoff_max_s",
    "pir_s",
    "recheck_s",
)

STUCK_MAX = const(3)  # wakes in a row with the PIR never low, after which it is not believed
DARK_MAX = const(3)  # dark frames in a row, after which dark frames are skipped
BATCH_MAX = const(8)
BROWNOUTS_MAX = const(2)  # cold boots in a row that may be an accident
RETRY_s = const(3600)  # a heartbeat that did not reach home is tried again
NO_METER = const(0)  # mV of a node that cannot measure


def decide(snapshot, config):
    """The one entry: what to do, and why."""
    question = snapshot[0]
    if question == LOCK:
        return _lock(snapshot[1], snapshot[3], snapshot[4], config)
    if question == CAMERA:
        return _camera(snapshot, config)
    if question == KEEP:
        return _keep(snapshot[9], snapshot[10], config)
    if question == LINK:
        return _link(snapshot, config)
    if question == WRITE:
        return _write(snapshot[1], snapshot[2], config)
    return _sleep(snapshot[3], snapshot[8], snapshot[11], config)


def duty(soc, config):
    """The ramp: share of triggers served, per mille, from 0 at low_pct to 1000 at full_pct."""
    if soc >= config[2]:
        return 1000
    if soc <= config[0]:
        return 0
    return 1000 * (soc - config[0]) // (config[2] - config[0])


def batch(soc, config):
    """Pictures worth one Wi-Fi session: the setting when full, up to BATCH_MAX times it when low."""
    return config[4] * (1 + (BATCH_MAX - 1) * (1000 - duty(soc, config)) // 1000)


def _lock(soc, locked, brownouts, config):
    # Two thresholds, latched in the record: out below low_pct, in again only above high_pct.
    if locked:
        return (1, LOW_BATTERY) if soc < config[1] else (0, RECOVERED)
    if soc < config[0] or (brownouts > BROWNOUTS_MAX and soc < config[1]):
        return 1, LOW_BATTERY
    return 0, GO


def _camera(snapshot, config):
    if snapshot[3]:
        return 0, LOW_BATTERY
    if snapshot[8] >= STUCK_MAX:
        return 0, PIR_STUCK
    if snapshot[13]:
        return 0, CAMERA_AWAY
    if snapshot[12] and snapshot[7]:  # nowhere to put it, and no Wi-Fi at this wake
        return 0, NO_SPACE
    if snapshot[5] + duty(snapshot[1], config) < 1000:
        return 0, DUTY
    return 1, GO


def _keep(dark, is_dark, config):
    if is_dark and (dark >= DARK_MAX or not config[6]):
        return 0, TOO_DARK
    return 1, GO


def _link(snapshot, config):
    waiting = snapshot[6]
    if snapshot[3]:
        return 0, LOW_BATTERY
    if not waiting:
        return 0, NOTHING
    if snapshot[7]:
        return 0, BACK_OFF
    if NO_METER < snapshot[2] < config[3]:
        return 0, SAGGING
    if waiting < batch(snapshot[1], config):
        return 0, BATCH
    return 1, GO


def _write(soc, mV, config):
    # What loses its supply between erase and program loses the whole sector. 0 mV and 0 per cent: not
    # measured yet; a node without a meter says 100 per cent.
    if mV < config[3] and (mV or not soc):
        return 0, SAGGING
    return 1, GO


def _sleep(locked, stuck, pir_high, config):
    if locked and config[9]:  # a clock looks for the sun more cheaply than the PIR's wakes do
        return config[9], WATCH
    # A level alarm on a pin that is still high would wake at once, and each such wake costs the
    # awake floor: then the dearer timed sleep is the cheaper one, longer each time.
    if not pir_high:
        return 0, WATCH
    if pir_high == 2:  # it rose while the radio was on, which it takes for motion: let it fall
        return config[8], RADIO
    seconds = min(config[5] << min(stuck, 12), config[7])
    return seconds, PIR_STUCK if stuck >= STUCK_MAX else RETRIGGER


def ring(hours, silent_s, tried):
    """Seconds of sleep after which a node must speak that home has not heard for `silent_s`; 0: never."""
    return max(3600 * hours - silent_s, RETRY_s if tried else 60) if hours else 0


def back_off(fails):
    """Wakes to let pass after `fails` failed sessions in a row: 0, 0, 2, 6, 14, 30, then 32."""
    return max(0, min((1 << min(fails, 6)) - 2, 32))
