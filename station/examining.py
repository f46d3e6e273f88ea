"""Looking at pictures in a process of its own: a bomb, or a crash of the decoder, takes nothing else with it.

`python -m station.examining` reads paths, one JSON line each, and answers each with one.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TypedDict

from PIL import Image

from station.jpeg_walk import walk

#: The largest picture that is opened at all, pixels; no camera here has more than 5 million.
MOST_PIXELS = 25_000_000
#: Thumbnails fit into this, pixels.
THUMB = (320, 240)
#: What the process may use, bytes: a decoded picture of MOST_PIXELS is 75 MB.
MEMORY = 1_000_000_000


class Seen(TypedDict):
    """What was found. `suspect`: one sentence, None if nothing. `thumb`: "made", "none" (it cannot be opened)
    or "waiting" (the thumbnail cannot be written: a full disk)."""

    width: int | None
    height: int | None
    suspect: str | None
    thumb: str


def examine(path: Path, thumb: Path) -> Seen:
    """Look at one picture and make its thumbnail; whatever is wrong with it is said in `suspect`."""
    try:
        jpeg = path.read_bytes()
    except OSError as error:
        return _nothing(f"Its file cannot be read: {error.strerror}.")
    try:
        (width, height), small = _shrunk(jpeg)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError, Warning) as error:
        return _nothing(f"It cannot be decoded: {error or type(error).__name__}.")
    found = walk(jpeg)
    made = _keep(small, thumb)
    return Seen(width=width, height=height, suspect=None if found.whole else found.reason, thumb=made)


def _nothing(suspect: str) -> Seen:
    return Seen(width=None, height=None, suspect=" ".join(suspect.split()), thumb="none")


def _shrunk(jpeg: bytes) -> tuple[tuple[int, int], Image.Image]:
    """The original's size, and its thumbnail without what the original says beside the picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
            size = image.size
            image.draft("RGB", THUMB)
            image.thumbnail(THUMB)
            small = image.convert("RGB")
    small.info.clear()
    return size, small


def _keep(small: Image.Image, thumb: Path) -> str:
    """Write the thumbnail; "made", or "waiting" if it cannot be."""
    part = thumb.with_suffix(".part")
    try:
        thumb.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            small.save(file, "JPEG", quality=80)
        os.replace(part, thumb)
    except OSError:
        with suppress(OSError):
            part.unlink()
        return "waiting"
    return "made"


def _be_humble() -> None:
    """Give way to whoever receives, and never take more memory than a picture needs."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        os.nice(19)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Answer until nobody asks any more."""
    _be_humble()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow only warns up to twice as many: an error here
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(examine(Path(asked["path"]), Path(asked["thumb"]))), flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
