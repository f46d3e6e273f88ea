# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Where pictures wait: files named by their upload key, on the SD card or on the node's own drive. A picture
is known by its path."""

import os

import storage

import node
from torpor import reasons

FLASH = "/spool"
CARD = "/sd/spool"
NIGHT = "n"  # ends the name of a picture taken in the dark
_PART = ".tmp"

if "sd" in node.SPOOL:
    from torpor import card


class SpoolError(Exception):
    """A waiting picture cannot be read. No OSError: those are taken for the network's during an upload."""


def prepare(wake):
    """Folders that take a picture now, the best first: the card if it answers, the drive unless a computer
    owns it (or boot.py left it to one because the bench pin was held). None: only the FIFO is left."""
    folders = []
    if "sd" in node.SPOOL and card.ready(wake):
        folders.append(CARD)
    if "flash" in node.SPOOL and not storage.getmount("/").readonly:
        folders.append(FLASH)
    for folder in folders:
        try:
            os.mkdir(folder)
        except OSError:
            pass  # there already; or what writes there will say it
    return folders


def names():
    """Waiting pictures, oldest first, of all places that are there; leftovers of a power cut are removed.
    None of a drive that is not ours: what cannot be deleted would be sent again and again."""
    found = _in(CARD) if "sd" in node.SPOOL and card.mounted else []
    if not storage.getmount("/").readonly:
        found += _in(FLASH)
    found.sort(key=key)
    return found


def _in(folder):
    keep = []
    try:
        for name in os.listdir(folder):
            path = folder + "/" + name
            if name.endswith(_PART):
                os.remove(path)
            else:
                keep.append(path)
    except OSError:
        pass
    return keep


def room(folder, length, limit_bytes):
    """True if a file of `length` bytes fits (two clusters stay free); on the drive also the owner's limit."""
    waiting = _in(folder)
    stat = os.statvfs(folder[:-6] or "/")
    if (stat[3] - 2) * stat[0] < length:
        return False
    if folder == CARD or not limit_bytes:
        return True
    return sum([size(path) for path in waiting]) + length <= limit_bytes


def write(folder, name, length, read_into, buffer):
    """Copy `length` bytes into a file that appears under `name` only when it is whole."""
    path = folder + "/" + name
    view = memoryview(buffer)
    with open(path + _PART, "wb") as file:
        left = length
        while left:
            piece = view[: min(left, len(view))]
            read_into(piece)
            file.write(piece)
            left -= len(piece)
    os.rename(path + _PART, path)


def worked(wake, folder):
    """A picture lies in this folder. Only that ends a card's failures: one that is mounted may still fail.
    And what waits is counted anew: after a power cut the record does not know of the card's."""
    if folder == CARD:
        wake.record.sd_fails = 0
        wake.record.waiting = len(names()) - 1  # the new one is counted by who stored it


def key(path):
    """Its upload key: the name without ending and mark."""
    name = path[path.rfind("/") + 1 : -4]
    return name[:-1] if name.endswith(NIGHT) else name


def dark(path):
    """Whether it was taken in the dark."""
    return path.endswith(NIGHT + ".jpg")


def size(path):
    return os.stat(path)[6]


def delete(path):
    os.remove(path)


class Reader:
    """A waiting picture, open to be read as often as wanted."""

    def __init__(self, path):
        self._file = open(path, "rb")

    def rewind(self):
        self._file.seek(0)
        return self.read_into

    def read_into(self, piece):
        try:
            return self._file.readinto(piece)
        except OSError:
            raise SpoolError

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._file.close()


def failed(wake, path):
    """Something went wrong at this path. False if that is the drive's; a card is let go of unless it still
    answers, and what else waits can go on."""
    if not path.startswith(CARD):
        return False
    if card.mounted:
        try:
            os.stat(path)
            wake.journal.event(reasons.CARD_LOST)
        except OSError:
            card.lost(wake)
    return True
