"""The serial route against the embedded interpreter's raw REPL, over a link in virtual time.

Parsing, running and answering are the interpreter's own (MicroPython 1.27); what CircuitPython has round it
(boot, "press any key", safe mode, deep sleep, the windows of raw paste) tests/vm/repl.mjs plays.
"""

from __future__ import annotations

import hashlib
import random
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_link import LinkFaults, SimulatedLink
from station.deploy_route import BootOut, NoRoom, ReadOnly, RouteError, RouteLost, Space
from station.errors import Exit
from station.route_serial import SerialRoute
from station.route_serial_board import SOURCE, answer, call, literal

PERFECT = LinkFaults()
RANDOM = random.Random(8).randbytes(9000)
SOURCE_TEXT = Path("firmware/lib/torpor/policy.py").read_bytes()
#: Compressible and not, empty, of every byte, one byte either side of a block.
FILES = {
    "code.py": b"print('garden')\r\n",
    "lib/torpor/policy.mpy": SOURCE_TEXT,
    "lib/torpor/deep/er/raw.bin": RANDOM,
    "empty.txt": b"",
    "every.bin": bytes(range(256)) * 3,
    "rim.bin": RANDOM[:2049],
    "Übersicht é.txt": "Fuß".encode(),
}


@pytest.fixture(scope="module")
def board() -> Iterator[EmbeddedBoard]:
    with EmbeddedBoard() as one:
        yield one


Plug = Callable[..., SerialRoute]


@pytest.fixture
def plug(board: EmbeddedBoard, tmp_path: Path) -> Plug:
    """A route to a new board; `faults`, `seed` and what else the link has, the rest is the board's."""

    def plugged(
        faults: LinkFaults = PERFECT, seed: int = 0, has_reset: bool = False, **how: Any
    ) -> SerialRoute:
        board.insert(tmp_path, **how)
        return SerialRoute(SimulatedLink(board, faults=faults, seed=seed, has_reset=has_reset))

    return plugged


def link(route: SerialRoute) -> SimulatedLink:
    assert isinstance(route.wire, SimulatedLink)
    return route.wire


def lies(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "boot_out.txt"}


def put(route: SerialRoute) -> None:
    for path, content in FILES.items():
        route.write(path, content)


def test_says_which_board(plug: Plug) -> None:
    route = plug()
    assert route.boot() == BootOut((10, 2, 1), "10.2.1", "ai-thinker-esp32-cam", "7C9EBD4A0F31")
    assert route.space() == Space(2432 * 512, 2431 * 512, 512)
    assert route.files() == {"boot_out.txt": 150}
    assert route.name == "serial simulated"


def test_writes_reads_and_sums(plug: Plug, tmp_path: Path) -> None:
    route = plug()
    with route.quiet():
        put(route)
    assert lies(tmp_path) == FILES
    assert route.read("lib/torpor/deep/er/raw.bin") == RANDOM
    assert route.read("empty.txt") == b""
    wanted = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    assert route.digests([*FILES, "not/there.py"]) == wanted
    assert {path: size for path, size in route.files().items() if path != "boot_out.txt"} == {
        path: len(content) for path, content in FILES.items()
    }


def test_writes_over_a_longer_file(plug: Plug, tmp_path: Path) -> None:
    route = plug()
    route.write("a.py", b"longer " * 2000)
    route.write("a.py", b"short")
    assert (tmp_path / "a.py").read_bytes() == b"short"


def test_many_files_are_listed_in_pages(plug: Plug, tmp_path: Path) -> None:
    route = plug(clusters=9999)
    names = [f"lib/{part}/file_{number:03}.mpy" for part in "abc" for number in range(32)]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 7)
    assert route.files() == {"boot_out.txt": 150, **dict.fromkeys(names, 7)}
    assert len(route.digests(names)) == 96


def test_pictures_on_a_card_are_not_the_drives(plug: Plug, tmp_path: Path) -> None:
    (tmp_path / "sd/2026").mkdir(parents=True)
    (tmp_path / "sd/2026/000001.jpg").write_bytes(RANDOM)
    assert plug(card=True).files() == {"boot_out.txt": 150}
    assert plug().files() == {"boot_out.txt": 150, "sd/2026/000001.jpg": 9000}


def test_renames_and_deletes(plug: Plug, tmp_path: Path) -> None:
    route = plug()
    put(route)
    route.rename("code.py", "lib/code.old")
    route.rename("code.py", "lib/code.old")  # its answer was lost: the same again
    route.delete("every.bin")
    route.delete("every.bin")
    route.delete("lib/torpor/deep/er/raw.bin")
    route.delete("lib/torpor/deep/er")
    assert (tmp_path / "lib/code.old").read_bytes() == FILES["code.py"]
    assert not (tmp_path / "every.bin").exists()
    assert not (tmp_path / "lib/torpor/deep/er").exists()
    with pytest.raises(RouteError, match=r"^lib on serial simulated: the folder is not empty\.$"):
        route.delete("lib")


