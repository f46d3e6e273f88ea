"""Board, pins, meter and clock: from what a check told to what the doctor says."""

from __future__ import annotations

from collections.abc import Iterator

from station.deploy_route import BootOut
from station.deploy_versions import known_faults
from station.doctor_case import Case, role_words
from station.doctor_table import Finding, finding
from station.flash_claims import OLDEST

#: Memory below which a picture's burst may fail, and room below which no picture can wait, B.
_LEAST_HEAP, _LEAST_ROOM = 60_000, 24 * 1024
#: A cell's voltage may be read so much too high, V.
_MARGIN_V = 0.1


def of_board(case: Case) -> Iterator[Finding]:
    seen = case.heard.one("board.is")
    if seen is None:
        return
    wanted = str(case.design.board.caps["circuitpython_board"])
    if seen["id"] != wanted:
        yield finding("board.other", id=seen["id"], wanted=wanted, design=case.design.name)
    yield from _version(case, seen["version"], seen["id"])
    if seen["safe"] not in ("NONE", "None"):
        yield finding("board.safe_mode", why=seen["safe"].lower().replace("_", " "))
    if seen["reset"] in ("BROWNOUT", "WATCHDOG"):
        yield finding(f"board.{seen['reset'].lower()}")
    if seen["heap"] < _LEAST_HEAP:
        yield finding("board.memory", KiB=seen["heap"] // 1024)
    if seen["free"] < _LEAST_ROOM:
        yield finding("board.full", KiB=seen["free"] // 1024)


def _version(case: Case, version: list[int], board_id: str) -> Iterator[Finding]:
    text = ".".join(map(str, version))
    numbers = (version[0], version[1], version[2])
    if numbers < OLDEST:
        yield finding("board.old", version=text)
        return
    for told in known_faults(BootOut(numbers, text, board_id, ""), case.design):
        yield finding("board.fault", text=told)


def of_pins(case: Case) -> Iterator[Finding]:
    seen = case.heard.one("pins.read")
    levels = seen["pins"] if seen else {}
    for role, pin in case.design.pins.items():
        code = _level(role, tuple(levels.get(pin) or ()))
        if code:
            yield finding(code, pin=pin, role=role_words(role), line=role.rpartition("_")[2].upper())
    for told in case.heard.all("pins.bridged"):
        yield finding("pins.bridged", pin=told["pin"], to=" and ".join(told["to"]))


def _level(role: str, levels: tuple[int, ...]) -> str:
    """What is wrong with a pin that reads so with its pull-up and with its pull-down; "" if nothing is.

    A camera without its rail holds its lines low, so low is no fault there."""
    part, _, line = role.partition("_")
    if role == "pir":
        return "pir.open" if levels == (1, 0) else ""
    if role == "bench":
        return "board.bench" if levels == (0, 0) else ""
    if line in ("scl", "sda"):
        if part == "meter" and levels == (0, 0):
            return "meter.line_low"
        return "pins.fed" if part == "camera" and levels == (1, 1) else ""
    if line == "power" and levels == (0, 0):
        return "pins.low"
    return "pins.high" if levels == (1, 1) and part != "clock" else ""


def of_meter(case: Case) -> Iterator[Finding]:
    lines = {"scl": case.pin("meter_scl"), "sda": case.pin("meter_sda")}
    if case.heard.one("meter.no_bus"):
        if not any(found.code == "meter.line_low" for found in of_pins(case)):
            yield finding("meter.no_pullups", **lines)
        return
    bus = case.heard.one("meter.bus")
    if bus is None:
        return
    wanted, others = bus["wanted"], _others(case, bus)
    if wanted not in bus["there"]:
        if others:
            yield finding("meter.elsewhere", wanted=wanted, there=" and ".join(map(_hex, others)))
        else:
            yield finding("meter.absent", wanted=wanted, **lines)
    yield from _readings(case)
    panel = case.heard.one("meter.panel")
    if panel and not panel["there"]:
        yield finding("meter.panel_absent", wanted=panel["wanted"])
    if bus["clock"] and bus["clock"] not in bus["there"]:
        yield finding("clock.absent", wanted=bus["clock"])


def _others(case: Case, bus: dict[str, object]) -> list[int]:
    """Who answers in the range of an INA219 and is nobody that the design knows."""
    panel = case.heard.one("meter.panel")
    known = (bus["wanted"], bus["clock"], panel["wanted"] if panel else None)
    there = bus["there"]
    assert isinstance(there, list)
    return [one for one in there if one not in known and 0x40 <= one <= 0x4F]


def _hex(address: int) -> str:
    return f"0x{address:02x}"


def _readings(case: Case) -> Iterator[Finding]:
    seen = case.heard.one("meter.reads")
    if seen is None:
        return
    if seen["failed"]:
        yield finding("meter.flaky", failed=seen["failed"], of=seen["of"])
    if not seen["mV"]:
        return
    volts, mA = seen["mV"][1] / 1000.0, seen["tenth_mA"][1] / 10.0
    if volts < 1.0:
        yield finding("meter.no_voltage", mV=seen["mV"][1])
        return
    yield from _voltage(case, volts)
    if case.on_usb:
        yield finding("meter.usb", mA=mA)
    elif seen["tenth_mA"][1] >= seen["top"]:
        yield finding("meter.full", mA=mA)
    else:
        yield from _current(case, mA)


def _voltage(case: Case, volts: float) -> Iterator[Finding]:
    limit = float(str(case.design.options["lockout_enter_mV"])) / 1000.0
    most = max(top for _, top in case.design.cell.table("ocv"))
    if volts < limit:
        yield finding("meter.low", V=volts, limit=limit)
    if volts > most + _MARGIN_V and not case.on_usb:
        yield finding("meter.high", V=volts, limit=most)


def _current(case: Case, mA: float) -> Iterator[Finding]:
    wanted, mohm = case.idle_mA, round(case.design.meter.v("shunt") * 1000)
    if case.design.meter.caps["lead"] == "battery" and mA < 0.4 * wanted:
        return  # the sun's charge is taken off it: by day that is as it should be
    if mA < -0.1 * wanted:
        yield finding("meter.reversed", mA=mA)
    elif mA < 0.1 * wanted:
        yield finding("meter.bypassed", mA=mA, wanted=wanted)
    elif mA < 0.4 * wanted:
        yield finding("meter.cheap", mA=mA, wanted=wanted, mohm=mohm)
    elif mA > 2.5 * wanted:
        yield finding("meter.dear", mA=mA, wanted=wanted, mohm=mohm)


def of_clock(case: Case) -> Iterator[Finding]:
    if case.heard.all("clock.failed"):
        yield finding("clock.failed")
    seen = case.heard.one("clock.is")
    if seen and not seen["goes"]:
        yield finding("clock.stopped")
    if seen and not seen["line"]:
        yield finding("clock.line_low", pin=case.pin("clock_int"))
