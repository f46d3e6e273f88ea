"""What a command that reads a log lets its owner say about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import rich_click as click

from analysis.read_options import ReadOptions

Command = TypeVar("Command", bound=Callable[..., Any])

_ABOVE_ZERO = click.FloatRange(min=0, min_open=True)
_OPTIONS = (
    click.option("--shunt", type=_ABOVE_ZERO, default=0.1, show_default=True, metavar="OHM",
                 help="The meter's shunt; full scale is judged by it."),
    click.option("--rate", type=_ABOVE_ZERO, metavar="HZ",
                 help="Samples per second that the logger was set to."),
    click.option("--voltage", type=_ABOVE_ZERO, metavar="V", help="The supply, for a log without a voltage."),
    click.option("--time-unit", help="Unit of the time column if its title tells none: s, ms, us, min, h."),
    click.option("--voltage-unit", help="Unit of the voltage column: V, mV."),
    click.option("--current-unit", help="Unit of the current column: A, mA, uA; '0.1 mA' for raw counts."),
    click.option("--time-column", help="Title of the time column."),
    click.option("--voltage-column", help="Title of the voltage column."),
    click.option("--current-column", help="Title of the current column, where there are several."),
    click.option("--columns", metavar="A,B,...", help="Titles of a file that has no header: t_s,V,mA."),
    click.option("--time-format", metavar="FORM",
                 help="How dates are written, where day and month look alike: '%d/%m/%Y %H:%M:%S'."),
    click.option("--timezone", metavar="ZONE", help="Where the logger's clock is local: Europe/Berlin."),
    click.option("--invert", is_flag=True, help="The meter sits the other way round: turn the sign over."),
    click.option("--salvage", is_flag=True, help="Leave out what cannot be read, and say so."),
)  # fmt: skip

KEYS = (
    "shunt", "rate", "voltage", "time_unit", "voltage_unit", "current_unit", "time_column", "voltage_column",
    "current_column", "columns", "time_format", "timezone", "invert", "salvage",
)  # fmt: skip


def reading_options(command: Command) -> Command:
    """Add the options; the command's keyword arguments then make ReadOptions by `as_read_options`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return click.option_panel("What the file does not tell", options=list(KEYS))(command)


def as_read_options(said: dict[str, Any]) -> ReadOptions:
    """The keyword arguments of the options above."""
    plain = dict(said)
    titles = plain.pop("columns")
    return ReadOptions(
        shunt_ohm=plain.pop("shunt"), rate_hz=plain.pop("rate"), voltage_V=plain.pop("voltage"),
        titles=tuple(title.strip() for title in titles.split(",")) if titles else None, **plain,
    )  # fmt: skip
