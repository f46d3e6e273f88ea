"""The doctor on twins: every fault that the twin's parts know is found and named; a healthy node has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.doctor_wire import TwinWire
from boards import list_designs
from sim.air import Link
from sim.devices import CameraFaults, EspFaults
from sim.devices.ds3231 import ClockFaults
from sim.devices.ina219 import MeterFaults
from sim.devices.sdcard import CardFaults
from sim.devices.seesaw import SoilFaults
from sim.doctor import NOON_s, patient
from sim.run import Twin
from sim.scenario import Scenario
from station.doctor_case import case_of
from station.doctor_console import AtConsole, examine
from station.doctor_judge import judge
from station.doctor_lines import Heard
from station.doctor_table import Finding, Weight

#: Somebody moves before the sensor, every seven seconds.
WAVING = tuple((NOON_s + 1.0 + 7.0 * turn, 0.5) for turn in range(60))
QUICK = Link(join_fails=0.0, join_spread=0.0)
EVERY = "board pins meter pir camera card sensor wifi home sleep"


def healthy(design: str = "pico-w-arducam-2mp", **changes: Any) -> Scenario:
    return Scenario(design=design, days=1.0, quiet=True, visits=WAVING, start_day=170, link=QUICK).change(
        **changes
    )


def heard_of(twin: Twin, checks: str) -> Heard:
    """What its checks tell over its console."""
    board = AtConsole(TwinWire(twin))
    board.prepare()
    return examine(board, checks.split(), lambda name: None)


def examined(twin: Twin, checks: str) -> list[Finding]:
    return judge(case_of(twin.design.name, heard_of(twin, checks), 0.0))


def said(twin: Twin, checks: str) -> list[str]:
    return [one.code for one in examined(twin, checks)]


def are(found: list[Finding], code: str, what: str, seed: int) -> None:
    """One finding and no other, or none where no code is given: the fault does no harm."""
    assert [one.code for one in found] == ([code] if code else []), f"seed {seed}"
    assert all(one.what.startswith(what) for one in found)


@pytest.mark.parametrize("design", list_designs())
def test_a_healthy_node_has_no_finding(design: str) -> None:
    found = examined(patient(healthy(design)), EVERY)
    assert [one for one in found if one.weight < Weight.NOTE] == []
    assert {one.code for one in found} <= {"board.fault"}  # what CircuitPython 10.2.1 itself does wrong


Break = Callable[[Twin], None]


def broken(how: Break, checks: str, design: str = "pico-w-arducam-2mp", **changes: Any) -> list[Finding]:
    twin = patient(healthy(design, **changes))
    how(twin)
    return examined(twin, checks)


def shorted(pin: str, level: bool) -> Break:
    return lambda twin: twin.hardware.shorts.rails.update({pin: level})


def moved_to(address: int) -> Break:
    return lambda twin: setattr(twin.hardware.meter, "address", address)


def no_pullups(twin: Twin) -> None:
    pins = twin.design.pins
    twin.hardware.buses[pins["meter_scl"]].alive = lambda: False
    for line in ("meter_scl", "meter_sda"):
        del twin.hardware.lines[pins[line]]


def no_camera_pullups(twin: Twin) -> None:
    twin.hardware.buses[twin.design.pins["camera_scl"]].alive = lambda: False


def pullups_on_3V3(twin: Twin) -> None:
    for line in ("camera_scl", "camera_sda"):
        twin.hardware.lines[twin.design.pins[line]] = lambda: True


def PIR_unplugged(twin: Twin) -> None:
    del twin.hardware.lines[twin.design.pins["pir"]]


def bridged(twin: Twin) -> None:
    twin.hardware.shorts.bridges.append(("GP2", "GP3"))


@pytest.mark.parametrize(
    ("how", "checks", "code", "what"),
    [
        (shorted("GP14", False), "pins", "pins.low", "GP14 (camera's switch) hangs low, whatever one does."),
        (shorted("GP14", True), "pins", "pins.high", "GP14 (camera's switch) hangs high, whatever one does."),
        (shorted("GP2", True), "pins", "pins.high", "GP2 (camera SCK) hangs high, whatever one does."),
        (
            shorted("GP22", False),
            "pins",
            "board.bench",
            "The bench switch is closed: the drive belongs to the computer.",
        ),
        (bridged, "pins", "pins.bridged", "GP2 and GP3 touch."),
        (
            pullups_on_3V3,
            "pins",
            "pins.fed",
            "The camera's bus (GP8) is high while its rail is off, so the camera is fed through it.",
        ),
        (
            PIR_unplugged,
            "pins pir",
            "pir.open",
            "Nothing drives GP13: the motion sensor's output is not connected, or it has no supply.",
        ),
        (shorted("GP6", False), "pins meter", "meter.line_low", "The meter's SDA (GP6) hangs low."),
        (shorted("GP7", False), "pins meter", "meter.line_low", "The meter's SCL (GP7) hangs low."),
        (no_pullups, "pins meter", "meter.no_pullups", "The meter's bus has no pull-ups on GP7 and GP6."),
        (moved_to(0x45), "meter", "meter.elsewhere", "No meter answers at 0x40, but something does at 0x45."),
        (
            no_camera_pullups,
            "camera",
            "camera.no_pullups",
            "The camera's bus has no pull-ups while its rail is on.",
        ),
        (shorted("GP13", True), "pir", "pir.stuck", "The motion sensor was high for all of 15 s."),
        (shorted("GP13", False), "pir", "pir.silent", "The motion sensor saw nothing in 15 s."),
    ],
)
def test_wires(how: Break, checks: str, code: str, what: str) -> None:
    found = broken(how, checks)
    assert (code, what) in [(one.code, one.what) for one in found]
    assert {one.code for one in found} <= {code, "pins.fed", "pins.high"}


@pytest.mark.parametrize(
    ("faults", "code", "what"),
    [
        (MeterFaults(absent=True), "meter.absent", "No meter answers at 0x40 on GP7 and GP6."),
        (MeterFaults(seed=3, nack=0.1), "meter.flaky", "The meter failed"),
        (MeterFaults(reversed=True), "meter.reversed", "The meter reads -33."),
        (
            MeterFaults(bypassed=True),
            "meter.bypassed",
            "The meter reads -0.1 mA, and the board alone takes about 33",
        ),
    ],
)
def test_meter(faults: MeterFaults, code: str, what: str) -> None:
    found = examined(patient(healthy(), meter_faults=faults), "pins meter")
    are(found, code, what, faults.seed)


@pytest.mark.parametrize(
    ("kind", "code", "what"),
    [
        ("spi_test", "camera.no_echo", "The camera's bridge does not echo on SPI (1 of 16)."),
        ("absent_i2c", "camera.no_sensor", "No image sensor answers on the camera's I2C bus."),
        ("scl_stuck", "camera.no_sensor", "No image sensor answers on the camera's I2C bus."),
        ("truncated", "camera.bad", "No picture of 3 was whole: its end is missing."),
        ("short_frame", "camera.bad", ""),
        ("early_done", "camera.no_frame", "The camera starts, but gives no frame: the FIFO says"),
        ("second_start", "camera.bad", ""),
        ("no_start", "camera.bad", "No picture of 3 was whole: it has no beginning."),
        ("size_zero", "camera.no_frame", ""),
        ("over_size", "camera.no_frame", ""),
        ("flipped", "camera.noisy", "Two readings of one picture differ: bytes are lost on SPI."),
        ("lost", "camera.noisy", ""),
        ("doubled", "camera.noisy", ""),
        ("skipped", "camera.bad", "No picture of 3 was whole: it has no beginning."),
        ("shifted", "camera.noisy", ""),
        ("short_read", "camera.noisy", ""),
        ("misplaced", "camera.noisy", ""),
        ("stale_done", "", ""),
        ("stale_tail", "", ""),
        ("leading_zero", "", ""),
        ("leading_ff", "", ""),
        ("lost_first", "camera.bad", "No picture of 3 was whole: it has no beginning."),
    ],
)
def test_ArduChip(kind: str, code: str, what: str) -> None:
    found = examined(patient(healthy(), camera_faults=CameraFaults.only(kind, 1)), "camera")
    are([one for one in found if one.code != "camera.damaged"], code, what, 1)


@pytest.mark.parametrize(
    ("kind", "design", "code", "what"),
    [
        ("absent_i2c", "esp32-cam", "camera.no_sensor", "No image sensor answers on the camera's I2C bus."),
        ("scl_stuck", "esp32-cam", "camera.no_sensor", ""),
        ("probe_fails", "memento", "camera.no_sensor", ""),
        (
            "no_frame",
            "esp32-cam",
            "camera.no_frame",
            "The camera starts, but gives no frame: no frame came within 2000 ms.",
        ),
        ("overflow", "esp32-cam", "camera.no_frame", ""),
        ("no_soi", "esp32-cam", "camera.no_frame", ""),
        ("no_eoi", "esp32-cam", "camera.no_frame", ""),
        (
            "second_start",
            "esp32-cam",
            "camera.bad",
            "No picture of 3 was whole: a second head stands in its midst.",
        ),
        ("lost_block", "xiao-s3-sense", "camera.damaged", "The picture is whole, but its stream is not"),
        ("stale_tail", "esp32-cam", "", ""),
    ],
)
def test_cameras_of_ESP_boards(kind: str, design: str, code: str, what: str) -> None:
    found = examined(patient(healthy(design), camera_faults=EspFaults.only(kind, 2)), "camera")
    are(found, code, what, 2)


def test_a_sensor_that_now_and_then_does_not_acknowledge() -> None:
    found = examined(patient(healthy(), camera_faults=CameraFaults(seed=2, nack=0.3)), "camera")
    assert [one.what for one in found] == [
        "The camera does not start: the sensor stopped answering on I2C."
    ], "seed 2"


def test_bytes_that_were_wrong_inside_the_cameras_memory() -> None:
    """Two readings are alike; the walk through the coded stream sees it."""
    faults = CameraFaults.only("flipped_in_fifo", 2)
    assert "camera.damaged" in said(patient(healthy(), camera_faults=faults), "camera"), "seed 2"


def test_no_fault_of_a_camera_is_forgotten() -> None:
    """The two that are left pass one visit unseen: espcamera asks again after a missed acknowledge, and a
    flipped bit in its buffer shows in half of the pictures (docs/cameras.md)."""

    def tried(test: Callable[..., None]) -> set[str]:
        return {row[0] for row in test.pytestmark[0].args[1]}  # type: ignore[attr-defined]

    assert tried(test_ArduChip) | {"nack", "flipped_in_fifo"} == set(CameraFaults.kinds())
    assert tried(test_cameras_of_ESP_boards) | {"nack", "flipped"} == set(EspFaults.kinds())


def test_a_picture_at_the_second_try_is_told() -> None:
    twin = patient(healthy(), camera_faults=CameraFaults(seed=2, no_start=0.5))
    found = examined(twin, "camera")
    assert [one.code for one in found] == ["camera.sometimes"], "seed 2"
    assert found[0].what == "A whole picture came only at try 2 (it has no beginning)."


def test_another_camera_than_the_designs() -> None:
    """The 5MP's sensor answers at 0x3c."""
    twin = patient(healthy())
    twin.hardware.buses["GP9"].i2c[0].address = 0x3C
    assert [one.what for one in examined(twin, "camera")] == [
        "An image sensor answers at 0x3c, and OV2640 would be at 0x30."
    ]


