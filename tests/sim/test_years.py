"""Years dealt out of a few: their spread, their means, and that a seed's year y is always the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pvlib
import pytest

from sim.clear_sky import daily
from sim.clearness import MONTH, MONTH_DAYS, by_month, clear_of
from sim.place import Place
from sim.synthetic import synthetic, typical
from sim.weather import Weather, WeatherError, default_weather, read_weather
from sim.years import Years, resampled
from tests.sim.test_weather_nsrdb import fetched

DATA = Path(pvlib.__file__).parent / "data"
#: PVGIS at 45 N 8 E, 2005 to 2023: least, mean and most of 19 Novembers and Decembers, kWh/m2.
NOVEMBERS, DECEMBERS = (34.9, 48.2, 63.5), (32.0, 41.6, 51.5)


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    return default_weather()


def kWh_m2(years: Years) -> np.ndarray:
    """Global irradiation of every day, (years, 365)."""
    days = np.concatenate([daily(weather.ghi) for weather in years.sources]) / 1000.0
    return np.asarray(days[years.day] * years.factor)


def air_C(years: Years) -> np.ndarray:
    """Mean air temperature of every day, (years, 365)."""
    days = np.concatenate([daily(weather.temp_air) for weather in years.sources]) / 24.0
    return np.asarray(days[years.day])


def months(years: Years) -> np.ndarray:
    """The same by month, (years, 12)."""
    return by_month(kWh_m2(years)) * np.array(MONTH_DAYS)


def test_a_year_is_the_same_however_many_are_asked_for(greensboro: Weather) -> None:
    long = resampled([greensboro], 300, 7)
    for first, count in ((0, 10), (3, 1), (120, 180)):
        part = resampled([greensboro], count, 7, first=first)
        assert np.array_equal(part.day, long.day[first : first + count])
        assert np.array_equal(part.factor, long.factor[first : first + count])
    assert not np.array_equal(resampled([greensboro], 10, 8).day, long.day[:10])
    assert len({row.tobytes() for row in long.day}) == 300
    assert long.day.dtype == np.int32 and long.factor.dtype == np.float32


def test_days_come_from_the_season_in_blocks_of_five(greensboro: Weather) -> None:
    years = resampled([greensboro], 200, 7)
    origin = years.day % 365
    apart = (origin - np.arange(365) + 182) % 365 - 182
    assert (apart.min(), apart.max()) == (-10, 10)
    follows = np.diff(origin, axis=1) % 365 == 1
    assert 0.80 < follows.mean() < 0.85  # four days of five, and a block now and then goes on by chance


def test_the_course_of_the_sun_is_made_good(greensboro: Weather) -> None:
    clear = daily(clear_of(greensboro).ghi)
    cloudless = replace(greensboro, ghi=clear_of(greensboro).ghi)
    assert kWh_m2(resampled([cloudless], 50, 1)) == pytest.approx(np.tile(clear / 1000.0, (50, 1)), rel=1e-4)
    # a steep plane sees its noons of winter and summer much more alike
    level, steep = (resampled([cloudless], 50, 1, tilt_deg=tilt).factor for tilt in (0.0, 60.0))
    march = MONTH == 2
    assert np.abs(steep[:, march] - 1.0).max() < 0.4 * np.abs(level[:, march] - 1.0).max()


def test_piedmont_has_the_spread_of_its_nineteen_years() -> None:
    weather = read_weather(fetched("tmy_45.000_8.000_2005_2023.json"))
    own = by_month(daily(weather.ghi)[None, :])[0] * np.array(MONTH_DAYS) / 1000.0
    assert own[10:] == pytest.approx([60.6, 46.3], abs=0.1)  # 1.26 and 1.11 of the long-term means
    long_term = [*own[:10], NOVEMBERS[1], DECEMBERS[1]]
    found = months(resampled([weather], 3990, 1, monthly=long_term)).reshape(210, 19, 12)
    for month, (least, mean, most) in ((10, NOVEMBERS), (11, DECEMBERS)):
        of_19 = found[:, :, month]
        assert of_19.mean() == pytest.approx(mean, rel=0.01)
        # the worst and the best of 19 differ by chance as well: what was seen is an ordinary draw of ours
        for ours, seen in ((of_19.min(axis=1), least), (of_19.max(axis=1), most)):
            assert abs(ours.mean() - seen) < 1.5 * ours.std() and ours.mean() == pytest.approx(seen, rel=0.1)
    annual = found.sum(axis=2)
    assert annual.std() / annual.mean() == pytest.approx(0.032, abs=0.004)
    worst = found.min(axis=1).mean(axis=0) / found.mean(axis=(0, 1))
    assert 0.66 < worst.min() < 0.76 and 0.84 < worst.max() < 0.92  # reference: 0.68 to 0.90


def test_one_typical_year_tells_of_the_winters_of_its_climate() -> None:
    """A climate whose truth is known (made up): its bad weeks come out of single typical years of it."""
    place = Place(47.4, 8.5, 400.0)
    free = synthetic(place, 300, 2)
    truth = np.stack([daily(weather.ghi) for weather in free]) / 1000.0
    long_term = (by_month(truth) * np.array(MONTH_DAYS)).mean(axis=0).tolist()

    def bad(days: np.ndarray, length: int) -> np.ndarray:
        """Darkest (or coldest) stretch of a year, mean: in the median, and once in ten years."""
        worst = np.sort([np.convolve(year, np.ones(length) / length, "valid").min() for year in days])
        return worst[[len(worst) // 2, len(worst) // 10]]

    dealt = [resampled([typical(place, 100 + i)], 400, i, monthly=long_term) for i in range(8)]
    for length in (7, 30):
        found = np.mean([bad(kWh_m2(years), length) for years in dealt], axis=0)
        assert found == pytest.approx(bad(truth, length), rel=0.09)
    colds = np.stack([daily(weather.temp_air) / 24.0 for weather in free])
    for length, short_C in ((7, 2.5), (30, 1.0)):  # a single year has no cold spell of a decade to give
        found = np.mean([bad(air_C(years), length) for years in dealt], axis=0)
        assert found == pytest.approx(bad(colds, length), abs=short_C)


@pytest.mark.parametrize("name", ["723170TYA.CSV", "703165TY.csv", "12839.tm2"])
def test_the_mean_stays_what_the_typical_year_tells(name: str) -> None:
    weather = read_weather(DATA / name)
    own = by_month(daily(weather.ghi)[None, :])[0] * np.array(MONTH_DAYS) / 1000.0
    years = resampled([weather], 2000, 3)
    found = months(years).mean(axis=0)
    assert found.sum() == pytest.approx(own.sum(), rel=0.01)
    assert found == pytest.approx(own, rel=0.11)  # ten days either way level out an odd month
    kept = months(resampled([weather], 2000, 3, monthly=own.tolist())).mean(axis=0)
    assert kept == pytest.approx(own, rel=0.01)


def test_cold_and_warm_months_are_drawn_from_the_shifted_copies(greensboro: Weather) -> None:
    years = resampled([greensboro], 1000, 5)
    assert [weather.source for weather in years.sources] == [
        "723170TYA.CSV (TMY3)", "723170TYA.CSV (TMY3), 4 C colder", "723170TYA.CSV (TMY3), 4 C warmer",
    ]  # fmt: skip
    assert years.sources[1].temp_air[0] == greensboro.temp_air[0] - 4.0
    spread = by_month(air_C(years)).std(axis=0)
    assert 2.0 < spread[0] < 3.5 and 0.7 < spread[6] < 1.6  # January differs more than July
    source = years.day // 365
    assert (np.diff(source.reshape(1000, 365)[:, :31], axis=1) == 0).all()  # by whole months
    assert 0.02 < (source == 1).mean() < 0.12 and 0.02 < (source == 2).mean() < 0.12


def test_real_years_come_first_and_as_they_are(greensboro: Weather) -> None:
    shares = {2001: 1.0, 2002: 0.9}
    real = [replace(greensboro, year=year, ghi=greensboro.ghi * share) for year, share in shares.items()]
    years = resampled(real, 5, 1)
    assert years.real == 2 and len(years.sources) == 6
    assert years.day[:2].tolist() == [list(range(365)), list(range(365, 730))]
    assert (years.factor[:2] == 1.0).all()
    assert resampled(real, 3, 1, first=1).real == 1
    assert np.array_equal(resampled(real, 3, 1, first=1).day, years.day[1:4])
    assert set(np.unique(years.day[2:] // 365 % 2)) == {0, 1}  # both years give blocks


def test_many_real_years_tell_their_own_spread(greensboro: Weather) -> None:
    rng = np.random.default_rng(1)
    monthly = 1.0 + 0.15 * rng.standard_normal((12, 12))
    hours = np.repeat(MONTH, 24)
    real = [replace(greensboro, year=2000 + i, ghi=greensboro.ghi * monthly[i][hours]) for i in range(12)]
    found = months(resampled(real, 1500, 1))[12:]
    wanted = months(resampled(real, 12, 1)).std(axis=0, ddof=1) / months(resampled(real, 12, 1)).mean(axis=0)
    assert found.std(axis=0) / found.mean(axis=0) == pytest.approx(wanted, rel=0.30)
    assert (found.std(axis=0) / found.mean(axis=0)).mean() == pytest.approx(wanted.mean(), rel=0.1)


def test_polar_night_stays_dark() -> None:
    weather = replace(default_weather(), latitude=78.2, longitude=15.6, utc_offset_h=1.0)
    sky = clear_of(weather)
    years = resampled([replace(weather, ghi=0.5 * sky.ghi, dni=0.0 * sky.ghi, dhi=0.5 * sky.ghi)], 20, 1)
    found = kWh_m2(years)
    assert found[:, :20].max() == 0.0 and np.isfinite(years.factor).all()
    assert years.factor.max() < 3.0 and years.factor.min() > 0.3
    assert found[:, 171].mean() == pytest.approx(0.5 * daily(sky.ghi)[171] / 1000, rel=0.05)


def test_what_cannot_be_dealt_is_one_sentence(greensboro: Weather) -> None:
    with pytest.raises(WeatherError, match="no weather to make years of, expected one year or more"):
        resampled([], 1, 1)
    other = read_weather(DATA / "12839.tm2")
    with pytest.raises(WeatherError, match="are not of one place and kind"):
        resampled([greensboro, other], 1, 1)
    with pytest.raises(WeatherError, match="expected 12 values in kWh/m2, none below 0"):
        resampled([greensboro], 1, 1, monthly=[50.0] * 11)
