"""Times that are text: ISO, clock times, months by name, any strptime form; zones and unset clocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .clock import usual_step
from .errors import LogError
from .log import FloatArray

if TYPE_CHECKING:
    from pandas import DatetimeIndex

DAY_S = 86400.0
TIME_FORMS = "a number with a unit, an ISO date, hh:mm:ss, or 'Nov 05 2025 17:00:00'"
#: No INA219 was sold before 2008: an earlier date is a clock that nobody set.
SOLD_FROM_S = datetime(2008, 1, 1, tzinfo=UTC).timestamp()
_CLOCK = re.compile(r"^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?$")
_ISO = re.compile(r"^\d{4}[-/]\d{2}[-/]\d{2}([T ]\d{2}:\d{2}|$)")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2}| UTC)$")
_EITHER_WAY = re.compile(r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


@dataclass(frozen=True, slots=True)
class Stamps:
    """Seconds of each row, the wall time of 0 if it is known, what was noticed.

    `local` says that the clock tells no offset, so that summer time may hide in it.
    """

    t_s: FloatArray
    start: datetime | None = None
    notes: tuple[str, ...] = ()
    local: bool = False


def is_text_time(cell: str) -> bool:
    """Whether a cell is a date or a clock time and no number."""
    return bool(re.search(r"\d[:T]\d|[A-Za-z]{3} \d|\d[-/.]\d{1,2}[-/.]\d", cell))


def wall_clock(cells: Sequence[str], time_format: str | None = None, timezone: str | None = None) -> Stamps:
    """Text times as seconds from the first row.

    Raises
    ------
    LogError : the times have none of TIME_FORMS, or a zone does not know them (no place in the message).
    """
    first = cells[0].strip()
    if time_format is None and _CLOCK.match(first):
        return _time_of_day(cells)
    stamps = _parsed(cells, first, time_format)
    local = (not _OFFSET.search(first) and time_format is None) or bool(
        time_format and "%z" not in time_format
    )
    if local and timezone:
        stamps, local = _in_zone(stamps, timezone), False
    stamp_s = (stamps.as_unit("us").asi8 / 1e6).astype(np.float64)
    if stamp_s[0] < SOLD_FROM_S:
        return clock_set(stamp_s, ())
    return Stamps(stamp_s - stamp_s[0], _start(first, stamps, local, timezone, time_format), (), local)


def _start(
    first: str, stamps: DatetimeIndex, local: bool, timezone: str | None, time_format: str | None
) -> datetime:
    """The first row's wall time, in the offset that it was written with."""
    import pandas as pd

    if local:
        return stamps[0].tz_localize(None).to_pydatetime()
    if timezone and not _OFFSET.search(first):
        return stamps[0].tz_convert(timezone).to_pydatetime()
    if time_format is None and _ISO.match(first):
        return pd.Timestamp(first.replace("/", "-")).to_pydatetime()
    return stamps[0].to_pydatetime()


def _parsed(cells: Sequence[str], first: str, time_format: str | None) -> DatetimeIndex:
    import pandas as pd

    form = time_format or _form(first)
    text: Sequence[str] = cells
    if form == "ISO8601" and "," in first:
        text = [cell.replace(",", ".") for cell in cells]  # Python's logging writes 16:37:28,503
    if form == "ISO8601" and "/" in first:
        text = [cell.replace("/", "-") for cell in text]
    try:
        return pd.DatetimeIndex(pd.to_datetime(pd.Series(text).str.strip(), format=form, utc=True))
    except ValueError as error:
        raise LogError(f"time column: {str(error).splitlines()[0][:120]}") from None


def _form(first: str) -> str:
    if _ISO.match(first):
        return "ISO8601"
    if re.match(r"^[A-Z][a-z]{2} \d", first):
        return "%b %d %Y %H:%M:%S"
    if _EITHER_WAY.match(first):
        raise LogError(
            f"time '{first[:40]}' does not tell day from month; say --time-format, "
            "such as '%d/%m/%Y %H:%M:%S'"
        )
    raise LogError(f"time '{first[:40]}' has no known form: {TIME_FORMS}")


def _in_zone(stamps: DatetimeIndex, timezone: str) -> DatetimeIndex:
    """Local times of a zone as UTC; the hour that comes twice is split where the clock falls back."""
    import pandas as pd

    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise LogError(f"'{timezone}' is no time zone; say one such as Europe/Berlin") from None
    naive = stamps.tz_localize(None)
    try:
        early = naive.tz_localize(zone, ambiguous=np.ones(len(naive), dtype=bool))
        late = naive.tz_localize(zone, ambiguous=np.zeros(len(naive), dtype=bool))
    except ValueError as error:
        raise LogError(f"time column: {str(error)[:80]} in {timezone}; is it summer time there?") from None
    second = _second_pass(naive.asi8, np.asarray(early != late))
    return pd.DatetimeIndex(early.tz_convert("UTC").where(~second, late.tz_convert("UTC")))


def _second_pass(count: NDArray[np.int64], twice: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows of an hour that comes twice lie behind the fall of the clock."""
    second = np.zeros(len(count), dtype=bool)
    falls = np.concatenate(([False], np.diff(count) < 0))
    behind = False
    for row in np.flatnonzero(twice):
        if row and not twice[row - 1]:
            behind = False
        behind = behind or bool(falls[row])
        second[row] = behind
    return second


def clock_set(stamp_s: FloatArray, notes: tuple[str, ...]) -> Stamps:
    """A clock that was not set at the start, and perhaps later: the years between never happened."""
    said = datetime.fromtimestamp(float(stamp_s[0]), UTC).strftime("%Y-%m-%d")
    jump = np.flatnonzero((stamp_s[:-1] < SOLD_FROM_S) & (stamp_s[1:] >= SOLD_FROM_S)) + 1
    if not jump.size:
        note = f"The clock was not set (it begins at {said}); the log's times are only relative."
        return Stamps(stamp_s - stamp_s[0], None, (*notes, note))
    row = int(jump[0])
    moved = stamp_s.copy()
    moved[:row] += stamp_s[row] - stamp_s[row - 1] - usual_step(np.diff(stamp_s[:row]))
    start = datetime.fromtimestamp(float(moved[0]), UTC)
    note = (
        f"The clock was not set at first (it begins at {said}) and was set before row {row + 1}; "
        "the rows before it are placed one usual step ahead."
    )
    return Stamps(moved - moved[0], start, (*notes, note))


def _time_of_day(cells: Sequence[str]) -> Stamps:
    """hh:mm:ss times without a date; a fall of most of a day is midnight."""
    import pandas as pd

    plain = [cell.strip().replace(",", ".") for cell in cells]
    try:
        deltas = pd.TimedeltaIndex(pd.to_timedelta([cell + ":00" * (cell.count(":") == 1) for cell in plain]))
    except ValueError as error:
        raise LogError(f"time column: {str(error)[:120]}") from None
    seconds = np.array(deltas.total_seconds(), dtype=np.float64)
    midnight = np.diff(seconds) < -0.9 * DAY_S
    seconds[1:] += np.cumsum(midnight) * DAY_S
    times = int(midnight.sum())
    note = (f"The clock passes midnight {times} time(s); the days are counted on.",) if times else ()
    return Stamps(seconds - seconds[0], None, note, local=True)
