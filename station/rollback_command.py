"""`torpor rollback`: what lay on a board before the last deploy, back onto it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.deploy_choice import chosen_route, route_options
from station.errors import StationError
from station.screen import console

if TYPE_CHECKING:
    from station.deploy_route import Route
    from station.deploy_run import Ready


@click.command(name="rollback")
@route_options
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(dry_run: bool, as_json: bool, **where: Any) -> None:
    """Bring back what lay on a board before the last deploy from this computer, settings included.

    As safe as a deploy: interrupted anywhere, the same command completes it. A second rollback brings back
    what the first one took away. After a deploy that was interrupted it brings back what was there before.
    """
    from station.deploy_words import document, show_plan

    with chosen_route(**where) as route:
        began = time.monotonic()
        found = _found(route)
        if not as_json:
            show_plan(console(), found.plan, every=dry_run)
        if not dry_run:
            _carry(found, route)
        seconds = time.monotonic() - began
    if as_json:
        told = document(found, route.name, not dry_run, seconds)
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def _found(route: Route) -> Ready:
    from station.deploy_run import ready, versions_of

    boot = route.boot()
    versions = versions_of(boot)
    image = versions.target_of_rollback()
    if image is None:
        raise StationError(f"{route.name}: nothing was deployed to this board from this computer.")
    return ready(image, route, boot, versions, ())


def _carry(found: Ready, route: Route) -> None:
    from station.deploy_progress import shown_bar
    from station.deploy_run import carry_and_restart
    from station.deploy_words import BY_HAND

    with shown_bar(found.plan.to_write) as told:
        said = carry_and_restart(found, route, told, rollback=True)
    by_hand = BY_HAND if said is None and not found.plan.idle else ""
    click.echo(f"The board is as it was before the last deploy.{by_hand}", err=True)
