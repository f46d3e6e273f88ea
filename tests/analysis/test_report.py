"""The report's words and the summary's figures, on hand-made runs."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from analysis import periods
from analysis.report import FATE_WORDS, NARROW_SOC, report, verdict
from analysis.summary import summary_json, write_hours, write_pictures, write_summary
from sim.result import FATES, RunResult


@dataclass
class SomeAdvice:
    """An advice as sim would compute it."""

    title: str = "Take a 3 W panel in place of the 2 W one."
    why: str = "In December the sun gives less than the node uses."
    predicted: str = "By the hourly model: 12 h without power in place of 1,356 h."
    confirmed: str = "A full run with it was without power for 14 h."
    rows: list[tuple[str, str, str]] = field(
        default_factory=lambda: [("3 W panel", "12 h", "14 h"), ("cell", "9 h", "")]
    )


def plain(text: str) -> str:
    return " ".join(text.split())


def test_verdict_of_a_good_year(good_year: RunResult) -> None:
    assert plain(verdict(good_year)) == (
        "It survives: the camera keeps its power for the whole year. "
        "The battery was lowest on 06 December at 07:00, at 82 %."
    )


def test_verdict_of_a_bad_year(bad_year: RunResult) -> None:
    assert plain(verdict(bad_year)) == (
        "It does NOT survive: the camera is without power for 1,356 h (15 % of the time), on 91 days, most "
        "of all in Dec (384 h). The battery was lowest on 18 January at 19:00, at 0 %."
    )


@pytest.mark.parametrize(
    ("low", "narrow"), [(NARROW_SOC - 0.01, True), (NARROW_SOC, False), (NARROW_SOC + 0.01, False)]
)
def test_a_narrow_escape_is_said(good_year: RunResult, low: float, narrow: bool) -> None:
    soc = good_year.hour_soc.copy()
    soc[700] = low
    said = plain(verdict(replace(good_year, hour_soc=soc)))
    assert ("It only just does: a dull week more could stop it." in said) is narrow


def test_a_wait_that_is_always_the_same_is_said_once(good_year: RunResult) -> None:
    same = replace(good_year, pir_to_frame_s=np.full(20, 3.351))
    text = report(same, None, Path("out"), battery_Wh=9.0)
    assert "From motion to picture: 3.35 s usually.\n" in text


def test_whole_report(bad_year: RunResult) -> None:
    text = report(bad_year, SomeAdvice(), Path("out") / "run", battery_Wh=9.0)
    for sentence in (
        "Of 4,380 visitors, 2,317 (53 %) became a picture at home.",
        "left before the shutter 876 20 % gone before the camera was ready",
        "hold-off 20 <1 % the node was resting after the wake before",
        "From motion to picture: 3 s usually; one time in ten it takes longer than 3.8 s.",
        "Jan 16.4 Wh 16.4 Wh 24.1 Wh 190 h 0 % +++++++ ----------",
        "in all 367.7 Wh 310.5 Wh 318.1 Wh 1,356 h 0 %",
        "16 % of what the sun offered was not taken in: the battery was full, or too cold to charge.",
        "The node used 318.1 Wh, 872 mWh a day: about 10 % of the full battery (9.0 Wh) per day.",
        "SLEEP 95.43 Wh 30 % 22.8 h a day ##############################",
        "radio 95.43 Wh 30 % ####################",
        "The node woke 10,950 times, 30.0 times a day. false trigger 7,300 67 %",
        "7,300 pictures show nobody: sun and wind fooled the motion sensor, or the visitor had left. "
        "Their wakes took 127.2 Wh, 40 %",
        "4 of 35 pictures were taken in the dark.",
        "Take a 3 W panel in place of the 2 W one.",
        "By the hourly model: 12 h without power in place of 1,356 h.",
        "A full run with it was without power for 14 h.",
        "cell 9 h -",
        "- This board cannot wake by clock in its cheap sleep: no heartbeat is promised.",
        "Bookkeeping: charge closes to 2e-09, energy closes to 3e-08.",
    ):
        assert sentence in plain(text), sentence
    assert f"Files: {Path('out') / 'run'}" in text
    assert max(len(line) for line in text.splitlines()) <= 110


def test_without_advice_visitors_pictures(good_year: RunResult) -> None:
    bare = replace(
        good_year, fates=dict.fromkeys(FATES, 0), pir_to_frame_s=np.array([]), empties=0, wakes=0,
        wakes_by_cause={}, pictures=[], notes=[],
    )  # fmt: skip
    text = report(bare)
    assert "Nobody came by." in text
    assert "Every picture had a visitor in it." in text
    assert "No picture was taken in the dark." in text
    assert "change that would help" not in text
    assert summary_json(bare)["pictures"]["pir_to_frame_s"] is None


def test_pictures_in_the_nodes_own_light_are_counted(good_year: RunResult) -> None:
    lit = [replace(picture, lit=picture.dark) for picture in good_year.pictures]
    said = plain(report(replace(good_year, pictures=lit)))
    assert "4 of 35 pictures were taken in the dark, 4 of them in the node's own light." in said


def test_every_fate_has_its_words() -> None:
    assert tuple(FATE_WORDS) == FATES


def test_battery_told_from_the_dark_hours(good_year: RunResult) -> None:
    assert periods.battery_Wh(good_year) == pytest.approx(9.0)


def test_days_and_months(bad_year: RunResult) -> None:
    whole = periods.months(bad_year)
    assert [month.name for month in whole] == list(periods.MONTHS)
    assert [month.days for month in whole] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert sum(month.down_h for month in whole) == pytest.approx(periods.down_hours(bad_year))
    days = periods.days(bad_year)
    assert len(days.dates) == 365
    assert days.load_Wh.sum() == pytest.approx(bad_year.hour_load_Wh.sum())
    assert periods.worst_day(bad_year) == date(1990, 1, 19)


def test_a_run_that_starts_at_noon_has_short_days_at_its_ends(good_year: RunResult) -> None:
    ones = np.ones(30)
    result = replace(
        good_year, start=datetime(1990, 12, 31, 12), hour_soc=ones, hour_harvest_Wh=ones,
        hour_available_Wh=ones, hour_load_Wh=ones, hour_down_s=0 * ones,
    )  # fmt: skip
    days = periods.days(result)
    assert days.dates == [date(1990, 12, 31), date(1991, 1, 1)]
    assert days.load_Wh.tolist() == [12, 18]
    assert [(month.name, month.year, month.load_Wh) for month in periods.months(result)] == [
        ("Dec", 1990, 12.0), ("Jan", 1991, 18.0),
    ]  # fmt: skip


def test_summary_is_json_and_adds_up(bad_year: RunResult, tmp_path: Path) -> None:
    path = write_summary(tmp_path / "summary.json", bad_year, SomeAdvice())
    read = json.loads(path.read_text())
    assert read["version"] == 1
    assert read["verdict"] == {
        "survives": False, "down_h": 1356.0, "lowest_soc": 0.0, "days_down": 91,
        "lowest_at": "1990-01-18T19:00:00", "worst_day": "1990-01-19",
    }  # fmt: skip
    assert sum(read["visitors"]["by_fate"].values()) == read["visitors"]["total"] == 4380
    assert read["advice"]["rows"][0] == {"candidate": "3 W panel", "hourly_model": "12 h", "full_run": "14 h"}
    assert summary_json(bad_year)["advice"] is None


def test_hours_and_pictures(bad_year: RunResult, tmp_path: Path) -> None:
    assert write_hours(tmp_path / "hours.csv", bad_year) == 8760
    rows = list(csv.DictReader((tmp_path / "hours.csv").open()))
    assert (len(rows), rows[0]["time"], rows[-1]["time"]) == (
        8760,
        "1990-01-01T00:00:00",
        "1990-12-31T23:00:00",
    )
    assert sum(float(row["down_s"]) for row in rows) == 1356 * 3600
    assert write_pictures(tmp_path / "pictures.csv", bad_year) == len(bad_year.pictures)
    first = next(csv.DictReader((tmp_path / "pictures.csv").open()))
    assert first == {"key": "0000-0", "time": "1990-01-01T06:00:00", "t_s": "21600.000", "size": "41000",
                     "crc32": "00000007", "fate": "camera failed", "visitors": "0", "dark": "0"}  # fmt: skip


def test_importing_analysis_is_cheap() -> None:
    code = "import sys, analysis.plots, analysis.report, analysis.read, analysis.summary\n"
    code += "print([name for name in ('matplotlib', 'pandas', 'PIL') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