def test_a_camera_whose_supply_is_not_switched() -> None:
    """Its current stays when the rail goes off: the load of it is drawn all the same."""
    twin = patient(healthy())
    camera_load = twin.hardware.camera_load
    ran: list[float] = []

    def load() -> None:
        camera_load()
        if twin.hardware.switch.on:
            ran.append(twin.world.now)
        elif ran:
            twin.hardware.on_3V3("camera", 60.0)

    twin.hardware.camera_load = load  # type: ignore[method-assign]
    twin.hardware.switch._on_change = twin.hardware._camera_power  # type: ignore[attr-defined]
    found = examined(twin, "meter camera")
    assert [one.code for one in found] == ["camera.stays"]
    assert found[0].do == "Does GP14 switch the camera's supply? Nothing else may feed it."


@pytest.mark.parametrize(
    ("faults", "code", "what"),
    [
        ({"clock_faults": ClockFaults(absent=True)}, "clock.absent", "No clock answers at 0x68."),
        (
            {"clock_faults": ClockFaults(line_stuck=True)},
            "clock.line_low",
            "The clock's line GP12 hangs low although no alarm is on.",
        ),
    ],
)
def test_clock(faults: dict[str, Any], code: str, what: str) -> None:
    found = examined(patient(healthy("pico-w-rtc"), **faults), "pins meter")
    assert [(one.code, one.what) for one in found] == [(code, what)]


