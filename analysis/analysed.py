"""Everything that is found in one log, put together once for the report, the JSON and the pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

from .battery_life import Battery, Life, life_of
from .clipping import meter_notes
from .cycle_spread import CycleSpread, cycle_spread
from .duty import Duty, Gain, duty_of, gains
from .log import Log
from .log_limits import Figure, figures
from .standing_out import StandsOut, standing_out
from .states import FindOptions, StateTable, state_table


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner says beside the file.

    Attributes
    ----------
    find : how states are found and named. battery : what the node lives on, or None.
    every_s : the pace at which it will wake, where the log's own is that of a test bench.
    stated_hz : the rate that the logger was set to.
    """

    find: FindOptions = field(default_factory=FindOptions)
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
    duty: Duty | None
    gains: tuple[Gain, ...]
    life: Life | None
    notes: tuple[str, ...]


def analyse(log: Log, asked: Asked | None = None) -> Analysed:
    """Find states, cycles, floor and battery life in a log."""
    asked = asked or Asked()
    table = state_table(log, asked.find)
    duty = duty_of(table)
    if duty is not None and asked.every_s is not None:
        duty = duty.every(asked.every_s)
    return Analysed(
        log, asked, table, cycle_spread(table), standing_out(table), duty,
        gains(duty) if duty else (),
        life_of(duty, asked.battery) if duty and asked.battery else None,
        (*meter_notes(log, asked.stated_hz), *log.notes, *table.notes),
    )  # fmt: skip


def figures_of(found: Analysed) -> dict[str, Figure]:
    """Everything that a limit may name, by its name."""
    duty = found.duty
    rest = Figure(duty.rest_mA, duty.rest_off_mA or nan) if duty and duty.rest_s > 0 else None
    life_days = found.life.days if found.life else None
    return figures(found.table, rest, life_days, found.log.missing_s)
