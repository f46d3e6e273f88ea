"""What other meters write (.ppk2, JLS), and Parquet and CSV that go round."""

from __future__ import annotations

import builtins
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.errors import DamagedLog, LogError
from analysis.log import Log
from analysis.read import ReadOptions, read_log
from analysis.read_ppk2 import FRAME
from analysis.write_csv import write_csv
from analysis.write_parquet import write_parquet
from sim.log import LogRow, write_log
from tests.analysis.made_logs import log_of

Write = Callable[..., Path]


def session(path: Path, uA: list[float], inputs: list[int], tail: bytes = b"", **meta: Any) -> Path:
    """A .ppk2 of these samples; inputs are bytes of eight levels."""
    frames = np.zeros(len(uA), dtype=FRAME)
    frames["uA"] = uA
    frames["inputs"] = [sum((2 if byte >> bit & 1 else 1) << 2 * bit for bit in range(8)) for byte in inputs]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.raw", frames.tobytes() + tail)
        archive.writestr("metadata.json", json.dumps({"metadata": meta, "formatVersion": 2}))
        archive.writestr("minimap.raw", b"{}")
    return path


def test_ppk2_session(tmp_path: Path) -> None:
    path = session(tmp_path / "a.ppk2", [1500, 2500, 3500], [0, 0b10000001, 2], samplesPerSecond=1000,
                   startSystemTime=1700000000500)  # fmt: skip
    log = read_log(path)
    assert log.mA.tolist() == [1.5, 2.5, 3.5] and log.marker.tolist() == [0, 129, 2]
    assert log.t_s.tolist() == [0, 0.001, 0.002]
    assert log.start == datetime(2023, 11, 14, 22, 13, 20, 500000, tzinfo=UTC)
    assert read_log(path, ReadOptions(voltage_V=3)).energy_mJ.sum() == pytest.approx(0.0225)


def test_ppk2_lost_samples_are_a_gap_and_a_torn_one_goes(tmp_path: Path) -> None:
    path = session(tmp_path / "a.ppk2", [1, 1, 1] + [np.nan] * 10 + [2, 2, 2], [0] * 16, b"\1\2",
                   samplesPerSecond=1000)  # fmt: skip
    log = read_log(path)
    assert len(log.mA) == 6 and log.missing_s == pytest.approx(0.010)
    assert log.notes[0] == "The last sample is torn and was left out."


def test_ppk2_that_cannot_be_read(tmp_path: Path) -> None:
    path = session(tmp_path / "a.ppk2", [1, 1], [0, 0])
    with pytest.raises(
        LogError, match=r"a\.ppk2: metadata\.json tells no samplesPerSecond; say --rate in Hz"
    ):
        read_log(path)
    assert read_log(path, ReadOptions(rate_hz=10)).t_s.tolist() == [0, 0.1]
    bad = bytearray(path.read_bytes())
    bad[bad.index(b"session.raw") + 14] ^= 1
    (tmp_path / "bad.ppk2").write_bytes(bad)
    for options in (ReadOptions(), ReadOptions(salvage=True)):
        with pytest.raises(LogError, match=r"bad\.ppk2: the archive is damaged"):
            read_log(tmp_path / "bad.ppk2", options)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(LogError, match="a ZIP, but no session of the Power Profiler"):
        read_log(tmp_path / "other.zip")


