"""Logs written for Nordic's Power Profiler and for the Joulescope's program."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import analysis.write_jls
from analysis.errors import LogError
from analysis.even_samples import even_samples
from analysis.log import Log
from analysis.meters import meter_of
from analysis.read import ReadOptions, read_log
from analysis.read_ppk2 import FRAME
from analysis.write_jls import write_jls
from analysis.write_ppk2 import write_ppk2
from sim.log import LogRow, write_log
from station.convert_command import command

Write = Callable[..., Path]


def uneven(rows: int, seed: int) -> str:
    """A log of some 100 rows a second that come when they like, with a gap of 0.6 s in its middle."""
    chance = np.random.default_rng(seed)
    t_s = np.cumsum(chance.uniform(0.008, 0.012, rows))
    t_s[rows // 2 :] += 0.6
    mA = np.round(chance.uniform(0, 300, rows), 1)
    return "t_s,V,mA\n" + "".join(
        f"{at:.6f},{3 + at / 100:.4f},{one}\n" for at, one in zip(t_s, mA, strict=True)
    )


def test_samples_of_a_whole_rate_stay_what_they_are(write: Write) -> None:
    log = read_log(write("t_s,V,mA,marker\n5.00,3,1,0\n5.01,4,2,7\n5.02,5,3,7\n5.03,5,4,1\n"))
    even = even_samples(log, 100_000)
    assert even.rate_hz == 100 and even.row.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(even.mA, [1, 2, 3, 4])
    np.testing.assert_allclose(even.V, [3, 4, 5, 5])


def test_uneven_rows_keep_their_charge_and_a_gap_stays_one(write: Write) -> None:
    log = read_log(write(uneven(2000, seed=7)))
    even = even_samples(log, 100_000)
    assert even.rate_hz == 101
    seen = np.isfinite(even.mA)
    assert (~seen).sum() / even.rate_hz == pytest.approx(log.missing_s, abs=2 / even.rate_hz)
    assert even.mA[seen].sum() / even.rate_hz == pytest.approx(log.charge_mC.sum())
    assert np.nanmax(even.mA) <= log.mA.max() and np.nanmin(even.mA) >= 0


def test_rows_far_shorter_than_a_sample_keep_their_charge_and_voltage(write: Write) -> None:
    kinds = ("0.5,3,2", "0.01,4,100")
    rows = "".join(f"{at},{kinds[at % 2]}\n" for at in range(20))
    even = even_samples(read_log(write("t_s,dt_s,V,mA\n" + rows)), 100_000)
    assert even.rate_hz == 4
    assert even.mA[:8].tolist() == pytest.approx([2, 2, np.nan, np.nan, 4, *[np.nan] * 3], nan_ok=True)
    assert even.V[:5].tolist() == pytest.approx([3, 3, np.nan, np.nan, 4], nan_ok=True)


def test_a_faster_log_is_averaged(write: Write) -> None:
    log = read_log(
        write(
            "t_s,mA\n" + "".join(f"{at / 1000},{at % 4}\n" for at in range(40)),
        ),
    )
    even = even_samples(log, 250)
    assert even.rate_hz == 250 and even.mA == pytest.approx([1.5] * 10)


def test_what_cannot_be_laid_out(write: Write) -> None:
    slow = read_log(write("t_s,mA\n0,1\n70000000,1\n140000000,1\n"))
    with pytest.raises(LogError, match=r"would be 210,000,000 samples at 1 Hz, expected 100,000,000 at most"):
        even_samples(slow, 100_000)
    volts = read_log(write("t_s,V\n0,1\n1,2\n"), ReadOptions(needs_current=False))
    with pytest.raises(LogError, match="has no current, and such a file is of nothing else"):
        even_samples(volts, 100_000)


def members(path: Path) -> dict[str, Any]:
    """What a .ppk2 holds."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_ppk2_goes_round(tmp_path: Path, write: Write) -> None:
    text = "created_at,mA,marker\n" + "".join(
        f"2025-11-05T17:00:00.{at:02d}+01:00,{at * 1.5 - 3},{at % 3 * 128}\n" for at in range(100)
    )
    log = read_log(write(text.replace(",256\n", ",1\n")))
    notes = write_ppk2(log, tmp_path / "a.ppk2")
    again = read_log(tmp_path / "a.ppk2")
    assert again.mA == pytest.approx(log.mA, abs=1e-4) and again.mA.min() == pytest.approx(-3)
    assert again.t_s == pytest.approx(log.t_s) and again.marker.tolist() == log.marker.tolist()
    assert again.start == log.start
    assert again.source == "log.csv" and meter_of(again).name == "ina219"  # no Power Profiler has read it
    assert notes == (
        "The marker's bits are on the inputs, D0 worth 1.",
        "It is laid out at 100 samples per second.",
    )


