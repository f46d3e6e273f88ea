"""Which state of the firmware a log's state is: by its own name, by the owner's word, or by a plain word."""

from __future__ import annotations

from collections.abc import Mapping

from boards import Design
from sim.differences import AWAKE
from sim.prices import states_of

from .errors import AnalysisError
from .state_rows import StateTable

#: Words that owners and other loggers use.
WORDS = {
    "sleep": "SLEEP", "asleep": "SLEEP", "rest": "SLEEP", "deep sleep": "SLEEP", "idle": "SETTLE",
    "wait": "SETTLE", "boot": "BOOT", "start": "BOOT", "camera": "CAMERA", "settle": "CAMERA",
    "picture": "CAPTURE", "capture": "CAPTURE", "save": "STORE", "store": "STORE", "join": "CONNECT",
    "connect": "CONNECT", "wifi": "UPLOAD", "wi-fi": "UPLOAD", "send": "UPLOAD", "upload": "UPLOAD",
    "sensor": "TASK", "measure": "TASK", "awake": AWAKE, "off": "OFF",
}  # fmt: skip


def firmware_states(
    table: StateTable, design: Design, names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The firmware's state of each of the table's, as far as it can be told.

    Parameters
    ----------
    names : the owner's word on it, {"burst": "UPLOAD"}; AnalysisError if there is no such state.
    """
    known = {*states_of(design), "FLOOR", "INSTALL", "OFF", AWAKE} - {"-"}
    said = dict(names or {})
    for ours, theirs in said.items():
        if ours not in table.names:
            raise AnalysisError(f"{ours!r} is no state of this log; it has {', '.join(table.names)}.")
        if theirs.upper() not in known:
            raise AnalysisError(
                f"{ours}={theirs}: expected a state of the firmware: {', '.join(sorted(known))}."
            )
    rest = "OFF" if design.latch else "SLEEP"
    found = {}
    for name, rests in zip(table.names, table.resting, strict=True):
        word = (
            said.get(name, name).upper() if name in said or name.upper() in known else WORDS.get(name.lower())
        )
        if word == "SLEEP" or (rests and word is None):
            word = rest
        if word in known:
            found[name] = word
    return found