class Pipe(io.RawIOBase):
    """What cannot be sought in: a ZIP written into it tells lengths behind each file, as Nordic's does."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data)
        return len(data)


def archived(names: list[str], files: dict[str, bytes], piped: bool) -> bytes:
    """A ZIP of these files in this order."""
    whole: Any = Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, files[name])
    return bytes(whole.data if piped else whole.getvalue())


@pytest.mark.parametrize("piped", [False, True])
def test_ppk2_whose_end_is_missing(tmp_path: Path, piped: bool) -> None:
    frames = np.zeros(3000, dtype=FRAME)
    frames["uA"] = np.random.default_rng(5).uniform(1, 1e5, 3000)
    files = {"metadata.json": b'{"metadata": {"samplesPerSecond": 1000}}', "session.raw": frames.tobytes(),
             "minimap.raw": b"{}" * 50}  # fmt: skip
    path, salvage = tmp_path / "cut.ppk2", ReadOptions(salvage=True, rate_hz=500)
    for names, hz in ((sorted(files), 1000), (sorted(files, reverse=True), 500)):
        whole = archived(names, files, piped)
        begin = whole.index(b"session.raw") + 11
        for cut in (begin + 100, begin + 5000, len(whole) - 30):
            path.write_bytes(whole[:cut])
            with pytest.raises(
                DamagedLog, match=r"cut\.ppk2: the archive was not closed, or its end is missing"
            ):
                read_log(path)
            log = read_log(path, salvage)
            np.testing.assert_array_equal(log.mA, frames["uA"][: len(log.mA)].astype(float) * 1e-3)
            assert (len(log.mA) == 3000) == (cut > begin + 5000)
            assert log.rate_hz == pytest.approx(1000 if cut > begin + 5000 else hz)
            assert log.notes[0] == "The archive's end is missing; this is what it still holds."
    path.write_bytes(whole[: begin - 8])
    with pytest.raises(LogError, match=r"no session of the Power Profiler \(it holds no session\.raw\)"):
        read_log(path, salvage)


def test_ppk2_that_is_cut_and_spoilt(tmp_path: Path) -> None:
    files = {"session.raw": bytes(range(250)) * 60}
    whole = bytearray(archived(["session.raw"], files, True)[:-60])
    whole[whole.index(b"session.raw") + 40] ^= 0xFF
    (tmp_path / "a.ppk2").write_bytes(whole)
    with pytest.raises(LogError, match=r"a\.ppk2: the archive is damaged"):
        read_log(tmp_path / "a.ppk2", ReadOptions(salvage=True))


@pytest.mark.parametrize("piped", [False, True])
def test_ppk2_that_is_cut_and_unpacks_to_something_else(tmp_path: Path, piped: bool) -> None:
    whole = bytearray(archived(["session.raw"], {"session.raw": bytes(range(250)) * 60}, piped)[:-60])
    whole[whole.index(b"PK\x07\x08") + 4 if piped else 14] ^= 0xFF  # its checksum
    (tmp_path / "a.ppk2").write_bytes(whole)
    with pytest.raises(LogError, match=r"damaged \(the checksum of session\.raw is wrong\)"):
        read_log(tmp_path / "a.ppk2", ReadOptions(salvage=True, rate_hz=1000))


Signal = tuple[str, str, int, np.ndarray]
AMPERES: Signal = ("current", "A", 1000, np.r_[np.full(1000, 0.01), np.full(1000, 0.02)])


def volts(rate: int) -> Signal:
    """Two seconds from 3 V to 4 V."""
    return "voltage", "V", rate, np.linspace(3, 4, 2 * rate, endpoint=False)


def recording(path: Path, *signals: Signal) -> Path:
    """A small JLS as the Joulescope's library writes it."""
    pyjls = pytest.importorskip("pyjls", reason="the library pyjls is not installed")
    with pyjls.Writer(str(path)) as writer:
        writer.source_def(source_id=1, name="dev", vendor="x", model="JS220", version="1", serial_number="1")
        for number, (name, units, rate, values) in enumerate(signals, 1):
            writer.signal_def(signal_id=number, source_id=1, signal_type=pyjls.SignalType.FSR,
                              data_type=pyjls.DataType.F32, sample_rate=rate, name=name,
                              units=units)  # fmt: skip
            writer.utc(number, 0, 300 * pyjls.time64.SECOND)
            writer.fsr_f32(number, 0, values.astype(np.float32))
    return path


@pytest.mark.parametrize("volts_rate", [1000, 500])
def test_jls(tmp_path: Path, volts_rate: int) -> None:
    log = read_log(recording(tmp_path / "a.jls", volts(volts_rate), AMPERES))
    assert len(log.mA) == 2000 and log.rate_hz == pytest.approx(1000)
    assert log.charge_mC.sum() == pytest.approx(30.0)
    assert log.V[[0, 1000, 1999]] == pytest.approx([3, 3.5, 4], abs=0.002)
    assert log.start == datetime(2018, 1, 1, 0, 5, tzinfo=UTC)


def test_jls_ends_where_its_voltage_ends(tmp_path: Path) -> None:
    short = ("voltage", "V", 1000, np.full(1500, 3.0))
    log = read_log(recording(tmp_path / "a.jls", short, AMPERES))
    assert len(log.mA) == 1500 and log.energy_mJ.sum() == pytest.approx(3 * 20.0)


def test_jls_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"no signal is a current in A; its signals are .*voltage"):
        read_log(recording(tmp_path / "v.jls", volts(1000)))
    (tmp_path / "bad.jls").write_bytes(b"jlsfmt\r\n" + bytes(8) + (72).to_bytes(8, "little") + bytes(48))
    with pytest.raises(LogError, match=r"bad\.jls: the JLS file cannot be read"):
        read_log(tmp_path / "bad.jls")
    (tmp_path / "old.jls").write_bytes(b"\xd3tagfmt \r\n" + bytes(64))
    with pytest.raises(LogError, match=r"old\.jls: JLS version 1 is not read"):
        read_log(tmp_path / "old.jls")


def test_jls_that_was_not_closed_is_left_as_it_is(tmp_path: Path) -> None:
    long: Signal = ("current", "A", 1000, np.full(200_000, 0.01))
    path = tmp_path / "a.jls"
    before = recording(tmp_path / "whole.jls", long).read_bytes()[:-20_000]
    path.write_bytes(before)
    with pytest.raises(LogError, match="the recording was not closed, or its end is missing; --salvage"):
        read_log(path)
    log = read_log(path, ReadOptions(salvage=True))
    assert 100_000 < len(log.mA) < 200_000
    assert log.notes[0].startswith("The recording was not closed")
    assert path.read_bytes() == before  # the library would have cut it


