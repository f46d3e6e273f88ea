"""What to buy at each of many sites: a row each, and a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.odds.question import Question
from sim.odds.sites import Site

from . import odds_words as words
from .odds_json import ODDS_VERSION
from .odds_map import Shades, map_png
from .odds_report import WIDTH, hours_or_s
from .odds_sites import ROWS
from .odds_size_report import Sizing
from .report_parts import heading, paragraph, table

#: Most classes of the map.
CLASSES = 8


def size_sites_json(question: Question, sites: Sequence[Site], found: Sequence[Sizing]) -> dict[str, Any]:
    """All sites as plain JSON values.

    Keys
    ----
    version, kind ("size of sites"), design, weather_years, seed, promise (0..1), pictures (a day).
    sites : name, latitude, longitude; panel_W, battery_Ah, price, chance, least, most, pictures_a_day of what
    to buy, all null where nothing on the map keeps the promise.
    """
    return {
        "version": ODDS_VERSION, "kind": "size of sites", "design": question.case.design.name,
        "weather_years": question.weather_years, "seed": question.case.seed,
        "promise": found[0].promise, "pictures": found[0].pictures,
        "sites": [_row(site, one) for site, one in zip(sites, found, strict=True)],
    }  # fmt: skip


def _row(site: Site, one: Sizing) -> dict[str, Any]:
    place = {"name": site.name, "latitude": site.latitude, "longitude": site.longitude}
    names = ("panel_W", "battery_Ah", "price", "chance", "least", "most", "pictures")
    figures = {name: None if one.best is None else getattr(one.best, name) for name in names}
    kept = {name: None if value is None else round(float(value), 4) for name, value in figures.items()}
    return {**place, **kept, "pictures_a_day": kept["pictures"]}


def size_sites_report(
    question: Question, sites: Sequence[Site], found: Sequence[Sizing], wall_s: float, folder: Path
) -> str:
    """A table, the most demanding sites first."""
    said = (
        f"{size_sites_sentence(found)} {question.weather_years:,} years of weather for every size and site."
    )
    order = sorted(range(len(sites)), key=lambda at: -_need(found[at]))
    head = ("", "panel", "battery", "price", "keeps it", "19 times of 20", "pictures")
    rows = [head, *(_line(sites[at], found[at]) for at in order[:ROWS])]
    more = [f"... and {len(sites) - ROWS:,} more in sites.csv"] if len(sites) > ROWS else []
    parts = [
        paragraph(question.case.design.title, width=WIDTH), paragraph(said, width=WIDTH), "",
        heading("What to buy, the most demanding site first"), table(rows, right=(1, 2, 3, 4, 5, 6)),
        *more, "", f"Seed {question.case.seed}, worked out in {hours_or_s(wall_s)}.", f"Files: {folder}",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def size_sites_sentence(found: Sequence[Sizing]) -> str:
    """At how many sites the promise can be kept."""
    kept = sum(one.best is not None for one in found)
    promise = f"{words.share(found[0].promise)} % of years without a lost hour"
    pictures = f" and {found[0].pictures:g} pictures a day" if found[0].pictures else ""
    return f"At {kept:,} of {len(found):,} sites a size on the map keeps {promise}{pictures}."


def _need(one: Sizing) -> float:
    """Watts times ampere-hours of what to buy; more than any for a site where nothing does."""
    return float("inf") if one.best is None else one.best.panel_W * one.best.battery_Ah


def _line(site: Site, one: Sizing) -> tuple[str, ...]:
    best = one.best
    if best is None:
        return (site.name[:20], *["-"] * 6)
    return (
        site.name[:20], f"{best.panel_W:.3g} W", f"{best.battery_Ah:.3g} Ah",
        "-" if best.price is None else f"{best.price:,.2f}", f"{words.share(best.chance)} %",
        f"{words.share(best.least)} to {words.share(best.most)}", f"{best.pictures:.0f}",
    )  # fmt: skip


def size_sites_png(question: Question, sites: Sequence[Site], found: Sequence[Sizing], path: Path) -> Path:
    """A map of the panel to buy; grey where none on the map does. Returns the path."""
    sizes = sorted(found[0].sizes.panels_W)
    values = [float("nan") if one.best is None else one.best.panel_W for one in found]
    used = [size for size in sizes if size in values] or sizes[:1]
    groups = np.array_split(np.array(used), min(CLASSES, len(used)))
    bounds = [*(float(group[0]) * 0.999 for group in groups), used[-1] * 1.001]
    labels = [f"{group[0]:.2g}" + (f" to {group[-1]:.2g}" if len(group) > 1 else "") for group in groups]
    shades = Shades("panel to buy, W", tuple(bounds), tuple(labels))
    under = f"{question.case.design.name}; {question.weather_years:,} years of weather for every size"
    return map_png(sites, values, shades, size_sites_sentence(found), under, path)
