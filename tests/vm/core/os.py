# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""os: the twin's drive and settings.toml."""

from _bridge import call, take
from _far import asked
from uctypes import addressof


def getenv(key, default=None):
    value = asked(call("os", "getenv", key))
    return default if value is None else value


def urandom(count):
    found = bytearray(count)
    asked(take("far", "urandom", addressof(found), count))
    return bytes(found)


def listdir(path):
    names = asked(call("far", "listdir", path))
    return names.split("\n") if names else []


def stat(path):
    return tuple([int(one) for one in asked(call("far", "stat", path)).split()])


def statvfs(path):
    return tuple([int(one) for one in asked(call("far", "statvfs", path)).split()])


def remove(path):
    asked(call("os", "remove", path))


def rename(old, new):
    asked(call("os", "rename", old, new))


def mkdir(path):
    asked(call("os", "mkdir", path))
