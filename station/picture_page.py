"""One picture: whole, with what its node said with it, and the ones before and after."""

from __future__ import annotations

from collections.abc import Mapping

from station.markup import Child, Markup, tag
from station.page import clock, figures, node_url, page, picture_url, shown_s
from station.records import Node, Picture
from station.store import Store

_CAUSES = ("switched on", "its timer", "something moved", "watchdog", "supply broke down", "unknown")
#: How far to look for the next newer picture, in arrivals of all nodes.
_STEPS = (64, 2048, 65536)


def newer_than(store: Store, picture: Picture) -> Picture | None:
    """The picture of this node that arrived next."""
    for step in _STEPS:
        found = store.pictures(picture.node, before=picture.number + step, count=step)
        newer = [one for one in found if one.number > picture.number]
        if newer:
            return newer[-1]
    return None


def picture_page(store: Store, node: Node, picture: Picture) -> str:
    """The whole picture."""
    older = store.pictures(node.name, before=picture.number, count=1)
    steps = tag(
        "nav", _step(node, older[0] if older else None, "prev", "← older"),
        tag("a", "all pictures", href=node_url(node) + "#pictures"),
        _step(node, newer_than(store, picture), "next", "newer →"), class_="steps",
    )  # fmt: skip
    when = clock(shown_s(picture))
    size = {"width": picture.width or 800, "height": picture.height or 600}
    image = tag(
        "img", src=picture_url(node, picture, ".jpg"), alt=f"Picture of {when}", class_="whole", **size
    )
    suspect = tag("p", f"Suspect: {picture.suspect}", class_="state trouble") if picture.suspect else None
    heading = tag("h1", tag("a", node.name, href=node_url(node)), f" {when}")
    return page(f"{node.name}, {when}", heading, steps, suspect, image, figures(_facts(picture)), steps)


def _step(node: Node, picture: Picture | None, rel: str, text: str) -> Markup:
    if picture is None:
        return tag("span", text, class_="off")
    return tag("a", text, href=picture_url(node, picture), rel=rel)


def _facts(picture: Picture) -> list[tuple[str, Child]]:
    arrived = "as it was taken" if picture.taken_s == picture.received_s else clock(picture.received_s)
    size = f"{picture.width} × {picture.height}" if picture.width else "unknown"
    return [
        ("size", size),
        ("file", f"{picture.size / 1000:.1f} kB"),
        ("arrived", arrived),
        *said_pairs(picture.telemetry),
        ("key", picture.key),
    ]


def said_pairs(said: Mapping[str, object]) -> list[tuple[str, Child]]:
    """A node's telemetry in words; what nobody knows here is shown as it came."""
    found: list[tuple[str, Child]] = []
    for name, value in said.items():
        known = _SAID.get(name)
        if known and type(value) is int:
            found.append((known[0], _of(known[1], value)))
        else:
            found.append((name[:60], str(value)[:200]))
    return found


#: Names of the telemetry: what they are called here, and how their figure is written.
_SAID = {
    "mV": ("battery", "V"), "soc": ("charge", "{} %"), "waiting": ("pictures waiting then", "{}"),
    "wake": ("wake", "{}"), "cause": ("woken by", "cause"), "dark": ("taken in the dark", "yes"),
    "gain": ("gain", "gain"), "lines": ("exposure", "{} lines"), "cfg": ("settings", "number {}"),
}  # fmt: skip


def _of(form: str, value: int) -> str:
    if form == "V":
        return f"{value / 1000:.2f} V"
    if form == "gain":
        return f"{value / 16:.1f}"
    if form == "cause":
        return _CAUSES[value] if 0 <= value < len(_CAUSES) else str(value)
    if form == "yes":
        return "yes" if value else "no"
    return form.format(value)
