"""Reports of a node that reads a sensor: what the sentences and figures say, of hand-made readings."""

from __future__ import annotations

import csv
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest

from analysis.report import report
from analysis.report_readings import FATE_WORDS
from analysis.summary import summary_json, write_readings
from sim.result import ReadingFate, RunResult

HOUR_s = 3600.0


@pytest.fixture
def soil(good_year: RunResult) -> RunResult:
    """365 days, of which two have readings: 40 at home, 6 on the node, 2 lost."""
    fates = ["delivered"] * 40 + ["lost"] * 2 + ["waiting"] * 6
    readings = [
        ReadingFate(
            number * HOUR_s, (1000 + number, -50), fate, number * HOUR_s + (number % 3),
            50 * HOUR_s if fate == "delivered" else inf,
        )
        for number, fate in enumerate(fates)
    ]  # fmt: skip
    return replace(
        good_year, readings=readings, of=("moisture", "centi_C"), pictures=[], fates={}, empties=0,
        wakes_by_cause={"task due": 48}, wakes=48, notes=[],
    )  # fmt: skip


def plain(text: str) -> str:
    return " ".join(text.split())


def test_it_speaks_of_readings_alone(soil: RunResult) -> None:
    said = plain(report(soil))
    for sentence in (
        "the node keeps its power",
        "Of 48 readings (0.1 a day), 40 (83 %) came home.",
        "delivered 40 83 % it is at home",
        "waiting 6 12 % it is still on the node",
        "lost 2 4 % the node found no room for it",
        "The longest time without one was 363 days.",
        "They came home after 30.5 h usually; their times are right to 2 s.",
        "task due 48 100 %",
    ):
        assert sentence in said, sentence
    assert "isitor" not in said and "picture" not in said


def test_a_reading_whose_time_nobody_knows_is_counted(soil: RunResult) -> None:
    lost_s = [replace(one, said_s=nan) if one.t_s < 3 * HOUR_s else one for one in soil.readings or []]
    assert "; of 3 nobody can tell the time." in plain(report(replace(soil, readings=lost_s)))
    none = [replace(one, said_s=nan) for one in soil.readings or []]
    assert "usually; of 40 nobody can tell the time." in plain(report(replace(soil, readings=none)))


def test_no_reading_at_all(soil: RunResult) -> None:
    assert "No reading was taken." in report(replace(soil, readings=[]))
    waiting = [one for one in soil.readings or [] if one.fate == "waiting"]
    said = plain(report(replace(soil, readings=waiting)))
    assert "0 (0 %) came home." in said and "They came home" not in said


def test_tasks_that_failed_are_told_of_with_the_file_that_says_why(soil: RunResult) -> None:
    assert "failed" not in report(soil)
    once = replace(soil, readings=[], journal_counts={"CRASH": 1})
    told = "A task failed once: console.txt has what the node printed, journal.csv when."
    assert f"No reading was taken. {told}" in plain(report(once))
    many = replace(soil, journal_counts={"CRASH": 1, "TASK_FAILED": 1200})
    assert "A task failed 1,201 times: console.txt" in plain(report(many))


def test_the_summary(soil: RunResult, good_year: RunResult) -> None:
    assert summary_json(soil)["readings"] == {
        "taken": 48, "by_fate": {"delivered": 40, "lost": 2, "waiting": 6},
        "longest_gap_s": 365 * 86_400.0 - 47 * HOUR_s,
    }  # fmt: skip
    assert summary_json(good_year)["readings"] is None


def test_the_table(soil: RunResult, tmp_path: Path) -> None:
    assert write_readings(tmp_path / "readings.csv", soil) == 48
    rows = list(csv.DictReader((tmp_path / "readings.csv").open()))
    assert rows[1] == {
        "time": "1990-01-01T01:00:00", "t_s": "3600.0", "said_s": "3601", "fate": "delivered",
        "moisture": "1001", "centi_C": "-50",
    }  # fmt: skip


def test_the_plot(soil: RunResult, tmp_path: Path) -> None:
    from PIL import Image

    from analysis.plot_readings import readings_png

    with Image.open(readings_png(soil, tmp_path / "two.png")) as image:
        assert image.size == (1400, 780)
    with Image.open(readings_png(replace(soil, readings=[], of=()), tmp_path / "none.png")) as image:
        assert image.size == (1400, 480)


def test_every_fate_has_its_words() -> None:
    assert set(FATE_WORDS) == {"delivered", "waiting", "lost"}
