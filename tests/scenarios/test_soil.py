"""The soil node on both boards: hourly readings, a daily burst, and what a bad week does to them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sim.devices.ds3231 import ClockFaults
from sim.devices.seesaw import SoilFaults
from sim.readings import readings_of
from sim.result import ReadingFate
from sim.run import Twin, build, readings_taken, summarise
from sim.scenario import Scenario

HOUR_s, DAY_s = 3600.0, 86_400.0
PICO, ESP = "pico-w-soil", "esp32-soil"
PLAIN = Scenario(design=PICO, days=3.0, start_day=170)
#: Greensboro lies at 80 degrees west: solar noon of 12:00 is 12:20 there.
NOON_s = 12 * HOUR_s + 20 * 60
APPLICATION = Path(__file__).parents[2] / "firmware" / "soil"


def fates(twin: Twin) -> dict[str, int]:
    return dict(Counter(reading.fate for reading in readings_taken(twin)))


def delivered(twin: Twin) -> list[ReadingFate]:
    return [reading for reading in readings_taken(twin) if reading.fate == "delivered"]


def once(twin: Twin) -> None:
    """Home has each reading once, although it may have been sent several times."""
    at_home = readings_of(twin.home.readings.values())
    assert len({(one.unix_s, one.values) for one in at_home}) == len(at_home) == len(delivered(twin))


def test_the_application_is_small() -> None:
    files = sorted(path for path in APPLICATION.iterdir() if path.suffix == ".py")
    assert [path.name for path in files] == ["code.py", "probe.py"]
    assert sum(len(path.read_text("utf-8").splitlines()) for path in files) < 80


#: At which the cell is below 23 C, as far as whole per cent show it.
COLD_HOURS = (1, 2, 3, 4, 5, 6, 7, 8, 15, 17, 18, 19, 20, 21)


def test_a_day_of_the_pico(live, steady) -> None:
    """One reading at each full hour, home at noon; the first wake speaks at once, to be told the time. Below
    23 C the cell withholds a little."""
    told = live(PLAIN.change(days=0.9, link=steady))

    def hour(number: int) -> list[tuple[float, str, int]]:
        at_s = number * HOUR_s
        return [
            (at_s + 4.0, "WOKE", 1),
            (at_s + 6.0, "BATTERY", 100 if number == 1 else 98 if number in COLD_HOURS else 99),
            (at_s + 6.0, "SLEPT", 60),
        ]

    expected = [
        (3.7, "NEW_LIFE", 0), (3.9, "WOKE", 0), (4.0, "SETTINGS_NEW", 0), (5.0, "BATTERY", 100),
        (6.3, "BATTERY", 100), (9.4, "CLOCK_SET", 255), (9.6, "LOG_SENT", 0), (9.6, "SENT", 1),
        (9.8, "BATTERY", 100), (9.8, "SLEPT", 60),
        *[event for number in range(1, 12) for event in hour(number)],
        (43204.0, "WOKE", 1), (43205.9, "BATTERY", 99), (43205.9, "SLEPT", 20),
        (NOON_s + 4.0, "WOKE", 1), (NOON_s + 5.9, "BATTERY", 99), (NOON_s + 9.2, "LOG_SENT", 0),
        (NOON_s + 9.2, "SENT", 12), (NOON_s + 9.4, "BATTERY", 99), (NOON_s + 9.4, "SLEPT", 40),
        *[event for number in range(13, 22) for event in hour(number)],
    ]  # fmt: skip
    told.same(told.events(), expected)
    assert {note.cause for note in told.twin.life.notes} == {"POWER_ON", "time"}
    assert fates(told.twin) == {"delivered": 13, "waiting": 9}


def test_a_day_of_the_esp(live, steady) -> None:
    """Its timer runs 1.7 % slow: it learns that from the second answer, and is then right to seconds."""
    told = live(PLAIN.change(design=ESP, days=2.2, link=steady))
    woke = [t_s for t_s, _, _ in told.events("WOKE")]
    slow = told.twin.hardware.sleep_clock
    assert slow == pytest.approx(0.0166, abs=1e-4)  # of its seed
    expected = [2.2, *(HOUR_s * (1.0 + slow) * number for number in range(1, 13))]
    assert woke[:13] == pytest.approx(expected, abs=8.0)
    sent = told.events("SENT")
    told.same(sent, [(7.2, "SENT", 1), (45142.0, "SENT", 12), (130808.0, "SENT", 24)], within_s=8.0)
    noon = woke.index(pytest.approx(45137.6, abs=1.0))
    full_hours = [HOUR_s * number for number in range(13, 37)]
    assert woke[noon + 1 : noon + 25] == pytest.approx(full_hours, abs=8.0)
    off_s = [abs(reading.said_s - reading.t_s) for reading in delivered(told.twin)]
    assert max(off_s[:13]) == pytest.approx(715.0, abs=10.0)
    assert max(off_s[13:]) < 8.0
    assert fates(told.twin) == {"delivered": 37, "waiting": 16}


@pytest.mark.parametrize("design", [PICO, ESP])
def test_every_wake_is_cheap(live_once, steady, design) -> None:
    told = live_once(PLAIN.change(design=design, link=steady))
    wakes = [note for note in told.twin.life.notes[1:] if note.load_J and not note.frames]
    joules = sorted(note.load_J for note in wakes)
    assert joules[len(joules) // 2] < 1.0
    energy = told.twin.world.energy_by_state_J
    if design == PICO:
        assert energy["SLEEP"] / 3 / DAY_s == pytest.approx(7.5e-3, rel=0.03)  # by the clock's line
    assert told.count("JOURNAL_LOST") == 0


@pytest.mark.parametrize("design", [PICO, ESP])
def test_readings_are_what_the_ground_was(live_once, steady, design) -> None:
    """Moisture from 200 (dry) to 2000 (wet), 1/100 C with the chip's constant error of 2 C at most."""
    from sim.soil import Soil

    told = live_once(PLAIN.change(design=design, link=steady))
    ground = Soil(told.twin.sky, 3.0, 1)
    off_C = []
    for reading in delivered(told.twin):
        moisture, centi_C = reading.values
        assert moisture == pytest.approx(200 + 1800 * ground.moisture(reading.t_s), abs=20)
        off_C.append(centi_C / 100 - ground.temperature(reading.t_s))
    assert max(off_C) - min(off_C) < 0.03
    assert abs(off_C[0]) <= 2.0


