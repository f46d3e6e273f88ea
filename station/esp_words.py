"""esptool's errors in one sentence each, with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from station.detect_ports import closed
from station.errors import Exit, StationError

try:
    import termios

    #: What a port that goes away gives, pyserial's own error (an OSError) among it.
    GONE: tuple[type[Exception], ...] = (OSError, termios.error)
except ImportError:  # Windows
    GONE = (OSError,)

#: What esptool says when bytes were lost on the way; a slower line helps.
_NOISE = re.compile(
    r"timed out|timeout|invalid head|serial data|packet|checksum|corrupt|no more data"
    r"|failed to write|failed to enter|bad (compressed )?data|write failed with",
    re.IGNORECASE,
)


class LinkNoise(StationError):
    """Bytes were lost between the computer and the chip."""


@contextmanager
def in_words(port: str) -> Iterator[None]:
    """esptool's errors in one sentence each."""
    from esptool.util import FatalError

    try:
        yield
    except FatalError as problem:
        raise sentence_of(str(problem), port) from None
    except GONE:
        raise StationError(
            f"{port} went away in the midst; the board's flash may be half written. "
            "Plug it in again and flash it again.",
            Exit.NO_BOARD,
        ) from None


def sentence_of(said: str, port: str) -> StationError:
    """What esptool said, in our words; LinkNoise where a slower line may help."""
    if "Could not open" in said:
        return closed(port, said)
    if "Wrong boot mode detected" in said:
        return StationError(f"The chip on {port} restarts, but not into its loader: {BUTTONS}", Exit.NO_BOARD)
    if "Failed to connect" in said:
        return StationError(f"No ESP chip answers on {port}: {BUTTONS}", Exit.NO_BOARD)
    if "MD5 of file does not match" in said or "flash region is empty" in said:
        return StationError(
            f"What was written reads back differently ({said.splitlines()[0].rstrip('.!')}): the supply "
            "sags, the flash is worn, or GPIO12 is high at reset. Try --baud 115200 and another supply.",
            Exit.MISMATCH,
        )
    line = said.splitlines()[0]
    return LinkNoise(f"{port}: {line}") if _NOISE.search(said) else StationError(f"{port}: {line}")


BUTTONS = (
    "hold BOOT (or IO0 to GND), press RESET, let RESET go, and try again; is the cable one that carries "
    "data, and is the board's supply strong enough?"
)
