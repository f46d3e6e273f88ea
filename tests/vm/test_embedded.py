"""The firmware in the embedded interpreter, with a heap that is really capped, beside the same in CPython.

MicroPython 1.27, the core that CircuitPython 10.2 merged, not CircuitPython itself.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import node_js
from benchmarks.embedded import PYSTACK_WORDS, Embedded, HEAP_KiB, Interpreter, VmFailure
from benchmarks.embedded_wakes import LIVES, Event, Wakes, node_of, story_of, uxga
from sim.air import Link
from sim.prices import STATES
from sim.run import build, readings_taken
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return uxga(tmp_path_factory.mktemp("design"))


@pytest.fixture(scope="module")
def both(design: Path) -> dict[str, tuple[list[Event], list[Event], Embedded]]:
    """Each life in both tiers, lived when first asked for."""
    found: dict[str, tuple[list[Event], list[Event], Embedded]] = {}

    def lived(name: str) -> tuple[list[Event], list[Event], Embedded]:
        if name not in found:
            plain = node_of(LIVES[name], design)
            expected = story_of(plain, plain.live)
            node = node_of(LIVES[name], design)
            with Interpreter() as interpreter:
                embedded = Embedded(node, interpreter)
                found[name] = expected, story_of(node, embedded.live), embedded
        return found[name]

    lived.found = found  # type: ignore[attr-defined]
    return lived  # type: ignore[return-value]


def bare(code: str, **changes: object) -> object:
    """Run a line or two in a virtual machine of 120 KiB; what ended it."""
    order = {"files": {}, "start": "", "script": code, "heap": 120 * 1024, "pystack": 384, **changes}
    with Interpreter() as interpreter:
        result = interpreter.run(order, lambda ask, blob: ({}, b""), lambda kind, text: None)
    return result["ended"]


def test_the_cap_binds() -> None:
    """Positive and negative control: the same allocation, with the cap and in the binary as it comes."""
    code = "kept = [bytearray(4096) for _ in range({})]"
    assert bare(code.format(27)) is None
    ended = bare(code.format(31))
    assert isinstance(ended, list)
    assert ended[0] == "MemoryError"
    assert bare(code.format(31), stock=True) is None


def test_garbage_goes_only_where_the_program_rests() -> None:
    """480 KiB of garbage in 120 KiB: gc.collect() alone does nothing there, resting does."""
    code = "import gc\nfrom _bridge import rest\nfor _ in range(120):\n    bytearray(4096)\n    {}"
    resting = bare(code.format("rest(0)"), start="__torpor__ = 1")
    assert resting is None
    ended = bare(code.format("gc.collect()"), start="__torpor__ = 1")
    assert isinstance(ended, list)
    assert ended[0] == "MemoryError"


def test_a_hang_is_a_failure() -> None:
    order = {"files": {}, "start": "", "script": "while True: pass", "heap": 65536, "pystack": 384}
    with Interpreter(limit_s=0.5) as interpreter, pytest.raises(VmFailure, match="out of time"):
        interpreter.run(order, lambda ask, blob: ({}, b""), lambda kind, text: None)


@pytest.mark.parametrize("name", LIVES)
def test_both_tiers_tell_the_same_story(both, name: str) -> None:
    expected, told, embedded = both(name)
    assert told == expected
    assert embedded.twin.life.crashes == []
    assert not any("MemoryError" in line for line in embedded.twin.life.machine.console)


def test_every_state_was_visited(both) -> None:
    told = {event for name in LIVES for event, _ in both(name)[1]}
    assert set(STATES) <= told


def test_the_stories_have_what_they_promise(both) -> None:
    def counts(name: str) -> Counter[str]:
        return Counter(event for event, _ in both(name)[1])

    assert counts("motion")["SENT"] == 2
    assert counts("too dark")["TOO_DARK"] >= 2
    assert counts("Wi-Fi away, upload later")["JOIN_FAILED"] >= 2
    assert ("SENT", 1) in both("Wi-Fi away, upload later")[1]
    assert counts("PIR stuck")["PIR_STUCK"] >= 1
    assert counts("camera silent")["CAMERA_FAILED"] == 2
    assert counts("frames without a start")["FRAME_BAD"] == 2
    assert counts("a step throws")["CRASH"] == 1
    assert counts("locked out")["RECOVERED"] == 1
    assert len(both("hanging it up")[2].twin.home.previews) > 10


def test_a_picture_of_200_kB_came_home_whole(both) -> None:
    twin = both("motion")[2].twin
    sizes = [picture.size for picture in twin.home.pictures.values()]
    assert max(sizes) > 200_000
    frames = {frame.key: frame for note in twin.life.notes for frame in note.frames}
    assert {(key, stored.crc32) for key, stored in twin.home.pictures.items()} == {
        (key, frames[key].crc32) for key in twin.home.pictures
    }


def test_live_heap_stays_within_what_is_measured(both) -> None:
    """A regression fails here; `run.py bench memory` prints the figures: 98 KiB at the first lesson, 21 of it
    stand-ins."""
    peak = max(bytes_ for visit in both("motion")[2].visits for bytes_ in visit.live.values())
    assert peak < 101 * 1024
    assert (HEAP_KiB, PYSTACK_WORDS) == (120, 384)


@pytest.mark.parametrize("heap_KiB", [24, 64])
def test_too_small_a_heap_is_a_failure(both, design: Path, heap_KiB: int) -> None:
    node = node_of(Wakes(LIVES["motion"].scenario.change(days=0.001, visits=())), design)
    expected = both("motion")[0]
    with Interpreter(limit_s=3.0) as interpreter:
        embedded = Embedded(node, interpreter, heap_KiB=heap_KiB)
        try:
            told = story_of(node, embedded.live)
        except VmFailure:
            return
    assert told != expected[: len(told)]


def test_too_small_a_stack_is_a_failure(both, design: Path) -> None:
    """192 words are half of what is documented; "pystack exhausted" must not pass for anything else: it
    crashes at BOOT, and code.py's own sleep is the end of it."""
    node = node_of(Wakes(LIVES["motion"].scenario.change(days=0.001, visits=())), design)
    with Interpreter() as interpreter:
        told = story_of(node, Embedded(node, interpreter, pystack=192).live)
    assert {event for event, _ in told} <= {"BOOT", "CRASH", "SLEEP"}
    assert any("pystack exhausted" in line for line in node.life.machine.console)


