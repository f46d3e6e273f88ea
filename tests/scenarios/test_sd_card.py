"""The SD card is pulled, comes back, is full, dies, loses its power half way: nothing stored is lost, and
what lies on the drive goes out all the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from sim.air import Link
from sim.devices.sdcard import CardFaults
from sim.run import Twin, build, waiting_keys
from sim.scenario import Scenario

#: Fourteen visitors a minute apart; for five minutes there is no Wi-Fi.
STORY = Scenario(
    design="pico-w-sd",
    days=0.012,
    start_day=170,
    quiet=True,
    visits=tuple((100.0 + 60.0 * number, 4.5) for number in range(14)),
    settings={"TORPOR_DARK_LUMA": 0},
    link=Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0,
              outages=((0.0, 300.0),)),
)  # fmt: skip


def on_drive(twin: Twin) -> list[str]:
    return [path for path in twin.hardware.files.files if path.startswith("/spool/")]


def on_card(twin: Twin) -> list[str]:
    assert twin.hardware.fittings.card
    return list(twin.hardware.fittings.card.files.files)


def whole(twin: Twin, said: str = "") -> None:
    """Every picture that ever got a name is at home as the sensor sent it, or still waits, once."""
    frames = {frame.key: frame for note in twin.life.notes for frame in note.frames if frame.key}
    home, waiting = twin.home.pictures, waiting_keys(twin.hardware)
    assert set(frames) == set(home) | waiting, said
    for key, picture in home.items():
        assert (picture.size, picture.crc32) == (frames[key].size, frames[key].crc32), said
    exposures = [(frames[key].t_s, frames[key].crc32) for key in home]
    assert len(set(exposures)) == len(exposures), said
    assert twin.home.refused == {}, said


def test_an_ordinary_day(live: Callable[..., Any]) -> None:
    """All on the card, oldest first, then an empty card; its switch is open again."""
    told = live(STORY)
    twin = told.twin
    assert told.events("CARD_LOST", "NO_SPACE", "READ_ONLY") == []
    stored = [argument for _, _, argument in told.events("STORED")]
    assert stored == [*range(1, 13), 1, 1, 1]  # the cold boot's own picture is the first
    assert [argument for _, _, argument in told.events("SENT")] == [12, 1, 1, 1]
    keys = list(twin.home.pictures)
    assert [int(key[9:]) for key in keys] == list(range(15))
    assert on_card(twin) == on_drive(twin) == []
    assert told.fates() == {"delivered": 14}
    assert twin.hardware.level(twin.design.pins["sd_power"]) is False
    assert twin.hardware.mounts.table == {}


def test_what_the_card_costs(live: Callable[..., Any]) -> None:
    """Its share is small, and asleep it is next to nothing: 0.5 uA at the battery."""
    twin = live(STORY.change(visits=STORY.visits[:1], days=1.0, link=Link(outages=((0.0, 1e9),)))).twin
    joules = twin.world.part_J["SD card"]
    asleep = 0.0005e-3 * 4.15 * 86_400
    # two pictures: 150 ms at 30 mA to mount, about 45 KiB each at 40 mA, five seconds of 0.2 mA
    awake = 2 * (0.15 * 0.030 + 0.2 * 0.040 + 20.0 * 0.0002) * 3.3 / 0.85
    assert asleep < joules < asleep + 2.0 * awake


def test_card_pulled_and_back(live: Callable[..., Any]) -> None:
    """Without the card the drive takes over; what lies on the drive goes home while the card is away, and the
    card's own pictures when it is back. It is looked for ever more rarely, 2.5 s each time."""
    told = live(STORY, card_faults=CardFaults(away=((150.0, 700.0),)))
    twin = told.twin
    told.same(
        told.events("CARD_LOST"),
        [(167.2, "CARD_LOST", 1), (228.0, "CARD_LOST", 2), (407.2, "CARD_LOST", 3)],
    )
    told.same(told.events("SENT"), [(711.8, "SENT", 10), (769.4, "SENT", 1), (829.8, "SENT", 3),
                                    (889.3, "SENT", 1)])  # fmt: skip
    numbers = [int(key[9:]) for key in twin.home.pictures]
    assert numbers == [*range(2, 12), 12, 0, 1, 13, 14]
    assert on_card(twin) == on_drive(twin) == []
    assert told.fates() == {"delivered": 14}
    whole(twin)


def test_no_card_at_all_and_a_drive_that_is_not_ours(live: Callable[..., Any]) -> None:
    """Nothing but the FIFO is left: pictures go straight home."""

    def prepare(twin: Twin) -> None:
        twin.hardware.bench = True

    story = STORY.change(link=Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0,
                                   lost_answer=0.0), visits=STORY.visits[:3])  # fmt: skip
    told = live(story, prepare=prepare, card_faults=CardFaults(away=((0.0, inf),)))
    assert told.count("READ_ONLY") == told.count("SENT") == 4
    assert told.fates() == {"delivered": 3}


