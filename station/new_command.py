"""`torpor new`: from "I have a board" to a folder with all that the node needs."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.errors import Exit, StationError
from station.needless import needless
from station.receive_command import data_option
from station.screen import console

if TYPE_CHECKING:
    from station.new_answers import Answers
    from station.new_folder import NewNode

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(name="new")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--from", "source", type=_file, help="TOML with answers: of those nothing is asked.")
@click.option("--yes", is_flag=True, help="Ask nothing: what was not answered is the default.")
@data_option
@click.option("--viability/--no-viability", default=True, help="Also say whether it survives its winters.")
@click.option("--years", type=click.IntRange(2, 100_000), default=64, show_default=True,
              help="Years of weather for that.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; no secrets.")
def command(folder: Path | None, source: Path | None, yes: bool, data: Path, **said: Any) -> None:
    """Make a new node: board, panel, battery, Wi-Fi, station, place.

    Writes into FOLDER (by default named like the node): settings.toml, the wiring as a list and a drawing,
    design.toml if yours is not one of the shipped, answers.toml, and the node's odds. The station in --data
    gets to know it. The same command again changes only what is answered differently.

    The password of the network is asked for, or comes from TORPOR_WIFI_PASSWORD, or from wifi_password or
    wifi_password_file in --from; it is never shown.
    """
    if not said["viability"]:
        needless(["years"], "beside --no-viability")
    node, folder = _node(folder, source, yes)
    from station.new_folder import write_folder

    key = _key(node, folder, data)
    files = write_folder(folder, node, key)
    report = viability_of(node, folder, said["years"]) if said["viability"] else ""
    if said["as_json"]:
        click.echo(json.dumps(_document(node, folder, files, key, data), indent=2, ensure_ascii=False))
    else:
        _say(node, folder, files, report, key, data)


def _node(folder: Path | None, source: Path | None, yes: bool) -> tuple[NewNode, Path]:
    """Asked for, or read; checked whole."""
    from station.new_answers import BY_KEY, checked, password
    from station.new_answers_file import SECRET_VARIABLE, taken_secret
    from station.new_folder import new_node, settings_there

    person = sys.stdin.isatty() and sys.stderr.isatty() and not yes
    if not person and source is None and not (folder and yes):
        raise StationError(
            "There is no terminal to ask at: put the answers into a TOML file and name it with --from.",
            Exit.USAGE,
        )
    given, beside = _given(folder, source)
    if folder is None and not person and given.get("name"):
        folder = Path(BY_KEY["name"].check(given["name"], {}))
    there = settings_there(folder).get(SECRET_VARIABLE) if folder else None
    secret = taken_secret(given, beside, there if isinstance(there, str) else None)
    if person:
        answers, secret = _guided(given, secret, folder)
    else:
        answers = checked(given)
    if secret is None:
        raise StationError(
            f"wifi_password is missing: put it into {SECRET_VARIABLE} or the file for --from; an open network"
            ' has wifi_password = "".',
            Exit.USAGE,
        )
    folder = folder or Path(answers["name"])
    return new_node(answers, password(secret, answers), folder), folder


def _given(folder: Path | None, source: Path | None) -> tuple[Answers, Path]:
    """Answers of the folder, of the file over them; the folder's name is the node's if nothing else is."""
    from station.new_answers_file import ANSWERS, read_answers

    found: Answers = {}
    if folder and (folder / ANSWERS).is_file():
        found = read_answers(folder / ANSWERS)
    if source:
        found |= read_answers(source)
    if folder and "name" not in found:
        found["name"] = folder.name
    return found, source.parent if source else Path()


def _guided(given: Answers, secret: str | None, folder: Path | None) -> tuple[Answers, str]:
    from station.new_answers_file import ANSWERS, text_of
    from station.new_asking import guided

    def kept(answers: Answers) -> None:
        place = folder or Path(answers["name"])
        place.mkdir(parents=True, exist_ok=True)
        (place / ANSWERS).write_text(text_of(answers), "utf-8")

    return guided(given, secret, kept)


def _key(node: NewNode, folder: Path, data: Path) -> str | None:
    """The node's key, of the station that is here; None if none is."""
    from station import nodes
    from station.store import DATABASE, Store

    if not (data / DATABASE).is_file():
        return None
    place = (float(node.answers[name]) for name in ("latitude", "longitude"))
    design = node.design_name(folder.resolve())
    with Store(data) as store:
        return nodes.enrol(store, [nodes.Wanted(node.name, design, *place)])[node.name]


