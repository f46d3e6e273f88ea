"""The clock's driver against the register-level device: every kind of date, the alarm and its flag."""

from __future__ import annotations

import calendar
from types import SimpleNamespace
from typing import Any

import pytest

from boards import load_design
from sim.devices.ds3231 import ClockFaults, Ds3231

PART = load_design("pico-w-rtc").clock
assert PART is not None


class Wire:
    """An I2C bus with one clock on it, and a time that the test moves."""

    def __init__(self, **faults: Any) -> None:
        self.now_s = 10.0
        self.chip = Ds3231(PART, 0x68, faults=ClockFaults(**{"error": 0.0, **faults}))
        self.chip.power(0.0, True)
        self.locked = False

    def try_lock(self) -> bool:
        if self.locked:
            return False
        self.locked = True
        return True

    def unlock(self) -> None:
        self.locked = False

    def writeto(self, address: int, data: bytes) -> None:
        if address != 0x68 or not self.chip.acknowledges(self.now_s):
            raise OSError(19)
        self.chip.write(self.now_s, data)

    def writeto_then_readfrom(self, address: int, out: bytes, into: bytearray) -> None:
        self.writeto(address, out)
        into[:] = self.chip.read(self.now_s, len(into))


@pytest.fixture
def made(clocked: Any) -> Any:
    def make(**faults: Any) -> Any:
        wire = Wire(**faults)
        return SimpleNamespace(wire=wire, clock=clocked.load("torpor.ds3231").DS3231(wire, 0x68))

    return make


def utc(*date: int) -> int:
    return calendar.timegm((*date, 0, 0, 0)[:6])


DATES = [
    utc(2000, 1, 1), utc(2000, 2, 29, 23, 59, 59), utc(2000, 3, 1), utc(2000, 12, 31, 23, 59, 59),
    utc(2001, 1, 1), utc(2001, 3, 1), utc(2003, 12, 31), utc(2004, 1, 1), utc(2024, 2, 29, 12),
    utc(2024, 12, 31), utc(2026, 11, 30, 7, 8, 9), utc(2027, 2, 28), utc(2099, 12, 31, 23, 59, 59),
]  # fmt: skip


@pytest.mark.parametrize("when_s", DATES)
def test_what_is_set_is_read(made: Any, when_s: int) -> None:
    node = made()
    node.clock.set(when_s)
    assert node.clock.read() == when_s
    node.wire.now_s += 1.0
    assert node.clock.read() in (when_s + 1, utc(2000, 1, 1))  # a century is all it counts


@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.full)])
def test_every_day_of_a_leap_cycle(made: Any, step: int) -> None:
    node = made()
    for day in (*range(0, 1461, step), 59, 60, 424, 425, 1460):
        when_s = utc(2024, 1, 1) + 86_400 * day + day % 1440 * 60
        node.clock.set(when_s)
        assert node.clock.read() == when_s


def test_the_bytes_on_the_wire(made: Any) -> None:
    node = made()
    node.clock.set(utc(2026, 11, 30, 7, 8, 59))
    chip = node.wire.chip
    chip.write(10.0, b"\x00")
    assert chip.read(10.0, 7) == bytes((0x59, 0x08, 0x07, 0x01, 0x30, 0x11, 0x26))  # a Monday
    node.clock.alarm_in(62)
    chip.write(10.0, b"\x07")
    assert chip.read(10.0, 4) == bytes((0x01, 0x10, 0x07, 0x80))
    chip.write(10.0, b"\x0e")
    assert chip.read(10.0, 1) == b"\x05"


def test_a_new_clock_is_not_believed(made: Any) -> None:
    node = made()
    assert node.clock.read() == 0
    node.clock.set(utc(2026, 1, 1))
    assert node.clock.read() == utc(2026, 1, 1)


@pytest.mark.parametrize(("no_cell", "expected"), [(False, utc(2026, 1, 1) + 3600), (True, 0)])
def test_a_power_cut(made: Any, no_cell: bool, expected: int) -> None:
    node = made(no_cell=no_cell)
    node.clock.set(utc(2026, 1, 1))
    node.wire.chip.power(20.0, False)
    node.wire.now_s += 3600.0
    node.wire.chip.power(node.wire.now_s, True)
    assert node.clock.read() == expected


@pytest.mark.parametrize("seconds", [1, 59, 3600, 86_399])
def test_the_alarm_pulls_the_line_until_its_flag_is_cleared(made: Any, seconds: int) -> None:
    node = made()
    node.clock.set(utc(2026, 1, 1, 23, 59, 30))
    node.clock.alarm_in(seconds)
    chip = node.wire.chip
    assert chip.next_low(10.0) == pytest.approx(10.0 + seconds)
    node.wire.now_s = 10.0 + seconds - 0.5
    assert (chip.low(node.wire.now_s), node.clock.rang()) == (False, False)
    node.wire.now_s += 0.5
    assert (chip.low(node.wire.now_s), node.clock.rang()) == (True, True)
    node.clock.clear()
    assert (chip.low(node.wire.now_s), node.clock.rang()) == (False, False)
    assert chip.next_low(node.wire.now_s) == pytest.approx(10.0 + seconds + 86_400)
    node.clock.silence()
    assert chip.next_low(node.wire.now_s) == float("inf")


def test_drift(made: Any) -> None:
    node = made(error=2e-6)
    node.clock.set(utc(2026, 1, 1))
    node.clock.alarm_in(86_000)
    assert node.wire.chip.next_low(10.0) == pytest.approx(10.0 + 86_000 / (1 + 2e-6), abs=1e-6)


def test_a_missing_clock_and_a_locked_bus(made: Any) -> None:
    node = made(absent=True)
    with pytest.raises(OSError):
        node.clock.read()
    assert not node.wire.locked
    node.wire.locked = True
    with pytest.raises(OSError):
        node.clock.rang()
