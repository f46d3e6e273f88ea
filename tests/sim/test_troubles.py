"""Shade, snow, spells of heat and frost, parts that draw more than their rows, a cell that reads wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boards import load_design
from sim.errors import SimError
from sim.leads import Leads
from sim.run import build, run
from sim.scenario import Scenario, read_scenario
from sim.sky import Sky
from sim.snow import THROUGH_SNOW
from sim.troubles import Troubles
from sim.weather import default_weather


@pytest.fixture(scope="module")
def sky() -> Sky:
    return Sky.prepare(default_weather(), load_design("pico-w-arducam-2mp").panel, 60.0)


def test_shade_takes_its_share_of_light_and_of_warmth(sky: Sky) -> None:
    shaded = Troubles(shade=0.4).on_sky(sky)
    assert np.allclose(shaded.absorbed_W_m2, 0.4 * np.array(sky.absorbed_W_m2))
    noon = 180 * 24 + 12
    warmer = sky.panel_C[noon] - sky.air_C[noon]
    assert warmer > 5.0
    assert shaded.panel_C[noon] - sky.air_C[noon] == pytest.approx(0.4 * warmer)
    assert shaded.air_C == sky.air_C
    assert [shaded.light(t_s) for t_s in (43_200.0, 0.0)] == [sky.light(t_s) for t_s in (43_200.0, 0.0)]


def test_snow_lies_on_its_days_alone(sky: Sky) -> None:
    snowed = Troubles(snow=(10, 2)).on_sky(sky)
    ratio = np.divide(snowed.poa_W_m2, sky.poa_W_m2, out=np.ones(8760), where=np.array(sky.poa_W_m2) > 0.0)
    lit = np.array(sky.poa_W_m2) > 0.0
    days = np.repeat(np.arange(365), 24)
    assert set(np.round(ratio[lit & ((days == 10) | (days == 11))], 6)) == {THROUGH_SNOW}
    assert set(ratio[lit & (days != 10) & (days != 11)]) == {1.0}


def test_nothing_is_the_same_sky(sky: Sky) -> None:
    assert Troubles().on_sky(sky) is sky
    weather = default_weather()
    assert Troubles().on_weather(weather, 0) is weather


@pytest.mark.parametrize(("limit_C", "low", "high"), [(-20.0, -99.0, -20.0), (45.0, 45.0, 99.0)])
def test_a_spell_holds_the_air(limit_C: float, low: float, high: float) -> None:
    weather = default_weather()
    held = Troubles(spell=(2, 3, limit_C)).on_weather(weather, 360)
    air, before = held.temp_air.reshape(365, 24), weather.temp_air.reshape(365, 24)
    for day in (362, 363, 364):
        assert ((air[day] >= low) & (air[day] <= high)).all()
    assert (air[:362] == before[:362]).all()
    over_new_year = Troubles(spell=(4, 2, limit_C)).on_weather(weather, 360).temp_air.reshape(365, 24)
    assert (over_new_year[0] != before[0]).any()


def test_parts_that_draw_twice_their_rows() -> None:
    quiet = Scenario(days=0.5, quiet=True, visits=((3600.0, 5.0),))
    once, _ = run(quiet)
    twice, twin = run(quiet.change(currents=2.0))
    assert twice.hour_load_Wh.sum() == pytest.approx(2.0 * once.hour_load_Wh.sum(), rel=1e-3)
    rows = twin.life.drive.modules["rows"].text
    assert rows == run(quiet)[1].life.drive.modules["rows"].text  # the node was told the same


@pytest.mark.parametrize(
    ("soc", "points", "mV"),
    # the table of the cell: 0.4 is 3667 mV, 0.5 is 3751 mV, 0.6 is 3841 mV; beyond its ends, its ends
    [(0.5, 10.0, 90), (0.5, -10.0, -84), (0.95, 10.0, 76), (0.05, -10.0, -609), (0.5, 0.0, 0)],
)
def test_a_cell_that_reads_so_many_points_wrong(soc: float, points: float, mV: int) -> None:
    world = build(Scenario(days=0.1, quiet=True, soc=soc, gauge_points=points)).world
    volts = world.plant.volts
    assert Leads(world).load(0.0, 1.0) == (0.0, pytest.approx(volts + mV / 1000.0, abs=1e-6))


def test_troubles_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "winter.toml"
    path.write_text(
        "[run]\ncurrents = 1.5\ngauge_points = -10\n"
        "[troubles]\nshade = 0.5\nsnow = [3, 10]\nspell = [5, 2, -20]\n"
    )
    scenario = read_scenario(path)
    assert (scenario.currents, scenario.gauge_points) == (1.5, -10.0)
    assert scenario.troubles == Troubles(0.5, (3.0, 10.0), (5.0, 2.0, -20.0))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("snow = [3]", "[troubles] snow is [3], expected 2 numbers."),
        ("spell = [3, 4, 'cold']", "[troubles] spell is [3, 4, 'cold'], expected 3 numbers."),
        ("shade = 1.5", "[troubles] shade is 1.5, expected 0 to 1."),
        ("fog = 1", "[troubles] fog is unknown; there are shade, snow, spell."),
    ],
)
def test_wrong_troubles_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(f"[troubles]\n{text}\n")
    with pytest.raises(SimError) as caught:
        read_scenario(path)
    assert str(caught.value) == f"{path}: {sentence}"
