"""Counts in erased nvm, a zero byte each time (docs/memory.md): appending costs no erase."""

import microcontroller

SAFE_MODES, SAFE_MODES_END = 528, 544  # by safemode.py
BOOTS, BOOTS_END = 784, 1024  # after a wake that was not finished
INSTALLS, INSTALLS_END = 1024, 1040  # install modes that were begun
INSTALLED = 3  # with so many of them the node is


def count(start, end):
    found = bytes(microcontroller.nvm[start:end]).find(b"\xff")
    return end - start if found < 0 else found


def add(start, end):
    """One more; returns how many there are now."""
    before = count(start, end)
    if start + before < end:
        microcontroller.nvm[start + before] = 0
    return before + 1


def clear(start, end):
    """A rewrite of the sector: ask first whether it may be."""
    microcontroller.nvm[start:end] = b"\xff" * (end - start)
