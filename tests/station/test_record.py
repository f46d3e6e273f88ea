"""`torpor record` over a pseudo-terminal against the twin that runs the bench logger's own files."""

from __future__ import annotations

import csv
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from analysis.read import read_log
from sim.bench_load import BenchLoad
from sim.bench_logger import BenchLogger
from sim.devices.ina219 import MeterFaults
from sim.log import COLUMNS, LogRow
from sim.run import build
from sim.scenario import Scenario
from sim.usb_port import PortFaults
from station import record_command
from station.cli import main
from station.errors import Exit

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a thing of Unix", allow_module_level=True)

#: A node's cycle, with bursts shorter than a reading: asleep, boot, camera, Wi-Fi.
NODE = BenchLoad(
    [
        (1.0, 2.0, 3.9),
        (0.35, 45.0, 3.88),
        (0.9, 120.0, 3.84),
        *[(0.004, 260.0, 3.75), (0.018, 90.0, 3.8)] * 40,
    ]
)
PERFECT = MeterFaults(offset_uV=0.0)


class Desk:
    """A port by a name that stays. The logger writes as fast as the other end reads (its time stands still
    meanwhile), so nothing here depends on how fast the machine is."""

    def __init__(self, folder: Path) -> None:
        self.name = folder / "port"
        self.over = False
        self._master = self._slave = -1
        self.plug()

    def plug(self) -> None:
        """A new pseudo-terminal behind the name."""
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        tty.setraw(slave)
        new = self.name.with_suffix(".new")
        new.symlink_to(os.ttyname(slave))
        os.replace(new, self.name)
        os.close(slave)  # now the other end's opening shows

    def unplug(self) -> None:
        """The name goes, and whoever has it open gets an error."""
        self.wait_until_read()
        self.name.unlink()
        self._close()

    def wait_for_reader(self) -> None:
        """Until the other end has opened the port and thrown away what came before that."""
        while not (self.over or self._opened()):
            time.sleep(0.01)
        if self._slave == -1 and not self.over:
            self._slave = os.open(self.name, os.O_RDWR | os.O_NOCTTY)
        self.take(b"hello\r\n")
        self.wait_until_read()

    def take(self, data: bytes) -> None:
        """What the logger sends; after the end it goes nowhere."""
        while data and not self.over:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                select.select([], [self._master], [], 0.05)

    def close(self) -> None:
        self.over = True
        self._close()

    def _opened(self) -> bool:
        """Looked at from this end: who tries the reader's lock may hold it when the reader comes."""
        look = select.poll()
        look.register(self._master, 0)
        return not any(event & select.POLLHUP for _, event in look.poll(0))

    def wait_until_read(self) -> None:
        """Until the other end has taken what was written."""
        while not self.over:
            if not struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, b"\0\0\0\0"))[0]:
                return
            time.sleep(0.01)

    def _close(self) -> None:
        for number in {self._master, self._slave} - {-1}:
            os.close(number)
        self._master = self._slave = -1


class Bench:
    """A logger on a desk, running beside the test."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.out = folder / "log.csv"
        self.logger: BenchLogger | None = None
        self._thread: threading.Thread | None = None

    def start(self, seconds: float = 1000.0, load: BenchLoad = NODE, **options: Any) -> BenchLogger:
        options = {"meter_faults": PERFECT, **options}
        self.logger = logger = BenchLogger(
            load, self.desk.take, seconds, on_unplug=self.desk.unplug, on_plug=self._plugged, **options
        )
        self._thread = threading.Thread(target=logger.run, daemon=True)
        self._thread.start()
        return logger

    def _plugged(self) -> None:
        if not self.desk.name.is_symlink():
            self.desk.plug()
        self.desk.wait_for_reader()

    def record(self, *options: str) -> int:
        return main(["record", str(self.desk.name), "--out", str(self.out), *options])

    def record_to_its_end(self) -> int:
        """Until all that the logger says is read, then a Ctrl-C: no clock is looked at."""
        recording = threading.Event()
        recording.set()

        def interrupt() -> None:
            assert self._thread is not None
            self._thread.join()
            self.desk.wait_until_read()
            if recording.is_set():
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        waits = threading.Thread(target=interrupt, daemon=True)
        waits.start()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(record_command, "QUIET_s", 0.0)  # trouble is told at once
                return self.record()
        finally:
            recording.clear()

    def rows(self) -> list[dict[str, float]]:
        """The log's figures."""
        lines = [line for line in self.out.read_text("utf-8").splitlines() if not line.startswith("#")]
        assert tuple(lines[0].split(",")) == COLUMNS
        return [
            {key: float(row[key]) for key in ("t_s", "dt_s", "V", "mA", "marker")}
            for row in csv.DictReader(lines)
        ]

    def end(self) -> None:
        self.desk.over = True
        if self._thread and self.logger:
            self.logger.world.end_s = 0.0
            self._thread.join(30)
        self.desk.close()


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """What the logger runs is compiled before anybody waits for its first reading by the clock."""
    BenchLogger(NODE, lambda data: None, 2.0).run()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.end()


