"""Every wrong part file is refused with one exact sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from boards import BoardsError, load_design
from boards.parts_file import read_part_file
from boards.reading import HOME

Change = Callable[..., Path]

CUT_OFF = "cut_off = { value = 2.4,"

REFUSALS = {
    "missing row": (
        (CUT_OFF, f"# {CUT_OFF}"),
        "dw01.rows.cut_off is missing, it must be a row in V from 0.5 to 4.",
    ),
    "unknown row": (
        ("restart =", "re_start ="),
        "dw01.rows.re_start is not a known key, allowed are cut_off, restart, quiescent.",
    ),
    "wrong unit": (
        (f'{CUT_OFF} unit = "V"', f'{CUT_OFF} unit = "mV"'),
        'dw01.rows.cut_off.unit is "mV", but must be "V".',
    ),
    "no unit": (
        (f'{CUT_OFF} unit = "V",', CUT_OFF),
        'dw01.rows.cut_off.unit is missing, it must be "V".',
    ),
    "value below the range": (
        (CUT_OFF, "cut_off = { value = 0.49,"),
        "dw01.rows.cut_off.value is 0.49, but must be a number from 0.5 to 4.",
    ),
    "value above the range": (
        (CUT_OFF, "cut_off = { value = 4.01,"),
        "dw01.rows.cut_off.value is 4.01, but must be a number from 0.5 to 4.",
    ),
    "value in quotes": (
        (CUT_OFF, 'cut_off = { value = "2.4",'),
        'dw01.rows.cut_off.value is "2.4", but must be a number from 0.5 to 4.',
    ),
    "a figure without its row": (
        (CUT_OFF, "cut_off = 2.4 #"),
        "dw01.rows.cut_off is 2.4, but must be a table.",
    ),
    "current without voltage": (
        ("at_V = 3.9, ", ""),
        "dw01.rows.quiescent.at_V is missing, it must be a number from 0.5 to 24.",
    ),
    "load that is none": (
        ('load = "current"', 'load = "heavy"'),
        'dw01.rows.quiescent.load is "heavy", but must be one of "power", "current".',
    ),
    "voltage with a load": (
        (CUT_OFF, 'cut_off = { load = "power", value = 2.4,'),
        "dw01.rows.cut_off.load is not a known key, allowed are value, unit, plus_minus, condition, source.",
    ),
    "empty source": (
        ('source = "estimate: 3 uA typical from memory of the DW01A sheet"', 'source = " "'),
        'dw01.rows.quiescent.source is " ", but must be a string that says something.',
    ),
    "no condition": (
        ('condition = "load cut off", ', ""),
        "dw01.rows.cut_off.condition is missing, it must be a sentence.",
    ),
    "negative uncertainty": (
        ('plus_minus = 0.1, condition = "load cut off"', 'plus_minus = -0.1, condition = "load cut off"'),
        "dw01.rows.cut_off.plus_minus is -0.1, but must be a number from 0 to 4.",
    ),
    "unknown cap": (
        ("[dw01.rows]", "[dw01.caps]\nfast = true\n[dw01.rows]"),
        "dw01.caps.fast is not a known key, none is allowed here.",
    ),
    "unknown kind": (
        ('kind = "protection"', 'kind = "fuse"'),
        'kind is "fuse", but must be one of "board", "camera", '
        '"pir", "meter", "panel", "charger", "cell", "protection", "rail", "clock", "latch", "sd", "light", '
        '"sensor", "panel_meter", "signal".',
    ),
    "cut-off above restart": (
        (CUT_OFF, "cut_off = { value = 3.1,"),
        "dw01.rows.cut_off is 3.1, but must be below restart 3.",
    ),
    "cut-off at restart": (
        (CUT_OFF, "cut_off = { value = 3.0,"),
        "dw01.rows.cut_off is 3, but must be below restart 3.",
    ),
}


def sentence(path: Path) -> str:
    with pytest.raises(BoardsError) as caught:
        load_design(path)
    return (
        str(caught.value)
        .replace(str(path.parent / "parts") + "/", "")
        .replace(str(path.parent / "parts") + "\\", "")
    )


@pytest.mark.parametrize("name", REFUSALS)
def test_wrong_protection_is_refused_in_one_sentence(name: str, changed_part: Change) -> None:
    change, expected = REFUSALS[name]
    assert sentence(changed_part("protections.toml", change)) == f"protections.toml: {expected}"


CAPS = {
    "edge in quotes": ("edge = true", 'edge = "yes"', 'caps.edge is "yes", but must be true or false.'),
    "unknown alarm": (
        'alarms = ["pin", "time"]',
        'alarms = ["pin", "moon"]',
        'caps.alarms is ["pin", "moon"], but must be one of "pin", "time".',
    ),
    "alarm that is no list": (
        'alarms = ["pin", "time"]',
        'alarms = "pin"',
        'caps.alarms is "pin", but must be a list of strings.',
    ),
    "missing cap": (
        "psram = false\n",
        "",
        "caps.psram is missing, it must be a cap of every board like this.",
    ),
    "alarm without its price": (
        "deep_sleep_timer =",
        "# deep_sleep_timer =",
        "rows.deep_sleep_timer is missing, it must be a row in mA from 0 to 100.",
    ),
}


@pytest.mark.parametrize("name", CAPS)
def test_wrong_board_is_refused_in_one_sentence(name: str, changed_part: Change) -> None:
    old, new, expected = CAPS[name]
    path = changed_part("board-pico-w.toml", (old, new))
    assert sentence(path) == f"board-pico-w.toml: raspberry-pi-pico-w.{expected}"


CURVES = {
    "curve that falls": (
        "[0.1, 3.296]",
        "[0.1, 3.1]",
        "[2] is [0.1, 3.1], but must be points with rising x and y.",
    ),
    "curve that turns back": (
        "[0.1, 3.296]",
        "[0.05, 3.296]",
        "[2] is [0.05, 3.296], but must be points with rising x and y.",
    ),
    "curve that ends early": (", [1.0, 4.20]]", "]", " is [0.0, 0.95], but must be points from x 0 to 1."),
    "point of one": ("[0.1, 3.296]", "[0.1]", "[2].x is missing, it must be a number from 0 to 1."),
    "voltage out of range": (
        "[1.0, 4.20]",
        "[1.0, 42.0]",
        "[12].y is 42.0, but must be a number from 0.5 to 5.",
    ),
}


@pytest.mark.parametrize("name", CURVES)
def test_wrong_curve_is_refused_in_one_sentence(name: str, changed_part: Change) -> None:
    old, new, expected = CURVES[name]
    path = changed_part("cells.toml", (old, new))
    assert sentence(path) == f"cells.toml: nmc-18650-3000.tables.ocv.points{expected}"


def test_a_part_beside_the_design_stands_in_for_the_shipped_one(changed_part: Change) -> None:
    path = changed_part("protections.toml", (CUT_OFF, "cut_off = { value = 2.5,"))
    design = load_design(path)
    assert (design.protection.v("cut_off"), design.board.v("idle")) == (2.5, 27.3)


def test_two_parts_of_one_name_in_one_folder(changed_part: Change) -> None:
    path = changed_part("protections.toml")
    again = path.parent / "parts" / "zz.toml"
    again.write_text((HOME / "parts" / "protections.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert sentence(path) == 'zz.toml: dw01 is "protection", but must be another name, this one is taken.'


WEIRD = (
    "-1",
    "1e300",
    "nan",
    '""',
    '"x"',
    "[]",
    "[[]]",
    "{}",
    "true",
    "1979-05-27",
    "[1979-05-27]",
    "",
    "[1, 'a']",
)


def mutations(text: str) -> list[str]:
    """Every line `key = ...` with each weird value, and the text without that line."""
    lines = text.splitlines()
    found = []
    for i, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        if equals and not key.startswith(("#", " ")):
            instead = ([f"{key} = {weird}"] for weird in WEIRD)
            found.extend("\n".join(lines[:i] + new + lines[i + 1 :]) for new in (*instead, []))
    return found


@pytest.mark.parametrize("name", ["pico-w-arducam-2mp", "pico-w-latched"])
def test_no_wrong_value_in_a_design_gives_a_traceback(name: str, tmp_path: Path) -> None:
    path, refusals = tmp_path / "my.toml", 0
    for text in mutations((HOME / f"{name}.toml").read_text(encoding="utf-8")):
        path.write_text(text, encoding="utf-8")
        try:
            load_design(path)
        except BoardsError as error:
            refusals += 1
            assert str(error).startswith(str(path)) and str(error).endswith(".") and "\n" not in str(error)
    assert refusals > 300


@pytest.mark.parametrize(
    ("name", "each"),
    [
        ("cells.toml", 7),  # of a long file only each seventh
        ("meters.toml", 1),
        ("clocks.toml", 1),
        pytest.param("cells.toml", 1, marks=pytest.mark.full),
    ],
)
def test_no_wrong_value_in_a_part_file_gives_a_traceback(name: str, each: int, tmp_path: Path) -> None:
    path, refusals = tmp_path / "part.toml", 0
    for text in mutations((HOME / "parts" / name).read_text(encoding="utf-8"))[::each]:
        path.write_text(text, encoding="utf-8")
        try:
            read_part_file(path)
        except BoardsError as error:
            refusals += 1
            assert str(error).startswith(str(path)) and str(error).endswith(".") and "\n" not in str(error)
    assert refusals > 50
