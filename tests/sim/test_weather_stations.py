"""Stations that measure every few minutes: files become years, gaps are filled or named."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pvlib
import pytest

from sim.weather import HOURS, Weather, WeatherError, default_weather, read_weather, read_years
from sim.weather_gaps import closed
from sim.weather_stations import read_bsrn, read_surfrad
from sim.weather_table import Hours
from sim.weather_years import CalendarYear, calendar_years
from tests.sim.test_weather_nsrdb import fetched

#: What the four quarters of each made-up hour differ from its mean, 1; their deviation is 0.2236.
QUARTERS = (-0.3, -0.1, 0.1, 0.3)
WEST_h = -6


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    return default_weather()


def local_hour(when: datetime, offset_h: int) -> int:
    """Hour of the common year at a moment in UTC; 29 February is taken as the 28th."""
    local = when + timedelta(hours=offset_h)
    if (local.month, local.day) == (2, 29):
        local -= timedelta(days=1)
    return (local.replace(year=2021) - datetime(2021, 1, 1)) // timedelta(hours=1) % HOURS


def surfrad_day(weather: Weather, folder: Path, day: datetime, sign: str = "-") -> Path:
    """One day of a made-up station at 88.4 degrees west, a row every quarter of an hour."""
    from sim.clear_sky import zenith_deg

    stamps = [day + timedelta(minutes=15 * i) for i in range(96)]
    zenith = zenith_deg(np.array(stamps, dtype="datetime64[s]"), 40.05, -88.37)
    lines = [" Bondville", f"   40.05   {sign}88.37 230 m version 1"]
    for i, when in enumerate(stamps):
        j = local_hour(when, WEST_h)
        factor = 1.0 + QUARTERS[i % 4]
        values = [0.0] * 20
        values[0], values[2], values[3] = weather.ghi[j] * factor, weather.dni[j], weather.dhi[j]
        values[15], values[17] = weather.temp_air[j], weather.wind[j]
        cells = " ".join(f"{value:.4f} 0" for value in values)
        clock = f"{when.year} {when.timetuple().tm_yday} {when.month} {when.day} {when.hour} {when.minute}"
        lines.append(f" {clock} {when.hour + when.minute / 60:.3f} {zenith[i]:.2f} {cells}")
    path = folder / f"bon{day:%y%j}.dat"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def station(greensboro: Weather, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every day of 2016 and the first of 2017."""
    folder = tmp_path_factory.mktemp("bon")
    for i in range(367):
        surfrad_day(greensboro, folder, datetime(2016, 1, 1) + timedelta(days=i))
    (folder / "README").write_text("about these files\n")
    return folder


@pytest.fixture(scope="module")
def parts(station: Path) -> list[Hours]:
    return [read_surfrad(path) for path in sorted(station.glob("bon16*.dat"))]


def test_a_folder_of_days_becomes_its_year(station: Path, greensboro: Weather) -> None:
    year = read_weather(station)  # the day of 2017 is an edge: it only completes the local year
    assert year.site == "Bondville" and year.year == 2016
    assert year.source == f"{station.name} (SURFRAD 2016)"
    assert (year.latitude, year.longitude) == (40.05, -88.37)
    assert year.utc_offset_h == -6.0 and year.mid_h[0] == 0.5
    for name in ("ghi", "dni", "dhi", "temp_air", "wind"):
        assert getattr(year, name) == pytest.approx(getattr(greensboro, name), abs=1e-3)
    assert year.swing is not None
    assert year.swing[greensboro.ghi > 20.0] == pytest.approx(0.2236, abs=1e-4)
    assert not year.swing[greensboro.ghi == 0.0].any()


def test_missing_days_and_months_are_named(parts: list[Hours]) -> None:
    def refused(first: int, last: int) -> str:
        with pytest.raises(WeatherError) as caught:
            calendar_years("bon", [*parts[: first - 1], *parts[last:]])
        return str(caught.value)

    rest = ", expected the whole year: give all of its files or their folder"
    # local midnight is 06:00 UTC, so what a missing file takes away are parts of two days
    assert refused(100, 100) == (
        "bon: irradiance is missing for 24 hours from 8 April 2016 18:00, expected gaps of 6 hours at most"
    )
    assert refused(100, 102) == f"bon: 2016 lacks 9 April to 10 April{rest}"
    assert refused(61, 121) == f"bon: 2016 lacks March and 1 April to 29 April{rest}"


