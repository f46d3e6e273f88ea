"""`torpor doctor --logger`: the current of the real sleep, read at a pseudo-terminal from the twin that runs
the bench logger's own files, while a twin of the node sleeps; the load is that node's own sleep."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a thing of Unix", allow_module_level=True)

from benchmarks.doctor_wire import TwinWire
from boards import load_design
from sim.air import Link
from sim.bench_load import BenchLoad
from sim.bench_logger import BenchLogger
from sim.devices.ina219 import MeterFaults
from sim.doctor import NOON_s, patient
from sim.log import LogRow
from sim.scenario import Scenario
from station import cli, doctor_command, doctor_logger
from station.doctor_asleep import asleep_mA
from station.doctor_console import AtConsole
from station.doctor_sleep import sleep_for_real
from station.errors import Exit
from tests.station.test_record import Desk

WAVING = tuple((NOON_s + 1.0 + 7.0 * turn, 0.5) for turn in range(60))
SCENARIO = Scenario(
    days=1.0, quiet=True, visits=WAVING, start_day=170, link=Link(join_fails=0.0, join_spread=0.0)
)
FIGURE = re.compile(r"\d+\.\d\d\b")
#: A chip whose zero is 1.5 mA off, and a logger that knows it.
KNOWN: dict[str, Any] = {
    "meter_faults": MeterFaults(offset_uV=150.0), "settings": {"BENCH_ZERO_UV": 150}
}  # fmt: skip


def asleep(design: str) -> BenchLoad:
    """The sleep of a node that the doctor sends to sleep, from the twin's exact history."""
    twin = patient(SCENARIO.change(design=design))
    board = AtConsole(TwinWire(twin))
    board.prepare()
    world, before = twin.world, len(twin.world.dt_s)
    sleep_for_real(board)
    rows = [
        LogRow(world.t_s[at], world.dt_s[at], world.volts[at], world.mA[at], "", 0, "exact")
        for at in range(before, len(world.dt_s))
    ]
    return BenchLoad.of([max(rows, key=lambda row: row.dt_s)])  # the sleep is the longest of it


class Bench:
    """A logger at a port, and a node without USB at another."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.desk, self._patch = Desk(folder), patch
        self._logger: BenchLogger | None = None
        self._thread: threading.Thread | None = None

    def doctor(self, design: str, load: BenchLoad | None, **options: Any) -> int:
        """The command. Without a load the port is silent."""
        wire = TwinWire(patient(SCENARIO.change(design=design)))
        wire.prompt.twin.hardware.computer = False
        self._patch.setattr(doctor_command, "_console", lambda where: AtConsole(wire))
        if load:
            self._logger = BenchLogger(
                load, self.desk.take, 1e6, on_plug=self.desk.wait_for_reader, **{**KNOWN, **options}
            )
            self._thread = threading.Thread(target=self._logger.run, daemon=True)
            self._thread.start()
        return cli.main(
            ["doctor", "--design", design, "--check", "sleep", "--json", "--logger", str(self.desk.name)]
        )

    def end(self) -> None:
        self.desk.over = True
        if self._thread and self._logger:
            self._logger.world.end_s = 0.0
            self._thread.join(30)
        self.desk.close()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(doctor_logger, "QUIET_s", 60.0)  # a busy machine is no silent logger
    found = Bench(tmp_path, monkeypatch)
    yield found
    found.end()


def found_is(capsys: pytest.CaptureFixture[str], code: str, weight: str, what: str) -> None:
    """What was found of the real sleep, and nothing else; the last digit of a mean hangs on which readings
    fell into the sleep."""
    found = json.loads(capsys.readouterr().out)["findings"]
    (deep,) = [one for one in found if one["code"].startswith("deep.")]
    assert (deep["code"], deep["weight"]) == (code, weight)
    assert FIGURE.sub("#", deep["what"]) == FIGURE.sub("#", what)
    figures = [[float(figure) for figure in FIGURE.findall(text)] for text in (deep["what"], what)]
    assert figures[0] == pytest.approx(figures[1], abs=0.02)


def test_the_node_sleeps_as_its_rows_say(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.doctor("esp32-cam", asleep("esp32-cam")) == Exit.OK
    found_is(
        capsys,
        "deep.as_designed",
        "note",
        "Asleep the node takes 4.02 mA (give or take 0.20), as its design's rows say: 4.01"
        " (give or take 2.15).",
    )


@pytest.mark.parametrize("design", ["pico-w-arducam-2mp", "pico-w-two-meters", "memento", "esp32-soil"])
def test_the_doctors_sleep_is_the_nodes_own(design: str) -> None:
    """What is held is held, meters are down: the rows' figure, to a hundredth."""
    load = asleep(design)
    mA, volts = load.mean(0.0, 1.0)
    assert mA == pytest.approx(asleep_mA(load_design(design), volts)[0], rel=0.01)


