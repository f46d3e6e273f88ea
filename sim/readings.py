"""Readings as a node with declared tasks sends them: batches of entries, put on the calendar.

It is written from the format's description (docs/framework.md) and shares no code with the firmware.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: A time above this was told by home or by a clock; one below counts from the node's start (June 2019).
KNOWN_s = 1_560_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """One upload.

    Attributes
    ----------
    arrived_s : on the run's clock. unix_s : the same since 1970.
    of : names of the values. node_s : what the node's own clock said when it sent.
    """

    arrived_s: float
    unix_s: int
    content: bytes
    of: tuple[str, ...]
    node_s: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading; `unix_s` is None where nobody can tell its time any more. `arrived_s` as in Batch."""

    unix_s: int | None
    values: tuple[int, ...]
    arrived_s: float = float("inf")


def in_units(name: str) -> tuple[str, float, str]:
    """(title, what 1 of it is, unit) of a value by its name: a node sends whole numbers, and centi_C are
    hundredths of a degree."""
    front, _, unit = name.rpartition("_")
    for word, size in (("centi", 0.01), ("milli", 0.001), ("deci", 0.1)):
        if front.endswith(word):
            title = front.removesuffix(word).strip("_ ").replace("_", " ")
            title = title or ("temperature" if unit == "C" else unit)
            return title.capitalize(), size, "°C" if unit == "C" else unit
    return name.replace("_", " ").capitalize(), 1.0, ""


def entries(raw: bytes, values: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(the node's time, values) of each whole entry; what a power cut left half done is passed over."""
    size = 6 + 2 * values
    for at in range(0, len(raw) - size + 1, size):
        entry = raw[at : at + size]
        (check,) = struct.unpack_from("<H", entry, size - 2)
        if check == zlib.crc32(entry[:-2]) & 0xFFFF:
            time_s, *found = struct.unpack_from(f"<I{values}h", entry)
            yield time_s, tuple(found)


def readings_of(batches: Iterable[Batch]) -> list[Reading]:
    """All readings in the order of their arrival, each once however often it was sent."""
    found: dict[tuple[int, tuple[int, ...]], Reading] = {}
    for batch in batches:
        for time_s, values in entries(batch.content, len(batch.of)):
            when = on_calendar(time_s, batch)
            found.setdefault((time_s, values), Reading(when, values, batch.arrived_s))
    return list(found.values())


def on_calendar(time_s: int, batch: Batch) -> int | None:
    """Since 1970: as the node says, or counted back from the arrival if the node did not know either."""
    if time_s >= KNOWN_s:
        return time_s
    return batch.unix_s - (batch.node_s - time_s) if time_s <= batch.node_s < KNOWN_s else None
