"""Where a block of lanes keeps what: one flat array, a row of LANES floats for each quantity.

A *lane* is one node: its own visitors, panel, battery and luck. All lanes of a block share the weather, so
an hour's figures are read once for all of them. Every loop of the kernel runs over one row's length without
calls: only so does the compiler see that no two rows overlap, and does sixteen lanes at a time.
"""

from __future__ import annotations

from typing import Any

import numba
from numba import njit

from sim.odds.keeping import compiled_folder

#: Nodes side by side. Ours: what they need then fits the fastest cache.
LANES = 128
MONTHS, WEEKS, DAYS = 12, 53, 365

#: What a lane is: panel over the design's, hours that an ampere takes to fill it by 1, resistance and load
#: over the rows', error of its gauge in points, capacity by the node's own belief in J.
(PANEL, PER_A, STIFF, LOAD_X, GAUGE, CAPACITY_J) = LANE = tuple(range(0, 6 * LANES, LANES))
#: Its state: charge (of 1), open-circuit voltage, supply (1 or 0), and what the policy remembers.
(Q, U, ALIVE, LOCKED, CREDIT, WAITING, HELD, DARK, ROW, MET, SPENT, IDLE, REFS, HARVEST, BASE, WISH, LEARNT,
SEEN_AT,
 COUNT, LOAD, STRENGTH) = STATE = tuple(range(6 * LANES, 27 * LANES, LANES))  # fmt: skip
#: A month's sums, and a week's lowest charge.
(DOWN_h, OUT_h, GAINED_J, TAKEN_J, SEEN, PICTURES, VISITORS) = MONTH = tuple(
    range(27 * LANES, 34 * LANES, LANES)
)
(
    LOWEST,
    NEW_HARVEST,
    NEW_BASE,
    PART_Q,
    PART_H,
    IN_A,
    OUT_A,
    WAS_U,
    DONE,
    SQUARE,
    WEAR,
    LEFT,
    PER_NEW,
    STIFF_NEW,
    FRESH,
    FILL_Ah,
) = tuple(range(34 * LANES, 50 * LANES, LANES))
ROWS = 50
#: All motions of the run so far: what a day's count is taken from.
MONTH_NAMES = ("down_h", "locked_h", "harvest_J", "load_J", "seen", "pictures", "visitors")


# What was compiled is kept by everything that it was made from: numba itself looks at one file only.
numba.config.CACHE_DIR = str(compiled_folder())  # type: ignore[attr-defined]
jit: Any = njit(cache=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)
small: Any = njit(forceinline=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)
