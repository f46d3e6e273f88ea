"""Made-up weather: it keeps the months it is given, and its days are like those of real years."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pvlib
import pytest

from sim.clear_sky import daily
from sim.clearness import MONTH, MONTH_DAYS, by_month, days_of, persistence
from sim.place import Place, place_of, read_monthly, usual_air_C
from sim.synthetic import synthetic, typical
from sim.weather import Weather, WeatherError, read_weather
from tests.sim.test_weather import pvlib_sun
from tests.sim.test_weather_nsrdb import fetched

DATA = Path(pvlib.__file__).parent / "data"
REAL = ("723170TYA.CSV", "703165TY.csv", "12839.tm2", "NLD_Amsterdam062400_IWEC.epw")
SEED = 20


def real(name: str) -> Weather:
    path = DATA / name
    return read_weather(path if path.is_file() else fetched(name))


def months_kWh_m2(weathers: tuple[Weather, ...]) -> np.ndarray:
    return by_month(np.stack([daily(weather.ghi) for weather in weathers])) * np.array(MONTH_DAYS) / 1000.0


def months_C(weathers: tuple[Weather, ...]) -> np.ndarray:
    return by_month(np.stack([daily(weather.temp_air) / 24.0 for weather in weathers]))


def place_like(weather: Weather) -> Place:
    light, air = months_kWh_m2((weather,))[0], months_C((weather,))[0]
    return Place(weather.latitude, weather.longitude, weather.altitude_m, tuple(light), tuple(air))


@pytest.fixture(scope="module", params=REAL)
def pair(request: pytest.FixtureRequest) -> tuple[Weather, tuple[Weather, ...]]:
    """A real typical year, and forty free years made up from nothing but its monthly values."""
    weather = real(request.param)
    return weather, synthetic(place_like(weather), 40, SEED)


def test_the_months_have_what_was_asked_for(pair: tuple[Weather, tuple[Weather, ...]]) -> None:
    weather, free = pair
    held = typical(place_like(weather), SEED)
    asked, air = months_kWh_m2((weather,))[0], months_C((weather,))[0]
    assert months_kWh_m2((held,))[0] == pytest.approx(asked, rel=0.005)
    assert months_C((held,))[0] == pytest.approx(air, abs=0.3)
    assert months_kWh_m2(free).sum(axis=1).mean() == pytest.approx(asked.sum(), rel=0.015)
    assert months_kWh_m2(free).mean(axis=0) == pytest.approx(
        asked, rel=0.06
    )  # 40 years still differ by chance
    assert months_C(free).mean(axis=0) == pytest.approx(air, abs=0.8)


def test_the_days_differ_and_last_as_real_ones(pair: tuple[Weather, tuple[Weather, ...]]) -> None:
    weather, free = pair

    def told(weathers: tuple[Weather, ...]) -> tuple[float, float, float, float]:
        days = days_of(weathers)
        light = days.clearness - by_month(days.clearness)[:, MONTH]
        air = days.air_C - by_month(days.air_C)[:, MONTH]
        return float(light.std()), persistence(light), float(air.std()), persistence(air)

    ours, theirs = told(free), told((weather,))
    assert ours[0] == pytest.approx(theirs[0], abs=0.04)
    assert 0.20 < ours[1] < 0.32 and abs(ours[1] - theirs[1]) < 0.17  # real years: 0.11 to 0.41
    assert ours[2] == pytest.approx(theirs[2], rel=0.3)
    assert ours[3] == pytest.approx(theirs[3], abs=0.13)


def test_the_worst_week_and_the_beam_are_of_the_right_size(pair: tuple[Weather, tuple[Weather, ...]]) -> None:
    weather, free = pair

    def worst(one: Weather) -> float:
        return float(np.convolve(daily(one.ghi) / 1000.0, np.ones(7), "valid").min())

    weeks = sorted(worst(year) for year in free)
    assert weeks[1] < worst(weather) < weeks[-2]  # the real one would be an ordinary year of ours
    assert np.mean(weeks) == pytest.approx(worst(weather), rel=0.25)
    assert np.mean([year.dni.sum() for year in free]) == pytest.approx(weather.dni.sum(), rel=0.17)
    assert np.mean([year.temp_air.min() for year in free]) == pytest.approx(weather.temp_air.min(), abs=9.0)


def test_no_sun_by_night_and_the_parts_make_the_whole(pair: tuple[Weather, tuple[Weather, ...]]) -> None:
    for year in pair[1][:3]:
        zenith, _ = pvlib_sun(year, 0.5)
        assert year.ghi[zenith > 90.5].max() == 0.0 and year.dni[zenith > 90.5].max() == 0.0
        whole = year.dni * np.maximum(np.cos(np.radians(zenith)), 0.0) + year.dhi
        assert whole == pytest.approx(year.ghi, abs=1.0)
        assert year.ghi.max() < 1200.0 and year.dni.max() < 1200.0
        assert year.dhi.min() >= 0.0 and year.wind.min() >= 0.0 and 2.0 < year.wind.mean() < 4.0


def test_a_year_is_the_same_however_many_are_asked_for() -> None:
    place = Place(48.1, 11.6, 520.0)
    five, two = synthetic(place, 5, 3), synthetic(place, 2, 3)
    for one, other in zip(five[:2], two, strict=True):
        assert np.array_equal(one.ghi, other.ghi) and np.array_equal(one.temp_air, other.temp_air)
    assert len({year.ghi.sum() for year in five}) == 5
    assert synthetic(place, 1, 4)[0].ghi.sum() != five[0].ghi.sum()
    assert five[1].source == "made up from a rough climate by latitude (year 1 of seed 3)"
    assert typical(place, 3).source == "made up from a rough climate by latitude (a typical year of seed 3)"
    assert five[0].site == "48.10N 11.60E" and five[0].utc_offset_h == 1.0


@pytest.mark.parametrize(
    ("latitude", "yearly", "coldest", "warmest"),
    [
        (0.0, (1500, 1900), (24, 28), (25, 29)),
        (-34.0, (1400, 1900), (9, 17), (17, 25)),
        (52.0, (850, 1150), (-1, 4), (16, 21)),
        (78.2, (500, 1000), (-26, -14), (-2, 8)),
    ],
)
def test_the_climate_by_latitude_is_plausible_from_the_equator_to_polar_night(
    latitude: float, yearly: tuple[int, int], coldest: tuple[int, int], warmest: tuple[int, int]
) -> None:
    weather = typical(Place(latitude, 15.0, 50.0), 1)
    light, air = months_kWh_m2((weather,))[0], months_C((weather,))[0]
    assert yearly[0] < light.sum() < yearly[1]
    assert coldest[0] < air.min() < coldest[1] and warmest[0] < air.max() < warmest[1]
    assert np.isfinite([weather.ghi, weather.dni, weather.dhi, weather.temp_air, weather.wind]).all()
    if latitude > 70.0:
        assert light[[0, 11]].max() == 0.0 and light[5] > 80.0
        days = weather.temp_air.reshape(365, 24)
        assert np.ptp(days[:31].mean(axis=0)) < 3.0 < np.ptp(days[90:120].mean(axis=0))  # no sun, no noon
    if latitude < 0.0:
        assert light.argmax() in (0, 11) and air.argmax() in (0, 1)


@pytest.mark.parametrize("name", REAL)
def test_the_usual_light_is_right_within_a_fifth(name: str) -> None:
    weather = real(name)
    usual = typical(Place(weather.latitude, weather.longitude, weather.altitude_m), 1)
    assert usual.ghi.sum() == pytest.approx(weather.ghi.sum(), rel=0.21)


@pytest.mark.parametrize(
    ("where", "january", "july"),  # means of 1991 to 2020, rounded
    [
        ((57.7, 12.0, 10.0), 0, 17),  # Gothenburg
        ((52.4, 4.9, 0.0), 4, 18),  # Amsterdam
        ((60.2, 25.0, 10.0), -3, 18),  # Helsinki
        ((55.8, 37.6, 150.0), -6, 19),  # Moscow
        ((49.2, -123.1, 5.0), 4, 18),  # Vancouver
        ((40.7, -74.0, 10.0), 1, 25),  # New York
        ((-33.9, 151.2, 20.0), 24, 13),  # Sydney
    ],
)
def test_the_usual_temperatures_are_right_within_some_degrees(
    where: tuple[float, float, float], january: int, july: int
) -> None:
    air = usual_air_C(*where)
    assert air[0] == pytest.approx(january, abs=3.5)
    assert air[6] == pytest.approx(july, abs=3.5)


def test_a_place_is_told_by_its_coordinates() -> None:
    place = place_of(" 45.0, -108.54")
    assert place is not None and (place.latitude, place.longitude) == (45.0, -108.54)
    assert 1000.0 < place.altitude_m < 1700.0  # the Bighorn basin, from pvlib's world table
    assert place_of("weather.csv") is None and place_of("1,2,3") is None
    with pytest.raises(WeatherError, match="95,10: expected a latitude up to 90"):
        place_of("95,10")


def test_monthly_values_come_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "months.csv"
    light = [20, 38, 77, 103, 149, 148, 153, 126, 82, 48, 25, 14]
    path.write_text("month,kWh_m2,C\n" + "".join(f"{i},{v},{i - 3}\n" for i, v in enumerate(light)))
    read, air = read_monthly(path)
    assert read == tuple(float(v) for v in light) and air == tuple(float(i - 3) for i in range(12))
    path.write_text("kWh_m2\n" + "\n".join(map(str, light)) + "\n")
    assert read_monthly(path) == (read, None)
    path.write_text("kWh_m2\n" + "\n".join(map(str, light[:11])) + "\n")
    with pytest.raises(WeatherError, match="11 rows, expected 12 with a column kWh_m2"):
        read_monthly(path)
    path.write_text("kWh_m2\n" + "\n".join(["x", *map(str, light[1:])]) + "\n")
    with pytest.raises(WeatherError, match="could not convert string to float: 'x', expected numbers"):
        read_monthly(path)


def test_a_month_cannot_have_more_than_a_clear_sky() -> None:
    light = [20.0, 38, 77, 103, 149, 148, 153, 126, 82, 48, 25, 80]
    with pytest.raises(WeatherError, match=r"month 12 of Aachen is to have 80 kWh/m2, expected 1\.\d to 3\d"):
        typical(Place.at(50.8, 6.1, light, name="Aachen"), 1)
    with pytest.raises(WeatherError, match="11 monthly values in kWh/m2, expected 12"):
        Place.at(50.8, 6.1, light[:11])
