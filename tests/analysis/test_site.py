"""The site from a week of logs, against a twin whose panel, shade and clock are known."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.read import read_log
from analysis.read_options import ReadOptions
from analysis.site import Site, site_of
from analysis.site_files import site_document, site_toml
from analysis.site_months import futures, month_suns
from analysis.site_panel import CHARGER, PANEL, source_of
from analysis.site_sky import Spot
from analysis.site_tilt import other_plane
from analysis.site_words import clock, report, sentences
from boards import load_design
from sim.scenario import read_scenario
from sim.sky import Sky
from sim.surroundings import OPEN, Obstruction, Surroundings
from sim.weather import default_weather
from tests.analysis.site_twin import Week, as_log, log_of

HOUSE = Surroundings((), (Obstruction.of_width("house", 230, 8, 6, 5),))
TREE = Surroundings((), (Obstruction.of_width("tree", 150, 4, 6, 6, passes=0.3),))


def found(week: Week, lead: str = PANEL) -> Site:
    spot = Spot(week.latitude, week.longitude, week.tilt_deg, week.azimuth_deg)
    return site_of(log_of(week, lead), spot, source_of(load_design(week.design), lead))


@pytest.fixture(scope="module")
def shaded() -> Site:
    """Seven days of September with a house in the south-west; the panel is 0.8 times the design's."""
    return found(Week(first=datetime(2025, 9, 10), scale=0.8, around=HOUSE, seed=8))


def test_panel_and_shaded_hours_are_found(shaded: Site) -> None:
    watts, least, most = shaded.panel_W
    assert watts == pytest.approx(0.8, rel=0.05)  # 2 W by the label, of which the design trusts a half
    assert least < 0.8 < most and most - least < 0.2
    (house,) = shaded.shades
    assert (clock(house.from_h), clock(house.to_h)) == ("14:10", "17:20")  # the truth: 14:00 to 17:20, UTC+1
    assert house.passes < 0.05 and house.least == 0.0
    assert house.from_deg == pytest.approx(219, abs=4) and house.to_deg == pytest.approx(263, abs=4)


def test_it_is_said_in_words(shaded: Site) -> None:
    first, second = sentences(shaded)[:2]
    assert first.startswith("Your 2 W panel works like 0.78 W (0.7") and "of clear sky in 7 days" in first
    assert second.startswith("Between 14:10 and 17:20 something in the west-south-west takes all of the sun")
    text = report(shaded, month_suns(shaded))
    assert "48.20 N, 11.60 E; panel tilted 60 degrees, looking south; hours are UTC+1" in text
    assert max(map(len, text.splitlines())) <= 85


@pytest.mark.parametrize(
    ("month", "seed", "around", "hours"),
    [
        (1, 0, TREE, ("08:50", "11:40")), (4, 3, OPEN, None), (6, 5, OPEN, None),
        (12, 11, TREE, ("08:40", "11:20")), (11, 10, HOUSE, ("13:00", "16:00")),
    ],
)  # fmt: skip
def test_in_every_season(month: int, seed: int, around: Surroundings, hours: tuple[str, str] | None) -> None:
    site = found(Week(first=datetime(2025, month, 10), scale=0.8, around=around, seed=seed))
    assert site.scale == pytest.approx(0.8, rel=0.05) and site.least < 0.8 < site.most, f"seed {seed}"
    assert [(clock(one.from_h), clock(one.to_h)) for one in site.shades] == ([] if hours is None else [hours])
    assert site.fast_min == 0.0
    if around is TREE:
        assert site.shades[0].least <= 0.3 <= site.shades[0].most


@pytest.mark.parametrize("lead", [PANEL, CHARGER])
@pytest.mark.parametrize(("design", "full_from_h"), [("pico-w-arducam-2mp", 12.0), ("memento", 24.0)])
def test_chargers_and_full_batteries(lead: str, design: str, full_from_h: float) -> None:
    week = Week(design=design, first=datetime(2025, 3, 10), scale=0.7, seed=1, full_from_h=full_from_h)
    site = found(week, lead)
    assert site.scale == pytest.approx(0.7, rel=0.05)
    assert site.shades == ()  # an afternoon in which a full battery takes nothing is no shade
    left_out = [one for one in sentences(site) if "the battery was full" in one]
    assert len(left_out) == (full_from_h < 24.0)


