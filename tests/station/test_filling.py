"""A station filled from the twin: what the run's home has acknowledged, on today's calendar."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim.readings import entries, readings_of
from sim.scenario import Scenario
from station import cli
from station.filling import moved, until_now
from station.standing import standing
from station.store import Store

NOW_s = datetime(2026, 11, 29, 21, 45, tzinfo=UTC).timestamp()  # 16:45 in Greensboro


def test_the_run_ends_now_and_begins_at_a_midnight_of_its_site() -> None:
    made = until_now(Scenario(days=40.0), NOW_s, season=True)
    assert made.first_s == datetime(2026, 10, 20, 5, 0, tzinfo=UTC).timestamp()
    assert made.first_s + made.scenario.days * 86_400.0 == pytest.approx(NOW_s)
    assert made.scenario.start_day == 292  # 20 October
    assert until_now(Scenario(days=40.0, start_day=7), NOW_s, season=False).scenario.start_day == 7


def test_readings_move_with_their_node_unless_it_did_not_know_the_time() -> None:
    raw = b""
    for at_s in (1_700_000_000, 600):
        entry = struct.pack("<Ih", at_s, -5)
        raw += entry + struct.pack("<H", zlib.crc32(entry) & 0xFFFF)
    line, content = moved('{"now":1700000060,"of":"x"}', raw, 1000)
    assert json.loads(line) == {"now": 1_700_001_060, "of": "x"}
    assert list(entries(content, 1)) == [(1_700_001_000, (-5,)), (600, (-5,))]


def test_torpor_simulate_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "data"
    out = ["--out", str(tmp_path / "out"), "--json"]
    words = ["simulate", "--days", "2", "--into", str(folder), "--as", "garden", *out]
    assert cli.main(words) == 0
    delivered = json.loads(capsys.readouterr().out)["pictures"]["taken"]
    with Store(folder) as store:
        (node,) = store.nodes()
        seen = standing(store, node)
        pictures = store.pictures("garden", count=1000)
        assert node.design == "pico-w-arducam-2mp"
        assert delivered - 1 <= len(pictures) <= delivered  # the last one may wait for its session
        assert all(store.path_of(one).read_bytes()[:2] == b"\xff\xd8" for one in pictures)
        assert seen.silent_s is not None
        assert seen.silent_s < 86_400.0
        assert seen.soc is not None
        assert seen.soc > 80
        assert {event.reason for event in seen.life.events} >= {"WOKE", "PICTURE", "BATTERY", "SENT"}
        assert max(row.t_s for row in seen.life.rows) <= seen.now_s
    soil = ["simulate", "pico-w-soil", "--days", "2", "--into", str(folder), "--as", "bed", *out]
    assert cli.main(soil) == 0
    with Store(folder) as store:
        found = readings_of(store.readings("bed"))
        assert found
        newest = max(one.unix_s or 0 for one in found)
        assert 0.0 < seen.now_s - newest < 86_400.0
        assert [one.name for one in store.nodes()] == ["bed", "garden"]


def test_a_name_that_is_none_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--days", "1", "--into", str(tmp_path), "--as", "My Garden", "--out", str(tmp_path)]
    assert cli.main(words) == 2
    assert "'My Garden' is no name for a node" in capsys.readouterr().err
