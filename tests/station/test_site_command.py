"""torpor site on a log of the whole twin, through the command: said, written, read back and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from station import cli
from station.errors import Exit

GARDEN = """
[run]
panel_scale = 0.2
cell_scale = 0.3
soc = 0.4
[[surroundings.obstruction]]
name = "house"
azimuth_deg = 230
width_m = 8
distance_m = 6
height_m = 5
"""
GREENSBORO = ("--latitude", "36.1", "--longitude", "-79.95", "--voltage-unit", "V")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a meter behind the charger showed in eight days of October: a house in the south-west."""
    folder = tmp_path_factory.mktemp("twin")
    (folder / "garden.toml").write_text(GARDEN, "utf-8")
    asked = ("--config", str(folder / "garden.toml"), "--days", "8", "--start-day", "280", "--json")
    assert cli.main(["simulate", *asked, "--out", str(folder / "out")]) == 0
    return folder / "out" / "charger_log.csv"


def elsewhere(log: Path) -> Path:
    """Where the command is called from."""
    return log.parent.parent / "elsewhere"


@pytest.fixture(scope="module")
def lived(log: Path) -> Path:
    """The whole command, with a few years of its forecast."""
    folder = log.parent / "site"
    asked = ("--lead", "charger", "--battery", "0.9", "--years", "16", "--json", "--out", str(folder))
    elsewhere(log).mkdir()
    with pytest.MonkeyPatch.context() as moved:
        moved.chdir(elsewhere(log))
        assert cli.main(["site", str(log), *GREENSBORO, *asked]) == 0
    return folder


def spoken(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def document(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "site.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_twin_is_found_out(lived: Path) -> None:
    found = document(lived)
    assert found["panel"]["W"] == pytest.approx(0.2, rel=0.05)  # a fifth of 2 W, of which half is real
    assert found["panel"]["least_W"] < 0.2 < found["panel"]["most_W"]
    assert [(one["from"], one["to"]) for one in found["shades"]] == [("14:00", "16:00")]
    assert found["shades"][0]["passes"] < 0.05 and found["clock_fast_min"] == 0


def test_it_writes_into_its_folder_only(log: Path, lived: Path) -> None:
    assert list(elsewhere(log).iterdir()) == [] != list(lived.iterdir())


def test_the_forecast_moves_with_what_was_found(lived: Path) -> None:
    readings = {one["reading"]: one for one in document(lived)["forecast"]}
    assert {"estimate", "low end", "high end"} <= readings.keys()
    offered = [readings[name]["months"]["Dec"]["offered_Wh"] for name in ("low end", "estimate", "high end")]
    assert offered == sorted(offered) and offered[0] < 0.95 * offered[1] < offered[2]
    chances = [readings[name]["year"]["chance"] for name in ("low end", "estimate", "high end")]
    assert chances == sorted(chances)


def test_viability_reads_the_scenario_and_says_the_same(
    lived: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--latitude", "36.1", "--longitude", "-79.95", "--battery", "0.9", "--years", "16")
    code, out, err = spoken(
        capsys, "viability", "--config", str(lived / "site.toml"), *asked, "--no-sensitivity", "--json",
        "--out", str(lived / "viability"),
    )  # fmt: skip
    assert code == 0, err
    year = json.loads(out)["year"]
    mine = next(one for one in document(lived)["forecast"] if one["reading"] == "estimate")["year"]
    assert year["chance"] == pytest.approx(mine["chance"], abs=0.01)
    assert year["offered_Wh"] == pytest.approx(mine["offered_Wh"], rel=1e-3)


def test_the_report_and_the_picture(lived: Path) -> None:
    report = (lived / "report.txt").read_text("utf-8")
    assert "Your 2 W panel works like 0.2" in report
    assert "Between 14:00 and 16:00 something in the south-west takes all of the sun" in report
    for heading in ("Hour by hour", "The sun of other months", "After 8 days outside: the odds of"):
        assert heading in report
    with Image.open(lived / "site.png") as picture:
        assert picture.size[0] == 1400 and len(set(picture.convert("L").resize((60, 60)).tobytes())) > 40


def test_other_ways_to_wire_the_meter(log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The battery's lead shows the charger's current less the node's: said once, and as a column."""
    lines = log.read_text("utf-8").splitlines()
    rows = [line.split(",") for line in lines[1:]]
    battery = tmp_path / "battery.csv"
    text = [f"{time},{volts},{float(mA) - 7.0:.4f},7.0" for time, volts, mA in rows]
    battery.write_text("\n".join(["time,V,battery_mA,load_mA", *text]) + "\n", "utf-8")
    plain = ("--no-forecast", "--json", "--current-column", "battery_mA", "--out", str(tmp_path / "out"))
    for load in (("--load", "7"), ("--load-column", "load_mA")):
        code, out, err = spoken(
            capsys, "site", str(battery), *GREENSBORO, "--lead", "battery", *load, *plain
        )  # fmt: skip
        assert code == 0, err
        assert json.loads(out)["panel"]["W"] == pytest.approx(0.2, rel=0.06)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--lead", "battery"), "expected --load or --load-column"),
        (("--load", "7"), "want --lead battery"),
        (("--start", "yesterday"), "is no date, expected 2026-06-01 14:30"),
        (("--lead", "charger", "--other-charger"), "wants --lead panel"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    log: Path, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], says: str
) -> None:
    code, out, err = spoken(capsys, "site", str(log), *GREENSBORO, "--no-forecast", *asked)
    assert (code, out) == (Exit.USAGE, "") and says in err and len(err.splitlines()) == 1


def test_a_log_without_dates_is_refused_with_its_remedy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("t_s,V,current_mA\n" + "".join(f"{60 * n},4.0,{n % 90}\n" for n in range(4000)), "utf-8")
    code, _, err = spoken(capsys, "site", str(path), *GREENSBORO, "--no-forecast")
    assert code == Exit.FAILED and err.startswith("torpor: plain.csv: the log does not say on which day")
    assert "--start" in err
