"""Reading and checking settings.toml: imported only when there is something new to read."""

import os
import sys

import rows
from torpor.settings import NAMES

TEXT, HEX, NUMBER, ADDRESS = range(4)

# key in settings.toml, kind, lowest/shortest, highest/longest, default (None: required); settings.NAMES has
# their short names
KEYS = (
    ("TORPOR_NODE", TEXT, 1, 32, None),
    ("TORPOR_KEY", HEX, 64, 64, None),
    ("TORPOR_WIFI_SSID", TEXT, 1, 32, None),
    ("TORPOR_WIFI_PASSWORD", TEXT, 0, 64, ""),
    ("TORPOR_HOST", TEXT, 1, 64, None),
    ("TORPOR_PORT", NUMBER, 1, 65535, 8080),
    ("TORPOR_LOW_PCT", NUMBER, 5, 60, rows.LOW_PCT),
    ("TORPOR_HIGH_PCT", NUMBER, 10, 80, rows.HIGH_PCT),
    ("TORPOR_FULL_PCT", NUMBER, 20, 100, 60),
    ("TORPOR_BATCH", NUMBER, 1, 20, 1),
    ("TORPOR_HOLDOFF_S", NUMBER, 5, 3600, 30),
    ("TORPOR_NIGHT", NUMBER, 0, 1, 1),
    ("TORPOR_DARK_LUMA", NUMBER, 0, 255, 24),
    ("TORPOR_SPOOL_KIB", NUMBER, 0, 100000, 0),
    ("TORPOR_JOIN_S", NUMBER, 2, 7, 7),
    ("TORPOR_LATITUDE", NUMBER, -89, 90, 90),
    ("TORPOR_WAKES_H", NUMBER, 1, 1000, 60),
    ("TORPOR_HEARTBEAT_H", NUMBER, 0, rows.HEARTBEAT_H, rows.HEARTBEAT_H),
    ("TORPOR_LONGITUDE", NUMBER, -180, 180, 0),
    ("TORPOR_ZERO_UV", NUMBER, -rows.METER_OFFSET_uV, rows.METER_OFFSET_uV, 0),
    ("TORPOR_ADDRESS", ADDRESS, 0, 15, ""),
    ("TORPOR_GATEWAY", ADDRESS, 0, 15, ""),
    ("TORPOR_TLS", NUMBER, 0, rows.TLS, 0),
)


OWN = 5  # up to this key only settings.toml says it


class SettingsError(ValueError):
    """One sentence; `index` is the key's place in KEYS."""

    def __init__(self, index, text):
        super().__init__(text)
        self.index = index


def read(getenv=os.getenv):
    """All keys as a dict of short names, or SettingsError that names the first wrong one."""
    if sys.implementation.version < (10, 1):
        found = sys.implementation.version
        raise SettingsError(254, "CircuitPython %d.%d has no sha256: install 10.1 or later" % found[:2])
    values = {}
    for index in range(len(KEYS)):
        key, _, _, _, found = KEYS[index]
        name = NAMES[index]
        raw = getenv(key)
        if raw is None:
            if found is None:
                raise SettingsError(index, key + " is missing in settings.toml")
            values[name] = found
        else:
            values[name] = _checked(index, str(raw))
    _compare(values)
    values["cfg"] = 0
    return values


def change(values, more):
    """`values` with what home asks for, by the keys of settings.toml. SettingsError for what is wrong or not
    for home: what makes the node reachable, and whom it trusts."""
    for key in more:
        index = len(KEYS) - 1
        while index > OWN and KEYS[index][0] != key:
            index -= 1
        if index <= OWN:
            raise SettingsError(255, key + " is not for home to set")
        values[NAMES[index]] = _checked(index, str(more[key]))
    _compare(values)
    return values


def _checked(index, raw):
    key, kind, low, high, _ = KEYS[index]
    if kind == NUMBER:
        try:
            value = int(raw)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise SettingsError(index, "%s is %s, expected a whole number %d to %d" % (key, raw, low, high))
        return value
    if not low <= len(raw) <= high:
        raise SettingsError(index, "%s has %d characters, expected %d to %d" % (key, len(raw), low, high))
    if kind == HEX and raw.strip("0123456789abcdefABCDEF"):
        raise SettingsError(index, key + " may only hold the digits 0-9 and a-f")
    if kind == ADDRESS and raw and not _is_address(raw):
        raise SettingsError(index, key + " is " + raw + ", expected four numbers such as 192.168.1.50")
    return raw


def _is_address(raw):
    found = raw.split(".")
    return len(found) == 4 and all(value.isdigit() and int(value) < 256 for value in found)


def _compare(values):
    if 0 < len(values["password"]) < 8:
        raise SettingsError(3, "TORPOR_WIFI_PASSWORD has less than 8 characters, expected none or 8 to 64")
    if not values["low_pct"] < values["high_pct"] <= values["full_pct"]:
        raise SettingsError(
            6,
            "TORPOR_LOW_PCT %d < TORPOR_HIGH_PCT %d <= TORPOR_FULL_PCT %d does not hold"
            % (values["low_pct"], values["high_pct"], values["full_pct"]),
        )
    if bool(values["address"]) != bool(values["gateway"]):
        raise SettingsError(20, "TORPOR_ADDRESS and TORPOR_GATEWAY need each other: set both or none")
    if values["tls"]:
        from torpor import secure

        if not secure.ready():
            raise SettingsError(
                22, "TORPOR_TLS is 1, but " + secure.CERTIFICATE + ", the certificate, is not there"
            )
