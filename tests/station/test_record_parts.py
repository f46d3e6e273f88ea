"""The parts of a recording: frames in a stream, times, the file, the choice of a port, the plot."""

from __future__ import annotations

import binascii
import random
import struct
import zlib
from pathlib import Path

import pytest

from sim.log import LogRow
from station.errors import Exit, StationError
from station.record_file import LogFile
from station.record_frames import Decoder, Frame, Reading, frame_of
from station.record_live import Column, Recent, plot
from station.record_ports import Seen, again, choose
from station.record_time import ANEW, AT_LOGGER, FORGOT, NO_METER, ON_THE_WAY, Gap, Timeline

CONFIG = 0x3867  # 32 V, 320 mV, bus 9 bits, shunt 16 times 12 bits, continuous


def raw(
    sequence: int = 0, first: int = 0, ticks: int = 0, boot: int = 7, flags: int = 0, count: int = 2
) -> bytes:
    """By the letter of docs/recording.md: 12.3 mA at 3.9 V, -0.1 mA at 4 V; markers 1 and 3."""
    readings = (struct.pack(">hH", 123, 975 << 3 | 2) + struct.pack(">hH", -1, 1000 << 3 | 6))[: 4 * count]
    head = b"\xa5\x5a" + struct.pack(
        "<BBHHIIIhHH", 1, count, boot, sequence, first, ticks, 100, 0, CONFIG, flags
    )
    return head + readings + struct.pack("<I", zlib.crc32((head + readings)[2:]))


def test_a_frame_is_read_by_the_letter() -> None:
    frame = frame_of(raw(sequence=3, first=40, ticks=5000))
    assert frame == Frame(
        boot=7, sequence=3, first=40, ticks_ms=5000, shunt_mohm=100, zero_uV=0, config=CONFIG, silent=False,
        restarted=False, readings=(Reading(12.3, 3.9, 1), Reading(-0.1, 4.0, 3)),
    )  # fmt: skip
    assert (frame.averages, frame.full_scale_mA) == (16, 3200.0)
    assert frame.round_s == pytest.approx(0.008596)
    assert frame.coverage == pytest.approx(0.990, abs=0.001)


def test_the_zero_is_taken_off() -> None:
    shifted = bytearray(raw())
    struct.pack_into("<h", shifted, 20, -50)
    struct.pack_into("<I", shifted, len(shifted) - 4, zlib.crc32(shifted[2:-4]))
    frame = frame_of(bytes(shifted))
    assert frame is not None
    assert [one.mA for one in frame.readings] == pytest.approx([12.8, 0.4])


@pytest.mark.parametrize("at", range(38))
def test_a_changed_byte_is_never_a_frame(at: int) -> None:
    whole = raw()
    assert len(whole) == 38
    assert frame_of(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]) is None


def test_frames_are_found_however_the_bytes_are_cut() -> None:
    stream = b"Auto-reload is on.\r\n" + raw(0) + b"\xa5" + raw(1) + b"\xa5\x5a\x01" + raw(2) + raw(3)
    for cut in range(1, 60):
        decoder = Decoder()
        found = [
            frame.sequence
            for at in range(0, len(stream), cut)
            for frame in decoder.feed(stream[at : at + cut])
        ]
        assert found == [0, 1, 2, 3], cut
        assert decoder.text == "Auto-reload is on."


def test_lines_of_base64_are_frames_too() -> None:
    decoder = Decoder()
    line = b"~" + binascii.b2a_base64(raw(5)).strip() + b"\r\n"
    assert [one.sequence for one in decoder.feed(b"code.py output:\r\n" + line + line[:-1])] == [5]
    assert [one.sequence for one in decoder.feed(b"\n~QUJD\r\n")] == [5]
    assert (decoder.damaged, decoder.text) == (1, "code.py output:")


