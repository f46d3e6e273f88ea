"""A node's log from the journals that it sent: the file that `torpor plot` reads, as the twin writes one."""

from __future__ import annotations

import time
from pathlib import Path

from boards import load_design
from sim.log import write_log
from sim.nodelog import ENTRY, NodeLog, node_log
from sim.prices import states_of
from sim.watching import NodeRow, reason_names, unpack_entry
from station.errors import Exit, StationError
from station.records import Node
from station.store import Store


def log_of(store: Store, node: Node) -> tuple[float, NodeLog]:
    """When the node's log begins (s since 1970), and the log, which counts from there.

    StationError if nobody has told its design, which names the states.
    """
    if not node.design:
        raise StationError(
            f"Node {node.name} has no design, which names its states: torpor node design {node.name} DESIGN.",
            Exit.USAGE,
        )
    batches = store.logs(node.name)
    began_s = _began_s(batches[0]) if batches else 0.0
    states = states_of(load_design(node.design))
    shifted = [(received_s - began_s, raw) for received_s, raw in batches]
    return began_s, node_log(shifted, states, reason_names(), states.index("SLEEP"))


def _began_s(first: tuple[float, bytes]) -> float:
    """What the first batch tells of was over when it came; how long the node slept before, nobody knows."""
    received_s, raw = first
    entries = (unpack_entry(raw[at : at + ENTRY]) for at in range(0, len(raw) - ENTRY + 1, ENTRY))
    return received_s - sum(entry.dt_s for entry in entries if isinstance(entry, NodeRow))


def write_node_log(store: Store, node: Node, path: Path) -> int:
    """Write it as CSV; returns the number of rows. StationError if the node has sent no journal."""
    began_s, log = log_of(store, node)
    if not log.rows:
        raise StationError(f"Node {node.name} has sent no journal with readings of its meter yet.")
    began = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(began_s))
    return write_log(path, log.rows, f"node log of {node.name} ({node.design}), t_s = 0 at {began}")
