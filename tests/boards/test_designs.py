"""What the shipped designs say: literal figures, sources everywhere, notes from capabilities."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards import Design, Part, Row, heartbeat_way, list_designs, load_design, wake_ways, watts_of
from boards.parts_file import shipped_parts

DESIGNS = (
    "pico-w-arducam-2mp",
    "esp32-cam",
    "esp32-soil",
    "memento",
    "pico-w-arducam-5mp",
    "pico-w-latched",
    "pico-w-night",
    "pico-w-rtc",
    "pico-w-sd",
    "pico-w-soil",
    "pico-w-two-meters",
    "xiao-s3-sense",
)
READY = tuple(name for name in DESIGNS)


@pytest.fixture(scope="module")
def default() -> Design:
    return load_design("pico-w-arducam-2mp")


def test_list_designs_names_the_default_first() -> None:
    assert list_designs() == DESIGNS


@pytest.mark.parametrize("name", DESIGNS)
def test_every_shipped_design_loads(name: str) -> None:
    design = load_design(name)
    assert design.name == name
    assert design.application == ("soil" if name.endswith("soil") else "wildcam")
    assert (design.camera is None) == (design.sensor is not None) == name.endswith("soil")
    assert design.firmware == ("ready" if name in READY else "planned")
    assert (design.notes[0].startswith("firmware not there yet")) == (design.firmware == "planned")


def test_a_path_loads_the_same_design(default: Design) -> None:
    assert load_design(default.path) == default
    assert load_design(str(default.path)) == default


@pytest.mark.parametrize(
    ("kind", "row", "value", "unit"),
    [
        ("board", "deep_sleep_pin", 1.4, "mA"),
        ("board", "deep_sleep_timer", 6.0, "mA"),
        ("board", "light_sleep", 22.1, "mA"),
        ("board", "idle", 27.3, "mA"),
        ("board", "radio_idle", 63.2, "mA"),
        ("board", "radio_left", 29.5, "mA"),
        ("board", "min_awake", 5.0, "s"),
        ("board", "boot", 1.21, "s"),
        ("board", "radio_boot", 1.3, "s"),
        ("board", "compile_py", 16.4, "us/B"),
        ("board", "compile_mpy", 0.48, "us/B"),
        ("board", "loop_round", 3.3, "us"),
        ("board", "call", 10.0, "us"),
        ("board", "method_call", 18.0, "us"),
        ("board", "operation", 7.3, "us"),
        ("board", "getenv", 2.9, "ms"),
        ("board", "sleep_memory", 256, "B"),
        ("board", "nvm", 4096, "B"),
        ("board", "drive", 508, "KiB"),
        ("board", "watchdog_max", 8.0, "s"),
        ("camera", "run", 60, "mA"),
        ("camera", "standby", 30, "mA"),
        ("camera", "phantom", 11, "mA"),
        ("camera", "fifo_size", 0x7FFFFF, "B"),
        ("camera", "spi_max", 8e6, "Hz"),
        ("pir", "hold", 2.0, "s"),
        ("meter", "shunt", 0.1, "ohm"),
        ("meter", "conversion_12bit", 532, "us"),
        ("panel", "rated", 2.0, "W"),
        ("charger", "float", 4.2, "V"),
        ("cell", "capacity", 3.0, "Ah"),
        ("cell", "charge_min", 0, "C"),
        ("protection", "cut_off", 2.4, "V"),
        ("protection", "restart", 3.0, "V"),
        ("rail", "on_resistance", 0.052, "ohm"),
    ],
)
def test_rows_of_the_default(default: Design, kind: str, row: str, value: float, unit: str) -> None:
    part: Part = getattr(default, kind)
    assert (part.v(row), part.rows[row].unit) == (value, unit)


def test_one_row_in_full(default: Design) -> None:
    assert default.board.rows["deep_sleep_pin"] == Row(
        name="deep_sleep_pin",
        value=1.4,
        unit="mA",
        at_V=5.0,
        load="power",
        plus_minus=0.1,
        condition="deep sleep with PinAlarm only (dormant), radio off",
        source="bablokb/pico-sleepcurrent pico_pico2_current.md, CP 9.2.3",
    )


def test_capabilities_of_the_default(default: Design) -> None:
    caps = default.board.caps
    assert caps["circuitpython_board"] == "raspberry_pi_pico_w"
    assert caps["alarms"] == ["pin", "time"]
    assert (caps["combine_pin_and_time"], caps["preserve_dios"], caps["wake_pin_known"]) == (False,) * 3
    assert (caps["reset_reason_after_sleep"], caps["radio_off"]) == ("SOFTWARE", "at sleep")
    assert default.board.words("spool_places") == ("fifo", "flash")
    assert (caps["watchdog_raise"], caps["heeds_bssid"]) == (False, False)
    assert not {"GP23", "GP24", "GP25", "GP29"} & set(default.board.words("wake_pins"))
    assert (default.camera.caps["sensor"], default.camera.caps["jpeg_quality_default"]) == ("OV2640", 12)
    assert (default.meter.caps["address"], default.meter.caps["lead"], default.meter.caps["sign"]) == (
        64,
        "load",
        1,
    )
    assert default.charger.caps["ntc"] is True


def test_the_cell_curve_of_the_default(default: Design) -> None:
    ocv = default.cell.table("ocv")
    assert (ocv[0], ocv[6], ocv[-1]) == ((0.0, 2.5), (0.5, 3.751), (1.0, 4.2))
    assert default.cell.table("capacity_factor")[-2:] == ((23.0, 1.0), (45.0, 1.05))


def test_options_and_pins_of_the_default(default: Design) -> None:
    assert default.options["frame_size"] == "800x600"
    assert (default.options["spool"], default.options["cells_parallel"]) == ("flash", 1)
    assert (default.options["lockout_enter_mV"], default.options["lockout_leave_mV"]) == (3400, 3650)
    assert (default.pins["pir"], default.pins["camera_cs"], default.pins["camera_power"]) == (
        "GP13",
        "GP5",
        "GP14",
    )
    assert (default.sleep.alarms, default.sleep.wake, default.sleep.edge) == (("pin",), ("pir",), True)


def test_notes_of_the_default(default: Design) -> None:
    assert default.notes == (
        "cannot wake by clock in its cheap sleep (deep by pin): no heartbeat is promised.",
        "lock-out stays on pin sleep (1.4 mA against 6 mA by timer): a motion then costs a short wake, "
        "and the first one after the battery has recovered ends it.",
        "between events it draws 7.4 mW from the battery (deep by pin).",
        "every wake lasts at least 5 s, whatever it does.",
        "its radio adds 1.3 s to every boot, even when it is not used.",
        "its radio chip stays powered until it sleeps: nothing but sleep should follow an upload.",
    )


def test_only_what_has_a_clock_promises_a_heartbeat() -> None:
    ways = {name: heartbeat_way(load_design(name)) for name in DESIGNS}
    assert {name: way and way.name for name, way in ways.items()} == {
        "pico-w-arducam-2mp": None,
        "pico-w-arducam-5mp": None,
        "pico-w-latched": None,
        "pico-w-night": None,
        "pico-w-sd": None,
        "pico-w-rtc": "pin with clock line",
        "pico-w-soil": "pin with clock line",
        "pico-w-two-meters": None,
        "esp32-soil": "deep by timer",
        "esp32-cam": "deep by pin and timer",
        "memento": "deep by pin and timer",
        "xiao-s3-sense": "deep by pin and timer",
    }


def test_ways_of_the_default_with_their_price(default: Design) -> None:
    # 1.4 mA and 6 mA at 5 V; beside them PIR and INA219 behind the 85 % regulator, switch, DW01, TP4056.
    beside_W = (0.1e-3 * 3.3 + 0.006e-3 * 3.3) / 0.85 + (0.0005e-3 + 0.003e-3 + 0.002e-3) * 3.751
    found = [(way.name, way.by_pin, way.by_clock, way.watts) for way in wake_ways(default)]
    assert found == [
        ("deep by pin", True, False, pytest.approx(1.4e-3 * 5 + beside_W)),
        ("deep by timer", False, True, pytest.approx(6.0e-3 * 5 + beside_W)),
        ("plain wait", True, True, pytest.approx(22.1e-3 * 5 + beside_W)),
    ]


def test_a_latched_node_stands_at_what_makers_measured() -> None:
    latch = wake_ways(load_design("pico-w-latched"))[0]
    assert latch.name == "latch"
    # 44-2.de measured about 0.14 mA; ours: PIR 0.1, latch 0.02, DW01 0.003, TP4056 0.002 mA.
    assert latch.watts == pytest.approx(0.125e-3 * 3.751)


def test_a_latched_node_says_which_motion_is_too_short() -> None:
    """1.21 s of boot and 1.3 s for the radio's firmware, of which the PIR holds 2 s by itself."""
    assert (
        "its PIR must stay high for 2.5 s until the firmware holds the switch: a motion of less than 0.5 s "
        "starts nothing."
    ) in load_design("pico-w-latched").notes


