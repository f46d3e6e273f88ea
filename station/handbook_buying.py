"""The lists to buy by: the parts of every design, which battery goes with which charger, what panels give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from boards import BoardsError, Design, Part, list_designs, load_design, lockout_of
from boards.check import check_design
from boards.parts_file import shipped_parts

_KIND = {
    "pir": "motion sensor",
    "meter": "power meter",
    "rail": "load switch",
    "sd": "card",
    "cell": "battery",
}


def buying() -> str:
    """Return a table for each design: how many of what."""
    return "\n".join(line for name in list_designs() for line in _list(load_design(name)))


def batteries() -> str:
    """Return a table of cells: frost, chargers made for them, boards whose designs take them."""
    lines = ["| battery | takes charge from | chargers | boards |", "|---|---|---|---|"]
    for cell in _of_kind("cell"):
        chargers = "; ".join(_short(charger) for charger in _of_kind("charger") if made_for(charger, cell))
        frost = f"{cell.v('charge_min'):g} °C on"
        lines.append(f"| {cell.title} | {frost} | {chargers} | {', '.join(_boards(cell))} |")
    return "\n".join(lines)


def panels() -> str:
    """Return a table of panels: label, voltage, and what may really come."""
    lines = ["| panel | at its best point | likely worth |", "|---|---|---|"]
    for panel in _of_kind("panel"):
        share, doubt = panel.v("effective"), panel.rows["effective"].plus_minus
        worth = f"{panel.v('rated') * share:.2g} W ({100 * (share - doubt):.0f} to {100 * (share + doubt):.0f} % of the label)"
        lines.append(f"| {panel.title} | {panel.v('v_mp'):g} V, {1000 * panel.v('i_mp'):.0f} mA | {worth} |")
    return "\n".join(lines)


def made_for(charger: Part, cell: Part) -> bool:
    """Whether a charger that one can buy alone is for this chemistry, and some panel here drives it."""
    if _on_a_board(charger) or cell.caps["chemistry"] not in charger.words("chemistries"):
        return False
    design = load_design(list_designs()[0])
    return any(may_feed(replace(design, panel=panel), cell, charger) for panel in _of_kind("panel"))


def may_feed(design: Design, cell: Part, charger: Part) -> bool:
    """Whether the design's own rules take this cell with this charger."""
    lockout = {} if cell.name == design.cell.name else lockout_of(cell)
    options = MappingProxyType({**design.options, **lockout})
    return _holds(replace(design, cell=cell, charger=charger, options=options))


def _boards(cell: Part) -> list[str]:
    """The boards of which every design takes this cell, with its own charger or one made for the cell."""
    takes: dict[str, bool] = {}
    for design in map(load_design, list_designs()):
        own = _on_a_board(design.charger)
        chargers = [design.charger] if own else [each for each in _of_kind("charger") if made_for(each, cell)]
        fed = any(may_feed(design, cell, charger) for charger in chargers)
        takes[_short(design.board)] = takes.get(_short(design.board), True) and fed
    return [board for board, fed in takes.items() if fed]


def _short(part: Part) -> str:
    return re.split(r", | \(", part.title)[0]


def _holds(design: Design) -> bool:
    try:
        check_design(design)
    except BoardsError:
        return False
    return True


def _of_kind(kind: str) -> list[Part]:
    return [part for (of, _), part in shipped_parts().items() if of == kind]


def _list(design: Design) -> Iterator[str]:
    yield f"### {design.name}\n"
    yield "| | what |"
    yield "|---|---|"
    for part in design.parts:
        if not _on_a_board(part):
            kind = _KIND.get(part.kind, part.kind.replace("_", " "))
            yield f"| {_amount(design, part)}\u00a0× | {kind}: {part.title} |"
    yield ""


def _on_a_board(part: Part) -> bool:
    """Whether it comes with a board (or is nothing at all), so that nobody buys it."""
    on_board = (
        part.caps.get("bus") == "espcamera" or "board_pin" in part.caps or part.name.endswith("-onboard")
    )
    return on_board or part.caps.get("switched") is False


def _amount(design: Design, part: Part) -> str:
    return str(design.options["cells_parallel"]) if part.kind in ("cell", "protection") else "1"
