"""The ways to sleep that a design really has, each with its price at the battery."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from boards.model import Design, Part, Row

DEEP_PIN = "deep by pin"
DEEP_TIMER = "deep by timer"
DEEP_BOTH = "deep by pin and timer"
CLOCK = "pin with clock line"
LATCH = "latch"
WAIT = "plain wait"

#: A pull-down up to this still wins against a pin's own pull-up of about 45 kohm (ESP32 data sheet: 45 kohm
#: typical; the divider then stands at 0.6 V).
PULL_DOWN_MOST_kohm = 10.0
#: State of charge at which prices of constant-current loads are stated.
_STATED_AT_SOC = 0.5
#: Prices that differ by less than a nanowatt are the same price.
_NANO = 9


@dataclass(frozen=True, slots=True)
class WakeWay:
    """One way to sleep.

    Attributes
    ----------
    name : one of DEEP_PIN, DEEP_TIMER, DEEP_BOTH, CLOCK, LATCH, WAIT.
    by_pin, by_clock : what ends it.
    board_W : what the board draws from a half-full battery, W.
    standing_W : what everything else draws (PIR, meter, switches, protection, charger), W.
    """

    name: str
    by_pin: bool
    by_clock: bool
    board_W: float
    standing_W: float

    @property
    def watts(self) -> float:
        """Everything that flows out of the battery in this sleep, W."""
        return self.board_W + self.standing_W


def wake_ways(design: Design) -> tuple[WakeWay, ...]:
    """Return the ways that this design really has: the cheapest first, of equals the one with a clock."""
    ways = [*_deep(design), *_external(design), _wait(design)]
    return tuple(sorted(ways, key=lambda way: (round(way.watts, _NANO), not way.by_pin, not way.by_clock)))


def heartbeat_way(design: Design) -> WakeWay | None:
    """Return the cheapest way if a clock ends it too, else None: then no heartbeat may be promised."""
    cheapest = wake_ways(design)[0]
    return cheapest if cheapest.by_clock else None


def half_full_V(design: Design) -> float:
    """Return the open-circuit voltage of the half-full cell, V."""
    points = design.cell.table("ocv")
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= _STATED_AT_SOC <= x1:
            return y0 + (y1 - y0) * (_STATED_AT_SOC - x0) / (x1 - x0)
    return points[-1][1]


def share_at(cell: Part, volts: float) -> float:
    """Return the state of charge (0..1) of a cell that shows this voltage at rest."""
    points = cell.table("ocv")
    for (x0, y0), (x1, y1) in pairwise(points):
        if volts <= y1:
            return max(0.0, x0 + (x1 - x0) * (volts - y0) / (y1 - y0))
    return points[-1][0]


def regulator_efficiency(board: Part, load_mA: float) -> float:
    """Return what of the battery's power arrives for a load that is added at 3V3, by the board's table if it
    has one (straight between its points, level beyond), else by its row."""
    if "regulator_efficiency" not in board.tables:
        return board.v("regulator_efficiency")
    points = board.table("regulator_efficiency")
    for (x0, y0), (x1, y1) in pairwise(points):
        if load_mA <= x1:
            return y0 + (y1 - y0) * max(0.0, load_mA - x0) / (x1 - x0)
    return points[-1][1]


def watts_of(design: Design, part: Part, row: Row) -> float:
    """Return what a current row draws from the half-full battery, W.

    Notes
    -----
    "power" rows on the 3V3 rail pass the board's regulator, the board's own rows hold at its supply.
    """
    if row.load == "current":
        return row.value / 1000 * half_full_V(design)
    at_rail = (row.at_V or 0.0) * row.value / 1000
    return at_rail / (
        regulator_efficiency(design.board, row.value) if part.caps.get("rail") == "3V3" else 1.0
    )


def _draw(design: Design, part: Part, name: str) -> float:
    return watts_of(design, part, part.rows[name])


def _standing(design: Design, powered: bool) -> float:
    """Return what stands beside the board; without the 3V3 rail (`powered` False) what is on the battery."""
    always = _draw(design, design.protection, "quiescent") + _draw(design, design.charger, "back_feed")
    always += _draw(design, design.pir, "standing") if design.pir else 0.0
    if not powered:
        return always
    clock = _draw(design, design.clock, "standing") if design.clock else 0.0
    card = _draw(design, design.sd, "off") if design.sd else 0.0
    sensor = _draw(design, design.sensor, "off") if design.sensor else 0.0
    panel = _draw(design, design.panel_meter, "power_down") if design.panel_meter else 0.0
    beside = _camera_standing(design) + clock + card + sensor + panel
    return always + beside + _draw(design, design.meter, "power_down")


def _camera_standing(design: Design) -> float:
    """What a camera and its switch take while nobody uses it."""
    if not (design.camera and design.rail):
        return 0.0
    camera = 0.0 if design.rail.caps["switched"] else _draw(design, design.camera, "phantom")
    return camera + _draw(design, design.rail, "off" if "off" in design.rail.rows else "quiescent")


def _deep(design: Design) -> list[WakeWay]:
    board, standing = design.board, _standing(design, powered=True)
    found = []
    has_pin = "deep_sleep_pin" in board.rows and bool(design.sleep.wake)
    if has_pin:
        found.append(WakeWay(DEEP_PIN, True, False, _draw(design, board, "deep_sleep_pin"), standing))
    if "deep_sleep_timer" in board.rows:
        found.append(WakeWay(DEEP_TIMER, False, True, _draw(design, board, "deep_sleep_timer"), standing))
    if has_pin and "deep_sleep_timer" in board.rows and board.caps["combine_pin_and_time"]:
        both = max(_draw(design, board, row) for row in ("deep_sleep_pin", "deep_sleep_timer"))
        found.append(WakeWay(DEEP_BOTH, True, True, both, standing))
    return found


def _external(design: Design) -> list[WakeWay]:
    """Ways that a part of the design adds: a clock's line as second wake pin, a latch that cuts the power."""
    found = []
    clock_pins = design.clock.words("pins") if design.clock else ()
    if set(clock_pins) & set(design.sleep.wake) and "deep_sleep_pin" in design.board.rows:
        price = _draw(design, design.board, "deep_sleep_pin")
        found.append(WakeWay(CLOCK, True, True, price, _standing(design, powered=True)))
    if design.latch:
        price = _draw(design, design.latch, "standing")
        found.append(WakeWay(LATCH, True, False, price, _standing(design, powered=False)))
    return found


def _wait(design: Design) -> WakeWay:
    """Awake and idle, or in light sleep where that is cheaper; pins can be read, the clock runs."""
    rows = [row for row in ("light_sleep", "idle") if row in design.board.rows]
    price = min(_draw(design, design.board, row) for row in rows)
    return WakeWay(WAIT, True, True, price, _standing(design, powered=True))
