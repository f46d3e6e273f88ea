"""`torpor convert`: any log as Parquet, as CSV in the schema of the house, or for other meters' programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click

from analysis.log import Log
from analysis.read import read_log
from analysis.style import seconds_text
from station.errors import Exit, StationError
from station.reading_options import as_read_options, reading_options
from station.screen import console

FORMS = (".parquet", ".csv", ".ppk2", ".jls")


@click.command(name="convert")
@click.argument("log", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--no-current", is_flag=True, help="A log of voltages alone, such as a battery's over a year.")
@reading_options
def command(log: Path, out: Path, no_current: bool, **said: Any) -> None:
    """Read LOG, whatever wrote it, and write OUT: .parquet (everything, and read fast) or .csv.

    OUT may also be .ppk2 for Nordic's Power Profiler, or .jls for the Joulescope's program.

    LOG may be any INA219 CSV, a node log or bench log, the Power Profiler's CSV or .ppk2, a Joulescope's
    CSV or .jls, a ThingSpeak feed, OML, lists of raw counts, readings as a sketch prints them, or Parquet.
    """
    if out.suffix.lower() not in FORMS:
        raise StationError(f"{out.name}: a log is written as {' or '.join(FORMS)}.", Exit.USAGE)
    if out.resolve() == log.resolve():
        raise StationError(f"{out.name}: a log is not written over itself.", Exit.USAGE)
    data = read_log(log, replace(as_read_options(said), needs_current=not no_current))
    notes = _write(data, out)
    screen = console()
    for note in (*data.notes, *notes):
        screen.print(f"- {note}", markup=False)
    rows, length = f"{len(data.t_s):,} rows", seconds_text(data.duration_s)
    screen.print(f"{out}: {rows}, {length}", markup=False, soft_wrap=True)


def _write(data: Log, out: Path) -> tuple[str, ...]:
    """Write the log in the form that the file's ending names; what a person should know of it."""
    match out.suffix.lower():
        case ".parquet":
            from analysis.write_parquet import write_parquet

            write_parquet(data, out)
        case ".csv":
            from analysis.write_csv import write_csv

            write_csv(data, out)
        case ".ppk2":
            from analysis.write_ppk2 import write_ppk2

            return write_ppk2(data, out)
        case _:
            from analysis.write_jls import write_jls

            return write_jls(data, out)
    return ()
