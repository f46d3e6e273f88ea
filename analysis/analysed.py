"""Everything that is found in one log, put together once for the report, the JSON and the pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite, nan

from .battery_life import Battery, Life, life_of
from .clipping import meter_notes
from .cycle_spread import CycleSpread, cycle_spread
from .duty import Duty, Gain, duty_of, gains
from .floor import ZEROED, Floor, sleep_floor
from .floor_options import FloorOptions
from .log import Log
from .log_limits import Figure, figures
from .standing_out import StandsOut, standing_out
from .states import FindOptions, StateTable, state_table


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner says beside the file.

    Attributes
    ----------
    find : how states are found and named. floor : what is known of the sleep current and the meter.
    battery : what the node lives on, or None.
    every_s : the pace at which it will wake, where the log's own is that of a test bench.
    stated_hz : the rate that the logger was set to.
    """

    find: FindOptions = field(default_factory=FindOptions)
    floor: FloorOptions = field(default_factory=FloorOptions)
    battery: Battery | None = None
    every_s: float | None = None
    stated_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Analysed:
    """One log and what was found in it; `duty` is at the owner's pace if he said one."""

    log: Log
    asked: Asked
    table: StateTable
    spread: CycleSpread | None
    outstanding: tuple[StandsOut, ...]
    floor: Floor
    duty: Duty | None
    gains: tuple[Gain, ...]
    life: Life | None
    notes: tuple[str, ...]


def analyse(log: Log, asked: Asked | None = None) -> Analysed:
    """Find states, cycles, floor and battery life in a log."""
    asked = asked or Asked()
    table = state_table(log, asked.find)
    floor = sleep_floor(log, table, asked.floor)
    duty = duty_of(table, _rest(floor), _zero_mA(table, floor))
    if duty is not None and asked.every_s is not None:
        duty = duty.every(asked.every_s)
    return Analysed(
        log, asked, table, cycle_spread(table), standing_out(table), floor, duty,
        gains(duty) if duty else (),
        life_of(duty, asked.battery) if duty and asked.battery else None,
        (*meter_notes(log, asked.stated_hz), *log.notes, *table.notes),
    )  # fmt: skip


def _rest(floor: Floor) -> tuple[float, float, float] | None:
    """The floor, its least and its most; None if nothing is known of it."""
    if not isfinite(floor.value_mA):
        return None
    value = max(floor.value_mA, 0.0)
    low, high = (one if isfinite(one) else value for one in (floor.low_mA, floor.high_mA))
    return value, low, high


def _zero_mA(table: StateTable, floor: Floor) -> float:
    """What a recording without the load has told of the meter's zero, else nothing."""
    if floor.how != ZEROED:
        return 0.0
    resting = dict(zip(table.names, table.resting, strict=True))
    rests = [row for row in table.states if resting[row.name]]
    seconds = sum(row.duration_s for row in rests)
    return sum(row.charge_mC for row in rests) / seconds - floor.value_mA if seconds else 0.0


def figures_of(found: Analysed) -> dict[str, Figure]:
    """Everything that a limit may name, by its name."""
    life_days = found.life.days if found.life else None
    return figures(found.table, _rest_figure(found.floor), life_days, found.log.missing_s)


def _rest_figure(floor: Floor) -> Figure | None:
    """The floor as a figure: a bound where the meter cannot tell it from nothing."""
    if not isfinite(floor.value_mA):
        return None
    if floor.below:
        return Figure(floor.high_mA, only="at most")
    return Figure(floor.value_mA, floor.off_mA if isfinite(floor.off_mA) else nan)
