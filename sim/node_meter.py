"""What rows.py says of the meter: address, range, what it draws itself, how far off zero it may be."""

from __future__ import annotations

from boards import Design
from sim.prices import part_mW

#: Room above the highest current that a range must have.
_ROOM = 1.25
#: Full scale of the shunt's converter by PGA setting, V (INA219 data sheet SBOS448G, table 7.5).
FULL_SCALE_V = (0.04, 0.08, 0.16, 0.32)
#: The meter's offset rows by PGA setting.
OFFSETS = ("offset", "offset_2", "offset_4", "offset_8")
#: Samples that one reading averages, on each of two channels (torpor.meter).
SAMPLES = 16


def meter_lines(design: Design) -> dict[str, object]:
    """Everything of the meter, by name; units in the names, METER_TOP in 0.1 mA."""
    meter, pga = design.meter, pga_of(design)
    converting_mW = part_mW(design, meter, "converting")
    conversion_s = 2 * SAMPLES * meter.v("conversion_12bit") * 1e-6
    address = meter.caps["address"]
    shunt_mohm = round(meter.v("shunt") * 1000)
    return {
        "METER_ADDRESS": address if isinstance(address, int) else int(str(address), 0),
        "SHUNT_mohm": shunt_mohm,
        "METER_PGA": pga,
        "METER_TOP": (4000 << pga) * 100 // shunt_mohm,
        "METER_OFFSET_uV": round(meter.rows[OFFSETS[pga]].plus_minus),
        "SUN_METER": _sun_meter(design),
        "METER_uW": round(converting_mW * 1000),
        "METER_uJ": round(converting_mW * 1000 * conversion_s),
    }


def _sun_meter(design: Design) -> tuple[int, ...]:
    """What tells of the sun. A second meter in the panel's lead: its address, mohm of its shunt, its range.
    Else the node's own where it sits in the battery's lead: from how many mV on the charger may hold the
    battery, so that the load does not show there. Else nothing."""
    meter = design.panel_meter
    if meter is None:
        if design.meter.caps["lead"] != "battery":
            return ()
        held = design.charger.rows["float"]
        return (round((held.value - held.plus_minus) * 1000),)
    address = meter.caps["address"]
    needed_V = _ROOM * design.panel.v("i_sc") * meter.v("shunt")
    return (
        address if isinstance(address, int) else int(str(address), 0),
        round(meter.v("shunt") * 1000),
        _range(needed_V),
    )


def _range(needed_V: float) -> int:
    """The finest range (0 to 3) that shows so much; the widest if none does."""
    return next((pga for pga, full_V in enumerate(FULL_SCALE_V) if full_V >= needed_V), 3)


def peak_mA(design: Design) -> float:
    """The most that may flow out of a battery about to be locked out, mA: radio, camera and light at once."""
    lowest_V = float(str(design.options["lockout_enter_mV"])) / 1000.0
    board = design.board.rows["radio_peak"]
    watts = [board.value * (board.at_V or lowest_V)] if board.load == "power" else []
    amps = [] if watts else [board.value]
    for part in (design.camera, design.light):
        if part and part.rows["run"].load == "current":
            amps.append(part.v("run"))
        elif part:
            watts.append(part_mW(design, part, "run"))
    return sum(amps) + sum(watts) / lowest_V


def pga_of(design: Design) -> int:
    """The range that shows the highest current with some room, either way: in the battery's lead also the
    charge that a node asleep leaves to it."""
    most_A = peak_mA(design) / 1000.0
    if design.meter.caps["lead"] == "battery":
        most_A = max(most_A, design.charger.v("charge_current"))
    return _range(_ROOM * most_A * design.meter.v("shunt"))
