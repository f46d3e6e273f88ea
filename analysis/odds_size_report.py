"""The answer of `torpor size` in words, as a map of characters, and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.odds.question import Question
from sim.odds.sizing import Offer, Sizes, Survey, best, offers

from . import odds_words as words
from .odds_json import ODDS_VERSION, asked_json
from .odds_report import WIDTH, hours_or_s
from .report_parts import heading, paragraph, table

#: Signs of the map: the promise is kept, it is in nine years of ten, in half of them, seldom.
KEPT, NEARLY, HALF, SELDOM, CHOSEN = "#", "+", "-", ".", "@"
#: Most columns of the map; more are left out evenly.
COLUMNS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Sizing:
    """A map of sizes, and what was promised: `promise` of the years (0..1) without a lost hour and with
    `pictures` a day at least."""

    question: Question
    sizes: Sizes
    found: Survey
    promise: float
    pictures: float

    @property
    def best(self) -> Offer | None:
        """What to buy."""
        return best(self.found, self.sizes, self.promise)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The smallest battery for each panel."""
        return offers(self.found, self.sizes, self.promise)


def size_sentence(one: Sizing) -> str:
    """What to buy, in one sentence."""
    chosen, promise = one.best, f"{words.share(one.promise)} % of years without a lost hour"
    if one.pictures:
        promise += f" and {one.pictures:g} pictures a day"
    if chosen is None:
        return f"No size on the map keeps the promise of {promise}."
    price = f" for {chosen.price:,.2f}" if chosen.price is not None else ""
    what = "cheapest" if chosen.price is not None else "smallest"
    return (
        f"The {what} that keeps {promise}: {chosen.panel_W:.3g} W panel and {chosen.battery_Ah:.3g} Ah "
        f"battery{price}."
    )


def doubt_sentence(one: Sizing) -> str:
    """How sure that is."""
    chosen = one.best
    if chosen is None:
        at = np.unravel_index(int(np.argmax(one.found.chance)), one.found.chance.shape)
        return f"The best of them keeps it in {words.share(float(one.found.chance[at]))} % of years."
    sure = f"{words.share(chosen.least)} to {words.share(chosen.most)}"
    return (
        f"It keeps it in {words.share(chosen.chance)} % of {one.found.years:,} years (19 times of 20 the "
        f"truth is {sure}); --years with more of them says it more sharply."
    )


def size_report(one: Sizing, wall_s: float, folder: Path) -> str:
    """The whole report as plain text, 80 columns."""
    case = one.question.case
    parts = [
        paragraph(case.design.title, width=WIDTH) + "\n" + words.site_line(one.question),
        paragraph(" ".join((size_sentence(one), doubt_sentence(one), *coarse(one))), width=WIDTH),
        _map(one), _offers(one),
        "\n".join((heading("What was assumed"),
                   *(paragraph(note, "- ", WIDTH) for note in words.assumptions(one.question)))),
        f"Seed {case.seed}, worked out in {hours_or_s(wall_s)}.\nFiles: {folder}",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _map(one: Sizing) -> str:
    panels = np.argsort(one.sizes.panels_W)
    batteries = np.argsort(one.sizes.batteries_Ah)[::-1]
    shown = panels[np.unique(np.linspace(0, len(panels) - 1, min(COLUMNS, len(panels))).astype(int))]
    lines = [
        f"{one.sizes.batteries_Ah[battery]:8.3g} Ah  "
        + "  ".join(_sign(one, int(panel), int(battery)) for panel in shown)
        for battery in batteries
    ]
    low, high = one.sizes.panels_W[shown[0]], one.sizes.panels_W[shown[-1]]
    wide = 3 * len(shown) - 2
    ends = f"{low:.3g} W".ljust(max(wide - len(f"{high:.3g} W"), 0)) + f"{high:.3g} W"
    said = f"{KEPT} keeps it  {NEARLY} in 9 years of 10  {HALF} in half  {SELDOM} less  {CHOSEN} chosen"
    title = heading("Battery up, panel to the right")
    return "\n".join([title, *lines, " " * 13 + ends, said])


def _sign(one: Sizing, panel: int, battery: int) -> str:
    chosen, chance = one.best, float(one.found.chance[panel, battery])
    if chosen and (chosen.panel, chosen.battery) == (panel, battery):
        return CHOSEN
    return KEPT if chance >= one.promise else NEARLY if chance >= 0.9 else HALF if chance >= 0.5 else SELDOM


def _offers(one: Sizing) -> str:
    if not one.offers:
        return ""
    price = one.sizes.priced
    head = ("panel", "battery", *(["price"] if price else []), "keeps it", "19 times of 20", "pictures a day")
    rows = [head, *(_row(offer) for offer in one.offers)]
    right = tuple(range(len(head)))
    return "\n".join((heading("For each panel the smallest battery"), table(rows, right)))


def _row(offer: Offer) -> tuple[str, ...]:
    return (
        f"{offer.panel_W:.3g} W", f"{offer.battery_Ah:.3g} Ah",
        *([f"{offer.price:,.2f}"] if offer.price is not None else []), f"{words.share(offer.chance)} %",
        f"{words.share(offer.least)} to {words.share(offer.most)}", f"{offer.pictures:.0f}",
    )  # fmt: skip


def size_json(one: Sizing) -> dict[str, Any]:
    """A map of sizes as plain JSON values.

    Keys
    ----
    version, kind ("size"), asked (see `analysis.odds_json.asked_json`), promise (0..1), pictures (a day).
    panels_W, batteries_Ah; panel_prices, battery_prices (null: none named); years lived by each size.
    chance : share of the years in which the promise is kept, a list for each panel; down_h : mean a year;
    pictures_a_day : mean. best : null, or see `offer_json`; offers : for each panel the smallest battery.
    """
    sizes, found = one.sizes, one.found
    chosen = one.best
    return {
        "version": ODDS_VERSION, "kind": "size", "asked": asked_json(one.question),
        "promise": one.promise, "pictures": one.pictures,
        "panels_W": [float(f"{size:.8g}") for size in sizes.panels_W],
        "batteries_Ah": [float(f"{size:.8g}") for size in sizes.batteries_Ah],
        "panel_prices": list(sizes.panel_prices) or None,
        "battery_prices": list(sizes.battery_prices) or None, "years": found.years,
        "chance": _lists(found.chance, 6), "down_h": _lists(found.down_h / max(1, found.years), 2),
        "pictures_a_day": _lists(found.pictures_a_day(), 2),
        "best": None if chosen is None else offer_json(chosen),
        "offers": [offer_json(offer) for offer in one.offers],
    }  # fmt: skip


def offer_json(offer: Offer) -> dict[str, Any]:
    """panel_W, battery_Ah, price (or null), chance, least, most, pictures_a_day."""
    return {
        "panel_W": round(offer.panel_W, 4), "battery_Ah": round(offer.battery_Ah, 4),
        "price": None if offer.price is None else round(offer.price, 2), "chance": round(offer.chance, 6),
        "least": round(offer.least, 6), "most": round(offer.most, 6),
        "pictures_a_day": round(offer.pictures, 2),
    }  # fmt: skip


def _lists(values: Any, digits: int) -> list[list[float]]:
    return [[round(float(value), digits) for value in row] for row in values]


def coarse(one: Sizing) -> tuple[str, ...]:
    """What so few years cannot tell, as a sentence, or nothing."""
    years = one.found.years
    if 1.0 - 1.0 / years < one.promise < 1.0:
        told = f"{years:,} years cannot tell {words.share(one.promise)} % from all of them."
        return (told,)
    return ()
