"""The design behind a load switch: closed by the PIR, held by the firmware, off when that is done."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from sim.nodefile import node_values
from sim.run import build
from sim.scenario import Scenario
from sim.watching import NodeRow, unpack_entry

QUIET = Scenario(
    design="pico-w-latched", days=1.0, start_day=170, quiet=True, settings={"TORPOR_DARK_LUMA": 0}
)
#: start and stay in s: a bird, one too quick for the boot, one that stays, one in the evening.
DAY = QUIET.change(visits=((36_000.0, 7.0), (40_000.0, 0.3), (50_000.0, 60.0), (70_000.0, 5.0)))
#: In seconds from the PIR's edge, 3 ms before the board has its supply.
FIRST = [(0.0, "BOOT"), (2.8, "BOOT"), (3.8, "TRIAGE"), (4.7, "CAMERA"), (5.3, "CAPTURE"), (6.0, "STORE"),
         (7.0, "CONNECT"), (10.4, "UPLOAD"), (11.0, "SETTLE"), (11.4, "SLEEP")]  # fmt: skip
BY_PIR = [(0.0, "BOOT"), (2.8, "BOOT"), (2.9, "TRIAGE"), (2.9, "CAMERA"), (3.9, "CAPTURE"), (4.7, "STORE"),
          (5.7, "CONNECT"), (9.9, "UPLOAD"), (10.6, "SETTLE"), (10.8, "SLEEP")]  # fmt: skip


def later(lines: list[tuple[float, str]], start_s: float) -> list[tuple[float, str]]:
    return [(start_s + t_s, state) for t_s, state in lines]


def rewrites(told) -> int:
    return told.twin.life.machine.cores["microcontroller"].nvm.rewrites


def opened(told) -> list[float]:
    """When the switch opened after each wake."""
    return [round(note.off_s, 1) for note in told.twin.life.notes]


def mA_of(told, state: str) -> set[float]:
    world = told.twin.world
    return {round(mA, 3) for mA, name in zip(world.mA, world.states, strict=True) if name == state}


def test_states_of_a_day(live_once, steady):
    told = live_once(DAY.change(link=steady))
    expected = [
        (0.0, "OFF"), (4.4, "BOOT"), (6.4, "OFF"),  # the PIR's own pulse as it warms up: it ends in the boot
        *later(FIRST, 36_000.0), (36_011.4, "OFF"),
        (40_000.0, "BOOT"), (40_002.3, "OFF"),  # so does a pulse of 2.3 s
        *later(BY_PIR, 50_000.0), (50_010.8, "SLEEP"),  # still high: by timer
        *later(BY_PIR, 50_041.5), (50_052.4, "SLEEP"), (50_062.0, "OFF"),  # it falls in the second one
        *later(BY_PIR, 70_000.0), (70_010.8, "OFF"),
    ]  # fmt: skip
    told.same(told.states(), expected, within_s=2.4)  # the RP2040's timer adds up to a second
    assert told.fates() == {"delivered": 3, "left before the shutter": 1}


def test_journal_of_a_day(live_once, steady):
    told = live_once(DAY.change(link=steady))
    wanted = told.events("NEW_LIFE", "WOKE", "PICTURE", "SENT", "RETRIGGER", "SLEPT")
    assert [(reason, argument) for _, reason, argument in wanted] == [
        ("NEW_LIFE", 0), ("WOKE", 0), ("PICTURE", 11), ("SENT", 1), ("SLEPT", 0),
        ("WOKE", 2), ("PICTURE", 11), ("SENT", 1), ("RETRIGGER", 0), ("SLEPT", 1),
        ("WOKE", 1), ("PICTURE", 11), ("SENT", 1), ("RETRIGGER", 0), ("SLEPT", 1),
        ("WOKE", 2), ("PICTURE", 11), ("SENT", 1), ("SLEPT", 0),
    ]  # fmt: skip
    assert rewrites(told) == 1  # the mark of the first boot
    assert {entry.wake for entry in told.twin.life.journal} == {1, 2, 3, 4}


def test_off_means_the_rows_of_PIR_and_switch(live_once, steady):
    told = live_once(DAY.change(link=steady))
    assert mA_of(told, "OFF") == {0.12}  # 0.1 and 0.02 mA, straight from the battery
    world = told.twin.world
    off_s = world.time_by_state_s["OFF"]
    assert off_s == pytest.approx(86_400.0 - 2.0 - 11.4 - 2.3 - 62.0 - 10.8, abs=3.0)
    assert world.energy_by_state_J["OFF"] == pytest.approx(0.12e-3 * 4.15 * off_s, rel=0.02)


def test_the_node_books_its_sleeps_when_it_knows_them(live_once, steady):
    """A timed sleep counts only once the timer has ended it, the time off at its own price."""
    told = live_once(DAY.change(link=steady))
    assert node_values(told.twin.design)["SLEEP_PIN_uW"] == round(0.12e-3 * 3.751 * 1e6)
    kept = bytes(told.twin.hardware.nvm[1040:3120]).rstrip(b"\xff")
    raw = b"".join(batch for _, batch in told.twin.home.logs) + kept
    found = [unpack_entry(raw[at : at + 8]) for at in range(0, len(raw) - 7, 8)]
    rows = [row for row in found if isinstance(row, NodeRow) and row.dt_s > 20.0]
    assert [(row.wake, row.dt_s, row.J) for row in rows] == [
        (2, 13_980.0, 6.0),  # 0.45 mW, in whole joules
        (3, 30.0, pytest.approx(30.0 * 30.45e-3, abs=0.01)),
        (4, 19_940.0, 8.0),
    ]


STUCK = QUIET.change(days=0.6, stuck_PIR=(1000.0, 40_000.0), visits=((100.0, 7.0), (45_000.0, 5.0)))


def test_a_stuck_PIR_is_waited_out_by_timer(live_once, steady):
    told = live_once(STUCK.change(link=steady))
    slept = [minutes for t_s, _, minutes in told.events("SLEPT")]
    assert slept == [0, 1, 1, 2, 4, 8, 16, 32, *[60] * 10, 0]
    causes = [note.cause for note in told.twin.life.notes]
    assert causes == ["pin", "pin", "pin", *["time"] * 16, "pin"]  # the first one is the warm-up
    assert told.count("PICTURE") == 5  # three of the stuck PIR: then it is not believed
    assert told.fates() == {"delivered": 2}
    assert opened(told)[-2:] == [
        40_000.0,
        pytest.approx(45_011.1, abs=0.4),
    ]  # when it falls, the supply goes in mid-sleep


def test_a_stuck_PIR_does_not_burn_the_battery(live_once, steady):
    told = live_once(STUCK.change(link=steady))
    world = told.twin.world
    stuck_J = sum(note.load_J for note in told.twin.life.notes if 1000.0 <= note.booted_s < 40_000.0)
    assert stuck_J < 25.0
    mean_W = world.energy_by_state_J["SLEEP"] / world.time_by_state_s["SLEEP"]
    assert mean_W == pytest.approx(6.0e-3 * 5.0, rel=0.03)  # the timed sleep's row
    assert rewrites(told) == 4


FLAT = QUIET.change(
    days=6.0, start_day=90, panel_scale=0.25, soc=0.03,
    visits=tuple((600.0 + 1800.0 * number, 5.0) for number in range(280)),
)  # fmt: skip


def test_a_battery_outage_and_the_way_back(live_once, steady):
    """Off from the start; the sun lets the protection go, motion wakes it: locked out until 38 per cent."""
    told = live_once(FLAT.change(link=steady))
    ((_, first_s), *_) = told.twin.life.down
    assert 20_000.0 < first_s < 60_000.0
    (recovered,) = told.events("RECOVERED")
    early = {state for t_s, state in told.states() if t_s < recovered[0] - 3.0}
    assert early == {"BOOT", "TRIAGE", "SLEEP", "FLOOR", "OFF", "DOWN"}
    locked = [note.load_J for note in told.twin.life.notes if note.booted_s < recovered[0] - 10.0]
    assert max(locked) < 0.9  # a locked wake measures and lets go
    fates = told.fates()
    assert fates["node off"] > 20
    assert fates["low battery"] > 20
    assert fates["delivered"] > 25
    # an outage while the switch was open is no accident: one new life, the first
    assert told.count("NEW_LIFE") == 1
    assert told.count("BROWNOUT") == 0


def test_nvm_is_not_rewritten_while_it_sags(live, steady, patch):
    """Below the safe voltage: eight saves, then the journal says that the record was lost, and it goes on."""
    prepare = patch("rows", "BURST_mV = ", "BURST_mV = 1500 + ")
    visits = tuple((100.0 + 100.0 * number, 5.0) for number in range(14))
    told = live(QUIET.change(days=0.02, soc=0.6, link=steady, visits=visits), prepare=prepare)
    woke = [argument for _, _, argument in told.events("WOKE")]
    assert woke == [0, *[2] * 8, 0, *[4] * 4]  # eight saves; then every start is a cold one
    assert told.count("RECORD_LOST") == len(woke) - 8 > 2
    assert rewrites(told) == 0
    assert told.count("PICTURE") >= 8


def test_a_hang_ends_without_a_supply_and_lets_wakes_pass(live, steady, hang):
    """The watchdog's reset lets go of the switch; the next motion finds a wake that had begun and no more."""
    visits = tuple((100.0 + 60.0 * number, 4.5) for number in range(14))
    told = live(QUIET.change(days=0.012, link=steady, visits=visits), meant=True, prepare=hang)
    woke = [argument for _, _, argument in told.events("WOKE")]
    assert woke[:5] == [0, 0, 4, 2, 2]  # COLD twice, BROWNOUT, then two that leave the camera alone
    assert told.count("CAMERA_AWAY") >= 4
    assert mA_of(told, "OFF") == {0.12}


