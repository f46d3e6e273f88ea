"""What was deployed, and nothing else: read back from the volume by another reader of FAT, and booted in the
twin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pyfatfs.PyFat import PyFat

from benchmarks.deploy_fat import Fat
from benchmarks.deploy_fat_entry import formatted
from benchmarks.deploy_fat_route import FatRoute
from benchmarks.deploy_medium import SECTOR, Medium
from benchmarks.deploy_stories import BOOT_OUT, make, story
from boards import Design, list_designs, load_design
from sim.run import build
from sim.scenario import Scenario
from sim.volume import Volume
from station.deploy_run import Wanted, carry, prepare
from station.deploy_store import Versions
from tests.station.deployed import drive_of


def volume(files: Mapping[str, bytes]) -> Medium:
    medium = Medium(formatted())
    fat = Fat(medium)
    for path, content in files.items():
        fat.write(path, content)
    medium.barrier()
    return medium


def test_another_reader_of_fat_finds_the_same_files(tmp_path: Path) -> None:
    files = story("update", 0).before
    medium = volume(files)
    fat = Fat(medium)
    fat.rename("notes.txt", "A rather long name, with spaces.txt")
    fat.delete("rows.mpy" if "rows.mpy" in files else "rows.py")
    medium.barrier()
    image = tmp_path / "drive.img"
    image.write_bytes(medium.content)
    expected = {path: content for path, content in files.items() if not path.startswith("rows.")}
    expected["A rather long name, with spaces.txt"] = expected.pop("notes.txt")
    assert dict(_read(image)) == expected


def _read(image: Path) -> Iterator[tuple[str, bytes]]:
    volume = PyFat()
    volume.open(str(image), read_only=True)

    def walk(folder: object, above: str) -> Iterator[tuple[str, bytes]]:
        folders, files, _ = folder.get_entries()  # type: ignore[attr-defined]
        for entry in files:
            clusters = volume.get_cluster_chain(entry.get_cluster()) if entry.get_cluster() else []
            content = b"".join(volume.read_cluster_contents(cluster) for cluster in clusters)
            yield above + str(entry), content[: entry.filesize]
        for entry in folders:
            if not entry.is_special():
                yield from walk(entry, f"{above}{entry}/")

    yield from walk(volume.root_dir, "")
    volume.close()


def test_sources_that_were_deployed_live_a_night_in_the_twin(tmp_path: Path) -> None:
    told = story("first", 3)
    medium = volume(told.before)
    route = FatRoute(medium)
    wanted = replace(told.wanted, compiled=False)
    carry(prepare(wanted, route, Versions("a", tmp_path)), route)
    drive = drive_of(_on(medium, tmp_path), told.wanted.design)
    visits = ((21_000.0, 30.0), (25_000.0, 30.0))
    twin = build(Scenario(days=0.32, start_day=170, quiet=True, visits=visits), drive=drive)
    twin.live()
    assert twin.life.crashes == []
    assert len(twin.home.pictures) >= 2


@pytest.mark.parametrize("name", list_designs())
def test_what_was_deployed_and_nothing_else_boots_in_the_twin(name: str, tmp_path: Path) -> None:
    """Every design, compiled, on a drive of its board's size (a FAT12 volume ends at 2 MiB)."""
    design = load_design(name)
    size = Volume.of_board(design.board).size
    medium = Medium(formatted(min(size, 2 << 20) // SECTOR - 40))
    fat = Fat(medium)
    fat.write("boot_out.txt", BOOT_OUT.replace(b"raspberry_pi_pico_w", board_of(design)))
    fat.write("code.py", b'print("Hello World!")\n')
    medium.barrier()
    route = FatRoute(medium)
    found = prepare(Wanted(design, story("first", 0).wanted.settings), route, Versions("a", tmp_path), make)
    carry(found, route)

    files = _on(medium, tmp_path)
    assert files.keys() == found.image.files.keys() | {"boot_out.txt"}
    taken = sum(-(-len(content) // SECTOR) * SECTOR for content in files.values())
    assert taken + (0 if design.sd else int(str(design.options["spool_KiB"])) << 10) < size, (
        "pictures have room too"
    )
    twin = build(Scenario(name, days=0.01, quiet=True, visits=((60.0, 30.0),)), drive=drive_of(files, design))
    twin.live()
    assert twin.life.crashes == []
    assert twin.life.notes[0].asleep_s < math.inf


def _on(medium: Medium, folder: Path) -> dict[str, bytes]:
    """What another reader of FAT finds."""
    image = folder / "drive.img"
    image.write_bytes(medium.content)
    return dict(_read(image))


def board_of(design: Design) -> bytes:
    return str(design.board.caps["circuitpython_board"]).encode()
