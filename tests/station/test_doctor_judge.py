"""What the doctor makes of lines that no fault of the twin brings about, by their figures."""

from __future__ import annotations

from typing import Any

import pytest

from station.doctor_case import case_of
from station.doctor_judge import judge
from station.doctor_lines import Heard, Told
from station.doctor_words import measured

#: A healthy Pico W with its clock, on its battery.
BOARD = {
    "id": "raspberry_pi_pico_w", "version": [10, 3, 0], "heap": 120_000, "free": 500_000, "reset": "POWER_ON",
    "safe": "NONE", "usb": False,
}  # fmt: skip
BUS = {"there": [0x40, 0x68], "wanted": 0x40, "clock": 0x68}
METER = {"failed": 0, "of": 12, "mV": [3900, 3900], "tenth_mA": [330, 330, 330], "top": 8000}
SEEN = {"seconds": 15, "first": 0, "last": 0, "rises": 2, "longest_ms": 2500}
ALL = {"board.is": BOARD, "meter.bus": BUS, "meter.reads": METER, "pir.seen": SEEN}
NOW_s = 1_800_000_000.0


def found(code: str, figures: dict[str, Any]) -> list[str]:
    """What is said of a healthy node of which one line is another."""
    told = ALL | {code: ALL.get(code, {}) | figures}
    heard = Heard(tuple(Told(name, dict(values)) for name, values in told.items()))
    return [one.code for one in judge(case_of("pico-w-rtc", heard, NOW_s))]


def test_over_the_network_a_radio_is_on_and_its_signal_is_judged() -> None:
    told = {
        **ALL, "meter.reads": METER | {"tenth_mA": [900, 900, 900]}, "console.by_air": {},
        "wifi.already": {}, "wifi.heard": {"dBm": -76, "others": []},
    }  # fmt: skip
    heard = Heard(tuple(Told(name, dict(values)) for name, values in told.items()))
    case = case_of("pico-w-rtc", heard, NOW_s)
    assert [one.code for one in judge(case)] == ["wifi.already", "wifi.weak", "console.by_air"]
    assert "Wi-Fi -76 dBm" in measured(case)
    assert found("meter.reads", {"tenth_mA": [900, 900, 900]}) == ["meter.dear"]


@pytest.mark.parametrize(
    ("name", "tenth_mA", "says"),
    [
        ("xiao-s3-sense", -400, []),  # the sun's: its meter sits in the battery's lead
        ("xiao-s3-sense", 0, []),
        ("xiao-s3-sense", 1500, ["meter.dear"]),
        ("pico-w-rtc", -400, ["meter.reversed"]),
        ("pico-w-rtc", 0, ["meter.bypassed"]),
    ],
)
def test_a_charge_is_no_fault_of_the_wires(name: str, tenth_mA: int, says: list[str]) -> None:
    told = ALL | {"meter.reads": METER | {"tenth_mA": [tenth_mA] * 3}}
    if name == "xiao-s3-sense":
        told |= {"board.is": BOARD | {"id": "seeed_xiao_esp32_s3_sense"}, "meter.bus": BUS | {"clock": 0}}
    heard = Heard(tuple(Told(code, dict(values)) for code, values in told.items()))
    found = [one.code for one in judge(case_of(name, heard, NOW_s))]
    assert [code for code in found if code in ("meter.reversed", "meter.bypassed", "meter.dear")] == says


@pytest.mark.parametrize(
    ("code", "figures", "says"),
    [
        ("board.is", {}, []),
        ("board.is", {"id": "raspberry_pi_pico"}, ["board.other"]),
        ("board.is", {"version": [10, 0, 3]}, ["board.old"]),
        ("board.is", {"safe": "HARD_FAULT"}, ["board.safe_mode"]),
        ("board.is", {"reset": "BROWNOUT"}, ["board.brownout"]),
        ("board.is", {"reset": "WATCHDOG"}, ["board.watchdog"]),
        ("board.is", {"heap": 59_999}, ["board.memory"]),
        ("board.is", {"heap": 60_000}, []),
        ("board.is", {"free": 24_575}, ["board.full"]),
        ("board.is", {"free": 24_576}, []),
        ("meter.reads", {"mV": [0, 999]}, ["meter.no_voltage"]),
        ("meter.reads", {"mV": [3000, 3000]}, ["meter.low"]),
        ("meter.reads", {"mV": [4500, 4500]}, ["meter.high"]),
        ("meter.reads", {"tenth_mA": [8000, 8000, 8000]}, ["meter.full"]),
        ("meter.reads", {"tenth_mA": [100, 100, 100]}, ["meter.cheap"]),
        ("meter.reads", {"tenth_mA": [1000, 1000, 1000]}, ["meter.dear"]),
        ("meter.panel", {"wanted": 0x41, "there": False}, ["meter.panel_absent"]),
        ("clock.failed", {}, ["clock.failed"]),
        ("clock.is", {"knows": True, "goes": False, "line": 1}, ["clock.stopped"]),
        ("pir.seen", {"longest_ms": 9000}, ["pir.long"]),
        ("card.is", {"whole": False, "free_KiB": 9, "ms": 1}, ["card.garbled"]),
        ("wifi.already", {}, ["wifi.already"]),
        ("home.took", {"ms": 90, "t": NOW_s - 300.0}, []),
        ("home.took", {"ms": 90, "t": NOW_s - 301.0}, ["home.clock"]),
        ("home.refused", {"status": 413, "ms": 90}, ["home.status"]),
        ("sleep.clock", {"ms": 2300, "asked_ms": 3000, "by": True}, ["sleep.clock"]),
        ("sleep.clock", {"ms": 4400, "asked_ms": 3000, "by": True}, []),
        ("sleep.no_clock", {"text": "no timer"}, ["sleep.no_clock"]),
        ("sleep.no_pin", {"text": "no pin"}, ["sleep.no_pin"]),
        ("deep.slept", {"ms": 7900, "asked_ms": 10_000}, ["deep.early"]),
        ("deep.woke", {"by": "none", "reset": "WATCHDOG"}, ["deep.woke"]),
    ],
)
def test_one_line_that_is_another(code: str, figures: dict[str, Any], says: list[str]) -> None:
    assert found(code, figures) == says
