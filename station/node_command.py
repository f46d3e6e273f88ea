"""`torpor node`: the nodes that may send to this station."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.table import Table

from sim.protocol import TRIAL
from station.boards_command import names_like
from station.errors import Exit, StationError
from station.receive_command import data_option
from station.screen import console

if TYPE_CHECKING:
    from station.records import Node
    from station.store import Store


@click.group(name="node")
def command() -> None:
    """Nodes that may send to this station, and what they are to know.

    May be used while `torpor receive` runs.
    """


@command.command(name="add")
@click.argument("name")
@click.option("--design", default="", shell_complete=names_like, help="Name of its design, or a .toml file.")
@data_option
def add(name: str, design: str, data: Path) -> None:
    """Add a node and print, once, what goes into its settings.toml."""
    from station import nodes
    from station.store import Store

    with Store(data) as store:
        _say_key(nodes.add(store, name, _design(design)))


@command.command(name="rotate-key")
@click.argument("name")
@data_option
def rotate_key(name: str, data: Path) -> None:
    """Give a node a new key; requests signed with the old one are refused from now on."""
    from station import nodes

    with _store(data) as store:
        _say_key(nodes.rotate_key(store, name))


@command.command(name="design")
@click.argument("name")
@click.argument("design", shell_complete=names_like)
@data_option
def design_(name: str, design: str, data: Path) -> None:
    """Say which design a node is."""
    from station import nodes

    with _store(data) as store:
        nodes.set_design(store, name, _design(design))
    click.echo(f"{name} is a {design}.")


@command.command(name="place", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("latitude", type=float)
@click.argument("longitude", type=float)
@data_option
def place(name: str, latitude: float, longitude: float, data: Path) -> None:
    """Say where a node stands, degrees north and east: for exported pictures."""
    from station import nodes

    with _store(data) as store:
        nodes.set_place(store, name, latitude, longitude)
    click.echo(f"{name} stands at {latitude}, {longitude}.")


@command.command(name="keep")
@click.argument("name")
@click.option("--days", type=click.FloatRange(0), help="Delete its pictures when they are older; 0: never.")
@click.option("--gb", type=click.FloatRange(0), help="Delete its oldest when they are more; 0: never.")
@data_option
def keep(name: str, days: float | None, gb: float | None, data: Path) -> None:
    """Say how long a node's pictures are kept. What is not said here is as `torpor receive` says."""
    from station import nodes

    with _store(data) as store:
        nodes.set_keep(store, name, days, None if gb is None else int(gb * 1e9))
    click.echo(f"{name}: kept {_kept(days, gb)}.")


@command.command(name="set")
@click.argument("name")
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE...")
@data_option
def set_(name: str, settings: tuple[str, ...], data: Path) -> None:
    """Have a node take settings with its next upload. They replace what was queued before.

    Checked by the node's own rules; what makes it reachable (Wi-Fi, key, host) is set at the node alone.
    """
    from station import nodes
    from station.node_settings import check, read_pairs

    with _store(data) as store:
        wanted = read_pairs(settings)
        check(nodes.known(store, name), wanted)
        number = nodes.queue_settings(store, name, wanted).settings_number
    click.echo(f"{name} gets settings {number} with its next upload, if it takes settings over the air.")


