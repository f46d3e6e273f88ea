"""`torpor site`: what a week of logs says of panel, shade and clock, and what the dark season will be."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from analysis.read import read_log
from station.boards_command import names_like
from station.errors import Exit, StationError
from station.figure import Figure
from station.odds_options import options, years_options
from station.odds_running import folder_of
from station.reading_options import as_read_options, reading_options
from station.weather_option import weather_options

if TYPE_CHECKING:
    from analysis.log import Log
    from analysis.site import Site
    from analysis.site_months import MonthSun
    from analysis.site_panel import Source
    from analysis.site_sky import Spot
    from analysis.site_tilt import Plane
    from boards import Design

LEADS = ("panel", "charger", "battery")
_PATH = click.Path(path_type=Path)
_LOG = (
    click.option("--lead", type=click.Choice(LEADS), default="panel", show_default=True,
                 help="Where the meter sits: in the panel's lead, behind the charger, or in the battery's."),
    click.option("--load", type=Figure(0, 1e6), metavar="MA", help="With --lead battery: the node's draw."),
    click.option("--load-column", metavar="TITLE", help="... or the column that holds it, in the same unit."),
    click.option("--start", metavar="DATE", help="When the log began, if it does not say: 2026-06-01 14:30."),
)  # fmt: skip
_PANEL = (
    click.option("--design", default="pico-w-arducam-2mp", show_default=True, shell_complete=names_like,
                 help="The node's design: its panel, its charger, its battery."),
    click.option("--latitude", type=Figure(-90, 90), required=True),
    click.option("--longitude", type=Figure(-180, 180), required=True),
    click.option("--tilt", type=Figure(0, 90), help="Panel's tilt, degrees.  [default: the design's]"),
    click.option("--azimuth", type=Figure(0, 360), help="Where it looks: 180 is south.  [default: to noon]"),
    click.option("--panel", type=Figure(1e-6, 1e6), metavar="W", help="Panel by its label."),
    click.option("--panel-voltage", type=Figure(0.5, 1000), metavar="V",
                 help="Its voltage at the best point, by the label."),
    click.option("--other-charger", is_flag=True, help="The charger is not the design's."),
)  # fmt: skip
_FORECAST = (
    click.option("--forecast/--no-forecast", default=True, show_default=True,
                 help="Live many years with what was found."),
    click.option("--battery", type=Figure(1e-6, 1e6), metavar="AH", help="Battery, instead of the design's."),
    click.option("--config", type=_PATH, help="TOML as of torpor simulate: [garden], [link], [snow], ..."),
    click.option("--settings", type=_PATH, help="The node's settings.toml."),
    click.option("--profile", type=_PATH, help="TOML: measured energy profile instead of the design's."),
    click.option("--visitors", type=Figure(0, 10_000), metavar="N", help="Visitors a day."),
    click.option("--no-latitude", is_flag=True, help="The node is not told where it is."),
    click.option("--monthly", type=_PATH, help="CSV, 12 rows: kWh_m2 (and C) a month, for made-up weather."),
)  # fmt: skip
_OUT = (
    click.option("--out", type=_PATH, help="Output folder.  [default: torpor-out-site]"),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
)


@click.command(name="site")
@click.argument("log", type=_PATH)
@options(_PANEL, _LOG, _FORECAST)
@weather_options
@options(years_options(200, "128 nodes"), _OUT)
@reading_options
def command(log: Path, **given: Any) -> None:
    """Say what a panel is really worth and what shades it, from some days of LOG, and the odds of winter.

    LOG holds the panel's current (--lead panel), or the charger's. Writes report.txt, site.json, site.png and
    site.toml, a scenario for torpor viability and torpor simulate, into the output folder.
    """
    from analysis.site import panel_x, site_of
    from analysis.site_files import site_toml
    from analysis.site_months import month_suns
    from analysis.site_tilt import other_plane
    from boards import load_design

    design = load_design(given["design"])
    source = _source(design, given)
    site = site_of(_log(log, given), _spot(design, given), source)
    months, plane = month_suns(site), other_plane(site)
    folder = folder_of(given["out"], "site")
    more: list[str] = []
    document: dict[str, Any] = {"other_plane": None if plane is None else asdict(plane)}
    if given["forecast"]:
        from station.site_forecast import forecast, forecast_document, forecast_text

        lived = forecast(site, months, design, given)
        more.append(forecast_text(site, lived, months))
        document["forecast"] = forecast_document(lived)
    _write(
        site, months, plane, site_toml(site, given["design"], panel_x(site, design)), more, document, folder
    )
    name = "site.json" if given["as_json"] else "report.txt"
    click.echo((folder / name).read_text("utf-8"), nl=False)


def _write(
    site: Site, months: tuple[MonthSun, ...], plane: Plane | None, scenario: str, more: list[str],
    document: dict[str, Any], folder: Path,
) -> None:  # fmt: skip
    from analysis.site_files import site_document
    from analysis.site_plot import site_png
    from analysis.site_words import report

    (folder / "site.toml").write_text(scenario, "utf-8")
    whole = {**site_document(site, months), **document}
    (folder / "site.json").write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    site_png(site, months, folder / "site.png")
    foot = f"Written: {folder / 'site.png'}, site.json, site.toml (for torpor viability --config)"
    (folder / "report.txt").write_text(report(site, months, [*more, foot], plane), "utf-8")


def _log(path: Path, given: dict[str, Any]) -> Log:
    """The log with the current that panel or charger gave."""
    said = as_read_options({name: given[name] for name in _reading_names()})
    log = read_log(path, said)
    if given["start"] is not None:
        log = replace(log, start=_date(given["start"]))
    told = given["load"] is not None or given["load_column"] is not None
    if given["lead"] != "battery":
        if told:
            raise StationError("--load and --load-column: want --lead battery.", Exit.USAGE)
        return log
    if not told:
        raise StationError(
            "--lead battery: what charges the battery is the sun's less the node's; expected --load or "
            "--load-column beside it.",
            Exit.USAGE,
        )
    load = given["load"] or 0.0
    if given["load_column"] is not None:
        load = load + read_log(path, replace(said, current_column=given["load_column"])).mA
    return replace(log, mA=log.mA + load)


def _reading_names() -> tuple[str, ...]:
    return (
        "shunt", "rate", "voltage", "time_unit", "voltage_unit", "current_unit", "time_column",
        "voltage_column", "current_column", "columns", "time_format", "timezone", "invert", "salvage",
    )  # fmt: skip


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise StationError(f"--start {text}: is no date, expected 2026-06-01 14:30.", Exit.USAGE) from None


def _source(design: Design, given: dict[str, Any]) -> Source:
    from analysis.site_panel import CHARGER, PANEL, source_of

    if given["other_charger"] and given["lead"] != "panel":
        raise StationError(
            "--other-charger: wants --lead panel; only there its ways do not matter.", Exit.USAGE
        )
    lead = PANEL if given["lead"] == "panel" else CHARGER
    return source_of(design, lead, given["panel"], given["panel_voltage"], not given["other_charger"])


def _spot(design: Design, given: dict[str, Any]) -> Spot:
    from analysis.site_sky import Spot

    tilt, azimuth = given["tilt"], given["azimuth"]
    south = given["latitude"] < 0.0
    if tilt is None:
        tilt = float(str(design.options["tilt_deg"]))
    if azimuth is None:
        own = float(str(design.options["azimuth_deg"]))
        azimuth = (own + 180.0) % 360.0 if south else own
    return Spot(given["latitude"], given["longitude"], tilt, azimuth)
