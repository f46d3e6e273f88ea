"""What goes when the drive has no room for a picture that is worth more."""

from torpor import reasons, spool

MOST = 8  # pictures that may go for one
FAR = 0x10000  # apart: of different lives


def room(wake, length, limit_bytes):
    """Delete waiting pictures of the drive, the least of all first, until `length` bytes fit. False if the
    new one is worth the least itself, or that would take too many."""
    paths = [path for path in spool.names() if path.startswith(spool.FLASH)]
    for _ in range(MOST):
        if spool.room(spool.FLASH, length, limit_bytes):
            return True
        path = least(paths, wake.dark)
        if not path:
            break
        spool.delete(path)
        paths.remove(path)
        wake.record.waiting = max(0, wake.record.waiting - 1)
        wake.journal.event(reasons.DROPPED, 1 if spool.dark(path) else 0)
    return False


def least(paths, is_dark):
    """Of waiting pictures, oldest first, the one that is worth least; None if it is the new one (`is_dark`).

    One taken in the dark is worth less than one of the day. Of those of the day the one goes whose neighbours
    are nearest by their numbers, never the first: so what is left is spread over the whole time.
    """
    for path in paths:
        if spool.dark(path):
            return None if is_dark else path
    if is_dark or len(paths) < 3:
        return None
    best, gap = None, FAR
    for i in range(1, len(paths) - 1):
        apart = _apart(paths[i - 1], paths[i + 1])
        if apart < gap:
            best, gap = paths[i], apart
    return best or paths[1]


def _apart(path, other):
    first, last = spool.key(path), spool.key(other)
    return (int(last[9:]) - int(first[9:])) & 0xFFFF if first[:8] == last[:8] else FAR
