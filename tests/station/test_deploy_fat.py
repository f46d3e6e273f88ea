"""Deploys onto a FAT volume that is cut off, is full, may not be written: what lies there then, and runs.

Every interruption has a seed; `bench deploy` plays a thousand of them.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pyfatfs.PyFat import PyFat

from benchmarks.deploy_cuts import Count, Known, copied_over, interrupt, known
from benchmarks.deploy_fat import Fat
from benchmarks.deploy_fat_entry import formatted
from benchmarks.deploy_fat_route import FatBoard, FatRoute
from benchmarks.deploy_medium import Medium
from benchmarks.deploy_stories import KINDS, firmware, make, story
from sim.drive import Drive, assemble
from sim.modules import SourceFile
from sim.run import build
from sim.scenario import Scenario
from station.deploy_plan import Fate, make_plan
from station.deploy_route import NoRoom, ReadOnly, RouteError
from station.deploy_run import carry, prepare
from station.deploy_store import Versions

SEEDS = range(12)


@pytest.fixture(scope="module")
def tales(tmp_path_factory: pytest.TempPathFactory) -> list[Known]:
    folder = tmp_path_factory.mktemp("tales")
    return [known(number, FatBoard, folder) for number in range(len(KINDS))]


@pytest.mark.parametrize("seed", SEEDS)
def test_cut_anywhere(tales: list[Known], tmp_path: Path, seed: int) -> None:
    count = Count()
    interrupt(seed, tales[seed % len(tales)], FatBoard, tmp_path, count)
    assert (count.half_states, count.lost_settings, count.not_completed) == ([], [], []), f"seed {seed}"


def test_the_same_cuts_find_what_plain_copying_leaves(tales: list[Known]) -> None:
    found = [seed for seed in SEEDS if copied_over(seed, tales[seed % len(tales)])]
    assert len(found) > len(SEEDS) / 2


def test_another_reader_of_fat_finds_the_same_files(tales: list[Known], tmp_path: Path) -> None:
    medium = Medium(formatted())
    fat = Fat(medium)
    for path, content in tales[1].after.items():
        fat.write(path, content)
    fat.rename("notes.txt", "A rather long name, with spaces.txt")
    fat.delete("rows.mpy")
    medium.barrier()
    image = tmp_path / "drive.img"
    image.write_bytes(medium.content)
    expected = {path: content for path, content in tales[1].after.items() if path != "rows.mpy"}
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


def test_a_full_drive_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    told = story("first", 0)
    board = FatBoard({**told.before, "holiday.jpg": bytes(420_000)})
    with pytest.raises(NoRoom) as error:
        prepare(told.wanted, board.plugged("", None), Versions("a", tmp_path), make)
    assert "bytes free of" in str(error.value) and "are needed" in str(error.value)
    assert board.steps == 0


def test_what_is_planned_fits_to_the_last_cluster(tmp_path: Path) -> None:
    """With exactly the planned room it works; a cluster less is refused."""
    told = story("first", 0)
    free = FatBoard(told.before).plugged("", None).space().free
    image = prepare(told.wanted, FatBoard(told.before).plugged("", None), Versions("a", tmp_path), make).image
    peak = make_plan(image, FatBoard(told.before).plugged("", None)).peak
    tight = FatBoard({**told.before, "holiday.jpg": bytes(free - peak)})
    with_less = FatBoard({**told.before, "holiday.jpg": bytes(free - peak + 1)})
    found = prepare(told.wanted, tight.plugged("", None), Versions("b", tmp_path), make)
    carry(found, tight.plugged("", None))
    assert {path: tight.files().get(path) for path in image.files} == dict(image.files)
    with pytest.raises(NoRoom):
        prepare(told.wanted, with_less.plugged("", None), Versions("c", tmp_path), make)


def test_a_read_only_drive_is_left_as_it_is(tmp_path: Path) -> None:
    told = story("update", 0)
    medium = Medium(formatted())
    fat = Fat(medium)
    for path, content in told.before.items():
        fat.write(path, content)
    medium.barrier()
    route = FatRoute(medium, read_only=True)
    with pytest.raises(ReadOnly):
        carry(prepare(told.wanted, route, Versions("a", tmp_path), make), route)
    assert Fat(Medium(bytes(medium.content))).readable() == dict(told.before)


class _Flipping(FatRoute):
    """A medium on which one file comes out wrong, so many times."""

    def __init__(self, medium: Medium, path: str, times: int) -> None:
        super().__init__(medium)
        self.path, self.times = path, times

    def write(self, path: str, content: bytes) -> None:
        if path == self.path and self.times:
            self.times -= 1
            content = bytes((content[0] ^ 1,)) + content[1:]
        super().write(path, content)


@pytest.mark.parametrize("path", ["lib/torpor/policy.mpy", "settings.toml.new", "code.py.new"])
@pytest.mark.parametrize(("times", "works"), [(2, True), (3, False)])
def test_what_reads_back_wrong_is_written_again(path: str, times: int, works: bool, tmp_path: Path) -> None:
    told = story("first", 0)
    medium = Medium(formatted())
    fat = Fat(medium)
    for name, content in told.before.items():
        fat.write(name, content)
    route = _Flipping(medium, path, times)
    found = prepare(told.wanted, route, Versions("a", tmp_path), make)
    if works:
        carry(found, route)
        assert "code.py" in route.files()
        return
    with pytest.raises(RouteError) as error:
        carry(found, route)
    assert "reads back differently from what was written, 3 times" in str(error.value)
    assert error.value.exit_code == 6
    assert "code.py" not in route.files()


def test_a_design_with_other_modules_takes_the_old_ones_away() -> None:
    told = story("other design", 0)
    route = FatBoard(told.before).plugged("", None)
    plan = make_plan(make(told.wanted.design, "A = 1\n", True, None), route)
    assert plan.paths(Fate.OBSOLETE) == [
        f"lib/torpor/{name}.mpy" for name in ("alarmclock", "ds3231", "ringing")
    ]
    assert set(plan.paths(Fate.FOREIGN)) == {"boot_out.txt", "notes.txt", "lib/mine.py"}
    assert plan.peak % plan.space.cluster == 0 and plan.peak >= math.ceil(plan.to_write / 512) * 512 - 30_000


@pytest.mark.parametrize("compiled", [False, True])
def test_what_was_deployed_and_nothing_else_lives_a_night_in_the_twin(compiled: bool, tmp_path: Path) -> None:
    told = story("first", 3)
    board = FatBoard(told.before)
    route = board.plugged("", None)
    wanted = replace(told.wanted, compiled=compiled)
    carry(prepare(wanted, route, Versions("a", tmp_path)), route)
    image = tmp_path / "drive.img"
    image.write_bytes(board._medium.content)
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
