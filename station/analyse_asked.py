"""What an owner tells `torpor analyse` about his node: its sleep, its meter, its battery, its pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from station.amount_option import AMPERE_HOURS, SECONDS
from station.errors import Exit, StationError
from station.figure import Figure
from station.finding_options import find_options_of
from station.reading_options import as_read_options

if TYPE_CHECKING:
    from analysis.analysed import Asked
    from analysis.battery_life import Battery
    from analysis.floor_options import FloorOptions
    from boards import Design, Part

Command = TypeVar("Command", bound=Callable[..., Any])

#: A lithium-ion cell of 18650: what leaks and freezes like most of them.
USUAL_CELL = "nmc-18650-3000"
_OPTIONS = (
    click.option("--zero", type=click.Path(path_type=Path), metavar="LOG",
                 help="A recording of the same meter with the load unplugged: its zero is taken off."),
    click.option("--sleep-current", metavar="CURRENT", help="What it draws asleep, if known: 22uA, 22+-3uA."),
    click.option("--meter", metavar="NAME",
                 help="ina219, ppk2, joulescope, otii-arc, otii-ace, exact.  [default: by the file]"),
    click.option("--gain", type=click.Choice(["1", "2", "4", "8"]), help="An INA219's input divider."),
    click.option("--grade", type=click.Choice(["A", "B"]), default="A", help="An INA219's grade."),
    click.option("--conversion", type=SECONDS, metavar="TIME",
                 help="How long the meter looks for one sample: 532us, 8.51ms."),
    click.option("--battery", type=AMPERE_HOURS, metavar="AH", help="What it lives on: 2.6Ah, 2600mAh."),
    click.option("--cell", metavar="NAME",
                 help=f"Its kind, a row of parts/cells.toml.  [default: {USUAL_CELL}]"),
    click.option("--usable", type=Figure(1, 100), metavar="PERCENT",
                 help="How much of it is used.  [default: 80 to 100]"),
    click.option("--temperature", type=Figure(-60, 90), default=20.0, show_default=True, metavar="C",
                 help="Where the battery lies."),
    click.option("--every", type=SECONDS, metavar="TIME",
                 help="How often it will wake, where the log shows it on the bench: 15min, 1h."),
    click.option("--names", metavar="STATE=NAME,...",
                 help="Which state of the design's firmware one of the log is: wifi=UPLOAD."),
)  # fmt: skip
_KEYS = (
    "zero", "sleep_current", "meter", "gain", "grade", "conversion", "battery", "cell", "usable",
    "temperature", "every", "names",
)  # fmt: skip
_PANELS = (
    ("The sleep, and the meter", _KEYS[:6]),
    ("The battery, and the pace", _KEYS[6:11]),
)


def asked_options(command: Command) -> Command:
    """Add the options; `asked_of` makes Asked of what they say."""
    for option in reversed(_OPTIONS):
        command = option(command)
    for name, keys in reversed(_PANELS):
        command = click.option_panel(name, options=list(keys))(command)
    return command


def asked_of(said: dict[str, Any]) -> Asked:
    """Take these options and those of finding states out of `said`; what is left are those of reading."""
    from analysis.analysed import Asked

    own = {key: said.pop(key) for key in _KEYS}
    find = replace(find_options_of(said), conversion_s=own["conversion"] or 0.0)
    cell = _cell(own["cell"], find.design)
    battery = _battery(own, find.design, cell)
    return Asked(
        find, _floor(own, said), battery, cell, own["every"], said["rate"], _names(own["names"])
    )  # fmt: skip


def _floor(own: dict[str, Any], reading: dict[str, Any]) -> FloorOptions:
    from analysis.floor_options import FloorOptions, parse_current
    from analysis.read import read_log

    stated, off = parse_current(own["sleep_current"]) if own["sleep_current"] else (None, 0.0)
    zero = read_log(own["zero"], as_read_options(reading)) if own["zero"] else None
    gain = int(own["gain"]) if own["gain"] else None
    return FloorOptions(zero, stated, off, own["meter"], gain, own["grade"])


def _battery(own: dict[str, Any], design: Design | None, cell: Part) -> Battery | None:
    """The owner's battery, else that of the design, else none."""
    from analysis.battery_life import USABLE, battery_of

    capacity = own["battery"]
    if capacity is None and design is not None:
        capacity = cell.v("capacity") * float(str(design.options.get("cells_parallel", 1)))
    if capacity is None:
        return None
    usable = (own["usable"] / 100, own["usable"] / 100) if own["usable"] else USABLE
    return battery_of(capacity, cell, usable, own["temperature"])


def _cell(name: str | None, design: Design | None) -> Part:
    from boards.parts_file import shipped_parts

    if name is None and design is not None:
        return design.cell
    cells = {part.name: part for (kind, _), part in shipped_parts().items() if kind == "cell"}
    found = cells.get(name or USUAL_CELL)
    if found is None:
        raise StationError(f"--cell {name}: expected one of {', '.join(cells)}.", Exit.USAGE)
    return found


def _names(text: str | None) -> dict[str, str]:
    """STATE=NAME,STATE=NAME."""
    pairs = [pair.partition("=") for pair in text.split(",")] if text else []
    if any(not (state.strip() and name.strip()) for state, _, name in pairs):
        raise StationError(f"--names {text}: expected STATE=NAME, such as wifi=UPLOAD.", Exit.USAGE)
    return {state.strip(): name.strip() for state, _, name in pairs}