def node_log(tmp_path: Path) -> Log:
    """A log with states, markers, qualities and a gap."""
    rows = [
        LogRow(0.0, 1.5, 3.9, 41.0, "BOOT", 7, "measured"),
        LogRow(1.5, 60.0, 3.95, 1.4, "", 7, "inferred"),
        LogRow(361.5, 2.0, 3.9, 40.0, "BOOT", 8, "measured"),
    ]
    write_log(tmp_path / "node_log.csv", rows, "a test")
    return read_log(tmp_path / "node_log.csv")


def same(one: Log, other: Log) -> None:
    """Both logs hold the same rows."""
    for name in ("t_s", "dt_s", "V", "mA", "marker", "state", "quality"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.kind, one.states, one.qualities, one.missing_s) == (
        other.kind, other.states, other.qualities, other.missing_s)  # fmt: skip


def test_parquet_goes_round_whole(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the library pyarrow is not installed")
    log = node_log(tmp_path)
    again = read_log(write_parquet(log, tmp_path / "a.parquet"))
    same(log, again)
    assert (again.source, again.notes, again.start) == (log.source, log.notes, log.start)
    assert not (tmp_path / "a.parquet.part").exists()


def test_parquet_without_voltage_markers_and_states(tmp_path: Path, write: Write) -> None:
    pytest.importorskip("pyarrow", reason="the library pyarrow is not installed")
    log = read_log(write("created_at,mA\n2025-11-05T17:00:00+01:00,1\n2025-11-05T17:00:01+01:00,2\n"))
    again = read_log(write_parquet(log, tmp_path / "a.parquet"))
    assert np.isnan(again.V).all() and not again.has_marker and not again.has_states
    assert again.start == log.start and again.start is not None
    assert again.start.isoformat() == "2025-11-05T17:00:00+01:00"


def test_a_long_parquet_and_one_in_groups_of_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the library pyarrow is not installed")
    import pyarrow.parquet

    rows = 150_000
    mA = np.random.default_rng(3).integers(0, 900, rows) / 10
    log = replace(
        log_of(mA, 1000.0), V=4.0 + mA / 1e4, states=("ON", "OFF"), state=np.arange(rows) // 100_000
    )
    path = write_parquet(log, tmp_path / "a.parquet")
    same(log, read_log(path))
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path), path, row_group_size=40_000)
    same(log, read_log(path))


def test_parquet_of_others(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="the library pyarrow is not installed")
    import pyarrow.parquet

    stamps = pa.array([1_700_000_000_000_000, 1_700_000_000_500_000], pa.timestamp("us", "UTC"))
    path = tmp_path / "o.parquet"
    pyarrow.parquet.write_table(
        pa.table({"time": stamps, "Current (uA)": [1500, 2500], "note": ["a", "b"]}), path
    )
    log = read_log(path)
    assert (log.t_s.tolist(), log.mA.tolist()) == ([0, 0.5], [1.5, 2.5])
    assert log.start == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    pyarrow.parquet.write_table(pa.table({"t_s": [0.0, 1.0], "mA": [1.0, None]}), path)
    with pytest.raises(LogError, match=r"o\.parquet row 1: mA is missing or not a number"):
        read_log(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(LogError, match=r"o\.parquet: the Parquet file cannot be read"):
        read_log(path)


def test_parquet_that_was_damaged_is_noticed(tmp_path: Path, write: Write) -> None:
    pytest.importorskip("pyarrow", reason="the library pyarrow is not installed")
    text = "t_s,V,mA\n" + "".join(f"{at},3.{at % 7},{at * 37 % 101}\n" for at in range(500))
    path = write_parquet(read_log(write(text)), tmp_path / "a.parquet")
    whole = path.read_bytes()
    for at in range(100, len(whole) // 2, 101):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(LogError, match=r"a\.parquet: the Parquet file cannot be read"):
            read_log(path)


def test_csv_goes_round(tmp_path: Path) -> None:
    log = node_log(tmp_path)
    same(log, read_log(write_csv(log, tmp_path / "again.csv")))


@pytest.mark.parametrize(("name", "library"), [("a.jls", "pyjls"), ("a.parquet", "pyarrow")])
def test_a_missing_library_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    (tmp_path / name).write_bytes(b"jlsfmt\r\n" if library == "pyjls" else b"PAR1")
    found = builtins.__import__

    def without(module: str, *rest: Any, **more: Any) -> Any:
        if module.split(".")[0] == library:
            raise ImportError(module)
        return found(module, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        LogError, match=f"needs the library {library}: .venv/bin/python -m pip install {library}"
    ):
        read_log(tmp_path / name)
