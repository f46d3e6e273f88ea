"""How a node stands: what the owner's cards, pages and alerts are made from. Computed, never stored."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from boards import Design, load_design
from sim.nodefile import node_values
from sim.prices import states_of
from sim.protocol import numbers_of
from station.records import Node, Picture, Telemetry
from station.store import Store
from station.timeline import Happened, Timeline, timeline
from station.words import Facts

DAY_s = 86_400.0
#: What "lately" means on the pages, s.
LATELY_s = 30 * DAY_s
#: Uploads closer to each other are one session, s.
_SESSION_s = 90.0
#: Share of the pauses between sessions that are no longer than the usual one.
_USUAL = 0.9
#: With fewer sessions nobody knows what is usual.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A node as of `now_s`.

    Attributes
    ----------
    facts : what its words hang on. cell_J : what its battery holds, None: nobody has told its design.
    told : what it said of itself lately. life : its journal lately. newest : its last picture.
    usual_s : it is seldom silent for longer than this; None: too early to say.
    """

    node: Node
    now_s: float
    facts: Facts
    cell_J: float | None
    told: tuple[Telemetry, ...]
    life: Timeline
    newest: Picture | None
    usual_s: float | None

    @property
    def silent_s(self) -> float | None:
        """How long it has not been heard; None: it never was."""
        return None if self.node.heard_s is None else max(0.0, self.now_s - self.node.heard_s)

    @property
    def soc(self) -> int | None:
        """Its charge as it said last, per cent."""
        return self.number("soc")

    def number(self, name: str) -> int | None:
        """What it said last under a name."""
        for told in reversed(self.told):
            if name in (said := numbers_of(told.said)):
                return said[name]
        return None

    @property
    def locked(self) -> bool:
        """Whether it is locked out, as far as it has told."""
        last = self.life.last("LOW_BATTERY", "RECOVERED")
        return last is not None and last.reason == "LOW_BATTERY"

    @property
    def locked_h(self) -> float:
        """Hours locked out, lately."""
        least_s = self.now_s - LATELY_s
        spans = locked_spans(self.life.events, self.now_s)
        return sum(max(0.0, until_s - max(from_s, least_s)) for from_s, until_s in spans) / 3600.0

    @property
    def down(self) -> tuple[int, float]:
        """How often it lost its supply lately, and hours in which that must have been (at most)."""
        lately = self.life.since(self.now_s - LATELY_s)
        return losses(lately.events, [one.received_s for one in self.told])


def standing(store: Store, node: Node, now_s: float | None = None, span_s: float = LATELY_s) -> Standing:
    """Look at one node; `span_s`: how far back its journal and telemetry are read."""
    now_s = time.time() if now_s is None else now_s
    since_s = (now_s if node.heard_s is None else node.heard_s) - span_s  # a silent node's last words count
    design = design_of(node.design)
    facts = facts_of(design, node)
    past = _recent if span_s <= LATELY_s else _past
    told, life = past(store, node.name, since_s, node.heard_s, facts)
    newest = store.pictures(node.name, count=1)
    return Standing(
        node=node,
        now_s=now_s,
        facts=facts,
        cell_J=float(str(node_values(design)["CELL_J"])) if design else None,
        told=told,
        life=life,
        newest=newest[0] if newest else None,
        usual_s=usual_s([one.received_s for one in told]),
    )


def _past(
    store: Store, name: str, since_s: float, heard_s: float | None, facts: Facts
) -> tuple[tuple[Telemetry, ...], Timeline]:
    """What a node said since then, and its journal. Nothing of it changes until it is heard again."""
    del heard_s
    told = store.telemetry(name, since_s)
    return told, timeline(store.logs(name, since_s), store.events(name, since_s), facts)


#: The same, kept: a page that many ask for is not worth reading a month of journal again.
_recent = lru_cache(maxsize=8)(_past)


@lru_cache(maxsize=64)
def design_of(name: str) -> Design | None:
    """A node's design; None where there is none, or it does not load (any more)."""
    from boards import BoardsError

    try:
        return load_design(name) if name else None
    except (BoardsError, OSError):
        return None


def facts_of(design: Design | None, node: Node) -> Facts:
    """What the words of a node's reasons hang on."""
    if design is None:
        return Facts()
    high = node.settings.get("TORPOR_HIGH_PCT", node_values(design)["HIGH_PCT"])
    return Facts(int(str(high)), states_of(design))


def pauses(times_s: Sequence[float]) -> list[float]:
    """Between sessions, s."""
    return [b - a for a, b in itertools.pairwise(times_s) if b - a > _SESSION_s]


def usual_s(times_s: Sequence[float]) -> float | None:
    """How long a node is silent at most, usually; None if nobody knows yet."""
    found = sorted(pauses(times_s))
    return found[min(len(found) - 1, int(_USUAL * len(found)))] if len(found) >= _FEW else None


def locked_spans(events: Sequence[Happened], now_s: float) -> list[tuple[float, float]]:
    """(from, until) of each time that it was locked out; the last one may last on."""
    spans: list[tuple[float, float]] = []
    since: float | None = None
    for event in events:
        if event.reason == "LOW_BATTERY" and since is None:
            since = event.t_s
        elif event.reason == "RECOVERED" and since is not None:
            spans.append((since, max(since, event.t_s)))
            since = None
    return spans + ([(since, now_s)] if since is not None else [])


def losses(events: Sequence[Happened], heard_s: Sequence[float]) -> tuple[int, float]:
    """Cold starts but the first, and hours between the last words before and the first after each."""
    cold = [event.t_s for event in events if event.reason == "WOKE" and event.argument in (0, 4)]
    hours = 0.0
    count = 0
    for t_s in cold:
        before = [one for one in heard_s if one < t_s - 1.0]
        after = [one for one in heard_s if one >= t_s - 1.0]
        if before:  # the first start of all is none
            count += 1
            hours += ((after[0] if after else t_s) - before[-1]) / 3600.0
    return count, hours


def charges(node: Standing) -> list[tuple[float, float]]:
    """(t_s, per cent) of everything that a node said of its charge, in order."""
    told = [
        (one.received_s, float(said["soc"])) for one in node.told if "soc" in (said := numbers_of(one.said))
    ]
    noted = [(one.t_s, float(one.argument)) for one in node.life.events if one.reason == "BATTERY"]
    return sorted(told + noted)
