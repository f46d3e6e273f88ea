"""The OV2640 at register level."""

from __future__ import annotations

import time

import pytest

from sim.devices import OV2640, CameraFaults, CameraRows
from sim.devices.ov2640 import DECADES, gain_bits

ROWS = CameraRows(
    run_mA=60.0, standby_mA=30.0, phantom_mA=11.0, volts=3.3, phantom_volts=3.3, power_up_s=0.05,
    reset_settle_s=0.1, init_write_gap_s=0.0, settle_s=0.3, settle_frames=3, frame_small_s=0.033,
    frame_svga_s=0.08, frame_uxga_s=0.12, fifo_size_B=100_000, spi_max_Hz=8_000_000,
    length_step_B=1024, length_offset_B=8,
)  # fmt: skip


def sensor(faults: CameraFaults | None = None, light: float = 0.9) -> OV2640:
    made = OV2640(ROWS, lambda *asked: repr(asked).encode(), lambda _: light, faults)
    made.power(0.0, True)
    return made


def put(chip: OV2640, bank: int, *pairs: tuple[int, int], now_s: float = 1.0) -> None:
    chip.write(now_s, bytes((0xFF, bank)))
    for pair in pairs:
        chip.write(now_s, bytes(pair))


def get(chip: OV2640, bank: int, register: int, now_s: float = 1.0) -> int:
    put(chip, bank, now_s=now_s)
    chip.write(now_s, bytes((register,)))
    return chip.read(now_s, 1)[0]


def test_identity_in_the_sensor_bank_only() -> None:
    chip = sensor()
    assert [get(chip, 1, register) for register in (0x0A, 0x0B, 0x1C, 0x1D)] == [0x26, 0x42, 0x7F, 0xA2]
    assert get(chip, 0, 0x0A) == 0
    put(chip, 1, (0x0A, 0x99))
    assert get(chip, 1, 0x0A) == 0x26


def test_defaults_of_the_data_sheet() -> None:
    chip = sensor()
    wanted = {0x05: 1, 0x44: 12, 0x51: 0x40, 0x52: 0xF0, 0x55: 8, 0x5A: 0x58, 0x5B: 0x48, 0xD3: 0x82, 0xE0: 4}
    assert {register: get(chip, 0, register) for register in wanted} == wanted


def test_bank_is_the_lowest_bit_of_ff() -> None:
    chip = sensor()
    chip.write(1.0, b"\xff\xff")  # the end of a table, which some drivers write
    chip.write(1.0, b"\x13\xe5")
    assert get(chip, 1, 0x13) == 0xE5


def test_two_banks_and_ports_that_count() -> None:
    chip = sensor()
    put(chip, 0, (0x11, 0xAA), (0x90, 0), (0x91, 14), (0x91, 26), (0x91, 26))
    put(chip, 1, (0x11, 0x01), (0x91, 7))
    assert (get(chip, 0, 0x11), get(chip, 1, 0x11)) == (0xAA, 0x01)
    assert chip.ports[0x91] == bytes((14, 26, 26))


@pytest.mark.parametrize(("now_s", "answers"), [(0.049, False), (0.050, True), (0.051, True)])
def test_no_answer_until_it_is_up(now_s: float, answers: bool) -> None:
    assert sensor().acknowledges(now_s) is answers


def test_reset_forgets_and_is_deaf_for_a_while() -> None:
    chip = sensor()
    put(chip, 0, (0x44, 20))
    put(chip, 1, (0x12, 0x80), now_s=2.0)
    assert [chip.acknowledges(t) for t in (2.0, 2.09, 2.11)] == [False, False, True]
    assert get(chip, 0, 0x44, 3.0) == 12


def test_registers_stay_in_standby() -> None:
    chip = sensor()
    put(chip, 0, (0x44, 20))
    chip.hold(1.0, True)
    assert not chip.acknowledges(1.0) and not chip.running
    chip.hold(2.0, False)
    assert chip.acknowledges(2.0) and get(chip, 0, 0x44, 2.0) == 20


def test_standby_over_sccb_still_answers() -> None:
    changes: list[int] = []
    chip = OV2640(ROWS, lambda *asked: b"", lambda _: 0.5, None, lambda: changes.append(1))
    chip.power(0.0, True)
    put(chip, 1, (0x09, 0x12))
    assert not chip.running and chip.acknowledges(1.0) and changes == [1]
    put(chip, 1, (0x09, 0x02), now_s=5.0)
    assert chip.running and chip.since_s == 5.0


