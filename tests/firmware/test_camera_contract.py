"""What every camera driver must be (docs/cameras.md), tried on each with its virtual module."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import pytest

from benchmarks.camera_bench import KINDS, Bench, Kind, fake_jpeg
from benchmarks.esp_bench import DESIGNS, EspBench
from boards import load_design
from sim.devices import CameraFaults, EspFaults

PATIENCE_s = 15.0  # the longest that a driver may look for a camera that is not there


def timed(t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
    """A scene whose every frame says in its scan when its exposure began; the better, the larger."""
    stamp = b"<%012d>" % round(t_s * 1e6)
    jpeg = fake_jpeg(f"{t_s:.4f}", qs, width, height, 60_000 // qs)
    return jpeg[:700] + stamp + jpeg[714:]


def stamp_of(picture: bytes) -> float:
    """When the exposure began of which this is the picture, s."""
    found = re.search(rb"<(\d{12})>", picture)
    assert found
    return int(found[1]) / 1e6


def sizes_of(name: str) -> tuple[tuple[int, int], ...]:
    options = load_design(name).options
    pairs = [str(options[key]).split("x") for key in ("frame_size", "frame_size_small")]
    return tuple((int(width), int(height)) for width, height in pairs)


class Rig(Protocol):
    """A driver on its bench."""

    camera: Any
    frame: Any
    error: type[Exception]
    sizes: tuple[tuple[int, int], ...]  # that its design asks for, the usual one first

    @property
    def now_s(self) -> float: ...
    def spend(self, seconds: float) -> None: ...
    def blind(self) -> None: ...
    def darken(self, light: float) -> None: ...


class ArduRig(Bench):
    def __init__(self, kind: Kind, absent: bool = False, light: float = 0.8) -> None:
        faults = CameraFaults.only("absent_i2c") if absent else None
        super().__init__(faults, view=timed, light=light, kind=kind)
        self.sizes = sizes_of(kind.design)

    def blind(self) -> None:
        self.sensor.power(self.now_s, False)

    def darken(self, light: float) -> None:
        self.sensor._light = lambda _: light


class EspRig(EspBench):
    def __init__(self, design: str, absent: bool = False, light: float = 0.8) -> None:
        super().__init__(design, EspFaults.only("absent_i2c") if absent else None, timed, light)
        self.camera = self.open()
        self.sizes = sizes_of(design)

    def blind(self) -> None:
        self.device.sensor.power(self.now_s, False)

    def darken(self, light: float) -> None:
        self.light = light


MAKERS: dict[str, Callable[..., Any]] = {
    **{kind.part: lambda kind=kind, **how: ArduRig(kind, **how) for kind in KINDS},
    **{name: lambda name=name, **how: EspRig(name, **how) for name in DESIGNS},
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[..., Rig]:
    return MAKERS[request.param]


@pytest.fixture
def rig(make: Callable[..., Rig]) -> Rig:
    """Started and settled."""
    made = make()
    made.camera.start(*made.sizes[0])
    made.spend(1.5)
    return made


def frame_of(rig: Rig) -> int:
    """One exposure -> its size."""
    rig.frame.begin()
    while (size := rig.frame.ready()) is None:
        rig.spend(0.005)
    return int(size)


def all_of(rig: Rig, piece: int = 1024) -> bytes:
    """Read on to the end, in pieces."""
    buffer, found = bytearray(piece), b""
    while count := rig.frame.read_into(buffer):
        found += buffer[:count]
    return found


def test_a_frame_is_a_stream_of_known_length(rig: Rig) -> None:
    size = frame_of(rig)
    found = all_of(rig)
    assert len(found) == size > 5000
    assert found.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in found[-1100:]
    assert rig.frame.ready() == size


@pytest.mark.parametrize("piece", [1, 1021, 4096])
def test_pieces_of_any_length_make_the_same_stream(rig: Rig, piece: int) -> None:
    size = frame_of(rig)
    whole = all_of(rig)
    rig.frame.rewind()
    buffer, counts = bytearray(piece), []
    parts = b""
    while len(counts) < 3 or piece > 1:
        count = rig.frame.read_into(buffer)
        counts.append(count)
        parts += buffer[:count]
        if not count:
            break
    assert whole.startswith(parts)
    if piece > 1:
        assert parts == whole
        assert counts == [piece] * (size // piece) + [size % piece] * bool(size % piece) + [0]


def test_a_piece_may_be_a_view_into_a_buffer(rig: Rig) -> None:
    frame_of(rig)
    buffer = bytearray(b"\x11" * 64)
    assert rig.frame.read_into(memoryview(buffer)[16:32]) == 16
    assert buffer[16:19] == b"\xff\xd8\xff" and buffer[:16] == buffer[32:48] == b"\x11" * 16


def test_a_rewound_frame_reads_the_same_as_often_as_wanted(rig: Rig) -> None:
    frame_of(rig)
    first = all_of(rig)
    for _ in range(3):
        rig.frame.rewind()
        assert all_of(rig) == first
    rig.frame.rewind()
    rig.frame.read_into(bytearray(100))
    rig.frame.rewind()
    assert all_of(rig) == first


@pytest.mark.parametrize("usual", [0, 1])
def test_the_size_is_what_the_picture_says(make: Callable[..., Rig], usual: int) -> None:
    rig = make()
    size = rig.sizes[usual]
    rig.camera.start(*size)
    rig.spend(1.5)
    frame_of(rig)
    picture = all_of(rig)
    at = picture.index(b"\xff\xc0")
    height, width = (int.from_bytes(picture[at + by : at + by + 2], "big") for by in (5, 7))
    assert (rig.camera.width, rig.camera.height) == (width, height) == size


@pytest.mark.parametrize("wait_s", [0.0, 0.013, 0.07, 0.3, 4.0])
def test_no_frame_of_before_the_command_comes_out(rig: Rig, wait_s: float) -> None:
    for _ in range(3):
        rig.spend(wait_s)
        began_s = rig.now_s
        frame_of(rig)
        assert stamp_of(all_of(rig)) >= began_s - 1e-6
        assert rig.now_s < began_s + 1.0


@pytest.mark.parametrize("wait_s", [0.0, 0.02, 0.05, 0.09, 0.13])
def test_nor_one_that_is_on_its_way_when_the_camera_has_just_started(
    make: Callable[..., Rig], wait_s: float
) -> None:
    rig = make()
    rig.camera.start(*rig.sizes[0])
    rig.spend(wait_s)
    began_s = rig.now_s
    frame_of(rig)
    assert stamp_of(all_of(rig)) >= began_s - 1e-6


def test_a_lower_quality_number_is_a_better_picture(make: Callable[..., Rig]) -> None:
    sizes = []
    for quality in (4, 12, 40):
        rig = make()
        rig.camera.start(*rig.sizes[0], quality)
        rig.spend(1.5)
        sizes.append(frame_of(rig))
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 2 * sizes[2]


def test_light_is_told_in_whole_numbers_and_falls_with_the_light(make: Callable[..., Rig]) -> None:
    told = []
    for light in (0.9, 0.5, 0.0):
        rig = make(light=light)
        rig.camera.start(*rig.sizes[0])
        rig.spend(2.0)
        told.append(rig.frame.light())
    assert all(isinstance(value, int) for light in told for value in light)
    assert all(16 <= gain <= 4096 and lines >= 1 and 0 <= luma <= 255 for gain, lines, luma in told)
    work = [gain * lines for gain, lines, _ in told]
    assert work == sorted(work) and work[0] < work[2]
    assert told[0][2] > 3 * told[2][2]


def test_light_follows_while_the_camera_runs_and_frames_still_come(rig: Rig) -> None:
    before = rig.frame.light()
    rig.darken(0.3)
    rig.spend(1.0)
    gain, lines, _ = rig.frame.light()
    assert gain * lines > 5 * before[0] * before[1]
    assert frame_of(rig) > 5000


def test_an_absent_camera_is_said_in_one_sentence_and_in_bounded_time(make: Callable[..., Rig]) -> None:
    rig = make(absent=True)
    began_s = rig.now_s
    with pytest.raises(rig.error) as told:
        rig.camera.start(*rig.sizes[0])
    assert rig.now_s - began_s < PATIENCE_s
    assert str(told.value) and "\n" not in str(told.value)
    rig.camera.close()


def test_a_frame_that_never_comes_is_an_error_after_two_seconds(rig: Rig) -> None:
    rig.blind()
    rig.frame.begin()
    began_s = rig.now_s
    with pytest.raises(rig.error, match="no frame came within 2000 ms"):
        while rig.frame.ready() is None:
            rig.spend(0.005)
    assert 1.99 < rig.now_s - began_s < 2.1


def test_close_is_idempotent_and_never_raises(make: Callable[..., Rig]) -> None:
    unused = make()
    for _ in range(2):
        unused.camera.close()
    used = make()
    used.camera.start(*used.sizes[1])
    used.frame.begin()
    for _ in range(3):
        used.camera.close()


# -- what a camera on the connector must do beside ---------------------------------------------


@pytest.fixture(params=DESIGNS)
def esp(request: pytest.FixtureRequest) -> EspRig:
    made = EspRig(request.param)
    made.camera.start(*made.sizes[0])
    made.spend(1.5)
    return made


def test_its_error_is_a_RuntimeError(esp: EspRig) -> None:
    assert issubclass(esp.error, RuntimeError)


def test_the_picture_outlives_the_camera(esp: EspRig) -> None:
    size = frame_of(esp)
    first = all_of(esp)
    esp.camera.close()
    assert not esp.device.live
    esp.spend(60.0)
    esp.frame.rewind()
    assert all_of(esp) == first and len(first) == size
    assert first == esp.frames[-1][1]


def test_close_lets_go_of_every_pin_and_powers_down(esp: EspRig) -> None:
    taken = set(esp.hardware.in_use)
    assert len(taken) >= 12
    esp.camera.close()
    kept = {esp.design.pins["meter_scl"], esp.design.pins["meter_sda"]} & taken  # a bus that it shares
    assert esp.hardware.in_use == kept
    assert esp.hardware.switch.on is (not esp.design.rail.caps["switched"])


def test_a_failed_start_leaves_no_camera_pin_taken() -> None:
    rig = EspRig("esp32-cam", absent=True)
    with pytest.raises(rig.error):
        rig.camera.start(*rig.sizes[0])
    assert rig.hardware.in_use == {"CAMERA_SIOC", "CAMERA_SIOD"}
    rig.camera.close()
    assert rig.hardware.in_use == set()


def test_a_bus_that_is_taken_is_an_error_and_nothing_stays_open() -> None:
    rig = EspRig("esp32-cam")
    with pytest.raises(rig.error, match="the camera's I2C"):
        rig.open()
    rig.camera.close()
    rig.open().close()


def test_a_probe_that_fails_until_the_next_power_down_pulse_is_tried_again() -> None:
    """esp32-camera #143; a chance of a half at each power-up."""
    ends = []
    for seed in range(40):
        bench = EspBench("esp32-cam", EspFaults.only("probe_fails", seed, 0.5))
        camera = bench.open()
        try:
            camera.start(800, 600)
            ends.append(True)
        except bench.error:
            ends.append(False)
    assert 22 <= sum(ends) <= 38  # three of four


