"""What became of every reading that a node's sensor gave: at home, still on the node, or lost."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from sim.hardware import Hardware
from sim.home import Home
from sim.nodefile import readings_region
from sim.readings import Reading, entries, readings_of
from sim.result import ReadingFate

#: How far a node's clock may be off before nobody recognises its reading, s: a first day by an RC clock.
_WITHIN_s = 7200.0
#: Most values that one entry may hold.
_MOST_VALUES = 8


def reading_fates(
    taken: Sequence[tuple[float, int]], home: Home, hardware: Hardware, epoch_s: int
) -> list[ReadingFate]:
    """One for each reading that the sensor gave, in order.

    Parameters
    ----------
    taken : (time in s of the run, first value) as the sensor gave them.
    epoch_s : the run's start since 1970.
    """
    arrived = readings_of(home.readings.values())
    waiting = [Reading(time_s, values) for raw in _kept(hardware) for time_s, values in _decoded(raw)]
    return [
        _fate(t_s, value, arrived, epoch_s) or _fate(t_s, value, waiting, epoch_s) or _lost(t_s, value)
        for t_s, value in taken
    ]


def _fate(t_s: float, value: int, found: list[Reading], epoch_s: int) -> ReadingFate | None:
    """Take the reading out of `found` whose first value is the same and whose time is the nearest."""
    same = [one for one in found if one.values[0] == value and _off_s(one, t_s, epoch_s) <= _WITHIN_s]
    if not same:
        return None
    one = min(same, key=lambda reading: _off_s(reading, t_s, epoch_s))
    found.remove(one)
    said_s = nan if one.unix_s is None else one.unix_s - epoch_s
    fate = "delivered" if one.arrived_s < float("inf") else "waiting"
    return ReadingFate(t_s, one.values, fate, said_s, one.arrived_s)


def _off_s(reading: Reading, t_s: float, epoch_s: int) -> float:
    """A time that nobody can tell is right for any; one still on the node may count from its start."""
    if reading.unix_s is None or reading.unix_s < epoch_s:
        return 0.0
    return abs(reading.unix_s - epoch_s - t_s)


def _lost(t_s: float, value: int) -> ReadingFate:
    return ReadingFate(t_s, (value,), "lost", nan, float("inf"))


def _kept(hardware: Hardware) -> list[bytes]:
    """What lies on the node: the region in nvm, and the files."""
    start, end = readings_region(hardware.design)
    files = hardware.files.files
    found = [bytes(hardware.nvm[start:end]).rstrip(b"\xff")]
    return [*found, *(bytes(files[path]) for path in sorted(files) if path.endswith(".rdg"))]


def _decoded(raw: bytes) -> list[tuple[int, tuple[int, ...]]]:
    """Its entries, by the number of values for which most of them are whole."""
    padded = raw + b"\xff" * (2 * _MOST_VALUES)
    tries = [list(entries(padded, values)) for values in range(1, _MOST_VALUES + 1)]
    return max(tries, key=len)