@pytest.mark.parametrize(
    ("faults", "code", "what"),
    [
        (CardFaults(away=((0.0, 1e9),)), "card.absent", "No SD card can be mounted (no SD card)."),
        (CardFaults(mount_fails=1.0), "card.absent", "No SD card can be mounted"),
        (CardFaults(write_fails=1.0), "card.failed", "The SD card fails while it is used"),
        (CardFaults(read_fails=1.0), "card.absent", "No SD card can be mounted"),
    ],
)
def test_card(faults: CardFaults, code: str, what: str) -> None:
    are(examined(patient(healthy("pico-w-sd"), card_faults=faults), "card"), code, what, faults.seed)


@pytest.mark.parametrize(
    ("faults", "code"),
    [(SoilFaults(absent=True), "sensor.absent"), (SoilFaults(seed=1, slow=0.7), "sensor.flaky")],
)
def test_soil_sensor(faults: SoilFaults, code: str) -> None:
    assert said(patient(healthy("pico-w-soil"), soil_faults=faults), "sensor") == [code], (
        f"seed {faults.seed}"
    )


@pytest.mark.parametrize(
    ("link", "what"),
    [
        (
            Link(ssid="Home"),
            "The network 'home' is not heard here. But 'Home' is: capitals and blanks count.",
        ),
        (Link(ssid="garden"), "The network 'home' is not heard here."),
        (Link(outages=((0.0, 1e9),)), "The network 'home' is not heard here."),
        (Link(password="thirteen words"), "The network 'home' refuses the password."),
        (Link(join_fails=1.0), "'home' is heard at -60 dBm, but joining fails (No network with that ssid)."),
        (Link(join_fails=0.0, join_spread=0.0, rssi_dBm=-78.0), "The signal is weak: -78 dBm."),
        (
            Link(join_fails=0.0, join_spread=0.0, join_s=6.5),
            "Joining took 6.5 s; each picture costs so much radio.",
        ),
        (replace(QUICK, resolves=False), "The station's name '192.168.1.10' is not known in this network."),
        (replace(QUICK, refuses=True), "At 192.168.1.10 nobody listens at port 8080."),
        (replace(QUICK, lost_answer=1.0), "The station takes the connection and gives no answer."),
    ],
)
def test_network(link: Link, what: str) -> None:
    found = examined(patient(healthy(link=link)), "wifi home")
    assert [one.what for one in found] == [what]


