# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""socketpool: TCP sockets that may send in parts."""

from _bridge import call, give, make, take
from _far import asked
from uctypes import addressof


class _Socket:
    def __init__(self, far):
        self._far = far

    def settimeout(self, seconds):
        asked(call(self._far, "settimeout", seconds))

    def connect(self, address):
        asked(call("far", "connect", self._far, address[0], address[1]))

    def send(self, data):
        return asked(give(self._far, "send", addressof(data), len(data)))

    def recv_into(self, buffer):
        return asked(take(self._far, "recv_into", addressof(buffer), len(buffer)))

    def close(self):
        asked(call(self._far, "close"))


class SocketPool:
    AF_INET = 2
    SOCK_STREAM = 1

    def __init__(self, radio):
        self._far = asked(make("far", "pool"))

    def socket(self, *args):
        return _Socket(asked(make(self._far, "socket")))
