"""Time and energy of one node: a literal history, accounts that agree, a watchdog to the millisecond."""

from __future__ import annotations

import pytest

from sim.errors import PowerLost, Reset, RunOver
from sim.leads import Leads
from sim.world import World


def history(world: World) -> list[tuple[float, float, float, float, str, int]]:
    columns = zip(world.t_s, world.dt_s, world.volts, world.mA, world.states, world.wakes, strict=True)
    return [(round(t, 6), round(dt, 6), round(v, 4), round(i, 4), s, w) for t, dt, v, i, s, w in columns]


def test_a_few_loads_as_literal_history(make_world) -> None:
    world = make_world()  # 3.6 V without resistance
    world.draw("board", 0.36)
    world.pass_until(2.0)
    world.draw("PIR", 0.0, 0.010)
    world.draw("board", 0.36)  # no change: no new stretch
    world.spend(0.25)
    world.counter[0] = 250_000_000
    world.enter_state("CAMERA")
    world.wake = 4
    world.draw("board", 0.0)
    world.pass_until(5.0)
    assert history(world) == [
        (0.0, 2.0, 3.6, 100.0, "SLEEP", 0),
        (2.0, 0.5, 3.6, 110.0, "SLEEP", 0),
        (2.5, 2.5, 3.6, 10.0, "CAMERA", 4),
    ]


def test_states_and_parts_add_up_to_the_plant(make_world) -> None:
    """Constant power and constant current, over hours in which the voltage falls by tenths of a volt."""
    world = make_world(capacity=1.0, resistance=0.5, soc=0.9)
    world.draw("board", 0.05)
    world.draw("PIR", 0.0, 0.02)
    world.pass_until(6 * 3600.0)
    world.enter_state("UPLOAD")
    world.draw("radio", 0.4)
    world.pass_until(6 * 3600.0 + 20.0)
    world.draw("radio", 0.0)
    world.enter_state("SLEEP")
    world.pass_until(12 * 3600.0)
    world.close_books()
    total = world.plant.load_total_J
    assert sum(world.energy_by_state_J.values()) == pytest.approx(total, rel=1e-12)
    assert sum(world.part_J.values()) == pytest.approx(total, rel=1e-9)
    assert world.part_J["board"] == pytest.approx(0.05 * 12 * 3600.0)
    assert world.part_J["radio"] == pytest.approx(0.4 * 20.0)
    assert world.time_by_state_s == pytest.approx({"SLEEP": 12 * 3600.0 - 20.0, "UPLOAD": 20.0})
    charge = sum(mA * dt for mA, dt in zip(world.mA, world.dt_s, strict=True)) / 1000.0
    energy = sum(v * mA * dt for v, mA, dt in zip(world.volts, world.mA, world.dt_s, strict=True)) / 1000.0
    assert charge == pytest.approx(world.plant.load_total_C, rel=1e-6)
    assert energy == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(("at_s", "bitten"), [(7.999, False), (8.0, True), (8.001, True)])
@pytest.mark.parametrize("how", ["spend", "sleep", "interpret"])
def test_the_watchdog_a_millisecond_either_side(make_world, at_s: float, bitten: bool, how: str) -> None:
    world = make_world()
    world.watchdog_at = 8.0

    def wait() -> None:
        if how == "spend":
            world.spend(at_s)
        elif how == "sleep":
            world.pass_until(at_s)
        else:
            world.counter[0] = round(at_s * 1e9)
            world.sync()

    if not bitten:
        wait()
        assert world.now == pytest.approx(at_s)
        return
    with pytest.raises(Reset) as reset:
        wait()
    assert reset.value.reason == "WATCHDOG"
    assert world.now == pytest.approx(8.0)  # not when the long call would have returned
    assert world.plant.t_s == pytest.approx(8.0)


def test_a_fed_watchdog_waits_again(make_world) -> None:
    world = make_world()
    for second in range(1, 20):
        world.watchdog_at = world.now + 1.5
        world.spend(1.0)
        assert world.now == pytest.approx(second)
    world.watchdog_at = None
    world.spend(100.0)


def test_what_unwinds_after_a_reset_cannot_touch_the_node(make_world) -> None:
    world = make_world()
    world.watchdog_at = 1.0
    with pytest.raises(Reset):
        world.spend(2.0)
    for _ in range(2):
        with pytest.raises(Reset):
            world.sync()
    assert world.now == 1.0
    world.counter[0] = 5
    world.restart()
    assert (world.counter, world.watchdog_at) == ([0], None)
    world.spend(2.0)
    assert world.now == 3.0


def test_power_lost_inside_a_long_sleep(make_world) -> None:
    # 1 Ah from 4.2 V to 3.0 V in a straight line: 2.9 V is below its end, so it empties
    world = make_world(capacity=1.0, soc=0.5)
    world.draw("board", 0.0, 0.1)
    with pytest.raises(PowerLost):
        world.pass_until(1e5)
    assert world.now == pytest.approx(0.5 * 3600.0 / 0.1, rel=1e-6)
    with pytest.raises(PowerLost):
        world.spend(0.001)
    assert world.plant.load_total_C == pytest.approx(1800.0, rel=1e-6)


def test_waiting_for_the_supply_costs_nothing(make_world) -> None:
    world = make_world(capacity=1.0, soc=0.02, sun_W_m2=500.0, cut_off=3.3, restart=3.5)
    world.draw("board", 0.36)
    with pytest.raises(PowerLost):
        world.pass_until(10.0)
    world.restart()
    taken = world.plant.load_total_J
    world.all_off()
    back = world.wait_for_supply()
    assert world.now == back > 60.0
    assert world.plant.powered
    assert world.plant.load_total_J == taken
    assert history(world)[-1][3] == 0.0


def test_a_supply_that_never_returns_ends_the_run(make_world) -> None:
    world = make_world(capacity=1.0, soc=0.02, cut_off=3.3, restart=3.5, end_s=1000.0)
    world.draw("board", 0.36)
    with pytest.raises(PowerLost):
        world.pass_until(10.0)
    world.restart()
    with pytest.raises(RunOver):
        world.wait_for_supply()
    assert world.now == 1000.0


@pytest.mark.parametrize("how", ["spend", "pass_until"])
def test_the_run_ends_on_time(make_world, how: str) -> None:
    world = make_world(end_s=10.0)
    world.draw("board", 0.36)
    with pytest.raises(RunOver):
        getattr(world, how)(25.0)
    world.close_books()
    assert world.now == world.plant.t_s == 10.0
    assert world.part_J["board"] == pytest.approx(3.6)
    assert world.energy_by_state_J == {"SLEEP": pytest.approx(3.6)}


def test_the_mean_in_the_loads_lead(make_world) -> None:
    world = make_world()
    load = Leads(world).load
    assert load(0.0, 0.0) == (0.0, pytest.approx(3.6))
    for watts, until in ((0.36, 1.0), (3.6, 1.1), (0.036, 2.0)):
        world.draw("board", watts)
        world.spend(until - world.now)
    mA, volts = load(0.9, 1.15)
    assert mA == pytest.approx((0.1 * 100 + 0.1 * 1000 + 0.05 * 10) / 0.25, rel=1e-5)
    assert volts == pytest.approx(3.6)
    world.draw("board", 0.72)
    world.now = 2.3  # the last stretch is still open
    assert load(2.1, 2.2)[0] == pytest.approx(200.0, rel=1e-5)
    assert load(1.9, 2.1)[0] == pytest.approx(105.0, rel=1e-4)
    assert load(2.3, 2.3)[0] == pytest.approx(200.0, rel=1e-5)
