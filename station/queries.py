"""How rows of the station's database become what its readers see."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sim.protocol import telemetry_of
from sim.readings import Batch
from station.records import Event, Node, Picture, Telemetry

_NODE = (
    "SELECT number, name, key, added_s, design, settings, settings_number, settings_at_node, stored_bytes,"
    " heard_s, latitude, longitude, keep_days, keep_bytes FROM nodes"
)
#: Pictures that are here: of one that was deleted by rule only the row is left.
_HERE = "kept = 'here'"
_PICTURE = (
    "SELECT p.number, n.name, p.key, size, crc32, sha256, received_s, taken_s, telemetry, path, width,"
    " height, suspect, thumb, exported_s FROM pictures p JOIN nodes n ON n.number = p.node"
)
#: Above any number of a row.
LAST = 2**62


def nodes(db: sqlite3.Connection) -> tuple[Node, ...]:
    """All nodes, by name."""
    return tuple(_node(row) for row in db.execute(_NODE + " ORDER BY name"))


def node(db: sqlite3.Connection, name: str) -> Node | None:
    """One node."""
    row = db.execute(_NODE + " WHERE name = ?", (name,)).fetchone()
    return _node(row) if row else None


def _node(row: tuple[Any, ...]) -> Node:
    values = list(row)
    values[5] = json.loads(values[5])
    return Node(*values)


def pictures(
    db: sqlite3.Connection, name: str, before: int | None, count: int, suspects: bool
) -> tuple[Picture, ...]:
    """The newest pictures below number `before`."""
    only = " AND suspect IS NOT NULL" if suspects else ""
    rows = db.execute(
        f"{_PICTURE} WHERE p.node = (SELECT number FROM nodes WHERE name = ?) AND p.number < ?"
        f" AND {_HERE}{only}"
        " ORDER BY p.number DESC LIMIT ?",
        (name, LAST if before is None else before, count),
    )
    return tuple(_picture(row) for row in rows)


def oldest(db: sqlite3.Connection, name: str, after: int, count: int) -> tuple[Picture, ...]:
    """The oldest pictures above number `after`, the first arrived first."""
    rows = db.execute(
        f"{_PICTURE} WHERE p.node = (SELECT number FROM nodes WHERE name = ?) AND p.number > ? AND {_HERE}"
        " ORDER BY p.number LIMIT ?",
        (name, after, count),
    )
    return tuple(_picture(row) for row in rows)


def count(db: sqlite3.Connection, name: str, since_s: float) -> int:
    """How many pictures arrived since then: the newest are counted until one is older."""
    rows = db.execute(
        "SELECT received_s FROM pictures WHERE node = (SELECT number FROM nodes WHERE name = ?)"
        f" AND {_HERE} ORDER BY number DESC",
        (name,),
    )
    found = 0
    for (received_s,) in rows:
        if received_s < since_s:
            break
        found += 1
    return found


def picture(db: sqlite3.Connection, name: str, key: str) -> Picture | None:
    """One picture."""
    row = db.execute(f"{_PICTURE} WHERE n.name = ? AND p.key = ? AND {_HERE}", (name, key)).fetchone()
    return _picture(row) if row else None


def waiting(db: sqlite3.Connection, count: int) -> tuple[Picture, ...]:
    """Pictures that nobody has looked at, the oldest first."""
    rows = db.execute(f"{_PICTURE} WHERE thumb = 'waiting' AND {_HERE} ORDER BY p.number LIMIT ?", (count,))
    return tuple(_picture(row) for row in rows)


def leaving(db: sqlite3.Connection, count: int) -> tuple[tuple[int, str], ...]:
    """(number, path) of pictures whose files are to be deleted."""
    rows = db.execute(
        "SELECT number, path FROM pictures WHERE kept = 'leaving' ORDER BY number LIMIT ?", (count,)
    )
    return tuple(rows)


def _picture(row: tuple[Any, ...]) -> Picture:
    values = list(row)
    values[8] = telemetry_of(values[8])
    return Picture(*values)


def has_path(db: sqlite3.Connection, path: str) -> bool:
    """Whether a picture lies there."""
    return db.execute("SELECT 1 FROM pictures WHERE path = ?", (path,)).fetchone() is not None


def telemetry(db: sqlite3.Connection, name: str, since_s: float) -> tuple[Telemetry, ...]:
    """What the node said, in order."""
    rows = _since(db, "telemetry", "received_s, line", name, since_s)
    return tuple(Telemetry(received_s, telemetry_of(line)) for received_s, line in rows)


def events(db: sqlite3.Connection, name: str, since_s: float) -> tuple[Event, ...]:
    """Its journal, in order."""
    return tuple(
        Event(*row) for row in _since(db, "events", "received_s, wake, reason, argument", name, since_s)
    )


def logs(db: sqlite3.Connection, name: str, since_s: float) -> tuple[tuple[float, bytes], ...]:
    """Journal bytes with their arrival, in order."""
    return tuple(_since(db, "logs", "received_s, content", name, since_s))


def _since(db: sqlite3.Connection, table: str, columns: str, name: str, since_s: float) -> list[Any]:
    return db.execute(
        f"SELECT {columns} FROM {table} WHERE node = (SELECT number FROM nodes WHERE name = ?)"
        " AND received_s >= ? ORDER BY number",
        (name, since_s),
    ).fetchall()


def readings(db: sqlite3.Connection, name: str) -> tuple[Batch, ...]:
    """Batches of readings in the order of their arrival."""
    rows = _since(db, "readings", "received_s, content, names, node_s", name, 0.0)
    return tuple(
        Batch(received_s, int(received_s), content, tuple(names.split()), node_s)
        for received_s, content, names, node_s in rows
    )
