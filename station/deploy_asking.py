"""Where new settings come from: a file, the command line, the station's own list of nodes, the environment,
and for what is still missing the person at the terminal. Secrets never come from the command line, where any
list of processes and the shell's history would show them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import rich_click as click

from sim.protocol import is_node_name
from station.deploy_settings import is_secret, read_file, stranger, values_of
from station.errors import Exit, StationError
from station.node_settings import keys_of_settings, read_pairs

Values = dict[str, str | int]
Ask = Callable[[str, bool], str]
#: What a node cannot do without, and how a person is asked for it.
QUESTIONS = {
    "TORPOR_NODE": "Name of the node",
    "TORPOR_KEY": "Its key (64 hex digits, of `torpor node add`)",
    "TORPOR_WIFI_SSID": "Name of the Wi-Fi network",
    "TORPOR_WIFI_PASSWORD": "Its password (empty for none)",
    "TORPOR_HOST": "Address of the home station",
}


def said_in_flags(pairs: tuple[str, ...]) -> Values:
    """--set KEY=VALUE; StationError for a secret."""
    found = read_pairs(pairs)
    for key in found:
        if is_secret(key):
            raise StationError(
                f"{key} is a secret, and a command line is seen by others: set it in the environment, in a"
                " file for --settings, or wait to be asked.",
                Exit.USAGE,
            )
        if strange := stranger(key):
            raise StationError(strange, Exit.USAGE)
    return found


def said_in_environment(environment: Mapping[str, str] = os.environ) -> Values:
    """Settings of a node that are set as environment variables of the same name."""
    return {key: environment[key] for key in keys_of_settings() if environment.get(key)}


def said_by_station(data: Path, name: str) -> tuple[Values, str]:
    """Name and key of a node that `torpor node add` has added, and the name of its design."""
    from station import nodes
    from station.store import opened

    if not is_node_name(name):
        raise StationError(f"{name!r} is no name for a node.", Exit.USAGE)
    with opened(data) as store:
        node = nodes.known(store, name)
    return {"TORPOR_NODE": node.name, "TORPOR_KEY": node.key.hex()}, node.design


def gathered(
    file: Path | None,
    pairs: tuple[str, ...],
    from_station: Values,
    environment: Mapping[str, str] = os.environ,
) -> Values:
    """All that was said; the command line outranks the environment, that the station, that the file."""
    return {
        **(read_file(file) if file else {}),
        **from_station,
        **said_in_environment(environment),
        **said_in_flags(pairs),
    }


def asked(text: str | None, said: Values, ask: Ask | None = None) -> Values:
    """`said`, and what a person says to what is still missing.

    Parameters
    ----------
    text : the settings that the board has, None: none yet. ask : gets the question and whether the answer is
        a secret; None: there is nobody to ask.

    Raises
    ------
    StationError : something is missing, and nobody is there to ask.
    """
    there = {**(values_of(text) if text else {}), **said}
    missing = [key for key in QUESTIONS if there.get(key) in (None, "")]
    if _is_open(there):
        missing.remove("TORPOR_WIFI_PASSWORD")
    if ask is not None:
        return {**said, **{key: ask(QUESTIONS[key], is_secret(key)) for key in missing}}
    if needed := [key for key in missing if key != "TORPOR_WIFI_PASSWORD"]:
        raise StationError(
            f"The board has no {' and no '.join(needed)} yet: say it with --set, in a file for --settings, in"
            " the environment, or with --node (secrets not with --set).",
            Exit.USAGE,
        )
    return said


def person() -> Ask | None:
    """Asks at the terminal; None where there is none."""
    return _prompt if sys.stdin.isatty() and sys.stderr.isatty() else None


def nobody(question: str, secret: bool) -> str:
    """Stands for a person when nothing will be written: a length is all that counts."""
    del question
    return "01" * 32 if secret else "dry-run"


def _is_open(there: Mapping[str, object]) -> bool:
    """Whether the owner has said that the network has no password: it stands there, empty, beside a name."""
    return bool(there.get("TORPOR_WIFI_SSID")) and there.get("TORPOR_WIFI_PASSWORD") == ""


def _prompt(question: str, secret: bool) -> str:
    return str(
        click.prompt(
            question, hide_input=secret, err=True, default="" if secret else None, show_default=False
        )
    )
