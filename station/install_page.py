"""The page for somebody who hangs a node up: what it sees now, how well it is heard, what is missing.

It is small and loads itself anew every few seconds, but only while there is something new to come.
"""

from __future__ import annotations

from typing import Any

from station.led_codes import led_codes, signal_words
from station.led_drawing import code_table
from station.markup import Child, Markup, tag
from station.page import figures, gauge, node_url, page, section
from station.previews import Preview
from station.quiet import span_words
from station.records import Node
from station.words import count

#: How often the page loads itself anew while previews come, and while one is waited for, which ends.
LIVE_EVERY_s, WAITING_EVERY_s, GIVE_UP_s = 3, 10, 1800.0
#: Below this charge a node should not be hung up, per cent.
LOW_PCT = 50


def install_page(node: Node, shown: Preview | None, now_s: float, asked_s: float) -> str:
    """The whole page. `asked_s`: for how long it has been waiting by loading itself anew."""
    live = shown is not None and shown.is_live(now_s)
    head: list[Child] = [tag("h1", node.name), tag("p", _headline(shown, now_s), class_=_mark(live))]
    body = [*_seen(node, shown, now_s), _missing(shown, now_s)] if shown else [_how()]
    signs = section("What its LED says", code_table(), note="Print it: torpor card")
    refresh_s = LIVE_EVERY_s if live else WAITING_EVERY_s if asked_s < GIVE_UP_s else None
    back = tag("p", tag("a", "All about it", href=node_url(node)), class_="steps")
    again = (
        None if live or refresh_s is None else f"{node_url(node, 'install')}?asked={int(asked_s) + refresh_s}"
    )
    return page(
        f"{node.name}: hanging it up", *head, *body, signs, back, refresh_s=refresh_s, refresh_to=again
    )


def _headline(shown: Preview | None, now_s: float) -> str:
    if shown is None:
        return "Waiting for its first words. Switch it on."
    age_s = now_s - shown.received_s
    if shown.is_live(now_s):
        return f"Being hung up. {_left(shown.told.get('left', 0) - age_s)} of install mode left."
    return f"Install mode is over, or it is out of reach: last heard {span_words(age_s)} ago."


def _left(seconds: float) -> str:
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{max(0, round(seconds))} s"


def _mark(live: bool) -> str:
    return "state" if live else "state new"


def _seen(node: Node, shown: Preview, now_s: float) -> list[Markup]:
    """Picture, signal, motion, battery."""
    age_s = now_s - shown.received_s
    told = shown.told
    look: Child = "No picture."
    if shown.jpeg:
        url = node_url(node, "previews", f"{shown.key}.jpg")
        look = tag("img", src=url, alt="What it sees now", width=320, height=240, class_="whole")
    mV = told.get("mV", 0)
    pairs: list[tuple[str, Child]] = [
        ("picture", f"{_left(age_s)} old" if shown.jpeg else "none"),
        ("Wi-Fi", _signal(told.get("rssi", 0))),
        ("last motion", _motion(told, age_s)),
        ("battery", f"{mV / 1000:.2f} V" if mV else "no meter"),
    ]
    return [tag("div", look, class_="preview"), figures(pairs), gauge(told.get("soc"))]


def _signal(dBm: int) -> Markup:
    """Bars, the figure, and a word."""
    bars = led_codes().bars(dBm)
    rects = [
        tag(
            "rect", x=8 * at, y=18 - 5 * at, width=6, height=5 + 5 * at, class_=None if at < bars else "empty"
        )
        for at in range(4)
    ]
    svg = tag("svg", *rects, viewBox="0 0 30 23", width=30, height=23, class_="bars", aria_hidden="true")
    words = signal_words(bars)
    return tag("span", svg, f" {dBm} dBm, {words}" if dBm else f" {words}", class_="signal")


def _motion(told: Any, age_s: float) -> str:
    moved_s, motions = told.get("moved", -1), told.get("motions", 0)
    return f"{_left(moved_s + age_s)} ago, {count(motions, 'motion')}" if moved_s >= 0 else "none yet"


def missing(shown: Preview | None) -> list[str]:
    """What is still to be done, in sentences."""
    if shown is None:
        return ["It has not spoken yet."]
    told, found = shown.told, []
    fault = led_codes().of(told.get("fault", 0))
    if fault:
        found.append(f"{fault.says[0].upper()}{fault.says[1:]}: {fault.todo}.")
    bars = led_codes().bars(told.get("rssi", 0))
    if bars == 1:
        found.append("The Wi-Fi is weak here: turn it, move it, or bring the access point nearer.")
    if not told.get("motions", 0):
        found.append("The motion sensor has seen nothing yet: walk about, the LED must light up.")
    if 0 < told.get("soc", 100) < LOW_PCT:
        found.append(f"The battery has {told['soc']} %: better charge it before it stays outside.")
    return found


def _missing(shown: Preview | None, now_s: float) -> Markup:
    found = missing(shown)
    if not found:
        return tag("p", "Nothing is missing. Close the box: it goes to sleep by itself.", class_="state")
    return section("Still to do", tag("ul", *(tag("li", one) for one in found), class_="todo"))


def _how() -> Markup:
    text = (
        "A new node is in install mode for ten minutes after power-on; one that was hung up before, if its"
        " bench switch is closed at power-on. It must be in reach of your Wi-Fi."
    )
    return tag("p", text, class_="note")


def as_document(node: Node, shown: Preview | None, now_s: float) -> dict[str, Any]:
    """The same for a program."""
    if shown is None:
        return {"version": 1, "node": node.name, "live": False, "missing": missing(None)}
    told = shown.told
    bars = led_codes().bars(told.get("rssi", 0))
    return {
        "version": 1,
        "node": node.name,
        "live": shown.is_live(now_s),
        "age_s": round(now_s - shown.received_s, 1),
        "picture": f"/nodes/{node.name}/previews/{shown.key}.jpg" if shown.jpeg else None,
        "rssi_dBm": told.get("rssi") or None,
        "bars": bars,
        "signal": signal_words(bars),
        "motions": told.get("motions", 0),
        "moved_s": told["moved"] if told.get("moved", -1) >= 0 else None,
        "battery_mV": told.get("mV") or None,
        "soc_pct": told.get("soc"),
        "left_s": told.get("left", 0),
        "fault": told.get("fault", 0),
        "missing": missing(shown),
    }
