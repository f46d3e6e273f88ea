"""Where pictures wait: files in /spool on the node's own drive, named by their upload key."""

import os

import storage

FOLDER = "/spool"
_PART = ".tmp"


def names():
    """Waiting pictures, oldest first; leftovers of a power cut are removed. None while the drive is
    not ours: what cannot be deleted would be sent again and again."""
    if storage.getmount("/").readonly:
        return []
    try:
        found = os.listdir(FOLDER)
    except OSError:
        return []
    keep = []
    for name in found:
        if name.endswith(_PART):
            os.remove(FOLDER + "/" + name)
        else:
            keep.append(name)
    keep.sort()
    return keep


def prepare():
    """Make the folder. False if the drive cannot be written to: a computer owns it, or boot.py left
    it to one because the bench pin was held."""
    if storage.getmount("/").readonly:
        return False
    try:
        os.mkdir(FOLDER)
    except OSError:
        pass  # there already
    return True


def room(length, limit_bytes):
    """True if a file of `length` bytes fits the drive (two clusters stay free) and the owner's limit."""
    waiting = names()
    stat = os.statvfs("/")
    cluster = stat[0]
    if (stat[3] - 2) * cluster < length:
        return False
    if not limit_bytes:
        return True
    used = sum([os.stat(FOLDER + "/" + name)[6] for name in waiting])
    return used + length <= limit_bytes


def write(name, length, read_into, buffer):
    """Copy `length` bytes into a file that appears under `name` only when it is whole."""
    part = FOLDER + "/" + name + _PART
    view = memoryview(buffer)
    with open(part, "wb") as file:
        left = length
        while left:
            piece = view[: min(left, len(view))]
            read_into(piece)
            file.write(piece)
            left -= len(piece)
    os.rename(part, FOLDER + "/" + name)


def size(name):
    return os.stat(FOLDER + "/" + name)[6]


def delete(name):
    os.remove(FOLDER + "/" + name)
