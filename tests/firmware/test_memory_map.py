"""docs/memory.md is the map of what survives sleep; here it is held against the code's own numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from boards import load_design
from sim.installed import INSTALLED

DOC = Path(__file__).resolve().parents[2] / "docs/memory.md"

Region = tuple[str, int, int]


def regions(heading: str) -> list[Region]:
    """(name, offset, size) of the table under a heading."""
    text = DOC.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([a-z0-9 -]+) \| (\d+) \| (\d+) \|", text, re.M)
    return [(name, int(offset), int(size)) for name, offset, size in rows]


def constants(bench: Any) -> dict[str, Region]:
    """Every region that the code names, by its name in the map."""
    record, settings = bench.load("torpor.record"), bench.load("torpor.settings")
    stored, marks = bench.load("torpor.stored"), bench.load("torpor.marks")
    totals = bench.load("torpor.checkpoint")
    assert (marks.INSTALLS, marks.INSTALLS_END) == INSTALLED
    assert len(bench.nvm) == stored.END
    found = [
        ("slot 0", 0, record.SLOT),
        ("slot 1", record.SLOT, record.SLOT),
        ("access point", 240, 8),
        ("settings", settings.START, settings.SIZE),
        ("safe modes", marks.SAFE_MODES, marks.SAFE_MODES_END - marks.SAFE_MODES),
        ("totals", totals.START, 2 * totals.SLOT),
        ("cold boots", marks.BOOTS, marks.BOOTS_END - marks.BOOTS),
        ("install modes", marks.INSTALLS, marks.INSTALLS_END - marks.INSTALLS),
        ("journal", stored.START, stored.END - stored.START),
    ]
    return {region[0]: region for region in found}


def test_behind_a_latch_the_record_follows_the_journal(latched: Any) -> None:
    record, slots = latched.load("torpor.record"), latched.load("torpor.record_nvm")
    journal, rows = latched.load("torpor.stored"), latched.load("rows")
    assert regions("nvm behind a latch") == [
        ("journal", journal.START, journal.END - journal.START),
        ("begun", slots.START, slots.SLOTS),
        ("free", slots.START + slots.SLOTS, slots.FIRST - slots.START - slots.SLOTS),
        ("slots", slots.FIRST, slots.SLOTS * record.SLOT),
    ]
    assert journal.END == rows.JOURNAL_END == slots.START
    assert slots.END == len(latched.nvm) == 4096
    assert (journal.END - journal.START) % (2 * latched.load("torpor.journal").ENTRY) == 0


def test_a_radio_that_heeds_it_finds_its_access_point_behind_the_record(heeding: Any) -> None:
    nearby = heeding.load("torpor.nearby")
    assert ("access point", nearby.START, nearby.SIZE) in regions("sleep_memory")


def test_of_a_node_with_tasks_readings_follow_the_journal(soil: Any) -> None:
    journal, readings = soil.load("torpor.stored"), soil.load("torpor.readings")
    assert regions("nvm of a node with declared tasks") == [
        ("journal", journal.START, journal.END - journal.START),
        ("readings", readings.START, readings.SIZE),
    ]
    assert journal.END == soil.load("rows").JOURNAL_END == readings.START
    assert readings.END == len(soil.nvm) == 4096
    assert (journal.END - journal.START) % (2 * soil.load("torpor.journal").ENTRY) == 0


def test_the_simulator_knows_where_readings_lie(soil: Any) -> None:
    from sim.nodefile import readings_region

    readings = soil.load("torpor.readings")
    assert readings_region(soil.twin.design) == (readings.START, readings.END)


def test_what_tasks_keep_in_a_cameras_fields(soil: Any) -> None:
    text = DOC.read_text("utf-8").split("| field | there |")[1].split("\n\n")[0]
    told = re.findall(r"^\| (\w+) \| (\w+) \|", text, re.M)
    record = soil.load("torpor.taskrecord").TaskRecord()
    for number, (field, name) in enumerate(told):
        setattr(record, name, 7 + number)
        assert getattr(record, field) == 7 + number
    assert len(told) == 3
    assert {field for field, _ in told} <= set(soil.load("torpor.record").FIELDS)


def test_the_map_says_what_the_code_does(bench: Any) -> None:
    mapped = {
        region[0]: region for region in regions("sleep_memory") + regions("nvm") if "free" not in region[0]
    }
    assert mapped == constants(bench)


@pytest.mark.parametrize(("heading", "size"), [("sleep_memory", 256), ("nvm", 4096)])
def test_regions_fill_the_memory_without_gap_or_overlap(heading: str, size: int) -> None:
    at = 0
    for name, offset, length in regions(heading):
        assert offset == at, name
        assert length > 0
        at += length
    assert at == size


def test_every_field_of_the_record_is_explained(bench: Any) -> None:
    text = DOC.read_text("utf-8").split("| field | bytes |")[1].split("\n\n")[0]
    told = re.findall(r"^\| (\w+) \| (\d) \|", text, re.M)
    record = bench.load("torpor.record")
    sizes = {"I": "4", "H": "2", "B": "1"}
    codes = record.FORMAT[5 : 5 + len(record.FIELDS)]
    assert told == [(name, sizes[code]) for name, code in zip(record.FIELDS, codes, strict=True)]


def test_the_default_board_has_that_much() -> None:
    board = load_design("pico-w-arducam-2mp").board
    assert (board.v("sleep_memory"), board.v("nvm")) == (256, 4096)


def test_the_first_sixteen_bytes_of_nvm_stay_free() -> None:
    name, offset, size = regions("nvm")[0]
    assert (name.startswith("free"), offset) == (True, 0)
    assert size >= 16


def test_safe_mode_and_sleep_mean_the_same_byte(bench: Any) -> None:
    text = bench.twin.life.drive.scripts["safemode.py"].text
    marks = bench.load("torpor.marks")
    assert f"AT, END = {marks.SAFE_MODES}, {marks.SAFE_MODES_END}" in text.splitlines()


def test_entries_and_slots_fit_their_regions_evenly(bench: Any) -> None:
    start, entry = bench.load("torpor.stored").START, bench.load("torpor.journal").ENTRY
    assert (len(bench.nvm) - start) % (2 * entry) == 0
    assert len(bench.sleep_memory) >= bench.load("torpor.record").SLOT * 2


def test_a_whole_wake_writes_only_where_the_map_says(bench: Any) -> None:
    from sim.errors import DeepSleep

    mapped = constants(bench)
    before = bytes(bench.sleep_memory)
    with pytest.raises(DeepSleep):
        bench.load("resting").sleep_now(bench.awake())
    nvm = [region for name, region in mapped.items() if not name.startswith("slot")]
    for at in (at for at in range(4096) if bench.nvm[at] != 0xFF):
        assert any(offset <= at < offset + size for _, offset, size in nvm), at
    changed = {at for at in range(256) if bench.sleep_memory[at] != before[at]}
    assert changed and max(changed) < 240
