"""How long the flash lasts at the rate of a run."""

from __future__ import annotations

import math

from sim.hardware import Hardware
from sim.machine import Machine
from sim.result import Worn

YEAR_days = 365.25


def worn(machine: Machine, hardware: Hardware, days: float) -> Worn:
    """Of each flash the sector that is erased most often.

    On the drive nothing spreads the wear, and it is the sector with the folder's entries: a picture that
    waits there takes three erases of it (closed, renamed, removed). nvm of the RP2040 is one sector;
    NVS of an ESP spreads its erases over the sectors of its partition.
    """
    board = hardware.design.board
    nvm = machine.cores["microcontroller"].nvm
    return Worn(
        _years(hardware.files.entry_writes, days, board.v("flash_wear")),
        _years(nvm.rewrites, days, board.v("flash_wear")),
        board.v("flash_wear"),
    )


def _years(erases: int, days: float, cycles: float) -> float:
    return cycles * days / YEAR_days / erases if erases else math.inf
