"""What flashing an ESP ended in, in words: a failure with its causes, a start that shows a trouble."""

from __future__ import annotations

from station.errors import Exit, StationError
from station.esp_boot_log import Trouble, booted, six_causes, troubles
from station.esp_image import EspImage

#: Failures before anything was written, whose sentence is enough.
_BEFORE = (Exit.NO_BOARD, Exit.READ_ONLY, Exit.USAGE, Exit.NO_SPACE)


def failed(problem: StationError, image: EspImage) -> StationError:
    """The error with what half a firmware leads to: `flash read err`, and its causes in order."""
    if problem.exit_code in _BEFORE or "nothing was written" in str(problem):
        return problem
    return StationError(
        f"{str(problem).rstrip('.')}. The board may say `flash read err, 1000` until it is flashed whole. "
        f"{_numbered(six_causes(image.way))}",
        problem.exit_code,
    )


def after_boot(log: str, image: EspImage, clues: tuple[str, ...] = ()) -> list[str]:
    """What the board said as it started, in lines for the owner; `clues` are the chip's own, for a bad start.

    Raises
    ------
    StationError : it did not start; the sentence says what its message means and what to do, in order.
    """
    found = troubles(log, image.way)
    if found and not booted(log):
        raise StationError(" ".join((*(_told(one) for one in found), *clues)))
    if booted(log):
        return ["It starts.", *(_told(one) for one in found)]
    return ["It was reset; its console says nothing that tells whether it starts."]


def _told(one: Trouble) -> str:
    return f"The board says '{one.seen}'. {one.meaning} {_numbered(one.todo)}"


def _numbered(sentences: tuple[str, ...]) -> str:
    if len(sentences) == 1:
        return sentences[0]
    return " ".join(f"({number}) {sentence}" for number, sentence in enumerate(sentences, 1))
