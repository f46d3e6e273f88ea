"""Flashes of an LED as bars of light over time: SVG for the page and for the printed card."""

from __future__ import annotations

from station.led_codes import LedCode, LedCodes, led_codes
from station.markup import Markup, tag

#: Width of a drawing in its own units, which are ms / 25; whatever is longer is cut off there.
WIDE, HIGH, MS = 232, 12, 25
#: Of flickers only so many are drawn to show that they are many.
_MANY = 15


def flashes(code: LedCode, codes: LedCodes) -> list[tuple[int, int]]:
    """(begins, lasts) of each flash, ms."""
    ms = codes.ms
    lit, dark = (ms["FLICKER_ms"], ms["FLICKER_ms"]) if code.kind == "flicker" else (
        ms["SHORT_ms" if code.kind == "short" else "LONG_ms"], ms["DARK_ms"]
    )  # fmt: skip
    return [(at * (lit + dark), lit) for at in range(min(code.count, _MANY))]


def drawing(lit: list[tuple[int, int]]) -> Markup:
    """A line of time, and light on it."""
    rects = [tag("rect", x=0, y=HIGH / 2 - 0.5, width=WIDE, height=1, class_="dark")]
    rects += [
        tag("rect", x=round(begins / MS, 1), y=0, width=max(1.2, round(lasts / MS, 1)), height=HIGH, rx=1.5)
        for begins, lasts in lit
        if begins / MS < WIDE
    ]
    return tag("svg", *rects, viewBox=f"0 0 {WIDE} {HIGH}", class_="flashes", aria_hidden="true")


def rows() -> list[tuple[str, list[tuple[int, int]], str, str]]:
    """(in words, flashes, what it says, what to do) of all that the LED says, in the order of a start."""
    codes = led_codes()
    ms = codes.ms
    winks = [(at * ms["PAUSE_ms"], ms["WINK_ms"]) for at in range(3)]
    whole = [(0, WIDE * MS)]
    at_once = [
        ("lit", whole, "the motion sensor sees something", "walk about and see where its view ends"),
        ("a wink", winks, "it lives, and nothing moves", "nothing to do"),
    ]
    bars = LedCode("BARS", "short", 4, "", "")
    signal = (
        "1 to 4 short", flashes(bars, codes), "it has joined your Wi-Fi",
        "the more, the stronger: with 1, hang it nearer",
    )  # fmt: skip
    said = [(_count(one), flashes(one, codes), one.says, one.todo) for one in codes.codes]
    return [*at_once, said[0], signal, *said[2:], said[1]]


def _count(code: LedCode) -> str:
    if code.kind == "flicker":
        return "a flicker" if code.count < 10 else "a long flicker"
    return f"{code.count} long"


def sentence(text: str) -> str:
    """With a capital letter and an end."""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def code_table() -> Markup:
    """All of it as a table."""
    return tag(
        "div",
        *(
            tag(
                "div", tag("p", tag("b", words), drawing(lit)),
                tag("p", tag("b", sentence(says)), f" {sentence(todo)}"),
                class_="code",
            )
            for words, lit, says, todo in rows()
        ),
        class_="codes",
    )  # fmt: skip
