"""Old pictures go by rule: which, in which order, what is left of them, and what a kill leaves."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.protocol import target_of
from station import nodes
from station.records import Upload
from station.retention import DAY_s, Rules, apply
from station.store import Store

Run = Callable[[str], tuple[int, str, str]]
Keep = Callable[..., bytes]
NOON = 1_777_630_953.0  # 1 May 2026, 10:22:33 UTC


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as made:
        nodes.add(made, "garden")
        yield made


def seen(store: Store) -> None:
    """Nobody looks at pictures here: say that it was done, with a thumbnail."""
    for picture in store.waiting(10_000):
        thumb = store.files.thumb(picture.path)
        thumb.parent.mkdir(parents=True, exist_ok=True)
        thumb.write_bytes(b"thumb")
    store.write(lambda batch: batch.db.execute("UPDATE pictures SET thumb = 'made'")).result()


def exported(store: Store, *keys: str) -> None:
    for key in keys:
        store.write(
            lambda batch, key=key: batch.db.execute(
                "UPDATE pictures SET exported_s = 1 WHERE key = ?", (key,)
            )
        ).result()


def keys(store: Store, node: str = "garden") -> list[str]:
    return [picture.key for picture in store.oldest(node)]


def files(store: Store) -> list[str]:
    """Every picture and thumbnail on the disk."""
    found = [path for path in store.folder.rglob("*.jpg") if path.is_file()]
    return sorted(path.relative_to(store.folder).as_posix() for path in found)


@pytest.mark.parametrize(
    ("age_s", "left"), [(2 * DAY_s - 1, ["a", "b"]), (2 * DAY_s, ["a", "b"]), (2 * DAY_s + 1, ["b"])]
)
def test_what_is_older_than_its_days_goes(store: Store, keep: Keep, age_s: float, left: list[str]) -> None:
    keep("a", NOON)
    keep("b", NOON + 10)
    seen(store)
    assert apply(store, Rules(days=2), NOON + age_s) == 2 - len(left)
    assert keys(store) == left
    assert len(files(store)) == 2 * len(left)


def test_too_much_goes_oldest_first(store: Store, keep: Keep) -> None:
    sizes = [len(keep(key, NOON + at)) for at, key in enumerate("abcde")]
    seen(store)
    apply(store, Rules(size_bytes=3 * sizes[0]), NOON)
    assert keys(store) == ["c", "d", "e"]
    apply(store, Rules(size_bytes=3 * sizes[0] - 1), NOON)
    assert keys(store) == ["d", "e"]
    assert store.nodes()[0].stored_bytes == 2 * sizes[0]


def test_the_last_picture_of_a_node_stays(store: Store, keep: Keep) -> None:
    for node in ("garden", "shed"):
        keep("a", NOON, node=node)
        keep("b", NOON + 1, node=node)
    seen(store)
    assert apply(store, Rules(days=1, size_bytes=1), NOON + 900 * DAY_s) == 2
    assert (keys(store), keys(store, "shed")) == (["b"], ["b"])


def test_without_a_rule_nothing_goes(store: Store, keep: Keep) -> None:
    keep("a", NOON)
    keep("b", NOON)
    seen(store)
    assert apply(store, Rules(), NOON + 9000 * DAY_s) == 0


def test_before_it_was_exported_nothing_goes(store: Store, keep: Keep) -> None:
    for at, key in enumerate("abcd"):
        keep(key, NOON + at)
    seen(store)
    exported(store, "a", "c")
    apply(store, Rules(days=1, after_export=True), NOON + 9 * DAY_s)
    assert keys(store) == ["b", "d"]


def test_what_nobody_has_looked_at_stays(store: Store, keep: Keep) -> None:
    keep("a", NOON)
    keep("b", NOON)
    assert apply(store, Rules(days=1), NOON + 9 * DAY_s) == 0


def test_a_node_may_have_a_rule_of_its_own(store: Store, keep: Keep, run: Run) -> None:
    for node in ("garden", "shed"):
        for at, key in enumerate("abc"):
            size = len(keep(key, NOON + at, node=node))
    seen(store)
    assert run("node keep garden --days 0") == (0, "garden: kept for ever.\n", "")
    assert run(f"node keep shed --gb {2 * size / 1e9}")[0] == 0
    apply(store, Rules(days=5), NOON + 4 * DAY_s)
    assert (keys(store), keys(store, "shed")) == (["a", "b", "c"], ["b", "c"])
    run("node keep garden")
    apply(store, Rules(days=5), NOON + 6 * DAY_s)
    assert keys(store) == ["c"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--days 30", "kept for 30 days."),
        ("--days 1.5 --gb 2", "kept for 1.5 days, at most 2 GB."),
        ("--gb 0.5", "kept at most 0.5 GB."),
        ("--days 0 --gb 0", "kept for ever."),
        ("", "kept as the station says."),
    ],
)
def test_it_says_what_is_kept(run: Run, options: str, said: str) -> None:
    run("node add garden")
    assert run(f"node keep garden {options}") == (0, f"garden: {said}\n", "")


def test_a_late_duplicate_is_still_known(store: Store, keep: Keep) -> None:
    content = keep("0000000a-1", NOON)
    keep("0000000a-2", NOON + 1)
    seen(store)
    apply(store, Rules(days=1), NOON + 9 * DAY_s)
    assert store.picture("garden", "0000000a-1") is None
    node, target = store.node("garden"), target_of("/v1/nodes/garden/images/0000000a-1")
    assert node is not None
    assert target is not None
    before = files(store)
    for sent, status in ((content, 200), (content + b"x", 409)):
        again = Upload(
            node=node, kind="images", key=target.key, boot=target.boot, content=sent, size=len(sent), crc32=0,
            sha256=hashlib.sha256(sent).digest(), received_s=NOON + 10 * DAY_s, telemetry="{}",
        )  # fmt: skip
        assert store.keep(again).result().status == status
    assert files(store) == before


def test_what_a_kill_left_is_finished(store: Store, keep: Keep) -> None:
    """The state between the two steps, made by hand: told, but not deleted; deleted, but not told."""
    for at, key in enumerate("abc"):
        keep(key, NOON + at)
    seen(store)
    a, b, _ = store.oldest("garden")
    store.write(
        lambda batch: batch.db.execute("UPDATE pictures SET kept = 'leaving' WHERE key < 'c'")
    ).result()
    store.path_of(b).unlink()
    assert keys(store) == ["c"]
    assert store.path_of(a).is_file()
    apply(store, Rules(), NOON)
    assert [name.rpartition("_")[2] for name in files(store)] == ["c.jpg", "c.jpg"]
    assert store.leaving(10) == ()


def test_killed_again_and_again_it_deletes_what_is_due_and_nothing_else(store: Store, keep: Keep) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    count = 1000
    for number in range(count):
        keep(f"0000000a-{number}", NOON + number)
    seen(store)
    now_s = NOON + DAY_s + count - 100  # all but 100 are too old
    script = (
        "import sys; from pathlib import Path; from station.store import Store;"
        " from station.retention import Rules, apply; store = Store(Path(sys.argv[1]));"
        " print(flush=True); apply(store, Rules(days=1), float(sys.argv[2])); store.close()"
    )
    command = [sys.executable, "-c", script, str(store.folder), str(now_s)]
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        there = [picture for picture in _all(store) if not store.path_of(picture).is_file()]
        assert there == []  # whatever is shown is there
    apply(store, Rules(days=1), now_s)
    wanted = [f"0000000a-{number}" for number in range(count - 100, count)]
    assert [picture.key for picture in _all(store)] == wanted
    assert len(files(store)) == 2 * len(wanted)


def _all(store: Store) -> list[object]:
    return list(store.oldest("garden", 0, 10_000))


def test_the_station_does_it(station, jpeg: bytes) -> None:
    """The real one: two pictures, one may stay; the other is still known, and not shown any more."""
    station.start()
    assert [station.put(f"images/0000000a-{n}", jpeg + b"%d" % n).status for n in (1, 2)] == [201, 201]
    station.until(lambda store: not store.waiting(1))
    assert station.stop() == 0
    station.start("--keep-gb", "0.000001")
    station.until(lambda store: [one.key for one in store.pictures("garden")] == ["0000000a-2"])
    station.until(lambda store: not store.leaving(1))
    assert station.put("images/0000000a-1", jpeg + b"1").status == 200
    assert station.put("images/0000000a-1", jpeg + b"x").status == 409
    assert [name.rpartition("_")[2] for name in station.files if "thumbs" not in name] == ["0000000a-2.jpg"]
    assert station.stop() == 0
