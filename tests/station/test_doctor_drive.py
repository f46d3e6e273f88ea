"""The doctor as an application of its own: its drive boots in the twin, keeps what it finds in a file, goes
on after a check that hangs or breaks off, and knows at the next start that it really slept."""

from __future__ import annotations

import pytest

from boards import load_design
from sim.air import Link
from sim.drive import Drive, assemble
from sim.modules import SourceFile
from sim.run import Twin, build
from sim.scenario import Scenario
from station.doctor_case import case_of
from station.doctor_judge import judge
from station.doctor_lines import Heard, read_lines
from station.doctor_table import Weight

CHECKS = "board pins meter pir camera card sensor wifi home sleep deep".split()
#: Two minutes from midnight; somebody moves every seven seconds.
SCENARIO = Scenario(
    days=0.002,
    quiet=True,
    visits=tuple((1.0 + 7.0 * turn, 0.5) for turn in range(30)),
    start_day=170,
    link=Link(join_fails=0.0, join_spread=0.0),
)


def lived(scenario: Scenario, changed: dict[str, str] | None = None) -> Twin:
    """A node whose drive holds the doctor, after its minutes; `changed`: modules that are something else."""
    drive = assemble(load_design(scenario.design), scenario.settings, beside="doctor")
    modules = {
        **drive.modules,
        **{name: SourceFile(f"{name}.py", text) for name, text in (changed or {}).items()},
    }
    twin = build(
        scenario,
        drive=Drive(modules, drive.packages, drive.scripts, drive.data, drive.settings, drive.environment),
    )
    twin.live()
    assert twin.life.crashes == []
    return twin


def kept(twin: Twin) -> list[str]:
    with twin.life._open("/doctor.txt") as file:
        return [line for line in file.read().split("\n") if line]


def heard(lines: list[str]) -> Heard:
    return read_lines(lines)


@pytest.mark.parametrize("design", ["pico-w-arducam-2mp", "esp32-cam", "pico-w-soil"])
def test_all_checks_and_the_real_sleep(design: str) -> None:
    twin = lived(SCENARIO.change(design=design))
    lines = kept(twin)
    assert [line[1:] for line in lines if line[0] == ">"] == CHECKS
    assert [line[1:] for line in lines if line[0] == "<"] == CHECKS
    told = heard(lines)
    assert told.one("deep.woke") is not None
    assert told.one("deep.woke")["by"] == "clock"  # type: ignore[index]
    found = judge(case_of(design, told, 0.0))
    assert [one.code for one in found if one.weight is Weight.WRONG] == []
    assert len(twin.life.notes) == 2  # it slept once


def test_a_check_that_hangs_is_ended_by_the_watchdog() -> None:
    """The others go on after the reset, and the finding says which one hung."""
    hangs = "import time\n\ndef run(tell):\n    while True:\n        time.sleep(1)\n"
    told = heard(kept(lived(SCENARIO, {"check_pir": hangs})))
    assert told.all("check.hung") == [{"check": "pir", "reset": "WATCHDOG"}]
    found = judge(case_of("pico-w-arducam-2mp", told, 0.0))
    assert found[0].what == "The check of pir did not come to its end; the others went on."
    assert told.one("home.took") is not None


def test_a_check_that_breaks_off_does_not_stop_the_others() -> None:
    told = heard(kept(lived(SCENARIO, {"check_pins": "def run(tell):\n    [][1]\n"})))
    assert told.all("check.crashed") == [{"check": "pins", "text": "IndexError('list index out of range')"}]
    assert told.one("home.took") is not None


def test_where_the_drive_is_the_computers_the_console_has_it_all() -> None:
    """The bench switch is closed: nothing can be kept, so it ends with its first sleep."""
    drive = assemble(load_design("pico-w-arducam-2mp"), beside="doctor")
    twin = build(SCENARIO, drive=drive)
    twin.hardware.bench = True
    twin.life.run()
    assert "/doctor.txt" not in twin.hardware.files.files
    printed = heard([line.partition(" ")[2].strip() for line in twin.life.machine.console])
    assert printed.one("home.took") is not None