JPEG_ON = ((0x05, 0), (0xDA, 0x10), (0xE0, 0), (0xC0, 200), (0xC1, 150))


@pytest.mark.parametrize(
    ("registers", "size"),
    [
        ((40, 30, 0), (160, 120)),
        ((200, 150, 0), (800, 600)),
        ((0, 192, 1), (1024, 768)),
        ((64, 240, 1), (1280, 960)),
        ((144, 44, 5), (1600, 1200)),
    ],
)
def test_size_by_registers(registers: tuple[int, int, int], size: tuple[int, int]) -> None:
    chip = sensor()
    put(chip, 0, *JPEG_ON, *zip((0x5A, 0x5B, 0x5C), registers, strict=True))
    assert chip.size == size
    assert chip.sends_jpeg
    assert chip.frame(1.0).startswith(b"(1.0, %d, %d, 12, " % size)


@pytest.mark.parametrize("pair", [(0xDA, 0x00), (0x05, 0x01), (0xE0, 0x10), (0x5A, 0x00), (0xC0, 20)])
def test_a_wrong_state_sends_bytes_without_a_start(pair: tuple[int, int]) -> None:
    chip = sensor()
    put(chip, 0, *JPEG_ON, (0x5A, 200), (0x5B, 150), (0x5C, 0), pair)
    frame = chip.frame(1.0)
    assert len(frame) > 1000 and b"\xff\xd8" not in frame


@pytest.mark.parametrize(
    ("start_s", "index"), [(0.05, 0), (0.149, 0), (0.151, 1), (0.349, 2), (0.351, 3), (1.0, 9)]
)
def test_the_first_frames_are_not_settled(start_s: float, index: int) -> None:
    chip = sensor()
    put(chip, 0, *JPEG_ON, (0x5A, 200), (0x5B, 150), (0x5C, 0))
    assert chip.frame(start_s).endswith(b" %d)" % index)


def test_exposure_comes_to_its_target_within_the_settle_time() -> None:
    chip = sensor()
    put(chip, 1, (0x24, 0x40), (0x14, 0x48))
    lumas = [get(chip, 1, 0x2F, t) for t in (0.05, 0.2, 0.35, 5.0)]
    assert lumas == [0, 32, 64, 64]


@pytest.mark.parametrize(("light", "gain", "luma"), [(1.0, 0x00, 64), (0.2, 0x70, 21), (0.0, 0x70, 2)])
def test_gain_and_luma_follow_the_light(light: float, gain: int, luma: int) -> None:
    chip = sensor(light=light)
    put(chip, 1, (0x24, 0x40), (0x14, 0x48))
    assert (get(chip, 1, 0x00), get(chip, 1, 0x2F)) == (gain, luma)


@pytest.mark.parametrize(
    ("gain", "bits"),
    [(1.0, 0x00), (1.5, 0x08), (2.0, 0x10), (4.0, 0x30), (8.0, 0x70), (16.0, 0xF0), (31.0, 0xFF)],
)
def test_gain_register(gain: float, bits: int) -> None:
    assert gain_bits(gain) == bits


def test_decades_are_those_of_the_sky() -> None:
    from math import log10

    from sim.sky import DARK_lx, FULL_lx

    assert pytest.approx(log10(FULL_lx / DARK_lx)) == DECADES


def test_faults_on_the_bus() -> None:
    assert not sensor(CameraFaults.only("absent_i2c")).acknowledges(1.0)
    with pytest.raises(TimeoutError, match="SCL is held low"):
        sensor(CameraFaults.only("scl_stuck")).acknowledges(1.0)
    chip = sensor(CameraFaults.only("nack", chance=0.5))
    assert 30 < sum(chip.acknowledges(1.0) for _ in range(100)) < 70


def test_290_register_writes_cost_less_than_a_millisecond() -> None:
    chip = sensor()
    pairs = [bytes((register, 1)) for register in range(0x20, 0x20 + 145)] * 2
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        for pair in pairs:
            chip.acknowledges(1.0)
            chip.write(1.0, pair)
        best = min(best, time.perf_counter() - began)
    assert best < 1e-3
