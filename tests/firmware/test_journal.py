"""The journal: eight bytes each, appended to erased flash; rows give way to events, losses are counted."""

from __future__ import annotations

import struct
from typing import Any

import pytest

ENTRY = 8


class Notes:
    """A journal on the bench's nvm, with a new object for every wake, as the firmware has it."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.module = bench.load("torpor.journal")
        self.nvm = bench.load("microcontroller").nvm
        self.kept = bench.load("torpor.stored")
        self.record = bench.load("torpor.record").Record()
        self.record.load(bytes(256))
        self.record.log_end = self.record.log_sent = self.kept.START
        self.next()

    def next(self) -> Any:
        self.record.wake += 1
        self.now = self.module.Journal(self.record)
        return self.now

    def keep(self, may_rewrite: bool = True) -> None:
        self.kept.keep(self.now, lambda: may_rewrite)

    def stored(self) -> list[bytes]:
        raw = bytes(self.nvm[self.record.log_sent : self.record.log_end])
        return [raw[at : at + ENTRY] for at in range(0, len(raw), ENTRY)]

    def fill(self, room: int) -> None:
        """Rows and events in turn, until only `room` entries fit."""
        while len(self.nvm) - self.record.log_end > room * ENTRY:
            if (self.record.log_end // ENTRY) % 2:
                self.now.event(1, 2)
            else:
                self.now.row(3, 4000, 1000, 100, 0)
            self.keep()


@pytest.fixture
def notes(bench: Any) -> Notes:
    return Notes(bench)


def test_an_event_is_reason_argument_wake_and_time(notes: Notes) -> None:
    notes.bench.pass_s(12.5)
    notes.record.wake = 0x12345
    notes.now.event(17, 300)
    reason, argument, wake, ms = struct.unpack("<BBHI", notes.now.entries[0])
    assert (reason, argument, wake) == (17, 255, 0x2345)
    assert ms == pytest.approx(12500, abs=20)


@pytest.mark.parametrize(
    ("ms", "mJ", "row"),
    [
        (0, 0, (0x83, 0, 0)),
        (655350, 65535, (0x83, 65535, 65535)),
        (655351, 65535, (0xA3, 65, 65)),
        (655350, 65536, (0xA3, 65, 65)),
        (3600_000, 26_640, (0xA3, 360, 26)),
        (10**10, 10**9, (0xA3, 65535, 65535)),
    ],
)
def test_a_row_and_when_it_becomes_a_long_one(
    notes: Notes, ms: int, mJ: int, row: tuple[int, int, int]
) -> None:
    notes.now.row(3, 4019, ms, mJ, 0)
    head, volts, _, duration, energy = struct.unpack("<BBHHH", notes.now.entries[0])
    assert (head, duration, energy) == row
    assert volts == 200  # 20 mV steps


@pytest.mark.parametrize(("mV", "byte"), [(5099, 254), (5100, 255), (5101, 255), (9999, 255)])
def test_volts_that_a_byte_holds(notes: Notes, mV: int, byte: int) -> None:
    notes.now.row(9, mV, 10, 1, 0x40)
    assert notes.now.entries[0][:2] == bytes((0x80 | 0x40 | 9, byte))


def test_appending_never_rewrites_the_sector(notes: Notes) -> None:
    for _ in range(50):
        notes.next()
        notes.now.event(1, 2)
        notes.now.row(0, 4000, 100, 10, 0)
        notes.keep()
    assert notes.nvm.rewrites == 0
    assert len(notes.stored()) == 100
    assert notes.now.entries == []


def test_a_wake_without_entries_writes_nothing(notes: Notes) -> None:
    notes.keep()
    assert notes.record.log_end == notes.kept.START


def test_pending_is_what_was_stored_then_what_is_new(notes: Notes) -> None:
    notes.now.event(1)
    notes.keep()
    notes.next().event(2)
    assert [notes.kept.pending(notes.now)[at] for at in (0, ENTRY)] == [1, 2]
    notes.kept.taken(notes.now)
    assert notes.kept.pending(notes.now) == b""


@pytest.mark.parametrize(("over", "cleared"), [(-1, False), (0, False), (1, True)])
def test_taken_clears_only_past_half(notes: Notes, over: int, cleared: bool) -> None:
    half = (len(notes.nvm) - notes.kept.START) // 2
    assert half % ENTRY == 0
    for _ in range(half // ENTRY + over):
        notes.now.event(1)
        notes.keep()
    notes.kept.taken(notes.now)
    assert (notes.record.log_end == notes.kept.START) is cleared
    assert notes.record.log_sent == notes.record.log_end
    assert (notes.nvm[notes.kept.START] == 0xFF) is cleared
    assert notes.nvm.rewrites == (1 if cleared else 0)


def test_when_full_rows_go_first_and_losses_are_counted(notes: Notes, reason: dict[str, int]) -> None:
    notes.fill(room=2)
    before = notes.stored()
    rows = [entry for entry in before if entry[0] & 0x80]
    notes.next()
    for _ in range(3):
        notes.now.event(9)
    notes.keep()
    after = notes.stored()
    kept = [entry for entry in before if not entry[0] & 0x80]
    limit = (len(notes.nvm) - notes.kept.START) // 16
    kept, dropped = kept[-limit:], len(kept[:-limit])
    assert after[:-4] == kept
    assert [entry[0] for entry in after[-4:]] == [9, 9, 9, reason["JOURNAL_LOST"]]
    assert after[-1][1] == min(255, len(rows) + dropped) > 100
    assert notes.nvm.rewrites == 1


def test_one_more_that_just_fits_rewrites_nothing(notes: Notes) -> None:
    notes.fill(room=2)
    notes.now.event(9)
    notes.now.event(9)
    notes.keep()
    assert notes.record.log_end == len(notes.nvm)
    assert notes.nvm.rewrites == 0
    notes.next().event(9)
    notes.keep()
    assert notes.nvm.rewrites == 1


def test_events_that_are_too_many_lose_the_oldest(notes: Notes, reason: dict[str, int]) -> None:
    for number in range((len(notes.nvm) - notes.kept.START) // ENTRY):
        notes.now.event(reason["NO_SPACE"], number & 0x7F)
        notes.keep()
    last = notes.stored()[-1]
    notes.next().event(9)
    notes.keep()
    after = notes.stored()
    assert after[-3] == last
    assert [entry[0] for entry in after[-2:]] == [9, reason["JOURNAL_LOST"]]
    assert after[-1][1] == 191  # 382 fit, the newest 191 stay


def test_what_lost_a_visitor_is_kept_longest(notes: Notes, reason: dict[str, int]) -> None:
    for number in range((len(notes.nvm) - notes.kept.START) // ENTRY):
        notes.now.event(reason["NO_SPACE"] if number % 10 == 0 else reason["WOKE"], number & 0x7F)
        notes.keep()
    notes.next().event(9)
    notes.keep()
    kinds = [entry[0] for entry in notes.stored()]
    assert kinds == [reason["NO_SPACE"]] * 39 + [9, reason["JOURNAL_LOST"]]


def test_after_a_full_region_the_next_wakes_only_append(notes: Notes) -> None:
    notes.fill(room=0)
    for _ in range(20):
        notes.next().event(9)
        notes.keep()
    assert notes.nvm.rewrites == 1


def test_below_the_safe_voltage_a_full_region_loses_the_new_ones(notes: Notes) -> None:
    notes.fill(room=2)
    before = notes.stored()
    for code in (5, 6, 7):
        notes.now.event(code)
    notes.keep(may_rewrite=False)
    assert notes.nvm.rewrites == 0
    assert notes.stored()[:-2] == before
    assert [entry[0] for entry in notes.stored()[-2:]] == [5, 6]
    notes.next().event(8)
    notes.keep(may_rewrite=False)
    assert (notes.nvm.rewrites, notes.record.log_end) == (0, len(notes.nvm))


@pytest.mark.parametrize(("torn", "end"), [(b"\xff\x00", 24), (b"\x05", 24), (b"\xff" * 12 + b"\x7f", 32)])
def test_a_cold_boot_goes_on_behind_what_was_torn(notes: Notes, torn: bytes, end: int) -> None:
    for code in (1, 2):
        notes.now.event(code)
    notes.keep()
    notes.bench.nvm[1040 + 16 : 1040 + 16 + len(torn)] = torn
    notes.kept.recall(notes.record)
    assert notes.record.log_end == 1040 + end
    notes.next().event(3)
    notes.keep()
    assert notes.nvm.rewrites == 0


def test_a_cold_boot_finds_the_end_and_what_was_sent(notes: Notes, reason: dict[str, int]) -> None:
    for code in (1, 2, 3):
        notes.now.event(code)
    notes.keep()
    notes.next().event(4)
    notes.kept.taken(notes.now)
    notes.now.event(reason["LOG_SENT"])
    notes.now.event(5)
    notes.keep()
    sent, end = notes.record.log_sent, notes.record.log_end
    notes.record.log_sent = notes.record.log_end = 0
    notes.kept.recall(notes.record)
    assert (notes.record.log_sent, notes.record.log_end) == (sent, end) == (1040 + 24, 1040 + 40)


@pytest.mark.parametrize("count", [0, 1, 381, 382])
def test_a_cold_boot_without_an_upload_keeps_everything(notes: Notes, count: int) -> None:
    for _ in range(count):
        notes.now.event(1)
        notes.keep()
    notes.kept.recall(notes.record)
    assert (notes.record.log_sent, notes.record.log_end) == (1040, 1040 + 8 * count)


def test_no_entry_begins_like_an_erased_byte(notes: Notes, reason: dict[str, int]) -> None:
    states = notes.bench.load("torpor.record").STATES
    assert max(reason.values()) < 0x80
    assert 0x80 | 0x40 | 0x20 | (states - 1) < 0xFF
    assert states - 1 < 0x20
