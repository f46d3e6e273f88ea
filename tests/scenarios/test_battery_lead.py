"""The XIAO charges on its own board: its meter can only sit in the battery's lead. What the node then knows
of its load, its sun and its charge, and what it would know if it took what it reads for its load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sim.run import Twin
from sim.scenario import Scenario
from tests.firmware.conftest import Bench
from tests.scenarios.conftest import Told, patched
from tests.scenarios.test_gauge import CHARGE, rms
from tests.scenarios.test_ledger_month import awake

DAY_s = 86_400.0
#: Four visits a day, the last in the dark; from the third day on the charger holds the full battery at noon.
VISITS = tuple((DAY_s * day + hour * 3600.0, 20.0) for day in range(5) for hour in (9.0, 12.0, 15.0, 22.5))
SUNNY = Scenario(
    design="xiao-s3-sense", days=5.0, start_day=170, quiet=True, visits=VISITS, soc=0.9, panel_scale=2.0
)
NAIVE = (
    ("torpor.ledger", "len(rows.SUN_METER) == 1", "False"),
    ("torpor.panel", "return wake.ledger.charging(wake)", "return 0, 0"),
)


@dataclass
class Garden:
    """A life; how far the charge was believed too high, points; the sun as (said, was), W."""

    told: Told
    gauge: list[float]
    sun: list[tuple[float, float]]

    def learned_mJ(self) -> dict[str, int]:
        """What the node has learned that its actions cost."""
        bench = Bench(design=self.told.twin.design.name)
        record, costs = bench.load("torpor.record").Record(), bench.load("torpor.costs")
        record.load(bytes(self.told.twin.hardware.sleep_memory))
        return {name: costs.of(record, at) for at, name in enumerate(("wake", "picture", "small", "join"))}

    def spent_mJ(self, *states: str) -> float:
        """What these states have really taken at a visit, all its wakes on the way."""
        spent, visits = self.told.twin.world.energy_by_state_J, self.told.count("PICTURE")
        return 1000.0 * sum(spent[state] for state in states) / visits


@pytest.fixture
def garden(live: Callable[..., Told]) -> Callable[..., Garden]:
    def run(scenario: Scenario, naive: bool = False) -> Garden:
        gauge: list[float] = []
        sun: list[tuple[float, float]] = []

        def prepare(twin: Twin) -> None:
            for change in (CHARGE, *(NAIVE if naive else ())):
                patched(*change)(twin)

            class Heard(list):  # type: ignore[type-arg]
                def append(self, entry) -> None:  # type: ignore[no-untyped-def]
                    super().append(entry)
                    if entry.reason == "BATTERY":
                        gauge.append(entry.argument - 100.0 * twin.plant.soc)
                    if entry.reason == "SUN":
                        sun.append((0.02 * entry.argument, twin.plant.harvest_W))

            twin.life.journal = Heard()

        return Garden(live(scenario, prepare=prepare), gauge, sun)

    return run


def off(garden: Garden) -> tuple[float, dict[str, float]]:
    """By how much the books are off: all awake states together, and each that counts."""
    said, was, _ = awake(garden.told)
    in_all = sum(was.values())
    each = {state: said[state] / was[state] - 1.0 for state in was if was[state] > 0.02 * in_all}
    return sum(said.values()) / in_all - 1.0, each


def test_five_sunny_days(garden: Callable[..., Garden]) -> None:
    """Load and sun told apart by one reading: the books within 2 %, what pictures cost within a step of its
    code, the sun within 5 % of all of it, the charge as with a meter in the load's lead."""
    node = garden(SUNNY)
    in_all, each = off(node)
    assert abs(in_all) < 0.02
    assert max(map(abs, each.values())) < 0.09, each
    picture_mJ = node.spent_mJ("CAMERA", "CAPTURE", "STORE")
    assert node.learned_mJ()["picture"] == pytest.approx(picture_mJ, rel=0.05)
    assert sum(said for said, _ in node.sun) == pytest.approx(sum(was for _, was in node.sun), rel=0.05)
    assert max(abs(said - was) for said, was in node.sun[1:]) < 0.035  # a step of 20 mW, and a meter's 0.5 %
    assert max(was for _, was in node.sun) > 0.35
    assert node.sun[0] == (pytest.approx(0.06, abs=0.021), 0.0)  # its camera, not yet used, takes less
    assert rms(node.gauge) < 1.5
    assert node.told.count("DEAR") == 0
    assert node.told.fates() == {"delivered": len(VISITS)}


def test_the_same_taken_at_its_word(garden: Callable[..., Garden]) -> None:
    """A third of what was taken is in no book, and the node, which now holds its wakes for cheap and its
    meter's word for the board's, rests when it should not."""
    node = garden(SUNNY, naive=True)
    in_all, each = off(node)
    assert in_all < -0.25
    assert each["CONNECT"] < -0.5
    assert node.learned_mJ()["picture"] < 0.7 * node.spent_mJ("CAMERA", "CAPTURE", "STORE")
    assert node.told.count("DEAR") > 0
    assert node.told.fates()["delivered"] < len(VISITS)


@pytest.mark.parametrize("currents", [0.8, 1.3])
def test_another_board_than_the_rows_say(garden: Callable[..., Garden], currents: float) -> None:
    """Cheaper is found out in the dark, dearer at once; the sun is not taken for either."""
    node = garden(SUNNY.change(days=3.0, currents=currents))
    assert abs(off(node)[0]) < 0.06  # the first day's included, when it knew no better than its rows
    assert node.told.twin.life.down == []
    night = [said for said, was in node.sun[-12:] if was == 0.0]
    assert night
    assert max(night) == 0.0
    assert sum(said for said, _ in node.sun) == pytest.approx(sum(was for _, was in node.sun), rel=0.2)


def test_a_node_without_a_camera_has_nobody_who_sees_the_dark(garden: Callable[..., Garden]) -> None:
    node = garden(Scenario(design="esp32-soil", days=3.0, start_day=170, soc=0.5, currents=1.2))
    assert abs(off(node)[0]) < 0.06
    assert sum(said for said, _ in node.sun) == pytest.approx(sum(was for _, was in node.sun), rel=0.2)
    assert rms(node.gauge) < 1.5
