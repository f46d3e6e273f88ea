"""What the parts must have that a design may do without: clock, latch, SD card, light, sensor."""

from __future__ import annotations

from boards.rules import PINS, RAIL_OF, CapRule, Kind, RowRule, TableRule

CLOCK = Kind(
    rows={"standing": RowRule("mA", 0, 10), "error": RowRule("1", 0, 0.01)},
    caps={
        "chip": CapRule("str", ("DS3231",)),
        "address": CapRule("int"),
        "active": CapRule("str", ("high", "low")),
        "rail": RAIL_OF,
        "pins": PINS,
    },
    tables={},
)

LATCH = Kind(
    rows={
        "standing": RowRule("mA", 0, 10),
        "turn_on": RowRule("s", 0, 10),
        "on_resistance": RowRule("ohm", 0, 10),
    },
    caps={"closed_by": CapRule("str", ("pir",)), "pins": PINS},
    tables={},
)

SD = Kind(
    rows={
        "write": RowRule("mA", 0, 500),
        "read": RowRule("mA", 0, 500),
        "idle": RowRule("mA", 0, 100),
        "off": RowRule("mA", 0, 100),
        "power_up": RowRule("s", 0, 2),
        "mount": RowRule("s", 0, 10),
        "absent": RowRule("s", 0, 10),
        "write_time": RowRule("us/B", 0.01, 1000),
        "read_time": RowRule("us/B", 0.01, 1000),
        "update": RowRule("ms", 0, 2000),
        "file_open": RowRule("ms", 0, 1000),
        "size": RowRule("KiB", 1024, 1 << 31),
        "cluster": RowRule("B", 512, 1 << 20),
        "wear": RowRule("cycles", 10, 1e7),
    },
    caps={
        #: "breakout": on pins of the design, behind a switch of its own; "board": in the board's slot.
        "slot": CapRule("str", ("breakout", "board")),
        "rail": RAIL_OF,
        "pins": PINS,
    },
    tables={},
)

LIGHT = Kind(
    rows={
        "run": RowRule("mA", 0, 5000),
        "rise": RowRule("s", 0, 1),
        "wavelength": RowRule("nm", 300, 1100),
        "reach": RowRule("m", 0.1, 100),
    },
    caps={"rail": RAIL_OF, "pins": PINS},
    tables={},
)

_DBM = (-120.0, 0.0)
#: No part of a design: what a weak Wi-Fi signal makes of the link, over its strength in dBm.
SIGNAL = Kind(
    rows={},
    caps={},
    tables={
        "rate": TableRule(_DBM, (1e-4, 1), rising=True),
        "join": TableRule(_DBM, (1, 20)),
        "join_fails": TableRule(_DBM, (0, 1)),
        "stall": TableRule(_DBM, (0, 1)),
        "drop": TableRule(_DBM, (0, 1)),
    },
)

_SEESAW = ("chip", "seesaw")
#: The figures of what it reads are for the chip that the twin has; any other is said by its owner's stand-in.
SENSOR = Kind(
    rows={
        "run": RowRule("mA", 0, 100),
        "off": RowRule("mA", 0, 10),
        "power_up": RowRule("s", 0, 10),
        "reading": RowRule("s", 0, 1, required=False, when=_SEESAW),
        "dry": RowRule("1", 0, 4095, required=False, when=_SEESAW),
        "wet": RowRule("1", 0, 4095, required=False, when=_SEESAW),
        "noise": RowRule("1", 0, 1000, required=False, when=_SEESAW),
        "temperature_error": RowRule("C", 0, 10, required=False, when=_SEESAW),
    },
    caps={
        "chip": CapRule("str"),
        "address": CapRule("int", required=False, when=_SEESAW),
        "rail": RAIL_OF,
        "pins": PINS,
    },
    tables={},
)
