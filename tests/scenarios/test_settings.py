"""The example settings, and what the node does with wrong ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sim.scenario import Scenario

EXAMPLE = Path(__file__).parents[2] / "firmware" / "wildcam" / "settings.example.toml"


def test_example_is_complete_and_runs(live, steady):
    values = tomllib.loads(EXAMPLE.read_text("utf-8"))
    text = EXAMPLE.read_text("utf-8")
    told = live(
        Scenario(
            days=0.01,
            quiet=True,
            link=steady,
            settings={
                **values,
                "TORPOR_KEY": "5a" * 32,
                "TORPOR_WIFI_SSID": "home",
                "TORPOR_WIFI_PASSWORD": "twelve words",
            },
        )
    )
    assert told.count("SENT") == 1
    source = (EXAMPLE.parents[1] / "lib" / "torpor" / "validate.py").read_text("utf-8")
    keys = [line.split('"')[1] for line in source.splitlines() if line.startswith('    ("TORPOR_')]
    assert len(keys) == 16
    assert [key for key in keys if key not in text] == []


def test_wrong_settings_are_named_and_the_node_sleeps(live, steady):
    told = live(Scenario(days=0.1, quiet=True, link=steady, settings={"TORPOR_BATCH": 0}), prepare=None)
    assert told.events("SETTINGS_BAD")[0][2] == 9
    assert told.twin.home.requests == 0
    assert [state for _, state in told.states()][-1] == "SLEEP"
    assert len(told.events("WOKE")) < 10
    assert "TORPOR_BATCH is 0, expected a whole number 1 to 20" in "".join(told.twin.life.machine.console)
