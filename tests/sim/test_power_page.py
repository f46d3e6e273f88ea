"""The figures of docs/power.md are those of the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards import load_design
from boards.parts_file import shipped_parts
from sim.ageing import Ageing, rate_at, years_to
from sim.hour_table import hour_table
from sim.sky import Sky
from sim.weather import default_weather

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "power.md").read_text(encoding="utf-8")
PARTS = shipped_parts()
DECEMBER = slice(334 * 24, 365 * 24)


def rows_of(header: str) -> list[list[str]]:
    """The table under this header line, cells stripped."""
    lines = PAGE[PAGE.index(header) :].splitlines()[2:]
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


@pytest.fixture(scope="module")
def sky() -> Sky:
    return Sky.prepare(default_weather(), PARTS["panel", "panel-6w"], 60.0)


def test_chargers(sky: Sky) -> None:
    design = replace(load_design("pico-w-arducam-2mp"), panel=PARTS["panel", "panel-6w"])
    told = rows_of("| charger | Ah a year |")
    assert {row[0] for row in told} == {n for k, n in PARTS if k == "charger"} - {"cn3158", "nimh-regulator"}
    for name, year, december, clipped in told:
        table = hour_table(replace(design, charger=PARTS["charger", name]), sky)
        amps, calm = (one.charged_A()[:, 4] for one in (table, replace(table, swing=np.zeros(8760))))
        assert table.volts[4] == pytest.approx(3.84)
        assert amps.sum() == pytest.approx(float(year), abs=1.0)
        assert amps[DECEMBER].sum() == pytest.approx(float(december), abs=0.1)
        lost = 1.0 - amps.sum() / calm.sum() if calm.any() else 0.0
        assert 100.0 * lost == pytest.approx(float(clipped.split()[0]), abs=0.1)


def test_battery_life(sky: Sky) -> None:
    for name, *told in rows_of("| cell | mean charge 90 % |"):
        ageing = Ageing.of(PARTS["cell", name])
        full, stored = ageing.rates(np.array(sky.air_C))
        for years, charge in zip(told, (0.9, 0.6), strict=True):
            rates = [rate_at(*pair, charge) for pair in zip(full.tolist(), stored.tolist(), strict=True)]
            rate = float(np.sqrt(np.mean(np.square(rates))))
            assert years_to(ageing, rate, 36.5, 0.1) == pytest.approx(float(years.split()[0]), abs=0.1)