#: The first picture has to wait on the drive; the second wake sends both.
STORY = QUIET.change(days=0.01, visits=((100.0, 5.0), (250.0, 5.0), (400.0, 5.0), (550.0, 5.0), (700.0, 5.0)))


def consistent(twin, said: str) -> None:
    life, home = twin.life, twin.home
    assert life.crashes == [], said
    assert [entry for entry in life.journal if entry.reason == "CRASH"] == [], said
    assert life.states[-1][2] == "OFF", said
    frames = {frame.key: frame for note in life.notes for frame in note.frames if frame.key}
    assert set(home.pictures) == set(frames), said
    for key, picture in home.pictures.items():
        assert (picture.size, picture.crc32) == (frames[key].size, frames[key].crc32), said
    assert [path for path in twin.hardware.files.files if path.startswith("/spool/")] == [], said
    assert home.refused == {}, said
    assert sum(frame.t_s > 395.0 for frame in frames.values()) >= 3, said


def lived(cuts: list[float], link):
    twin = build(STORY.change(link=link))
    twin.world.cuts = cuts
    twin.life.keep_states = True
    twin.live()
    return twin


#: Of 20 places of a cut, and of 6 in the record's own writes, three each time, all with --full.
CUTS = [pytest.param(n, marks=[pytest.mark.full] if n not in (0, 7, 14) else []) for n in range(20)]
OWN = [pytest.param(n, marks=[pytest.mark.full] if n not in (0.0, 0.3, 0.999) else [])
       for n in (0.0, 0.02, 0.3, 0.6, 0.9, 0.999)]  # fmt: skip


