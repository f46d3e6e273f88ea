"""Whether a declared task may run: lock-out, duty by value, energy, and what dearer tasks will want."""

from __future__ import annotations

from typing import Any

import pytest

#: low_pct 16, high_pct 38, full_pct 60, as deciding makes it.
LOW, FULL = 16, 60
CELL_J = 40_000


@pytest.fixture
def ask(soil_shared: Any) -> Any:
    """ask(value, charge in 1/100 %, ...) -> (action, reason's name)."""
    from sim.watching import reason_names

    bench = soil_shared
    admission, scheduler = bench.load("torpor.admission"), bench.load("torpor.scheduler")
    triggers = bench.load("torpor.triggers")
    config = bench.task_wake().config
    assert (config[0], config[2]) == (LOW, FULL)
    names = reason_names()

    def answer(
        value: int,
        charge: int,
        number: int = 1,
        cost_mJ: int = 0,
        locked: int = 0,
        stuck: int = 0,
        others: Any = (),
    ) -> tuple[int, str]:
        task = scheduler.Task("one", triggers.every(60), len, cost_mJ=cost_mJ, value=value)
        rest = [
            scheduler.Task("other", trigger, len, cost_mJ=mJ, value=worth) for trigger, mJ, worth in others
        ]
        yes, reason = admission.admit(task, number, charge, locked, stuck, [task, *rest], config, CELL_J)
        return yes, names[reason]

    return answer


@pytest.mark.parametrize("value", [0, 50, 100])
def test_locked_out_nothing_runs(ask: Any, value: int) -> None:
    assert ask(value, 10_000, locked=1) == (0, "LOW_BATTERY")


@pytest.mark.parametrize(("stuck", "answer"), [(2, (1, "GO")), (3, (0, "PIR_STUCK")), (4, (0, "PIR_STUCK"))])
def test_a_pin_that_never_falls_is_not_believed(ask: Any, stuck: int, answer: tuple[int, str]) -> None:
    assert ask(100, 10_000, stuck=stuck) == answer


@pytest.mark.parametrize("value", [0, 50, 100])
def test_a_full_battery_lets_everything_run(ask: Any, value: int) -> None:
    assert {ask(value, 100 * FULL, number) for number in range(1, 50)} == {(1, "GO")}


@pytest.mark.parametrize(
    ("value", "charge", "of_a_hundred"),
    [
        (100, 1700, 100), (100, 1600, 100),  # down to the lock-out
        (0, 3800, 50), (0, 1600, 0), (0, 6000, 100), (0, 5900, 97),  # (59 - 16) / 44
        (50, 3800, 100), (50, 3700, 95), (50, 2700, 50), (50, 1600, 0),  # full at 16 + 44 / 2
    ],
)  # fmt: skip
def test_the_share_that_runs_by_value_and_charge(
    ask: Any, value: int, charge: int, of_a_hundred: int
) -> None:
    runs = [ask(value, charge, number)[0] for number in range(1, 1001)]
    assert sum(runs) / 10 == pytest.approx(of_a_hundred, abs=1)


def test_the_share_is_served_evenly(ask: Any) -> None:
    runs = [ask(50, 2700, number)[0] for number in range(1, 41)]
    assert runs == [0, 1] * 20
    assert ask(50, 2700, 1) == (0, "DUTY")


@pytest.mark.parametrize(("cost_mJ", "yes"), [(399_000, 1), (400_000, 1), (401_000, 0)])
def test_a_task_must_find_its_energy_above_the_lock_out(ask: Any, cost_mJ: int, yes: int) -> None:
    """1 % of 40 kJ above the lock-out is 400 J."""
    assert ask(100, 1700, cost_mJ=cost_mJ) == ((1, "GO") if yes else (0, "RESERVE"))


@pytest.mark.parametrize(
    ("others", "yes"),
    [
        (((0, 60, 0), 5_555, 60), 1),  # 24 x 5.555 J x 3 days = 399.96 J
        (((0, 60, 0), 5_570, 60), 0),
        (((0, 60, 0), 5_570, 50), 1),  # worth as much: it has no claim
        (((1, 720, 0), 133_333, 60), 1),  # once a day
        (((1, 720, 0), 133_700, 60), 0),
        (((4, "PIR", 0), 10**6, 60), 1),  # nobody knows how often a pin rises
    ],
)
def test_what_dearer_tasks_want_in_three_days_is_not_taken(ask: Any, others: Any, yes: int) -> None:
    """At value 50 the ramp is full at 38 %: 22 % above the lock-out are 8800 J."""
    assert ask(50, 3800, cost_mJ=8_400_000, others=(others,)) == ((1, "GO") if yes else (0, "RESERVE"))


def test_its_snapshot_has_policys_order(soil_shared: Any) -> None:
    import re

    text = soil_shared.twin.life.drive.modules["torpor.policy"].text
    names = re.search(r"Snapshot: (.*?)\.\n", text, re.S)[1].split()
    seen: list[tuple[int, ...]] = []
    admission, scheduler = soil_shared.load("torpor.admission"), soil_shared.load("torpor.scheduler")
    policy = soil_shared.load("torpor.policy")
    decide, policy.decide = policy.decide, lambda snapshot, config: seen.append(snapshot)
    one = scheduler.Task("one", (0, 60, 0), len, value=50)
    admission.admit(one, 3, 2700, 0, 2, [one], soil_shared.task_wake().config, CELL_J)
    policy.decide = decide
    (found,) = [dict(zip(names, snapshot, strict=True)) for snapshot in seen]
    assert {name: value for name, value in found.items() if value} == {"question": 1, "soc": 27, "stuck": 2}
    assert found["credit"] == 0  # (3 - 1) x 500 of 1000
