"""What a week of logs says of its site, in plain words and two tables; 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .report_parts import heading, paragraph, table
from .site import Site
from .site_months import MonthSun
from .site_rows import FULL, IDLE, LIMIT, TELLS
from .site_shade import Shade
from .site_tilt import Plane

WIDTH = 80
#: Rows that say nothing are worth a word from this share of the sunny ones on.
LEFT_OUT = 0.05
COMPASS = (
    "north", "north-north-east", "north-east", "east-north-east", "east", "east-south-east", "south-east",
    "south-south-east", "south", "south-south-west", "south-west", "west-south-west", "west",
    "west-north-west", "north-west", "north-north-west",
)  # fmt: skip
#: Less sun than this share of a month comes from where nobody knows what stands there: not worth a word.
LITTLE_UNKNOWN = 0.1


def report(
    site: Site, months: Sequence[MonthSun], more: Sequence[str] = (), plane: Plane | None = None
) -> str:
    """The whole report; `more` : parts that follow, such as the forecast. `plane` : one that fits better."""
    said = " ".join([*sentences(site), *plane_sentences(plane)])
    parts = [
        _title(site), paragraph(said, width=WIDTH), _hours(site), _months(months), *more
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def sentences(site: Site) -> list[str]:
    """The answer: panel, shade, clock, and what the log cannot tell."""
    said = [panel_sentence(site), *(shade_sentence(shade) for shade in site.shades)]
    if not site.shades and site.sure:
        said.append("Nothing was found that stands before the sun, as far as it was seen.")
    return [one for one in (*said, clock_sentence(site), *_left_out(site)) if one]


def panel_sentence(site: Site) -> str:
    """What the panel is worth."""
    label, (watts, least, most) = site.source.label_W, site.panel_W
    if not site.sure:
        return (
            f"Only {_hours_text(site.clear_h)} of clear sky in {days_text(site)}: the brightest rows are "
            f"those of a {_watts(watts)} W panel ({_watts(least)} to {_watts(most)}); a clear week tells."
        )
    return (
        f"Your {label:g} W panel works like {_watts(watts)} W ({_watts(least)} to {_watts(most)}), by "
        f"{_hours_text(site.clear_h)} of clear sky in {days_text(site)}."
    )


def shade_sentence(shade: Shade) -> str:
    """When something stands before the sun, where, and how much it takes."""
    taken, least, most = (100.0 * (1.0 - share) for share in (shade.passes, shade.most, shade.least))
    much = "all of the sun" if taken > 97.0 else f"{taken:.0f} % ({least:.0f} to {most:.0f}) of the sun"
    return (
        f"Between {clock(shade.from_h)} and {clock(shade.to_h)} something in the {compass(shade.middle_deg)} "
        f"takes {much}; it reaches at least {shade.top_deg:.0f} degrees up."
    )


def clock_sentence(site: Site) -> str:
    """Whether the log's clock is right."""
    if not site.fast_min:
        return ""
    way = "fast" if site.fast_min > 0 else "slow"
    return (
        f"The log's clock is about {abs(site.fast_min):.0f} min {way}, by its dawns, dusks and the course of "
        f"its days: the rows were moved. All hours here are {zone_text(site)}."
    )


def plane_sentences(plane: Plane | None) -> list[str]:
    """That the panel seems to stand otherwise, if it does."""
    if plane is None:
        return []
    return [
        f"The days fit a panel much better that is tilted about {plane.tilt_deg:.0f} degrees and looks about "
        f"{compass(plane.azimuth_deg)} ({plane.azimuth_deg:.0f} degrees): look at it again, for panel, shade "
        f"and clock above depend on it."
    ]


def zone_text(site: Site) -> str:
    """UTC-5 or UTC+5:30."""
    offset = site.zone.utcoffset(None)
    assert offset is not None
    minutes = round(offset.total_seconds() / 60.0)
    rest = f":{abs(minutes) % 60:02d}" if minutes % 60 else ""
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60}{rest}" if minutes else "UTC"