@pytest.mark.parametrize(
    ("how", "error", "says", "code"),
    [
        (
            {"readonly": True},
            ReadOnly,
            "the drive belongs to the computer, not to the node: deploy to the drive",
            4,
        ),
        ({"clusters": 12}, NoRoom, "the drive is full", 5),
    ],
)
def test_what_the_board_refuses(
    plug: Plug, how: dict[str, Any], error: type[RouteError], says: str, code: int
) -> None:
    route = plug(**how)
    with pytest.raises(error, match=says) as caught:
        route.write("lib/raw.bin", RANDOM)
    assert caught.value.exit_code == code


def test_a_file_that_is_not_there(plug: Plug) -> None:
    with pytest.raises(RouteError, match=r"^nowhere\.py on serial simulated: it is not there\.$"):
        plug().read("nowhere.py")


@pytest.mark.parametrize("how", [{"zlib": False}, {"paste": False}, {"zlib": False, "paste": False}])
def test_boards_that_have_less(plug: Plug, tmp_path: Path, how: dict[str, Any]) -> None:
    route = plug(**how)
    put(route)
    assert lies(tmp_path) == FILES
    assert route.zlib is how.get("zlib", True)


def test_a_line_of_seven_bits_is_sent_base64(plug: Plug, tmp_path: Path) -> None:
    route = plug(LinkFaults(seven_bits=True))
    route.write("raw.bin", RANDOM)
    assert not route.eight_bits
    assert (tmp_path / "raw.bin").read_bytes() == RANDOM


def test_a_board_with_another_python(plug: Plug, tmp_path: Path) -> None:
    route = plug()
    (tmp_path / "boot_out.txt").unlink()
    with pytest.raises(
        RouteError, match=r"a prompt of Python, but no boot_out\.txt: is CircuitPython on it\?$"
    ):
        route.boot()


def test_safe_mode_is_told(plug: Plug) -> None:
    safe = "You are in safe mode because:\r\nThe power dipped. Make sure you are providing enough power.\r\n"
    route = plug(safe=safe)
    assert route.boot().text == "10.2.1"
    assert route.notes == (
        "The board was in safe mode: The power dipped. Make sure you are providing enough power.",
    )


def test_a_sleeping_node_is_asked_for_its_reset_button(plug: Plug) -> None:
    route = plug(asleep=True, rom="")
    with pytest.raises(
        RouteLost, match="has not answered for 12 s: if the node sleeps, press its reset button"
    ) as why:
        route.boot()
    assert why.value.exit_code == Exit.NO_BOARD
    assert 12 <= link(route).clock_s < 14


def test_a_sleeping_node_wakes_by_the_reset_line(plug: Plug) -> None:
    assert plug(asleep=True, rom="", has_reset=True).boot().board_id == "ai-thinker-esp32-cam"


def test_a_sleeping_node_whose_button_is_pressed_while_waiting(plug: Plug, board: EmbeddedBoard) -> None:
    route = plug(asleep=True, rom="")
    wire, write = link(route), SimulatedLink.write
    pressed = []

    class Pressed(SimulatedLink):
        def write(self, data: bytes) -> None:
            if self.clock_s > 7 and not pressed:
                pressed.append(self._come(board.reset()))
            write(self, data)

    route.wire = route._repl.wire = Pressed(wire.board)
    assert route.boot().text == "10.2.1"
    assert pressed


@pytest.mark.parametrize(
    ("rom", "says"),
    [
        (
            "rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\n",
            "take the bridge from IO0",
        ),
        ("ets Jul 29 2019\r\nflash read err, 1000\r\nets_main.c 371 \r\n", "finds no firmware"),
        ("login: \r\n", "gives no prompt in 12 s: is CircuitPython on it\\? Its last line was: login:"),
        ("\xff\xfe\xf8\xf0" * 40, "is no text: is the rate of 115200 baud right"),
    ],
)
def test_what_answers_is_no_prompt(board: EmbeddedBoard, tmp_path: Path, rom: str, says: str) -> None:
    board.insert(tmp_path, asleep=True, rom="")
    wire = SimulatedLink(board)
    wire._come(rom.encode("latin-1"))
    with pytest.raises(RouteError, match=says):
        SerialRoute(wire).boot()


def test_restart_is_a_hard_reset_and_hears_the_program(plug: Plug) -> None:
    route = plug(chatter="triage: dark, 12 lux\r\n")
    route.write("code.py", FILES["code.py"])
    said = route.restart()
    assert said.startswith("ets Jul 29 2019")
    assert said.endswith("code.py output:\ntriage: dark, 12 lux")
    assert route.boot().text == "10.2.1"  # and it can be entered again


def test_a_program_that_fails_is_heard(plug: Plug) -> None:
    route = plug()
    route.write("code.py", b"raise ImportError\n")
    assert "ImportError" in route.restart()


