"""The learned cost of each action: a running median in one byte of the record each.

A code is the logarithm of the cost, 16 steps to the octave: 1 is 1.04 mJ (of a KiB sent: tenths of it), 255
is 62 J. An observation moves it towards itself, by one step, or by more if it is far off: so one wild
reading does little, and a board that is dearer than its rows is known after some actions. 0: not learned
yet, the row counts.
"""

import rows

WAKE, PICTURE, SMALL, JOIN, KIB = range(5)  # rows.COSTS has them in this order
FIELDS = ("wake_c", "picture_c", "small_c", "join_c", "kib_c")
_OCTAVE = (1024, 1069, 1117, 1166, 1218, 1272, 1328, 1387, 1448, 1512, 1579, 1649, 1722, 1798, 1878, 1961)


def decode(code):
    """Cost of a code: mJ, of a KiB tenths of it."""
    return max(1, (_OCTAVE[code & 15] << (code >> 4)) + 512 >> 10)


def encode(cost):
    """The code nearest to a cost, 1 to 255."""
    value = max(1, cost) << 10
    count = 0
    while value >= 2048 and count < 15:
        value >>= 1
        count += 1
    step = 0
    while step < 16 and value > (_OCTAVE[step] + (_OCTAVE[step + 1] if step < 15 else 2048)) // 2:
        step += 1
    return max(1, min(16 * count + step, 255))


def learned(code, first, cost):
    """The code after one observation; `first`: the row's cost, where nothing was learned yet."""
    code = code or encode(first)
    off = encode(cost) - code
    step = 4 if abs(off) > 16 else 1
    return code + max(-step, min(step, off))


def of(record, action):
    """What an action costs: as learned, or by its row."""
    code = getattr(record, FIELDS[action])
    return decode(code) if code else rows.COSTS[action]


def saw(record, action, cost):
    """Learn from one action."""
    if cost > 0:
        name = FIELDS[action]
        setattr(record, name, learned(getattr(record, name), rows.COSTS[action], cost))


def picture(record, small, batch=0):
    """What a picture costs until it is at home, beside the wake that happens anyway, mJ: itself, its bytes,
    its share of a join."""
    kib = rows.KIB[1 if small else 0]
    mJ = of(record, SMALL if small else PICTURE) + kib * of(record, KIB) // 10
    return mJ + (of(record, JOIN) // batch if batch else 0)
