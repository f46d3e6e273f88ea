"""The OV5642 at register level: what it takes, what it loses, and what its stream becomes then."""

from __future__ import annotations

import pytest

from sim.devices import OV5642, CameraFaults, CameraRows, mini_5mp_plus

ROWS = CameraRows(
    run_mA=390.0, standby_mA=20.0, phantom_mA=11.0, volts=5.0, phantom_volts=3.3, power_up_s=0.05,
    reset_settle_s=0.005, init_write_gap_s=0.001, settle_s=0.6, settle_frames=3, frame_small_s=0.2,
    frame_svga_s=0.2, frame_uxga_s=0.2, fifo_size_B=100_000, spi_max_Hz=8_000_000, length_step_B=8,
    length_offset_B=0,
)  # fmt: skip
#: The least that makes a picture of 640 x 480: nothing in reset, the window, the size, JPEG.
LEAST = {
    0x3000: 0, 0x3001: 0, 0x3002: 0, 0x3003: 0, 0x3804: 0x0A, 0x3805: 0x20, 0x3806: 0x07, 0x3807: 0x98,
    0x3808: 0x02, 0x3809: 0x80, 0x380A: 0x01, 0x380B: 0xE0, 0x4713: 3, 0x4407: 4,
}  # fmt: skip


def sensor(faults: CameraFaults | None = None, light: float = 0.9) -> OV5642:
    made = OV5642(ROWS, lambda *asked: repr(asked).encode(), lambda _: light, faults)
    made.power(0.0, True)
    return made


def put(chip: OV5642, register: int, value: int, now_s: float) -> None:
    chip.write(now_s, bytes((register >> 8, register & 255, value)))


def put_all(chip: OV5642, values: dict[int, int], now_s: float = 1.0, pause_s: float = 0.001) -> float:
    for register, value in values.items():
        now_s += pause_s
        put(chip, register, value, now_s)
    return now_s + pause_s


def get(chip: OV5642, register: int, now_s: float = 1.0) -> int:
    chip.write(now_s, bytes((register >> 8, register & 255)))
    return chip.read(now_s, 1)[0]


def test_identity_cannot_be_written() -> None:
    chip = sensor()
    put(chip, 0x300A, 0x99, 1.0)
    assert (chip.address, get(chip, 0x300A), get(chip, 0x300B)) == (0x3C, 0x56, 0x42)


@pytest.mark.parametrize(("pause_s", "kept"), [(0.0009, False), (0.001, True), (0.0011, True)])
def test_a_write_within_a_millisecond_is_lost(pause_s: float, kept: bool) -> None:
    chip = sensor()
    put(chip, 0x5180, 1, 1.0)
    put(chip, 0x5181, 2, 1.0 + pause_s)
    assert (get(chip, 0x5180), get(chip, 0x5181)) == (1, 2 if kept else 0)


def test_each_write_starts_the_millisecond_anew() -> None:
    chip = sensor()
    for step in range(10):
        put(chip, 0x5180 + step, 7, 1.0 + step * 0.0005)
    assert [get(chip, 0x5180 + step) for step in range(10)] == [7] + [0] * 9


def test_a_read_is_no_write() -> None:
    chip = sensor()
    put(chip, 0x5180, 1, 1.0)
    get(chip, 0x5180, 1.0005)
    put(chip, 0x5181, 2, 1.001)
    assert get(chip, 0x5181) == 2


def test_size_and_quality_by_registers() -> None:
    chip = sensor()
    now_s = put_all(chip, LEAST)
    assert (chip.size, chip.quality, chip.sends_jpeg) == ((640, 480), 4, True)
    assert b", 640, 480, 4, " in chip.frame(now_s)


@pytest.mark.parametrize(
    ("register", "value"),
    [(0x3002, 0x5C), (0x4713, 0), (0x380A, 0x08), (0x3804, 0)],
    ids=["encoder in reset", "no JPEG mode", "higher than the window", "no window"],
)
def test_a_wrong_state_sends_bytes_without_a_start(register: int, value: int) -> None:
    chip = sensor()
    now_s = put_all(chip, LEAST)
    put(chip, register, value, now_s)
    frame = chip.frame(now_s + 1.0)
    assert len(frame) == 5000 and b"\xff\xd8" not in frame


