"""Text files that an owner writes: lists of sites, of what a shop has."""

from __future__ import annotations

from pathlib import Path

from sim.errors import SimError


def text_of(path: Path) -> str:
    """The file's text; SimError, one sentence, where it cannot be read or is none."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise SimError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SimError(f"{path}: is no text.") from None
