"""What was deployed, and nothing else: read back from the volume by another reader of FAT, and booted in the
twin."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pyfatfs.PyFat import PyFat

from benchmarks.deploy_fat import Fat
from benchmarks.deploy_fat_entry import formatted
from benchmarks.deploy_fat_route import FatRoute
from benchmarks.deploy_medium import Medium
from benchmarks.deploy_stories import firmware, story
from sim.drive import Drive, assemble
from sim.modules import SourceFile
from sim.run import build
from sim.scenario import Scenario
from station.deploy_run import carry, prepare
from station.deploy_store import Versions


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


@pytest.mark.parametrize("compiled", [False, True])
def test_what_was_deployed_and_nothing_else_lives_a_night_in_the_twin(compiled: bool, tmp_path: Path) -> None:
    told = story("first", 3)
    medium = volume(told.before)
    route = FatRoute(medium)
    wanted = replace(told.wanted, compiled=compiled)
    carry(prepare(wanted, route, Versions("a", tmp_path)), route)
    image = tmp_path / "drive.img"
    image.write_bytes(medium.content)
    drive = drive_of(dict(_read(image)), assemble(told.wanted.design))
    visits = ((21_000.0, 30.0), (25_000.0, 30.0))
    twin = build(Scenario(days=0.32, start_day=170, quiet=True, visits=visits), drive=drive)
    twin.live()
    assert twin.life.crashes == []
    assert len(twin.home.pictures) >= 2


def drive_of(files: Mapping[str, bytes], known_as: Drive) -> Drive:
    """A twin's drive of the files that lie on a volume. CPython runs no .mpy: such a file stands for its
    source, after it was held against what its source compiles to."""
    made = firmware("pico-w-arducam-2mp")
    modules = {name: file for name, file in known_as.modules.items() if file.native}
    for name, file in known_as.modules.items():
        compiled = file.path.removesuffix(".py") + ".mpy"
        if compiled in files:
            assert files[compiled] == made[compiled]
            modules[name] = replace(file, compiled=True)
        elif file.path in files:
            modules[name] = SourceFile(file.path, files[file.path].decode())
    scripts = {name: SourceFile(name, files[name].decode()) for name in known_as.scripts}
    data = {path: files[path.lstrip("/")] for path in known_as.data}
    text = files["settings.toml"].decode()
    environment = {key: str(value) for key, value in tomllib.loads(text).items()}
    return Drive(modules, known_as.packages, scripts, data, text, environment)
