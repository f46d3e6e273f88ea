"""What a check printed, line by line: findings with their sums, and the bytes of a picture."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_LINE = re.compile(r"([=~])([0-9a-f]{8})(.*)")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a check: a code of firmware/doctor/ and its figures."""

    code: str
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything of one or more checks. picture : bytes as they came. garbled : lines with a wrong sum."""

    told: tuple[Told, ...] = ()
    picture: bytes = b""
    garbled: int = 0

    def __add__(self, other: Heard) -> Heard:
        return Heard(self.told + other.told, self.picture + other.picture, self.garbled + other.garbled)

    def one(self, code: str) -> dict[str, Any] | None:
        """The figures of the last line with this code."""
        return next((told.figures for told in reversed(self.told) if told.code == code), None)

    def all(self, code: str) -> list[dict[str, Any]]:
        return [told.figures for told in self.told if told.code == code]


def line_of(line: str) -> Told | bytes | None:
    """A finding, some bytes of the picture, or None for a line that is spoilt (or not a check's)."""
    found = _LINE.search(line)
    if found is None or zlib.crc32(found[3].encode()) != int(found[2], 16):
        return None
    try:
        if found[1] == "~":
            return b64decode(found[3], validate=True)
        figures = json.loads(found[3])
        return Told(str(figures.pop("code")), figures)
    except (Error, ValueError, KeyError, AttributeError):
        return None


def read_lines(lines: Iterable[str]) -> Heard:
    """What drivers print besides is let be; what looks like a check's and is spoilt is counted."""
    told: list[Told] = []
    picture, garbled = bytearray(), 0
    for line in lines:
        found = line_of(line)
        if isinstance(found, Told):
            told.append(found)
        elif isinstance(found, bytes):
            picture += found
        elif _LINE.search(line):
            garbled += 1
    return Heard(tuple(told), bytes(picture), garbled)
