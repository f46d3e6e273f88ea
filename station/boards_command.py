"""`torpor boards`: the node designs, and every figure of one with its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import rich_click as click
from click.shell_completion import CompletionItem
from rich.console import Console
from rich.table import Table

from boards import Design, Part, Row, WakeWay, list_designs, load_design, wake_ways
from boards.ways import half_full_V
from station.screen import console

JSON_VERSION = 1


def names_like(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the name of a design."""
    del context, parameter
    return [CompletionItem(name) for name in list_designs() if name.startswith(typed)]


@click.command(name="boards")
@click.argument("name", required=False, shell_complete=names_like)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(name: str | None, as_json: bool) -> None:
    """List the node designs, or show NAME (or a design file) with every figure and where it comes from."""
    designs = [load_design(name)] if name else [load_design(each) for each in list_designs()]
    if as_json:
        document = as_document(designs[0]) if name else {"designs": [summary(d) for d in designs]}
        click.echo(json.dumps({"version": JSON_VERSION, **document}, indent=2, ensure_ascii=False))
    elif name:
        show(console(), designs[0])
    else:
        console().print(overview(designs))


def summary(design: Design) -> dict[str, Any]:
    """Return what the overview says of a design; the first way to sleep is the cheapest."""
    ways = wake_ways(design)
    return {
        "name": design.name,
        "title": design.title,
        "application": design.application,
        "firmware": design.firmware,
        "standing_mW": milli(ways[0].watts),
        "standing_mA": milli(ways[0].watts / half_full_V(design)),
        "install": {"led": design.board.caps.get("led_pin"), "button": design.pins.get("bench")},
        "sleep_ways": [way_document(way) for way in ways],
    }


def way_document(way: WakeWay) -> dict[str, Any]:
    """Return a way to sleep as plain data."""
    return {
        "name": way.name,
        "wakes_by_pin": way.by_pin,
        "wakes_by_clock": way.by_clock,
        "board_mW": milli(way.board_W),
        "others_mW": milli(way.standing_W),
        "mW": milli(way.watts),
    }


def milli(value: float) -> float:
    """Return a figure in thousandths, without digits that nobody measured."""
    return round(1000 * value, 3)


def as_document(design: Design) -> dict[str, Any]:
    """Return everything of a design as plain data."""
    return {
        **summary(design),
        "pins": dict(design.pins),
        "options": dict(design.options),
        "notes": list(design.notes),
        "parts": {part.kind: part_document(part) for part in design.parts},
    }


def part_document(part: Part) -> dict[str, Any]:
    """Return a part's rows, caps and tables as plain data."""
    return {
        "name": part.name,
        "title": part.title,
        "rows": {name: asdict(row) for name, row in part.rows.items()},
        "caps": dict(part.caps),
        "tables": {name: [list(point) for point in part.table(name)] for name in part.tables},
    }


def overview(designs: list[Design]) -> Table:
    """Return the table of all designs."""
    table = Table(title="Node designs", title_justify="left")
    for heading in ("name", "what it is", "firmware", "ways to sleep"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("name", "firmware"))
    table.add_column("standing", justify="right", no_wrap=True)
    for design in designs:
        says = summary(design)
        ready = "ready" if design.firmware == "ready" else "not there yet"
        standing = f"{says['standing_mW']:.2f} mW\n{says['standing_mA']:.2f} mA"
        ways = ", ".join(way["name"] for way in says["sleep_ways"])
        table.add_row(design.name, design.title, ready, ways, standing)
    return table


def show(screen: Console, design: Design) -> None:
    """Print one design: notes, wiring, standing power, and each part with its figures."""
    screen.print(f"[bold]{design.name}[/bold]  {design.title}")
    for note in design.notes:
        screen.print(f"  - {note}", markup=False)
    if design.camera:
        screen.print(f"  - {hanging_up(design)}", markup=False)
    screen.print(pairs("Wiring", ("role", "pin"), design.pins))
    screen.print(pairs("Options", ("option", "value"), {k: str(v) for k, v in design.options.items()}))
    screen.print(sleeping(design))
    for part in design.parts:
        screen.print(figures(part))
        if part.caps:
            screen.print(pairs("", ("can", "value"), {k: words(v) for k, v in part.caps.items()}))


def hanging_up(design: Design) -> str:
    """Return what install mode has to show itself, and what brings it back (docs/installing.md)."""
    led, bench = design.board.caps.get("led_pin"), design.pins.get("bench")
    seen = f"its LED is board.{led}" if led else "no LED, the station's page alone shows it"
    again = f"{bench} held to ground at power-on brings it back" if bench else "no switch brings it back"
    return f"Install mode: {seen}; {again}."


def pairs(title: str, headings: tuple[str, str], rows: Mapping[str, str]) -> Table:
    """Return a small table of names and values."""
    table = Table(*headings, title=title or None, title_justify="left")
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def sleeping(design: Design) -> Table:
    """Return the ways to sleep, the cheapest first, with what the battery gives in each."""
    title = f"Ways to sleep, cell half full at {half_full_V(design):.2f} V"
    table = Table("way", "ends by", title=title, title_justify="left")
    for heading in ("board", "others", "together"):
        table.add_column(heading, justify="right")
    for way in wake_ways(design):
        ends = " or ".join(name for name, can in (("pin", way.by_pin), ("clock", way.by_clock)) if can)
        prices = (f"{1000 * watts:.2f} mW" for watts in (way.board_W, way.standing_W, way.watts))
        table.add_row(way.name, ends, *prices)
    return table


def figures(part: Part) -> Table:
    """Return the rows of a part with their uncertainty, condition and source."""
    table = Table(title=f"{part.kind}: {part.title}", title_justify="left")
    table.add_column("figure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for heading in ("holds at", "when", "source"):
        table.add_column(heading, overflow="fold")
    for row in part.rows.values():
        table.add_row(row.name, value_of(row), holds_at(row), row.condition, row.source)
    return table


def value_of(row: Row) -> str:
    """Return "1.4 ± 0.2 mA"."""
    unit = "" if row.unit == "1" else f" {row.unit}"
    return f"{row.value:g} ± {row.plus_minus:g}{unit}" if row.plus_minus else f"{row.value:g}{unit}"


def holds_at(row: Row) -> str:
    """Return at which voltage a current holds and what it does at others."""
    if row.at_V is None:
        return ""
    return f"{row.at_V:g} V" + (f", constant {row.load}" if row.load else "")


def words(value: object) -> str:
    """Return a capability as a person says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)