def test_frost_has_a_sign(live, steady) -> None:
    told = live(PLAIN.change(start_day=10, days=4.0, link=steady))
    coldest = min(reading.values[1] for reading in delivered(told.twin))
    assert -1000 < coldest < -100


@pytest.mark.parametrize("design", [PICO, ESP])
def test_three_days_without_wifi_lose_no_reading(live, steady, design) -> None:
    away = replace(steady, outages=((20 * HOUR_s, 92 * HOUR_s),))
    told = live(PLAIN.change(design=design, days=6.0, link=away))
    assert fates(told.twin) == {"delivered": 133, "waiting": 11}
    once(told.twin)
    failed = [(round(t_s / HOUR_s), argument) for t_s, _, argument in told.events("JOIN_FAILED")]
    assert failed == [
        (36, 1),
        (37, 2),
        (40, 3),
        (47, 4),
        (61, 5),
        (91, 6),
    ]  # at noon, then 0, 2, 6, 14, 30 let pass
    assert [(round(t_s / HOUR_s), count) for t_s, _, count in told.events("SENT")] == [
        (0, 1), (12 if design == PICO else 13, 12), (123, 111), (132, 9),
    ]  # fmt: skip
    assert told.twin.plant.soc > 0.9
    assert [path for path in told.twin.hardware.files.files if path.endswith(".rdg")] == []


@pytest.mark.parametrize("design", [PICO, ESP])
def test_readings_of_eight_days_wait_in_files(live, steady, design) -> None:
    away = replace(steady, outages=((20 * HOUR_s, 212 * HOUR_s),))
    told = live(PLAIN.change(design=design, days=12.0, link=away))
    assert fates(told.twin) == {"delivered": 277, "waiting": 11}
    once(told.twin)
    assert told.count("READING_LOST") == 0
    assert max(count for _, _, count in told.events("SENT")) == 206


