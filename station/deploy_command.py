"""`torpor deploy`: everything that a node needs, onto its drive."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.boards_command import names_like
from station.deploy_choice import DOCTOR, LOGGER, ROUTE, chosen_route, route_options
from station.errors import Exit, StationError
from station.needless import needless
from station.receive_command import data_option
from station.screen import console

if TYPE_CHECKING:
    from boards import Design
    from station.deploy_asking import Values
    from station.deploy_route import Route
    from station.deploy_run import Ready, Wanted

#: What some systems leave in a folder's entries they themselves read on past, and the board does not.
CUT_OFF = (
    "The last deploy to this board was cut off. If its cable was pulled, have the system check the drive once"
    " (fsck, chkdsk): this computer may see files there that the board does not."
)
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(name="deploy")
@click.option(
    "--board", "design", shell_complete=names_like, help="Design, or a .toml file.  [default: as before]"
)
@click.option(
    "--app",
    type=click.Choice([LOGGER, DOCTOR]),
    help="In place of a node: a logger, for torpor record; or the doctor, beside the node's files.",
)
@route_options
@click.option("--node", help="A node of this station: its name, key and design are taken from there.")
@data_option
@click.option("--settings", "file", type=_file, help="A settings.toml whose values go in.")
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="One setting; no secret. Repeatable."
)
@click.option("--certificate", type=_file, help="The station's certificate, for TORPOR_TLS.")
@click.option("--py", "as_py", is_flag=True, help="Sources only; by default .mpy where that is sound.")
@click.option(
    "--mpy-cross", "own_compiler", type=_file, help="CircuitPython's own mpy-cross: .mpy everywhere."
)
@click.option("--any-board", is_flag=True, help="Even if the design is for another board.")
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; no settings in it.")
def command(design: str | None, app: str | None, as_json: bool, as_py: bool, **said: Any) -> None:
    """Put a node's firmware and settings onto a board that runs CircuitPython (10.1 or later).

    Only what differs is written, and read back. Nothing of ours runs before all of it is there: interrupted
    anywhere, the same command completes it. Settings that the board has are kept. What was there before is
    kept on this computer, for torpor rollback.

    Secrets come from the environment (TORPOR_KEY, TORPOR_WIFI_PASSWORD), from --settings, from --node, or
    they are asked for.
    """
    if app == LOGGER and (design or said["node"]):
        raise click.UsageError("--app is in place of a node: it cannot go with --board or --node.")
    _refuse_needless(app, as_py, said["node"])
    if design:
        from boards import load_design

        load_design(design)  # a slip of the pen is told before any board is looked for
    where = {name: said[name] for name in ROUTE}
    with chosen_route(**where) as route:
        wanted = _wanted(route, app, design, said, compiled=not as_py)
        began = time.monotonic()
        found = _prepared(wanted, route)
        _show(found, route, as_json, every=said["dry_run"])
        if not said["dry_run"]:
            _carry(found, wanted, route)
        seconds = time.monotonic() - began
    if as_json:
        from station.deploy_words import document

        told = document(found, route.name, not said["dry_run"], seconds)
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def _refuse_needless(app: str | None, as_py: bool, node: str | None) -> None:
    if app == LOGGER:
        needless(("certificate", "as_py", "own_compiler", "any_board"), f"beside --app {LOGGER}")
    if as_py:
        needless(["own_compiler"], "beside --py")
    if not node:
        needless(["data"], "without --node")


def _wanted(
    route: Route, app: str | None, name: str | None, said: dict[str, Any], compiled: bool
) -> Wanted | Values:
    """What the owner asked for; of a logger its settings."""
    from station import deploy_asking, deploy_run

    from_station, of_node = (
        deploy_asking.said_by_station(said["data"], said["node"]) if said["node"] else ({}, "")
    )
    name = LOGGER if app == LOGGER else name or of_node or _named(route, app)
    if name == LOGGER:
        return deploy_asking.gathered(said["file"], said["pairs"], {}, {})
    design = _design(route, name)
    deploy_run.refuse_unfit(route.boot(), design, said["any_board"])
    values = deploy_asking.gathered(said["file"], said["pairs"], from_station)
    there = deploy_run.existing_settings(route, deploy_run.versions_of(route.boot()))
    ask = deploy_asking.nobody if said["dry_run"] else deploy_asking.person()
    return deploy_run.Wanted(
        design,
        deploy_asking.asked(there, values, ask),
        said["certificate"].read_bytes() if said["certificate"] else None,
        compiled,
        said["own_compiler"],
        said["any_board"],
        DOCTOR if app == DOCTOR else "",
    )


def _named(route: Route, app: str | None) -> str:
    """What the board was; beside a logger no doctor can lie."""
    from station.deploy_run import design_named

    name = design_named(route)
    return "" if app == DOCTOR and name == LOGGER else name


def _design(route: Route, name: str) -> Design:
    from station.detect_choice import design_of_board, designs_for

    if name:
        return design_of_board(name, "--board")
    here = route.boot().board_id
    known = "there is none yet: docs/adding-a-board.md says how to make one"
    if there := designs_for(here):
        known = f"there is: {', '.join(there)}"
    known = f"For a {here or 'board without an id'} {known}."
    raise StationError(f"Say with --board which design this is. {known}", Exit.USAGE)


def _prepared(wanted: Wanted | Values, route: Route) -> Ready:
    from station.deploy_bench import prepare_logger
    from station.deploy_run import prepare
    from station.drive_route import DriveRoute

    found = prepare_logger(wanted, route) if isinstance(wanted, dict) else prepare(wanted, route)
    if isinstance(route, DriveRoute) and found.versions.pending() is not None:
        return replace(found, warnings=(*found.warnings, CUT_OFF))
    return found


def _show(found: Ready, route: Route, as_json: bool, every: bool) -> None:
    """What will happen: on stdout, or with --json on stderr only what is wrong."""
    from station.deploy_words import show_plan

    if not as_json:
        board = found.boot.board_id or "a board"
        screen = console()
        screen.print(f"{route.name}: {board}, CircuitPython {found.boot.text}", markup=False, soft_wrap=True)
        show_plan(screen, found.plan, every)
    for warning in found.warnings:
        click.echo(f"torpor: {warning}", err=True)


def _carry(found: Ready, wanted: Wanted | Values, route: Route) -> None:
    from station.deploy_progress import shown_bar
    from station.deploy_run import carry_and_restart, complete
    from station.deploy_words import endings

    with shown_bar(found.plan.to_write) as told:
        if isinstance(wanted, dict):
            said, as_source = carry_and_restart(found, route, told), False
        else:
            said, as_source = complete(found, wanted, route, told)
    for sentence in endings(found.plan.idle, said, as_source):
        click.echo(sentence, err=True)
