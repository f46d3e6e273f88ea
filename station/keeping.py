"""What is written when an upload arrives: one job of the writer per upload.

Each upload is kept once. Its telemetry is believed only if it is no older than what the node said before, so
that a request which somebody recorded and sends again cannot turn the node's state back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from sim.nodelog import ENTRY
from sim.protocol import numbers_of, telemetry_of
from sim.watching import NodeRow, reason_names, unpack_entry
from station.errors import Exit, StationError
from station.files import PictureFiles, name_of
from station.records import Kept, Upload
from station.writer import Batch

WAKES = 2**32  # wake numbers wrap here


class NoRoom(StationError):
    """The disk or the node's share of it is full."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, Exit.NO_SPACE)


def picture_job(files: PictureFiles, upload: Upload, part: Path, quota: int) -> Callable[[Batch], Kept]:
    """Keep a picture whose bytes are durable in `part`; `quota` in bytes per node, 0: none. NoRoom if it is
    used up."""

    def keep(batch: Batch) -> Kept:
        known = known_as(batch.db, "pictures", upload)
        if known:
            part.unlink(missing_ok=True)
            return _heard(batch.db, upload, known)
        _check_quota(batch.db, upload, quota)
        name = name_of(upload.node.name, upload.key, upload.received_s)
        batch.undo.append(lambda: files.forget(name))
        batch.folders.update(files.place(part, name))
        _insert_picture(batch.db, upload, name)
        return _heard(batch.db, upload, 201)

    return keep


def log_job(upload: Upload) -> Callable[[Batch], Kept]:
    """Keep journal bytes, and the events in them that did not come before. An empty one (the doctor asks
    whether home answers) leaves nothing behind."""

    def keep(batch: Batch) -> Kept:
        if not upload.size:
            return _heard(batch.db, upload, 200)
        found = batch.db.execute(
            "SELECT 1 FROM logs WHERE node = ? AND key = ? AND sha256 = ?",
            (upload.node.number, upload.key, upload.sha256),
        ).fetchone()
        if found:
            return _heard(batch.db, upload, 200)
        _insert_log(batch.db, upload)
        return _heard(batch.db, upload, 201)

    return keep


def readings_job(upload: Upload) -> Callable[[Batch], Kept]:
    """Keep one batch of readings."""

    def keep(batch: Batch) -> Kept:
        known = known_as(batch.db, "readings", upload)
        if known:
            return _heard(batch.db, upload, known)
        said = telemetry_of(upload.telemetry)
        batch.db.execute(
            "INSERT INTO readings (node, key, sha256, received_s, content, names, node_s)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (upload.node.number, upload.key, upload.sha256, upload.received_s, bytes(upload.content),
             str(said.get("of", "")), numbers_of(said).get("now", 0)),
        )  # fmt: skip
        return _heard(batch.db, upload, 201)

    return keep


def known_as(db: sqlite3.Connection, table: str, upload: Upload) -> int:
    """200 if the very same is there, 409 if something else has its key, 0 if there is nothing."""
    found = db.execute(
        f"SELECT sha256 FROM {table} WHERE node = ? AND key = ?", (upload.node.number, upload.key)
    ).fetchone()
    if found is None:
        return 0
    return 200 if found[0] == upload.sha256 else 409


def _check_quota(db: sqlite3.Connection, upload: Upload, quota: int) -> None:
    number = upload.node.number
    found = db.execute("SELECT stored_bytes FROM nodes WHERE number = ?", (number,)).fetchone()
    stored = found[0] if found else 0  # forgotten just now: its row will be refused
    if quota and stored + upload.size > quota:
        raise NoRoom(f"Node {upload.node.name} has {stored} bytes here, expected at most {quota}.")


