"""The owner's side of a node: adding it, its key, its design, and settings for it to take."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.protocol import KEY_BYTES, is_node_name
from station.errors import Exit, StationError
from station.records import Node
from station.store import Store
from station.writer import Batch


def known(store: Store, name: str) -> Node:
    """One node; StationError that lists the names if there is none."""
    found = store.node(name)
    if found is None:
        there = ", ".join(node.name for node in store.nodes()) or "none yet"
        raise StationError(f"There is no node {name!r}; there is: {there}.", Exit.USAGE)
    return found


def add(store: Store, name: str, design: str = "") -> Node:
    """Add a node with a new key."""
    if not is_node_name(name):
        raise StationError(
            f"{name!r} is no name for a node: expected 1 to 32 of a-z, 0-9, - and _, beginning with a letter"
            " or digit.",
            Exit.USAGE,
        )

    def job(batch: Batch) -> None:
        try:
            batch.db.execute(
                "INSERT INTO nodes (name, key, added_s, design) VALUES (?, ?, ?, ?)",
                (name, secrets.token_bytes(KEY_BYTES), time.time(), design),
            )
        except sqlite3.IntegrityError:
            raise StationError(f"Node {name} is there already.", Exit.USAGE) from None

    store.write(job).result()
    return known(store, name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A node that the station is to know: its name, its design, and where it stands, degrees."""

    name: str
    design: str
    latitude: float
    longitude: float


def enrol(store: Store, wanted: Sequence[Wanted]) -> dict[str, str]:
    """Name -> key in hexadecimal of many nodes, in one transaction: all of them or none.

    A node that is there keeps its key; its design and place become what is wanted.
    """

    def job(batch: Batch) -> None:
        for one in wanted:
            batch.db.execute(
                "INSERT OR IGNORE INTO nodes (name, key, added_s, design) VALUES (?, ?, ?, ?)",
                (one.name, secrets.token_bytes(KEY_BYTES), time.time(), one.design),
            )
            batch.db.execute(
                "UPDATE nodes SET design = ?, latitude = ?, longitude = ? WHERE name = ?",
                (one.design, one.latitude, one.longitude, one.name),
            )

    store.write(job).result()
    keys = {node.name: node.key.hex() for node in store.nodes()}
    return {one.name: keys[one.name] for one in wanted}


def rotate_key(store: Store, name: str) -> Node:
    """Give a node a new key; the old one is worth nothing from now on."""
    return _change(store, name, "key", secrets.token_bytes(KEY_BYTES))


def set_design(store: Store, name: str, design: str) -> Node:
    """Say which design a node is."""
    return _change(store, name, "design", design)


def set_place(store: Store, name: str, latitude: float, longitude: float) -> Node:
    """Say where a node stands, degrees north and east (WGS 84)."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise StationError(
            f"{latitude}, {longitude} is no place: expected -90 to 90 degrees north, -180 to 180 east.",
            Exit.USAGE,
        )
    _change(store, name, "latitude", latitude)
    return _change(store, name, "longitude", longitude)


def set_keep(store: Store, name: str, days: float | None, count_bytes: int | None) -> Node:
    """Say how long a node's pictures are kept, and how many bytes of them; None: as the station says."""
    _change(store, name, "keep_days", days)
    return _change(store, name, "keep_bytes", count_bytes)


def queue_settings(store: Store, name: str, settings: Mapping[str, str | int]) -> Node:
    """Have a node take these settings (keys as in settings.toml) with its next upload, under a new number."""
    text = json.dumps(dict(settings), sort_keys=True)
    return _change(store, name, "settings_number = settings_number + 1, settings", text)


def _change(store: Store, name: str, column: str, value: str | bytes | float | None) -> Node:
    number = known(store, name).number

    def job(batch: Batch) -> None:
        batch.db.execute(f"UPDATE nodes SET {column} = ? WHERE number = ?", (value, number))

    store.write(job).result()
    return known(store, name)
