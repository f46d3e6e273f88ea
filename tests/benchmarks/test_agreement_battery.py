"""The battery's books to 1e-6 against closed forms; the same charge in SAM's cell and in ours; its LFP ages
as ours does on the shelf, and the rest differs as the benchmark says."""

from __future__ import annotations

import pytest

from benchmarks.agreement_battery import (
    CELLS,
    bookkeeping,
    pysam_bookkeeping,
    pysam_calendar,
    pysam_capacity,
    pysam_cycles,
    worst,
)


@pytest.mark.parametrize("name", CELLS)
def test_charge_and_energy_are_conserved(name: str) -> None:
    found = bookkeeping((name,))
    cases = ("load", "power", "charge", "discharge", "float", "shelf")
    assert set(found) == {f"{name} {case}" for case in cases}
    assert all("charge" in errors and "energy" in errors for errors in found.values())
    assert worst(found) < 1e-6


def test_the_same_current_leaves_the_same_charge_in_SAMs_cell() -> None:
    pytest.importorskip("PySAM", reason="PySAM is a tool of the developers")
    assert worst(pysam_bookkeeping()) < 1e-9


def test_cold_takes_as_much_as_in_SAMs_tables() -> None:
    pytest.importorskip("PySAM", reason="PySAM is a tool of the developers")
    found = pysam_capacity()
    assert len(found) == 7
    for ours, theirs in found.values():
        assert ours == pytest.approx(theirs, abs=0.005)


def test_LFP_ages_on_the_shelf_as_in_SAM_and_small_NMC_faster() -> None:
    pytest.importorskip("PySAM", reason="PySAM is a tool of the developers")
    found = pysam_calendar(1)
    assert len(found) == 12
    for case, (ours, theirs) in found.items():
        if case.startswith("LFP"):
            assert ours == pytest.approx(theirs, abs=0.004)
    assert found["NMCGraphite 25 C 100 %"] == pytest.approx((0.80, 0.986), abs=0.01)


def test_cheap_LFP_lives_through_fewer_full_cycles_than_SAMs() -> None:
    pytest.importorskip("PySAM", reason="PySAM is a tool of the developers")
    found = pysam_cycles()
    assert found["LFPGraphite 100 %"] == pytest.approx((2000, 7300))
    assert found["LFPGraphite 40 %"] == pytest.approx((2402, 6187), rel=0.01)