def test_a_gateway_that_leads_nowhere() -> None:
    fixed = {"TORPOR_ADDRESS": "192.168.1.50", "TORPOR_GATEWAY": "192.168.1.254"}
    found = examined(patient(healthy(settings=fixed)), "wifi home")
    assert [one.what for one in found] == ["192.168.1.10, port 8080, does not answer."]


def test_a_key_that_the_station_does_not_know() -> None:
    twin = patient(healthy())
    twin.home._key = bytes(32)
    assert [one.what for one in examined(twin, "wifi home")] == [
        "The station's answer is not signed with this node's key."
    ]


def test_settings_that_the_node_would_not_take() -> None:
    found = examined(patient(healthy(settings={"TORPOR_BATCH": 99})), "wifi home")
    assert [one.what for one in found] == [
        "settings.toml: TORPOR_BATCH is 99, expected a whole number 1 to 20."
    ]


def test_the_sensor_that_takes_Wi_Fi_for_motion() -> None:
    """Nobody moves, and each burst lifts it."""
    twin = patient(healthy(visits=(), link=replace(QUICK, join_s=1.5)))
    assert twin.hardware.pir
    twin.hardware.pir._wifi_trigger = 1.0
    codes = said(twin, "pir wifi")
    assert codes == ["pir.silent", "pir.radio"]
