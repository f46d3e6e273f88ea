"""Looking at pictures: what is said of each, and that nothing is lost when whoever looks is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from station import nodes
from station.examining import examine
from station.store import Store


def test_a_whole_picture_gets_its_size_and_a_thumbnail(tmp_path: Path, jpeg: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg)
    thumb = tmp_path / "deep" / "down" / "a.jpg"
    assert examine(tmp_path / "a.jpg", thumb) == {
        "width": 320, "height": 240, "suspect": None, "thumb": "made"
    }  # fmt: skip
    with Image.open(thumb) as small:
        assert small.size == (320, 240)
        assert "exif" not in small.info
    assert [path.name for path in thumb.parent.iterdir()] == ["a.jpg"]


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    assert examine(tmp_path / "a.jpg", tmp_path / "b.jpg") == {
        "width": None, "height": None, "suspect": "Its file cannot be read: No such file or directory.",
        "thumb": "none",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_no_other_format_is_opened(tmp_path: Path, kind: str) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", kind)
    seen = examine(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert seen["thumb"] == "none"
    assert "cannot identify image file" in str(seen["suspect"])


def test_a_picture_whose_stream_is_wrong_is_a_suspect_with_a_thumbnail(tmp_path: Path, jpeg: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg[:6000] + bytes(1024) + jpeg[7024:])
    seen = examine(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert (seen["width"], seen["thumb"]) == (320, "made")
    assert seen["suspect"]


def test_a_thumbnail_that_cannot_be_written_waits(tmp_path: Path, jpeg: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg)
    (tmp_path / "full").write_text("a file where a folder should be")
    assert examine(tmp_path / "a.jpg", tmp_path / "full" / "a.jpg") == {
        "width": 320, "height": 240, "suspect": None, "thumb": "waiting"
    }  # fmt: skip


def test_the_process_answers_line_by_line_and_ends_with_its_input(tmp_path: Path, jpeg: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg)
    asked = json.dumps({"path": str(tmp_path / "a.jpg"), "thumb": str(tmp_path / "b.jpg")}) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "station.examining"],
        input=asked * 2,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["thumb"] for line in done.stdout.splitlines()] == ["made", "made"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the process in /proc")
def test_whoever_looks_may_be_killed(live: Any, jpeg: bytes) -> None:
    for number in range(3):
        assert live.put(f"images/0000000a-{number}", jpeg + bytes([number])).status == 201
        live.until(lambda store: not store.waiting(1))
        for child in children(live.process.pid):
            os.kill(child, signal.SIGKILL)
    with Store(live.folder) as store:
        assert [picture.thumb for picture in store.pictures("garden")] == ["made"] * 3
        assert store.pictures("garden", suspects=True) == ()


def children(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(number) for number in (task / "children").read_text().split()]
    return found


def test_what_was_not_looked_at_before_a_kill_is_afterwards(station: Any, jpeg: bytes) -> None:
    station.start()
    for number in range(5):
        station.put(f"images/0000000a-{number}", jpeg + bytes([number]))
    station.kill()
    with Store(station.folder) as store:
        assert len(store.pictures("garden")) == 5
    station.start()
    station.until(lambda store: not store.waiting(1))
    with Store(station.folder) as store:
        pictures = store.pictures("garden")
        assert {picture.thumb for picture in pictures} == {"made"}
        thumbs = [store.thumb_of(picture) for picture in pictures]
        assert all(thumb is not None and thumb.is_file() for thumb in thumbs)
        first = thumbs[0]
        assert first is not None
        first.unlink()
        assert store.thumb_of(pictures[0]) is None


def test_a_new_key_counts_within_a_second(live: Any, jpeg: bytes) -> None:
    assert live.put("images/0000000a-1", jpeg).status == 201
    with Store(live.folder) as store:
        new = nodes.rotate_key(store, "garden").key
    number = 0
    while live.put(f"images/0000000b-{number:x}", jpeg).status != 401:
        number += 1
        assert number < 100_000
    live.keys["garden"] = new
    assert live.put("images/0000000a-2", jpeg).status == 201
