"""What the owner of a log says because the file does not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the owner says because the file does not; None is "not said".

    Attributes
    ----------
    time_unit, voltage_unit, current_unit : spelled as in headers.UNITS; "0.1 mA" for counts of that size.
    time_column, voltage_column, current_column : titles, where several columns could be meant.
    titles : the header of a file that has none, one title per column.
    time_format : strptime form of a time column of text, where day and month cannot be told apart.
    timezone : zone of a local clock without an offset; it is what tells summer time.
    rate_hz : samples per second of a log without a time column.
    voltage_V : supply of a log without a voltage.
    shunt_ohm : the meter's shunt; full scale is judged by it, and a shunt's voltage becomes a current.
    invert : the meter sits the other way round; currents change their sign.
    salvage : lines that cannot be read are left out instead of refusing the file.
    needs_current : False reads a log of voltages alone; its mA are NaN.
    """

    time_unit: str | None = None
    voltage_unit: str | None = None
    current_unit: str | None = None
    time_column: str | None = None
    voltage_column: str | None = None
    current_column: str | None = None
    titles: tuple[str, ...] | None = None
    time_format: str | None = None
    timezone: str | None = None
    rate_hz: float | None = None
    voltage_V: float | None = None
    shunt_ohm: float = 0.1
    invert: bool = False
    salvage: bool = False
    needs_current: bool = True


DEFAULTS = ReadOptions()
