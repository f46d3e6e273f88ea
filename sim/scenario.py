"""What is to be simulated: design, place, garden, link, faults, days; from Python or from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sim.air import Link
from sim.errors import SimError
from sim.measured import Difference
from sim.place import place_of
from sim.snow import NO_SNOW, Snow
from sim.soiling import CLEAN, Soiling
from sim.surroundings import OPEN, Surroundings
from sim.surroundings_file import read_snow, read_soiling, read_surroundings
from sim.toml_table import checked
from sim.troubles import Troubles
from sim.visitors import Garden
from sim.weather_choice import Choice


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run of the twin.

    Attributes
    ----------
    design : name in boards/ or path of a design file.
    weather : file, files and folders, or a path that reads "LATITUDE,LONGITUDE" (`sim.weather_choice`);
        None = Greensboro TMY3 of pvlib. year : which calendar year of theirs, if they hold several.
    days, start_day : length and first day (0 = 1 January). seed : everything random comes from it.
    soc : state of charge at the start, 0..1. tilt_deg, azimuth_deg : of the panel, None = the design's.
    panel_scale, cell_scale : panel and battery this many times as large as the design's.
    cell_years : age of the battery at the start (`sim.ageing`, at this place's temperatures); the node does
        not know.
    compiled : the drive holds .mpy where that is sound. settings : keys of settings.toml, as deployed.
    troubles : shade, snow, heat or frost (`sim.troubles`). surroundings, soiling, snow : what hides light
        from the panel (modules of these names); by default nothing. currents : what the node's parts really
        draw, in multiples of their rows. gauge_points : how many points of charge too high (or, negative,
        too low) its cell's voltage reads, as that of another or an aged cell does.
    stuck_PIR : (from_s, until_s) in which the PIR's output never falls.
    install : the node is new, and its first power-on is install mode (`docs/installing.md`); else it was
        hung up before.
    quiet : no visitors and no false triggers but those in `visits` (start_s, stay_s).
    differences : by state, what it draws beyond its rows, as measured (`sim.differences` works them out).
    """

    design: str = "pico-w-arducam-2mp"
    weather: Choice = None
    days: float = 365.0
    start_day: int = 0
    seed: int = 1
    soc: float = 1.0
    tilt_deg: float | None = None
    azimuth_deg: float | None = None
    panel_scale: float = 1.0
    cell_scale: float = 1.0
    cell_years: float = 0.0
    compiled: bool = False
    settings: Mapping[str, str | int] = field(default_factory=dict)
    garden: Garden = field(default_factory=Garden)
    link: Link = field(default_factory=Link)
    troubles: Troubles = field(default_factory=Troubles)
    surroundings: Surroundings = OPEN
    soiling: Soiling = CLEAN
    snow: Snow = NO_SNOW
    currents: float = 1.0
    gauge_points: float = 0.0
    stuck_PIR: tuple[float, float] | None = None
    install: bool = False
    quiet: bool = False
    visits: tuple[tuple[float, float], ...] = ()
    year: int | None = None
    differences: Mapping[str, Difference] | None = None

    def __post_init__(self) -> None:
        """Raises SimError, one sentence, for a figure that makes no sense."""
        for section, where in (("run", self), ("garden", self.garden), ("link", self.link)):
            for key, (least, most) in _LIMITS[section].items():
                value = getattr(where, key)
                if value is not None and not least <= value <= most:
                    raise SimError(f"[{section}] {key} is {value!r}, expected {least:g} to {most:g}.")

    def change(self, **changes: Any) -> Scenario:
        """The same with some things different."""
        return replace(self, **changes)


