"""What each kind of part, and a design, must have."""

from __future__ import annotations

from boards.rules import PINS, RAIL_OF, CapRule, Kind, RowRule, TableRule
from boards.schema_board import BOARD
from boards.schema_optional import CLOCK, LATCH, LIGHT, SD, SENSOR, SIGNAL

_ARDUCHIP = ("bus", "arduchip")
_ESPCAMERA = ("bus", "espcamera")
_DIODE = ("by", "diode")
CHEMISTRIES = ("NMC", "LFP", "LiPo", "NiMH")

CAMERA = Kind(
    rows={
        "run": RowRule("mA", 0, 1000),
        "standby": RowRule("mA", 0, 500),
        "phantom": RowRule("mA", 0, 500),
        "untouched": RowRule("mA", 0, 500, required=False),
        "power_up": RowRule("s", 0, 10),
        "reset_settle": RowRule("s", 0, 10),
        "init": RowRule("s", 0, 10, required=False, when=_ESPCAMERA),
        "init_write_gap": RowRule("s", 0, 0.1),
        "settle": RowRule("s", 0, 30),
        "settle_frames": RowRule("1", 0, 30),
        "frame": RowRule("s", 0.001, 10),
        "frame_small": RowRule("s", 0.001, 10, required=False),
        "frame_svga": RowRule("s", 0.001, 10, required=False),
        "frame_uxga": RowRule("s", 0.001, 10, required=False),
        "standby_wake": RowRule("s", 0, 10, required=False),
        "fifo_size": RowRule("B", 0, 1 << 26, required=False, when=_ARDUCHIP),
        "spi_max": RowRule("Hz", 1e5, 1e8, required=False, when=_ARDUCHIP),
        "clear_pause": RowRule("s", 0, 10, required=False, when=_ARDUCHIP),
        "quality_factor": RowRule("1", 0, 64, required=False),
    },
    caps={
        "sensor": CapRule("str", ("OV2640", "OV5642", "OV5640", "OV3660")),
        "bus": CapRule("str", ("arduchip", "espcamera")),
        "rail": RAIL_OF,
        "sizes": CapRule("strs"),
        "jpeg_quality_default": CapRule("int"),
        "i2c_address": CapRule("int"),
        #: True: the lens lets no infrared through, as almost every module is sold.
        "ir_cut": CapRule("bool"),
        "length_step": CapRule("int", required=False, when=_ARDUCHIP),
        "length_offset": CapRule("int", required=False, when=_ARDUCHIP),
        "test_register": CapRule("int", required=False, when=_ARDUCHIP),
        "test_values": CapRule("ints", required=False, when=_ARDUCHIP),
        "pins": PINS,
    },
    tables={},
)

PIR = Kind(
    rows={
        "standing": RowRule("mA", 0, 50),
        "hold": RowRule("s", 0, 600),
        "block": RowRule("s", 0, 60),
        "warm_up": RowRule("s", 0, 300),
        "wifi_trigger": RowRule("1", 0, 1),
        "range": RowRule("m", 0.1, 50),
        "supply_min": RowRule("V", 1, 24),
    },
    caps={"active": CapRule("str", ("high", "low")), "rail": RAIL_OF, "pins": PINS},
    tables={},
)

METER = Kind(
    rows={
        "converting": RowRule("mA", 0, 50),
        "power_down": RowRule("mA", 0, 10),
        "shunt": RowRule("ohm", 0.0001, 100),
        "shunt_lsb": RowRule("uV", 0.01, 1000),
        "bus_lsb": RowRule("mV", 0.01, 100),
        "offset": RowRule("uV", -1000, 1000),
        "offset_2": RowRule("uV", -1000, 1000),
        "offset_4": RowRule("uV", -1000, 1000),
        "offset_8": RowRule("uV", -1000, 1000),
        "zero_left": RowRule("uV", 0, 1000),
        "noise": RowRule("uV", 0, 1000),
        "gain_error": RowRule("1", -0.2, 0.2),
        "conversion_12bit": RowRule("us", 1, 1e6),
    },
    caps={
        "chip": CapRule("str", ("INA219",)),
        "address": CapRule("int"),
        #: Without it where the design's charger leaves room for it (boards/check.py).
        "lead": CapRule("str", ("battery", "load", "panel"), required=False),
        "sign": CapRule("int"),
        "rail": RAIL_OF,
        "pins": PINS,
    },
    tables={},
)

PANEL = Kind(
    rows={
        "rated": RowRule("W", 0.01, 1000),
        "v_mp": RowRule("V", 0.3, 100),
        "i_mp": RowRule("A", 0.001, 50),
        "v_oc": RowRule("V", 0.3, 120),
        "i_sc": RowRule("A", 0.001, 50),
        "isc_temp": RowRule("1/K", -0.01, 0.01),
        "voc_temp": RowRule("1/K", -0.02, 0.0),
        "effective": RowRule("1", 0.05, 1.2),
        "cells": RowRule("1", 1, 200),
        "u0": RowRule("W/m2K", 1, 100),
        "u1": RowRule("W s/m3K", 0, 50),
        "photo_current": RowRule("A", 0.0005, 60, required=False, when=_DIODE),
        "diode_current": RowRule("A", 1e-20, 0.1, required=False, when=_DIODE),
        "series": RowRule("ohm", 0, 1000, required=False, when=_DIODE),
        "shunt": RowRule("ohm", 0.01, 1e9, required=False, when=_DIODE),
        "diode_V": RowRule("V", 0.01, 20, required=False, when=_DIODE),
        "band_gap": RowRule("eV", 0.5, 3, required=False, when=_DIODE),
        "band_gap_temp": RowRule("1/K", -0.01, 0.01, required=False, when=_DIODE),
        "adjust": RowRule("1", -1, 1, required=False, when=_DIODE),
    },
    #: "label" (as without it): by the three points of the label; "diode": by the single-diode parameters.
    caps={"by": CapRule("str", ("label", "diode"), required=False)},
    tables={},
)

