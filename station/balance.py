"""Energy of a node as home knows it: what it used by its own books, and what the sun must have given for the
charge that it told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from station.standing import DAY_s
from station.timeline import Timeline

#: A camera that was on without a picture that could be kept.
_FOR_NOTHING = ("TOO_DARK", "FRAME_BAD", "CAMERA_FAILED", "NO_SPACE")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days: mean use and harvest of a day, Wh."""

    from_s: float
    until_s: float
    used_Wh: float
    harvest_Wh: float


def stretches(
    life: Timeline,
    charge: Sequence[tuple[float, float]],
    cell_J: float,
    from_s: float,
    until_s: float,
    days: int,
) -> list[Stretch]:
    """Harvest of each `days` days: what was used, and by how much the charge rose. Charge is (t_s, per cent).

    Only stretches that begin and end with a known charge; the charge's grain is 1 per cent of the cell.
    """  # fmt: skip
    found = []
    at_s = until_s - days * DAY_s
    while at_s >= from_s - 1.0:
        end_s = at_s + days * DAY_s
        begins, ends = _charge_at(charge, at_s), _charge_at(charge, end_s)
        if begins is not None and ends is not None:
            used_J = sum(
                _joules(row.V, row.mA, _overlap(row.t_s, row.dt_s, at_s, end_s)) for row in life.rows
            )
            gained_J = (ends - begins) / 100.0 * cell_J
            used, gained = (joules / 3600.0 / days for joules in (used_J, gained_J))
            found.append(Stretch(at_s, end_s, used, max(0.0, used + gained)))
        at_s -= days * DAY_s
    return found[::-1]


def _charge_at(charge: Sequence[tuple[float, float]], t_s: float) -> float | None:
    """The charge around a time: the median of half a day to both sides, as one reading may be far off."""
    near = [value for at_s, value in charge if abs(at_s - t_s) <= DAY_s / 2.0]
    return float(median(near)) if near else None


def _overlap(t_s: float, dt_s: float, from_s: float, until_s: float) -> float:
    return max(0.0, min(t_s + dt_s, until_s) - max(t_s, from_s))


def _joules(V: float, mA: float, dt_s: float) -> float:
    return V * mA / 1000.0 * dt_s


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a node's energy went, J, and how many wakes it were.

    Attributes
    ----------
    asleep_J : sleep. pictures : wakes with a picture. nothing : the camera was on, and no picture came.
    other : wakes without the camera. picture_J, nothing_J, other_J : theirs, Wi-Fi included.
    """

    asleep_J: float = 0.0
    pictures: int = 0
    picture_J: float = 0.0
    nothing: int = 0
    nothing_J: float = 0.0
    other: int = 0
    other_J: float = 0.0


def spent(life: Timeline) -> Spent:
    """Sort the wakes of a stretch by what came of them."""
    asleep_J = 0.0
    wakes: dict[int, tuple[float, bool]] = {}
    for row in life.rows:
        joules = _joules(row.V, row.mA, row.dt_s)
        if row.state == "SLEEP":
            asleep_J += joules
            continue
        sum_J, looked = wakes.get(row.marker, (0.0, False))
        wakes[row.marker] = (sum_J + joules, looked or row.state == "CAPTURE" or row.state == "CAMERA")
    kept = {event.wake for event in life.events if event.reason == "PICTURE"}
    failed = {event.wake for event in life.events if event.reason in _FOR_NOTHING}
    groups: dict[str, list[float]] = {"picture": [], "nothing": [], "other": []}
    for wake, (joules, looked) in wakes.items():
        good = wake in kept and wake not in failed
        groups["picture" if good else "nothing" if looked else "other"].append(joules)
    picture, nothing, other = groups.values()
    return Spent(
        asleep_J, len(picture), sum(picture), len(nothing), sum(nothing), len(other), sum(other)
    )  # fmt: skip