def test_a_gap_is_filled_to_the_sixth_hour_and_refused_from_the_seventh(
    parts: list[Hours], greensboro: Weather
) -> None:
    def with_gap(hours: int) -> CalendarYear:
        day = parts[172]  # 21 June, UTC
        columns = tuple(column.copy() for column in day.columns)
        for column in columns:
            column[16 : 16 + hours] = np.nan
        (year,) = calendar_years("bon", [*parts[:172], replace(day, columns=columns), *parts[173:]])
        return year

    ghi, _, _, temp, _ = with_gap(6).columns
    hours = 24 * 171 + np.arange(10, 16)  # 16 UTC is 10 here
    around = (greensboro.ghi[hours - 24] + greensboro.ghi[hours + 24]) / 2
    assert ghi[hours] == pytest.approx(around, abs=1e-3)
    ends = greensboro.temp_air[[hours[0] - 1, hours[5] + 1]]
    assert temp[hours] == pytest.approx(ends[0] + (ends[1] - ends[0]) * np.arange(1, 7) / 7, abs=1e-3)
    with pytest.raises(WeatherError, match="irradiance is missing for 7 hours from 21 June 2016 10:00"):
        with_gap(7)


def test_what_failed_its_quality_check_counts_as_missing(greensboro: Weather, tmp_path: Path) -> None:
    path = surfrad_day(greensboro, tmp_path, datetime(2015, 6, 21))
    lines = path.read_text().splitlines()
    noon = [i for i, line in enumerate(lines) if line.split()[4:6] == ["18", "0"]]
    cells = lines[noon[0]].split()
    cells[8:10] = ["99999.0", "1"]
    path.write_text("\n".join([*lines[: noon[0]], " " + " ".join(cells), *lines[noon[0] + 1 :]]) + "\n")
    hours = read_surfrad(path)
    expected = greensboro.ghi[local_hour(datetime(2015, 6, 21, 18), WEST_h)] * (1 + np.mean(QUARTERS[1:]))
    assert hours.columns[0][18] == pytest.approx(expected, rel=1e-4)


def bsrn_month(weather: Weather, folder: Path, month: int, year: int = 2015, packed: bool = False) -> Path:
    """A month of a made-up station at 0 degrees east, a row every quarter of an hour, without wind."""
    lines = [
        "*U0001",
        f" 99 {month:2} {year}  1",
        "*U0004",
        " -1 -1 -1",
        " 13  4",
        "Street, 1234 Exville, Exland",
    ]
    lines += [
        "+1                  +1",
        "1.1.1.1         mail",
        " 136.100 180.000  273 00001",
        " -1 -1 -1",
        "  0  0",
    ]
    lines.append("*C0100")
    when = datetime(year, month, 1)
    while when.month == month:
        j = local_hour(when, 0)
        ghi, dni, dhi, temp = (getattr(weather, name)[j] for name in ("ghi", "dni", "dhi", "temp_air"))
        minute = 60 * when.hour + when.minute
        first = f" {when.day:2} {minute:4}   {ghi:4.0f}   0.0    0    0   {dni:4.0f}   0.0    0    0"
        second = f"           {dhi:4.0f}   0.0    0    0    300   0.0    0    0    {temp:5.1f}  50.0  980"
        lines += [first, second]
        when += timedelta(minutes=15)
    name = folder / f"exv{month:02}{year % 100}.dat"
    text = "\n".join(lines) + "\n"
    if packed:
        name = name.with_suffix(".dat.gz")
        name.write_bytes(gzip.compress(text.encode()))
    else:
        name.write_text(text)
    return name


def test_a_longitude_without_its_sign_is_told_by_the_sun(greensboro: Weather, tmp_path: Path) -> None:
    path = surfrad_day(greensboro, tmp_path, datetime(2015, 6, 21), sign="")
    assert " 88.37" in path.read_text()
    assert read_surfrad(path).place == (40.05, -88.37, 230.0, -6.0)


def test_months_of_a_bsrn_station_make_a_year_packed_or_not(greensboro: Weather, tmp_path: Path) -> None:
    for month in range(1, 13):
        bsrn_month(greensboro, tmp_path, month, packed=month % 2 == 0)
    year = read_weather(tmp_path)
    assert year.site == "1234 Exville" and year.year == 2015
    assert (year.latitude, year.longitude, year.altitude_m) == (pytest.approx(46.1), 0.0, 273.0)
    assert year.ghi == pytest.approx(greensboro.ghi, abs=1e-9)
    assert year.temp_air == pytest.approx(greensboro.temp_air, abs=1e-9)
    assert set(year.wind.tolist()) == {1.0}  # not measured: still air, as in a panel's nominal temperature
    for month in range(1, 13):
        bsrn_month(greensboro, tmp_path, month, year=2016)
    years = read_years([tmp_path])
    assert [year.year for year in years] == [2015, 2016]
    assert years[1].ghi == pytest.approx(greensboro.ghi, abs=1e-9)  # 29 February is left out
    with pytest.raises(WeatherError) as caught:
        read_weather(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: holds 2 years ({tmp_path.name} (BSRN 2015), {tmp_path.name} (BSRN 2016)), "
        "expected one: name the one that is meant, or use a command that takes many years"
    )
    (tmp_path / "exv0315.dat").unlink()
    with pytest.raises(WeatherError, match="2015 lacks March, expected the whole year"):
        read_weather(tmp_path)


