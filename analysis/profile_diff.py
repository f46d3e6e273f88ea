"""A profile against its design's rows: which state takes more than it should, and what may be behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from math import hypot, isnan, nan

import numpy as np
from numpy.typing import NDArray

from boards import Design, half_full_V
from sim.differences import AWAKE, Expected, expected_of
from sim.odds.keeping import kept
from sim.odds.profile import NAMES, MeasuredState, Profile
from sim.prices import part_mW
from sim.scenario import Scenario
from sim.state_parts import parts_of, plus_minus_mW

from .amounts import within
from .left_on import Suspect, suspects
from .magnitudes import power
from .profile_sums import common_cause

#: Verdicts.
MORE, LESS, SAME, UNLIKE = "more", "less", "as the rows say", "visits unlike the twin's"
#: Day of the year on which the twin's days begin.
START_DAY = 165
#: A state that takes this much longer, or shorter, than in the twin is worth a word.
LONGER = 0.25
#: Fewer visits tell nothing of their length.
FEW = 5


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One state.

    Attributes
    ----------
    measured_mW, off_mW : with its plus or minus. rows_mW, rows_off_mW : what the rows say, and theirs.
    over_mW, over_off_mW : the difference. verdict : MORE, LESS, or SAME where both doubts allow it, UNLIKE
        where the length of its visits may be all there is to it.
    suspects : what may draw that much. largest : the row that
        weighs most. visits : how many. s, rows_s : a visit's mean length, and the twin's (0: not known).
    """

    state: str
    measured_mW: float
    off_mW: float
    rows_mW: float
    rows_off_mW: float
    verdict: str
    suspects: tuple[Suspect, ...]
    largest: str
    visits: int
    s: float
    rows_s: float

    @property
    def over_mW(self) -> float:
        """By how much it takes more."""
        return self.measured_mW - self.rows_mW

    @property
    def over_off_mW(self) -> float:
        """Both doubts together."""
        return hypot(self.off_mW, self.rows_off_mW)

    @property
    def sentence(self) -> str:
        """For people."""
        where = {"SLEEP": "Asleep", "OFF": "Switched off", AWAKE: "Awake"}.get(self.state, f"In {self.state}")
        rows = f"the rows say {within(self.rows_mW, self.rows_off_mW)} mW"
        taken = f"{where} it takes {within(self.measured_mW, self.off_mW)} mW, {rows}"
        if self.verdict == SAME:
            return f"{taken}: no difference that these doubts do not cover."
        if self.verdict == UNLIKE:
            return f"{taken}; its visits are of another length, so its mean power is not compared."
        size = f"{power(abs(self.over_mW))} {'too much' if self.verdict == MORE else 'less'}"
        return f"{taken}: {size}{self._cause}."

    @property
    def _cause(self) -> str:
        if self.verdict == LESS:
            return ", so the rows are on the safe side"
        if not self.suspects:
            return f"; nothing left on would fit that, so a row may be wrong, {self.largest} first"
        fits = "; or ".join(one.words for one in self.suspects)
        return f"; that would fit: {fits}; or a row is wrong, {self.largest} first"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All states by what they matter, and what they have in common, in sentences."""

    rows: tuple[RowDifference, ...]
    sentences: tuple[str, ...]


def row_differences(
    profile: Profile, design: Design, expected: Mapping[str, Expected] | None = None
) -> Comparison:
    """Compare; `expected` : what the twin takes by its rows (else it lives some days to tell)."""
    if expected is None:
        expected = by_rows_of(design)
    rows = tuple(
        _row(state, one, expected[state], design)
        for state, one in sorted(profile.measured.items(), key=_weight)
        if state in expected
    )
    compared = [row for row in rows if row.verdict != UNLIKE]
    said = [row.sentence for row in rows if row.verdict in (MORE, LESS)]
    same = [row.state for row in rows if row.verdict == SAME]
    if same:
        said.append(f"As the rows say, within both doubts: {', '.join(same)}.")
    return Comparison(rows, (*said, *common_cause(_over(compared)), *_lengths(rows)))


def by_rows_of(design: Design) -> dict[str, Expected]:
    """What the twin takes by the design's rows in some days of June, worked out once and kept."""

    def lived() -> NDArray[np.generic]:
        found = expected_of(Scenario(str(design.path), start_day=START_DAY))
        nothing = Expected(nan, nan, nan, nan)
        return np.array([astuple(found.get(name, nothing)) for name in NAMES])

    made_from = (str(design.path), design.path.read_text("utf-8"))
    rows = zip(NAMES, kept("expected", made_from, lived), strict=True)
    return {name: Expected(*map(float, row)) for name, row in rows if not isnan(row[0])}


def _weight(item: tuple[str, MeasuredState]) -> float:
    """The sleep first, then by energy."""
    state, one = item
    return float("-inf") if state in ("SLEEP", "OFF") else -one.mW * one.s * max(1, one.visits)


def _row(state: str, one: MeasuredState, by_rows: Expected, design: Design) -> RowDifference:
    rows_mW = by_rows.mW(one.V or by_rows.V or half_full_V(design))
    rows_off = plus_minus_mW(design, "BOOT" if state in (AWAKE, "FLOOR") else state)
    over, doubt = one.mW - rows_mW, hypot(one.off_mW, rows_off)
    verdict = SAME if abs(over) <= doubt else MORE if over > 0.0 else LESS
    if verdict != SAME and _unlike(one, by_rows.seconds, rows_mW):
        verdict = UNLIKE
    found = suspects(design, state, over, doubt) if verdict == MORE else ()
    return RowDifference(
        state, one.mW, one.off_mW, rows_mW, rows_off, verdict, found, _largest(design, state), one.visits,
        one.s, by_rows.seconds,
    )  # fmt: skip


def _unlike(one: MeasuredState, rows_s: float, rows_mW: float) -> bool:
    """Whether visits are shorter and take less energy although the mean power is higher, or the reverse.

    A short visit to SETTLE is without the cheap wait at its end; that is no fault of a part.
    """
    if not rows_s or not one.s or abs(one.s / rows_s - 1.0) <= LONGER:
        return False
    return (one.mW > rows_mW) != (one.mW * one.s > rows_mW * rows_s)


def _largest(design: Design, state: str) -> str:
    part, row = max(parts_of(design, state), key=lambda pair: part_mW(design, *pair))
    return f"{row} of {part.name}"


def _over(rows: Sequence[RowDifference]) -> list[tuple[str, float, float, float, float]]:
    return [(row.state, row.measured_mW, row.off_mW, row.rows_mW, row.rows_off_mW) for row in rows]


def _lengths(rows: Sequence[RowDifference]) -> list[str]:
    """States whose visits last longer or shorter than in the twin: their energy differs even so."""
    found = [
        f"{row.state} lasts {row.s:.2g} s a visit where the twin takes {row.rows_s:.2g} s"
        + (", so its mean power is not compared" if row.verdict == UNLIKE else "")
        for row in rows
        if row.visits >= FEW and row.rows_s > 0.0 and row.state not in ("SLEEP", "OFF", AWAKE)
        and abs(row.s / row.rows_s - 1.0) > LONGER
    ]  # fmt: skip
    return [f"{'; '.join(found)}."] if found else []
