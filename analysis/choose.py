"""Which column is what, and in which unit: by its title, by the owner's word, never by a guess."""

from __future__ import annotations

from dataclasses import replace

from .errors import LogError
from .headers import COUNTS, SPELLED, UNITS, Column, sized_unit
from .read_options import ReadOptions

NUMERIC = ("time", "dt", "voltage", "current", "power", "marker")
_ROLES = ("time", "dt", "current", "voltage", "power", "marker", "bits", "state", "quality")


def choose(place: str, columns: tuple[Column, ...], options: ReadOptions) -> dict[str, Column]:
    """Role -> column, each electrical one with a unit; `place` is "log.csv line 1".

    Raises
    ------
    LogError : no current, several of a kind, an unknown title, or a unit that nothing tells.
    """
    titles = {
        "time": options.time_column,
        "voltage": options.voltage_column,
        "current": options.current_column,
    }
    chosen: dict[str, Column] = {}
    for role in _ROLES:
        found = _one_of(place, columns, role, titles.get(role), chosen.get("current"))
        if found is not None:
            chosen[role] = found
    if "current" not in chosen and (options.needs_current or "voltage" not in chosen):
        raise LogError(f"{place}: no column holds a current{_instead(columns)}.")
    said = {"voltage": options.voltage_unit, "current": options.current_unit}
    _ask_together(place, [role for role in said if said[role] is None], chosen)
    for role, unit in said.items():
        if role in chosen:
            chosen[role] = with_unit(place, chosen[role], role, unit, options.shunt_ohm)
    return chosen


def _ask_together(place: str, unsaid: list[str], chosen: dict[str, Column]) -> None:
    """Where neither tells a unit, both are asked for in one sentence."""
    untold = [role for role in unsaid if role in chosen and chosen[role].unit is None]
    if len(untold) > 1:
        titles = " and ".join(f"'{chosen[role].title}'" for role in untold)
        options = " and ".join(
            f"--{role}-unit ({SPELLED[role]}{_size_of(role, chosen[role])})" for role in untold
        )
        raise LogError(f"{place}: columns {titles} tell no unit; say {options}.")


def _size_of(role: str, item: Column) -> str:
    """What else a unit of raw numbers may be."""
    size = {"voltage": "4 mV", "current": "0.1 mA"}.get(role)
    return f", or the size of a count such as '{size}'" if size and COUNTS.search(item.title) else ""


def _instead(columns: tuple[Column, ...]) -> str:
    shunt = next((item for item in columns if item.role == "shunt"), None)
    if shunt is None:
        untold = ", ".join(f"'{item.title}'" for item in columns if not item.role)
        return f", unless it is one of {untold}: say --current-column" if untold else ""
    return f"; '{shunt.title}' is across the shunt: say --current-column '{shunt.title}' and --shunt"


def _one_of(
    place: str, columns: tuple[Column, ...], role: str, title: str | None, current: Column | None
) -> Column | None:
    """The column with this role, or with exactly this title; LogError if several could be meant."""
    if title is not None:
        return _titled(place, columns, title)
    found = [item for item in columns if item.role == role]
    if role == "time":
        found = sorted(found, key=lambda item: item.unit is None)[:1]
    if role == "power":
        found = [item for item in found if item.unit]
    if len(found) > 1:
        found = _of_the_same_place(found, current) if role in ("voltage", "power") else found
    if len(found) > 1 and role == "voltage":
        found = _nearest_the_load(found)
    if len(found) > 1 and role in ("power", "marker", "state", "quality", "bits"):
        return found[0] if role != "power" else None
    if len(found) > 1:
        titles = ", ".join(f"'{item.title}'" for item in found)
        raise LogError(
            f"{place}: {len(found)} columns hold a {role} ({titles}); say which with --{role}-column."
        )
    return found[0] if found else None


def _titled(place: str, columns: tuple[Column, ...], title: str) -> Column:
    for item in columns:
        if item.title.lower() == title.strip().lower():
            return item
    titles = ", ".join(f"'{item.title}'" for item in columns)
    raise LogError(f"{place}: no column is titled '{title}', only {titles}.")


def _of_the_same_place(found: list[Column], current: Column | None) -> list[Column]:
    """'Solar_V' goes with 'Solar_mA', 'load voltage' with 'load current'."""
    same = [item for item in found if current is not None and item.place == current.place]
    return same if len(same) == 1 else found


def _nearest_the_load(found: list[Column]) -> list[Column]:
    """Of an INA219's several voltages, the supply behind which the current is counted."""
    load = [item for item in found if "load" in item.title.lower()]
    return load if len(load) == 1 else found


def with_unit(place: str, item: Column, role: str, said: str | None, shunt_ohm: float = 0.1) -> Column:
    """The column with its unit: from the owner, else from its title, else LogError asks."""
    size, unit = sized_unit(said) if said else (1.0, item.unit)
    if role == "current" and unit is not None and UNITS[unit][0] == "voltage" and item.role == "shunt":
        return replace(item, role=role, unit="ma", size=1e3 * size * UNITS[unit][1] / shunt_ohm)
    if unit is None or UNITS[unit][0] != role:
        what = f"'{said}' is not a unit of {role}" if said else f"column '{item.title}' tells no unit"
        raise LogError(f"{place}: {what}; say --{role}-unit ({SPELLED[role]}{_size_of(role, item)}).")
    return replace(item, role=role, unit=unit, size=size)
