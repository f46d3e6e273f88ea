"""A node that was given away: nothing of it stays at the station, but for its pictures if they are to stay.

In three steps, each of which a kill may follow; the same again goes on from there. First it gets a key that
nobody knows, so that nothing more comes. Then its pictures go, rows before files as retention has it, or
their files into a folder of their own. At last all its rows go, unless a picture came in between.
"""

from __future__ import annotations

from functools import partial

from station import nodes
from station.files import FORGOTTEN
from station.records import Node
from station.retention import BATCH, delete, finish
from station.store import Store
from station.writer import Batch

#: Tables with rows of a node; all of them refer to it.
_OF_A_NODE = ("lives", "pictures", "telemetry", "logs", "events", "readings")


def forget(store: Store, name: str, keep_pictures: bool) -> None:
    """Let a node go. StationError if there is none; OSError if a picture cannot be moved or deleted."""
    node = nodes.rotate_key(store, name)
    while not store.write(partial(_rows_gone, node)).result():
        finish(store)
        while pictures := store.oldest(name, count=BATCH):
            if keep_pictures:
                store.files.set_aside(FORGOTTEN, [picture.path for picture in pictures])
            delete(store, pictures)


def _rows_gone(node: Node, batch: Batch) -> bool:
    """Delete all rows of a node, and its own; False if there is a picture whose file is still to go."""
    here = "SELECT 1 FROM pictures WHERE node = ? AND kept != 'gone'"
    if batch.db.execute(here, (node.number,)).fetchone():
        return False
    for table in _OF_A_NODE:
        batch.db.execute(f"DELETE FROM {table} WHERE node = ?", (node.number,))
    batch.db.execute("DELETE FROM nodes WHERE number = ?", (node.number,))
    return True
