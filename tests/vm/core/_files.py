# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""open() on the twin's drive."""

from _bridge import call, give, make, take
from _far import asked
from uctypes import addressof


class File:
    def __init__(self, path, mode="r"):
        self._far = asked(make("far", "open", path, mode))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def readinto(self, buffer):
        return asked(take(self._far, "readinto", addressof(buffer), len(buffer)))

    def write(self, data):
        return asked(give(self._far, "write", addressof(data), len(data)))

    def seek(self, at, mode=0):
        return asked(call(self._far, "seek", at, mode))

    def close(self):
        asked(call(self._far, "close"))