def test_reading_light_leaves_the_drivers_bank_as_it_was(esp: EspRig) -> None:
    sensor = esp.device.sensor
    before = getattr(sensor, "_bank", None)
    assert esp.frame.light()
    assert getattr(sensor, "_bank", None) == before
    esp.camera._camera.quality = 30  # one write by the driver, which believes in its bank
    assert sensor.quality == 30


def test_light_that_cannot_be_read_costs_no_picture() -> None:
    bench = EspBench("esp32-cam", EspFaults.only("nack", 3, 0.2), timed)
    camera, told = bench.open(), []
    while not bench.device.live:
        with suppress(bench.error):
            camera.start(800, 600)
    told = [camera.light() for _ in range(20)]
    assert None in told
    assert bench.machine.cores["busio"] and camera._i2c.try_lock()  # it was let go each time
    camera._i2c.unlock()
    camera.begin()
    bench.spend(0.5)
    while camera.ready() is None:
        bench.spend(0.01)


def test_a_frame_that_does_not_fit_its_buffer_never_comes() -> None:
    """FB-OVF: width * height / 5 bytes, and light and foliage may want more."""
    fits = lambda t_s, w, h, qs, frame: fake_jpeg(t_s, qs, w, h, 90_000)  # noqa: E731
    too_large = lambda t_s, w, h, qs, frame: fake_jpeg(t_s, qs, w, h, 99_000)  # noqa: E731
    for view, comes in ((fits, True), (too_large, False)):
        bench = EspBench("esp32-cam", view=view)
        camera = bench.open()
        camera.start(800, 600)
        camera.begin()
        try:
            while camera.ready() is None:
                bench.spend(0.01)
            came = True
        except bench.error:
            came = False
        assert came is comes


def test_a_size_that_node_py_does_not_name(esp: EspRig) -> None:
    with pytest.raises(esp.error, match="no frame size of 801x600"):
        esp.camera.start(801, 600)


def test_without_a_start_or_after_a_close_nothing_is_exposed(esp: EspRig) -> None:
    esp.frame.begin()
    esp.camera.close()
    for call in (esp.camera.ready, esp.camera.begin):
        with pytest.raises(esp.error, match="was not started"):
            call()
