"""What a scenario's place brings: who comes by, and the settings that tell the node where it is."""

from __future__ import annotations

from sim.scenario import Scenario
from sim.visitors import Visitor, false_motions, visitors
from sim.weather import Weather


def guests(scenario: Scenario, weather: Weather) -> tuple[list[Visitor], list[tuple[float, float]]]:
    """Visitors, and all motion that the PIR sees."""
    if scenario.quiet:
        found = [Visitor(start, start + stay, "blackbird", True) for start, stay in scenario.visits]
        return found, [(visitor.t_s, visitor.leave_s) for visitor in found]
    south = weather.latitude < 0.0
    found = visitors(scenario.garden, scenario.days, scenario.start_day, scenario.seed, south)
    motions = [(visitor.t_s, visitor.leave_s) for visitor in found if visitor.seen]
    first_hour = scenario.start_day * 24
    motions += false_motions(scenario.garden, weather, scenario.days, first_hour, scenario.seed)
    return found, motions


def place_settings(weather: Weather) -> dict[str, int]:
    """The settings that tell a node where it is."""
    latitude = max(-89, min(89, round(weather.latitude)))
    return {"TORPOR_LATITUDE": latitude, "TORPOR_LONGITUDE": round(weather.longitude)}
