"""The uplink's count finds what it is there to find; the whole of it is `run.py bench uplink`."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import uplink
from benchmarks.uplink import Tally


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "scenario_of", lambda seed, visits, made=uplink.scenario_of: made(seed, 60))


def lived(seed: int = 11) -> Tally:
    tally = Tally()
    uplink._live(seed, tally)
    return tally


def test_a_bad_link_and_power_cuts_lose_nothing_and_double_nothing(few: None) -> None:
    tally = lived()
    assert tally.uploads > 40
    assert (tally.acked_lost, tally.duplicates, tally.corrupt) == (0, 0, 0)
    assert tally.more["power_cuts"] > 3
    assert tally.more["send_failed"] > 3
    assert tally.more["replays"] > 0


def test_a_home_that_forgets_what_it_acknowledged_is_found(
    few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgets(self: Any, key: str, *rest: Any) -> int:
        return 201

    monkeypatch.setattr("sim.home.Home._take_picture", forgets)
    tally = lived()
    assert tally.uploads == 0
    assert tally.acked_lost > 40


def test_a_home_that_spoils_a_byte_is_found(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.home import Home

    take = Home._take_picture

    def spoils(self: Any, key: str, told: Any, content: bytes, now_s: float) -> int:
        return take(self, key, told, content[:-1] + b"?", now_s)

    monkeypatch.setattr(Home, "_take_picture", spoils)
    tally = lived()
    assert tally.corrupt == tally.uploads > 40
    assert tally.acked_lost > 40


def test_a_node_that_names_a_picture_anew_at_each_try_is_found(
    few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.home import Home

    take = Home._take_picture

    def elsewhere(self: Any, key: str, told: Any, content: bytes, now_s: float) -> int:
        return take(self, f"{len(self.pictures):08x}{key[8:]}", told, content, now_s)

    monkeypatch.setattr(Home, "_take_picture", elsewhere)
    assert lived().duplicates > 40


def test_a_server_that_takes_the_end_of_a_connection_for_that_of_a_picture_keeps_cut_ones() -> None:
    found = uplink._peer(3)
    assert found["uploads"] == 2_000 > found["thought_sent"] > 1_500
    assert found["corrupt_stored"] > 100