def test_a_card_while_the_drive_is_not_ours(live: Callable[..., Any]) -> None:
    """The bench pin is held: the card is still the node's own. Its folder was made before."""

    def prepare(twin: Twin) -> None:
        twin.hardware.bench = True
        twin.hardware.files.folders.add("/sd")

    told = live(STORY.change(visits=STORY.visits[:5]), prepare=prepare)
    assert told.count("STORED") == 6
    assert told.count("READ_ONLY") == told.count("CARD_LOST") == 0
    whole(told.twin)


def test_without_a_folder_to_mount_to(live: Callable[..., Any]) -> None:
    """Nobody made /sd, and the drive is not ours: as if the card were away."""

    def prepare(twin: Twin) -> None:
        twin.hardware.bench = True

    told = live(STORY.change(visits=STORY.visits[:3]), prepare=prepare)
    assert told.events("CARD_LOST")[0][2] == 1
    assert told.count("READ_ONLY") == 4
    assert any("Mount point directory missing" in line for line in told.twin.life.machine.console)


def test_card_full(live: Callable[..., Any]) -> None:
    """Room for three pictures: the drive takes the rest, and all go home in their order."""

    def prepare(twin: Twin) -> None:
        assert twin.hardware.fittings.card
        twin.hardware.fittings.card.files.size = 8 * twin.hardware.fittings.card.files.cluster

    told = live(STORY, prepare=prepare)
    assert told.count("CARD_LOST") == told.count("NO_SPACE") == 0
    assert [int(key[9:]) for key in told.twin.home.pictures] == list(range(15))
    assert told.fates() == {"delivered": 14}
    whole(told.twin)


def test_the_owners_limit_is_for_the_drive_alone(live: Callable[..., Any]) -> None:
    """A picture is larger than this limit: the card takes it all the same, and the drive never would."""
    limit = {"TORPOR_DARK_LUMA": 0, "TORPOR_SPOOL_KIB": 1}
    told = live(STORY.change(settings=limit))
    assert told.events("NO_SPACE", "CARD_LOST") == []
    assert told.count("STORED") == told.count("PICTURE") == 15
    whole(told.twin)
    told = live(STORY.change(settings=limit), card_faults=CardFaults(away=((0.0, inf),)))
    assert told.count("NO_SPACE") > 0
    assert told.count("STORED") == 0


def test_a_card_that_fills_up_while_it_is_written_has_not_failed(
    live: Callable[..., Any], patch: Any
) -> None:
    """Somebody else used the last clusters after the look at its room: no fault, and the drive takes it."""

    def small(twin: Twin) -> None:
        patch("torpor.spool", "if (stat[3] - 2) * stat[0] < length:", "if folder != CARD and stat[3] < 2:")(
            twin
        )
        assert twin.hardware.fittings.card
        twin.hardware.fittings.card.files.size = 8 * twin.hardware.fittings.card.files.cluster

    told = live(STORY, prepare=small)
    assert told.events("CARD_LOST", "NO_SPACE") == []
    assert told.count("STORED") == 15
    whole(told.twin)


def test_card_and_drive_full(live: Callable[..., Any]) -> None:
    def prepare(twin: Twin) -> None:
        assert twin.hardware.fittings.card
        twin.hardware.fittings.card.files.size = 0
        twin.hardware.files.size = twin.hardware.files.used() + 100 * 1024

    told = live(STORY.change(link=Link(outages=((0.0, 1e9),))), prepare=prepare)
    stored, dropped = told.count("STORED"), told.count("DROPPED")
    assert 4 <= stored - dropped <= 8
    assert told.count("NO_SPACE") == 15 - stored
    kept = stored - dropped - 1  # one is the cold boot's own
    assert told.fates() == {"waiting": kept, "no space": 14 - kept}


Span = tuple[str, float, float]
_spans: list[Span] = []


