"""A node's energy profile from its log: what each state of the firmware really takes, and how sure that is.

What a node only reckoned, and a sleep that its meter cannot tell from nothing, is not in it: there the
design's rows stand, and the sentences say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, isnan

import numpy as np
from numpy.typing import NDArray

from boards import Design, half_full_V
from sim.booked import beside
from sim.differences import AWAKE
from sim.node_meter import pga_of
from sim.odds.profile import MeasuredState, Profile
from sim.prices import states_of

from .errors import AnalysisError
from .firmware_states import firmware_states
from .floor import STATED, ZEROED, Floor
from .log import VISITS, Log
from .meters import Meter, chip
from .rest_noise import NORMAL_95
from .state_rows import StateTable

#: Fewest visits whose mean price is given to the odds as it is.
ENOUGH = 10
#: Fewer visits than this are worth a word of warning.
FEW = 5
#: Prices of whole actions: key of the file, states that they are made of, the state whose visits are counted.
ACTIONS = (
    ("join_mJ", ("CONNECT",), "CONNECT"),
    ("picture_mJ", ("CAMERA", "CAPTURE", "STORE"), "STORE"),
)
SLEEPS = ("SLEEP", "OFF")


@dataclass(frozen=True, slots=True)
class LogProfile:
    """A profile, and what its log could not tell, in sentences."""

    profile: Profile
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """One state of the firmware: the sums of those rows that a meter read, all its visits and their time, how
    its mean power scatters from visit to visit, and the part of it that was priced in between (0 to 1)."""

    seconds: float
    mJ: float
    mC: float
    visits: int
    whole_s: float
    scatter_mW: float
    partly: float


def measured_profile(
    log: Log, table: StateTable, floor: Floor, design: Design, names: Mapping[str, str] | None = None
) -> LogProfile:
    """What a log says of a design's states.

    Parameters
    ----------
    names : which state of the firmware a state of the log is, where its name does not say so.
    """
    if isnan(float(np.min(log.V))):
        raise AnalysisError(f"{log.source}: has no voltage, which a profile needs: say it with --voltage.")
    states = firmware_states(table, design, names)
    read = {state: _rows(log, table, states, state) for state in dict.fromkeys(states.values())}
    awake = {state: rows for state, rows in read.items() if state not in SLEEPS and rows.seconds > 0.0}
    if len(awake) > 1:
        awake.pop(AWAKE, None)
    meter = _meter(log, floor, design)
    measured = {
        state: _state(rows, meter, floor, design, state) for state, rows in sorted(awake.items(), key=_order)
    }
    rest = _rest(log, floor, design, read)
    prices, unsure = _actions(read, measured) if log.has_states else ({}, {})
    profile = Profile(
        f"{design.name}, measured", prices, unsure, {**measured, **rest}, _origin(log, meter, design)
    )
    return LogProfile(profile, tuple(_untold(table, states, read, floor, rest, design)))


def _order(item: tuple[str, _Rows]) -> float:
    return -item[1].mJ


def _rows(log: Log, table: StateTable, states: Mapping[str, str], state: str) -> _Rows:
    """The rows of a state that a meter read, wholly or partly."""
    codes = [code for code, name in enumerate(table.names) if states.get(name) == state]
    visits = table.visits
    chosen = np.isin(visits.state, codes)
    rows = _spans(visits.first[chosen], visits.end[chosen])
    kinds = np.array([*log.qualities, ""])[log.quality[rows]]
    rows, partly = rows[kinds != "inferred"], kinds[kinds != "inferred"] == "not sampled"
    dt_s, mJ, mC = log.dt_s[rows], log.energy_mJ[rows], log.charge_mC[rows]
    seconds = float(dt_s.sum())
    each = visits.energy_mJ[chosen] / np.maximum(visits.duration_s[chosen], 1e-9)
    weights = visits.duration_s[chosen]
    return _Rows(
        seconds, float(mJ.sum()), float(mC.sum()), int(chosen.sum()), float(weights.sum()),
        _scatter(each, weights), float(dt_s[partly].sum() / seconds) if seconds else 0.0,
    )  # fmt: skip


def _spans(first: NDArray[np.intp], end: NDArray[np.intp]) -> NDArray[np.intp]:
    """All rows from each first to before its end."""
    lengths = end - first
    starts = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.asarray(starts + np.arange(len(starts)), dtype=np.intp)


def _scatter(each: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Half width of the 95 % interval of the mean over visits, from how they differ; 0 for a single one."""
    if len(each) < 2 or weights.sum() <= 0.0:
        return 0.0
    share = weights / weights.sum()
    mean = float((share * each).sum())
    return NORMAL_95 * float(np.sqrt((share**2 * (each - mean) ** 2).sum() * len(each) / (len(each) - 1)))