def test_a_lost_write_of_the_streams_shape_spoils_it_until_it_is_written() -> None:
    chip = sensor()
    now_s = put_all(chip, LEAST)
    now_s = put_all(chip, {0x3808: 0x04, 0x3809: 0x00}, now_s, 0.0003)
    assert chip.lost == {0x3809} and not chip.sends_jpeg
    assert b"\xff\xd8" not in chip.frame(now_s)
    put_all(chip, {0x3808: 0x04, 0x3809: 0x00}, now_s)
    assert chip.lost == set() and chip.sends_jpeg


def test_a_lost_write_that_would_have_changed_nothing_does_no_harm() -> None:
    chip = sensor()
    now_s = put_all(chip, LEAST)
    put_all(chip, LEAST, now_s, 0.0003)
    assert chip.lost == set() and chip.sends_jpeg


def test_a_lost_write_beside_the_shape_leaves_a_picture() -> None:
    chip = sensor()
    now_s = put_all(chip, LEAST)
    put_all(chip, {0x5180: 1, 0x5181: 2, 0x4407: 8}, now_s, 0.0003)
    assert chip.lost == {0x5181, 0x4407} and chip.sends_jpeg and chip.quality == 4


def test_reset_forgets_and_listens_on() -> None:
    chip = sensor()
    put(chip, 0x5180, 1, 1.0)
    put(chip, 0x3008, 0x80, 1.001)
    assert chip.acknowledges(1.001) and get(chip, 0x5180) == 0 and get(chip, 0x3008) == 0


def test_standby_over_sccb_still_answers() -> None:
    changes: list[int] = []
    chip = OV5642(ROWS, lambda *asked: b"", lambda _: 0.5, None, lambda: changes.append(1))
    chip.power(0.0, True)
    put(chip, 0x3008, 0x42, 1.0)
    assert not chip.running and chip.acknowledges(1.0) and changes == [1]
    put(chip, 0x3008, 0x02, 5.0)
    assert chip.running and chip.since_s == 5.0


@pytest.mark.parametrize(
    ("light", "lines", "gain", "luma"), [(1.0, 3, 16, 68), (0.36, 2000, 38, 68), (0.0, 2000, 124, 4)]
)
def test_exposure_gain_and_luma(light: float, lines: int, gain: int, luma: int) -> None:
    chip = sensor(light=light)
    put_all(chip, {0x380E: 0x07, 0x380F: 0xD0, 0x3A18: 0, 0x3A19: 0x7C, 0x3A0F: 0x48, 0x3A10: 0x40})
    exposure = get(chip, 0x3500, 9.0) << 16 | get(chip, 0x3501, 9.0) << 8 | get(chip, 0x3502, 9.0)
    assert (exposure >> 4, get(chip, 0x350A, 9.0) << 8 | get(chip, 0x350B, 9.0)) == (lines, gain)
    assert get(chip, 0x5690, 9.0) == luma


def test_exposure_by_hand_stays_and_begins_anew_when_it_ends() -> None:
    chip = sensor()
    now_s = put_all(chip, LEAST | {0x3503: 7, 0x3501: 0x73})
    assert get(chip, 0x3501, 9.0) == 0x73
    put(chip, 0x3503, 0, 9.0)
    assert chip.since_s == 9.0 > now_s
    assert [chip.frame(9.0 + 0.2 * number)[-3:] for number in range(5)] == [
        b" 0)",
        b" 1)",
        b" 2)",
        b" 3)",
        b" 4)",
    ]


def test_lengths_are_multiples_of_8() -> None:
    for extra in range(8):
        jpeg = b"\xff\xd8" + b"\x55" * (1000 + extra) + b"\xff\xd9"
        chip, made = mini_5mp_plus(ROWS, lambda *asked, jpeg=jpeg: jpeg, lambda _: 0.9)
        chip.power(0.0, True)
        now_s = put_all(made, LEAST)
        for register, value in ((0x03, 0x02), (0x04, 0x01), (0x04, 0x02)):
            chip.select(now_s, True)
            chip.write(now_s, bytes((register | 0x80, value)))
            chip.select(now_s, False)
        lay = chip.fifo(now_s + 1.0)
        assert lay.rstrip(b"\x00") == jpeg and len(lay) == -(-len(jpeg) // 8) * 8


def test_faults_on_the_bus() -> None:
    assert not sensor(CameraFaults.only("absent_i2c")).acknowledges(1.0)
    with pytest.raises(TimeoutError, match="SCL is held low"):
        sensor(CameraFaults.only("scl_stuck")).acknowledges(1.0)
