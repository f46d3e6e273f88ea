"""The odds for machines: viability.json, size.json, compare.json and tables of many sites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.odds.question import Question
from sim.odds.sensitivity import Effect, first_step
from sim.odds.viability import CLASSES_h, Span, Viability

#: Raised whenever a key changes its meaning or goes away.
ODDS_VERSION = 1


def viability_json(question: Question, found: Viability, effects: Sequence[Effect]) -> dict[str, Any]:
    """One node's odds as plain JSON values.

    Keys
    ----
    version, kind ("viability"), asked (see `asked_json`), node_years, weather_years.
    year, months : see `span_json`.
    reserve : lowest charge of the year, 0..1, that 50, 90 and 99 of 100 years stay above: p50, p90, p99.
    worst_week : month-day on which it begins. weeks : of the run in their order: from (month-day), p50, p90,
    p99 of their lowest charge.
    hours_down_classes : from_h, to_h, share of the years.
    battery : capacity_left after each year of the life, years (null: not known), alive_by_age.
    sensitivity : what, moved_to, group ("buy", "place", "set", "know"), and the differences chance, down_h,
    reserve, pictures_a_day. first : what and moved_to of the best step, or null.
    """
    first = first_step(list(effects))
    return {
        "version": ODDS_VERSION,
        "kind": "viability",
        "asked": asked_json(question),
        "node_years": found.node_years,
        "weather_years": found.weather_years,
        "year": span_json(found.year),
        "months": [span_json(month) for month in found.months],
        "reserve": dict(zip(("p50", "p90", "p99"), (round(one, 4) for one in found.reserves), strict=True)),
        "worst_week": f"{found.worst_week:%m-%d}",
        "weeks": [
            {"from": f"{day:%m-%d}", "p50": round(p50, 4), "p90": round(p90, 4), "p99": round(p99, 4)}
            for day, p50, p90, p99 in found.weeks
        ],
        "hours_down_classes": [
            {"from_h": low, "to_h": high - 1, "share": round(part, 6)}
            for low, high, part in zip(CLASSES_h[:-1], CLASSES_h[1:], found.classes, strict=True)
        ],
        "battery": {
            "capacity_left": [round(one, 4) for one in found.wear],
            "years": None if found.battery_years is None else round(found.battery_years, 2),
            "alive_by_age": [round(one, 6) for one in found.alive_by_age],
        },
        "sensitivity": [effect_json(one) for one in effects],
        "first": None if first is None else {"what": first.change.what, "moved_to": first.change.label},
    }


def asked_json(question: Question) -> dict[str, Any]:
    """What was asked: design, title, site, source, sources (how many), latitude, longitude,
    policy, panel_W, battery_Ah, tilt_deg (null: the design's), visitors_a_day,
    weather_years, span, seed, tolerances, fingerprint."""
    from sim.odds.sensitivity import size_Ah

    case = question.case
    weather = case.sources[0]
    return {
        "design": case.design.name, "title": case.design.title, "site": weather.site,
        "source": weather.source, "sources": len(case.sources), "latitude": weather.latitude,
        "longitude": weather.longitude, "policy": case.policy,
        "panel_W": round(case.design.panel.v("rated") * case.panel_x, 4),
        "battery_Ah": round(size_Ah(case), 4), "tilt_deg": case.tilt_deg,
        "visitors_a_day": case.garden.visitors_per_day * case.visitors_x,
        "weather_years": question.weather_years, "span": case.span, "seed": case.seed,
        "tolerances": question.tolerances, "fingerprint": question.fingerprint(),
    }  # fmt: skip


def span_json(span: Span) -> dict[str, Any]:
    """name; chance, least, most (0..1); down_h (mean, p50, p90, p99); locked_h; pictures_a_day (p50, p90);
    offered_Wh, taken_Wh, used_Wh; margin: offered over needed (null: nothing was used)."""
    return {
        "name": span.name, "chance": round(span.chance, 6), "least": round(span.least, 6),
        "most": round(span.most, 6),
        "down_h": {"mean": round(span.down_mean_h, 3),
                   **dict(zip(("p50", "p90", "p99"), span.down_h, strict=True))},
        "locked_h": round(span.locked_h, 3),
        "pictures_a_day": dict(zip(("p50", "p90"), span.pictures, strict=True)),
        "offered_Wh": round(span.offered_Wh, 4), "taken_Wh": round(span.taken_Wh, 4),
        "used_Wh": round(span.used_Wh, 4),
        "margin": round(span.margin, 4) if span.used_Wh > 0.0 else None,
    }  # fmt: skip


def effect_json(one: Effect) -> dict[str, Any]:
    """What a change does: see `viability_json`."""
    return {
        "what": one.change.what, "moved_to": one.change.label, "group": one.change.group,
        "chance": round(one.chance, 6), "down_h": round(one.down_h, 3), "reserve": round(one.reserve, 4),
        "pictures_a_day": round(one.pictures, 3),
    }  # fmt: skip