def test_many_lines_at_once_are_many_frames() -> None:
    lines = b"".join(b"~" + binascii.b2a_base64(raw(number)) for number in range(500))
    assert [one.sequence for one in Decoder().feed(lines)] == list(range(500))


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_frame_and_hides_none(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    decoder = Decoder()
    stream = b"".join(chance.randbytes(chance.randrange(2000)) + raw(number) for number in range(40))
    found = decoder.feed(stream + bytes(1100))
    assert [one.sequence for one in found] == list(range(40))


def frame(sequence: int, first: int, ticks: int, boot: int = 7, flags: int = 0, count: int = 2) -> Frame:
    found = frame_of(raw(sequence, first % 2**32, ticks % 2**29, boot, flags, count))
    assert found is not None
    return found


def taken(*frames: Frame, host_s: tuple[float, ...] = ()) -> tuple[Timeline, list[Gap | None], list[LogRow]]:
    timeline, gaps, rows = Timeline(), [], []
    for place, one in enumerate(frames):
        gap, more = timeline.take(one, host_s[place] if host_s else 0.0)
        gaps.append(gap)
        rows += more
    return timeline, gaps, rows


def test_readings_share_the_time_since_the_frame_before() -> None:
    _, gaps, rows = taken(frame(0, 0, 1000), frame(1, 2, 1018), frame(2, 4, 1034))
    assert gaps == [None] * 3
    assert [round(row.dt_s, 6) for row in rows] == [0.008596, 0.008596, 0.009, 0.009, 0.008, 0.008]
    assert [round(row.t_s, 6) for row in rows] == [0.0, 0.008596, 0.017192, 0.026192, 0.035192, 0.043192]


def test_clock_and_numbers_may_wrap() -> None:
    _, gaps, rows = taken(frame(65535, 2**32 - 2, 2**29 - 8), frame(0, 0, 8))
    assert gaps == [None, None]
    assert rows[-1].dt_s == pytest.approx(0.008)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (frame(1, 12, 1116), Gap(0.0, 0.0, 10, AT_LOGGER)),
        (frame(6, 12, 1116), Gap(0.0, 0.0, 10, ON_THE_WAY)),
        (frame(1, 12, 1116, flags=2), Gap(0.0, 0.0, 10, FORGOT)),
    ],
)
def test_what_is_missing_has_a_reason(second: Frame, expected: Gap) -> None:
    _, gaps, rows = taken(frame(0, 0, 1000), second)
    gap = gaps[1]
    assert gap is not None
    assert (gap.readings, gap.why) == (expected.readings, expected.why)
    assert gap.dt_s == pytest.approx(0.116 - 2 * 0.008596)
    assert rows[2].t_s == pytest.approx(2 * 0.008596 + gap.dt_s)


def test_a_silent_meter_is_the_reason() -> None:
    _, gaps, _ = taken(frame(0, 0, 1000), frame(1, 2, 1000, flags=1, count=0), frame(2, 102, 1900))
    assert gaps[2] is not None
    assert (gaps[2].readings, gaps[2].why) == (100, NO_METER)


def test_after_a_new_start_the_hosts_clock_tells_the_gap() -> None:
    """The frame came 5 s after the last one and holds 17.2 ms of it. By its numbers a logger that draws
    the same mark again is known too."""
    for boot in (8, 7):
        _, gaps, rows = taken(frame(9, 500, 90_000), frame(0, 0, 1300, boot=boot), host_s=(1.0, 6.0))
        assert gaps[1] is not None
        assert (gaps[1].readings, gaps[1].why) == (0, ANEW)
        assert gaps[1].dt_s == pytest.approx(5.0 - 2 * 0.008596)
        assert rows[-1].t_s + rows[-1].dt_s == pytest.approx(2 * 0.008596 + 5.0)


