"""The bridge at SPI register level: what section by section of its users' reports it must reproduce."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from boards import load_design
from sim.devices import ArduChip, CameraFaults, CameraRows, mini_2mp_plus, mini_5mp_plus
from sim.sensor_jpeg import header

PERIOD_s = 0.080
ROWS = CameraRows(
    run_mA=60.0, standby_mA=30.0, phantom_mA=11.0, volts=3.3, phantom_volts=3.3, power_up_s=0.0,
    reset_settle_s=0.0, init_write_gap_s=0.0, settle_s=0.24, settle_frames=3, frame_small_s=0.033,
    frame_svga_s=PERIOD_s, frame_uxga_s=0.12, fifo_size_B=100_000, spi_max_Hz=8_000_000,
    length_step_B=1024, length_offset_B=8,
)  # fmt: skip
SVGA = (
    (0, 0x05, 0),
    (0, 0xDA, 0x10),
    (0, 0xE0, 0),
    (0, 0xC0, 200),
    (0, 0xC1, 150),
    (0, 0x5A, 200),
    (0, 0x5B, 150),
)
JPEG = header(12, 800, 600) + b"\x55" * 9375 + b"\xff\xd9"
PADDED = 10 * 1024 + 8  # 623 + 9375 + 2 = 10000 bytes


class Rig:
    """A bridge with its sensor set to 800 x 600, and the SPI frames of a driver."""

    def __init__(
        self,
        faults: CameraFaults | None = None,
        on_change: Callable[[], None] = lambda: None,
        jpeg: bytes = JPEG,
    ) -> None:
        self.asked: list[tuple[float, int, int, int, int]] = []

        def scene(*asked: float) -> bytes:
            self.asked.append(asked)  # type: ignore[arg-type]
            return jpeg

        self.chip, self.sensor = mini_2mp_plus(ROWS, scene, lambda _: 0.9, faults, on_change)
        self.chip.power(0.0, True)
        for bank, register, value in SVGA:
            self.sensor.write(0.0, bytes((0xFF, bank)))
            self.sensor.write(0.0, bytes((register, value)))

    def set(self, now_s: float, register: int, value: int) -> None:
        self.chip.select(now_s, True)
        self.chip.write(now_s, bytes((register | 0x80, value)))
        self.chip.select(now_s, False)

    def get(self, now_s: float, register: int, count: int = 1, baudrate: int = 8_000_000) -> bytes:
        self.chip.select(now_s, True)
        self.chip.write(now_s, bytes((register,)))
        data = self.chip.read(now_s, count, baudrate)
        self.chip.select(now_s, False)
        return data

    def done(self, now_s: float) -> bool:
        return bool(self.get(now_s, 0x41)[0] & 8)

    def length(self, now_s: float) -> int:
        return int.from_bytes(b"".join(self.get(now_s, at) for at in (0x42, 0x43, 0x44)), "little")

    def capture(self, now_s: float) -> None:
        self.set(now_s, 0x04, 0x01)
        self.set(now_s, 0x04, 0x02)


def test_test_register_and_version() -> None:
    rig = Rig()
    for value in (0x55, 0xAA, 0x00, 0xFF):
        rig.set(0.0, 0x00, value)
        assert rig.get(0.0, 0x00) == bytes((value,))
    assert rig.get(0.0, 0x40) == b"\x40"


@pytest.mark.parametrize(("make", "version"), [(mini_2mp_plus, b"\x40"), (mini_5mp_plus, b"\x73")])
def test_each_module_has_its_version(make: Callable[..., tuple[ArduChip, object]], version: bytes) -> None:
    rig = Rig()
    rig.chip, _ = make(ROWS, lambda *asked: JPEG, lambda _: 0.9)
    rig.chip.power(0.0, True)
    assert rig.get(0.0, 0x40) == version


@pytest.mark.parametrize(("timing", "frame"), [(0x00, True), (0x01, True), (0x02, False)])
def test_with_vsync_the_wrong_way_round_no_frame_starts(timing: int, frame: bool) -> None:
    rig = Rig()
    rig.set(0.0, 0x03, timing)
    rig.capture(0.0)
    assert rig.done(10.0) is frame
    rig.chip = ArduChip(ROWS, rig.sensor, timing=0x02)
    rig.chip.power(0.0, True)
    rig.set(0.0, 0x03, timing)
    rig.capture(0.0)
    assert rig.done(10.0) is not frame


def test_capture_waits_for_the_next_frame_and_takes_it_whole() -> None:
    rig = Rig()
    rig.capture(0.41)  # frames begin at 0.40, 0.48, 0.56
    timeline = [(t, rig.done(t), rig.length(t)) for t in (0.41, 0.479, 0.52, 0.559, 0.561)]
    assert timeline == [
        (0.41, False, 0),
        (0.479, False, 0),
        (0.52, False, PADDED // 2),
        (0.559, False, int(PADDED * 0.079 / 0.08)),
        (0.561, True, PADDED),
    ]
    assert rig.asked == [(pytest.approx(0.48), 800, 600, 12, 6)]


def test_vsync_toggles_in_bit_0_and_says_nothing_of_done() -> None:
    rig = Rig()
    seen = {rig.get(1.0 + step * 0.001, 0x41)[0] & 1 for step in range(100)}
    assert seen == {0, 1}


def test_burst_goes_on_behind_a_pause_and_shares_its_pointer() -> None:
    rig = Rig()
    rig.capture(0.0)
    assert rig.get(1.0, 0x3C, 100) == JPEG[:100]
    assert rig.get(1.1, 0x3C, 50) == JPEG[100:150]
    assert rig.get(1.2, 0x3D) == JPEG[150:151]
    assert rig.get(1.3, 0x3C, PADDED) == JPEG[151:] + bytes(PADDED - len(JPEG) + 151)


def test_one_frame_select_holds_many_reads() -> None:
    rig = Rig()
    rig.capture(0.0)
    rig.chip.select(1.0, True)
    rig.chip.write(1.0, b"\x3c")
    assert rig.chip.read(1.0, 10, 8_000_000) + rig.chip.read(1.0, 10, 8_000_000) == JPEG[:20]
    rig.chip.select(1.0, False)
    assert rig.chip.read(1.0, 4, 8_000_000) == bytes(4)  # not selected: no answer


@pytest.mark.parametrize(("bit", "other"), [(0x20, 0x10), (0x10, 0x20)])
def test_read_pointer_goes_back_by_its_bit_or_by_both(bit: int, other: int) -> None:
    rig = Rig()
    rig.chip = ArduChip(ROWS, rig.sensor, read_pointer_bit=bit)
    rig.chip.power(0.0, True)
    rig.capture(0.0)
    for value, at in ((bit, 0), (0x30, 0), (other, 8)):
        rig.get(1.0, 0x3C, 8)
        rig.set(1.0, 0x04, value)
        start = at if value == other else 0
        assert rig.get(1.0, 0x3C, 4) == JPEG[start : start + 4]
        rig.set(1.0, 0x04, bit)


def test_reading_while_it_writes_tears_old_and_new() -> None:
    old, new = JPEG, JPEG.replace(b"\x55", b"\x66")
    frames = [old, new]
    rig = Rig()
    rig.sensor._scene = lambda *asked: frames.pop(0)
    rig.capture(0.0)
    rig.get(1.0, 0x3C, PADDED)
    rig.capture(1.0)  # next frame starts at 1.04
    rig.length(1.07)
    torn = rig.get(1.08, 0x3C, PADDED)
    assert torn[: PADDED // 2 - 1] == new[: PADDED // 2 - 1]
    assert torn[PADDED // 2 + 1 : len(old)] == old[PADDED // 2 + 1 :]


def test_done_stays_until_it_is_cleared_and_the_frame_goes_with_it() -> None:
    rig = Rig()
    rig.capture(0.0)
    assert rig.done(1.0) and rig.done(3600.0)
    rig.set(3601.0, 0x04, 0x01)
    assert not rig.done(3601.0)
    assert rig.length(3601.0) == 0
    assert rig.get(3601.0, 0x3C, 16) == bytes(16)


def test_standby_keeps_the_picture_and_silences_the_sensor() -> None:
    changes: list[int] = []
    rig = Rig(on_change=lambda: changes.append(1))
    rig.capture(0.0)
    rig.length(1.0)
    rig.set(1.0, 0x06, 0x07)
    assert rig.chip.load(1.0) == (30.0, 3.3) and changes
    assert not rig.sensor.acknowledges(1.0)
    assert rig.get(2.0, 0x3C, 4) == JPEG[:4]
    rig.set(3.0, 0x06, 0x05)
    assert rig.sensor.acknowledges(3.0)
    assert rig.chip.load(3.0) == (60.0, 3.3)


def test_frames_after_standby_begin_dark_again() -> None:
    rig = Rig()
    rig.set(1.0, 0x06, 0x07)
    rig.set(2.0, 0x06, 0x05)
    for start in (2.01, 2.1, 2.2, 2.3):
        rig.capture(start)
        rig.length(start + 0.2)
    assert [frame for *_, frame in rig.asked] == [1, 2, 3, 4]


def test_a_sensor_that_stands_gives_no_frame() -> None:
    rig = Rig()
    rig.set(0.0, 0x06, 0x07)
    rig.capture(0.0)
    assert not rig.done(1e6)


def test_reset_of_the_bridge() -> None:
    rig = Rig()
    rig.set(0.0, 0x06, 0x07)
    rig.set(0.0, 0x00, 0x55)
    rig.set(0.1, 0x07, 0x80)
    rig.set(0.1, 0x00, 0x12)
    assert rig.get(0.1, 0x00) == b"\x00"  # held in reset: deaf
    rig.set(0.2, 0x07, 0x00)
    assert rig.get(0.2, 0x00) == b"\x00"
    assert rig.sensor.acknowledges(0.2)


def test_several_frames_and_a_full_memory() -> None:
    rig = Rig()
    rig.set(0.0, 0x01, 2)
    rig.capture(0.0)
    assert not rig.done(0.239) and rig.done(0.241)
    assert rig.length(1.0) == 3 * PADDED
    assert rig.chip.frames == 3
    rig.set(1.0, 0x01, 7)
    rig.capture(1.0)
    assert rig.length(10.0) == ROWS.fifo_size_B
    big = Rig(jpeg=JPEG[:-2] + b"\x55" * 100_000 + b"\xff\xd9")
    big.capture(0.0)
    assert big.length(1.0) == ROWS.fifo_size_B  # overflow


@pytest.mark.parametrize(("baudrate", "clean"), [(7_999_999, True), (8_000_000, True), (8_000_001, False)])
def test_bits_flip_above_the_clock_limit(baudrate: int, clean: bool) -> None:
    rig = Rig(jpeg=b"\xff" * 3000)
    rig.capture(0.0)
    data = rig.get(1.0, 0x3C, 3000, baudrate)
    assert (data == b"\xff" * 3000) == clean
    if not clean:
        assert set(data) == {0xFF, 0xDF}


def test_a_power_cut_loses_everything() -> None:
    rig = Rig()
    rig.capture(0.0)
    rig.chip.power(1.0, False)
    assert rig.get(1.0, 0x3C, 4) == bytes(4)
    rig.chip.power(2.0, True)
    assert not rig.done(2.0) and rig.length(2.0) == 0
    assert rig.get(2.0, 0x3C, 4) == bytes(4)
    assert not rig.sensor.sends_jpeg


def test_phantom_supply_while_chip_select_is_high() -> None:
    changes: list[int] = []
    rig = Rig(on_change=lambda: changes.append(1))
    rig.chip.select(1.0, False)
    rig.chip.power(1.0, False)
    assert rig.chip.load(1.0) == (11.0, 3.3)
    rig.chip.select(2.0, True)
    assert rig.chip.load(2.0) == (0.0, 3.3)
    rig.chip.select(3.0, False)
    rig.chip.release(4.0)
    assert rig.chip.load(4.0) == (0.0, 3.3)
    assert len(changes) == 3


def test_stale_done_and_other_faults_at_power_up() -> None:
    rig = Rig(CameraFaults.only("stale_done"))
    assert rig.done(0.0) and rig.length(0.0) == 0
    rig.set(0.0, 0x04, 0x01)
    assert rig.done(0.0)
    rig.set(0.0, 0x04, 0x01)
    assert not rig.done(0.0)
    rig = Rig(CameraFaults.only("spi_test"))
    rig.set(0.0, 0x00, 0x55)
    assert rig.get(0.0, 0x00) == b"\x05"


@pytest.mark.parametrize(
    ("kind", "start"),
    [("leading_zero", b"\x00\xff\xd8"), ("leading_ff", b"\xff\xff\xd8"), ("lost_first", b"\xd8\xff\xe0")],
)
def test_faults_at_the_first_byte(kind: str, start: bytes) -> None:
    rig = Rig(CameraFaults.only(kind))
    rig.capture(0.0)
    assert rig.get(1.0, 0x3C, 3) == start
    assert rig.chip.last_fault == kind


def test_faults_on_the_way_out() -> None:
    """At the byte that the seed chooses; the frame itself stays as it is."""
    whole = Rig()
    whole.capture(0.0)
    memory = whole.get(1.0, 0x3C, 64)
    places = set()
    for seed in range(20):
        rig = Rig(CameraFaults.only("shifted", seed))
        rig.capture(0.0)
        late = rig.get(1.0, 0x3C, 64)
        at = next((n for n in range(64) if late[n] != memory[n]), 63)
        bits = int.from_bytes(memory[at:], "big") >> 1
        assert late in (memory, memory[:at] + bits.to_bytes(64 - at, "big"))
        assert rig.chip.fifo(1.0)[:64] == memory
        rig = Rig(CameraFaults.only("short_read", seed))
        rig.capture(0.0)
        first, then = rig.get(1.0, 0x3C, 64), rig.get(1.0, 0x3D)
        at = next(n for n in range(64, -1, -1) if n == 0 or first[n - 1])
        assert first == memory[:at] + bytes(64 - at)
        assert then == memory[at : at + 1] or memory[at] == 0  # the pointer waits where it stopped
        rig = Rig(CameraFaults.only("misplaced", seed))
        rig.capture(0.0)
        rig.set(1.0, 0x04, 0x20)
        places.add(rig.chip._fifo.position)
    assert len(places) > 10 and 0 < min(places) <= max(places) < 1024


@pytest.mark.parametrize("kind", CameraFaults.kinds())
def test_every_fault_replays_from_its_seed(kind: str) -> None:
    def story(seed: int) -> tuple[bytes, int, bool]:
        rig = Rig(CameraFaults.only(kind, seed, 0.5))
        rig.capture(0.0)
        return rig.get(1.0, 0x3C, PADDED), rig.length(1.0), rig.done(0.05)

    assert story(3) == story(3)


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(
        ValueError, match=r"camera fault 'rust' is not known; there are stale_done, .*skipped"
    ):
        CameraFaults.only("rust")


def test_rows_come_from_the_design() -> None:
    rows = CameraRows.from_part(load_design("pico-w-arducam-2mp").camera)
    assert (rows.run_mA, rows.standby_mA, rows.phantom_mA, rows.volts) == (60.0, 30.0, 11.0, 3.3)
    assert (rows.length_step_B, rows.length_offset_B, rows.spi_max_Hz) == (1024, 8, 8_000_000)
    assert [rows.frame_s(width) for width in (352, 640, 1024, 1280)] == [0.033, 0.08, 0.08, 0.08]
    rows = CameraRows.from_part(load_design("pico-w-arducam-5mp").camera)
    assert (rows.run_mA, rows.volts, rows.phantom_mA, rows.phantom_volts) == (390.0, 5.0, 11.0, 3.3)
    assert (rows.length_step_B, rows.length_offset_B, rows.init_write_gap_s) == (8, 0, 0.001)
    assert [rows.frame_s(width) for width in (320, 2592)] == [0.2, 0.2]


def test_reading_25_kB_costs_little() -> None:
    rig = Rig(jpeg=JPEG + b"\x55" * 15_000)
    rig.capture(0.0)
    rig.length(1.0)
    began = time.perf_counter()
    for _ in range(100):
        rig.set(1.0, 0x04, 0x20)
        for _ in range(25):
            rig.get(1.0, 0x3C, 1024)
    assert (time.perf_counter() - began) / 100 < 2e-3
