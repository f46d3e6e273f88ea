"""What `torpor viability`, `size` and `compare` take alike, and the question that it makes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from station.errors import Exit, StationError
from station.figure import Figure
from station.weather_option import weather_choice, weather_options

if TYPE_CHECKING:
    from sim.odds.case import Case
    from sim.odds.question import Question
    from sim.odds.sites import Site
    from sim.scenario import Scenario
    from sim.surroundings import Surroundings
    from sim.weather import Weather

Command = TypeVar("Command", bound=Callable[..., Any])

_PATH = click.Path(path_type=Path)
#: A panel in W, a battery in Ah.
_SIZE = Figure(1e-6, 1e6)

NODE = (
    click.option("--config", type=_PATH,
                 help="TOML as torpor simulate takes it: [garden], [link], [surroundings], [snow], ..."),
    click.option("--settings", type=_PATH, help="The node's settings.toml."),
    click.option("--profile", type=_PATH, help="TOML: measured energy profile instead of the design's."),
    click.option("--panel", type=_SIZE, metavar="W", help="Panel by its label, instead of the design's."),
    click.option("--battery", type=_SIZE, metavar="AH", help="Battery, instead of the design's."),
    click.option("--visitors", type=Figure(0, 10_000), metavar="N", help="Visitors a day."),
    click.option("--tilt", type=Figure(0, 90), help="Panel's tilt, degrees."),
    click.option("--azimuth", type=Figure(0, 360), help="Where it looks: 180 is south."),
    click.option("--horizon", type=_PATH, help="Horizon file: PVGIS, or a table."),
    click.option("--no-latitude", is_flag=True, help="The node is not told where it is."),
)  # fmt: skip
PLACE = (
    click.option("--latitude", type=Figure(-90, 90), help="No file: weather is made up here."),
    click.option("--longitude", type=Figure(-180, 180)),
    click.option("--monthly", type=_PATH,
                 help="CSV, 12 rows: kWh_m2 (and C) a month, for made-up weather; with a weather file "
                 "the long-term means that its years are brought to."),
)  # fmt: skip
RUN = (
    click.option("--dask", metavar="ADDRESS", help="Work on a Dask cluster; `local`: one on these cores."),
    click.option("--resume", is_flag=True, help="Go on with what an interrupted run left in the folder."),
    click.option("--out", type=_PATH, help="Output folder."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
)  # fmt: skip
MANY = (
    click.option("--sites", type=_PATH, help="CSV or TOML of many places: a row each."),
    click.option("--grid", metavar="LAT0:LAT1:STEP,LON0:LON1:STEP", help="The same over a grid, with a map."),
    click.option("--land", is_flag=True, help="Of a grid, the places on land."),
)


def years_options(default: int, by: str) -> tuple[Callable[[Any], Any], ...]:
    """How many years; `by` : who lives each of them."""
    return (
        click.option("--years", type=click.IntRange(2, 1_000_000), default=default, show_default=True,
                     help=f"Years of weather, each lived by {by}."),
        click.option("--span", type=click.IntRange(1, 30), default=1, show_default=True,
                     help="Years that a node lives on, its battery ageing."),
        click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True,
                     help="Everything random comes from it."),
    )  # fmt: skip


TOLERANCES = (
    click.option("--tolerances", is_flag=True,
                 help="The nodes differ, as the uncertainties of their parts allow."),
)  # fmt: skip


def options(*groups: tuple[Callable[[Any], Any], ...]) -> Callable[[Command], Command]:
    """Adds groups of options in their order."""

    def add(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return add


def where(command: Command) -> Command:
    """Adds --weather and what stands beside it."""
    return weather_options(options(PLACE)(command))


def question_of(design: str | None, given: dict[str, Any]) -> Question:
    """The question that a command line asks, with its weather."""
    from sim.odds.question import Question
    from sim.odds.sites import turned

    scenario = _scenario(design, given)
    weather, monthly = _weather(scenario, given)
    span, years = given["span"], given["years"]
    case = case_of(scenario, weather, given).change(span=span, seed=given["seed"])
    if not _elsewhere(given):  # each of many places turns its own panel
        case = turned(case, weather[0].latitude)
    return Question(scenario.design, case, -(-years // span) * span, monthly, given.get("tolerances", False))


def _elsewhere(given: dict[str, Any]) -> bool:
    """Whether many places are asked for, that say themselves where they are and what weather they have."""
    many = next((name for name in ("sites", "grid") if given.get(name)), None)
    one = next((name for name in ("weather", "year", "latitude", "longitude", "monthly")
                if given[name] not in (None, ())), None)  # fmt: skip
    if many and one:
        raise StationError(f"--{many}: has places of its own, expected no --{one} beside it.", Exit.USAGE)
    return many is not None


def _scenario(design: str | None, given: dict[str, Any]) -> Scenario:
    from sim.scenario import Scenario, read_scenario
    from sim.surroundings_file import read_horizon

    scenario = read_scenario(given["config"]) if given["config"] else Scenario()
    scenario = scenario.change(design=design) if design else scenario
    if given["horizon"] is not None:
        horizon = read_horizon(given["horizon"])
        scenario = scenario.change(surroundings=replace(scenario.surroundings, horizon=horizon))
    if given["settings"] is not None:
        scenario = scenario.change(settings={**scenario.settings, **_settings(given["settings"])})
    if given["visitors"] is not None:
        scenario = scenario.change(garden=replace(scenario.garden, visitors_per_day=given["visitors"]))
    return scenario


def case_of(scenario: Scenario, weather: tuple[Weather, ...], given: dict[str, Any]) -> Case:
    """What is asked of the kernel, by a scenario of the twin and the options beside it."""
    from boards import load_design
    from sim.odds.case import Case
    from station.node_settings import check_those_at_home

    _refuse(scenario)
    design = load_design(scenario.design)
    check_those_at_home(design, scenario.settings)
    cells = float(str(design.options.get("cells_parallel", 1)))
    panel_W, battery_Ah = design.panel.v("rated"), design.cell.v("capacity") * cells
    settings = {key: value for key, value in scenario.settings.items() if isinstance(value, int)}
    case = Case(
        design, weather, scenario.garden, scenario.link,
        given["tilt"] if given["tilt"] is not None else scenario.tilt_deg,
        given["azimuth"] if given["azimuth"] is not None else scenario.azimuth_deg,
        _shaded(scenario), scenario.soiling, scenario.snow, settings,
        latitude=not given["no_latitude"],
        panel_x=given["panel"] / panel_W if given["panel"] else scenario.panel_scale,
        battery_x=given["battery"] / battery_Ah if given["battery"] else scenario.cell_scale,
        load_x=scenario.currents, gauge_points=scenario.gauge_points,
    )  # fmt: skip
    return _with_profile(case, given["profile"])


def _shaded(scenario: Scenario) -> Surroundings:
    """What hides the sky; shade on all of it is a veil all around and overhead."""
    from sim.surroundings import Obstruction

    around, shade = scenario.surroundings, scenario.troubles.shade
    if shade >= 1.0:
        return around
    veil = Obstruction("shade", 0.0, 360.0, distance_m=1.0, height_m=1e4, passes=shade)
    return replace(around, obstructions=(*around.obstructions, veil))


def _refuse(scenario: Scenario) -> None:
    """What belongs to one run of the twin."""
    alone = scenario.troubles.snow or scenario.troubles.spell or scenario.stuck_PIR
    if alone or scenario.quiet:
        raise StationError(
            "[troubles] snow and spell are days of one run; the odds know [snow] and the weather's cold.",
            Exit.USAGE,
        )


def _with_profile(case: Case, path: Path | None) -> Case:
    if path is None:
        return case
    from sim.odds.pricing import prices_of_case
    from sim.odds.profile import read_profile

    profile = read_profile(path)
    measured = tuple((state, mW, volts) for state, (mW, volts) in profile.means.items())
    return case.change(prices=profile.prices(prices_of_case(case, measured)), unsure=profile.unsure())


def _settings(path: Path) -> dict[str, int | str]:
    """TORPOR_ keys of a node's settings.toml."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise StationError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError(f"{path}: is no valid TOML ({error}).") from None
    return {key: value for key, value in found.items() if isinstance(value, int | str)}


