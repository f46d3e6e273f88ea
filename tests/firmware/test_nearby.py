"""The access point of the last join: a radio that heeds it need not look on every channel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

SETTINGS = {"ssid": "home", "password": "twelve words", "join_s": 7, "address": ""}


def joined(bench: Any, **air: Any) -> tuple[bool, float]:
    """A new virtual machine joins: whether it could, and how long it took, s."""
    bench.reset()
    bench.hardware.air.link = replace(
        bench.hardware.air.link, **{"join_s": 3.0, "join_spread": 0.0, "join_fails": 0.0, **air}
    )
    link = bench.load("torpor.link")
    before = bench.world.now
    up = link.join(SETTINGS, lambda: None)
    bench.world.sync()
    return up, round(bench.world.now - before, 1)


def test_the_second_join_does_not_scan(heeding: Any) -> None:
    assert joined(heeding) == (True, 3.0)
    assert joined(heeding) == (True, 1.5)
    assert heeding.sleep_memory[240:247] == b"\x06\x02torpo"


def test_an_access_point_that_moved_is_found_by_the_second_try_and_kept(heeding: Any) -> None:
    joined(heeding)
    assert joined(heeding, channel=11) == (True, 4.5)  # not there: 1.5 s; then everywhere
    assert joined(heeding, channel=11) == (True, 1.5)


def test_what_a_power_cut_left_there_is_not_believed(heeding: Any) -> None:
    joined(heeding)
    for at in range(240, 248):
        kept = bytes(heeding.sleep_memory)
        heeding.sleep_memory[at] ^= 1
        assert heeding.load("torpor.nearby").recall() == {}
        heeding.sleep_memory[0 : len(kept)] = kept
    heeding.sleep_memory[240:248] = bytes(8)
    assert heeding.load("torpor.nearby").recall() == {}


def test_a_radio_that_does_not_tell_its_access_point_leaves_nothing(heeding: Any) -> None:
    joined(heeding)
    nearby = heeding.load("torpor.nearby")
    nearby.keep(None)
    assert nearby.recall() == {}


def test_a_pico_w_neither_asks_nor_keeps(bench: Any) -> None:
    before = bytes(bench.sleep_memory)
    assert joined(bench) == (True, 3.0)
    assert joined(bench) == (True, 3.0)
    assert bytes(bench.sleep_memory) == before
    assert "torpor.nearby" not in bench.twin.life.drive.modules
