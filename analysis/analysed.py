"""Everything that is found in one log, put together once for the report, the JSON and the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, nan

import numpy as np

from boards import Part

from .battery_life import Battery, Life, life_of
from .clipping import is_charged, meter_notes
from .cycle_spread import CycleSpread, cycle_spread
from .duty import Duty, Gain, duty_of, gains
from .floor import Floor, sleep_floor
from .floor_options import FloorOptions
from .log import Log
from .log_limits import Figure, figures
from .profile import LogProfile, measured_profile
from .profile_diff import Comparison, row_differences
from .shunt_recipe import recipe
from .slope import LEAST_s, Slope, battery_slope
from .standing_out import StandsOut, standing_out
from .states import FindOptions, StateTable, state_table


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner says beside the file.

    Attributes
    ----------
    find : how states are found and named. floor : what is known of the sleep current and the meter.
    battery : what the node lives on, or None. cell : the rows of its kind.
    every_s : the pace at which it will wake, where the log's own is that of a test bench.
    stated_hz : the rate that the logger was set to.
    names : which state of the firmware a state of the log is, for the profile.
    """

    find: FindOptions = field(default_factory=FindOptions)
    floor: FloorOptions = field(default_factory=FloorOptions)
    battery: Battery | None = None
    cell: Part | None = None
    every_s: float | None = None
    stated_hz: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Analysed:
    """One log and what was found in it.

    Attributes
    ----------
    duty : at the owner's pace if he said one. profile, against : the design's states as measured and how its
        rows differ from them; None without a design, or without a voltage.
    slope : what the battery's voltage says over days, None for a shorter log or without a battery.
    recipe : how to measure the sleep current after all, where this log does not tell it.
    """

    log: Log
    asked: Asked
    table: StateTable
    spread: CycleSpread | None
    outstanding: tuple[StandsOut, ...]
    floor: Floor
    duty: Duty | None
    gains: tuple[Gain, ...]
    life: Life | None
    profile: LogProfile | None
    against: Comparison | None
    slope: Slope | None
    recipe: tuple[str, ...]
    notes: tuple[str, ...]


def analyse(log: Log, asked: Asked | None = None) -> Analysed:
    """Find states, cycles, floor and battery life in a log."""
    asked = asked or Asked()
    table = state_table(log, asked.find)
    floor = sleep_floor(log, table, asked.floor)
    duty = duty_of(table, _rest(floor), floor.zero_mA)
    if duty is not None and asked.every_s is not None:
        duty = duty.every(asked.every_s)
    design, profile = asked.find.design, _profile(log, asked, table, floor)
    return Analysed(
        log, asked, table, cycle_spread(table), standing_out(table), floor, duty,
        gains(duty) if duty and table.cycles else (),
        life_of(duty, asked.battery) if duty and asked.battery and not is_charged(log) else None,
        profile, row_differences(profile.profile, design) if profile and design else None,
        _slope(log, asked, table, floor), _recipe(log, asked, floor),
        (*meter_notes(log, asked.stated_hz), *log.notes, *table.notes),
    )  # fmt: skip


def _slope(log: Log, asked: Asked, table: StateTable, floor: Floor) -> Slope | None:
    """The voltage's word on the mean current."""
    if asked.battery is None or asked.cell is None or log.duration_s < LEAST_s or bool(np.isnan(log.V).any()):
        return None
    return battery_slope(log, asked.cell, asked.battery.capacity_Ah, table, floor)


def _profile(log: Log, asked: Asked, table: StateTable, floor: Floor) -> LogProfile | None:
    """The design's states as measured, if there is a design and a voltage, and no charge in every figure."""
    if asked.find.design is None or bool(np.isnan(log.V).any()) or is_charged(log):
        return None
    return measured_profile(log, table, floor, asked.find.design, asked.names)


def _recipe(log: Log, asked: Asked, floor: Floor) -> tuple[str, ...]:
    """How to measure the sleep after all; a design says below which voltage its board browns out."""
    design = asked.find.design
    return recipe(log, floor, design.board.v("supply_min") if design else None, asked.floor.grade)


def _rest(floor: Floor) -> tuple[float, float, float] | None:
    """The floor, its least and its most; None if nothing is known of it."""
    if not isfinite(floor.value_mA):
        return None
    value = max(floor.value_mA, 0.0)
    low, high = (one if isfinite(one) else value for one in (floor.low_mA, floor.high_mA))
    return value, low, high


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
