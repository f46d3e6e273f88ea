"""`torpor analyse`: what states and cycles cost, how long a battery lasts, what the log cannot tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.amount_option import AMPERE_HOURS, SECONDS
from station.errors import Exit, StationError
from station.figure import Figure
from station.finding_options import find_options_of, finding_options
from station.reading_options import as_read_options, reading_options
from station.screen import console

if TYPE_CHECKING:
    from analysis.analysed import Analysed
    from analysis.battery_life import Battery
    from analysis.log_limits import Judged
    from boards import Design

#: A lithium-ion cell of 18650: what leaks and freezes like most of them.
USUAL_CELL = "nmc-18650-3000"


@click.command(name="analyse")
@click.argument("log", type=click.Path(path_type=Path))
@finding_options
@click.option(
    "--zero",
    type=click.Path(path_type=Path),
    metavar="LOG",
    help="A recording of the same meter with the load unplugged: its zero is taken off.",
)
@click.option("--sleep-current", metavar="CURRENT", help="What it draws asleep, if you know: 22uA, 22+-3uA.")
@click.option("--meter", help="ina219, ppk2, joulescope, otii-arc, otii-ace, exact.  [default: as the file]")
@click.option("--gain", type=click.Choice(["1", "2", "4", "8"]), help="An INA219's input divider.")
@click.option("--grade", type=click.Choice(["A", "B"]), default="A", help="An INA219's grade.")
@click.option("--battery", type=AMPERE_HOURS, metavar="AH", help="What the node lives on: 2.6Ah, 2600mAh.")
@click.option("--cell", metavar="NAME", help=f"Its kind, a row of parts/cells.toml.  [default: {USUAL_CELL}]")
@click.option("--usable", type=Figure(1, 100), metavar="PERCENT",
              help="How much of it is used.  [default: 80 to 100]")  # fmt: skip
@click.option("--temperature", type=Figure(-60, 90), default=20.0, show_default=True, metavar="C",
              help="Where the battery lies.")  # fmt: skip
@click.option("--every", type=SECONDS, metavar="TIME",
              help="How often it will wake, where the log shows it on the bench: 15min, 1h.")  # fmt: skip
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER",
              help="Fail if a figure is over it: wake_mJ=3500, sleep_uA=50.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), help="Folder for report, JSON and pictures.")
@click.option("--dark", is_flag=True, help="Pictures for a dark screen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading_options
def command(log: Path, **said: Any) -> None:
    """What LOG says about a node: states, cycles, sleep floor, battery life, and what it cannot tell.

    LOG is whatever `torpor plot` reads. Prints the report; with --out also writes report.txt, analysis.json
    and pictures there. A --limit that is broken, or that the log cannot tell, ends with exit code 1.
    """
    from analysis.analysed import analyse
    from analysis.log_limits import limit_of

    own = {key: said.pop(key) for key in _OWN}
    limits = tuple(limit_of(text) for text in own["limits"])
    asked = _asked(own, said)
    from analysis.read import read_log

    found = analyse(read_log(log, as_read_options(said)), asked)
    judged = _judged(found, limits)
    written = _write(found, judged, own["out"], own["dark"]) if own["out"] else ()
    _print(found, judged, written, own["as_json"])
    _end(judged)


_OWN = (
    "zero",
    "sleep_current",
    "meter",
    "gain",
    "grade",
    "battery",
    "cell",
    "usable",
    "temperature",
    "every",
    "limits",
    "out",
    "dark",
    "as_json",
)


def _asked(own: dict[str, Any], said: dict[str, Any]) -> Any:
    from analysis.analysed import Asked

    find = find_options_of(said)
    return Asked(find, _floor(own, said), _battery(own, find.design), own["every"], said["rate"])


def _floor(own: dict[str, Any], said: dict[str, Any]) -> Any:
    from analysis.floor_options import FloorOptions, parse_current
    from analysis.read import read_log

    stated, off = parse_current(own["sleep_current"]) if own["sleep_current"] else (None, 0.0)
    zero = read_log(own["zero"], as_read_options(said)) if own["zero"] else None
    gain = int(own["gain"]) if own["gain"] else None
    return FloorOptions(zero, stated, off, own["meter"], gain, own["grade"])


def _battery(own: dict[str, Any], design: Design | None) -> Battery | None:
    """The owner's battery, else that of the design, else none."""
    from analysis.battery_life import USABLE, battery_of

    cell = _cell(own["cell"], design)
    capacity = own["battery"]
    if capacity is None and design is not None:
        capacity = cell.v("capacity") * float(str(design.options.get("cells_parallel", 1)))
    if capacity is None:
        return None
    usable = (own["usable"] / 100,) * 2 if own["usable"] else USABLE
    return battery_of(capacity, cell, usable, own["temperature"])


def _cell(name: str | None, design: Design | None) -> Any:
    from boards.parts_file import shipped_parts

    if name is None and design is not None:
        return design.cell
    cells = {part.name: part for (kind, _), part in shipped_parts().items() if kind == "cell"}
    found = cells.get(name or USUAL_CELL)
    if found is None:
        raise StationError(f"--cell {name}: expected one of {', '.join(cells)}.", Exit.USAGE)
    return found


def _judged(found: Analysed, limits: tuple[Any, ...]) -> tuple[Judged, ...]:
    from analysis.analysed import figures_of
    from analysis.log_limits import judged

    return judged(limits, figures_of(found)) if limits else ()


def _write(found: Analysed, judged: tuple[Judged, ...], folder: Path, dark: bool) -> tuple[Path, ...]:
    from analysis.analysis_json import analysis_json
    from analysis.analysis_report import analysis_report
    from analysis.log_pictures import log_pictures

    if folder.exists() and not folder.is_dir():
        raise StationError(f"{folder}: is a file, expected a folder for the output.", Exit.USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    report, document = folder / "report.txt", folder / "analysis.json"
    written = (report, document, *log_pictures(found.log, found.table, folder, dark))
    report.write_text(analysis_report(found, judged, written), "utf-8")
    document.write_text(json.dumps(analysis_json(found, judged, written), indent=2) + "\n", "utf-8")
    return written


def _print(found: Analysed, judged: tuple[Judged, ...], written: tuple[Path, ...], as_json: bool) -> None:
    from analysis.analysis_json import analysis_json
    from analysis.analysis_report import analysis_report

    if as_json:
        click.echo(json.dumps(analysis_json(found, judged, written), indent=2))
    else:
        console().print(analysis_report(found, judged, written), end="", markup=False, soft_wrap=True)


def _end(judged: tuple[Judged, ...]) -> None:
    """One sentence on stderr for what was not kept."""
    failed = [one.sentence for one in judged if one.kept is not True]
    if failed:
        raise StationError(" ".join(failed), Exit.FAILED)
