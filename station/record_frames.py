"""The bench logger's frames: found in a stream of bytes, whatever else or whatever damage comes with them.

docs/recording.md is the format; the firmware's side is firmware/bench_logger/frames.py.
"""

from __future__ import annotations

import binascii
import struct
import zlib
from dataclasses import dataclass

SYNC, VERSION = b"\xa5\x5a", 1
MOST = 64  # readings in a frame
_HEAD = struct.Struct("<2sBBHHIIIhHH")
_READING = struct.Struct(">hH")
_CRC = struct.Struct("<I")
_SILENT, _RESTARTED = 1, 2
_FULL_SCALE_mV = (40, 80, 160, 320)
_BITS12_s, _BITS9_s = 532e-6, 84e-6  # data sheet SBOS448G, table 7.5
_LONGEST_LINE = 2048


@dataclass(frozen=True, slots=True)
class Reading:
    """One round: its mean current (mA), its voltage (V), levels of the marker pins (bits 0 and 1)."""

    mA: float
    V: float
    marker: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the logger.

    Attributes
    ----------
    boot : drawn at each start of the logger. sequence : of the frames since then, modulo 2^16.
    first : number of the first reading's round since the start, modulo 2^32.
    ticks_ms : the logger's clock when the last round was read, modulo 2^29.
    config : the meter's configuration register. silent : the meter does not answer.
    restarted : the meter had forgotten its configuration, and readings before this frame were left out.
    """

    boot: int
    sequence: int
    first: int
    ticks_ms: int
    shunt_mohm: int
    zero_uV: int
    config: int
    silent: bool
    restarted: bool
    readings: tuple[Reading, ...]

    @property
    def averages(self) -> int:
        """How many conversions the chip makes a mean of."""
        return 1 << (self.config >> 3 & 7)

    @property
    def round_s(self) -> float:
        """Length of a round as the data sheet has it; a chip's own may be a tenth away."""
        return self.averages * _BITS12_s + _BITS9_s

    @property
    def coverage(self) -> float:
        """The share of time in which the current is looked at."""
        return self.averages * _BITS12_s / self.round_s

    @property
    def full_scale_mA(self) -> float:
        """The most that the meter can show."""
        return _FULL_SCALE_mV[self.config >> 11 & 3] * 1000.0 / self.shunt_mohm


class Decoder:
    """Bytes in, frames out. Damaged frames are left out; their numbers will be missing.

    Attributes
    ----------
    damaged : places that began like a frame and were none. text : the last line that was no frame.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._line = bytearray()
        self.damaged = 0
        self.text = ""

    def feed(self, data: bytes) -> list[Frame]:
        """Frames that are complete with these bytes, in order."""
        rest = self._rest
        rest += data
        found: list[Frame] = []
        while True:
            at = rest.find(SYNC)
            if at != 0:  # a last byte may be the first one of the next frame's two
                end = at if at > 0 else len(rest) - rest.endswith(SYNC[:1])
                found += self._lines(bytes(rest[:end]))
                del rest[:end]
            if at < 0 or not self._take(found):
                return found

    def _take(self, found: list[Frame]) -> bool:
        """The frame at the front, or one byte less; False if more must come first."""
        rest = self._rest
        if len(rest) < _HEAD.size:
            return False
        end = _HEAD.size + _READING.size * rest[3] + _CRC.size
        possible = rest[2] == VERSION and rest[3] <= MOST
        if possible and len(rest) < end:
            return False
        frame = frame_of(bytes(rest[:end])) if possible else None
        if frame:
            found.append(frame)
        else:
            self.damaged += 1
        del rest[: end if frame else 1]
        return True

    def _lines(self, data: bytes) -> list[Frame]:
        """Frames that come as lines of base64; whatever else a console prints is kept as text."""
        self._line += data
        *lines, rest = self._line.split(b"\n")
        self._line = rest[-_LONGEST_LINE:]
        return [frame for line in lines if (frame := self._of_line(bytes(line).strip()))]

    def _of_line(self, line: bytes) -> Frame | None:
        if line.startswith(b"~"):
            try:
                frame = frame_of(binascii.a2b_base64(line[1:], strict_mode=True))
            except binascii.Error:
                frame = None
            self.damaged += frame is None
            return frame
        said = "".join(char for char in line.decode("utf-8", "replace") if char.isprintable()).strip()
        self.text = said or self.text
        return None


def frame_of(raw: bytes) -> Frame | None:
    """The frame of exactly these bytes; None if they are none."""
    if len(raw) < _HEAD.size + _CRC.size or raw[:2] != SYNC or raw[2] != VERSION:
        return None
    end = _HEAD.size + _READING.size * raw[3]
    if len(raw) != end + _CRC.size or _CRC.unpack_from(raw, end)[0] != zlib.crc32(raw[2:end]):
        return None
    _, _, _, boot, sequence, first, ticks_ms, shunt_mohm, zero_uV, config, flags = _HEAD.unpack_from(raw)
    if not shunt_mohm:
        return None
    readings = tuple(
        Reading((10 * shunt - zero_uV) / shunt_mohm, (bus >> 3) * 0.004, bus >> 1 & 3)
        for shunt, bus in _READING.iter_unpack(raw[_HEAD.size : end])
    )
    return Frame(
        boot, sequence, first, ticks_ms, shunt_mohm, zero_uV, config, bool(flags & _SILENT),
        bool(flags & _RESTARTED), readings,
    )  # fmt: skip
