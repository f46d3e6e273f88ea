"""What a command that looks for wakes and states in a log lets its owner say about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from station.amount_option import MILLIAMPERES, SECONDS
from station.boards_command import names_like
from station.errors import Exit, StationError
from station.needless import needless

if TYPE_CHECKING:
    from analysis.states import FindOptions

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--states", "named", metavar="NAME,NAME,...",
                 help="Your names for the states of a wake, in their order: boot,camera,wifi."),
    click.option("--design", metavar="NAME", shell_complete=names_like,
                 help="The node's design: its rows name the states, and are compared with them."),
    click.option("--wake-above", type=MILLIAMPERES, metavar="MA", help="A wake starts above this current."),
    click.option("--sleep-below", type=MILLIAMPERES, metavar="MA", help="It ends below this one."),
    click.option("--rest-level", type=MILLIAMPERES, metavar="MA",
                 help="What it draws at rest, for a log that never shows it."),
    click.option("--inside-markers", is_flag=True, help="Look for states within each marker, too."),
    click.option("--no-markers", is_flag=True, help="Look for wakes in the current, not in the markers."),
    click.option("--clock-off", type=click.FloatRange(min=0, max=50), metavar="PERCENT", default=0.0,
                 help="How wrong the logger's clock may be: 0.5 for a ceramic resonator."),
    click.option("--least-state", type=SECONDS, metavar="TIME", help="Nothing shorter is a state: 50ms."),
)  # fmt: skip
KEYS = (
    "named", "design", "wake_above", "sleep_below", "rest_level", "inside_markers", "no_markers",
    "clock_off", "least_state",
)  # fmt: skip


def finding_options(command: Command) -> Command:
    """Add the options; `find_options_of` makes FindOptions of what they say."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return click.option_panel("How wakes and states are found", options=list(KEYS))(command)


def find_options_of(said: dict[str, Any]) -> FindOptions:
    """Take the keyword arguments of the options above out of `said`."""
    from analysis.states import FindOptions

    given = {key: said.pop(key) for key in KEYS}
    above, below = given["wake_above"], given["sleep_below"]
    if above is not None and below is not None and above < below:
        raise StationError(
            f"--wake-above {above:g} mA: expected at least what --sleep-below says, {below:g} mA.", Exit.USAGE
        )
    if given["no_markers"]:
        needless(("inside_markers",), "beside --no-markers")
    return FindOptions(
        states=_states(given["named"]),
        design=_design(given["design"]), wake_mA=given["wake_above"], sleep_mA=given["sleep_below"],
        rest_mA=given["rest_level"], inside_markers=given["inside_markers"],
        no_markers=given["no_markers"],
        clock_off=given["clock_off"] / 100, least_state_s=given["least_state"],
    )  # fmt: skip


def _states(named: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in named.split(",")) if named else ()
    if not all(names):
        raise StationError(f"--states {named}: a name is missing, expected boot,camera,wifi.", Exit.USAGE)
    return names


def _design(name: str | Path | None) -> Any:
    if name is None:
        return None
    from boards import load_design

    return load_design(name)
