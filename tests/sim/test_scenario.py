"""Scenarios from TOML: what is read, and one sentence for whatever is wrong."""

from __future__ import annotations

import pytest

from sim.errors import SimError
from sim.scenario import Scenario, read_scenario

WHOLE = """
[run]
design = "pico-w-arducam-2mp"
weather = "here.csv"
days = 7
start_day = 180
seed = 5
soc = 0.5
tilt_deg = 35
azimuth_deg = 170.5
panel_scale = 2
compiled = true
[garden]
visitors_per_day = 30
missed = 0.1
[link]
join_s = 4
drop = 0.001
[settings]
TORPOR_HOLDOFF_S = 60
TORPOR_NODE = "pond"
"""


@pytest.fixture
def read(tmp_path):
    def from_text(text: str | bytes) -> Scenario:
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_scenario(path)

    return from_text


def test_everything_that_can_be_said(read, tmp_path) -> None:
    scenario = read(WHOLE)
    assert scenario.weather == tmp_path / "here.csv"  # beside the file that names it
    assert (scenario.days, scenario.start_day, scenario.seed, scenario.soc) == (7.0, 180, 5, 0.5)
    assert (scenario.tilt_deg, scenario.azimuth_deg, scenario.panel_scale, scenario.compiled) == (
        35.0,
        170.5,
        2.0,
        True,
    )
    assert (scenario.garden.visitors_per_day, scenario.garden.missed, scenario.garden.season) == (
        30.0,
        0.1,
        0.3,
    )
    assert (scenario.link.join_s, scenario.link.drop) == (4.0, 0.001)
    assert scenario.settings == {"TORPOR_HOLDOFF_S": 60, "TORPOR_NODE": "pond"}


def test_an_empty_file_is_the_default(read) -> None:
    assert read("") == Scenario()


def test_change_leaves_the_rest() -> None:
    one = Scenario(days=3.0)
    assert (one.change(soc=0.2).soc, one.change(soc=0.2).days, one.soc) == (0.2, 3.0, Scenario().soc)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[run]\ndays = ", "is no valid TOML"),
        (b"[run]\ndesign = '\xff'", "is no valid TOML"),
        (
            "[weather]\nx = 1",
            "[weather] is unknown; there are garden, link, run, settings, snow, soiling, surroundings, ",
        ),
        ("run = 5", "run is 5, expected a table [run]."),
        ("[run]\ndayz = 5", "[run] dayz is unknown; there are azimuth_deg, cell_scale"),
        ("[run]\ndays = 'ten'", "[run] days is 'ten', expected float."),
        ("[run]\ndays = true", "[run] days is True, expected float."),
        ("[run]\nseed = 1.5", "[run] seed is 1.5, expected int."),
        ("[run]\nseed = true", "[run] seed is True, expected int."),
        ("[run]\ncompiled = 1", "[run] compiled is 1, expected bool."),
        ("[run]\ndays = 0", "[run] days is 0.0, expected 0.001 to 36525."),
        ("[run]\ndays = nan", "[run] days is nan, expected 0.001 to 36525."),
        ("[run]\nsoc = 1.01", "[run] soc is 1.01, expected 0 to 1."),
        ("[run]\nstart_day = 365", "[run] start_day is 365, expected 0 to 364."),
        ("[run]\ntilt_deg = 91", "[run] tilt_deg is 91.0, expected 0 to 90."),
        ("[run]\ngauge_points = 51", "[run] gauge_points is 51.0, expected -50 to 50."),
        ("[garden]\nmissed = -0.1", "[garden] missed is -0.1, expected 0 to 1."),
        ("[garden]\nfoxes = 1", "[garden] foxes is unknown; there are false_per_day"),
        ("[link]\nrssi_dBm = -101", "[link] rssi_dBm is -101.0, expected -100 to 0."),
        ("[link]\nrssi_dBm = 'poor'", "[link] rssi_dBm is 'poor', expected float."),
        ("[link]\nrate_B_s = 0", "[link] rate_B_s is 0.0, expected 1 to 1e+09."),
        ("[link]\noutages = []", "[link] outages is unknown"),
        (
            "[settings]\nTORPOR_NODE = true",
            "[settings] TORPOR_NODE is True, expected text or a whole number.",
        ),
        ("[settings]\nTORPOR_NODE = 1.5", "[settings] TORPOR_NODE is 1.5, expected text or a whole number."),
    ],
)
def test_one_sentence_per_error(read, tmp_path, text: str | bytes, words: str) -> None:
    with pytest.raises(SimError) as error:
        read(text)
    message = str(error.value)
    assert words in message
    assert message.startswith(f"{tmp_path / 'mine.toml'}: ")
    assert "\n" not in message
    assert message.endswith(".")


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(SimError, match=r"none.toml: cannot be read \(No such file"):
        read_scenario(tmp_path / "none.toml")


@pytest.mark.parametrize("soc", [0.0, 1.0])
def test_both_ends_are_allowed(soc: float) -> None:
    assert Scenario(soc=soc, days=0.001).soc == soc
