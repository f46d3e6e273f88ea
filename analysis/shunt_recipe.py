"""How to measure a small sleep current after all: a larger shunt, with the figures of this very log."""

from __future__ import annotations

from dataclasses import dataclass

from .amounts import current_text as current
from .floor import Floor
from .log import Log
from .meters import Meter, chip, fitting_pga

#: Shunts that are worth a thought, ohm: that of the breakout, and common resistors of 1 %.
SHUNTS = (0.1, 0.5, 1.0, 10.0)
#: Room for a peak above the highest reading, which is a mean over one step.
ROOM = 1.25
#: Most that a shunt may take of the supply while the node is awake, V. Ours: a cell sags as much.
BURDEN_V = 0.1
#: What a Schottky diode across the shunt drops at the current of a wake, V.
#: Source: sheets of 1 A Schottky diodes (1N5817, SS14): 0.3 to 0.4 V at 0.3 A.
DIODE_V = 0.35
#: A current this many times its bound is told well.
WELL = 5.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One shunt in the lead of this node.

    Attributes
    ----------
    peak_mV : what the highest current drops across it. gain : 1, 2, 4 or 8; None: no range shows the peak.
    step_mA, worst_mA, zeroed_mA : the meter's step, and how far its zero may be off without and with a
        recording of it.
    """

    shunt_ohm: float
    peak_mV: float
    gain: int | None
    step_mA: float
    worst_mA: float
    zeroed_mA: float

    @property
    def whole(self) -> bool:
        """Whether the node may wake through it as it is."""
        return self.gain is not None and self.peak_mV <= 1000.0 * BURDEN_V


def choices(peak_mA: float, grade: str = "A") -> tuple[Choice, ...]:
    """Every shunt of SHUNTS for a node with this peak.

    A peak that none of its ranges shows is left to a bypass: then the finest range counts.
    """
    found = []
    for ohm in SHUNTS:
        pga = fitting_pga(ohm, ROOM * peak_mA)
        meter = chip(ohm, pga or 0, grade)
        gain = None if pga is None else 1 << pga
        found.append(Choice(ohm, ohm * peak_mA, gain, meter.step_mA, meter.worst_mA, meter.drift_mA))
    return tuple(found)


def recipe(log: Log, floor: Floor, supply_min_V: float | None = None, grade: str = "A") -> tuple[str, ...]:
    """Sentences; none if the floor is known well enough or no sleep, or flows backwards, or by another meter.

    Parameters
    ----------
    supply_min_V : below it the board browns out.
    """
    told = floor.known and floor.value_mA > WELL * floor.off_mA
    if told or not floor.meter.chip or floor.backwards or floor.no_sleep:
        return ()
    peak_mA = float(log.mA.max())
    there = choices(peak_mA, grade)
    best = next(choice for choice in there if _tells(choice, floor))
    said = [f"{_line(choice)}." for choice in there]
    said.append(_how(best, floor.meter, peak_mA))
    if not best.whole:
        said += _bypass(best, log, peak_mA, supply_min_V)
    said.append(
        "Record a minute with the load unplugged before and after, at the same gain and voltage, and give it "
        "as --zero."
    )
    return tuple(said)


def _tells(choice: Choice, floor: Floor) -> bool:
    """Whether a shunt, its zero recorded, tells a current such as this one may be; the last one must do."""
    may_be = floor.value_mA if floor.value_mA > 0.0 else floor.high_mA / WELL
    return choice.shunt_ohm == SHUNTS[-1] or may_be > WELL * choice.zeroed_mA


def _line(choice: Choice) -> str:
    shown = f"gain 1/{choice.gain}" if choice.gain else "no range shows the peak"
    return (
        f"{choice.shunt_ohm:g} ohm: steps of {current(choice.step_mA)}, zero within "
        f"{current(choice.worst_mA)}, with --zero within {current(choice.zeroed_mA)}; the peak drops "
        f"{choice.peak_mV:,.0f} mV ({shown})"
    )


def _how(best: Choice, meter: Meter, peak_mA: float) -> str:
    ohm, peak = f"{best.shunt_ohm:g} ohm", current(peak_mA)
    if meter.title.endswith(f" on {ohm}"):
        return f"Your {ohm} will do, at gain 1/{best.gain}, once its zero is known."
    if best.whole:
        return f"Use {ohm}: the peak of {peak} still passes, with {best.peak_mV:.0f} mV less for the node."
    drop_V = best.peak_mV / 1000.0
    return f"For the sleep use {ohm}, but not for the wake, whose {peak} would drop {drop_V:.2g} V."


def _bypass(best: Choice, log: Log, peak_mA: float, supply_min_V: float | None) -> list[str]:
    """Ways past the large shunt while the node is awake."""
    lowest = float(log.V.min())
    ohm, most_mA = f"{best.shunt_ohm:g} ohm", 1000.0 * DIODE_V / best.shunt_ohm
    said = [
        "Two meters in one lead: the breakout as it is for the wake (address 0x40), and behind it a second "
        f"INA219 (A0 to VS: 0x41) on {ohm} with a switch across it, open only while the node sleeps.",
        f"Without a hand at the switch: a Schottky diode across the {ohm} takes over above some "
        f"{most_mA:.0f} mA and drops {DIODE_V:g} V while the node is awake; that "
        "meter then counts for the sleep only.",
    ]
    if supply_min_V is not None and lowest == lowest:
        left = lowest - DIODE_V
        word = "so charge the battery first" if left < supply_min_V + BURDEN_V else "which leaves room"
        said.append(
            f"Beware of a brown-out: the lowest voltage in this log is {lowest:.2f} V, with the diode "
            f"{left:.2f} V; the board wants {supply_min_V:.2f} V, {word}."
        )
    else:
        said.append("Beware of a brown-out: with an almost empty battery those volts may be missing.")
    return said
