"""How long the flash lasts at the rate of a run."""

from __future__ import annotations

import math

import pytest

from sim.run import build
from sim.scenario import Scenario
from sim.wear import worn

#: Ten pictures on one day, each stored, sent and deleted; and the one at power-up.
TEN = Scenario(
    days=1.0, start_day=170, quiet=True, visits=tuple((36_000.0 + 1_800.0 * n, 3.0) for n in range(10)),
    settings={"TORPOR_DARK_LUMA": 0},
)  # fmt: skip


def lived(scenario: Scenario):
    twin = build(scenario)
    twin.live()
    return twin


def test_the_folder_is_what_wears_and_a_year_is_counted_from_the_run():
    twin = lived(TEN)
    assert len(twin.home.pictures) == 11
    entries = twin.hardware.files.entry_writes
    assert entries == 3 * 11 + 1  # closed, renamed, removed; and the folder itself was made
    found = worn(twin.life.machine, twin.hardware, 1.0)
    assert found.drive_years == pytest.approx(100_000 / (entries * 365.25))
    assert found.nvm_years == pytest.approx(100_000 / 365.25)  # the mark of the cold boot was cleared
    assert found.cycles == 100_000


def test_what_was_never_erased_lasts():
    twin = lived(TEN.change(visits=(), days=0.01, soc=0.02))
    assert worn(twin.life.machine, twin.hardware, 0.01).drive_years == math.inf
