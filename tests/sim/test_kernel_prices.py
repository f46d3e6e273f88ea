"""What a wake costs beside a sleep: a small difference of large sums, where a camera stays powered."""

from __future__ import annotations

import pytest

from sim.kernel_prices import LOCKED, _alive, _apart, _Spent, _spent
from sim.scenario import Scenario


def spent(rest_J: float, pictures: int, refused: int) -> _Spent:
    return _Spent({}, {"PICTURE": pictures, "DUTY": refused}, 0.0, rest_J, 1.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("few_J", "many_J", "picture_J", "refused_J"),
    [
        (29 * 0.8 + 14 * 0.5, 6 * 0.8 + 31 * 0.5, 0.8, 0.5),
        (7.0, 15.5, 0.0, 0.5),
        (5.0, 15.5, 0.0, (14 * 5.0 + 31 * 15.5) / (14**2 + 31**2)),  # else -0.05 J would be called nothing
        (23.2, 1.0, (29 * 23.2 + 6 * 1.0) / (29**2 + 6**2), 0.0),
    ],
)
def test_a_wake_and_a_refusal_apart(few_J: float, many_J: float, picture_J: float, refused_J: float) -> None:
    found = _apart(spent(few_J, 29, 14), spent(many_J, 6, 31))
    assert found == (pytest.approx(picture_J), pytest.approx(refused_J))


def test_the_time_that_it_lives_and_that_nobody_has_used_its_camera(make_world) -> None:
    world = make_world()  # 3.6 V
    world.draw("board", 0.036)
    for state, until_s in (
        ("SLEEP", 10.0),
        ("CAMERA", 13.0),
        ("SLEEP", 20.0),
        ("DOWN", 50.0),
        ("SLEEP", 55.0),
    ):
        world.enter_state(state)
        world.pass_until(until_s)
    world.flush()
    alive_s, volt_s, spared_volt_s = _alive(world)
    assert alive_s == pytest.approx(25.0)
    assert volt_s == pytest.approx(25.0 * 3.6, rel=1e-5)
    assert spared_volt_s == pytest.approx((10.0 + 5.0) * 3.6, rel=1e-5)  # it lost its supply between


def test_a_locked_wake_of_a_node_whose_camera_stays_powered() -> None:
    """The XIAO locked out from its first start: nobody uses its camera, which then takes 18 mA less than it
    does in every sleep of its life; a look at the battery takes half a joule."""
    locked = _spent(Scenario("xiao-s3-sense", days=1.0, start_day=165), **LOCKED)
    assert locked.alive_s == pytest.approx(86_400.0, abs=1.0)
    assert locked.rest_J / locked.counts["LOW_BATTERY"] == pytest.approx(0.55, abs=0.15)