@pytest.mark.parametrize("number", CUTS)
def test_a_cut_in_the_middle_of_a_wake(steady, number):
    """The PIR loses its supply too, and warms up again: the false pulse is too short for a boot."""
    from dataclasses import replace

    link = replace(steady, outages=((0.0, 200.0),))
    chance = random.Random(f"latch cut {number}")
    at_s = (100.0, 250.0)[number % 2] + chance.uniform(2.6, 11.0)
    said = f"replay: latch cut {number}, {at_s:.6f} s"
    twin = lived([at_s], link)
    assert len(twin.life.down) == 1, said
    consistent(twin, said)


def save_spans(link) -> list[tuple[float, float]]:
    """When the record was written and a wake was marked as begun."""
    twin = build(STORY.change(link=link))
    nvm = twin.life.machine.cores["microcontroller"].nvm
    plain = type(nvm).__setitem__
    found = []

    def put(self, at, value):
        start_s = twin.world.now + twin.world.counter[0] * 1e-9
        plain(self, at, value)
        if (at.start if isinstance(at, slice) else at) >= 3120:
            found.append((start_s, twin.world.now))

    nvm.__class__ = type("Noted", (type(nvm),), {"__setitem__": put})
    twin.live()
    return found


@pytest.mark.parametrize("done", OWN)
def test_a_cut_in_the_records_own_writes(steady, done):
    spans = save_spans(steady)
    assert len(spans) == 9  # five saves, four marks
    for start_s, end_s in spans[:4]:
        at_s = start_s + done * (end_s - start_s)
        consistent(lived([at_s], steady), f"{at_s:.6f} s")


def test_a_cut_is_told_from_going_off(steady):
    """In the wake: a cold boot. In the open switch: nothing at all."""

    def woke(twin):
        return [entry.argument for entry in twin.life.journal if entry.reason == "WOKE"]

    assert woke(lived([], steady)) == [0, 2, 2, 2, 2]
    assert woke(lived([256.0], steady)) == [0, 2, 0, 2, 2]
    assert woke(lived([300.0], steady)) == [0, 2, 2, 2, 2]
    gaps = [
        after - before
        for before, after in pairwise(note.booted_s for note in lived([300.0], steady).life.notes)
    ]
    assert min(gaps) > 4.0


@pytest.mark.full
def test_wear_of_the_sector(live, steady):
    """Thirty pictures a day: what docs/memory.md says of a year."""
    days, count = 4, 30
    visits = tuple((86_400.0 * day + 20_000.0 + 1500.0 * n, 7.0) for day in range(days) for n in range(count))
    scenario = QUIET.change(days=float(days), link=steady, visits=visits, settings={})
    told = live(scenario)
    assert told.count("WOKE") == days * count
    erased_a_year = rewrites(told) * 365 / days
    assert erased_a_year == pytest.approx(2100, rel=0.06)
    assert told.twin.design.board.v("flash_wear") / erased_a_year > 47.0
