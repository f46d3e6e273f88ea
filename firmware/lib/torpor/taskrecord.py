"""The record of a node that runs declared tasks: under other names, what a camera keeps there."""

from torpor.record import Record


def _as(field):
    return property(lambda self: getattr(self, field), lambda self, value: setattr(self, field, value))


class TaskRecord(Record):
    """docs/memory.md tells the fields: `ran`, the minute up to which triggers were looked at (modulo 65536);
    `owed`, a bit for each task that is due until it was done; `drift`, of the node's own clock."""

    ran = _as("picture")
    owed = _as("dark")
    drift = _as("wish")
