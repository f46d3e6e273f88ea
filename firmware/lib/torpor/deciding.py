"""Asking the policy: its configuration from settings and design, its snapshot from the wake."""

import rows
from torpor import clock, costs, forget, policy, reasons
from torpor.flags import DUE, FULL, LOCKED, NIGHT
from torpor.record import ADMIT, SMALL


def prepare(wake, look=False):
    """What the short way has left out: books, and settings, from nvm or, where there are none (`look`: or the
    file changed), from settings.toml. False if there are none to work with."""
    if wake.config:
        return True
    wake.books()
    if wake.visits:
        _woke(wake)
    from torpor import settings

    wake.settings, fresh = settings.load()
    if wake.settings is None or (look and not fresh):
        _read(wake)
    if wake.settings:
        wake.config = _config(wake.settings)
    forget.modules("torpor.settings")
    return bool(wake.settings)


def _woke(wake):
    """Why the node woke, and what the way from reset to BOOT has cost."""
    wake.due = wake.due or wake.record.flags & DUE != 0
    first_ms = clock.before_ms + (wake.visits[0][1] - clock.first) % clock.PERIOD
    wake.visits = ()
    record = wake.record
    record.held = record.held + 1 if record.waiting else 0
    record.soc = max(0, 100 * (record.charge // 100 - record.cold) // (100 - record.cold))
    wake.ledger.add(0, first_ms, first_ms * wake.ledger.price(rows.PRICES_mW[0]) // 1000)
    wake.journal.event(reasons.WOKE, wake.record.cause)


def _config(values):
    return (
        values["low_pct"],
        values["high_pct"],
        values["full_pct"],
        rows.BURST_mV,
        values["batch"],
        values["holdoff_s"],
        values["night"],
        rows.HOLDOFF_MAX_s,
        rows.PIR_s,
        rows.RECHECK_s,
        rows.SAG_mV,
        values["wakes_h"],
        rows.SPOOL_FITS,
        rows.EDGE,
    )


def _read(wake):
    from torpor import settings, validate

    try:
        wake.settings = validate.read()
        wake.packed = settings.pack(wake.settings)
        wake.journal.event(reasons.SETTINGS_NEW)
    except ValueError as error:  # a wrong key, a broken file, or a set that is too long to pack
        print("settings:", error)
        wake.bad = getattr(error, "index", 255)
        wake.journal.event(reasons.SETTINGS_BAD, wake.bad)


def ask(wake, question, is_dark=False):
    """(action, reason) of the policy."""
    record = wake.record
    snapshot = (
        question,
        record.soc,
        record.mV,
        record.flags & LOCKED,
        record.brownouts,
        record.credit,
        255 if wake.shot or wake.due else record.waiting,  # what only the FIFO holds cannot wait for more
        record.skip_links,
        record.stuck,
        record.dark,
        1 if is_dark else 0,
        (2 if wake.radio == 1 else 1) if wake.pir.value else 0,
        record.flags & FULL,
        record.camera_skips,
        record.allow,
        record.held,
        wake.per_hour,
        wake.ledger.mV,
        costs.picture(record, False),
        costs.picture(record, True),
        costs.of(record, costs.JOIN),
        clock.left(wake.end) // 1000,
    )
    return policy.decide(snapshot, wake.config)


def decide(wake, question, is_dark=False):
    """The policy's action; a refusal is journalled with its reason."""
    action, reason = ask(wake, question, is_dark)
    if reason != reasons.GO and reason != reasons.WATCH:
        wake.journal.event(reason)
    return action


def admit(wake):
    """Ask now whether the next motion may have the camera, and keep a dark picture: nothing that the answers
    hang on changes in sleep, and the shutter need not wait for the policy then."""
    record = wake.record
    record.flags &= ~(ADMIT | NIGHT | SMALL)
    if wake.config:
        share = policy.duty(record.soc, record.allow, wake.config)
        record.dark_luma = policy.darkest(wake.settings["dark_luma"], share)
        if ask(wake, policy.CAMERA)[0]:
            record.flags |= ADMIT
        if ask(wake, policy.KEEP, True)[0]:
            record.flags |= NIGHT
        if ask(wake, policy.TIER)[0]:
            record.flags |= SMALL


def may_write(wake):
    """Whether a sector of nvm may be rewritten now."""
    return wake.config and decide(wake, policy.WRITE)


def link_failed(record):
    """One more session in a row: let wakes pass before the next."""
    record.link_fails = min(record.link_fails + 1, 255)
    record.skip_links = policy.back_off(record.link_fails)


def camera_failed(wake, reason, argument):
    """Count it, and let more wakes pass each time before the camera is powered again."""
    record = wake.record
    record.camera_fails = min(record.camera_fails + 1, 255)
    record.camera_skips = policy.back_off(record.camera_fails)
    wake.journal.event(reason, argument)
