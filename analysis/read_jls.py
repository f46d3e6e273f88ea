"""Read JLS (version 2), the recordings of a Joulescope, by its makers' own library."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from .errors import DamagedLog, LogError
from .log import FloatArray, IntArray, Log
from .read_options import ReadOptions
from .recording import Recording, assemble

#: Where a file's head says how long the file is: 0 until the recording is closed.
_LENGTH = slice(16, 24)
#: What a recording that was written here names as its maker; its serial number is the log's name.
WRITER = "torpor"
#: JLS counts time in 2^-30 s from 2018.
SECOND, EPOCH = 2.0**30, datetime(2018, 1, 1, tzinfo=UTC).timestamp()


def read_jls(path: Path, options: ReadOptions) -> Log:
    """Read the signals current, voltage and the digital inputs on the current's own time.

    A current that goes on after the voltage ends (a damaged file) ends with it.

    Raises
    ------
    LogError : the library is not installed, the file is damaged, or it holds no current.
    """
    reader_of = library(path).Reader
    with _closed(path, options.salvage) as (whole, notes), quietly():
        try:
            with reader_of(str(whole)) as reader:
                log = assemble(_recording(path.name, reader), options)
        except (RuntimeError, ValueError, OSError) as error:
            raise LogError(f"{path.name}: the JLS file cannot be read ({str(error)[:80]}).") from None
    return replace(log, notes=(*notes, *log.notes))


def library(path: Path) -> Any:
    """pyjls, or a sentence that says how to get it."""
    try:
        import pyjls
    except ImportError:
        raise LogError(
            f"{path.name}: JLS needs the library pyjls: .venv/bin/python -m pip install pyjls"
        ) from None
    return pyjls


@contextmanager
def _closed(path: Path, salvage: bool) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The recording if it was closed; else, when salvaging, a repaired copy of it.

    The library repairs a recording that was not closed, and it does so in the file itself: it cuts
    off what it cannot use. The owner's file is never given to it in that state.
    """
    with path.open("rb") as file:
        said = int.from_bytes(file.read(_LENGTH.stop)[_LENGTH], "little")
    if said == path.stat().st_size:
        yield path, ()
        return
    if not salvage:
        raise DamagedLog(f"{path.name}: the recording was not closed, or its end is missing")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        yield copy, ("The recording was not closed; this is what could be repaired of it.",)


@contextmanager
def quietly() -> Iterator[None]:
    """The library writes what goes wrong to stderr, past Python: one sentence is enough."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _recording(name: str, reader: Any) -> Recording:
    signals = [item for item in reader.signals.values() if item.length and item.sample_rate]
    current = _named(signals, "current", "A")
    if current is None:
        names = ", ".join(item.name for item in signals) or "none"
        raise LogError(f"{name}: no signal is a current in A; its signals are {names}.")
    amperes = np.asarray(reader.fsr(current.signal_id, 0, current.length), dtype=np.float64)
    t_s = np.arange(current.length) / current.sample_rate
    voltage = _named(signals, "voltage", "V")
    ends_s = current.length / current.sample_rate if voltage is None else voltage.length / voltage.sample_rate
    seen = np.isfinite(amperes) & (t_s < ends_s)
    if not seen.any():
        raise LogError(f"{name}: the current holds no sample.")
    volts = None if voltage is None else _held(reader, voltage, current)[seen]
    inputs = [item for item in signals if item.name.lower().startswith(("gpi", "in")) and "[" in item.name]
    ours = next((item for item in reader.sources.values() if item.name == WRITER), None)
    return Recording(
        ours.serial_number if ours else name, t_s[seen], 1e3 * amperes[seen], V=volts,
        start=_start(reader, current),
        marker=_inputs(reader, inputs, current, seen) if inputs else None, line_of="sample {}".format,
    )  # fmt: skip


def _named(signals: Iterable[Any], name: str, unit: str) -> Any:
    fitting = [item for item in signals if item.name.lower() == name and item.units == unit]
    return fitting[0] if fitting else None


def _held(reader: Any, signal: Any, onto: Any) -> FloatArray:
    """A signal of any rate on the samples of another: each value holds until the next."""
    values = np.asarray(reader.fsr(signal.signal_id, 0, signal.length), dtype=np.float64)
    return values[_places(signal, onto)]


def _places(signal: Any, onto: Any) -> IntArray:
    places = np.arange(onto.length) * (signal.sample_rate / onto.sample_rate)
    return np.asarray(np.minimum(places.astype(np.int64), signal.length - 1), dtype=np.int64)


def _inputs(reader: Any, signals: list[Any], onto: Any, seen: np.ndarray) -> IntArray:
    """The digital inputs as one number: input 0 is worth 1."""
    total = np.zeros(onto.length, dtype=np.int64)
    for signal in signals:
        packed = np.asarray(reader.fsr(signal.signal_id, 0, signal.length), dtype=np.uint8)
        bits = np.unpackbits(packed, bitorder="little")[: signal.length]
        number = signal.name.split("[")[1].rstrip("]")
        total |= bits[_places(signal, onto)].astype(np.int64) << (int(number) if number.isdigit() else 8)
    return np.asarray(total[seen], dtype=np.int64)


def _start(reader: Any, signal: Any) -> datetime | None:
    """Wall time of the first sample, if the recording was tied to one."""
    pairs: list[Any] = []

    def first(entries: Any) -> bool:
        pairs.extend(entries[:1])
        return True  # one pair is enough

    reader.utc(signal.signal_id, 0, first)
    if not pairs:
        return None
    sample, stamp = pairs[0]
    at_zero = stamp / SECOND - sample / signal.sample_rate
    return datetime.fromtimestamp(EPOCH + float(at_zero), UTC)
