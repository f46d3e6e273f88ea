"""Several odds side by side: one table, one picture, one document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.odds.comparing import Row

from . import odds_words as words
from . import style
from .odds_json import ODDS_VERSION, asked_json, span_json
from .odds_report import WIDTH, hours_or_s
from .report_parts import heading, paragraph, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Chances that count as the same, 0..1: all see the same weather. Ours.
ALIKE = 0.02


def compare_sentence(rows: Sequence[Row]) -> str:
    """Which is best: of those about as likely as the likeliest the one with most pictures."""
    likeliest = max(row.found.year.chance for row in rows)
    alike = [row for row in rows if row.found.year.chance >= likeliest - ALIKE]
    best = max(alike, key=lambda row: (row.found.year.pictures[0], row.found.year.chance))
    year = best.found.year
    return f"{best.name}: in {words.interval(year)} of years never without supply" + (
        f", {year.pictures[0]:.0f} pictures a day." if any(year.pictures) else "."
    )


def compare_report(rows: Sequence[Row], wall_s: float, folder: Path) -> str:
    """The table as plain text, 80 columns."""
    first = rows[0].question
    lines: list[tuple[str, ...]] = [
        ("", "years without", "19 times", "hours down", "", "lowest", "pictures", "J per"),
        ("", "a lost hour", "of 20", "mean", "P99", "charge", "a day", "picture"),
    ]
    lines += [_line(row) for row in rows]
    parts = [
        paragraph(compare_sentence(rows), width=WIDTH), "", heading("Side by side"),
        table(lines, right=(1, 2, 3, 4, 5, 6, 7)), "",
        paragraph(f"{first.weather_years:,} years of weather for each, the same for all at one site.",
                  width=WIDTH), "",
        f"Seed {first.case.seed}, worked out in {hours_or_s(wall_s)}.", f"Files: {folder}",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _line(row: Row) -> tuple[str, ...]:
    year = row.found.year
    costs = "-" if row.mJ_per_picture is None else f"{row.mJ_per_picture / 1000.0:.1f}"
    pictures = f"{year.pictures[0]:.1f}" if year.pictures[0] else "-"
    return (
        row.name[:20], f"{words.share(year.chance)} %",
        f"{words.share(year.least)} to {words.share(year.most)}", words.hours(year.down_mean_h),
        words.hours(year.down_h[2]), f"{100 * row.found.reserve:.0f} %", pictures, costs,
    )  # fmt: skip


def compare_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Those compared as plain JSON values.

    Keys
    ----
    version, kind ("compare"). rows : name, asked and year (see `analysis.odds_json`), reserve_p90 (0..1),
    mJ_per_picture (null: it takes none).
    """
    return {
        "version": ODDS_VERSION, "kind": "compare",
        "rows": [
            {"name": row.name, "asked": asked_json(row.question), "year": span_json(row.found.year),
             "reserve_p90": round(row.found.reserve, 4),
             "mJ_per_picture": None if row.mJ_per_picture is None else round(row.mJ_per_picture, 1)}
            for row in rows
        ],
    }  # fmt: skip


def compare_png(rows: Sequence[Row], path: Path) -> Path:
    """Four panels with a line for each of them; returns the path."""
    with style.styled():
        figure = style.new_figure(2.6 + 0.55 * len(rows))
        panels = figure.subplots(1, 4, sharey=True, width_ratios=(1.5, 1.2, 1.0, 1.0))
        places = np.arange(len(rows))[::-1]
        _chances(panels[0], rows, places)
        _bars(panels[1], places, [row.found.year.down_mean_h for row in rows], "Hours down a year, mean",
              style.VERMILION)  # fmt: skip
        _bars(panels[2], places, [100.0 * row.found.reserve for row in rows], "Lowest charge, % (P90)",
              style.SKY)  # fmt: skip
        _bars(panels[3], places, [row.found.year.pictures[0] for row in rows], "Pictures a day", style.GREEN)
        panels[0].set_yticks(places, [row.name for row in rows])
        panels[0].set_ylim(-0.6, len(rows) - 0.4)
        first = rows[0].question
        under = f"{words.site_line(first)}; {words.sizes(first.case)}" if _one_place(rows) else ""
        years = f"{first.weather_years:,} years of weather for each"
        style.heading(figure, compare_sentence(rows), "; ".join(part for part in (under, years) if part))
        return style.save(figure, path)


def _one_place(rows: Sequence[Row]) -> bool:
    """Whether design and place are the same for all."""
    first = rows[0].question.case
    return all(
        row.question.case.design.name == first.design.name
        and row.question.case.sources[0].latitude == first.sources[0].latitude
        for row in rows
    )


def _chances(axes: Axes, rows: Sequence[Row], places: Any) -> None:
    for row, place in zip(rows, places, strict=True):
        year = row.found.year
        axes.plot([100.0 * year.least, 100.0 * year.most], [place] * 2, color=style.SKY, linewidth=8,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([100.0 * year.chance], [place], "o", color=style.BLUE, markersize=8, clip_on=False)
        left = year.chance > 0.5
        axes.annotate(f"{words.share(year.chance)} %", (100.0 * (year.least if left else year.most), place),
                      xytext=(-8 if left else 8, 0), textcoords="offset points",
                      ha="right" if left else "left", va="center", fontsize=11)  # fmt: skip
    axes.set_xlim(0, 102)
    axes.set_title("Years without a lost hour, %")
    axes.grid(visible=False, axis="y")


def _bars(axes: Axes, places: Any, values: Sequence[float], title: str, colour: str) -> None:
    axes.barh(places, values, height=0.55, color=colour)
    most = max(*values, 1e-9)
    for place, value in zip(places, values, strict=True):
        text = f"{value:,.1f}" if 0.05 <= value < 10.0 else f"{value:,.0f}"
        axes.text(value + 0.03 * most, place, text, va="center", fontsize=11)
    axes.set_xlim(0, 1.25 * most)
    axes.set_title(title)
    axes.grid(visible=False, axis="y")
