"""`torpor analyse`: what states and cycles cost, how long a battery lasts, what the log cannot tell."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.analyse_asked import asked_of, asked_options
from station.analyse_files import write_files, write_voltage_files
from station.beside_options import beside_of, beside_options
from station.errors import Exit, StationError
from station.finding_options import finding_options
from station.needless import needless
from station.reading_options import as_read_options, reading_options
from station.screen import console

if TYPE_CHECKING:
    from analysis.analysed import Analysed, Asked
    from analysis.log import Log
    from analysis.log_limits import Judged
    from analysis.plot_days import Beside


@click.command(name="analyse")
@click.argument("log", type=click.Path(path_type=Path))
@finding_options
@asked_options
@click.option("--no-current", is_flag=True, help="A log of voltages alone, such as a battery's over a year.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER",
              help="Fail if a figure is over it: wake_mJ=3500, sleep_uA=50.")  # fmt: skip
@beside_options
@click.option("--profile-out", type=click.Path(path_type=Path), metavar="FILE",
              help="The design's states as measured, for torpor simulate --profile.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Folder for report, JSON, pictures and page.")
@click.option("--html/--no-html", default=True, help="Write the interactive page there, too.")
@click.option("--dark", is_flag=True, help="Pictures for a dark screen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading_options
def command(
    log: Path, no_current: bool, limits: tuple[str, ...], panel_current: str | None, place: str | None,
    profile_out: Path | None, out: Path | None, html: bool, dark: bool, as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """What LOG says about a node: states, cycles, sleep floor, battery life, and what it cannot tell.

    LOG is whatever `torpor plot` reads. Prints the report; with --out also writes report.txt, analysis.json,
    pictures and page.html there. A --limit that is broken, or that the log cannot tell, is exit code 1.
    """
    from analysis.analysed import analyse, figures_of
    from analysis.log_limits import judged, limit_of
    from analysis.read import read_log

    asked_limits = tuple(limit_of(text) for text in limits)
    asked = asked_of(said)
    options = replace(as_read_options(said), needs_current=not no_current)
    beside = beside_of(log, options, panel_current, place)
    if no_current:
        needless(("limits", "profile_out", "html", "as_json"), "beside --no-current")
        _voltage(read_log(log, options), asked, out, beside, dark)
        return
    found = analyse(read_log(log, options), asked)
    kept = judged(asked_limits, figures_of(found)) if asked_limits else ()
    written = write_files(found, kept, profile_out, out, beside, html, dark)
    _print(found, kept, written, as_json)
    _end(kept)


def _voltage(log: Log, asked: Asked, out: Path | None, beside: Beside, dark: bool) -> None:
    """What a log of voltages alone tells: the mean current, by the battery's curve."""
    from analysis.voltage_report import voltage_report

    if asked.battery is None or asked.cell is None:
        raise StationError(
            "--no-current: needs the battery whose voltage this is: say --battery.", Exit.USAGE
        )
    report = voltage_report(log, asked.battery, asked.cell)
    written = write_voltage_files(report, log, out, beside, dark) if out else ()
    console().print(report, end="", markup=False, soft_wrap=True)
    for path in written:
        console().print(f"Picture: {path}", markup=False, soft_wrap=True)


def _print(found: Analysed, judged: tuple[Judged, ...], written: tuple[Path, ...], as_json: bool) -> None:
    from analysis.analysis_json import analysis_json
    from analysis.analysis_report import analysis_report

    if as_json:
        click.echo(json.dumps(analysis_json(found, judged, written), indent=2))
    else:
        report = analysis_report(found, judged, written)
        console().print(report, end="", markup=False, soft_wrap=True)


def _end(judged: tuple[Judged, ...]) -> None:
    """One sentence on stderr for what was not kept."""
    failed = [one.sentence for one in judged if one.kept is not True]
    if failed:
        raise StationError(" ".join(failed), Exit.FAILED)
