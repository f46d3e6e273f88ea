"""A blind charger's frost is told; one with a sensor has nothing to tell."""

from __future__ import annotations

from sim.frost import frost_notes
from sim.run import run
from sim.scenario import Scenario
from sim.troubles import Troubles

COLD = Scenario(days=2.0, start_day=10, soc=0.5, quiet=True, troubles=Troubles(spell=(0.0, 3.0, -5.0)))


def test_a_blind_charger_in_frost_is_told() -> None:
    result, twin = run(COLD.change(design="xiao-s3-sense"))
    frozen_Ah = twin.plant.books.charge_C["charged_out_of_range"] / 3600.0
    assert 0.1 < frozen_Ah < 2.0
    assert result.notes[-1] == (
        f"its charger knows no temperature: {frozen_Ah:.2f} Ah, 100 % of all, went into the battery "
        "below 0 C or above 45 C, which ages it early."
    )


def test_one_with_a_sensor_waits_and_says_nothing() -> None:
    result, twin = run(COLD)
    assert twin.plant.books.charge_C["charged"] == 0.0
    assert frost_notes(twin.plant) == [] and list(twin.design.notes) == result.notes


def test_a_mild_day_is_not_worth_a_sentence() -> None:
    result, twin = run(Scenario("xiao-s3-sense", days=1.0, start_day=180, soc=0.5, quiet=True))
    assert twin.plant.books.charge_C["charged"] > 100.0
    assert list(twin.design.notes) == result.notes
