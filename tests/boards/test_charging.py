"""Chargers against cells and panels: wrong pairs are refused in one sentence, doubtful ones are noted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from boards import BoardsError, load_design

Change = Callable[..., Path]
CHARGER, PANEL = 'charger = "tp4056"', 'panel = "panel-2w"'


def sentence(path: Path) -> str:
    with pytest.raises(BoardsError) as caught:
        load_design(path)
    return str(caught.value).replace(str(path.parent) + "/", "")


@pytest.mark.parametrize("charger", ["tp4056", "bq24074", "mcp73871", "cn3791-6v"])
def test_a_charger_of_4_2_V_never_charges_LFP(changed: Change, charger: str) -> None:
    path = changed((CHARGER, f'charger = "{charger}"'), ('"nmc-18650-3000"', '"lfp-18650-1500"'))
    assert sentence(path) == (
        f'my.toml: parts.charger is "{charger}", but must be one that ends at 3.6 V, '
        "where lfp-18650-1500 is full."
    )


def test_a_charger_for_LFP_leaves_a_lithium_ion_cell_two_thirds_empty(changed: Change) -> None:
    assert sentence(changed((CHARGER, 'charger = "cn3158"'))) == (
        'my.toml: parts.charger is "cn3158", but must be one that fills nmc-18650-3000 further than 32 %, '
        "where 3.6 V end."
    )


@pytest.mark.parametrize(
    ("charger", "cell", "protection", "end_V", "chemistry"),
    [
        ("tp4056", "nimh-3xaa", "dw01", 4.1, "NiMH"),
        ("nimh-regulator", "nmc-18650-3000", "dw01", 4.14, "NMC"),
        ("nimh-regulator", "lfp-18650-1500", "lfp-protection", 3.6, "LFP"),
        ("tp4056", "lfp-18650-1500", "lfp-protection", 3.6, "LFP"),
    ],
)
def test_a_fitting_voltage_alone_makes_no_charger_of_another_chemistry(
    changed: Change, charger: str, cell: str, protection: str, end_V: float, chemistry: str
) -> None:
    """NiMH ends by its heat, not by its voltage; a regulator for it never ends at all."""
    path = changed(
        (CHARGER, f'charger = "{charger}"'), ('"nmc-18650-3000"', f'"{cell}"'), ('"dw01"', f'"{protection}"')
    )
    row = 'unit = "V", plus_minus = 0.05, condition = "set by resistors", source = "my meter"'
    own = f"[rows.charger]\nfloat = {{ value = {end_V}, {row} }}\n"
    path.write_text(f"{path.read_text('utf-8')}\n{own}", "utf-8")
    refusal = (
        f'my.toml: parts.charger is "{charger}", but must be one whose chemistries hold {chemistry}, '
        f"which {cell} is."
    )
    assert sentence(path) == refusal
    path.write_text(f'{path.read_text("utf-8")}[caps.charger]\nchemistries = ["{chemistry}"]\n', "utf-8")
    assert load_design(path).charger.name == charger  # its owner says that it fits


@pytest.mark.parametrize(
    ("design", "lead", "must"),
    [
        (
            "xiao-s3-sense", "load",
            '"battery", since xiao-s3-onboard sits on the board, between which and its load no wire is to be '
            "reached",
        ),
        (
            "esp32-soil", "panel",
            '"battery", since xiao-s3-onboard sits on the board, between which and its load no wire is to be '
            "reached",
        ),
        (
            "pico-w-arducam-2mp", "battery",
            '"load", since tp4056 has an output of its own, in whose wire the meter sees the load without '
            "the charge",
        ),
    ],
)  # fmt: skip
def test_a_meter_sits_where_the_charger_lets_it(changed: Change, design: str, lead: str, must: str) -> None:
    path = changed(design=design)
    right = load_design(path).meter.caps["lead"]  # said nowhere: it follows from the charger
    assert right == must[1 : must.index('"', 1)]
    plain = path.read_text("utf-8")
    path.write_text(f'{plain}\n[caps.meter]\nlead = "{right}"\n', "utf-8")
    assert load_design(path).meter.caps["lead"] == right
    path.write_text(f'{plain}\n[caps.meter]\nlead = "{lead}"\n', "utf-8")
    assert sentence(path) == f'my.toml: caps.meter.lead is "{lead}", but must be {must}.'


def test_a_meter_in_the_batterys_lead_needs_no_second_one(changed: Change) -> None:
    second = ("[parts]", '[parts]\npanel_meter = "ina219-panel"')
    assert sentence(changed(second, design="xiao-s3-sense")) == (
        'my.toml: parts.panel_meter is "ina219-panel", but must be absent, since ina219 sits in the '
        "battery's lead and tells of the sun itself."
    )
    assert load_design(changed(second)).panel_meter


@pytest.mark.parametrize("charger", ["bq24074", "mcp73871", "cn3791-6v"])
def test_the_new_chargers_go_with_lithium_ion(changed: Change, charger: str) -> None:
    design = load_design(changed((CHARGER, f'charger = "{charger}"'), (PANEL, 'panel = "panel-6w"')))
    blind = "its charger has no temperature sensor: keep it from charging below 0 C."
    assert blind in design.notes
    held = (
        "its charger holds the panel at 6.3 V, above the 6 V where it gives most, and a warm panel gives "
        "less there: choose the module for a lower panel voltage."
    )
    assert (held in design.notes) is (charger == "cn3791-6v")


def test_a_module_that_waits_for_more_than_the_panel_has(changed: Change) -> None:
    assert sentence(changed((CHARGER, 'charger = "cn3791-9v"'))) == (
        'my.toml: parts.charger is "cn3791-9v", but must be one that holds its panel below 6.6 V, '
        "where panel-2w gives nothing any more."
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "mppt = { value = 6.3,", "# mppt = {",
            "cn3791-6v.rows.mppt is missing, it must be a row in V from 2 to 40.",
        ),
        (
            "[cn3791-6v.tables.efficiency]\npoints", "[cn3791-6v.tables.loss]\npoints",
            "cn3791-6v.tables.loss is not a known key, allowed are efficiency.",
        ),
        (
            "[0.3, 0.91], [1.0, 0.9], [2.0, 0.85]]", "[0.3, 0.91], [1.0, 0.9], [1.1, 1.0]]",
            "cn3791-6v.tables.efficiency falls faster than the current rises, "
            "but more at the input must give more at the output.",
        ),
    ],
)  # fmt: skip
def test_a_wrong_buck_charger(
    changed_part: Change, changed: Change, old: str, new: str, expected: str
) -> None:
    changed_part("chargers.toml", (old, new))
    found = sentence(changed((CHARGER, 'charger = "cn3791-6v"')))
    assert found == f"parts/chargers.toml: {expected}"


def test_a_buck_charger_without_its_curve(changed_part: Change, changed: Change) -> None:
    path = changed_part("chargers.toml").parent / "parts"
    text = (path / "chargers.toml").read_text(encoding="utf-8")
    cut = text.index("[cn3791-6v.tables.efficiency]")
    (path / "chargers.toml").write_text(text[:cut], encoding="utf-8")
    assert sentence(changed()) == (
        "parts/chargers.toml: cn3791-6v.tables.efficiency is missing, "
        "it must be a table of every charger like this."
    )
