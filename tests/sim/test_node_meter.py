"""Which range a design's meter gets, and what the firmware is told of it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from boards import Design, list_designs, load_design
from sim.node_meter import meter_lines, peak_mA, pga_of
from sim.nodefile import node_values
from sim.prices import STATES, busy_mW, state_mW


def shunted(design: Design, ohm: float) -> Design:
    """The same with another shunt."""
    rows = dict(design.meter.rows)
    rows["shunt"] = replace(rows["shunt"], value=ohm)
    return replace(design, meter=replace(design.meter, rows=MappingProxyType(rows)))


def test_the_default_node() -> None:
    """270 mA at 5 V and 60 mA at 3.3 V through 85 %, from 3.4 V: 465 mA, 581 with some room: 800 mA."""
    design = load_design("pico-w-arducam-2mp")
    assert peak_mA(design) == pytest.approx((1350.0 + 60 * 3.3 / 0.85) / 3.4, abs=1.0)
    assert meter_lines(design) == {
        "METER_ADDRESS": 0x40, "SHUNT_mohm": 100, "METER_PGA": 1, "METER_TOP": 8000,
        "METER_OFFSET_uV": 125, "SUN_METER": (), "METER_uW": 2718, "METER_uJ": 46,
    }  # fmt: skip


def test_a_second_meter() -> None:
    """The panel's 0.393 A and some room over 0.1 ohm are 49 mV: PGA /2."""
    assert meter_lines(load_design("pico-w-two-meters"))["SUN_METER"] == (0x41, 100, 1)


@pytest.mark.parametrize(("full_mA", "pga"), [(401, 0), (399, 1), (1, 3)])
def test_the_finest_range_that_has_room(full_mA: float, pga: int) -> None:
    """The shunt at which 1.25 times the peak is just within or without 40 mV; and one far too large."""
    design = load_design("pico-w-arducam-2mp")
    ohm = 0.04 / (1.25 * peak_mA(design) / 1000.0) * (400.0 / full_mA)
    assert pga_of(shunted(design, ohm)) == pga


def test_every_design_has_room() -> None:
    for name in list_designs():
        lines = meter_lines(load_design(name))
        assert lines["METER_TOP"] >= 12.5 * peak_mA(load_design(name)), name


def test_a_meter_in_the_batterys_lead() -> None:
    """From 4.2 V less the charger's own 0.05 V on the load may not show; the net current counts, so the rest
    voltage is as sure as with a second meter."""
    assert meter_lines(load_design("xiao-s3-sense"))["SUN_METER"] == (4150,)
    sure_mV = {name: node_values(load_design(name))["CELL"][5] for name in list_designs()}  # type: ignore[index]
    assert {name for name, mV in sure_mV.items() if mV == 3} == {
        "esp32-soil", "pico-w-two-meters", "xiao-s3-sense",
    }  # fmt: skip


@pytest.mark.parametrize(("charge_A", "pga"), [(0.1, 1), (0.63, 1), (0.65, 2), (1.3, 3)])
def test_what_a_sleeping_node_leaves_to_the_battery_flows_through_its_meter(
    charge_A: float, pga: int
) -> None:
    """1.25 times 0.5 A of radio and 0.04 A beside it need 80 mV; a stronger charge than that needs more."""
    design = load_design("xiao-s3-sense")
    row = replace(design.charger.rows["charge_current"], value=charge_A)
    rows = MappingProxyType({**design.charger.rows, "charge_current": row})
    strong = replace(design, charger=replace(design.charger, rows=rows))
    assert pga_of(strong) == pga
    assert pga_of(replace(strong, meter=load_design("pico-w-arducam-2mp").meter)) == 1


def test_a_camera_that_stays_powered_is_part_of_the_busy_board() -> None:
    """50 mA at 3.8 V; the camera's 20 mA at 3.75 V but where it runs, at 44 mA."""
    design = load_design("xiao-s3-sense")
    assert busy_mW(design) == pytest.approx(190 + 75 + 0.4, abs=0.3)
    prices = dict(zip(STATES, state_mW(design), strict=True))
    assert prices["TRIAGE"] == busy_mW(design)
    assert node_values(design)["BOOT_mW"] == 265
    assert prices["CAPTURE"] == pytest.approx(190 + 165 + 0.4, abs=0.3)
