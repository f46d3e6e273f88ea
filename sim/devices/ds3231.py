"""The DS3231 at register level: time that drifts, alarm 1 and its open-drain line, a backup cell.

Source of registers: Maxim data sheet 19-5170, figure 1 and table 2; rows of the clock part. Alarm 2 and
the square wave only keep their register values.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, inf

from boards import Part

_ALARM, _CONTROL, _STATUS = 0x07, 0x0E, 0x0F
_A1F, _A1IE, _INTCN = 0x01, 0x01, 0x04
_LAST = 0x12
_START = datetime(2000, 1, 1)
#: Period of alarm 1 in s by its mask bits A1M4..A1M1; 0: a date or day decides.
_PERIOD_s = {0b1111: 1, 0b1110: 60, 0b1100: 3600, 0b1000: 86_400, 0b0000: 0}


@dataclass(frozen=True, slots=True)
class ClockFaults:
    """What goes wrong: `absent` (never answers), `line_stuck` (the INT line hangs low), `no_cell` (it
    forgets the time without a supply), `error` (rate, 1; None draws it within the row)."""

    seed: int = 0
    absent: bool = False
    line_stuck: bool = False
    no_cell: bool = False
    error: float | None = None


class Ds3231:
    """One clock on its I2C bus. Times are float seconds since the start of the run."""

    def __init__(
        self,
        part: Part,
        address: int,
        on_change: Callable[[], None] = lambda: None,
        faults: ClockFaults | None = None,
    ) -> None:
        self.address = address
        self._faults = faults or ClockFaults()
        self._on_change = on_change
        self._standing_mA = part.v("standing")
        error = part.v("error")
        drawn = random.Random(f"ds3231 {self._faults.seed}").uniform(-error, error)
        self.rate = 1.0 + (drawn if self._faults.error is None else self._faults.error)
        self._on = False
        self._pointer = 0
        self._forget(0.0)

    def _forget(self, now_s: float) -> None:
        """First power: registers at their defaults, the oscillator-stop flag set."""
        self._registers = bytearray(_LAST + 1)
        self._registers[_CONTROL], self._registers[_STATUS] = 0x1C, 0x88
        self._set(now_s, 0)

    def _set(self, now_s: float, clock_s: int) -> None:
        """The countdown chain starts anew at a whole second."""
        self._set_at_s, self._set_to_s = now_s, clock_s
        self._looked_s = clock_s  # alarms up to this clock second are in the flag already

    def clock_s(self, now_s: float) -> int:
        """Whole seconds since 2000-01-01 on its own face."""
        return self._set_to_s + floor((now_s - self._set_at_s) * self.rate + 1e-9)

    # -- supply ----------------------------------------------------------------------------------

    def power(self, now_s: float, on: bool) -> None:
        """Supply on or off; on its cell it counts on, but does not pull the line."""
        if on and not self._on and self._faults.no_cell:
            self._forget(now_s)
        self._on = on
        self._on_change()

    def load_mA(self) -> float:
        return self._standing_mA if self._on and not self._faults.absent else 0.0

    # -- bus -------------------------------------------------------------------------------------

    def acknowledges(self, now_s: float) -> bool:
        return self._on and not self._faults.absent

    def write(self, now_s: float, data: bytes) -> None:
        if not data:
            return
        self._look(now_s)
        self._pointer = data[0]
        time = bytearray(self._face(now_s))
        touched = False
        for value in data[1:]:
            at = self._pointer
            if at < _ALARM:
                time[at], touched = value, True
            elif at == _STATUS:  # flags can only be cleared
                old = self._registers[at]
                self._registers[at] = (old & value & 0x83) | (value & 0x08) | (old & 0x04)
            elif at <= _LAST:
                self._registers[at] = value
            self._pointer = (at + 1) % (_LAST + 1)
        if touched:
            self._set(now_s, _seconds(time))
        self._on_change()

    def read(self, now_s: float, count: int) -> bytes:
        self._look(now_s)
        image = self._face(now_s) + bytes(self._registers[_ALARM:])
        data = bytes(image[(self._pointer + offset) % len(image)] for offset in range(count))
        self._pointer = (self._pointer + count) % len(image)
        return data

    def _face(self, now_s: float) -> bytes:
        """Registers 0 to 6: BCD, 24 hours."""
        now = _START + timedelta(seconds=self.clock_s(now_s))
        fields = (now.second, now.minute, now.hour, now.isoweekday(), now.day, now.month, now.year - 2000)
        return bytes(value // 10 << 4 | value % 10 for value in fields)

    # -- alarm 1 ---------------------------------------------------------------------------------

    def low(self, now_s: float) -> bool:
        """Does it pull its line?"""
        self._look(now_s)
        if self._faults.line_stuck:
            return True
        return self._on and self._enabled() and bool(self._registers[_STATUS] & _A1F)

    def next_low(self, now_s: float) -> float:
        """When the line is low for the first time from now on (infinity: never)."""
        if self.low(now_s):
            return now_s
        match = self._next_match(self._looked_s) if self._on and self._enabled() else inf
        if match == inf or self._faults.absent:
            return inf
        return max(now_s, self._set_at_s + (match - self._set_to_s) / self.rate)

    def _enabled(self) -> bool:
        return self._registers[_CONTROL] & (_INTCN | _A1IE) == _INTCN | _A1IE

    def _look(self, now_s: float) -> None:
        """Note an alarm that went off up to now."""
        clock_s = self.clock_s(now_s)
        if self._next_match(self._looked_s) <= clock_s:
            self._registers[_STATUS] |= _A1F
        self._looked_s = clock_s

    def _next_match(self, after_s: int) -> float:
        """The first clock second after `after_s` that the alarm's registers match."""
        raw = self._registers[_ALARM : _ALARM + 4]
        mask = sum((value >> 7) << bit for bit, value in enumerate(raw))
        period = _PERIOD_s.get(mask)
        if period is None:
            return inf  # "illogical operation" (data sheet): it never goes off
        at = 3600 * _hour(raw[2] & 0x7F) + 60 * _plain(raw[1] & 0x7F) + _plain(raw[0] & 0x7F)
        if period:
            offset = at % period
            return offset + period * ceil((after_s + 1 - offset) / period)
        return self._next_date(after_s, at, raw[3])

    def _next_date(self, after_s: int, at: int, day: int) -> float:
        first = after_s // 86_400
        for number in range(first, first + 366 * 8):
            date = _START + timedelta(days=number)
            right = date.isoweekday() == day & 0x0F if day & 0x40 else date.day == _plain(day & 0x3F)
            if right and number * 86_400 + at > after_s:
                return number * 86_400 + at
        return inf


def _plain(coded: int) -> int:
    return (coded >> 4) * 10 + (coded & 15)


def _hour(coded: int) -> int:
    if coded & 0x40:  # 12 hours, bit 5 is PM
        return _plain(coded & 0x1F) % 12 + (12 if coded & 0x20 else 0)
    return _plain(coded & 0x3F)


def _seconds(face: bytes | bytearray) -> int:
    """Registers 0 to 6 as whole seconds since 2000-01-01; a date that does not exist counts as the first."""
    try:
        day = datetime(2000 + _plain(face[6]), _plain(face[5] & 0x1F), _plain(face[4]))
    except ValueError:
        day = _START
    whole = int((day - _START).total_seconds())
    return whole + 3600 * _hour(face[2]) + 60 * _plain(face[1]) + _plain(face[0] & 0x7F)
