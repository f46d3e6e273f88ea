# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""The way out of the virtual machine: every core module below asks the twin through these calls.

`call`, `get`, `put` and `make` take the name of a stand-in (or the number of an object made before) and the
name of a member; `give` sends a buffer along, `take` fills one. All of them return FAILED when the twin
raised; `fail()` then raises the same here. On a board all this is C: it takes no heap there.
"""

import builtins
import sys
from gc import mem_alloc

from _bridge import call, give, live, rest, take, why
from uctypes import addressof

FAILED = -1


class EndOfWake(BaseException):
    """Deep sleep, reset or power cut: unwinds the program like the board's own."""


_KINDS = {
    "OSError": OSError,
    "ValueError": ValueError,
    "RuntimeError": RuntimeError,
    "NotImplementedError": NotImplementedError,
    "AttributeError": AttributeError,
}


def fail():
    name, at, value = why().split("\n", 2)
    if name == "EndOfWake":
        raise EndOfWake
    if name == "OSError":
        raise OSError(int(at))
    raise _KINDS.get(name, RuntimeError)(value)


def asked(answer):
    if answer == FAILED:
        fail()
    return answer


def collect():
    """Between two awaits or states, in a sleep and before an import: the only places of collection."""
    rest(mem_alloc())
    live(mem_alloc())


class Memory:
    """sleep_memory and nvm: bytes that lie on the other side."""

    def __init__(self, name):
        self._name = name
        self._length = call(name, "__len__")

    def __len__(self):
        return self._length

    def __getitem__(self, at):
        if not isinstance(at, slice):
            return call(self._name, "__getitem__", at)
        start, end, _ = at.indices(self._length)
        found = bytearray(max(0, end - start))
        asked(take(self._name, "read", addressof(found), len(found), start))
        return found

    def __setitem__(self, at, value):
        if isinstance(at, slice):
            start, end, _ = at.indices(self._length)
            asked(give(self._name, "write", addressof(value), len(value), start, end))
        else:
            asked(call(self._name, "__setitem__", at, value))


def listen():
    """Put the twin's ears on: it hears every state and every journal entry, as in the other tier."""
    if "torpor.machine" in sys.modules:
        sys.modules["torpor.machine"].watch = _state
    if "torpor.journal" in sys.modules:
        sys.modules["torpor.journal"].watch = _entry


def _state(state):
    asked(call("far", "state", state))
    collect()


def _entry(entry):
    asked(give("far", "entry", addressof(entry), len(entry)))


_import = builtins.__import__


def _load(name, *args):
    if name not in sys.modules or name == "torpor":  # then it may be "from torpor import another"
        collect()
    found = _import(name, *args)
    listen()
    return found


builtins.__import__ = _load
