"""Load switches: off on every way out, and the bus lines let go of before."""

from __future__ import annotations

from typing import Any

import pytest


class Switch:
    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.told: list[str] = []
        rails = bench.load("torpor.rails")
        self.rails = rails.Rails({"camera": ("GP14", 52), "lamp": ("GP15", 0)})

    def high(self, pin: str = "GP14") -> bool:
        return bool(self.bench.hardware.outputs.get(pin, False))

    def release(self) -> None:
        self.told.append(f"released while {'on' if self.high() else 'off'}")


@pytest.fixture
def switch(bench: Any) -> Switch:
    return Switch(bench)


def test_on_says_when_the_rail_is_up(switch: Switch) -> None:
    clock = switch.bench.load("torpor.clock")
    up = switch.rails.on("camera")
    assert switch.high()
    assert clock.left(up) == pytest.approx(52, abs=2)
    switch.rails.on("camera")  # once more is nothing new
    assert switch.high()


def test_the_camera_is_not_spoken_to_before_its_rail_is_up(bench: Any) -> None:
    """The time is not lost: its driver is imported meanwhile."""
    wake = bench.awake()
    told: list[float] = []
    bench.hardware._camera.power = lambda now_s, on: told.append(now_s)
    driver = bench.load("arducam")
    driver.open = lambda wake: told.append(bench.world.now) or 1 / 0
    with pytest.raises(ZeroDivisionError):
        bench.load("shutter").power_up(wake)
    rise_ms = bench.load("node").RAILS["camera"][1]
    assert told[1] - told[0] >= rise_ms / 1000 - 0.001


def test_release_comes_before_off(switch: Switch) -> None:
    switch.rails.on("camera", switch.release)
    switch.rails.off("camera")
    assert switch.told == ["released while on"]
    assert not switch.high()
    assert "GP14" not in switch.bench.hardware.in_use
    switch.rails.off("camera")
    assert switch.told == ["released while on"]


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_off_on_every_way_out(switch: Switch, error: Any) -> None:
    try:
        with switch.rails as rails:
            rails.on("camera", switch.release)
            if error:
                raise error
    except (ValueError, KeyboardInterrupt):
        pass
    assert not switch.high()
    assert switch.told == ["released while on"]


def test_off_is_driven_low_before_the_pin_is_let_go(switch: Switch) -> None:
    """A slow resistor at the switch is the last resort, not the way."""
    levels: list[tuple[bool, bool]] = []
    hardware = switch.bench.hardware
    hardware.watchers["GP14"] = lambda level: levels.append((level, "GP14" in hardware.outputs))
    release = hardware.release_pin
    hardware.release_pin = lambda pin: (levels.append((switch.high(), False)), release(pin))
    switch.rails.on("camera")
    switch.rails.off("camera")
    assert levels[:3] == [(True, True), (False, True), (False, False)]


def test_off_when_the_node_sleeps_inside(switch: Switch) -> None:
    from sim.errors import DeepSleep

    with pytest.raises(DeepSleep), switch.rails as rails:
        rails.on("camera", switch.release)
        raise DeepSleep(())
    assert not switch.high()


def fail() -> None:
    raise OSError(5)


def test_a_release_that_fails_still_opens_the_switch(switch: Switch) -> None:
    switch.rails.on("camera", fail)
    with pytest.raises(OSError):
        switch.rails.off("camera")
    assert not switch.high()
    switch.rails.off("camera")  # it counts as off: no second release


def test_a_release_that_fails_does_not_keep_the_other_rails_on(switch: Switch) -> None:
    with switch.rails as rails:
        rails.on("camera", fail)
        rails.on("lamp", fail)
    assert (switch.high("GP14"), switch.high("GP15")) == (False, False)


def test_a_rail_that_does_not_exist(switch: Switch) -> None:
    with pytest.raises(KeyError, match="heater"):
        switch.rails.on("heater")


def test_a_camera_that_cannot_start_leaves_its_rail_off(bench: Any, reason: dict[str, int]) -> None:
    wake = bench.awake()
    shutter = bench.load("shutter")
    bench.hardware.in_use.add("GP2")  # its first bus cannot be had
    assert shutter.power_up(wake) == bench.load("torpor.machine").FAIL
    assert not bench.hardware.outputs.get("GP14", False)
    assert (reason["CAMERA_FAILED"], 1) in bench.events(wake.journal.entries)


@pytest.mark.parametrize("pin", ["GP2", "GP5", "GP9"])
def test_a_camera_that_fails_half_way_frees_every_pin(bench: Any, pin: str) -> None:
    wake = bench.awake()
    bench.hardware.in_use.add(pin)
    before = set(bench.hardware.in_use)
    bench.load("shutter").power_up(wake)
    assert bench.hardware.in_use == before


def test_a_rail_that_its_part_switches_itself_only_remembers(bench) -> None:
    """Without a pin: on says when it is up, off lets the driver release, once."""
    rails, clock = bench.load("torpor.rails"), bench.load("torpor.clock")
    let_go: list[str] = []
    with rails.Rails({"camera": ("", 21)}) as held:
        assert clock.left(held.on("camera", lambda: let_go.append("camera"))) == pytest.approx(21, abs=1)
        held.on("camera", lambda: let_go.append("twice"))
        assert let_go == []
        held.off("camera")
        assert let_go == ["camera"]
        held.off("camera")
        held.on("camera", lambda: let_go.append("at the end"))
    assert let_go == ["camera", "at the end"]
