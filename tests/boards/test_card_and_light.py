"""SD card and light: what a design may ask of them, what they cost, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest

from boards import BoardsError, load_design, picture_places, wake_ways, watts_of

Change = Callable[..., Path]

CARD = 'sd = "microsd-breakout"\n'
LIGHT = 'light = "ir-850-4led"'
SD_PINS = (
    ("sd_sck", "GP10"),
    ("sd_mosi", "GP11"),
    ("sd_miso", "GP12"),
    ("sd_cs", "GP15"),
    ("sd_power", "GP16"),
)

REFUSALS = {
    "a card that is not the spool": (
        "pico-w-sd",
        ('spool = "sd" ', 'spool = "flash" '),
        'options.spool is "flash", but must be "sd", since microsd-breakout is there for it.',
    ),
    "more than the card has": (
        "pico-w-sd",
        ("spool_KiB = 1048576", "spool_KiB = 7800001"),
        "options.spool_KiB is 7800001, but must be at most 7800000, all that sd has.",
    ),
    "a card in a slot that is not there": (
        "pico-w-sd",
        (CARD, 'sd = "xiao-s3-slot"\n'),
        # its pins are not asked for, so the first of them is one too many
        'pins.sd_sck is "GP10", but must be absent: the roles of its parts are camera_sck, camera_mosi, '
        "camera_miso, camera_cs, camera_sda, camera_scl, pir, meter_sda, meter_scl, camera_power, bench.",
    ),
    "a line of the card is missing": (
        "pico-w-sd",
        ('sd_cs = "GP15"\n', ""),
        "pins.sd_cs is missing, it must be a pin of raspberry-pi-pico-w.",
    ),
    "lines of the card on two buses": (
        "pico-w-sd",
        ('sd_miso = "GP12"', 'sd_miso = "GP0"'),
        'pins.sd_sck is "GP10", but must be on the same SPI bus as the others, and raspberry-pi-pico-w has '
        "none with sck GP10, mosi GP11, miso GP0.",
    ),
    "infrared behind an IR-cut filter": (
        "pico-w-night",
        ("ir_cut = false", "ir_cut = true"),
        'parts.light is "ir-850-4led", but must be absent, since the IR-cut filter of '
        "arducam-mini-2mp-plus holds 850 nm back.",
    ),
    "a light without a pin": (
        "pico-w-night",
        ("light_power =", "# light_power ="),
        "pins.light_power is missing, it must be a pin of raspberry-pi-pico-w.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_work_is_refused_in_one_sentence(name: str, changed: Change) -> None:
    design, change, expected = REFUSALS[name]
    with pytest.raises(BoardsError) as caught:
        load_design(changed(change, design=design))
    assert str(caught.value).partition("my.toml: ")[2] == expected


def test_a_slot_without_pins_on_a_board_that_has_none(changed: Change) -> None:
    change = [(CARD, 'sd = "xiao-s3-slot"\n')] + [(f'{role} = "{pin}"', "#") for role, pin in SD_PINS]
    with pytest.raises(BoardsError, match="a card on pins of its own, since raspberry-pi-pico-w has no slot"):
        load_design(changed(*change, design="pico-w-sd"))


def test_the_boards_own_slot(changed: Change) -> None:
    """1.02 mA for a card that nothing switches: in every sleep, from a half-full cell."""
    bare = load_design("xiao-s3-sense")
    change = (("[pins]", 'sd = "xiao-s3-slot"\n\n[pins]'), ('spool = "flash"', 'spool = "sd"'))
    design = load_design(changed(*change, design="xiao-s3-sense"))
    assert design.sd and design.sd.caps["slot"] == "board"
    assert wake_ways(design)[0].watts - wake_ways(bare)[0].watts == pytest.approx(1.02e-3 * 3.751)
    with pytest.raises(BoardsError, match=r"^.*parts\.sd is missing, it must be the card that is the spool"):
        load_design(changed(change[1], design="xiao-s3-sense"))


def test_visible_light_passes_an_ir_cut_filter(changed: Change) -> None:
    change = (("ir_cut = false", "ir_cut = true\n[rows.light]\n" + ROW),)
    assert load_design(changed(*change, design="pico-w-night")).light


ROW = 'wavelength = { value = 700, unit = "nm", plus_minus = 10, condition = "peak", source = "a test" }'


def test_places_of_the_default() -> None:
    fifo, flash = picture_places(load_design("pico-w-arducam-2mp"))
    assert (fifo.name, fifo.mJ, fifo.pictures, round(fifo.KiB)) == ("fifo", 0.0, inf, 8192)
    assert fifo.standing_W == pytest.approx(0.060 * 3.3 / 0.85)
    # ten sectors of data and four entries at 52 ms, 170 mW; the directory's sector bears 100000 erases
    assert (flash.name, flash.KiB, flash.pictures) == ("flash", 508, 25_000)
    assert flash.mJ == pytest.approx(170 * 14 * 0.052)


def test_places_with_a_card() -> None:
    design = load_design("pico-w-sd")
    places = picture_places(design)
    assert [place.name for place in places] == ["fifo", "flash", "sd"]
    card = places[2]
    # 0.17 s powered and mounted at 34 mA x 5 V and 30 mA x 3.3 V; 40 KiB at 2 us/B and four entries at 40 mA
    write_s = 40 * 1024 * 2e-6 + 4 * 0.012
    expected = (170 + 30 * 3.3 / 0.85) * 0.17 + (170 + 40 * 3.3 / 0.85) * write_s
    assert card.mJ == pytest.approx(expected)
    assert card.pictures > 1000 * places[1].pictures
    assert design.notes[-1] == "a picture of 40 KiB costs 91 mJ to keep on the card, 124 mJ on the drive."


def test_a_card_behind_its_switch_costs_next_to_nothing_asleep() -> None:
    more = (
        wake_ways(load_design("pico-w-sd"))[0].watts - wake_ways(load_design("pico-w-arducam-2mp"))[0].watts
    )
    assert more == pytest.approx(0.0005e-3 * 3.751)


def test_notes_of_a_light() -> None:
    design = load_design("pico-w-night")
    assert design.light and watts_of(design, design.light, design.light.rows["run"]) == pytest.approx(1.5004)
    assert design.notes[-2:] == (
        "its light takes 1.5 W during an exposure in the dark and reaches about 4 m.",
        "its lens has no IR-cut filter: by day green leaves and dark cloth look pale and reddish.",
    )
