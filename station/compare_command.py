"""`torpor compare`: policies, designs and sites side by side; or logs."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.boards_command import names_like
from station.compare_these_logs import LOG_KEYS, compare_these, log_options, logs_of, only_theirs
from station.errors import Exit, StationError
from station.odds_options import NODE, RUN, TOLERANCES, options, question_of, where, years_options
from station.odds_running import folder_of, live

if TYPE_CHECKING:
    from sim.odds.question import Question


@click.command(name="compare")
@click.argument("designs", nargs=-1, shell_complete=names_like, metavar="[DESIGN|LOG]...")
@click.option("--policies", metavar="NAME,NAME,...", help="Of ours, ramp, fixed, greedy, always_on.")
@click.option("--sites", type=click.Path(path_type=Path), help="CSV or TOML of many places.")
@where
@options(NODE, years_options(200, "128 nodes of each"), TOLERANCES, RUN)
@log_options
@click.pass_context
def command(context: click.Context, /, designs: tuple[str, ...], **given: Any) -> None:
    """Put policies, DESIGNS or sites side by side under the same years of weather; or logs of current.

    Without anything named: our policy beside its plain siblings. Two log files or more instead of designs
    are compared state by state (`torpor plot` says what is read). Writes report.txt, compare.json and
    compare.png.
    """
    for_logs = {key: given.pop(key) for key in LOG_KEYS}
    logs = logs_of(designs)
    only_theirs(context, logs, given, for_logs)
    if logs:
        compare_these(logs, given["out"], given["as_json"], for_logs)
        return
    started = time.perf_counter()
    asked = asked_of(designs, given)
    folder = folder_of(given["out"], "compare")
    _answer(asked, folder, given, started)
    name = "compare.json" if given["as_json"] else "report.txt"
    click.echo((folder / name).read_text("utf-8"), nl=False)


def asked_of(designs: tuple[str, ...], given: dict[str, Any]) -> list[Question]:
    """Every design under every policy at every site, named by what differs."""
    from sim.odds.case import POLICIES
    from sim.odds.comparing import by_policy
    from sim.odds.sites import read_sites
    from station.sites_answer import asked_at

    _once(designs)
    base = [question_of(design, given) for design in designs] or [question_of(None, given)]
    base = [replace(one, name=one.case.design.name) for one in base]
    many = [(one, one) for one in base] if len(base) > 1 else [(base[0], replace(base[0], name=""))]
    found = [one for _, one in many]
    if given["sites"]:
        sites = read_sites(given["sites"])
        found = [_both(one, at.with_weather()) for one in found for at in asked_at(one, sites)]
    policies = tuple(given["policies"].split(",")) if given["policies"] else ()
    if not policies and len(found) == 1:
        policies = POLICIES
    if policies:
        found = [_both(one, other) for one in found for other in by_policy(one, policies)]
    return found


def _once(designs: tuple[str, ...]) -> None:
    twice = next((name for name in designs if designs.count(name) > 1), None)
    if twice is not None:
        raise StationError(f"{twice}: named twice, expected designs to compare.", Exit.USAGE)


def _both(one: Question, other: Question) -> Question:
    """The second, named by both."""
    return replace(other, name=f"{one.name} {other.name}".strip())


def _answer(asked: list[Question], folder: Path, given: dict[str, Any], started: float) -> None:
    from analysis.odds_compare import compare_json, compare_png, compare_report
    from analysis.odds_side_page import compare_page
    from sim.odds.comparing import rows
    from sim.odds.spread import tallies, tasks_of

    text = f"{len(asked)} side by side"
    found = live(tasks_of(asked), text, folder, given, lambda parts: rows(asked, tallies(asked, parts)))
    (folder / "compare.json").write_text(json.dumps(compare_json(found), indent=2) + "\n", "utf-8")
    compare_png(found, folder / "compare.png")
    compare_page(found, folder / "compare.html")
    report = compare_report(found, time.perf_counter() - started, folder)
    (folder / "report.txt").write_text(report, "utf-8")
