"""A plan and a deploy as a person reads them, and as plain data."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from station.deploy_plan import DELETED, Fate, Plan
from station.deploy_run import Ready

JSON_VERSION = 1
#: What a person has to do where the route cannot restart the board.
BY_HAND = " Eject the drive, open the bench switch if there is one, press reset."


def document(ready: Ready, route: str, done: bool, seconds: float) -> dict[str, Any]:
    """Everything but contents: settings hold secrets."""
    plan = ready.plan
    return {
        "version": JSON_VERSION,
        "route": route,
        "board": {
            "id": ready.boot.board_id,
            "uid": ready.boot.uid,
            "circuitpython": ready.boot.text,
        },
        "design": ready.image.design,
        "done": done,
        "seconds": round(seconds, 2),
        "written_bytes": plan.to_write,
        "peak_bytes": plan.peak,
        "space": {"total": plan.space.total, "free": plan.space.free, "cluster": plan.space.cluster},
        "files": [
            {"path": row.path, "fate": row.fate.name.lower(), "was": row.was, "size": row.size}
            for row in plan.rows
        ],
        "warnings": list(ready.warnings),
    }


def summary(plan: Plan) -> str:
    """ "12 new, 3 changed, 58 as they are; 61,204 bytes to write"."""
    words = []
    for fate, said in ((Fate.NEW, "new"), (Fate.CHANGED, "changed"), (Fate.SAME, "as they are")):
        if count := len(plan.paths(fate)):
            words.append(f"{count} {said}")
    if count := len(plan.paths(*DELETED)):
        words.append(f"{count} to go")
    if count := len(plan.paths(Fate.FOREIGN)):
        words.append(f"{count} of others, kept")
    return f"{', '.join(words)}; {plan.to_write:,} bytes to write, {plan.space.free:,} free"


def show_plan(screen: Console, plan: Plan, every: bool = True) -> None:
    """What changes, file by file; what stays as it is only as a number. Without `every` only what goes."""
    table = Table("file", "what", box=None, pad_edge=False)
    table.add_column("was", justify="right")
    table.add_column("will be", justify="right")
    for row in plan.rows:
        if row.fate in (Fate.SAME, Fate.FOREIGN) or not (every or row.fate in DELETED):
            continue
        table.add_row(row.path, row.fate.value, _size(row.was), _size(row.size))
    if table.row_count:
        screen.print(table)
    screen.print(summary(plan) + ".", markup=False)


def endings(idle: bool, said: str | None, as_source: bool) -> list[str]:
    """What is told at the end; `said` is the board's word after its restart, None if a person restarts it."""
    if idle:
        return ["Everything is there already."]
    told = (
        ["torpor: The board does not take compiled files: everything is there as .py."] if as_source else []
    )
    if said is None:
        return [*told, f"All of it is there and was read back.{BY_HAND}"]
    told.append("All of it is there and was read back; the board starts anew.")
    wrong = complaint(said)
    return [*told, f"torpor: The board's program ended with: {wrong}"] if wrong else told


def complaint(said: str) -> str:
    """What the traceback ends with that a board's console showed, "" if it showed none."""
    rest = said.partition("Traceback (most recent call last):")[2]
    return next((line for line in rest.splitlines() if line and not line.startswith(" ")), "")


def _size(size: int) -> str:
    return f"{size:,}" if size else "-"
