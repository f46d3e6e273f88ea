"""An application of the owner's own, a folder beside its design: the nest box of docs/own-application.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.wiring import wiring_of
from analysis.wiring_list import wire_rows
from boards import BoardsError, load_design
from sim.drive import absent, assemble
from sim.errors import DriveError
from sim.output import write_run
from sim.run import build, summarise
from sim.scenario import Scenario
from sim.stand_ins import with_stand_ins
from tests.sim.own import PAGE, nest_box


@pytest.fixture
def design(tmp_path: Path) -> Path:
    return nest_box(tmp_path)


def test_it_lives_as_the_page_says(design: Path, tmp_path: Path) -> None:
    twin = build(Scenario(design=str(design), days=5.0))
    twin.live()
    found = summarise(twin, 0.0)
    assert found.of == ("centi_C", "centi_pct")
    fates = [one.fate for one in found.readings or ()]
    assert (len(fates), fates.count("delivered"), fates.count("waiting")) == (240, 217, 23)
    assert "Of 240 readings (48.0 a day), 217 (90 %) came home." in PAGE.read_text("utf-8")
    assert {one.reason for one in twin.life.journal} & {"CRASH", "TASK_FAILED", "READING_LOST"} == set()
    write_run(twin, tmp_path)
    assert not (tmp_path / "console.txt").exists()


def test_its_sensor_takes_what_its_row_says_while_it_is_on(design: Path) -> None:
    twin = build(Scenario(design=str(design), days=1.0))
    twin.live()
    task_s = twin.world.time_by_state_s["TASK"]
    mWs = 1000.0 * twin.world.part_J["sensor"]
    asleep = load_design(design).cell.v("full") * 0.0005 * 86_400.0  # 0.5 uA behind its open switch
    assert 0.0 < mWs - asleep < 1.2 * task_s * 0.8 * 3.3 / 0.85


def test_no_stand_in_goes_to_a_board_and_none_costs_another_time(design: Path) -> None:
    node = load_design(design)
    drive = assemble(node)
    real = (design.parent / "climate" / "probe.py").read_text("utf-8")
    assert drive.modules["probe"].text == real and "import twin" not in real
    played = with_stand_ins(drive, node).modules["probe"]
    assert "import twin" in played.text and played.size == len(real)
    assert "torpor.scheduler" in drive.modules and "torpor.installing" in absent(node)


def test_a_sensor_that_nothing_switches_is_fed_by_the_board(design: Path) -> None:
    part = design.parent / "parts" / "sht31.toml"
    part.write_text(part.read_text("utf-8").replace(', "sensor_power"', ""), "utf-8")
    text = "".join(x for x in design.read_text("utf-8").splitlines(True) if not x.startswith("sensor_power"))
    design.write_text(text, "utf-8")
    code = design.parent / "climate" / "code.py"
    code.write_text(code.read_text("utf-8").replace(' rails=("sensor",),', ""), "utf-8")
    twin = build(Scenario(design=str(design), days=0.1))
    twin.live()
    assert len(twin.taken) == 5 and "sensor" not in twin.design.pins
    rows = [row for row in wire_rows(wiring_of(load_design(design))) if row["from"].startswith("sensor")]
    assert [(row["from"], row["to"], row["note"]) for row in rows] == [
        ("sensor SDA", "board GP8", ""), ("sensor SCL", "board GP9", ""),
        ("sensor VCC", "board 3V3", ""), ("sensor GND", "board GND", ""),
    ]  # fmt: skip


def test_a_library_of_its_own_is_imported(design: Path) -> None:
    """On the board lib/ is searched too; a package and a module of it."""
    lib = design.parent / "climate" / "lib" / "humid"
    lib.mkdir(parents=True)
    (lib / "__init__.py").write_text("from humid.scale import scaled\n", "utf-8")
    (lib / "scale.py").write_text("def scaled(value):\n    return 2 * value\n", "utf-8")
    stand_in = design.parent / "climate" / "twin" / "probe.py"
    stand_in.write_text(
        "from humid import scaled\n\n\ndef read(wake):\n    wake.keep(scaled(21), 0)\n", "utf-8"
    )
    assert {"/lib/humid/__init__.py", "/lib/humid/scale.py"} < set(assemble(load_design(design)).files)
    twin = build(Scenario(design=str(design), days=0.1))
    twin.live()
    assert [value for _, value in twin.taken] == [42, 42, 42, 42, 42]


def test_what_it_raises_is_on_the_console_with_its_second(design: Path, tmp_path: Path) -> None:
    stand_in = design.parent / "climate" / "twin" / "probe.py"
    stand_in.write_text("def read(wake):\n    wake.kept(1, 2)\n", "utf-8")
    twin = build(Scenario(design=str(design), days=0.05))
    twin.live()
    write_run(twin, tmp_path)
    first = (tmp_path / "console.txt").read_text("utf-8").splitlines()[0]
    assert first.startswith("5.") and "AttributeError(\"'TaskWake' object has no attribute 'kept'\")" in first
    assert "CRASH" in (tmp_path / "journal.csv").read_text("utf-8")


@pytest.mark.parametrize("values", ["", "1", "1, 2, 3", "1, 'warm'", "1, 40000"])
def test_what_the_node_refuses_to_keep_is_no_reading(design: Path, values: str) -> None:
    stand_in = design.parent / "climate" / "twin" / "probe.py"
    stand_in.write_text(f"def read(wake):\n    wake.keep({values})\n", "utf-8")
    twin = build(Scenario(design=str(design), days=0.05))
    twin.live()
    assert twin.taken == []
    assert {one.reason for one in twin.life.journal} & {"CRASH", "TASK_FAILED"} != set()
    assert "IndexError" not in "".join(twin.life.machine.console)  # of the twin's own


def test_motion_wakes_it_if_its_design_has_a_motion_sensor(design: Path, tmp_path: Path) -> None:
    """docs/framework.md: pin("PIR")."""
    text = design.read_text("utf-8").replace('sensor = "sht31"', 'pir = "am312"')
    text = "".join(line for line in text.splitlines(True) if not line.startswith("sensor_"))
    text = text.replace('clock_int = "GP12"', 'clock_int = "GP12"\npir = "GP13"')
    design.write_text(text.replace('wake = ["clock_int"]', 'wake = ["pir", "clock_int"]'), "utf-8")
    code = design.parent / "climate" / "code.py"
    said = (
        code.read_text("utf-8")
        .replace("import at, every", "import at, pin")
        .replace("every(30)", 'pin("PIR")')
    )
    code.write_text(said.replace('probe.read, rails=("sensor",)', "lambda wake: wake.keep(1, 1)"), "utf-8")
    twin = build(Scenario(design=str(design), days=1.0))
    twin.live()
    assert 5 < len(twin.taken) < 60
    write_run(twin, tmp_path)
    assert not (tmp_path / "visitors.csv").exists()  # what became of them is told of pictures


def _write(name: str, content: str = "") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")

    return write


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_write("boot.py"), "boot.py: every drive has a boot.py already; leave this one away."),
        (_write("rows.py"), "rows.py: rows is the name of a module that every such drive has already."),
        (_write("lib/asyncio/__init__.py"), "asyncio is the name of a module that every such drive has alre"),
        (_write("lib/bme280.mpy"), "bme280.mpy: a compiled file says nothing to the twin; put its .py there"),
        (_write("probe.py", "a = 1\ndef (\n"), "probe.py, line 2: this is no Python (invalid syntax)."),
        (_write("code.py", "\tif\n"), "code.py, line 1: this is no Python (unexpected indent)."),
        (_write("twin/prob.py"), "prob.py: climate has no module prob that this could stand for."),
    ],
)
def test_what_has_no_place_is_refused(design: Path, spoil: Callable[[Path], None], said: str) -> None:
    spoil(design.parent / "climate")
    with pytest.raises(DriveError) as caught:
        build(Scenario(design=str(design), days=0.01))
    assert said in str(caught.value)


def test_a_design_names_a_folder_that_is_there_and_no_camera(design: Path) -> None:
    text = design.read_text("utf-8")
    design.write_text(text.replace('application = "climate"', 'application = "klima"'), "utf-8")
    with pytest.raises(
        BoardsError, match='application is "klima", but must be one of "wildcam", "soil", or a'
    ):
        load_design(design)
    design.write_text(text.replace('sensor = "sht31"', 'camera = "arducam-mini-2mp-plus"'), "utf-8")
    with pytest.raises(BoardsError, match=r"camera.*absent, since climate has no use for a camera"):
        load_design(design)
    design.write_text(text.replace('application = "climate"', 'application = "soil"'), "utf-8")
    with pytest.raises(
        BoardsError, match="a seesaw, all that soil reads: another wants an application of its"
    ):
        load_design(design)
