"""What a gardener writes about trees, dirt and snow; horizons as others write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.errors import SimError
from sim.kernel_plant import KernelPlant
from sim.run import build
from sim.scenario import Scenario, read_scenario
from sim.snow import NO_SNOW, Snow
from sim.soiling import CLEAN, Soiling
from sim.surroundings import BARE_MONTHS, BARE_PASSES, LEAF_PASSES, OPEN, Obstruction, Surroundings
from sim.surroundings_file import read_horizon

GARDEN = """
[surroundings]
horizon = [[0, 5], [90, 12.5], [180, 3]]
[[surroundings.obstruction]]
name = "apple tree"
azimuth_deg = 200
width_m = 4
distance_m = 2
height_m = 6
bottom_m = 1.5
deciduous = true
bare_months = [12, 1, 2]
[[surroundings.obstruction]]
from_deg = 60
to_deg = 120
distance_m = 3
height_m = 1.5
passes = 0.1
[soiling]
percent = 2
percent_per_dry_day = 0.15
[snow]
falls = [[352, 8.0]]
by_weather = true
"""


def scenario(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "garden.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path)


def test_a_garden_as_it_is_written(tmp_path: Path) -> None:
    found = scenario(tmp_path, GARDEN)
    tree, hedge = found.surroundings.obstructions
    assert found.surroundings.horizon == ((0.0, 5.0), (90.0, 12.5), (180.0, 3.0))
    assert (tree.from_deg, tree.to_deg) == pytest.approx((155.0, 245.0)) and tree.flat
    assert (tree.name, tree.height_m, tree.bottom_m) == ("apple tree", 6.0, 1.5)
    assert (tree.passes, tree.bare_passes, tree.bare_months) == (LEAF_PASSES, BARE_PASSES, (12, 1, 2))
    assert hedge == Obstruction("obstruction 2", 60.0, 120.0, 3.0, 1.5, passes=0.1)
    assert found.soiling == Soiling((0.02,) * 12, 0.0015)
    assert found.snow == Snow(((352, 8.0),), True)


def test_by_default_nothing_is_in_the_way(tmp_path: Path) -> None:
    for found in (Scenario(), scenario(tmp_path, "[run]\ndays = 3\n")):
        assert (found.surroundings, found.soiling, found.snow) == (OPEN, CLEAN, NO_SNOW)
    tree = (
        "[[surroundings.obstruction]]\nazimuth_deg=0\nwidth_m=1\ndistance_m=1\nheight_m=1\ndeciduous=true\n"
    )
    assert scenario(tmp_path, tree).surroundings.obstructions[0].bare_months == BARE_MONTHS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.csv", "5\n10\n15\n20\n"),
        ("commas.txt", "5, 10, 15, 20"),
        ("named.csv", "horizon_azimuth,horizon_elevation\n0,5\n90,10\n180,15\n270,20\n"),
        (
            "pvgis.csv",
            "Latitude (decimal degrees):\t45.0\nLongitude (decimal degrees):\t8.0\n\n"
            "A\tH_hor\tA_sun(w)\tH_sun(w)\n-180.0\t5.0\t0\t0\n-90.0\t10.0\t0\t0\n0.0\t15.0\t0\t0\n90.0\t20.0\t0\t0\n"
            "\nA: Azimuth (0 = S, 90 = W, -90 = E) (degree)\nH_hor: Horizon height (degree)\n",
        ),
        (
            "pvgis.json",
            json.dumps(
                {
                    "outputs": {
                        "horizon_profile": [
                            {"A": -180.0 + 90.0 * number, "H_hor": 5.0 + 5.0 * number} for number in range(4)
                        ]
                    }
                }
            ),
        ),
    ],
)
def test_horizons_as_others_write_them(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_horizon(path) == ((0.0, 5.0), (90.0, 10.0), (180.0, 15.0), (270.0, 20.0))
    named = scenario(tmp_path, f'[surroundings]\nhorizon = "{name}"\n')  # beside the file that names it
    assert named.surroundings == Surroundings(read_horizon(path))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no horizon in it (it is empty)"),
        ("{}", "no horizon in it ('outputs')"),
        ("a = [\n", "no horizon in it (no row stands below its heading)"),
        ("A, H_hor\n0\n", "no horizon in it (0 has no elevation beside it)"),
        ("north\n", "no horizon in it (could not convert string to float: 'north')"),
        ("95\n", "horizon has (0.0, 95.0), expected -360 to 360 and -90 to 90."),
        ("nan\n", "horizon has (0.0, nan), expected -360 to 360 and -90 to 90."),
    ],
)
def test_what_is_no_horizon_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SimError) as caught:
        read_horizon(path)
    assert str(caught.value).startswith(f"{path}: {sentence}")
    with pytest.raises(SimError, match=r"cannot be read \(No such file or directory\)"):
        read_horizon(tmp_path / "none.csv")


TREE = "[[surroundings.obstruction]]\ndistance_m = 2\nheight_m = 3\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[surroundings]\nhorizon = [[0, 99]]\n", "horizon has [0, 99], expected -360 to 360 and 0 to 90."),
        ("[surroundings]\nhorizon = [5]\n", "horizon has 5, expected pairs of numbers."),
        ("[surroundings]\ntree = 1\n", "tree is unknown; there are horizon, obstruction."),
        (TREE, "needs azimuth_deg and width_m, or from_deg and to_deg."),
        (TREE + "from_deg = 400\n", "from_deg is 400.0, expected 0 to 360."),
        (TREE + "bare_months = [13]\n", "bare_months is [13], expected numbers from 1 to 12."),
        ("[[surroundings.obstruction]]\ndistance_m = 2\n", "has no height_m."),
        ("[soiling]\npercent = [1]\n", "percent is [1], expected one or twelve numbers, 0 to 100."),
        ("[soiling]\npercent = true\n", "percent is True, expected list."),
        ("[soiling]\npercent_per_dry_day = -1\n", "percent_per_dry_day is -1.0, expected 0 to 100."),
        ("[snow]\nfalls = [[365, 1]]\n", "falls has [365, 1], expected 0 to 364 and 0 to 1000."),
        ("[snow]\nfalls = [[2.5, 1]]\n", "falls has [2.5, 1.0], expected a whole day of the year."),
        ("[snow]\nby_weather = 1\n", "by_weather is 1, expected bool."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SimError) as caught:
        scenario(tmp_path, text)
    section = text.split("]")[0].strip("[")
    number = " 1" if "obstruction" in section else ""
    assert str(caught.value) == f"{tmp_path / 'garden.toml'}: [{section}{number}] {sentence}"


def test_the_twin_and_the_fast_model_see_the_same_garden(tmp_path: Path) -> None:
    garden = scenario(tmp_path, GARDEN).change(days=1.0, quiet=True)
    twin, clear = build(garden), build(garden.change(surroundings=OPEN, soiling=CLEAN, snow=NO_SNOW))
    ours, open_sky = twin.sky.arrays().absorbed_W_m2, clear.sky.arrays().absorbed_W_m2
    light = ours.sum() / open_sky.sum()
    assert 0.5 < light < 0.8
    fast, bright = (KernelPlant.of(one.design, one.sky).amps.sum() for one in (twin, clear))
    assert fast / bright == pytest.approx(light, abs=0.03)


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "light.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    found = scenario(tmp_path, example)
    assert [thing.name for thing in found.surroundings.obstructions] == ["house", "apple tree", "hedge"]
    assert found.soiling.monthly[0] == 0.02 and found.snow.falls == ((20, 8.0), (45, 15.0))
