"""A node that was hung up before: the twin's, unless its scenario says `install`."""

from __future__ import annotations

#: Bytes of nvm in which a node counts its install modes (docs/memory.md; a test holds it).
INSTALLED = (1024, 1040)


def hang_up(nvm: bytearray) -> None:
    """Let it have had all its install modes."""
    start, end = INSTALLED
    nvm[start:end] = bytes(end - start)
