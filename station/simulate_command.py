"""`torpor simulate`: a node's life in the twin, with a report, plots and the node's own log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.boards_command import names_like
from station.errors import Exit, StationError
from station.needless import needless
from station.screen import console
from station.weather_option import weather_choice, weather_options

if TYPE_CHECKING:
    from sim.advice import Advice
    from sim.result import RunResult
    from sim.run import Twin
    from sim.scenario import Scenario


@click.command(name="simulate")
@click.argument("design", required=False, shell_complete=names_like)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="TOML: [run], [garden], [link], [surroundings], [soiling], [snow], [troubles], [settings].",
)
@weather_options
@click.option(
    "--profile", type=click.Path(path_type=Path), help="TOML: what a node's states really draw, measured."
)
@click.option("--horizon", type=click.Path(path_type=Path), help="Horizon file: PVGIS, or a table.")
@click.option("--days", type=click.FloatRange(0.01, 3660), help="How long.  [default: 365]")
@click.option("--start-day", type=click.IntRange(0, 364), help="First day of the year, 0 is 1 January.")
@click.option("--seed", type=int, help="Everything random comes from it.")
@click.option("--tilt", type=click.FloatRange(0, 90), help="Panel's tilt, degrees.")
@click.option("--rssi", type=click.FloatRange(-100, 0), help="Wi-Fi at the node, dBm: -60 good, -80 poor.")
@click.option("--install", is_flag=True, help="The node is new: install mode comes first.")
@click.option("--compiled", is_flag=True, help="The drive holds .mpy files where that is sound.")
@click.option("--demo", is_flag=True, help="Also look for the one change that would help most.")
@click.option("--keep-pictures", is_flag=True, help="Save every delivered picture, not only three days.")
@click.option("--samples", type=float, help="Also write a bench log at so many samples per second ...")
@click.option("--from", "from_s", type=float, default=0.0, help="... from this second of the run")
@click.option("--to", "to_s", type=float, default=60.0, help="... to this one.")
@click.option("--out", type=click.Path(path_type=Path), help="Output folder.  [default: torpor-out-DESIGN]")
@click.option("--into", type=click.Path(path_type=Path), help="Also fill the home station of this folder ...")
@click.option("--as", "named", default="twin", show_default=True, help="... as this node, up to now.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON document.")
def command(**options: Any) -> None:
    """Simulate a node's life: its real firmware on virtual hardware under real weather.

    Writes report.txt, summary.json, year.png, wake.png, contact-sheet.png (or readings.png), node_log.csv,
    journal.csv and more into the output folder.
    """
    if not options["samples"]:
        needless(("from_s", "to_s"), "without --samples")
    if not options["into"]:
        needless(["named"], "without --into")
    scenario = _scenario(options)
    folder = _folder(options["out"], scenario)

    def make(_: Twin) -> None:
        """Before the minutes, not after them; not for what cannot be built."""
        folder.mkdir(parents=True, exist_ok=True)

    if options["into"]:
        result, twin = _run_into(scenario, options, make)
    else:
        result, twin = _run(scenario, "simulating", options["as_json"], make)
    wanted = options["demo"] and result.readings is None  # the advice counts visitors
    advice = _advise(twin, result, options["as_json"]) if wanted else None
    _write(twin, result, advice, folder, options)
    _say(result, advice, folder, options["as_json"])


def _scenario(options: dict[str, Any]) -> Scenario:
    from sim.scenario import Scenario, read_scenario
    from sim.surroundings_file import read_horizon

    scenario = read_scenario(options["config"]) if options["config"] else Scenario()
    weather = weather_choice(options)
    if weather is not None:
        scenario = scenario.change(weather=weather)
    names = {"tilt": "tilt_deg"}
    for option in ("design", "year", "days", "start_day", "seed", "tilt"):
        if options[option] is not None:
            scenario = scenario.change(**{names.get(option, option): options[option]})
    if options["rssi"] is not None:
        scenario = scenario.change(link=replace(scenario.link, rssi_dBm=options["rssi"]))
    if options["horizon"] is not None:
        horizon = read_horizon(options["horizon"])
        scenario = scenario.change(surroundings=replace(scenario.surroundings, horizon=horizon))
    scenario = scenario.change(compiled=True) if options["compiled"] else scenario
    scenario = scenario.change(install=True) if options["install"] else scenario
    return _with_profile(scenario, options["profile"]) if options["profile"] is not None else scenario


def _with_profile(scenario: Scenario, path: Path) -> Scenario:
    """The node draws, state by state, what was measured; prices alone say nothing of states."""
    from sim.differences import with_measured
    from sim.odds.profile import read_profile

    profile = read_profile(path)
    if not profile.measured:
        raise StationError(
            f"{path}: has no [measured.STATE], which the twin goes by; [states] are for the odds."
        )
    return with_measured(scenario, profile.means)


def _folder(out: Path | None, scenario: Scenario) -> Path:
    folder = out or Path(f"torpor-out-{Path(scenario.design).stem}")
    if folder.exists() and not folder.is_dir():
        raise StationError(f"{folder}: is a file, expected a folder for the output.", Exit.USAGE)
    return folder


def _run_into(
    scenario: Scenario, options: dict[str, Any], make: Callable[[Twin], None]
) -> tuple[RunResult, Twin]:
    """A run that ends now, and whatever its node sends home kept in a station's folder."""
    from station import filling
    from station.store import Store

    until_now = filling.until_now(scenario, time.time(), options["start_day"] is None)
    with Store(options["into"]) as store:
        filler = filling.Filler(store, options["named"], until_now)
        found = _run(until_now.scenario, "simulating", options["as_json"], make, filler.listen_to)
        filler.finish()
    return found