def test_something_stays_on(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.doctor("esp32-cam", BenchLoad([(1.0, 9.7, 3.9)])) == Exit.FAILED
    found_is(
        capsys,
        "deep.dear",
        "wrong",
        "Asleep the node takes 9.70 mA (give or take 0.28), where its design's rows say 3.69"
        " (give or take 1.98).",
    )


def test_the_adapter_feeds_the_board(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.doctor("esp32-cam", BenchLoad([(1.0, 0.2, 3.9)])) == Exit.OK
    found_is(
        capsys,
        "deep.cheap",
        "doubtful",
        "Asleep the logger reads 0.20 mA (give or take 0.14), less than the 3.69 of the design's"
        " rows (give or take 1.98).",
    )


def test_a_logger_that_does_not_know_its_zero(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Two milliampere is what the data sheet lets an A-grade chip be off, at its widest range on 0.1 ohm."""
    assert bench.doctor("esp32-cam", BenchLoad([(1.0, 4.0, 3.9)]), settings={}) == Exit.OK
    found_is(
        capsys,
        "deep.coarse",
        "note",
        "Asleep the logger reads 5.50 mA, but may be off by 2.12: too coarse for the 3.69 of the"
        " design's rows.",
    )


def test_a_logger_without_its_meter(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else ends the wait for a reading; its frames come all the same."""
    monkeypatch.setattr(doctor_logger, "QUIET_s", 5.0)
    assert (
        bench.doctor("esp32-cam", BenchLoad([(1.0, 4.0, 3.9)]), settings={"BENCH_ADDRESS": 0x45}) == Exit.OK
    )
    found_is(
        capsys,
        "deep.unread",
        "doubtful",
        f"While the board slept no readings came from the logger at {bench.desk.name}: its INA219 does"
        " not answer.",
    )


def test_a_logger_that_is_silent(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there and says nothing; the rest of the examination stands."""
    monkeypatch.setattr(doctor_logger, "QUIET_s", 0.3)
    assert bench.doctor("esp32-cam", None) == Exit.OK
    found_is(
        capsys,
        "deep.unread",
        "doubtful",
        f"While the board slept no readings came from the logger at {bench.desk.name}.",
    )


def test_no_such_port_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wire = TwinWire(patient(SCENARIO.change(design="esp32-cam")))
    monkeypatch.setattr(doctor_command, "_console", lambda where: AtConsole(wire))
    file = tmp_path / "file"
    file.write_text("")
    assert cli.main(["doctor", "--logger", str(file)]) == Exit.READ_ONLY
    assert capsys.readouterr().err == f"torpor: {file} is no serial port.\n"
    assert wire.prompt.sleeps == 0
    assert not wire.left


def test_without_the_sleep_there_is_nothing_to_measure(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--check", "pir", "--logger", "/dev/ttyACM1"]) == Exit.USAGE
    assert "--logger measures the sleep: it wants --check sleep too." in capsys.readouterr().err
