"""What the odds say, in plain words: shares of years, the verdict, what to change first."""

from __future__ import annotations

from sim.odds.case import Case
from sim.odds.question import Question
from sim.odds.sensitivity import Effect, size_Ah
from sim.odds.viability import Span, Viability

from .style import hours_text

#: From these shares of years on a node survives, mostly does, often does not.
SURVIVES, MOSTLY, OFTEN = 0.99, 0.9, 0.5
LONG_MONTHS = "January February March April May June July August September October November December".split()
_LONG = {name[:3]: name for name in LONG_MONTHS}


def share(part: float) -> str:
    """A share (0..1) in per cent with one decimal; only what is all of them is 100, only nothing is 0."""
    if part >= 1.0:
        return "100"
    if part <= 0.0:
        return "0"
    return f"{min(max(100.0 * part, 0.1), 99.9):.1f}"


def hours(value: float) -> str:
    """Hours in a table: one decimal where there are few, a dash for none."""
    if value < 0.05:
        return "-"
    return f"{value:.1f}" if value < 10.0 else f"{value:,.0f}"


def interval(span: Span) -> str:
    """The probability with its interval: 99.6 % (98.9 to 99.9)."""
    return f"{share(span.chance)} % ({share(span.least)} to {share(span.most)})"


def long_month(name: str) -> str:
    """January for Jan; the year stays."""
    return _LONG.get(name, name)


def chance_sentence(found: Viability) -> str:
    """The verdict in one sentence."""
    chance = found.year.chance
    if chance >= SURVIVES:
        head = "It survives"
    elif chance >= MOSTLY:
        head = "It mostly survives"
    elif chance >= OFTEN:
        head = "It often does not survive"
    else:
        head = "It does NOT survive"
    return f"{head}: in {interval(found.year)} of years it is never without supply."


def down_sentence(found: Viability) -> str:
    """How long it is down where it is."""
    year = found.year
    if year.down_mean_h <= 0.0:
        return ""
    nine, most = (hours_text(hours) for hours in year.down_h[1:])
    worst = max(found.months, key=lambda month: month.down_mean_h)
    return (
        f"It is down {hours_text(round(year.down_mean_h, 1))} a year in the mean, most of all in "
        f"{long_month(worst.name)}; nine years of ten lose no more than {nine}, 99 of a hundred no more "
        f"than {most}."
    )


def reserve_sentence(found: Viability) -> str:
    """Its reserve, and when it is needed."""
    tight = found.tightest
    return (
        f"In nine years of ten the battery stays above {100 * found.reserve:.0f} %; the lowest week begins "
        f"around {found.worst_week:%-d %B}. Over the year the charger could have had "
        f"{margin(found.year)} what the node needs, in {long_month(tight.name)} {margin(tight)}."
    )


def margin(span: Span) -> str:
    """2.3 times."""
    return f"{span.margin:.1f} times" if span.margin < 1000.0 else "any number of times"


def wear_sentence(found: Viability) -> str:
    """How long its battery lasts, if that was lived."""
    if not found.wear:
        return ""
    left = f"After {_years(len(found.wear))} {100 * found.wear[-1]:.0f} % of the battery's capacity is left"
    if found.battery_years is None:
        return f"{left}."
    return (
        f"{left}; down to four fifths, when most call it worn out, it is after {_years(found.battery_years)}."
    )


def _years(years: float) -> str:
    return "a year" if years == 1 else f"{years:.0f} years" if years >= 2 else f"{12 * years:.0f} months"


def first_sentence(first: Effect | None) -> str:
    """What to change first."""
    if first is None:
        return "Nothing that was tried would make it better by much."
    change = first.change
    return f"Change first: {change.what} ({change.label}): {effect_text(first)}."


def effect_text(one: Effect) -> str:
    """What a change does, in a few words."""
    parts = []
    if abs(one.chance) >= 0.0005:
        parts.append(f"{100 * one.chance:+.1f} points of years without loss")
    if abs(one.down_h) >= 0.5:
        parts.append(f"{one.down_h:+,.0f} h down a year")
    if abs(one.reserve) >= 0.005:
        parts.append(f"lowest charge {100 * one.reserve:+.0f} points")
    if abs(one.pictures) >= 0.5:
        parts.append(f"{one.pictures:+.0f} pictures a day")
    return ", ".join(parts) or "no difference"


def sizes(case: Case) -> str:
    """Its panel and battery as they are asked for."""
    return f"{case.design.panel.v('rated') * case.panel_x:.3g} W panel, {size_Ah(case):.3g} Ah battery"


def site_line(question: Question) -> str:
    """Where it stands, and by how many years it was judged."""
    one = question.case.sources[0]
    where = f"{abs(one.latitude):.2f} {'NS'[one.latitude < 0]}, "
    where += f"{abs(one.longitude):.2f} {'EW'[one.longitude < 0]}"
    return where if one.site[:1].isdigit() else f"{one.site} ({where})"


def assumptions(question: Question) -> list[str]:
    """What was taken for granted, a sentence each."""
    case, real = question.case, [one for one in question.case.sources if one.year is not None]
    if real:
        weather = f"Weather: {len(real)} real years first, the others dealt out of their days"
    else:
        count = len(case.sources)
        weather = f"Weather: {case.sources[0].source}" + (f" and {count - 1} more" if count > 1 else "")
        weather += "; its days are dealt out anew, with gloomy and sunny, cold and warm months"
    if question.monthly:
        weather += ", brought to the long-term means that were given"
    return [f"{weather}.", *_about(case), *_tolerances(question)]


def _about(case: Case) -> list[str]:
    hides = []
    if case.surroundings.horizon or case.surroundings.obstructions:
        hides.append("horizon and obstructions")
    if case.soiling.rate_day or any(case.soiling.monthly):
        hides.append("dirt")
    if case.snow.by_weather or case.snow.falls:
        hides.append("snow")
    looks = panel_looks(case)
    prices = ["Prices are those of a measured profile."] if case.prices else []
    sky = f"Light is hidden by {', '.join(hides)}." if hides else "The panel is clean, with an open sky."
    if not case.design.camera:
        return [looks, sky, *prices]
    garden = f"{case.garden.visitors_per_day * case.visitors_x:g} visitors a day, more in summer."
    knows = "it is told its latitude" if case.latitude else "it is not told its latitude"
    policy = f"The node decides by its own policy; {knows}."
    if case.policy != "ours":
        policy = f"The node decides by the policy {case.policy!r}."
    return [looks, sky, garden, policy, *prices]


def panel_looks(case: Case) -> str:
    """Where the panel looks, and whether that is away from the noon sun."""
    options = case.design.options
    tilt, azimuth = (float(str(options[name] if own is None else own)) for name, own in
                     (("tilt_deg", case.tilt_deg), ("azimuth_deg", case.azimuth_deg)))  # fmt: skip
    away = abs((azimuth - (180.0 if case.sources[0].latitude >= 0.0 else 0.0) + 180.0) % 360.0 - 180.0)
    said = f"The panel is tilted by {tilt:.0f} degrees and looks to {azimuth:.0f} (180 is south)"
    return f"{said}{', away from the noon sun' if away > 90 and tilt > 5 else ''}."


def _tolerances(question: Question) -> list[str]:
    if question.tolerances:
        return ["The nodes differ: panel, battery, energies and gauge as their rows' uncertainties allow."]
    return ["Every node's parts are as their rows say (--tolerances lets them differ)."]
