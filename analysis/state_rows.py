"""What finding hands over: one row per state, one per cycle, arrays with one entry per visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray, IntArray

if TYPE_CHECKING:
    from boards import Design

    from .wakes import Thresholds


@dataclass(frozen=True, slots=True)
class FindOptions:
    """What the owner says about his node; everything may be left open.

    Attributes
    ----------
    states : his names for the states of a cycle, in their order: ("boot", "camera", "wifi").
    design : the node's design, whose rows then name the states.
    wake_mA, sleep_mA : above the first the node is awake, below the second it rests again.
    rest_mA : what it draws at rest, where the log itself never shows it.
    least_state_s : nothing shorter is a state of its own.
    inside_markers : look for states within each value of the marker column, too.
    no_markers : look for wakes in the current, as if there were no marker column.
    conversion_s : how long the meter looks for one sample; 0: samples are points.
    clock_off : how wrong the logger's clock may be, as a part (0.005: a ceramic resonator).
    """

    states: tuple[str, ...] = ()
    design: Design | None = None
    wake_mA: float | None = None
    sleep_mA: float | None = None
    rest_mA: float | None = None
    least_state_s: float | None = None
    inside_markers: bool = False
    no_markers: bool = False
    conversion_s: float = 0.0
    clock_off: float = 0.0


@dataclass(frozen=True, slots=True)
class StateRow:
    """All visits to one state, or the whole log.

    `energy_mJ` and `V` (the charge-weighted mean) are NaN for a log without a voltage;
    `peak_mA` is the highest row, which for a sampled log is a mean over one step.

    `charge_off_mC` and `energy_off_mJ` are half the width of the 95 % interval of the sums, from sampling
    alone (the meter's gain and offset are not in it); NaN if unknown. `at_least` says that clipped samples
    are in it. `cycles` counts the cycles it occurs in. `each_mC` is the charge of a visit: 5th percentile,
    median, 95th percentile.
    """

    name: str
    count: int
    duration_s: float
    charge_mC: float
    energy_mJ: float
    mean_mA: float
    peak_mA: float
    V: float
    charge_off_mC: float = float("nan")
    energy_off_mJ: float = float("nan")
    at_least: bool = False
    cycles: int = 0
    each_mC: tuple[float, float, float] = (float("nan"), float("nan"), float("nan"))

    @property
    def charge_mAh(self) -> float:
        """The charge in mAh."""
        return self.charge_mC / 3600

    @property
    def energy_mWh(self) -> float:
        """The energy in mWh."""
        return self.energy_mJ / 3600


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One wake and the rest after it: when it began, its awake part, and the rest.

    `number` is that of its visits, which the times of a log with a coarse clock may share with others.
    `awake_off_mC` and `awake_off_mJ` are half the width of the 95 % interval of the awake part's sums, from
    sampling alone; NaN if unknown.
    """

    name: str
    number: int
    t_s: float
    awake_s: float
    awake_mC: float
    awake_mJ: float
    peak_mA: float
    rest_s: float
    rest_mJ: float
    states: tuple[str, ...]
    awake_off_mC: float = float("nan")
    awake_off_mJ: float = float("nan")


@dataclass(frozen=True, slots=True)
class Visits:
    """Arrays with one entry per visit to a state, in time order.

    Attributes
    ----------
    first, end : the visit's rows are first .. end - 1.
    state : index into the table's names.
    cycle : which cycle it belongs to, counted from 0; -1 before the first.
    t_s, duration_s : when it began, and the time its rows count (gaps do not).
    charge_mC, energy_mJ, mean_mA, peak_mA : its sums; energy is NaN without a voltage.
    """

    first: NDArray[np.intp]
    end: NDArray[np.intp]
    state: IntArray
    cycle: IntArray
    t_s: FloatArray
    duration_s: FloatArray
    charge_mC: FloatArray
    energy_mJ: FloatArray
    mean_mA: FloatArray
    peak_mA: FloatArray


@dataclass(frozen=True)
class StateTable:
    """The per-state and the per-cycle table of one log.

    `names` are what the visits' states are called; `at_least` is
    True if the meter clipped; `notes` tell how the states were found. `resting` says of each name
    whether the node rests in it; `limits` are the wakes' thresholds, None where the log named its states.
    """

    states: tuple[StateRow, ...]
    total: StateRow
    cycles: tuple[CycleRow, ...]
    names: tuple[str, ...]
    at_least: bool
    notes: tuple[str, ...]
    visits: Visits
    limits: Thresholds | None
    resting: tuple[bool, ...]

    @cached_property
    def codes(self) -> IntArray:
        """The state of each row of the log, an index into `names` (made when first asked for)."""
        return np.repeat(self.visits.state, self.visits.end - self.visits.first)

    @cached_property
    def cycle_of_row(self) -> IntArray:
        """The cycle of each row of the log, counted from 0; -1 before the first."""
        return np.repeat(self.visits.cycle, self.visits.end - self.visits.first)
