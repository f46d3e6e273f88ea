"""How far a meter may be off: the INA219 by its rows, others by what their makers state."""

from __future__ import annotations

from dataclasses import dataclass

from boards.parts_file import shipped_parts
from sim.node_meter import FULL_SCALE_V, OFFSETS

from .errors import AnalysisError
from .log import Log

#: An active INA219 takes so much out of the lead behind the shunt, mA, and a resistance, kohm.
#: Source: INA219 data sheet SBOS448G, table 7.5: 20 uA and 320 kohm at IN-.
INPUT_mA, INPUT_kohm = 0.02, 320.0
#: Offset of a B-grade chip at most, uV, by PGA setting. Source: the same table.
B_GRADE_uV = (50.0, 75.0, 75.0, 100.0)
GRADES = ("A", "B")


@dataclass(frozen=True, slots=True)
class Meter:
    """What a meter can tell of a small current.

    Attributes
    ----------
    name, title : of METERS, and for people.
    step_mA : smallest difference that it shows (0: finer than matters).
    typical_mA, worst_mA : its zero is off by so much, in a typical and in the worst piece.
    gain : its readings are off by this share at most.
    drift_mA : how far its zero moves from one temperature to another in a room or a garden.
    noise_mA : standard deviation of one reading (0: not stated).
    chip : it is an INA219, whose inputs take a current of their own.
    assumed : what was taken for granted, for people.
    """

    name: str
    title: str
    step_mA: float
    typical_mA: float
    worst_mA: float
    gain: float
    drift_mA: float = 0.0
    noise_mA: float = 0.0
    chip: bool = False
    assumed: str = ""

    @property
    def one(self) -> str:
        """One of its kind, in a sentence: an INA219 on 0.1 ohm, a Joulescope."""
        return f"{'an' if self.title[0] in 'AEIO' else 'a'} {self.title}"

    def input_mA(self, volts: float) -> float:
        """What its inputs take at a voltage: it flows through the shunt, so it is in the reading."""
        return INPUT_mA + volts / INPUT_kohm if self.chip else 0.0


#: Meters that are no INA219. Sources: Qoitech states 0.1 % + 50 nA (Arc) and 0.05 % + 25 nA (Ace) for small
#: currents; the figures of the others are estimates on the safe side.
METERS = {
    "exact": Meter("exact", "the twin's exact history", 0.0, 0.0, 0.0, 0.0),
    "ppk2": Meter("ppk2", "Power Profiler Kit II", 0.0, 0.0003, 0.001, 0.15),
    "joulescope": Meter("joulescope", "Joulescope", 0.0, 0.00002, 0.0005, 0.01),
    "otii-arc": Meter("otii-arc", "Otii Arc", 0.0, 0.00005, 0.00005, 0.001),
    "otii-ace": Meter("otii-ace", "Otii Ace", 0.0, 0.000025, 0.000025, 0.0005),
}
#: What may be named.
NAMES = ("ina219", *METERS)
#: What the end of a file's name tells.
_BY_ENDING = {"ppk2": "ppk2", "jls": "joulescope"}


def meter_of(log: Log, name: str | None = None, gain: int | None = None, grade: str = "A") -> Meter:
    """The meter that wrote a log: as told, or as the file's own format says, else an INA219.

    Parameters
    ----------
    gain : 1, 2, 4 or 8: by how much an INA219's input is divided (full scale 40, 80, 160, 320 mV).
    """
    if name is not None and name not in NAMES:
        raise AnalysisError(f"The meter is {name!r}, expected one of {', '.join(NAMES)}.")
    name = name or _told(log)
    return METERS[name] if name in METERS else ina219(log, gain, grade)


def _told(log: Log) -> str:
    if log.qualities == ("exact",):
        return "exact"
    ending = log.source.lower().rpartition(".")[2]
    return _BY_ENDING.get(ending, "ina219")


def ina219(log: Log, gain: int | None = None, grade: str = "A") -> Meter:
    """An INA219 on the log's shunt; without a gain the widest is assumed, which every library begins with."""
    if gain not in (None, 1, 2, 4, 8):
        raise AnalysisError(f"The meter's gain is {gain!r}, expected 1, 2, 4 or 8 (40, 80, 160, 320 mV).")
    if grade not in GRADES:
        raise AnalysisError(f"The chip's grade is {grade!r}, expected A or B.")
    return chip(log.shunt_ohm, 3 if gain is None else gain.bit_length() - 1, grade, gain is None)


def chip(shunt_ohm: float, pga: int, grade: str = "A", assumed: bool = False) -> Meter:
    """An INA219 on a shunt; `pga` 0 to 3: full scale 40, 80, 160 or 320 mV."""
    rows = shipped_parts()["meter", "ina219"].rows
    offset, shunt = rows[OFFSETS[pga]], rows["shunt"]
    worst_uV = offset.plus_minus if grade == "A" else B_GRADE_uV[pga]

    def mA(uV: float) -> float:
        return uV / 1000.0 / shunt_ohm

    return Meter(
        name="ina219",
        title=f"INA219 on {shunt_ohm:g} ohm",
        step_mA=mA(rows["shunt_lsb"].value),
        typical_mA=mA(offset.value),
        worst_mA=mA(worst_uV),
        gain=rows["gain_error"].value + rows["gain_error"].plus_minus + shunt.plus_minus / shunt.value,
        drift_mA=mA(rows["zero_left"].value),
        noise_mA=mA(rows["noise"].value),
        chip=True,
        assumed=f"gain 1/{1 << pga} was assumed, --gain says it" if assumed else "",
    )


def fitting_pga(shunt_ohm: float, peak_mA: float) -> int | None:
    """The finest gain (0 to 3) whose full scale shows a peak; None if none does."""
    return next(
        (pga for pga, full_V in enumerate(FULL_SCALE_V) if full_V * 1000.0 / shunt_ohm >= peak_mA), None
    )