def charge_mC(rows: list[dict[str, float]]) -> float:
    return sum(row["mA"] * row["dt_s"] for row in rows)


def test_a_minute_is_recorded_whole(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Every reading, and the charge of 18 cycles to a thousandth although the bursts last 4 ms."""
    logger = bench.start()
    assert bench.record("--seconds", "60") == Exit.OK
    rows = bench.rows()
    assert sum(row["dt_s"] for row in rows) == pytest.approx(60.0, abs=0.01)
    assert len(rows) == pytest.approx(60.0 / 0.008596, abs=2)
    whole = logger.boots[0] + 0.01
    assert charge_mC(rows) == pytest.approx(logger.load.charge_mC(whole, whole + 60.0), rel=0.001)
    said = capsys.readouterr().out
    assert "missing" not in said
    assert "99.0% of the time looked at" in said


def test_the_log_is_one_that_our_reader_takes(bench: Bench) -> None:
    bench.start()
    assert bench.record("--seconds", "5") == Exit.OK
    log = read_log(bench.out)
    assert log.kind == "samples"
    assert log.missing_s == 0.0
    assert float(log.mA.max()) == pytest.approx(169.2, abs=10.0)
    assert set(log.qualities) == {"measured"}


def test_each_row_is_the_mean_of_its_time(bench: Bench) -> None:
    """A step of the load stands in the log at its time, to a reading and the clock's millisecond."""
    load = BenchLoad([(0.5, 10.0, 4.0), (0.5, 200.0, 3.8)])
    logger = bench.start(load=load)
    assert bench.record("--seconds", "8") == Exit.OK
    rows = bench.rows()
    rises = [row["t_s"] for last, row in pairwise(rows) if last["mA"] < 50 < row["mA"]]
    assert len(rises) in (7, 8)
    steps = [later - earlier for earlier, later in pairwise(rises)]
    assert steps == pytest.approx([1.0] * len(steps), abs=0.012)
    assert logger.console == []


def test_a_wake_of_the_default_node_as_the_logger_sees_it(bench: Bench) -> None:
    """The load is another twin's node, a visitor before its camera: charge and energy of the two minutes."""
    twin = build(Scenario(days=0.002, quiet=True, visits=((40.0, 30.0),)))
    twin.live()
    world = twin.world
    load = BenchLoad.of(
        LogRow(world.t_s[at], dt_s, world.volts[at], world.mA[at], "", 0, "exact")
        for at, dt_s in enumerate(world.dt_s)
    )
    assert 172.0 < load.period_s < 173.0
    logger = bench.start(load=load)
    assert bench.record("--seconds", "120") == Exit.OK
    rows, begun_s = bench.rows(), logger.boots[0] + 0.01
    assert charge_mC(rows) == pytest.approx(load.charge_mC(begun_s, begun_s + 120.0), rel=0.003)
    quiet = [row["mA"] for row in rows if row["t_s"] < 30.0]
    assert min(quiet) < 3.0
    assert max(row["mA"] for row in rows) > 100.0


def test_unplugged_twice_it_goes_on_and_marks_the_gaps(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = bench.start(seconds=45.0, unplugged=((15.0, 3.0), (30.0, 2.0)))
    assert bench.record("--seconds", "30") == Exit.OK
    assert len(logger.boots) == 3
    gaps = [line for line in bench.out.read_text("utf-8").splitlines() if line.startswith("# gap")]
    assert [gap.rpartition(": ")[2] for gap in gaps] == ["the logger started anew"] * 2
    assert "the port went away 2 time(s)" in capsys.readouterr().out
    rows = bench.rows()
    assert all(later["t_s"] > earlier["t_s"] + earlier["dt_s"] - 1e-5 for earlier, later in pairwise(rows))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_lost_or_changed_on_the_wire_is_missed_and_counted(
    bench: Bench, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """One byte in a thousand lost, one changed: no reading that was not measured, none unaccounted for."""
    print(f"seed {seed}")
    logger = bench.start(port_faults=PortFaults(seed, lost=0.001, changed=0.001))
    assert bench.record("--seconds", "60") == Exit.OK
    assert logger.port.torn > 20
    rows = bench.rows()
    values = {round(row["mA"], 4) for row in rows}
    assert min(values) >= 1.7
    assert max(values) <= 186.0
    said = capsys.readouterr().out
    print(said)
    gaps = [line for line in bench.out.read_text("utf-8").splitlines() if line.startswith("# gap")]
    assert {gap.rpartition(": ")[2] for gap in gaps} == {"lost on the way"}
    lost = sum(int(gap.split(", ")[1].split()[0]) for gap in gaps)
    assert lost > 100
    assert f"{len(gaps)} times, {lost:,} readings" in said
    assert len(rows) + lost == pytest.approx(60.0 / 0.008596, abs=3)
    missing_s = sum(float(gap.split()[3]) for gap in gaps)
    assert sum(row["dt_s"] for row in rows) + missing_s == pytest.approx(60.0, abs=0.02)


def test_a_host_that_does_not_fetch_loses_whole_frames(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.start(port_faults=PortFaults(stalls=((10.0, 14.0),)))
    assert bench.record("--seconds", "20") == Exit.OK
    said = capsys.readouterr().out
    assert "missing, lost on the way: once" in said
    assert "damaged" not in said
    assert read_log(bench.out).missing_s == pytest.approx(4.0, abs=0.5)


def test_a_chip_that_loses_its_settings_is_set_again(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it read meanwhile, with less averaging, does not count."""
    logger = bench.start(sharp=(10.0,))
    assert bench.record("--seconds", "20") == Exit.OK
    assert "the meter was reset by its supply: once" in capsys.readouterr().out
    rows = bench.rows()
    assert {round(row["dt_s"], 3) for row in rows} <= {0.008, 0.009}
    assert logger.chip._registers[0] == 0x3867


def test_a_meter_that_does_not_answer_is_said(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.start(seconds=5.0, meter_faults=MeterFaults(absent=True))
    assert bench.record_to_its_end() == Exit.FAILED
    said = capsys.readouterr()
    assert "The logger's INA219 does not answer" in said.err
    assert not bench.out.exists()


def test_a_meter_with_a_bad_wire_leaves_gaps_not_figures(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    print("seed 5")
    bench.start(meter_faults=MeterFaults(seed=5, nack=0.0005, offset_uV=0.0))
    assert bench.record("--seconds", "30") == Exit.OK
    assert "the meter did not answer" in capsys.readouterr().out
    assert max(row["mA"] for row in bench.rows()) < 186.0


@pytest.mark.parametrize("usb", ["console", ""])
def test_without_a_second_port_the_console_carries_the_frames(bench: Bench, usb: str) -> None:
    """As they are where the console is USB, as lines of base64 where it is a UART."""
    logger = bench.start(usb=usb, settings={"BENCH_HZ": 50})
    assert bench.record("--seconds", "10") == Exit.OK
    assert len(bench.rows()) == pytest.approx(10.0 / 0.017108, abs=2)
    assert bool(logger.console) is (usb == "" or "ValueError" in str(logger.console))


def in_its_own_process(bench: Bench, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "station", "record", str(bench.desk.name), "--out", str(bench.out)]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_wrong_setting_is_told_by_the_console(bench: Bench) -> None:
    said = "BENCH_HZ is 1000, expected a whole number from 1 to 450."
    bench.start(usb="console", settings={"BENCH_HZ": 1000})
    process = in_its_own_process(bench)
    assert process.stdout is not None
    assert any(said in line for line in process.stdout)
    process.send_signal(signal.SIGINT)
    assert said in process.communicate(timeout=60)[1]
    assert process.returncode == Exit.FAILED


def until(true: Callable[[], bool], within_s: float = 120.0) -> None:
    ends = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_killed_it_leaves_all_that_had_come(bench: Bench) -> None:
    """Whole lines, up to what the pseudo-terminal (4 KiB) and one turn still held."""
    process = in_its_own_process(bench)
    bench.start(seconds=60.0)
    until(lambda: lines_in(bench.out) > 3000)
    process.kill()
    process.communicate()
    assert bench.out.read_bytes().endswith(b",measured\n")
    assert len(bench.rows()) > 2900


def test_ctrl_c_is_a_clean_end(bench: Bench) -> None:
    process = in_its_own_process(bench)
    bench.start(seconds=100.0)
    until(lambda: lines_in(bench.out) > 500)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, err) == (Exit.OK, "")
    assert f"Log: {bench.out}" in out
    assert bench.out.read_bytes().endswith(b",measured\n")


def test_ctrl_c_before_the_seconds_are_over_says_so(bench: Bench) -> None:
    process = in_its_own_process(bench, "--seconds", "100000")
    bench.start(seconds=100.0)
    until(lambda: lines_in(bench.out) > 500)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err.strip()) == (Exit.INTERRUPTED, "torpor: Interrupted.")


def test_a_file_that_is_there_is_not_written_over(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.out.write_text("mine")
    assert bench.record("--seconds", "1") == Exit.USAGE
    assert "is there already" in capsys.readouterr().err
    assert bench.out.read_text() == "mine"


def test_a_disk_that_is_full_keeps_whole_lines(bench: Bench) -> None:
    """The system refuses what goes beyond 20,000 bytes: one sentence, and a log without a half line."""
    import resource

    command = [sys.executable, "-m", "station", "record", str(bench.desk.name), "--out", str(bench.out)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip
    bench.start(seconds=60.0)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (Exit.FAILED, "", f"torpor: {bench.out}: File too large.\n")
    assert bench.out.read_bytes().endswith(b",measured\n")
    assert 15_000 < bench.out.stat().st_size <= 20_000


def test_what_is_no_port_is_said(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.out.with_suffix(".txt").write_text("")
    assert main(["record", str(bench.out.with_suffix(".txt")), "--out", str(bench.out)]) == Exit.READ_ONLY
    assert capsys.readouterr().err == f"torpor: {bench.out.with_suffix('.txt')} is no serial port.\n"


def test_a_port_in_use_is_said(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    with open(bench.desk.name, "rb") as port:
        fcntl.flock(port, fcntl.LOCK_EX)
        assert bench.record("--seconds", "1") == Exit.READ_ONLY
    assert capsys.readouterr().err == f"torpor: {bench.desk.name} is in use by another program.\n"


def test_the_plot_shows_what_comes(bench: Bench) -> None:
    """On a terminal of 100 columns: the figures, the plot, and at the end the sum."""
    screen, inside = os.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    command = [sys.executable, "-m", "station", "record", str(bench.desk.name), "--out", str(bench.out)]
    process = subprocess.Popen(
        [*command, "--seconds", "300"], stdout=inside, env=os.environ | {"TERM": "xterm"}
    )
    os.close(inside)
    bench.start(seconds=400.0)
    said = b""
    while select.select([screen], [], [], 60.0)[0]:
        try:
            said += os.read(screen, 65536)
        except OSError:  # it has ended
            break
    os.close(screen)
    assert process.wait() == Exit.OK
    shown = said.decode()
    assert "; the last 10 s: mean " in shown
    assert "     200 " in shown
    assert "|||" in shown
    assert f"Log: {bench.out}" in shown
