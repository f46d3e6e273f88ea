"""The record in nvm: appended slot after slot, marked when a wake begins, whatever the power does to it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from sim.errors import PowerLost


@pytest.fixture
def module(latched: Any) -> Any:
    return latched.load("torpor.record_nvm")


@pytest.fixture
def chip(latched: Any) -> Any:
    return latched.load("microcontroller").nvm


def loaded(module: Any, nvm: Any) -> Any:
    record = module.NvmRecord()
    record.load(nvm)
    return record


def yes() -> bool:
    return True


def no() -> bool:
    return False


def live(module: Any, nvm: Any, wakes: int, may: Any = yes) -> list[bool]:
    """So many whole wakes; whether each was saved."""
    saved = []
    for _ in range(wakes):
        record = loaded(module, nvm)
        record.wake += 1
        saved.append(record.save(nvm, may))
    return saved


def test_everything_comes_back(module: Any, latched: Any) -> None:
    fields = latched.load("torpor.record").FIELDS
    nvm = bytearray(b"\xff" * 4096)
    record = loaded(module, nvm)
    for index, name in enumerate(fields):
        setattr(record, name, index + 1)
    record.ledger[6], record.ledger[19] = 300, 900
    assert record.save(nvm, no)
    again = loaded(module, nvm)
    assert again.valid and again.asleep
    assert [getattr(again, name) for name in fields] == list(range(1, len(fields) + 1))
    assert again.ledger == record.ledger


def test_nothing_but_the_region_is_written(module: Any) -> None:
    nvm = bytearray(b"\xff" * 4096)
    live(module, nvm, 20)
    assert nvm[: module.START] == b"\xff" * module.START


def test_a_region_of_a_new_node_is_a_new_life(module: Any) -> None:
    for fill in (0xFF, 0x00, 0xA5):
        record = loaded(module, bytearray(bytes([fill]) * 4096))
        assert (record.valid, record.asleep, record.wake) == (False, False, 0)
    assert len({loaded(module, bytearray(b"\xff" * 4096)).boot for _ in range(8)}) == 8


def test_the_mark_tells_a_finished_wake_from_one_that_was_cut(module: Any) -> None:
    nvm = bytearray(b"\xff" * 4096)
    live(module, nvm, 1)
    assert loaded(module, nvm).asleep  # that wake begins, and is cut
    cut = loaded(module, nvm)
    assert (cut.valid, cut.asleep, cut.wake) == (True, False, 1)
    cut.save(nvm, no)
    assert loaded(module, nvm).asleep


def test_one_rewrite_in_eight_wakes(module: Any, chip: Any) -> None:
    assert live(module, chip, 8 * 5 + 1) == [True] * 41
    assert chip.rewrites == 5
    assert loaded(module, chip).wake == 41


@pytest.mark.parametrize("wakes", [7, 8, 9])
def test_full_with_the_eighth(module: Any, wakes: int) -> None:
    nvm = bytearray(b"\xff" * 4096)
    assert live(module, nvm, wakes, no) == [True] * min(wakes, 8) + [False] * (wakes - 8)
    assert module.NvmRecord().full(nvm) is (wakes >= 8)


def test_where_it_may_not_rewrite_the_slots_stay(module: Any) -> None:
    nvm = bytearray(b"\xff" * 4096)
    live(module, nvm, 8)
    assert live(module, nvm, 3, no) == [False] * 3
    record = loaded(module, nvm)
    assert (record.valid, record.asleep, record.wake) == (True, False, 8)
    record.wake = 99
    assert record.save(nvm, yes)
    after = loaded(module, nvm)
    assert (after.asleep, after.wake) == (True, 99)


@pytest.mark.parametrize("saved", [1, 2, 7, 8])
def test_a_save_torn_at_any_byte_leaves_the_one_before(module: Any, saved: int) -> None:
    """Programming goes byte by byte; of the byte in hand some bits are cleared already."""
    nvm = bytearray(b"\xff" * 4096)
    live(module, nvm, saved - 1)
    record = loaded(module, nvm)
    record.wake = 50
    at, before = module.FIRST + (saved - 1) * 120, bytes(nvm)
    record.save(nvm, no)
    whole = bytes(nvm[at : at + 120])
    for cut in range(120):
        for bits in (0x00, 0x5A, 0xFF):
            torn = bytearray(before)
            torn[at : at + cut] = whole[:cut]
            torn[at + cut] = whole[cut] | bits
            if torn[at : at + 120] == whole:
                continue
            again = loaded(module, torn)
            assert (again.valid, again.asleep) == (saved > 1, False), (cut, bits)
            assert again.wake == saved - 1
            again.wake = 60
            torn_slot_counts = torn[at : at + 120] != b"\xff" * 120
            assert again.save(torn, no) is not (torn_slot_counts and saved == 8), (cut, bits)
            if not (torn_slot_counts and saved == 8):
                after = loaded(module, torn)
                assert (after.wake, after.asleep) == (60, True), (cut, bits)


@pytest.mark.parametrize("bits", [0x00, 0x01, 0x7F, 0xFE])
def test_a_torn_mark_says_that_a_wake_had_begun(module: Any, bits: int) -> None:
    nvm = bytearray(b"\xff" * 4096)
    live(module, nvm, 3)
    nvm[module.START + 2] = bits
    assert not loaded(module, nvm).asleep


@pytest.mark.parametrize("done", range(0, 101, 4))
def test_the_supply_goes_in_the_middle_of_a_save(latched: Any, module: Any, chip: Any, done: int) -> None:
    """The virtual flash stops where it stands: in an append, and in the rewrite of the full region."""
    for full in (False, True):
        latched.nvm[:] = b"\xff" * 4096
        latched.reset()
        live(module, chip, 8 if full else 3)
        record = loaded(module, chip)
        record.wake = 77
        lasts_s = (52.0 if full else 0.7) / 1000.0
        latched.world.sync()
        latched.world.cuts = [latched.world.now + lasts_s * done / 100.0]
        try:
            record.save(chip, yes)
        except PowerLost:
            latched.reset()
        latched.world.cuts = []
        again = loaded(module, chip)
        assert again.valid or full  # an erased sector is a new life, an append never is
        if again.valid:
            assert again.wake in (77, 8 if full else 3)
            assert again.asleep is (again.wake == 77)
        again.wake = 78
        assert again.save(chip, yes)
        assert loaded(module, chip).wake == 78


def test_a_board_with_sleep_memory_has_none_of_it(bench: Any) -> None:
    assert bench.load("node").LATCH == ""
    for name in ("latching", "torpor.record_nvm"):
        with pytest.raises(ImportError):
            bench.load(name)
    assert isinstance(bench.load("torpor.journal"), ModuleType)