def test_a_flat_battery_locks_it_out_and_the_sun_brings_it_back(live, steady) -> None:
    told = live(PLAIN.change(days=5.0, soc=0.14, link=steady))
    low = [t_s for t_s, _, _ in told.events("LOW_BATTERY")]
    ((back_s, _, _),) = told.events("RECOVERED")
    assert low[-1] < back_s
    gaps = [after - before for before, after in pairwise(low)]
    assert gaps == pytest.approx([HOUR_s] * len(gaps), abs=6.0)  # it looks for the sun once an hour
    readings = readings_taken(told.twin)
    assert readings[0].t_s == pytest.approx(back_s, abs=3.0)  # not one below the threshold
    assert told.events("SENT")[0][0] == pytest.approx(back_s, abs=10.0)  # the burst was owed
    assert told.twin.life.down == []
    once(told.twin)


def test_a_flat_esp_comes_back_too(live, steady) -> None:
    """It starts below its supply's limit: browned out, in safe mode, then locked out, then back."""
    told = live(PLAIN.change(design=ESP, days=5.0, soc=0.14, link=steady))
    assert told.count("SAFE_MODE") == 1
    assert told.count("RECOVERED") == 1
    assert told.twin.plant.soc > 0.5
    assert "lost" not in fates(told.twin)
    once(told.twin)


def test_without_its_clock_it_goes_on_by_the_timer(live, steady) -> None:
    """It counts its own seconds, and is put right once a day."""
    told = live(PLAIN.change(days=3.98, link=steady), clock_faults=ClockFaults(absent=True))
    assert fates(told.twin) == {"delivered": 85, "waiting": 11}
    assert max(abs(reading.said_s - reading.t_s) for reading in delivered(told.twin)) < 35.0
    woke = [t_s for t_s, _, _ in told.events("WOKE")][1:]
    away = [min(abs(t_s - 3.5 - point * 1200.0) for point in range(290)) for t_s in woke]
    assert max(away) < 40.0
    assert (
        told.count("CLOCK_LOST") == len(told.twin.life.notes) + 5
    )  # it is looked for at each sleep and answer


def test_a_clock_that_dies_on_the_way(live, steady) -> None:
    def dies(twin: Twin) -> None:
        clock, world = twin.hardware.clock, twin.world
        acknowledges = clock.acknowledges
        clock.acknowledges = lambda now_s: world.now < 30 * HOUR_s and acknowledges(now_s)
        clock.low = lambda now_s: False if world.now > 30 * HOUR_s else type(clock).low(clock, now_s)

    told = live(PLAIN.change(days=4.0, link=steady), prepare=dies)
    lost = told.events("CLOCK_LOST")
    assert lost[0][0] == pytest.approx(30 * HOUR_s, abs=10.0)
    gaps = [b.t_s - a.t_s for a, b in pairwise(readings_taken(told.twin))]
    assert max(gaps) == pytest.approx(HOUR_s, abs=60.0)
    assert "lost" not in fates(told.twin)


@pytest.mark.parametrize("faults", [ClockFaults(line_stuck=True), ClockFaults(no_cell=True)])
def test_a_clock_that_is_half_there(live, steady, faults) -> None:
    told = live(PLAIN.change(link=steady), clock_faults=faults)
    assert fates(told.twin) == {"delivered": 61, "waiting": 11}
    once(told.twin)


def test_a_sensor_that_is_away_costs_no_crash_and_no_burst(live, steady) -> None:
    told = live(PLAIN.change(days=1.6, link=steady), soil_faults=SoilFaults(absent=True))
    assert told.count("TASK_FAILED") == 39
    assert [(round(t_s / HOUR_s), count) for t_s, _, count in told.events("SENT")] == [
        (0, 0),
        (12, 0),
        (36, 0),
    ]
    assert "No reading was taken." in report_of(told.twin)


def test_a_task_that_hangs_does_not_empty_the_battery(live, steady, patch) -> None:
    """The watchdog ends it; wakes pass before it is tried again, more each time, and home hears why."""
    hangs = patch("probe", "    bus = busio.I2C(", "    time.sleep(1000)\n    bus = busio.I2C(")
    told = live(PLAIN.change(days=2.0, link=steady), meant=True, prepare=hangs)
    notes = told.twin.life.notes
    hung_h = [round(note.booted_s / HOUR_s) for note in notes if note.cause == "WATCHDOG"]
    assert hung_h == [0, 2, 8, 21]
    assert len(notes) < 2 * 24 + 10
    assert told.count("BACK_OFF") > 25
    assert told.count("SENT") >= 2
    assert told.twin.plant.soc > 0.97


