"""A node that is forgotten: what is gone, what stays, and what a kill or a late upload leaves."""

from __future__ import annotations

import asyncio
import hashlib
import io
import sqlite3
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station import nodes
from station.examiner import Examiner
from station.forgetting import forget
from station.records import Kept, Node, Picture, Upload
from station.store import Store
from tests.station.conftest import NOON, Station

Run = Callable[[str], tuple[int, str, str]]
Keep = Callable[..., bytes]
TABLES = ("nodes", "lives", "pictures", "telemetry", "logs", "events", "readings")
ERASE = "Its board still knows your Wi-Fi's password: docs/station.md says how to erase it.\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as made:
        yield made


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(folder / "station.sqlite")) as db:
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def jpegs(store: Store) -> list[str]:
    return sorted(path.relative_to(store.folder).as_posix() for path in store.folder.rglob("*.jpg"))


def sent(store: Store, node: Node, kind: str, content: bytes) -> Kept:
    """What a node sends, if it knows its key."""
    upload = Upload(
        node=node, kind=kind, key="0000000b-1", boot="0000000b", content=content, size=len(content),
        crc32=zlib.crc32(content), sha256=hashlib.sha256(content).digest(), received_s=NOON,
        telemetry='{"wake":8,"of":"mV","now":5}',
    )  # fmt: skip
    return store.keep(upload).result()


def named(store: Store, name: str) -> Node:
    found = store.node(name)
    assert found is not None
    return found


