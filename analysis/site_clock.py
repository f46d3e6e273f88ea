"""Whether the log's clock is right: dawn and dusk in the light of the log against those of the sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray
from .site_reading import Reading

#: A row counts as lit at this share of a bright row's current. Low: no wall keeps the whole sky from a panel.
LIT = 0.02
#: A clock is put right from so many minutes on, by dawn or dusk alone from more on; if they lie further apart
#: than the third, they are not those of one day.
LEAST_min, ALONE_min, APART_min = 12.0, 25.0, 150.0
#: Days that must show a dawn and a dusk.
LEAST_DAYS = 2
#: A noon that is off by more hours than this may cut the log's days in two.
FAR_h = 3.0


@dataclass(frozen=True, slots=True)
class Clock:
    """How far the log's clock is fast, min (below 0: slow), and half width of its interval; the days seen.

    `dawn_min`, `dusk_min` : the same by the one and by the other alone.
    """

    fast_min: float
    off_min: float
    days: int
    dawn_min: float = 0.0
    dusk_min: float = 0.0

    @property
    def wrong(self) -> bool:
        """Whether dawn and dusk agree on it."""
        return self.days >= LEAST_DAYS and bool(abs(self.fast_min) >= max(LEAST_min, 2.0 * self.off_min))

    @property
    def others(self) -> tuple[float, ...]:
        """What else it may be fast by, if a hill makes the dawn late or the dusk early, min."""
        both = (self.dawn_min, self.dusk_min, self.fast_min)
        return ((self.fast_min,) if self.wrong else ()) + tuple(
            one for one in both if self.days and abs(one) >= ALONE_min
        )


RIGHT = Clock(0.0, 0.0, 0)


def clock_of(reading: Reading) -> Clock:
    """Hold the first and the last light of each day against those of a clear sky.

    A hill in the east makes dawn late and not dusk early: only what moves both the same way is the clock.
    """
    rows = reading.rows
    shape, step = rows.mA.shape, rows.step_min
    seen = np.where(np.isnan(rows.mA), np.nan, reading.seen_A.reshape(shape))
    model = reading.clear_A.reshape(shape)
    if not np.nanmax(seen, initial=0.0) > 0.0:
        return RIGHT
    bright = float(np.nanquantile(seen, 0.98))
    model = model * bright / max(float(np.quantile(model, 0.98)), 1e-9)
    ahead = _hours_off(seen, model)
    late = [
        both
        for day, clear in zip(_later(seen, round(60.0 * ahead / step)), model, strict=True)
        if (both := _late(day, clear, LIT * bright, step)) is not None
    ]
    if not late:
        return RIGHT if not ahead else Clock(60.0 * ahead, 60.0, LEAST_DAYS)
    dawn, dusk = (60.0 * ahead + float(one) for one in np.median(np.array(late), axis=0))
    fast = np.mean(late, axis=1)
    spread = max(1.4826 * float(np.median(np.abs(fast - np.median(fast)))), 0.5 * step)
    off = float(np.hypot(2.0 * spread / np.sqrt(len(fast)), 0.5 * (dawn - dusk)))
    return Clock(60.0 * ahead + float(np.median(fast)), off, len(fast), dawn, dusk)


def _hours_off(seen: FloatArray, model: FloatArray) -> int:
    """Whole hours that the log's noon is off, where they are so many that its night is at noon."""
    places = np.arange(seen.shape[1]) / seen.shape[1]
    turns = [np.angle((np.exp(2j * np.pi * places) * np.nansum(one, axis=0)).sum()) for one in (seen, model)]
    hours = (turns[0] - turns[1]) / (2.0 * np.pi) * 24.0
    hours = (hours + 12.0) % 24.0 - 12.0
    return round(hours) if abs(hours) >= FAR_h else 0


def _later(days: FloatArray, by: int) -> FloatArray:
    """The rows so many places earlier; what comes in from outside the log is unknown."""
    moved = np.full(days.size, np.nan)
    flat = days.reshape(-1)
    if by >= 0:
        moved[: days.size - by] = flat[by:]
    else:
        moved[-by:] = flat[:by]
    return moved.reshape(days.shape)


def _late(day: FloatArray, clear: FloatArray, bright: float, step: float) -> tuple[float, float] | None:
    """By how much a day's dawn and dusk are later than they should be, min; None where they do not agree."""
    there, due = _crossings(day, bright, step), _crossings(clear, bright, step)
    if there is None or due is None:
        return None
    dawn, dusk = there[0] - due[0], there[1] - due[1]
    return (dawn, dusk) if abs(dawn - dusk) <= APART_min else None


def _crossings(day: FloatArray, bright: float, step: float) -> tuple[float, float] | None:
    """First and last moment of a day that is lit, min; None without light, without night, or with gaps."""
    lit = day > bright
    if np.isnan(day).any() or not lit.any() or lit[0] or lit[-1]:
        return None
    first, last = int(np.argmax(lit)), len(lit) - 1 - int(np.argmax(lit[::-1]))
    rise = (bright - day[first - 1]) / max(float(day[first] - day[first - 1]), 1e-9)
    fall = (day[last] - bright) / max(float(day[last] - day[last + 1]), 1e-9)
    return (first - 0.5 + min(rise, 1.0)) * step, (last + 0.5 + min(fall, 1.0)) * step
