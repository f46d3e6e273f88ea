"""Write a log as JLS, for the Joulescope's program, by its makers' own library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .errors import AnalysisError
from .even_samples import EvenSamples, even_samples
from .log import FloatArray, IntArray, Log
from .read_jls import EPOCH, SECOND, WRITER, library, quietly
from .whole_file import whole_file

#: A Joulescope's own rate; a faster log is averaged.
MOST_hz = 2_000_000
#: More marks than this are no help on a screen.
MOST_MARKS = 20_000


def write_jls(log: Log, path: Path) -> tuple[str, ...]:
    """Write current, voltage and a mark where each state begins; returns what a person should know of it.

    Raises
    ------
    LogError : the library is not installed, or it would be too many samples. OSError : the folder may not be
        written to. AnalysisError : the disk became full.
    """
    pyjls, samples = library(path), even_samples(log, MOST_hz)
    marks = _marks(log, samples)
    with whole_file(path) as part:
        part.touch()  # the system's own word on a folder that is not there
        try:
            with quietly(), pyjls.Writer(str(part)) as writer:
                _write(pyjls, writer, log, samples, marks)
            whole = _is_whole(pyjls, part, samples)
        except RuntimeError:
            whole = False
        if not whole:
            raise AnalysisError(f"{path.name}: could not be written to its end; is the disk full?")
    return (*_said(marks), f"It is laid out at {samples.rate_hz:,} samples per second.")


def _said(marks: list[tuple[int, str]]) -> tuple[str, ...]:
    if len(marks) > MOST_MARKS:
        return (f"States begin {len(marks):,} times: too many to mark them.",)
    return (f"{len(marks):,} marks say where states begin.",) if marks else ()


def _is_whole(pyjls: Any, part: Path, samples: EvenSamples) -> bool:
    """Whether what was written is all there: of a disk that becomes full the library says nothing."""
    signals = 1 if np.isnan(samples.V).all() else 2
    with quietly(), pyjls.Reader(str(part)) as reader:
        lengths = [item.length for item in reader.signals.values() if item.length]
    return lengths == signals * [len(samples.mA)]


def _write(pyjls: Any, writer: Any, log: Log, samples: EvenSamples, marks: list[tuple[int, str]]) -> None:
    writer.source_def(source_id=1, name=WRITER, vendor="Torpor", model="log", version="1",
                      serial_number=log.source)  # fmt: skip
    _signal(pyjls, writer, log, 1, ("current", "A"), samples.mA / 1e3, samples.rate_hz)
    if not np.isnan(samples.V).all():
        _signal(pyjls, writer, log, 2, ("voltage", "V"), samples.V, samples.rate_hz)
    for sample, name in marks if len(marks) <= MOST_MARKS else ():
        writer.annotation(1, sample, np.nan, pyjls.AnnotationType.TEXT, 0, name)


def _signal(
    pyjls: Any, writer: Any, log: Log, number: int, named: tuple[str, str], values: FloatArray, rate_hz: int
) -> None:
    name, units = named
    writer.signal_def(signal_id=number, source_id=1, signal_type=pyjls.SignalType.FSR,
                      data_type=pyjls.DataType.F32, sample_rate=rate_hz, name=name, units=units)  # fmt: skip
    if log.start is not None:
        at_zero = log.start.timestamp() + float(log.t_s[0])
        writer.utc(number, 0, round((at_zero - EPOCH) * SECOND))
    writer.fsr_f32(number, 0, values.astype(np.float32))


def _marks(log: Log, samples: EvenSamples) -> list[tuple[int, str]]:
    """The sample at which each visit to a state begins, and the state's name."""
    if not log.has_states:
        return []
    state: IntArray = np.where(samples.row >= 0, log.state[samples.row], -1)
    begins = np.flatnonzero(np.append(True, state[1:] != state[:-1]) & (state >= 0))
    return [(int(at), log.states[state[at]]) for at in begins]
