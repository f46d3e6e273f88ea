"""All policy: pure functions on plain integers. Board, twin and kernel run this very file.

`decide(snapshot, config)` gives (action, reason). Both arguments are tuples in the order below; per cent,
millivolts, millijoules, seconds. `pir_high` is 2 if the PIR only rose after the radio was switched on. What a
day may cost is planned once a day by torpor.learning.

Snapshot: question soc mV locked brownouts credit waiting skip_links stuck dark is_dark pir_high full
    camera_skips allow held per_hour load_mV picture_mJ small_mJ join_mJ left_s.

Config: low_pct high_pct full_pct burst_mV batch holdoff_s night holdoff_max_s pir_s recheck_s sag_mV
    wakes_h spool edge.
"""

from micropython import const

from torpor.reasons import (
    AGE,
    BACK_OFF,
    BATCH,
    BUSY,
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
    SMALL,
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
TIER = const(6)  # action 1: the small frame
MORE = const(7)  # action 1: one more picture in this session


_STUCK_MAX = const(3)  # wakes in a row with the PIR never low, after which it is not believed
_DARK_MAX = const(3)  # dark frames in a row, after which dark frames are skipped
_BATCH_MAX = const(8)
_HELD_MAX = const(60)  # wakes that the oldest picture may wait
BROWNOUTS_MAX = const(2)  # cold boots in a row that may be an accident
_LAST_s = const(20)  # left of a session, in which a picture still goes home whole over a poor signal
RETRY_s = const(3600)  # a heartbeat that did not reach home is tried again
NO_METER = const(0)  # mV of a node that cannot measure
_BRIM_PCT = const(95)  # from here on what the panel gives would be lost
_GUARD_PCT = const(40)  # above the lock-out: a plan may be wrong, so it fades out here
_POOR = const(100)  # a plan up to this (40 % of the motions) sees hard times coming: the ramp begins higher,
_SPARE_PCT = const(70)  # at this charge where nothing may be spent at all
SCARCE = const(500)  # share of motions, per mille, below which dark pictures are not worth their energy
_ASK_mJ = const(60)  # a question to home and its answer: a tenth of a second with the radio on
NIGHT = const(8)  # of so many motions in the dark one is looked at
_WANT = const(250)  # share below which a small picture is better than none


def decide(snapshot, config):
    """The one entry: what to do, and why."""
    question = snapshot[0]
    if question == LOCK:
        return _lock(snapshot[1], snapshot[3], snapshot[4], config)
    if question == CAMERA:
        return _camera(snapshot, config)
    if question == KEEP:
        return _keep(snapshot, config)
    if question == LINK:
        return _link(snapshot, config)
    if question == WRITE:
        return _write(snapshot[1], snapshot[2], config)
    if question == TIER:
        return _tier(snapshot, config)
    if question == MORE:
        if NO_METER < snapshot[17] < config[10]:
            return 0, SAGGING
        return (1, GO) if snapshot[21] >= _LAST_s else (0, BATCH)  # so slow a signal: what waits, waits
    return _sleep(snapshot, config)


def duty(soc, allow, config):
    """Share of motions that may have the camera, per mille: the plan's (`allow` - 1 in 1/250) or that of a
    ramp on the charge, whichever is more; all of them where the battery is full; fading out above the
    lock-out. The poorer the plan, the higher that ramp begins. Without a plan (`allow` 0), a ramp from
    low_pct to full_pct."""
    if soc <= config[0]:
        return 1000 if soc >= config[2] else 0
    if not allow:
        return min(1000, 1000 * (soc - config[0]) // max(1, config[2] - config[0]))
    if soc >= _BRIM_PCT:
        return 1000
    foot = max(config[0], _SPARE_PCT - (allow - 1) * _SPARE_PCT // _POOR)
    ramp = 1000 * max(0, soc - foot) // (100 - foot)
    return min(max(4 * (allow - 1), ramp), 1000 * (soc - config[0]) // _GUARD_PCT)


def served(soc, allow, dark, config):
    """The same after `dark` dark pictures in a row: in the night a motion rarely is worth its camera, unless
    there is energy for everything."""
    share = duty(soc, allow, config)
    return share // NIGHT if dark >= _DARK_MAX and share < 1000 else share


def darkest(luma, share):
    """Mean brightness below which a picture is too dark: the setting, or more where energy is scarce."""
    return min(255, luma * (2000 - share) // 1000)


def batch(share, join_mJ, picture_mJ, config):
    """Pictures worth one Wi-Fi session: the setting where every motion has its picture; where not, so many
    that joining costs a sixth of what they do, as far as they find room."""
    if share >= 1000:
        return config[4]
    fit = min(_BATCH_MAX * config[4], max(config[4], config[12]))
    return max(config[4], min(fit, 6 * join_mJ // max(1, picture_mJ)))


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
    if snapshot[8] >= _STUCK_MAX:
        return 0, PIR_STUCK
    if snapshot[13]:
        return 0, CAMERA_AWAY
    if snapshot[12] and snapshot[7]:  # nowhere to put it, and no Wi-Fi at this wake
        return 0, NO_SPACE
    if snapshot[5] + served(snapshot[1], snapshot[14], snapshot[9], config) < 1000:
        return 0, DUTY
    return 1, GO


def _keep(snapshot, config):
    if not snapshot[10]:
        return 1, GO
    if snapshot[9] >= _DARK_MAX or not config[6] or duty(snapshot[1], snapshot[14], config) < SCARCE:
        return 0, TOO_DARK
    return 1, GO


def _tier(snapshot, config):
    # Found no room, or scarce, and the small one is worth it.
    if snapshot[12]:
        return 1, SMALL
    share = duty(snapshot[1], snapshot[14], config)
    join_mJ = snapshot[20] // batch(share, snapshot[20], snapshot[18], config)
    if share < _WANT and 2 * (snapshot[19] + join_mJ) <= snapshot[18] + join_mJ:
        return 1, SMALL
    return 0, GO


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
    if waiting < batch(duty(snapshot[1], snapshot[14], config), snapshot[20], snapshot[18], config):
        return (0, BATCH) if snapshot[15] < _HELD_MAX else (1, AGE)
    return 1, GO


def _write(soc, mV, config):
    # What loses its supply between erase and program loses the whole sector. 0 mV and 0 per cent: not
    # measured yet; a node without a meter says 100 per cent.
    if mV < config[3] and (mV or not soc):
        return 0, SAGGING
    return 1, GO


def _sleep(snapshot, config):
    stuck = snapshot[8]
    if snapshot[3] and config[9]:  # a clock looks for the sun more cheaply than the PIR's wakes do
        return config[9], WATCH
    # Where energy is scarce one picture of a visitor is enough: what still moves is let be until it has
    # fallen and risen again, in the cheap sleep.
    share = 0 if snapshot[3] else duty(snapshot[1], snapshot[14], config)
    if share < 1000 and config[13] and stuck < _STUCK_MAX and snapshot[11]:
        return 0, WATCH
    # A level alarm on a pin that is still high would wake at once, and each such wake costs the
    # awake floor: then the dearer timed sleep is the cheaper one, longer each time.
    if snapshot[11] == 1:
        seconds = min(config[5] << min(stuck, 12), config[7])
        return seconds, PIR_STUCK if stuck >= _STUCK_MAX else RETRIGGER
    if config[9] and snapshot[16] > config[11]:  # sun and wind, most likely
        return min(max(config[5], 3600 // config[11]), config[7]), BUSY
    if snapshot[11]:  # it rose while the radio was on, which it takes for motion: let it fall
        return config[8], RADIO
    return 0, WATCH


def way(timed, watching, prices_uW):
    """The cheapest way to sleep that a clock can end (`timed`), motion (`watching`), or both. `prices_uW`: of
    torpor.sleep's ways in their order, 0 where there is none. -1: no way fits."""
    best = -1
    for one in range(len(prices_uW)):
        fits = (one != 0 or not timed) and (one in (0, 3) or not watching)
        if prices_uW[one] and fits and (best < 0 or prices_uW[one] < prices_uW[best]):
            best = one
    return best


def ring(hours, silent_s, tried):
    """Seconds of sleep after which a node must speak that home has not heard for `silent_s`; 0: never."""
    return max(3600 * hours - silent_s, RETRY_s if tried else 60) if hours else 0


def resumes(fails, length, kib):
    """Whether it pays to ask home for the beginning of a picture whose session broke off: half of it is
    there, most likely. `kib`: cost of a KiB sent, tenths of a mJ."""
    return fails > 0 and (length >> 10) * kib // 20 > _ASK_mJ


def back_off(fails):
    """Wakes to let pass after `fails` failed sessions in a row: 0, 0, 2, 6, 14, 30, then 32."""
    return max(0, min((1 << min(fails, 6)) - 2, 32))
