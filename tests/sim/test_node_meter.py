"""Which range a design's meter gets, and what the firmware is told of it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from boards import Design, list_designs, load_design
from sim.node_meter import meter_lines, peak_mA, pga_of


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
