"""Which part, left on, would draw what a node draws too much: what fits is named, what does not is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import hypot

from boards import Design
from sim.prices import part_mW
from sim.state_parts import parts_of, row_off_mW

#: What a row of a part stands for, if it is on where it should not be; %s is the part's title.
WORDS = {
    ("board", "deep_sleep_timer"): "the board sleeps by its timer, whose clocks run on",
    ("board", "light_sleep"): "the board dozes in light sleep and is never in deep sleep",
    ("board", "idle"): "the board does not sleep, it only waits",
    ("board", "radio_left"): "the radio was used and its chip is still powered",
    ("board", "radio_idle"): "the radio is still joined to the network",
    ("board", "led"): "the board's LED is lit",
    ("camera", "run"): "the camera is still on",
    ("camera", "standby"): "the camera is in standby, its supply is never switched off",
    ("camera", "phantom"): "the camera is fed through its bus lines although its supply is off",
    ("meter", "converting"): "the meter goes on converting",
    ("panel_meter", "converting"): "the panel's meter goes on converting",
    ("sd", "idle"): "the SD card is still mounted",
    ("sd", "read"): "the SD card is busy all the time",
    ("sensor", "run"): "the sensor is still on",
    ("light", "run"): "the light is on",
    ("charger", "back_feed"): "the charger feeds back into the dark panel",
}  # fmt: skip
#: What no design has a row for, mA at 3.3 V or at the battery: low, high. Estimates of what breakouts carry.
STRANGERS = (
    ("a power LED of a breakout is lit", 0.5, 3.0),
    ("a linear regulator of a breakout (AMS1117 or the like) draws its own current", 3.0, 10.0),
)
#: At most so many explanations; together at most so many parts.
MOST, TOGETHER = 3, 2
#: A doubt larger than this part of the difference fits everything, so nothing is named.
VAGUE = 0.7


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that may draw: in words, mW at the battery, and plus or minus."""

    words: str
    mW: float
    off_mW: float


def suspects(design: Design, state: str, over_mW: float, off_mW: float) -> tuple[Suspect, ...]:
    """What fits a difference of `over_mW` plus or minus `off_mW`, the nearest first.

    Single parts, or if none fits two of them together; nothing where the doubt would fit anything.
    """
    if over_mW <= 0.0 or off_mW > VAGUE * over_mW:
        return ()
    known = list(_known(design, state))
    for found in (known, list(_pairs(known))):
        near = [(abs(one.mW - over_mW) / hypot(one.off_mW, off_mW, 1e-9), one) for one in found]
        fits = [one for far, one in sorted(near, key=lambda pair: pair[0]) if far <= 1.0]
        if fits:
            return tuple(fits[:MOST])
    return ()


def _known(design: Design, state: str) -> Iterator[Suspect]:
    """Every current row that has no place in the state, less what its part takes there anyway."""
    usual = {part.kind: (part, row) for part, row in parts_of(design, state)}
    for part in design.parts:
        there_mW, there_row = 0.0, ""
        if part.kind in usual:
            there_row = usual[part.kind][1]
            there_mW = part_mW(design, part, there_row)
        for row in part.rows:
            words = WORDS.get((part.kind, row))
            mW = part_mW(design, part, row) if words and row != there_row else 0.0
            more = mW if row == "led" else mW - there_mW
            if words and more > 0.0:
                yield Suspect(f"{words} ({part.name}, row {row})", more, row_off_mW(design, part, row))
    V = design.board.v("rail_3V3")
    for words, low_mA, high_mA in STRANGERS:
        yield Suspect(words, (low_mA + high_mA) / 2.0 * V, (high_mA - low_mA) / 2.0 * V)


def _pairs(known: list[Suspect]) -> Iterator[Suspect]:
    """Two that may be on together: not two rows of one part."""
    for pair in combinations(known, TOGETHER):
        if len({_part(one) for one in pair}) == TOGETHER:
            words = " and ".join(one.words for one in pair)
            yield Suspect(words, sum(one.mW for one in pair), hypot(*(one.off_mW for one in pair)))


def _part(one: Suspect) -> str:
    """The part's name, which stands in brackets; of a stranger its words."""
    return one.words.rpartition("(")[2].partition(",")[0]
