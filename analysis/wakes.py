"""Wakes by hysteresis, with thresholds from the log's own noise or the owner's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .clipping import SHUNT_STEP_mV
from .dozes import without_dozes
from .log import FloatArray, Log
from .quiet import Drift, drifting_floor, looked_at, looked_at_inside, quiet_level
from .spells import Rows, dwelt, end_s, spells
from .state_rows import FindOptions
from .style import seconds_text

#: Thresholds above the floor, in standard deviations of the log's quiet noise.
WAKE_SD, SLEEP_SD = 6.0, 3.0
#: Wakes usually shorter than the first, with rests hardly ever longer than the second, are bursts of a node
#: that never rests, s.
BURST_s, BURST_REST_s = 0.03, 0.4
#: With more of its time in wakes than this a log hardly ever rests; with more than the second what looks like
#: rest is readings that failed.
NEVER_RESTS, FAILED = 0.99, 0.999
#: A second rest: a quiet level that takes this share of what seemed to be awake.
SECOND_REST = 0.6
#: A lower wake holds at least so many higher ones, and the rests between last at least so long, s.
SEVERAL, LEAST_SECOND_s = 4, 1.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hysteresis from a log's own noise, all in mA; what the owner said goes before.

    `low_mA` and `high_mA` are the ends of a quiet level that drifts: the thresholds go with it, and
    `floor_mA` is its median.
    """

    floor_mA: float
    sd_mA: float
    stated_wake_mA: float | None = None
    stated_sleep_mA: float | None = None
    low_mA: float | None = None
    high_mA: float | None = None

    @property
    def wake_mA(self) -> float:
        """Above this the node is awake."""
        if self.stated_wake_mA is not None:
            return self.stated_wake_mA
        return max(self.floor_mA + WAKE_SD * self.sd_mA, self.stated_sleep_mA or -np.inf)

    @property
    def sleep_mA(self) -> float:
        """Below this it rests again."""
        if self.stated_sleep_mA is not None:
            return self.stated_sleep_mA
        return min(self.floor_mA + SLEEP_SD * self.sd_mA, self.wake_mA)

    @property
    def sentence(self) -> str:
        """How the wakes were found."""
        said = self.stated_wake_mA is not None or self.stated_sleep_mA is not None
        times = "as you said" if said else f"times {WAKE_SD:g} and {SLEEP_SD:g}"
        return (
            f"The log names no states; a wake starts above {self.wake_mA:.2f} mA and ends below "
            f"{self.sleep_mA:.2f} mA (quiet level {self.floor_mA:.2f} mA, its noise {self.sd_mA:.3f} mA, "
            f"{times}).{self._drift}"
        )

    @property
    def _drift(self) -> str:
        if self.low_mA is None or self.high_mA is None:
            return ""
        return (
            f" The quiet level drifts between {self.low_mA:.2f} and {self.high_mA:.2f} mA, and the "
            "thresholds drift with it."
        )


@dataclass(frozen=True, slots=True)
class Wakes:
    """Rows first .. end - 1 of each wake, by what thresholds, and what is to be said.

    `mA` is the current that the thresholds hold for: the log's, without its quiet level's drift if there is.
    """

    first: Rows
    end: Rows
    limits: Thresholds
    mA: FloatArray
    notes: tuple[str, ...] = ()

    @property
    def base_mA(self) -> float:
        """What states are measured from: nothing, or the quiet level if that drifts or is negative."""
        return self.limits.floor_mA if self.limits.low_mA is not None else min(self.limits.floor_mA, 0.0)


def thresholds(log: Log) -> Thresholds:
    """Quiet level and noise of a log: where its lowest rows pile up, and how far these spread.

    The noise is at least that of the meter's own step (step / sqrt(12)).
    """
    floor_mA, sd_mA = quiet_level(looked_at(log.mA), _step_sd(log))
    return Thresholds(floor_mA, sd_mA)


def _step_sd(log: Log) -> float:
    return float(SHUNT_STEP_mV / log.shunt_ohm / np.sqrt(12))


def find_wakes(log: Log, options: FindOptions) -> Wakes:
    """Every wake of a log of samples or visits without names."""
    if np.isnan(log.mA[0]):  # a log of voltages alone
        none = np.empty(0, dtype=np.intp)
        return Wakes(none, none, Thresholds(np.nan, np.nan), log.mA, ("The log has no current: no wakes.",))
    limits, mA = _limits(log, options)
    first, end = dwelt(log, *spells(mA, limits.wake_mA, limits.sleep_mA))
    notes = [limits.sentence]
    if not options.wake_mA and not options.sleep_mA and len(first):
        again = _second_rest(log, mA, first, end, limits)
        if again is not None:
            limits, first, end = again.limits, again.first, again.end
            notes = [*again.notes]
        dozes = without_dozes(log, mA, first, end, max(limits.sd_mA, _step_sd(log)))
        if dozes is not None:
            first, end = dozes.first, dozes.end
            notes.append(dozes.sentence)
    if _only_bursts(log, first, end):
        notes.append(_bursts_sentence(log, first, end, limits))
        first, end = np.array([0], dtype=np.intp), np.array([len(mA)], dtype=np.intp)
    awake = _length_s(log, first, end) / log.duration_s
    if FAILED < awake < 1.0:
        few_s = (1.0 - awake) * log.duration_s
        notes.append(f"It rests for {seconds_text(few_s)} in all, which is taken for readings that failed.")
        first, end = first[:1], end[-1:]
    if not len(first):
        notes.append(f"No row is above {limits.wake_mA:.2f} mA for long enough: the log has no wake.")
    elif awake > NEVER_RESTS and len(notes) == 1:
        notes.append(f"It hardly ever rests: {limits.floor_mA:.2f} mA is the lowest that the log shows.")
    return Wakes(first, end, limits, mA, tuple(notes))