def _meter(log: Log, floor: Floor, design: Design) -> Meter:
    """A node log was read by the node's own meter, on the range that its design chose."""
    if log.kind == VISITS and "measured" in log.qualities:
        return chip(design.meter.v("shunt"), pga_of(design))
    return floor.meter


def _state(rows: _Rows, meter: Meter, floor: Floor, design: Design, state: str) -> MeasuredState:
    V = rows.mJ / rows.mC if rows.mC else half_full_V(design)
    mW = max(0.0, rows.mJ / rows.seconds - floor.zero_mA * V)
    zero_mA = meter.drift_mA if floor.how == ZEROED else meter.worst_mA
    reading = meter.gain * mW + zero_mA * V
    priced = mW * beside(design, state) if state in states_of(design) else 0.0
    off = reading + rows.partly * (priced - reading) / 2.0 if priced > reading else reading
    return MeasuredState(mW, hypot(off, rows.scatter_mW), V, rows.whole_s / max(1, rows.visits), rows.visits)


def _rest(log: Log, floor: Floor, design: Design, read: Mapping[str, _Rows]) -> dict[str, MeasuredState]:
    """The sleep, if its floor is known."""
    if not floor.known:
        return {}
    V = floor.V if floor.V == floor.V else float(np.average(log.V, weights=log.dt_s))
    state = "OFF" if design.latch else "SLEEP"
    rows = read.get(state)
    visits = rows.visits if rows else 0
    seconds = floor.share.rest_s / visits if floor.share and visits else 0.0
    return {state: MeasuredState(floor.value_mA * V, floor.off_mA * V, V, seconds, visits)}


def _actions(
    read: Mapping[str, _Rows], measured: Mapping[str, MeasuredState]
) -> tuple[dict[str, float], dict[str, float]]:
    """Prices of whole actions, whose length is the real node's own, and their uncertainties."""
    prices, unsure = {}, {}
    for key, states, counted in ACTIONS:
        there = [state for state in states if state in measured]
        count = read[counted].visits if counted in read else 0
        if len(there) == len(states) and count >= ENOUGH:
            prices[key] = sum(_visit_mJ(measured[state]) * measured[state].visits for state in there) / count
            unsure[key] = sum(
                measured[state].off_mW * measured[state].s * measured[state].visits for state in there
            ) / count  # fmt: skip
    return prices, unsure


def _visit_mJ(one: MeasuredState) -> float:
    return one.mW * one.s


def _origin(log: Log, meter: Meter, design: Design) -> dict[str, str | float]:
    found: dict[str, str | float] = {
        "log": log.source, "design": design.name, "meter": meter.title, "days": log.duration_s / 86_400.0,
    }  # fmt: skip
    if log.start is not None:
        found["begun"] = f"{log.start:%Y-%m-%d %H:%M}"
    return found


def _untold(
    table: StateTable, states: Mapping[str, str], read: Mapping[str, _Rows], floor: Floor,
    rest: Mapping[str, MeasuredState], design: Design,
) -> list[str]:  # fmt: skip
    """What the log does not tell, for people."""
    said = []
    dearest = sorted(table.states, key=lambda row: -row.charge_mC)
    unknown = [row.name for row in dearest if row.name not in states]
    if unknown:
        said.append(
            f"No state of the firmware is called {', '.join(unknown)}: say which it is (--names "
            f"'{unknown[0]}=UPLOAD'), else it is not in the profile."
        )
    reckoned = [state for state, rows in read.items() if rows.seconds == 0.0 and state not in SLEEPS]
    if reckoned:
        said.append(f"The node only reckoned {', '.join(reckoned)}: there the design's rows stand.")
    once = [
        state for state, rows in read.items() if rows.seconds and rows.visits < FEW and state not in SLEEPS
    ]
    if once:
        said.append(f"{', '.join(once)}: fewer than {FEW} visits, which tell little of a mean.")
    if not rest:
        said.append(
            "Its sleep is not in the profile, since this log cannot tell it: there the design's rows stand "
            "unless --sleep-current says more."
        )
    elif floor.how == STATED:
        said.append("Its sleep is what you said, not what this log shows.")
    absent = [state for state in states_of(design) if state not in (*read, "-", "SLEEP", "RECOVER")]
    if absent and AWAKE not in read:
        never = "Not named in it are" if unknown else "The log never shows"
        said.append(f"{never} {', '.join(absent)}: there the design's rows stand.")
    return said
