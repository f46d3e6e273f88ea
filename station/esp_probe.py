"""What hangs on a USB-serial adapter: the chip is asked, which resets it."""

from __future__ import annotations

from dataclasses import replace

from station.detect import Found, Mode
from station.errors import Exit, StationError
from station.esp_loader import ask_chip


def probed(one: Found) -> Found:
    """The board with its chip, if it is one that only asking tells of; a sentence if nobody answers."""
    if one.mode not in (Mode.ADAPTER, Mode.ESP) or not one.port:
        return one
    try:
        seen = ask_chip(one.port)
    except StationError as problem:
        if problem.exit_code is Exit.USAGE:  # esptool is missing
            raise
        return replace(one, notes=(str(problem),))
    return replace(
        one, chip=seen.name, name=f"{seen.name} behind {one.name}", notes=(f"Its MAC is {seen.mac}.",)
    )
