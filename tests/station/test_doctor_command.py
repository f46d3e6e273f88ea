"""`torpor doctor` at a console: what is sent, what comes back spoilt or never, what is left behind."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_link import LinkFaults, SimulatedLink
from benchmarks.deploy_terminal import Terminal
from benchmarks.doctor_wire import TwinWire
from boards import load_design
from sim.air import Link
from sim.devices.ina219 import MeterFaults
from sim.doctor import NOON_s, patient
from sim.scenario import Scenario
from station import cli, doctor_command
from station.doctor_case import case_of
from station.doctor_console import CHECKS, AtConsole, examine, source
from station.doctor_judge import judge
from station.doctor_lines import Heard
from station.doctor_sleep import sleep_for_real
from station.doctor_table import table
from station.doctor_words import table_lines
from station.errors import Exit
from station.jpeg_walk import walk

WAVING = tuple((NOON_s + 1.0 + 7.0 * turn, 0.5) for turn in range(60))
SCENARIO = Scenario(
    days=1.0, quiet=True, visits=WAVING, start_day=170, link=Link(join_fails=0.0, join_spread=0.0)
)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> TwinWire:
    """The only board that is there is a twin."""
    there = TwinWire(patient(SCENARIO))
    monkeypatch.setattr(doctor_command, "_console", lambda where: AtConsole(there))
    return there


def test_a_healthy_node(wire: TwinWire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "seen.jpg"
    epoch_s = wire.prompt.twin.home.epoch_s + NOON_s
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: epoch_s)
        code = cli.main(["doctor", "--design", "pico-w-arducam-2mp", "--picture", str(picture)])
    said = capsys.readouterr()
    assert code == Exit.OK
    assert said.out.endswith("Nothing is wrong.\n")
    assert "Picture 800 x 600, 46,340 bytes" in said.out
    assert "Wi-Fi joined in 3.0 s, -60 dBm" in said.out
    assert "pir ... move before the motion sensor, then stand still" in said.err
    assert walk(picture.read_bytes()).whole
    assert wire.left
    assert wire.closed


def test_what_is_wrong_as_JSON(wire: TwinWire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wire.prompt.twin.hardware.meter.address = 0x45
    code = cli.main(["doctor", "--design", "pico-w-arducam-2mp", "--check", "meter", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == Exit.FAILED
    assert [one["code"] for one in found["findings"]] == ["meter.elsewhere"]
    assert found["told"] == [{"code": "meter.bus", "there": [0x45], "wanted": 0x40, "clock": 0}]


def test_the_drive_is_as_it_was(wire: TwinWire) -> None:
    files = wire.prompt.twin.hardware.files.files
    before = dict(files)
    board = AtConsole(wire)
    board.prepare()
    examine(board, "board pins meter camera card wifi home".split(), lambda name: None)
    assert files == before


def test_a_spoilt_line_is_asked_for_again() -> None:
    """The second line that the board prints loses a bit."""
    board = AtConsole(TwinWire(patient(SCENARIO), spoils=frozenset((2,))))
    board.prepare()
    heard = board.check("meter")
    assert [told.code for told in heard.told] == ["meter.bus", "meter.reads"]
    assert heard.garbled == 0


def test_a_line_that_stays_spoilt_is_told() -> None:
    board = AtConsole(TwinWire(patient(SCENARIO), spoils=frozenset(range(2, 99))))
    board.prepare()
    assert [told.code for told in board.check("meter").told] == ["check.garbled"]


def test_a_check_that_hangs_does_not_stop_the_others() -> None:
    board = AtConsole(TwinWire(patient(SCENARIO), hangs="SUN_METER"))
    board.prepare()
    heard = examine(board, ["meter", "pins"], lambda name: None)
    assert [told.code for told in heard.told] == ["check.hung", "pins.read"]


def test_what_crosses_the_wire_is_small() -> None:
    """No check takes more of a board's memory than 5 KiB of source; none holds a byte that ends a message."""
    for path in sorted(Path("firmware/doctor").glob("check_*.py")):
        text = source(path.stem)
        assert len(text) < 5 * 1024, path
        assert not set(text.encode()) & {1, 2, 3, 4}, path


def test_every_code_that_a_check_tells_is_known() -> None:
    """A code of a check is a fact or a row; every row of the table has a sentence that ends as one."""
    for code, row in table().items():
        assert row["weight"] in ("wrong", "doubtful", "note"), code
        assert row["do"].endswith((".", "?", "}")), code


def test_the_page_has_every_row() -> None:
    page = Path("docs/doctor.md").read_text(encoding="utf-8")
    assert page.endswith("\n".join(table_lines()) + "\n")
    assert all(f"`{name}`" in page for name in CHECKS)


# -- the real raw REPL ------------------------------------------------------------------------------

#: A Pico W without its hardware: what the check of the board asks, as files of its drive.
HARDWARE = {
    "board.py": "board_id = 'raspberry_pi_pico_w'\n",
    "storage.py": "class Root:\n    readonly = False\n\ndef getmount(path):\n    return Root\n",
    "supervisor.py": (
        "class runtime:\n    usb_connected = True\n    safe_mode_reason = 'supervisor.SafeModeReason.NONE'\n"
    ),
    "node.py": "BENCH = 'GP22'\nLATCH = ''\n",
    "torpor.json": '{"design": "pico-w-arducam-2mp"}',
    "code.py": "print('garden')\n",
}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[EmbeddedBoard]:
    with EmbeddedBoard() as one:
        yield one