def test_a_sensor_that_is_now_and_then_late(live, steady) -> None:
    told = live(PLAIN.change(link=steady), soil_faults=SoilFaults(seed=3, slow=0.2))
    assert told.count("TASK_FAILED") <= 2  # four in a row
    assert len(readings_taken(told.twin)) >= 70


@pytest.mark.parametrize("design", [PICO, ESP])
def test_a_bad_link_loses_and_doubles_nothing(live, steady, design) -> None:
    bad = replace(steady, join_fails=0.3, short_send=0.3, stall=0.1, drop=0.1, lost_answer=0.3)
    told = live(PLAIN.change(design=design, days=14.0, seed=5, link=bad))
    assert told.count("SEND_FAILED") >= 3
    assert "lost" not in fates(told.twin)
    once(told.twin)
    assert told.twin.home.refused == {}


@pytest.mark.parametrize("number", range(12))
def test_the_supply_is_cut_anywhere_in_a_wake(steady, number) -> None:
    """Wherever it is: at most the reading of that very wake is lost, and the node goes on."""
    chance = random.Random(f"soil cut {number}")
    design = (PICO, ESP)[number % 2]
    away = replace(steady, outages=((60.0, 5.5 * HOUR_s),))
    twin = build(PLAIN.change(design=design, days=1.5, link=away))
    wake = chance.choice((0, 1, 2, 6, 7)) if number else 6
    twin.world.cuts = [wake * HOUR_s + chance.uniform(1.0, 9.0)]
    twin.live()
    said = f"cut {number}: {design} at {twin.life.down[0][0]:.3f} s"
    assert twin.life.crashes == [], said
    found = Counter(reading.fate for reading in readings_taken(twin))
    assert found["lost"] <= 1, said
    assert found["delivered"] >= 12, said  # by the noon after it at the latest
    at_home = readings_of(twin.home.readings.values())
    assert len({(one.unix_s, one.values) for one in at_home}) == len(at_home), said
    assert twin.home.refused == {}, said


def test_the_lines_of_the_ledger_add_up(live_once, steady) -> None:
    """The node's own log of three days against the run's books: what it measured and what it inferred."""
    from sim.nodelog import node_log
    from sim.prices import states_of
    from sim.watching import reason_names

    told = live_once(PLAIN.change(link=steady))
    states = states_of(told.twin.design)
    log = node_log(told.twin.home.logs, states, reason_names(), states.index("SLEEP"))
    assert {row.state for row in log.rows} == {"BOOT", "PLAN", "TASK", "CONNECT", "UPLOAD", "SETTLE", "SLEEP"}
    joules = sum(row.V * row.mA / 1000.0 * row.dt_s for row in log.rows)
    world = told.twin.world
    until_s = log.rows[-1].t_s + log.rows[-1].dt_s
    true_J = sum(
        volts * mA / 1000.0 * min(dt_s, max(0.0, until_s - t_s))
        for t_s, dt_s, volts, mA in zip(world.t_s, world.dt_s, world.volts, world.mA, strict=True)
    )
    assert joules == pytest.approx(true_J, rel=0.05)  # a long row tells whole joules, of 27 in an hour


def report_of(twin: Twin) -> str:
    from analysis.report import report

    return report(summarise(twin, 0.0))


@pytest.mark.parametrize("design", [PICO, ESP])
def test_its_report_speaks_of_readings(live_once, steady, design) -> None:
    text = report_of(live_once(PLAIN.change(design=design, link=steady)).twin)
    assert "Of 72 readings (24.0 a day), 61 (85 %) came home." in text
    assert "It survives: the node keeps its power" in text
    for word in ("visitor", "picture", "camera", "motion"):
        assert word not in text.lower()


def test_the_command_writes_readings(tmp_path: Path, capsys: Any) -> None:
    from station.cli import main

    assert main(["simulate", PICO, "--days", "1.5", "--out", str(tmp_path)]) == 0
    assert "readings" in capsys.readouterr().out
    written = {path.name for path in tmp_path.iterdir()}
    assert {"readings.csv", "readings.png", "report.txt", "summary.json", "node_log.csv"} <= written
    assert not {"pictures.csv", "contact-sheet.png", "visitors.csv"} & written
    head, first, *_ = (tmp_path / "readings.csv").read_text("utf-8").splitlines()
    assert head == "time,t_s,said_s,fate,moisture,centi_C"
    assert first.split(",")[3] == "delivered"
