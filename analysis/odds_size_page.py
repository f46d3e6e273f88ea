"""The map of sizes as one HTML file: point at a size, move the promise."""

from __future__ import annotations

from html import escape
from pathlib import Path

from . import odds_words as words
from .odds_page import figure, table, write
from .odds_size_report import Sizing, doubt_sentence, size_json, size_sentence


def size_page(one: Sizing, path: Path) -> Path:
    """Write the page; returns the path."""
    caption = "Beyond the line the promise is kept. Star: what to buy. Point at a size for its figures."
    head = ("panel", "battery", "price", "keeps it", "19 times of 20", "pictures a day")
    rows = [
        (f"{offer.panel_W:.3g} W", f"{offer.battery_Ah:.3g} Ah",
         "-" if offer.price is None else f"{offer.price:,.2f}", f"{words.share(offer.chance)} %",
         f"{words.share(offer.least)} to {words.share(offer.most)}", f"{offer.pictures:.0f}")
        for offer in one.offers
    ]  # fmt: skip
    notes = "".join(f"<li>{escape(note)}</li>" for note in words.assumptions(one.question))
    under = f"{one.question.case.design.title}. {words.site_line(one.question)}."
    promise = (
        '<p><label>Promise: <input id="promise" type="range" min="0" max="1" step="any"></label> '
        '<output id="promised"></output></p>'
    )
    body = (
        f"<h1>{escape(size_sentence(one))}</h1>"
        f'<p class="faint">{escape(under)}</p><p>{escape(doubt_sentence(one))}</p>{promise}'
        f'<div class="charts">{figure("map", "Years in which the promise is kept", caption, wide=True)}</div>'
        "<details open><summary>For each panel the smallest battery, at the promise that was asked for"
        f"</summary>{table(head, rows)}</details>"
        f"<details><summary>What was assumed</summary><ul>{notes}</ul></details>"
    )
    return write(path, size_sentence(one), body, size_json(one))
