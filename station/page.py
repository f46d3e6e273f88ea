"""What every page of the station shares: head, foot, and how times and figures are written."""

from __future__ import annotations

import time
from urllib.parse import quote

from station.markup import Child, Markup, join, tag
from station.quiet import Quiet, span_words
from station.records import Node, Picture


def page(
    title: str, *body: Child, refresh_s: int | None = None, refresh_to: str | None = None, first: bool = False
) -> str:
    """One whole document. `refresh_s`: it loads itself anew, or `refresh_to`, after so long; `first`: it is
    the page that the others lead back to."""
    again = f"{refresh_s}; url={refresh_to}" if refresh_to else refresh_s
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", http_equiv="refresh", content=again) if refresh_s else None,
        tag("title", title),
        tag("link", rel="icon", href="/icon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="/page.css"),
    )
    icon = tag("img", src="/icon.svg", alt="", width=28, height=28)
    top = tag("header", tag("a", icon, "Torpor", None if first else tag("small", "all nodes"), href="/"))
    return "<!doctype html>" + tag("html", head, tag("body", top, tag("main", *body)), lang="en")


def node_url(node: Node, *rest: str) -> str:
    """Where a node's page is, or what lies below it."""
    return "/".join(["/nodes", *(quote(part, safe="") for part in (node.name, *rest))])


def picture_url(node: Node, picture: Picture, ending: str = "") -> str:
    """A picture's page; ".jpg": the picture as it came; "-small.jpg": its thumbnail."""
    return node_url(node, "pictures", picture.key + ending)


def thumb(node: Node, picture: Picture) -> Markup:
    """A picture of a contact sheet, or why there is none."""
    when = clock(shown_s(picture))
    if picture.thumb == "made":
        size = {"width": 320, "height": 240, "loading": "lazy", "decoding": "async"}
        inner = tag("img", src=picture_url(node, picture, "-small.jpg"), alt=f"Picture of {when}", **size)
    else:
        waits = picture.thumb == "waiting"
        inner = tag("span", "being looked at" if waits else "cannot be opened", class_="blank")
    mark = tag("span", "suspect", class_="mark", title=picture.suspect) if picture.suspect else None
    label = tag("span", moment(shown_s(picture), time.strftime("%d %b %H:%M", _local(picture))), mark)
    return tag("a", inner, label, href=picture_url(node, picture), class_="thumb")


def _local(picture: Picture) -> time.struct_time:
    return time.localtime(shown_s(picture))


def shown_s(picture: Picture) -> float:
    """When it was taken, or else when it came."""
    return picture.received_s if picture.taken_s is None else picture.taken_s


def clock(t_s: float) -> str:
    """A time for people, by the station's clock."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(t_s))


def moment(t_s: float, text: str | None = None) -> Markup:
    """A time that a machine can read as well."""
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t_s))
    return tag("time", text or clock(t_s), datetime=iso, title=clock(t_s))


def ago(t_s: float | None, now_s: float) -> Child:
    """How long ago something was."""
    return "never" if t_s is None else moment(t_s, f"{span_words(max(0.0, now_s - t_s))} ago")


def state(quiet: Quiet) -> Markup:
    """The sentence on why a node is quiet, with its mark."""
    return tag("p", quiet.why, class_=f"state {quiet.kind}")


def gauge(soc: int | None) -> Markup:
    """Charge as a bar with its figure."""
    if soc is None:
        return tag("p", "charge unknown", class_="gauge")
    share = min(max(soc, 0), 100)
    bar = tag(
        "svg", tag("rect", width=100, height=6, class_="empty"), tag("rect", width=share, height=6),
        viewBox="0 0 100 6", preserveAspectRatio="none", aria_hidden="true",
        class_="low" if soc < 25 else "high",
    )  # fmt: skip
    return tag("p", bar, tag("b", f"{soc} %"), class_="gauge")


def figures(pairs: list[tuple[str, Child]]) -> Markup:
    """Named figures."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs))


def hours(value: float, late: bool = False) -> str:
    """Hours as a person writes them; a node that is late cannot have told of its last."""
    if late and value <= 0.0:
        return "none that it told of"
    return "none" if value <= 0.0 else f"{value:.1f} h" if value < 10 else f"{value:.0f} h"


def section(title: str, *children: Child, note: str | None = None, id_: str | None = None) -> Markup:
    """A titled part of a page."""
    under = tag("p", note, class_="note") if note else None
    return tag("section", tag("h2", title), under, join(*children), id=id_)