def test_south_of_the_equator() -> None:
    week = Week(-33.9, 151.2, datetime(2025, 6, 10), scale=1.1, tilt_deg=45.0, azimuth_deg=0.0, seed=3,
                around=Surroundings((), (Obstruction("wall", 300, 330, 5.0, 4.0),)))  # fmt: skip
    site = found(week)
    assert site.scale == pytest.approx(1.1, rel=0.05)
    (wall,) = site.shades
    assert wall.from_deg == pytest.approx(300, abs=3) and wall.to_deg == pytest.approx(330, abs=3)
    assert min(thing.from_deg for thing in site.around.obstructions) == pytest.approx(300, abs=3)
    assert max(thing.to_deg for thing in site.around.obstructions) <= 333


@pytest.mark.parametrize("fast_min", [40.0, -300.0])
def test_a_wrong_clock_is_found(fast_min: float) -> None:
    site = found(Week(first=datetime(2025, 6, 10), scale=0.8, seed=300, clock_min=fast_min))
    assert site.fast_min == pytest.approx(fast_min, abs=5.0)
    assert site.scale == pytest.approx(0.8, rel=0.05) and site.shades == ()
    way = "fast" if fast_min > 0 else "slow"
    assert any(f"min {way}" in one for one in sentences(site))


def test_a_panel_that_stands_otherwise_is_noticed(shaded: Site) -> None:
    turned = found(Week(first=datetime(2025, 9, 10), scale=0.8, azimuth_deg=215.0, seed=8))
    mistaken = site_of(turned.log, shaded.spot, turned.source)
    plane = other_plane(mistaken)
    assert plane is not None and plane.azimuth_deg == 210.0
    assert "looks about south-south-west (210 degrees)" in report(mistaken, (), (), plane).replace("\n", " ")
    assert other_plane(shaded) is None


def test_a_week_without_clear_sky_says_so() -> None:
    site = found(Week(scale=0.8, kinds="o", seed=2))
    assert not site.sure and site.shades == ()
    assert site.least < 0.8 < site.most
    assert sentences(site)[0].startswith("Only ")


def test_intervals_over_weeks_of_real_weather() -> None:
    """Thirteen weeks of Greensboro's typical year, hour by hour: another sky than the model's own."""
    weather = default_weather()
    design = load_design("pico-w-arducam-2mp")
    source = source_of(design, PANEL)
    sky = Sky.prepare(weather, design.panel, 60.0, 180.0).arrays()
    amps = source.amperes(sky.absorbed_W_m2, sky.panel_C, np.full(8760, 4.1))
    inside, sure, near, alarms = 0, 0, 0, 0
    for day in range(14, 351, 28):
        week = Week(weather.latitude, weather.longitude, datetime(2025, 1, 1), days=7)
        hours = slice(24 * day, 24 * (day + 7))
        start = datetime.fromisoformat("2025-01-01T00:00:00-05:00").timestamp() + 86400.0 * day
        log = replace(
            as_log(week, np.full(168, 4.1), 1000.0 * amps[hours]),
            t_s=np.arange(168) * 3600.0, dt_s=np.full(168, 3600.0),
            start=datetime.fromtimestamp(start).astimezone(),
        )  # fmt: skip
        site = site_of(log, Spot(weather.latitude, weather.longitude, 60.0, 180.0), source)
        inside += site.least < 1.0 < site.most
        sure += site.sure
        near += site.sure and abs(site.scale - 1.0) < 0.06
        alarms += len(site.shades)
    assert (inside, sure, near, alarms) == (13, 10, 9, 0)


def test_months_know_what_was_seen(shaded: Site) -> None:
    months = {one.name: one for one in month_suns(shaded)}
    assert months["Sep"].known > 0.9 and months["Sep"].passes == pytest.approx(0.76, abs=0.06)
    # the winter sun runs lower than any that was seen open; a twentieth of it stands behind the house
    assert months["Dec"].known < 0.1 and months["Dec"].passes == pytest.approx(0.95, abs=0.03)
    assert months["Dec"].darkest < 0.05
    assert all(one.darkest <= one.passes + 1e-9 for one in months.values())
    assert [one.name for one in futures(shaded, tuple(months.values()))] == [
        "estimate", "low end", "high end", "unseen sky hidden",
    ]  # fmt: skip


