"""`torpor plot`: what each state and each cycle of a log cost, and pictures of it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click
from rich.table import Table

from analysis.analysis_json import cycle_json, state_json
from analysis.clipping import meter_notes
from analysis.log import Log
from analysis.log_pictures import VIEWS
from analysis.plot_days import Beside
from analysis.read import read_log
from analysis.states import CycleRow, StateRow, StateTable, state_table
from analysis.style import seconds_text
from station.beside_options import beside_of, beside_options
from station.errors import StationError
from station.finding_options import find_options_of, finding_options
from station.needless import needless
from station.reading_options import as_read_options, reading_options
from station.screen import console

JSON_VERSION = 1


@click.command(name="plot")
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The PNG to write (default: beside the log).")
@click.option("--view", "views", multiple=True, type=click.Choice([*VIEWS, "all"]),
              help="What to draw; may be said several times.  [default: log]")  # fmt: skip
@click.option("--no-current", is_flag=True, help="A log of voltages alone: its days are drawn.")
@click.option("--html", is_flag=True, help="Write the interactive page beside the picture, too.")
@click.option("--dark", is_flag=True, help="Pictures for a dark screen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")
@click.option("--tables/--no-tables", "show_states", default=True, help="Print the tables.")
@click.option("--cycles", type=click.IntRange(min=0), default=10, show_default=True, help="Cycles to print.")
@finding_options
@beside_options
@reading_options
def command(
    log: Path, out: Path | None, views: tuple[str, ...], no_current: bool, html: bool, dark: bool,
    as_json: bool, show_states: bool, cycles: int, panel_current: str | None, place: str | None, **said: Any,
) -> None:  # fmt: skip
    """States, cycles and a plot of LOG: a node log, a bench log, any INA219 CSV, or what other meters write.

    Units come from the column titles (current_mA, Current[mA], Current (mA)); where a title tells
    none, the command asks for it. Gaps are not counted, and a meter that clipped is said.
    """
    find = find_options_of(said)
    options = replace(as_read_options(said), needs_current=not no_current)
    data = read_log(log, options)
    if no_current:
        needless(("views", "html", "as_json", "show_states", "cycles"), "beside --no-current")
        _voltages(data, out or log.with_suffix(".png"), beside_of(log, options, panel_current, place), dark)
        return
    table = state_table(data, find)
    notes = (*meter_notes(data, said["rate"]), *data.notes, *table.notes)
    beside = beside_of(log, options, panel_current, place)
    target = out or log.with_suffix(".png")
    pictures = _draw(data, table, _views(views), target, beside, dark)
    if html:
        pictures = (*pictures, _page(data, table, target.with_suffix(".html"), notes))
    if as_json:
        click.echo(json.dumps(as_document(data, table, notes, pictures), indent=2))
        return
    _print(data, table, notes, pictures, show_states, cycles)


def _voltages(log: Log, path: Path, beside: Beside, dark: bool) -> None:
    """The only picture of a log without a current."""
    from analysis.plot_days import days_png

    if days_png(log, path, beside, dark) is None:
        raise StationError(f"{log.source}: voltages alone of less than a day and a half show nothing.")
    console().print(f"Picture: {path}", markup=False, soft_wrap=True)


def _views(asked: tuple[str, ...]) -> tuple[str, ...]:
    return VIEWS if "all" in asked else tuple(dict.fromkeys(asked)) or VIEWS[:1]


def _draw(
    log: Log, table: StateTable, views: tuple[str, ...], target: Path, beside: Beside, dark: bool
) -> tuple[Path, ...]:
    """Each view into its own file: the first takes the name that was asked for."""
    from analysis.log_pictures import view_png

    paths = [target, *(target.with_name(f"{target.stem}-{view}{target.suffix}") for view in views[1:])]
    drawn = [view_png(view, log, table, path, dark, beside) for view, path in zip(views, paths, strict=True)]
    found = tuple(path for path in drawn if path is not None)
    if not found:
        raise StationError(f"{log.source}: has nothing for a picture of its {', '.join(views)}.")
    return found


def _page(log: Log, table: StateTable, path: Path, notes: tuple[str, ...]) -> Path:
    from analysis.log_page import log_page

    return log_page(log, table, path, notes)


def _print(
    log: Log, table: StateTable, notes: tuple[str, ...], pictures: tuple[Path, ...], show_states: bool,
    cycles: int,
) -> None:  # fmt: skip
    screen = console()
    if show_states:
        screen.print(_states(table, log))
        if table.cycles and cycles:
            screen.print(_cycles(table.cycles, cycles))
    for note in notes:
        screen.print(f"- {note}", markup=False)
    for path in pictures:
        what = "Page" if path.suffix == ".html" else "Picture"
        screen.print(f"{what}: {path}", markup=False, soft_wrap=True)


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


def as_document(
    log: Log, table: StateTable, notes: tuple[str, ...], pictures: tuple[Path, ...]
) -> dict[str, Any]:
    """The tables as plain JSON values; null is what the log cannot tell."""
    return {
        "version": JSON_VERSION, "log": log.source, "kind": log.kind, "rows": len(log.t_s),
        "duration_s": log.duration_s, "missing_s": log.missing_s, "rate_hz": log.rate_hz,
        "at_least": table.at_least, "states": [state_json(row) for row in table.states],
        "total": state_json(table.total), "cycles": [cycle_json(row) for row in table.cycles],
        "notes": list(notes), "picture": str(pictures[0]), "files": [str(path) for path in pictures],
    }  # fmt: skip
