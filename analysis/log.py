"""A log in memory, whatever wrote it: arrays on real time steps, and what the reader had to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: A node log has one row per state visit (of any length); a bench log has samples at a rate.
VISITS, SAMPLES = "visits", "samples"
#: How many rows tell the usual length of one.
LOOKED_AT = 100_000


@dataclass(frozen=True, slots=True)
class Log:
    """One log; all arrays have the same length.

    Attributes
    ----------
    source : the file's name.
    kind : VISITS or SAMPLES.
    t_s : start of each row, s (relative to the log's own zero, never falling).
    dt_s : how long each row counts, s; a gap is never counted.
    V, mA : voltage and current of each row; V is NaN where the log has none.
    state : code of each row's state, an index into `states`; -1 where unknown.
    states : the names of the states, in order of first appearance.
    marker : wake number or marker code of each row (0 where the log has none).
    has_marker : whether the log has a marker column at all.
    quality : code of each row's quality, an index into `qualities`.
    power_mW : the log's own power column, or None.
    start : wall time of t_s = 0 if the log tells it.
    missing_s : seconds inside the log that no row covers.
    shunt_ohm : the shunt that full scale is judged by.
    notes : sentences for the reader, in the order they were found.
    """

    source: str
    kind: str
    t_s: FloatArray
    dt_s: FloatArray
    V: FloatArray
    mA: FloatArray
    state: IntArray
    states: tuple[str, ...]
    marker: IntArray
    has_marker: bool
    quality: IntArray
    qualities: tuple[str, ...]
    power_mW: FloatArray | None = None
    start: datetime | None = None
    missing_s: float = 0.0
    shunt_ohm: float = 0.1
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def duration_s(self) -> float:
        """From the first row's start to the last row's end, s."""
        return float(self.t_s[-1] + self.dt_s[-1] - self.t_s[0])

    @property
    def step_s(self) -> float:
        """The usual (median) length of a row, s; of a long log every so many-th row is looked at."""
        if self.dt_s.strides == (0,):  # one step, kept once
            return float(self.dt_s[0])
        lengths = self.dt_s[:: 1 + len(self.dt_s) // LOOKED_AT]
        counted = lengths[lengths > 0]
        return float(np.median(counted)) if counted.size else 0.0

    @property
    def rate_hz(self) -> float | None:
        """Samples per second, or None for a log of state visits."""
        return 1.0 / self.step_s if self.kind == SAMPLES and self.step_s > 0 else None

    @property
    def has_states(self) -> bool:
        """Whether any row carries a state name."""
        return bool(self.states) and bool((self.state >= 0).any())

    @property
    def charge_mC(self) -> FloatArray:
        """Charge of each row, mC: left rectangle on the row's own length."""
        return self.mA * self.dt_s

    @property
    def energy_mJ(self) -> FloatArray:
        """Energy of each row, mJ (NaN without a voltage): V * mA * s."""
        return self.V * self.mA * self.dt_s