def test_close_starts_the_program_again(plug: Plug) -> None:
    route = plug()
    route.files()
    wire = link(route)
    route.close()
    assert wire.closed
    said = b"".join(piece for _, piece in wire._coming)
    assert b"code.py output:" in said.partition(b"soft reboot")[2]


NOISE = [
    LinkFaults(flipped=3e-4),
    LinkFaults(lost=3e-4),
    LinkFaults(doubled=3e-4),
    LinkFaults(flipped=3e-4, lost=3e-4, doubled=3e-4),
    LinkFaults(lost=1e-3),
]


@pytest.mark.parametrize("faults", NOISE, ids=["flipped", "lost", "doubled", "all", "bad"])
@pytest.mark.parametrize("seed", range(2))
def test_noise_changes_nothing(plug: Plug, tmp_path: Path, faults: LinkFaults, seed: int) -> None:
    print(f"seed {seed}")
    route = plug(faults, seed)
    put(route)
    route.rename("code.py", "main.py")
    assert lies(tmp_path) == {
        ("main.py" if path == "code.py" else path): what for path, what in FILES.items()
    }
    assert route.read("every.bin") == FILES["every.bin"]


@pytest.mark.parametrize("seed", range(5))
def test_resets_and_a_port_that_goes(plug: Plug, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    draw = random.Random(seed)
    faults = LinkFaults(
        reset_at=tuple(draw.sample(range(20000), 3)), vanish_at=tuple(draw.sample(range(20000), 2))
    )
    route = plug(faults, seed)
    put(route)
    assert lies(tmp_path) == FILES


@pytest.mark.parametrize("nth", (1, 2, 5, 8))
def test_a_supply_that_breaks_down_while_it_writes(plug: Plug, tmp_path: Path, nth: int) -> None:
    route = plug(cutWrite=nth)
    put(route)
    assert lies(tmp_path) == FILES


@pytest.mark.parametrize("seed", range(5))
def test_a_cable_that_is_pulled(board: EmbeddedBoard, plug: Plug, tmp_path: Path, seed: int) -> None:
    cut_at = random.Random(seed).randrange(20000)
    print(f"seed {seed}: cut at {cut_at}")
    with pytest.raises(RouteLost, match="was the cable pulled") as caught:
        put(plug(LinkFaults(cut_at=cut_at)))
    assert caught.value.exit_code == Exit.NO_BOARD
    board.reset()
    put(SerialRoute(SimulatedLink(board)))  # the second run
    assert lies(tmp_path) == FILES


@pytest.mark.parametrize("seed", range(5))
def test_a_reset_loses_what_was_not_on_the_medium_yet(plug: Plug, tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    resets = tuple(random.Random(seed).sample(range(3000, 12500), 2))
    plug(LinkFaults(reset_at=resets), cached=True).write("lib/raw.bin", RANDOM)
    assert lies(tmp_path) == {"lib/raw.bin": RANDOM}


def test_a_flash_that_keeps_wrong_bytes(plug: Plug, tmp_path: Path) -> None:
    plug(rotten=2).write("policy.py", SOURCE_TEXT)
    assert lies(tmp_path) == {"policy.py": SOURCE_TEXT}
    with pytest.raises(RouteError, match=r"^raw\.bin reads back differently .* 4 times: its flash") as caught:
        plug(rotten=999).write("raw.bin", RANDOM)
    assert caught.value.exit_code == Exit.MISMATCH


def test_a_wire_that_spoils_everything_is_given_up(plug: Plug) -> None:
    route = plug(LinkFaults(flipped=0.05), seed=1)
    with pytest.raises(RouteError):
        route.write("raw.bin", RANDOM)
    assert link(route).clock_s < 200


def test_bytes_on_the_wire(plug: Plug) -> None:
    """A file that cannot be compressed costs a twentieth more than it has; one round for a small one."""
    route = plug()
    route.files()
    before = link(route).sent
    route.write("raw.bin", RANDOM)
    assert link(route).sent - before < 1.06 * len(RANDOM) + 200
    before = link(route).sent
    route.write("policy.py", SOURCE_TEXT)
    assert link(route).sent - before < 0.45 * len(SOURCE_TEXT)
    assert len(SOURCE) < 2400


def test_the_literal_is_what_python_reads() -> None:
    for data in (bytes(range(256)), b"\x017\x019\x03\x04\r\n'\\", RANDOM):
        assert not set(literal(data)) & {1, 2, 3, 4, 5, 10, 13}
        plain = re.sub(rb"[\0\x80-\xff]", lambda found: b"\\x%02x" % found[0][0], literal(data))
        assert eval(plain) == data


def test_an_answer_with_a_wrong_sum_or_number_is_none() -> None:
    right = b"%08x07ok" % zlib.crc32(b"07ok")
    assert answer(right + b"\r\n", 7) == "ok"
    assert answer(right, 8) is None
    assert answer(right[:-1] + b"x\r\n", 7) is None
    assert answer(b"", 7) is None
    assert call("H", 7, b"", True).startswith(b"_t(b'")