def test_a_camera_that_nothing_switches_is_in_every_sleep() -> None:
    design = load_design("xiao-s3-sense")
    price = watts_of(design, design.camera, design.camera.rows["phantom"])
    assert price == pytest.approx(20e-3 * 3.751)
    assert all(way.standing_W > price for way in wake_ways(design))
    assert "nothing cuts the camera's supply: it draws 20 mA in every sleep once it was used." in design.notes
    assert "that alone is 1.8 Wh a day; a switch in the camera's supply would save it." in design.notes


def every_part() -> list[Part]:
    return [*shipped_parts().values(), *(part for name in DESIGNS for part in load_design(name).parts)]


def test_every_figure_has_condition_and_source_and_every_current_its_voltage() -> None:
    rows = [row for part in every_part() for row in part.rows.values()]
    assert len(rows) > 500
    for row in rows:
        assert row.condition.strip() and row.source.strip(), row
        assert (row.unit == "mA") == (row.at_V is not None) == (row.load in ("power", "current")), row
    for part in every_part():
        assert all(table.condition and table.source for table in part.tables.values()), part.name


def test_an_estimate_says_so_and_says_why() -> None:
    for part in every_part():
        for row in part.rows.values():
            if "estimate" in row.source.split(";")[0]:
                assert row.estimated and len(row.source) > len("estimate: "), f"{part.name}.{row.name}"


