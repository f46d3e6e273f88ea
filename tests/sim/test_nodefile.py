"""node.py and rows.py: each price is the row it comes from, and the simulator draws what firmware hears."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest

from boards import Design, list_designs, load_design
from sim.nodefile import node_source, node_values, rows_source
from sim.prices import STATES, TASK_STATES

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"


@pytest.fixture(scope="module")
def design() -> Design:
    return load_design("pico-w-arducam-2mp")


def broken(design: Design, part: str, row: str, factor: float) -> Design:
    """The design with one row of one part changed."""
    old = getattr(design, part)
    rows = {**old.rows, row: replace(old.rows[row], value=old.rows[row].value * factor)}
    return replace(design, **{part: replace(old, rows=MappingProxyType(rows))})


def test_prices_from_the_rows(design) -> None:
    """At 5 V: 34 mA busy, 27.3 idle, 85 joining, 110 sending, 1.4 asleep, 35 while the
    radio starts, 1.3 s after 1.21 s of booting; on 3.3 V: PIR 0.1, meter 0.006."""
    standing = (0.1 + 0.006) * 3.3 / 0.85
    camera = design.camera.v("run") * 3.3 / 0.85
    busy, idle = 170.0 + standing, 136.5 + standing
    expected = {
        "BOOT": (1.21 * 170.0 + 1.3 * 175.0) / 2.51 + standing, "TRIAGE": busy,
        "CAMERA": busy + camera, "CAPTURE": busy + camera, "STORE": busy + camera,
        "CONNECT": 425.0 + standing, "UPLOAD": 550.0 + standing, "SETTLE": idle, "SLEEP": 7.0 + standing,
        "RECOVER": busy,
    }  # fmt: skip
    prices = dict(zip(STATES, node_values(design)["PRICES_mW"], strict=True))
    assert prices == {state: round(price) for state, price in expected.items()}
    assert node_values(design)["SLEEP_PIN_uW"] == round((7.0 + standing) * 1000)
    assert node_values(design)["JOIN_mW"] == 425


@pytest.mark.parametrize(
    ("part", "row", "states"),
    [
        ("board", "busy", {"BOOT", "TRIAGE", "CAMERA", "CAPTURE", "STORE", "RECOVER"}),
        ("board", "idle", {"SETTLE"}),
        ("board", "radio_join", {"CONNECT"}),
        ("board", "radio_tx", {"UPLOAD"}),
        ("board", "deep_sleep_pin", {"SLEEP"}),
        ("camera", "run", {"CAMERA", "CAPTURE", "STORE"}),
        ("pir", "standing", set(STATES)),
    ],
)
def test_a_broken_row_is_seen_in_its_states(design, part: str, row: str, states: set[str]) -> None:
    right = node_values(design)["PRICES_mW"]
    wrong = node_values(broken(design, part, row, 20.0))["PRICES_mW"]
    assert {state for state, a, b in zip(STATES, right, wrong, strict=True) if a != b} == states


def test_the_simulator_draws_what_the_firmware_is_told(machine) -> None:
    """The same rows on both sides: what the world takes in each state, against node.py's price of it."""
    hardware, world = machine.hardware, machine.world
    design = hardware.design
    prices = dict(zip(STATES, node_values(design)["PRICES_mW"], strict=True))
    hardware.power_up()
    hardware.meter.write(world.now, b"\x00\x00\x00")  # powered down, as the firmware leaves it

    def drawn_mW() -> float:
        return 1000.0 * (world.load_W + world.load_A * 3.6)

    machine.busy()
    assert drawn_mW() == pytest.approx(prices["TRIAGE"], abs=0.51)
    for mode, state in (("join", "CONNECT"), ("tx", "UPLOAD")):
        machine.radio(mode)
        assert drawn_mW() == pytest.approx(prices[state], abs=0.51)
    machine.radio(None)
    hardware.on_3V3("camera", design.camera.v("run"))
    assert drawn_mW() == pytest.approx(prices["STORE"], abs=0.51)
    hardware.on_3V3("camera", 0.0)
    world.draw("board", hardware.board_row("idle"))
    assert drawn_mW() == pytest.approx(prices["SETTLE"], abs=0.51)
    world.draw("board", hardware.board_row("deep_sleep_pin"))
    assert drawn_mW() == pytest.approx(node_values(design)["SLEEP_PIN_uW"] / 1000.0, abs=0.001)


