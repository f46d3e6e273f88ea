"""The report of a run, in words and tables a gardener understands; plain text, 96 columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.result import Booked, RunResult, Worn

from . import periods
from .advice_view import Advice
from .report_parts import bars, heading, paragraph, table
from .report_readings import readings_part
from .style import hours_text, percent_text, seconds_text

#: What each fate of a visitor means, in plain words.
FATE_WORDS = {
    "delivered": "the picture arrived at home",
    "waiting": "the picture was taken and is still on the node",
    "left before the shutter": "gone before the camera was ready",
    "hold-off": "the node was resting after the wake before",
    "awake, busy": "the node was busy with an earlier visitor",
    "too dark": "too dark for a useful picture",
    "low battery": "skipped to save the battery",
    "no space": "no room left to keep the picture",
    "camera failed": "the camera gave no good picture",
    "lost in the air": "the picture was sent but never arrived",
    "not seen by the PIR": "the motion sensor did not notice",
    "node off": "the node had no power",
}
#: A run of at least this many days is called a year.
YEAR_DAYS = 360
#: A node that never went down but came below this charge only just made it.
NARROW_SOC = 0.15


def report(
    result: RunResult,
    advice: Advice | None = None,
    folder: Path | None = None,
    battery_Wh: float | None = None,
) -> str:
    """The whole report as plain text.

    Parameters
    ----------
    advice : the change that would help most, if one was looked for.
    folder : where the run's files are, if they were written.
    battery_Wh : what the battery holds; without it, it is told from how the charge fell in the dark.
    """
    battery_Wh = battery_Wh or periods.battery_Wh(result)
    parts = [
        _title(result), verdict(result), _seen(result), _months(result), _energy(result, battery_Wh),
        _wakes(result, battery_Wh), _advice(advice), _notes(result), _foot(result, folder),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(result: RunResult) -> str:
    span = f"{result.days:.0f} days" if result.days >= 2 else f"{24 * result.days:.0f} hours"
    where = f"{result.site} ({abs(result.latitude):.2f} {'NS'[result.latitude < 0]}, "
    where += f"{abs(result.longitude):.2f} {'EW'[result.longitude < 0]}), {span} from {result.start:%d %B}"
    return f"{result.title}\n{where}"


def verdict(result: RunResult) -> str:
    """Does it survive: the first thing a reader wants to know, in two sentences."""
    down_h = periods.down_hours(result)
    soc, when = periods.lowest(result)
    span = "the whole year" if result.days >= YEAR_DAYS else f"all {result.days:.0f} days"
    what = "camera" if result.readings is None else "node"
    low = f"The battery was lowest on {when:%d %B at %H:%M}, at {100 * soc:.0f} %."
    if down_h > 0:
        days_down = int((periods.days(result).down_h > 0).sum())
        share = percent_text(down_h / (24 * result.days))
        said = (
            f"It does NOT survive: the {what} is without power for {hours_text(down_h)} ({share} of the time)"
        )
        return paragraph(f"{said}, on {days_down} day{'s' * (days_down != 1)}{_worst_month(result)}. {low}")
    only = " It only just does: a dull week more could stop it." if soc < NARROW_SOC else ""
    return paragraph(f"It survives: the {what} keeps its power for {span}.{only} {low}")


def _worst_month(result: RunResult) -> str:
    whole = periods.months(result)
    if len(whole) < 2:
        return ""
    worst = max(whole, key=lambda month: month.down_h)
    return f", most of all in {worst.name} ({hours_text(worst.down_h)})"


def _seen(result: RunResult) -> str:
    """What the node is there for."""
    return _visitors(result) if result.readings is None else readings_part(result, result.readings)


def _visitors(result: RunResult) -> str:
    total = sum(result.fates.values())
    if total == 0:
        return heading("Visitors") + "\nNobody came by."
    good = result.fates.get("delivered", 0)
    said = f"Of {total:,} visitors, {good:,} ({percent_text(good / total)}) became a picture at home."
    rows = [
        (fate, f"{count:,}", percent_text(count / total), FATE_WORDS.get(fate, ""))
        for fate, count in sorted(result.fates.items(), key=lambda item: -item[1])
        if count
    ]
    return "\n".join((heading("Visitors"), paragraph(said), table(rows, right=(1, 2)), _shutter(result)))


def _shutter(result: RunResult) -> str:
    waits = result.pir_to_frame_s
    if not len(waits):
        return "No picture was taken."
    middle, slow = float(np.median(waits)), float(np.percentile(waits, 90))
    usual, seldom = seconds_text(middle), seconds_text(slow)
    late = f"; one time in ten it takes longer than {seldom}" if seldom != usual else ""
    return paragraph(f"From motion to picture: {usual} usually{late}.")


def _months(result: RunResult) -> str:
    whole = periods.months(result)
    top = max(max(month.harvest_Wh, month.load_Wh) for month in whole) or 1.0
    head = ("", "sun offers", "taken in", "used", "hours down", "lowest charge", "taken in + / used -")
    rows = [head, *(_month_row(month, top) for month in whole), _sum_row(whole)]
    return "\n".join((heading("Month by month"), table(rows, right=(1, 2, 3, 4, 5)), _why_less(result)))


def _month_row(month: periods.Month, top: float) -> tuple[str, ...]:
    bar = "+" * round(14 * month.harvest_Wh / top) + " " + "-" * round(14 * month.load_Wh / top)
    amounts = (month.available_Wh, month.harvest_Wh, month.load_Wh)
    down = hours_text(month.down_h) if month.down_h > 0 else "-"
    return (month.name, *(f"{value:.1f} Wh" for value in amounts), down, f"{100 * month.soc_low:.0f} %", bar)


def _sum_row(whole: list[periods.Month]) -> tuple[str, ...]:
    sums = [
        sum(getattr(month, name) for month in whole) for name in ("available_Wh", "harvest_Wh", "load_Wh")
    ]
    down_h = sum(month.down_h for month in whole)
    low = min(month.soc_low for month in whole)
    down = hours_text(down_h) if down_h > 0 else "-"
    return ("in all", *(f"{value:.1f} Wh" for value in sums), down, f"{100 * low:.0f} %", "")


def _why_less(result: RunResult) -> str:
    offered, taken = float(result.hour_available_Wh.sum()), float(result.hour_harvest_Wh.sum())
    if offered <= 0 or taken > 0.98 * offered:
        return ""
    spilled = percent_text(1 - taken / offered)
    return paragraph(
        f"{spilled} of what the sun offered was not taken in: the battery was full, or too cold to charge."
    )


def _energy(result: RunResult, battery_Wh: float | None) -> str:
    total = sum(result.energy_by_state_Wh.values()) or float(result.hour_load_Wh.sum())
    a_day = total / result.days
    said = f"The node used {total:.1f} Wh, {1000 * a_day:.0f} mWh a day"
    if battery_Wh:
        said += (
            f": about {percent_text(a_day / battery_Wh)} of the full battery ({battery_Wh:.1f} Wh) per day"
        )
    notes = {state: _a_day(seconds / result.days) for state, seconds in result.time_by_state_s.items()}
    parts = [heading("Where the energy goes"), paragraph(said + "."), ""]
    parts += ["By what it was doing:", bars(result.energy_by_state_Wh, notes), ""]
    parts += ["By what took it:", bars(result.energy_by_part_Wh, {})]
    if result.flash:
        parts += ["", paragraph(_flash(result.flash))]
    if result.booked and result.booked.awake_J > 0:
        parts += ["", paragraph(_booked(result.booked))]
    return "\n".join(parts)


def _booked(booked: Booked) -> str:
    awake, off = booked.awake_J / 3600.0, booked.plus_minus_J / 3600.0
    return (
        f"The node's own ledger, as far as it came home, says {awake:.2f} Wh awake, and is sure of that "
        f"to \N{PLUS-MINUS SIGN}{off:.2f} Wh: {percent_text(booked.measured)} of it was read from its meter, "
        "the rest priced by rows that follow what the meter says of the busy board. Its sleep it can only "
        "price."
    )


def _flash(worn: Worn) -> str:
    return (
        f"Flash: the most worn sector of the drive has its {worn.cycles:,.0f} erases behind it after "
        f"{_years(worn.drive_years)} at this rate, that of the node's own memory after "
        f"{_years(worn.nvm_years)}."
    )


def _years(years: float) -> str:
    if years >= 100:
        return "more than a hundred years"
    return f"{years:.0f} years" if years >= 2 else f"{12 * years:.0f} months"


def _a_day(time_s: float) -> str:
    if time_s < 7200:
        return f"{time_s:.0f} s a day"
    return f"{time_s / 3600:.1f} h a day"


def _wakes(result: RunResult, battery_Wh: float | None) -> str:
    said = f"The node woke {result.wakes:,} times, {result.wakes / result.days:.1f} times a day."
    rows = [
        (cause, f"{count:,}", percent_text(count / max(result.wakes, 1)))
        for cause, count in sorted(result.wakes_by_cause.items(), key=lambda item: -item[1])
    ]
    pictures = (_empties(result), _dark(result)) if result.readings is None else ()
    return "\n".join((heading("Wakes"), paragraph(said), table(rows, right=(1, 2)), *pictures))


def _empties(result: RunResult) -> str:
    if not result.empties:
        return "Every picture had a visitor in it."
    share = result.empties_Wh / (float(result.hour_load_Wh.sum()) or 1.0)
    small = result.empties_Wh < 1.0
    took = f"{1000 * result.empties_Wh:.0f} mWh" if small else f"{result.empties_Wh:.1f} Wh"
    return paragraph(
        f"{result.empties:,} pictures show nobody: sun and wind fooled the motion sensor, or the visitor "
        "had left. Their wakes took "
        f"{took}, {percent_text(share)} of all energy."
    )


def _dark(result: RunResult) -> str:
    """The pictures that carry the mark of the dark."""
    dark = [picture for picture in result.pictures if picture.dark]
    if not dark:
        return "No picture was taken in the dark."
    lit = sum(picture.lit for picture in dark)
    light = f", {lit:,} of them in the node's own light" if lit else ""
    return paragraph(f"{len(dark):,} of {len(result.pictures):,} pictures were taken in the dark{light}.")


def _advice(advice: Advice | None) -> str:
    if advice is None:
        return ""
    lines = [heading("The one change that would help most"), paragraph(advice.title)]
    lines += [paragraph(text) for text in (advice.why, advice.predicted, advice.confirmed) if text]
    rows = [("tried", "hourly model", "full run"), *((a, b, c or "-") for a, b, c in advice.rows)]
    return "\n".join([*lines, *([table(rows)] if advice.rows else [])])


def _notes(result: RunResult) -> str:
    if not result.notes:
        return ""
    return "\n".join([heading("Good to know"), *(paragraph(note, "- ") for note in result.notes)])


def _foot(result: RunResult, folder: Path | None) -> str:
    lines = [
        f"Bookkeeping: {books_line(result.books)}. Seed {result.seed}, computed in {result.wall_s:.0f} s."
    ]
    if folder is not None:
        lines.append(f"Files: {folder}")
    return "\n".join(lines)


def books_line(books: Mapping[str, float]) -> str:
    """How far charge and energy, counted in and out, miss each other over the run (relative)."""
    return ", ".join(f"{name} closes to {abs(error):.0e}" for name, error in books.items()) or "not kept"
