"""Many odds as one HTML file each: several side by side, and sites where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from sim.odds.comparing import Row
from sim.odds.question import Question
from sim.odds.sites import Site
from sim.odds.viability import Viability

from . import odds_words as words
from .odds_compare import compare_json, compare_sentence
from .odds_page import figure, table, write
from .odds_sites import sites_json, sites_sentence
from .odds_size_report import Sizing
from .odds_size_sites import size_sites_json, size_sites_sentence


def compare_page(rows: Sequence[Row], path: Path) -> Path:
    """Write the page of those compared; returns the path."""
    head = ("", "years without a lost hour", "19 times of 20", "hours down, mean", "P99", "lowest charge",
            "pictures a day", "J per picture")  # fmt: skip
    lines = [
        (row.name, f"{words.share(row.found.year.chance)} %",
         f"{words.share(row.found.year.least)} to {words.share(row.found.year.most)}",
         f"{row.found.year.down_mean_h:.1f}", f"{row.found.year.down_h[2]:.0f}",
         f"{100 * row.found.reserve:.0f} %", f"{row.found.year.pictures[0]:.1f}",
         "-" if row.mJ_per_picture is None else f"{row.mJ_per_picture / 1000:.1f}")
        for row in rows
    ]  # fmt: skip
    under = f"{rows[0].question.weather_years:,} years of weather for each, the same for all at one site."
    chart = figure(
        "sides", "Side by side", "Choose a figure; point at a bar for all of them.", True, tabs=True
    )
    return _page(path, compare_sentence(rows), under, chart, table(head, lines), compare_json(rows))


def sites_page(question: Question, sites: Sequence[Site], found: Sequence[Viability], path: Path) -> Path:
    """Write the page of many sites; returns the path."""
    head = ("", "years without a lost hour", "19 times of 20", "hours down, mean", "P99", "lowest charge")
    lines = [
        (site.name, f"{words.share(one.year.chance)} %",
         f"{words.share(one.year.least)} to {words.share(one.year.most)}", f"{one.year.down_mean_h:.1f}",
         f"{one.year.down_h[2]:.0f}", f"{100 * one.reserve:.0f} %")
        for site, one in zip(sites, found, strict=True)
    ]  # fmt: skip
    chart = figure("places", "Years without a lost hour", "Dark: none. Bright: all. Point at a site.", True)
    under = f"{question.case.design.title}. {question.weather_years:,} years of weather at each."
    said, data = sites_sentence(sites, found), sites_json(question, sites, found)
    return _page(path, said, under, chart, table(head, lines), data)


def size_sites_page(question: Question, sites: Sequence[Site], found: Sequence[Sizing], path: Path) -> Path:
    """Write the page of what to buy at many sites; returns the path."""
    head = ("", "panel", "battery", "price", "keeps it")
    lines = [
        (site.name, "-", "-", "-", "-") if one.best is None else
        (site.name, f"{one.best.panel_W:.3g} W", f"{one.best.battery_Ah:.3g} Ah",
         "-" if one.best.price is None else f"{one.best.price:,.2f}", f"{words.share(one.best.chance)} %")
        for site, one in zip(sites, found, strict=True)
    ]  # fmt: skip
    chart = figure(
        "places", "Panel to buy", "Dark: the smallest. Bright: the largest. Grey: none does.", True
    )
    under = f"{question.case.design.title}. {question.weather_years:,} years of weather for every size."
    data = size_sites_json(question, sites, found)
    return _page(path, size_sites_sentence(found), under, chart, table(head, lines), data)


def _page(path: Path, said: str, under: str, chart: str, lines: str, data: dict[str, object]) -> Path:
    body = (
        f'<h1>{escape(said)}</h1><p class="faint">{escape(under)}</p><div class="charts">{chart}</div>'
        f"<details open><summary>The figures</summary>{lines}</details>"
    )
    return write(path, said, body, data)
