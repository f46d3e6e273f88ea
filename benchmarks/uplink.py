"""Does every acknowledged picture lie at home, once and byte for byte? 10,000 uploads over a bad link.

The node's real firmware lives in the twin; connections die, stall, take parts and lose answers, its supply is
cut in the middle of wakes, and recorded requests come again. A picture counts as acknowledged once the node
has deleted it. In the last part the real station takes the requests, through real sockets on loopback, and is
killed (kill -9) in the middle of them.

`acked_lost`: acknowledged and not at home. `duplicates`: at home under a second key. `corrupt_stored`: at
home and not what the camera gave. The peer is what the first maker had: a raw socket, and a server that takes
the end of a connection for the end of a picture.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import sim.air
from benchmarks.contract import BenchmarkError, Figure, Progress, Result
from benchmarks.uplink_station import Killed, Wire, stored
from sim.air import Air, Link, NetworkError
from sim.home import Home
from sim.run import Twin, build
from sim.scenario import Scenario
from sim.volume import picture_key

UPLOADS, REAL_UPLOADS, PEER_UPLOADS = 10_000, 300, 2_000
#: Visits of one life; a picture each, at night as by day.
VISITS, GAP_s = 500, 150.0
#: Every sixth session of a picture or so does not end well.
BAD = Link(
    join_fails=0.08, short_send=0.2, stall=0.01, drop=0.002, lost_answer=0.04, outages=((20_000.0, 24_000.0),)
)
#: Share of wakes in which the supply is cut, s after the visitor came: boot, camera, storing, join, session.
CUTS, CUT_s = 0.12, (0.5, 14.0)
#: Share of requests that come once more, later, as somebody on the way has recorded them.
REPLAYS = 0.05

#: The state in which a waiting picture goes without being at home: the drive is full, and a better one comes.
GIVES_WAY = "STORE"

#: Size and CRC-32 of a picture.
Mark = tuple[int, int]


@dataclass
class Tally:
    """What came of all lives."""

    uploads: int = 0
    acked_lost: int = 0
    duplicates: int = 0
    corrupt: int = 0
    more: Counter[str] = field(default_factory=Counter)


def run(progress: Progress) -> Result:
    tally, seed = Tally(), 0
    while tally.uploads < UPLOADS:
        progress(f"{tally.uploads} of {UPLOADS} uploads", 0.8 * tally.uploads / UPLOADS)
        seed += 1
        _live(seed, tally)
    progress(f"{REAL_UPLOADS} to the real station", 0.85)
    real = _with_the_station(seed + 1)
    progress("the peer", 0.97)
    figures: dict[str, Figure] = {
        "uploads": tally.uploads,
        "acked_lost": tally.acked_lost + real.acked_lost,
        "duplicates": tally.duplicates + real.duplicates,
        "corrupt_stored": tally.corrupt + real.corrupt,
        "seeds": seed,
        **{name: tally.more[name] for name in sorted(tally.more)},
        "real_station": {"uploads": real.uploads, **{name: real.more[name] for name in sorted(real.more)}},
    }
    return Result(figures, {"end of connection is end of picture": _peer(seed)})


def scenario_of(seed: int, visits: int = VISITS) -> Scenario:
    """One life of the default node at a busy feeder."""
    times = tuple((600.0 + GAP_s * number, 3.0) for number in range(visits))
    return Scenario(
        days=(900.0 + GAP_s * visits) / 86_400.0, start_day=170, quiet=True, visits=times, link=BAD,
        seed=seed, soc=1.0, settings={"TORPOR_DARK_LUMA": 0, "TORPOR_NIGHT": 1},
    )  # fmt: skip


def prepared(seed: int, visits: int = VISITS) -> tuple[Twin, dict[str, Mark]]:
    """A twin whose supply is cut now and then; and, as it goes, what its node deletes from its drive."""
    twin = build(scenario_of(seed, visits))
    rng = random.Random(f"cuts {seed}")
    times = (start + rng.uniform(*CUT_s) for start, _ in twin.scenario.visits if rng.random() < CUTS)
    twin.world.cuts = sorted(times)
    files = twin.hardware.files
    remove, gone = files._remove, {}

    def removed(path: str) -> None:
        if path.endswith(".jpg") and twin.world.state != GIVES_WAY:
            gone[picture_key(path)] = _waiting(twin)[path]
        remove(path)

    files._remove = removed  # type: ignore[method-assign]
    return twin, gone


def _waiting(twin: Twin) -> dict[str, Mark]:
    """What lies in the node's spool."""
    from zlib import crc32

    files = twin.hardware.files.files
    return {path: (len(data), crc32(data)) for path, data in files.items() if path.endswith(".jpg")}


