"""`torpor viability`: will a node survive its winters, with what odds, and what would change them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.boards_command import names_like
from station.odds_options import (
    MANY,
    NODE,
    RUN,
    TOLERANCES,
    options,
    question_of,
    sites_of,
    where,
    years_options,
)
from station.odds_running import folder_of, live

if TYPE_CHECKING:
    from sim.odds.question import Question
    from sim.odds.sensitivity import Effect
    from sim.odds.tally import Tally
    from sim.odds.viability import Viability


@click.command(name="viability")
@click.argument("design", required=False, shell_complete=names_like)
@where
@options(NODE, years_options(400, "128 nodes"), TOLERANCES, MANY)
@click.option("--sensitivity/--no-sensitivity", default=True, help="Also move each input alone.")
@options(RUN)
def command(design: str | None, **given: Any) -> None:
    """Say how likely a node survives: many years of weather, many nodes, its own policy, in a second.

    Writes report.txt, viability.json, viability.png and viability.html into the output folder.
    """
    started = time.perf_counter()
    sites = sites_of(given)
    question = question_of(design, given)
    if sites:
        from station.sites_answer import viability_of_sites

        viability_of_sites(question, sites, given, started)
        return
    folder = folder_of(given["out"], f"viability-{Path(question.name).stem}")
    found, effects = _answer(question, folder, given)
    _write(question, found, effects, folder, time.perf_counter() - started)
    if given["as_json"]:
        click.echo((folder / "viability.json").read_text("utf-8"), nl=False)
    else:
        click.echo((folder / "report.txt").read_text("utf-8"), nl=False)


def into_folder(design: str, options: list[str], folder: Path) -> str:
    """What the command would print, its files in the folder. `options` as on the command line."""
    started = time.perf_counter()
    context = command.make_context("viability", [design, *options, "--out", str(folder)])
    given = {name: value for name, value in context.params.items() if name != "design"}
    question = question_of(design, given)
    found, effects = _answer(question, folder_of(folder, ""), given)
    _write(question, found, effects, folder, time.perf_counter() - started)
    return (folder / "report.txt").read_text("utf-8")


def _answer(question: Question, folder: Path, given: dict[str, Any]) -> tuple[Viability, list[Effect]]:
    from sim.odds import sensitivity
    from sim.odds.spread import tasks_of
    from sim.odds.viability import grown_old, viability

    changes = sensitivity.asked(question) if given["sensitivity"] else ()
    old = grown_old(question)
    others = [*(one for _, one in changes), *([] if old is None else [old])]
    beside, whole, found = live(
        tasks_of([question, *others]), f"living {question.weather_years:,} years", folder, given,
        lambda parts: _taken(question, others, parts),
    )  # fmt: skip
    effects = [
        sensitivity.effect(change, beside, other) for (change, _), other in zip(changes, found, strict=False)
    ]
    return viability(question, whole, None if old is None else found[-1]), effects


def _taken(
    question: Question, others: list[Question], parts: Iterator[dict[str, Any]]
) -> tuple[Tally, Tally, list[Tally]]:
    """The first parts of the question, which its changes stand beside; all of it; and the other questions."""
    from sim.odds.resuming import unpacked
    from sim.odds.sensitivity import PARTS
    from sim.odds.spread import tallies
    from sim.odds.tally import total

    first = min(PARTS, question.parts)
    beside = total((unpacked(next(parts)) for _ in range(first)), question.case.span)
    whole = beside
    for _ in range(question.parts - first):
        whole = whole.plus(unpacked(next(parts)))
    return beside, whole, list(tallies(others, parts))


def _write(question: Question, found: Viability, effects: list[Effect], folder: Path, wall_s: float) -> None:
    from analysis.odds_json import viability_json
    from analysis.odds_page import viability_page
    from analysis.odds_plots import viability_png
    from analysis.odds_report import foot, viability_report

    document = viability_json(question, found, effects)
    (folder / "viability.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    viability_png(question, found, effects, folder / "viability.png")
    viability_page(question, found, effects, folder / "viability.html")
    report = viability_report(question, found, effects, foot(wall_s, question.case.seed, folder))
    (folder / "report.txt").write_text(report, "utf-8")
