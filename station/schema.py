"""The station's database: its tables, and how a connection to it is opened.

WAL with synchronous=FULL: what is committed is on the disk. Times are seconds since 1970.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from station.errors import StationError

VERSION = 2
#: How long a writer waits for another process (`torpor node` beside `torpor receive`), s.
BUSY_s = 10.0

TABLES = """
CREATE TABLE nodes (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  key BLOB NOT NULL,
  added_s REAL NOT NULL,
  design TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL DEFAULT '{}',       -- to send, as JSON
  settings_number INTEGER NOT NULL DEFAULT 0,
  settings_at_node INTEGER,                  -- what it said last, NULL: it takes none
  stored_bytes INTEGER NOT NULL DEFAULT 0,
  heard_s REAL,
  latitude REAL,                             -- degrees, NULL: nobody has told its place
  longitude REAL,
  keep_days REAL,                            -- how long its pictures are kept, NULL: as the station says
  keep_bytes INTEGER                         -- and how many bytes of them
) STRICT;
CREATE TABLE lives (                         -- boot numbers of a node, in the order in which they were heard
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  node INTEGER NOT NULL REFERENCES nodes,
  boot TEXT NOT NULL,
  wake INTEGER NOT NULL,
  UNIQUE (node, boot)
) STRICT;
CREATE TABLE pictures (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  node INTEGER NOT NULL REFERENCES nodes,
  key TEXT NOT NULL,
  size INTEGER NOT NULL,
  crc32 INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  received_s REAL NOT NULL,
  taken_s REAL,
  telemetry TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,                 -- below pictures/
  width INTEGER,
  height INTEGER,
  suspect TEXT,                              -- why, NULL: nothing found
  thumb TEXT NOT NULL DEFAULT 'waiting',     -- waiting, made, none
  kept TEXT NOT NULL DEFAULT 'here',         -- here, leaving (its files are being deleted), gone
  exported_s REAL,                           -- when it was exported first
  UNIQUE (node, key)
) STRICT;
CREATE INDEX pictures_here ON pictures (node, number DESC) WHERE kept = 'here';
CREATE INDEX pictures_suspect ON pictures (node, number DESC) WHERE suspect IS NOT NULL;
CREATE INDEX pictures_waiting ON pictures (number) WHERE thumb = 'waiting';
CREATE INDEX pictures_leaving ON pictures (number) WHERE kept = 'leaving';
CREATE TABLE telemetry (
  number INTEGER PRIMARY KEY,
  node INTEGER NOT NULL REFERENCES nodes,
  received_s REAL NOT NULL,
  line TEXT NOT NULL
) STRICT;
CREATE INDEX telemetry_by_time ON telemetry (node, received_s);
CREATE TABLE logs (                          -- journal bytes as they came
  number INTEGER PRIMARY KEY,
  node INTEGER NOT NULL REFERENCES nodes,
  key TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  received_s REAL NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (node, key, sha256)
) STRICT;
CREATE TABLE events (                        -- decoded from them
  number INTEGER PRIMARY KEY,
  node INTEGER NOT NULL REFERENCES nodes,
  received_s REAL NOT NULL,
  wake INTEGER NOT NULL,
  reason TEXT NOT NULL,
  argument INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (node, received_s);
CREATE TABLE readings (
  number INTEGER PRIMARY KEY,
  node INTEGER NOT NULL REFERENCES nodes,
  key TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  received_s REAL NOT NULL,
  content BLOB NOT NULL,
  names TEXT NOT NULL,
  node_s INTEGER NOT NULL,
  UNIQUE (node, key)
) STRICT;
"""

#: What makes a database of an older version one of the next.
UPGRADES: dict[int, str] = {
    1: """
ALTER TABLE nodes ADD COLUMN latitude REAL;
ALTER TABLE nodes ADD COLUMN longitude REAL;
ALTER TABLE nodes ADD COLUMN keep_days REAL;
ALTER TABLE nodes ADD COLUMN keep_bytes INTEGER;
ALTER TABLE pictures ADD COLUMN kept TEXT NOT NULL DEFAULT 'here';
ALTER TABLE pictures ADD COLUMN exported_s REAL;
DROP INDEX pictures_newest;
CREATE INDEX pictures_here ON pictures (node, number DESC) WHERE kept = 'here';
CREATE INDEX pictures_leaving ON pictures (number) WHERE kept = 'leaving';
""",
}


def open_database(path: Path) -> sqlite3.Connection:
    """Return a connection that writes, making the database at the first time (mode 0600).

    Transactions are begun and ended by whoever writes. StationError if the file is no database of ours.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_s, isolation_level=None, check_same_thread=False)
    try:
        _set_up(db, path)
    except sqlite3.DatabaseError as error:
        db.close()
        raise StationError(f"{path}: cannot be opened as the station's database: {error}.") from error
    except StationError:
        db.close()
        raise
    return db


def _set_up(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("BEGIN IMMEDIATE")  # two commands may start at once
    (found,) = db.execute("PRAGMA user_version").fetchone()
    steps = [TABLES] if found == 0 else [UPGRADES[older] for older in range(found, VERSION)]
    for statement in ";".join(steps).split(";"):
        db.execute(statement)
    if steps:
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")
    if found > VERSION:
        raise StationError(f"{path}: has version {found}, this Torpor reads version {VERSION}.")


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write."""
    db = sqlite3.connect(path, timeout=BUSY_s, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA query_only = ON")
    return db
