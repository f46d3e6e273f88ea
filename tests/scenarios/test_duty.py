"""Half charged, every second visitor counts: the ramp between two thresholds, wake by wake."""

from __future__ import annotations

from sim.scenario import Scenario

#: Ten visits, ten minutes apart, short enough for the PIR to have fallen when the node sleeps again.
VISITS = tuple((36_000.0 + 600.0 * number, 3.0) for number in range(10))
NIGHT = Scenario(days=0.5, start_day=170, quiet=True, visits=VISITS, panel_scale=0.01)


def served(told) -> str:
    """P for each motion that became a picture, - for each that the ramp let pass."""
    marks = {"PICTURE": "P", "DUTY": "-"}
    return "".join(marks[reason] for t_s, reason, _ in told.events(*marks) if t_s > 36_000.0)


def test_at_half_duty_every_second_motion_has_the_camera(live, steady):
    """The credit is spent with each picture and grows with each refusal, over sleeps and wake paths."""
    settings = {"TORPOR_LOW_PCT": 20, "TORPOR_HIGH_PCT": 30, "TORPOR_FULL_PCT": 80}
    told = live(NIGHT.change(soc=0.50, link=steady, settings=settings))
    assert served(told) in ("-P" * 5, "P-" * 5)


def test_above_the_ramp_every_motion_has_it(live, steady):
    assert served(live(NIGHT.change(soc=0.9, link=steady))) == "P" * 10


def test_near_its_foot_one_in_ten(live, steady):
    settings = {"TORPOR_LOW_PCT": 20, "TORPOR_HIGH_PCT": 21, "TORPOR_FULL_PCT": 100}
    told = live(NIGHT.change(soc=0.30, link=steady, settings=settings))
    assert 1 <= served(told).count("P") <= 2
