"""Plots: no spike is lost by reduction, no gap is bridged, and the files are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis import periods, plot_year, plots, style
from analysis.bands import dearest, draw_current, name_rows, visits
from analysis.contact_sheet import MOST, day_rows, spread, thumbnail
from analysis.log_axes import current_axis
from analysis.plot_log import log_png, typical_cycle, window
from analysis.read import read_log
from analysis.reduce import bucket_means, envelope, step_line
from analysis.states import state_table
from analysis.style import (
    STATE_COLOURS,
    colours,
    energy_text,
    heading,
    hours_text,
    new_figure,
    percent_text,
    seconds_text,
    styled,
)
from sim.log import LogRow, write_log
from sim.result import RunResult
from tests.analysis.made_logs import duty, log_of


def size_of(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as image:
        image.load()
        return image.size


def test_envelope_keeps_every_spike() -> None:
    y = np.full(1_000_000, 5.0)
    spikes = np.random.default_rng(5).choice(len(y), 40, replace=False)
    y[spikes] = 300.0 + np.arange(40)
    y[123_456] = -7.0
    t = np.arange(len(y)) * 1e-3
    low, high = envelope(t, np.full(len(y), 1e-3), y, np.linspace(0, 1000, 1301))
    where = np.searchsorted(np.linspace(0, 1000, 1301), t[spikes], side="right") - 1
    assert (high[where] >= y[spikes]).all()
    assert (low.min(), high.max()) == (-7.0, 339.0)


def test_envelope_holds_a_long_row_and_leaves_a_gap_open() -> None:
    t, dt, y = np.array([0.0, 6.0, 7.0]), np.array([4.0, 1.0, 1.0]), np.array([2.0, 9.0, 1.0])
    edges = np.arange(9.0)
    low, high = envelope(t, dt, y, edges)
    nan = float("nan")
    assert low.tolist() == pytest.approx([2, 2, 2, 2, nan, nan, 9, 1], nan_ok=True)
    assert high.tolist() == pytest.approx([2, 2, 2, 2, nan, nan, 9, 1], nan_ok=True)
    assert bucket_means(t, dt, y, edges).tolist() == pytest.approx([2, 2, 2, 2, nan, nan, 9, 1], nan_ok=True)


def test_a_lone_spike_is_seen_in_the_picture(tmp_path: Path) -> None:
    """One row of 200,000 is a line of a pixel or two, grey from top to bottom."""
    from PIL import Image

    mA = np.full(200_000, 5.0)
    mA[123_456] = 300.0
    log = log_of(mA, 1000.0)
    with Image.open(log_png(log, tmp_path / "spike.png")) as image:
        shown = np.asarray(image.convert("RGB")).astype(int)
    grey = (np.ptp(shown, axis=2) == 0) & (shown[:, :, 0] < 200) & (shown[:, :, 0] > 120)
    tall = np.flatnonzero(grey[:400, 100:].sum(axis=0) > 80) + 100
    assert 1 <= len(tall) <= 2
    left, right = 80, 1385
    assert abs((tall[0] - left) / (right - left) - 0.617) < 0.01


def test_a_long_log_has_room_for_its_lowest_and_its_highest_row() -> None:
    mA = np.full(10_000, 5.0)
    mA[[777, 8_888]] = -20.0, 300.0
    axes = style.new_figure(4.0).subplots()
    draw_current(axes, log_of(mA, 1000.0), 0.0, 10.0)
    assert axes.get_ylim() == pytest.approx((-21.0, 318.0))


@pytest.mark.parametrize(("zeros", "scale"), [(1, "log"), (30, "linear")])
def test_time_without_a_current_is_not_left_off_an_axis(zeros: int, scale: str) -> None:
    from matplotlib.figure import Figure

    mA = np.full(10_000, 0.1)
    mA[:20], mA[-zeros:] = 300.0, 0.0
    axes = Figure().subplots()
    current_axis(axes, log_of(mA))
    assert axes.get_yscale() == scale


def test_bucket_means_weigh_by_time() -> None:
    t, dt, y = np.array([0.0, 1.0]), np.array([1.0, 3.0]), np.array([100.0, 0.0])
    assert bucket_means(t, dt, y, np.array([0.0, 4.0])).tolist() == [25.0]


def test_step_line_breaks_at_a_gap() -> None:
    x, y = step_line(np.array([0.0, 1.0, 5.0]), np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    assert x.tolist() == [0, 1, 1, 1, 2, 2, 5, 6, 6]
    assert y.tolist() == pytest.approx([1, 1, 1, 2, 2, np.nan, 3, 3, np.nan], nan_ok=True)


def test_year_and_wake(good_year: RunResult, bad_year: RunResult, tmp_path: Path) -> None:
    for name, result in (("good", good_year), ("bad", bad_year)):
        path = plots.year_png(result, tmp_path / f"{name}.png")
        assert size_of(path) == (1400, 960)
        assert path.stat().st_size > 20_000
    path = plots.wake_png(good_year.wake_trace, tmp_path / "wake.png", "One wake")
    assert size_of(path)[0] == 1400


def test_the_year_ends_with_the_run(good_year: RunResult) -> None:
    """Three hours of a fourth day are three hours wide, not a day on which little was used."""
    names = ("soc", "harvest_Wh", "available_Wh", "load_Wh", "down_s")
    run = replace(good_year, **{f"hour_{name}": getattr(good_year, f"hour_{name}")[:75] for name in names})
    at = plot_year._at(periods.days(run), run)
    begin = np.datetime64(periods.start_of(run), "s")
    assert [int((one - begin) / np.timedelta64(1, "h")) for one in at] == [0, 24, 48, 72, 75]


def test_log_png_of_many_rows(tmp_path: Path) -> None:
    rows = []
    for wake in range(3000):
        start = 100.0 * wake
        rows.append(LogRow(start, 3.0, 3.9, 80.0 + wake % 7, "BOOT", wake, "measured"))
        rows.append(LogRow(start + 3, 97.0, 3.9, 1.4, "SLEEP", wake, "inferred"))
    write_log(tmp_path / "node_log.csv", rows)
    log = read_log(tmp_path / "node_log.csv")
    table = state_table(log)
    cycle = typical_cycle(table)
    assert cycle is not None and cycle.awake_mC == pytest.approx(3 * 83.0)
    assert size_of(plots.log_png(log, tmp_path / "log.png", table))[0] == 1400


def test_the_close_up_is_of_its_cycle_where_a_clock_of_seconds_gives_one_time_to_two(tmp_path: Path) -> None:
    rows = [
        LogRow(60.0 * wake + at, dt_s, 3.7, mA + wake, state, wake + 1, "measured")
        for wake in range(3)
        for at, dt_s, mA, state in ((0, 0.4, 80.0, "BOOT"), (1, 59.0, 0.1, "SLEEP"), (60, 0.0, 0.0, "OFF"))
    ]
    write_log(tmp_path / "node_log.csv", rows, "a test")
    log = read_log(tmp_path / "node_log.csv")
    table = state_table(log)
    cycle = typical_cycle(table)
    assert cycle is not None and cycle.t_s == 60.0
    assert window(log, table, cycle) == pytest.approx((60.0, 60.0 - 0.032, 60.4 + 0.032))


def test_too_many_bands_are_left_out_and_said(good_year: RunResult) -> None:
    from analysis.bands import log_of_segments

    log = log_of_segments(good_year.wake_trace)
    spans, too_many = visits(log, state_table(log).visits, 0.0, 20.0)
    assert not too_many
    assert [(log.states[code], round(end - begin, 3)) for begin, end, code in spans][:3] == [
        ("SLEEP", 3.0), ("BOOT", 1.6), ("TRIAGE", 0.08),
    ]  # fmt: skip
    every = np.zeros(1000, dtype=np.int64)
    many = replace(
        log, t_s=np.arange(1000.0), dt_s=np.ones(1000), V=np.full(1000, 3.9), mA=np.full(1000, 9.0),
        state=np.arange(1000) % 2, marker=every, quality=every,
    )  # fmt: skip
    assert visits(many, state_table(many).visits, 0.0, 1000.0) == ([], True)


def test_contact_sheet_days(bad_year: RunResult, tmp_path: Path) -> None:
    rows = day_rows(bad_year)
    assert [(row.title.split(":")[0], len(row.pictures)) for row in rows] == [
        ("First day with pictures", 15), ("Worst day of which pictures were kept", 4),
        ("Worst day", 0), ("Last day with pictures", 15),
    ]  # fmt: skip
    assert rows[2].nothing == "No picture on this day."
    assert len(spread(rows[0].pictures)) == MOST
    assert spread(rows[0].pictures)[-1] is rows[0].pictures[-1]
    assert size_of(plots.contact_sheet_png(bad_year, tmp_path / "sheet.png"))[0] == 1400


def test_of_the_days_with_pictures_the_one_with_the_lowest_charge_is_shown(good_year: RunResult) -> None:
    soc = np.full_like(good_year.hour_soc, 0.9)
    for day, low in ((10, 0.5), (20, 0.3), (30, 0.6), (200, 0.1)):
        soc[24 * day] = low
    one = good_year.pictures[1]
    kept = [replace(one, t_s=86_400.0 * day + 7200.0) for day in (1, 10, 20, 30, 300)]
    rows = day_rows(replace(good_year, hour_soc=soc, pictures=kept))
    assert [row.title.split(",")[0] for row in rows] == [
        "First day with pictures: 02 January", "Worst day of which pictures were kept: 21 January",
        "Worst day: 20 July", "Last day with pictures: 28 October",
    ]  # fmt: skip


def test_a_picture_of_the_dark_carries_a_moon(good_year: RunResult, tmp_path: Path) -> None:
    """In the corner of its cell, and nowhere on the sheet if there is none."""
    from PIL import Image

    def moons(dark: bool) -> int:
        pictures = [replace(picture, dark=dark, visitors=1) for picture in good_year.pictures[1:2]]
        plots.contact_sheet_png(replace(good_year, pictures=pictures), tmp_path / "sheet.png")
        with Image.open(tmp_path / "sheet.png") as sheet:
            return sum(count for count, colour in sheet.convert("RGB").getcolors(1 << 24) or ()
                       if colour == (0x33, 0x33, 0x33))  # fmt: skip

    assert moons(dark=True) - moons(dark=False) > 300


def test_a_broken_picture_is_shown_as_such(bad_year: RunResult) -> None:
    broken, whole = day_rows(bad_year)[0].pictures[:2]
    assert thumbnail(broken) is None
    image = thumbnail(whole)
    assert image is not None and image.size == (212, 159)


def test_a_run_without_any_picture_still_has_a_sheet(good_year: RunResult, tmp_path: Path) -> None:
    result = replace(good_year, pictures=[])
    assert [row.title.split(":")[0] for row in day_rows(result)] == ["Worst day"]
    plots.contact_sheet_png(result, tmp_path / "sheet.png")


def test_each_state_keeps_its_colour() -> None:
    assert colours(["UPLOAD", "BOOT"]) == {"UPLOAD": "#D55E00", "BOOT": "#E69F00"}
    firmware = (
        "BOOT",
        "TRIAGE",
        "CAMERA",
        "CAPTURE",
        "STORE",
        "CONNECT",
        "UPLOAD",
        "SETTLE",
        "SLEEP",
        "RECOVER",
    )
    assert len({STATE_COLOURS[name] for name in firmware}) == len(firmware)
    assert len(set(colours(["marker 1", "marker 2", "marker 3"]).values())) == 3


def test_amounts_as_people_write_them() -> None:
    assert [seconds_text(x) for x in (0.08, 1.6, 90, 3600, 18000, 1e6)] == [
        "80 ms", "1.6 s", "90 s", "60 min", "5 h", "11.6 days",
    ]  # fmt: skip
    assert [energy_text(x) for x in (12.8, 1160.0, 7.2e5, 3.6e6, float("nan"))] == [
        "12.8 mJ", "1.16 J", "200 mWh", "1 Wh", "-",
    ]  # fmt: skip
    assert [percent_text(x) for x in (0, 0.004, 0.005, 0.5, 1)] == ["0 %", "<1 %", "0 %", "50 %", "100 %"]
    assert [hours_text(x) for x in (0.4, 12, 12.5, 1356.2)] == ["0.4 h", "12 h", "12.5 h", "1,356 h"]


def test_names_of_narrow_states_stand_a_line_higher() -> None:
    """Of 100 s: BOOT needs 4.25, CAPTURE 6.8; a band of less than 0.4 of that is not named."""
    names = ("BOOT", "CAPTURE", "SETTLE")
    spans = [(0.0, 4.3, 0), (4.3, 9.0, 1), (9.0, 13.0, 1), (13.0, 20.0, 1), (20.0, 22.0, 2), (22.0, 26.0, 0)]
    assert name_rows(spans, names, 100.0) == [0, 1, None, 0, None, 1]


def test_no_wake_is_missing_in_the_strip_of_a_long_log(tmp_path: Path) -> None:
    """Two wakes of 2 s in a day: each takes a pixel of the strip, and the longer state lies on top there."""
    from matplotlib.figure import Figure

    from analysis.bands import draw_bands

    rows = []
    for wake, begin in enumerate((20_000.0, 60_000.0)):
        rows.append(LogRow(begin, 0.5, 3.9, 80.0, "CONNECT", wake, "measured"))
        rows.append(LogRow(begin + 0.5, 1.5, 3.9, 40.0, "BOOT", wake, "measured"))
        rows.append(LogRow(begin + 2, 39_998.0, 3.9, 1.4, "SLEEP", wake, "inferred"))
    write_log(tmp_path / "node_log.csv", rows)
    log = read_log(tmp_path / "node_log.csv")
    axes = Figure().add_subplot()
    draw_bands(axes, log, state_table(log), 20_000.0, 100_000.0)
    strips = [[path.get_extents() for path in drawn.get_paths()] for drawn in axes.collections]
    strips = [boxes for boxes in strips if boxes and boxes[0].y0 == 1.0]
    assert [[round(box.width, 2) for box in boxes] for boxes in strips] == [
        [39_998.0, 39_998.0], [61.54, 61.54], [61.54, 61.54],
    ]  # fmt: skip
    assert [box.x0 for box in strips[-1]] == [20_000.5, 60_000.5]


def test_the_dearest_states_of_a_charging_log_have_bars(tmp_path: Path) -> None:
    """Bars are as long as the charge is, whichever way it flows; all of them stay inside the picture."""
    from matplotlib.figure import Figure

    from analysis.bands import draw_energy_bars

    table = state_table(log_of(-duty()))
    axes = Figure().subplots()
    draw_energy_bars(axes, dearest(table.states), table.names)
    ends = [bar.get_width() for bar in axes.patches]  # type: ignore[attr-defined]
    assert min(ends) > 0 and sum(ends) == pytest.approx(100.0)
    assert axes.get_xlim()[1] >= 1.5 * max(ends)


@pytest.mark.parametrize(("words", "whole"), [(3, True), (16, False)])
def test_a_long_title_stays_in_the_picture(words: int, whole: bool) -> None:
    with styled():
        figure = new_figure(4.0)
        heading(figure, "night_log " * words, "seen " * 2 * words)
        assert all(text.get_window_extent().x1 <= figure.bbox.x1 for text in figure.texts)
        assert len(figure.texts) == 2 and (figure.texts[0].get_fontsize() == 17.0) == whole