def test_constants_of_the_design(design) -> None:
    values = node_values(design)
    assert values["PIR"] == "GP13"
    assert values["CAMERA_PINS"] == ("GP2", "GP3", "GP4", "GP5", "GP8", "GP9")
    assert (values["CAMERA"], values["SENSOR"], values["BENCH"]) == ("arducam", "ov2640", "GP22")
    rise_ms = round((design.rail.v("rise") + design.camera.v("power_up")) * 1000)
    assert values["RAILS"] == {"camera": ("GP14", rise_ms)}
    assert (values["WATCHDOG_MS"], values["METER_ADDRESS"], values["SHUNT_mohm"]) == (8000, 0x40, 100)
    assert values["SIZES"] == ((800, 600), (320, 240))
    curve, full_J, milliohm, withheld, stiffer, unsure_mV = values["CELL"]
    assert unsure_mV == 6
    assert (full_J, milliohm) == (values["CELL_J"], round(design.cell.v("resistance") * 1000))
    assert (withheld[-2:], stiffer[-2:]) == (((23, 0), (45, 0)), ((23, 100), (45, 80)))
    assert curve == tuple(sorted(curve))
    assert (curve[0][1], curve[-1][1]) == (0, 10_000)
    assert curve[-1][0] == round(design.cell.table("ocv")[-1][1] * 1000)
    assert values["LOW_PCT"] < values["HIGH_PCT"]


def test_lock_out_thresholds_on_the_curve(design) -> None:
    """Per cent at 3.40 and 3.65 V, between the curve's points by hand."""

    def by_hand(mV: float) -> float:
        points = [(volts * 1000, 100 * soc) for soc, volts in design.cell.table("ocv")]
        (x0, y0), (x1, y1) = next((a, b) for a, b in pairwise(points) if a[0] <= mV < b[0])
        return y0 + (y1 - y0) * (mV - x0) / (x1 - x0)

    values = node_values(design)
    assert values["LOW_PCT"] == round(by_hand(3400))
    assert values["HIGH_PCT"] == round(by_hand(3650))


def test_the_source_is_flat_python_that_says_the_same(design) -> None:
    early: dict[str, object] = {}
    late: dict[str, object] = {}
    exec(node_source(design), early)
    exec(rows_source(design), late)
    del early["__builtins__"], late["__builtins__"]
    assert not early.keys() & late.keys()
    assert {**early, **late} == node_values(design)
    assert node_source(design).startswith("# from pico-w-arducam-2mp")
    values = [*early.values(), *late.values()]
    assert all(isinstance(value, (int, str, tuple, dict)) for value in values)  # no floats on the node


def test_what_the_shutter_needs_is_little(design) -> None:
    """node.py is compiled twice before every picture: by boot.py and by code.py."""
    assert len(node_source(design)) < 320


def test_a_camera_on_the_battery_is_priced_at_the_battery() -> None:
    """390 mA from a half-full cell of 3.751 V, without the regulator between."""
    design = load_design("pico-w-arducam-5mp")
    values = node_values(design)
    prices = dict(zip(STATES, values["PRICES_mW"], strict=True))
    assert prices["CAMERA"] - prices["TRIAGE"] == pytest.approx(390 * 3.751, abs=1.0)
    assert values["SENSOR"] == "ov5642"


def test_the_simulator_draws_a_camera_on_the_battery_as_it_is_priced() -> None:
    from sim.run import build
    from sim.scenario import Scenario

    hardware = build(Scenario(design="pico-w-arducam-5mp", days=1, quiet=True)).hardware
    world = hardware.world
    hardware.power_up()
    before = world.load_W
    hardware.drive_pin(hardware.design.pins["camera_power"], True)
    assert (world.load_A, world.load_W) == (pytest.approx(0.390), before)
    hardware.drive_pin(hardware.design.pins["camera_power"], False)
    assert (world.load_A, world.load_W) == (0.0, before)


