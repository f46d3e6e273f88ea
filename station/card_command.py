"""`torpor card`: what a node's LED says while it is hung up, on one page to print."""

from __future__ import annotations

import io
from pathlib import Path

import rich_click as click

from boards import Design, load_design
from station.boards_command import names_like
from station.errors import Exit, StationError
from station.screen import console

FORMS = (".svg", ".pdf", ".html", ".png")
DEFAULT = "pico-w-arducam-2mp"


@click.command(name="card")
@click.argument("design", default=DEFAULT, shell_complete=names_like)
@click.option(
    "--out", default="card.pdf", show_default=True, type=click.Path(path_type=Path, dir_okay=False),
    help="File to write: .pdf, .svg, .html or .png.",
)  # fmt: skip
def command(design: str, out: Path) -> None:
    """Print what the LED of a DESIGN says in install mode: a card of A6, from the firmware's own list."""
    if out.suffix.lower() not in FORMS:
        raise StationError(f"{out.name}: a card is written as {', '.join(FORMS)}.", Exit.USAGE)
    out.write_bytes(card_bytes(load_design(design), out.suffix.lower()))
    console().print(f"{out}: print it on A6 without scaling, or twice on A5.", markup=False, soft_wrap=True)


def card_bytes(design: Design, form: str) -> bytes:
    """The card of a design in one of FORMS."""
    from matplotlib import rc_context

    from analysis.led_card import Line, card
    from station.led_drawing import MS, WIDE, rows, sentence

    whole_ms = WIDE * MS
    lines = []
    for words, lit, says, todo in rows():
        shares = [(begins / whole_ms, lasts / whole_ms) for begins, lasts in lit]
        lines.append(Line(words, shares, sentence(says), sentence(todo)))
    figure = card("Hanging up a Torpor node", head(design), lines, [("A wrong setting", settings_words())])
    made = io.BytesIO()
    kind = "svg" if form == ".html" else form[1:]
    with rc_context({"svg.fonttype": "none" if form == ".svg" else "path", "svg.hashsalt": "card"}):
        figure.savefig(made, format=kind, dpi=200, metadata={"Date": None} if kind == "svg" else None)
    return _page(made.getvalue()) if form == ".html" else made.getvalue()


def head(design: Design) -> list[str]:
    """What is special about this design: its LED, its button."""
    led = design.board.caps.get("led_pin")
    bench = design.pins.get("bench")
    seen = "What its LED says then:" if led else "This board has no LED: look at the node's page. Others say:"
    when = "A new node is in install mode for ten minutes after power-on."
    again = (
        f" Later: hold {bench} to ground at power-on, without a computer." if bench else
        " A second time: erase its flash and deploy it anew; this design has no bench switch."
    )  # fmt: skip
    return [f"{design.title}.", f"{when}{again}", seen]


def settings_words() -> str:
    """How the number of a wrong key is flashed, and the keys by their numbers."""
    from station.node_settings import keys_of_settings

    numbered = ", ".join(
        f"{number} {key.removeprefix('TORPOR_')}" for number, key in enumerate(keys_of_settings(), 1)
    )
    return (
        "Then there is no install mode: some seconds after power-on it flashes the key's number twice, a long"
        f" flash for each five and a short one for each one: {numbered}. One very long flash: all of it is"
        " too long, or CircuitPython too old."
    )


def _page(svg: bytes) -> bytes:
    """The drawing as a page that prints on A6."""
    drawing = svg[svg.index(b"<svg") :]
    return (
        b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Torpor: what the LED says</title>'
        b"<style>@page{size:A6;margin:0}body{margin:0}svg{display:block;width:105mm;height:148mm}</style>"
        b"</head><body>" + drawing + b"</body></html>"
    )
