"""`torpor plot`: what each state and each cycle of a log cost, and one picture of it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import rich_click as click
from rich.table import Table

from analysis.clipping import meter_notes
from analysis.log import Log
from analysis.read import read_log
from analysis.states import CycleRow, StateRow, StateTable, state_table
from analysis.style import seconds_text
from station.reading_options import as_read_options, reading_options
from station.screen import console

JSON_VERSION = 1


@click.command(name="plot")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The PNG to write (default: beside the log).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")
@click.option("--states/--no-states", "show_states", default=True, help="Print the tables.")
@click.option("--cycles", type=click.IntRange(min=0), default=10, show_default=True, help="Cycles to print.")
@reading_options
def command(
    log: Path, out: Path | None, as_json: bool, show_states: bool, cycles: int, **said: Any
) -> None:  # fmt: skip
    """States, cycles and a plot of LOG: a node log, a bench log, any INA219 CSV, or what other meters write.

    Units come from the column titles (current_mA, Current[mA], Current (mA)); where a title tells
    none, the command asks for it. Gaps are not counted, and a meter that clipped is said.
    """
    data = read_log(log, as_read_options(said))
    table = state_table(data)
    notes = (*meter_notes(data, said["rate"]), *data.notes, *table.notes)
    from analysis.plot_log import log_png

    picture = log_png(data, out or log.with_suffix(".png"), table)
    if as_json:
        click.echo(json.dumps(as_document(data, table, notes, picture), indent=2))
        return
    _print(data, table, notes, picture, show_states, cycles)


def _print(
    log: Log, table: StateTable, notes: tuple[str, ...], picture: Path, show_states: bool, cycles: int
) -> None:
    screen = console()
    if show_states:
        screen.print(_states(table, log))
        if table.cycles and cycles:
            screen.print(_cycles(table.cycles, cycles))
    for note in notes:
        screen.print(f"- {note}", markup=False)
    screen.print(f"Picture: {picture}", markup=False, soft_wrap=True)


_STATE_COLUMNS = (
    "count", "time", "charge mC", "charge mAh", "energy mJ", "energy mWh", "mean mA", "peak mA", "V",
)  # fmt: skip


def _states(table: StateTable, log: Log) -> Table:
    least = " (at least: the meter clipped)" if table.at_least else ""
    shown = Table(title=f"{log.source}: {seconds_text(log.duration_s)}{least}", title_justify="left")
    shown.add_column("state")
    for name in _STATE_COLUMNS:
        shown.add_column(name, justify="right")
    for row in table.states:
        shown.add_row(*_cells(row))
    shown.add_section()
    shown.add_row(*_cells(table.total))
    return shown


def _cells(row: StateRow) -> tuple[str, ...]:
    values = (row.charge_mC, row.charge_mAh, row.energy_mJ, row.energy_mWh, row.mean_mA, row.peak_mA, row.V)
    return (row.name, f"{row.count:,}", seconds_text(row.duration_s), *(_number(value) for value in values))


def _number(value: float) -> str:
    """Four digits without an exponent; a dash for what the log cannot tell."""
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 999.95 else f"{value:#.4g}"


def _cycles(rows: tuple[CycleRow, ...], most: int) -> Table:
    first = f", the first {most}" if len(rows) > most else ""
    shown = Table(title=f"{len(rows):,} cycle{'s' * (len(rows) != 1)}{first}", title_justify="left")
    for name in ("cycle", "at s", "awake", "awake mC", "awake mJ", "peak mA", "rest", "rest mJ"):
        shown.add_column(name, justify="right")
    for row in rows[:most]:
        shown.add_row(
            row.name, f"{row.t_s:,.3f}", seconds_text(row.awake_s), _number(row.awake_mC),
            _number(row.awake_mJ), _number(row.peak_mA), seconds_text(row.rest_s), _number(row.rest_mJ),
        )  # fmt: skip
    return shown


def as_document(log: Log, table: StateTable, notes: tuple[str, ...], picture: Path) -> dict[str, Any]:
    """The tables as plain JSON values; null is what the log cannot tell."""
    return {
        "version": JSON_VERSION, "log": log.source, "kind": log.kind, "rows": len(log.t_s),
        "duration_s": log.duration_s, "missing_s": log.missing_s, "rate_hz": log.rate_hz,
        "at_least": table.at_least, "states": [_row(row) for row in table.states],
        "total": _row(table.total), "cycles": [_cycle(row) for row in table.cycles],
        "notes": list(notes), "picture": str(picture),
    }  # fmt: skip


def _row(row: StateRow) -> dict[str, Any]:
    return {
        "state": row.name, "count": row.count, "duration_s": row.duration_s, "charge_mC": row.charge_mC,
        "energy_mJ": _or_null(row.energy_mJ), "mean_mA": row.mean_mA, "peak_mA": row.peak_mA,
        "V": _or_null(row.V),
    }  # fmt: skip


def _cycle(row: CycleRow) -> dict[str, Any]:
    return {
        "cycle": row.name, "t_s": row.t_s, "awake_s": row.awake_s, "awake_mC": row.awake_mC,
        "awake_mJ": _or_null(row.awake_mJ), "peak_mA": row.peak_mA, "rest_s": row.rest_s,
        "rest_mJ": _or_null(row.rest_mJ), "states": list(row.states),
    }  # fmt: skip


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value
