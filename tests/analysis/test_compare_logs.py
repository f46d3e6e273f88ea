"""Logs side by side: what is told, what is not, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.analysed import Analysed, Asked, analyse
from analysis.compare_logs import Compared, Value, compare_logs, matches
from analysis.compare_logs_report import change_text, comparison_report
from analysis.log import Log
from analysis.plot_compare import compare_logs_png
from analysis.states import FindOptions, state_table
from sim.log import LogRow, write_log
from station.cli import main
from tests.analysis.made_logs import csv_of, log_of

Write = Callable[..., Path]


def node(
    wifi_s: float = 1.0, seed: int = 1, cycles: int = 30, rate_hz: float = 100.0, spread: float = 0.05
) -> Log:
    """Wakes of boot (50 mA, 1 s) and Wi-Fi (100 mA, `wifi_s` with its spread) in ten seconds."""
    draws, parts = np.random.default_rng(seed), [np.full(int(5 * rate_hz), 1.0)]
    for _ in range(cycles):
        long = max(int(wifi_s * (1 + spread * draws.standard_normal()) * rate_hz), 1)
        parts += [np.full(int(rate_hz), 50.0), np.full(long, 100.0), np.full(int(8 * rate_hz), 1.0)]
    mA = np.concatenate(parts)
    return replace(
        log_of(np.round(mA + 0.1 * draws.standard_normal(len(mA)), 1), rate_hz), source=f"wifi {wifi_s:g}.csv"
    )


def row(found: list[Analysed], what: str, same_meter: bool = False) -> Compared:
    return next(one for one in compare_logs(found, same_meter).rows if one.what.startswith(what))


def test_a_cheaper_wifi_is_told_and_the_rest_is_not() -> None:
    found = [analyse(node(1.0)), analyse(node(0.8, seed=2))]
    change, off = row(found, "a wake").change(1)
    assert change == pytest.approx(-20 / 150, abs=0.02) and 0.005 < off < 0.03
    assert row(found, "a wake").told(1) is True
    boot = next(one for one in compare_logs(found).rows if one.what.startswith("state 1"))
    assert boot.told(1) is False and abs(boot.change(1)[0]) < 0.005
    wifi = next(one for one in compare_logs(found).rows if one.what.startswith("state 2"))
    assert wifi.told(1) is True and wifi.change(1)[0] == pytest.approx(-0.2, abs=0.02)
    assert row(found, "at rest").told(1) is False
    assert "a wake 13 % less" in comparison_report(compare_logs(found)).replace("\n", " ")


def test_what_lies_within_the_doubt_is_not_told_on_any_seed() -> None:
    """Logs of one and the same node: of 20 pairs at most three may seem to differ (one expected)."""
    seeds = range(100, 140, 2)
    logs = [(analyse(node(seed=a)), analyse(node(seed=a + 1))) for a in seeds]
    wrong = sum(bool(row(list(pair), "a wake", same_meter=True).told(1)) for pair in logs)
    assert wrong <= 3, f"seeds {list(seeds)}"


def test_two_meters_are_given_their_gains() -> None:
    one, other = Value(100.0, 0.1), Value(100.6, 0.1)
    assert Compared("x", "mJ", (one, other)).told(1) is True
    assert Compared("x", "mJ", (one, other), gain=0.005 * 2**0.5).told(1) is False
    assert Compared("x", "mJ", (one, Value(101.0, 0.1)), gain=0.005 * 2**0.5).told(1) is True


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((Value(100, 1), Value(88, 1)), "12 % less (11 to 13 %)"),
        ((Value(100, 1), Value(101, 1)), "the same within 1.4 %"),
        ((Value(100, 1), Value(150)), "50 % more, doubt unknown"),
        ((Value(100, 1), None), "-"), ((None, Value(100, 1)), "-"),
        ((Value(0.1, 0.5), Value(0.2, 0.5)), "cannot be told"),
        ((Value(100, 1), Value(50, 1, least=True)), "50 % less, but the meter clipped: not told"),
        ((Value(100, 1), Value(200, 1, least=True)), "100 % more (98 to 102 %)"),
        ((Value(100, 1), Value(350, 20)), "3.5 times as much (3.3 to 3.7)"),
        ((Value(2, 0.1), Value(0.1, 0.2)), "95 % less (85 to 100 %)"),
        ((Value(1000, 1), Value(995, 1)), "0.5 % less (0.4 to 0.6 %)"),
    ],
)  # fmt: skip
def test_a_change_in_words(values: tuple[Value | None, ...], said: str) -> None:
    assert change_text(Compared("x", "mJ", values), 1) == said


def test_states_of_other_names_are_matched_by_level_and_length() -> None:
    a, b = state_table(node()), state_table(node(seed=3))
    renamed = replace(
        b, names=tuple(f"my {name}" for name in b.names),
        states=tuple(replace(one, name=f"my {one.name}") for one in b.states),
    )  # fmt: skip
    found = matches(a, renamed)
    awake = [name for name, rests in zip(a.names, a.resting, strict=True) if not rests]
    assert {name: one.name for name, one in found.items()} == {name: f"my {name}" for name in awake}
    assert matches(a, state_table(replace(node(), mA=node().mA * 5))) != found


def test_rates_clipping_and_voltages_are_said() -> None:
    slow, quick = node(), node(seed=2, rate_hz=200.0)
    clipped = replace(quick, mA=np.where(quick.mA > 90, 400.0, quick.mA), V=np.full(len(quick.mA), 3.0))
    notes = " ".join(compare_logs([analyse(slow), analyse(clipped)]).notes)
    assert "The rates differ (100, 200 rows per second)" in notes
    assert "wifi 1.csv (2): the meter clipped" in notes
    assert "The mean voltages differ (4.00, 3.00 V)" in notes


def test_the_pace_of_averages_is_the_owners() -> None:
    found = [analyse(node(seed=seed), Asked(every_s=900.0)) for seed in (1, 2)]
    mean = row(found, "on average, a wake each 900 s")
    first = mean.values[0]
    assert first is not None and first.value == pytest.approx((150 + 898 * 1.0) / 900, rel=0.01)


def test_pictures_of_two_and_of_four(tmp_path: Path) -> None:
    from PIL import Image

    two = [analyse(node(1.0)), analyse(node(0.5, seed=2))]
    for name, found in (("two", two), ("four", [*two, *two])):
        path = compare_logs_png(found, compare_logs(found), tmp_path / f"{name}.png", dark=name == "four")
        with Image.open(path) as image:
            assert image.size[0] == 1400
            seen = {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or ()}
        assert ((0x16, 0x19, 0x1D) in seen) == (name == "four")
    flat = [analyse(log_of(np.full(100, 5.0))), analyse(log_of(np.full(100, -4.0)))]
    assert compare_logs_png(flat, compare_logs(flat), tmp_path / "flat.png").is_file()


def test_from_the_command_line(write: Write, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths = [str(write(csv_of(node(wifi).mA), f"{wifi:g}.csv")) for wifi in (1.0, 0.8, 0.6)]
    out = tmp_path / "out"
    assert main(["compare", *paths[:2], "--json", "--out", str(out)]) == 0
    read = json.loads(capfd.readouterr().out)
    assert read["logs"] == ["1.csv", "0.8.csv"]
    wake = next(one for one in read["rows"] if one["what"] == "a wake")
    assert wake["logs"][1]["change"] == pytest.approx(-0.133, abs=0.02) and wake["logs"][1]["told"] is True
    assert {path.name for path in out.iterdir()} == {"report.txt", "compare.json", "compare.png"}
    assert main(["compare", *paths, "--out", str(out)]) == 0
    assert "3 logs side by side; changes are against 1.csv" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["A"], "one log alone, expected two or more to compare."),
        (["A", "pico-w-soil"], "pico-w-soil: a design beside logs; expected logs only, or designs only."),
        (["A", "B", "--years", "10"], "--years: says nothing about logs."),
        (["pico-w-soil", "pico-w-rtc", "--every", "1h"], "--every: says nothing about designs."),
        (["A", "missing.csv"], "missing.csv"),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(
    args: list[str], sentence: str, write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    named = {name: str(write(csv_of(node(cycles=2).mA), f"{name}.csv")) for name in "AB"}
    assert main(["compare", *(named.get(arg, arg) for arg in args)]) in (1, 2)
    said = capfd.readouterr().err
    assert sentence in said and "Traceback" not in said


def test_node_logs_are_compared_by_their_states(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, mA in (("a", 50.0), ("b", 60.0)):
        rows = []
        for wake in range(6):
            rows.append(LogRow(100.0 * wake, 2, 4, mA + wake % 2, "BOOT", wake, "measured"))
            rows.append(LogRow(100.0 * wake + 2, 3, 4, 90.0 + wake % 3, "UPLOAD", wake, "measured"))
            rows.append(LogRow(100.0 * wake + 5, 95, 4, 1.0, "SLEEP", wake, "inferred"))
        write_log(tmp_path / f"{name}.csv", rows)
    out = ["--out", str(tmp_path / "out")]
    assert main(["compare", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), *out]) == 0
    said = capfd.readouterr().out
    assert "BOOT 20 % more" in said and "UPLOAD" in said


def test_a_log_without_a_wake_sets_no_pace() -> None:
    """Its length is no time between two wakes: then means are compared as they are."""
    flat = replace(log_of(np.full(50_000, 3.0)), source="flat.csv")
    found = compare_logs([analyse(node()), analyse(flat)])
    assert [one.what for one in found.rows][-2:] == ["at rest", "on average"]
    assert not any("Wakes came" in note for note in found.notes)


def test_a_mean_that_clipped_is_a_least_one() -> None:
    other = node(seed=2)
    clipped = replace(other, mA=np.where(other.mA > 90, 400.0, other.mA))
    found = [analyse(node()), analyse(clipped)]
    assert [one and one.least for one in row(found, "on average").values] == [False, True]
    assert [one and one.least for one in row(found, "at rest").values] == [False, False]


def test_with_one_meter_scatter_and_drift_of_its_zero_are_independent() -> None:
    """Rest that scatters as much as the zero drifts: 1.41 times either, not the larger."""
    draws = np.random.default_rng(6)
    mA = np.concatenate(
        [np.append(np.full(100, 50.0), 1.0 + 0.9 * draws.standard_normal(150)) for _ in range(4)]
    )
    one = analyse(log_of(np.round(mA, 1)), Asked(find=FindOptions(wake_mA=20.0, sleep_mA=10.0)))
    readings, drift_mA = one.floor.readings, one.floor.meter.drift_mA
    assert readings is not None and 0.5 < readings.scatter_mA / drift_mA < 2.0
    rest = row([one, one], "at rest", same_meter=True).values[0]
    assert rest is not None and rest.off == pytest.approx(
        np.hypot(readings.scatter_mA + readings.hidden_mA, drift_mA)
    )


@pytest.mark.parametrize(("volts", "said"), [(4.07, False), (4.12, True)])
def test_voltages_that_differ_are_said(volts: float, said: bool) -> None:
    other = node(seed=2)
    found = [analyse(node()), analyse(replace(other, V=np.full(len(other.mA), volts)))]
    notes = " ".join(compare_logs(found).notes)
    assert (f"The mean voltages differ (4.00, {volts:.2f} V)" in notes) is said
