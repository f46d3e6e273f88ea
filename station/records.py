"""What the station keeps, as its readers see it. Times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    """A node that may send.

    Attributes
    ----------
    design : its design's name or file, "" if nobody has told it.
    settings, settings_number : what it is to take, and the number under which it does.
    settings_at_node : the number that it has told last; None: it has not, and takes no settings.
    stored_bytes : all its pictures that are here. heard_s : when it was heard last, None: never.
    latitude, longitude : degrees north and east, None: nobody has told.
    keep_days, keep_bytes : how long, and how much of, its pictures are kept; None: as the station says.
    """

    number: int
    name: str
    key: bytes = field(repr=False)
    added_s: float
    design: str
    settings: Mapping[str, str | int]
    settings_number: int
    settings_at_node: int | None
    stored_bytes: int
    heard_s: float | None
    latitude: float | None = None
    longitude: float | None = None
    keep_days: float | None = None
    keep_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was acknowledged.

    Attributes
    ----------
    number : grows with each arrival; `before` of `Store.pictures`.
    sha256 : of the content, 32 bytes. taken_s : None where nobody can tell.
    telemetry : what the node said with it.
    width, height : None until it was looked at, or where it cannot be opened.
    suspect : one sentence on what is wrong with it, None: nothing found (yet, while `thumb` is "waiting").
    thumb : "waiting", "made" or "none" (it cannot be opened).
    path : below the folder of pictures; `Store.path_of` makes it whole.
    exported_s : when it was exported first, None: never.
    """

    number: int
    node: str
    key: str
    size: int
    crc32: int
    sha256: bytes
    received_s: float
    taken_s: float | None
    telemetry: Mapping[str, object]
    path: str
    width: int | None
    height: int | None
    suspect: str | None
    thumb: str
    exported_s: float | None = None


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What a node said of itself with one request."""

    received_s: float
    said: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a node's journal; `received_s` is when it came home, `wake` in which wake it happened.
    `reason` is a name of firmware/lib/torpor/reasons.py."""

    received_s: float
    wake: int
    reason: str
    argument: int


@dataclass(frozen=True, slots=True)
class Upload:
    """One whole request whose signature and CRC hold."""

    node: Node
    kind: str
    key: str
    boot: str
    content: bytes | memoryview = field(repr=False)
    size: int
    crc32: int
    sha256: bytes
    received_s: float
    telemetry: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an upload: 201 kept, 200 it was there already, 409 something else has its key.

    `in_order` : it is no older than what the node said before; only then is its telemetry believed.
    """

    status: int
    in_order: bool
