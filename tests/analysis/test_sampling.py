"""Intervals of charge hold what they promise: a known waveform, looked at now and then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.log import FloatArray
from analysis.read import read_log
from analysis.sampling import half_widths
from analysis.states import FindOptions, state_table
from analysis.sums import visits_of
from benchmarks.logs_cycles import cycles

SEEDS = range(6100, 6140)


def errors(rate_hz: float, fine: int) -> FloatArray:
    """Error of each state's charge in half widths of its interval, for 40 drawn nodes of 12 wakes."""
    found = []
    for seed in SEEDS:
        drawn = cycles(seed, rate_hz, 12, fine=fine)
        states = len(drawn.node.states) + 1
        visits = visits_of(drawn.log, drawn.first, drawn.state, np.zeros(len(drawn.first), dtype=np.int64))
        got = np.bincount(drawn.state, visits.charge_mC, minlength=states)
        true = np.bincount(drawn.state, drawn.charge_mC, minlength=states)
        found.append((got - true) / half_widths(drawn.log, visits, states, 0.0)[:-1])
    return np.concatenate(found)


@pytest.mark.parametrize(("rate_hz", "fine"), [(1000.0, 8), (100.0, 40), (20.0, 100)])
def test_nineteen_of_twenty_intervals_hold_the_truth(rate_hz: float, fine: int) -> None:
    """Some 200 states each: 91 to 98.5 % are what 95 % may show, and the intervals are not too wide."""
    error = errors(rate_hz, fine)
    assert len(error) > 150
    assert 0.91 <= float((np.abs(error) <= 1).mean()) <= 0.985
    assert float(np.median(np.abs(error))) > 0.2


def test_the_intervals_of_single_wakes_hold_too() -> None:
    """480 wakes of 40 nodes at 100 Hz: 91 to 99 % of their awake charges."""
    error = []
    for seed in SEEDS:
        drawn = cycles(seed, 100.0, 12, fine=40)
        wake = np.cumsum((drawn.state != 0) & np.append(True, drawn.state[:-1] == 0)) - 1
        true = np.bincount(wake[drawn.state != 0], drawn.charge_mC[drawn.state != 0])
        rows = state_table(drawn.log).cycles
        assert len(rows) == 12, f"seed {seed}"
        error += [(row.awake_mC - mC) / row.awake_off_mC for row, mC in zip(rows, true, strict=True)]
    assert 0.91 <= float((np.abs(error) <= 1).mean()) <= 0.99


def test_a_longer_look_tells_more() -> None:
    """White noise at 10 ms per sample: a meter that looks for 5.3 % of it, and one for 99 %."""
    log = cycles(6200, 100.0, 12).log
    point = state_table(log).total
    short = state_table(log, FindOptions(conversion_s=0.000532)).total
    whole = state_table(log, FindOptions(conversion_s=0.0099)).total
    assert short.charge_off_mC == pytest.approx(point.charge_off_mC, rel=0.03)
    assert whole.charge_off_mC == pytest.approx(0.1 * point.charge_off_mC)


def test_energy_goes_with_charge_and_the_clock_with_both() -> None:
    log = cycles(6201, 100.0, 12).log
    row = state_table(log).total
    assert row.energy_off_mJ == pytest.approx(4.0 * row.charge_off_mC)
    slow = state_table(log, FindOptions(clock_off=0.005)).total
    assert slow.charge_off_mC == pytest.approx(np.hypot(row.charge_off_mC, 0.005 * row.charge_mC))


Write = Callable[..., Path]


def test_clipping_is_said_of_the_state_it_is_in(write: Write) -> None:
    """Full scale of 0.1 ohm at 40 mV in the second state only."""
    wake = [50.0] * 100 + [400.0, 390.0] * 50
    mA = ([1.0, 1.1] * 100 + wake) * 5 + [1.0, 1.1] * 50
    log = read_log(write("t_s,V,mA\n" + "".join(f"{n / 100:.2f},4,{value}\n" for n, value in enumerate(mA))))
    table = state_table(log)
    assert [(row.name, row.at_least) for row in table.states] == [
        ("asleep", False), ("state 1 (50 mA)", False), ("state 2 (395 mA)", True),
    ]  # fmt: skip
    assert table.total.at_least


def test_visits_of_a_node_log_have_no_sampling_error(write: Write) -> None:
    """A row of a node log is a visit, whose charge the node counted: nothing is known of its error."""
    rows = "0,2,4,50,BOOT,1\n2,1,4,100,CAMERA,1\n3,97,4,1,SLEEP,1\n100,2,4,60,BOOT,2\n102,98,4,1,SLEEP,2\n"
    table = state_table(read_log(write("t_s,dt_s,V,mA,state,marker\n" + rows)))
    assert all(np.isnan(row.charge_off_mC) for row in table.states)
    assert table.states[0].each_mC == pytest.approx((101.0, 110.0, 119.0))
    assert table.states[0].cycles == 2