def _run(
    scenario: Scenario, text: str, quiet: bool, *prepare: Callable[[Twin], None]
) -> tuple[RunResult, Twin]:
    """One full run under a progress bar (on stderr; none with --json). `prepare` is given what was built."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from sim.run import build, summarise

    started = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console(stderr=True), disable=quiet)
    task = bar.add_task(f"{text} {scenario.days:g} days", total=1.0)
    twin = build(scenario, lambda share: bar.update(task, completed=share))
    for one in prepare:
        one(twin)
    with bar:  # only now: what cannot be built is one sentence, without a bar
        twin.live()
        bar.update(task, completed=1.0)
    return summarise(twin, time.perf_counter() - started), twin


def _advise(twin: Twin, result: RunResult, quiet: bool) -> Advice | None:
    from sim.advice import advise

    return advise(twin, result, lambda changed: _run(changed, "trying the best change over", quiet)[0])


def _write(
    twin: Twin, result: RunResult, advice: Advice | None, folder: Path, options: dict[str, Any]
) -> None:
    from analysis.plots import wake_png, year_png
    from analysis.report import report
    from analysis.summary import write_hours, write_summary
    from sim import output

    (folder / "report.txt").write_text(report(result, advice, folder, battery_Wh(twin)), encoding="utf-8")
    write_summary(folder / "summary.json", result, advice)
    write_hours(folder / "hours.csv", result)
    output.write_run(twin, folder)
    year_png(result, folder / "year.png")
    wake_png(result.wake_trace, folder / "wake.png", f"One wake of {result.design}")
    if result.readings is None:
        _write_pictures(twin, result, folder, options["keep_pictures"])
    else:
        _write_readings(result, folder)
    if options["samples"]:
        output.write_bench_log(
            twin, folder / "bench_log.csv", options["samples"], options["from_s"], options["to_s"]
        )


def _write_pictures(twin: Twin, result: RunResult, folder: Path, every: bool) -> None:
    from analysis.contact_sheet import contact_sheet_png, day_rows
    from analysis.summary import write_pictures
    from sim import output

    write_pictures(folder / "pictures.csv", result)
    contact_sheet_png(result, folder / "contact-sheet.png")
    if every:
        keys = set(twin.pictures)
    else:
        keys = {picture.key for row in day_rows(result) for picture in row.pictures}
    output.write_pictures(twin, folder / "pictures", keys)


def _write_readings(result: RunResult, folder: Path) -> None:
    from analysis.plot_readings import readings_png
    from analysis.summary import write_readings

    write_readings(folder / "readings.csv", result)
    readings_png(result, folder / "readings.png")


def battery_Wh(twin: Twin) -> float:
    """What the run's battery holds when it is full and warm."""
    return twin.plant.cell.energy_J(twin.plant.cell.capacity_C) / 3600.0


def _say(result: RunResult, advice: Advice | None, folder: Path, as_json: bool) -> None:
    from analysis.summary import summary_json

    if as_json:
        click.echo(json.dumps(summary_json(result, advice), indent=2, ensure_ascii=False))
    else:
        click.echo((folder / "report.txt").read_text(encoding="utf-8"), nl=False)
