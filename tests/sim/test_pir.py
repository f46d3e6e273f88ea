"""The PIR's output as literal lists of high stretches: hold 2 s, dead time 2 s after each fall."""

from __future__ import annotations

from math import inf

import pytest

from boards import load_design
from sim.devices.pir import Pir


@pytest.fixture
def pir_of():
    part = load_design("pico-w-arducam-2mp").pir
    assert (part.v("hold"), part.v("block"), part.v("warm_up")) == (2.0, 2.0, 15.0)
    return lambda *motions, seed=1: Pir(part, motions, seed)


def stretches(pir: Pir) -> list[tuple[float, float]]:
    """What a logic analyser would show, found through the device's own questions."""
    found = []
    now = 0.0
    while (rise := pir.next_high(now)) < inf:
        now = pir.next_fall(rise)
        found.append((round(rise, 3), round(now, 3)))
    return found


@pytest.mark.parametrize(
    ("motions", "expected"),
    [
        ([], []),
        ([(10, 11)], [(10, 13)]),  # held 2 s
        ([(20, 21), (10, 11)], [(10, 13), (20, 23)]),  # any order
        ([(10, 11), (12.9, 13.5)], [(10, 15.5)]),  # retriggered while high
        ([(10, 11), (13.0, 13.1)], [(10, 15.1)]),  # at the very fall
        ([(10, 30), (12, 13)], [(10, 32)]),  # one inside the other
        ([(10, 11), (13.1, 14.9)], [(10, 13)]),  # over before the blindness is
        ([(10, 11), (13.1, 15.0)], [(10, 13)]),
        ([(10, 11), (13.1, 15.5)], [(10, 13), (15, 17.5)]),  # seen from 15 s on
        ([(10, 11), (15.0, 16)], [(10, 13), (15, 18)]),  # just not blind any more
    ],
)
def test_hold_retrigger_and_block(pir_of, motions, expected) -> None:
    assert stretches(pir_of(*motions)) == expected


@pytest.mark.parametrize(("now", "level"), [(9.999, False), (10.0, True), (12.999, True), (13.0, False)])
def test_level_at_the_edges(pir_of, now: float, level: bool) -> None:
    pir = pir_of((10, 11), (20, 21))
    assert pir.high(now) is level
    assert pir.next_high(now) == (now if level else 10.0 if now < 10 else 20.0)
    assert pir.next_rise(now) == (10.0 if now < 10 else 20.0)
    assert pir.next_fall(now) == (13.0 if level else now)
    assert pir.rose_at(now) == (10.0 if level else now)


@pytest.mark.parametrize(
    ("burst", "expected"),
    [
        (5.0, [(5, 7), (10, 13), (20, 23)]),
        (6.0, [(6, 8), (10, 13), (20, 23)]),  # blind until 10: just over
        (7.0, [(7, 9), (20, 23)]),  # blind from 9 to 11, when the motion has ended
        (8.5, [(8.5, 13), (20, 23)]),  # still high when the motion comes
        (10.5, [(10, 13), (20, 23)]),
        (12.5, [(10, 14.5), (20, 23)]),
        (13.5, [(10, 13), (20, 23)]),  # the sensor's own dead time
        (15.0, [(10, 13), (15, 17), (20, 23)]),
        (30.0, [(10, 13), (20, 23), (30, 32)]),
    ],
)
def test_a_radio_burst_among_laid_motions(pir_of, burst: float, expected) -> None:
    pir = pir_of((10, 11), (20, 21))
    pir._wifi_trigger = 1.0
    pir.radio_burst(burst)
    assert stretches(pir) == expected
    assert all(a < b for a, b in zip(pir._fall, pir._rise[1:], strict=False))


def test_a_burst_shortens_a_long_motion_by_its_dead_time(pir_of) -> None:
    pir = pir_of((10, 18))
    pir._insert(7.0)  # high until 9, blind until 11
    assert stretches(pir) == [(7, 9), (11, 20)]
    assert pir.rose_at(12.0) == 11.0


def test_only_some_bursts_trigger(pir_of) -> None:
    pir = pir_of(seed=3)
    for at in range(0, 20_000, 10):
        pir.radio_burst(float(at))
    assert 70 <= len(stretches(pir)) <= 135  # 5 % of 2000: 100, three standard deviations


def test_warm_up_gives_one_false_pulse(pir_of) -> None:
    starts = []
    for seed in range(40):
        pir = pir_of(seed=seed)
        pir.power_up(100.0)
        ((rise, fall),) = stretches(pir)
        assert fall - rise == pytest.approx(2.0, abs=0.002)
        starts.append(rise)
    assert 103.0 <= min(starts) < 106.0
    assert 112.0 < max(starts) <= 115.0


def test_stuck_high(pir_of) -> None:
    pir = pir_of((10, 11), (49, 52), (95, 99), (200, 201))
    pir.stuck_from_s, pir.stuck_until_s = 50.0, 96.0
    assert stretches(pir) == [(10, 13), (49, 101), (200, 203)]
    assert [pir.rose_at(t) for t in (50.0, 80.0, 95.5, 101.0)] == [49.0, 49.0, 49.0, 101.0]
    alone = pir_of((10, 11))
    alone.stuck_from_s, alone.stuck_until_s = 50.0, 60.0
    assert stretches(alone) == [(10, 13), (50, 60)]
    assert (alone.rose_at(55.0), alone.next_high(20.0), alone.next_rise(55.0)) == (50.0, 50.0, inf)
