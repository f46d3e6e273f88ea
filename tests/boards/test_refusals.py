"""Every wrong design is refused with one exact sentence: file, key, value, what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from boards import BoardsError, load_design, wake_ways

Change = Callable[..., Path]

GP = (
    '"GP0", "GP1", "GP2", "GP3", "GP4", "GP5", "GP6", "GP7", "GP8", "GP9", "GP10", "GP11", "GP12", "GP13", '
    '"GP14", "GP15", "GP16", "GP17", "GP18", "GP19", "GP20", "GP21", "GP22", "GP26", "GP27", "GP28"'
)
PICO_2_W = ('board = "raspberry-pi-pico-w"', 'board = "raspberry-pi-pico-2-w"')
ROLES = (
    "camera_sck, camera_mosi, camera_miso, camera_cs, camera_sda, camera_scl, pir, meter_sda, meter_scl, "
    "camera_power, bench"
)


def sentence(path: Path) -> str:
    """The refusal of a design, without the folder of its file."""
    with pytest.raises(BoardsError) as caught:
        load_design(path)
    return str(caught.value).replace(f"{path.parent}/", "").replace(f"{path.parent}\\", "")


REFUSALS = {
    # the file
    "unknown key": (
        ('title = "', 'tittle = "'),
        "my.toml: tittle is not a known key, allowed are title, application, "
        "firmware, parts, pins, sleep, options, rows, caps.",
    ),
    "unknown option": (
        ("tilt_deg", "tilt"),
        "my.toml: options.tilt is not a known key, allowed are frame_size, "
        "frame_size_small, spool, spool_KiB, cells_parallel, tilt_deg, azimuth_deg, spi_Hz, i2c_Hz, "
        "lockout_enter_mV, lockout_leave_mV, box_K_m2_W, box_lag_h.",
    ),
    "syntax error": (
        ('application = "wildcam"', "application wildcam"),
        "my.toml: not valid TOML, expected '=' after a key in a key/value pair (at line 3, column 13).",
    ),
    "no title": (
        ('title = "Raspberry Pi Pico W with Arducam Mini 2MP Plus, 2 W panel and one 18650 cell"', ""),
        "my.toml: title is missing, it must be a sentence.",
    ),
    "application": (
        ('"wildcam"', '"garden"'),
        'my.toml: application is "garden", but must be one of "wildcam", "soil", '
        "or a folder beside this file with a code.py in it.",
    ),
    "application without its part": (
        ('"wildcam"', '"soil"'),
        'my.toml: parts.sensor is missing, it must be "stemma-soil".',
    ),
    "part of another application": (
        ('pir = "am312"', 'pir = "am312"\nsensor = "stemma-soil"'),
        'my.toml: parts.sensor is "stemma-soil", but must be absent, since wildcam has no use for a sensor.',
    ),
    "firmware": (
        ('"ready"', '"soon"'),
        'my.toml: firmware is "soon", but must be one of "ready", "planned".',
    ),
    # parts
    "unknown part": (
        ('"arducam-mini-2mp-plus"', '"arducam"'),
        'my.toml: parts.camera is "arducam", but must be one of '
        '"arducam-mini-2mp-plus", "arducam-mini-5mp-plus", "esp32-cam-ov2640", "xiao-s3-ov2640", '
        '"memento-ov5640".',
    ),
    "missing part": (
        ('rail = "tps22918"\n', ""),
        'my.toml: parts.rail is missing, it must be one of "tps22918", "esp32-cam-gpio32", "none", '
        '"ov5640-pwdn".',
    ),
    "unknown kind": (
        ("rail =", "lamp ="),
        "my.toml: parts.lamp is not a known key, allowed are board, camera, pir, "
        "meter, panel, charger, cell, protection, rail, clock, latch, sd, light, sensor, "
        "panel_meter.",
    ),
    # options
    "missing option": (
        ("cells_parallel = 1\n", ""),
        "my.toml: options.cells_parallel is missing, it must be a number from 1 to 16.",
    ),
    "option out of range": (
        ("tilt_deg = 60.0", "tilt_deg = 91"),
        "my.toml: options.tilt_deg is 91, but must be a number from 0 to 90.",
    ),
    "option of wrong type": (
        ("cells_parallel = 1", 'cells_parallel = "one"'),
        'my.toml: options.cells_parallel is "one", but must be a number from 1 to 16.',
    ),
    "half a cell": (
        ("cells_parallel = 1", "cells_parallel = 1.5"),
        "my.toml: options.cells_parallel is 1.5, but must be a whole number.",
    ),
    "true is no number": (
        ("cells_parallel = 1", "cells_parallel = true"),
        "my.toml: options.cells_parallel is true, but must be a number from 1 to 16.",
    ),
    "nan is no number": (
        ("tilt_deg = 60.0", "tilt_deg = nan"),
        "my.toml: options.tilt_deg is nan, but must be a number from 0 to 90.",
    ),
    # pins
    "radio pin as wake pin": (
        ('pir = "GP13"', 'pir = "GP23"'),
        f'my.toml: pins.pir is "GP23", but must be one of {GP}.',
    ),
    "same pin twice": (
        ('pir = "GP13"', 'pir = "GP14"'),
        'my.toml: pins.camera_power is "GP14", but must be another pin: pir has it.',
    ),
    "role nobody needs": (
        ('pir = "GP13"', 'pir = "GP13"\nlamp = "GP16"'),
        f'my.toml: pins.lamp is "GP16", but must be absent: the roles of its parts are {ROLES}.',
    ),
    "role without a pin": (
        ('pir = "GP13"\n', ""),
        "my.toml: pins.pir is missing, it must be a pin of raspberry-pi-pico-w.",
    ),
    "I2C pins of two buses": (
        ('meter_scl = "GP7"', 'meter_scl = "GP17"'),
        'my.toml: pins.meter_sda is "GP6", but must '
        "be on the same I2C bus as the others, and raspberry-pi-pico-w has none with sda GP6, scl GP17.",
    ),
    "SPI pin without SPI": (
        ('camera_miso = "GP4"', 'camera_miso = "GP10"'),
        'my.toml: pins.camera_sck is "GP2", but '
        "must be on the same SPI bus as the others, "
        "and raspberry-pi-pico-w has none with sck GP2, mosi GP3, miso GP10.",
    ),
    # sleep
    "timer and pin together": (
        ('alarms = ["pin"]', 'alarms = ["pin", "time"]'),
        'my.toml: sleep.alarms is ["pin", '
        '"time"], but must be ["pin"] or ["time"], '
        "since raspberry-pi-pico-w cannot combine them in one deep sleep.",
    ),
    "deep sleep without alarm module": (
        PICO_2_W,
        'my.toml: sleep.alarms is ["pin"], but must be [], since '
        "raspberry-pi-pico-2-w has no alarm module and so no deep sleep.",
    ),
    "unknown alarm": (
        ('alarms = ["pin"]', 'alarms = ["touch"]'),
        'my.toml: sleep.alarms is ["touch"], but must be one of "pin", "time".',
    ),
    "no edge given": (
        ("edge = true", "# edge"),
        "my.toml: sleep.edge is missing, it must be true or false.",
    ),
    "wake role that is no pin": (
        ('wake = ["pir"]', 'wake = ["cat"]'),
        'my.toml: sleep.wake is ["cat"], but must be made of roles in [pins], and cat is not.',
    ),
    "pin alarm without a pin": (
        ('wake = ["pir"]', "wake = []"),
        'my.toml: sleep.wake is [], but must be at least one pin role, such as ["pir"].',
    ),
    # spool
    "spool place the board lacks": (
        ('spool = "flash"', 'spool = "sd"'),
        'my.toml: options.spool is "sd", but must be one of "fifo", "flash" on raspberry-pi-pico-w.',
    ),
    "spool larger than the drive": (
        ("spool_KiB = 320", "spool_KiB = 509"),
        "my.toml: options.spool_KiB is 509, but must be at most 508, all that flash has.",
    ),
    # camera
    "size the camera lacks": (
        ('frame_size = "800x600"', 'frame_size = "801x600"'),
        "my.toml: options.frame_size is "
        '"801x600", but must be one of "160x120", "176x144", "320x240", "352x288", "640x480", "800x600", '
        '"1024x768", "1280x960", "1600x1200".',
    ),
    "SPI too fast": (
        ("spi_Hz = 4000000", "spi_Hz = 8000001"),
        "my.toml: options.spi_Hz is 8000001, but must be at most "
        "8000000, since above it arducam-mini-2mp-plus flips bits.",
    ),
    "SPI clock missing": (
        ("spi_Hz = 4000000\n", ""),
        "my.toml: options.spi_Hz is missing, it must be at most 8000000, "
        "since above it arducam-mini-2mp-plus flips bits.",
    ),
    # power
    "PIR that needs more than a cell gives": (
        ('pir = "am312"', 'pir = "hc-sr501"'),
        'my.toml: parts.pir is "hc-sr501", '
        "but must be a PIR that runs from 3.4 V, the least that its battery rail gives.",
    ),
    "4.2 V charger on LFP": (
        ('"nmc-18650-3000"', '"lfp-18650-1500"'),
        'my.toml: parts.charger is "tp4056", but must be '
        "one that ends at 3.6 V, where lfp-18650-1500 is full.",
    ),
    # lock-out
    "threshold off = on": (
        ("i2c_Hz = 400000", "i2c_Hz = 400000\nlockout_enter_mV = 3650"),
        "my.toml: options.lockout_enter_mV is 3650, but must be below lockout_leave_mV, which is 3650.",
    ),
    "threshold off > on": (
        ("i2c_Hz = 400000", "i2c_Hz = 400000\nlockout_enter_mV = 3651"),
        "my.toml: options.lockout_enter_mV is 3651, but must be below lockout_leave_mV, which is 3650.",
    ),
    "lock-out below the protection": (
        ("i2c_Hz = 400000", "i2c_Hz = 400000\nlockout_enter_mV = 2400"),
        "my.toml: options.lockout_enter_mV is 2400, but must be above 2400, the cut_off of dw01.",
    ),
    "lock-out below the cell": (
        ("i2c_Hz = 400000", "i2c_Hz = 400000\nlockout_enter_mV = 2500"),
        "my.toml: options.lockout_enter_mV is 2500, but must be above 2500, the cut_off of nmc-18650-3000.",
    ),
    "lock-out that never ends": (
        ("i2c_Hz = 400000", "i2c_Hz = 400000\nlockout_leave_mV = 4200"),
        "my.toml: options.lockout_leave_mV is 4200, but must be below 4200, where nmc-18650-3000 is full.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_wrong_design_is_refused_in_one_sentence(name: str, changed: Change) -> None:
    change, expected = REFUSALS[name]
    assert sentence(changed(change)) == expected


def test_a_table_that_is_a_list(changed: Change) -> None:
    path = changed(("[pins]\n", "[[pins]]\n"))
    assert sentence(path).startswith("my.toml: pins is [{")
    assert sentence(path).endswith("}], but must be a table.")


def test_a_camera_the_board_cannot_drive(changed: Change) -> None:
    wires = tuple(
        (f'camera_{end} = "GP{n}"\n', "")
        for end, n in zip(("sck", "mosi", "miso", "cs"), (2, 3, 4, 5), strict=True)
    )
    path = changed(
        ('"arducam-mini-2mp-plus"', '"esp32-cam-ov2640"'),
        *wires,
        ('camera_sda = "GP8" #', "#"),
        ('camera_scl = "GP9"\n', ""),
    )
    assert sentence(path) == (
        'my.toml: parts.camera is "esp32-cam-ov2640", but must be a camera whose bus is "arduchip", '
        "for raspberry-pi-pico-w."
    )


@pytest.mark.parametrize(("enter_mV", "leave_mV"), [(3649, 3650), (2501, 3650), (3400, 4199), (4198, 4199)])
def test_thresholds_one_step_inside_are_taken(enter_mV: int, leave_mV: int, changed: Change) -> None:
    path = changed(
        ("i2c_Hz = 400000", f"i2c_Hz = 400000\nlockout_enter_mV = {enter_mV}"),
        ("i2c_Hz = 400000", f"i2c_Hz = 400000\nlockout_leave_mV = {leave_mV}"),
    )
    assert load_design(path).options["lockout_enter_mV"] == enter_mV


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("spool_KiB = 320", "spool_KiB = 508"),
        ("spi_Hz = 4000000", "spi_Hz = 8000000"),
        ("tilt_deg = 60.0", "tilt_deg = 90"),
    ],
)
def test_values_at_the_limit_are_taken(old: str, new: str, changed: Change) -> None:
    assert load_design(changed((old, new)))


def test_a_pico_2_w_may_wait(changed: Change) -> None:
    design = load_design(
        changed(PICO_2_W, ('alarms = ["pin"]', "alarms = []"), ("edge = true", "edge = false"))
    )
    assert [way.name for way in wake_ways(design)] == ["plain wait"]
    with pytest.raises(BoardsError, match="has no row 'deep_sleep_pin'"):
        design.board.v("deep_sleep_pin")


ESP = {
    "edge": (
        "esp32-cam",
        ("edge = false", "edge = true"),
        "my.toml: sleep.edge is true, but must be false, since esp32-cam wakes on levels only.",
    ),
    "pin that is no RTC pin": (
        "xiao-s3-sense",
        ('pir = "D0"', 'pir = "D6"'),
        'my.toml: pins.pir is "D6", but must be '
        'one of "D0", "D1", "D2", "D3", "D4", "D5", "D8", "D9", "D10" to wake xiao-esp32-s3-sense.',
    ),
    "flash LED as wake pin": (
        "esp32-cam",
        ('pir = "IO13"', 'pir = "IO4"'),
        'my.toml: pins.pir is "IO4", but must be one '
        'of "IO13", "IO14", "IO15", "IO2", "IO12" to wake esp32-cam.',
    ),
    "PSRAM pin": (
        "esp32-cam",
        ('pir = "IO13"', 'pir = "IO16"'),
        'my.toml: pins.pir is "IO16", but must be one of "IO2", "IO4", "IO12", "IO13", "IO14", "IO15".',
    ),
    "SD slot": (
        "esp32-cam",
        ('spool = "flash"', 'spool = "sd"'),
        'my.toml: pins.pir is "IO13", but must be another pin: the SD slot of the spool has it.',
    ),
    "no FIFO": (
        "esp32-cam",
        ('spool = "flash"', 'spool = "fifo"'),
        'my.toml: options.spool is "fifo", but must be one of "flash", "sd" on esp32-cam.',
    ),
    "no SPI": (
        "esp32-cam",
        ("i2c_Hz", "spi_Hz = 4000000\ni2c_Hz"),
        "my.toml: options.spi_Hz is 4000000, but must be absent, since esp32-cam-ov2640 has no SPI.",
    ),
    "4.2 V on a 3V3 pin": (
        "esp32-cam",
        ('cell = "lfp-26650-3200"', 'cell = "nmc-18650-3000"'),
        "my.toml: parts.cell is "
        '"nmc-18650-3000", but must be a cell of at most 3.6 V when full, for esp32-cam.',
    ),
    "lock-out below the board's limit": (
        "esp32-cam",
        ("i2c_Hz = 400000", "i2c_Hz = 400000\nlockout_enter_mV = 3000"),
        "my.toml: options.lockout_enter_mV is 3000, but must be above 3000, the supply_min of esp32-cam.",
    ),
}


@pytest.mark.parametrize("name", ESP)
def test_wrong_esp_design_is_refused(name: str, changed: Change) -> None:
    design, change, expected = ESP[name]
    assert sentence(changed(change, design=design)) == expected


def test_a_switch_that_must_be_held_needs_a_board_that_holds(changed: Change) -> None:
    path = changed(('rail = "tps22918"', 'rail = "esp32-cam-gpio32"'), ('camera_power = "GP14"\n', ""))
    assert sentence(path) == (
        'my.toml: parts.rail is "esp32-cam-gpio32", but must be a switch that stays off by itself, since '
        "raspberry-pi-pico-w holds no pin in deep sleep."
    )


@pytest.mark.parametrize("line", ["data", "xclk", "pclk", "vsync", "href", "sda", "scl"])
def test_a_camera_on_the_connector_needs_every_line_of_it(
    line: str, changed_part: Change, changed: Change
) -> None:
    changed_part("board-xiao-s3-sense.toml", (f'"{line} CAM_', f'"other{line} CAM_'))
    assert sentence(changed(design="xiao-s3-sense")) == (
        'my.toml: parts.camera is "xiao-s3-ov2640", but must be one for another bus, since '
        f"xiao-esp32-s3-sense names no camera pins for {line}."
    )


def test_a_switch_that_is_a_line_of_the_connector_must_be_there(changed: Change) -> None:
    path = changed(('rail = "none"', 'rail = "ov5640-pwdn"'), design="xiao-s3-sense")
    assert sentence(path) == (
        'my.toml: parts.rail is "ov5640-pwdn", but must be a switch of its own, since xiao-esp32-s3-sense '
        "has no camera line pwdn for xiao-s3-ov2640."
    )


def test_a_weak_pull_down_is_told_where_pins_are_pulled_up(changed: Change, changed_part: Change) -> None:
    wired = ('rail = "none"', 'rail = "tps22918"'), ('bench = "D1"', 'bench = "D1"\ncamera_power = "D2"')
    said = (
        "the board pulls its pins up at every reset: the camera's switch comes on unless its 100 kohm to "
        "ground are 10 kohm or less."
    )
    assert said in load_design(changed(*wired, design="xiao-s3-sense")).notes
    changed_part("rails.toml", ("pull_down = { value = 100,", "pull_down = { value = 10,"))
    notes = load_design(changed(*wired, design="xiao-s3-sense")).notes
    assert not any("pulls its pins up" in note for note in notes)


def test_a_design_nobody_has() -> None:
    with pytest.raises(BoardsError) as caught:
        load_design("pico-w")
    assert str(caught.value) == (
        'There is no design "pico-w", allowed is one of "pico-w-arducam-2mp", "esp32-cam", '
        '"esp32-soil", "memento", "pico-w-arducam-5mp", "pico-w-latched", "pico-w-night", "pico-w-rtc", '
        '"pico-w-sd", "pico-w-soil", "pico-w-two-meters", "xiao-s3-sense", or a path to a .toml file.'
    )


def test_a_file_nobody_has(tmp_path: Path) -> None:
    assert sentence(tmp_path / "mine.toml") == (
        'mine.toml: no such file, a design is a .toml file or one of "pico-w-arducam-2mp", "esp32-cam", '
        '"esp32-soil", "memento", "pico-w-arducam-5mp", "pico-w-latched", "pico-w-night", "pico-w-rtc", '
        '"pico-w-sd", "pico-w-soil", "pico-w-two-meters", "xiao-s3-sense".'
    )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(b"title = '\xff'")
    assert sentence(path) == "my.toml: not UTF-8 text (byte 9), a TOML file must be."


def test_a_panel_below_its_charger(changed_part: Change) -> None:
    assert load_design(changed_part("panels.toml", ("v_mp = { value = 5.5,", "v_mp = { value = 4.5,")))
    path = changed_part("panels.toml", ("v_mp = { value = 5.5,", "v_mp = { value = 4.3,"))
    assert sentence(path) == (
        'my.toml: parts.panel is "panel-2w", but must be a panel of 4.4 V or more, for tp4056.'
    )


def test_a_bare_sensor_needs_psram(changed_part: Change, changed: Change) -> None:
    changed_part("board-esp32-cam.toml", ("psram = true", "psram = false"))
    assert sentence(changed(design="esp32-cam")) == (
        'my.toml: parts.camera is "esp32-cam-ov2640", but must be a camera with a FIFO, '
        "since esp32-cam has no PSRAM."
    )


def test_two_wake_pins_need_a_board_that_takes_two(changed_part: Change, changed: Change) -> None:
    changed_part("board-pico-w.toml", ("several_pins = true", "several_pins = false"))
    assert sentence(changed(design="pico-w-rtc")) == (
        'my.toml: sleep.wake is ["pir", "clock_int"], but must be one role: '
        "raspberry-pi-pico-w wakes by one pin only."
    )


SOIL_REFUSALS = {
    "no sensor": (
        ('sensor = "stemma-soil"\n', ""),
        'my.toml: parts.sensor is missing, it must be "stemma-soil".',
    ),
    "a camera": (
        ('meter = "ina219"', 'meter = "ina219"\ncamera = "arducam-mini-2mp-plus"'),
        'my.toml: parts.camera is "arducam-mini-2mp-plus", but must be absent, since soil has no use for a '
        "camera.",
    ),
    "a PIR": (
        ('meter = "ina219"', 'meter = "ina219"\npir = "am312"'),
        'my.toml: parts.pir is "am312", but must be absent, since soil has no use for a pir.',
    ),
    "a latch": (
        ('clock = "ds3231"', 'latch = "tps22918-latch"'),
        'my.toml: parts.latch is "tps22918-latch", but must be absent, since soil has no use for a latch.',
    ),
    "a size of pictures": (
        ('spool = "flash"', 'frame_size = "800x600"\nspool = "flash"'),
        "my.toml: options.frame_size is not a known key, allowed are spool, spool_KiB, cells_parallel, "
        "tilt_deg, azimuth_deg, i2c_Hz, lockout_enter_mV, lockout_leave_mV, box_K_m2_W, box_lag_h.",
    ),
    "a FIFO": (
        ('spool = "flash"', 'spool = "fifo"'),
        'my.toml: options.spool is "fifo", but must be another place, since my has no FIFO.',
    ),
    "a pin of the sensor": (
        ('sensor_power = "GP14"\n', ""),
        "my.toml: pins.sensor_power is missing, it must be a pin of raspberry-pi-pico-w.",
    ),
    "its pins on two buses": (
        ('sensor_scl = "GP9"', 'sensor_scl = "GP3"'),
        'my.toml: pins.sensor_sda is "GP8", but must be on the same I2C bus as the others, and '
        "raspberry-pi-pico-w has none with sda GP8, scl GP3.",
    ),
}


@pytest.mark.parametrize("name", SOIL_REFUSALS)
def test_a_wrong_design_of_the_other_application(changed: Change, name: str) -> None:
    change, expected = SOIL_REFUSALS[name]
    assert sentence(changed(change, design="pico-w-soil")) == expected


def test_without_its_clock_it_may_sleep_by_timer(changed: Change) -> None:
    path = changed(
        ('clock = "ds3231"\n', ""), ('clock_int = "GP12"\n', ""), ('alarms = ["pin"]', 'alarms = ["time"]'),
        ('wake = ["clock_int"]', "wake = []"), design="pico-w-soil",
    )  # fmt: skip
    assert [way.name for way in wake_ways(load_design(path))] == ["deep by timer", "plain wait"]


def test_a_design_says_which_part_it_has_not() -> None:
    with pytest.raises(BoardsError) as caught:
        load_design("pico-w-soil").part("camera")
    assert str(caught.value) == (
        "pico-w-soil has no camera; it has board, meter, panel, charger, cell, protection, clock, sensor."
    )