def test_beyond_the_end_nothing_counts() -> None:
    timeline = Timeline(0.05)
    timeline.take(frame(0, 0, 1000), 0.0)
    gap, rows = timeline.take(frame(2, 12, 1116), 0.0)
    assert gap is not None
    assert gap.dt_s == pytest.approx(0.05 - 2 * 0.008596)
    assert gap.readings == round(10 * gap.dt_s / (0.116 - 2 * 0.008596))
    assert rows == []
    assert timeline.take(frame(9, 90, 2116), 0.0) == (None, [])
    assert (timeline.tally.readings, timeline.tally.gaps) == (2, [gap])


def test_the_file_is_whole_lines(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log.csv", "by hand")
    log.write(None, [LogRow(0.0, 0.0086, 3.9, 12.3, "", 2, "measured")])
    log.write(Gap(0.0086, 1.5, 10, AT_LOGGER), [LogRow(1.5086, 0.0086, 4.0, -0.1, "", 0, "measured")])
    log.close()
    assert (tmp_path / "log.csv").read_text("utf-8").splitlines() == [
        "# by hand",
        "t_s,dt_s,V,mA,state,marker,quality",
        "0.000000,0.008600,3.900,12.3000,,2,measured",
        "# gap of 1.500 s from 0.009 s, 10 readings: the logger came too late",
        "1.508600,0.008600,4.000,-0.1000,,0,measured",
    ]
    with pytest.raises(StationError, match="is there already"):
        LogFile(tmp_path / "log.csv", "again")


A = Seen("/dev/ttyACM0", "CircuitPython CDC control, Adafruit, E661", ("239a", "8120", "E661", "1.0"))
B = Seen("/dev/ttyACM1", "CircuitPython CDC2 control, Adafruit, E661", ("239a", "8120", "E661", "1.2"))


def test_a_port_is_named_by_its_path_or_by_a_word_of_its_own() -> None:
    assert choose("/dev/ttyACM1", [A, B]) == B
    assert choose("cdc2", [A, B]) == B


@pytest.mark.parametrize(
    ("wanted", "ports", "code", "sentence"),
    [
        (None, [A, B], Exit.USAGE, f"Say which port. There are {A.line}; {B.line}."),
        (None, [A], Exit.USAGE, f"Say which port. There is {A.line}."),
        (None, [], Exit.NO_BOARD, "Say which port. No serial port is there: is the logger plugged in, by a "
                                  "cable that carries data?"),
        ("E661", [A, B], Exit.USAGE, f"'E661' can mean 2 ports. There are {A.line}; {B.line}."),
        ("/dev/ttyACM9", [A], Exit.NO_BOARD, f"There is no port '/dev/ttyACM9'. There is {A.line}."),
    ],
)  # fmt: skip
def test_it_never_guesses(wanted: str | None, ports: list[Seen], code: Exit, sentence: str) -> None:
    with pytest.raises(StationError) as refused:
        choose(wanted, ports)
    assert (str(refused.value), refused.value.exit_code) == (sentence, code)


def test_the_same_port_is_found_under_another_name() -> None:
    moved = Seen("/dev/ttyACM4", B.title, B.usb)
    assert again(B, [A, moved]) == "/dev/ttyACM4"
    assert again(B, [A]) is None


def test_the_plot_by_the_letter() -> None:
    columns = [Column(), Column(0.0, 8.0, 4.0, 1.0), Column(9.0, 9.0, 9.0, 1.0), Column(-2.0, 1.0, 0.5, 1.0)]
    assert plot(columns, width=10, height=4) == [
        "      10  |o",
        "          o",
        "          | |",
        "      -2  | o",
    ]


def test_holes_in_time_are_holes_in_the_plot() -> None:
    recent = Recent(stretch_s=1.0, columns=5)
    recent.add(
        LogRow(t_s, 0.5, 4.0, mA, "", 0, "measured") for t_s, mA in ((0.0, 2.0), (0.5, 4.0), (3.0, 7.0))
    )
    assert [round(one.mean, 3) if one.weight else None for one in recent.columns] == [3.0, None, None, 7.0]
    last = recent.over(10.0)
    assert (last.least, last.most, round(last.mean, 3)) == (2.0, 7.0, 4.333)