@command.command(name="forget")
@click.argument("name")
@click.option("--keep-pictures", is_flag=True, help="Its pictures stay: in the folder forgotten of --data.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@data_option
def forget_(name: str, keep_pictures: bool, yes: bool, data: Path) -> None:
    """Let a node go that was given away or is broken: its key, what it said of itself, its pictures.

    It leaves the station's page and Home Assistant; its name is free again. Nothing brings back what is
    deleted: torpor export copies pictures out before.
    """
    from station import nodes
    from station.files import FORGOTTEN
    from station.forgetting import forget
    from station.words import count

    with _store(data) as store:
        nodes.known(store, name)
        pictures = count(store.count(name, 0.0), "picture")
        rest = f" into {data / FORGOTTEN}; " if keep_pictures else ", "
        _sure(f"{name} goes: {pictures}{rest}its journal and its readings are deleted. Forget it?", yes)
        forget(store, name, keep_pictures)
    click.echo(f"{name} is forgotten.")
    click.echo("Its board still knows your Wi-Fi's password: docs/station.md says how to erase it.", err=True)


def _sure(question: str, yes: bool) -> None:
    """StationError unless the owner says so."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise StationError(f"{question} There is no terminal to ask on: --yes says so.", Exit.USAGE)
    if not click.confirm(question, err=True):
        raise StationError("Nothing was done.")


@command.command(name="log")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File.  [default: NAME-log.csv]")
@data_option
def log(name: str, out: Path | None, data: Path) -> None:
    """Write what a node booked of its time and energy as a log for `torpor plot`."""
    from station import nodes
    from station.node_log import write_node_log

    path = out or Path(f"{name}-log.csv")
    with _store(data) as store:
        rows = write_node_log(store, nodes.known(store, name), path)
    click.echo(f"{path}: {rows} rows.")


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; no keys.")
@data_option
def list_(as_json: bool, data: Path) -> None:
    """Show the nodes: when they were heard, what they have sent, which settings they have."""
    with _store(data) as store:
        found = store.nodes()
    if as_json:
        document = {"version": 1, "nodes": [_plain(node) for node in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        console().print(_table(found))


def _kept(days: float | None, gb: float | None) -> str:
    """In words."""
    if days is None and gb is None:
        return "as the station says"
    rules = ([f"for {days:g} days"] if days else []) + ([f"at most {gb:g} GB"] if gb else [])
    return ", ".join(rules) or "for ever"


def _store(data: Path) -> Store:
    from station.store import opened

    return opened(data)


def _design(design: str) -> str:
    """A design that loads; a file's path is made whole, as the station may run elsewhere."""
    from boards import load_design

    if not design:
        return ""
    load_design(design)
    path = Path(design)
    return str(path.resolve()) if path.suffix == ".toml" else design


def _say_key(node: Node) -> None:
    """Into stdout what the node needs, so that `>> settings.toml` does it; the rest on stderr."""
    click.echo(f'TORPOR_NODE = "{node.name}"\nTORPOR_KEY = "{node.key.hex()}"')
    click.echo("These lines go into the node's settings.toml; the key is not shown again.", err=True)


def _plain(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "design": node.design,
        "added_s": round(node.added_s),
        "heard_s": None if node.heard_s is None else round(node.heard_s),
        "stored_bytes": node.stored_bytes,
        "settings_number": node.settings_number,
        "settings_at_node": node.settings_at_node,
        "settings": dict(node.settings),
        "latitude": node.latitude,
        "longitude": node.longitude,
        "keep_days": node.keep_days,
        "keep_bytes": node.keep_bytes,
    }


def _table(found: tuple[Node, ...]) -> Table:
    table = Table(title="Nodes", title_justify="left")
    for heading in ("name", "design", "heard", "pictures", "settings"):
        table.add_column(heading)
    for node in found:
        clock = time.strftime("%Y-%m-%d %H:%M", time.localtime(node.heard_s)) if node.heard_s else "never"
        size = f"{node.stored_bytes / 1e6:.1f} MB"
        table.add_row(node.name, node.design, clock, size, _settings(node))
    return table


def _settings(node: Node) -> str:
    if not node.settings_number:
        return ""
    return f"{node.settings_number} ({_at_node(node.settings_at_node)})"


def _at_node(said: int | None) -> str:
    """In words what the node says of the settings that it has."""
    if said is None:
        return "takes none"
    if said < 0:
        return f"node does without {-said}: refused, or home was not heard with it"
    return f"node has {said % TRIAL}" + (", on trial" if said >= TRIAL else "")
