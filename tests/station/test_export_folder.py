"""`torpor export folder`: each picture once, whole, under its day, whatever ended the export before."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from station.export_list import LIST, Exported, read_list
from station.store import Store

NOON = 1_777_630_953.0  # 1 May 2026, 10:22:33 UTC
DAY_s = 86_400.0
Run = Callable[[str], tuple[int, str, str]]
Keep = Callable[..., bytes]


def files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*.jpg"))


def test_dated_folders_of_each_node_with_exif(run: Run, keep: Keep, tmp_path: Path) -> None:
    content = keep("0000000a-1")
    keep("0000000b-9", NOON + 14 * 3600, '{"wake":8,"cause":1}', "shed")
    assert run("node place garden -33.5 151.25") == (0, "garden stands at -33.5, 151.25.\n", "")
    out = tmp_path / "out"
    assert run(f"export folder {out} --zone Europe/Berlin") == (0, f"{out}: 2 new, 0 there already.\n", "")
    assert files(out) == [
        "garden/2026-05-01/garden_20260501_122233_0000000a-1.jpg",
        "shed/2026-05-02/shed_20260502_022233_0000000b-9.jpg",
    ]
    copy = (out / files(out)[0]).read_bytes()
    length = int.from_bytes(copy[4:6], "big")
    assert copy[:2] + copy[4 + length :] == content
    with Image.open(BytesIO(copy)) as image:
        exif = image.getexif()
        inner, place = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    assert (exif[Base.Make], exif[Base.Model]) == ("Torpor", "Arducam Mini 2MP Plus")
    assert inner[Base.DateTimeOriginal] == "2026:05:01 12:22:33"
    assert inner[Base.OffsetTimeOriginal] == "+02:00"
    assert inner[Base.BodySerialNumber] == "garden"
    assert inner[Base.ImageUniqueID] == hashlib.sha256(content).hexdigest()[:32]
    assert inner[Base.UserComment] == b"ASCII\0\0\0trigger: motion; time: taken; key: 0000000a-1"
    assert (place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude]) == ("S", (33.0, 30.0, 0.0))
    with Store(tmp_path / "data") as store:
        (picture,) = store.pictures("garden")
        assert store.path_of(picture).read_bytes() == content


def test_the_list_says_what_is_known(run: Run, keep: Keep, tmp_path: Path) -> None:
    content = keep("0000000a-1", line='{"wake":8,"cause":1}')
    run(f"export folder {tmp_path}/out --zone UTC")
    assert read_list(tmp_path / "out") == (
        Exported(
            node="garden", key="0000000a-1", file="garden/2026-05-01/garden_20260501_102233_0000000a-1.jpg",
            sha256=hashlib.sha256(content).hexdigest(), time="2026-05-01T10:22:33+00:00", time_is="arrived",
            trigger="unknown", camera="Arducam Mini 2MP Plus", suspect="",
        ),
    )  # fmt: skip


def test_without_exif_the_copy_is_what_came(run: Run, keep: Keep, tmp_path: Path) -> None:
    content = keep("0000000a-1")
    run(f"export folder {tmp_path}/out --no-exif")
    (name,) = files(tmp_path / "out")
    assert (tmp_path / "out" / name).read_bytes() == content


def test_nothing_comes_twice_even_if_it_was_moved_away(run: Run, keep: Keep, tmp_path: Path) -> None:
    out = tmp_path / "out"
    keep("0000000a-1")
    assert run(f"export folder {out}")[1] == f"{out}: 1 new, 0 there already.\n"
    (out / files(out)[0]).unlink()
    keep("0000000a-2")
    assert run(f"export folder {out}")[1] == f"{out}: 1 new, 1 there already.\n"
    assert [name[-14:] for name in files(out)] == ["0000000a-2.jpg"]
    assert [line.key for line in read_list(out)] == ["0000000a-1", "0000000a-2"]


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ("--from 2026-05-02", ["b"]),
        ("--to 2026-05-01", ["a", "c"]),
        ("--from 2026-05-01 --to 2026-05-02", ["a", "b", "c"]),
        ("--from 2026-05-03", []),
        ("--node shed", ["c"]),
        ("--node shed --node garden --node shed", ["a", "b", "c"]),
    ],
)
def test_ranges(run: Run, keep: Keep, tmp_path: Path, options: str, keys: list[str]) -> None:
    midnight = NOON - 10 * 3600 - 22 * 60 - 33 + DAY_s  # 2 May 2026, UTC
    keep("a", midnight - 1)
    keep("b", midnight)
    keep("c", NOON, node="shed")
    run(f"export folder {tmp_path}/out --zone UTC {options}")
    assert sorted(line.key for line in read_list(tmp_path / "out")) == keys


def test_what_was_exported_is_marked(run: Run, keep: Keep, tmp_path: Path) -> None:
    keep("0000000a-1")
    keep("0000000a-2", NOON + DAY_s)
    run(f"export folder {tmp_path}/out --zone UTC --to 2026-05-01")
    with Store(tmp_path / "data") as store:
        found = store.write(
            lambda batch: batch.db.execute("SELECT key, exported_s FROM pictures ORDER BY key").fetchall()
        ).result()
    assert [(key, exported_s is not None) for key, exported_s in found] == [
        ("0000000a-1", True), ("0000000a-2", False)
    ]  # fmt: skip


def test_a_picture_that_rotted_is_named_and_the_others_are_exported(
    run: Run, keep: Keep, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        keep(f"0000000a-{number}")
    with Store(tmp_path / "data") as store:
        three, two, _ = store.pictures("garden")
        store.path_of(two).write_bytes(b"\xff\xd8")
        store.path_of(three).unlink()
    code, out, err = run(f"export folder {tmp_path}/out")
    assert (code, out) == (1, f"{tmp_path}/out: 1 new, 0 there already.\n")
    assert "_0000000a-2.jpg: its bytes are not those that arrived.\n" in err
    assert "_0000000a-3.jpg: No such file or directory.\n" in err
    assert err.endswith("torpor: 2 pictures could not be exported.\n")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--zone Mars/Olympus", "'Mars/Olympus' is no time zone; one is Europe/Berlin."),
        ("--zone ../passwd", "'../passwd' is no time zone; one is Europe/Berlin."),
        ("--node attic", "There is no node 'attic'; there is: garden."),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    run: Run, keep: Keep, tmp_path: Path, line: str, sentence: str
) -> None:
    keep("0000000a-1")
    assert run(f"export folder {tmp_path}/out {line}") == (2, "", f"torpor: {sentence}\n")


def test_a_list_that_is_none_is_refused(run: Run, keep: Keep, tmp_path: Path) -> None:
    keep("0000000a-1")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / LIST).write_text("a,b\n1,2\n")
    code, _, err = run(f"export folder {tmp_path}/out")
    assert code == 1
    assert "is no list of an export: its first line should be node,key,file," in err


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of processes")
def test_a_full_disk_is_one_sentence_and_the_next_export_goes_on(
    run: Run, keep: Keep, tmp_path: Path
) -> None:
    import resource

    keep("0000000a-1")
    keep("0000000a-2", NOON + 1, more=2_000_000)
    out = tmp_path / "out"
    words = ["export", "folder", str(out), "--zone", "UTC", "--data", str(tmp_path / "data")]
    full = subprocess.run(
        [sys.executable, "-m", "station", *words], capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )  # fmt: skip
    name = "garden/2026-05-01/garden_20260501_102234_0000000a-2.jpg"
    assert (full.returncode, full.stderr) == (1, f"torpor: {out}/{name}: File too large.\n")
    assert [path.name for path in out.rglob("*.part")] == []
    assert run(f"export folder {out} --zone UTC") == (0, f"{out}: 2 new, 0 there already.\n", "")
    assert [line.key for line in read_list(out)] == ["0000000a-1", "0000000a-2"]


def test_a_place_that_is_none_is_refused(run: Run, keep: Keep, tmp_path: Path) -> None:
    run("node add garden")
    sentence = "torpor: 91.0, 0.0 is no place: expected -90 to 90 degrees north, -180 to 180 east.\n"
    assert run("node place garden 91 0") == (2, "", sentence)


def test_exports_that_are_killed_go_on_where_they_were(keep: Keep, tmp_path: Path) -> None:
    """Killed again and again at random moments, it ends with every picture once, and no other file."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    data, out = tmp_path / "data", tmp_path / "out"
    keys = [f"0000000a-{number}" for number in range(300)]
    wanted = {key: keep(key, NOON + 600 * number) for number, key in enumerate(keys)}
    words = ["export", "folder", str(out), "--no-exif", "--data", str(data)]
    command = [sys.executable, "-m", "station", *words]
    kills = 0
    while True:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        began = len(files(out)) if out.exists() else 0
        while process.poll() is None and (not out.exists() or len(files(out)) < began + 40):
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
        kills += 1
    assert kills >= 1
    lines = read_list(out)
    assert sorted(line.key for line in lines) == sorted(wanted)
    assert {line.key: (out / line.file).read_bytes() for line in lines} == wanted
    assert files(out) == sorted(line.file for line in lines)
    left = {path.name for path in out.rglob("*") if path.is_file() and path.suffix != ".jpg"}
    assert left == {LIST, "lock"}
