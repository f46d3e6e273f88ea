"""The station's storage: kept once, durable before it is told, read back as it came, swept after a kill."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import stat
import struct
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from sim.protocol import target_of
from sim.readings import Batch as Readings
from station import nodes
from station.errors import StationError
from station.files import PictureFiles, name_of
from station.keeping import NoRoom
from station.records import Event, Kept, Telemetry, Upload
from station.schema import VERSION
from station.store import DATABASE, Store

JPEG = b"\xff\xd8" + bytes(range(256)) * 4 + b"\xff\xd9"
NOON = 1_750_000_000.0  # 15 June 2025, 15:06:40 UTC


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as made:
        nodes.add(made, "garden", "pico-w-arducam-2mp")
        yield made


def upload(
    store: Store,
    key: str = "0000000a-1",
    content: bytes = JPEG,
    kind: str = "images",
    line: str = '{"wake":1}',
    at_s: float = NOON,
    node: str = "garden",
) -> Upload:
    found, target = store.node(node), target_of(f"/v1/nodes/{node}/{kind}/{key}")
    assert found is not None
    assert target is not None
    return Upload(
        node=found, kind=kind, key=key, boot=target.boot, content=memoryview(content),
        size=len(content), crc32=zlib.crc32(content), sha256=hashlib.sha256(content).digest(),
        received_s=at_s, telemetry=line,
    )  # fmt: skip


def keep(store: Store, *args: object, **more: object) -> Kept:
    return store.keep(upload(store, *args, **more)).result()  # type: ignore[arg-type]


def files(store: Store) -> list[str]:
    return sorted(
        p.relative_to(store.folder).as_posix() for p in store.folder.rglob("*.[jp]*") if p.is_file()
    )


def entry(reason: int, argument: int, wake: int) -> bytes:
    return struct.pack("<BBHI", reason, argument, wake, 0)


def test_a_picture_comes_back_as_it_came(store: Store) -> None:
    assert keep(store, line='{"wake":7,"mV":3700}') == Kept(201, True)
    (picture,) = store.pictures("garden")
    assert (picture.node, picture.key, picture.size) == ("garden", "0000000a-1", len(JPEG))
    assert picture.path == "2025/06/15/garden/150640_0000000a-1.jpg"
    assert picture.telemetry == {"wake": 7, "mV": 3700}
    assert (picture.crc32, picture.sha256) == (zlib.crc32(JPEG), hashlib.sha256(JPEG).digest())
    assert (picture.received_s, picture.taken_s, picture.suspect, picture.thumb) == (
        NOON,
        None,
        None,
        "waiting",
    )
    assert store.path_of(picture).read_bytes() == JPEG
    assert store.thumb_of(picture) is None
    assert store.picture("garden", "0000000a-1") == picture
    assert store.picture("garden", "0000000a-2") is None
    node = store.node("garden")
    assert node is not None
    assert (node.heard_s, node.stored_bytes) == (NOON, len(JPEG))


def test_the_same_again_and_something_else_under_its_key(store: Store) -> None:
    assert [keep(store).status for _ in range(3)] == [201, 200, 200]
    assert keep(store, content=JPEG + b"x") == Kept(409, False)
    assert files(store) == ["pictures/2025/06/15/garden/150640_0000000a-1.jpg"]
    assert len(store.telemetry("garden")) == 1


def test_the_same_key_at_once_is_kept_once(store: Store) -> None:
    futures = [store.keep(upload(store)) for _ in range(20)]
    futures += [store.keep(upload(store, content=JPEG + bytes([n]))) for n in range(20)]
    statuses = [future.result().status for future in futures]
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 200, 409}
    assert len(files(store)) == 1


def test_a_node_may_use_another_nodes_key(store: Store) -> None:
    nodes.add(store, "shed")
    assert keep(store).status == 201
    assert keep(store, node="shed", content=JPEG + b"2").status == 201
    assert [len(store.pictures(name)) for name in ("garden", "shed", "attic")] == [1, 1, 0]


def test_pages_are_the_newest_first_and_overlap_nowhere(store: Store) -> None:
    for number in range(7):
        keep(
            store, key=f"0000000a-{number}", at_s=NOON - number
        )  # the order of arrival counts, not the clock
    first = store.pictures("garden", count=3)
    second = store.pictures("garden", before=first[-1].number, count=3)
    third = store.pictures("garden", before=second[-1].number, count=3)
    assert [p.key[-1] for p in (*first, *second, *third)] == list("6543210")


def test_keys_and_pictures_are_the_owners_alone(store: Store) -> None:
    keep(store)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in store.folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_what_the_node_says_is_believed_in_order_only(store: Store) -> None:
    def said(key: str, line: str) -> bool:
        return keep(store, key=key, line=line, content=key.encode()).in_order

    assert said("0000000a-1", '{"wake":5,"cfg":1}')
    assert not said("0000000a-2", '{"wake":4,"cfg":0}')  # a wake that is over
    assert said("0000000a-3", '{"wake":5,"cfg":1}')
    assert said("0000000b-1", '{"wake":0,"cfg":2}')  # a new life
    assert not said("0000000a-4", '{"wake":9,"cfg":0}')  # a life that is over
    assert not said("0000000b-2", "no json")
    assert [t.said["cfg"] for t in store.telemetry("garden")] == [1, 1, 2]
    node = store.node("garden")
    assert node is not None
    assert node.settings_at_node == 2
    assert len(store.pictures("garden")) == 6  # the pictures are kept all the same


@pytest.mark.parametrize(
    ("wake", "in_order"), [(4294967295, True), (2, True), (4294967289, False), (2147483642, False)]
)
def test_wake_numbers_wrap(store: Store, wake: int, in_order: bool) -> None:
    keep(store, line='{"wake":4294967290}')
    kept = keep(store, key="0000000a-2", content=b"\xff\xd8", line=f'{{"wake":{wake}}}')
    assert kept.in_order is in_order


def test_what_a_node_says_of_its_settings_stands_until_its_next_journal(store: Store) -> None:
    def at_node(kind: str, key: str, line: str) -> int | None:
        assert keep(store, key=key, kind=kind, content=key.encode(), line=line).in_order
        node = store.node("garden")
        assert node is not None
        return node.settings_at_node

    assert at_node("log", "0000000a-1", '{"wake":1,"cfg":3}') == 3
    assert at_node("images", "0000000a-1", '{"wake":2}') == 3
    assert at_node("log", "0000000a-2", '{"wake":2,"cfg":-4}') == -4
    assert at_node("log", "0000000a-3", '{"wake":3}') is None


def test_the_journal_is_kept_raw_and_decoded_once(store: Store) -> None:
    first = entry(1, 2, 7) + entry(11, 3, 7)
    again = first + entry(200, 0, 7) + entry(99, 1, 8) + b"1234567"  # a row of the ledger, an unknown, a cut
    assert keep(store, key="0000000a-7", content=first, kind="log").status == 201
    assert keep(store, key="0000000a-7", content=first, kind="log").status == 200
    assert keep(store, key="0000000a-8", content=again, kind="log", at_s=NOON + 9).status == 201
    assert store.events("garden") == (
        Event(NOON, 7, "WOKE", 2),
        Event(NOON, 7, "SENT", 3),
        Event(NOON + 9, 8, "99", 1),
    )
    assert store.events("garden", NOON + 1) == (Event(NOON + 9, 8, "99", 1),)
    assert store.logs("garden") == ((NOON, first), (NOON + 9, again))


def test_readings_come_back_as_batches(store: Store) -> None:
    line = '{"wake":1,"now":500,"of":"moisture centi_C"}'
    assert keep(store, key="0000000a-0000beef", content=b"abc", kind="readings", line=line).status == 201
    assert keep(store, key="0000000a-0000beef", content=b"abd", kind="readings", line=line).status == 409
    assert store.readings("garden") == (Readings(NOON, int(NOON), b"abc", ("moisture", "centi_C"), 500),)
    assert store.telemetry("garden") == (Telemetry(NOON, {"wake": 1, "now": 500, "of": "moisture centi_C"}),)


def test_a_share_that_is_used_up_refuses_and_leaves_nothing(tmp_path: Path) -> None:
    with Store(tmp_path, quota=2 * len(JPEG)) as store:
        nodes.add(store, "garden")
        assert [keep(store, key=f"0000000a-{n}").status for n in (1, 2)] == [201, 201]
        with pytest.raises(NoRoom, match=r"^Node garden has 2056 bytes here, expected at most 2056\.$"):
            keep(store, key="0000000a-3")
        assert keep(store, key="0000000a-2").status == 200  # what is there is there
        assert len(files(store)) == 2


def test_a_full_disk_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: PictureFiles, part: Path, name: str) -> list[Path]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(PictureFiles, "place", full)
        with pytest.raises(OSError, match="No space left"):
            keep(store)
    assert files(store) == []
    assert store.pictures("garden") == ()
    assert keep(store).status == 201


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks /proc which file is meant")
def test_everything_is_on_the_disk_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of what reaches the disk: the file's bytes, its name, the folders' names, the row."""
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(number: int) -> None:
        steps.append("sync " + (Path(os.readlink(f"/proc/self/fd/{number}")).suffix or "folder"))
        fsync(number)

    def named(old: Path, new: Path) -> None:
        steps.append("name")
        replace(old, new)

    def told(done: Future[Kept]) -> None:
        steps.append("told")
        over.set()

    over = threading.Event()
    with Store(tmp_path / "data") as store:
        nodes.add(store, "garden")
        store.write(
            lambda batch: batch.db.set_trace_callback(lambda sql: steps.append(sql.split()[0]))
        ).result()
        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "replace", named)
        del steps[:]
        store.keep(upload(store)).add_done_callback(told)
        assert over.wait(60)
        of_the_disk = [
            step for step in steps if step.startswith("sync") or step in ("name", "COMMIT", "told")
        ]
        # NODE, DD, MM, YYYY, pictures and what holds it: all of them are new
        assert of_the_disk == ["sync .part", "name", *["sync folder"] * 6, "COMMIT", "told"]
        asked = store.write(lambda batch: batch.db.execute("PRAGMA synchronous").fetchone())
        assert asked.result() == (2,)  # FULL


