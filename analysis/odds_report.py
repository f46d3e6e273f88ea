"""The report of `torpor viability`: the verdict, the months, what would change it; 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from sim.odds.question import Question
from sim.odds.sensitivity import Effect, first_step, ranked
from sim.odds.viability import Span, Viability

from . import odds_words as words
from .report_parts import heading, paragraph, table
from .style import seconds_text

WIDTH = 80
#: Inputs that are shown; the others matter less.
INPUTS = 12


def viability_report(
    question: Question, found: Viability, effects: Sequence[Effect], foot: Sequence[str] = ()
) -> str:
    """The whole report as plain text; `foot` : its last lines."""
    parts = [
        _title(question, found), verdict(found, effects), _months(found), _sensitivity(effects),
        _ages(found), _notes(question), "\n".join(foot),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(question: Question, found: Viability) -> str:
    nodes = found.node_years // max(1, found.weather_years)
    lived = f"{found.weather_years:,} years of weather, each lived by {nodes} nodes"
    title = paragraph(question.case.design.title, width=WIDTH)
    return f"{title}\n{words.sizes(question.case)}; {words.site_line(question)}\n{lived}"


def verdict(found: Viability, effects: Sequence[Effect]) -> str:
    """The answer in a few sentences."""
    said = [
        words.chance_sentence(found), words.down_sentence(found), words.reserve_sentence(found),
        words.wear_sentence(found), words.first_sentence(first_step(list(effects))) if effects else "",
    ]  # fmt: skip
    return paragraph(" ".join(sentence for sentence in said if sentence), width=WIDTH)


def _months(found: Viability) -> str:
    head = [
        ("", "years without", "19 times", "hours down", "", "", "sun over", "pictures a day"),
        ("", "a lost hour", "of 20", "mean", "P90", "P99", "need", "P50   P90"),
    ]
    rows = [*head, *(_row(month) for month in found.months), _row(found.year)]
    return "\n".join((heading("Month by month"), table(rows, right=(1, 2, 3, 4, 5, 6, 7))))


def _row(span: Span) -> tuple[str, ...]:
    sure = f"{words.share(span.least)} to {words.share(span.most)}"
    down = (words.hours(span.down_mean_h), *(words.hours(hours) for hours in span.down_h[1:]))
    margin = f"{span.margin:.1f}" if span.margin < 1000 else "-"
    pictures = f"{span.pictures[0]:.0f}   {span.pictures[1]:3.0f}" if any(span.pictures) else "-"
    return (span.name, f"{words.share(span.chance)} %", sure, *down, margin, pictures)


def _sensitivity(effects: Sequence[Effect]) -> str:
    if not effects:
        return ""
    rows: list[tuple[str, ...]] = [("", "if it is", "points", "h down", "lowest", "pictures"),
            ("", "", "of years", "a year", "charge", "a day")]  # fmt: skip
    for what, both in ranked(list(effects))[:INPUTS]:
        rows += [(what if at == 0 else "", *_moved(one)) for at, one in enumerate(both)]
    said = "Each input alone, under the same weather; what matters most comes first."
    return "\n".join((heading("What would change it most"), said, table(rows, right=(2, 3, 4, 5))))


def _moved(one: Effect) -> tuple[str, ...]:
    return (
        one.change.label, _signed(100 * one.chance, 1), _signed(one.down_h, 0),
        _signed(100 * one.reserve, 0), _signed(one.pictures, 0),
    )  # fmt: skip


def _signed(value: float, digits: int) -> str:
    text = f"{value:+,.{digits}f}"
    return "-" if float(text.replace(",", "")) == 0 else text


def _ages(found: Viability) -> str:
    if len(found.alive_by_age) < 2:
        return ""
    rows = [("year", "years without a lost hour", "capacity left")]
    for age, alive in enumerate(found.alive_by_age):
        left = f"{100 * found.wear[age]:.0f} %" if found.wear else "-"
        rows.append((str(age + 1), f"{words.share(alive)} %", left))
    return "\n".join((heading("As it grows old"), table(rows, right=(0, 1, 2))))


def _notes(question: Question) -> str:
    lines = [paragraph(note, "- ", WIDTH) for note in words.assumptions(question)]
    return "\n".join((heading("What was assumed"), *lines))


def foot(wall_s: float, seed: int, folder: object) -> tuple[str, str]:
    """How it was made, and where it lies."""
    return f"Seed {seed}, worked out in {hours_or_s(wall_s)}.", f"Files: {folder}"


def hours_or_s(wall_s: float) -> str:
    """A wait, as a person says it."""
    return seconds_text(round(wall_s, 1))
