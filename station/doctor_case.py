"""What the doctor knows of one node: its design, its settings, what its checks told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boards import Design, load_design
from sim.prices import board_mW
from station.detect_choice import designs_for
from station.doctor_lines import Heard
from station.errors import Exit, StationError

#: Roles of pins in words.
_WORDS = {"pir": "motion sensor", "bench": "bench switch", "clock_int": "clock's line", "latch_hold": "latch"}


@dataclass(frozen=True, slots=True)
class Case:
    """One examination.

    Attributes
    ----------
    settings : what the node's settings.toml says, as far as it is known. now_s : this computer's time, Unix.
    """

    design: Design
    heard: Heard
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    now_s: float = 0.0

    @property
    def on_usb(self) -> bool:
        """Whether USB feeds the board: then the battery's lead tells nothing."""
        board = self.heard.one("board.is")
        return bool(board and board["usb"])

    @property
    def by_air(self) -> bool:
        """Whether it was asked over the network: its radio was on then."""
        return self.heard.one("console.by_air") is not None

    def pin(self, role: str) -> str:
        return self.design.pins.get(role, "")

    @property
    def idle_mA(self) -> float:
        """What the board alone should take now, at the voltage that the meter reads; 0 without a reading."""
        seen = self.heard.one("meter.reads")
        volts = seen["mV"][1] / 1000.0 if seen and seen["mV"] else 0.0
        row = "radio_idle" if self.by_air else "idle"
        return board_mW(self.design, row) / volts if volts else 0.0

    @property
    def measures(self) -> bool:
        """Whether its currents can be believed: a meter that answers, in the lead that feeds the board."""
        seen = self.heard.one("meter.reads")
        if self.on_usb or not seen or not seen["mV"]:
            return False
        mA = float(seen["tenth_mA"][1]) / 10.0
        return 0.3 * self.idle_mA < mA < 3.0 * self.idle_mA


def role_words(role: str) -> str:
    """ "camera_sck" -> "camera SCK"; "camera_power" -> "camera's switch"."""
    if role in _WORDS:
        return _WORDS[role]
    part, _, line = role.partition("_")
    return f"{part}'s switch" if line == "power" else f"{part} {line.upper()}"


def case_of(name: str, heard: Heard, now_s: float) -> Case:
    """A case of the design that was named, else of the first one that is made for this board.

    Raises StationError if there is none.
    """
    board = heard.one("board.is")
    here = str(board["id"]) if board else ""
    fits = designs_for(here)
    if not name and not fits:
        raise StationError(
            f"Say with --design which design this is ({here or 'the board does not say what it is'}).",
            Exit.USAGE,
        )
    said = heard.one("settings.are") or {}
    settings = {f"TORPOR_{key}": said[short] for short, key in _SAID.items() if short in said}
    return Case(load_design(name or fits[0]), heard, settings, now_s)


#: What the check of Wi-Fi tells of the settings: nothing secret.
_SAID = {"ssid": "WIFI_SSID", "host": "HOST", "port": "PORT"}