def test_who_waits_may_go_away(store: Store) -> None:
    future = store.keep(upload(store))
    assert not future.cancel()
    assert future.result().status == 201


def test_one_job_that_fails_does_not_take_the_others_with_it(store: Store) -> None:
    def fails(batch: object) -> None:
        raise StationError("no")

    futures: list[Future[object]] = [
        store.write(lambda batch: batch.db.execute("UPDATE nodes SET design = 'x'").rowcount),
        store.write(fails),
        store.write(lambda batch: batch.db.execute("SELECT design FROM nodes").fetchone()[0]),
    ]
    assert futures[0].result() == 1
    with pytest.raises(StationError, match="no"):
        futures[1].result()
    assert futures[2].result() == "x"


def test_what_a_kill_leaves_is_swept(store: Store) -> None:
    keep(store)
    part = store.files.write_part(b"half")
    stray = store.files.path(name_of("garden", "0000000b-1", NOON))
    stray.write_bytes(b"whole, but nobody was told")
    assert store.sweep() == (1, 1)
    assert not part.exists()
    assert files(store) == [
        "pictures/2025/06/15/garden/150640_0000000a-1.jpg",
        "unclaimed/2025/06/15/garden/150640_0000000b-1.jpg",
    ]
    assert store.sweep() == (0, 0)