def test_the_scenario_is_read_back(shaded: Site, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(site_toml(shaded, "pico-w-arducam-2mp", shaded.scale), "utf-8")
    scenario = read_scenario(path)
    assert scenario.panel_scale == pytest.approx(shaded.scale, abs=1e-4)
    assert (scenario.tilt_deg, scenario.azimuth_deg) == (60.0, 180.0)
    assert scenario.surroundings == shaded.around and len(shaded.around.obstructions) >= 2
    hidden = shaded.around.obstructions[0].hides(np.array([221.0, 221.0]), np.array([20.0, 70.0]))
    assert hidden.tolist() == [True, False]
    assert tomllib.loads(path.read_text("utf-8"))["run"]["design"] == "pico-w-arducam-2mp"


def test_the_document_holds_the_same(shaded: Site) -> None:
    document = site_document(shaded, month_suns(shaded))
    assert document["kind"] == "site" and document["clock_fast_min"] == 0
    assert document["panel"]["W"] == pytest.approx(shaded.panel_W[0], abs=1e-3)
    assert [(one["from"], one["to"]) for one in document["shades"]] == [("14:10", "17:20")]
    assert sum(document["rows"].values()) == document["days"] * 144


def test_what_cannot_be_read_is_said() -> None:
    week = Week(days=3)
    spot, source = Spot(48.2, 11.6, 60.0, 180.0), source_of(load_design("pico-w-arducam-2mp"), PANEL)
    log = log_of(week)
    for bad, says in (
        (replace(log, start=None), "does not say on which day it began"),
        (replace(log, mA=0.0 * log.mA), "its current is 0 throughout"),
        (replace(log, t_s=log.t_s[:100], dt_s=log.dt_s[:100], mA=log.mA[:100], V=log.V[:100]), "8 h long"),
    ):
        with pytest.raises(AnalysisError, match=says):
            site_of(bad, spot, source)


def test_real_log_of_a_solar_server(real_logs: Path) -> None:
    """Four days of January in New York with hardly an hour of clear sky; the battery was full by noon."""
    said = ReadOptions(current_column="PV current", voltage_column="PV voltage", current_unit="A",
                       voltage_unit="V")  # fmt: skip
    log = read_log(real_logs / "solarprotocol_epever_4days_20210111-14.csv", said)
    source = source_of(load_design("pico-w-arducam-2mp"), PANEL, 50.0, 18.0, known=False)
    site = site_of(log, Spot(40.7, -74.0, 40.0, 180.0), source)
    assert not site.sure and site.clear_h < 3.0 and site.shades == ()
    assert 25.0 < site.panel_W[1] < 50.0 < site.panel_W[2] < 70.0
    assert any("the battery was full" in one for one in sentences(site))


@pytest.mark.full
@pytest.mark.parametrize("base", [0, 100, 200])
def test_every_month_open_behind_a_house_and_behind_a_tree(base: int) -> None:
    """The 108 weeks of docs/site.md."""
    inside, alarms, there, seen, right = 0, 0, 0, 0, 0
    for around in (OPEN, HOUSE, TREE):
        for month in range(12):
            week = Week(first=datetime(2025, 1 + month, 10), scale=0.8, around=around, seed=base + month)
            site = found(week)
            inside += site.least <= 0.8 <= site.most
            hours = true_hours(site, around)
            alarms += bool(site.shades) and hours is None
            if hours is not None:
                there, seen = there + 1, seen + bool(site.shades)
                ends = [(one.from_h, one.to_h) for one in site.shades]
                right += bool(ends) and np.abs(np.array(ends[0]) - hours).max() < 0.2
    assert (inside, alarms, there) == (36, 0, 18), f"seeds from {base}"
    assert seen >= 17 and right >= 16


def true_hours(site: Site, around: Surroundings) -> tuple[float, float] | None:
    """When the sun stands behind things on the fourth day, as far as it shines on the panel then."""
    light, places = site.reading.light, site.places[0]
    count = len(places.lit)
    day = slice(3 * count, 4 * count)
    through = tuple(thing.passes for thing in around.obstructions)
    passes = around.passes(light.azimuth_deg[day], light.elevation_deg[day], through)
    dark = places.starts_h[places.lit & (passes < 0.9)]
    return (float(dark[0]), float(dark[-1]) + 1 / 6) if dark.size else None
