"""The doctor without a board: what is wrong with a settings file, and doubtful about a design."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boards import list_designs, load_design
from sim.drive import TWIN_SETTINGS, settings_toml
from station import cli
from station.doctor_settings import examine_files
from station.errors import Exit

GOOD = settings_toml({**TWIN_SETTINGS, "TORPOR_KEY": "5a" * 32})


def told(text: str, design: str = "pico-w-arducam-2mp") -> list[tuple[str, str]]:
    return [(one.code, one.what) for one in examine_files(text, load_design(design))]


def with_line(line: str) -> str:
    key = line.partition("=")[0].strip()
    return "".join(one + "\n" for one in GOOD.splitlines() if not one.startswith(key)) + line + "\n"


@pytest.mark.parametrize("design", list_designs())
def test_good_settings_and_a_design_that_lives(design: str) -> None:
    weak = [
        ("design.battery", "A full battery keeps the node asleep for only 6 days without sun."),
        ("design.panel", "On its best day the panel gives 0.8 times what sleep alone takes."),
    ]
    assert told(GOOD, design) == (weak if design == "xiao-s3-sense" else [])


@pytest.mark.parametrize(
    ("line", "code", "what"),
    [
        ('TORPOR_KEY = "55"', "settings.wrong", "TORPOR_KEY has 2 characters, expected 64."),
        (
            'TORPOR_KEY = "' + "0" * 64 + '"',
            "settings.key",
            "TORPOR_KEY is one digit over and over: anybody can guess it.",
        ),
        ("TORPOR_BATCH = 99", "settings.wrong", "TORPOR_BATCH is 99, expected a whole number 1 to 20."),
        (
            "TORPOR_BATCH = 1.5",
            "settings.line",
            "Line 6 (TORPOR_BATCH) is TOML, but CircuitPython 10.2 does not read it.",
        ),
        ("TORPOR_TLS = 1", "settings.wrong", "TORPOR_TLS is 1, expected a whole number 0."),
        (
            "TORPOR_HOLDOF_S = 40",
            "settings.unknown",
            "TORPOR_HOLDOF_S is no setting of a node. Is TORPOR_HOLDOFF_S meant?",
        ),
        (
            'TORPOR_WIFI_PASSWORD = "short"',
            "settings.wrong",
            "TORPOR_WIFI_PASSWORD has less than 8 characters, expected none or 8 to 64.",
        ),
        (
            'TORPOR_WIFI_PASSWORD = "twelve words "',
            "settings.blank",
            "TORPOR_WIFI_PASSWORD begins or ends with a blank.",
        ),
        (
            'TORPOR_WIFI_SSID = "Home 5GHz"',
            "settings.5GHz",
            "The network 'Home 5GHz' sounds like one of 5 GHz.",
        ),
        (
            'TORPOR_HOST = "http://192.168.1.10"',
            "settings.host",
            "TORPOR_HOST is 'http://192.168.1.10', expected an address or a name alone.",
        ),
        (
            'TORPOR_HOST = "localhost"',
            "settings.loop",
            "TORPOR_HOST is 'localhost', which is the node itself.",
        ),
        (
            'TORPOR_HOST = "pi.local"',
            "settings.local",
            "TORPOR_HOST is 'pi.local': many boards do not find names in .local.",
        ),
        (
            'CIRCUITPY_WIFI_SSID = "home"',
            "settings.always",
            "CIRCUITPY_WIFI_SSID is set: CircuitPython then joins Wi-Fi at every wake, "
            "before the node's own code.",
        ),
        ("TORPOR_NODE = \u201cgarden\u201d", "settings.quotes", "Line 5 has curly quotes."),
        (
            "TORPOR_NODE = garden",
            "settings.no_toml",
            "settings.toml is no TOML (line 5): the board would read nothing of it.",
        ),
        (
            'TORPOR_ADDRESS = "192.168.1.50"',
            "settings.wrong",
            "TORPOR_ADDRESS and TORPOR_GATEWAY need each other: set both or none.",
        ),
    ],
)
def test_one_wrong_line(line: str, code: str, what: str) -> None:
    assert told(with_line(line)) == [(code, what)]


def test_everything_wrong_is_told_at_once() -> None:
    text = 'TORPOR_NODE = ""\nTORPOR_KEY = "xx"\nTORPOR_BATCH = 0\n'
    assert [what for _, what in told(text)] == [
        "TORPOR_NODE has 0 characters, expected 1 to 32.",
        "TORPOR_KEY has 2 characters, expected 64.",
        "TORPOR_WIFI_SSID is missing in settings.toml.",
        "TORPOR_HOST is missing in settings.toml.",
        "TORPOR_BATCH is 0, expected a whole number 1 to 20.",
    ]


def test_a_mark_before_the_text() -> None:
    assert told("\ufeff" + GOOD)[0] == (
        "settings.mark",
        "settings.toml begins with a byte order mark, which the board does not know.",
    )


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(with_line("TORPOR_BATCH = 99"), encoding="utf-8")
    assert cli.main(["doctor", "--settings", str(file), "--design", "pico-w-rtc"]) == Exit.FAILED
    said = capsys.readouterr().out
    assert "wrong  TORPOR_BATCH is 99, expected a whole number 1 to 20." in said
    assert "5a5a" not in said
    file.write_text(GOOD, encoding="utf-8")
    assert cli.main(["doctor", "--settings", str(file), "--json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert (found["healthy"], found["findings"]) == (True, [])


def test_a_design_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--design", "pico-w-nothing"]) != Exit.OK
    assert "pico-w-nothing" in capsys.readouterr().err