def _insert_picture(db: sqlite3.Connection, upload: Upload, name: str) -> None:
    db.execute(
        "INSERT INTO pictures (node, key, size, crc32, sha256, received_s, taken_s, telemetry, path)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (upload.node.number, upload.key, upload.size, upload.crc32, upload.sha256, upload.received_s,
         _taken_s(upload), upload.telemetry, name),
    )  # fmt: skip
    db.execute(
        "UPDATE nodes SET stored_bytes = stored_bytes + ? WHERE number = ?", (upload.size, upload.node.number)
    )


def _taken_s(upload: Upload) -> float | None:
    """A picture that tells its exposure was taken in the wake that sends it: within a minute."""
    return upload.received_s if "gain" in telemetry_of(upload.telemetry) else None


def _insert_log(db: sqlite3.Connection, upload: Upload) -> None:
    content = bytes(upload.content)
    last = db.execute(
        "SELECT content FROM logs WHERE node = ? ORDER BY number DESC LIMIT 1", (upload.node.number,)
    ).fetchone()
    # what the node sent again because the answer to its last batch was lost is not new
    new = content[len(last[0]) :] if last and content.startswith(last[0]) else content
    db.execute(
        "INSERT INTO logs (node, key, sha256, received_s, content) VALUES (?, ?, ?, ?, ?)",
        (upload.node.number, upload.key, upload.sha256, upload.received_s, content),
    )
    db.executemany(
        "INSERT INTO events (node, received_s, wake, reason, argument) VALUES (?, ?, ?, ?, ?)",
        [(upload.node.number, upload.received_s, *event) for event in _events(new)],
    )


@lru_cache(maxsize=1)
def _names() -> dict[int, str]:
    return reason_names()


def _events(raw: bytes) -> list[tuple[int, str, int]]:
    """(wake, reason, argument) of the events among entries of 8 bytes."""
    found = []
    for at in range(0, len(raw) - ENTRY + 1, ENTRY):
        entry = unpack_entry(raw[at : at + ENTRY])
        if not isinstance(entry, NodeRow):
            reason, argument, wake, _ = entry
            found.append((wake, _names().get(reason, str(reason)), argument))
    return found


def _heard(db: sqlite3.Connection, upload: Upload, status: int) -> Kept:
    """The node was heard. Only what is new and no older than before says something about it.

    IntegrityError if the node is gone: another may have its number by now, but never its key.
    """
    number = upload.node.number
    its = (upload.received_s, number, upload.node.key)
    if not db.execute("UPDATE nodes SET heard_s = ? WHERE number = ? AND key = ?", its).rowcount:
        raise sqlite3.IntegrityError("its node was forgotten, or has another key by now")
    said = telemetry_of(upload.telemetry)
    if status != 201 or not said or not _in_order(db, upload, numbers_of(said).get("wake", 0)):
        return Kept(status, False)
    db.execute(
        "INSERT INTO telemetry (node, received_s, line) VALUES (?, ?, ?)",
        (number, upload.received_s, upload.telemetry),
    )
    at_node = numbers_of(said).get("cfg")
    if at_node is not None or upload.kind == "log":  # a node says it with its journal, if at all
        db.execute("UPDATE nodes SET settings_at_node = ? WHERE number = ?", (at_node, number))
    return Kept(status, True)


def _in_order(db: sqlite3.Connection, upload: Upload, wake: int) -> bool:
    """Whether the request is of the node's newest life, or begins one, and not of an earlier wake."""
    number, boot = upload.node.number, upload.boot
    newest = db.execute(
        "SELECT boot, wake FROM lives WHERE node = ? ORDER BY number DESC LIMIT 1", (number,)
    ).fetchone()
    if newest and newest[0] == boot:
        if (wake - newest[1]) % WAKES >= WAKES // 2:
            return False
        db.execute("UPDATE lives SET wake = ? WHERE node = ? AND boot = ?", (wake, number, boot))
        return True
    values = (number, boot, wake)
    return db.execute("INSERT OR IGNORE INTO lives (node, boot, wake) VALUES (?, ?, ?)", values).rowcount == 1