def spans_of(twin: Twin) -> list[Span]:
    """Live, and note what the card did and when."""
    found: list[Span] = []
    card = twin.hardware.fittings.card
    assert card

    def timed(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            start_s = twin.world.now
            result = call(*args)
            found.append((kind, start_s, twin.world.now))
            return result

        return noted

    files = card.files
    for name in ("program", "program_entry", "reading"):
        setattr(files, name, timed(name, getattr(files, name)))
    card.identify = timed("identify", card.identify)  # type: ignore[method-assign]
    twin.live()
    return found


KINDS = ("program", "program_entry", "reading", "identify")


def moment(kind: str, number: int) -> float:
    """A seeded instant inside of something that the card does."""
    if not _spans:
        _spans.extend(spans_of(build(STORY)))
    chance = random.Random(f"card {kind} {number}")
    spans = [span for span in _spans if span[0] == kind]
    assert spans, kind
    _, start_s, end_s = chance.choice(spans)
    return start_s + chance.random() * (end_s - start_s)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_pulled_in_the_middle(live: Callable[..., Any], kind: str, number: int) -> None:
    """For good, or for two minutes: the picture at hand goes to the drive, what the card had stays there."""
    at_s = moment(kind, number)
    back_s = inf if number % 2 else at_s + 120.0
    told = live(STORY, card_faults=CardFaults(away=((at_s, back_s),)))
    said = f"replay: pulled_in_the_middle({kind!r}, {number}), {at_s:.6f} s"
    whole(told.twin, said)
    assert told.count("PICTURE") == 15, said
    assert told.count("STORED") == 15, said
    assert told.count("CARD_LOST") >= 1, said
    assert told.count("SEND_FAILED") == 0, said
    assert on_drive(told.twin) == [], said  # the drive's pictures went home
    if at_s + 120.0 < 700.0 and back_s < inf:
        assert on_card(told.twin) == [], said


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_power_cut_while_it_works(live: Callable[..., Any], kind: str, number: int) -> None:
    """The card tears as the drive does: a name or none, a whole picture under it."""
    at_s = moment(kind, number)

    def prepare(twin: Twin) -> None:
        twin.world.cuts = [at_s]

    told = live(STORY, prepare=prepare)
    said = f"replay: power_cut_while_it_works({kind!r}, {number}), {at_s:.6f} s"
    assert len(told.twin.life.down) == 1, said
    whole(told.twin, said)
    assert on_card(told.twin) == on_drive(told.twin) == [], said
    assert told.twin.life.states[-1][2] == "SLEEP", said


@pytest.mark.parametrize("seed", range(4))
def test_a_card_that_dies(live: Callable[..., Any], seed: int) -> None:
    """One access in 200 for reading fails, one in 500 for writing, one mount in five: nothing is lost."""
    faults = CardFaults(seed=seed, mount_fails=0.2, write_fails=0.002, read_fails=0.005)
    told = live(STORY.change(days=0.02, visits=tuple((100.0 + 60.0 * n, 4.5) for n in range(26))),
                card_faults=faults)  # fmt: skip
    said = f"replay: seed {seed}"
    whole(told.twin, said)
    assert told.count("CARD_LOST") >= 2, said
    assert told.count("PICTURE") == told.count("STORED") == 27, said
    assert len(told.twin.home.pictures) >= 20, said


def test_a_card_that_takes_nothing_is_tried_ever_more_rarely(live: Callable[..., Any]) -> None:
    """It is identified and mounted every time, and every write fails: wakes pass all the same."""
    told = live(STORY.change(days=0.02, visits=tuple((100.0 + 60.0 * n, 4.5) for n in range(26))),
                card_faults=CardFaults(write_fails=1.0))  # fmt: skip
    tries = "".join(reason[0] for _, reason, _ in told.events("CARD_LOST", "STORED"))
    assert tries[:28] == "CS" * 2 + "SS" + "CS" + "S" * 6 + "CS" + "S" * 12
    assert [argument for _, _, argument in told.events("CARD_LOST")] == [1, 2, 3, 4, 5]
    assert told.fates() == {"delivered": 26}


def test_a_life_after_a_power_cut_counts_what_is_on_the_card(live: Callable[..., Any]) -> None:
    """The record is gone and the drive is empty: with a batch of six, the next picture is the sixth."""

    def prepare(twin: Twin) -> None:
        twin.world.cuts = [290.0]

    told = live(STORY.change(settings={**STORY.settings, "TORPOR_BATCH": 6}, soc=1.0), prepare=prepare)
    after = [argument for t_s, _, argument in told.events("STORED") if t_s > 290.0]
    assert after[0] == 6  # five lay on the card; the cold boot takes one more
    assert told.events("SENT")[0][2] == 6 + sum(1 for t_s, *_ in told.events("STORED") if 310.0 < t_s < 340.0)
    whole(told.twin)


def test_a_picture_that_cannot_be_read_stops_no_other(live: Callable[..., Any]) -> None:
    """A bad block under one picture: it waits for ever, the others go home, and the network is not blamed."""
    from sim.errors import BoardOSError

    def prepare(twin: Twin) -> None:
        assert twin.hardware.fittings.card
        files = twin.hardware.fittings.card.files
        plain = files.open

        def opened(path: str, mode: str = "r") -> Any:
            file = plain(path, mode)
            if path.endswith("-00001.jpg") and mode == "rb":
                file.readinto = _broken  # type: ignore[method-assign]
            return file

        files.open = opened  # type: ignore[method-assign]

    def _broken(buffer: Any) -> int:
        raise BoardOSError(5, "Input/output error")

    told = live(STORY, prepare=prepare)
    assert [int(key[9:]) for key in told.twin.home.pictures] == [0, *range(2, 15)]
    assert [path[-10:] for path in on_card(told.twin)] == ["-00001.jpg"[-10:]]
    assert told.count("SEND_FAILED") == 0
    assert {argument for _, _, argument in told.events("CARD_LOST")} == {0}
    assert told.fates() == {"delivered": 13, "waiting": 1}
