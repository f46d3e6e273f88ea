"""`torpor rollback`: what lay on a board before the last deploy, back onto it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import rich_click as click

from station.deploy_choice import choose_route, route_options
from station.errors import StationError
from station.screen import console


@click.command(name="rollback")
@route_options
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(to: str | None, drive: Path | None, dry_run: bool, as_json: bool) -> None:
    """Bring back what lay on a board before the last deploy from this computer, settings included.

    As safe as a deploy: interrupted anywhere, the same command completes it. A second rollback brings back
    what the first one took away. After a deploy that was interrupted it brings back what was there before.
    """
    from station.deploy_progress import shown_bar
    from station.deploy_run import carry, ready, versions_of
    from station.deploy_words import document, show_plan

    route = choose_route(to, drive)
    boot = route.boot()
    versions = versions_of(boot)
    image = versions.target_of_rollback()
    if image is None:
        raise StationError(f"{route.name}: nothing was deployed to this board from this computer.")
    began = time.monotonic()
    found = ready(image, route, boot, versions, ())
    if not as_json:
        show_plan(console(), found.plan)
    if not dry_run:
        with shown_bar(found.plan.to_write) as told:
            carry(found, route, told, rollback=True)
        if not found.plan.idle:
            route.restart()
        click.echo("The board is as it was before the last deploy.", err=True)
    if as_json:
        seconds = time.monotonic() - began
        click.echo(
            json.dumps(document(found, route.name, not dry_run, seconds), indent=2, ensure_ascii=False)
        )