def _weather(
    scenario: Scenario, given: dict[str, Any]
) -> tuple[tuple[Weather, ...], tuple[float, ...] | None]:
    """Its years, and the long-term means that they are brought to."""
    from sim.place import Place, read_monthly
    from sim.synthetic import synthetic
    from sim.weather_choice import MADE_UP_YEARS, all_years

    light, air = read_monthly(given["monthly"]) if given["monthly"] else (None, None)
    at = (given["latitude"], given["longitude"])
    choice = weather_choice(given)
    if at == (None, None):
        years = all_years(choice if choice is not None else scenario.weather, given["seed"])
        return (years if given["year"] is None else _of(years, given["year"])), light
    if None in at or choice is not None:
        raise StationError("--latitude and --longitude go together, and without --weather.", Exit.USAGE)
    return synthetic(Place.at(*at, light, air), MADE_UP_YEARS, given["seed"]), None


def _of(years: tuple[Weather, ...], wanted: int) -> tuple[Weather, ...]:
    found = tuple(one for one in years if one.year == wanted)
    if not found:
        there = ", ".join(str(one.year or one.source) for one in years)
        raise StationError(f"--year {wanted}: the weather has none such, it has {there}.", Exit.USAGE)
    return found


def sites_of(given: dict[str, Any]) -> tuple[Site, ...]:
    """The many places of --sites or --grid; none if neither is given."""
    from sim.odds.sites import grid, on_land, read_sites

    if given["sites"] and given["grid"]:
        raise StationError("--sites and --grid: expected one of them.", Exit.USAGE)
    if given["land"] and not given["grid"]:
        raise StationError("--land: wants --grid beside it.", Exit.USAGE)
    if given["sites"]:
        return read_sites(given["sites"])
    found = grid(given["grid"]) if given["grid"] else ()
    dry = on_land(found) if given["land"] else found
    if found and not dry:
        raise StationError(f"--land: none of the {len(found)} places of the grid is on land.", Exit.USAGE)
    return dry
