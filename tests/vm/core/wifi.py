# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""wifi: importing it wakes the radio."""

from _bridge import call, get, put
from _far import asked


class _Network:
    def __init__(self, line):
        self._line = line

    def __getattr__(self, name):
        dBm, _, ssid = self._line.partition(" ")
        return ssid if name == "ssid" else int(dBm)


class _Radio:
    def connect(self, ssid, password=b"", *, timeout=None):
        asked(call("far", "join", ssid, password, timeout))

    def __getattr__(self, name):
        """What only install mode asks for costs no other wake a name."""
        if not name.endswith("networks"):
            raise AttributeError(name)

        def asked_for():
            return [_Network(line) for line in asked(call("far", name)).split("\n") if line]

        return asked_for

    @property
    def enabled(self):
        return asked(get("radio", "enabled"))

    @enabled.setter
    def enabled(self, on):
        asked(put("radio", "enabled", on))


asked(call("far", "radio_on"))
radio = _Radio()