#: What a figure may be, both ends included.
_LIMITS: dict[str, dict[str, tuple[float, float]]] = {
    "run": {
        "days": (0.001, 36_525.0),
        "start_day": (0, 364),
        "soc": (0.0, 1.0),
        "tilt_deg": (0.0, 90.0),
        "azimuth_deg": (0.0, 360.0),
        "panel_scale": (0.01, 1000.0),
        "cell_scale": (0.01, 1000.0),
        "cell_years": (0.0, 50.0),
        "currents": (0.01, 100.0),
        "gauge_points": (-50.0, 50.0),
    },
    "garden": {
        "visitors_per_day": (0.0, 10_000.0),
        "season": (0.0, 1.0),
        "missed": (0.0, 1.0),
        "false_per_day": (0.0, 10_000.0),
        "false_s": (0.01, 3600.0),
    },
    "link": {
        "rssi_dBm": (-100.0, 0.0),
        "join_s": (0.01, 3600.0),
        "join_spread": (0.0, 5.0),
        "join_fails": (0.0, 1.0),
        "rate_B_s": (1.0, 1e9),
        "latency_s": (0.0, 60.0),
        "server_s": (0.0, 3600.0),
        "short_send": (0.0, 1.0),
        "stall": (0.0, 1.0),
        "drop": (0.0, 1.0),
        "lost_answer": (0.0, 1.0),
    },
}

_SECTIONS = {"run", "settings", "garden", "link", "troubles", "surroundings", "soiling", "snow"}
_RUN_KEYS = {
    "design": str,
    "weather": str,
    "year": int,
    "days": float,
    "start_day": int,
    "seed": int,
    "soc": float,
    "tilt_deg": float,
    "azimuth_deg": float,
    "panel_scale": float,
    "cell_scale": float,
    "cell_years": float,
    "currents": float,
    "gauge_points": float,
    "compiled": bool,
    "install": bool,
}


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a TOML file with the tables [run], [garden], [link], [settings], [troubles],
    [surroundings], [soiling] and [snow].

    Raises SimError, one sentence, for anything that is not as expected.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SimError(f"{path}: is no valid TOML ({error}).") from None
    for section in data:
        if section not in _SECTIONS:
            raise SimError(f"{path}: [{section}] is unknown; there are {', '.join(sorted(_SECTIONS))}.")
    run = checked(path, "run", data.get("run", {}), _RUN_KEYS)
    if "weather" in run:
        place = place_of(run["weather"])
        run["weather"] = path.parent / run["weather"] if place is None else Path(run["weather"])
    settings = checked(path, "settings", data.get("settings", {}), None)
    garden = checked(path, "garden", data.get("garden", {}), _numbers(Garden))
    link = checked(path, "link", data.get("link", {}), _numbers(Link))
    outside: dict[str, Any] = {
        "troubles": _troubles(path, data.get("troubles", {})),
        "surroundings": read_surroundings(path, data.get("surroundings", {})),
        "soiling": read_soiling(path, data.get("soiling", {})),
        "snow": read_snow(path, data.get("snow", {})),
    }
    try:
        return Scenario(**run, **outside, settings=settings, garden=Garden(**garden), link=Link(**link))
    except SimError as error:
        raise SimError(f"{path}: {error}") from None


def _troubles(path: Path, values: Any) -> Troubles:
    """The table [troubles]: shade = 0.5, snow = [day, days], spell = [day, days, C]."""
    found = checked(path, "troubles", values, {"shade": float, "snow": list, "spell": list})
    for key, count in (("snow", 2), ("spell", 3)):
        if key in found:
            listed = found[key]
            if len(listed) != count or not all(isinstance(one, int | float) for one in listed):
                raise SimError(f"{path}: [troubles] {key} is {listed!r}, expected {count} numbers.")
            found[key] = tuple(float(one) for one in listed)
    if not 0.0 <= found.get("shade", 1.0) <= 1.0:
        raise SimError(f"{path}: [troubles] shade is {found['shade']!r}, expected 0 to 1.")
    return Troubles(**found)


def _numbers(kind: type) -> dict[str, type]:
    return {entry.name: float for entry in fields(kind) if entry.name != "outages"}
