"""The sleep floor, honestly: what a node takes at rest, how far that may be off, and how much it matters.

A mean of many readings is sure to a fraction of the meter's step as long as there is noise; its zero is not.
So a floor is given with what the chip's data sheet lets its zero be off, unless a recording without the load
says where the zero is, or the owner says the current itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import hypot, nan

from .amounts import current_text as current
from .floor_doubts import doubts, restless
from .floor_options import FloorOptions
from .floor_share import Share, share_of
from .folding import looks_folded, unfold
from .log import Log
from .meters import Meter, meter_of
from .rest_noise import Readings, readings_of
from .rests import Rest, Resting, resting_of
from .state_rows import StateTable
from .zero_recording import zero_of

#: How a floor is known.
MEASURED, ZEROED, STATED = "measured", "measured, its zero taken off", "stated"
RECKONED, HIDDEN, NONE = "reckoned by the node", "hidden by the meter's steps", "never at rest"
#: More readings of one value than this tell nothing of what lies between two steps.
ALL_THE_SAME = 0.9
#: A rest that is without supply for more than this part of its time is no sleep.
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Floor:
    """What a node takes at rest.

    Attributes
    ----------
    how : one of the words above. value_mA, low_mA, high_mA : the mean over all rest, and how little and how
        much it may be; NaN if nothing is known. below : the meter cannot tell it from nothing: "< high_mA".
    typical_mA : what a typical chip's zero is off (0 where the zero is known).
    rests : each kind of rest by itself. V : at rest, NaN if unknown.
    zero_mA : what the meter shows without a current, taken off (0: not known).
    input_mA : of the value, what the meter's own inputs take. readings : None where nothing was read.
    marked : rest is what lies outside of markers. lost : the part of it in which there was no supply.
    share : of it in all charge. notes : on what was read, beside the figures.
    """

    how: str
    value_mA: float
    low_mA: float
    high_mA: float
    below: bool
    meter: Meter
    typical_mA: float = 0.0
    rests: tuple[Rest, ...] = ()
    V: float = nan
    zero_mA: float = 0.0
    input_mA: float = 0.0
    readings: Readings | None = None
    marked: bool = False
    lost: float = 0.0
    share: Share | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def known(self) -> bool:
        """Whether the value may be taken for the node's own."""
        return self.how in (MEASURED, ZEROED, STATED) and not self.below and self.lost <= MOSTLY

    @property
    def outside(self) -> bool:
        """Whether what lies outside of the markers scatters as no rest does: they bound a part of a wake."""
        return self.marked and self.readings is not None and restless(self.readings, self.meter)

    @property
    def no_sleep(self) -> bool:
        """Whether what the log shows at rest is something else than sleep."""
        return self.outside or self.lost > MOSTLY

    @property
    def backwards(self) -> bool:
        """Whether the readings at rest are further below zero than the meter's doubt reaches."""
        return self.high_mA <= 0.0 and self.value_mA < 0.0

    @property
    def off_mA(self) -> float:
        """Half the width of what it may be."""
        return (self.high_mA - self.low_mA) / 2.0

    @property
    def awake_charge_mC(self) -> float:
        """The charge of all time awake, which the floor has no part in."""
        return self.share.awake_mC if self.share else nan

    @property
    def sentences(self) -> tuple[str, ...]:
        """For people."""
        from .floor_words import floor_sentences  # which knows this class

        return floor_sentences(self)


def sleep_floor(log: Log, table: StateTable, options: FloorOptions | None = None) -> Floor:
    """The floor of a log whose states are found; AnalysisError for a zero recording that does not fit."""
    options = options or FloorOptions()
    meter = meter_of(log, options.meter, options.gain, options.grade)
    resting = resting_of(log, table)
    if options.stated_mA is not None:
        found = _stated(options, meter, resting)
    elif resting is None:
        return Floor(NONE, nan, nan, nan, False, meter)
    elif _reckoned(log, table):
        value = resting.mean_mA
        found = Floor(RECKONED, value, nan, nan, False, meter, rests=resting.rests, V=resting.V)
    else:
        found = _measured(log, resting, meter, options.zero)
    raw_mA = resting.mean_mA if resting else 0.0
    marked = table.limits is None and not log.has_states
    ends = (found.value_mA, found.low_mA, found.high_mA)
    return replace(found, marked=marked, share=share_of(table, ends, raw_mA, found.zero_mA))


def _stated(options: FloorOptions, meter: Meter, resting: Resting | None) -> Floor:
    """The owner's own figure."""
    value, off = float(options.stated_mA or 0.0), options.stated_off_mA
    V = resting.V if resting else nan
    return Floor(STATED, value, max(0.0, value - off), value + off, False, meter, V=V)


def _reckoned(log: Log, table: StateTable) -> bool:
    """Whether all rest was priced by the node itself and not read."""
    if "inferred" not in log.qualities:
        return False
    code = log.qualities.index("inferred")
    resting = [number for number, rests in enumerate(table.resting) if rests]
    rows = [log.quality[table.codes == number] for number in resting]
    return any(row.size for row in rows) and all(bool((row == code).all()) for row in rows)


def _measured(log: Log, resting: Resting, meter: Meter, zero_log: Log | None) -> Floor:
    readings = readings_of(resting.mA, resting.dt_s, meter.step_mA, resting.levels)
    value, low, high, notes = _mean(resting, readings, meter)
    zero = zero_of(zero_log, log, resting.V, meter) if zero_log is not None else None
    if zero is None:
        zero_mA, zero_low, zero_high = 0.0, meter.worst_mA, meter.worst_mA
    else:
        zero_mA, off = zero
        zero_low = zero_high = hypot(off, meter.drift_mA)
    value, gain = value - zero_mA, meter.gain * abs(value - zero_mA)
    low = value - hypot(value + zero_mA - low, gain) - zero_low
    high = value + hypot(high - value - zero_mA, gain) + zero_high
    below = low <= 0.0
    how = MEASURED if zero is None else ZEROED
    if readings.zeros > ALL_THE_SAME and below:
        how = HIDDEN
    return Floor(
        how, value, max(0.0, low), max(0.0, high), below, meter,
        typical_mA=0.0 if zero else meter.typical_mA, rests=resting.rests, V=resting.V,
        zero_mA=zero_mA, input_mA=0.0 if zero or resting.V != resting.V else meter.input_mA(resting.V),
        readings=readings, lost=resting.lost_s / resting.seconds, notes=notes,
    )  # fmt: skip


def _mean(resting: Resting, readings: Readings, meter: Meter) -> tuple[float, float, float, tuple[str, ...]]:
    """The mean before any zero is taken off, its ends, and notes."""
    if looks_folded(readings, meter.noise_mA):
        found = unfold(resting.mA, readings.step_mA)
        note = (
            f"No reading at rest is below zero, though noise of {current(readings.sd_mA)} would bring some: "
            f"the logger dropped the sign, which lifts the mean to {current(resting.mean_mA)}. Before that "
            f"it was {current(found.low_mA)} to {current(found.high_mA)}."
        )
        return found.mean_mA, found.low_mA, found.high_mA, (note,)
    off = readings.scatter_mA + readings.hidden_mA
    return resting.mean_mA, resting.mean_mA - off, resting.mean_mA + off, doubts(readings, meter)