def _live(seed: int, tally: Tally) -> None:
    """One life against the twin's home."""
    twin, gone = prepared(seed)
    _replaying(twin.home, random.Random(f"replays {seed}"), tally)
    cuts = len(twin.world.cuts)
    twin.live()
    if twin.life.crashes:
        raise BenchmarkError(f"Seed {seed}: the firmware crashed: {twin.life.crashes[0]}.")
    home = {key: (picture.size, picture.crc32) for key, picture in twin.home.pictures.items()}
    _count(tally, twin, gone, home)
    tally.more["power_cuts"] += cuts - len(twin.world.cuts)
    for reason in ("SEND_FAILED", "JOIN_FAILED", "NEW_LIFE", "REFUSED", "DROPPED"):
        tally.more[reason.lower()] += sum(entry.reason == reason for entry in twin.life.journal)
    tally.more["waiting_at_the_end"] += len(_waiting(twin))


def _count(tally: Tally, twin: Twin, gone: dict[str, Mark], home: dict[str, Mark]) -> None:
    """Hold what is at home against what the camera gave, and against what the node has deleted."""
    frames = {
        frame.key: (frame.size, frame.crc32) for note in twin.life.notes for frame in note.frames if frame.key
    }
    tally.uploads += len(home)
    tally.acked_lost += sum(home.get(key) != mark for key, mark in gone.items())
    tally.corrupt += sum(frames.get(key, mark) != mark for key, mark in home.items())
    tally.duplicates += len(home.keys() - frames.keys())


def _replaying(home: Home, rng: random.Random, tally: Tally) -> None:
    """Let recorded requests come again; none of them may change anything."""
    recorded: list[tuple[bytes, bytes]] = []
    answer = home.answer

    def again(head: bytes, body: bytes, now_s: float) -> bytes:
        given = answer(head, body, now_s)
        recorded.append((head, body))
        del recorded[:-20]
        if rng.random() < REPLAYS:
            before = dict(home.pictures), len(home.logs)
            answer(*rng.choice(recorded), now_s)
            tally.more["replays"] += 1
            tally.duplicates += dict(home.pictures) != before[0]
        return given

    home.answer = again  # type: ignore[method-assign]


def _with_the_station(seed: int) -> Tally:
    """The same with `torpor receive` at the other end, killed now and then."""
    tally, seen = Tally(), set[str]()
    with Killed(seed) as station:
        before = vars(sim.air)["Inbox"]
        vars(sim.air)["Inbox"] = lambda heard: Wire(heard, station)
        try:
            while tally.uploads < REAL_UPLOADS:
                seed += 1
                twin, gone = prepared(seed, visits=REAL_UPLOADS // 2)
                twin.live()
                home = {key: mark for key, mark in stored(station.folder).items() if key not in seen}
                seen |= home.keys()
                _count(tally, twin, gone, home)
        finally:
            vars(sim.air)["Inbox"] = before
        tally.more.update(station.counts)
    return tally


def _peer(seed: int) -> dict[str, Figure]:
    """A raw socket and no check: what arrived until the connection ended is a picture."""
    kept: list[int] = []
    clock = [0.0]

    class Heard:
        """Takes whatever comes; answers once a picture is whole, which it cannot know."""

        def __init__(self, home: Home) -> None:
            self.count = 0
            kept.append(0)

        def feed(self, data: bytes, now_s: float) -> None:
            kept[-1] += len(data)

        def ended(self) -> None:
            """That was the picture, then."""

    def spend(seconds: float) -> None:
        clock[0] += seconds

    size, thought_sent = 50_000, 0
    before = vars(sim.air)["Inbox"]
    vars(sim.air)["Inbox"] = Heard
    try:
        home = Home("garden", bytes(32), 0, lambda key, jpeg: None)
        air = Air(BAD, home, lambda: 30_000.0, spend, seed)
        air.joined = True
        for _ in range(PEER_UPLOADS):
            connection = air.connect(5.0)
            left = size
            try:
                while left:
                    left -= connection.send(bytes(min(left, 1024)), 5.0)
                thought_sent += 1
            except NetworkError:
                pass
    finally:
        vars(sim.air)["Inbox"] = before
    return {
        "uploads": PEER_UPLOADS,
        "corrupt_stored": sum(0 < count < size for count in kept),
        "thought_sent": thought_sent,
    }