def test_a_part_is_never_written_through_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = PictureFiles(tmp_path)
    monkeypatch.setattr("secrets.token_hex", lambda count: "same")
    victim = tmp_path / "victim"
    os.symlink(victim, tmp_path / "incoming" / "same.part")
    with pytest.raises(FileExistsError):
        made.write_part(b"x")
    assert not victim.exists()


def test_settings_get_a_number(store: Store) -> None:
    node = nodes.queue_settings(store, "garden", {"TORPOR_BATCH": 3})
    assert (node.settings, node.settings_number) == ({"TORPOR_BATCH": 3}, 1)
    assert nodes.queue_settings(store, "garden", {}).settings_number == 2


def test_a_key_is_drawn_and_drawn_anew(store: Store) -> None:
    first = nodes.known(store, "garden").key
    second = nodes.rotate_key(store, "garden").key
    assert (len(first), len(second)) == (32, 32)
    assert first != second
    assert first.hex() not in repr(nodes.known(store, "garden"))


@pytest.mark.parametrize("name", ["", "a/b", "..", "Garden", "a" * 33, "-x", "a b", "gärten", "a\n"])
def test_a_name_that_is_none_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StationError, match="is no name for a node"):
        nodes.add(store, name)


def test_a_node_twice_and_a_node_that_is_not_there(store: Store) -> None:
    with pytest.raises(StationError, match=r"^Node garden is there already\.$"):
        nodes.add(store, "garden")
    with pytest.raises(StationError, match=r"^There is no node 'shed'; there is: garden\.$"):
        nodes.set_design(store, "shed", "x")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"not a database, but long enough to be looked at" * 40)
    with pytest.raises(StationError, match="cannot be opened as the station's database"):
        Store(tmp_path)


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.write(lambda batch: None).result()
    import sqlite3

    db = sqlite3.connect(tmp_path / DATABASE)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(StationError, match=f"has version {VERSION + 1}, this Torpor reads version {VERSION}"):
        Store(tmp_path)


def test_a_database_of_the_first_version_becomes_one_of_this(store: Store, tmp_path: Path) -> None:
    keep(store)
    store.close()
    db = sqlite3.connect(tmp_path / "data" / DATABASE)
    db.execute("DROP INDEX pictures_leaving")
    db.execute("DROP INDEX pictures_here")
    for table, column in (
        ("nodes", "latitude"), ("nodes", "longitude"), ("nodes", "keep_days"), ("nodes", "keep_bytes"),
        ("pictures", "kept"), ("pictures", "exported_s"),
    ):  # fmt: skip
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("CREATE INDEX pictures_newest ON pictures (node, number DESC)")
    db.execute("PRAGMA user_version = 1")
    db.close()
    with Store(tmp_path / "data") as again:
        assert [picture.key for picture in again.pictures("garden")] == ["0000000a-1"]
        assert [node.name for node in again.nodes()] == ["garden"]
    assert _shape(tmp_path / "data") == _shape(tmp_path / "fresh")


def _shape(folder: Path) -> set[tuple[str, str]]:
    """Columns and indices of a database, as (table, column) and ("", index)."""
    Store(folder).close()
    db = sqlite3.connect(folder / DATABASE)
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = {(name, row[1]) for name in names for row in db.execute(f"PRAGMA table_info({name})")}
    return columns | {
        ("", name) for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
    }
