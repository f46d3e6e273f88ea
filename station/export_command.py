"""`torpor export`: pictures into a folder of their own, for other programs."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import rich_click as click

from station.errors import Exit, StationError
from station.receive_command import data_option
from station.screen import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from station.export_folder import Outcome, Wanted
    from station.records import Node
    from station.store import Store

F = TypeVar("F", bound="Callable[..., Any]")
_day = click.DateTime(["%Y-%m-%d"])
_OPTIONS = (
    click.argument("out", type=click.Path(path_type=Path, file_okay=False)),
    click.option("--node", "names", multiple=True, metavar="NAME", help="Only this node; may be repeated."),
    click.option("--from", "first", type=_day, metavar="YYYY-MM-DD", help="From this day on."),
    click.option("--to", "last", type=_day, metavar="YYYY-MM-DD", help="Up to this day, the day included."),
    click.option(
        "--zone", default="", metavar="AREA/CITY", help="Of days and times.  [default: this computer's]"
    ),
    click.option("--no-exif", is_flag=True, help="Copy the bytes as they came."),
    data_option,
)


def _options(function: F) -> F:
    """What every kind of export takes."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.group(name="export")
def command() -> None:
    """Copy pictures out of the station, each once; what arrived since comes with the next export.

    May be used while `torpor receive` runs; what the station keeps stays as it came.
    """


@command.command(name="folder")
@_options
def folder(
    out: Path, names: tuple[str, ...], first: datetime | None, last: datetime | None, zone: str,
    no_exif: bool, data: Path,
) -> None:  # fmt: skip
    """Copy pictures to OUT/NODE/DAY/NODE_DAY_TIME_KEY.jpg with time, place and trigger as EXIF."""
    from station.store import opened

    wanted = _wanted(first, last, zone, not no_exif)
    with opened(data) as store:
        outcome = _export(store, _nodes(store, names), out, wanted)
    _tell(out, outcome)


def _wanted(first: datetime | None, last: datetime | None, name: str, exif: bool) -> Wanted:
    from station.export_folder import Wanted

    zone = _zone(name)
    return Wanted(
        from_s=_begin_s(first, zone) if first else 0.0,
        to_s=_begin_s(last + timedelta(days=1), zone) if last else float("inf"),
        zone=zone,
        exif=exif,
    )


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):
        raise StationError(f"{name!r} is no time zone; one is Europe/Berlin.", Exit.USAGE) from None


def _begin_s(day: datetime, zone: tzinfo | None) -> float:
    return day.replace(tzinfo=zone).timestamp()


def _nodes(store: Store, names: tuple[str, ...]) -> tuple[Node, ...]:
    from station.nodes import known

    return tuple(known(store, name) for name in dict.fromkeys(names)) if names else store.nodes()


def _export(store: Store, nodes: tuple[Node, ...], out: Path, wanted: Wanted) -> Outcome:
    from station.export_folder import export_folder
    from station.lock import locked

    out.mkdir(parents=True, exist_ok=True)
    with locked(out, "torpor export"), console(stderr=True).status(f"Copying pictures to {out}"):
        return export_folder(store, nodes, out, wanted)


def _tell(out: Path, outcome: Outcome) -> None:
    """What was done, and an error if a picture is missing in it."""
    click.echo(f"{out}: {outcome.new} new, {outcome.there} there already.")
    for sentence in outcome.problems[:20]:
        click.echo(sentence, err=True)
    if outcome.problems:
        raise StationError(f"{len(outcome.problems)} pictures could not be exported.")


@command.command(name="camtrap-dp")
@_options
@click.option("--by", required=True, metavar="NAME", help="Who has the rights to the pictures.")
@click.option("--title", default="Garden pictures", show_default=True, help="Of the project.")
def camtrap_dp(
    out: Path, names: tuple[str, ...], first: datetime | None, last: datetime | None, zone: str,
    no_exif: bool, by: str, title: str, data: Path,
) -> None:  # fmt: skip
    """Make or go on with a Camtrap DP 1.0.2 package: pictures in OUT/media, and the tables.

    Nobody has said what the pictures show: all of them are unclassified. Each node needs a place.
    """
    from station.export_camtrap import MEDIA, Project, check_places, write_package
    from station.store import opened

    wanted = _wanted(first, last, zone, not no_exif)
    with opened(data) as store:
        nodes = _nodes(store, names)
        check_places(nodes)
        outcome = _export(store, nodes, out / MEDIA, wanted)
        write_package(out, store.nodes(), Project(title, by))
    _tell(out, outcome)
