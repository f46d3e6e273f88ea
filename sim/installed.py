"""A node that was hung up before: the twin's, unless its scenario says `install`. Else what came of that."""

from __future__ import annotations

from collections.abc import Sequence

from sim.home import Preview

#: Bytes of nvm in which a node counts its install modes (docs/memory.md; a test holds it).
INSTALLED = (1024, 1040)


def hang_up(nvm: bytearray, before: bool = True) -> None:
    """Let it have had all its install modes, unless that was not `before`."""
    start, end = INSTALLED
    if before:
        nvm[start:end] = bytes(end - start)


def install_notes(previews: Sequence[Preview]) -> list[str]:
    """A sentence on install mode, where there was one that home heard."""
    if not previews:
        return []
    told, minutes = previews[-1].told, (previews[-1].t_s - previews[0].t_s) / 60.0
    empty = sum(not one.jpeg for one in previews)
    pictures = f"{len(previews) - empty} pictures" + (f" and {empty} times none" if empty else "")
    return [
        f"install mode came first: {pictures} in {minutes:.0f} min, {told.get('motions', 0)} motions,"
        f" signal {told.get('rssi', 0)} dBm."
    ]