def test_estimated_currents_and_times_admit_an_uncertainty() -> None:
    for part in every_part():
        for row in part.rows.values():
            if row.estimated and row.value:
                assert row.plus_minus > 0, f"{part.name}.{row.name}"


def test_a_row_that_is_not_there_is_said_in_one_sentence(default: Design) -> None:
    with pytest.raises(
        ValueError, match=r"^protection dw01 has no row 'nap'; it has cut_off, restart, quiescent\.$"
    ):
        default.protection.v("nap")
    with pytest.raises(ValueError, match=r"^protection dw01 has no table 'ocv'; it has none\.$"):
        default.protection.table("ocv")


def test_what_is_loaded_cannot_be_changed(default: Design) -> None:
    with pytest.raises(TypeError):
        default.board.rows["busy"] = default.board.rows["idle"]  # type: ignore[index]
    with pytest.raises(TypeError):
        default.options["spool"] = "sd"  # type: ignore[index]


def test_panels_are_arithmetic_of_their_label() -> None:
    for (kind, name), part in shipped_parts().items():
        if kind == "panel":
            assert part.v("v_mp") * part.v("i_mp") == pytest.approx(part.v("rated"), rel=0.01), name
            assert part.v("v_oc") > part.v("v_mp") and part.v("i_sc") > part.v("i_mp"), name


def test_a_figure_of_the_design_beats_that_of_its_part(tmp_path: Path, default: Design) -> None:
    mine = tmp_path / "mine.toml"
    own = (
        "\n[rows.board]\nbusy = { value = 31.5, unit = 'mA', at_V = 3.8, load = 'power', plus_minus = 0.2, "
        "condition = 'my node, 12 C', source = 'my INA219 log' }\n[caps.pir]\nactive = 'low'\n"
    )
    mine.write_text(default.path.read_text(encoding="utf-8") + own, encoding="utf-8")
    design = load_design(mine)
    assert (design.board.v("busy"), design.board.rows["busy"].source) == (31.5, "my INA219 log")
    assert (design.part("pir").caps["active"], design.board.v("idle")) == ("low", 27.3)
