"""The virtual soil sensor: registers, times, supply, faults; and the ground that it stands in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from boards import load_design
from sim.devices.seesaw import Seesaw, SoilFaults
from sim.run import build
from sim.scenario import Scenario

MOISTURE, TEMPERATURE, IDENTITY = b"\x0f\x10", b"\x00\x04", b"\x00\x01"


class Bed:
    """A ground of the test's own."""

    def __init__(self, moisture: float = 0.5, celsius: float = 20.0) -> None:
        self.wet, self.warm = moisture, celsius

    def moisture(self, t_s: float) -> float:
        return self.wet

    def temperature(self, t_s: float) -> float:
        return self.warm


def sensor(bed: Bed | None = None, on: bool = True, **faults: Any) -> Seesaw:
    made = Seesaw(load_design("pico-w-soil").part("sensor"), bed or Bed(), lambda: None, SoilFaults(**faults))
    if on:
        made.power(0.0, True)
    return made


def asked(chip: Seesaw, register: bytes, count: int, wait_s: float = 0.005, at_s: float = 1.0) -> bytes:
    chip.write(at_s, register)
    return chip.read(at_s + wait_s, count)


@pytest.mark.parametrize(("t_s", "there"), [(0.0, False), (0.4999, False), (0.5, True), (0.5001, True)])
def test_it_answers_once_it_has_started(t_s: float, there: bool) -> None:
    assert sensor().acknowledges(t_s) is there


def test_without_a_supply_it_is_not_there() -> None:
    chip = sensor(on=False)
    assert not chip.acknowledges(10.0)
    chip.power(10.0, True)
    chip.power(11.0, False)
    assert not chip.acknowledges(20.0)


def test_an_absent_one_never_answers() -> None:
    assert not sensor(absent=True).acknowledges(10.0)


@pytest.mark.parametrize(("wet", "reading"), [(0.0, 200), (0.5, 1100), (1.0, 2000)])
def test_moisture_runs_from_dry_to_wet(wet: float, reading: int) -> None:
    chip = sensor(Bed(wet))
    values = [int.from_bytes(asked(chip, MOISTURE, 2, at_s=1.0 + n), "big") for n in range(200)]
    assert sum(values) / 200 == pytest.approx(reading, abs=1.5)
    assert len(set(values)) > 5  # noise of 4, one sigma


@pytest.mark.parametrize(("wait_s", "ready"), [(0.0049, False), (0.005, True), (0.0051, True)])
def test_too_early_it_reads_as_ones(wait_s: float, ready: bool) -> None:
    assert (asked(sensor(), MOISTURE, 2, wait_s) != b"\xff\xff") is ready


@pytest.mark.parametrize("celsius", [-12.5, 0.0, 25.25])
def test_temperature_has_a_sign_and_a_constant_error(celsius: float) -> None:
    chip = sensor(Bed(celsius=celsius))
    first, second = (asked(chip, TEMPERATURE, 4, at_s=at_s) for at_s in (1.0, 5.0))
    told = int.from_bytes(first, "big", signed=True) / 65536
    assert first == second
    assert 0.0 < abs(told - celsius) <= 2.0


def test_its_identity_and_what_it_does_not_know() -> None:
    assert asked(sensor(), IDENTITY, 1) == b"\x55"
    assert asked(sensor(), b"\x09\x07", 2) == b"\xff\xff"
    assert sensor().read(1.0, 2) == b"\xff\xff"  # nobody asked


def test_an_answer_is_given_once() -> None:
    chip = sensor()
    assert asked(chip, MOISTURE, 2) != b"\xff\xff"
    assert chip.read(2.0, 2) == b"\xff\xff"


def test_a_reset_takes_as_long_as_a_start() -> None:
    chip = sensor()
    chip.write(10.0, b"\x00\x7f\xff")
    assert not chip.acknowledges(10.499)
    assert chip.acknowledges(10.5)


def test_a_slow_one_now_and_then_is_not_ready() -> None:
    chip = sensor(seed=4, slow=0.25)
    late = sum(asked(chip, MOISTURE, 2, at_s=1.0 + n) == b"\xff\xff" for n in range(1000))
    assert 200 < late < 300


def test_the_observer_sees_what_the_node_got() -> None:
    chip = sensor()
    seen: list[tuple[float, int]] = []
    chip.on_read = lambda t_s, value: seen.append((t_s, value))
    told = int.from_bytes(asked(chip, MOISTURE, 2), "big")
    asked(chip, MOISTURE, 2, wait_s=0.001)  # too early: no reading
    asked(chip, TEMPERATURE, 4)
    assert seen == [(1.005, told)]


def test_what_it_draws_and_when_its_bus_lives() -> None:
    """5 mA at 3.3 V behind 85 %, on only behind its switch; half a microampere of leakage else."""
    hardware = build(Scenario(design="pico-w-soil", days=1)).hardware
    world, pins = hardware.world, hardware.design.pins
    hardware.power_up()
    before_W, before_A = world.load_W, world.load_A
    assert not hardware.buses[pins["sensor_scl"]].alive()
    hardware.drive_pin(pins["sensor_power"], True)
    assert world.load_W - before_W == pytest.approx(5e-3 * 3.3 / 0.85)
    assert before_A - world.load_A == pytest.approx(0.5e-6)
    assert hardware.buses[pins["sensor_scl"]].alive()
    hardware.release_pin(pins["sensor_power"])
    assert (world.load_W, world.load_A) == (pytest.approx(before_W), pytest.approx(before_A))


def test_the_ground_dries_is_rained_on_and_follows_the_air() -> None:
    from sim.soil import Soil

    twin = build(Scenario(design="pico-w-soil", days=1))
    ground = Soil(twin.sky, 60.0, 1)
    again, other = Soil(twin.sky, 60.0, 1), Soil(twin.sky, 60.0, 2)
    hours = [hour * 3600.0 for hour in range(60 * 24)]
    wet = [ground.moisture(t_s) for t_s in hours]
    assert 0.1 < min(wet) < max(wet) <= 0.85
    rains = sum(after > before + 1e-9 for before, after in pairwise(wet))
    assert 5 <= rains <= 30  # every four days or so
    assert wet == [again.moisture(t_s) for t_s in hours] != [other.moisture(t_s) for t_s in hours]
    warm = [ground.temperature(t_s) for t_s in hours]
    air = twin.sky.air_C[: len(warm)]
    assert max(warm) - min(warm) < 0.8 * (max(air) - min(air))
    assert sum(warm) / len(warm) == pytest.approx(sum(air) / len(air), abs=1.0)
    assert ground.moisture(1800.0) == pytest.approx((wet[0] + wet[1]) / 2)