def laid_down(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_board_without_firmware(board: EmbeddedBoard, tmp_path: Path) -> None:
    """In the interpreter's own words; nothing else is asked then."""
    bare = {name: text for name, text in HARDWARE.items() if name not in ("node.py", "torpor.json")}
    board.insert(laid_down(tmp_path / "drive", bare))
    at = AtConsole(SimulatedLink(board))
    at.prepare()
    heard = examine(at, ["board", "pins", "meter"], lambda name: None)
    assert [told.figures for told in heard.told] == [
        {"check": "board", "text": "ImportError: no module named 'node'"}
    ]
    found = judge(case_of("pico-w-arducam-2mp", heard, 0.0))
    assert [(one.what, one.do) for one in found] == [
        (
            "The node's firmware is not on this board (ImportError: no module named 'node').",
            "Deploy it first: torpor deploy --board pico-w-arducam-2mp.",
        )
    ]


def test_nothing_of_a_check_stays_in_memory(board: EmbeddedBoard, tmp_path: Path) -> None:
    board.insert(laid_down(tmp_path / "drive", HARDWARE))
    at = AtConsole(SimulatedLink(board))
    at.prepare()
    assert at.check("board").one("board.is") is not None
    heard = at.ask("import sys\ntell.say('left', run='run' in globals(), storage='storage' in sys.modules)")
    assert at.check("board").one("board.is") is not None
    assert heard.one("left") == {"run": False, "storage": False}


@pytest.mark.parametrize("seed", [1, 2])
def test_noise_on_the_line(board: EmbeddedBoard, tmp_path: Path, seed: int) -> None:
    board.insert(laid_down(tmp_path / "drive", HARDWARE))
    link = SimulatedLink(board, faults=LinkFaults(flipped=0.00005, lost=0.00005), seed=seed)
    at = AtConsole(link)
    at.prepare()
    found = at.check("board").one("board.is")
    assert at.design == "pico-w-arducam-2mp", f"seed {seed}"
    assert found is None or found["id"] == "raspberry_pi_pico_w", f"seed {seed}"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a thing of Unix")
@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("nestbox", "This board was a nestbox, a design of your own: name its file with --design."),
        ("bench_logger", "This board is a bench logger: torpor record asks it."),
    ],
)
def test_a_board_that_was_no_design_of_the_project_is_told_before_anything_is_asked(
    board: EmbeddedBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str], named: str, said: str
) -> None:
    own = {**HARDWARE, "torpor.json": json.dumps({"design": named})}
    board.insert(laid_down(tmp_path / "drive", own))
    terminal = Terminal(board, tmp_path)
    try:
        code = cli.main(["doctor", "--port", str(terminal.name), "--check", "board"])
    finally:
        terminal.unplug()
    assert (code, capsys.readouterr().err) == (Exit.USAGE, f"torpor: {said}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a thing of Unix")
def test_over_a_real_terminal(
    board: EmbeddedBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = laid_down(tmp_path / "drive", HARDWARE)
    board.insert(root)
    terminal = Terminal(board, tmp_path)
    try:
        code = cli.main(["doctor", "--port", str(terminal.name), "--check", "board", "--json"])
    finally:
        terminal.unplug()
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert code == Exit.FAILED, said.err
    assert [one["what"] for one in found["findings"]] == [  # it is the core of 10.2, and says so
        "CircuitPython 1.27.0 has no SHA-256, so nothing could be signed."
    ]
    assert found["design"] == load_design("pico-w-arducam-2mp").name
    told = found["told"][0]
    assert (told["id"], told["reset"], told["usb"]) == ("raspberry_pi_pico_w", "POWER_ON", True)
    lies = {path.name: path.read_text("utf-8") for path in root.iterdir() if path.name != "boot_out.txt"}
    assert lies == HARDWARE


# -- the real sleep ---------------------------------------------------------------------------------


def slept(wire: TwinWire, design: str = "esp32-cam") -> tuple[Heard, list[str]]:
    board = AtConsole(wire)
    board.prepare()
    heard = sleep_for_real(board)
    return heard, [one.what for one in judge(case_of(design, heard, 0.0))]


def test_a_real_sleep_that_its_clock_ends() -> None:
    heard, said = slept(TwinWire(patient(SCENARIO.change(design="esp32-cam"))))
    assert [told.code for told in heard.told] == ["deep.begins", "deep.slept", "deep.woke"]
    assert heard.told[2].figures == {"by": "clock", "reset": "DEEP_SLEEP_ALARM"}
    assert 9_900 < heard.told[1].figures["ms"] < 11_500
    assert said == []


def test_a_board_that_never_comes_back() -> None:
    _, said = slept(TwinWire(patient(SCENARIO.change(design="esp32-cam")), dead=True))
    assert said == ["The board went to sleep and did not come back in 25 s."]


def test_with_USB_no_current_is_judged_and_no_real_sleep_is_asked_for(
    wire: TwinWire, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = wire.prompt.twin
    twin.hardware.computer = True
    twin.hardware.meter._faults = MeterFaults(bypassed=True)
    arguments = ["--check", "board", "--check", "meter", "--check", "sleep", "--json"]
    assert cli.main(["doctor", "--design", "pico-w-arducam-2mp", *arguments]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["weight"]) for one in found["findings"]] == [
        ("meter.usb", "note"),
        ("sleep.usb", "note"),
    ]
