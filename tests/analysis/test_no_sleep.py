"""What stands between wakes and is no sleep: a supply that is gone, a part of the wake, a log without one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.analysed import Analysed, Asked, analyse
from analysis.analysis_json import analysis_json
from analysis.analysis_report import analysis_report
from analysis.floor_options import FloorOptions
from analysis.log import Log
from analysis.states import FindOptions
from tests.analysis.made_logs import duty, log_of


def report(found: Analysed) -> str:
    """The report in one line."""
    return " ".join(analysis_report(found).split())


def died(from_s: float, volts: float, before: float = 4.0) -> Log:
    """Four wakes in 45 s, and from then on hardly any supply."""
    log = log_of(duty(cycles=4))
    return replace(log, V=np.where(log.t_s < from_s, before, volts))


def test_a_supply_that_is_gone_is_no_sleep() -> None:
    found = analyse(died(20.0, 1.0))
    assert found.floor.lost == pytest.approx(0.568, abs=0.001) and not found.floor.known
    assert analysis_json(found)["floor"]["no_sleep"] is True
    said = report(found)
    assert "Between wakes it is without supply, at 2.3 V: that is no sleep." in said
    assert "Work on state 2 (100 mA) first" in said and "the rest" not in said.split("Where to work")[1]
    assert "For 57 % of that rest the voltage is below 1.8 V, at which no board runs" in said
    assert "of all charge in this log" not in said and "To measure it after all" not in said


def test_a_supply_that_is_gone_for_a_while_is_said_beside_the_floor() -> None:
    found = analyse(died(40.0, 1.0))
    said = report(found)
    assert "Between wakes it draws less than" in said
    assert "For 14 % of that rest the voltage is below 1.8 V" in said


@pytest.mark.parametrize(("volts", "before"), [(1.8, 4.0), (1.2, 1.5), (np.nan, np.nan)])
def test_what_runs_at_that_voltage_sleeps(volts: float, before: float) -> None:
    assert analyse(died(20.0, volts, before)).floor.lost == 0.0


def marked() -> Log:
    """Six wakes of 4 s at 20 to 200 mA; the marker is of their last second only."""
    chance = np.random.default_rng(3)
    wake, rest = np.repeat(chance.uniform(20, 200, 80), 5), 1 + 0.1 * chance.standard_normal(600)
    log = log_of(np.round(np.tile(np.concatenate((rest, wake)), 6), 1))
    marker = (np.arange(6000) % 1000 >= 900).astype(np.int64)
    return replace(log, marker=marker, has_marker=True)


def test_what_stands_outside_a_marker_may_be_no_rest() -> None:
    said = report(analyse(marked()))
    assert "which is no sleep: it scatters by" in said and "--no-markers looks for its rest" in said
    assert "Work on marker 1 first" in said and "with a wake every 15 min" not in said


def test_a_state_that_is_called_sleep_is_taken_at_its_word() -> None:
    """However it scatters: the firmware knows when it sleeps."""
    log = marked()
    named = replace(
        log, state=log.marker, states=("SLEEP", "UPLOAD"), has_marker=False, marker=0 * log.marker
    )
    found = analyse(named)
    assert not found.floor.no_sleep and found.gains[0].name == "the rest"
    assert "Work on the rest first" in report(found) and "Its rest is not quiet" in report(found)


def test_markers_may_be_left_aside() -> None:
    found = analyse(marked(), Asked(find=FindOptions(no_markers=True)))
    assert (len(found.table.cycles), found.table.states[0].name) == (6, "asleep")
    assert found.floor.value_mA == pytest.approx(1.0, abs=0.02) and not found.floor.no_sleep
    assert "no-markers" not in report(found)


def test_a_log_without_a_wake_may_be_of_a_node_that_never_sleeps() -> None:
    steady = np.round(225 + 0.1 * np.random.default_rng(2).standard_normal(6000), 1)
    said = report(analyse(log_of(steady)))
    assert (
        "All the time, which may be asleep or awake, it takes 225 \N{PLUS-MINUS SIGN} 5 mA." in said
        and "its rest is" not in said
    )
    stated = analyse(log_of(steady), Asked(floor=FloorOptions(stated_mA=224.0)))
    assert stated.floor.sentences[0].startswith("Asleep it takes 224")