def test_nothing_of_it_is_left_and_all_of_the_other(store: Store, keep: Keep, run: Run) -> None:
    for name in ("garden", "shed"):
        for number in range(3):
            keep(f"0000000a-{number}", NOON + number, node=name)
        for kind in ("log", "readings"):
            assert sent(store, named(store, name), kind, bytes(16)).status == 201
    before = rows(store.folder)
    assert min(before.values()) == 2  # every table has rows of both
    assert run("node forget garden --yes") == (0, "garden is forgotten.\n", ERASE)
    assert rows(store.folder) == {table: count // 2 for table, count in before.items()}
    assert [name.split("/")[4] for name in jpegs(store)] == ["shed"] * 3
    assert [node.name for node in store.nodes()] == ["shed"]
    assert run("node add garden")[0] == 0  # the name is free again
    assert store.pictures("garden") == ()


def test_its_pictures_may_stay(store: Store, keep: Keep, run: Run) -> None:
    content = [keep(f"0000000a-{number}", NOON + number) for number in range(3)]
    assert run("node forget garden --keep-pictures --yes")[0] == 0
    there = [f"forgotten/2026/05/01/garden/10223{3 + number}_0000000a-{number}.jpg" for number in range(3)]
    assert jpegs(store) == there
    assert [(store.folder / name).read_bytes() for name in there] == content
    assert store.sweep() == (0, 0)


def test_what_a_kill_left_is_finished(store: Store, keep: Keep) -> None:
    """One is moved and still told of, one is leaving and still there."""
    for number in range(3):
        keep(f"0000000a-{number}", NOON + number)
    first, second, third = store.oldest("garden")
    store.files.set_aside("forgotten", [first.path])
    leaving = "UPDATE pictures SET kept = 'leaving' WHERE number = ?"
    store.write(lambda batch: batch.db.execute(leaving, (second.number,))).result()
    forget(store, "garden", keep_pictures=True)
    assert jpegs(store) == [f"forgotten/{one.path}" for one in (first, third)]
    assert set(rows(store.folder).values()) == {0}


def test_a_picture_that_was_leaving_is_deleted_with_the_rest(store: Store, keep: Keep) -> None:
    keep("0000000a-1")
    store.write(lambda batch: batch.db.execute("UPDATE pictures SET kept = 'leaving'")).result()
    forget(store, "garden", keep_pictures=True)
    assert (jpegs(store), set(rows(store.folder).values())) == ([], {0})


def test_a_thumbnail_that_is_made_too_late_goes_as_well(store: Store, keep: Keep) -> None:
    """Whoever looks at pictures has begun with one that is forgotten meanwhile."""
    for name in ("garden", "shed"):
        keep("0000000a-1", node=name)
    waiting = store.waiting(2)
    content = store.path_of(waiting[0]).read_bytes()
    forget(store, "garden", keep_pictures=False)
    store.path_of(waiting[0]).write_bytes(content)  # it has read it before
    examiner = Examiner(store, asyncio.Event(), pytest.fail)
    assert asyncio.run(looked_at(examiner, waiting))
    assert [name for name in jpegs(store) if name.startswith("thumbs")] == [f"thumbs/{waiting[1].path}"]


async def looked_at(examiner: Examiner, waiting: tuple[Picture, ...]) -> bool:
    try:
        return await examiner._round(waiting)
    finally:
        process = examiner._process
        examiner._end()
        assert process is not None
        await process.wait()


@pytest.mark.parametrize("kind", ["images", "log", "readings"])
def test_what_was_on_its_way_is_refused_and_leaves_nothing(store: Store, keep: Keep, kind: str) -> None:
    keep("0000000a-1")
    before = named(store, "garden")
    forget(store, "garden", keep_pictures=False)
    with pytest.raises(sqlite3.IntegrityError):
        sent(store, before, kind, b"\xff\xd8" + bytes(14))
    assert [path for path in store.folder.rglob("*") if path.suffix in (".jpg", ".part")] == []
    assert set(rows(store.folder).values()) == {0}


@pytest.mark.parametrize("kind", ["images", "log", "readings"])
def test_what_was_on_its_way_does_not_become_the_next_nodes(store: Store, keep: Keep, kind: str) -> None:
    """Whoever is added next may get the number of the one that was forgotten."""
    keep("0000000a-1")
    before = named(store, "garden")
    forget(store, "garden", keep_pictures=False)
    after = nodes.add(store, "garden")
    assert after.number == before.number
    with pytest.raises(sqlite3.IntegrityError, match="its node was forgotten, or has another key by now"):
        sent(store, before, kind, b"\xff\xd8" + bytes(14))
    assert [path for path in store.folder.rglob("*") if path.suffix in (".jpg", ".part")] == []
    assert {table: count for table, count in rows(store.folder).items() if count} == {"nodes": 1}
    assert named(store, "garden").heard_s is None
    assert sent(store, after, kind, b"\xff\xd8" + bytes(14)).status == 201


def test_while_the_station_runs(live: Station, jpeg: bytes, run: Run) -> None:
    assert live.put("images/0000000a-1", jpeg).status == 201
    live.until(lambda store: not store.waiting(1))
    assert run("node forget garden --yes")[0] == 0
    assert live.files == []
    live.until(lambda _: live.put("images/0000000a-2", jpeg).status == 401)
    assert live.put("images/0000000a-1", jpeg, node="shed").status == 201
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{live.port}/nodes/garden")
    assert live.stop() == 0


ASKED = "garden goes: 1 picture, its journal and its readings are deleted. Forget it?"


def test_it_asks(store: Store, keep: Keep, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    keep("0000000a-1")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    said = f"torpor: {ASKED} There is no terminal to ask on: --yes says so.\n"
    assert run("node forget garden") == (2, "", said)
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    code, out, err = run("node forget garden")
    assert (code, out, err.startswith(f"{ASKED} [y/N]: ")) == (1, "", True)
    assert err.endswith("torpor: Nothing was done.\n")
    assert len(store.pictures("garden")) == 1
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert run("node forget garden")[:2] == (0, "garden is forgotten.\n")
    assert store.nodes() == ()


def test_it_says_where_pictures_go(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run("node add garden")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    _, _, err = run("node forget garden --keep-pictures")
    where = tmp_path / "data" / "forgotten"
    assert f"garden goes: 0 pictures into {where}; its journal and its readings are deleted." in err