ESP = {
    "esp32-cam": (("CAMERA_PWDN", 1),),
    "xiao-s3-sense": (),
    "memento": (("CAMERA_PWDN", 1),),
}


@pytest.mark.parametrize("name", ESP)
def test_what_a_camera_on_the_connector_needs_to_know(name: str) -> None:
    design = load_design(name)
    values = node_values(design)
    assert (values["CAMERA"], values["SENSOR"]) == ("espcam", str(design.camera.caps["sensor"]).lower())
    assert values["HOLD"] == ESP[name]
    assert values["CAMERA_SIZES"] == (((800, 600), "SVGA"), ((320, 240), "QVGA"))
    assert values["RAILS"]["camera"][0] == ""  # type: ignore[index]
    lines = dict(values["CAMERA_LINES"])  # type: ignore[call-overload]
    needed = {"data_pins", "external_clock_pin", "pixel_clock_pin", "vsync_pin", "href_pin"}
    assert needed <= set(lines) <= needed | {"powerdown_pin", "reset_pin"}
    assert ("powerdown_pin" in lines) == bool(ESP[name])


def test_an_arducam_needs_nothing_of_it(design) -> None:
    values = node_values(design)
    assert (values["CAMERA"], values["HOLD"]) == ("arducam", ())
    assert not {"CAMERA_LINES", "CAMERA_SIZES", "CAMERA_BUS"} & set(values)


def read_of(module: str) -> set[str]:
    """Names of one generated module that some module of the firmware reads."""
    nodes = [node for path in FIRMWARE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    found = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == module]
    return found.union(*({alias.name for alias in node.names} for node in imports))


@pytest.mark.parametrize(("module", "source"), [("node", node_source), ("rows", rows_source)])
def test_every_constant_is_read_by_a_module_of_the_firmware(module: str, source) -> None:
    """node.py is compiled at every wake, rows.py at most: what nobody asks for has no place there."""
    read = read_of(module)
    for name in list_designs():
        said = set(re.findall(r"^(\w+) = ", source(load_design(name)), re.M))
        assert said and said - read == set(), name


def test_a_node_without_a_bench_pin_says_so(design) -> None:
    assert (node_values(load_design("esp32-cam"))["BENCH"], node_values(design)["BENCH"]) == ("", "GP22")


@pytest.mark.parametrize("name", ESP)
def test_the_simulator_draws_an_esp_asleep_as_it_is_priced(name: str, make_machine) -> None:
    """With what is held, and a camera that was used; constant currents at a half-full cell's voltage."""
    hardware = make_machine(design=name).hardware
    world, design = hardware.world, hardware.design
    hardware.power_up()
    hardware.meter.write(world.now, b"\x00\x00\x00")
    hardware.espcam.begin(world.now, (320, 240), 12, 1, False)
    hardware.espcam.stop(world.now)
    hardware.held = {pin: bool(level) for pin, level in node_values(design)["HOLD"]}
    for pin, level in hardware.held.items():
        hardware.drive_pin(pin, level)
    hardware.release_pins()
    world.draw("board", hardware.board_row("deep_sleep_pin"))
    hardware.sleep(True)
    half_full_V = dict(design.cell.table("ocv"))[0.5]
    drawn_uW = 1e6 * (world.load_W + world.load_A * half_full_V)
    assert drawn_uW == pytest.approx(node_values(design)["SLEEP_PIN_uW"], rel=0.005)
    if not hardware.held:
        return
    hardware.held = {}
    hardware.switch.drive(None)  # nobody holds the line: the camera comes on
    assert 1e6 * (world.load_W + world.load_A * half_full_V) > drawn_uW + 30_000


def test_a_card_has_a_rail_a_place_and_a_price() -> None:
    plain, values = (node_values(load_design(name)) for name in ("pico-w-arducam-2mp", "pico-w-sd"))
    assert values["RAILS"] == {**plain["RAILS"], "sd": ("GP16", 20)}
    assert (plain["SPOOL"], values["SPOOL"]) == (("fifo", "flash"), ("fifo", "flash", "sd"))
    assert (values["SD_SCK"], values["SD_CS"]) == ("GP10", "GP15")
    assert "SD_POWER" not in values
    more = {state: b - a for state, a, b in zip(STATES, plain["PRICES_mW"], values["PRICES_mW"], strict=True)}
    assert {state: mW for state, mW in more.items() if mW} == {"STORE": 156, "UPLOAD": 117}  # 40 and 30 mA
    assert values["SLEEP_PIN_uW"] - plain["SLEEP_PIN_uW"] == pytest.approx(0.0005 * 3751, abs=1.0)