def test_the_month_of_payerne() -> None:
    path = fetched("bsrn-lr0100-pay0616.dat")
    hours = read_bsrn(path)
    assert hours.site == "CH-1530 Payerne" and hours.place[:3] == (46.815, pytest.approx(6.944), 491.0)
    ghi, swing = hours.columns[0], hours.swing
    assert len(ghi) == 720 and swing is not None
    assert ghi.max() == pytest.approx(969, abs=1)  # the highest hour; the highest minute is 1404
    assert 0.05 < np.median(swing[ghi > 200.0]) < 0.3
    with pytest.raises(WeatherError, match="2016 lacks January to May and July to December"):
        read_weather(path)


def test_every_hour_of_payerne_is_that_of_pvlibs_reader() -> None:
    path = fetched("bsrn-lr0100-pay0616.dat")
    hours = read_bsrn(path)
    data, meta = pvlib.iotools.read_bsrn(path)
    assert hours.place[:3] == pytest.approx((meta["latitude"], meta["longitude"], meta["altitude"]))
    assert hours.first == data.index[0].timestamp() / 3600
    means = data.resample("h").mean()
    for ours, name in zip(hours.columns[:4], ("ghi", "dni", "dhi", "temp_air"), strict=True):
        known = ~np.isnan(ours)
        assert known.sum() > 650
        assert ours[known] == pytest.approx(means[name].to_numpy()[known], abs=1e-9)


def test_the_day_of_alamosa_lies_in_the_west() -> None:
    hours = read_surfrad(fetched("surfrad-slv16001.dat"))
    assert hours.place == (37.7, -105.92, 2317.0, -7.0)
    assert np.nanmin(hours.columns[3]) == pytest.approx(-22.7, abs=0.3)
    data, _ = pvlib.iotools.read_surfrad(fetched("surfrad-slv16001.dat"))
    means = data.resample("h").mean()
    for ours, name in zip(hours.columns, ("ghi", "dni", "dhi", "temp_air", "wind_speed"), strict=True):
        assert ours == pytest.approx(means[name].to_numpy(), abs=1e-9)
    with pytest.raises(WeatherError, match="2016 lacks February to November, 2 January to 31 January and"):
        read_weather(fetched("surfrad-slv16001.dat"))


def test_one_of_three_irradiances_follows_from_the_others() -> None:
    zenith, day = np.array([60.0, 60.0, 60.0, 60.0]), np.full(4, 100.0)
    nan = np.nan
    ghi, dni, dhi = closed(
        np.array([nan, 500.0, 500.0, 500.0]),
        np.array([800.0, nan, 800.0, nan]),
        np.array([100.0, 100.0, nan, nan]),
        zenith,
        day,
    )
    assert ghi.tolist() == pytest.approx([500.0, 500.0, 500.0, 500.0])
    assert dni[:3].tolist() == pytest.approx([800.0, 800.0, 800.0])
    assert dhi[:3].tolist() == pytest.approx([100.0, 100.0, 100.0])
    assert dni[3] * 0.5 + dhi[3] == pytest.approx(500.0) and 50.0 < dhi[3] < 250.0  # Erbs


def test_files_of_two_places_or_two_kinds_are_refused(
    station: Path, greensboro: Weather, tmp_path: Path
) -> None:
    path = bsrn_month(greensboro, tmp_path, 1)
    day = station / "bon16001.dat"
    with pytest.raises(WeatherError, match="its files are SURFRAD and BSRN"):
        read_years([day, path])
    other = tmp_path / "oth16002.dat"
    other.write_text((station / "bon16002.dat").read_text().replace("40.05 ", "41.05 "))
    with pytest.raises(WeatherError, match="its files are of Bondville and of Bondville, expected one place"):
        read_years([day, other])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(WeatherError, match="no weather file in this folder"):
        read_years([empty])
