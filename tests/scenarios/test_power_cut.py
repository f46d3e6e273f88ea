"""The supply is cut anywhere in a wake, also in the middle of what a flash does: nothing stored or
acknowledged is lost, nothing comes home twice or torn, and the node goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from sim.air import Link
from sim.errors import Reset
from sim.nodelog import node_log
from sim.prices import STATES
from sim.run import Twin, build
from sim.scenario import Scenario
from sim.watching import reason_names

#: The first picture has to wait on the drive; the visit sends two. What is left of the time is for the
#: life after a cut: three more visits.
STORY = Scenario(
    days=0.01,
    start_day=170,
    quiet=True,
    visits=((100.0, 3.0), (250.0, 3.0), (400.0, 3.0), (550.0, 3.0)),
    settings={"TORPOR_DARK_LUMA": 0},
    link=Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0,
              outages=((0.0, 60.0),)),
)  # fmt: skip
#: Cuts are made in the first two wakes.
UNTIL_s = 120.0

Span = tuple[str, float, float]


def spans_of(twin: Twin) -> list[Span]:
    """Live, and note what the flash did and when: (kind, from, until); then states and acknowledgements."""
    found: list[Span] = []

    def timed(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            start_s = twin.world.now
            result = call(*args)
            found.append((kind, start_s, twin.world.now))
            return result

        return noted

    files, nvm = twin.hardware.files, twin.life.machine.cores["microcontroller"].nvm
    kind = type("Noted", (type(nvm),), {})
    plain = type(nvm).__setitem__

    def put(self: Any, at: Any, value: Any) -> None:
        before, twin_s = self.rewrites, twin.world.now + twin.world.counter[0] * 1e-9
        plain(self, at, value)
        found.append(("nvm rewrite" if self.rewrites > before else "nvm append", twin_s, twin.world.now))

    kind.__setitem__ = put  # type: ignore[method-assign]
    nvm.__class__ = kind
    files.program = timed("file write", files.program)  # type: ignore[method-assign]
    applied: list[str] = []
    rename, remove, entry = files._rename, files._remove, files.entry
    files._rename = lambda *names: (applied.append("rename"), rename(*names))  # type: ignore[method-assign]
    files._remove = lambda name: (applied.append("remove"), remove(name))  # type: ignore[method-assign]

    def noted_entry(apply: Callable[[], None]) -> None:
        start_s = twin.world.now
        applied.clear()
        entry(apply)
        found.extend((kind, start_s, twin.world.now) for kind in applied)

    files.entry = noted_entry  # type: ignore[method-assign]
    twin.home.answer = timed("acknowledged", twin.home.answer)  # type: ignore[method-assign]
    twin.life.keep_states = True
    twin.live()
    told = [(t_s, state) for t_s, _, state in twin.life.states]
    found += [(f"state {state}", t_s, end) for (t_s, state), (end, _) in pairwise(told)]
    return [span for span in found if span[1] < UNTIL_s]


KINDS = (
    "nvm append", "nvm rewrite", "file write", "rename", "remove", "acknowledged",
    *(f"state {state}" for state in STATES if state != "RECOVER"), "state FLOOR",
)  # fmt: skip
_reference: list[Span] = []


def moment(kind: str, number: int) -> float:
    """A seeded instant inside one of the spans of a kind; of an acknowledgement, within 60 ms of it."""
    if not _reference:
        _reference.extend(spans_of(build(STORY)))
    chance = random.Random(f"cut {kind} {number}")
    spans = [span for span in _reference if span[0] == kind]
    if kind == "state FLOOR":  # no wake of this story is short enough for it
        spans = [span for span in _reference if span[0] == "state SLEEP"]
    assert spans, kind
    _, start_s, end_s = chance.choice(spans)
    if kind == "acknowledged":
        return start_s + chance.uniform(-0.03, 0.06)
    return start_s + chance.random() * min(end_s - start_s, 20.0)


def lived(cuts: list[float]) -> Twin:
    twin = build(STORY)
    twin.world.cuts = sorted(cuts)
    twin.life.keep_states = True
    twin.live()
    return twin


def consistent(twin: Twin, said: str) -> None:
    """All that must hold at the end of any life with cuts in it."""
    life, home = twin.life, twin.home
    assert life.crashes == [], said
    assert [entry for entry in life.journal if entry.reason == "CRASH"] == [], said
    assert life.states[-1][2] == "SLEEP", said
    frames = {frame.key: frame for note in life.notes for frame in note.frames if frame.key}
    assert set(home.pictures) == set(frames), said  # all that were stored, each under its one key
    for key, picture in home.pictures.items():
        assert (picture.size, picture.crc32) == (frames[key].size, frames[key].crc32), said
    taken = [picture.crc32 for picture in home.pictures.values()]
    assert len({(frame.t_s, frame.crc32) for frame in frames.values()}) == len(taken), said
    assert [path for path in twin.hardware.files.files if path.startswith("/spool/")] == [], said
    assert home.refused == {}, said
    assert sum(frame.t_s > 395.0 for frame in frames.values()) >= 2, said  # it went on


def told_at_home(twin: Twin) -> list[str]:
    log = node_log(twin.home.logs, STATES, reason_names(), STATES.index("SLEEP"))
    return [event.reason for event in log.events]


def cut_once(kind: str, number: int) -> None:
    at_s = moment(kind, number)
    said = f"replay: cut_once({kind!r}, {number}), {at_s:.6f} s"
    twin = lived([at_s])
    assert len(twin.life.down) == 1, said
    consistent(twin, said)
    assert told_at_home(twin).count("NEW_LIFE") >= 1, said


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_cut(kind: str, number: int) -> None:
    cut_once(kind, number)


@pytest.mark.full
@pytest.mark.parametrize("block", range(10))
@pytest.mark.parametrize("kind", KINDS)
def test_many_cuts(kind: str, block: int) -> None:
    for number in range(100 + 12 * block, 112 + 12 * block):
        cut_once(kind, number)


def cut_twice(number: int) -> None:
    """The second cut falls into the first seconds of the life after the first."""
    chance = random.Random(f"twice {number}")
    first_s = moment(chance.choice(KINDS), number)
    cuts = [first_s, first_s + chance.uniform(0.0, 18.0)]
    said = f"replay: cut_twice({number}), {cuts}"
    consistent(lived(cuts), said)


@pytest.mark.parametrize("number", range(6))
def test_two_cuts(number: int) -> None:
    cut_twice(number)


@pytest.mark.full
@pytest.mark.parametrize("block", range(10))
def test_many_two_cuts(block: int) -> None:
    for number in range(100 + 50 * block, 150 + 50 * block):
        cut_twice(number)


def test_the_story_without_a_cut() -> None:
    twin = lived([])
    consistent(twin, "no cut")
    assert len(twin.home.pictures) == 5
    assert twin.life.down == []


def test_every_kind_of_moment_is_there() -> None:
    assert {kind for kind in KINDS if moment(kind, 0) >= 0.0} == set(KINDS)
    kinds = [span[0] for span in _reference]
    assert kinds.count("nvm rewrite") == 1  # the marks of the cold boot
    assert kinds.count("rename") == 2
    assert kinds.count("acknowledged") == 3  # two pictures, one journal


@pytest.mark.parametrize("done", [0, 1, 60, 119, 120])
def test_a_reset_in_the_middle_of_the_records_save(done: int) -> None:
    """A reset that leaves the memory standing: only `done` bytes of the slot were written. The slot before
    counts, and the next picture gets no key that another one has."""
    twin = build(STORY)
    memory = twin.life.machine.cores["alarm"].sleep_memory
    plain = type(memory).__setitem__
    saves = []

    def put(self: Any, at: slice, value: bytes) -> None:
        saves.append(at)
        if len(saves) == 2:
            plain(self, slice(at.start, at.start + done), value[:done])
            twin.world.stop(Reset("RESET_PIN"))
        plain(self, at, value)

    memory.__class__ = type("Torn", (type(memory),), {"__setitem__": put})
    twin.life.keep_states = True
    twin.live()
    consistent(twin, f"{done} bytes")
    boots = {key[:8] for key in twin.home.pictures}
    assert len(boots) == 2
    assert told_at_home(twin).count("NEW_LIFE") == 2
