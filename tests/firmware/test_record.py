"""The record: whatever the power does to its two slots, one whole and newest record is found or none."""

from __future__ import annotations

from typing import Any

import pytest

LIMITS = {"B": 255, "H": 65535, "I": 4294967295}


@pytest.fixture
def module(bench: Any) -> Any:
    return bench.load("torpor.record")


@pytest.fixture
def save(bench: Any) -> Any:
    return bench.load("torpor.falling").save


def fields(module: Any) -> list[tuple[str, str]]:
    """Name and struct code of each field."""
    return list(zip(module.FIELDS, module.FORMAT[5 : 5 + len(module.FIELDS)], strict=True))


def fresh(module: Any) -> Any:
    return loaded(module, bytes(256))


def filled(module: Any, salt: int = 0) -> Any:
    record = fresh(module)
    for index, name in enumerate(module.FIELDS):
        setattr(record, name, index + 1 + salt)
    record.ledger = [100 + n for n in range(2 * module.STATES)]
    return record


def values(module: Any, record: Any) -> list[Any]:
    return [getattr(record, name) for name in module.FIELDS] + record.ledger


def loaded(module: Any, memory: bytes | bytearray) -> Any:
    record = module.Record()
    record.load(memory)
    return record


def test_a_slot_is_120_bytes_and_two_fit_sleep_memory(module: Any, bench: Any) -> None:
    assert module.SLOT == 120
    assert module.HEAD[2] + 4 <= 120
    assert 2 * module.SLOT <= len(bench.sleep_memory) == 256


def test_everything_comes_back(module: Any, save: Any) -> None:
    memory = bytearray(256)
    record = filled(module)
    save(record, memory)
    again = loaded(module, memory)
    assert again.valid
    assert values(module, again) == values(module, record)


@pytest.mark.parametrize("above", [-1, 0, 1])
def test_each_field_at_its_limit(module: Any, save: Any, above: int) -> None:
    for name, code in fields(module):
        memory, record = bytearray(256), filled(module)
        setattr(record, name, LIMITS[code] + above)
        save(record, memory)
        again = loaded(module, memory)
        assert getattr(again, name) == LIMITS[code] + min(above, 0), name
        others = [n for n in module.FIELDS if n != name]
        assert [getattr(again, n) for n in others] == [getattr(record, n) for n in others]


@pytest.mark.parametrize("above", [-1, 0, 1])
def test_the_ledger_at_its_limit(module: Any, save: Any, above: int) -> None:
    memory, record = bytearray(256), filled(module)
    record.ledger[18] = record.ledger[1] = 65535 + above
    save(record, memory)
    again = loaded(module, memory)
    assert (again.ledger[18], again.ledger[1]) == (65535 + min(above, 0),) * 2


def test_saves_alternate_between_the_slots(module: Any, save: Any) -> None:
    memory, record = bytearray(256), fresh(module)
    before = bytes(memory)
    for turn in range(4):
        record.wake = 10 + turn
        save(record, memory)
        changed = [at for at in range(256) if memory[at] != before[at]]
        first = 120 if turn % 2 == 0 else 0
        assert first <= min(changed) and max(changed) < first + 120
        assert loaded(module, memory).wake == 10 + turn
        before = bytes(memory)


def test_a_write_torn_at_any_byte_leaves_the_one_before(module: Any, save: Any) -> None:
    memory, record = bytearray(256), filled(module)
    save(record, memory)
    old = bytes(memory)
    record.wake += 1
    record.mV += 7
    save(record, memory)
    new = bytes(memory)
    wakes = []
    for cut in range(121):
        torn = bytearray(old)
        torn[0:cut] = new[0:cut]
        again = loaded(module, torn)
        assert again.valid
        wakes.append(again.wake)
    whole = record.wake
    assert set(wakes[:120]) == {whole - 1}  # the last byte belongs to the CRC
    assert wakes[120] == whole


def test_damage_to_any_byte_of_the_newer_slot_is_seen(module: Any, save: Any) -> None:
    memory, record = bytearray(256), filled(module)
    save(record, memory)
    record.wake = 77
    save(record, memory)
    for at in range(120):
        for flip in (1, 0x80, 0xFF):
            damaged = bytearray(memory)
            damaged[at] ^= flip
            assert loaded(module, damaged).wake == 2, at


@pytest.mark.parametrize(("at", "value"), [(0, 0x51), (2, 1), (3, 0x50)], ids=["magic", "version", "size"])
def test_a_whole_slot_of_another_kind_is_not_ours(module: Any, save: Any, at: int, value: int) -> None:
    import struct
    import zlib

    memory, record = bytearray(256), filled(module)
    save(record, memory)
    memory[120 + at] = value
    struct.pack_into("<I", memory, 236, zlib.crc32(memory[120:236]))
    assert not loaded(module, memory).valid


def test_the_newer_one_wins_when_thesequence_wraps(module: Any, save: Any) -> None:
    memory, record = bytearray(256), fresh(module)
    record.sequence = 0xFFFFFFFD
    for wake in range(5):  # FFFFFFFE, FFFFFFFF, 0, 1, 2
        record.wake = wake
        save(record, memory)
        again = loaded(module, memory)
        assert (again.wake, again.sequence) == (wake, (0xFFFFFFFE + wake) & 0xFFFFFFFF)


def test_a_new_life_draws_its_number(module: Any) -> None:
    records = [fresh(module) for _ in range(8)]
    assert len({record.boot for record in records}) == 8
    assert {record.wake for record in records} == {0}
    assert not any(record.valid for record in records)


def test_noise_is_a_new_life(module: Any, bench: Any) -> None:
    assert not loaded(module, bench.sleep_memory).valid  # as the power-up left it
    assert not loaded(module, b"\xff" * 256).valid
