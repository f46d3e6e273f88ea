"""The recipe for a larger shunt, with the figures of the log at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.floor import Floor, sleep_floor
from analysis.log import SAMPLES, Log
from analysis.meters import METERS
from analysis.shunt_recipe import choices, recipe
from analysis.states import state_table


def log_of(floor_mA: float, peak_mA: float, V: float = 3.9) -> Log:
    """Seed 1: 17 s at rest, 3 s awake, ten times, by a chip with steps of 0.1 mA."""
    one = np.concatenate((np.full(1700, floor_mA), np.full(300, peak_mA)))
    noise = np.random.default_rng(1).normal(0.0, 0.07, 20_000)
    mA = np.minimum(np.round((np.tile(one, 10) + noise) / 0.1) * 0.1, peak_mA)
    none = np.zeros(20_000, dtype=np.int64)
    t_s, dt_s = np.arange(20_000) / 100.0, np.full(20_000, 0.01)
    return Log(
        "b.csv", SAMPLES, t_s, dt_s, np.full(20_000, V), mA, none - 1, (), none, False, none, ("measured",)
    )


def floor_of(log: Log) -> Floor:
    return sleep_floor(log, state_table(log))


def test_each_shunt_for_a_peak() -> None:
    found = [
        (
            one.shunt_ohm,
            round(one.peak_mV),
            one.gain,
            round(one.step_mA, 3),
            round(one.worst_mA, 3),
            one.whole,
        )
        for one in choices(300.0)
    ]
    assert found == [
        (0.1, 30, 1, 0.1, 1.0, True),
        (0.5, 150, 8, 0.02, 0.4, False),
        (1.0, 300, None, 0.01, 0.1, False),
        (10.0, 3000, None, 0.001, 0.01, False),
    ]
    assert [one.gain for one in choices(255.0)] == [1, 4, 8, None]
    assert [one.gain for one in choices(257.0)] == [1, 8, None, None]


def test_20_uA_wants_10_ohm_and_a_way_past_it() -> None:
    log = log_of(0.02, 350.0)
    said = recipe(log, floor_of(log), 3.4)
    assert said[3] == (
        "10 ohm: steps of 1.00 uA, zero within 10.0 uA, with --zero within 1.00 uA; the peak drops 3,500 mV "
        "(no range shows the peak)."
    )
    assert said[4] == "For the sleep use 10 ohm, but not for the wake, whose 350 mA would drop 3.5 V."
    assert said[5].startswith("Two meters in one lead: ")
    assert "a Schottky diode across the 10 ohm takes over above some 35 mA" in said[6]
    assert said[7] == (
        "Beware of a brown-out: the lowest voltage in this log is 3.90 V, with the diode 3.55 V; the board "
        "wants 3.40 V, which leaves room."
    )
    assert recipe(log_of(0.02, 350.0, 3.8), floor_of(log), 3.4)[7].endswith("so charge the battery first.")
    assert len(said) == 9


def test_one_and_a_half_milliamperes_want_a_zero_recording_only() -> None:
    log = log_of(1.5, 120.0)
    said = recipe(log, floor_of(log))
    assert said[4] == "Your 0.1 ohm will do, at gain 1/1, once its zero is known."
    assert said[5].startswith("Record a minute with the load unplugged")
    assert len(said) == 6


def test_a_fifth_of_a_milliampere_fits_half_an_ohm() -> None:
    log = log_of(0.2, 120.0)
    assert recipe(log, floor_of(log))[4] == (
        "Use 0.5 ohm: the peak of 120 mA still passes, with 60 mV less for the node."
    )


def test_nobody_needs_it_whose_floor_is_known_or_whose_meter_is_another() -> None:
    log = log_of(20.0, 350.0)
    assert recipe(log, floor_of(log)) == ()
    low = log_of(0.02, 350.0)
    assert recipe(low, replace(floor_of(low), meter=METERS["ppk2"])) == ()