def test_ppk2_is_laid_out_as_the_program_reads_it(tmp_path: Path, write: Write) -> None:
    rows = "".join(
        f"{at / 1000},{9.5 if at == 23_456 else at % 5}\n" for at in range(25_000) if not 8 <= at < 20
    )
    write_ppk2(read_log(write("t_s,mA\n" + rows)), tmp_path / "a.ppk2")
    held = members(tmp_path / "a.ppk2")
    assert sorted(held) == ["metadata.json", "minimap.raw", "session.raw"]
    meta = {"samplesPerSecond": 1000, "torporLog": "log.csv"}
    assert json.loads(held["metadata.json"]) == {"metadata": meta, "formatVersion": 2}
    assert len(held["session.raw"]) == 25_000 * 6 and held["session.raw"][4:6] == b"\0\0"
    overview = json.loads(held["minimap.raw"])
    least, most = overview["data"]["min"], overview["data"]["max"]
    assert overview["numberOfTimesToFold"] == 4 and overview["maxNumberOfElements"] == 10_000
    assert (
        overview["data"]["length"] == len(least) == len(most) == 6250
        and overview["lastElementFoldCount"] == 0
    )
    assert least[0] == {"x": 1500.0, "y": 200.0} and most[0]["y"] == pytest.approx(3e6)
    assert max(point["y"] for point in most) == pytest.approx(9.5e6) == most[23_456 // 4]["y"]
    assert least[3]["y"] > most[3]["y"]  # nothing was seen there, and the program draws nothing


def of_ours(tmp_path: Path) -> Log:
    """Two wakes of a node log, and a state too many for eight inputs."""
    names = "BOOT CAMERA CAPTURE STORE CONNECT UPLOAD SETTLE SLEEP TRIAGE RECOVER".split()
    rows = [LogRow(float(at), 1.0, 3.9, 10.0 + at, name, 1, "measured") for at, name in enumerate(names)]
    rows.append(LogRow(10.0, 40.0, 3.9, 0.5, "SLEEP", 1, "measured"))
    write_log(tmp_path / "node_log.csv", rows, "a test")
    return read_log(tmp_path / "node_log.csv")


def test_ppk2_shows_states_on_the_inputs(tmp_path: Path) -> None:
    log = of_ours(tmp_path)
    notes = write_ppk2(log, tmp_path / "a.ppk2")
    again = read_log(tmp_path / "a.ppk2")
    assert notes[0] == (
        "States on the inputs: D0 BOOT, D1 CAMERA, D2 CAPTURE, D3 STORE, D4 CONNECT, D5 UPLOAD, D6 SETTLE, "
        "D7 TRIAGE; 1 more have none."
    )
    assert again.marker[::10].tolist() == [1, 2, 4, 8, 16, 32, 64, 0, 128, 0, *[0] * 40]
    assert again.charge_mC.sum() == pytest.approx(log.charge_mC.sum())


def test_ppk2_of_a_part_of_a_log(tmp_path: Path, write: Write) -> None:
    """It begins a minute after the log's own zero, and nothing is known of the inputs in its gap."""
    text = "created_at,mA,marker\n" + "".join(
        f"2025-11-05T17:00:{at:02d}+01:00,1,1\n" for at in range(40) if not 10 <= at < 20
    )
    log = read_log(write(text))
    write_ppk2(replace(log, t_s=log.t_s + 60), tmp_path / "a.ppk2")
    held = members(tmp_path / "a.ppk2")
    start_ms = json.loads(held["metadata.json"])["metadata"]["startSystemTime"]
    assert start_ms == 1_762_358_460_000
    inputs = np.frombuffer(held["session.raw"], dtype=FRAME)["inputs"]
    assert inputs[9:21].tolist() == [0x5556, *[0] * 10, 0x5556]


def test_jls_goes_round(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    pyjls = pytest.importorskip("pyjls", reason="the library pyjls is not installed")
    log = read_log(write(uneven(500, seed=8)))
    assert write_jls(log, tmp_path / "a.jls") == (
        f"It is laid out at {even_samples(log, 10**6).rate_hz} samples per second.",
    )
    again = read_log(tmp_path / "a.jls")
    assert again.charge_mC.sum() == pytest.approx(log.charge_mC.sum(), rel=1e-6)
    assert again.energy_mJ.sum() == pytest.approx(log.energy_mJ.sum(), rel=0.005)
    assert again.missing_s == pytest.approx(log.missing_s, abs=0.03)
    assert again.source == "log.csv" and meter_of(again).name == "ina219"
    ours = of_ours(tmp_path)
    assert write_jls(ours, tmp_path / "b.jls")[0] == "11 marks say where states begin."
    marks: list[tuple[int, str]] = []

    def seen(at: int, y: float, kind: int, group: int, data: str) -> bool:
        marks.append((at, data))
        return False

    with pyjls.Reader(str(tmp_path / "b.jls")) as reader:
        reader.annotations(1, 0, seen)
    assert marks[:2] == [(0, "BOOT"), (10, "CAMERA")] and len(marks) == 11
    monkeypatch.setattr(analysis.write_jls, "MOST_MARKS", 10)
    assert write_jls(ours, tmp_path / "b.jls")[0] == "States begin 11 times: too many to mark them."
    marks.clear()
    with pyjls.Reader(str(tmp_path / "b.jls")) as reader:
        reader.annotations(1, 0, seen)
    assert marks == []


def test_convert_writes_what_the_ending_names(tmp_path: Path) -> None:
    of_ours(tmp_path)
    run = CliRunner().invoke(command, [str(tmp_path / "node_log.csv"), str(tmp_path / "a.ppk2")])
    assert run.exit_code == 0 and "D4 CONNECT" in run.output and len(read_log(tmp_path / "a.ppk2").mA) == 500


def written_on_a_full_disk(log: str, out: str, size: int) -> str:
    """What converting says where no file may become larger than this; in a process of its own."""
    code = (
        "import resource, signal, sys; from station.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        f"sys.exit(main(['convert', {log!r}, {out!r}]))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    return run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of a file")
@pytest.mark.parametrize(
    ("ending", "size", "says"),
    [("ppk2", 2000, "File too large"), ("csv", 2000, "File too large"), ("parquet", 2000, "File too large"),
     ("jls", 2000, "to its end; is the disk full"), ("jls", 20_000, "to its end; is the disk full")],
)  # fmt: skip
def test_a_full_disk_is_said_and_leaves_nothing(
    ending: str, size: int, says: str, tmp_path: Path, write: Write
) -> None:
    if ending == "jls":
        pytest.importorskip("pyjls", reason="the library pyjls is not installed")
    log = write(uneven(5000, seed=9))
    said = written_on_a_full_disk(str(log), str(tmp_path / f"a.{ending}"), size)
    assert says in said and len(said.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("pyjls", reason="the library pyjls is not installed")
    with pytest.raises(FileNotFoundError):
        write_jls(of_ours(tmp_path), tmp_path / "nowhere" / "a.jls")
