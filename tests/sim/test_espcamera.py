"""espcamera as makers meet it: what its constructor refuses, what take() gives, what breaks meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.camera_bench import fake_jpeg
from benchmarks.esp_bench import EspBench
from sim.air import ETIMEDOUT
from sim.devices import EspFaults

PINS = """
import board, busio, espcamera, espidf
i2c = busio.I2C(board.CAMERA_SIOC, board.CAMERA_SIOD)
def camera(**other):
    lines = dict(data_pins=board.CAMERA_DATA, external_clock_pin=board.CAMERA_XCLK, i2c=i2c,
        pixel_clock_pin=board.CAMERA_PCLK, vsync_pin=board.CAMERA_VSYNC, href_pin=board.CAMERA_HREF,
        powerdown_pin=board.CAMERA_PWDN, pixel_format=espcamera.PixelFormat.JPEG,
        frame_size=espcamera.FrameSize.QVGA, jpeg_quality=12)
    lines.update(other)
    return espcamera.Camera(**lines)
def error_of(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__, str(error)
"""
XIAO = """
import board, busio, espcamera
i2c = busio.I2C(board.CAM_SCL, board.CAM_SDA)
cam = espcamera.Camera(data_pins=board.CAM_DATA, pixel_clock_pin=board.CAM_PCLK, vsync_pin=board.CAM_VSYNC,
    href_pin=board.CAM_HREF, external_clock_pin=board.CAM_XCLK, i2c=i2c,
    pixel_format=espcamera.PixelFormat.JPEG, frame_size=espcamera.FrameSize.SVGA)
"""
NOT_FOUND = ("IDFError", "[Errno 261] Requested resource not found")


def numbered(t_s: float, width: int, height: int, qs: int, frame: int) -> bytes:
    return fake_jpeg(f"{t_s:.4f}", qs, width, height, 4000)


def bench(text: str = "", design: str = "esp32-cam", **options: Any) -> tuple[EspBench, Any]:
    """A board that ran a maker's text."""
    made = EspBench(design, view=numbered, **options)
    return made, made.run_text((PINS if design == "esp32-cam" else XIAO) + text)


# -- the third maker's story --------------------------------------------------------------------------------


def test_the_esp32_cam_that_would_not_start() -> None:
    """CircuitPython #9356: a driver without powerdown_pin finds no sensor, since nobody gives it its supply;
    ours, on the same board, takes pictures."""
    made, module = bench("told = error_of(lambda: camera(powerdown_pin=None))\ni2c.deinit()")
    assert module.told == NOT_FOUND
    assert not made.hardware.switch.on
    ours = made.open()
    ours.start(320, 240)
    ours.begin()
    while ours.ready() is None:
        made.spend(0.01)
    assert ours.size > 4000


def test_a_maker_who_drives_the_line_by_hand_gets_there_too() -> None:
    text = (
        "import digitalio\nd = digitalio.DigitalInOut(board.CAMERA_PWDN)\nd.switch_to_output(value=False)\n"
    )
    text += "import time\ntime.sleep(0.05)\ncam = camera(powerdown_pin=None)\nframe = cam.take(1)"
    assert len(bench(text)[1].frame) > 4000


# -- the constructor ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        "external_clock_pin=None",
        "external_clock_pin=board.IO13",
        "i2c=busio.I2C(board.IO14, board.IO15)",
    ],
)
def test_wrong_lines_find_no_sensor_and_let_their_pins_go(other: str) -> None:
    made, module = bench()
    made.hardware.buses["IO14"] = made.hardware.buses["IO15"] = type(made.hardware.buses["CAMERA_SIOC"])()
    before = set(made.hardware.in_use)
    made.table.modules.pop("__main__", None)
    told = module.error_of(lambda: eval(f"camera({other})", module.__dict__))
    assert told == NOT_FOUND
    assert made.hardware.in_use - before <= {"IO14", "IO15"}
    assert module.error_of(module.camera) is None