def test_a_light_has_a_rail_and_a_price() -> None:
    values = node_values(load_design("pico-w-night"))
    assert values["RAILS"]["light"] == ("GP15", 1)
    assert values["LIGHT_mW"] == round(400 * 3.751)
    # 2.4 V of the protection, three times 70 mOhm, 1.5 W and 0.4 W of board and camera
    assert values["LIGHT_mV"] == pytest.approx(2400 + 3 * 70 * (1.5004 + 0.233 + 0.17) / 2.4, abs=1.0)
    assert node_values(load_design("pico-w-arducam-2mp"))["LIGHT_mV"] == 0


def test_the_simulator_draws_card_and_light_as_they_are_priced() -> None:
    from sim.run import build
    from sim.scenario import Scenario

    for name, pin, watts, amps in (
        ("pico-w-sd", "sd_power", 0.0002 * 3.3 / 0.85, 0.0),
        ("pico-w-night", "light_power", 0.0, 0.4),
    ):
        hardware = build(Scenario(design=name, days=1, quiet=True)).hardware
        world = hardware.world
        hardware.power_up()
        before = world.load_W, world.load_A
        hardware.drive_pin(hardware.design.pins[pin], True)
        off_A = 0.0005e-3 if name == "pico-w-sd" else 0.0
        assert world.load_W - before[0] == pytest.approx(watts)
        assert world.load_A - before[1] == pytest.approx(amps - off_A)
        hardware.release_pin(hardware.design.pins[pin])
        assert (world.load_W, world.load_A) == pytest.approx(before)


@pytest.mark.parametrize("name", ["pico-w-soil", "esp32-soil"])
def test_what_a_node_with_a_sensor_needs_to_know(name: str) -> None:
    design = load_design(name)
    values = node_values(design)
    assert values["RAILS"] == {"sensor": (design.pins["sensor_power"], 502)}
    assert (values["SENSOR_ADDRESS"], values["SENSOR_SDA"]) == (0x36, design.pins["sensor_sda"])
    assert (values["SPOOL"], values["HEARTBEAT_H"], values["HOLD"]) == (("flash",), 0, ())
    assert values["OWN_CLOCK"] == int(name == "esp32-soil")
    assert values["JOURNAL_END"] == int(design.board.v("nvm")) - 1008
    assert not {"CAMERA", "SENSOR", "SIZES", "SETTLE_ms", "SPI_Hz", "LIGHT_mV"} & set(values)
    prices = dict(zip(TASK_STATES, values["PRICES_mW"], strict=True))
    sensor_mW = 5.0 * 3.3 / design.board.v("regulator_efficiency")
    assert prices["TASK"] - prices["PLAN"] == pytest.approx(sensor_mW, abs=1.0)
    assert prices["PLAN"] == prices["RECOVER"] == pytest.approx(prices["BOOT"], abs=3.0)


@pytest.mark.parametrize("name", ["pico-w-soil", "esp32-soil"])
def test_the_simulator_draws_a_soil_node_asleep_as_it_is_priced(name: str) -> None:
    from sim.run import build
    from sim.scenario import Scenario

    twin = build(Scenario(design=name, days=1))
    hardware, world, design = twin.hardware, twin.world, twin.design
    hardware.power_up()
    hardware.meter.write(world.now, b"\x00\x00\x00")
    for row, value in (("deep_sleep_pin", "SLEEP_PIN_uW"), ("deep_sleep_timer", "SLEEP_TIMER_uW")):
        world.draw("board", hardware.board_row(row))
        half_full_V = dict(design.cell.table("ocv"))[0.5]
        drawn_uW = 1e6 * (world.load_W + world.load_A * half_full_V)
        assert drawn_uW == pytest.approx(node_values(design)[value], rel=0.005)