def test_without_a_node_on_the_path_the_wheels_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_js.shutil, "which", lambda name: None)
    assert Path(node_js.node()).is_file()
    assert node_js._major(node_js.node()) >= node_js.OLDEST


@pytest.mark.parametrize(
    ("name", "compiled"),
    [
        ("pico-w-arducam-2mp", True), ("pico-w-arducam-5mp", False), ("pico-w-latched", False),
        ("pico-w-rtc", False),
    ],
)  # fmt: skip
def test_other_designs_and_compiled_files_fit_the_board_too(
    name: str, compiled: bool, tmp_path: Path
) -> None:
    design = uxga(tmp_path, name)
    plain = node_of(LIVES["motion"], design, compiled)
    expected = story_of(plain, plain.live)
    node = node_of(LIVES["motion"], design, compiled)
    with Interpreter() as interpreter:
        assert story_of(node, Embedded(node, interpreter).live) == expected
    assert ("SENT", 1) in expected


def test_declared_tasks_tell_the_same_story_in_both_tiers() -> None:
    """A first burst, readings, a noon. The first burst takes most: 108 KiB are alive at once."""
    scenario = Scenario(
        design="pico-w-soil", days=0.56, start_day=170, link=Link(join_spread=0.0, join_fails=0.0)
    )
    plain, node = build(scenario), build(scenario)
    expected = story_of(plain, plain.live)
    with Interpreter() as interpreter:
        embedded = Embedded(node, interpreter)
        told = story_of(node, embedded.live)
    assert told == expected
    assert Counter(event for event, _ in told)["SENT"] == 2
    assert node.life.crashes == []
    for ours, theirs in zip(readings_taken(node), readings_taken(plain), strict=True):
        assert ours.values == pytest.approx(theirs.values, abs=1)  # taken some milliseconds apart
    assert [one.fate for one in readings_taken(node)].count("delivered") == 13
    peak = max(bytes_ for visit in embedded.visits for bytes_ in visit.live.values())
    assert peak < 109 * 1024
