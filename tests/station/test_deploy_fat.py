"""Deploys onto a FAT volume that is cut off, is full, may not be written: what lies there then, and runs.

Every interruption has a seed; `bench deploy` plays a thousand of them.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_cuts import Count, Known, copied_over, interrupt, known
from benchmarks.deploy_fat import Fat
from benchmarks.deploy_fat_entry import formatted
from benchmarks.deploy_fat_route import FatBoard, FatRoute
from benchmarks.deploy_link import SimulatedLink
from benchmarks.deploy_medium import Medium
from benchmarks.deploy_stories import KINDS, make, story
from station.deploy_plan import Fate, make_plan
from station.deploy_route import NoRoom, ReadOnly, RouteError
from station.deploy_run import carry, complete, prepare
from station.deploy_store import Versions
from station.route_serial import SerialRoute

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
SEEDS = range(12)


@pytest.fixture(scope="module")
def tales(tmp_path_factory: pytest.TempPathFactory) -> list[Known]:
    folder = tmp_path_factory.mktemp("tales")
    return [known(number, FatBoard, folder) for number in range(len(KINDS))]


@pytest.mark.parametrize("seed", [*SEEDS, 219])  # 219: settings and manifest share a cluster after it
def test_cut_anywhere(tales: list[Known], tmp_path: Path, seed: int) -> None:
    count = Count()
    interrupt(seed, tales[seed % len(tales)], FatBoard, tmp_path, count)
    assert (count.half_states, count.lost_settings, count.not_completed) == ([], [], []), f"seed {seed}"


def test_the_same_cuts_find_what_plain_copying_leaves(tales: list[Known]) -> None:
    found = [seed for seed in SEEDS if copied_over(seed, tales[seed % len(tales)])]
    assert len(found) > len(SEEDS) / 2


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


class _Sharing(FatRoute):
    """After a cut two files share clusters: so many writes of one change the other, which was right."""

    def __init__(self, medium: Medium, times: int) -> None:
        super().__init__(medium)
        self.times = times

    def write(self, path: str, content: bytes) -> None:
        super().write(path, content)
        other = {"light.mpy": "lib/torpor/rails.mpy", "lib/torpor/rails.mpy": "light.mpy"}.get(path)
        if other and self.times:
            self.times -= 1
            super().write(other, content)


@pytest.mark.parametrize(("times", "works"), [(1, True), (999, False)])
def test_a_file_that_changes_with_another_is_noticed(times: int, works: bool, tmp_path: Path) -> None:
    told = story("settings", 0)
    medium = Medium(formatted())
    fat = Fat(medium)
    for name, content in {**told.before, "light.mpy": b"C\x06"}.items():
        fat.write(name, content)
    route = _Sharing(medium, times)
    found = prepare(told.wanted, route, Versions("a", tmp_path), make)
    if works:
        carry(found, route)
        assert route.read("lib/torpor/rails.mpy") == found.image.files["lib/torpor/rails.mpy"]
        return
    with pytest.raises(RouteError, match="changes when other files are written: the drive is damaged"):
        carry(found, route)
    assert "code.py" not in route.files()


def test_settings_between_their_two_names_are_named_first(tmp_path: Path) -> None:
    """A cut between delete and rename, and a second one soon after: they have their name again."""
    told = story("update", 0)
    medium, versions = Medium(formatted()), Versions("a", tmp_path)
    fat = Fat(medium)
    for name, content in {**told.before, "lib/torpor/policy.mpy": b"C\x06"}.items():
        fat.write(name, content)
    with pytest.raises(KeyboardInterrupt):
        carry(prepare(told.wanted, _Stopped(medium), versions, make), _Stopped(medium))
    FatRoute(medium).rename("settings.toml", "settings.toml.new")
    with pytest.raises(KeyboardInterrupt):
        carry(prepare(told.wanted, _Stopped(medium), versions, make), _Stopped(medium))
    assert FatRoute(medium).read("settings.toml") == told.before["settings.toml"]


class _Stopped(FatRoute):
    """Somebody presses Ctrl-C when a file is about to be written."""

    def write(self, path: str, content: bytes) -> None:
        if path == "lib/torpor/policy.mpy":
            raise KeyboardInterrupt
        super().write(path, content)


def test_ctrl_c_leaves_nothing_that_runs_and_the_same_again_completes(tmp_path: Path) -> None:
    told = story("update", 0)
    medium = Medium(formatted())
    fat = Fat(medium)
    for path, content in {**told.before, "lib/torpor/policy.mpy": b"C\x06"}.items():
        fat.write(path, content)
    versions = Versions("a", tmp_path)
    with pytest.raises(KeyboardInterrupt):
        carry(prepare(told.wanted, _Stopped(medium), versions, make), _Stopped(medium))
    assert not {"code.py", "boot.py", "safemode.py"} & set(FatRoute(medium).files())
    route = FatRoute(medium)
    route.write("lib/torpor/FORGOT~1.MPY", b"half")  # what a cut may leave of a name
    carry(prepare(told.wanted, route, versions, make), route)
    assert prepare(told.wanted, FatRoute(medium), versions, make).plan.idle
    before = versions.previous()
    assert before is not None and "lib/torpor/FORGOT~1.MPY" not in before.files
    assert before.files["lib/torpor/forgotten.mpy"] == told.before["lib/torpor/forgotten.mpy"]


@pytest.mark.parametrize("where", ["boot_out.txt", "console"])
def test_a_board_that_refuses_compiled_files_gets_sources(where: str, tmp_path: Path) -> None:
    told = story("first", 0)
    refusal = "Traceback (most recent call last):\r\nValueError: incompatible .mpy file\r\n"
    with EmbeddedBoard() as board:
        root = tmp_path / "drive"
        for path, content in told.before.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        if where == "boot_out.txt":
            (root / where).write_bytes(told.before[where] + b"boot.py output:\r\n" + refusal.encode())
        board.insert(root, chatter=refusal if where == "console" else "")
        route, versions = SerialRoute(SimulatedLink(board)), Versions("a", tmp_path)
        found = prepare(told.wanted, route, versions)
        _, as_source = complete(found, told.wanted, route)
    assert as_source is (where == "console")
    assert ("The board refused a compiled file" in " ".join(found.warnings)) is (where == "boot_out.txt")
    assert list(root.rglob("*.mpy")) == []
    assert (root / "lib/torpor/policy.py").read_bytes() == (FIRMWARE / "lib/torpor/policy.py").read_bytes()


def test_a_design_with_other_modules_takes_the_old_ones_away() -> None:
    told = story("other design", 0)
    route = FatBoard(told.before).plugged("", None)
    plan = make_plan(make(told.wanted.design, "A = 1\n", True, None), route)
    assert plan.paths(Fate.OBSOLETE) == [
        f"lib/torpor/{name}.mpy" for name in ("alarmclock", "ds3231", "ringing")
    ]
    assert set(plan.paths(Fate.FOREIGN)) == {"boot_out.txt", "notes.txt", "lib/mine.py"}
    assert plan.peak % plan.space.cluster == 0 and plan.peak >= math.ceil(plan.to_write / 512) * 512 - 30_000


def test_names_in_capitals_are_the_same_files() -> None:
    """As a cut leaves them that took the long names."""
    told = story("first", 0)
    files = {path: content for path, content in told.before.items() if path != "code.py"}
    route = FatBoard({**files, "CODE.PY": b"print(1)\n"}).plugged("", None)
    plan = make_plan(make(told.wanted.design, "A = 1\n", True, None), route)
    assert [row.fate for row in plan.rows if row.path.casefold() == "code.py"] == [Fate.CHANGED]
