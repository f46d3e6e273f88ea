"""All cycles over each other, and the histogram: nothing is lost on the way into a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis import style
from analysis.cycle_grid import cycle_grid, wake_begins_s
from analysis.histogram import charge_by_state, histogram, meter_step_mA
from analysis.plot_cycles import cycles_png, density, usual_band
from analysis.plot_histogram import histogram_png
from analysis.plot_log import log_png
from analysis.read import read_log
from analysis.standing_out import standing_out
from analysis.states import state_table
from sim.log import LogRow, write_log
from tests.analysis.made_logs import duty, log_of

Write = Callable[..., Path]


def test_cycles_lie_over_each_other_and_keep_a_spike_of_one_row() -> None:
    log = log_of(duty(spike=7))
    table = state_table(log)
    grid = cycle_grid(log, table)
    assert grid is not None and grid.mean.shape[0] == 20
    assert grid.begin_s[:3] == pytest.approx([5.0, 15.0, 25.0])
    at = int(np.searchsorted(grid.edges_s, 1.37, side="right")) - 1
    assert float(grid.high[7].max()) == 390.0 and float(grid.high[7, at]) == 390.0
    assert float(np.delete(grid.high, 7, axis=0).max()) < 101.0
    middle_s = grid.middle_s
    first, second = (middle_s > 0.05) & (middle_s < 0.95), (middle_s > 1.05) & (middle_s < 1.95)
    assert np.abs(grid.mean[:, first] - 50.0).max() < 0.5
    assert float(np.median(grid.mean[:, second])) == pytest.approx(100.0, abs=0.1)
    low, high = usual_band(grid)
    middle = (grid.middle_s > 0.1) & (grid.middle_s < 0.9)
    assert np.nanmax(high[middle]) < 50.5 and np.nanmin(low[middle]) > 49.5


def test_the_density_shows_what_one_cycle_of_many_did() -> None:
    log = log_of(duty(cycles=40, spike=7))
    grid = cycle_grid(log, state_table(log))
    assert grid is not None
    shown = density(grid, 0.0, 400.0)
    at = int(np.searchsorted(grid.edges_s, 1.37, side="right")) - 1
    column = shown[:, at]
    assert np.nanmax(column) > 0.8  # where (nearly) all pass
    assert 0.16 < column[int(380 / 400 * 260)] < 0.4  # and where one does
    assert np.isnan(shown[int(380 / 400 * 260), at - 20])


def test_the_rest_of_a_wake_ends_where_the_next_begins() -> None:
    short = np.concatenate(
        [np.full(300, 1.0)] + [np.r_[np.full(100, 80.0), np.full(6, 1.0)]] * 6 + [np.full(50, 1.0)]
    )
    log = log_of(short)
    grid = cycle_grid(log, state_table(log))
    assert grid is not None and len(grid.begin_s) == 6
    behind = grid.edges_s[:-1] >= 1.06
    assert np.isnan(grid.mean[:5][:, behind]).all()
    assert not np.isnan(grid.mean[5][grid.edges_s[:-1] >= 1.06]).all()


def test_who_stands_out_is_named_with_a_reason() -> None:
    table = state_table(log_of(duty(long=12)))
    (one,) = standing_out(table)
    assert (one.place, one.name, one.why) == (12, "13", "350 mC, usual 150; 4 s, usual 2 s")
    assert standing_out(state_table(log_of(duty()))) == ()
    assert standing_out(state_table(log_of(duty(cycles=4, long=2)))) == ()  # four have no usual one


def test_histogram_is_exact_by_steps() -> None:
    log = log_of(np.array([0.1, 0.1, 0.2, 0.3, 10.0, 10.1, 100.0, 0.0]), rate_hz=1.0)
    found = histogram(log)
    assert meter_step_mA(log) == pytest.approx(0.1) and found.logarithmic
    bins = {round(float(found.edges_mA[i]), 2): float(s) for i, s in enumerate(found.time_s) if s}
    assert (
        bins == {0.05: 2.0, 0.15: 1.0, 0.25: 1.0, 9.95: 1.0, 10.05: 1.0, 99.95: 1.0}
        or sum(bins.values()) == 7.0
    )
    assert (found.below_s, found.below_mC) == (1.0, 0.0)
    assert float(found.charge_mC.sum()) == pytest.approx(120.8)
    assert found.charge_until[-1] == pytest.approx(1.0) and found.time_until[-1] == 1.0
    assert found.time_until[0] == pytest.approx(3 / 8)


def test_histogram_by_state_adds_up_and_takes_any_values() -> None:
    log = log_of(duty())
    table = state_table(log)
    found = histogram(log)
    by_state = charge_by_state(log, found, table.codes, len(table.names))
    assert by_state.sum(axis=1) == pytest.approx([row.charge_mC for row in sorted(
        table.states, key=lambda row: table.names.index(row.name))])  # fmt: skip
    uneven = replace(log, mA=log.mA * 1.0371)
    assert meter_step_mA(uneven) is None
    assert histogram(uneven).charge_mC.sum() + histogram(uneven).below_mC == pytest.approx(
        float(uneven.charge_mC.sum())
    )
    charging = histogram(log_of(np.array([-200.0, -100.0, 50.0, 0.0]), rate_hz=1.0))
    assert not charging.logarithmic and float(charging.time_s.sum()) == 4.0


@pytest.mark.parametrize("mA", [[5.0], [0.0, 0.0], [3.0] * 50, [-4.0] * 10, [1e-4, 1e3]])
def test_odd_logs_have_pictures_too(mA: list[float], tmp_path: Path) -> None:
    log = log_of(np.array(mA))
    table = state_table(log)
    assert log_png(log, tmp_path / "log.png", table).stat().st_size > 10_000
    assert histogram_png(log, tmp_path / "h.png", table).stat().st_size > 10_000
    assert cycles_png(log, tmp_path / "c.png", table) is None


def test_dark_pictures_are_dark_and_leave_no_trace(tmp_path: Path) -> None:
    from PIL import Image

    log = log_of(duty())
    table = state_table(log)

    def corner(dark: bool) -> tuple[int, ...]:
        path = cycles_png(log, tmp_path / "c.png", table, dark)
        assert path is not None
        with Image.open(path) as image:
            return image.convert("RGB").getpixel((2, 400))  # type: ignore[return-value]

    assert corner(dark=True) == (0x16, 0x19, 0x1D)
    assert corner(dark=False) == (255, 255, 255)
    assert style.theme() is style.LIGHT


def test_states_by_an_owners_words_have_the_firmwares_colours() -> None:
    assert style.colours(["boot", "camera", "wifi", "sleep"]) == {
        "boot": "#E69F00", "camera": "#56B4E9", "wifi": "#0072B2", "sleep": "#E4E4E4",
    }  # fmt: skip
    assert len(set(style.colours(["wifi", "state 1", "state 2"]).values())) == 3


def test_the_real_capture_has_pictures(real_logs: Path, tmp_path: Path) -> None:
    log = read_log(real_logs / "xifi_wifi_1024B.csv")
    table = state_table(log)
    assert histogram_png(log, tmp_path / "h.png", table).is_file()
    assert histogram(log).step_mA == pytest.approx(0.1)


def test_a_cycle_that_begins_with_a_rest_is_aligned_where_it_wakes(tmp_path: Path) -> None:
    """A node's wake number may begin while it still sleeps."""
    rows = []
    for wake in range(8):
        start = 100.0 * wake
        rows.append(LogRow(start, 7.0 + wake, 4.0, 1.0, "SLEEP", wake + 1, "inferred"))
        rows.append(LogRow(start + 7 + wake, 3.0, 4.0, 80.0, "BOOT", wake + 1, "measured"))
        rows.append(LogRow(start + 10 + wake, 90.0 - wake, 4.0, 1.0, "SLEEP", wake + 1, "inferred"))
    write_log(tmp_path / "node_log.csv", rows)
    log = read_log(tmp_path / "node_log.csv")
    table = state_table(log)
    assert wake_begins_s(table).tolist() == [7.0, 108.0, 209.0, 310.0, 411.0, 512.0, 613.0, 714.0]
    grid = cycle_grid(log, table)
    assert grid is not None
    inside = (grid.edges_s[:-1] >= 0) & (grid.edges_s[1:] <= 3.0)
    assert (grid.mean[:, inside] == 80.0).all()
    assert cycles_png(log, tmp_path / "c.png", table) is not None


@pytest.mark.parametrize(("rows", "stands"), [(220, ()), (240, ("6",))])
def test_who_differs_by_a_fifth_stands_out_and_by_a_tenth_does_not(
    rows: int, stands: tuple[str, ...]
) -> None:
    """All other wakes are alike to the row, so any difference would be many spreads."""
    rest, wakes = np.full(500, 1.0), [np.full(rows if cycle == 5 else 200, 100.0) for cycle in range(12)]
    table = state_table(log_of(np.concatenate([part for wake in wakes for part in (rest, wake)] + [rest])))
    assert tuple(one.name for one in standing_out(table)) == stands


def test_who_is_only_longer_stands_out_too() -> None:
    """150 mC as all others, but in three seconds at 50 mA."""
    mA = duty()
    at = 500 + 12 * 1000
    slow = np.concatenate((mA[: at + 100], np.full(200, 50.0), mA[at + 200 :]))
    (one,) = standing_out(state_table(log_of(slow)))
    assert (one.place, one.why) == (12, "3 s, usual 2 s")
