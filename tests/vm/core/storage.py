# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""storage: who owns the drive."""

from _bridge import call
from _far import asked


class _Mount:
    @property
    def readonly(self):
        return asked(call("far", "readonly"))


_mount = _Mount()


def getmount(path):
    return _mount


def remount(path, readonly=False):
    asked(call("storage", "remount", path, readonly))
