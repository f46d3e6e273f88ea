"""Where pictures can wait, each place with its size, its price and its life, all from rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from boards.model import Design
from boards.ways import watts_of

#: A usual picture of 800 x 600 (reference picture sizes of an OV2640), KiB.
PICTURE_KiB = 40
#: Directory entries that one picture changes: created, closed, renamed, deleted.
ENTRIES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """One place for pictures.

    Attributes
    ----------
    name : "fifo", "flash" or "sd". KiB : its size.
    mJ : from the battery to put one picture of PICTURE_KiB there and to delete it later; in the FIFO
        nothing, but `standing_W` flows for as long as it waits.
    pictures : how many wear it out (infinity: memory without wear).
    """

    name: str
    KiB: float
    mJ: float
    standing_W: float
    pictures: float


def place_names(design: Design) -> tuple[str, ...]:
    """Return where pictures can wait: what the board has, and what a part of the design adds."""
    absent = ("sd",) if design.camera else ("sd", "fifo")
    places = tuple(name for name in design.board.words("spool_places") if name not in absent)
    return (*places, "sd") if design.sd else places


def picture_places(design: Design) -> tuple[Place, ...]:
    """Return the places of a design: those of the board, and the card if it has one."""
    made = {"fifo": _fifo, "flash": _flash, "sd": _card}
    return tuple(made[name](design) for name in place_names(design))


def _busy_W(design: Design) -> float:
    return watts_of(design, design.board, design.board.rows["busy"])


def _fifo(design: Design) -> Place:
    """The camera's frame memory: it forgets with its rail."""
    camera = design.part("camera")
    run_W = watts_of(design, camera, camera.rows["run"])
    return Place("fifo", camera.v("fifo_size") / 1024, 0.0, run_W, math.inf)


def _flash(design: Design) -> Place:
    """The board's drive. Its directory lies in one sector, which wears out first."""
    board = design.board
    sectors = math.ceil(PICTURE_KiB * 1024 / board.v("flash_sector_size")) + ENTRIES
    mJ = _busy_W(design) * sectors * board.v("flash_sector_write")
    return Place("flash", board.v("drive"), mJ, 0.0, board.v("flash_wear") / ENTRIES)


def _card(design: Design) -> Place:
    """The card, mounted for this one picture."""
    card = design.sd
    assert card is not None
    reading_W, writing_W = (watts_of(design, card, card.rows[row]) for row in ("read", "write"))
    write_s = PICTURE_KiB * 1024 * card.v("write_time") * 1e-6 + ENTRIES * card.v("update") / 1000
    joules = (_busy_W(design) + reading_W) * (card.v("power_up") + card.v("mount"))
    joules += (_busy_W(design) + writing_W) * write_s
    return Place("sd", card.v("size"), 1000 * joules, 0.0, card.v("wear") * card.v("size") / PICTURE_KiB)
