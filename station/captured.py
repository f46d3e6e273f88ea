"""How a picture came to be, as far as anybody knows: when, by what, with which camera."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from sim.protocol import numbers_of
from station.records import Node, Picture
from station.standing import design_of

MAKE = "Torpor"
#: Why a node woke, by its `cause` (docs/protocol.md).
CAUSES = ("power-up", "timer", "motion", "watchdog", "brown-out", "unknown")


def when_s(picture: Picture) -> float:
    """When it was taken; when it arrived, where nobody knows that."""
    return picture.received_s if picture.taken_s is None else picture.taken_s


def moment(seconds: float, zone: tzinfo | None) -> datetime:
    """A time by the clock of a zone (None: this computer's), in whole seconds."""
    there = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    return there.astimezone(zone)


def trigger(picture: Picture) -> str:
    """What made the node take it. It tells of the wake that sends, so only of a picture of that wake."""
    cause = numbers_of(picture.telemetry).get("cause", -1)
    return CAUSES[cause] if picture.taken_s is not None and 0 <= cause < len(CAUSES) else "unknown"


def camera_of(node: Node) -> str:
    """The camera's name by the node's design; "node" if there is none, or its design is not known."""
    design = design_of(node.design)
    return design.camera.title.partition(" (")[0] if design and design.camera else "node"
