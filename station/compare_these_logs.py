"""What `torpor compare` does with logs instead of designs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import rich_click as click

from station.amount_option import SECONDS
from station.errors import Exit, StationError
from station.finding_options import KEYS as FINDING
from station.finding_options import find_options_of, finding_options
from station.needless import typed
from station.odds_running import folder_of
from station.reading_options import KEYS as READING
from station.reading_options import as_read_options, reading_options
from station.screen import console

Command = TypeVar("Command", bound=Callable[..., Any])

_OWN = ("every", "same_meter", "dark")
LOG_KEYS = (*_OWN, *FINDING, *READING)
#: Options that mean the same for designs and for logs.
_OF_BOTH = {"out", "as_json"}


def log_options(command: Command) -> Command:
    """Adds what is asked of logs: how they are read, how states are found, what is compared."""
    for option in reversed(
        (
            click.option("--every", type=SECONDS, metavar="TIME", help="Logs: the pace of averages: 15min."),
            click.option("--same-meter", is_flag=True, help="Logs: one meter took them all."),
            click.option("--dark", is_flag=True, help="Logs: the picture for a dark screen."),
        )
    ):
        command = option(command)
    return finding_options(reading_options(command))


def logs_of(names: tuple[str, ...]) -> tuple[Path, ...]:
    """The log files among what is named; none if designs are named.

    Raises
    ------
    StationError : logs and designs are mixed, or there is one log alone.
    """
    logs = tuple(Path(name) for name in names if _is_log(name))
    if not logs:
        return ()
    design = next((name for name in names if not _is_log(name)), None)
    if design is not None:
        raise StationError(
            f"{design}: a design beside logs; expected logs only, or designs only.", Exit.USAGE
        )
    if len(logs) == 1:
        raise StationError(f"{logs[0]}: one log alone, expected two or more to compare.", Exit.USAGE)
    return logs


def _is_log(name: str) -> bool:
    """A design is a name or a .toml; anything else with an ending is a log, there or not."""
    path = Path(name)
    return path.suffix not in ("", ".toml") or (path.is_file() and path.suffix == "")


def only_theirs(
    context: click.Context, logs: tuple[Path, ...], of_designs: dict[str, Any], of_logs: dict[str, Any]
) -> None:
    """Refuse an option that says nothing about what is compared."""
    strange = of_designs if logs else of_logs
    if option := next(typed(context, strange.keys() - _OF_BOTH), None):
        raise StationError(f"{option}: says nothing about {'logs' if logs else 'designs'}.", Exit.USAGE)


def compare_these(logs: tuple[Path, ...], out: Path | None, as_json: bool, said: dict[str, Any]) -> None:
    """Read and analyse the logs, write what differs and print it."""
    from analysis.analysed import Asked, analyse
    from analysis.compare_logs import compare_logs
    from analysis.compare_logs_report import comparison_json, comparison_report
    from analysis.plot_compare import compare_logs_png
    from analysis.read import read_log

    own = {key: said.pop(key) for key in _OWN}
    asked = Asked(find_options_of(said), every_s=own["every"], stated_hz=said["rate"])
    found = [analyse(read_log(log, as_read_options(said)), asked) for log in logs]
    compared = compare_logs(found, own["same_meter"])
    folder = folder_of(out, "compare")
    report, document = folder / "report.txt", folder / "compare.json"
    picture = compare_logs_png(found, compared, folder / "compare.png", own["dark"])
    written = (report, document, picture)
    report.write_text(comparison_report(compared, written), "utf-8")
    told = json.dumps(comparison_json(compared, written), indent=2)
    document.write_text(told + "\n", "utf-8")
    if as_json:
        click.echo(told)
    else:
        console().print(comparison_report(compared, written), end="", markup=False, soft_wrap=True)
