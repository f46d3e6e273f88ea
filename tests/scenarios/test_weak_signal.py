"""The home's Wi-Fi is heard well or badly: what the node learns of it, and what it does then."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from sim.air import Link
from sim.scenario import Scenario
from sim.visitors import Garden

RECORD = Path(__file__).resolve().parents[2] / "firmware/lib/torpor/record.py"
GOOD, POOR, AWFUL = -60.0, -78.0, -84.0
#: A full cell in June: all that differs is the signal.
FULL = Scenario(days=4.0, start_day=165)
#: Scarce: on the ramp, before there is a plan, two motions of three are served, pictures go home together.
SCARCE = Scenario(
    days=1.0, start_day=165, soc=0.45, panel_scale=0.01, garden=Garden(visitors_per_day=160.0)
)  # fmt: skip


def at(scenario: Scenario, rssi_dBm: float) -> Scenario:
    return scenario.change(link=Link(rssi_dBm=rssi_dBm))


def learned_mJ(told) -> dict[str, float]:
    """What its record says that a join and a KiB cost: 2 ** (code / 16), of a KiB tenths (docs/memory.md)."""
    space: dict[str, Any] = {}
    exec(RECORD.read_text("utf-8"), space)
    record = space["Record"]()
    record.load(told.twin.hardware.sleep_memory)
    assert record.valid
    return {"join": 2.0 ** (record.join_c / 16), "KiB": 2.0 ** (record.kib_c / 16) / 10}


def test_a_poor_signal_raises_what_the_node_thinks_that_sending_costs(live_once) -> None:
    """At -78 dBm a join takes 1.75 times as long, and bytes go at 0.28 of the rate, with stalls between."""
    good, poor = (learned_mJ(live_once(at(FULL, dBm))) for dBm in (GOOD, POOR))
    assert 1.3 < poor["join"] / good["join"] < 2.5
    assert 1.8 < poor["KiB"] / good["KiB"] < 6.0


def test_where_energy_is_scarce_a_poor_signal_has_larger_batches(live_once) -> None:
    sent = {}
    for dBm in (GOOD, POOR):
        told = live_once(at(SCARCE, dBm))
        sent[dBm] = mean(count for _, _, count in told.events("SENT"))
        assert told.count("BATCH") > 5
        told.fates()
    assert sent[POOR] > sent[GOOD] >= 5.0


@pytest.mark.parametrize("design", ["pico-w-arducam-2mp", "xiao-s3-sense"])
def test_an_awful_signal_has_short_sessions_that_end_well(live_once, design: str) -> None:
    """11 kB/s and a join of two that fails: no session is cut off at its ceiling of 60 s, what did
    not fit waits for the next one, and every picture is somewhere."""
    told = live_once(at(FULL.change(design=design), AWFUL))
    assert told.count("TOO_LONG") == 0
    assert told.count("JOIN_FAILED") >= 3  # a radio that heeds where it was joins more easily
    home = told.twin.home.pictures
    assert told.count("SENT") >= 2
    assert len(home) > 7  # also those of sessions whose connection died later
    told.fates()


def test_the_radio_that_tells_its_signal_has_it_in_the_journal(live_once) -> None:
    told = live_once(at(FULL.change(design="xiao-s3-sense"), AWFUL))
    assert {dBm for _, _, dBm in told.events("SIGNAL")} == {84}
    assert live_once(at(FULL, AWFUL)).count("SIGNAL") == 0  # a Pico W's does not


#: 25 kB/s, and a connection dies each 167 KiB: large pictures seldom get through in one piece.
DYING = Link(rate_B_s=25_000.0, drop=0.006, join_fails=0.0)


def test_what_broke_off_is_gone_on_with(live, patch, tmp_path: Path) -> None:
    """Pictures of 1600x1200 over connections that die: nine come home, and one if each try begins anew."""
    text = (RECORD.parents[3] / "boards/pico-w-arducam-2mp.toml").read_text("utf-8")
    design = tmp_path / "large.toml"
    design.write_text(text.replace('frame_size = "800x600"', 'frame_size = "1600x1200"'), "utf-8")
    visits = tuple((20_000.0 + 600.0 * number, 3.0) for number in range(30))
    scenario = Scenario(
        design=str(design), days=0.5, start_day=170, quiet=True, soc=1.0, link=DYING, visits=visits,
        settings={"TORPOR_DARK_LUMA": 0},
    )  # fmt: skip
    told = live(scenario)
    whole = live(scenario, prepare=patch("torpor.policy", "return fails > 0 and", "return fails > 99 and"))
    assert len(told.twin.home.pictures) >= 3 * len(whole.twin.home.pictures)
    assert told.twin.world.energy_by_state_J["UPLOAD"] / len(told.twin.home.pictures) < 5.0
    taken = {frame.key: frame.crc32 for note in told.twin.life.notes for frame in note.frames if frame.key}
    assert all(taken[key] == picture.crc32 for key, picture in told.twin.home.pictures.items())
