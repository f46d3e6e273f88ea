"""A drive of the default design: which files, what is built in, what is compiled, and what is refused."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from boards import list_designs, load_design
from sim.application import ROOT
from sim.drive import LIBRARY, NATIVE, absent, assemble, settings_toml
from sim.errors import DriveError

CLOCK = ("torpor.alarmclock", "torpor.ringing", "torpor.ds3231")
INSTALL = ("torpor.codes", "torpor.hanging", "torpor.installing", "torpor.lamp", "torpor.showing")
LATCH = ("latching", "torpor.record_nvm")
TASKS = (
    "torpor.admission", "torpor.planning", "torpor.readings", "torpor.reporting", "torpor.retiring",
    "torpor.scheduler", "torpor.sun", "torpor.taskrecord", "torpor.tasktable", "torpor.timekeeping",
    "torpor.triggers",
)  # fmt: skip


@pytest.fixture(scope="module")
def design():
    return load_design("pico-w-arducam-2mp")


@pytest.fixture(scope="module")
def drive(design):
    return assemble(design)


def test_the_files_of_the_default_node(drive) -> None:
    framework = {f"/lib/torpor/{path.name}" for path in (ROOT / "firmware/lib/torpor").glob("*.py")}
    application = {f"/{path.name}" for path in (ROOT / "firmware/wildcam").glob("*.py")}
    application |= {"/boot.py", "/safemode.py"}
    # another camera's sensor and drivers, no clock, no latch, no light, no card, no declared tasks
    application -= {"/ov5642.py", "/espcam.py", "/latching.py", "/night.py"}
    without = (
        *CLOCK,
        *TASKS,
        "torpor.record_nvm",
        "torpor.card",
        "torpor.panel",
        "torpor.netting",
        "torpor.nearby",
        "torpor.secure",
    )
    framework -= {f"/lib/{name.replace('.', '/')}.py" for name in without}
    library = {
        "/lib/adafruit_ina219.py", "/lib/adafruit_register/__init__.py", "/lib/adafruit_register/i2c_bit.py",
        "/lib/adafruit_register/i2c_bits.py", "/lib/adafruit_register/i2c_struct.py",
        "/lib/adafruit_ticks.py",
        "/lib/asyncio/__init__.py", "/lib/asyncio/core.py",
    }  # fmt: skip
    assert {"/boot.py", "/code.py", "/safemode.py"} < application
    assert len(framework) > 15
    assert set(drive.files) == framework | application | library | {
        "/node.py", "/rows.py", "/ov2640.bin", "/settings.toml",
    }  # fmt: skip


def test_every_file_is_the_repositorys_own(drive, design) -> None:
    for path in (ROOT / "firmware/wildcam").glob("*.py"):
        if path.stem not in absent(design):
            assert drive.files[f"/{path.name}"] == path.read_bytes()
    for path in (ROOT / "firmware/lib/torpor").glob("*.py"):
        if f"torpor.{path.stem}" not in absent(design):
            assert drive.files[f"/lib/torpor/{path.name}"] == path.read_bytes()


@pytest.mark.parametrize(
    ("name", "without"),
    [
        (
            "pico-w-arducam-2mp",
            {"ov5642", "espcam", *CLOCK, *LATCH, *TASKS, "torpor.card", "night", "torpor.panel"},
        ),
        (
            "pico-w-arducam-5mp",
            {"ov2640", "espcam", *CLOCK, *LATCH, *TASKS, "torpor.card", "night", "torpor.panel"},
        ),
        ("pico-w-rtc", {"ov5642", "espcam", *LATCH, *TASKS, "torpor.card", "night", "torpor.panel"}),
        ("pico-w-latched", {"ov5642", "espcam", *CLOCK, *TASKS, "torpor.card", "night", "torpor.panel"}),
        ("pico-w-sd", {"ov5642", "espcam", *CLOCK, *LATCH, *TASKS, "night", "torpor.panel"}),
        ("pico-w-night", {"ov5642", "espcam", *CLOCK, *LATCH, *TASKS, "torpor.card", "torpor.panel"}),
        ("pico-w-two-meters", {"ov5642", "espcam", *CLOCK, *LATCH, *TASKS, "torpor.card", "night"}),
        ("pico-w-soil", {*INSTALL, "torpor.record_nvm", "torpor.card", "torpor.panel"}),
        ("esp32-soil", {*CLOCK, *INSTALL, "torpor.record_nvm", "torpor.card"}),
    ],
)
def test_a_drive_does_without_what_its_design_has_not(name: str, without: set[str]) -> None:
    design = load_design(name)
    if not design.board.caps["heeds_bssid"]:  # a Pico W's radio finds its access point by itself
        without = without | {"torpor.nearby"}
    if not design.board.caps["psram"]:
        without = without | {"torpor.secure"}
    if "board_pin" not in design.charger.caps:  # its meter sees the load alone
        without = without | {"torpor.netting"}
    assert absent(design) == without
    assert not without & set(assemble(design).modules)


@pytest.mark.parametrize("name", ["esp32-cam", "xiao-s3-sense", "memento"])
def test_a_camera_on_the_connector_needs_no_table_of_registers(name: str) -> None:
    found = absent(load_design(name))
    assert {"arducam", "ov2640", "ov5642"} <= found and "espcam" not in found


def test_what_is_built_in_does_not_count(drive, design) -> None:
    built_in = [module for module in drive.modules.values() if module.native]
    assert {module.path for module in built_in} == {f"lib/{name}" for name in NATIVE}
    assert not set(NATIVE) & set(LIBRARY)
    assert not {f"/{module.path}" for module in built_in} & set(drive.files)
    on_disk = sum(len(data) for data in drive.files.values())
    assert drive.size == on_disk
    assert 60_000 < drive.size < design.board.v("drive") * 1024 / 2


def test_modules_and_packages(drive) -> None:
    assert {"torpor", "adafruit_register", "adafruit_bus_device", "asyncio"} == set(drive.packages)
    assert {"torpor.machine", "asyncio.task", "adafruit_bus_device.i2c_device", "waking", "node"} < set(
        drive.modules
    )
    assert not {"boot", "code", "safemode"} & set(drive.modules)
    assert set(drive.scripts) == {"boot.py", "code.py", "install.py", "safemode.py"}


def test_compiled_means_mpy_but_not_for_async(design, drive) -> None:
    compiled = assemble(design, compiled=True)
    assert not any(module.compiled for module in drive.modules.values())
    for name, module in compiled.modules.items():
        is_async = any(line.lstrip().startswith("async def") for line in module.text.splitlines())
        assert module.compiled is (not is_async and not module.native), name
    assert "/lib/torpor/machine.mpy" in compiled.files  # only its docstring says "async def"
    assert {"/lib/asyncio/core.py", "/picture.py", "/burst.py", "/lib/torpor/tasks.py"} < set(compiled.files)
    assert {"/boot.py", "/code.py"} < set(compiled.files)  # the core looks for these names alone
    assert sum(module.compiled for module in compiled.modules.values()) > 15


def test_settings(design) -> None:
    drive = assemble(design, {"TORPOR_NODE": 'a "quoted" \\ näme', "TORPOR_HOLDOFF_S": 45})
    assert drive.environment["TORPOR_NODE"] == 'a "quoted" \\ näme'
    assert drive.environment["TORPOR_HOLDOFF_S"] == "45"  # CircuitPython 10.2 gives text
    assert tomllib.loads(drive.settings)["TORPOR_HOLDOFF_S"] == 45
    assert "CIRCUITPY_WIFI_SSID" not in drive.settings  # the core would join at every boot


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"A B": 1}, "the key 'A B'"),
        ({"": 1}, "the key ''"),
        ({"A": True}, "A is True"),
        ({"A": 1.5}, "A is 1.5"),
        ({"A": "two\nlines"}, "one line"),
        ({"A": [1]}, "A is [1]"),
    ],
)
def test_settings_that_the_board_could_not_read(settings, words: str) -> None:
    with pytest.raises(DriveError) as error:
        settings_toml(settings)
    assert words in str(error.value)
    assert str(error.value).count("\n") == 0


def test_planned_designs_are_refused_with_one_sentence() -> None:
    for name in list_designs():
        design = replace(load_design(name), firmware="planned")
        with pytest.raises(DriveError) as error:
            assemble(design)
        assert str(error.value) == f"{name}: the firmware for this design is not there yet."
