"""Register texts: as people write them, as the firmware sends them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.application import ROOT
from sim.errors import DriveError
from sim.registers import register_bytes

PATH = Path("some.regs")


def test_pairs_stay_as_they_are_and_sections_are_marked() -> None:
    text = "# a comment\n@pairs\n\nff0012 # behind\n80\n"
    with pytest.raises(DriveError, match=r"some\.regs, line 4: .* is no register line"):
        register_bytes(text, PATH)  # half a pair
    text = "@pairs\nff01 1280 # bank, reset\n@section 2\n1140\n"
    assert register_bytes(text, PATH) == bytes((0xFF, 1, 0x12, 0x80, 0xFE, 2, 0x11, 0x40))


def test_words_count_their_address_up() -> None:
    text = "@words\n350a0102 38ff77\n@section 1\n300220\n"
    assert register_bytes(text, PATH) == bytes(
        (0x35, 0x0A, 1, 0x35, 0x0B, 2, 0x38, 0xFF, 0x77, 0xFE, 1, 0, 0x30, 0x02, 0x20)
    )


@pytest.mark.parametrize(
    "line", ["12g4", "@section", "@section 300", "fe00", "@pairs\nfe00", "@words\nfe0011", "@words\n3000"]
)
def test_what_is_no_register_line_is_named(line: str) -> None:
    with pytest.raises(DriveError, match="is no register line"):
        register_bytes(line, PATH)


@pytest.mark.parametrize(("name", "size"), [("ov2640", 2), ("ov5642", 3)])
def test_the_sensors_own_texts_are_whole(name: str, size: int) -> None:
    path = ROOT / "firmware/wildcam" / f"{name}.regs"
    raw = register_bytes(path.read_text("utf-8"), path)
    assert len(raw) % size == 0
    assert 500 < len(raw) < 2500