def viability_of(node: NewNode, folder: Path, years: int) -> str:
    """Its odds at its place into the folder; the report is given back."""
    from station.new_folder import SETTINGS
    from station.viability_command import into_folder

    options = ["--latitude", node.answers["latitude"], "--longitude", node.answers["longitude"],
               "--years", str(years), "--settings", str(folder / SETTINGS), "--no-sensitivity"]  # fmt: skip
    return into_folder(node.design_name(folder), options, folder / "viability")


def next_commands(node: NewNode, folder: Path, key: str | None, data: Path) -> list[str]:
    """What brings it onto its board."""
    deploy = node.deploy_command(folder)
    if key:
        return [deploy]
    design = shlex.quote(node.design_name(folder))
    where = _where(data)
    return [f"torpor node add {node.name} --design {design}{where}", f"{deploy} --node {node.name}{where}"]


def _say(
    node: NewNode, folder: Path, files: dict[str, str], report: str, key: str | None, data: Path
) -> None:
    from analysis.wiring import wiring_of
    from station.new_words import wiring_table

    screen = console()
    screen.print(f"[bold]{node.name}[/bold]  {node.design.title}")
    screen.print(wiring_table(wiring_of(node.design)))
    for sentence in wiring_of(node.design).warnings:
        screen.print(f"  - {sentence}", markup=False, soft_wrap=True)
    if report:
        click.echo("\n" + "\n".join(report.split("\n\n")[1:2]))
        click.echo(f"All of it: {folder / 'viability' / 'viability.html'}")
    click.echo("")
    for name, fate in files.items():
        click.echo(f"  {folder / name}: {fate}")
    click.echo("")
    for line in _what_comes(node, folder, key, data):
        click.echo(line)


def _what_comes(node: NewNode, folder: Path, key: str | None, data: Path) -> Iterator[str]:
    """From here to the node in the garden, in words and commands."""
    *add, deploy = next_commands(node, folder, key, data)
    if add:
        port = node.answers["port"]
        own = "" if port == "8080" else f" --port {port}"
        yield f"First, where the home station runs (there is none in {data} yet; --data names its folder):"
        yield from (f"  python3 run.py {line}" for line in add)
        yield f"  python3 run.py torpor receive --host 0.0.0.0{own}{_where(data)}"
    bench = ", its bench switch closed" if "bench" in node.design.pins else ""
    yield f"{'Then' if add else 'Next'}, with the board at USB{bench}:"
    yield f"  python3 run.py {deploy}"
    page = f"http://{node.answers['host']}:{node.answers['port']}/nodes/{node.name}"
    if node.design.camera:
        yield f"Then on its battery, without USB: {page}/install shows what it sees (docs/installing.md)."
    else:
        yield f"Then on its battery, without USB: {page} shows what it says."


def _where(data: Path) -> str:
    return "" if data == Path("torpor-data") else f" --data {shlex.quote(str(data))}"


def _document(
    node: NewNode, folder: Path, files: dict[str, str], key: str | None, data: Path
) -> dict[str, Any]:
    from analysis.wiring import wiring_of
    from analysis.wiring_list import wire_rows

    odds = folder / "viability" / "viability.json"
    return {
        "version": 1,
        "name": node.name,
        "folder": str(folder),
        "answers": node.answers,
        "design": node.design_name(folder),
        "files": files,
        "at_station": key is not None,
        "wires": wire_rows(wiring_of(node.design)),
        "warnings": list(wiring_of(node.design).warnings),
        "viability": json.loads(odds.read_text("utf-8")) if odds.is_file() else None,
        "next": next_commands(node, folder, key, data),
    }
