"""Weather files: every time-stamp trap, on the files pvlib carries and on the same year in other formats."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from sim.weather import HOURS, Weather, WeatherError, default_weather, read_weather

DATA = Path(pvlib.__file__).parent / "data"


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    return default_weather()


def pvlib_sun(weather: Weather, mid_h: float) -> tuple[np.ndarray, np.ndarray]:
    """Zenith and azimuth in degrees by pvlib, so many hours after the start of each hour."""
    first = pd.Timestamp(weather.start) + pd.Timedelta(hours=mid_h - weather.utc_offset_h)
    times = pd.date_range(first, periods=HOURS, freq="h", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude)
    return sun["zenith"].to_numpy(), sun["azimuth"].to_numpy()


def elevation_deg(weather: Weather) -> np.ndarray:
    zenith, _ = pvlib_sun(weather, float(weather.mid_h[0]))
    return 90.0 - zenith


def test_greensboro_is_the_year_that_the_file_tells(greensboro: Weather) -> None:
    assert greensboro.site == "Greensboro Piedmont Triad Int, NC"
    assert greensboro.source == "723170TYA.CSV (TMY3)"
    assert (greensboro.latitude, greensboro.longitude, greensboro.altitude_m) == (36.1, -79.95, 273.0)
    assert greensboro.utc_offset_h == -5.0
    assert greensboro.ghi.sum() / 1000 == pytest.approx(1566.203, abs=1e-3)  # reference/energy.md: 1566
    assert (greensboro.temp_air.min(), greensboro.temp_air.max()) == (-16.7, 35.6)


def test_a_tmy3_stamp_is_the_end_of_its_hour(greensboro: Weather) -> None:
    # the file's rows stamped 01/01 08:00 to 11:00 hold 9, 46, 79, 199 W/m2
    assert greensboro.ghi[6:11].tolist() == [0.0, 9.0, 46.0, 79.0, 199.0]
    assert greensboro.mid_h[:2].tolist() == [0.5, 1.5]


def test_a_tm2_hour_is_the_one_that_pvlib_stamps_with_its_start() -> None:
    miami = read_weather(DATA / "12839.tm2")
    assert miami.site == "Miami, FL"
    assert miami.ghi[6:10].tolist() == [0.0, 10.0, 49.0, 96.0]
    assert miami.temp_air[7] == 19.4  # tenths of a degree in the file
    assert miami.wind[6] == 4.1


@pytest.mark.parametrize("name", ["723170TYA.CSV", "703165TY.csv", "12839.tm2"])
def test_no_sun_shines_from_below_the_horizon(name: str) -> None:
    weather = read_weather(DATA / name)
    below = elevation_deg(weather) < -3.0
    assert weather.ghi[below].sum() < 0.0005 * weather.ghi.sum()
    # and the check can fail: half an hour of error in either direction shows
    for wrong_h in (-1.0, 1.0):
        zenith, _ = pvlib_sun(weather, 0.5 + wrong_h)
        assert weather.ghi[zenith > 93.0].sum() > 0.0005 * weather.ghi.sum()


def beam_gap_W_m2(weather: Weather, mid_h: float) -> tuple[float, float]:
    """Mean of DNI sin(elevation) + DHI - GHI, before and after noon."""
    zenith, azimuth = pvlib_sun(weather, mid_h)
    gap = weather.dni * np.cos(np.radians(zenith)) + weather.dhi - weather.ghi
    day = (zenith < 80.0) & (weather.dni > 200.0)
    return float(gap[day & (azimuth < 180.0)].mean()), float(gap[day & (azimuth >= 180.0)].mean())


@pytest.mark.parametrize("name", ["723170TYA.CSV", "703165TY.csv"])
def test_beam_and_diffuse_make_global_under_this_sun(name: str) -> None:
    weather = read_weather(DATA / name)
    assert all(abs(gap) < 6.0 for gap in beam_gap_W_m2(weather, 0.5))
    # and the check can fail: a stamp wrong by half an hour tips morning against afternoon
    for wrong in (0.0, 1.0):
        morning, afternoon = beam_gap_W_m2(weather, wrong)
        assert abs(morning - afternoon) > 40.0


def epw_of(weather: Weather, path: Path, pvgis: bool = False, missing: bool = False) -> Path:
    """The year as an EPW file; PVGIS writes rows in UTC and names an offset from the end of the hour."""
    zone = 1 if pvgis else weather.utc_offset_h
    place = f"{weather.latitude},{weather.longitude},{zone},{weather.altitude_m}"
    comment = "Irradiance Time Offset (h):-0.8239" if pvgis else "none"
    lines = [f"LOCATION,TESTVILLE,-,XXX,test,1,{place}", *["X"] * 4, "COMMENTS 1,a", f"COMMENTS 2,{comment}"]
    lines.append("DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31")
    stamp = np.datetime64("2021-01-01T00") + np.arange(HOURS).astype("timedelta64[h]")
    shift = round(weather.longitude / 15) if pvgis else 0
    for i, when in enumerate(stamp.tolist()):
        j = (i + shift) % HOURS
        ghi = 9999 if missing and i == 5000 else weather.ghi[j]
        fields = ["0"] * 35
        fields[:6] = [str(1980 + when.month), str(when.month), str(when.day), str(when.hour + 1), "0", "?"]
        fields[6], fields[21] = str(weather.temp_air[j]), str(weather.wind[j])
        fields[13:16] = [str(ghi), str(weather.dni[j]), str(weather.dhi[j])]
        lines.append(",".join(fields))
    path.write_text("\n".join(lines) + "\n")
    return path


def same_year(one: Weather, other: Weather) -> bool:
    names = ("ghi", "dni", "dhi", "temp_air", "wind")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_epw_months_of_different_years_become_one_year(greensboro: Weather, tmp_path: Path) -> None:
    weather = read_weather(epw_of(greensboro, tmp_path / "named-wrongly.csv"))
    assert weather.site == "Testville" and weather.source == "named-wrongly.csv (EPW)"
    assert same_year(weather, greensboro)
    assert weather.mid_h[0] == 0.5


def test_epw_tells_the_depth_of_snow_unless_it_is_none_all_year(greensboro: Weather, tmp_path: Path) -> None:
    path = epw_of(greensboro, tmp_path / "plain.epw")
    assert read_weather(path).snow_cm is None and greensboro.snow_cm is None
    lines = path.read_text().splitlines()
    for hour, depth in ((240, "7"), (241, "12.5"), (242, "999")):
        fields = lines[8 + hour].split(",")
        fields[30] = depth
        lines[8 + hour] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n")
    found = read_weather(path).snow_cm
    assert found is not None and found.shape == (HOURS,)
    assert found[239:244].tolist() == [0.0, 7.0, 12.5, 0.0, 0.0]


def test_tm2_tells_the_depth_of_snow(tmp_path: Path) -> None:
    lines = (DATA / "12839.tm2").read_text(encoding="latin-1").splitlines()
    assert read_weather(DATA / "12839.tm2").snow_cm is None  # Miami
    lines[1 + 240] = f"{lines[1 + 240][:133]}  7{lines[1 + 240][136:]}"
    path = tmp_path / "snowy.tm2"
    path.write_text("\n".join(lines) + "\n", encoding="latin-1")
    found = read_weather(path).snow_cm
    assert found is not None and np.flatnonzero(found).tolist() == [240] and found[240] == 7.0
    data, _ = pvlib.iotools.read_tmy2(path)
    assert data["SnowDepth"].to_numpy()[240] == 7


def test_pvgis_epw_rows_are_utc_whatever_its_first_line_says(greensboro: Weather, tmp_path: Path) -> None:
    weather = read_weather(epw_of(greensboro, tmp_path / "pvgis.epw", pvgis=True))
    assert weather.utc_offset_h == -5.0
    assert same_year(weather, greensboro)
    assert weather.mid_h[0] == pytest.approx(0.1761)


def pvgis_json_of(weather: Weather, path: Path, rows: int = HOURS) -> Path:
    hours = []
    for i in range(rows):
        j = (i + round(weather.longitude / 15)) % HOURS
        when = (np.datetime64("2021-01-01T00") + np.timedelta64(i, "h")).tolist()
        hours.append(
            {
                "time(UTC)": f"{when:%Y%m%d:%H00}",
                "T2m": weather.temp_air[j],
                "G(h)": weather.ghi[j],
                "Gb(n)": weather.dni[j],
                "Gd(h)": weather.dhi[j],
                "WS10m": weather.wind[j],
            }
        )
    location = {
        "latitude": weather.latitude,
        "longitude": weather.longitude,
        "elevation": 273.0,
        "irradiance_time_offset": 0.1761,
    }
    document = {
        "inputs": {"location": location, "meteo_data": {"radiation_db": "test"}},
        "outputs": {"months_selected": [], "tmy_hourly": hours},
        "meta": {"inputs": {}, "outputs": {}},
    }
    path.write_text(json.dumps(document))
    return path


def test_pvgis_json_moves_to_local_time_and_keeps_its_offset(greensboro: Weather, tmp_path: Path) -> None:
    weather = read_weather(pvgis_json_of(greensboro, tmp_path / "tmy.json"))
    assert weather.site == "36.10N 79.95W" and weather.utc_offset_h == -5.0
    assert same_year(weather, greensboro)
    assert weather.mid_h[:2] == pytest.approx([0.1761, 1.1761])


def pvgis_csv_of(weather: Weather, path: Path) -> Path:
    lines = [
        "Latitude (decimal degrees): 36.100",
        "Longitude (decimal degrees): -79.950",
        "Elevation (m): 273.0",
    ]
    lines += ["Irradiance Time Offset (h): 0.1761", "month,year", *(f"{m},{2000 + m}" for m in range(1, 13))]
    lines.append("time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP")
    for i in range(HOURS):
        j = (i - 5) % HOURS
        when = (np.datetime64("2021-01-01T00") + np.timedelta64(i, "h")).tolist()
        values = (
            weather.temp_air[j],
            0,
            weather.ghi[j],
            weather.dni[j],
            weather.dhi[j],
            0,
            weather.wind[j],
            0,
            0,
        )
        lines.append(f"{2000 + when.month}{when:%m%d:%H00}," + ",".join(str(v) for v in values))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_pvgis_csv_tells_the_same_year(greensboro: Weather, tmp_path: Path) -> None:
    weather = read_weather(pvgis_csv_of(greensboro, tmp_path / "tmy.csv"))
    assert weather.source == "tmy.csv (PVGIS CSV)" and weather.utc_offset_h == -5.0
    assert same_year(weather, greensboro)


def test_29_february_is_left_out(greensboro: Weather, tmp_path: Path) -> None:
    path = epw_of(greensboro, tmp_path / "leap.epw")
    lines = path.read_text().splitlines()
    end = 8 + 59 * 24  # after 28 February
    leap = [",".join(["1984", "2", "29", *line.split(",")[3:]]) for line in lines[end : end + 24]]
    rows = [",".join(["1984", *line.split(",")[1:]]) for line in lines[8:]]
    path.write_text("\n".join(lines[:8] + rows[: 59 * 24] + leap + rows[59 * 24 :]) + "\n")
    assert same_year(read_weather(path), greensboro)


def refusal(path: Path) -> str:
    with pytest.raises(WeatherError) as caught:
        read_weather(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "expected" in message and "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_wrong_files_get_one_sentence(greensboro: Weather, tmp_path: Path) -> None:
    missing = tmp_path / "none.epw"
    assert refusal(missing) == (
        "No such file or directory, expected a weather file "
        "(TMY3 CSV, TM2, EPW, NSRDB CSV, BSRN, SURFRAD, or PVGIS as JSON or CSV)"
    )
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert refusal(other).startswith("unknown content, expected TMY3 CSV, TM2")
    other.write_bytes(b"")
    assert refusal(other).startswith("unknown content")
    short = tmp_path / "short.csv"
    short.write_text("".join((DATA / "723170TYA.CSV").open().readlines()[:1000]))
    assert refusal(short).startswith("998 rows that are not the hours of one year")
    broken = tmp_path / "broken.csv"
    broken.write_text("".join((DATA / "723170TYA.CSV").open().readlines()[:3]) + "01/01/1988,xx:00,1\n")
    assert refusal(broken).startswith("looks like tmy3 but cannot be read")
    cut = pvgis_json_of(greensboro, tmp_path / "cut.json", rows=8000)
    assert refusal(cut).startswith("8000 rows that are not")
    cut.write_text(cut.read_text()[:5000])
    assert refusal(cut).startswith("looks like pvgis_json but cannot be read")


def test_a_missing_value_code_is_not_taken_for_sun(greensboro: Weather, tmp_path: Path) -> None:
    path = epw_of(greensboro, tmp_path / "gap.epw", missing=True)
    assert (
        refusal(path)
        == "global irradiance in hour 5000 of the year is 9999, expected a value from -50 to 1600"
    )


def test_importing_weather_does_not_import_pandas() -> None:
    code = "import sys, sim.weather, sim.plant; sys.exit('pandas' in sys.modules or 'pvlib' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode
        == 0
    )


@pytest.mark.parametrize("name", ["723170TYA.CSV", "703165TY.csv", "12839.tm2"])
def test_our_readers_agree_with_those_of_pvlib(name: str) -> None:
    weather = read_weather(DATA / name)
    if name.endswith("tm2"):
        data, meta = pvlib.iotools.read_tmy2(DATA / name)
        theirs = [data[column] for column in ("GHI", "DNI", "DHI")]
        theirs += [data["DryBulb"] / 10, data["Wspd"] / 10]
    else:
        data, meta = pvlib.iotools.read_tmy3(DATA / name)
        theirs = [data[column] for column in ("ghi", "dni", "dhi", "temp_air", "wind_speed")]
    ours = (weather.ghi, weather.dni, weather.dhi, weather.temp_air, weather.wind)
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one, other.to_numpy())
    place = (weather.latitude, weather.longitude, weather.altitude_m, weather.utc_offset_h)
    assert place == pytest.approx([meta[key] for key in ("latitude", "longitude", "altitude", "TZ")])
