"""What flashing an ESP ended in, in words: a failure with its causes, a start that shows a trouble."""

from __future__ import annotations

from dataclasses import dataclass

from station.errors import Exit, StationError
from station.esp_boot_log import SIX_CAUSES, booted, six_causes, troubles
from station.esp_image import EspImage

#: Failures before anything was written, whose sentence is enough.
_BEFORE = (Exit.NO_BOARD, Exit.READ_ONLY, Exit.USAGE, Exit.NO_SPACE)
#: Of the six causes those that are ruled out once the file was read back from its place.
RULED_OUT = 3


@dataclass(frozen=True, slots=True)
class Start:
    """How the board started: lines for the owner, and the sentence that it failed with ("": it did not)."""

    lines: tuple[str, ...]
    wrong: str = ""


def causes_after(problem: StationError, image: EspImage) -> tuple[str, ...]:
    """What half a firmware leads to, a line each; nothing where nothing was written."""
    if problem.exit_code in _BEFORE or "nothing was written" in str(problem):
        return ()
    head = "Until it is flashed whole, the board may say `flash read err, 1000`. The causes, in order:"
    return (head, *_numbered(six_causes(image.way)))


def start_of(log: str, image: EspImage, clues: tuple[str, ...] = ()) -> Start:
    """What the board said as it started; `clues` are the chip's own, for a bad start.

    The file was read back before: the causes that lie in the file and its place are ruled out.
    """
    found = troubles(log, image.way)
    told = [line for one in found for line in (f"It says '{one.seen}'. {one.meaning}", *_numbered(one.todo))]
    if booted(log):
        return Start(("It starts.", *told))
    if not found:
        return Start(("It was reset; its console says nothing that tells whether it starts.",))
    wrong = f"The firmware was read back as it should be, but the board does not start: '{found[0].seen}'."
    if len(found[0].todo) == len(SIX_CAUSES):
        wrong += f" Causes 1 to {RULED_OUT} are ruled out, so begin with {RULED_OUT + 1}."
    return Start((*told, *clues), wrong)


def _numbered(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"  {number}. {sentence}" for number, sentence in enumerate(sentences, 1))
