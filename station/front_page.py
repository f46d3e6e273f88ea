"""The first page: one card per node, and what needs looking at first."""

from __future__ import annotations

import time

from sim.readings import in_units, readings_of
from station.curves import Frame, drawing, line, spans, thinned
from station.markup import Child, Markup, join, tag
from station.node_curves import told
from station.page import ago, clock, figures, gauge, hours, node_url, page, picture_url, shown_s, state
from station.quiet import Quiet, is_late, why_quiet
from station.standing import LATELY_s, Standing, charges, locked_spans
from station.store import Store

#: The page loads itself anew so often, s.
REFRESH_s = 120
_FIRST = ("trouble", "new", "resting", "well")


def front_page(store: Store, nodes: list[Standing]) -> str:
    """All nodes."""
    said = [(node, why_quiet(node)) for node in nodes]
    said.sort(key=lambda one: (_FIRST.index(one[1].kind), one[0].node.name))
    cards = [_card(store, node, quiet) for node, quiet in said]
    troubles = sum(quiet.kind == "trouble" for _, quiet in said)
    title = "Your nodes" if not troubles else f"Your nodes: {troubles} in trouble"
    nothing = tag("p", "No node may send yet: ", tag("code", "torpor new NAME"), class_="state new")
    body = tag("div", *cards, class_="cards") if cards else nothing
    return page(title, tag("h1", "Your nodes"), body, refresh_s=REFRESH_s, first=True)


def _card(store: Store, node: Standing, quiet: Quiet) -> Markup:
    heard = node.node.heard_s is not None
    return tag(
        "article", _look(store, node), tag("h2", tag("a", node.node.name, href=node_url(node.node))),
        state(quiet), gauge(node.soc) if heard else None, _lately(store, node) if heard else None,
        class_=f"card {quiet.kind}",
    )  # fmt: skip


def _lately(store: Store, node: Standing) -> Markup:
    restarts, down_h = node.down
    pairs: list[tuple[str, Child]] = [
        ("last seen", ago(node.node.heard_s, node.now_s)),
        *([("pictures today", today(store, node))] if node.newest else []),
        ("locked out (30 days)", hours(node.locked_h, is_late(node))),
        ("no supply (30 days)", f"at most {hours(down_h)}" if restarts else "never"),
    ]
    return figures(pairs)


def _look(store: Store, node: Standing) -> Markup:
    """Its last picture; without one its last readings and the course of its charge."""
    url = node_url(node.node)
    if node.node.heard_s is None:
        return tag("a", tag("p", "Nothing yet.", class_="note"), href=url, class_="look told none")
    if node.newest is None:
        return tag("a", *_readings(store, node), charge_sketch(node), href=url, class_="look told")
    alt = f"Last picture of {node.node.name}, {clock(shown_s(node.newest))}"
    image = tag("img", src=picture_url(node.node, node.newest, ".jpg"), alt=alt, width=800, height=600)
    label = tag("span", ago(shown_s(node.newest), node.now_s))
    return tag("a", image, label, href=picture_url(node.node, node.newest), class_="look")


def _readings(store: Store, node: Standing) -> list[Markup]:
    """What a node with readings has measured last."""
    batches = store.readings(node.node.name)[-1:]
    found = readings_of(batches)
    if not found:
        return []
    last = max(found, key=lambda one: one.unix_s or 0)
    return [_reading(name, value) for name, value in zip(batches[0].of, last.values, strict=False)]


def _reading(name: str, value: int) -> Markup:
    title, size, unit = in_units(name)
    return tag("div", title, tag("b", told(value * size, unit)))


def charge_sketch(node: Standing) -> Markup:
    """The charge of the last 30 days."""
    points = charges(node)
    if not points:
        return tag("p", "Nothing yet.", class_="note")
    frame = Frame(node.now_s - LATELY_s, node.now_s, 0.0, 100.0, width=320, height=120)
    dark = spans(frame, locked_spans(node.life.events, node.now_s), "locked")
    return join(drawing(frame, "%", "Charge of 30 days", dark, line(frame, thinned(points), "measured")))


def today(store: Store, node: Standing) -> str:
    """How many pictures came since midnight."""
    now = time.localtime(node.now_s)
    midnight_s = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
    found = [one for one in store.pictures(node.node.name, count=1000) if one.received_s >= midnight_s]
    return f"{len(found)} or more" if len(found) == 1000 else str(len(found))
