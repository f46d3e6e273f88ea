"""What a node design is, once it is read: rows, parts, the design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CapValue = bool | int | float | str | list[int] | list[str]


class BoardsError(ValueError):
    """A design or part file is wrong; the message is one sentence: file, key, value, what is allowed."""


class NoSuchDesign(BoardsError):
    """A design was named that is not there; `exit_code` is that of wrong usage."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One physical constant.

    Attributes
    ----------
    value, plus_minus : the figure and its uncertainty, both in `unit`.
    at_V : voltage at which a current was measured, V (None for rows that are no currents).
    load : "power" (behind a switching regulator: draws `value * at_V` at any battery voltage), "current"
        (behind a linear regulator or straight on the battery: draws `value` at any voltage), or None.
    condition, source : when the figure holds, and who says so ("estimate: why" where nobody does).
    """

    name: str
    value: float
    unit: str
    at_V: float | None
    load: str | None
    plus_minus: float
    condition: str
    source: str

    @property
    def estimated(self) -> bool:
        """Whether nobody measured this figure."""
        return self.source.startswith("estimate")


@dataclass(frozen=True, slots=True)
class Table:
    """A measured curve: points with rising x, linear in between."""

    name: str
    points: tuple[tuple[float, float], ...]
    condition: str
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a node with its rows (figures), caps (what it can do) and tables (curves)."""

    kind: str
    name: str
    title: str
    rows: Mapping[str, Row]
    caps: Mapping[str, CapValue]
    tables: Mapping[str, Table]
    path: Path

    def v(self, row: str) -> float:
        """Return the value of a row in its own unit; BoardsError if this part has no such row."""
        if row not in self.rows:
            raise BoardsError(f"{self.kind} {self.name} has no row {row!r}; it has {', '.join(self.rows)}.")
        return self.rows[row].value

    def words(self, cap: str) -> tuple[str, ...]:
        """Return a cap that is a list of strings (empty if this part has no such cap)."""
        value = self.caps.get(cap)
        return tuple(str(word) for word in value) if isinstance(value, list) else ()

    @property
    def camera_pins(self) -> dict[str, str]:
        """The lines of a board's camera connector: role there -> the board's name of the pin."""
        return dict(line.split() for line in self.words("camera_pins"))

    def table(self, name: str) -> tuple[tuple[float, float], ...]:
        """Return the (x, y) points of a table; BoardsError if this part has no such table."""
        if name not in self.tables:
            there = ", ".join(self.tables) or "none"
            raise BoardsError(f"{self.kind} {self.name} has no table {name!r}; it has {there}.")
        return self.tables[name].points


@dataclass(frozen=True, slots=True)
class SleepPlan:
    """How a design sleeps between events.

    Attributes
    ----------
    alarms : what one deep sleep arms: "pin", "time", both, or nothing (a latch or a plain wait).
    wake : the pin roles that wake it ("pir", "clock_int").
    edge : where energy is scarce, wait for the pin's next rise although it is high still.
    """

    alarms: tuple[str, ...]
    wake: tuple[str, ...]
    edge: bool


@dataclass(frozen=True, slots=True)
class Design:
    """One node design with all its parts; those that it has not are None."""

    name: str
    title: str
    application: str
    firmware: str
    path: Path
    board: Part
    camera: Part | None
    pir: Part | None
    meter: Part
    panel: Part
    charger: Part
    cell: Part
    protection: Part
    rail: Part | None
    clock: Part | None
    latch: Part | None
    sd: Part | None
    light: Part | None
    sensor: Part | None
    panel_meter: Part | None
    sleep: SleepPlan
    pins: Mapping[str, str]
    options: Mapping[str, CapValue]
    notes: tuple[str, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts that this design really has, the board first."""
        every = (
            self.board, self.camera, self.pir, self.meter, self.panel, self.charger, self.cell,
            self.protection, self.rail, self.clock, self.latch, self.sd, self.light, self.sensor,
            self.panel_meter,
        )  # fmt: skip
        return tuple(part for part in every if part)

    @property
    def runs_tasks(self) -> bool:
        """Whether its application declares tasks, which keep readings; a camera's takes pictures."""
        return self.camera is None

    def part(self, kind: str) -> Part:
        """Return a part that this design must have for what is asked; BoardsError if it has none."""
        found = next((part for part in self.parts if part.kind == kind), None)
        if found is None:
            raise BoardsError(f"{self.name} has no {kind}; it has {', '.join(p.kind for p in self.parts)}.")
        return found
