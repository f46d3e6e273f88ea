"""`torpor detect`: every board with its serial number, port, drive, address and version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.detect_completion import complete_boards
from station.errors import Exit, StationError
from station.screen import console

if TYPE_CHECKING:
    from station.detect import Found

JSON_VERSION = 1
BROWSE_s = 3.0


@click.command(name="detect")
@click.argument("board", required=False, shell_complete=complete_boards)
@click.option("--wait", "wait_s", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS",
              help="Until a board is there, so long at most.")  # fmt: skip
@click.option("--web", is_flag=True, help=f"Listen on the network too, {BROWSE_s:g} s (needs zeroconf).")
@click.option("--host", "hosts", multiple=True, help="A board's address on the network; may be repeated.")
@click.option("--probe", is_flag=True,
              help="Ask what does not show: console, then chip (by esptool); may reset it.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON document for a machine.")
def command(
    board: str | None, wait_s: float, web: bool, hosts: tuple[str, ...], probe: bool, as_json: bool
) -> None:
    """Every board that is here, or just BOARD: a serial number, port, drive, host or board id.

    Exit code 3 if there is none. How boards are told apart: docs/flash.md.
    """
    from station.detect_choice import patiently

    try:
        found = patiently(lambda: _now(web, hosts, board), wait_s)
    except StationError as problem:
        if as_json and problem.exit_code is Exit.NO_BOARD:
            _json([])
        raise
    if probe:
        from station.detect_probe import probed

        found = [probed(one) for one in found]
    _json(found) if as_json else _table(found)


def _json(found: list[Found]) -> None:
    click.echo(json.dumps({"version": JSON_VERSION, "boards": [document(one) for one in found]}, indent=1))


def _now(web: bool, hosts: tuple[str, ...], board: str | None) -> list[Found]:
    from station.detect import detect
    from station.detect_choice import choose

    found = detect(_by_network(web, hosts))
    return found if found and board is None else [choose(board, found)]


def _by_network(web: bool, hosts: tuple[str, ...]) -> list[Found]:
    """A host that was named must answer; one that only announced itself may have gone to sleep again."""
    if not web and not hosts:
        return []
    from station.detect_web import ask, browse

    asked = [ask(host) for host in hosts]
    for host in browse(BROWSE_s) if web else []:
        try:
            asked.append(ask(host))
        except StationError as problem:
            click.echo(f"torpor: {problem}", err=True)
    return asked


def document(one: Found) -> dict[str, Any]:
    """A board as --json has it."""
    from station.detect_choice import designs_for

    told = asdict(one)
    told["drive"] = str(one.drive) if one.drive else ""
    told["mode"] = str(one.mode)
    return {**told, "designs": list(designs_for(one.board_id))}


def _table(found: list[Found]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("board", "serial number", "where", box=SIMPLE_HEAD, pad_edge=False)
    for one in found:
        places = [word for word in (one.port, str(one.drive or ""), one.host) if word]
        table.add_row(f"{one.title}\n{one.state}", one.serial, "\n".join(places), end_section=True)
    screen = console()
    screen.print(table)
    for line in _remarks(found):
        screen.print(line, markup=False, soft_wrap=True)


def _remarks(found: list[Found]) -> Iterator[str]:
    from station.detect_choice import designs_for

    for one in found:
        for note in one.notes:
            yield f"- {one.port or one.drive or one.host}: {note}"
    for board_id in dict.fromkeys(one.board_id for one in found if designs_for(one.board_id)):
        yield f"Designs for {board_id}: {', '.join(designs_for(board_id))}."
