"""The page of what a node's journal says, from the station's own words."""

from __future__ import annotations

from station.words import SAY, words

_HEAD = """\
# The journal's sentences

<!-- This page is made by station/handbook_journal.py from station/words.py: change it there. -->

A node keeps a journal of reasons: what happened, what was decided, and why. It travels with the next upload and stands on the node's
page at home. These are all of its sentences; numbers stand here for any. The bytes are in [memory](../memory.md).

| entry | what the page says |
|---|---|
"""
#: An argument that makes a sentence of each.
_EXAMPLE = {
    "SETTINGS_BAD": 2, "CHARGE_JUMPED": 40, "BATTERY": 72, "DEAR": 96, "LEARNT": 126, "SIGNAL": 71, "LIGHT": 90,
    "METER_LOST": 0, "SEND_FAILED": 50, "REFUSED": 41, "GAIN": 40, "LINES": 90, "SUN": 60, "SLEPT": 30, "WOKE": 2,
}  # fmt: skip


def journal_page() -> str:
    """Return docs/reference/journal.md."""
    rows = (f"| {reason} | {words(reason, _EXAMPLE.get(reason, 3))} |" for reason in SAY)
    return _HEAD + "\n".join(rows) + "\n"
