# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""wifi: importing it wakes the radio."""

from _bridge import call, get, put
from _far import asked


class _Radio:
    def connect(self, ssid, password=b"", *, timeout=None):
        asked(call("far", "join", ssid, password, timeout))

    @property
    def enabled(self):
        return asked(get("radio", "enabled"))

    @enabled.setter
    def enabled(self, on):
        asked(put("radio", "enabled", on))


asked(call("far", "radio_on"))
radio = _Radio()
