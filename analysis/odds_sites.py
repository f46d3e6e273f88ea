"""The odds of many sites: a row each, and a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.odds.question import Question
from sim.odds.sites import Site
from sim.odds.viability import Viability

from . import odds_words as words
from .odds_json import ODDS_VERSION
from .odds_map import Shades, map_png
from .odds_report import WIDTH, hours_or_s
from .report_parts import heading, paragraph, table

#: Rows of the report; a grid has more, which stand in sites.csv.
ROWS = 40
#: How the map tells shares of the years: the last steps are what people ask for.
SHADES = Shades(
    "years without a lost hour, %", (0.0, 10.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 100.01),
    ("under 10", "10 to 50", "50 to 75", "75 to 90", "90 to 95", "95 to 99", "99 to 99.9", "over 99.9"),
)  # fmt: skip


def sites_json(question: Question, sites: Sequence[Site], found: Sequence[Viability]) -> dict[str, Any]:
    """All sites as plain JSON values.

    Keys
    ----
    version, kind ("sites"), design, weather_years (each site), seed.
    sites : name, latitude, longitude; chance, least, most of a year without a lost hour (0..1); down_mean_h,
    down_p90_h, down_p99_h a year; reserve_p90 (lowest charge, 0..1); worst_month, worst_month_chance;
    tightest_month, tightest_margin; pictures_a_day.
    """
    return {
        "version": ODDS_VERSION, "kind": "sites", "design": question.case.design.name,
        "weather_years": question.weather_years, "seed": question.case.seed,
        "sites": [_row(site, one) for site, one in zip(sites, found, strict=True)],
    }  # fmt: skip


def _row(site: Site, one: Viability) -> dict[str, Any]:
    worst, tight, year = min(one.months, key=lambda month: month.chance), one.tightest, one.year
    return {
        "name": site.name, "latitude": site.latitude, "longitude": site.longitude,
        "chance": round(year.chance, 6), "least": round(year.least, 6), "most": round(year.most, 6),
        "down_mean_h": round(year.down_mean_h, 2), "down_p90_h": year.down_h[1], "down_p99_h": year.down_h[2],
        "reserve_p90": round(one.reserve, 4), "worst_month": worst.name,
        "worst_month_chance": round(worst.chance, 6), "tightest_month": tight.name,
        "tightest_margin": round(min(tight.margin, 1e6), 3), "pictures_a_day": year.pictures[0],
    }  # fmt: skip


def sites_report(
    question: Question, sites: Sequence[Site], found: Sequence[Viability], wall_s: float, folder: Path
) -> str:
    """A table, the worst sites first."""
    good = sum(one.year.chance >= words.SURVIVES for one in found)
    said = (
        f"{good:,} of {len(sites):,} sites keep it alive in 99 years of a hundred "
        f"({words.sizes(question.case)}; {question.weather_years:,} years of weather each)."
    )
    order = sorted(range(len(sites)), key=lambda at: (found[at].year.chance, -found[at].year.down_mean_h))
    rows: list[tuple[str, ...]] = [
        ("", "years without", "19 times", "hours down", "P99", "lowest", "least", "pictures"),
        ("", "a lost hour", "of 20", "mean", "", "charge", "margin", "a day"),
    ]
    rows += [_line(sites[at], found[at]) for at in order[:ROWS]]
    more = [f"... and {len(sites) - ROWS:,} more in sites.csv"] if len(sites) > ROWS else []
    parts = [
        paragraph(question.case.design.title, width=WIDTH), paragraph(said, width=WIDTH), "",
        heading("Sites, the worst first"), table(rows, right=(1, 2, 3, 4, 5, 6, 7)), *more, "",
        f"Seed {question.case.seed}, worked out in {hours_or_s(wall_s)}.", f"Files: {folder}",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _line(site: Site, one: Viability) -> tuple[str, ...]:
    year, tight = one.year, one.tightest
    return (
        site.name[:20], f"{words.share(year.chance)} %",
        f"{words.share(year.least)} to {words.share(year.most)}", words.hours(year.down_mean_h),
        words.hours(year.down_h[2]), f"{100 * one.reserve:.0f} %",
        f"{min(tight.margin, 99.0):.1f} {tight.name}", f"{year.pictures[0]:.0f}",
    )  # fmt: skip


def sites_sentence(sites: Sequence[Site], found: Sequence[Viability]) -> str:
    """At how many sites it lives."""
    good = sum(one.year.chance >= words.SURVIVES for one in found)
    return f"{good:,} of {len(sites):,} sites keep it alive in 99 years of a hundred"


def sites_png(question: Question, sites: Sequence[Site], found: Sequence[Viability], path: Path) -> Path:
    """The map; returns the path."""
    title = sites_sentence(sites, found)
    under = (
        f"{question.case.design.name}, {words.sizes(question.case)}; {question.weather_years:,} years of "
        f"weather at each"
    )
    return map_png(sites, [100.0 * one.year.chance for one in found], SHADES, title, under, path)
