"""What a meter sees in each lead of a node: by night, under the sun, when the charge has ended, cut off."""

from __future__ import annotations

import pytest

from boards.parts_file import shipped_parts
from sim.devices.ina219 import Ina219, MeterFaults
from sim.errors import PowerLost
from sim.leads import Leads, seen_in
from sim.world import World

SUN_W_m2 = 400.0
METER = shipped_parts()["meter", "ina219"]


def after(world: World, watts: float, seconds: float = 10.0) -> tuple[float, float, float]:
    """(load, battery, charge) in mA over the last second of so many under a load."""
    world.draw("board", watts)
    world.spend(seconds)
    leads, end_s = Leads(world), world.now
    load, battery = (seen(end_s - 1.0, end_s)[0] for seen in (leads.load, leads.battery))
    return load, battery, 1000.0 * world.plant.harvest_W / world.plant.volts


def test_by_night_both_leads_carry_the_load(make_world) -> None:
    assert after(make_world(), 0.36) == (pytest.approx(100.0), pytest.approx(100.0), 0.0)


def test_under_the_sun_the_battery_gives_the_load_less_the_charge(make_world) -> None:
    world = make_world(sun_W_m2=SUN_W_m2)
    idle, busy = after(world, 0.0), after(world, 0.72)
    assert 50.0 < idle[2] < 200.0
    assert idle[:2] == (0.0, pytest.approx(-idle[2], rel=1e-5))
    assert busy[:2] == (pytest.approx(200.0), pytest.approx(200.0 - idle[2], rel=1e-3))


def test_a_stretch_across_hours_has_all_that_they_brought(make_world) -> None:
    world = make_world(sun_W_m2=SUN_W_m2)
    before_C = world.plant.charge_C
    world.spend(2.5 * 3600.0)
    leads, gained_C = Leads(world), world.plant.charge_C - before_C
    assert gained_C > 500.0
    assert leads.battery(0.0, world.now)[0] == pytest.approx(-1000.0 * gained_C / world.now, rel=0.01)


def test_held_at_float_the_load_does_not_show_at_all(make_world) -> None:
    """What the panel has to spare it gives to the load: the battery's current says nothing of that."""
    world = make_world(soc=0.999, sun_W_m2=SUN_W_m2, resistance=0.05, term_current=0.001)
    idle, busy = after(world, 0.0), after(world, 0.2)
    assert world.plant.volts == pytest.approx(4.2, abs=1e-4)
    assert busy[0] - idle[0] == pytest.approx(47.6, abs=0.1)
    assert busy[1] == pytest.approx(idle[1], abs=0.1)


def test_a_charge_that_has_ended_leaves_the_load(make_world) -> None:
    world = make_world(soc=0.9999, sun_W_m2=SUN_W_m2, resistance=0.05, term_current=0.2)
    load, battery, charge = after(world, 0.2)
    assert (load, battery, charge) == (pytest.approx(47.6, abs=0.1), pytest.approx(47.6, abs=0.1), 0.0)


def test_a_battery_that_is_cut_off_gives_nothing_and_takes_the_charge(make_world) -> None:
    """Its protection lets the charge pass, through the diode of the transistor that is off."""
    world = make_world(soc=0.0, sun_W_m2=SUN_W_m2, capacity=0.001, cut_off=3.05, restart=3.9)
    world.draw("board", 2.0)
    with pytest.raises(PowerLost):
        world.spend(10.0)
    world.all_off()
    world.wait_for_supply()
    load, battery = (
        seen(world.now - 1.0, world.now)[0] for seen in (Leads(world).load, Leads(world).battery)
    )
    assert load == 0.0
    assert battery < -50.0


@pytest.mark.parametrize("watts", [0.0, 0.36])
def test_the_chip_shows_the_sign(make_world, watts: float) -> None:
    world = make_world(sun_W_m2=SUN_W_m2)
    chip = Ina219(METER, 0x40, seen_in("battery", world), lambda: None, MeterFaults(offset_uV=0.0))
    chip.power(0.0, True)
    _, battery, _ = after(world, watts)
    chip.write(world.now - 0.5, b"\x00\x0e\x67")  # PGA /2, 16 samples each, continuous
    chip.write(world.now, b"\x01")
    raw = int.from_bytes(chip.read(world.now, 2), "big", signed=True)
    assert raw / 10.0 == pytest.approx(battery, rel=0.02, abs=0.2)
    assert (raw < 0) is (watts == 0.0)


def test_what_is_charged_beyond_the_range_reads_as_its_end(make_world) -> None:
    world = make_world(sun_W_m2=SUN_W_m2)
    _, battery, _ = after(world, 0.0)
    assert battery < -40.0
    assert Leads(world).battery(world.now - 1.0, world.now, 40.0)[0] == pytest.approx(-40.0)
