"""Lists of places and grids: read strictly, each complaint one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards import load_design
from sim.errors import SimError
from sim.odds.case import Case
from sim.odds.sites import Site, grid, on_land, read_sites, turned

TWELVE = ",".join(f"{kind}_{month}" for kind in ("ghi", "air") for month in range(1, 13))


def test_a_table_of_places(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    ghi, air = [20.0 + month for month in range(12)], [float(month - 2) for month in range(12)]
    values = ",".join(f"{value:g}" for value in [*ghi, *air])
    path.write_text(
        f"name,latitude,longitude,weather,{TWELVE}\n"
        f"Berlin,52.5,13.4,,{values}\n"
        f"here,36.1,-79.95,my.epw{',' * 24}\n"
        f",-1.3,36.8{',' * 25}\n"
    )
    assert read_sites(path) == (
        Site("Berlin", 52.5, 13.4, None, tuple(ghi), tuple(air)),
        Site("here", 36.1, -79.95, tmp_path / "my.epw"),
        Site("-1.3 36.8", -1.3, 36.8),
    )


def test_the_same_as_toml(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('[[site]]\nname = "Oslo"\nlatitude = 59.9\nlongitude = 10.7\nghi = [' + "9," * 12 + "]\n")
    assert read_sites(path) == (Site("Oslo", 59.9, 10.7, None, (9.0,) * 12),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,latitude\nA,1\n", "line 2: longitude is missing, expected a number."),
        ("latitude,longitude\n95,0\n", "line 2: latitude is 95, expected one from -90 to 90."),
        ("latitude,longitude\nx,0\n", "line 2: latitude is 'x', expected a number."),
        ("latitude,longitude\nnan,0\n", "line 2: latitude is nan, expected one from -90 to 90."),
        ("latitude,longitude,tilt\n1,2,3\n", "line 2: 'tilt' is unknown; there are name, latitude"),
        ("latitude,longitude\n1,2,3\n", "line 2: has more fields than the header names."),
        ("latitude,longitude,ghi_1\n1,2,3\n", "line 2: ghi_2 is missing, expected a number."),
        ("latitude,longitude,weather,ghi_1\n1,2,a.epw,3\n", "line 2: ghi_2 is missing"),
        ("name,latitude,longitude\nA,1,2\nA,3,4\n", "two sites are called 'A'."),
        ("latitude,longitude\n", "names no site, expected one or more."),
        ("", "names no site, expected one or more."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(text)
    with pytest.raises(SimError) as problem:
        read_sites(path)
    assert str(problem.value).startswith(f"{path}: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[site]\n", "is no valid TOML"),
        ("[run]\n", "expected nothing but [[site]] tables."),
        (
            "[[site]]\nlatitude = 1\nlongitude = 2\nghi = [1, 2]\n",
            "site 1: ghi is [1, 2], expected 12 monthly",
        ),
    ],
)
def test_wrong_toml(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(text)
    with pytest.raises(SimError) as problem:
        read_sites(path)
    assert said in str(problem.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="cannot be read"):
        read_sites(tmp_path / "no.csv")


def test_a_grid_goes_from_the_north_west() -> None:
    assert [(one.latitude, one.longitude) for one in grid("-10:10:10,170:190:10")] == [
        (10.0, 170.0), (10.0, -180.0), (10.0, -170.0), (0.0, 170.0), (0.0, -180.0), (0.0, -170.0),
        (-10.0, 170.0), (-10.0, -180.0), (-10.0, -170.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "1:2:3", "10:-10:5,0:10:5", "-91:0:5,0:10:5", "0:10:0,0:10:5", "a:b:c,d:e:f", "0:1:1,0:1"]
)
def test_what_is_no_grid(text: str) -> None:
    with pytest.raises(SimError, match=r"^grid "):
        grid(text)


def test_a_number_is_no_list_of_sites(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text("site = 3\n")
    with pytest.raises(SimError, match=r"expected nothing but \[\[site\]\] tables\.$"):
        read_sites(path)


def test_land_is_told_from_sea() -> None:
    places = grid("0:50:50,-30:10:20")  # two oceans, then Franconia and Gabon
    assert [(one.latitude, one.longitude) for one in on_land(places)] == [(50.0, 10.0), (0.0, 10.0)]


def test_a_panel_is_turned_to_the_sun_of_its_hemisphere() -> None:
    case = Case(load_design("pico-w-arducam-2mp"), ())
    assert [turned(case, latitude).azimuth_deg for latitude in (50.0, 0.0, -30.0)] == [180.0, 180.0, 0.0]
    assert turned(case.change(azimuth_deg=90.0), -30.0).azimuth_deg == 90.0
    assert [turned(case, latitude).start_day for latitude in (50.0, -30.0)] == [181, 0]


def test_a_grid_that_is_too_fine() -> None:
    with pytest.raises(SimError, match="places, expected 20000 at most"):
        grid("-90:90:0.5,-180:180:0.5")