def clock(hours: float) -> str:
    """An hour of the day as 14:40."""
    minutes = round(60.0 * hours) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def compass(azimuth_deg: float) -> str:
    """A direction as people say it."""
    return COMPASS[round(azimuth_deg / 22.5) % 16]


def _title(site: Site) -> str:
    spot = site.spot
    north, east = "N" if spot.latitude >= 0 else "S", "E" if spot.longitude >= 0 else "W"
    return (
        f"{site.log.source}: {days_text(site)} from {site.reading.rows.first:%d %B %Y}\n"
        f"{abs(spot.latitude):.2f} {north}, {abs(spot.longitude):.2f} {east}; panel tilted {spot.tilt_deg:g} "
        f"degrees, looking {compass(spot.azimuth_deg)}; hours are {zone_text(site)}"
    )


def _left_out(site: Site) -> list[str]:
    code = site.reading.rows.code
    lit = int(np.isin(code, (TELLS, FULL, LIMIT, IDLE)).sum())
    said = {
        FULL: "the battery was full or nearly, and took less than the sun gave",
        LIMIT: "the charger was at its limit",
        IDLE: "nothing was drawn although there was light (deep shade, frost, a full battery, a loose wire)",
    }
    return [
        f"{100.0 * count / lit:.0f} % of the sunny rows were left out: {why}."
        for kind, why in said.items()
        if (count := int((code == kind).sum())) > LEFT_OUT * lit
    ]


def _hours(site: Site) -> str:
    rows: list[tuple[str, ...]] = []
    for places in site.places:
        for hour in range(24):
            at = np.flatnonzero(places.lit & (places.starts_h.astype(int) == hour))
            if not at.size:
                continue
            clear_h = float(places.clear_rows[at].sum()) * site.reading.rows.step_min / 60.0
            share = float(places.passes[at].mean())
            seen = bool(places.seen[at].any())
            rows.append((
                f"{hour:02d}", f"{places.azimuth_deg[at].mean():.0f}",
                f"{places.elevation_deg[at].mean():.0f}", f"{clear_h:.1f}",
                f"{100 * share:.0f} %" if seen else "?", _verdict(share, seen),
            ))  # fmt: skip
    head = ("hour", "azimuth", "height", "clear h", "passes", "")
    return "\n".join((heading("Hour by hour"), table([head, *rows], right=(1, 2, 3, 4))))


def _verdict(share: float, seen: bool) -> str:
    if not seen:
        return "no clear sun seen"
    return "open" if share > 0.97 else "shade" if share < 0.6 else "partly in shade"


def _months(months: Sequence[MonthSun]) -> str:
    rows = [("", "sun known", "comes through", "at the least")]
    rows += [
        (one.name, f"{100 * one.known:.0f} %", f"{100 * one.passes:.0f} %", f"{100 * one.darkest:.0f} %")
        for one in months
    ]
    said = (
        "Share of a clear day's sun from directions that the log has seen; what comes through if all else is "
        "open, and if all else is hidden as far as the log allows (up to 25 degrees)."
    )
    return "\n".join(
        (heading("The sun of other months"), paragraph(said, width=WIDTH), table(rows, right=(1, 2, 3)))
    )


def unknown_sentence(months: Sequence[MonthSun], name: str, called: str) -> str:
    """What of a month's sun nobody has seen, and when to look."""
    month = next(one for one in months if one.name == name)
    if month.known > 1.0 - LITTLE_UNKNOWN:
        return ""
    return (
        f"Of {called}'s sun {100 * (1.0 - month.known):.0f} % comes from where this log has seen no clear "
        f"sun; a week logged nearer to {called} would tell."
    )


def days_text(site: Site) -> str:
    days = site.log.duration_s / 86400.0
    return f"{days:.0f} days" if days >= 1.5 else "1 day"


def _hours_text(hours: float) -> str:
    return f"{hours:.0f} h" if hours >= 9.5 else f"{hours:.1f} h"


def _watts(watts: float) -> str:
    return f"{watts:.0f}" if watts >= 99.5 else f"{watts:.1f}" if watts >= 9.95 else f"{watts:.2f}"
