"""Does the firmware fit the board? Heap of whole wakes in the embedded interpreter, a 200 kB picture in each.

The life is a power-up and a visit: every state from BOOT to SLEEP, twice. `smallest_heap_kib` is found by
bisection; a heap is enough if states and journal are those of the other tier. Garbage is only collected
between two awaits or states, in a sleep and before an import, so a board that collects when it needs to gets
along with less. `of_it_standins_kib` is what the stand-ins for the board's own C modules take of the peak: a
board has these in flash, so `firmware_live_kib` is the peak without them. The figures without a prefix are
those of a drive full of source (.py); `mpy` is a drive as deploy writes it, compiled where that is sound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contract import Figure, Progress, Result
from benchmarks.embedded import (
    PYSTACK_WORDS,
    Embedded,
    HEAP_KiB,
    Interpreter,
    Visit,
    VmFailure,
    standins_B,
)
from benchmarks.embedded_wakes import LIVES, Event, node_of, story_of, uxga

LIFE = "motion"
#: No heap below this holds even the stand-ins; none above is ours.
LOWEST_KiB, LOWEST_WORDS = 16, 64
#: A machine out of memory may hang instead of raising; that counts as a failure.
LIMIT_s = 5.0


def run(progress: Progress) -> Result:
    with TemporaryDirectory() as folder:
        design = uxga(Path(folder))
        figures = _form(design, False, lambda what, share: progress(what, 0.5 * share))
        figures["mpy"] = _form(design, True, lambda what, share: progress(f"{what}, .mpy", 0.5 + 0.5 * share))
        return Result(figures)


def _form(design: Path, compiled: bool, progress: Progress) -> dict[str, Figure]:
    """The figures of one form of the drive."""
    plain = node_of(LIVES[LIFE], design, compiled)
    expected = story_of(plain, plain.live)

    def visits(heap_KiB: int, words: int) -> list[Visit] | None:
        return _visits(design, compiled, expected, heap_KiB, words)

    progress("the Pico W's heap", 0.1)
    measured = visits(HEAP_KiB, PYSTACK_WORDS)
    progress("the smallest heap", 0.2)
    heap = _smallest(lambda KiB: visits(KiB, PYSTACK_WORDS) is not None, LOWEST_KiB, HEAP_KiB)
    progress("the smallest stack", 0.7)
    words = _smallest(lambda count: visits(HEAP_KiB, count) is not None, LOWEST_WORDS, PYSTACK_WORDS)
    live = _most([visit.live for visit in measured or []])
    used = _most([visit.used for visit in measured or []])
    peak, standins = max(live.values(), default=0), standins_B(plain)
    return {
        "smallest_heap_kib": heap if measured else None,
        "live_peak_kib": _KiB(peak),
        "of_it_standins_kib": _KiB(standins),
        "firmware_live_kib": _KiB(peak - standins),
        "used_peak_kib": _KiB(max(used.values(), default=0)),
        "live_kib": {state or "before BOOT": _KiB(most) for state, most in live.items()},
        "picture_bytes": max(stored.size for stored in plain.home.pictures.values()),
        "heap_kib": HEAP_KiB,
        "completes_at_heap": measured is not None,
        "pystack_words": PYSTACK_WORDS,
        "smallest_pystack_words": words if measured else None,
    }


def _visits(
    design: Path, compiled: bool, expected: list[Event], heap_KiB: int, words: int
) -> list[Visit] | None:
    """Live in the embedded interpreter; None if it failed or told another story."""
    node = node_of(LIVES[LIFE], design, compiled)
    with Interpreter(LIMIT_s) as interpreter:
        embedded = Embedded(node, interpreter, heap_KiB, words)
        try:
            told = story_of(node, embedded.live)
        except VmFailure:
            return None
    return embedded.visits if told == expected else None


def _smallest(enough: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest number that is enough; `low` is not, `high` is."""
    while high - low > 1:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle
    return high


def _most(tables: list[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in tables:
        for state, size in table.items():
            found[state] = max(found.get(state, 0), size)
    return found


def _KiB(size: int) -> float:
    return round(size / 1024, 1)
