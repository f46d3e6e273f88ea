"""The steps of a log: gaps found and never bridged, shared stamps spread, falls found or mended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .log import LOOKED_AT, FloatArray
from .pieces import pieces

#: A step longer than this many usual steps is a gap.
GAP_STEPS = 3.0
#: Rows that arrive late are dropped by a salvage if the time is back in order within this many.
LATE_ROWS = 20
#: From so many rows on, steps that differ by less than this part are one step, kept once.
EVEN_ROWS, SAME = 65_536, 1e-5


@dataclass(frozen=True, slots=True)
class Intervals:
    """How long each row counts (s), how many gaps there are, and what they leave out (s)."""

    dt_s: FloatArray
    gaps: int
    missing_s: float


@dataclass(frozen=True, slots=True)
class Mended:
    """Times that never fall: which rows stay, how many came late, and how often the clock began anew."""

    t_s: FloatArray
    keep: NDArray[np.bool_]
    late: int
    restarts: int


def backward_row(t_s: FloatArray) -> int | None:
    """The first row whose time is before the row above it, or None."""
    for piece in pieces(len(t_s) - 1):
        falls = t_s[piece.start + 1 : piece.stop + 1] < t_s[piece]
        if falls.any():
            return int(piece.start + np.argmax(falls)) + 1
    return None


def intervals(t_s: FloatArray, dt_s: FloatArray | None) -> Intervals:
    """How long each row counts.

    With a dt column each row says it itself. Without one, a row lasts until the next, but a
    step longer than GAP_STEPS usual steps counts as one usual step: nobody saw the rest.
    """
    if dt_s is not None:
        unseen = np.diff(t_s) - dt_s[:-1]
        gap = unseen > GAP_STEPS * float(np.median(dt_s))
        return Intervals(dt_s, int(gap.sum()), float(unseen[gap].sum()))
    even = _even(t_s)
    if even is not None:
        return _alike(even, len(t_s))
    counted = np.empty(len(t_s))
    step = counted[:-1]
    np.subtract(t_s[1:], t_s[:-1], out=step)
    counted[-1] = usual = usual_step(step)
    long = np.flatnonzero(step > GAP_STEPS * usual)
    missing_s = float((step[long] - usual).sum())
    step[long] = usual
    return Intervals(counted, len(long), missing_s)


def _alike(step_s: float, rows: int) -> Intervals:
    return Intervals(np.broadcast_to(np.float64(step_s), (rows,)), 0, 0.0)


def _even(t_s: FloatArray) -> float | None:
    """The step of a long log whose steps are all the same but for rounding, s; else None."""
    if len(t_s) < EVEN_ROWS:
        return None
    even = float(t_s[-1] - t_s[0]) / (len(t_s) - 1)
    for piece in pieces(len(t_s) - 1):
        step = t_s[piece.start + 1 : piece.stop + 1] - t_s[piece]
        if step.max() - even > SAME * even or even - step.min() > SAME * even:
            return None
    return even


def usual_step(step: FloatArray) -> float:
    """The median of the steps that go forward, s; 0 if none does.

    Of a long log every so many-th step is looked at.
    """
    step = step[:: 1 + len(step) // LOOKED_AT]
    forward = step[step > 0]
    return float(np.median(forward)) if forward.size else 0.0


def shared_stamps(t_s: FloatArray) -> tuple[FloatArray, Intervals, int]:
    """Rows that share a stamp share its time evenly. Returns (times, intervals, rows that repeat one).

    A logger that writes whole seconds ten times a second says when each second began; its
    ten rows are a tenth of a second each. Gaps are those between the stamps. Rows of the
    last stamp last no longer than rows usually do: the stamp may not have been over.
    """
    even = _even(t_s)
    if even:  # steps that are all alike repeat no stamp
        return t_s, _alike(even, len(t_s)), 0
    same = t_s[1:] == t_s[:-1]
    repeated = int(np.count_nonzero(same))
    if not repeated:
        return t_s, intervals(t_s, None), 0
    first = np.flatnonzero(np.concatenate(([True], ~same)))
    rows = np.diff(np.append(first, len(t_s)))
    steps = intervals(t_s[first], None)
    row_s = steps.dt_s / rows
    row_s[-1] = min(row_s[-1], float(np.median(np.repeat(row_s[:-1], rows[:-1])))) if len(rows) > 1 else 0.0
    dt_s = np.repeat(row_s, rows)
    place = np.arange(len(t_s)) - np.repeat(first, rows)
    return t_s + place * dt_s, Intervals(dt_s, steps.gaps, steps.missing_s), repeated


def mended(t_s: FloatArray) -> Mended:
    """Times that fall, made to rise: late rows go, and after a restart the clock is counted on.

    How long the logger was away at a restart nobody knows; one usual step stands for it.
    """
    keep = np.ones(len(t_s), dtype=bool)
    shift = np.zeros(len(t_s))
    usual, late, restarts, done = usual_step(np.diff(t_s)), 0, 0, 0
    for fall in np.flatnonzero(np.diff(t_s) < 0) + 1:
        if fall < done:
            continue
        before = t_s[fall - 1]
        back = np.flatnonzero(t_s[fall : fall + LATE_ROWS + 1] >= before)
        if back.size:
            done = int(fall + back[0])
            keep[fall:done], late = False, late + done - int(fall)
        else:
            shift[fall], restarts = before + usual - t_s[fall], restarts + 1
    return Mended(t_s + np.cumsum(shift), keep, late, restarts)