@pytest.mark.parametrize(
    "other",
    [
        "pixel_clock_pin=board.CAMERA_VSYNC, vsync_pin=board.CAMERA_PCLK",
        "href_pin=board.IO2",
        "data_pins=tuple(reversed(board.CAMERA_DATA))",
    ],
)
def test_swapped_data_lines_start_and_give_no_frame(other: str) -> None:
    made, module = bench(f"cam = camera({other})")
    before = made.now_s
    assert module.cam.take(1.5) is None
    assert made.now_s == pytest.approx(before + 1.5)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ("jpeg_quality=1", "jpeg_quality must be 2-55"),
        ("jpeg_quality=56", "jpeg_quality must be 2-55"),
        ("framebuffer_count=3", "framebuffer_count must be 1-2"),
        ("external_clock_frequency=40000001", "external_clock_frequency must be 0-40000000"),
        ("data_pins=board.CAMERA_DATA[:7]", "data_pins length must be 8"),
        ("reset_pin=board.CAMERA_PWDN", "CAMERA_PWDN in use"),
    ],
)
def test_refused_arguments(other: str, error: str) -> None:
    made, module = bench(f"told = error_of(lambda: camera({other}))")
    assert module.told == ("ValueError", error)
    assert made.hardware.in_use == {"CAMERA_SIOC", "CAMERA_SIOD"}


def test_one_camera_at_a_time() -> None:
    text = "a = camera()\ntold = error_of(camera)\na.deinit()\nb = camera()"
    assert bench(text)[1].told[0] == "ValueError"  # its pins are taken


# -- frames -------------------------------------------------------------------------------------------------


def test_a_frame_is_a_read_only_view_of_signed_bytes() -> None:
    _, module = bench("cam = camera()\nframe = cam.take(1)\ncopy = bytes(frame)")
    frame = module.frame
    assert (frame.format, frame.readonly) == ("b", True)
    assert (frame[0], frame[1]) == (-1, -40)  # FF D8
    assert module.copy[:2] == b"\xff\xd8" and len(module.copy) == len(frame)


@pytest.mark.parametrize("call", ["take(0)", "take(1)", "reconfigure()", "deinit()"])
def test_a_view_is_worth_nothing_after_the_next_call(call: str) -> None:
    _, module = bench(
        f"cam = camera()\nframe = cam.take(1)\ncopy = bytes(frame)\ncam.{call}\nnow = bytes(frame)"
    )
    assert len(module.now) == len(module.copy) and module.now != module.copy
    assert b"\xff\xd8" not in module.now


def test_take_gives_up_after_its_time_and_not_before() -> None:
    faults = EspFaults.only("no_frame")
    made, module = bench("cam = camera()", faults=faults)
    for timeout in (0.0, 0.1, 0.25, 2.0):
        began_s = made.now_s
        assert module.cam.take(timeout) is None
        assert made.now_s - began_s == pytest.approx(timeout, abs=1e-6)
    began_s = made.now_s
    assert module.cam.take() is None
    assert made.now_s - began_s == pytest.approx(0.25, abs=1e-6)


def test_with_one_buffer_the_first_frame_is_of_the_beginning_and_the_second_is_new() -> None:
    made, module = bench(
        "import time\ncam = camera()\ntime.sleep(10)\nfirst = cam.take(0)\nsecond = cam.take(1)"
    )
    (first_s, _), (second_s, _) = made.frames
    assert first_s < 1.0 and second_s > 10.0
    assert module.second is not None


def test_two_buffers_hand_out_two_old_frames() -> None:
    text = "import time\ncam = camera(framebuffer_count=2)\ntime.sleep(10)\nfor _ in range(3): cam.take(1)"
    starts = [start_s for start_s, _ in bench(text)[0].frames]
    assert starts[0] < starts[1] < 1.0 and starts[2] > 10.0


def test_latest_replaces_what_nobody_took() -> None:
    text = (
        "import time\ncam = camera(framebuffer_count=2, grab_mode=espcamera.GrabMode.LATEST)\n"
        "time.sleep(10)\ncam.take(1)"
    )
    made, _ = bench(text)
    assert made.now_s - 0.2 < made.frames[0][0] < made.now_s


