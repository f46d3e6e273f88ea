"""Policies, designs and sites side by side: the same question with one thing different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sim.errors import SimError
from sim.odds.case import POLICIES
from sim.odds.question import Question
from sim.odds.tally import Tally
from sim.odds.viability import Viability, viability

#: What the policies are, in a few words.
POLICY_WORDS = {
    "ours": "the node's own", "ramp": "a plain ramp on charge", "fixed": "a quarter of all motions",
    "greedy": "every motion, with lock-out", "always_on": "never asleep",
}  # fmt: skip


#: Fewer pictures a year have no price.
FEW = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One of those compared: its figures, and what a picture costs in all, mJ (none if it takes none)."""

    name: str
    question: Question
    found: Viability
    mJ_per_picture: float | None


def rows(questions: Sequence[Question], tallies: Iterable[Tally]) -> tuple[Row, ...]:
    """The figures of each."""
    return tuple(
        Row(one.name, one, viability(one, tally), _mJ(tally) if one.case.design.camera else None)
        for one, tally in zip(questions, tallies, strict=True)
    )


def _mJ(tally: Tally) -> float | None:
    taken = tally.mean("pictures")
    return 1000.0 * tally.mean("load_J") / taken if taken >= FEW else None


def by_policy(question: Question, policies: Sequence[str]) -> list[Question]:
    """The question under each policy."""
    unknown = next((name for name in policies if name not in POLICIES), None)
    if unknown is not None:
        raise SimError(f"policy {unknown!r} is unknown; there are {', '.join(POLICIES)}.")
    twice = next((name for name in policies if list(policies).count(name) > 1), None)
    if twice is not None:
        raise SimError(f"policy {twice!r} is named twice.")
    return [replace(question, name=name, case=question.case.change(policy=name)) for name in policies]
