"""Somebody hangs a new node up: install mode in the twin, told as literal lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from sim.air import Link
from sim.devices import CameraFaults
from sim.protocol import numbers_of
from sim.run import build, summarise
from sim.scenario import Scenario
from sim.troubles import Troubles
from station.led_codes import LedCode, led_codes
from station.led_drawing import flashes

DAY_s = 86_400.0


def new(link: Link, seconds: float = 87.0, **changes: Any) -> Scenario:
    """A new node, of which only the first minutes are told."""
    usual: dict[str, Any] = {"days": seconds / DAY_s, "link": link, "install": True, "start_day": 170}
    return Scenario(quiet=True, **usual | changes)


def lit(told: Any, from_s: float = 0.0, to_s: float = DAY_s) -> list[tuple[float, int]]:
    """(when, for how many ms) the LED was on."""
    found = []
    changes = [one for one in told.twin.hardware.fittings.lit if from_s <= one[0] < to_s]
    for (on_s, on), (off_s, off) in pairwise(changes):
        if on and not off:
            found.append((round(on_s, 1), round(1000 * (off_s - on_s))))
    return found


def said(told: Any, kind: str, count: int) -> bool:
    """Whether the LED has said it: so many flashes of about that length, with about that pause."""
    codes = led_codes()
    wanted = flashes(LedCode("", kind, count, "", ""), codes)
    seen = lit(told)
    for first in range(len(seen) - count + 1):
        run = seen[first : first + count]
        fits = all(
            abs(ms - lasts) < 80 and abs(1000 * (at_s - run[0][0]) - begins) < 120 * count
            for (at_s, ms), (begins, lasts) in zip(run, wanted, strict=True)
        )
        after_s = seen[first + count][0] if first + count < len(seen) else DAY_s
        if fits and after_s - run[-1][0] > (codes.ms["LONG_ms"] + codes.ms["DARK_ms"] + 300) / 1000:
            return True
    return False


@pytest.fixture(scope="module")
def whole(request: pytest.FixtureRequest) -> Any:
    """One install mode to its end, with a visitor at 100 s, and the first ordinary wake."""
    from tests.scenarios.conftest import STEADY, Told

    twin = build(new(STEADY, 660.0, visits=((100.0, 5.0),)))
    twin.life.keep_states = True
    twin.live()
    assert twin.life.crashes == []
    return Told(twin)


def test_it_comes_first_and_ends_by_itself(whole: Any) -> None:
    whole.same(
        whole.states()[:6],
        [(0.0, "BOOT"), (2.8, "BOOT"), (3.2, "INSTALL"), (615.4, "BOOT"), (618.2, "BOOT"), (619.1, "TRIAGE")],
        within_s=1.0,
    )
    assert whole.states()[-1][1] == "SLEEP"
    assert bytes(whole.twin.hardware.nvm[1024:1029]) == b"\0\0\0\xff\xff"


def test_who_walks_by_sees_the_light_at_once(whole: Any) -> None:
    """The sensor holds its output 2 s longer than the visitor stays."""
    (lamp,) = [one for one in lit(whole, 99.0, 108.0) if one[1] > 100]
    assert 100.0 <= lamp[0] <= 100.1
    assert lamp[1] == pytest.approx(7000, abs=1000)


def test_it_winks_while_nothing_moves(whole: Any) -> None:
    winks = lit(whole, 300.0, 320.0)
    assert 8 <= len(winks) <= 10
    assert all(30 <= ms <= 80 for _, ms in winks)


def test_the_light_tells_the_way_home(whole: Any) -> None:
    assert said(whole, "short", 4)
    assert said(whole, "long", 1)
    assert not said(whole, "long", 2)
    assert said(whole, "flicker", 15)


def test_pictures_come_every_few_seconds_and_at_once_with_motion(whole: Any) -> None:
    shots = whole.twin.home.previews
    assert 85 <= len(shots) <= 110
    assert all(shot.jpeg[:2] == b"\xff\xd8" and shot.jpeg[-2:] == b"\xff\xd9" for shot in shots)
    pauses = [after.t_s - before.t_s for before, after in pairwise(shots)]
    assert max(pauses) < 9.0
    moved = next(shot for shot in shots if shot.t_s > 100.0)
    assert moved.t_s < 102.0
    assert {"rssi": -60, "moved": 0, "fault": 0}.items() <= numbers_of(moved.told).items()
    assert shots[-1].told["left"] < 10


def test_the_report_says_what_came_of_it(whole: Any) -> None:
    shots = len(whole.twin.home.previews)
    note = f"install mode came first: {shots} pictures in 10 min, 2 motions, signal -60 dBm."
    assert summarise(whole.twin, 0.0).notes[-1] == note


def test_a_preview_is_no_picture(whole: Any) -> None:
    """One ordinary picture came of the wake behind it."""
    assert len(whole.twin.home.pictures) == 1
    assert whole.twin.home.refused == {}


@pytest.mark.parametrize(
    ("soc", "bench", "computer", "comes"),
    [
        (0.9, False, False, True),
        (0.3, False, False, False),  # back from a flat battery: nobody is there
        (0.3, True, False, True),  # somebody who holds the button is
        (0.02, True, False, False),
        (0.9, True, True, False),  # held for the computer, which has the drive
        (0.9, False, True, True),
    ],
)
def test_when_it_comes(
    live: Callable[..., Any], steady: Link, soc: float, bench: bool, computer: bool, comes: bool
) -> None:
    def prepare(twin: Any) -> None:
        twin.hardware.bench, twin.hardware.computer = bench, computer

    told = live(new(steady, soc=soc), prepare=prepare)
    assert bool(lit(told)) is comes
    begun = b"\0\xff" if comes and not computer else b"\xff\xff"
    assert bytes(told.twin.hardware.nvm[1024:1026]) == begun


def test_once_installed_it_stays_so(live: Callable[..., Any], steady: Link) -> None:
    """A node whose cell is flat each night, and full enough as it starts again, waits for nobody."""

    def prepare(twin: Any) -> None:
        twin.hardware.nvm[1024:1027] = bytes(3)

    told = live(new(steady), prepare=prepare)
    assert "INSTALL" not in {state for _, state in told.states()}


@pytest.mark.parametrize(("desk", "comes"), [(0xFF, False), (0, True)])
def test_a_cut_that_empties_nvm_brings_it_back_only_if_it_began_on_a_desk(
    live: Callable[..., Any], steady: Link, desk: int, comes: bool
) -> None:
    """It has kept pictures before: with nothing in nvm nobody knows why, and nobody is there."""

    def prepare(twin: Any) -> None:
        twin.hardware.files.readonly = False
        twin.hardware.files.mkdir("/spool")
        twin.hardware.nvm[1039] = desk

    told = live(new(steady), prepare=prepare)
    assert ("INSTALL" in {state for _, state in told.states()}) is comes


def test_the_button_brings_it_back(live: Callable[..., Any], steady: Link) -> None:
    def prepare(twin: Any) -> None:
        twin.hardware.nvm[1024:1027] = bytes(3)
        twin.hardware.bench, twin.hardware.computer = True, False

    told = live(new(steady), prepare=prepare)
    assert "INSTALL" in {state for _, state in told.states()}


def test_the_twin_was_hung_up_before_unless_it_is_said(live: Callable[..., Any], steady: Link) -> None:
    told = live(new(steady, install=False))
    assert "INSTALL" not in {state for _, state in told.states()}


@pytest.mark.parametrize(
    ("link", "count"),
    [({"outages": ((0.0, 1000.0),)}, 2), ({"join_fails": 1.0}, 3)],
)
def test_troubles_on_the_way_home_are_said(
    live: Callable[..., Any], steady: Link, link: dict[str, Any], count: int
) -> None:
    told = live(new(replace(steady, **link)))
    assert said(told, "long", count)
    assert told.twin.home.previews == []


def test_a_wrong_key_is_said(live: Callable[..., Any], steady: Link) -> None:
    def prepare(twin: Any) -> None:
        twin.home._key = bytes(32)

    told = live(new(steady), prepare=prepare)
    assert said(told, "long", 5)


def test_a_silent_camera_is_said_by_lamp_and_line(live: Callable[..., Any], steady: Link) -> None:
    told = live(new(steady), camera_faults=CameraFaults(7, absent_i2c=1.0))
    assert said(told, "long", 6)
    assert {shot.told["fault"] for shot in told.twin.home.previews} == {6}
    assert {shot.jpeg for shot in told.twin.home.previews} == {b""}


@pytest.mark.parametrize(
    "design", ["esp32-cam", "xiao-s3-sense", "memento", "pico-w-latched", "pico-w-night"]
)
def test_other_designs_show_what_they_see(live: Callable[..., Any], steady: Link, design: str) -> None:
    told = live(new(steady, design=design, visits=((1.0, 30.0),)))
    shots = told.twin.home.previews
    assert len(shots) >= 3
    assert all(shot.jpeg[:2] == b"\xff\xd8" for shot in shots)


def test_behind_a_latch_the_sensor_must_hold_the_supply(live: Callable[..., Any], steady: Link) -> None:
    """It has fallen when the programs would change: an ordinary wake, and nothing is counted. The next motion
    lasts longer."""
    short, long = (1.0, 0.5), (40.0, 4.0)
    told = live(new(steady, design="pico-w-latched", visits=(short,)))
    assert "INSTALL" not in {state for _, state in told.states()}
    assert told.twin.hardware.nvm[1024] == 0xFF
    told = live(new(steady, design="pico-w-latched", visits=(short, long)))
    assert told.twin.hardware.nvm[1024:1026] == b"\0\xff"
    assert len(told.twin.home.previews) > 3


@pytest.mark.parametrize(("away", "begun"), [(False, 3), (True, 1)])
def test_back_from_a_flat_battery_it_does_not_wait_for_anybody(
    live: Callable[..., Any], steady: Link, away: bool, begun: int
) -> None:
    """A day under snow with a cell of 90 mAh, then the sun; `away`: home was never heard."""
    link = replace(steady, outages=((0.0, 3600.0),)) if away else steady
    told = live(
        new(link, 2.0 * DAY_s, start_day=60, soc=0.6, cell_scale=0.03, troubles=Troubles(snow=(0, 1)))
    )
    ((_, back_s),) = told.twin.life.down  # a smaller cell gives way as soon as the camera runs
    later = {state for t_s, state in told.states() if t_s > back_s}
    assert "TRIAGE" in later and ("INSTALL" in later) is away  # then it looks at its battery, and lets it be
    assert lit(told, back_s) == []
    assert bytes(told.twin.hardware.nvm[1024:1040]).count(0) == begun
