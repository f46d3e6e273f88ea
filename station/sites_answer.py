"""Many sites at once: `--sites` and `--grid` of viability and size."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.errors import StationError
from station.odds_running import folder_of, live

if TYPE_CHECKING:
    from sim.odds.question import Question
    from sim.odds.sites import Site
    from sim.odds.sizing import Sizes
    from sim.odds.viability import Viability


def asked_at(question: Question, sites: Sequence[Site]) -> list[Question]:
    """The question at each site; an error names the site."""
    from sim.weather import WeatherError

    found = []
    for site in sites:
        try:
            found.append(site.ask(question))
        except WeatherError as error:
            raise StationError(f"site {site.name}: {error}") from None
    return found


def viability_of_sites(
    question: Question, sites: Sequence[Site], given: dict[str, Any], started: float
) -> None:
    """A row for each site: sites.csv, sites.json, sites.png and report.txt."""
    from analysis.odds_side_page import sites_page
    from analysis.odds_sites import sites_json, sites_png, sites_report
    from sim.odds.spread import tallies, tasks_of
    from sim.odds.viability import viability

    folder = folder_of(given["out"], f"viability-sites-{Path(question.name).stem}")
    asked = asked_at(question, sites)

    def take(parts: Iterator[dict[str, Any]]) -> list[Viability]:
        return [viability(one, tally) for one, tally in zip(asked, tallies(asked, parts), strict=True)]

    found = live(tasks_of(asked), f"{len(sites):,} sites", folder, given, take)
    document = sites_json(question, sites, found)
    write_rows(document, folder)
    sites_png(question, sites, found, folder / "sites.png")
    sites_page(question, sites, found, folder / "sites.html")
    wall_s = time.perf_counter() - started
    report = sites_report(question, sites, found, wall_s, folder)
    (folder / "report.txt").write_text(report, "utf-8")
    say(document, report, given["as_json"])


def write_rows(document: dict[str, Any], folder: Path) -> None:
    """sites.json, and its rows as sites.csv."""
    (folder / "sites.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    rows = document["sites"]
    with (folder / "sites.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)


def say(document: dict[str, Any], report: str, as_json: bool) -> None:
    """One or the other on stdout."""
    click.echo(json.dumps(document, indent=2) if as_json else report, nl=as_json)


def sizes_of_sites(
    question: Question, sites: Sequence[Site], sizes: Sizes, given: dict[str, Any], started: float
) -> None:
    """What to buy at each site: sites.csv, sites.json, sites.png and report.txt."""
    from analysis.odds_side_page import size_sites_page
    from analysis.odds_size_report import Sizing
    from analysis.odds_size_sites import size_sites_json, size_sites_png, size_sites_report
    from sim.odds.spread import surveys, tasks_of
    from station.size_command import as_designed, map_of

    folder = folder_of(given["out"], f"size-sites-{Path(question.name).stem}")
    asked = [as_designed(one) for one in asked_at(question, sites)]
    tasks = tasks_of(asked, map_of(question, sizes, given["pictures"]))
    surveyed = live(tasks, f"{len(sites):,} sites", folder, given, lambda parts: list(surveys(asked, parts)))
    found = [
        Sizing(one, sizes, survey, given["promise"], given["pictures"])
        for one, survey in zip(asked, surveyed, strict=True)
    ]
    document = size_sites_json(question, sites, found)
    write_rows(document, folder)
    size_sites_png(question, sites, found, folder / "sites.png")
    size_sites_page(question, sites, found, folder / "sites.html")
    report = size_sites_report(question, sites, found, time.perf_counter() - started, folder)
    (folder / "report.txt").write_text(report, "utf-8")
    say(document, report, given["as_json"])
