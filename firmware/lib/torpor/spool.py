"""Where pictures wait: files named by their upload key, on the SD card or on the node's own drive. A picture
is known by its path."""

import os

import storage

import rows

FLASH = "/spool"
CARD = "/sd/spool"
NIGHT = "n"  # ends the name of a picture taken in the dark
_PART = ".tmp"

if "sd" in rows.SPOOL:
    from torpor import card

    ERRORS = (OSError, card.CardError)
else:
    card = None  # type: ignore[assignment]
    ERRORS = (OSError,)  # type: ignore[assignment]


def prepare(wake):
    """Folders that take a picture now, the best first: the card if it answers, the drive unless a computer
    owns it (or boot.py left it to one because the bench pin was held). None: only the FIFO is left."""
    folders = []
    if card and card.ready(wake):
        folders.append(CARD)
    if "flash" in rows.SPOOL and not storage.getmount("/").readonly:
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
    found = _in(CARD) if card and card.mounted else []
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


def opened(path):
    """To be read, as often as wanted."""
    return card.Reader(path) if card and path.startswith(CARD) else open(path, "rb")