def _length_s(log: Log, first: Rows, end: Rows) -> float:
    return float((end_s(log, end) - log.t_s[first]).sum())


def _limits(log: Log, options: FindOptions) -> tuple[Thresholds, FloatArray]:
    """Thresholds, and the current they hold for: the log's own, or freed of its floor's drift."""
    if options.rest_mA is not None:
        near = looked_at(log.mA)
        _, sd_mA = quiet_level(near, _step_sd(log))
        return Thresholds(options.rest_mA, sd_mA, options.wake_mA, options.sleep_mA), log.mA
    if options.wake_mA is None and options.sleep_mA is None:
        drift = drifting_floor(log, _step_sd(log))
        if drift is not None:
            return _drifting(log, drift)
    own = thresholds(log)
    return replace(own, stated_wake_mA=options.wake_mA, stated_sleep_mA=options.sleep_mA), log.mA


def _drifting(log: Log, drift: Drift) -> tuple[Thresholds, FloatArray]:
    """Thresholds above a quiet level that drifts; where it bends they keep off as far as it may be wrong."""
    middle_mA = float(np.median(looked_at(drift.floor_mA)))
    mA = log.mA - drift.floor_mA
    mA += middle_mA
    level_mA, sd_mA = quiet_level(looked_at(mA), _step_sd(log))
    shift_mA = level_mA - middle_mA
    low_mA, high_mA = float(drift.floor_mA.min()) + shift_mA, float(drift.floor_mA.max()) + shift_mA
    sd_mA = max(sd_mA, drift.bend_mA / WAKE_SD)
    return Thresholds(level_mA, sd_mA, low_mA=low_mA, high_mA=high_mA), mA


def _only_bursts(log: Log, first: Rows, end: Rows) -> bool:
    """Whether what looks like wakes are bursts of a node that never rests."""
    if len(first) < 20:
        return False
    wake_s = end_s(log, end) - log.t_s[first]
    rest_s = log.t_s[first[1:]] - end_s(log, end[:-1])
    return float(np.median(wake_s)) < BURST_s and float(np.percentile(rest_s, 95)) < BURST_REST_s


def _bursts_sentence(log: Log, first: Rows, end: Rows, limits: Thresholds) -> str:
    wake_s = float(np.median(end_s(log, end) - log.t_s[first]))
    every_s = float(np.median(np.diff(log.t_s[first])))
    return (
        f"It never rests: over {limits.floor_mA:.1f} mA come bursts of {1000 * wake_s:.3g} ms every "
        f"{1000 * every_s:.3g} ms, too short and too near to be wakes; the log is one wake."
    )


def _second_rest(log: Log, mA: FloatArray, first: Rows, end: Rows, limits: Thresholds) -> Wakes | None:
    """Wakes above a higher quiet level, where most of what seemed awake is that level (a light left on)."""
    awake = looked_at_inside(mA, first, end)
    level_mA, sd_mA = quiet_level(awake, max(limits.sd_mA, _step_sd(log)))
    quiet = np.abs(awake - level_mA) <= WAKE_SD * sd_mA
    if float(quiet.mean()) < SECOND_REST or level_mA + WAKE_SD * sd_mA >= float(awake.max()):
        return None
    higher = replace(limits, floor_mA=level_mA, sd_mA=sd_mA)
    begin, stop = dwelt(log, *spells(mA, higher.wake_mA, higher.sleep_mA))
    if not _rests_between(log, first, end, begin, stop):
        return None
    note = (
        f"{higher.sentence} It rests at two levels, {limits.floor_mA:.2f} and {level_mA:.2f} mA: something "
        "stays on in a part of its rests."
    )
    return Wakes(begin, stop, higher, mA, (note,))


def _rests_between(log: Log, first: Rows, end: Rows, begin: Rows, stop: Rows) -> bool:
    """Whether what lies between the higher wakes (begin .. stop) is rest, and no state of the lower ones.

    One lower wake holds several of them, and between these it is quiet about as long as at the lower rest.
    """
    of = np.searchsorted(first, begin, side="right") - 1
    if not len(begin) or int(np.bincount(of[of >= 0], minlength=1).max()) < SEVERAL:
        return False
    between_s = log.t_s[begin[1:]] - end_s(log, stop[:-1])
    higher_s = float(np.median(between_s[of[1:] == of[:-1]]))
    lower_s = float(np.median(log.t_s[first[1:]] - end_s(log, end[:-1]))) if len(first) > 1 else 0.0
    return higher_s >= max(LEAST_SECOND_s, 0.5 * lower_s)
