"""One node: how it stands, its pictures as a contact sheet, its curves, its energy, its journal in words."""

from __future__ import annotations

from sim.readings import readings_of
from station.balance import Spent, spent
from station.forecast import Forecast
from station.markup import Child, Markup, tag
from station.node_curves import GRAIN, charge_curve, harvest_curve, panel_curve, reading_curves
from station.page import ago, figures, gauge, hours, moment, node_url, page, section, state, thumb
from station.quiet import is_late, span_words, why_quiet
from station.standing import Standing, design_of
from station.store import Store
from station.words import count, words

#: The page loads itself anew when its forecast should be there, s.
SOON_s = 20
#: Pictures of one page of the contact sheet; entries of the journal.
SHEET, ENTRIES = 24, 150
#: What every wake says tells an owner nothing.
_IDLE = frozenset(
    "WOKE SLEPT BATTERY LIGHT GAIN LINES SIGNAL LOG_SENT STORED SENT SUN QUIET RETRIGGER BATCH GO WATCH"
    " PICTURE".split()
)


def node_page(
    store: Store,
    node: Standing,
    expected: Forecast | None,
    coming: bool,
    days: int,
    before: int | None,
    suspects: bool,
    live: bool = False,
) -> str:
    """The whole page. `expected`, `coming`: its forecast, or whether one is being made; `days`: of the
    curves; `before`, `suspects`: of the contact sheet; `live`: it is in install mode now."""  # fmt: skip
    head = tag("h1", node.node.name)
    body = [
        head,
        _design(node),
        state(why_quiet(node)),
        _hang_up(node, live),
    ]
    if node.node.heard_s is None:
        return page(node.node.name, *body)
    body += [gauge(node.soc), _figures(node)]
    if node.newest is not None:
        body.append(_sheet(store, node, before, suspects))
    body.append(_curves(store, node, expected, coming, days))
    if node.newest is not None:
        body.append(_energy(spent(node.life.since(node.now_s - days * 86_400.0)), days))
    body.append(_journal(node))
    return page(node.node.name, *body, refresh_s=SOON_s if coming and not before else None)


def _design(node: Standing) -> Markup:
    design = design_of(node.node.design)
    if design is None:
        advice = tag("code", f"torpor node design {node.node.name} DESIGN")
        return tag("p", "No design: ", advice, " gives it a forecast and a harvest.", class_="note")
    return tag("p", design.title, class_="note")


def _hang_up(node: Standing, live: bool) -> Markup | None:
    """The way to the page of install mode: while it is in it, and while nothing was ever heard of it."""
    if not live and node.node.heard_s is not None:
        return None
    text = "It is being hung up now: see what it sees →" if live else "Hang it up: see what it sees →"
    return tag("p", tag("a", text, href=node_url(node.node, "install")), class_="state new")


def _figures(node: Standing) -> Markup:
    restarts, down_h = node.down
    mV, waiting = node.number("mV"), node.number("waiting")
    down = f"{count(restarts, 'time')}, at most {hours(down_h)}" if restarts else "never"
    pairs: list[tuple[str, Child]] = [
        ("last seen", ago(node.node.heard_s, node.now_s)),
        ("seldom silent for more than", span_words(node.usual_s) if node.usual_s else None),
        ("battery", f"{mV / 1000:.2f} V" if mV else None),
        ("waiting on it", str(waiting) if waiting is not None else None),
        ("locked out", hours(node.locked_h, is_late(node))),
        ("without supply", down),
        ("stored here", f"{node.node.stored_bytes / 1e6:.1f} MB" if node.node.stored_bytes else None),
    ]
    return figures([pair for pair in pairs if pair[1] is not None])


def _sheet(store: Store, node: Standing, before: int | None, suspects: bool) -> Markup:
    """A page of pictures; the next begins before the last of this."""
    found = store.pictures(node.node.name, before, SHEET, suspects)
    url = node_url(node.node)
    which = "suspects=1&" if suspects else ""
    steps = tag(
        "nav",
        tag("a", "newest", href=f"{url}?{which}#pictures") if before else None,
        tag("a", "all", href=f"{url}#pictures") if suspects else
        tag("a", "only suspects", href=f"{url}?suspects=1#pictures"),
        tag("a", "older →", href=f"{url}?{which}before={found[-1].number}#pictures", rel="next")
        if len(found) == SHEET else None,
        class_="steps",
    )  # fmt: skip
    sheet = tag("div", *(thumb(node.node, one) for one in found), class_="sheet")
    empty = tag("p", "No suspects." if suspects else "No more pictures.", class_="note")
    return section(
        "Suspect pictures" if suspects else "Pictures", sheet if found else empty, steps, id_="pictures"
    )


def _curves(store: Store, node: Standing, expected: Forecast | None, coming: bool, days: int) -> Markup:
    """The charge, and everything else that is known over time."""
    url = node_url(node.node)
    choice = tag(
        "nav",
        *(
            tag("b", f"{one} days")
            if one == days
            else tag("a", f"{one} days", href=f"{url}?days={one}#curves")
            for one in GRAIN
        ),
        class_="steps",
    )
    batches = store.readings(node.node.name)
    of = batches[-1].of if batches else ()
    drawn = [
        *reading_curves(node, of, readings_of(batches), days),
        charge_curve(node, expected, days),
        harvest_curve(node, expected, days),
        panel_curve(node, days),
    ]
    note = "The forecast of the simulator is being computed." if coming and not expected else None
    there = [one for one in drawn if one is not None]
    body = tag("div", *there, class_="figures") if there else tag("p", "Nothing told yet.", class_="note")
    return section("Energy and readings" if batches else "Energy", choice, body, note=note, id_="curves")


def _energy(found: Spent, days: int) -> Markup:
    """What the node's own books say about pictures that showed nothing."""
    rows = [
        ("sleep", "", found.asleep_J),
        ("wakes that brought a picture", str(found.pictures), found.picture_J),
        ("camera on, but no picture (too dark, or failed)", str(found.nothing), found.nothing_J),
        ("other wakes: motions let pass, rests, Wi-Fi", str(found.other), found.other_J),
    ]
    all_J = sum(row[2] for row in rows) or 1.0
    body = [
        tag(
            "tr", tag("th", name, scope="row"), tag("td", number), tag("td", f"{joules / 3600:.3f} Wh"),
            tag("td", f"{100 * joules / all_J:.0f} %"),
        )
        for name, number, joules in rows
    ]  # fmt: skip
    head = tag("tr", *(tag("th", name, scope="col") for name in ("for", "wakes", "energy", "share")))
    note = f"By the node's own books, as far as they have arrived, {days} days."
    return section("Where its energy went", tag("table", tag("thead", head), tag("tbody", *body)), note=note)


def _journal(node: Standing) -> Markup:
    """What happened, the newest first; the same again is counted."""
    lines: list[tuple[float, str, int]] = []
    for event in reversed(node.life.events):
        if event.reason in _IDLE:
            continue
        text = words(event.reason, event.argument, node.facts)
        if lines and lines[-1][1] == text:
            lines[-1] = (lines[-1][0], text, lines[-1][2] + 1)
        elif len(lines) == ENTRIES:
            break
        else:
            lines.append((event.t_s, text, 1))
    items = [
        tag("li", moment(t_s), tag("span", text, tag("b", f" × {times}") if times > 1 else None))
        for t_s, text, times in lines
    ]
    note = "Times of a node without a clock are spread between its uploads."
    body = tag("ol", *items, class_="journal") if items else tag("p", "Nothing of note.", class_="note")
    return section("Journal", body, note=note)
