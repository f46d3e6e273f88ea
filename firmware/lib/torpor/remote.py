"""Settings that home sends: checked like the owner's own, and taken back where home is not heard with them.

`settings["cfg"]` is the number of home's set: 0 none, below zero one that was refused or taken back, and
TRIAL more while home has not been heard with it. A set says what differs from settings.toml, and replaces the
one before.
"""

from micropython import const

from torpor import reasons, settings, validate

TRIAL = const(0x10000)
TRIES = const(3)  # failed sessions in a row, after which a set on trial goes


def settle(wake):
    """Before sleep: take what home has sent, or end a trial."""
    number = wake.settings["cfg"]
    answer, record = wake.heard, wake.record
    if number >= TRIAL:
        number -= TRIAL
        if answer:
            _keep(wake, wake.settings, number)
        elif record.link_fails >= TRIES:
            wake.journal.event(reasons.SETTINGS_BACK, number & 255)
            _keep(wake, validate.read(), -number)
            record.link_fails = record.skip_links = 0  # the next wake may try
    if answer and "set" in answer and answer["cfg"] != abs(number):
        _take(wake, answer["cfg"], answer["set"])


def _take(wake, number, more):
    try:
        _keep(wake, validate.change(validate.read(), more), number + TRIAL)
        wake.journal.event(reasons.SETTINGS_NEW, number & 255)
    except ValueError as error:
        wake.journal.event(reasons.SETTINGS_BAD, getattr(error, "index", 255))
        _keep(wake, wake.settings, -number)


def _keep(wake, values, number):
    values["cfg"] = number
    wake.packed = settings.pack(values)
