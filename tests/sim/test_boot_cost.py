"""A return from the dark, priced by the twin: the same as what a node really spends on it."""

from __future__ import annotations

import pytest

from sim.boot_cost import boot_J
from sim.run import build
from sim.scenario import Scenario


@pytest.mark.parametrize(
    ("design", "joules"),
    [("pico-w-arducam-2mp", 0.87), ("esp32-cam", 0.75), ("memento", 2.1), ("xiao-s3-sense", 1.01)],
)
def test_a_cold_start_costs_more_than_the_boot_alone(design: str, joules: float) -> None:
    assert boot_J(design) == pytest.approx(joules, rel=0.05)


def test_it_is_what_a_node_spends_when_its_supply_comes_back() -> None:
    """Taken away for an hour in the middle of a quiet day: the wake after it, in the lock-out."""
    twin = build(Scenario(days=0.3, quiet=True, soc=0.1, panel_scale=0.01, start_day=165))
    twin.world.cuts = [3.0 * 3600.0]
    twin.live()
    back = [note for note in twin.life.notes if note.booted_s >= 3.0 * 3600.0]
    assert back and back[0].cause == "POWER_ON"
    assert back[0].load_J == pytest.approx(boot_J("pico-w-arducam-2mp"), rel=0.05)
