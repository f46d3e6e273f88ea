"""`torpor size`: the smallest panel and battery for a promised reliability."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.boards_command import names_like
from station.errors import Exit, StationError
from station.figure import Figure
from station.odds_options import MANY, NODE, RUN, options, question_of, sites_of, where, years_options
from station.odds_running import folder_of, live

if TYPE_CHECKING:
    from analysis.odds_size_report import Sizing
    from sim.odds.question import Question
    from sim.odds.sizing import Sizes
    from sim.odds.spread import Map

_ABOVE_0 = Figure(min=0.0, min_open=True)
_SIZES = (
    click.option("--promise", type=Figure(0, 1, min_open=True), default=0.99, show_default=True,
                 help="Share of years without a lost hour."),
    click.option("--pictures", type=Figure(min=0), default=0.0, metavar="N",
                 help="Pictures a day, in the year's mean, that belong to the promise."),
    click.option("--panels", metavar="W,W,...", help="Panels to choose from.  [default: 20]"),
    click.option("--batteries", metavar="AH,AH,...", help="Batteries to choose from."),
    click.option("--price-per-W", "per_W", type=_ABOVE_0),
    click.option("--price-per-Ah", "per_Ah", type=_ABOVE_0),
    click.option("--prices", type=click.Path(path_type=Path),
                 help="TOML or CSV of panels and batteries with their prices, instead of the lists."),
)  # fmt: skip


@click.command(name="size")
@click.argument("design", required=False, shell_complete=names_like)
@options(_SIZES)
@where
@options(NODE, years_options(200, "every size"), MANY, RUN)
def command(design: str | None, **given: Any) -> None:
    """Find the smallest (or cheapest) panel and battery that keep a promise, on a map of both.

    Every size lives under the same years of weather. Writes report.txt, size.json, size.png and size.html.
    """
    started = time.perf_counter()
    sites = sites_of(given)
    question = question_of(design, given)
    sizes = sizes_of(question, given)
    if sites:
        from station.sites_answer import sizes_of_sites

        sizes_of_sites(question, sites, sizes, given, started)
        return
    folder = folder_of(given["out"], f"size-{Path(question.name).stem}")
    one = _answer(question, sizes, folder, given)
    _write(one, folder, time.perf_counter() - started)
    name = "size.json" if given["as_json"] else "report.txt"
    click.echo((folder / name).read_text("utf-8"), nl=False)


def sizes_of(question: Question, given: dict[str, Any]) -> Sizes:
    """What there is to choose from."""
    from sim.odds.catalogue import read_catalogue
    from sim.odds.sensitivity import size_Ah
    from sim.odds.sizing import BATTERY_TIMES, PANEL_TIMES, Sizes, steps

    if given["prices"]:
        if given["panels"] or given["batteries"] or given["per_W"] or given["per_Ah"]:
            raise StationError("--prices: names sizes and prices, expected no other of either.", Exit.USAGE)
        return read_catalogue(given["prices"])
    case = question.case
    panel_W = case.design.panel.v("rated") * case.panel_x
    panels = _list("--panels", given["panels"]) or steps(panel_W, PANEL_TIMES)
    batteries = _list("--batteries", given["batteries"]) or steps(size_Ah(case), BATTERY_TIMES)
    return Sizes(
        panels, batteries, tuple(given["per_W"] * size for size in panels) if given["per_W"] else (),
        tuple(given["per_Ah"] * size for size in batteries) if given["per_Ah"] else (),
    )  # fmt: skip


def _list(option: str, text: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise StationError(f"{option} {text}: expected numbers and commas.", Exit.USAGE) from None


def map_of(question: Question, sizes: Sizes, pictures: float) -> Map:
    """The sizes in multiples of the design's, and the question with the design's own."""
    from sim.odds.spread import Map

    case = question.case
    cells = float(str(case.design.options.get("cells_parallel", 1)))
    panel_W, battery_Ah = case.design.panel.v("rated"), case.design.cell.v("capacity") * cells
    panels = tuple(size / panel_W for size in sizes.panels_W)
    return Map(panels, tuple(size / battery_Ah for size in sizes.batteries_Ah), pictures)


def as_designed(question: Question) -> Question:
    """The question with the design's own sizes, which the map multiplies."""
    return replace(question, case=question.case.change(panel_x=1.0, battery_x=1.0))


def _answer(question: Question, sizes: Sizes, folder: Path, given: dict[str, Any]) -> Sizing:
    from analysis.odds_size_report import Sizing
    from sim.odds.spread import surveys, tasks_of

    asked = [as_designed(question)]
    count = len(sizes.panels_W) * len(sizes.batteries_Ah)
    text = f"{count:,} sizes over {question.weather_years:,} years"
    tasks = tasks_of(asked, map_of(question, sizes, given["pictures"]))
    found = live(tasks, text, folder, given, lambda parts: next(surveys(asked, parts)))
    return Sizing(question, sizes, found, given["promise"], given["pictures"])


def _write(one: Sizing, folder: Path, wall_s: float) -> None:
    from analysis.odds_size_page import size_page
    from analysis.odds_size_plot import size_png
    from analysis.odds_size_report import size_json, size_report

    (folder / "size.json").write_text(json.dumps(size_json(one), indent=2) + "\n", "utf-8")
    size_png(one, folder / "size.png")
    size_page(one, folder / "size.html")
    (folder / "report.txt").write_text(size_report(one, wall_s, folder), "utf-8")