def test_the_lower_the_number_the_larger_the_picture() -> None:
    sizes = []
    for quality in (5, 12, 40):
        made = EspBench("esp32-cam", view=lambda t, w, h, qs, f: fake_jpeg(t, qs, w, h, 40_000 // qs))
        sizes.append(len(made.run_text(PINS + f"frame = camera(jpeg_quality={quality}).take(1)").frame))
    assert sizes == sorted(sizes, reverse=True)


def test_a_size_above_the_sensors_becomes_its_largest() -> None:
    _, module = bench("cam = camera(frame_size=espcamera.FrameSize.QSXGA)")
    assert (module.cam.width, module.cam.height, module.cam.sensor_name) == (1600, 1200, "OV2640")


def test_a_camera_that_was_let_go_says_so() -> None:
    made, module = bench("cam = camera()\ncam.deinit()\ncam.deinit()\ntold = error_of(cam.take)")
    assert module.told[0] == "ValueError" and "deinitialized" in module.told[1]
    assert made.hardware.in_use == {"CAMERA_SIOC", "CAMERA_SIOD"}


# -- faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EspFaults.kinds())
def test_every_fault_can_be_injected_and_replayed(kind: str) -> None:
    told = []
    for _ in range(2):
        made = EspBench("esp32-cam", EspFaults.only(kind, 7, 0.5), numbered)
        module = made.run_text(PINS)
        ends: list[Any] = []
        for _ in range(12):
            try:
                camera = module.camera()
                ends.append(bytes(camera.take(0.1) or b""))
                camera.deinit()
            except OSError as error:
                ends.append(str(error))
        told.append(ends)
    assert told[0] == told[1]
    clean = EspBench("esp32-cam", EspFaults(7), numbered)
    module, ends = clean.run_text(PINS), []
    for _ in range(12):
        camera = module.camera()
        ends.append(bytes(camera.take(0.1) or b""))
        camera.deinit()
    assert ends != told[0] and all(ends)


def test_a_fault_nobody_knows() -> None:
    with pytest.raises(ValueError, match="'rust' is not known"):
        EspFaults.only("rust")


# -- what it does to its board ------------------------------------------------------------------------------


def test_requests_hang_while_a_camera_lives() -> None:
    """CircuitPython #10678."""
    text = """
cam = camera()
import wifi, socketpool, time
wifi.radio.connect("home", "twelve words")
s = socketpool.SocketPool(wifi.radio).socket()
s.settimeout(5)
began = time.monotonic()
try:
    s.connect(("192.168.1.10", 80))
except OSError as error:
    number = error.errno
took = time.monotonic() - began
cam.deinit()
s.connect(("192.168.1.10", 80))
"""
    module = bench(text)[1]
    assert (module.number, round(module.took)) == (ETIMEDOUT, 5)


def watts(made: EspBench) -> tuple[float, float]:
    """(W, A) that the camera draws."""
    return made.world._watts.get("camera", 0.0), made.world._amps.get("camera", 0.0)


def test_what_it_draws_on_a_board_that_switches_it() -> None:
    made, module = bench()
    rows = made.design.camera
    assert watts(made) == (0.0, 0.0)  # pulled up: off
    cam = module.camera()
    assert watts(made)[1] == pytest.approx(rows.v("run") / 1000)
    cam.deinit()
    assert watts(made)[1] == pytest.approx(rows.v("phantom") / 1000)
    made.hardware.sleep(True)  # the line floats: on
    assert watts(made)[1] == pytest.approx(rows.v("standby") / 1000)
    made.hardware.sleep(False)
    assert watts(made)[1] == pytest.approx(rows.v("phantom") / 1000)


def test_held_through_sleep_it_stays_off_and_the_hold_costs() -> None:
    made, _ = bench()
    hardware = made.hardware
    hardware.drive_pin("CAMERA_PWDN", True)
    hardware.held = {"CAMERA_PWDN": True}
    hardware.release_pins()
    hardware.sleep(True)
    assert watts(made)[1] == 0.0
    assert made.world._amps["rail"] == pytest.approx(0.26e-3)
    hardware.sleep(False)
    assert made.world._amps["rail"] == 0.0


def test_what_it_draws_for_ever_on_a_board_that_does_not() -> None:
    made = EspBench("xiao-s3-sense", view=numbered)
    rows = made.design.camera
    assert watts(made)[1] == pytest.approx(rows.v("untouched") / 1000)
    made.spend(0.1)  # it has just got its supply
    module = made.run_text(XIAO)
    assert watts(made)[1] == pytest.approx(rows.v("run") / 1000)
    module.cam.deinit()
    made.hardware.release_pins()
    made.hardware.sleep(True)
    assert watts(made)[1] == pytest.approx(rows.v("standby") / 1000) == pytest.approx(0.020)


def test_the_module_is_only_where_a_connector_is(machine) -> None:
    assert "espcamera" not in machine.cores and "espidf" not in machine.cores
