"""Many years with the panel and the shade that a log showed: the odds, as sure as the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.odds_words import hours, long_month, share
from analysis.report_parts import heading, paragraph, table
from analysis.site import Site, panel_x
from analysis.site_months import Future, MonthSun, futures
from analysis.site_words import WIDTH, days_text, unknown_sentence
from station.odds_options import question_of
from station.odds_running import live

if TYPE_CHECKING:
    from boards import Design
    from sim.odds.question import Question
    from sim.odds.tally import Tally
    from sim.odds.viability import Span, Viability


@dataclass(frozen=True, slots=True)
class Lived:
    """One reading of the log, and what many years made of it."""

    future: Future
    found: Viability


def forecast(site: Site, months: Sequence[MonthSun], design: Design, given: dict[str, Any]) -> list[Lived]:
    """Live the years with every reading of the log, all under the same weather."""
    readings = futures(site, tuple(months))
    asked = _question(site, given)
    questions = [
        replace(
            asked, name=one.name,
            case=asked.case.change(panel_x=panel_x(site, design, one.scale), surroundings=one.around),
        )
        for one in readings
    ]  # fmt: skip
    return [Lived(one, found) for one, found in zip(readings, _answers(questions, given), strict=True)]


def _question(site: Site, given: dict[str, Any]) -> Question:
    """As torpor viability would ask it: weather made up at the place unless there is a file."""
    files = bool(given["weather"])
    own: dict[str, Any] = {
        "panel": None, "horizon": None, "span": 1, "tolerances": False,
        "tilt": site.spot.tilt_deg, "azimuth": site.spot.azimuth_deg,
        "latitude": None if files else site.spot.latitude,
        "longitude": None if files else site.spot.longitude,
    }  # fmt: skip
    return question_of(given["design"], {**given, **own})


def _answers(questions: list[Question], given: dict[str, Any]) -> list[Viability]:
    from sim.odds.spread import tallies, tasks_of
    from sim.odds.viability import viability

    def taken(parts: Iterator[dict[str, Any]]) -> list[Tally]:
        return list(tallies(questions, parts))

    running = {"resume": False, "dask": None, "as_json": given["as_json"]}
    text = f"living {questions[0].weather_years:,} years {len(questions)} times"
    found = live(tasks_of(questions), text, None, running, taken)
    return [viability(question, tally) for question, tally in zip(questions, found, strict=True)]


def forecast_text(site: Site, lived: Sequence[Lived], months: Sequence[MonthSun]) -> str:
    """The odds of the darkest month and of the year, and every month's."""
    first = lived[0].found
    dark = min(range(12), key=lambda at: (first.months[at].margin, at))
    name = first.months[dark].name
    said = [
        _sentence(long_month(name), [one.found.months[dark] for one in lived[:3]]),
        _sentence("the whole year", [one.found.year for one in lived[:3]]),
        unknown_sentence(months, name, long_month(name)),
        _if_hidden(lived, dark),
    ]  # fmt: skip
    head = ("", *(one.future.name for one in lived), "hours down", "sun over need")
    rows = [_row(lived, at) for at in (*range(12), None)]
    return "\n".join(
        (
            heading(f"After {days_text(site)} outside: the odds of {long_month(name)}"),
            paragraph(" ".join(one for one in said if one), width=WIDTH),
            "",
            "Years without a lost hour, in per cent, by what the log leaves open:",
            table([head, *rows], right=tuple(range(1, len(head)))),
        )
    )


def _sentence(name: str, spans: Sequence[Span]) -> str:
    """A span's odds by the estimate, and what the estimate's interval makes of them."""
    chances = sorted(span.chance for span in spans)
    least, most = min(span.least for span in spans), max(span.most for span in spans)
    sure = f"{share(least)} to {share(most)}"
    if chances[0] == chances[-1]:
        return f"In {name} it is never without supply in {share(spans[0].chance)} % of years ({sure})."
    return (
        f"In {name} it is never without supply in {share(spans[0].chance)} % of years; with what the log "
        f"leaves open, and the luck of the weather, {sure} %."
    )


def _if_hidden(lived: Sequence[Lived], dark: int) -> str:
    if len(lived) < 4:
        return ""
    month = lived[3].found.months[dark]
    return f"If all that nobody has seen is hidden, it is {share(month.chance)} %."


def _row(lived: Sequence[Lived], at: int | None) -> tuple[str, ...]:
    spans = [one.found.year if at is None else one.found.months[at] for one in lived]
    margin = f"{spans[0].margin:.1f}" if spans[0].margin < 1000 else "-"
    return (spans[0].name, *(share(span.chance) for span in spans), hours(spans[0].down_mean_h), margin)


def forecast_document(lived: Sequence[Lived]) -> list[dict[str, Any]]:
    """Each reading with its panel (times the model's) and the odds by month and of the year."""
    return [
        {
            "reading": one.future.name, "scale": round(one.future.scale, 4),
            "year": _span(one.found.year), "months": {span.name: _span(span) for span in one.found.months},
        }
        for one in lived
    ]  # fmt: skip


def _span(span: Span) -> dict[str, float]:
    return {
        "chance": round(span.chance, 5), "least": round(span.least, 5), "most": round(span.most, 5),
        "down_mean_h": round(span.down_mean_h, 3), "offered_Wh": round(span.offered_Wh, 3),
        "used_Wh": round(span.used_Wh, 3),
    }  # fmt: skip
