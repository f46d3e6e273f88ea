"""`torpor provision`: many new nodes from one list."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.errors import Exit, StationError
from station.needless import needless
from station.receive_command import data_option
from station.screen import console

if TYPE_CHECKING:
    from rich.table import Table

    from station.new_folder import NewNode
    from station.nodes import Wanted

_file = click.Path(path_type=Path, exists=True, dir_okay=False)
LABELS = "labels.html"
#: With more nodes than this only their number is shown; all of them are in nodes.json.
SHOWN = 40


@click.command(name="provision")
@click.argument("nodes", type=_file, metavar="LIST.csv")
@click.option("--from", "source", type=_file, help="TOML with answers for all rows; a row's cells go first.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("nodes"),
              show_default=True, help="A folder for each node comes into it.")  # fmt: skip
@data_option
@click.option("--odds", is_flag=True, help="Also say of each node whether it survives its winters.")
@click.option("--years", type=click.IntRange(2, 100_000), default=16, show_default=True,
              help="Years of weather for that.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only check the list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; no secrets.")
def command(nodes: Path, source: Path | None, out: Path, data: Path, **said: Any) -> None:
    """Make many nodes: a row each, with columns named as the answers of torpor new (docs/new.md).

    All rows are checked first; if one is wrong nothing is done, and every wrong one is named with its line.
    Then the station gets to know all of them at once, and each gets its folder. The same command again
    completes what was interrupted and changes only what is different. Secrets: a column wifi_password or
    wifi_password_file, in --from, or TORPOR_WIFI_PASSWORD.
    """
    if not said["odds"]:
        needless(["years"], "without --odds")
    made = _checked(nodes, source, out)
    done = {} if said["dry_run"] else _carried_out(made, out, data)
    odds = _odds(made, out, said["years"]) if said["odds"] and not said["dry_run"] else {}
    rows = [_row(node, out, done, odds) for node in made]
    if not said["dry_run"]:
        _write_sheets(made, rows, out)
    if said["as_json"]:
        click.echo(json.dumps({"version": 1, "nodes": rows}, indent=2, ensure_ascii=False))
    else:
        _say(rows, out, said["dry_run"])


def _checked(path: Path, source: Path | None, out: Path) -> list[NewNode]:
    from station.new_answers_file import read_answers
    from station.provision_list import NAMED, checked_nodes, read_list

    common = read_answers(source) if source else {}
    rows = read_list(path)
    made, wrong = checked_nodes(rows, common, path.parent, out)
    if not wrong:
        return made
    for sentence in wrong[:NAMED]:
        click.echo(f"{path}, {sentence}", err=True)
    if len(wrong) > NAMED:
        click.echo(f"{path}: and {len(wrong) - NAMED} more.", err=True)
    raise StationError(f"{path}: {len(wrong)} of {len(rows)} rows will not do; nothing was done.", Exit.USAGE)


def _carried_out(made: list[NewNode], out: Path, data: Path) -> dict[str, dict[str, str]]:
    """Keys for all in one go, then the folders; name -> what became of its files."""
    from station import nodes
    from station.new_folder import write_folder
    from station.store import Store

    with Store(data) as store:
        keys = nodes.enrol(store, [_wanted(node, out) for node in made])
    return {node.name: write_folder(out / node.name, node, keys[node.name]) for node in made}


def _wanted(node: NewNode, out: Path) -> Wanted:
    from station.nodes import Wanted

    latitude, longitude = (float(node.answers[key]) for key in ("latitude", "longitude"))
    return Wanted(node.name, node.design_name((out / node.name).resolve()), latitude, longitude)


def _odds(made: list[NewNode], out: Path, years: int) -> dict[str, float]:
    """Name -> share of years without a lost hour."""
    from station.new_command import viability_of

    found = {}
    for count, node in enumerate(made, 1):
        if sys.stderr.isatty():
            click.echo(f"\rodds of {count} of {len(made)}", nl=count == len(made), err=True)
        viability_of(node, out / node.name, years)
        document = json.loads((out / node.name / "viability" / "viability.json").read_text("utf-8"))
        found[node.name] = float(document["year"]["chance"])
    return found


def _row(node: NewNode, out: Path, done: dict[str, dict[str, str]], odds: dict[str, float]) -> dict[str, Any]:
    folder = out / node.name
    fates = set(done.get(node.name, {}).values())
    return {
        "name": node.name,
        "design": node.answers["design"],
        "panel_W": node.design.panel.v("rated"),
        "battery_Ah": round(node.design.cell.v("capacity") * int(node.answers["cells"]), 3),
        "latitude": float(node.answers["latitude"]),
        "longitude": float(node.answers["longitude"]),
        "folder": str(folder),
        "fate": next((fate for fate in ("changed", "new", "as it was") if fate in fates), "checked"),
        "survives": odds.get(node.name),
        "next": node.deploy_command(folder),
    }


def _write_sheets(made: list[NewNode], rows: list[dict[str, Any]], out: Path) -> None:
    from station.provision_labels import labels_page

    (out / LABELS).write_text(labels_page(made), "utf-8")
    (out / "nodes.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _say(rows: list[dict[str, Any]], out: Path, dry: bool) -> None:
    console().print(_table(rows[:SHOWN]))
    if len(rows) > SHOWN:
        click.echo(f"... and {len(rows) - SHOWN} more.")
    if dry:
        said = "The row is" if len(rows) == 1 else f"All {len(rows)} rows are"
        click.echo(f"{said} in order; nothing was done.")
        return
    fates = {fate: sum(row["fate"] == fate for row in rows) for fate in ("new", "changed", "as it was")}
    counts = ", ".join(f"{count} {fate}" for fate, count in fates.items() if count)
    nodes = "1 node" if len(rows) == 1 else f"{len(rows)} nodes"
    click.echo(f"{nodes}: {counts}. Labels: {out / LABELS}; all of it: {out / 'nodes.json'}.")
    click.echo("Next, for each board as it is plugged in, such as:")
    click.echo(f"  python3 run.py {rows[0]['next']}")


def _table(rows: list[dict[str, Any]]) -> Table:
    from rich.table import Table

    table = Table("name", "design", "panel", "battery", "place", "files", title="Nodes", title_justify="left")
    with_odds = any(row["survives"] is not None for row in rows)
    if with_odds:
        table.add_column("years without loss", justify="right")
    for row in rows:
        cells = [
            row["name"], row["design"], f"{row['panel_W']:g} W", f"{row['battery_Ah']:g} Ah",
            f"{row['latitude']:g}, {row['longitude']:g}", row["fate"],
        ]  # fmt: skip
        table.add_row(*cells, *([f"{100 * row['survives']:.0f} %"] if with_odds else []))
    return table
