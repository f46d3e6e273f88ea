"""Read what a sketch prints for people: 'Current: 28.9 mA' line by line, or several such on one line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from .headers import column, known_unit
from .log import Log
from .read_csv import read_csv
from .read_options import ReadOptions
from .text import Text

#: A name, a colon or equals sign, a number and its unit: 'Bus Voltage:   3.92 V', 'I=12.3mA'.
_READING = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z ]*?)\s*[:=]\s*(?P<value>[-+]?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z\u00b5\u03bc]+)?"
)
#: The stamp that a serial monitor puts before each line: '16:37:28.503 -> '.
_STAMP = re.compile(r"^(?P<stamp>\d{1,2}:\d{2}:\d{2}(?:\.\d+)?)\s*->\s*")


def are_printed(head: bytes, needs_current: bool = True) -> bool:
    """Whether a text begins with readings that name themselves, one of them a current with its unit.

    A voltage will do where no current is needed.
    """
    wanted = ("current",) if needs_current else ("current", "voltage")
    found = [item for line in _lines(head)[:12] for item in _READING.finditer(line)]
    return any(column(0, _title(item)).role in wanted and item["unit"] for item in found)


def read_printed(text: Text, options: ReadOptions) -> Log:
    """Read blocks of readings; a block ends where a name comes again.

    Blocks that hold other readings than most are not complete.

    Raises
    ------
    LogError : no rate is given where no line has a stamp, or a unit is not told.
    """
    blocks = _blocks(_lines(text.data[:]))
    titles = Counter(map(tuple, blocks)).most_common(1)[0][0]
    whole = [block for block in blocks if tuple(block) == titles]
    rows = [",".join(block[title] for title in titles) for block in whole]
    table = "\n".join([",".join(titles), *rows]) + "\n"
    log = read_csv(Text(text.path, table.encode()), options)
    torn = len(blocks) - len(whole)
    note = (f"{torn} block(s) of readings are not complete and were left out.",) if torn else ()
    return replace(log, notes=(*note, *log.notes))


def _lines(data: bytes) -> list[str]:
    return [line.strip() for line in data.decode("utf-8", "replace").splitlines()]


def _title(reading: re.Match[str]) -> str:
    unit = reading["unit"]
    return f"{reading['name'].strip()} ({unit})" if unit and known_unit(unit) else reading["name"].strip()


def _blocks(lines: list[str]) -> list[dict[str, str]]:
    """Title -> number of each block, with the stamp of its first line."""
    blocks: list[dict[str, str]] = []
    named: set[str] = set()
    for line in lines:
        stamp = _STAMP.match(line)
        for reading in _READING.finditer(line[stamp.end() :] if stamp else line):
            if reading["name"] in named or not blocks:
                blocks.append({"Time": stamp["stamp"]} if stamp else {})
                named = set()
            named.add(reading["name"])
            blocks[-1][_title(reading)] = reading["value"]
    return blocks
