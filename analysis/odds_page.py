"""The odds as one HTML file that needs nothing else: the answer in words, charts that answer to the pointer,
the figures as a table. Light or dark as the reader's screen is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sim.odds.question import Question
from sim.odds.sensitivity import Effect, first_step
from sim.odds.viability import Span, Viability

from . import odds_words as words
from .odds_json import viability_json

_HERE = Path(__file__).resolve().parent


def viability_page(question: Question, found: Viability, effects: Sequence[Effect], path: Path) -> Path:
    """Write one node's page; returns the path."""
    said = [words.down_sentence(found), words.reserve_sentence(found), words.wear_sentence(found)]
    said += [words.first_sentence(first_step(list(effects)))] if effects else []
    charts = [
        figure("months", "Years without a lost hour", "Bars: where the truth lies 19 times of 20."),
        figure("hours", "Hours lost in a year", "Shares of the years."),
        figure("charge", "Battery: lowest charge of each week",
               "Line: usual. Dashed: one year in ten. Lowest: one in a hundred."),
        figure("energy", "Energy by month", "Wide: the charger could have had. Narrow: the node used."),
    ]  # fmt: skip
    if effects:
        charts.append(figure("sensitivity", "What would change it most",
                             "Each input alone, under the same weather.", wide=True, tabs=True))  # fmt: skip
    notes = "".join(f"<li>{escape(note)}</li>" for note in words.assumptions(question))
    body = (
        f"<h1>{escape(words.chance_sentence(found))}</h1>"
        f'<p class="faint">{escape(_under(question, found))}</p>'
        f"<p>{escape(' '.join(one for one in said if one))}</p>"
        f'<div class="charts">{"".join(charts)}</div>'
        f"<details open><summary>Month by month</summary>{_months(found)}</details>"
        f"<details><summary>What was assumed</summary><ul>{notes}</ul></details>"
    )
    return write(path, words.chance_sentence(found), body, viability_json(question, found, effects))


def _under(question: Question, found: Viability) -> str:
    nodes = found.node_years // max(1, found.weather_years)
    return (
        f"{question.case.design.title}. {words.sizes(question.case)}; {words.site_line(question)}. "
        f"{found.weather_years:,} years of weather, each lived by {nodes} nodes."
    )


def figure(name: str, title: str, caption: str, wide: bool = False, tabs: bool = False) -> str:
    """A place for a chart that the page's script draws."""
    measures = '<div id="measures" class="tabs"></div>' if tabs else ""
    return (
        f"<figure{' class=wide' if wide else ''}><h2>{escape(title)}</h2>{measures}"
        f'<div id="{name}"></div><figcaption>{escape(caption)}</figcaption></figure>'
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of text."""
    heads = "".join(f"<th>{escape(one)}</th>" for one in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{heads}</tr>{lines}</table></div>'


def _months(found: Viability) -> str:
    head = ("", "years without a lost hour", "19 times of 20", "hours down, mean", "P90", "P99",
            "sun over need", "pictures a day, P50", "P90")  # fmt: skip
    return table(head, [_row(span) for span in (*found.months, found.year)])


def _row(span: Span) -> tuple[str, ...]:
    return (
        span.name, f"{words.share(span.chance)} %", f"{words.share(span.least)} to {words.share(span.most)}",
        f"{span.down_mean_h:.1f}", f"{span.down_h[1]:.0f}", f"{span.down_h[2]:.0f}",
        f"{span.margin:.1f}" if span.margin < 1000 else "-", f"{span.pictures[0]:.0f}",
        f"{span.pictures[1]:.0f}",
    )  # fmt: skip


def write(path: Path, title: str, body: str, data: Mapping[str, Any]) -> Path:
    """Write a page around its body, with the document that its script draws from."""
    style = (_HERE / "odds_page.css").read_text("utf-8")
    script = (_HERE / "odds_page.js").read_text("utf-8")
    kept = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body><main>{body}"
        "<footer><p>Made by torpor; the figures stand in this file as JSON as well.</p></footer></main>"
        '<div id="tip" role="status"></div>'
        f'<script type="application/json" id="data">{kept}</script><script>{script}</script></body></html>\n'
    )
    path.write_text(page, "utf-8")
    return path