CHARGER = Kind(
    rows={
        "charge_current": RowRule("A", 0.005, 10),
        "float": RowRule("V", 2, 5),
        "term_current": RowRule("A", 0, 5),
        "dropout": RowRule("V", 0, 3),
        "input_min": RowRule("V", 1, 30),
        "quiescent": RowRule("mA", 0, 100),
        "back_feed": RowRule("mA", 0, 10),
        #: The panel voltage that a buck charger holds.
        "mppt": RowRule("V", 2, 40, required=False, when=("kind", "buck")),
    },
    caps={
        "kind": CapRule("str", ("linear", "buck")),
        "ntc": CapRule("bool"),
        "chemistries": CapRule("strs", CHEMISTRIES),
        #: It sits on the board, and the panel goes to this pin of it.
        "board_pin": CapRule("str", required=False),
    },
    tables={"efficiency": TableRule((0.0001, 10), (0.01, 1), required=False, when=("kind", "buck"))},
)

CELL = Kind(
    rows={
        "capacity": RowRule("Ah", 0.01, 500),
        "resistance": RowRule("ohm", 0.0001, 10),
        "charge_min": RowRule("C", -40, 60),
        "charge_max": RowRule("C", 0, 80),
        "discharge_min": RowRule("C", -60, 40),
        "cut_off": RowRule("V", 0.5, 4),
        "self_discharge": RowRule("1/month", 0, 1),
        "full": RowRule("V", 1, 5),
        "lockout_enter": RowRule("V", 0.5, 4.5),
        "lockout_leave": RowRule("V", 0.5, 4.5),
        "cycles_to_80": RowRule("cycles", 10, 100_000, required=False),
        "depth_exponent": RowRule("1", 0.5, 3, required=False),
        "resistance_at_80": RowRule("1", 1, 10, required=False),
    },
    caps={"chemistry": CapRule("str", CHEMISTRIES)},
    tables={
        "ocv": TableRule((0, 1), (0.5, 5), rising=True, span=True),
        "capacity_factor": TableRule((-60, 90), (0, 1.5), rising=True),
        "resistance_factor": TableRule((-60, 90), (0.1, 50)),
        "self_discharge_factor": TableRule((-60, 90), (0, 1000), rising=True, required=False),
        #: What the first year takes of the capacity, at a full and at a 40 % charge.
        "calendar_full": TableRule((-60, 90), (0, 2), required=False),
        "calendar_stored": TableRule((-60, 90), (0, 2), required=False),
    },
)

PROTECTION = Kind(
    rows={
        "cut_off": RowRule("V", 0.5, 4),
        "restart": RowRule("V", 0.5, 4.5),
        "quiescent": RowRule("mA", 0, 10),
    },
    caps={},
    tables={},
)

RAIL = Kind(
    rows={
        "on_resistance": RowRule("ohm", 0, 10),
        "quiescent": RowRule("mA", 0, 10),
        "off": RowRule("mA", 0, 10, required=False),
        "rise": RowRule("s", 0, 1),
        "pull_down": RowRule("kohm", 0.1, 10000, required=False),
    },
    caps={
        #: False: nothing cuts the camera's supply, it stays powered in every sleep.
        "switched": CapRule("bool"),
        #: True: the switch stays off in deep sleep only if the board holds its pin.
        "needs_hold": CapRule("bool"),
        #: Level of its pin at which the camera is off.
        "off_level": CapRule("str", ("low", "high")),
        #: Its pin belongs to the board's camera connector: the role there.
        "board_pin": CapRule("str", required=False),
        "pins": PINS,
    },
    tables={},
)

#: Every kind of part that a design names, in the order of Design's fields.
KINDS: dict[str, Kind] = {
    "board": BOARD,
    "camera": CAMERA,
    "pir": PIR,
    "meter": METER,
    "panel": PANEL,
    "charger": CHARGER,
    "cell": CELL,
    "protection": PROTECTION,
    "rail": RAIL,
    "clock": CLOCK,
    "latch": LATCH,
    "sd": SD,
    "light": LIGHT,
    "sensor": SENSOR,
    "panel_meter": METER,
}
#: Every kind of part, those of the node's surroundings included.
ALL_KINDS = {**KINDS, "signal": SIGNAL}

#: What a design of each application must have, and what it may have; every other design part is for all.
NEEDS = {"wildcam": ("camera", "pir", "rail"), "soil": ("sensor",)}
#: An application of the owner's own, a folder beside the design, needs none and runs declared tasks.
OWN_MAY_HAVE = ("pir", "sensor", "clock", "panel_meter")
MAY_HAVE = {"wildcam": ("clock", "latch", "sd", "light", "panel_meter"), "soil": ("clock", "panel_meter")}
OPTIONAL_KINDS = ("camera", "pir", "rail", "clock", "latch", "sd", "light", "sensor", "panel_meter")
